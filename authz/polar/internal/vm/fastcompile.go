package vm

// This file defines the compiler of the fast path, which tracks what is known about
// each variable at each goal, and makes closures from it.

import (
	"fmt"
	"slices"
	"strings"
	"sync/atomic"

	"github.com/ursa-authz/ursa/authz/internal/host"
	"github.com/ursa-authz/ursa/authz/polar/internal/ops"
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

// A build makes the step of a goal from the step of its continuation.
type build func(next step) step

// A fastKey is a predicate and a mode.
type fastKey struct {
	pred *pred
	mode uint64
}

// fastPredOf returns the predicate in a mode.
func (p *Program) fastPredOf(pr *pred, mode uint64) *fastPred {
	p.fastLock.Lock()
	defer p.fastLock.Unlock()
	if mode == allGround(pr.arity) {
		if pr.given == nil {
			pr.given = newFastPred(pr, mode)
		}
		return pr.given
	}
	key := fastKey{pr, mode}
	fp := p.fast[key]
	if fp == nil {
		fp = newFastPred(pr, mode)
		if p.fast == nil {
			p.fast = make(map[fastKey]*fastPred)
		}
		p.fast[key] = fp
	}
	return fp
}

// notCompiled returns what of a clause is not compiled, where the solver takes over, when it
// is called with values for all arguments.
func (p *Program) notCompiled(pr *pred, cl *clause) []string {
	c := &fastCompiler{
		p: p, fp: newFastPred(pr, allGround(pr.arity)), cl: cl,
		rule: p.module.Rule(cl.rule), arity: pr.arity, slots: cl.slots, why: new([]string),
	}
	c.compile()
	return slices.Compact(*c.why)
}

func newFastPred(pr *pred, mode uint64) *fastPred {
	return &fastPred{pred: pr, mode: mode, clauses: make([]atomic.Pointer[fastClause], len(pr.clauses))}
}

// compileFast compiles a clause for the mode of fp. Several goroutines may do
// so at once; they make the same.
func (p *Program) compileFast(fp *fastPred, cl *clause) *fastClause {
	if known, ok := fp.shapes.Load(cl.shape); ok && cl.literalsAreTexts() {
		fc := known.(*fastClause).of(cl)
		fp.clauses[cl.order].Store(fc)
		return fc
	}
	c := &fastCompiler{p: p, fp: fp, cl: cl, rule: p.module.Rule(cl.rule), arity: fp.pred.arity, slots: cl.slots, why: new([]string)}
	fc := &fastClause{body: c.compile()}
	fc.slots, fc.tests = c.slots, c.argTests
	if c.literals == 0 && cl.literalsAreTexts() {
		fp.shapes.Store(cl.shape, fc)
	}
	fp.clauses[cl.order].Store(fc)
	return fc
}

// literalsAreTexts reports whether the literals among the parameters are all strings.
func (cl *clause) literalsAreTexts() bool {
	return !slices.ContainsFunc(cl.params, func(p param) bool { return p.term.kind == constOperand && !p.term.isText() })
}

// A fastCompiler compiles one clause.
type fastCompiler struct {
	p       *Program
	fp      *fastPred
	cl      *clause
	rule    *resolve.Rule
	arity   int
	slots   int                    // variables, and room for values in between
	vars    []place                // by variable
	alias   []int                  // by variable: the variable it was unified with while both were free, or itself
	waiting map[int][]resolve.Goal // by variable: goals to solve once it has a value
	tests   map[int][]*pattern     // by variable: specializers to match once it has a value
	goals   int
	failed  bool      // something could not be compiled
	why     *[]string // what could not be compiled; in clones too

	literals int       // literal parameters that are not among argTests
	argTests []argTest // what the head begins with, in place of checks
}

func giveUpStep(r *run, _ int) bool { return r.giveUp() }

func holds(*run, int) bool { return true }

func (c *fastCompiler) compile() step {
	for v := range c.cl.slots {
		c.vars = append(c.vars, place{state: stateFree, slot: c.arity + v})
		c.alias = append(c.alias, v)
	}
	c.waiting = make(map[int][]resolve.Goal)
	c.tests = make(map[int][]*pattern)
	builds := c.head()
	if !c.failed {
		builds = append(builds, c.body(c.rule.Body)...)
	}
	switch {
	case c.failed:
		return chain(builds, giveUpStep)
	case len(c.waiting) > 0 || len(c.tests) > 0:
		c.refuse("a test of a variable that gets no value") // the solver reports it
		return giveUpStep
	}
	return chain(builds, c.end())
}

func chain(builds []build, next step) step {
	for _, b := range slices.Backward(builds) {
		next = b(next)
	}
	return next
}

// refuse says that something cannot be compiled, and what. No later goal is compiled.
func (c *fastCompiler) refuse(what string) {
	c.failed = true
	*c.why = append(*c.why, what)
}

// give is refuse, and returns the goal that gives up.
func (c *fastCompiler) give(what string) []build {
	c.refuse(what)
	return []build{func(step) step { return giveUpStep }}
}

// mixed describes a variable in stateMixed.
const mixed = "that gets a value in some alternatives only"

// goalName names a goal of a kind that is never compiled.
func goalName(g resolve.Goal) string {
	return "the goal " + strings.ToLower(strings.TrimPrefix(fmt.Sprintf("%T", g), "*resolve."))
}

// find follows aliases.
func (c *fastCompiler) find(v int) int {
	for c.alias[v] != v {
		v = c.alias[v]
	}
	return v
}

func (c *fastCompiler) place(v int) place { return c.vars[c.find(v)] }

// bindTo says that variable v has its value at a place from here on, and
// returns the goals that waited for it.
func (c *fastCompiler) bindTo(v int, p place) []build {
	v = c.find(v)
	c.vars[v] = p
	var out []build
	for _, pat := range c.tests[v] {
		out = append(out, c.test(p, pat))
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
func (c *fastCompiler) stored(v int) place {
	return place{state: stateValue, slot: c.vars[c.find(v)].slot}
}

// newSlot returns room for a value in between.
func (c *fastCompiler) newSlot() int {
	c.slots++
	return c.arity + c.slots - 1
}

// head compiles the parameters.
func (c *fastCompiler) head() []build {
	var out []build
	// test makes an argTest of a check, if there is only such before it.
	test := func(t argTest) bool {
		if len(out) == 0 {
			c.argTests = append(c.argTests, t)
		}
		return len(out) == 0
	}
	for i := range c.cl.params {
		p := &c.cl.params[i]
		rp := &c.rule.Params[i]
		has := c.fp.mode&(1<<i) != 0
		if p.term.kind == constOperand {
			c.literals++
		}
		arg := place{state: stateValue, slot: i}
		switch {
		case has && p.fresh:
			c.vars[c.find(int(p.term.slot))] = arg
		case has && p.term.isText() && test(argTest{arg: i, text: p.term.value.Str()}):
			c.literals--
		case has:
			check, after := c.unifyWith(rp.Term)
			out = append(out, checkAt(i, check))
			out = append(out, after...)
		case p.term.kind == varOperand:
			if p.pat != nil {
				v := c.find(int(p.term.slot))
				c.tests[v] = append(c.tests[v], p.pat)
			}
			continue
		case p.term.kind != constOperand:
			return c.give("a list or dictionary as a parameter without an argument")
		}
		switch {
		case p.pat == nil:
		case !has:
			return c.give("a pattern of a parameter without an argument")
		case p.pat.isClass() && test(argTest{arg: i, class: p.pat.class}):
		default:
			check, after := c.match(p.pat)
			out = append(out, checkAt(i, check))
			out = append(out, after...)
		}
	}
	return out
}

// end compiles the end of the body, which runs the continuation of the call.
func (c *fastCompiler) end() step {
	if c.fp.mode == allGround(c.arity) {
		return func(r *run, _ int) bool {
			if r.cont < 0 {
				return true
			}
			k := &r.conts[r.cont]
			if k.failed {
				return false
			}
			k.failed = true
			return r.follow(k)
		}
	}
	outs := make([]place, c.arity)
	for i := range c.cl.params {
		if c.fp.mode&(1<<i) != 0 {
			continue
		}
		switch p := &c.cl.params[i]; p.term.kind {
		case constOperand:
			outs[i] = place{state: stateConst, value: p.term.value}
		default:
			outs[i] = c.place(int(p.term.slot))
		}
		if outs[i].state == stateFree || outs[i].state == stateMixed {
			return giveUpStep
		}
	}
	return func(r *run, base int) bool {
		k := &r.conts[r.cont]
		for i, to := range k.to {
			if to >= 0 {
				r.slots[k.base+to] = outs[i].load(r, base)
			}
		}
		return r.follow(k)
	}
}

// follow runs the continuation of a call.
func (r *run) follow(k *resume) bool {
	if r.steps++; r.steps > fastSteps {
		return r.giveUp()
	}
	depth, cont := r.depth, r.cont
	r.depth, r.cont = k.depth, k.outer
	ok := k.next(r, k.base)
	r.depth, r.cont = depth, cont
	return ok
}

func allGround(arity int) uint64 { return 1<<arity - 1 }

// load reads the value at a place.
func (p *place) load(r *run, base int) Value {
	if p.state == stateConst {
		return p.value
	}
	return r.slots[base+p.slot]
}

// body compiles the goals of a conjunction.
func (c *fastCompiler) body(g *resolve.And) []build {
	var out []build
	for _, goal := range g.Goals {
		out = append(out, c.goal(goal)...)
		if c.failed {
			break // no later goal is reached
		}
	}
	return out
}

// known returns the place of a term's value: a constant, or a variable that has
// one. Otherwise free is the variable it depends on, or -1.
func (c *fastCompiler) known(t resolve.Term) (p place, free int, ok bool) {
	switch t := t.(type) {
	case *resolve.Const:
		if c.p.isNow(t.Value) {
			return place{}, -1, false
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

// unknown says why a term is not known, in words.
func (c *fastCompiler) unknown(t resolve.Term) string {
	switch t.(type) {
	case *resolve.Const:
		return "the time of the query"
	case *resolve.Var:
		return "a variable " + mixed
	}
	return "a list or dictionary with variables"
}

// wait postpones a goal until its term t is known: until variable v has a value. If there is
// no such variable, the goal is not compiled.
func (c *fastCompiler) wait(v int, t resolve.Term, g resolve.Goal) []build {
	if v < 0 {
		return c.give(c.unknown(t))
	}
	c.waiting[v] = append(c.waiting[v], g)
	return nil
}

// goal compiles a goal.
func (c *fastCompiler) goal(g resolve.Goal) []build {
	if c.goals++; c.goals > fastGoals {
		return c.give("too many goals")
	}
	switch g := g.(type) {
	case *resolve.And:
		return c.body(g)
	case *resolve.Or:
		return c.or(g)
	case *resolve.Not:
		return c.not(g, g.Goal, g.Locals)
	case *resolve.Forall:
		inner := &resolve.Not{At: g.At, Goal: g.Body, Locals: g.BodyLocals}
		return c.not(g, &resolve.And{At: g.At, Goals: []resolve.Goal{g.Cond, inner}}, g.Locals)
	case *resolve.Unify:
		return c.unify(g)
	case *resolve.Compare:
		return c.compare(g)
	case *resolve.Lookup:
		return c.lookup(g)
	case *resolve.Method:
		return c.method(g)
	case *resolve.In:
		return c.in(g)
	case *resolve.Matches:
		p, free, ok := c.known(g.Term)
		if !ok {
			return c.wait(free, g.Term, g)
		}
		return []build{c.test(p, c.pattern(g.Pattern))}
	case *resolve.Truth:
		return c.truth(g)
	case *resolve.Call:
		return c.call(g)
	case *resolve.Debug:
		return nil
	}
	return c.give(goalName(g))
}

// pattern compiles a pattern's operands; the slots are the variables.
func (c *fastCompiler) pattern(p resolve.Pattern) *pattern {
	cc := &compiler{p: c.p, info: c.cl.info}
	return cc.pattern(p)
}

func (c *fastCompiler) unify(g *resolve.Unify) []build {
	l, r := g.L, g.R
	lv, lIsVar := l.(*resolve.Var)
	rv, rIsVar := r.(*resolve.Var)
	if lIsVar && rIsVar && c.place(lv.Slot).state == stateFree && c.place(rv.Slot).state == stateFree {
		a, b := c.find(lv.Slot), c.find(rv.Slot)
		if a != b {
			c.alias[b] = a
			c.waiting[a] = append(c.waiting[a], c.waiting[b]...)
			c.tests[a] = append(c.tests[a], c.tests[b]...)
			delete(c.waiting, b)
			delete(c.tests, b)
			if len(c.waiting[a]) == 0 {
				delete(c.waiting, a)
			}
			if len(c.tests[a]) == 0 {
				delete(c.tests, a)
			}
		}
		return nil
	}
	p, _, ok := c.known(l)
	if !ok {
		l, r = r, l
		if p, _, ok = c.known(l); !ok {
			return c.give("an equation of two unknown values")
		}
	}
	if v, isVar := r.(*resolve.Var); isVar && c.place(v.Slot).state == stateFree {
		return c.bindTo(v.Slot, p) // the variable is another name for the value
	}
	check, after := c.unifyWith(r)
	first := func(next step) step {
		return func(r *run, base int) bool {
			if !check(r, base, p.load(r, base)) {
				return r.gaveUp
			}
			return next(r, base)
		}
	}
	return append([]build{first}, after...)
}

func (c *fastCompiler) compare(g *resolve.Compare) []build {
	a, free, ok := c.known(g.L)
	if !ok {
		return c.wait(free, g.L, g)
	}
	b, free, ok := c.known(g.R)
	if !ok {
		return c.wait(free, g.R, g)
	}
	op := g.Op
	return []build{func(next step) step {
		return func(r *run, base int) bool {
			if !r.compare(op, a.load(r, base), b.load(r, base)) {
				return r.gaveUp
			}
			return next(r, base)
		}
	}}
}

func (c *fastCompiler) truth(g *resolve.Truth) []build {
	if v, ok := g.Term.(*resolve.Var); ok && c.place(v.Slot).state == stateFree {
		return c.bindTo(v.Slot, place{state: stateConst, value: host.MakeBool(true)})
	}
	p, _, ok := c.known(g.Term)
	if !ok {
		return c.give(c.unknown(g.Term))
	}
	return []build{func(next step) step {
		return func(r *run, base int) bool {
			holds, err := ops.Truth(p.load(r, base))
			if err != nil {
				return r.giveUp()
			}
			return holds && next(r, base)
		}
	}}
}

func (c *fastCompiler) lookup(g *resolve.Lookup) []build {
	if g.Key != nil {
		return c.give("a lookup by an expression")
	}
	obj, free, ok := c.known(g.Obj)
	if !ok {
		return c.wait(free, g.Obj, g)
	}
	attrs, name := c.p.attrTable(g.Name), g.Name
	check, after := c.unifyWith(g.Result)
	first := func(next step) step {
		return func(r *run, base int) bool {
			v, ok := r.field(obj.load(r, base), attrs, name)
			if !ok || !check(r, base, v) {
				return r.gaveUp
			}
			return next(r, base)
		}
	}
	return append([]build{first}, after...)
}

func (c *fastCompiler) in(g *resolve.In) []build {
	seq, free, ok := c.known(g.Seq)
	if !ok {
		return c.wait(free, g.Seq, g)
	}
	item, _, itemKnown := c.known(g.Item)
	var check check
	var after []build
	if itemKnown {
		check = equalTo(item)
	} else {
		check, after = c.unifyWith(g.Item)
	}
	first := func(next step) step {
		return func(r *run, base int) bool {
			list := seq.load(r, base)
			switch list.Kind() {
			case host.List:
			case host.Nil:
				return false
			default:
				return r.giveUp()
			}
			n := list.Len()
			if r.steps += n; r.steps > fastSteps {
				return r.giveUp()
			}
			failed := false // what follows was run, in vain, and an equal element cannot change that
			for i := range n {
				e, ok := r.element(list, i)
				if !ok {
					return true
				}
				if !check(r, base, e) {
					if r.gaveUp {
						return true
					}
					continue
				}
				if !failed && next(r, base) {
					return true
				}
				failed = itemKnown
			}
			return false
		}
	}
	return append([]build{first}, after...)
}
