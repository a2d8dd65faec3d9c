// Package filter is the answer to "which rows may this actor read?": a
// condition over the rows of one model, made from a policy by partial
// evaluation, and turned into SQL (or another query language) by an adapter.
//
// # What a filter is
//
// A [Query] is a [Model] and a tree of [Expr] over variables. Variable 0, [Row],
// is the row in question; [Exists] and [Reach] bind further variables to rows of
// related models. There are no joins and no normal form: a path such as
// x.owner.org.name = "acme" is an Exists inside an Exists with a [Compare] at
// its end, and two variables of one model never get in each other's way.
//
// # What a filter means
//
// A filter is two-valued and total on nil: every leaf is true or false for every
// row, and [Not] is plain negation of that.
//
//   - nil equals nil and nothing else. [Ne] is the negation of [Eq].
//   - An ordering with nil, or with a float that is not a number, is false.
//   - Values of different types are not equal; integers and floats are one type
//     here and compare exactly, without rounding either one.
//   - Strings compare byte by byte, times as instants, false before true.
//   - An ordering between types that have none is an error of [Query.Validate].
//   - Exists is false when the relation leads nowhere, whatever it contains: so
//     Not(Exists(r, f < c)) and Exists(r, Not(f < c)) differ for a row without r.
//   - Keys are equal when the models are the same and the values are equal and
//     not all zero: a row without a key equals no other.
//
// [Query.Match] is this meaning as a program, and the reference for adapters.
//
// # Writing an adapter
//
// An adapter turns a Query into its data layer's condition, such that a row is
// in the result exactly when Match is true for it, or returns an error that is
// [ErrUnsupported]. It must never widen and never narrow. In the order in which
// the work is best done:
//
//  1. Call [Query.Simplify] and [Query.Kind]. Never needs no query at all.
//  2. Call [Query.Validate], which checks names, variables, types and sizes, so
//     that the translation can rely on them.
//  3. Switch over the node types; the set is closed, and a node that is not
//     known is an error. Push Not down to the leaves while descending, since in
//     SQL a NULL makes NOT(p) unknown where the filter says true.
//  4. At each leaf decide what a missing value (NULL) makes of it; that is known
//     when the condition is built. A field that is not [FieldInfo.Nilable] holds
//     the zero value where the data layer holds none.
//  5. Bind values, never print them; take identifiers from a schema, never from
//     the filter.
//  6. Test it: random filters over random rows against Match.
//
// Everything in this package is safe for concurrent use as long as nobody
// changes the trees and slices that they have handed over.
//
// Stable from v1 on.
package filter

// This file defines Query, Relation and the limits of a filter.

import "errors"

// Sizes that Validate and Simplify accept. They are bounds against policies
// that unfold into absurd conditions; what real policies need is far below.
const (
	// MaxNodes is the greatest number of Expr nodes in a filter. Databases
	// give up earlier on some shapes; this bounds the work on our side.
	MaxNodes = 10_000

	// MaxValues is the greatest number of values in a filter. SQLite takes
	// 32,766 parameters in a statement, PostgreSQL and MySQL 65,535.
	MaxValues = 30_000

	// MaxDepth is the greatest nesting of nodes. SQLite's own limit for an
	// expression is 1,000.
	MaxDepth = 1_000
)

var (
	// ErrTooLarge is the cause of an error about a filter beyond MaxNodes,
	// MaxValues or MaxDepth.
	ErrTooLarge = errors.New("filter: too large")

	// ErrInvalid is the cause of an error about a filter that is malformed: an
	// unknown field or variable, an ordering between types that have none.
	ErrInvalid = errors.New("filter: invalid")

	// ErrUnsupported is the cause of an error about a condition or value that
	// this package, or an adapter's data layer, cannot express exactly.
	ErrUnsupported = errors.New("filter: not supported")

	// ErrBudget is the cause of the error of a Match that touched too much.
	ErrBudget = errors.New("filter: budget exceeded")
)

// An Error says what is wrong with a part of a filter. Its text holds names and
// types, never values.
type Error struct {
	Err    error  // ErrTooLarge, ErrInvalid, ErrUnsupported or ErrBudget
	Reason string // one line
	Expr   string // the part concerned with values as placeholders; may be empty
	Cause  error  // what a resolver or a method returned; may be nil
}

// Error returns one line: the sentinel's text, the reason and the expression.
// The text of the cause is not part of it, since it may hold values.
func (e *Error) Error() string {
	s := e.Err.Error() + ": " + e.Reason
	if e.Expr != "" {
		s += ": " + e.Expr
	}
	return s
}

// Unwrap returns the sentinel and, if there is one, the cause.
func (e *Error) Unwrap() []error {
	if e.Cause == nil {
		return []error{e.Err}
	}
	return []error{e.Err, e.Cause}
}

// A Query asks for the rows of Model for which Where is true.
type Query struct {
	Model *Model
	Where Expr
}

// A Relation leads from the rows of one model to rows of Target.
type Relation struct {
	Name   string // the Go field that holds it; dotted where it is inside an embedded struct
	Index  []int  // of the Go field, as in reflect.StructField.Index; adapters need not look at it
	Many   bool   // any number of rows; otherwise none or one
	Target *Model
}

// Kind tells whether a filter depends on the row at all.
type Kind uint8

// The kinds of filters.
const (
	Conditional Kind = iota // some rows, as the condition says
	Always                  // all rows
	Never                   // no row: the answer needs no query
)

// String returns "conditional", "always" or "never".
func (k Kind) String() string {
	switch k {
	case Always:
		return "always"
	case Never:
		return "never"
	}
	return "conditional"
}

// Kind returns Always or Never when Where is a constant, and Conditional
// otherwise. Ask the result of Simplify: Kind itself looks at the root only.
func (q *Query) Kind() Kind {
	switch q.Where {
	case True:
		return Always
	case False:
		return Never
	}
	return Conditional
}
