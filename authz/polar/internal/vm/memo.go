package vm

// This file defines the memo of a query: the calls that have failed and need not be tried
// again.
//
// Groups in groups are reached by many ways, and a member that is in none of them is looked
// for in each group once for every way. A call of a recursive predicate with ground
// arguments binds nothing, so if it has failed it fails again, and the memo makes the cost
// that of the groups and their edges.
//
// A call has failed when the machine backtracks to a choice that is older than the call, and
// the call has not returned. But a call fails for a reason that may pass if a call below it
// repeated an ancestor of it: that one had no further solution only because it was being
// solved. So each call records the outermost ancestor that it leaned on, and is remembered
// only if there is none but itself. A call inside a negation that may lead back out of it
// would be an error in another place, so what is around it is not remembered either.
//
// Small queries do not use the memo. Its memory counts, and is given up first when bytes run
// short.

import (
	"math"
	"unsafe"
)

// memoFrom is the number of recursive calls from which on a query remembers.
const memoFrom = 32

// leansOnNone is the depth of the outermost ancestor that a call leaned on, if there is none.
const leansOnNone = math.MaxInt32

// A failedCall is a call that failed.
type failedCall struct {
	pred *pred
	hash uint64
	args int32 // where its arguments begin in memo.args
	next int32 // the next older one of this bucket, index+1
}

// A memo is what a query has found out. The zero memo is empty.
type memo struct {
	calls int // recorded so far
	known []failedCall
	args  []Value
	first buckets
}

// remembers reports whether the query uses its memo.
func (m *Machine) remembers() bool {
	return m.memo.calls > m.prog.MemoFrom && m.partial == nil
}

// hasFailed reports whether a call has failed before.
func (m *Machine) hasFailed(pr *pred, args []Value, hash uint64) (bool, error) {
	if m.acct.Spilled() {
		m.forget()
		return false, nil
	}
	for i := m.memo.first.newest(hash) - 1; i >= 0; i = m.memo.known[i].next - 1 {
		c := &m.memo.known[i]
		if c.hash == hash && c.pred == pr {
			if same, err := m.sameArgs(args, m.memo.args[c.args:int(c.args)+pr.arity]); same || err != nil {
				return same, err
			}
		}
	}
	return false, nil
}

// fail is called when the recorded call a has no further solution.
func (m *Machine) fail(a int32) {
	c := &m.calls[a]
	if c.leans < c.depth {
		if c.parent >= 0 {
			p := &m.calls[c.parent]
			p.leans = min(p.leans, c.leans)
		}
		return
	}
	if c.solved || !m.remembers() {
		return
	}
	args := m.argsOf(a)
	if c.filter == 0 {
		hash, err := m.hashArgs(c.pred, args)
		if err != nil {
			return
		}
		c.hash = hash
	}
	if m.acct.Spilled() {
		m.forget()
	}
	if !m.acct.Cache(int(unsafe.Sizeof(failedCall{})) + memoEntry + len(args)*valueSize) {
		m.forget()
		return
	}
	n := len(m.memo.known)
	if n == len(m.memo.first) {
		m.memo.first = make(buckets, max(2*n, 64))
		for i := range m.memo.known {
			k := &m.memo.known[i]
			k.next = m.memo.first.put(k.hash, int32(i))
		}
	}
	m.memo.known = append(m.memo.known, failedCall{c.pred, c.hash, int32(len(m.memo.args)), m.memo.first.put(c.hash, int32(n))})
	m.memo.args = append(m.memo.args, args...)
}

// memoEntry is what the buckets hold for a call.
const memoEntry = 8

// solved records that the call a has returned, and those whose places it took.
func (m *Machine) solved(a int32) {
	for a >= 0 && !m.calls[a].solved {
		m.calls[a].solved = true
		a = m.calls[a].returns - 1
	}
}

// forget empties the memo.
func (m *Machine) forget() { m.memo = memo{calls: m.memo.calls} }
