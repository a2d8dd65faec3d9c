package vm

// This file defines equations, which represent recursive calls in partial evaluation.
//
// A call of a recursive predicate about one unknown row, whose other arguments are
// known, holds for some rows of the class. It is solved for a new row about which nothing
// is known, so that its solutions apply to any row of the class. While they are collected,
// the same call may occur again, about the same row or another row of the class. Its
// result is not known yet, so it is recorded as a condition, "the call holds for this
// row", and the solver continues. So the solutions are
//
//	can_read(x) = x.owner = ...  or  not x.private and exists y in x.parent (can_read(y))
//
// an equation. The same predicate about a row of another class is a different call with
// a separate equation: rules that lead from class to class unfold, and only a return to
// the same class recurs.
//
// In a decision, a ground call that repeats one of its ancestors has no further solution
// (ancestor.go). So a decision allows exactly what has a finite proof, which is the least
// solution of the equations. closure.go finds it.
//
// Equations of calls that depend on each other are solved together: an equation is solved
// once its solutions are collected, and those of all equations that it leads to. Until
// then it stays open, and further occurrences of the call refer to it. So a call has one
// equation, however many rules lead to it.

import (
	"github.com/ursa-authz/ursa/authz/filter"
	"github.com/ursa-authz/ursa/authz/internal/host"
)

// An equation determines the rows for which a call holds.
type equation struct {
	pred *pred
	args []Value // the row among them means any row
	pos  int     // of the row among the arguments
	row  filter.Var
	plan *host.Plan // the row's class
	site site       // the call

	base []filter.Expr // conditions under which it holds for row
	uses []use         // conditions under which it holds for row if another call holds

	index  int  // among the open equations
	active bool // its solutions are being collected
}

// A use is a solution that depends on a call: the call must hold for a row, and the
// conditions that lead from the equation's row to that row must be satisfied.
type use struct {
	label
	of   *equation
	site site
}

// A site is the place of a call.
type site struct {
	node   *node
	clause *clause // that it is in
}

// site returns the site of a call in the current activation.
func (m *Machine) site(n *node) site { return site{n, m.frames[m.frame].clause} }

// A label has conditions on a row, some of which may lead to other rows.
type label struct {
	conds []condition
	row   filter.Var // where they end
}

// original returns the row that v is a call's own name for.
func (p *partialState) original(v filter.Var) filter.Var {
	if of := p.copies[v]; of != 0 {
		return of - 1
	}
	return v
}

// equationOf returns the open equation of a call about a row, or nil if there is none.
func (m *Machine) equationOf(pr *pred, args []Value, pos int, row *symbol) (*equation, error) {
	open := m.partial.open
	for i := len(open) - 1; i >= 0; i-- {
		if err := m.charge(1); err != nil {
			return nil, err
		}
		eq := open[i]
		if eq.pred != pr || eq.pos != pos || eq.plan != row.plan {
			continue
		}
		same := true
		for j := 0; same && j < len(args); j++ {
			if j == pos {
				continue
			}
			var err error
			if same, err = m.sameArgument(args[j], eq.args[j]); err != nil {
				return nil, err
			}
		}
		if same {
			return eq, nil
		}
	}
	return nil, nil
}

// newEquation opens an equation for a call, and puts a new row among the arguments.
func (m *Machine) newEquation(n *node, pr *pred, args []Value, pos int, row *symbol) *equation {
	p := m.partial
	eq := &equation{pred: pr, pos: pos, row: p.newRow(), plan: row.plan, site: m.site(n), index: len(p.open), active: true}
	p.copyOf(eq.row, row.row)
	args[pos] = makeSymbol(&symbol{kind: symRow, row: eq.row, plan: row.plan})
	eq.args = append([]Value(nil), args...)
	p.open = append(p.open, eq)
	return eq
}

// callAgain continues after a call whose equation is open.
func (m *Machine) callAgain(n *node, eq *equation, row filter.Var) (*node, error) {
	p := m.partial
	top := len(p.collectors) - 1
	if eq.active && p.collectors[top].eq == eq && row == eq.row {
		return nil, nil // it holds if it holds
	}
	// A decision that comes to the call again from inside a negation is an error, and
	// it may for some rows, whatever follows the call.
	inNot := make(map[*equation]bool) // the equations around the innermost negation
	for i, negated := top, false; i >= 0; i-- {
		negated = negated || p.collectors[i].pred == nil
		if around := p.collectors[i].eq; negated && around != nil {
			inNot[around] = true
		}
	}
	if inNot[eq] && p.original(row) == p.original(eq.row) {
		return nil, m.negativeLoop(eq.pred)
	}
	if len(inNot) > 0 {
		loop, err := m.leadsTo(eq, func(to *equation) bool { return inNot[to] })
		if err != nil {
			return nil, err
		}
		if loop {
			return nil, m.unsupported("the recursion of %s inside not", eq.pred.name)
		}
	}
	return n.next, m.assumeCall(n, eq, row)
}

func (m *Machine) negativeLoop(pr *pred) error {
	return m.errorf(CodeNegativeLoop, "the rule %s depends on its own negation", pr.name)
}

// assumeCall records that a call that is not solved yet must hold for a row.
func (m *Machine) assumeCall(n *node, eq *equation, row filter.Var) error {
	m.partial.conds = append(m.partial.conds, condition{from: row, call: eq, site: m.site(n)})
	return m.keep(conditionBytes)
}

// recurs reports whether a solution depends on calls that are not solved yet, and
// records how.
func (m *Machine) recurs(col *collector, conds []condition) (bool, error) {
	var first *condition
	var others []condition
	for i := range conds {
		c := &conds[i]
		switch {
		case c.call == nil:
			others = append(others, *c)
		case col.eq == c.call && col.eq.row == c.from:
			return true, nil // it holds if it holds: nothing new
		case first == nil:
			first = c
		case first.call != c.call || first.from != c.from:
			return true, m.unsupportedAt(c.site, "the recursion of %s through two calls that must both succeed", c.call.pred.name)
		}
	}
	switch {
	case first == nil:
		return false, nil
	case col.eq == nil:
		return true, m.unsupportedAt(first.site, "the recursion of %s through a rule about other unknown values", first.call.pred.name)
	}
	col.eq.uses = append(col.eq.uses, use{label{others, first.from}, first.call, first.site})
	return true, m.keep(len(others) * conditionBytes)
}

// finishEquation is called when all solutions of an equation are collected. It
// returns the condition on its row, or nil if that depends on an equation further out.
func (m *Machine) finishEquation(eq *equation, base []filter.Expr) (filter.Expr, error) {
	p := m.partial
	eq.base, eq.active = base, false
	for _, e := range base {
		if isTrue(e) {
			eq.base, eq.uses = base[:0:0], nil
			eq.base = append(eq.base, filter.True)
			break
		}
	}
	if waits, err := m.waits(eq); waits || err != nil {
		return nil, err
	}
	e, err := m.solve(eq)
	clear(p.open[eq.index:])
	p.open = p.open[:eq.index]
	return e, err
}

// waits reports whether an equation leads to one whose solutions are being collected.
func (m *Machine) waits(eq *equation) (bool, error) {
	return m.leadsTo(eq, func(to *equation) bool { return to.active })
}

// leadsTo reports whether an equation is, or leads to, one of a kind.
func (m *Machine) leadsTo(eq *equation, kind func(*equation) bool) (bool, error) {
	known := map[*equation]bool{eq: true}
	for queue := []*equation{eq}; len(queue) > 0; queue = queue[1:] {
		if kind(queue[0]) {
			return true, nil
		}
		for _, u := range queue[0].uses {
			if err := m.charge(1); err != nil {
				return false, err
			}
			if !known[u.of] {
				known[u.of] = true
				queue = append(queue, u.of)
			}
		}
	}
	return false, nil
}

// unsupportedAt returns the error of a call that cannot become a condition.
func (m *Machine) unsupportedAt(at site, format string, args ...any) error {
	err := m.unsupported(format, args...).(*Error)
	err.Pos = at.clause.at(at.node.pos)
	err.Stack = []Frame{{Rule: at.clause.info.Name, Pos: err.Pos}}
	return err
}
