package vm

// This file defines partial evaluation: the same solver, with an unknown row.
//
// The row is a symbol. A value that a goal reads from it is also a symbol. A test of
// a symbol is not decided: the solver records it as a condition and continues as if
// the test had succeeded. So every solution of the query has a conjunction of
// conditions. The query holds for the rows that satisfy one of the conjunctions.
//
// Conditions are on a stack that backtracking shortens. Following a relation pushes a
// binder: the row at the other end has a new variable, and everything after the binder
// is quantified over it. A finished conjunction is folded from its end, into conditions
// inside Exists inside conditions.
//
// Negations and some calls are solved separately, and their solutions are collected. A
// negation collects the conjunctions of its solutions and records the negation of their
// disjunction. A call whose arguments have no variables either holds or does not, so its
// solutions are also collected and recorded as one condition: two calls with ten rules
// each make twenty conjunctions, not a hundred. Such a call may recur, about another
// row; see equation.go.
//
// A condition must express exactly what the solver would decide for a known row. If that
// is not possible, the result is an error that names the expression.

import (
	"github.com/ursa-authz/ursa/authz/filter"
	"github.com/ursa-authz/ursa/authz/internal/host"
)

// A condition is one entry of the stack: an expression; a binder; or a call that is
// not solved yet.
type condition struct {
	expr  filter.Expr
	as    filter.Var // the row that a binder binds
	from  filter.Var // the row that the relation is of, or that the call is about
	attr  *host.Attr // the relation of a binder
	chain *closure   // of a binder: any number of steps (closure.go)
	call  *equation  // the call, which holds for the rows that solve the equation
	site  site       // where the call is
}

// A collector gathers the solutions of a negation or a call.
type collector struct {
	results []filter.Expr
	choice  int // index of its choice

	pred *pred // of the call; nil for a negation

	// Of a call of a recursive predicate:
	call  []Value    // its arguments, if it has no equation
	eq    *equation  // if it is about one unknown row
	outer filter.Var // the row that was passed
}

// partialState is the additional state of a machine for a partial query.
type partialState struct {
	conds      []condition
	collectors []collector
	open       []*equation               // the equations that are not solved, in the order in which they were found
	rows       filter.Var                // how many rows there are
	same       map[filter.Var]filter.Var // rows that turned out to be another one; see collect.go
	copies     map[filter.Var]filter.Var // for the row that a call made for itself, 1 + the row that it was called with
}

func (p *partialState) height() int32 { return int32(len(p.conds)) }

func (p *partialState) newRow() filter.Var {
	p.rows++
	return p.rows - 1
}

// copyOf records that a call uses the new row v for the row of.
func (p *partialState) copyOf(v, of filter.Var) {
	if p.copies == nil {
		p.copies = make(map[filter.Var]filter.Var)
	}
	if first := p.copies[of]; first != 0 {
		p.copies[v] = first
	} else {
		p.copies[v] = of + 1
	}
}

// isRow records that the row v, which nothing binds, is the row of.
func (p *partialState) isRow(v, of filter.Var) {
	if p.same == nil {
		p.same = make(map[filter.Var]filter.Var)
	}
	p.same[v] = of
}

// restore shortens the stacks to the heights of a choice.
func (p *partialState) restore(c *choice) {
	p.conds = p.conds[:c.conds]
	p.collectors = p.collectors[:c.collectors]
}

// assume records a condition. It reports false if the condition never holds.
func (m *Machine) assume(e filter.Expr) (bool, error) {
	if m.quiet {
		m.unsure = true
		return true, nil
	}
	switch e {
	case filter.True:
		return true, nil
	case filter.False:
		return false, nil
	}
	m.partial.conds = append(m.partial.conds, condition{expr: e})
	return true, m.keep(conditionBytes)
}

// conditionBytes is the approximate size of a condition.
const conditionBytes = 96

// hop returns the row at the end of a to-one relation. From there on the row is
// known to exist.
func (m *Machine) hop(s *symbol) (*symbol, error) {
	if s.kind == symRow {
		return s, nil
	}
	if row := m.hopped(s); row != nil {
		return row, nil
	}
	return m.follow(s)
}

// hopped returns the row at the end of a to-one relation, or nil if the relation was not followed.
func (m *Machine) hopped(s *symbol) *symbol {
	p := m.partial
	for i := len(p.conds) - 1; i >= 0; i-- {
		if c := &p.conds[i]; c.attr == s.attr && c.from == s.row {
			return &symbol{kind: symRow, row: c.as, plan: s.plan}
		}
	}
	return nil
}

// follow binds a new row to one at the end of a relation.
func (m *Machine) follow(s *symbol) (*symbol, error) {
	row := &symbol{kind: symRow, plan: s.plan}
	if m.quiet {
		m.unsure = true
		row.row = -1
		return row, nil
	}
	if m.followed(s) > maxFollowed {
		return nil, m.unsupported("a recursion that follows %s without end, with an unbound variable or several unknown values,", s.attr.Name)
	}
	row.row = m.partial.newRow()
	m.partial.conds = append(m.partial.conds, condition{as: row.row, from: s.row, attr: s.attr})
	return row, m.keep(conditionBytes)
}

// maxFollowed bounds how many times one solution follows a relation from row to row. Written
// policies stay far below it; a recursion without an equation soon exceeds it.
const maxFollowed = 100

// followed returns how often the way to a row has followed the relation that s is.
func (m *Machine) followed(s *symbol) int {
	n, row := 0, s.row
	for i := len(m.partial.conds) - 1; i >= 0; i-- {
		if c := &m.partial.conds[i]; c.attr != nil && c.as == row {
			if row = c.from; c.attr == s.attr {
				n++
			}
		}
	}
	return n
}

// conjunction folds the conditions from index from on into one expression.
func (m *Machine) conjunction(from int32) filter.Expr { return m.fold(m.partial.conds[from:]) }

// fold makes one expression of conditions.
func (m *Machine) fold(conds []condition) filter.Expr {
	var parts filter.And
	for i := len(conds) - 1; i >= 0; i-- {
		c := &conds[i]
		if c.expr != nil {
			parts = append(parts, c.expr)
			continue
		}
		where := conjunctionOf(parts)
		if c.chain != nil {
			parts = filter.And{m.reach(c, where)}
			continue
		}
		parts = filter.And{filter.Exists{As: c.as, From: c.from, Rel: m.prog.relation(c.attr), Where: where}}
	}
	return conjunctionOf(parts)
}

// conjunctionOf returns the conjunction of parts that are in reverse order.
func conjunctionOf(parts filter.And) filter.Expr {
	switch len(parts) {
	case 0:
		return filter.True
	case 1:
		return parts[0]
	}
	return reversed(parts)
}

func reversed(parts filter.And) filter.And {
	out := make(filter.And, len(parts))
	for i, e := range parts {
		out[len(parts)-1-i] = e
	}
	return out
}

func anyOf(results []filter.Expr) filter.Expr {
	results = gathered(results)
	switch len(results) {
	case 0:
		return filter.False
	case 1:
		return results[0]
	}
	return filter.Or(results)
}

// gathered makes one In of results that compare a field with values. Simplify would do it too, but only
// for a filter that is within its limits: thousands of rules may differ in a constant.
func gathered(results []filter.Expr) []filter.Expr {
	if len(results) < 3 {
		return results
	}
	first := make(map[filter.Field]int) // where the values of a field are
	var out []filter.Expr
	for _, e := range results {
		c, ok := e.(filter.Compare)
		field, isField := c.L.(filter.Field)
		value, isValue := c.R.(filter.Value)
		if !ok || c.Op != filter.Eq || !isField || !isValue {
			out = append(out, e)
			continue
		}
		i, again := first[field]
		if !again {
			first[field] = len(out)
			out = append(out, filter.In{X: field, Set: []filter.Value{value}})
			continue
		}
		in := out[i].(filter.In)
		in.Set = append(in.Set, value)
		out[i] = in
	}
	return out
}

// unsupported returns the error of an expression that cannot become a condition.
func (m *Machine) unsupported(format string, args ...any) error {
	err := m.errorf(CodeUnsupported, format, args...).(*Error)
	err.Msg += " cannot become a filter"
	return err
}
