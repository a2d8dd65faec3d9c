package vm

// This file defines the check that ends loops in data: a ground call that
// repeats one of its ancestors has no further solution. So a cycle of managers
// ends with "no" and does not reach a limit. A repetition inside a negation has
// no such answer, and is an error.
//
// Only calls of recursive predicates with ground arguments are recorded, each
// with a link to the recorded call that made it. In a short chain, a new call is
// compared with each of its ancestors. In a longer chain, calls are found by a
// hash of their arguments. Such a call may be finished and not an ancestor. To
// check that, the machine walks up to its depth over jump links, in a logarithmic
// number of steps. So a recursion of 100,000 calls takes linear time.

import (
	"encoding/binary"
	"hash/maphash"
	"math/bits"
	"reflect"
	"time"
	"unsafe"

	"github.com/ursa-authz/ursa/authz/internal/host"
)

// A callNode is a recorded call.
type callNode struct {
	pred   *pred
	hash   uint64 // computed when a call is made from it
	filter uint64 // the bits of its hash and of those of its ancestors; likewise
	args   int32  // where its arguments begin in Machine.callArgs; in a direct decision, in the slots
	parent int32  // -1 at the root
	jump   int32  // an ancestor further up; -1 at the root
	depth  int32
	nots   int32 // negations around it
	older  int32 // the next older call of this bucket, index+1; meaningful when hashed
	hashed bool

	solved  bool  // it has returned
	returns int32 // the call that returns when it does, since it took that one's place, index+1
	leans   int32 // depth of the outermost ancestor that it leaned on; see memo.go
}

// argsOf returns the arguments of the recorded call a.
func (m *Machine) argsOf(a int32) []Value {
	c := &m.calls[a]
	if m.d.active {
		return m.d.slots[c.args : int(c.args)+c.pred.arity]
	}
	return m.callArgs[c.args : int(c.args)+c.pred.arity]
}

// shortChain is the depth up to which ancestors are compared one by one.
const shortChain = 16

var hashSeed = maphash.MakeSeed()

// secret keeps data from choosing the buckets of calls.
var secret = maphash.Comparable(hashSeed, 0)

// A repetition says what is known about a call before it is tried.
type repetition uint8

const (
	notRepeated     repetition = iota
	repeatsAncestor            // so it has no further solution
	hasFailedBefore
)

// enterCall records a call made from the recorded call parent, within some negations,
// unless it is known to fail. In a direct decision, the arguments are the slots
// at from; those of a call that has returned may be overwritten, but such a call is no
// ancestor.
func (m *Machine) enterCall(pr *pred, args []Value, parent, nots int32, from int) (at int32, known repetition, err error) {
	for i := range args {
		switch args[i].Kind() {
		case host.Var, host.Tail, host.Partial:
			return parent, notRepeated, nil
		}
	}
	c := callNode{pred: pr, args: int32(len(m.callArgs)), parent: parent, jump: parent, nots: nots, leans: leansOnNone}
	m.memo.calls++
	remembers := m.remembers()
	if parent < 0 && remembers {
		if c.hash, err = m.hashArgs(pr, args); err != nil {
			return parent, notRepeated, err
		}
		c.filter = 1 << (c.hash >> 58)
	}
	if parent >= 0 {
		p := &m.calls[parent]
		if p.filter == 0 {
			if p.hash, err = m.hashArgs(p.pred, m.argsOf(parent)); err != nil {
				return parent, notRepeated, err
			}
			p.filter = 1 << (p.hash >> 58)
		}
		if c.hash, err = m.hashArgs(pr, args); err != nil {
			return parent, notRepeated, err
		}
		c.filter = 1 << (c.hash >> 58)
		c.depth = p.depth + 1
		if p.filter&c.filter != 0 {
			a, err := m.ancestor(pr, args, c.hash, parent)
			switch {
			case err != nil:
				return parent, notRepeated, err
			case a >= 0:
				p.leans = min(p.leans, m.calls[a].depth)
				return parent, repeatsAncestor, m.checkLoop(a, nots)
			}
		}
		if nots > p.nots && pr.component == p.pred.component {
			p.leans = -1
		}
		c.filter |= p.filter
		if p.jump >= 0 {
			if j := &m.calls[p.jump]; j.jump >= 0 && p.depth-j.depth == j.depth-m.calls[j.jump].depth {
				c.jump = j.jump
			}
		}
	}
	if remembers {
		switch failed, err := m.hasFailed(pr, args, c.hash); {
		case err != nil:
			return parent, notRepeated, err
		case failed:
			return parent, hasFailedBefore, nil
		}
	}
	if err := m.hold(callSize + len(args)*valueSize); err != nil {
		return parent, notRepeated, err
	}
	if m.d.active {
		c.args = int32(from)
	} else {
		m.callArgs = append(m.callArgs, args...)
	}
	m.calls = append(m.calls, c)
	at = int32(len(m.calls) - 1)
	if c.depth == shortChain+1 {
		// Older ones first, since unhash takes the newest away first.
		var chain [shortChain + 1]int32
		for a, i := parent, shortChain; a >= 0; a, i = m.calls[a].parent, i-1 {
			chain[i] = a
		}
		for _, a := range chain {
			m.addHash(a)
		}
	}
	if c.depth > shortChain {
		m.addHash(at)
	}
	return at, notRepeated, nil
}

// ancestor returns the recorded call that a call made from parent repeats, or -1.
func (m *Machine) ancestor(pr *pred, args []Value, hash uint64, parent int32) (int32, error) {
	if m.calls[parent].depth < shortChain {
		for a := parent; a >= 0; a = m.calls[a].parent {
			if same, err := m.sameCall(pr, args, hash, a); same || err != nil {
				return a, err
			}
		}
		return -1, nil
	}
	for a := m.seen.newest(hash) - 1; a >= 0; a = m.calls[a].older - 1 {
		same, err := m.sameCall(pr, args, hash, a)
		if err != nil {
			return -1, err
		}
		if same && m.isAncestor(a, parent) {
			return a, nil
		}
	}
	return -1, nil
}

// checkLoop reports an error if a call repeats its ancestor a from inside a negation:
// whether it holds would depend on its not holding.
func (m *Machine) checkLoop(a, nots int32) error {
	if a >= 0 && nots != m.calls[a].nots {
		return m.errorf(CodeNegativeLoop, "the rule %s depends on its own negation", m.calls[a].pred.name)
	}
	return nil
}

// isAncestor reports whether the recorded call a is from, or above it.
func (m *Machine) isAncestor(a, from int32) bool {
	depth := m.calls[a].depth
	for from >= 0 && m.calls[from].depth > depth {
		if j := m.calls[from].jump; j >= 0 && m.calls[j].depth >= depth {
			from = j
		} else {
			from = m.calls[from].parent
		}
	}
	return from == a
}

// unhash makes the recorded calls from index height on unknown. They are the newest.
func (m *Machine) unhash(height int32) {
	for i := int32(len(m.calls)) - 1; i >= height && m.hashed > 0; i-- {
		if c := &m.calls[i]; c.hashed {
			m.seen.set(c.hash, c.older)
			m.hashed--
		}
	}
}

// addHash makes the recorded call a known by its hash.
func (m *Machine) addHash(a int32) {
	c := &m.calls[a]
	if c.hashed {
		return
	}
	c.hashed = true
	if m.hashed++; m.hashed > len(m.seen) {
		m.seen = make(buckets, max(2*len(m.seen), 64))
		for i := range a {
			if c := &m.calls[i]; c.hashed {
				c.older = m.seen.put(c.hash, i)
			}
		}
	}
	c.older = m.seen.put(c.hash, a)
}

// buckets are the newest entries of a list by their hashes, index+1. Their number is a power
// of two. Each entry knows the next older one of its bucket.
type buckets []int32

// put makes entry i the newest of its bucket, and returns the previous one.
func (b buckets) put(hash uint64, i int32) (older int32) {
	at := &b[hash&uint64(len(b)-1)]
	older = *at
	*at = i + 1
	return older
}

// newest returns the newest entry with a hash like that, index+1.
func (b buckets) newest(hash uint64) int32 {
	if len(b) == 0 {
		return 0
	}
	return b[hash&uint64(len(b)-1)]
}

// set makes an entry the newest of its bucket, index+1.
func (b buckets) set(hash uint64, i int32) { b[hash&uint64(len(b)-1)] = i }

// dropCalls drops the recorded calls from index height on, which have no further solution.
func (m *Machine) dropCalls(height int32) {
	if int(height) == len(m.calls) {
		return
	}
	for i := int32(len(m.calls)) - 1; i >= height; i-- {
		m.fail(i)
	}
	m.unhash(height)
	if !m.d.active {
		args := m.calls[height].args
		clear(m.callArgs[args:])
		m.callArgs = m.callArgs[:args]
	}
	m.calls = m.calls[:height]
}

// sameCall reports whether the recorded call a calls pr with the same arguments.
func (m *Machine) sameCall(pr *pred, args []Value, hash uint64, a int32) (bool, error) {
	if m.calls[a].hash != hash || m.calls[a].pred != pr {
		return false, nil
	}
	return m.sameArgs(args, m.argsOf(a))
}

// sameArgs reports whether two calls have the same arguments, as far as that is known
// without calling the host.
func (m *Machine) sameArgs(args, known []Value) (bool, error) {
	if err := m.charge(1); err != nil {
		return false, err
	}
	for i, v := range args {
		if w := known[i]; w != v {
			quiet := m.quiet
			m.quiet, m.unsure = true, false
			eq, _, _, err := m.equal(v, w)
			unsure := m.unsure
			m.quiet, m.unsure = quiet, false
			if err != nil || !eq || unsure {
				return false, err
			}
		}
	}
	return true, nil
}

// hashArgs hashes a call so that equal calls have equal hashes. For a compound, it
// uses only the kind and the size. The only exception is a value that is equal to an
// object behind a pointer: their hashes may differ.
func (m *Machine) hashArgs(pr *pred, args []Value) (uint64, error) {
	h := secret ^ uint64(uintptr(unsafe.Pointer(pr)))
	for i := range args {
		v := &args[i]
		var of uint64
		switch v.Kind() {
		case host.Nil:
		case host.Int, host.Bool:
			of = v.Word
		case host.String:
			of = hashText(v.Str())
		default:
			key, ok := uint64(0), false
			if v.Plan.Kind == host.Instance {
				key, ok = v.Plan.IntKey(v.Ptr)
			}
			if of = key; !ok {
				var err error
				if of, err = m.hashRest(*v); err != nil {
					return 0, err
				}
			}
		}
		h = (h ^ of) * 0x9E3779B97F4A7C15
		h ^= h >> 29
	}
	return h, nil
}

// hashText hashes the length and the ends of a text: quickly, and without reading it all.
func hashText(s string) uint64 {
	h := uint64(len(s))
	if len(s) >= 8 {
		return h ^ binary.LittleEndian.Uint64([]byte(s[:8])) ^ bits.RotateLeft64(binary.LittleEndian.Uint64([]byte(s[len(s)-8:])), 19)
	}
	for i := range len(s) {
		h = h<<8 | uint64(s[i])
	}
	return h
}

// hashRest hashes the values that are rarely arguments of recursive rules.
func (m *Machine) hashRest(v Value) (uint64, error) {
	switch v.Kind() {
	case host.Float:
		return keyOf(v).word, nil // that of an integer that is equal to it
	case host.Instance:
		if v.Word == 0 && v.Plan.EqualBy() == host.EqualByValue && v.Plan.Type.Kind() == reflect.Struct {
			return uint64(uintptr(v.Ptr)), nil // equal to itself only
		}
	}
	var h maphash.Hash
	h.SetSeed(hashSeed)
	err := m.hashValue(&h, v)
	return h.Sum64(), err
}

func (m *Machine) hashValue(h *maphash.Hash, v Value) error {
	switch v.Kind() {
	case host.String:
		h.WriteByte('s')
		h.WriteString(v.Str())
		return m.acct.ChargeBytes(int(v.Word))
	case host.List, host.Dict:
		h.WriteByte(byte(v.Kind()))
		maphash.WriteComparable(h, v.Len())
	case host.Instance:
		h.WriteByte('i')
		switch v.Plan.EqualBy() {
		case host.EqualByKey:
			for _, a := range v.Plan.Key() {
				k, err := a.Load(v.Ptr)
				if err != nil {
					return err
				}
				if k.Kind() != host.Instance {
					if err := m.hashValue(h, k); err != nil {
						return err
					}
				}
			}
		default:
			t := v.Plan.Type
			switch {
			case t == timeType:
				maphash.WriteComparable(h, (*time.Time)(v.Ptr).UnixNano())
			case v.Plan.EqualBy() == host.EqualByValue && (v.Word == 1 || t.Kind() != reflect.Struct):
				hashScalars(h, reflect.NewAt(t, v.Ptr).Elem())
				return m.charge(1)
			default:
				// Without calling a method, only the same object is known to be equal.
				maphash.WriteComparable(h, v.Ptr)
			}
		}
	default:
		maphash.WriteComparable(h, keyOf(v))
	}
	return nil
}

// hashScalars hashes the direct fields or elements of a struct or array that ==
// compares bit by bit: equal values have equal hashes.
func hashScalars(h *maphash.Hash, v reflect.Value) {
	switch v.Kind() {
	case reflect.Struct:
		for i := range v.NumField() {
			if f := v.Field(i); f.Kind() != reflect.Struct && f.Kind() != reflect.Array && v.Type().Field(i).Name != "_" {
				hashScalars(h, f)
			}
		}
	case reflect.Array:
		for i := range min(v.Len(), 64) {
			if f := v.Index(i); f.Kind() != reflect.Struct && f.Kind() != reflect.Array {
				hashScalars(h, f)
			}
		}
	case reflect.String:
		h.WriteString(v.String())
	case reflect.Bool:
		maphash.WriteComparable(h, v.Bool())
	default:
		switch {
		case v.CanInt():
			maphash.WriteComparable(h, v.Int())
		case v.CanUint():
			maphash.WriteComparable(h, v.Uint())
		}
	}
}
