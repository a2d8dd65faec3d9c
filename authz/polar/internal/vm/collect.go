package vm

// This file defines how partial evaluation collects: the solutions of a
// negation or a call become one condition.

import (
	"fmt"
	"slices"

	"github.com/ursa-authz/ursa/authz/filter"
	"github.com/ursa-authz/ursa/authz/internal/host"
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

// collects reports whether a call is to be solved on the side: in a partial
// query, when something in its arguments is unknown and nothing unbound.
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

// collectCall begins to solve a call on the side. The arguments are
// Machine.args from index from on.
func (m *Machine) collectCall(n *node, pr *pred, from int) (*node, error) {
	args := m.args[from:]
	col := collector{pred: pr, pos: -1}
	if pr.recursive {
		m.presentRows(args)
		call, repeated, err := m.repeats(pr, args)
		if repeated || err != nil {
			m.dropArgs(int32(from))
			return nil, err
		}
		col.call = call
		again, pos, err := m.recursion(pr, args)
		if err != nil {
			return nil, err
		}
		if again {
			m.dropArgs(int32(from))
			return n.next, nil
		}
		if pos >= 0 {
			row, err := m.presentRow(pr, args, pos)
			if err != nil {
				return nil, err
			}
			if row == nil {
				m.dropArgs(int32(from))
				return nil, nil
			}
			col.pos, col.outer, col.row = pos, row.row, m.partial.newRow()
			m.partial.copyOf(col.row, col.outer)
			args[pos] = makeSymbol(&symbol{kind: symRow, row: col.row, plan: row.plan})
			col.args = append([]Value(nil), args...)
		}
	}
	// The arguments stay on the slab above the choice's own height: the call
	// is solved as if it had been made after the choice.
	saved := append([]Value(nil), args...)
	m.dropArgs(int32(from))
	m.pushChoice(choiceCollect, n)
	m.beginCollector(col)
	m.args = append(m.args, saved...)
	return m.dispatch(n.solo, pr, len(m.args)-len(saved))
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

// repeats reports whether a call of a recursive predicate repeats one that is being
// collected. Then it has no further solution, as in a decision (ancestor.go). It also
// returns the arguments in the form in which later calls are compared with them: with the
// rows that they are about, and not the copies that calls on the way have made of them.
func (m *Machine) repeats(pr *pred, args []Value) (call []Value, repeated bool, err error) {
	p := m.partial
	call = append([]Value(nil), args...)
	for i, a := range call {
		if isPartial(a) {
			if s := *asSymbol(a); p.copies[s.row] != 0 {
				s.row = p.copies[s.row] - 1
				call[i] = makeSymbol(&s)
			}
		}
	}
	negated := false
	for i := len(p.collectors) - 1; i >= 0; i-- {
		if err := m.charge(1); err != nil {
			return nil, false, err
		}
		col := &p.collectors[i]
		negated = negated || col.pred == nil
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
			return nil, false, m.errorf(CodeNegativeLoop, "the rule %s depends on its own negation", pr.name)
		case same:
			// It is one only about the rows that the calls in between were made with,
			// and none about the others along their relation, if they follow one.
			for j := i + 1; j < len(p.collectors); j++ {
				p.collectors[j].tied = true
			}
			return nil, true, nil
		}
	}
	return call, false, nil
}

// sameArgument reports whether two arguments are known to be one.
func (m *Machine) sameArgument(a, b Value) (bool, error) {
	switch {
	case isPartial(a) && isPartial(b):
		return sameSymbol(asSymbol(a), asSymbol(b)), nil
	case isPartial(a) || isPartial(b) || isOpen(a) || isOpen(b):
		return false, nil
	}
	eq, _, depends, err := m.equal(a, b)
	return eq && !depends, err
}

// recursion finds out what a call of a recursive predicate is to the calls
// being collected. Again: it is one of them, one relation further on, which was
// noted. Otherwise pos is the argument that a new collector should make the
// unknown row of, or -1.
func (m *Machine) recursion(pr *pred, args []Value) (again bool, pos int, err error) {
	p := m.partial
	pos = -1
	rows := 0
	for i, a := range args {
		if isPartial(a) {
			if s := asSymbol(a); s.kind == symRow || s.kind == symOne {
				pos = i
				rows++
			} else {
				rows += 2 // a field or a condition cannot be followed
			}
		} else if isOpen(a) {
			rows += 2
		}
	}
	if rows != 1 {
		return false, -1, nil
	}
	for i := len(p.collectors) - 1; i >= 0; i-- {
		col := &p.collectors[i]
		if col.pred != pr || col.pos != pos {
			continue
		}
		same := true
		for j := range args {
			if j == pos {
				continue
			}
			eq, _, depends, err := m.equal(args[j], col.args[j])
			if err != nil {
				return false, -1, err
			}
			same = same && eq && !depends
		}
		s := asSymbol(args[pos])
		if s.kind == symRow && s.row == col.row {
			return false, -1, nil // the same row: only the known arguments changed
		}
		if !same {
			continue
		}
		return true, pos, m.noteRecursion(pr, col, i, s)
	}
	return false, pos, nil
}

// noteRecursion records that the call being collected by col recurs on s.
func (m *Machine) noteRecursion(pr *pred, col *collector, at int, s *symbol) error {
	p := m.partial
	if at != len(p.collectors)-1 {
		return m.unsupported("recursion over rows by way of another rule")
	}
	var over *host.Attr
	conds := p.conds[m.choices[col.choice].conds:]
	switch {
	case s.kind == symOne && s.row == col.row && len(conds) == 0:
		over = s.attr
	case s.kind == symRow && len(conds) == 1 && conds[0].attr != nil && conds[0].as == s.row && conds[0].from == col.row:
		over = conds[0].attr
	default:
		return m.unsupported("recursion over rows that does more than follow one relation")
	}
	if over.Relation.Target != asSymbol(col.args[col.pos]).plan {
		return m.unsupported("recursion over rows of several classes")
	}
	if s.kind == symOne {
		if err := m.failsForNil(pr, col); err != nil {
			return err
		}
	}
	// That the recursion counts is not known yet: what comes after it may fail.
	p.conds = append(p.conds, condition{attr: over, again: true})
	return nil
}

// presentRow returns the row that argument pos stands for, after the relation
// that leads to it; nil when the call is decided because there is none.
func (m *Machine) presentRow(pr *pred, args []Value, pos int) (*symbol, error) {
	s := asSymbol(args[pos])
	if s.kind == symRow {
		return s, nil
	}
	if err := m.failsForNil(pr, &collector{args: args, pos: pos}); err != nil {
		return nil, err
	}
	return m.hop(s)
}

// failsForNil checks that the call has no solution when the row at the end of a
// relation is missing: a filter over rows cannot say anything about no row.
func (m *Machine) failsForNil(pr *pred, col *collector) error {
	for i, a := range col.args {
		if i != col.pos && (isPartial(a) || isOpen(a)) {
			return m.unsupported("recursion over a relation that may lead nowhere")
		}
	}
	side := m.prog.Machine(m.ctx, &Config{Limits: m.limits, Now: m.now})
	defer side.Release()
	side.steps = m.steps
	side.start(pr.query)
	for i, a := range col.args {
		if i != col.pos {
			side.cells[i] = a
		} else {
			side.cells[i] = Value{}
		}
	}
	holds, err := side.run(side.frames[0].clause.body)
	m.steps = side.steps
	if err != nil {
		return err
	}
	if holds {
		return m.unsupported("recursion over a relation, of a rule that also holds for nil,")
	}
	return nil
}

// endCollect is reached with a solution of a call that is solved on the side.
// The machine backtracks afterwards, to look for further ones.
func (m *Machine) endCollect() error {
	p := m.partial
	col := &p.collectors[len(p.collectors)-1]
	c := &m.choices[col.choice]
	if m.waitsSince(int(c.waiters)) {
		return m.unboundError()
	}
	conds := p.conds[c.conds:]
	for i := range conds {
		if conds[i].again {
			// What comes before it was checked; anything after it would
			// be a condition on a row along the way.
			if i != len(conds)-1 {
				return m.unsupported("recursion over rows with a condition after it")
			}
			if col.over != nil && col.over != conds[i].attr {
				return m.unsupported("recursion over several relations")
			}
			col.over = conds[i].attr
			return nil
		}
	}
	// Even when it holds for every row, its other rules are looked at: they
	// may be errors, which a decision would meet if what follows fails.
	col.results = append(col.results, m.conjunction(c.conds))
	return nil
}

// finishCollect is reached when a call that is solved on the side has no further solution.
func (m *Machine) finishCollect(c *choice) (*node, error) {
	n := c.node
	col := m.endCollector(c)
	m.cutTo(len(m.choices) - 1)
	e := anyOf(col.results)
	if slices.ContainsFunc(col.results, isTrue) {
		e = filter.True
	}
	switch {
	case col.over != nil && col.tied:
		return nil, m.unsupported("recursion over rows by way of another rule")
	case e == filter.False:
		return nil, nil
	case col.over != nil:
		e = filter.Reach{As: col.row, From: col.outer, Rel: m.prog.relation(col.over), Reflexive: true, Where: e}
	case col.pos >= 0:
		m.partial.isRow(col.row, col.outer)
	}
	ok, err := m.assume(e)
	if !ok || err != nil {
		return nil, err
	}
	return n.next, nil
}

// isTrue reports whether a conjunction is without conditions.
func isTrue(e filter.Expr) bool {
	and, ok := e.(filter.And)
	return ok && len(and) == 0 || e == filter.True
}

// rename returns e with every row replaced by the one that it turned out to be. It is
// done once, for the whole filter: a call of each of a thousand levels that renamed
// what the levels below it had found would take a million steps.
func (m *Machine) rename(e filter.Expr, depth int) (filter.Expr, error) {
	if depth > filter.MaxDepth {
		return nil, &Error{Code: CodeBudget, Msg: fmt.Sprintf("the filter is nested more than %d deep", filter.MaxDepth), Cause: filter.ErrTooLarge}
	}
	if err := m.charge(1); err != nil {
		return nil, err
	}
	var err error
	switch e := e.(type) {
	case filter.And:
		out, err := m.renameAll(e, depth)
		return filter.And(out), err
	case filter.Or:
		out, err := m.renameAll(e, depth)
		return filter.Or(out), err
	case filter.Not:
		e.X, err = m.rename(e.X, depth+1)
		return e, err
	case filter.Compare:
		e.L, e.R = m.renameOperand(e.L), m.renameOperand(e.R)
		return e, nil
	case filter.In:
		e.X = m.renameOperand(e.X)
		return e, nil
	case filter.StrOp:
		e.X = m.renameOperand(e.X)
		return e, nil
	case filter.Exists:
		e.From = m.rowOf(e.From)
		e.Where, err = m.rename(e.Where, depth+1)
		return e, err
	case filter.Reach:
		e.From = m.rowOf(e.From)
		e.Where, err = m.rename(e.Where, depth+1)
		return e, err
	}
	return e, nil
}

func (m *Machine) renameAll(parts []filter.Expr, depth int) ([]filter.Expr, error) {
	out := make([]filter.Expr, len(parts))
	for i, x := range parts {
		var err error
		if out[i], err = m.rename(x, depth+1); err != nil {
			return nil, err
		}
	}
	return out, nil
}

func (m *Machine) renameOperand(o filter.Operand) filter.Operand {
	switch o := o.(type) {
	case filter.Field:
		o.Var = m.rowOf(o.Var)
		return o
	case filter.Key:
		o.Var = m.rowOf(o.Var)
		return o
	}
	return o
}

// rowOf returns the row that v turned out to be.
func (m *Machine) rowOf(v filter.Var) filter.Var {
	same := m.partial.same
	root := v
	for next, ok := same[root]; ok; next, ok = same[root] {
		root = next
	}
	for v != root { // so that a chain of rows is walked once
		v, same[v] = same[v], root
	}
	return root
}
