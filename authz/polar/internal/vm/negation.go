package vm

// This file defines negation.
//
// A negation waits until the variables that it shares with the goals around it
// have values. Variables that occur nowhere else are local. Then not G runs G below
// a choice, in a separate activation where its local variables are fresh. If G
// fails, the negation succeeds. If G has a solution, the negation fails.
//
// A value may still contain unbound variables. G must not bind such a variable:
// a value that G chooses would prove nothing, and could wake tests that are not part
// of G. If G tries to, the variable is recorded, and that way of solving G is
// abandoned. A solution in which a goal of G waits does not count either. If G has no
// other solution, the negation waits for the recorded variables, and runs again when
// one is bound. It never guesses.
//
// forall(C, A) is compiled to not (C and not A).

import "github.com/ursa-authz/ursa/authz/filter"

// negate begins a negation and returns the first goal of what is negated, or
// the goal after the negation when that has to wait, or is decided without a value.
// It returns nil when the negation fails.
func (m *Machine) negate(n *node) (*node, error) {
	f := m.frames[m.frame]
	for _, s := range n.shared {
		if v := m.deref(makeVar(int(f.base + s))); isVar(v) {
			return m.negateUnbound(n, v)
		}
	}
	trace := int32(-1)
	if m.trace != nil {
		trace = m.traceCall(n)
	}
	c := m.pushChoice(choiceNot, n)
	c.trace = trace
	if m.partial != nil {
		m.beginCollector(collector{})
	}
	m.sealed = len(m.cells)
	base := m.newCells(f.clause.slots)
	for _, s := range n.shared {
		m.cells[base+int(s)] = m.cells[f.base+s]
	}
	m.pushFrame(frame{
		clause: f.clause, base: int32(base), parent: m.frame, barrier: int32(len(m.choices)),
		calls: f.calls, depth: f.depth + 1, nots: f.nots + 1, trace: trace,
	})
	return n.sub, nil
}

// negateUnbound is negate for a negation that shares the unbound variable v.
func (m *Machine) negateUnbound(n *node, v Value) (*node, error) {
	trace := int32(-1)
	if m.trace != nil {
		trace = m.traceCall(n)
	}
	known := mayPass
	if t := n.negatedClass(); t != nil {
		var err error
		if known, err = m.onClasses(v, classTest{t.pat, true}); err != nil {
			return nil, err
		}
	}
	switch {
	case known == neverPasses:
		return nil, nil
	case known == mayPass:
		m.wait(n, v)
	case m.trace != nil:
		m.trace.succeed(trace)
	}
	return n.next, nil
}

// endNegation is reached with a solution of a negated goal. The machine
// backtracks afterwards, whatever the solution means.
func (m *Machine) endNegation() error {
	at := int(m.frames[m.frame].barrier) - 1
	c := &m.choices[at]
	if !m.waitsSince(int(c.waiters)) {
		if m.partial != nil && m.partial.height() > c.conds {
			return m.collectNegated(c)
		}
		m.maybes = m.maybes[:c.maybes]
		m.cutTo(at)
		return nil
	}
	found := false
	for i := int(c.waiters); i < len(m.waiters); i++ {
		if w := &m.waiters[i]; !w.done && w.cell < c.cells {
			m.maybes = append(m.maybes, uint64(w.cell))
			found = true
		}
	}
	if !found {
		return m.unboundError()
	}
	return nil
}

// collectNegated collects the conditions of a solution of a negated goal.
func (m *Machine) collectNegated(c *choice) error {
	p := m.partial
	col := &p.collectors[c.collectors-1]
	col.results = append(col.results, m.conjunction(c.conds))
	return nil
}

// finishNegation is reached when a negated goal has no further solution. It
// returns the node after the negation.
func (m *Machine) finishNegation(c *choice) (*node, error) {
	n, maybes := c.node, m.maybes[c.maybes:]
	m.maybes = m.maybes[:c.maybes]
	trace := c.trace
	if m.partial != nil {
		col := m.endCollector(c)
		m.cutTo(len(m.choices) - 1)
		if len(maybes) == 0 && len(col.results) > 0 {
			if ok, err := m.assume(filter.Not{X: anyOf(col.results)}); !ok || err != nil {
				return nil, err
			}
		}
	} else {
		m.cutTo(len(m.choices) - 1)
	}
	if len(maybes) > 0 {
		w := m.newWaiter(n.solo)
		for i, cell := range maybes {
			known := false
			for _, other := range maybes[:i] {
				known = known || other == cell
			}
			if !known {
				m.waitFor(w, makeVar(int(cell)))
			}
		}
	}
	if m.trace != nil {
		m.trace.negated(trace, len(maybes) > 0)
	}
	return n.next, nil
}

// unboundError returns the error of a solution in which a goal still waits.
func (m *Machine) unboundError() error {
	for i := range m.waiters {
		w := &m.waiters[i]
		if w.done {
			continue
		}
		err := &Error{Code: CodeUnbound, Msg: "this test needs a variable that is never bound", Pos: w.clause.at(w.node.pos)}
		if name := w.clause.info.Name; name != "" {
			err.Stack = []Frame{{Rule: name, Pos: err.Pos}}
		}
		return err
	}
	return &Error{Code: CodeInternal, Msg: "a waiting test is not recorded"}
}
