//go:build !purego

package vm

// This file compiles rule calls and patterns for types.

import (
	"cmp"
	"slices"

	"github.com/ursa-authz/ursa/authz/internal/host"
	"github.com/ursa-authz/ursa/authz/internal/meter"
	"github.com/ursa-authz/ursa/authz/polar/internal/resolve"
)

// typedRules is the most rules that the code of a call may try.
const typedRules = 128

// A typedCall is a call of a recursive rule, or a negation around calls.
type typedCall struct {
	pred   *pred
	args   []*typedTerm
	loop   *typedLoop // that the call is compiled to; nil if it is compiled in place
	not    bool
	parent *typedCall
}

// call compiles a rule call.
func (c *typedCompiler) call(n *node, e *typedEnv, a *typedAct) *typedBlock {
	if n.pred == nil {
		if !c.p.Defines(n.name) {
			c.no("no rule is named %q", n.name)
		}
		return failBlock(0)
	}
	args := make([]typedArg, len(n.args))
	for i := range n.args {
		args[i] = c.term(&n.args[i], e, a)
	}
	b := c.dispatch(n.pred, args, e, n, a)
	if c.rounds > 0 {
		b = b.metered()
	}
	return b
}

// dispatch compiles the call of a predicate. The activation of the caller is nil for the
// query.
func (c *typedCompiler) dispatch(pr *pred, args []typedArg, e *typedEnv, n *node, a *typedAct) *typedBlock {
	d := &typedDispatch{pred: pr, args: args}
	if a != nil {
		d.depth, d.chain, d.root = a.depth, a.chain, a.root
	}
	if d.depth > typedNest {
		c.no("calls are nested too deeply")
	}
	d.ground = !slices.ContainsFunc(args, func(x typedArg) bool { return x.term == nil })
	leaf := c.leafOf(pr.index, args)
	d.steps, d.bytes = len(leaf.clauses), pr.arity*valueSize
	if len(leaf.clauses) > 1 {
		d.bytes += choiceSize
	}
	d.clauses = c.order(leaf, c.possible(leaf.clauses, args), args, d)
	if len(d.clauses) > typedRules {
		c.no("a call has many rules")
	}
	if pr.recursive && d.ground {
		if b := c.ancestor(d, e, n, a); b != nil {
			b.depth = d.depth + 1 // is checked before the call
			return b
		}
		c.calls++
		d.steps += 24
		d.bytes += callSize + len(args)*valueSize
		for _, x := range args {
			if x.term.plan != nil && x.term.plan.KeyHasText() {
				c.no("a recursion over a class whose key has texts")
			}
		}
		call := &typedCall{pred: pr, parent: d.chain}
		for _, x := range args {
			call.args = append(call.args, x.term)
		}
		d.chain = call
	}
	if len(d.clauses) == 0 {
		k := failBlock(d.steps)
		k.bytes, k.depth = d.bytes, d.depth+1
		return k
	}
	before := len(e.vars)
	switch {
	case a == nil:
		d.ret = func(e *typedEnv, root *RuleInfo) *typedBlock {
			c.noneWaits(e, 0)
			if c.open {
				return c.found(e)
			}
			return &typedBlock{rule: root, run: func(f *typedFrame) bool {
				f.holds(root)
				return true
			}}
		}
	case d.ground:
		// The call finds nothing out, so what follows is the same for all its solutions. Its
		// pointers come first, since the call goes on after it has failed.
		next, used := c.rerun(e, func(e *typedEnv) *typedBlock { return c.node(n.next, e, a) })
		e = e.clone()
		e.used = used
		d.ret = func(e *typedEnv, _ *RuleInfo) *typedBlock {
			c.noneWaits(e, before)
			return next
		}
		if n.next.op == opReturn {
			d.loop = a.loop
		}
	default:
		d.ret = func(e *typedEnv, _ *RuleInfo) *typedBlock { return c.node(n.next, e, a) }
	}
	b := c.loopOr(d, e)
	b = b.add(d.steps, d.bytes)
	b.depth = max(b.depth, d.depth+1)
	return b
}

// noneWaits ends the compilation if a test waits for a variable from an index on, which
// nothing can bind any more.
func (c *typedCompiler) noneWaits(e *typedEnv, from int) {
	for v := from; v < len(e.vars); v++ {
		if len(e.vars[v].tests) > 0 {
			c.no("a test waits for a variable that is never bound")
		}
	}
}

// A typedDispatch is a call that is being compiled.
type typedDispatch struct {
	pred    *pred
	args    []typedArg
	ground  bool
	clauses []*clause
	ret     func(e *typedEnv, root *RuleInfo) *typedBlock
	chain   *typedCall
	loop    *typedLoop
	root    *RuleInfo
	depth   int
	steps   int
	bytes   int
}

// tries compiles the clauses of a call.
func (c *typedCompiler) tries(d *typedDispatch, e *typedEnv) *typedBlock {
	blocks := make([]*typedBlock, len(d.clauses))
	for i, cl := range d.clauses {
		last := i == len(d.clauses)-1
		if !last {
			c.alts++
		}
		blocks[i] = c.clause(cl, d, e.clone())
		if !last {
			c.alts--
		}
	}
	return alternatives(blocks)
}

// clause compiles one clause of a call.
func (c *typedCompiler) clause(cl *clause, d *typedDispatch, e *typedEnv) *typedBlock {
	root := d.root
	if root == nil {
		root = cl.info
	}
	act := &typedAct{clause: cl, base: len(e.vars), chain: d.chain, depth: d.depth + 1, loop: d.loop, root: root}
	act.ret = func(e *typedEnv) *typedBlock { return d.ret(e, root) }
	for range cl.slots {
		e.vars = append(e.vars, typedVar{alias: len(e.vars)})
	}
	return c.head(cl, 0, d.args, e, act).add(0, cl.activation())
}

// head compiles the parameters of a clause from number i on, and its body.
func (c *typedCompiler) head(cl *clause, i int, args []typedArg, e *typedEnv, act *typedAct) *typedBlock {
	if i == len(cl.params) {
		return c.node(cl.body, e, act)
	}
	p := &cl.params[i]
	own := act.base + int(p.term.slot)
	next := func(e *typedEnv) *typedBlock { return c.head(cl, i+1, args, e, act) }
	then := func(e *typedEnv) *typedBlock {
		if p.pat == nil {
			return next(e)
		}
		t := args[i].term
		if t == nil {
			v := e.find(args[i].v)
			if t = e.vars[v].term; t == nil {
				return c.wait(v, p.pat, e, act, next)
			}
		}
		return c.match(t, p.pat, e, act, func(t *typedTerm, e *typedEnv) *typedBlock {
			if p.fresh && e.vars[own].alias == own {
				e.vars[own].term = t
			}
			return next(e)
		})
	}
	switch {
	case !p.fresh:
		return c.unifyOperand(&p.term, args[i], e, act, then)
	case args[i].term != nil:
		e.vars[own].term = args[i].term
	default:
		e.vars[own].alias = e.find(args[i].v)
	}
	return then(e)
}

// leafOf returns a leaf of the index that has all clauses of those that a call may find.
func (c *typedCompiler) leafOf(n *indexNode, args []typedArg) *indexNode {
	for !n.leaf {
		t := args[n.key.arg].term
		switch {
		case t == nil || n.key.attr != "" || n.key.part != wholeArg:
			n = n.unbound
		case n.byPlan != nil:
			if t.plan == nil || t.mayBeNil() {
				n = n.unbound
			} else {
				n = n.ofPlan(Value{Plan: t.plan})
			}
		case t.kind == termConst:
			n = n.ofConstant(t.value)
		case t.other:
			n = n.rest
		default:
			n = n.unbound
		}
	}
	return n
}

// possible returns the clauses that may apply to a call, judging by what is known.
func (c *typedCompiler) possible(clauses []*clause, args []typedArg) []*clause {
	var out []*clause
	for _, cl := range clauses {
		if c.mayApply(cl, args) {
			if out = append(out, cl); len(out) > typedRules {
				c.no("a call has many rules")
			}
		}
	}
	return out
}

// mayApply leaves out what Program.mayMatch does, and nothing else: the solver begins to try the
// other clauses, which has a cost, and may be an error.
func (c *typedCompiler) mayApply(cl *clause, args []typedArg) bool {
	for i := range cl.params {
		p, t := &cl.params[i], args[i].term
		if t == nil {
			continue
		}
		if p.term.kind == constOperand && isScalar(t.valueKind()) {
			switch lit := p.term.value.Kind(); lit {
			case host.String, host.Int, host.Bool:
				if (lit != host.Int || t.valueKind() != host.Float) && c.equal(t, constTerm(p.term.value)).verdict == never {
					return false
				}
			}
		}
		if p.pat != nil && p.pat.isKnown() && (t.isNil() || t.plan != nil && !c.p.isInstance(Value{Plan: t.plan}, p.pat)) {
			return false
		}
	}
	return true
}

// order returns the clauses in the order in which the solver tries them.
func (c *typedCompiler) order(leaf *indexNode, clauses []*clause, args []typedArg, d *typedDispatch) []*clause {
	if !leaf.ordered || len(leaf.clauses) < 2 {
		return clauses
	}
	for _, cl := range clauses {
		for i := range cl.params {
			p := &cl.params[i]
			if p.pat != nil && (len(p.pat.fields) > 0 || !p.pat.isKnown()) || !p.fresh && p.term.kind != constOperand {
				c.no("an order of rules that depends on values")
			}
			d.steps += 1
			if p.term.isText() {
				d.steps += int(p.term.value.Word) / meter.StepBytes
			}
		}
	}
	d.steps += len(clauses) * len(clauses)
	before := func(l, r *clause) bool {
		return precedes(l, r, func(i int, lp, rp *pattern) bool {
			t := args[i].term
			if t == nil {
				return false
			}
			if t.plan == nil {
				c.no("an order of rules that depends on a type")
			}
			return classMoreSpecific(lp, rp, Value{Plan: t.plan})
		})
	}
	out := slices.Clone(clauses)
	slices.SortFunc(out, func(x, y *clause) int { return cmp.Compare(x.order, y.order) })
	for outer := 1; outer < len(out); outer++ {
		for inner := outer; inner > 0 && before(out[inner], out[inner-1]); inner-- {
			out[inner], out[inner-1] = out[inner-1], out[inner]
		}
	}
	// Which of them apply is not known. In a weak order that makes no difference: clauses fall
	// into ranks, and each precedes exactly those of higher rank.
	rank := make([]int, len(out))
	for k := 1; k < len(out); k++ {
		rank[k] = rank[k-1]
		if before(out[k-1], out[k]) {
			rank[k]++
		}
	}
	for i := range out {
		for k := range out {
			if i != k && before(out[i], out[k]) != (rank[i] < rank[k]) {
				c.no("an order of rules that depends on which of them apply")
			}
		}
	}
	return out
}

// wait makes a test wait for a variable, or decides it by the other tests that wait.
func (c *typedCompiler) wait(v int, pat *pattern, e *typedEnv, a *typedAct, k func(e *typedEnv) *typedBlock) *typedBlock {
	switch {
	case pat.kind == valuePattern:
		return c.unifyOperand(&pat.value, typedArg{v: v}, e, a, k)
	case pat.kind == dictPattern && len(pat.fields) == 0:
		return k(e)
	case pat.kind == listPattern:
		c.no("a variable becomes a list")
	case pat.union == resolve.UnionActor && len(c.p.actor) == 0, pat.union == resolve.UnionResource && len(c.p.resource) == 0:
		return failBlock(0)
	}
	v = e.find(v)
	prospect, steps := c.onClasses(e.vars[v].tests, classTest{pat: pat})
	if prospect == neverPasses {
		return failBlock(steps)
	}
	if prospect == mayPass {
		e.vars[v].tests = append(slices.Clip(e.vars[v].tests), typedWait{pat: pat, act: a})
	}
	return k(e).add(steps, 0)
}

// onClasses is Machine.onClasses for tests that the compiler knows.
func (c *typedCompiler) onClasses(waits []typedWait, test classTest) (prospect, int) {
	if len(waits) == 0 || !test.pat.isKnown() {
		return mayPass, 0
	}
	var tests []classTest
	for _, w := range waits {
		if w.pat != nil && w.pat.isKnown() {
			tests = append(tests, classTest{pat: w.pat})
		}
	}
	plans, known := c.p.instancesOf(test)
	fail := true
	for _, t := range tests {
		if of, ok := c.p.instancesOf(t); ok && (fail || len(of) < len(plans)) {
			plans, known, fail = of, true, false
		}
	}
	steps := len(waits)
	if !known {
		return mayPass, steps
	}
	steps += len(plans) * (1 + len(tests))
	pass := false
	for _, plan := range plans {
		if slices.ContainsFunc(tests, func(t classTest) bool { return !c.p.passes(plan, t) }) {
			continue
		}
		if c.p.passes(plan, test) {
			pass = true
		} else {
			fail = true
		}
	}
	switch {
	case !pass:
		return neverPasses, steps
	case !fail && len(test.pat.fields) == 0:
		return alwaysPasses, steps
	}
	return mayPass, steps
}

// match compiles the test of a value by a pattern. It passes what it finds out about the value.
func (c *typedCompiler) match(t *typedTerm, pat *pattern, e *typedEnv, a *typedAct, k func(t *typedTerm, e *typedEnv) *typedBlock) *typedBlock {
	switch pat.kind {
	case valuePattern:
		return c.unifyOperand(&pat.value, typedArg{v: -1, term: t}, e, a, func(e *typedEnv) *typedBlock { return k(t, e) })
	case listPattern:
		c.no("a list pattern")
	case dictPattern:
		switch kind := t.valueKind(); {
		case len(pat.fields) == 0:
			return k(t, e)
		case kind == host.Dict || kind == unknownKind || t.kind == termConst && kind == host.Instance:
			c.no("a pattern for a dictionary")
		case kind != host.Instance:
			return failBlock(1)
		}
		return c.ifNotNil(t, func() *typedBlock {
			t := t.nonNil()
			return c.matchFields(t, pat, len(pat.fields)-1, e, a, func(e *typedEnv) *typedBlock { return k(t, e) })
		})
	}
	if !pat.isKnown() {
		c.no("a class that is not registered")
	}
	if t.isNil() {
		return failBlock(0)
	}
	next := func() *typedBlock {
		t := t.nonNil()
		return c.matchFields(t, pat, len(pat.fields)-1, e, a, func(e *typedEnv) *typedBlock { return k(t, e) })
	}
	if t.kind == termConst && t.value.Kind() == host.ClassKind {
		return failBlock(0)
	}
	if t.plan == nil && t.kind == termVal {
		p, reg := c.p, t.reg
		return c.when(&typedCond{fn: func(f *typedFrame) bool { return p.isInstance(f.more.vals[reg&(typedVals-1)], pat) }}, next)
	}
	plan := t.plan
	switch t.kind {
	case termBool:
		plan = host.EngineBool
	case termParts:
		plan = host.EngineList
	}
	if !c.p.isInstance(Value{Plan: plan}, pat) {
		return failBlock(0)
	}
	return c.ifNotNil(t, next)
}

// matchFields compiles the test of the fields of a pattern, from number i down.
func (c *typedCompiler) matchFields(t *typedTerm, pat *pattern, i int, e *typedEnv, a *typedAct, k func(e *typedEnv) *typedBlock) *typedBlock {
	if i < 0 {
		return k(e)
	}
	f := &pat.fields[i]
	if t.kind == termConst {
		c.no("the fields of a constant")
	}
	if pat.kind == dictPattern && (t.plan == nil || attrOf(f.attrs, t.plan, f.name) == nil) {
		if t.plan == nil {
			c.no("a pattern for a dictionary")
		}
		return failBlock(1)
	}
	return c.lookup(t, f.attrs, f.name, e, func(of *typedTerm, e *typedEnv) *typedBlock {
		return c.match(of, f.pat, e, a, func(_ *typedTerm, e *typedEnv) *typedBlock {
			return c.matchFields(t, pat, i-1, e, a, k)
		})
	}).add(1, 0)
}
