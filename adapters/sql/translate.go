package sqlauthz

// This file defines the translation of filters to SQL.
//
//
// A filter is two-valued: each of its leaves is true or false for every row. SQL has a
// third value, and the translation must keep it out of the answer. Negation is pushed
// down to the leaves, so that AND, OR and EXISTS are only used positively, where unknown
// and false have the same effect. Then each leaf must be TRUE exactly where the filter's
// decision is true. For a leaf
//
//	decision(x) = x op constant        (or its negation)
//
// the decision for a row in which the column is NULL is known when the condition is
// built: Go reads NULL as nil into a pointer and as the zero value into anything else. So
// a leaf is "column op constant", which is right for all rows that hold a value. " OR
// column IS NULL" is added if the decision for what Go reads for NULL is true. A
// comparison of two columns distinguishes three cases in the same way: both hold values,
// one does not, neither does. NOT EXISTS is not split, since EXISTS is never unknown. It
// must not become EXISTS of the negation, which differs for a row whose relation leads
// nowhere.
//
// Relations are followed by EXISTS and never joined, so no row is returned twice, and
// counts, limits, locks and updates work as usual. All values are bound; all names come
// from the tables.

import (
	"github.com/ursa-authz/ursa/adapters/internal/answer"
	"github.com/ursa-authz/ursa/authz/filter"
)

// A rule is a part of the translation that tests can switch off, to check that they
// notice when it is missing.
type rule uint32

const (
	ruleLeaves     rule = 1 << iota // negation is pushed down to the leaves
	ruleNull                        // OR column IS NULL where the decision for NULL is true
	ruleZero                        // NULL reads as the zero value where it cannot be nil
	ruleNullPairs                   // NULL in one or both of two columns
	ruleKinds                       // values of other types are not equal
	ruleBytes                       // texts compare byte by byte
	ruleFractions                   // integer columns against floats
	ruleExactFloat                  // integer columns against float columns
	ruleTimes                       // times between those that a column can hold
	ruleZones                       // SQLite's times in several zones
	ruleNaN                         // PostgreSQL's NaN
	ruleStorable                    // texts that a column cannot hold
	rulePattern                     // LIKE's special characters
	ruleDeleted                     // soft delete of related rows
	ruleZeroKeys                    // zero keys lead nowhere
	ruleSteps                       // conditions on the rows that a step of a Reach leaves
	ruleBetween                     // conditions on the rows within a step
	ruleEnd
)

// A compiler translates one filter.
type compiler struct {
	schema  *Schema
	d       *Dialect
	off     rule // rules that are switched off
	scope   map[filter.Var]binding
	alias   int // the number of the last alias
	broad   bool
	locks   bool // rows are read as they are stored now
	inOr    bool
	negated bool   // within a negation
	inSet   bool   // within a Reach
	sets    []frag // computed by the outermost Reach
	chain   bool   // there is a Reach
}

// A binding is the rows that a variable stands for: the rows of a table under an alias,
// which is empty for the rows that the condition is about.
type binding struct {
	table *table
	rows  *filter.Model
	alias string
}

// Translate returns the condition on the rows of a query's model. The error is a *filter.Error:
// filter.ErrInvalid, filter.ErrTooLarge or, if the database cannot give the filter's answer
// exactly, filter.ErrUnsupported. The only options that matter are Broad and Current.
func (s *Schema) Translate(q *filter.Query, opts ...Option) (*Predicate, error) {
	if q == nil || q.Model == nil {
		return nil, answer.Unsupported(nil, "a filter without a model")
	}
	t := s.byType[q.Model.Type]
	if t == nil {
		return nil, answer.Unsupported(nil, "a filter on "+q.Model.Type.String()+", which has no table")
	}
	q, err := q.Simplify()
	if err != nil {
		return nil, err
	}
	if err := q.Validate(); err != nil {
		return nil, err
	}
	if _, constant := q.Where.(filter.Const); !constant && t.Unsupported != "" {
		return nil, answer.Unsupported(nil, t.Unsupported)
	}
	o := optionsOf(opts)
	c := s.compiler()
	c.broad, c.locks = o.broad, o.current
	c.scope[filter.Row] = binding{t, q.Model, ""}
	f, err := c.expr(q.Where, false)
	if err == nil {
		err = c.tooDeep(f, q.Where)
	}
	if err != nil {
		return nil, err
	}
	return &Predicate{f}, nil
}

func (s *Schema) compiler() *compiler {
	return &compiler{schema: s, d: s.d, off: s.off, scope: make(map[filter.Var]binding)}
}

// sharing is written at the end of a SELECT.
func (c *compiler) sharing() string {
	if c.locks {
		return c.d.sharing
	}
	return ""
}

// member returns a SELECT as one of several in a UNION.
func (c *compiler) member(query frag) frag {
	if suffix := c.sharing(); suffix != "" {
		return cat("(", query, suffix, ")")
	}
	return query
}

// on reports whether a rule is in effect.
func (c *compiler) on(r rule) bool { return c.off&r == 0 }

// expr returns a condition that is TRUE exactly where e is true or, when neg, where e is
// false.
func (c *compiler) expr(e filter.Expr, neg bool) (frag, error) {
	switch e := e.(type) {
	case filter.Const:
		return constFrag(bool(e) != neg), nil
	case filter.And:
		return c.list(e, neg, neg)
	case filter.Or:
		return c.list(e, !neg, neg)
	case filter.Not:
		if !c.on(ruleLeaves) {
			f, err := c.expr(e.X, neg)
			return cat("NOT (", f, ")"), err
		}
		return c.expr(e.X, !neg)
	case filter.Compare:
		f, err := c.compare(e, neg)
		return f, at(err, e)
	case filter.In:
		f, err := c.in(e, neg)
		return f, at(err, e)
	case filter.StrOp:
		f, err := c.strOp(e, neg)
		return f, at(err, e)
	case filter.Exists:
		f, err := c.exists(e, neg)
		return f, at(err, e)
	case filter.Reach:
		f, err := c.reach(e, neg)
		return f, at(err, e)
	}
	return frag{}, answer.Unsupported(e, "unknown node type")
}

// at adds the position to an error that has none.
func at(err error, e filter.Expr) error {
	if fe, ok := err.(*filter.Error); ok && fe.Expr == "" {
		return &filter.Error{Err: fe.Err, Reason: fe.Reason, Expr: filter.Text(e), Cause: fe.Cause}
	}
	return err
}

// list translates the parts of an And or Or, joined with OR or with AND.
func (c *compiler) list(parts []filter.Expr, or, neg bool) (frag, error) {
	if or && !neg && c.splits(parts) {
		return c.union(parts)
	}
	defer func(old bool) { c.inOr = old }(c.inOr)
	c.inOr = c.inOr || or
	frags := make([]frag, 0, len(parts))
	for _, p := range parts {
		f, err := c.expr(p, neg)
		if err != nil {
			return frag{}, err
		}
		frags = append(frags, f)
	}
	if or {
		return anyOf(frags...), nil
	}
	return allOf(frags...), nil
}
