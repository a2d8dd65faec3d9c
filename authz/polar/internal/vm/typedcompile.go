//go:build !purego

package vm

// This file defines the compiler of decisions for types. It walks the graph of goals in
// continuation-passing style: the code of a goal contains the code of all that follows, which
// is made for what the goal has found out. Where several alternatives lead on with the same
// knowledge, what follows is made once.

import (
	"fmt"
	"slices"
	"unsafe"

	"github.com/ursa-authz/ursa/authz/internal/host"
	"github.com/ursa-authz/ursa/authz/internal/meter"
)

const (
	typedNodes  = 4096    // goals of a decision
	typedNest   = 64      // calls in calls
	meteredFrom = 24      // steps from which on code that several lead to counts itself
	manySteps   = 1 << 29 // so that the sum of two fits into 32 bits
)

// A typedBlock is the code from a goal on.
type typedBlock struct {
	run   typedCode
	never bool // it does not hold and cannot give up, so that run need not be called
	steps int  // an upper bound of what the solver is charged for it, but for what run counts itself
	bytes int  // likewise: what is held at a time
	depth int  // likewise: nested calls

	// The simple conditions that run begins with, and what follows them. Code before may take
	// them over.
	pre  []*typedCond
	rest typedCode
	rule *RuleInfo // of a block that only says that the rule of the query holds

	parts []*typedBlock // of alternatives: the blocks that may hold
	step  *typedStep    // if rest, or run without pre, only begins another round of a loop
}

// A typedStep is a step of a loop to the object that a field of the current one points to.
type typedStep struct {
	reg int // the current object; -1 if the field is not known yet, and at is the pointer read from it
	off uintptr
	at  int
}

// A typedVar is what is known about a variable of the policy at a goal.
type typedVar struct {
	alias int // the variable it was unified with while both were unbound, or itself
	term  *typedTerm
	tests []typedWait // to make once it is bound
}

// A typedWait is a test that waits for a variable.
type typedWait struct {
	pat  *pattern
	list *operand // unless it is nil, the variable is unified with this list
	act  *typedAct
}

// A typedEnv is what is known at a goal. It is copied for each alternative.
type typedEnv struct {
	vars []typedVar
	used typedUse
}

// A typedUse says which parts of the frame are in use: the first ones.
type typedUse struct{ ptrs, vals, texts int }

func (u typedUse) max(v typedUse) typedUse {
	return typedUse{max(u.ptrs, v.ptrs), max(u.vals, v.vals), max(u.texts, v.texts)}
}

func (e *typedEnv) clone() *typedEnv {
	k := *e
	k.vars = slices.Clone(e.vars)
	return &k
}

func (e *typedEnv) find(v int) int {
	for e.vars[v].alias != v {
		v = e.vars[v].alias
	}
	return v
}

// A typedAct is the activation of a clause.
type typedAct struct {
	clause *clause
	base   int                           // its first variable
	ret    func(e *typedEnv) *typedBlock // what follows its body
	chain  *typedCall                    // the recursive calls around it
	depth  int
	loop   *typedLoop // the loop whose round ends with its body
	root   *RuleInfo  // the rule of the query's own call
}

// A typedCompiler compiles one decision.
type typedCompiler struct {
	p           *Program
	ended       func() bool
	nodes       int
	high        typedUse // the most in use so far
	more, texts bool     // the code needs typedValues, typedTexts
	methods     bool     // the code calls methods
	open        bool     // the first variable is a text of the question
	names       []string // that it may be
	rounds      int      // loops over lists around the goal
	alts        int      // alternatives around the goal that something follows
	reruns      int      // goals around the goal that may lead to it several times
	loops       int      // loops of recursion so far
	calls       int      // calls of recursive rules so far
	shared      map[typedEnd]*typedShared
}

// A typedRefusal is the panic that ends a compilation: the solver decides.
type typedRefusal struct{ why string }

func (c *typedCompiler) no(format string, args ...any) {
	panic(typedRefusal{fmt.Sprintf(format, args...)})
}

// compileTyped compiles a decision. If it cannot, the decision has no code.
func (p *Program) compileTyped(ctx interface{ Err() error }, d *typedDecision, r *typedRule, q *Question) {
	defer func() {
		switch e := recover().(type) {
		case nil:
		case typedRefusal:
			d.code, d.why = nil, e.why
		default: // a bug in the compiler costs time and nothing else
			d.code, d.why = nil, "the compiler failed"
		}
	}()
	c := &typedCompiler{p: p, ended: func() bool { return ctx.Err() != nil }, high: typedUse{ptrs: firstReg}, shared: make(map[typedEnd]*typedShared)}
	e := &typedEnv{used: typedUse{ptrs: firstReg}}
	args := []typedArg{c.argument(q.Actor, actorReg), c.text(e, &d.action, actionReg), c.argument(q.Resource, resourceReg)}
	switch r.form {
	case FormRequest:
		args = slices.Delete(args, 1, 2)
	case FormField:
		args = append(args, c.text(e, &d.field, fieldReg))
	}
	b := c.dispatch(r.pred, args, e, nil, nil)
	if b.steps >= manySteps {
		c.no("too many goals")
	}
	d.code, d.steps, d.bytes, d.depth = b.run, b.steps+1, b.bytes, b.depth
	d.more, d.texts, d.methods, d.names = c.more, c.texts, c.methods, c.names
}

// text returns how a text of the question is read, from a pointer of the frame. An open text is
// a variable.
func (c *typedCompiler) text(e *typedEnv, t *typedText, reg int) typedArg {
	switch t.size {
	case openText:
		c.open = true
		e.vars = append(e.vars, typedVar{alias: len(e.vars)})
		return typedArg{v: len(e.vars) - 1}
	case otherText:
		return typedArg{v: -1, term: &typedTerm{kind: termCell, reg: reg, plan: host.EngineString, cell: host.TextCell, other: true}}
	}
	return typedArg{v: -1, term: constTerm(host.MakeString(t.text))}
}

// argument returns how an argument of the question is read, from a pointer of the frame.
func (c *typedCompiler) argument(x any, reg int) typedArg {
	cell, ok := c.p.reg.ArgCell(x)
	if !ok {
		c.no("an argument of type %T", x)
	}
	t := &typedTerm{kind: termObject, reg: reg, plan: cell.Plan, inPlace: cell.Op == host.CellStruct}
	if cell.Op != host.CellStruct && cell.Op != host.CellPointer {
		t.kind, t.cell = termCell, &cell
	}
	return typedArg{v: -1, term: t}
}

// A typedArg is an argument of a call: a value, or an unbound variable.
type typedArg struct {
	v    int // the variable; -1 for a value
	term *typedTerm
}

func typedHolds(*typedFrame) bool { return true }

func typedFails(*typedFrame) bool { return false }

// fail returns the code of a goal that fails.
func failBlock(steps int) *typedBlock { return &typedBlock{run: typedFails, never: true, steps: steps} }

// add adds to what a block is charged.
func (b *typedBlock) add(steps, bytes int) *typedBlock {
	k := *b
	k.steps = min(k.steps+steps, manySteps)
	k.bytes += bytes
	return &k
}

// opaque forgets what run begins with, once it begins with something else.
func (b *typedBlock) opaque() *typedBlock {
	b.pre, b.rest, b.parts, b.step, b.rule = nil, nil, nil, nil, nil
	return b
}

// metered returns the block such that it counts its steps itself, if there are many: for code
// that several alternatives lead to, of which most do not get there.
func (b *typedBlock) metered() *typedBlock {
	if b.steps < meteredFrom || b.never {
		return b
	}
	steps, run := b.steps, b.run
	k := *b
	k.steps = 0
	k.run = func(f *typedFrame) bool {
		if !f.count(steps) {
			return true
		}
		return run(f)
	}
	return k.opaque()
}

// alternatives returns the code that tries blocks one after the other.
func alternatives(blocks []*typedBlock) *typedBlock {
	all := &typedBlock{never: true, run: typedFails}
	var runs []typedCode
	for _, b := range blocks {
		all.steps = min(all.steps+b.steps, manySteps)
		all.bytes = max(all.bytes, b.bytes)
		all.depth = max(all.depth, b.depth)
		if !b.never {
			all.never = false
			all.parts = append(all.parts, b)
			runs = append(runs, b.run)
		}
	}
	switch len(runs) {
	case 0:
	case 1:
		all.run = runs[0]
		for _, b := range blocks {
			if !b.never {
				all.pre, all.rest, all.step = b.pre, b.rest, b.step
			}
		}
	case 2:
		x, y := runs[0], runs[1]
		all.run = func(f *typedFrame) bool { return x(f) || y(f) }
	case 3:
		x, y, z := runs[0], runs[1], runs[2]
		all.run = func(f *typedFrame) bool { return x(f) || y(f) || z(f) }
	default:
		all.run = func(f *typedFrame) bool {
			for _, r := range runs {
				if r(f) {
					return true
				}
			}
			return false
		}
	}
	return all
}

// when returns the code of a condition and what follows.
func (c *typedCompiler) when(cond *typedCond, next func() *typedBlock) *typedBlock {
	if cond.verdict == never {
		return failBlock(cond.steps)
	}
	b := next()
	if cond.verdict == always {
		return b.add(cond.steps, 0)
	}
	if b.never && !cond.mayGive {
		k := b.add(cond.steps, 0)
		k.run = typedFails
		return k
	}
	k := b.add(cond.steps, 0)
	k.never = false
	if cond.isSimple() {
		k.pre, k.rest = append([]*typedCond{cond}, b.pre...), b.rest
		if len(b.pre) == 0 {
			k.rest = b.run
		}
		if k.run = thenAll(k.pre, k.rest); b.rule != nil {
			k.run, k.rule = cond.thenRule(b.rule), nil
		}
		return k
	}
	k.run = cond.then(b.run)
	return k.opaque()
}

// reg returns a free pointer of the frame.
func (c *typedCompiler) reg(e *typedEnv) int {
	r := e.used.ptrs
	if e.used.ptrs++; e.used.ptrs > typedPtrs {
		c.no("too many pointers")
	}
	c.high = c.high.max(e.used)
	return r
}

// val returns a free Value of the frame.
func (c *typedCompiler) val(e *typedEnv) int {
	r := e.used.vals
	if e.used.vals++; e.used.vals > typedVals {
		c.no("too many values")
	}
	c.high = c.high.max(e.used)
	c.more = true
	return r
}

// term returns the value of an operand, or the unbound variable that it is.
func (c *typedCompiler) term(op *operand, e *typedEnv, a *typedAct) typedArg {
	switch op.kind {
	case constOperand:
		return typedArg{v: -1, term: constTerm(op.value)}
	case varOperand:
		v := e.find(a.base + int(op.slot))
		if t := e.vars[v].term; t != nil {
			return typedArg{v: -1, term: t}
		}
		return typedArg{v: v}
	}
	c.no("a list, a dictionary or the time as a term")
	panic("unreachable")
}

// known returns the value of an operand, which must have one.
func (c *typedCompiler) known(op *operand, e *typedEnv, a *typedAct) *typedTerm {
	t := c.term(op, e, a)
	if t.term == nil {
		c.no("a goal waits for a variable")
	}
	return t.term
}

// bind binds a variable, and tests the classes that waited for it.
func (c *typedCompiler) bind(v int, t *typedTerm, e *typedEnv, k func(e *typedEnv) *typedBlock) *typedBlock {
	v = e.find(v)
	tests := e.vars[v].tests
	e.vars[v].term, e.vars[v].tests = t, nil
	return c.testAll(v, tests, e, k)
}

func (c *typedCompiler) testAll(v int, tests []typedWait, e *typedEnv, k func(e *typedEnv) *typedBlock) *typedBlock {
	if len(tests) == 0 {
		return k(e)
	}
	if list := tests[0].list; list != nil {
		return c.unifyOperand(list, typedArg{v: -1, term: e.vars[v].term}, e, tests[0].act, func(e *typedEnv) *typedBlock {
			return c.testAll(v, tests[1:], e, k)
		})
	}
	b := c.match(e.vars[v].term, tests[0].pat, e, tests[0].act, func(t *typedTerm, e *typedEnv) *typedBlock {
		e.vars[v].term = t
		return c.testAll(v, tests[1:], e, k)
	})
	return b.add(1, waiterSize+frameSize)
}

// unify compiles the unification of an argument with a term.
func (c *typedCompiler) unify(x, y typedArg, e *typedEnv, k func(e *typedEnv) *typedBlock) *typedBlock {
	switch {
	case x.term != nil && y.term != nil:
		return c.when(c.equal(x.term, y.term), func() *typedBlock { return k(e) })
	case x.term != nil:
		return c.bind(y.v, x.term, e, k)
	case y.term != nil:
		return c.bind(x.v, y.term, e, k)
	}
	a, b := e.find(x.v), e.find(y.v)
	if a != b {
		// The tests of the older variable come first, as the solver would wake them.
		if a > b {
			a, b = b, a
		}
		e.vars[b].alias = a
		if len(e.vars[a].tests) > 0 && len(e.vars[b].tests) > 0 {
			c.no("two variables with tests are unified")
		}
		e.vars[a].tests = append(slices.Clip(e.vars[a].tests), e.vars[b].tests...)
	}
	return k(e)
}

// unifyOperand compiles the unification of an operand with an argument.
func (c *typedCompiler) unifyOperand(op *operand, x typedArg, e *typedEnv, a *typedAct, k func(e *typedEnv) *typedBlock) *typedBlock {
	switch op.kind {
	case listOperand:
		if x.term == nil {
			return c.waitForList(op, len(op.elems), x.v, e, a, k)
		}
		return c.unifyList(op.elems, op.rest, x.term, e, a, k)
	case constOperand:
		if elems, ok := op.value.Elems(); ok && x.term == nil {
			return c.waitForList(op, len(elems), x.v, e, a, k)
		}
		if elems, ok := op.value.Elems(); ok && x.term != nil && x.term.valueKind() == host.List && x.term.kind != termConst {
			ops := make([]operand, len(elems))
			for i, v := range elems {
				ops[i] = operand{kind: constOperand, value: v}
			}
			return c.unifyList(ops, nil, x.term, e, a, k)
		}
	}
	return c.unify(x, c.term(op, e, a), e, k)
}

// waitForList unifies an unbound variable with a list of n elements as soon as the variable is
// bound. Policies take a text apart so: [_, id] = path.split("/").
func (c *typedCompiler) waitForList(list *operand, n, v int, e *typedEnv, a *typedAct, k func(e *typedEnv) *typedBlock) *typedBlock {
	v = e.find(v)
	e.vars[v].tests = append(slices.Clip(e.vars[v].tests), typedWait{list: list, act: a})
	return k(e).add(2*n+1, (n+1)*valueSize)
}

// node compiles a goal and all that follow it.
func (c *typedCompiler) node(n *node, e *typedEnv, a *typedAct) *typedBlock {
	if s := c.shared[typedEnd{n, a}]; s != nil {
		if e.waits() > s.waits {
			c.no("a test waits for a variable that is never bound") // what follows does not use it
		}
		return s.block
	}
	if n.op < firstGoal {
		switch n.op {
		case opReturn:
			return a.ret(e)
		case opNotEnd:
			for i := range e.vars {
				if len(e.vars[i].tests) > 0 {
					c.no("a goal waits inside of a negation")
				}
			}
			return &typedBlock{run: typedHolds}
		}
		c.no("cut")
	}
	if c.nodes++; c.nodes > typedNodes {
		c.no("too many goals")
	}
	if c.nodes%64 == 0 && c.ended() {
		c.no("the context ended")
	}
	next := func(e *typedEnv) *typedBlock { return c.node(n.next, e, a) }
	switch n.op {
	case opUnify:
		known, other := &n.a, &n.b
		if known.kind == listOperand || known.kind == constOperand {
			known, other = other, known
		}
		return c.unifyOperand(other, c.term(known, e, a), e, a, next).add(1, 0)
	case opCompare:
		cond := c.compare(n.cmp, c.known(&n.a, e, a), c.known(&n.b, e, a))
		return c.when(cond, func() *typedBlock { return next(e) }).add(1, 0)
	case opTruth:
		x := c.term(&n.a, e, a)
		if x.term == nil {
			return c.bind(x.v, constTerm(host.MakeBool(true)), e, next).add(1, 0)
		}
		return c.when(c.truth(x.term), func() *typedBlock { return next(e) }).add(1, 0)
	case opLookup:
		if n.name == "" {
			c.no("a lookup by a value")
		}
		x := c.term(&n.a, e, a)
		if x.term == nil {
			c.no("a lookup waits for a variable")
		}
		return c.lookup(x.term, n.attrs, n.name, e, func(t *typedTerm, e *typedEnv) *typedBlock {
			c.refine(&n.a, x.term, e, a)
			return c.unifyOperand(&n.c, typedArg{v: -1, term: t}, e, a, next)
		}).add(1, 0)
	case opMethod:
		return c.method(n, e, a, next).add(1, 0)
	case opIn:
		return c.in(n, e, a, next).add(1, choiceSize)
	case opMatches:
		x := c.term(&n.a, e, a)
		if x.term == nil {
			return c.wait(x.v, n.pat, e, a, next).add(1, 0)
		}
		return c.match(x.term, n.pat, e, a, func(t *typedTerm, e *typedEnv) *typedBlock {
			if n.a.kind == varOperand {
				e.vars[e.find(a.base+int(n.a.slot))].term = t
			}
			return next(e)
		}).add(1, 0)
	case opCall:
		return c.call(n, e, a).add(1, 0)
	case opOr:
		return c.or(n, e, a).add(1+len(n.alts), choiceSize)
	case opNot:
		return c.not(n, e, a).add(1, 0)
	case opFail:
		return failBlock(1)
	}
	c.no("a goal that only the solver can solve")
	panic("unreachable")
}

// refine records that the value of a variable was found not to be nil.
func (c *typedCompiler) refine(op *operand, old *typedTerm, e *typedEnv, a *typedAct) {
	if op.kind != varOperand || !old.nilable {
		return
	}
	if v := e.find(a.base + int(op.slot)); e.vars[v].term == old {
		e.vars[v].term = old.nonNil()
	}
}

// ifNotNil returns the code that fails if a value is nil.
func (c *typedCompiler) ifNotNil(t *typedTerm, next func() *typedBlock) *typedBlock {
	switch {
	case t.isNil():
		return failBlock(0)
	case !t.nilable:
		return next()
	}
	if t.kind != termVal {
		return c.when(&typedCond{kind: condNotNil, ra: t.reg}, next)
	}
	return c.when((&typedCond{fn: t.isNilTest()}).not(), next)
}

// lookup compiles the lookup of an attribute.
func (c *typedCompiler) lookup(t *typedTerm, attrs []*host.Attr, name string, e *typedEnv, k func(t *typedTerm, e *typedEnv) *typedBlock) *typedBlock {
	if t.kind == termVal && t.valueKind() == unknownKind || t.kind == termVal && t.valueKind() == host.Instance {
		return c.lookupVal(t, attrs, name, e, k)
	}
	if t.isNil() {
		return failBlock(0)
	}
	if t.kind != termObject {
		c.no("a lookup in a value that is not an object")
	}
	attr := attrOf(attrs, t.plan, name)
	if attr == nil {
		c.no("%s has no attribute %s", t.plan.Type, name)
	}
	return c.ifNotNil(t, func() *typedBlock { return c.attribute(t.nonNil(), attr, e, k) })
}

// attribute compiles the reading of an attribute of an object that is not nil.
func (c *typedCompiler) attribute(t *typedTerm, attr *host.Attr, e *typedEnv, k func(t *typedTerm, e *typedEnv) *typedBlock) *typedBlock {
	if attr.Relation != nil {
		return c.relation(t, attr, e, k)
	}
	cell, checked := attr.Cell()
	if attr.Ambiguous() != nil || cell.Plan != nil && cell.Plan.IsSeq() {
		c.no("an attribute that cannot be read in place")
	}
	if !checked {
		return c.readCell(t.reg, t.off+cell.Off, &cell, e, k)
	}
	reg, off := t.reg, t.off
	b := c.readCell(t.reg, t.off+cell.Off, &cell, e, k)
	run := b.run
	g := *b
	g.never = false
	g.run = func(f *typedFrame) bool {
		if !attr.Readable(f.at(reg, off)) {
			return f.giveUp()
		}
		return run(f)
	}
	return g.opaque()
}

// readCell compiles the reading of the variable at a place. The loader's own offset is part of
// the place.
func (c *typedCompiler) readCell(reg int, off uintptr, cell *host.Cell, e *typedEnv, k func(t *typedTerm, e *typedEnv) *typedBlock) *typedBlock {
	switch cell.Op {
	case host.CellStruct:
		return k(&typedTerm{kind: termObject, reg: reg, off: off, plan: cell.Plan, inPlace: true}, e)
	case host.CellPointer:
		to := c.reg(e)
		b := k(&typedTerm{kind: termObject, reg: to, plan: cell.Plan, nilable: true}, e)
		return b.loading(reg, off, to)
	case host.CellIndirect:
		next := cell.Next
		if next.Op != host.CellOther && next.Op != host.CellIndirect && next.Op != host.CellPointer && next.Op != host.CellStruct && next.Off == 0 {
			to := c.reg(e)
			b := k(&typedTerm{kind: termCell, reg: to, plan: cell.Plan, nilable: true, cell: next}, e)
			return b.inRange(to, 0, next.Op).loading(reg, off, to)
		}
	case host.CellOther:
	default:
		b := k(&typedTerm{kind: termCell, reg: reg, off: off, plan: cell.Plan, cell: cell}, e)
		return b.inRange(reg, off, cell.Op)
	}
	to := c.val(e)
	b := k(&typedTerm{kind: termVal, reg: to, plan: cell.Plan, nilable: true}, e)
	run := b.run
	g := *b
	g.never = false
	g.run = func(f *typedFrame) bool {
		v, err := cell.Load(f.at(reg, off))
		if err != nil || isSeq(v) {
			return f.giveUp()
		}
		f.more.vals[to&(typedVals-1)] = v
		return run(f)
	}
	return g.opaque()
}

// inRange returns the block after the check that a uint64 is in the range of Integer. The
// check comes first, even if nothing reads the value: the solver reads it, and has an error.
func (b *typedBlock) inRange(reg int, off uintptr, op host.CellOp) *typedBlock {
	if op != host.CellUint64 {
		return b
	}
	run := b.run
	g := *b
	g.never = false
	g.run = func(f *typedFrame) bool {
		if f.p[reg&(typedPtrs-1)] != nil && *(*int64)(f.at(reg, off)) < 0 {
			return f.giveUp()
		}
		return run(f)
	}
	return g.opaque()
}

// loading returns the block after the load of a pointer.
func (b *typedBlock) loading(reg int, off uintptr, to int) *typedBlock {
	if b.never {
		return b
	}
	run := b.run
	g := *b
	if len(b.pre) > 0 && b.pre[0].kind == condNotNil && b.pre[0].ra == to {
		run = thenAll(b.pre[1:], b.rest)
		g.run = func(f *typedFrame) bool {
			q := *(*unsafe.Pointer)(f.at(reg, off))
			f.p[to&(typedPtrs-1)] = q
			return q != nil && run(f)
		}
		return g.opaque()
	}
	g.run = func(f *typedFrame) bool {
		f.p[to&(typedPtrs-1)] = *(*unsafe.Pointer)(f.at(reg, off))
		return run(f)
	}
	step := b.step
	g.opaque()
	if step != nil && step.reg < 0 && step.at == to && len(b.pre) == 0 {
		g.step = &typedStep{reg: reg, off: off}
	}
	return &g
}

// relation compiles the reading of a relation, which must be loaded.
func (c *typedCompiler) relation(t *typedTerm, attr *host.Attr, e *typedEnv, k func(t *typedTerm, e *typedEnv) *typedBlock) *typedBlock {
	cell, _ := attr.Cell()
	reg, off := t.reg, t.off
	to := c.reg(e)
	of := &typedTerm{kind: termObject, reg: to, plan: cell.Plan, nilable: true}
	deref := false
	switch cell.Op {
	case host.CellStruct:
		of.inPlace = true
	case host.CellPointer:
		deref = true
	case host.CellSlice:
		of.kind, of.cell = termCell, &cell
	default:
		c.no("a relation in a field of another kind")
	}
	at := cell.Off
	b := k(of, e)
	run := b.run
	g := *b
	g.never = false
	g.run = func(f *typedFrame) bool {
		obj := f.at(reg, off)
		if n := attr.Rows(obj); n > 0 && !f.count((n+meter.StepElems-1)/meter.StepElems) {
			return true
		}
		var q unsafe.Pointer
		switch attr.State(obj) {
		case host.NotLoaded:
			return f.giveUp()
		case host.Loaded:
			if q = unsafe.Add(obj, at); deref {
				q = *(*unsafe.Pointer)(q)
			}
		}
		f.p[to&(typedPtrs-1)] = q
		return run(f)
	}
	return g.opaque()
}

// lookupVal compiles a lookup in a Value.
func (c *typedCompiler) lookupVal(t *typedTerm, attrs []*host.Attr, name string, e *typedEnv, k func(t *typedTerm, e *typedEnv) *typedBlock) *typedBlock {
	from, to := t.reg, c.val(e)
	of := &typedTerm{kind: termVal, reg: to, nilable: true}
	if t.plan != nil {
		a := attrOf(attrs, t.plan, name)
		if a == nil {
			c.no("%s has no attribute %s", t.plan.Type, name)
		}
		of.plan = a.Plan
	}
	b := k(of, e)
	run := b.run
	g := *b
	g.never = false
	g.run = func(f *typedFrame) bool {
		obj := f.more.vals[from&(typedVals-1)]
		switch obj.Kind() {
		case host.Nil:
			return false
		case host.Instance:
		default:
			return f.giveUp()
		}
		a := attrOf(attrs, obj.Plan, name)
		if a == nil {
			return f.giveUp()
		}
		v, ok := f.attribute(obj.Ptr, a)
		if !ok {
			return true
		}
		f.more.vals[to&(typedVals-1)] = v
		return run(f)
	}
	return g.opaque()
}

// attribute reads an attribute. It reports false after giving up.
func (f *typedFrame) attribute(obj unsafe.Pointer, a *host.Attr) (v Value, ok bool) {
	if a.Relation != nil {
		if n := a.Rows(obj); n > 0 && !f.count((n+meter.StepElems-1)/meter.StepElems) {
			return Value{}, false
		}
		switch a.State(obj) {
		case host.NotLoaded:
			f.gaveUp = true
			return Value{}, false
		case host.Absent:
			return Value{}, true
		}
	}
	v, err := a.Load(obj)
	if err != nil || isSeq(v) {
		f.gaveUp = true
		return Value{}, false
	}
	return v, true
}

// or compiles alternatives. What follows is compiled once if they bind no variable that it
// uses.
func (c *typedCompiler) or(n *node, e *typedEnv, a *typedAct) *typedBlock {
	key := typedEnd{n.next, a}
	_, known := c.shared[key]
	used := e.used
	if !known && !bindsLive(n, e, a) {
		var next *typedBlock
		next, used = c.rerun(e, func(e *typedEnv) *typedBlock { return c.node(n.next, e, a) })
		c.shared[key] = &typedShared{next, e.waits()}
		defer delete(c.shared, key)
	}
	blocks := make([]*typedBlock, len(n.alts))
	for i, alt := range n.alts {
		last := i == len(n.alts)-1
		if !last {
			c.alts++
		}
		k := e.clone()
		k.used = k.used.max(used)
		blocks[i] = c.node(alt, k, a)
		if !last {
			c.alts--
		}
	}
	return alternatives(blocks)
}

// rerun compiles what follows goals that may lead to it several times. It returns what these
// goals, which go on after it has failed, must not use of the frame.
func (c *typedCompiler) rerun(e *typedEnv, k func(e *typedEnv) *typedBlock) (b *typedBlock, used typedUse) {
	high := c.high
	c.high = e.used
	c.reruns++
	b = k(e.clone()).metered()
	c.reruns--
	used = c.high
	c.high = high.max(used)
	return b, used
}

// A typedEnd is a goal that several alternatives lead to.
type typedEnd struct {
	node *node
	act  *typedAct
}

// A typedShared is the code of such a goal.
type typedShared struct {
	block *typedBlock
	waits int // tests that wait before the alternatives
}

// waits returns how many tests wait.
func (e *typedEnv) waits() (n int) {
	for i := range e.vars {
		n += len(e.vars[i].tests)
	}
	return n
}

// bindsLive reports whether the alternatives of n may bind a variable that is used after them.
func bindsLive(n *node, e *typedEnv, a *typedAct) bool {
	after, inside := make(map[int32]bool), make(map[int32]bool)
	slotsInto := func(set map[int32]bool) func(*operand) {
		return func(op *operand) {
			if op.kind == varOperand {
				set[op.slot] = true
			}
		}
	}
	eachOperand(n.next, nil, slotsInto(after))
	for i := range a.clause.params {
		a.clause.params[i].term.each(slotsInto(after))
	}
	for _, alt := range n.alts {
		eachOperand(alt, n.next, slotsInto(inside))
	}
	roots := make(map[int]bool)
	for s := range after {
		if r := e.find(a.base + int(s)); e.vars[r].term == nil {
			roots[r] = true
		}
	}
	for s := range inside {
		if roots[e.find(a.base+int(s))] {
			return true
		}
	}
	return false
}

// not compiles a negation, whose variables from outside must have values.
func (c *typedCompiler) not(n *node, e *typedEnv, a *typedAct) *typedBlock {
	for _, s := range n.shared {
		if e.vars[e.find(a.base+int(s))].term == nil {
			c.no("a negation waits for a variable")
		}
	}
	inside := *a
	inside.depth++
	inside.loop = nil
	inside.chain = &typedCall{not: true, parent: a.chain}
	k := e.clone()
	for _, s := range n.locals { // fresh at each entry
		if v := a.base + int(s); v < len(k.vars) {
			k.vars[v] = typedVar{alias: v}
		}
	}
	b := c.node(n.sub, k, &inside)
	next := c.node(n.next, e, a)
	all := next.add(b.steps, 0)
	if !b.never {
		all.opaque()
	}
	all.bytes, all.depth = max(b.bytes, next.bytes), max(b.depth, next.depth)
	if b.never {
		return all
	}
	run, then := b.run, next.run
	all.never = false
	all.run = func(f *typedFrame) bool {
		if run(f) {
			return f.gaveUp
		}
		return then(f)
	}
	return all
}
