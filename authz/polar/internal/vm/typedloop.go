//go:build !purego

package vm

// This file compiles recursion for types: a rule that ends with a call of itself for another
// object, such as the manager of a user or the parent of a folder. It becomes a loop that
// follows a pointer.
//
// A call that repeats one of its ancestors has no further solution (ancestor.go), and so the
// loop must end there. Only the object differs between the calls of a loop. Objects that are
// equal only if they are the same lead to a cycle of pointers, which Brent's algorithm finds,
// perhaps some rounds later: those rounds repeat earlier ones, which had no solution.
// Objects with the same key may be different in everything else, so their keys are collected.

import (
	"unsafe"

	"github.com/ursa-authz/ursa/authz/internal/host"
)

// A typedLoop is a recursion that is compiled to a loop.
type typedLoop struct {
	bit    uint32
	vary   int // the argument that differs
	cur    int // the pointer with its value
	next   int // the pointer with the value of the next round
	alts   int // around the loop
	rounds int
	reruns int
	sites  int  // calls that begin another round
	late   bool // something is tried after such a call
	top    bool // the query itself calls the rule
}

// A typedNeedsLoop is the panic that ends the compilation of a call in place: it calls itself.
type typedNeedsLoop struct {
	call *typedCall
	vary int
}

// sameTerm reports whether two terms are known to be the same value.
func sameTerm(x, y *typedTerm) bool {
	if x == y {
		return true
	}
	if x.kind != y.kind {
		return false
	}
	switch x.kind {
	case termConst:
		return x.value == y.value || x.value.Kind() == host.String && y.value.Kind() == host.String && x.value.Str() == y.value.Str()
	case termObject, termVal:
		return x.reg == y.reg && x.off == y.off && x.plan == y.plan && x.inPlace == y.inPlace
	case termCell:
		return x.reg == y.reg && x.off == y.off && x.plan == y.plan && x.cell.Op == y.cell.Op
	}
	return false
}

// differ reports whether two terms are known to be unequal.
func (c *typedCompiler) differ(x, y *typedTerm) bool {
	if x.kind == termConst && y.kind == termConst {
		xk, yk := x.value.Kind(), y.value.Kind()
		return isScalar(xk) && isScalar(yk) && c.equalConsts(x.value, y.value).verdict == never
	}
	xk, yk := x.valueKind(), y.valueKind()
	if xk == unknownKind || yk == unknownKind || x.mayBeNil() && y.mayBeNil() {
		return false
	}
	if xk == host.Instance && yk == host.Instance {
		return x.plan != y.plan
	}
	return xk != yk && !(isNumber(xk) && isNumber(yk))
}

// ancestor compiles a call that may repeat one of the calls around it. It returns nil if it
// cannot.
func (c *typedCompiler) ancestor(d *typedDispatch, e *typedEnv, n *node, a *typedAct) *typedBlock {
	nots := false
calls:
	for call := d.chain; call != nil; call = call.parent {
		if call.not {
			nots = true
			continue
		}
		if call.pred != d.pred {
			continue
		}
		vary := -1
		for i, x := range d.args {
			switch {
			case c.differ(x.term, call.args[i]):
				continue calls
			case sameTerm(x.term, call.args[i]):
			case vary >= 0:
				c.no("a recursion in which several arguments differ")
			default:
				vary = i
			}
		}
		if nots {
			c.no("a rule that may depend on its own negation")
		}
		if vary < 0 {
			return failBlock(24 + d.steps) // it repeats the call, and has no further solution
		}
		if call.loop == nil {
			panic(typedNeedsLoop{call, vary})
		}
		if call.loop.vary != vary {
			c.no("a recursion in which several arguments differ")
		}
		return c.again(call.loop, d, n, a)
	}
	return nil
}

// again compiles the call that begins another round of a loop.
func (c *typedCompiler) again(l *typedLoop, d *typedDispatch, n *node, a *typedAct) *typedBlock {
	t := d.args[l.vary].term
	switch {
	case a == nil || a.loop != l || n.next.op != opReturn:
		c.no("a recursion that is not the last goal of its rule")
	case c.rounds != l.rounds || c.reruns != l.reruns:
		c.no("a recursion that several ways lead to")
	case l.sites > 0:
		c.no("a recursion in several places")
	case t.kind != termObject || t.inPlace || t.off != 0:
		c.no("a recursion over something else than pointers to objects")
	}
	l.sites++
	if c.alts > l.alts {
		if l.late = true; l.top {
			c.no("a recursion before other rules")
		}
	}
	from, to, bit, top, root := t.reg, l.next, l.bit, l.top, a.root
	return &typedBlock{steps: d.steps, step: &typedStep{reg: -1, at: from}, run: func(f *typedFrame) bool {
		f.p[to&(typedPtrs-1)] = f.p[from&(typedPtrs-1)]
		f.again |= bit
		if top && !f.ruled {
			f.rule, f.ruled = root, true
		}
		return false
	}}
}

// loopOr compiles the clauses of a call, as a loop if they call the same rule again.
func (c *typedCompiler) loopOr(d *typedDispatch, e *typedEnv) *typedBlock {
	if !d.pred.recursive || !d.ground {
		return c.tries(d, e)
	}
	b, vary := c.inPlace(d, e)
	if b != nil {
		return b
	}
	t := d.args[vary].term
	if t.kind != termObject || t.inPlace || t.off != 0 {
		c.no("a recursion over something else than pointers to objects")
	}
	key, keyed := t.plan.IntKey()
	switch t.plan.EqualBy() {
	case host.EqualByValue:
		if !t.plan.IsStruct() {
			c.no("a recursion over something else than pointers to objects")
		}
	case host.EqualByKey:
		if !keyed {
			c.no("a recursion over objects whose key is not an integer")
		}
	}
	if c.loops++; c.loops > 32 {
		c.no("too many loops")
	}
	e = e.clone()
	l := &typedLoop{bit: 1 << (c.loops - 1), vary: vary, cur: c.reg(e), next: c.reg(e), alts: c.alts, rounds: c.rounds, reruns: c.reruns, top: d.root == nil}
	k := *d
	k.loop = l
	k.args = append([]typedArg(nil), d.args...)
	of := &typedTerm{kind: termObject, reg: l.cur, plan: t.plan, nilable: true}
	k.args[vary].term = of
	nilable := !testsClass(c.possible(c.leafOf(d.pred.index, k.args).clauses, k.args), vary)
	if !nilable {
		k.args[vary].term = of.nonNil()
	}
	call := &typedCall{pred: d.pred, loop: l, parent: d.chain.parent}
	for _, x := range k.args {
		call.args = append(call.args, x.term)
	}
	for up := call.parent; up != nil; up = up.parent {
		if up.pred != d.pred {
			continue
		}
		apart := false
		for i := range call.args {
			apart = apart || c.differ(call.args[i], up.args[i])
		}
		if !apart {
			c.no("a recursion within one of the same rule")
		}
	}
	k.chain = call
	// Which clauses apply is known for the first object only as far as it is for all.
	leaf := c.leafOf(d.pred.index, k.args)
	k.clauses = c.order(leaf, c.possible(leaf.clauses, k.args), k.args, &k)
	body := c.tries(&k, e)
	steps := body.steps + k.steps + len(leaf.clauses)
	bytes := body.bytes + k.bytes + choiceSize
	b = body.add(k.steps-d.steps+len(leaf.clauses), choiceSize)
	b.never = false
	if b.run = l.follow(body, t, nilable || keyed, steps, bytes); b.run == nil {
		if !keyed {
			key = host.Cell{}
		}
		b.run = l.code(body.run, t, nilable, key, steps, bytes)
	}
	b.opaque()
	return b
}

// inPlace compiles the clauses of a call in place, or returns the argument that differs when
// they call the same rule again.
func (c *typedCompiler) inPlace(d *typedDispatch, e *typedEnv) (b *typedBlock, vary int) {
	alts, rounds, reruns, loops, high := c.alts, c.rounds, c.reruns, c.loops, c.high
	defer func() {
		if x := recover(); x != nil {
			need, ok := x.(typedNeedsLoop)
			if !ok || need.call != d.chain {
				panic(x)
			}
			c.alts, c.rounds, c.reruns, c.loops, c.high = alts, rounds, reruns, loops, high
			b, vary = nil, need.vary
		}
	}()
	return c.tries(d, e), -1
}

// testsClass reports whether all clauses test the class of an argument, so that none applies
// to nil.
func testsClass(clauses []*clause, arg int) bool {
	for _, cl := range clauses {
		if p := cl.params[arg].pat; p == nil || !p.isKnown() {
			return false
		}
	}
	return true
}

// pollRounds is how many rounds or elements a loop looks at between two looks at the context.
const pollRounds = 1024

// code returns the code of the loop. The objects have a key unless it is the zero Cell.
func (l *typedLoop) code(body typedCode, t *typedTerm, nilable bool, key host.Cell, steps, bytes int) typedCode {
	from, cur, next, bit := t.reg, l.cur, l.next, l.bit
	keyed := key.Op != host.CellOther
	return func(f *typedFrame) bool {
		obj := f.p[from&(typedPtrs-1)]
		saved, lap, power := obj, 0, 4 // also of objects whose key is zero
		found := false
		var keys keySet
		for nilable || obj != nil {
			if keyed && obj != nil {
				if k, _ := key.Op.Int(unsafe.Add(obj, key.Off)); !keys.add(uint64(k)) {
					return found
				}
			}
			f.p[cur&(typedPtrs-1)] = obj
			if body(f) {
				if f.gaveUp || f.again&bit == 0 {
					return true
				}
				found = true // unless a later round gives up
			} else if f.again&bit == 0 {
				return found
			}
			f.again &^= bit
			obj = f.p[next&(typedPtrs-1)]
			if obj == saved {
				return found
			}
			if lap++; lap == power {
				saved, lap, power = obj, 0, 2*power
			}
			if !f.round(lap, steps, bytes) {
				return true
			}
		}
		return found
	}
}

// follow returns code for a loop whose rounds are alternatives of which the last only steps to
// the next object, perhaps under conditions. It returns nil for others.
func (l *typedLoop) follow(body *typedBlock, t *typedTerm, other bool, steps, bytes int) typedCode {
	parts := body.parts
	if other || l.top || l.late || len(parts) == 0 {
		return nil
	}
	last := parts[len(parts)-1]
	if last.step == nil || last.step.reg != l.cur {
		return nil
	}
	from, cur, off := t.reg, l.cur, last.step.off
	goesOn := thenAll(last.pre, typedHolds)
	if len(parts) == 2 && len(parts[0].pre) == 1 && len(last.pre) <= 1 {
		c, rest := parts[0].pre[0], parts[0].rest
		var o, other uintptr
		reg := -1
		switch {
		case c.kind == condInts && c.ra == cur && c.rb != cur:
			o, reg, other = c.oa, c.rb, c.ob
		case c.kind == condInts && c.rb == cur && c.ra != cur:
			o, reg, other = c.ob, c.ra, c.oa
		}
		var guard uintptr
		var word int64
		guarded := len(last.pre) == 1
		if guarded {
			guard, word = last.pre[0].oa, last.pre[0].word
			if last.pre[0].kind != condNotInt || last.pre[0].ra != cur {
				reg = -1
			}
		}
		if reg >= 0 {
			return func(f *typedFrame) bool {
				obj := f.p[from&(typedPtrs-1)]
				want := *(*int64)(f.at(reg, other))
				saved, lap, power := obj, 0, 4
				for obj != nil {
					if *(*int64)(unsafe.Add(obj, o)) == want {
						f.p[cur&(typedPtrs-1)] = obj
						if rest(f) {
							return true
						}
					}
					if guarded && *(*int64)(unsafe.Add(obj, guard)) == word {
						return false
					}
					if obj = *(*unsafe.Pointer)(unsafe.Add(obj, off)); obj == saved {
						return false
					}
					if lap++; lap == power {
						saved, lap, power = obj, 0, 2*power
					}
					if lap&(pollRounds-1) == pollRounds-1 && f.ctx.Err() != nil {
						return f.giveUp()
					}
					f.steps += steps
					if f.bytes += bytes; f.steps > f.limits.Steps || f.bytes > f.limits.Bytes {
						return f.giveUp()
					}
				}
				return false
			}
		}
	}
	tries := alternatives(parts[:len(parts)-1]).run
	return func(f *typedFrame) bool {
		obj := f.p[from&(typedPtrs-1)]
		saved, lap, power := obj, 0, 4
		for obj != nil {
			f.p[cur&(typedPtrs-1)] = obj
			if tries(f) {
				return true
			}
			if !goesOn(f) {
				return false
			}
			if obj = *(*unsafe.Pointer)(unsafe.Add(obj, off)); obj == saved {
				return false
			}
			if lap++; lap == power {
				saved, lap, power = obj, 0, 2*power
			}
			if !f.round(lap, steps, bytes) {
				return true
			}
		}
		return false
	}
}

// round counts another round of a loop. It reports false after giving up.
func (f *typedFrame) round(n, steps, bytes int) bool {
	if f.bytes += bytes; f.bytes > f.limits.Bytes || n&(pollRounds-1) == pollRounds-1 && f.ctx.Err() != nil {
		f.gaveUp = true
		return false
	}
	return f.count(steps)
}

// A keySet is a set of keys; zero is never in it. The zero keySet is empty.
type keySet struct {
	n     int
	few   [8]uint64
	table []uint64 // open addressing; length is a power of two, at most half full
}

// add adds a key that is not zero. It reports false if the key was in the set.
func (s *keySet) add(k uint64) bool {
	if k == 0 {
		return true
	}
	if s.table == nil {
		for _, x := range s.few[:s.n] {
			if x == k {
				return false
			}
		}
		if s.n < len(s.few) {
			s.few[s.n] = k
			s.n++
			return true
		}
	}
	if 2*(s.n+1) > len(s.table) {
		old := s.table
		s.table = make([]uint64, max(64, 2*len(old)))
		for _, x := range s.few {
			s.put(x)
		}
		for _, x := range old {
			if x != 0 {
				s.put(x)
			}
		}
	}
	if !s.put(k) {
		return false
	}
	s.n++
	return true
}

// put adds a key to the table. It reports false if the key was there.
func (s *keySet) put(k uint64) bool {
	mask := uint64(len(s.table) - 1)
	i := k * 0x9E3779B97F4A7C15 >> 20 & mask
	for ; s.table[i] != 0; i = (i + 1) & mask {
		if s.table[i] == k {
			return false
		}
	}
	s.table[i] = k
	return true
}
