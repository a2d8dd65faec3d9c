package vm

// This file defines decisions by compiled rules, the direct way.
//
// A decision determines whether a call with known arguments has a solution. For most
// rules the compiler knows, at every goal, which variables have a value. Such a rule
// needs no trail: a variable is a slot that is written when its goal is reached, and a
// goal is a function on slots. The machine walks the goals in a loop, with a stack of
// activations and one of choices, and explores exactly what the solver would, in the
// same order. Nothing recurses on the Go stack.
//
// A rule is compiled for each mode in which it is called (which of its arguments have
// values), when it is first reached. At the end of its body, the values found for
// arguments that had none are copied to the caller. A test that would wait for a variable
// is compiled where the variable gets its value.
//
// Goals that cannot be compiled (cut, :=, and goals that depend on a variable that stays
// unbound) leave the whole decision to the solver. Whether a rule may reach such a goal
// is known before the first decision by it begins (Program.directly), so no decision is
// begun twice.
//
// Both ways share the account of the query and all functions on known values, errors
// included, and charge the same for the same goals (account.go). So they also agree at
// the limits.

import (
	"context"
	"slices"
	"sync"

	"github.com/ursa-authz/ursa/authz/internal/host"
	"github.com/ursa-authz/ursa/authz/polar/syntax"
)

// A test is a goal that succeeds or fails once. It may write slots.
type test func(m *Machine, base int) (bool, error)

// A goalOp is the operation of a goal.
type goalOp uint8

const (
	goalTest goalOp = iota
	goalCall
	goalEnd // the end of a rule's body
	goalIn
	goalOr
	goalNot
	goalNotEnd // the end of what is negated
	goalHalt   // the end of the decision
)

// A goal is a compiled goal and its continuation.
type goal struct {
	op   goalOp
	cost int32 // steps
	test test
	next *goal
	call *goalCallee
	outs []place // goalEnd: by argument, the value for one that had none
	in   *goalElements
	sub  *goal   // goalNot
	alts []*goal // goalOr
	pos  relPos  // relative to the rule
}

// A goalCallee is what a goalCall calls.
type goalCallee struct {
	to   *directPred
	args []place
	outs []int // by argument: the slot for the value found; -1 where it had one; nil when all had
	tail bool
}

// A goalElements is an enumeration of elements.
type goalElements struct {
	seq   place
	item  place // of a known item
	known bool
	check check  // of another item
	first *place // of an item that is a list that begins with a known value
}

// An activation is a rule that is being tried, or a negation in it.
type activation struct {
	code    *directClause // nil for the decision itself
	site    *goal         // the call; nil for a negation
	base    int32         // first slot: the arguments, then the variables
	parent  int32
	depth   int32
	nots    int32 // negations around it
	calls   int32 // place in the chain of recursive calls; -1 outside
	barrier int32 // goalNot: the choices below it, its own included
	tail    bool
}

// An option is a point to backtrack to.
type option struct {
	goal    *goal
	next    int32 // the next element, alternative or clause
	frame   int32 // current activation
	frames  int32 // height of the activations
	top     int32 // height of the slots
	calls   int32 // heights of the solver's stacks
	sorts   int32
	chain   int32 // goalCall: place of the call in the chain of recursive calls
	from    int32 // goalCall: where the arguments begin
	held    int
	clauses []*clause // goalCall
	keys    *[]string // goalIn: of a dictionary
}

// A directState is the stacks of a direct decision.
type directState struct {
	active  bool    // a direct decision is being made
	slots   []Value // activations, innermost last
	top     int     // end of the innermost activation
	high    int     // the highest top so far
	frames  []activation
	frame   int32 // current activation
	base    int   // its first slot
	options []option
	keyed   bool // an option has had keys
	broken  bool // a panic left it in any state
}

// A directPred is a predicate in one mode.
type directPred struct {
	pred    *pred
	mode    uint64 // bit i: argument i has a value
	clauses []clauseSlot
	shapes  sync.Map // *shape: the *directClause of a clause, if others of the shape differ from it only in tests
	root    *goal    // the call of a decision
	direct  tristate
}

// A directClause is a clause in one mode. Its activation is its arguments followed by its variables.
type directClause struct {
	clause *clause
	slots  int       // variables
	size   int       // arguments and variables
	held   int       // bytes that its activation counts
	tests  []argTest // what mayMatch looks at
	head   []headCheck
	first  *goal
	calls  []*directPred // what it calls
	failed bool          // a goal could not be compiled
	why    string        // what it was
	direct tristate
}

// A headCheck unifies an argument with a parameter, or matches its specializer.
type headCheck struct {
	arg int
	ok  check
}

var haltGoal = &goal{op: goalHalt}

// firstSlots are enough for most decisions; the pool is emptied from time to
// time, and a machine should not cost much then.
const firstSlots = 64

// Decide decides name(actor, action, resource). If done is false, the solver must decide
// instead; nothing has been evaluated then.
func (p *Program) Decide(ctx context.Context, cfg *Config, name string, actor any, action string, resource any) (allowed bool, rule *RuleInfo, done bool, err error) {
	var fp *directPred
	switch name {
	case "allow":
		fp = p.allow
	case "deny":
		fp = p.deny
	default:
		fp = p.decisions[name]
	}
	if fp == nil {
		return false, nil, false, nil
	}
	m := p.machines.Get().(*Machine)
	d := &m.d
	args := (*[3]Value)(d.slots)
	if !p.reg.Read(&args[0], actor) || !p.reg.Read(&args[2], resource) {
		clear(args[:])
		p.machines.Put(m)
		return false, nil, false, nil
	}
	args[1] = host.MakeString(action)
	leaf := fp.pred.index.find(args[:])
	if fp.direct.Load() != yes && !p.allDirectly(fp, leaf.clauses) {
		clear(args[:])
		p.machines.Put(m)
		return false, nil, false, nil
	}
	m.begin(ctx, cfg)
	d.active, d.top, d.high = true, 3, 3
	d.frames = append(d.frames, activation{parent: -1, calls: -1})
	allowed, err = m.decide(fp, leaf)
	rule = m.decided
	m.releaseDirect()
	if err != nil || !allowed {
		return false, nil, true, err
	}
	return true, rule, true, nil
}

// decide makes the decision whose arguments are the first slots.
func (m *Machine) decide(fp *directPred, leaf *indexNode) (ok bool, err error) {
	defer func() {
		if r := recover(); r != nil {
			ok, err = false, m.panicked(r)
			m.d.broken = true
		}
	}()
	if err := m.charge(1); err != nil {
		return false, m.locateDirect(err, fp.root)
	}
	g, err := m.callAt(fp.root, leaf, 0)
	if err != nil {
		return false, m.locateDirect(err, fp.root)
	}
	if g == nil {
		g, err = m.nextOption()
	}
	switch {
	case err != nil:
	case g == haltGoal:
		ok = true
	case g != nil:
		ok, err = m.walk(g)
	}
	if err == nil {
		if err = m.acct.Ended(); err != nil {
			return false, m.locateDirect(err, nil)
		}
	}
	return ok, err
}

// walk solves goals from g on. It reports whether the decision holds.
func (m *Machine) walk(g *goal) (bool, error) {
	for {
		if err := m.acct.Charge(int(g.cost)); err != nil {
			return false, m.locateDirect(err, g)
		}
		var next *goal // nil: the goal failed
		var err error
		switch g.op {
		case goalTest:
			var ok bool
			if ok, err = g.test(m, m.d.base); ok {
				g = g.next
				continue
			}
		case goalCall:
			next, err = m.callDirect(g)
		case goalEnd:
			g = m.returnDirect(g)
			continue
		case goalIn:
			next, err = m.inDirect(g, m.d.base)
		case goalOr:
			if err = m.hold(choiceSize); err == nil {
				m.pushOption(g).next = 1
				next = g.alts[0]
			}
		case goalNot:
			next, err = m.negateDirect(g)
		case goalNotEnd:
			m.d.options = m.d.options[:m.d.frames[m.d.frame].barrier-1]
		case goalHalt:
			return true, nil
		}
		if err != nil {
			return false, m.locateDirect(err, g)
		}
		if next == nil {
			if next, err = m.nextOption(); next == nil || err != nil {
				return false, err
			}
		}
		g = next
	}
}

// callDirect calls a predicate. It returns the first goal of a rule that may apply, or nil.
func (m *Machine) callDirect(g *goal) (*goal, error) {
	d := &m.d
	from, c := d.top, g.call
	m.growSlots(from + len(c.args))
	for i := range c.args {
		d.slots[from+i] = c.args[i].load(m, d.base)
	}
	return m.callAt(g, nil, from)
}

// callAt calls a predicate with the arguments at from. The leaf is what the index finds
// for them, if it is known already.
func (m *Machine) callAt(g *goal, leaf *indexNode, from int) (*goal, error) {
	d := &m.d
	fp := g.call.to
	pr := fp.pred
	args := d.slots[from : from+pr.arity]
	caller := &d.frames[d.frame]
	if int(caller.depth) >= m.limits.Depth {
		return nil, m.tooDeep()
	}
	calls := caller.calls
	if pr.recursive {
		at, known, err := m.enterCall(pr, args, calls, caller.nots, from)
		if err != nil || known != notRepeated {
			return nil, err
		}
		calls = at
	}
	if leaf == nil {
		leaf = pr.index.find(args)
	}
	if err := m.chargeCall(pr.arity, len(leaf.clauses)); err != nil {
		return nil, err
	}
	clauses := leaf.clauses
	if leaf.ordered && len(clauses) > 1 {
		at := len(m.sorted)
		for _, cl := range clauses {
			ok, err := m.appliesDirect(fp, cl, from)
			if err != nil {
				return nil, err
			}
			if ok {
				m.sorted = append(m.sorted, cl)
			}
		}
		clauses = m.sorted[at:]
		if err := m.sortBySpecificity(clauses, args); err != nil {
			return nil, err
		}
	}
	if len(clauses) == 0 {
		return nil, nil
	}
	return m.tryDirect(g, clauses, 0, from, calls, nil)
}

// tryDirect tries clauses from index i on, for the arguments at from. The option o is that
// of the call, nil before there is one.
//
// The tests that a clause begins with are run at once. So a clause that fails in them leaves
// nothing behind, and one that consists of tests needs no activation.
func (m *Machine) tryDirect(g *goal, clauses []*clause, i, from int, calls int32, o *option) (*goal, error) {
	d := &m.d
	fp := g.call.to
	arity := fp.pred.arity
	mark := m.acct.Mark()
	var first *goal
	var err error
	var fc *directClause
	if o != nil {
		fc = fp.compiled(m.prog, clauses[i]) // it passed when the option was made
	}
clauses:
	for ; ; fc = nil {
		if fc == nil {
			if i, fc = m.nextPassing(fp, clauses, i, d.slots[from:from+arity]); fc == nil {
				if o != nil {
					m.dropOption()
				}
				return nil, nil
			}
		}
		if d.frame == 0 {
			m.decided = fc.clause.info
		}
		if d.top = from + fc.size; d.top > d.high {
			m.growSlots(d.top)
		}
		i++
		if err = m.hold(fc.held); err != nil {
			return nil, err
		}
		for first = fc.first; first.op == goalTest; first = first.next {
			if err = m.acct.Charge(int(first.cost)); err == nil {
				var ok bool
				if ok, err = first.test(m, from); ok {
					continue
				}
				if err == nil {
					m.acct.Restore(mark)
					continue clauses
				}
			}
			m.enterDirect(g, fc, from, calls)
			return nil, m.locateDirect(err, first)
		}
		// What is left to try, if the rest fails.
		j := len(clauses)
		if i < j {
			var more *directClause
			if j, more = m.nextPassing(fp, clauses, i, d.slots[from:from+arity]); more == nil {
				j = len(clauses)
			}
		}
		switch {
		case j < len(clauses) && o == nil:
			top, held := d.top, m.acct.Mark()
			d.top = from + arity
			m.acct.Restore(mark)
			o = m.pushOption(g)
			o.clauses, o.next, o.from, o.chain = clauses, int32(j), int32(from), calls
			d.top = top
			m.acct.Restore(held)
		case j < len(clauses):
			o.next = int32(j)
		case o != nil:
			m.dropOption()
		}
		if first.op != goalEnd {
			m.enterDirect(g, fc, from, calls)
			return first, nil
		}
		if err = m.acct.Charge(int(first.cost)); err != nil {
			m.enterDirect(g, fc, from, calls)
			return nil, m.locateDirect(err, first)
		}
		for i, to := range g.call.outs {
			if to >= 0 {
				d.slots[d.base+to] = first.outs[i].load(m, from)
			}
		}
		if calls != d.frames[d.frame].calls {
			m.solved(calls)
		}
		if d.top = from; j < len(clauses) {
			d.top = from + arity
		}
		return g.next, nil
	}
}

// nextPassing returns the first clause from index i on that the constants and classes of
// its head do not rule out, or nil.
func (m *Machine) nextPassing(fp *directPred, clauses []*clause, i int, args []Value) (int, *directClause) {
next:
	for ; i < len(clauses); i++ {
		cl := clauses[i]
		fc := fp.clauses[cl.order].Load()
		if fc == nil {
			fc = fp.compile(m.prog, cl)
		}
		for k := range fc.tests {
			t := &fc.tests[k]
			if !t.passes(&args[t.arg]) {
				continue next
			}
		}
		return i, fc
	}
	return i, nil
}

// appliesDirect is applicable for a compiled clause.
func (m *Machine) appliesDirect(fp *directPred, cl *clause, from int) (bool, error) {
	args := m.d.slots[from : from+fp.pred.arity]
	if !m.prog.mayMatch(cl, args) || !cl.mayBeLists(args) {
		return false, nil
	}
	fc := fp.compiled(m.prog, cl)
	m.growSlots(from + len(args) + fc.slots)
	ok := true
	var err error
	m.quiet = true
	for i := 0; ok && err == nil && i < len(fc.head); i++ {
		h := &fc.head[i]
		ok, err = h.ok(m, from, m.d.slots[from+h.arg])
	}
	m.quiet, m.unsure = false, false
	if err != nil && !ends(err) {
		return true, nil
	}
	return ok, err
}

// enterDirect makes an activation of a clause current, for the arguments at from.
func (m *Machine) enterDirect(g *goal, fc *directClause, from int, calls int32) {
	d := &m.d
	at := d.frame
	n := len(d.frames)
	if n == cap(d.frames) {
		d.frames = slices.Grow(d.frames, 1)
	}
	d.frames = d.frames[:n+1]
	f, caller := &d.frames[n], &d.frames[at]
	f.code, f.site = fc, g
	f.base, f.parent, f.nots, f.calls, f.barrier = int32(from), at, caller.nots, calls, 0
	f.depth, f.tail = caller.depth, g.call.tail
	if !f.tail {
		f.depth++
	}
	d.frame, d.base = int32(n), from
}

// returnDirect leaves the current activation, and drops it if no option may return to it.
func (m *Machine) returnDirect(g *goal) *goal {
	d := &m.d
	at := d.frame
	f := &d.frames[at]
	site, base, parent := f.site, int(f.base), f.parent
	caller := int(d.frames[parent].base)
	if outs := site.call.outs; outs != nil {
		for i, to := range outs {
			if to >= 0 {
				d.slots[caller+to] = g.outs[i].load(m, base)
			}
		}
	}
	if f.calls != d.frames[parent].calls {
		m.solved(f.calls)
	}
	height, top := int32(0), 0
	if n := len(d.options); n > 0 {
		height, top = d.options[n-1].frames, int(d.options[n-1].top)
	}
	if int(at) == len(d.frames)-1 && at >= height {
		d.frames = d.frames[:at]
		d.top = max(base, top) // further clauses of the call need its arguments
	}
	d.frame, d.base = parent, caller
	return site.next
}

// negateDirect begins a negation.
func (m *Machine) negateDirect(g *goal) (*goal, error) {
	d := &m.d
	f := d.frames[d.frame]
	m.pushOption(g)
	if err := m.hold(choiceSize + f.code.clause.activation()); err != nil {
		return nil, err
	}
	f.site, f.parent, f.tail = nil, d.frame, false
	f.depth++
	f.nots++
	f.barrier = int32(len(d.options))
	d.frames = append(d.frames, f)
	d.frame = int32(len(d.frames) - 1)
	return g.sub, nil
}

// pushOption pushes an option with the heights of now.
func (m *Machine) pushOption(g *goal) *option {
	d := &m.d
	n := len(d.options)
	if n == cap(d.options) {
		d.options = slices.Grow(d.options, 1)
	}
	d.options = d.options[:n+1]
	o := &d.options[n]
	o.goal, o.frame, o.frames, o.top = g, d.frame, int32(len(d.frames)), int32(d.top)
	o.calls, o.sorts, o.held = int32(len(m.calls)), int32(len(m.sorted)), m.acct.Mark()
	return o
}

// dropOption drops the newest option.
func (m *Machine) dropOption() {
	d := &m.d
	d.options = d.options[:len(d.options)-1]
}

// nextOption backtracks: it takes the newest option and returns the goal to continue
// with, or nil if no option is left.
func (m *Machine) nextOption() (*goal, error) {
	d := &m.d
	for len(d.options) > 0 {
		o := &d.options[len(d.options)-1]
		m.acct.Restore(o.held)
		m.sorted = m.sorted[:o.sorts]
		if len(m.calls) > int(o.calls) {
			m.dropCalls(o.calls)
		}
		d.frames = d.frames[:o.frames]
		d.frame, d.top = o.frame, int(o.top)
		d.base = int(d.frames[o.frame].base)
		g := o.goal
		var next *goal
		var err error
		switch g.op {
		case goalCall:
			next, err = m.retryDirect(o)
		case goalIn:
			next, err = m.nextInDirect(o)
		case goalOr:
			err = m.charge(1)
			next = g.alts[o.next]
			if o.next++; int(o.next) == len(g.alts) {
				m.dropOption()
			}
		case goalNot:
			next = g.next
			m.dropOption()
		}
		if err != nil {
			return nil, m.locateDirect(err, g)
		}
		if next != nil {
			return next, nil
		}
	}
	return nil, nil
}

// retryDirect tries the next clauses of a call.
func (m *Machine) retryDirect(o *option) (*goal, error) {
	return m.tryDirect(o.goal, o.clauses, int(o.next), int(o.from), o.chain, o)
}

// growSlots makes room for the slots below top.
func (m *Machine) growSlots(top int) {
	d := &m.d
	if top <= d.high {
		return
	}
	if top > len(d.slots) {
		size := 2 * len(d.slots)
		if size > 1<<13 {
			size = len(d.slots) * 5 / 4
		}
		slots := make([]Value, max(top, size))
		copy(slots, d.slots[:d.high])
		d.slots = slots
	}
	d.high = top
}

// releaseDirect clears the machine of what a direct decision used, and returns it to the pool.
func (m *Machine) releaseDirect() {
	d := &m.d
	if crowded := m.close(); crowded || d.broken || max(cap(d.slots), cap(d.frames), cap(d.options), cap(m.calls), cap(m.abuf), cap(m.work)) > keepCells {
		return
	}
	// Values keep host memory alive, so all must be cleared; but only what was used, one by
	// one, which costs less than assigning a new machine.
	clear(d.slots[:d.high])
	d.top, d.high, d.frame, d.base = 0, 0, 0, 0
	d.frames = d.frames[:0]
	if d.keyed {
		clear(d.options[:cap(d.options)])
		d.keyed = false
	}
	d.options = d.options[:0]
	if len(m.calls) > 0 {
		m.unhash(0)
		m.calls = m.calls[:0]
	}
	d.active = false
	if len(m.made) > 0 {
		clear(m.made)
		m.made = m.made[:0]
	}
	m.sorted = m.sorted[:0]
	m.ctx, m.decided, m.fetches = nil, nil, 0
	if m.fetched != nil {
		m.fetched = nil
	}
	if m.nowVal.Plan != nil {
		m.nowVal = Value{}
	}
	if m.memo.calls > 0 {
		m.memo = memo{}
	}
	m.prog.machines.Put(m)
}

// locateDirect adds the position of a goal and the stack to an error.
func (m *Machine) locateDirect(err error, g *goal) error {
	e := m.errorOf(err)
	if len(e.Stack) > 0 {
		return e
	}
	d := &m.d
	if !e.Pos.IsValid() {
		e.Pos = m.positionIn(d.frame, g)
	}
	pos := e.Pos
	for at := d.frame; at >= 0 && int(at) < len(d.frames) && len(e.Stack) < maxStack; {
		f := &d.frames[at]
		name := "query"
		if f.code != nil {
			name = f.code.clause.info.Name
		}
		e.Stack = append(e.Stack, Frame{Rule: name, Pos: pos})
		for f.tail { // the solver has let it take its caller's place
			f = &d.frames[f.parent]
		}
		pos = m.positionIn(f.parent, f.site)
		at = f.parent
	}
	return e
}

// positionIn returns the position of a goal of an activation. Both may be missing.
func (m *Machine) positionIn(frame int32, g *goal) syntax.Position {
	if g == nil || frame < 0 || int(frame) >= len(m.d.frames) || m.d.frames[frame].code == nil {
		return syntax.Position{}
	}
	return m.d.frames[frame].code.clause.info.at(g.pos)
}
