//go:build !purego

package vm

// This file defines what the compiler of decisions for types knows about a value, and
// conditions on such values.

import (
	"unsafe"

	"github.com/ursa-authz/ursa/authz/internal/host"
	"github.com/ursa-authz/ursa/authz/internal/meter"
	"github.com/ursa-authz/ursa/authz/polar/syntax"
)

// A termKind says how the code reads a value.
type termKind uint8

const (
	termConst  termKind = iota // a literal
	termObject                 // an instance in memory
	termCell                   // a variable in memory
	termVal                    // a Value of the frame
	termBool                   // a condition that neither gives up nor changes anything
	termParts                  // the parts of a text that was split
)

// A typedTerm is a value as the compiler knows it. It is immutable.
type typedTerm struct {
	kind    termKind
	reg     int        // the pointer, Value or split of the frame
	at      int        // of termParts, the pointer to the first part
	off     uintptr    // of termObject and termCell, from the pointer; of termParts, the first part
	plan    *host.Plan // nil if it depends on the value
	nilable bool       // the value may be nil: then the pointer is
	inPlace bool       // termObject: part of another object, and not behind a pointer
	other   bool       // a text that is not a literal of the policy
	cell    *host.Cell
	value   Value
	cond    *typedCond
}

// A typedTest is a condition. If it gives up, it reports false.
type typedTest func(f *typedFrame) bool

func (f *typedFrame) at(reg int, off uintptr) unsafe.Pointer {
	return unsafe.Add(f.p[reg&(typedPtrs-1)], off)
}

// unknownKind is the kind of a value that only a run knows.
const unknownKind = host.Kind(255)

// valueKind returns the kind of the value if it is not nil.
func (t *typedTerm) valueKind() host.Kind {
	switch {
	case t.kind == termConst:
		return t.value.Kind()
	case t.kind == termBool:
		return host.Bool
	case t.kind == termParts:
		return host.List
	case t.plan == nil:
		return unknownKind
	}
	return t.plan.Kind
}

// isNil reports whether the value is known to be nil.
func (t *typedTerm) isNil() bool { return t.kind == termConst && t.value.Plan == nil }

// mayBeNil reports whether the value may be nil.
func (t *typedTerm) mayBeNil() bool { return t.nilable || t.isNil() }

// nonNil returns the value, now that it is known not to be nil.
func (t *typedTerm) nonNil() *typedTerm {
	if !t.nilable {
		return t
	}
	known := *t
	known.nilable = false
	return &known
}

func constTerm(v Value) *typedTerm { return &typedTerm{kind: termConst, plan: v.Plan, value: v} }

// isNilTest returns the condition that a value that may be nil is nil.
func (t *typedTerm) isNilTest() typedTest {
	reg := t.reg
	if t.kind == termVal {
		return func(f *typedFrame) bool { return f.more.vals[reg&(typedVals-1)].Kind() == host.Nil }
	}
	return func(f *typedFrame) bool { return f.p[reg&(typedPtrs-1)] == nil }
}

// load returns how the value becomes a Value; ok is false when it cannot be read.
func (t *typedTerm) load() func(f *typedFrame) (v Value, ok bool) {
	reg, off := t.reg, t.off
	switch t.kind {
	case termConst:
		v := t.value
		return func(*typedFrame) (Value, bool) { return v, true }
	case termObject:
		plan, word := t.plan, uint64(0)
		if t.inPlace {
			word = 1
		}
		nilable := t.nilable
		return func(f *typedFrame) (Value, bool) {
			if nilable && f.p[reg&(typedPtrs-1)] == nil {
				return Value{}, true
			}
			return Value{Plan: plan, Ptr: f.at(reg, off), Word: word}, true
		}
	case termCell:
		cell, nilable := t.cell, t.nilable
		return func(f *typedFrame) (Value, bool) {
			if nilable && f.p[reg&(typedPtrs-1)] == nil {
				return Value{}, true
			}
			v, err := cell.Load(f.at(reg, off))
			return v, err == nil
		}
	case termVal:
		return func(f *typedFrame) (Value, bool) { return f.more.vals[reg&(typedVals-1)], true }
	case termBool:
		test := t.cond.test()
		return func(f *typedFrame) (Value, bool) { return host.MakeBool(test(f)), true }
	}
	return nil
}

// A verdict is what is known about a condition when it is compiled.
type verdict uint8

const (
	byValue verdict = iota
	always
	never
)

// A typedCond is a condition on values. The common forms have a kind, so that the code can be
// fused with what follows.
type typedCond struct {
	verdict verdict
	kind    condKind
	mayGive bool // it may give up
	steps   int

	ra, rb int
	oa, ob uintptr
	word   int64
	text   string
	fn     typedTest
}

// A condKind is a form of conditions.
type condKind uint8

const (
	condFunc   condKind = iota // fn
	condInts                   // two integers of 64 bits are equal
	condInt                    // one is equal to word
	condText                   // a short text is equal to text
	condBool                   // a bool is true
	condNoBool                 // a bool is false
	condNotNil                 // a pointer is not nil
	condNotInt                 // the negations of condInt, condInts and condText
	condNotInts
	condNotText
	condParts     // a text has word parts
	condMoreParts // a text has at least word parts
)

// test returns the condition as a function.
func (c *typedCond) test() typedTest {
	ra, rb, oa, ob, word, text := c.ra, c.rb, c.oa, c.ob, c.word, c.text
	switch {
	case c.verdict == always:
		return func(*typedFrame) bool { return true }
	case c.verdict == never:
		return func(*typedFrame) bool { return false }
	}
	switch c.kind {
	case condInts:
		return func(f *typedFrame) bool { return *(*int64)(f.at(ra, oa)) == *(*int64)(f.at(rb, ob)) }
	case condInt:
		return func(f *typedFrame) bool { return *(*int64)(f.at(ra, oa)) == word }
	case condText:
		return func(f *typedFrame) bool { return *(*string)(f.at(ra, oa)) == text }
	case condBool:
		return func(f *typedFrame) bool { return *(*bool)(f.at(ra, oa)) }
	case condNoBool:
		return func(f *typedFrame) bool { return !*(*bool)(f.at(ra, oa)) }
	case condNotNil:
		return func(f *typedFrame) bool { return f.p[ra&(typedPtrs-1)] != nil }
	case condNotInts:
		return func(f *typedFrame) bool { return *(*int64)(f.at(ra, oa)) != *(*int64)(f.at(rb, ob)) }
	case condNotInt:
		return func(f *typedFrame) bool { return *(*int64)(f.at(ra, oa)) != word }
	case condNotText:
		return func(f *typedFrame) bool { return *(*string)(f.at(ra, oa)) != text }
	case condParts:
		return func(f *typedFrame) bool { return f.texts.n[ra&(typedSplits-1)] == int(word) }
	case condMoreParts:
		return func(f *typedFrame) bool { return f.texts.n[ra&(typedSplits-1)] >= int(word) }
	}
	return c.fn
}

// isSimple reports whether the condition has a short form, in which it only reads the memory
// at its pointers.
func (c *typedCond) isSimple() bool { return c.verdict == byValue && c.kind != condFunc }

// thenAll returns the code of simple conditions followed by next.
func thenAll(conds []*typedCond, next typedCode) typedCode {
	if len(conds) >= 2 {
		a, b := conds[0], conds[1]
		ra, rb, oa, ob, word, text := a.ra, a.rb, a.oa, a.ob, a.word, a.text
		rc, rd, oc, od, word2, text2 := b.ra, b.rb, b.oa, b.ob, b.word, b.text
		rest := thenAll(conds[2:], next)
		switch [2]condKind{a.kind, b.kind} {
		case [2]condKind{condText, condText}:
			return func(f *typedFrame) bool {
				return *(*string)(f.at(ra, oa)) == text && *(*string)(f.at(rc, oc)) == text2 && rest(f)
			}
		case [2]condKind{condInts, condText}:
			return func(f *typedFrame) bool {
				return *(*int64)(f.at(ra, oa)) == *(*int64)(f.at(rb, ob)) && *(*string)(f.at(rc, oc)) == text2 && rest(f)
			}
		case [2]condKind{condText, condInts}:
			return func(f *typedFrame) bool {
				return *(*string)(f.at(ra, oa)) == text && *(*int64)(f.at(rc, oc)) == *(*int64)(f.at(rd, od)) && rest(f)
			}
		case [2]condKind{condInt, condText}:
			return func(f *typedFrame) bool {
				return *(*int64)(f.at(ra, oa)) == word && *(*string)(f.at(rc, oc)) == text2 && rest(f)
			}
		case [2]condKind{condText, condInt}:
			return func(f *typedFrame) bool {
				return *(*string)(f.at(ra, oa)) == text && *(*int64)(f.at(rc, oc)) == word2 && rest(f)
			}
		case [2]condKind{condNotNil, condInts}:
			return func(f *typedFrame) bool {
				return f.p[ra&(typedPtrs-1)] != nil && *(*int64)(f.at(rc, oc)) == *(*int64)(f.at(rd, od)) && rest(f)
			}
		}
	}
	if len(conds) == 0 {
		return next
	}
	return conds[0].then(thenAll(conds[1:], next))
}

// then returns the code of the condition followed by next.
func (c *typedCond) then(next typedCode) typedCode {
	ra, rb, oa, ob, word, text := c.ra, c.rb, c.oa, c.ob, c.word, c.text
	switch c.kind {
	case condInts:
		return func(f *typedFrame) bool {
			return *(*int64)(f.at(ra, oa)) == *(*int64)(f.at(rb, ob)) && next(f)
		}
	case condInt:
		return func(f *typedFrame) bool { return *(*int64)(f.at(ra, oa)) == word && next(f) }
	case condText:
		return func(f *typedFrame) bool { return *(*string)(f.at(ra, oa)) == text && next(f) }
	case condBool:
		return func(f *typedFrame) bool { return *(*bool)(f.at(ra, oa)) && next(f) }
	case condNoBool:
		return func(f *typedFrame) bool { return !*(*bool)(f.at(ra, oa)) && next(f) }
	case condNotNil:
		return func(f *typedFrame) bool { return f.p[ra&(typedPtrs-1)] != nil && next(f) }
	case condNotInts:
		return func(f *typedFrame) bool {
			return *(*int64)(f.at(ra, oa)) != *(*int64)(f.at(rb, ob)) && next(f)
		}
	case condNotInt:
		return func(f *typedFrame) bool { return *(*int64)(f.at(ra, oa)) != word && next(f) }
	case condNotText:
		return func(f *typedFrame) bool { return *(*string)(f.at(ra, oa)) != text && next(f) }
	case condParts:
		return func(f *typedFrame) bool { return f.texts.n[ra&(typedSplits-1)] == int(word) && next(f) }
	case condMoreParts:
		return func(f *typedFrame) bool { return f.texts.n[ra&(typedSplits-1)] >= int(word) && next(f) }
	}
	test := c.fn
	if !c.mayGive {
		return func(f *typedFrame) bool { return test(f) && next(f) }
	}
	return func(f *typedFrame) bool {
		if !test(f) {
			return f.gaveUp
		}
		return next(f)
	}
}

// thenRule returns the code of a simple condition followed by the end of the query.
func (c *typedCond) thenRule(rule *RuleInfo) typedCode {
	ra, rb, oa, ob := c.ra, c.rb, c.oa, c.ob
	if c.kind == condInts {
		return func(f *typedFrame) bool {
			if *(*int64)(f.at(ra, oa)) != *(*int64)(f.at(rb, ob)) {
				return false
			}
			f.holds(rule)
			return true
		}
	}
	return c.then(func(f *typedFrame) bool {
		f.holds(rule)
		return true
	})
}

// not returns the negation of a condition.
func (c *typedCond) not() *typedCond {
	n := *c
	switch {
	case c.verdict == always:
		n.verdict = never
	case c.verdict == never:
		n.verdict = always
	case c.kind == condBool:
		n.kind = condNoBool
	case c.kind == condNoBool:
		n.kind = condBool
	case c.kind == condInt:
		n.kind = condNotInt
	case c.kind == condInts:
		n.kind = condNotInts
	case c.kind == condText:
		n.kind = condNotText
	default:
		test := c.test()
		n.kind = condFunc
		n.fn = func(f *typedFrame) bool { return !test(f) && !f.gaveUp }
	}
	return &n
}

func known(b bool) *typedCond {
	if b {
		return &typedCond{verdict: always}
	}
	return &typedCond{verdict: never}
}

func isNumber(k host.Kind) bool { return k == host.Int || k == host.Float }

// textSteps counts the steps of reading n bytes of a text. It gives up at the limit.
func (f *typedFrame) textSteps(n int) {
	if n >= meter.StepBytes {
		f.count(n/meter.StepBytes + 1)
	}
}

// equal returns the condition that two values are equal, as = and == have it.
func (c *typedCompiler) equal(a, b *typedTerm) *typedCond {
	if a.kind == termConst {
		a, b = b, a
	}
	if a.kind == termConst {
		return c.equalConsts(a.value, b.value)
	}
	if b.isNil() {
		if !a.nilable {
			if a.valueKind() == unknownKind {
				c.no("a value of unknown type")
			}
			return known(false)
		}
		return &typedCond{fn: a.isNilTest()}
	}
	ka, kb := a.valueKind(), b.valueKind()
	if ka != unknownKind && kb != unknownKind {
		if ka != kb && !(isNumber(ka) && isNumber(kb)) || ka == host.Instance && a.plan != b.plan {
			if a.nilable && b.nilable {
				x, y := a.isNilTest(), b.isNilTest()
				return &typedCond{fn: func(f *typedFrame) bool { return x(f) && y(f) }}
			}
			return known(false)
		}
		switch {
		case ka == host.List || ka == host.Dict:
			c.no("two lists or dictionaries are compared")
		case ka == host.Instance:
			return c.equalObjects(a, b)
		case a.kind == termBool && b.kind == termConst:
			if b.value.Bool() {
				return a.cond
			}
			return a.cond.not()
		case a.kind == termCell && !a.nilable && !b.nilable:
			if cond := c.equalCells(a, b); cond != nil {
				return cond
			}
		}
	}
	c.tameVals(a, b)
	x, y := a.load(), b.load()
	if x == nil || y == nil {
		c.no("a list is compared")
	}
	return &typedCond{mayGive: true, fn: func(f *typedFrame) bool {
		v, ok := x(f)
		w, ok2 := y(f)
		if !ok || !ok2 {
			f.gaveUp = true
			return false
		}
		return f.equal(v, w)
	}}
}

// tameVals ends the compilation if the comparison of two values could call methods.
func (c *typedCompiler) tameVals(terms ...*typedTerm) {
	for _, t := range terms {
		if t.valueKind() == host.Instance && t.plan != nil && !comparesQuietly(t.plan) {
			c.no("values are compared by a method")
		}
	}
}

// comparesQuietly reports whether instances of the plan can be compared without a call of the
// program and without a walk over memory of any size.
func comparesQuietly(p *host.Plan) bool {
	switch p.EqualBy() {
	case host.EqualByKey:
		return true
	case host.EqualByMethod, host.EqualByPointerMethod:
		return p.IsTime()
	}
	return p.IsStruct()
}

// equal compares two Values that are not both lists or both dictionaries.
func (f *typedFrame) equal(v, w Value) bool {
	vk, wk := v.Kind(), w.Kind()
	switch {
	case vk == host.Int && wk == host.Int:
		return v.Word == w.Word
	case vk == host.String && wk == host.String:
		if v.Word != w.Word {
			return false
		}
		f.textSteps(int(v.Word))
		return v.Str() == w.Str()
	case vk == host.List || vk == host.Dict:
		if vk == wk {
			f.gaveUp = true
		}
		return false
	case wk == host.List || wk == host.Dict:
		return false
	case vk == host.Instance && wk == host.Instance:
		if v.Plan != w.Plan {
			return false
		}
		if !comparesQuietly(v.Plan) || v.Plan.EqualBy() == host.EqualByValue && v.Word+w.Word != 0 && v.Ptr != w.Ptr {
			f.gaveUp = true
			return false
		}
		f.textSteps(v.Plan.KeyTextLen(v.Ptr))
	}
	eq, known := host.EqualQuiet(v, w)
	if !known {
		f.gaveUp = true
		return false
	}
	return eq
}

func (c *typedCompiler) equalConsts(v, w Value) *typedCond {
	vk, wk := v.Kind(), w.Kind()
	if (vk == host.List || vk == host.Dict || vk == host.Instance) && vk == wk {
		c.no("two constants are compared")
	}
	if vk == host.List || vk == host.Dict || wk == host.List || wk == host.Dict {
		return known(false)
	}
	eq, ok := host.EqualQuiet(v, w)
	if !ok {
		c.no("two constants are compared")
	}
	k := known(eq)
	if vk == host.String {
		k.steps = int(v.Word) / meter.StepBytes
	}
	return k
}

// equalCells returns the condition that a variable is equal to another, or to a literal of the
// same kind; neither may be nil. It returns nil if it has no short form.
func (c *typedCompiler) equalCells(a, b *typedTerm) *typedCond {
	cond := &typedCond{ra: a.reg, oa: a.off, rb: b.reg, ob: b.off}
	op := a.cell.Op
	isInt := host.CellInt8 <= op && op <= host.CellUint64
	switch {
	case b.kind == termConst && op == host.CellString && b.value.Kind() == host.String:
		text := b.value.Str()
		if _, named := c.p.named[text]; a.other && named {
			return known(false)
		}
		cond.kind, cond.text, cond.steps = condText, text, len(text)/meter.StepBytes
		return cond
	case b.kind == termConst && op == host.CellInt64 && b.value.Kind() == host.Int:
		cond.kind, cond.word = condInt, b.value.Int()
		return cond
	case b.kind == termConst && isInt && b.value.Kind() == host.Int:
		word, read := b.value.Int(), a.readInt()
		cond.mayGive = op == host.CellUint64
		cond.fn = func(f *typedFrame) bool { return read(f) == word && !f.gaveUp }
		return cond
	case b.kind == termConst && op == host.CellBool && b.value.Kind() == host.Bool:
		if cond.kind = condNoBool; b.value.Bool() {
			cond.kind = condBool
		}
		return cond
	case b.kind != termCell:
		return nil
	case op == host.CellInt64 && b.cell.Op == host.CellInt64:
		cond.kind = condInts
		return cond
	case isInt && host.CellInt8 <= b.cell.Op && b.cell.Op <= host.CellUint64:
		read, other := a.readInt(), b.readInt()
		cond.mayGive = op == host.CellUint64 || b.cell.Op == host.CellUint64
		cond.fn = func(f *typedFrame) bool { return read(f) == other(f) && !f.gaveUp }
		return cond
	case op == host.CellString && b.cell.Op == host.CellString:
		ra, oa, rb, ob := a.reg, a.off, b.reg, b.off
		cond.mayGive = true
		cond.fn = func(f *typedFrame) bool {
			s, t := *(*string)(f.at(ra, oa)), *(*string)(f.at(rb, ob))
			if len(s) != len(t) {
				return false
			}
			if len(s) >= meter.StepBytes {
				f.textSteps(len(s))
			}
			return s == t && !f.gaveUp
		}
		return cond
	}
	return nil
}

// readInt returns how an integer is read. It gives up if it is out of range.
func (t *typedTerm) readInt() func(f *typedFrame) int64 {
	op, reg, off := t.cell.Op, t.reg, t.off
	if op == host.CellInt64 {
		return func(f *typedFrame) int64 { return *(*int64)(f.at(reg, off)) }
	}
	return func(f *typedFrame) int64 {
		i, ok := op.Int(f.at(reg, off))
		if !ok {
			f.gaveUp = true
		}
		return i
	}
}

// equalObjects returns the condition that two instances of one plan are equal.
func (c *typedCompiler) equalObjects(a, b *typedTerm) *typedCond {
	c.tameVals(a, b)
	if a.kind == termObject && b.kind == termObject && a.plan.EqualBy() == host.EqualByValue && (a.inPlace || b.inPlace) {
		c.no("structs are compared field by field")
	}
	x, y := a.load(), b.load()
	return &typedCond{mayGive: true, fn: func(f *typedFrame) bool {
		v, _ := x(f)
		w, _ := y(f)
		return f.equal(v, w)
	}}
}

// compare returns the condition of a comparison.
func (c *typedCompiler) compare(op syntax.Op, a, b *typedTerm) *typedCond {
	if op == syntax.OpEq {
		return c.equal(a, b)
	}
	if op == syntax.OpNe {
		return c.equal(a, b).not()
	}
	ka, kb := a.valueKind(), b.valueKind()
	if a.isNil() || b.isNil() {
		return known(false)
	}
	isInt := func(t *typedTerm) bool {
		return t.kind == termCell && !t.nilable && t.plan.Kind == host.Int && t.cell.Op != host.CellOther
	}
	switch {
	case isInt(a) && b.kind == termConst && kb == host.Int:
		read, word := a.readInt(), b.value.Int()
		return &typedCond{mayGive: true, fn: func(f *typedFrame) bool { return ordered(op, compareInts(read(f), word)) && !f.gaveUp }}
	case isInt(b) && a.kind == termConst && ka == host.Int:
		read, word := b.readInt(), a.value.Int()
		return &typedCond{mayGive: true, fn: func(f *typedFrame) bool { return ordered(op, compareInts(word, read(f))) && !f.gaveUp }}
	case isInt(a) && isInt(b):
		read, other := a.readInt(), b.readInt()
		return &typedCond{mayGive: true, fn: func(f *typedFrame) bool { return ordered(op, compareInts(read(f), other(f))) && !f.gaveUp }}
	case ka == host.List || ka == host.Dict || kb == host.List || kb == host.Dict:
		c.no("lists are ordered")
	case ka == host.Instance && !a.plan.IsTime() || kb == host.Instance && !b.plan.IsTime():
		c.no("values are ordered by a method")
	}
	x, y := a.load(), b.load()
	return &typedCond{mayGive: true, fn: func(f *typedFrame) bool {
		v, ok := x(f)
		w, ok2 := y(f)
		if !ok || !ok2 {
			f.gaveUp = true
			return false
		}
		switch vk := v.Kind(); {
		case vk == host.Instance && !v.Plan.IsTime():
			f.gaveUp = true
			return false
		case vk == host.String && w.Kind() == host.String:
			f.textSteps(int(v.Word) + int(w.Word))
		}
		r, ok, err := host.Compare(v, w)
		if err != nil {
			f.gaveUp = true
		}
		return ok && ordered(op, r) && !f.gaveUp
	}}
}

// truth returns the condition of a value used as a goal.
func (c *typedCompiler) truth(t *typedTerm) *typedCond {
	switch {
	case t.isNil():
		return known(false)
	case t.kind == termBool:
		return t.cond
	case t.kind == termConst && t.valueKind() == host.Bool:
		return known(t.value.Bool())
	case t.valueKind() != host.Bool && t.valueKind() != unknownKind:
		c.no("a condition is not a Boolean")
	case t.kind == termCell && !t.nilable && t.cell.Op == host.CellBool:
		return &typedCond{kind: condBool, ra: t.reg, oa: t.off}
	}
	load := t.load()
	return &typedCond{mayGive: true, fn: func(f *typedFrame) bool {
		v, ok := load(f)
		switch k := v.Kind(); {
		case !ok || k != host.Bool && k != host.Nil:
			f.gaveUp = true
			return false
		case k == host.Nil:
			return false
		}
		return v.Bool()
	}}
}
