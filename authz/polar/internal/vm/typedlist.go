//go:build !purego

package vm

// This file compiles lists and methods for types.

import (
	"math/bits"
	"strings"
	"unsafe"

	"github.com/ursa-authz/ursa/authz/internal/host"
	"github.com/ursa-authz/ursa/authz/internal/meter"
	"github.com/ursa-authz/ursa/authz/polar/internal/ops"
)

// in compiles a goal "item in list": its code tries what follows for one element after the
// other.
func (c *typedCompiler) in(n *node, e *typedEnv, a *typedAct, k func(e *typedEnv) *typedBlock) *typedBlock {
	list := c.known(&n.b, e, a)
	item := c.term(&n.a, e, a)
	if list.isNil() {
		return failBlock(0)
	}
	kind := list.valueKind()
	if kind != host.List && kind != unknownKind {
		c.no("in over something else than a list")
	}
	// For an item with a value, what follows is the same for all elements.
	var next *typedBlock
	if item.term != nil {
		next, e.used = c.rerun(e, k)
	}
	each := func(t *typedTerm, e *typedEnv) *typedBlock {
		if item.term != nil {
			return c.when(c.equal(t, item.term), func() *typedBlock { return next })
		}
		return c.bind(item.v, t, e, k)
	}
	if list.kind == termConst {
		elems, ok := list.value.Elems()
		if !ok || len(elems) > typedRules {
			c.no("in over a long constant list")
		}
		c.rounds++
		blocks := make([]*typedBlock, len(elems))
		for i, v := range elems {
			blocks[i] = each(constTerm(v), e.clone())
		}
		c.rounds--
		return alternatives(blocks).add(len(elems)/meter.StepElems+1, 0)
	}
	return c.ifNotNil(list, func() *typedBlock {
		c.rounds++
		defer func() { c.rounds-- }()
		switch list.kind {
		case termCell:
			return c.inSlice(list, e, each)
		case termParts:
			return c.inParts(list, e, each)
		case termVal:
			return c.inVal(list, e, each)
		}
		c.no("in over something else than a list")
		panic("unreachable")
	})
}

// countEach counts the steps of reading n elements, and of a round for each of them.
func (f *typedFrame) countEach(n, steps int) bool {
	if over, rounds := bits.Mul(uint(n), uint(steps)); over > 0 || rounds > uint(f.limits.Steps) {
		f.gaveUp = true
		return false
	}
	return f.count(n*steps + elemSteps(n))
}

// elemSteps are the steps of reading n elements.
func elemSteps(n int) int { return (n+meter.StepElems-1)/meter.StepElems + 1 }

// inSlice compiles a loop over the elements of a slice.
func (c *typedCompiler) inSlice(list *typedTerm, e *typedEnv, each func(t *typedTerm, e *typedEnv) *typedBlock) *typedBlock {
	cell, stride := list.plan.ElemCell()
	if list.cell.Op != host.CellSlice || cell.Plan != nil && cell.Plan.IsSeq() {
		c.no("in over a list of another kind")
	}
	at := c.reg(e)
	body := c.readCell(at, cell.Off, &cell, e, each)
	reg, off, run, steps := list.reg, list.off, body.run, body.steps
	b := *body
	b.steps, b.never = 1, false
	of := list.cell
	if scan := scanFor(body, at); scan != nil {
		b.run = func(f *typedFrame) bool {
			data, n := of.Slice(f.at(reg, off))
			if n == 0 {
				return false
			}
			if !f.countEach(n, steps) {
				return true
			}
			return scan(f, data, n, stride)
		}
		return b.opaque()
	}
	b.run = func(f *typedFrame) bool {
		data, n := of.Slice(f.at(reg, off))
		if n == 0 {
			return false
		}
		if !f.countEach(n, steps) {
			return true
		}
		for i := range n {
			f.p[at&(typedPtrs-1)] = unsafe.Add(data, uintptr(i)*stride)
			if run(f) {
				return true
			}
			if i&(pollRounds-1) == pollRounds-1 && f.ctx.Err() != nil {
				return f.giveUp()
			}
		}
		return false
	}
	return b.opaque()
}

// inParts compiles a loop over the parts of a text.
func (c *typedCompiler) inParts(list *typedTerm, e *typedEnv, each func(t *typedTerm, e *typedEnv) *typedBlock) *typedBlock {
	at := c.reg(e)
	body := each(&typedTerm{kind: termCell, reg: at, plan: host.EngineString, cell: host.TextCell}, e)
	split, from, run, steps := list.reg, int(list.off), body.run, body.steps
	b := *body
	b.steps, b.never = 1, false
	b.run = func(f *typedFrame) bool {
		n := f.texts.n[split]
		if !f.countEach(n, steps) {
			return true
		}
		for i := from; i < n; i++ {
			f.p[at&(typedPtrs-1)] = unsafe.Pointer(&f.texts.parts[split][i])
			if run(f) {
				return true
			}
		}
		return false
	}
	return b.opaque()
}

// inVal compiles a loop over a Value.
func (c *typedCompiler) inVal(list *typedTerm, e *typedEnv, each func(t *typedTerm, e *typedEnv) *typedBlock) *typedBlock {
	to := c.val(e)
	t := &typedTerm{kind: termVal, reg: to, nilable: true}
	body := each(t, e)
	from, run, steps := list.reg, body.run, body.steps
	b := *body
	b.steps, b.never = 1, false
	b.run = func(f *typedFrame) bool {
		list := f.more.vals[from&(typedVals-1)]
		switch list.Kind() {
		case host.Nil:
			return false
		case host.List:
		default:
			return f.giveUp()
		}
		n := list.Len()
		if !f.countEach(n, steps) {
			return true
		}
		for i := range n {
			v, err := list.At(i)
			if err != nil || isSeq(v) {
				return f.giveUp()
			}
			f.more.vals[to&(typedVals-1)] = v
			if run(f) {
				return true
			}
			if i&(pollRounds-1) == pollRounds-1 && f.ctx.Err() != nil {
				return f.giveUp()
			}
		}
		return false
	}
	return b.opaque()
}

// unifyList compiles the unification of a list with a pattern of operands.
func (c *typedCompiler) unifyList(elems []operand, rest *operand, t *typedTerm, e *typedEnv, a *typedAct, k func(e *typedEnv) *typedBlock) *typedBlock {
	n := len(elems)
	switch kind := t.valueKind(); {
	case kind == unknownKind || t.kind == termConst && kind == host.List || t.kind == termVal && kind == host.List:
		c.no("a list that is compared with a list")
	case kind != host.List:
		return failBlock(0)
	case t.kind == termParts:
		from, at := int(t.off), t.at
		cond := &typedCond{kind: condParts, ra: t.reg, word: int64(from + n)}
		if rest != nil {
			cond.kind = condMoreParts
		}
		return c.when(cond, func() *typedBlock {
			more := &typedTerm{kind: termParts, reg: t.reg, at: at, off: t.off + uintptr(n), plan: host.EngineList}
			elem := func(i int) *typedTerm {
				return &typedTerm{kind: termCell, reg: at, off: uintptr(from+i) * unsafe.Sizeof(""), plan: host.EngineString, cell: host.TextCell}
			}
			return c.unifyElems(elems, rest, 0, elem, more, e, a, k)
		}).add(n+1, 0)
	}
	c.no("a list that is compared with a list")
	panic("unreachable")
}

func (c *typedCompiler) unifyElems(elems []operand, rest *operand, i int, elem func(i int) *typedTerm, more *typedTerm, e *typedEnv, a *typedAct, k func(e *typedEnv) *typedBlock) *typedBlock {
	if i < len(elems) {
		return c.unifyOperand(&elems[i], typedArg{v: -1, term: elem(i)}, e, a, func(e *typedEnv) *typedBlock {
			return c.unifyElems(elems, rest, i+1, elem, more, e, a, k)
		})
	}
	if rest == nil {
		return k(e)
	}
	return c.unifyOperand(rest, typedArg{v: -1, term: more}, e, a, k)
}

// method compiles a method call.
func (c *typedCompiler) method(n *node, e *typedEnv, a *typedAct, k func(e *typedEnv) *typedBlock) *typedBlock {
	obj := c.known(&n.a, e, a)
	args := make([]*typedTerm, len(n.args))
	for i := range n.args {
		args[i] = c.known(&n.args[i], e, a)
	}
	if obj.isNil() {
		return failBlock(0)
	}
	if n.kwargs || obj.valueKind() == host.ClassKind || obj.plan == nil {
		c.no("a method that only the solver can call")
	}
	result := func(t *typedTerm, e *typedEnv) *typedBlock {
		c.refine(&n.a, obj, e, a)
		return c.unifyOperand(&n.c, typedArg{v: -1, term: t}, e, a, k)
	}
	return c.ifNotNil(obj, func() *typedBlock {
		obj := obj.nonNil()
		if m := obj.plan.Method(n.name); m != nil {
			return c.hostMethod(m, obj, args, e, result)
		}
		if obj.valueKind() != host.String {
			c.no("a built-in method that only the solver can call")
		}
		return c.textMethod(n.name, obj, args, e, result)
	})
}

// hostMethod compiles the call of a method of the program.
func (c *typedCompiler) hostMethod(m *host.Method, obj *typedTerm, args []*typedTerm, e *typedEnv, k func(t *typedTerm, e *typedEnv) *typedBlock) *typedBlock {
	if m.Refused() != nil || len(args) > callArgs || m.Plan != nil && m.Plan.IsSeq() {
		c.no("a method that only the solver can call")
	}
	c.methods = true
	recv := obj.load()
	loads := make([]func(f *typedFrame) (Value, bool), len(args))
	for i, t := range args {
		if kind := t.valueKind(); kind == host.List || kind == host.Dict {
			c.no("a method with a list as an argument")
		}
		loads[i] = t.load()
	}
	to := c.val(e)
	b := k(&typedTerm{kind: termVal, reg: to, plan: m.Plan, nilable: true}, e)
	run := b.run
	g := *b
	g.never = false
	g.run = func(f *typedFrame) bool {
		v, ok := recv(f)
		if !ok {
			return f.giveUp()
		}
		for i, load := range loads {
			if f.more.args[i], ok = load(f); !ok {
				return f.giveUp()
			}
			if k := f.more.args[i].Kind(); k == host.List || k == host.Dict {
				return f.giveUp()
			}
		}
		call := HostCall{method: m, obj: v, args: f.more.args, n: len(loads)}
		v, ok, err := m.Call(f.ctx, v, f.more.args[:len(loads)])
		call.result, call.ok, call.err = v, ok, err
		f.more.called(&call)
		if err != nil || ok && isSeq(v) || f.ctx.Err() != nil {
			return f.giveUp()
		}
		if !ok {
			return false
		}
		f.more.vals[to&(typedVals-1)] = v
		return run(f)
	}
	return g.opaque()
}

// readText returns how a text is read, or nil if the value may be something else.
func (t *typedTerm) readText() func(f *typedFrame) string {
	reg, off := t.reg, t.off
	switch {
	case t.kind == termConst && t.valueKind() == host.String:
		text := t.value.Str()
		return func(*typedFrame) string { return text }
	case t.kind == termCell && !t.nilable && t.cell.Op == host.CellString:
		return func(f *typedFrame) string { return *(*string)(f.at(reg, off)) }
	case t.kind == termVal && !t.nilable && t.valueKind() == host.String:
		return func(f *typedFrame) string { return f.more.vals[reg&(typedVals-1)].Str() }
	}
	return nil
}

// textMethod compiles the call of a built-in method of strings.
func (c *typedCompiler) textMethod(name string, obj *typedTerm, args []*typedTerm, e *typedEnv, k func(t *typedTerm, e *typedEnv) *typedBlock) *typedBlock {
	if len(args) != 1 {
		c.no("a built-in method that only the solver can call")
	}
	text, arg := obj.readText(), args[0].readText()
	if text == nil || arg == nil {
		c.no("a built-in method of a value of another kind")
	}
	if name == "split" {
		return c.splitText(text, args[0], e, k)
	}
	b := ops.BuiltinOf(host.String, name)
	if b == nil || b.Test == nil {
		c.no("a built-in method that only the solver can call")
	}
	holds := b.Test
	// Whoever reads the result counts the steps; the solver counts them once.
	cond := &typedCond{fn: func(f *typedFrame) bool {
		s, t := text(f), arg(f)
		f.charge(len(s) + len(t))
		return holds(s, t)
	}}
	if args[0].kind == termConst && obj.kind == termCell && (name == "starts_with" || name == "startswith") {
		reg, off, prefix := obj.reg, obj.off, args[0].value.Str()
		cond.fn = func(f *typedFrame) bool {
			s := *(*string)(f.at(reg, off))
			if len(s)+len(prefix) >= meter.StepBytes {
				f.charge(len(s) + len(prefix))
			}
			return strings.HasPrefix(s, prefix)
		}
	}
	return k(&typedTerm{kind: termBool, plan: host.EngineBool, cond: cond}, e)
}

// charge counts the steps of reading n bytes of text, without a look at the limit.
func (f *typedFrame) charge(n int) {
	if n >= meter.StepBytes {
		f.steps += n / meter.StepBytes
	}
}

// splitText compiles the split of a text.
func (c *typedCompiler) splitText(text func(f *typedFrame) string, arg *typedTerm, e *typedEnv, k func(t *typedTerm, e *typedEnv) *typedBlock) *typedBlock {
	if arg.kind != termConst || arg.value.Str() == "" {
		c.no("a split by a value")
	}
	split, sep := e.used.texts, arg.value.Str()
	if e.used.texts++; e.used.texts > typedSplits {
		c.no("too many splits")
	}
	c.high = c.high.max(e.used)
	c.texts = true
	at := c.reg(e)
	b := k(&typedTerm{kind: termParts, reg: split, at: at, plan: host.EngineList}, e)
	run := b.run
	g := *b
	g.never = false
	g.run = func(f *typedFrame) bool {
		n := f.split(split, text(f), sep)
		if n < 0 {
			return f.giveUp()
		}
		f.p[at&(typedPtrs-1)] = unsafe.Pointer(&f.texts.parts[split&(typedSplits-1)])
		return run(f)
	}
	return g.opaque()
}

// split splits a text and returns the number of its parts, or -1 if there are too many.
func (f *typedFrame) split(at int, s, sep string) int {
	f.charge(len(s) + len(sep))
	parts := &f.texts.parts[at&(typedSplits-1)]
	n := 0
	for {
		if n == typedParts {
			return -1
		}
		i := -1
		if len(sep) == 1 {
			i = strings.IndexByte(s, sep[0])
		} else {
			i = strings.Index(s, sep)
		}
		if i < 0 {
			break
		}
		parts[n] = s[:i]
		n++
		s = s[i+len(sep):]
	}
	parts[n] = s
	n++
	f.texts.n[at&(typedSplits-1)] = n
	f.steps += elemSteps(n)
	f.bytes += n * valueSize
	return n
}

// A typedScan looks for elements of which conditions hold, and tries what follows for each.
type typedScan func(f *typedFrame, data unsafe.Pointer, n int, stride uintptr) bool

// scanFor returns a loop of its own for the common conditions on the element that the pointer
// at points to: that an integer of it is equal to one from outside of the loop, that a text is
// equal to a literal, or both. It returns nil for others.
func scanFor(body *typedBlock, at int) typedScan {
	var number, text *typedCond
	used := 0
	for _, c := range body.pre {
		switch {
		case number == nil && c.kind == condInts && c.ra == at && c.rb != at:
			number = c
		case number == nil && c.kind == condInts && c.rb == at && c.ra != at:
			number = &typedCond{kind: condInts, ra: c.rb, oa: c.ob, rb: c.ra, ob: c.oa}
		case text == nil && c.kind == condText && c.ra == at:
			text = c
		default:
			goto found
		}
		used++
	}
found:
	rest := thenAll(body.pre[used:], body.rest)
	if used == 0 {
		return nil
	}
	hasNumber, hasText := number != nil, text != nil
	if !hasNumber {
		number = &typedCond{ra: at, rb: at}
	}
	if !hasText {
		text = &typedCond{}
	}
	on, rb, ob, ot, want := number.oa, number.rb, number.ob, text.oa, text.text
	return func(f *typedFrame, data unsafe.Pointer, n int, stride uintptr) bool {
		var id int64
		if hasNumber {
			id = *(*int64)(f.at(rb, ob))
		}
		for i := range n {
			if i > 0 { // not after the last, where a pointer would be none into the slice
				data = unsafe.Add(data, stride)
			}
			if (!hasNumber || *(*int64)(unsafe.Add(data, on)) == id) && (!hasText || *(*string)(unsafe.Add(data, ot)) == want) {
				f.p[at&(typedPtrs-1)] = data
				if rest(f) {
					return true
				}
			}
			if i&(pollRounds-1) == pollRounds-1 && f.ctx.Err() != nil {
				return f.giveUp()
			}
		}
		return false
	}
}
