package vm

// This file defines how partial evaluation collects the solutions of a negation
// or a call into one condition.

import (
	"slices"

	"github.com/ursa-authz/ursa/authz/filter"
	"github.com/ursa-authz/ursa/authz/internal/meter"
)

// beginCollector starts to collect below the newest choice, which was just pushed.
func (m *Machine) beginCollector(col collector) {
	p := m.partial
	col.choice = len(m.choices) - 1
	p.collectors = append(p.collectors, col)
	m.choices[col.choice].collectors = int32(len(p.collectors))
}

// endCollector ends the collector of a choice that has nothing left to try.
func (m *Machine) endCollector(c *choice) collector {
	p := m.partial
	at := c.collectors - 1
	col := p.collectors[at]
	p.collectors = p.collectors[:at]
	return col
}

// collects reports whether a call is solved separately: in a partial query, if its
// arguments contain unknowns and no unbound variables.
func (m *Machine) collects(args []Value) (bool, error) {
	if m.partial == nil || m.frame == 0 {
		return false, nil
	}
	unknown := false
	for _, a := range args {
		switch {
		case isVar(a):
			return false, nil
		case isPartial(a):
			unknown = true
		case isOpen(a):
			// An open term has unknowns or variables in it.
			_, unbound, err := m.firstVar(a)
			if err != nil || unbound {
				return false, err
			}
			unknown = true
		}
	}
	return unknown, nil
}

// collectCall begins to solve a call separately. The arguments are Machine.args from
// index from on.
func (m *Machine) collectCall(n *node, pr *pred, from int) (*node, error) {
	args := append([]Value(nil), m.args[from:]...)
	m.dropArgs(int32(from))
	col := collector{pred: pr}
	if pr.recursive {
		m.presentRows(args)
		if pos := rowArgument(args); pos >= 0 {
			row, err := m.presentRow(n, pr, args, pos)
			if err != nil {
				return nil, err
			}
			eq, err := m.equationOf(pr, args, pos, row)
			if err != nil {
				return nil, err
			}
			if eq != nil {
				return m.callAgain(n, eq, row.row)
			}
			col.eq, col.outer = m.newEquation(n, pr, args, pos, row), row.row
		} else {
			call, repeated, err := m.repeats(pr, args)
			if repeated || err != nil {
				return nil, err
			}
			col.call = call
		}
	}
	m.pushChoice(choiceCollect, n)
	m.beginCollector(col)
	// The call is solved as if it had been made after the choice.
	m.args = append(m.args, args...)
	return m.dispatch(n.solo, pr, len(m.args)-len(args))
}

// presentRows replaces relations among the arguments of a call by the rows at their
// ends, where those are known to exist.
func (m *Machine) presentRows(args []Value) {
	for i, a := range args {
		if isPartial(a) {
			if s := asSymbol(a); s.kind == symOne {
				if row := m.hopped(s); row != nil {
					args[i] = makeSymbol(row)
				}
			}
		}
	}
}

// rowArgument returns the position of the argument that is an unknown row, if it is
// the only unknown argument; otherwise -1.
func rowArgument(args []Value) int {
	pos := -1
	for i, a := range args {
		if isPartial(a) {
			if s := asSymbol(a); pos >= 0 || s.kind != symRow && s.kind != symOne {
				return -1
			}
			pos = i
		} else if isOpen(a) {
			return -1
		}
	}
	return pos
}

// repeats reports whether a call of a recursive predicate, with other unknowns than
// one row, repeats one that is being collected. Then it has no further solution, as in a
// decision (ancestor.go). It also returns the arguments in the form in which later calls
// are compared with them: with the rows that they are about, and not the copies that
// calls on the way have made of them.
func (m *Machine) repeats(pr *pred, args []Value) (call []Value, repeated bool, err error) {
	p := m.partial
	call = append([]Value(nil), args...)
	for i, a := range call {
		if isPartial(a) {
			s := *asSymbol(a)
			s.row = p.original(s.row)
			call[i] = makeSymbol(&s)
		}
	}
	negated, within := false, false
	for i := len(p.collectors) - 1; i >= 0; i-- {
		if err := m.charge(1); err != nil {
			return nil, false, err
		}
		col := &p.collectors[i]
		negated, within = negated || col.pred == nil, within || col.eq != nil
		if col.pred != pr || col.call == nil {
			continue
		}
		same := true
		for j := 0; same && j < len(call); j++ {
			if same, err = m.sameArgument(call[j], col.call[j]); err != nil {
				return nil, false, err
			}
		}
		switch {
		case same && negated:
			return nil, false, m.negativeLoop(pr)
		case same && within:
			// What the equation says must not depend on the row that it was found with.
			return nil, false, m.unsupported("the recursion of %s with several unknown values", pr.name)
		case same:
			return nil, true, nil
		}
		endless, err := m.goesOn(call, col.call)
		if err != nil {
			return nil, false, err
		}
		if endless {
			return nil, false, m.unsupported("the recursion of %s with several unknown values", pr.name)
		}
	}
	return call, false, nil
}

// goesOn reports whether a call differs from one around it in rows only, of which
// there is a new one: then the next call will be another, and so on without end.
func (m *Machine) goesOn(call, around []Value) (bool, error) {
	rows := make(map[filter.Var]bool)
	for _, a := range around {
		eachSymbol(a, func(s *symbol) {
			rows[m.partial.original(s.row)] = true
			if s.kind == symOne {
				if end := m.hopped(s); end != nil {
					rows[m.partial.original(end.row)] = true
				}
			}
		})
	}
	found := false
	for i, a := range call {
		alike, err := m.alike(a, around[i])
		if !alike || err != nil {
			return false, err
		}
		eachSymbol(a, func(s *symbol) { found = found || !rows[m.partial.original(s.row)] })
	}
	return found, nil
}

// alike reports whether two arguments are the same except for the rows in them.
func (m *Machine) alike(a, b Value) (bool, error) {
	if err := m.charge(1); err != nil {
		return false, err
	}
	switch {
	case isPartial(a) && isPartial(b):
		s, t := asSymbol(a), asSymbol(b)
		if s.kind == symField || t.kind == symField {
			return s.kind == t.kind && s.owner == t.owner && s.name == t.name, nil
		}
		return s.kind != symCond && t.kind != symCond && s.plan == t.plan && (s.kind == symMany) == (t.kind == symMany), nil
	case isPartial(a) || isPartial(b) || isOpen(a) != isOpen(b):
		return false, nil
	case isOpen(a):
		return false, nil // a list that grows or shrinks
	}
	return m.sameArgument(a, b)
}

// eachSymbol calls f for an argument that is unknown.
func eachSymbol(a Value, f func(*symbol)) {
	if isPartial(a) {
		f(asSymbol(a))
	}
}

// sameArgument reports whether two arguments are known to be the same.
func (m *Machine) sameArgument(a, b Value) (bool, error) {
	switch {
	case isPartial(a) && isPartial(b):
		return sameSymbol(asSymbol(a), asSymbol(b)), nil
	case isPartial(a) || isPartial(b) || isOpen(a) || isOpen(b):
		return false, nil
	}
	c, err := m.equal(a, b)
	return c.equal && !c.depends, err
}

// presentRow returns the row of argument pos, after following the relation that leads
// to it. If there is no such row, the call is about nil. If the call holds for nil,
// that is another solution, and presentRow pushes a choice for it.
func (m *Machine) presentRow(n *node, pr *pred, args []Value, pos int) (*symbol, error) {
	s := asSymbol(args[pos])
	if s.kind == symRow {
		return s, nil
	}
	holds, err := m.holdsForNil(pr, args, pos)
	if err != nil {
		return nil, err
	}
	if holds {
		m.pushChoice(choiceNoRow, n).list = args[pos]
	}
	return m.hop(s)
}

// withoutRow continues after a call about a relation that leads to no row.
func (m *Machine) withoutRow(c *choice) (*node, error) {
	n, s := c.node, asSymbol(c.list)
	m.cutTo(len(m.choices) - 1)
	ok, err := m.assume(filter.Not{X: m.exists(s, filter.True)})
	if !ok || err != nil {
		return nil, err
	}
	return n.next, nil
}

// holdsForNil reports whether a call holds if its argument pos is nil.
func (m *Machine) holdsForNil(pr *pred, args []Value, pos int) (bool, error) {
	side := m.prog.Machine(m.ctx, &Config{Limits: *m.limits, Now: m.now})
	defer side.Release()
	// What it holds is given back at its end, and it may hold as much as is left.
	held := m.acct.Mark()
	side.acct.Close()
	side.acct = m.acct
	defer func() {
		m.acct = side.acct
		m.acct.Restore(held)
		side.acct = meter.Account{}
	}()
	side.start(queryOf(pr))
	for i, a := range args {
		if i == pos {
			a = Value{}
		}
		side.cells[i] = a
	}
	return side.run(side.frames[0].clause.body)
}

// endCollect is reached with a solution of a call that is solved separately. The
// machine backtracks afterwards, to find more solutions.
func (m *Machine) endCollect() error {
	p := m.partial
	col := &p.collectors[len(p.collectors)-1]
	c := &m.choices[col.choice]
	if m.waitsSince(int(c.waiters)) {
		return m.unboundError()
	}
	used, err := m.recurs(col, p.conds[c.conds:])
	if used || err != nil {
		return err
	}
	// Even when it holds for every row, its other rules are looked at: they
	// may be errors, which a decision would meet if what follows fails.
	col.results = append(col.results, m.conjunction(c.conds))
	return nil
}

// finishCollect is reached when a call that is solved separately has no further solution.
func (m *Machine) finishCollect(c *choice) (*node, error) {
	n := c.node
	col := m.endCollector(c)
	m.cutTo(len(m.choices) - 1)
	e := anyOf(col.results)
	if col.eq != nil {
		solved, err := m.finishEquation(col.eq, col.results)
		if err != nil {
			return nil, err
		}
		if solved == nil { // it depends on one further out
			return n.next, m.assumeCall(n, col.eq, col.outer)
		}
		e = solved
		m.partial.isRow(col.eq.row, col.outer)
	}
	if slices.ContainsFunc(col.results, isTrue) {
		e = filter.True
	}
	if e == filter.False {
		return nil, nil
	}
	ok, err := m.assume(e)
	if !ok || err != nil {
		return nil, err
	}
	return n.next, nil
}

// isTrue reports whether a conjunction is without conditions.
func isTrue(e filter.Expr) bool { return e == filter.True }
