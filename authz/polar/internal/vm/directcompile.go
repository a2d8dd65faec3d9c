package vm

// This file defines the compiler of direct decisions, which tracks what is known about
// each variable at each goal, and makes goals from it.

import (
	"slices"
	"sync/atomic"

	"github.com/ursa-authz/ursa/authz/internal/host"
	"github.com/ursa-authz/ursa/authz/internal/meter"
	"github.com/ursa-authz/ursa/authz/polar/internal/resolve"
)

// A place says where the value of a variable is.
type place struct {
	state placeState
	slot  int   // relative to the activation; of stateValue and stateFree
	value Value // of stateConst
}

type placeState uint8

const (
	stateFree  placeState = iota // no value yet; it will stand at slot
	stateValue                   // at slot
	stateConst                   // a constant
	stateMixed                   // some alternatives of an or gave it a value, others did not
)

// load reads the value at a place.
func (p *place) load(m *Machine, base int) Value {
	if p.state == stateConst {
		return p.value
	}
	return m.d.slots[base+p.slot]
}

// A build makes a goal from its continuation.
type build func(next *goal) *goal

// A directKey is a predicate and a mode.
type directKey struct {
	pred *pred
	mode uint64
}

// A clauseSlot holds a clause in one mode once it is compiled.
type clauseSlot struct{ atomic.Pointer[directClause] }

// A tristate is whether a rule is decided directly: not known yet, yes or no.
type tristate struct{ atomic.Int32 }

const (
	unknown int32 = iota
	yes
	no
)

// directPredOf returns the predicate in a mode.
func (p *Program) directPredOf(pr *pred, mode uint64) *directPred {
	p.predsLock.Lock()
	defer p.predsLock.Unlock()
	if mode == allGround(pr.arity) {
		if pr.given == nil {
			pr.given = newDirectPred(pr, mode)
		}
		return pr.given
	}
	key := directKey{pr, mode}
	fp := p.directPreds[key]
	if fp == nil {
		fp = newDirectPred(pr, mode)
		if p.directPreds == nil {
			p.directPreds = make(map[directKey]*directPred)
		}
		p.directPreds[key] = fp
	}
	return fp
}

func newDirectPred(pr *pred, mode uint64) *directPred {
	fp := &directPred{pred: pr, mode: mode, clauses: make([]clauseSlot, len(pr.clauses))}
	fp.root = &goal{op: goalCall, next: haltGoal, call: &goalCallee{to: fp}}
	return fp
}

// compiled returns a clause of the predicate in its mode. Several goroutines may compile
// it at once; they make the same.
func (fp *directPred) compiled(p *Program, cl *clause) *directClause {
	if fc := fp.clauses[cl.order].Load(); fc != nil {
		return fc
	}
	return fp.compile(p, cl)
}

func (fp *directPred) compile(p *Program, cl *clause) *directClause {
	fc := p.compileDirect(fp, cl)
	fp.clauses[cl.order].Store(fc)
	return fc
}

func (p *Program) compileDirect(fp *directPred, cl *clause) *directClause {
	if known, ok := fp.shapes.Load(cl.shape); ok && cl.literalsAreShortTexts() {
		return known.(*directClause).of(cl)
	}
	c := &directCompiler{p: p, fp: fp, cl: cl, rule: p.module.Rule(cl.info.Index), arity: fp.pred.arity, slots: cl.slots, now: -1}
	first := c.compile()
	fc := &directClause{
		clause: cl, slots: c.slots, size: c.arity + c.slots, held: cl.activation(), tests: c.argTests, head: c.heads,
		first: first, calls: c.calls, failed: c.failed, why: c.why,
	}
	if c.literals == 0 && cl.literalsAreShortTexts() {
		fp.shapes.Store(cl.shape, fc)
	}
	return fc
}

// of returns what fc is for a clause of the same shape.
func (fc *directClause) of(cl *clause) *directClause {
	tests := slices.Clone(fc.tests)
	for i := range tests {
		if t := &tests[i]; t.literal {
			t.text = cl.params[t.arg].term.value.Str()
		}
	}
	return &directClause{
		clause: cl, slots: fc.slots, size: fc.size, held: fc.held, tests: tests, head: fc.head,
		first: fc.first, calls: fc.calls, failed: fc.failed, why: fc.why,
	}
}

// literalsAreShortTexts reports whether the literals among the parameters are texts that are
// compared without a charge.
func (cl *clause) literalsAreShortTexts() bool {
	return !slices.ContainsFunc(cl.params, func(p param) bool {
		return p.term.kind == constOperand && !(p.term.isText() && p.term.value.Word < meter.StepBytes)
	})
}

// keptClauses is how many clauses of a predicate are kept compiled when they were only
// compiled to find out whether they can be.
const keptClauses = 64

// directly reports whether a decision that may try the clause can be made directly: the
// goals of the clause, and of all rules that it may reach, are compiled.
func (p *Program) directly(fp *directPred, cl *clause) bool {
	fc := fp.compiled(p, cl)
	switch fc.direct.Load() {
	case yes:
		return true
	case no:
		return false
	}
	p.directLock.Lock()
	defer p.directLock.Unlock()
	ok := !fc.failed
	seen := make(map[*directPred]bool)
	for queue := fc.calls; ok && len(queue) > 0; queue = queue[1:] {
		to := queue[0]
		if seen[to] || to.direct.Load() == yes {
			continue
		}
		ok = to.direct.Load() != no
		seen[to] = true
		for _, cl := range to.pred.clauses {
			if !ok {
				break
			}
			var fc *directClause
			if len(to.clauses) <= keptClauses {
				fc = to.compiled(p, cl)
			} else {
				fc = p.compileDirect(to, cl)
			}
			if queue = append(queue, fc.calls...); fc.failed {
				ok = false
				to.direct.Store(no)
			}
		}
	}
	if !ok {
		fc.direct.Store(no)
		return false
	}
	for to := range seen {
		to.direct.Store(yes)
	}
	fc.direct.Store(yes)
	return true
}

// allDirectly is directly for what the index leaves of a predicate. If that is much of it,
// the answer is remembered for the predicate.
func (p *Program) allDirectly(fp *directPred, clauses []*clause) bool {
	for _, cl := range clauses {
		if !p.directly(fp, cl) {
			return false
		}
	}
	if len(clauses) == len(fp.clauses) {
		fp.direct.Store(yes)
	}
	return true
}

// A directCompiler compiles one clause.
type directCompiler struct {
	p       *Program
	fp      *directPred
	cl      *clause
	rule    *resolve.Rule
	at      *resolve.At            // the goal being compiled
	last    map[*resolve.Call]bool // the calls that are the last goal of the body
	arity   int
	slots   int                    // variables, and room for values in between
	vars    []place                // by variable
	alias   []int                  // by variable: the variable it was unified with while both were free, or itself
	waiting map[int][]resolve.Goal // by variable: goals to solve once it has a value
	tests   map[int][]*pattern     // by variable: specializers to match once it has a value
	calls   []*directPred
	now     int  // slot of the constant "now"; -1 while it is not used
	failed  bool // something could not be compiled
	why     string

	literals int       // literal parameters that are not among argTests
	argTests []argTest // what mayMatch looks at
	heads    []headCheck
}

func (c *directCompiler) compile() *goal {
	for v := range c.cl.slots {
		c.vars = append(c.vars, place{state: stateFree, slot: c.arity + v})
		c.alias = append(c.alias, v)
	}
	c.waiting = make(map[int][]resolve.Goal)
	c.tests = make(map[int][]*pattern)
	c.at = &resolve.At{Pos: c.cl.info.Pos}
	builds := c.head()
	if c.now >= 0 {
		c.give("now in the head") // the head would be matched before it is read
	}
	c.last = make(map[*resolve.Call]bool)
	markLast(c.rule.Body, c.last)
	if !c.failed {
		builds = append(builds, c.body(c.rule.Body)...)
	}
	if len(c.waiting) > 0 || len(c.tests) > 0 {
		c.give("a test that waits for a variable without a value") // a test that waits forever; the solver reports it
	}
	var end *goal
	if !c.failed {
		end = c.end()
	}
	if c.failed {
		return nil
	}
	first := chain(builds, end)
	if c.now >= 0 {
		first = c.readNow(first)
	}
	return first
}

// markLast records the calls that are the last goal of g.
func markLast(g resolve.Goal, last map[*resolve.Call]bool) {
	switch g := g.(type) {
	case *resolve.And:
		for _, goal := range slices.Backward(g.Goals) {
			if _, ok := goal.(*resolve.Debug); !ok {
				markLast(goal, last)
				break
			}
		}
	case *resolve.Or:
		for _, goal := range g.Goals {
			markLast(goal, last)
		}
	case *resolve.Call:
		last[g] = true
	}
}

// readNow returns a goal that reads the constant "now" before next. It is read once for a
// query, so that it makes no difference when.
func (c *directCompiler) readNow(next *goal) *goal {
	slot := c.now
	return &goal{op: goalTest, next: next, pos: c.pos(), test: func(m *Machine, base int) (bool, error) {
		v, err := m.nowValue()
		m.d.slots[base+slot] = v
		return err == nil, err
	}}
}

func chain(builds []build, next *goal) *goal {
	for _, b := range slices.Backward(builds) {
		next = b(next)
	}
	return next
}

// pos returns the position of the goal being compiled.
func (c *directCompiler) pos() relPos { return c.cl.info.rel(c.at.Pos) }

// give says why a goal cannot be compiled.
func (c *directCompiler) give(why string) []build {
	if !c.failed {
		c.failed, c.why = true, why
	}
	return nil
}

// test makes the build of a goal that succeeds or fails once.
func (c *directCompiler) test(f test) []build {
	pos := c.pos()
	return []build{func(next *goal) *goal {
		return &goal{op: goalTest, cost: 1, test: f, next: next, pos: pos}
	}}
}

// free makes the build of a test that is a part of another goal.
func (c *directCompiler) free(f test) build {
	pos := c.pos()
	return func(next *goal) *goal {
		return &goal{op: goalTest, test: f, next: next, pos: pos}
	}
}

// tick makes the build of a goal that does nothing, but costs the same as it costs the solver.
func (c *directCompiler) tick(steps, held int) build {
	pos := c.pos()
	return func(next *goal) *goal {
		if held == 0 {
			// A copy, since several goals may continue with next.
			g := *next
			g.cost += int32(steps)
			return &g
		}
		return &goal{op: goalTest, cost: int32(steps), next: next, pos: pos, test: func(m *Machine, _ int) (bool, error) {
			_ = m.hold(held) // noticed by the next, as in the solver
			return true, nil
		}}
	}
}

// find follows aliases.
func (c *directCompiler) find(v int) int {
	for c.alias[v] != v {
		v = c.alias[v]
	}
	return v
}

func (c *directCompiler) place(v int) place { return c.vars[c.find(v)] }

// given reports whether variable v is a parameter whose argument has no value, so that it
// is a variable of the caller.
func (c *directCompiler) given(v int) bool {
	for i := range c.cl.params {
		if p := &c.cl.params[i]; c.fp.mode&(1<<i) == 0 && p.term.kind == varOperand && int(p.term.slot) == v {
			return true
		}
	}
	return false
}

// isAwaited reports whether a test or goal waits for variable v.
func (c *directCompiler) isAwaited(v int) bool {
	v = c.find(v)
	return len(c.waiting[v]) > 0 || len(c.tests[v]) > 0
}

// bindTo says that variable v has its value at a place from here on, and
// returns the goals that waited for it.
func (c *directCompiler) bindTo(v int, p place) []build {
	v = c.find(v)
	c.vars[v] = p
	var out []build
	for _, pat := range c.tests[v] {
		out = append(out, c.matches(p, pat)...)
	}
	delete(c.tests, v)
	goals := c.waiting[v]
	delete(c.waiting, v)
	for _, g := range goals {
		out = append(out, c.goal(g)...)
	}
	return out
}

// stored is the place of a variable whose value a goal writes into its slot.
func (c *directCompiler) stored(v int) place {
	return place{state: stateValue, slot: c.vars[c.find(v)].slot}
}

// newSlot returns room for a value in between.
func (c *directCompiler) newSlot() int {
	c.slots++
	return c.arity + c.slots - 1
}

// head compiles the parameters.
func (c *directCompiler) head() []build {
	var out []build
	unify := func(i int, ok check, after []build) {
		c.heads = append(c.heads, headCheck{i, ok})
		out = append(out, c.free(func(m *Machine, base int) (bool, error) {
			return ok(m, base, m.d.slots[base+i])
		}))
		out = append(out, after...)
	}
	for i := range c.cl.params {
		p := &c.cl.params[i]
		rp := &c.rule.Params[i]
		has := c.fp.mode&(1<<i) != 0
		if has && p.term.kind == constOperand {
			t := testOf(i, p.term.value)
			t.literal = t.kind == argText
			c.argTests = append(c.argTests, t)
		}
		if p.term.kind == constOperand && !(has && p.term.isText() && p.term.value.Word < meter.StepBytes) {
			c.literals++
		}
		switch {
		case has && p.fresh:
			c.vars[c.find(int(p.term.slot))] = place{state: stateValue, slot: i}
		case has && p.term.isText() && p.term.value.Word < meter.StepBytes:
			// The test is all of it.
		case has:
			ok, after := c.unifyWith(rp.Term)
			unify(i, ok, after)
		case p.term.kind == varOperand:
			if p.pat != nil && !c.waitMatch(int(p.term.slot), p.pat, &out) {
				return c.give("a specializer of an argument without a value")
			}
			continue
		case p.term.kind != constOperand:
			return c.give("a compound parameter for an argument without a value")
		}
		if p.pat == nil {
			continue
		}
		if !has {
			return c.give("a specializer of an argument without a value")
		}
		if t, ok := c.p.testOfPattern(i, p.pat); ok {
			c.argTests = append(c.argTests, t)
			if t.kind != argNone && p.pat.kind == classPattern && len(p.pat.fields) == 0 {
				continue // the test is all of it
			}
		}
		ok, after := c.match(p.pat)
		unify(i, ok, after)
	}
	return out
}

// waitMatch makes a specializer wait for a variable that has no value. It reports false
// if the solver would do more than that.
func (c *directCompiler) waitMatch(v int, p *pattern, out *[]build) bool {
	v = c.find(v)
	switch {
	case c.vars[v].state != stateFree || c.isAwaited(v) || p.kind == valuePattern || p.kind == listPattern:
		return false
	case p.kind == dictPattern && len(p.fields) == 0:
		return true // {} matches everything
	case p.union == resolve.UnionActor && len(c.p.actor) == 0, p.union == resolve.UnionResource && len(c.p.resource) == 0:
		return false
	}
	c.tests[v] = append(c.tests[v], p)
	*out = append(*out, c.tick(0, waiterSize))
	return true
}

// end compiles the end of the body, which hands the values found to the caller.
func (c *directCompiler) end() *goal {
	g := &goal{op: goalEnd, pos: c.pos()}
	if c.fp.mode == allGround(c.arity) {
		return g
	}
	g.outs = make([]place, c.arity)
	for i := range c.cl.params {
		if c.fp.mode&(1<<i) != 0 {
			continue
		}
		switch p := &c.cl.params[i]; p.term.kind {
		case constOperand:
			g.outs[i] = place{state: stateConst, value: p.term.value}
		default:
			g.outs[i] = c.place(int(p.term.slot))
		}
		if g.outs[i].state == stateFree || g.outs[i].state == stateMixed {
			c.give("an argument that stays without a value")
		}
	}
	return g
}

func allGround(arity int) uint64 { return 1<<arity - 1 }

// body compiles the goals of a conjunction.
func (c *directCompiler) body(g *resolve.And) []build {
	var out []build
	for _, goal := range g.Goals {
		if out = append(out, c.goal(goal)...); c.failed {
			break
		}
	}
	return out
}

// known returns the place of a term's value: a constant, or a variable that has
// one. Otherwise free is the variable it depends on, or -1.
func (c *directCompiler) known(t resolve.Term) (p place, free int, ok bool) {
	switch t := t.(type) {
	case *resolve.Const:
		if c.p.isNow(t.Value) {
			if c.now < 0 {
				c.now = c.newSlot()
			}
			return place{state: stateValue, slot: c.now}, -1, true
		}
		return place{state: stateConst, value: t.Value}, -1, true
	case *resolve.Var:
		p := c.place(t.Slot)
		switch p.state {
		case stateFree:
			return place{}, c.find(t.Slot), false
		case stateMixed:
			return place{}, -1, false
		}
		return p, -1, true
	}
	return place{}, -1, false
}

// value is known for terms that the goal builds, too: lists and dictionaries of known values.
func (c *directCompiler) value(t resolve.Term, before *[]build) (p place, free int, ok bool) {
	var terms []resolve.Term
	var rest *resolve.Var
	var keys []string
	switch t := t.(type) {
	case *resolve.List:
		terms, rest = t.Elems, t.Rest
	case *resolve.Dict:
		terms, keys = t.Vals, t.Keys
	default:
		return c.known(t)
	}
	if rest != nil {
		return place{}, -1, false
	}
	elems := make([]place, len(terms))
	for i, e := range terms {
		if elems[i], _, ok = c.value(e, before); !ok {
			return place{}, -1, false
		}
	}
	slot := c.newSlot()
	*before = append(*before, c.free(func(m *Machine, base int) (bool, error) {
		if err := m.hold(len(elems) * valueSize); err != nil {
			return false, err
		}
		vals := make([]Value, len(elems))
		for i := range elems {
			vals[i] = elems[i].load(m, base)
		}
		if keys != nil {
			m.d.slots[base+slot] = host.MakeDict(keys, vals)
		} else {
			m.d.slots[base+slot] = host.MakeList(vals)
		}
		return true, m.charge(len(elems))
	}))
	return place{state: stateValue, slot: slot}, -1, true
}

// wait postpones a goal until a variable has a value.
func (c *directCompiler) wait(v int, g resolve.Goal) []build {
	if v < 0 {
		return c.give("a goal that waits for no single variable")
	}
	c.waiting[v] = append(c.waiting[v], g)
	return []build{c.tick(1, waiterSize)}
}

// goal compiles a goal.
func (c *directCompiler) goal(g resolve.Goal) []build {
	if c.failed {
		return nil
	}
	outer := c.at
	c.at = g.Where()
	defer func() { c.at = outer }()
	switch g := g.(type) {
	case *resolve.And:
		return c.body(g)
	case *resolve.Or:
		return c.or(g)
	case *resolve.Not:
		return c.not(g, g.Goal, g.Locals)
	case *resolve.Forall:
		inner := &resolve.Not{At: resolve.At{Pos: g.Body.Where().Pos, Node: g.Body.Where().Node}, Goal: g.Body, Locals: g.BodyLocals}
		return c.not(g, &resolve.And{At: g.At, Goals: []resolve.Goal{g.Cond, inner}}, g.Locals)
	case *resolve.Unify:
		return c.unify(g)
	case *resolve.Compare:
		return c.compare(g)
	case *resolve.Arith:
		return c.arith(g)
	case *resolve.Lookup:
		return c.lookup(g)
	case *resolve.Method:
		return c.method(g)
	case *resolve.New:
		return c.construct(g)
	case *resolve.In:
		return c.elements(g)
	case *resolve.Matches:
		p, free, ok := c.known(g.Term)
		switch {
		case ok:
			return c.matches(p, c.pattern(g.Pattern))
		case free >= 0 && c.isAwaited(free):
			return c.give("a variable that is tested for several classes") // the solver compares the classes
		}
		return c.wait(free, g)
	case *resolve.Truth:
		return c.truth(g)
	case *resolve.Call:
		return c.call(g)
	case *resolve.Print:
		return c.print(g)
	case *resolve.Debug:
		return nil
	case *resolve.Assign, *resolve.Cut:
		return c.give("cut, or :=")
	}
	panic("vm: a goal of an unknown type")
}

// pattern compiles a pattern's operands; the slots are the variables.
func (c *directCompiler) pattern(p resolve.Pattern) *pattern {
	cc := &compiler{p: c.p, info: c.cl.info}
	return cc.pattern(p)
}

func (c *directCompiler) unify(g *resolve.Unify) []build {
	l, r := g.L, g.R
	lv, lIsVar := l.(*resolve.Var)
	rv, rIsVar := r.(*resolve.Var)
	if lIsVar && rIsVar && c.place(lv.Slot).state == stateFree && c.place(rv.Slot).state == stateFree {
		a, b := c.find(lv.Slot), c.find(rv.Slot)
		if a != b {
			// As in the solver, the younger becomes a name of the older. What waits for
			// the younger would wake, and wait for the other.
			switch {
			case c.given(a) && c.given(b):
				if c.isAwaited(a) || c.isAwaited(b) {
					return c.give("two arguments are the same variable")
				}
			case c.given(b) || b < a && !c.given(a):
				a, b = b, a
			}
			if c.isAwaited(b) {
				return c.give("a variable that is waited for is the same as another")
			}
			c.alias[b] = a
		}
		return []build{c.tick(1, 0)}
	}
	if _, ok := l.(*resolve.List); ok {
		l, r = r, l
	}
	var before []build
	p, _, ok := c.value(l, &before)
	if !ok {
		l, r = r, l
		before = nil
		if p, _, ok = c.value(l, &before); !ok {
			return c.give("two terms without values")
		}
	}
	if v, isVar := r.(*resolve.Var); isVar && c.place(v.Slot).state == stateFree {
		out := append([]build{c.tick(1, 0)}, before...)
		return append(out, c.bindTo(v.Slot, p)...) // the variable is another name for the value
	}
	ok1, after := c.unifyWith(r)
	out := c.withValues(before, func(m *Machine, base int) (bool, error) {
		return ok1(m, base, p.load(m, base))
	})
	return append(out, after...)
}

// withValues is test for a goal that builds terms first.
func (c *directCompiler) withValues(before []build, f test) []build {
	if len(before) == 0 {
		return c.test(f)
	}
	return append(append([]build{c.tick(1, 0)}, before...), c.free(f))
}

func (c *directCompiler) compare(g *resolve.Compare) []build {
	var before []build
	a, free, ok := c.value(g.L, &before)
	if !ok {
		return c.wait(free, g)
	}
	b, free, ok := c.value(g.R, &before)
	switch {
	case !ok && len(before) > 0:
		return c.give("a list that is compared before a variable has a value") // built again when it wakes
	case !ok:
		return c.wait(free, g)
	}
	op := g.Op
	return c.withValues(before, func(m *Machine, base int) (bool, error) {
		return m.compareKnown(op, a.load(m, base), b.load(m, base))
	})
}

func (c *directCompiler) arith(g *resolve.Arith) []build {
	a, free, ok := c.known(g.L)
	if !ok {
		return c.wait(free, g)
	}
	b, free, ok := c.known(g.R)
	if !ok {
		return c.wait(free, g)
	}
	op := g.Op
	ok1, after := c.unifyWith(g.Result)
	return append(c.test(func(m *Machine, base int) (bool, error) {
		v, ok, err := m.arithKnown(op, a.load(m, base), b.load(m, base))
		if !ok || err != nil {
			return false, err
		}
		return ok1(m, base, v)
	}), after...)
}

func (c *directCompiler) truth(g *resolve.Truth) []build {
	if v, ok := g.Term.(*resolve.Var); ok && c.place(v.Slot).state == stateFree {
		return append([]build{c.tick(1, 0)}, c.bindTo(v.Slot, place{state: stateConst, value: host.MakeBool(true)})...)
	}
	p, _, ok := c.known(g.Term)
	if !ok {
		return c.give("a condition without a value")
	}
	return c.test(func(m *Machine, base int) (bool, error) { return m.truthOf(p.load(m, base)) })
}

func (c *directCompiler) lookup(g *resolve.Lookup) []build {
	obj, free, ok := c.known(g.Obj)
	if !ok {
		return c.wait(free, g)
	}
	if g.Key != nil {
		return c.lookupKey(g, obj)
	}
	attrs, name := c.p.attrTable(g.Name), g.Name
	ok1, after := c.unifyWith(g.Result)
	return append(c.test(func(m *Machine, base int) (bool, error) {
		o := obj.load(m, base)
		if o.Kind() == host.Instance {
			if a := attrOf(attrs, o.Plan, name); a != nil && a.Relation == nil {
				v, err := a.Load(o.Ptr)
				if err == nil && !isSeq(v) {
					return ok1(m, base, v)
				}
			}
		}
		v, ok, err := m.member(o, attrs, name, true)
		if !ok || err != nil {
			return false, err
		}
		return ok1(m, base, v)
	}), after...)
}

// lookupKey compiles a lookup by a value.
func (c *directCompiler) lookupKey(g *resolve.Lookup, obj place) []build {
	key, _, ok := c.known(g.Key)
	if !ok {
		return c.give("a lookup by a key without a value")
	}
	ok1, after := c.unifyWith(g.Result)
	return append(c.test(func(m *Machine, base int) (bool, error) {
		k := key.load(m, base)
		if ok, err := m.checkKey(k); !ok || err != nil {
			return false, err
		}
		v, ok, err := m.member(obj.load(m, base), nil, k.Str(), false)
		if !ok || err != nil {
			return false, err
		}
		return ok1(m, base, v)
	}), after...)
}

// isNowTerm reports whether a term is the constant "now".
func (c *directCompiler) isNowTerm(t resolve.Term) bool {
	k, ok := t.(*resolve.Const)
	return ok && c.p.isNow(k.Value)
}

// elements compiles an enumeration.
func (c *directCompiler) elements(g *resolve.In) []build {
	var before []build
	item, _, itemKnown := c.known(g.Item)
	seq, free, ok := c.value(g.Seq, &before)
	if !ok {
		return c.wait(free, g)
	}
	in := &goalElements{seq: seq, item: item, known: itemKnown}
	var after []build
	if !itemKnown {
		if l, ok := g.Item.(*resolve.List); ok && len(l.Elems) > 0 {
			if first, _, ok := c.known(l.Elems[0]); ok && !c.isNowTerm(l.Elems[0]) {
				in.first = &first
			}
		}
		in.check, after = c.unifyWith(g.Item)
	}
	pos := c.pos()
	cost := int32(1)
	var out []build
	if len(before) > 0 {
		out, cost = append([]build{c.tick(1, 0)}, before...), 0
	}
	out = append(out, func(next *goal) *goal {
		return &goal{op: goalIn, cost: cost, in: in, next: next, pos: pos}
	})
	return append(out, after...)
}
