// Package filter answers "which rows may this actor read?" with a filter: a
// condition on the rows of one model. Partial evaluation of a policy makes the
// filter, and an adapter translates it to SQL or another query language.
//
// # What a filter is
//
// A [Query] is a [Model] and a tree of [Expr] over variables. Variable 0, [Row], is
// the row that the query is about. [Exists] and [Reach] bind further variables to
// rows of related models. There are no joins and there is no normal form: a path
// such as x.owner.org.name = "acme" is an Exists inside an Exists with a [Compare]
// in it, and two variables of one model never conflict.
//
// # What a filter means
//
// A filter is two-valued and defined for nil: every leaf is true or false for every
// row, and [Not] is plain negation.
//
//   - nil equals nil and nothing else. [Ne] is the negation of [Eq].
//   - An ordering with nil or with NaN is false.
//   - Values of different types are not equal. Integers and floats count as one type and
//     compare exactly, without rounding.
//   - Strings compare byte by byte, times as instants, false before true.
//   - An ordering of types that have no order is an error of [Query.Validate].
//   - Exists is false when the relation leads to no row, whatever its condition. So
//     Not(Exists(r, f < c)) and Exists(r, Not(f < c)) differ for a row without r.
//   - Keys are equal when the models are the same and the values are equal and
//     not all zero: a row without a key equals no other row.
//
// [Query.Match] implements this meaning and is the reference for adapters.
//
// # Writing an adapter
//
// An adapter translates a Query to a condition in its data layer. A row must be in the
// result exactly when Match is true for it; if that is not possible, the adapter returns an
// error that is [ErrUnsupported]. It must never widen or narrow the filter. The steps, in
// the best order:
//
//  1. Call [Query.Simplify] and [Query.Kind]. Never needs no database query.
//  2. Call [Query.Validate], which checks names, variables, types and sizes, so
//     that the translation can rely on them.
//  3. Switch over the node types. The set is closed, and an unknown node is an error.
//     Push Not down to the leaves while descending: in SQL, a NULL makes NOT(p) unknown
//     where the filter says true.
//  4. At each leaf, decide the result for a missing value (NULL), which is known when
//     the condition is built. A field that is not [FieldInfo.Nilable] has the zero value
//     where the data layer has NULL.
//  5. Bind values and never print them. Take identifiers from a schema, never from
//     the filter.
//  6. Test the adapter with random filters over random rows against Match.
//
// Everything in this package is safe for concurrent use as long as the caller does not
// change the trees and slices that it passed in.
//
// Stable from v1 on.
package filter

// This file defines Query, Relation and the limits of a filter.

import "errors"

// The sizes that Validate and Simplify accept. They protect against policies that
// unfold into huge conditions; real policies stay far below them.
const (
	// MaxNodes is the maximum number of Expr nodes in a filter. Databases reject
	// some shapes earlier; this limit bounds the work in Go.
	MaxNodes = 10_000

	// MaxValues is the maximum number of values in a filter. SQLite accepts 32,766
	// parameters in a statement, PostgreSQL and MySQL 65,535.
	MaxValues = 30_000

	// MaxDepth is the maximum nesting of nodes. SQLite's own limit for an
	// expression is 1,000.
	MaxDepth = 1_000
)

var (
	// ErrTooLarge matches an error about a filter beyond MaxNodes, MaxValues or
	// MaxDepth.
	ErrTooLarge = errors.New("filter: too large")

	// ErrInvalid matches an error about a malformed filter, such as an unknown
	// field or variable, or an ordering of types that have no order.
	ErrInvalid = errors.New("filter: invalid")

	// ErrUnsupported matches an error about a condition or value that this package,
	// or an adapter's data layer, cannot express exactly. It is also ErrUnsupported of
	// packages polar and authz.
	ErrUnsupported = errors.New("not supported")

	// ErrBudget matches the error of a Match that exceeded MaxSteps.
	ErrBudget = errors.New("filter: budget exceeded")
)

// An Error describes a problem with a part of a filter. Its text holds names and
// types, never values.
type Error struct {
	Err    error  // ErrTooLarge, ErrInvalid, ErrUnsupported or ErrBudget
	Reason string // one line
	Expr   string // the part that the error is about, with placeholders for values; may be empty
	Cause  error  // the error that a resolver or a method returned; may be nil
}

// Error returns one line: the sentinel's text, the reason and the expression. It
// leaves out the text of the cause, which may hold values.
func (e *Error) Error() string {
	s := e.Err.Error() + ": " + e.Reason
	if e.Err == ErrUnsupported {
		s = "filter: " + s
	}
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
	Name   string // the Go field that holds it; a dotted path if it is inside an embedded struct
	Index  []int  // of the Go field, as in reflect.StructField.Index; adapters need not use it
	Many   bool   // whether it leads to any number of rows; otherwise to none or one
	Target *Model
}

// Kind says whether a filter depends on the row at all.
type Kind uint8

// The kinds of filters.
const (
	Conditional Kind = iota // some rows, depending on the condition
	Always                  // all rows
	Never                   // no rows: the answer needs no query
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

// Kind returns Always or Never when Where is a constant, and Conditional otherwise.
// Call it on the result of Simplify: Kind itself looks only at the root.
func (q *Query) Kind() Kind {
	switch q.Where {
	case True:
		return Always
	case False:
		return Never
	}
	return Conditional
}
