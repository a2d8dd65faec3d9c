package vm

// This file defines the solver: the loop that walks goals, and the choices
// that it backtracks to.
//
// The solver works depth first, from left to right, as the language prescribes.
// Its state is a goal (a node of the program's graph), the activation of the goal,
// and a stack of choices. A goal that succeeds continues with the next node. A goal
// that fails takes the newest choice, undoes everything done since with the trail,
// and continues with the choice's next alternative. The solver does not recurse:
// calls push activations on a slice, so that a limit bounds the recursion of a
// policy, and not the Go stack.
//
// A call selects the clauses that may apply through the index, sorts them by
// specificity where that can change their order, and tries one after another.
// While clauses remain, a choice keeps the arguments. A call that enters its last
// candidate keeps nothing, so a recursion that decides by its arguments needs
// constant space on the choice stack. A call at the end of a body of the same
// recursive group replaces its caller's activation.
//
// Goals that test an unbound variable wait (trail.go). A solution with a waiting
// goal is an error: the answer would be a guess.
//
// Failure is not an error. Errors (of Go methods, arithmetic or limits) end the
// query at once, whatever alternatives remain: an answer that skips a rule that
// could not be evaluated would be a guess too.

import (
	"github.com/ursa-authz/ursa/authz/internal/host"
	"github.com/ursa-authz/ursa/authz/polar/internal/ops"
)

// A choiceKind says what a choice still has to try.
type choiceKind uint8

const (
	choiceClauses choiceKind = iota // further clauses of a call
	choiceOr                        // further alternatives of an or
	choiceList                      // further elements of a list
	choiceDict                      // further entries of a dictionary
	choiceKeys                      // further keys of a dictionary lookup
	choiceNot                       // the other answer of a negation
	choiceCollect                   // the collected condition of a call of a partial query
	choiceNoRow                     // a call of a partial query about the end of a relation that leads nowhere
)

// A choice is a point to backtrack to, with the heights of the store.
type choice struct {
	kind       choiceKind
	sorted     bool // choiceClauses: the clauses lie on Machine.sorted
	serial     int  // choices are numbered in the order in which they were made
	next       int32
	frame      int32
	top        int32 // frame above which activations are dropped
	cells      int32
	trail      int32
	waiters    int32
	links      int32
	args       int32 // height of Machine.args; the arguments of choiceClauses end there
	from       int32 // choiceClauses: where its arguments begin
	chain      int32 // choiceClauses: place of the call in the chain of recursive calls
	sorts      int32
	calls      int32
	maybes     int32
	held       int // what the query held
	sealed     int32
	pending    int32
	trace      int32
	conds      int32 // height of the conditions of a partial query
	collectors int32 // height of its collectors
	node       *node
	clauses    []*clause
	list       Value
	keys       []string
}

// pushChoice pushes a choice with the heights of now.
func (m *Machine) pushChoice(kind choiceKind, n *node) *choice {
	m.choices = append(m.choices, choice{
		kind: kind, serial: m.serial, node: n, frame: m.frame, top: int32(len(m.frames)), cells: int32(len(m.cells)),
		trail: int32(len(m.trail)), waiters: int32(len(m.waiters)), links: int32(len(m.links)),
		args: int32(len(m.args)), sorts: int32(len(m.sorted)), calls: int32(len(m.calls)),
		held: m.acct.Mark(), maybes: int32(len(m.maybes)), sealed: int32(m.sealed), pending: int32(m.pending),
	})
	m.serial++
	m.protected = len(m.cells)
	c := &m.choices[len(m.choices)-1]
	if m.partial != nil {
		c.conds, c.collectors = m.partial.height(), int32(len(m.partial.collectors))
	}
	return c
}

// restore undoes everything done since the choice, and makes its activation current.
func (m *Machine) restore(c *choice) {
	m.unbind(int(c.trail))
	m.acct.Restore(c.held)
	clear(m.cells[c.cells:])
	m.cells = m.cells[:c.cells]
	m.frames = m.frames[:c.top]
	m.waiters = m.waiters[:c.waiters]
	m.links = m.links[:c.links]
	m.args = m.args[:c.args]
	m.sorted = m.sorted[:c.sorts]
	m.dropCalls(c.calls)
	m.pending = int(c.pending)
	m.sealed = int(c.sealed)
	m.frame = c.frame
	if m.partial != nil {
		m.partial.restore(c)
	}
}

// cutTo drops the choices above a height.
func (m *Machine) cutTo(height int) {
	clear(m.choices[height:])
	m.choices = m.choices[:height]
	m.protect()
}

// protect recomputes which cells the newest choice protects.
func (m *Machine) protect() {
	if n := len(m.choices); n > 0 {
		m.protected = int(m.choices[n-1].cells)
	} else {
		m.protected = 0
	}
}

// pushFrame pushes an activation and makes it current.
func (m *Machine) pushFrame(f frame) {
	m.frames = append(m.frames, f)
	m.frame = int32(len(m.frames) - 1)
}

// popFrame leaves the current activation, and drops it if no choice may return to it.
func (m *Machine) popFrame() *node {
	f := &m.frames[m.frame]
	cont := f.cont
	parent := f.parent
	top := int32(0)
	if n := len(m.choices); n > 0 {
		top = m.choices[n-1].top
	}
	if m.frame == int32(len(m.frames)-1) && m.frame >= top {
		m.frames = m.frames[:m.frame]
	}
	m.frame = parent
	return cont
}

// Next finds the next solution. It returns false if there are no more. After an
// error or false the machine must be released.
//
// If the context has ended, Next returns an error even if it found an answer: the
// caller that set the deadline has decided what happens after it.
func (m *Machine) Next() (ok bool, err error) {
	defer func() {
		if r := recover(); r != nil {
			ok, err = false, m.panicked(r)
		}
	}()
	ok, err = m.next()
	if err == nil {
		if err = m.acct.Ended(); err != nil {
			return false, m.locate(err, nil)
		}
	}
	return ok, err
}

func (m *Machine) next() (bool, error) {
	if !m.started {
		m.started = true
		return m.run(m.frames[m.frame].clause.body)
	}
	n, err := m.backtrack()
	if err != nil || n == nil {
		return false, err
	}
	return m.run(n)
}

// run walks goals from n on, until a solution or until no alternatives are left.
func (m *Machine) run(n *node) (bool, error) {
	for {
		if n.op >= firstGoal {
			if err := m.charge(1); err != nil {
				return false, m.locate(err, n)
			}
		}
		var next *node // nil: the goal failed
		var err error
		switch n.op {
		case opHalt:
			if m.pending > 0 {
				return false, m.unboundError()
			}
			return true, nil
		case opReturn:
			if m.trace != nil {
				m.traceReturn()
			}
			n = m.popFrame()
			continue
		case opCall:
			next, err = m.call(n)
		case opMark:
			m.cells[m.frames[m.frame].base+n.a.slot] = host.MakeInt(int64(m.serial))
			n = n.next
			continue
		case opOr:
			if err := m.hold(choiceSize); err != nil {
				return false, m.locate(err, n)
			}
			c := m.pushChoice(choiceOr, n)
			c.next = 1
			n = n.alts[0]
			continue
		case opNot:
			next, err = m.negate(n)
		case opNotEnd:
			err = m.endNegation()
		case opCollected:
			err = m.endCollect()
		default:
			var ok bool
			if m.trace != nil {
				m.traceGoal(n)
			}
			if ok, err = m.step(n); ok {
				next = n.next
			}
			if m.trace != nil {
				m.traceStep(n, ok)
			}
		}
		if err != nil {
			return false, m.locate(err, n)
		}
		if next == nil {
			if next, err = m.backtrack(); err != nil {
				return false, err
			}
			if next == nil {
				return false, nil
			}
		}
		for len(m.woken) > 0 {
			next = m.wake(next)
		}
		n = next
	}
}

// step solves a goal that is neither a control goal nor a call. It reports whether the goal succeeded.
func (m *Machine) step(n *node) (bool, error) {
	base := m.frames[m.frame].base
	switch n.op {
	case opUnify:
		// The side that is a variable, if one is, so that the other can be
		// compared with its value in place.
		known, other := &n.a, &n.b
		if known.kind == listOperand {
			known, other = other, known
		}
		v, err := m.value(known, base)
		if err != nil {
			return false, err
		}
		return m.unifyOperand(other, v, base)
	case opCompare:
		return m.compare(n, base)
	case opLookup:
		return m.lookup(n, base)
	case opMethod:
		return m.method(n, base)
	case opMatches:
		v, err := m.value(&n.a, base)
		if err != nil {
			return false, err
		}
		return m.match(v, n.pat, n, base)
	case opIn:
		return m.in(n, base)
	case opTruth:
		return m.truth(n, base)
	case opArith:
		return m.arith(n, base)
	case opNew:
		return m.construct(n, base)
	case opAssign:
		return m.assign(n, base)
	case opCut:
		return m.cut(n, base)
	case opPrint:
		return m.printGoal(n, base)
	case opFail:
		return false, nil
	}
	panic("vm: unknown goal")
}

// truth solves a term used as a goal.
func (m *Machine) truth(n *node, base int32) (bool, error) {
	v, err := m.value(&n.a, base)
	if err != nil {
		return false, err
	}
	switch v.Kind() {
	case host.Var:
		return m.unify(v, host.MakeBool(true))
	case host.Partial:
		if s := asSymbol(v); s.kind != symCond && (s.kind != symField || s.plan == nil || s.plan.Kind != host.Bool) {
			return false, m.unsupported("%s as a condition", describeSymbol(s))
		}
		return m.unify(v, host.MakeBool(true))
	}
	return ops.Truth(v)
}

// assign solves a := b: a must be a variable that was not used before.
func (m *Machine) assign(n *node, base int32) (bool, error) {
	cell := base + n.a.slot
	if c := m.cells[cell]; c.Plan != unboundPlan || c.Word != 0 {
		return false, m.errorf(CodeAssign, "only a new variable can be assigned with :=; use = to compare")
	}
	v, err := m.value(&n.b, base)
	if err != nil {
		return false, err
	}
	return m.unify(makeVar(int(cell)), v)
}

// cut drops choices. If a test began to wait after a choice and before the cut, it
// might still reject that choice, so the cut cannot be decided.
func (m *Machine) cut(n *node, base int32) (bool, error) {
	height := int(m.frames[m.frame].barrier)
	if n.a.slot >= 0 {
		// By number and not by height: another cut may have dropped choices below the mark.
		mark := int(m.cells[base+n.a.slot].Int())
		height = len(m.choices)
		for height > 0 && m.choices[height-1].serial >= mark {
			height--
		}
	}
	for i := height; i < len(m.choices); i++ {
		c := m.choices[i]
		waits := m.waitsSince(int(c.waiters))
		if !waits && (m.partial == nil || m.partial.height() == c.conds) {
			break // and so it is for all that were made later
		}
		switch more, err := m.hasMore(&c); {
		case err != nil:
			return false, err
		case more && waits:
			return false, m.errorf(CodeUnbound, "cut cannot be decided while a test waits for an unbound variable")
		case more:
			return false, m.errorf(CodeUnsupported, "a cut that depends on the unknown resource cannot become a filter")
		}
	}
	if height < len(m.choices) {
		m.cutTo(height)
	}
	return true, nil
}

// hasMore reports whether a choice has alternatives left. A rule whose head does not
// match the call is not an alternative. If rules are not sorted, the machine must try
// some heads to find out.
func (m *Machine) hasMore(c *choice) (bool, error) {
	if c.kind != choiceClauses || c.sorted {
		return true, nil
	}
	m.rewind(int(c.trail))
	defer m.replay(int(c.trail))
	for _, cl := range c.clauses[c.next:] {
		if err := m.charge(1); err != nil {
			return false, err
		}
		if ok, err := m.applicable(cl, m.args[c.from:c.args]); ok || err != nil {
			return ok, err
		}
	}
	return false, nil
}

// backtrack takes the newest choice and returns the node to continue with, or nil
// if no choice is left.
func (m *Machine) backtrack() (*node, error) {
	m.woken = m.woken[:0]
	for len(m.choices) > 0 {
		c := &m.choices[len(m.choices)-1]
		m.restore(c)
		n := c.node
		var next *node
		var err error
		switch c.kind {
		case choiceClauses:
			next, err = m.retry(c)
		case choiceOr:
			err = m.charge(1)
			next = n.alts[c.next]
			c.next++
			if int(c.next) == len(n.alts) {
				m.cutTo(len(m.choices) - 1)
			}
		case choiceNot:
			next, err = m.finishNegation(c)
		case choiceCollect:
			next, err = m.finishCollect(c)
		case choiceNoRow:
			next, err = m.withoutRow(c)
		case choiceList, choiceDict, choiceKeys:
			var ok bool
			if m.trace != nil {
				m.traceGoal(n)
			}
			if ok, err = m.nextElement(c); ok {
				next = n.next
			}
			if m.trace != nil {
				m.traceStep(n, ok)
			}
		default:
			panic("vm: unknown choice")
		}
		if err != nil {
			return nil, m.locate(err, n)
		}
		if next != nil {
			for len(m.woken) > 0 {
				next = m.wake(next)
			}
			return next, nil
		}
		m.woken = m.woken[:0]
	}
	return nil, nil
}
