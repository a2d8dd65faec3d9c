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
	"cmp"
	"hash/maphash"
	"reflect"

	"github.com/ursa-authz/ursa/authz/internal/host"
)

// A callNode is a recorded call.
type callNode struct {
	pred   *pred
	args   []Value
	hash   uint64
	parent int32 // -1 at the root
	jump   int32 // an ancestor further up; -1 at the root
	depth  int32
	nots   int32 // negations around it
	older  int32 // the next older call with this hash, index+1; meaningful when hashed
	hashed bool
}

// shortChain is the depth up to which ancestors are compared one by one.
const shortChain = 8

var hashSeed = maphash.MakeSeed()

// enterCall records a call made from the recorded call parent, and reports
// whether it repeats an ancestor.
func (m *Machine) enterCall(pr *pred, args []Value, parent int32) (at int32, repeated bool, err error) {
	for _, a := range args {
		switch a.Kind() {
		case host.Var, host.Tail, host.Partial:
			return parent, false, nil
		}
	}
	depth := int32(0)
	if parent >= 0 {
		depth = m.calls[parent].depth + 1
	}
	var hash uint64
	if depth <= shortChain {
		for a := parent; a >= 0; a = m.calls[a].parent {
			same, err := m.sameCall(pr, args, a)
			if same || err != nil {
				return parent, same, cmp.Or(err, m.checkLoop(a))
			}
		}
	} else {
		if depth == shortChain+1 {
			for a := parent; a >= 0; a = m.calls[a].parent {
				m.hashCall(a)
			}
		}
		if hash, err = m.hashArgs(pr, args); err != nil {
			return parent, false, err
		}
		for a := m.seen[hash] - 1; a >= 0; a = m.calls[a].older - 1 {
			same, err := m.sameCall(pr, args, a)
			if err != nil {
				return parent, false, err
			}
			if same && m.isAncestor(a, parent) {
				return parent, true, m.checkLoop(a)
			}
		}
	}
	if err := m.hold(callSize + len(args)*valueSize); err != nil {
		return parent, false, err
	}
	c := callNode{pred: pr, args: append([]Value(nil), args...), parent: parent, jump: parent, depth: depth, nots: m.frames[m.frame].nots}
	if parent >= 0 {
		p := &m.calls[parent]
		if p.jump >= 0 {
			if j := &m.calls[p.jump]; j.jump >= 0 && p.depth-j.depth == j.depth-m.calls[j.jump].depth {
				c.jump = j.jump
			}
		}
	}
	m.calls = append(m.calls, c)
	at = int32(len(m.calls) - 1)
	if depth > shortChain {
		m.addHash(at, hash)
	}
	return at, false, nil
}

// checkLoop reports an error if a call repeats its ancestor a from inside a negation:
// whether it holds would depend on its not holding.
func (m *Machine) checkLoop(a int32) error {
	if m.frames[m.frame].nots != m.calls[a].nots {
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

func (m *Machine) hashCall(a int32) {
	if c := &m.calls[a]; !c.hashed {
		if h, err := m.hashArgs(c.pred, c.args); err == nil {
			m.addHash(a, h)
		}
	}
}

func (m *Machine) addHash(a int32, hash uint64) {
	c := &m.calls[a]
	c.hash, c.hashed, c.older = hash, true, m.seen[hash]
	m.seen[hash] = a + 1
}

// dropCalls drops the recorded calls from index height on.
func (m *Machine) dropCalls(height int32) {
	for i := int32(len(m.calls)) - 1; i >= height; i-- {
		if c := &m.calls[i]; c.hashed {
			m.unhash(i)
		}
		m.calls[i] = callNode{}
	}
	m.calls = m.calls[:height]
}

// unhash removes call a from the list of its hash.
func (m *Machine) unhash(a int32) {
	c := &m.calls[a]
	if m.seen[c.hash] == a+1 {
		if c.older == 0 {
			delete(m.seen, c.hash)
		} else {
			m.seen[c.hash] = c.older
		}
		return
	}
	for i := m.seen[c.hash]; i > 0; i = m.calls[i-1].older {
		if m.calls[i-1].older == a+1 {
			m.calls[i-1].older = c.older
			return
		}
	}
}

// sameCall reports whether the recorded call a calls pr with the same arguments.
func (m *Machine) sameCall(pr *pred, args []Value, a int32) (bool, error) {
	c := &m.calls[a]
	if c.pred != pr {
		return false, nil
	}
	if err := m.charge(1); err != nil {
		return false, err
	}
	for i, v := range args {
		if w := c.args[i]; !w.Same(v) {
			quiet := m.quiet
			m.quiet, m.unsure = true, false
			same, err := m.equal(v, w)
			unsure := m.unsure
			m.quiet, m.unsure = quiet, false
			if err != nil || !same.equal || unsure {
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
	var h maphash.Hash
	h.SetSeed(hashSeed)
	maphash.WriteComparable(&h, pr)
	for _, a := range args {
		if err := m.hashValue(&h, a); err != nil {
			return 0, err
		}
	}
	return h.Sum64(), nil
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
				maphash.WriteComparable(h, host.TimeAt(v.Ptr).UnixNano())
			case v.Plan.EqualBy() == host.EqualByValue && (v.Word == 1 || t.Kind() != reflect.Struct):
				hashScalars(h, host.VariableAt(t, v.Ptr))
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
