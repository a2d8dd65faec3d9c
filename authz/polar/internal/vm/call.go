package vm

// This file defines rule calls: which clauses are tried, in which order, and how
// the machine enters a clause.

import (
	"github.com/ursa-authz/ursa/authz/internal/host"
	"github.com/ursa-authz/ursa/authz/polar/internal/resolve"
)

// call calls the rules of n.pred. It returns the node to continue with, or nil if no rule applies.
func (m *Machine) call(n *node) (*node, error) {
	base := m.frames[m.frame].base
	from := len(m.args)
	for i := range n.args {
		v, err := m.value(&n.args[i], base)
		if err != nil {
			return nil, err
		}
		m.args = append(m.args, v)
	}
	pr := n.pred
	if pr == nil {
		m.args = m.args[:from]
		if !m.prog.Defines(n.name) {
			return nil, m.errorf(CodeUndefinedRule, "no rule is named %q", n.name)
		}
		return nil, nil // defined, with another number of parameters
	}
	args := m.args[from:]
	if int(m.frames[m.frame].depth) >= m.limits.Depth {
		return nil, m.errorf(CodeBudget, "rule calls are nested more than %d levels deep", m.limits.Depth)
	}
	side, err := m.collects(args)
	if err != nil {
		return nil, err
	}
	if side {
		return m.collectCall(n, pr, from)
	}
	return m.dispatch(n, pr, from)
}

// dispatch selects the rules that may apply to a call and tries the first. The
// arguments are Machine.args from index from on.
func (m *Machine) dispatch(n *node, pr *pred, from int) (*node, error) {
	args := m.args[from:]
	calls := m.frames[m.frame].calls
	callTrace := int32(-1)
	if m.trace != nil {
		callTrace = m.traceCall(n)
	}
	if pr.recursive {
		at, repeated, err := m.enterCall(pr, args, calls)
		if err != nil || repeated {
			if m.trace != nil {
				m.trace.loop(callTrace)
			}
			m.dropArgs(int32(from))
			return nil, err
		}
		calls = at
	}
	leaf := pr.index.find(args)
	if err := m.chargeCall(pr.arity, len(leaf.clauses)); err != nil {
		return nil, err
	}
	if m.trace != nil {
		leaf = m.traceLeaf(callTrace, pr, args)
	}
	clauses := leaf.clauses
	sorted := false
	if leaf.ordered && len(clauses) > 1 {
		at := len(m.sorted)
		for _, c := range clauses {
			ok, err := m.applicable(c, args)
			if err != nil {
				return nil, err
			}
			if ok {
				m.sorted = append(m.sorted, c)
			} else if m.trace != nil && m.prog.mayMatch(c, args) {
				m.traceRule(callTrace, c)
			}
		}
		clauses, sorted = m.sorted[at:], true
		if err := m.sortBySpecificity(clauses, args); err != nil {
			return nil, err
		}
	}
	return m.try(n, clauses, 0, int32(from), calls, callTrace, sorted)
}

// try enters the first clause from index i on that may match. It pushes a choice
// if further clauses may match. The arguments are Machine.args from index from on.
func (m *Machine) try(n *node, clauses []*clause, i int, from, calls, trace int32, sorted bool) (*node, error) {
	i = m.nextMatch(clauses, i, m.args[from:])
	if i == len(clauses) {
		m.dropArgs(from)
		return nil, nil
	}
	barrier := len(m.choices)
	j := m.nextMatch(clauses, i+1, m.args[from:])
	if j < len(clauses) {
		c := m.pushChoice(choiceClauses, n)
		c.clauses, c.next, c.from, c.chain, c.trace, c.sorted = clauses, int32(j), from, calls, trace, sorted
	}
	ok, err := m.enter(n, clauses[i], m.args[from:], int32(barrier), calls, trace)
	if j == len(clauses) {
		m.dropArgs(from)
	}
	if !ok || err != nil {
		return nil, err
	}
	return clauses[i].body, nil
}

// retry enters the next clause of a call, from its choice.
func (m *Machine) retry(c *choice) (*node, error) {
	n, clauses, i, from, calls, trace := c.node, c.clauses, int(c.next), c.from, c.chain, c.trace
	j := m.nextMatch(clauses, i+1, m.args[from:])
	last := j == len(clauses)
	if last {
		m.cutTo(len(m.choices) - 1)
	} else {
		c.next = int32(j)
	}
	barrier := len(m.choices)
	if !last {
		barrier--
	}
	ok, err := m.enter(n, clauses[i], m.args[from:], int32(barrier), calls, trace)
	if last {
		m.dropArgs(from)
	}
	if !ok || err != nil {
		return nil, err
	}
	return clauses[i].body, nil
}

// dropArgs drops the arguments of a call that has no alternatives left.
func (m *Machine) dropArgs(from int32) {
	clear(m.args[from:])
	m.args = m.args[:from]
}

// nextMatch returns the first index from i on of a clause that the constants and
// classes of its head do not rule out.
func (m *Machine) nextMatch(clauses []*clause, i int, args []Value) int {
	for ; i < len(clauses); i++ {
		if m.prog.mayMatch(clauses[i], args) {
			break
		}
	}
	return i
}

// enter makes an activation of clause cl current and unifies its head with args.
func (m *Machine) enter(n *node, cl *clause, args []Value, barrier, calls, trace int32) (bool, error) {
	if err := m.hold(cl.activation()); err != nil {
		return false, err
	}
	caller := &m.frames[m.frame]
	from := caller.clause
	f := frame{clause: cl, cont: n.next, site: n, parent: m.frame, barrier: barrier, calls: calls, depth: caller.depth + 1, nots: caller.nots}
	if m.frame == 0 {
		m.decided = cl.info
	}
	if n.tail && m.trace == nil {
		// Nothing is left to do in the caller's activation: take its place.
		f.cont, f.site, f.parent, f.depth = caller.cont, caller.site, caller.parent, caller.depth
		top := 0
		if k := len(m.choices); k > 0 {
			top = int(m.choices[k-1].top)
		}
		if int(m.frame) == len(m.frames)-1 && int(m.frame) >= top {
			m.frames = m.frames[:m.frame]
		}
	}
	f.base = int32(m.newCells(cl.slots))
	f.trace = -1
	if m.trace != nil {
		f.trace = m.traceRule(trace, cl)
	}
	m.pushFrame(f)
	ok, err := m.unifyHead(cl, args, f.base)
	if err != nil {
		err = m.at(err, from.at(n.pos)) // where the rule was called
	}
	return ok, err
}

// unifyHead unifies the parameters of a clause with the arguments of a call,
// and matches the specializers.
func (m *Machine) unifyHead(cl *clause, args []Value, base int32) (bool, error) {
	for i := range cl.params {
		p := &cl.params[i]
		if p.fresh {
			m.cells[base+p.term.slot] = args[i]
			if isVar(args[i]) {
				m.touch(args[i])
			}
		} else {
			ok, err := m.unifyOperand(&p.term, args[i], base)
			if !ok || err != nil {
				return ok, err
			}
		}
		if p.pat != nil {
			ok, err := m.match(m.deref(args[i]), p.pat, p.match, base)
			if !ok || err != nil {
				return ok, err
			}
		}
	}
	return true, nil
}

// unifyOperand unifies an operand with a value, without building the operand
// where its shape can be compared with the value's in place.
func (m *Machine) unifyOperand(op *operand, v Value, base int32) (bool, error) {
	if op.first {
		if cell := base + op.slot; m.cells[cell].Plan == unboundPlan {
			m.bind(uint64(cell), v)
			return true, nil
		}
	}
	v = m.deref(v)
	if op.kind == listOperand && isList(v) {
		if n, closed := closedLen(v); closed && (n < len(op.elems) || n > len(op.elems) && op.rest == nil) {
			return false, nil
		}
		c := cursor{list: v}
		for i := range op.elems {
			if err := m.charge(1); err != nil {
				return false, err
			}
			e, it, err := c.next(m)
			switch {
			case err != nil:
				return false, err
			case it == itemRest:
				rest, err := m.buildList(&operand{kind: listOperand, compound: &compound{elems: op.elems[i:], rest: op.rest}}, base)
				if err != nil {
					return false, err
				}
				return m.unify(e, rest)
			case it != itemElem:
				return false, nil
			}
			if ok, err := m.unifyOperand(&op.elems[i], e, base); !ok || err != nil {
				return ok, err
			}
		}
		if op.rest == nil {
			e, it, err := c.next(m)
			if err != nil {
				return false, err
			}
			if it == itemRest {
				return m.unify(e, host.MakeList(nil))
			}
			return it == itemEnd, nil
		}
		return m.unifyOperand(op.rest, c.tail(m), base)
	}
	t, err := m.value(op, base)
	if err != nil {
		return false, err
	}
	return m.unify(t, v)
}

// mayMatch reports whether the head of the clause may match, judging by constants
// and classes. It does not call the host and cannot fail.
func (p *Program) mayMatch(cl *clause, args []Value) bool {
	for i := range cl.params {
		param := &cl.params[i]
		if param.term.kind == constOperand {
			if !mayEqual(param.term.value, args[i]) {
				return false
			}
		}
		if param.pat != nil && !p.mayMatchPattern(param.pat, args[i]) {
			return false
		}
	}
	return true
}

// mayEqual compares a literal with an argument, without walking compound terms.
func mayEqual(lit, arg Value) bool {
	k := arg.Kind()
	switch k {
	case host.Var, host.Partial, host.Tail:
		return true
	}
	switch lit.Kind() {
	case host.String:
		return k == host.String && lit.Word == arg.Word && lit.Str() == arg.Str()
	case host.Int:
		return k == host.Int && lit.Word == arg.Word || k == host.Float
	case host.Bool:
		return k == host.Bool && lit.Word == arg.Word
	case host.ClassKind:
		return k == host.ClassKind && lit.Ptr == arg.Ptr
	}
	return true
}

func (p *Program) mayMatchPattern(pat *pattern, arg Value) bool {
	switch arg.Kind() {
	case host.Var:
		return true
	case host.Partial:
		// nil has no class, so the type alone can rule out a class.
		s := asSymbol(arg)
		return pat.kind != classPattern || s.plan == nil || s.kind == symMany || p.isInstance(Value{Plan: s.plan}, pat)
	}
	switch pat.kind {
	case classPattern:
		return p.isInstance(arg, pat)
	case valuePattern:
		return pat.value.kind != constOperand || mayEqual(pat.value.value, arg)
	case dictPattern, listPattern:
		return true
	}
	panic("vm: unknown pattern")
}

// isInstance reports whether a bound value belongs to the pattern's class.
func (prog *Program) isInstance(v Value, p *pattern) bool {
	switch {
	case v.Plan == openListPlan:
		return p.class != nil && p.class.ID == host.ListClass
	case v.Plan == openDictPlan:
		return p.class != nil && p.class.ID == host.DictionaryClass
	case v.Plan == nil || v.Plan.Kind == host.ClassKind:
		return false
	case p.union == resolve.UnionActor:
		return prog.actor.has(v.Plan)
	case p.union == resolve.UnionResource:
		return prog.resource.has(v.Plan)
	}
	return p.class != nil && v.Plan.IsA(p.class.ID)
}

// applicable reports whether the head of the clause matches args, before any
// clause of the call is tried. It calls no methods of the host. If only a method
// could decide, that counts as a match. So does an error, which becomes an error of
// the query only when the clause is tried.
func (m *Machine) applicable(cl *clause, args []Value) (bool, error) {
	if !m.prog.mayMatch(cl, args) {
		return false, nil
	}
	cells, trail, protected, sealed := len(m.cells), len(m.trail), m.protected, m.sealed
	m.protected, m.sealed, m.quiet = cells, 0, true
	base := m.newCells(cl.slots)
	ok, err := m.unifyHead(cl, args, int32(base))
	m.quiet, m.unsure = false, false
	m.unbind(trail)
	clear(m.cells[cells:])
	m.cells, m.protected, m.sealed = m.cells[:cells], protected, sealed
	m.woken = m.woken[:0]
	if err != nil && !ends(err) {
		return true, nil
	}
	return ok, err
}
