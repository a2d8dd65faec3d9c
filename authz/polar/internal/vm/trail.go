package vm

// This file defines how variables are bound and unbound: the cells, the trail
// that undoes the changes since a choice, and the goals that wait.
//
// A goal that tests an unbound variable waits for it: its record is put on the
// list of the variable's cell. When the variable is bound, the goals of its list
// run before the solver continues. The trail undoes all of this, so a goal waits
// again when the binding that woke it is undone.

import "slices"

// A trailEntry undoes one change: of a cell, or, when cell is negative, of the
// state of the waiter with the number ^cell.
type trailEntry struct {
	cell int32
	old  Value
}

// A waiter is a goal that waits for a variable.
type waiter struct {
	node   *node // what to run: it ends with opReturn
	clause *clause
	base   int32 // cells of the activation the goal belongs to
	calls  int32 // its place in the chain of recursive calls
	nots   int32 // negations around it
	trace  int32
	cell   int32 // one of the variables it waits for
	done   bool  // it ran; it is skipped on the lists that still have it
}

// A waitLink is one place on the list of a variable.
type waitLink struct {
	waiter int32
	next   int32 // index+1 into Machine.links; 0 ends the list
}

// deref follows bindings to a value or an unbound variable.
func (m *Machine) deref(t Value) Value {
	for t.Plan == varPlan {
		c := m.cells[t.Word]
		if c.Plan == unboundPlan || c.Plan == waitingPlan {
			return t
		}
		t = c
	}
	return t
}

// bind binds the unbound variable at a cell. The goals that wait for it are
// queued in m.woken.
func (m *Machine) bind(cell uint64, t Value) {
	c := &m.cells[cell]
	if int(cell) < m.protected {
		m.trail = append(m.trail, trailEntry{int32(cell), *c})
	}
	if c.Plan == waitingPlan {
		m.woken = append(m.woken, int32(c.Word))
	}
	*c = t
}

// isSealed reports whether the unbound variable v is from outside the negation
// being solved. Then the negation depends on v: isSealed records v, and the caller fails.
func (m *Machine) isSealed(v Value) bool {
	if int(v.Word) >= m.sealed {
		return false
	}
	m.maybes = append(m.maybes, v.Word)
	return true
}

// touch marks an unbound variable that another one is bound to: it is no longer
// new, as := requires.
func (m *Machine) touch(v Value) {
	c := &m.cells[v.Word]
	if c.Plan != unboundPlan || c.Word != 0 {
		return
	}
	if int(v.Word) < m.protected {
		m.trail = append(m.trail, trailEntry{int32(v.Word), *c})
	}
	c.Word = 1
}

// unbind undoes the trail down to a height.
func (m *Machine) unbind(height int) {
	for i := len(m.trail) - 1; i >= height; i-- {
		e := &m.trail[i]
		if e.cell < 0 {
			m.waiters[^e.cell].done = false
		} else {
			m.cells[e.cell] = e.old
		}
	}
	m.trail = m.trail[:height]
}

// rewind undoes the bindings made since the trail had a height. replay binds them
// again. Waiters do not change.
func (m *Machine) rewind(height int) {
	for i := len(m.trail) - 1; i >= height; i-- {
		m.swap(&m.trail[i])
	}
}

func (m *Machine) replay(height int) {
	for i := height; i < len(m.trail); i++ {
		m.swap(&m.trail[i])
	}
}

func (m *Machine) swap(e *trailEntry) {
	if e.cell >= 0 {
		m.cells[e.cell], e.old = e.old, m.cells[e.cell]
	}
}

// wait makes the goal n of the current activation wait for the unbound
// variable v. The machine continues as if the goal had succeeded.
func (m *Machine) wait(n *node, v Value) {
	w := m.newWaiter(n.solo)
	m.waitFor(w, v)
	if m.trace != nil {
		m.trace.wait(m.goal)
	}
}

func (m *Machine) newWaiter(n *node) int32 {
	f := &m.frames[m.frame]
	m.waiters = append(m.waiters, waiter{node: n, clause: f.clause, base: f.base, calls: f.calls, nots: f.nots, trace: f.trace, cell: -1})
	m.pending++
	_ = m.hold(waiterSize) // noticed by what is held next
	return int32(len(m.waiters) - 1)
}

// waitsSince reports whether one of the waiters from a height on still waits.
func (m *Machine) waitsSince(height int) bool {
	if m.pending == 0 {
		return false
	}
	return slices.ContainsFunc(m.waiters[height:], func(w waiter) bool { return !w.done })
}

// waitFor puts waiter w on the list of the unbound variable v.
func (m *Machine) waitFor(w int32, v Value) {
	cell := v.Word
	c := &m.cells[cell]
	next := int32(0)
	if c.Plan == waitingPlan {
		next = int32(c.Word)
	}
	m.links = append(m.links, waitLink{waiter: w, next: next})
	if int(cell) < m.protected {
		m.trail = append(m.trail, trailEntry{int32(cell), *c})
	}
	*c = Value{Plan: waitingPlan, Word: uint64(len(m.links))}
	if m.waiters[w].cell < 0 {
		m.waiters[w].cell = int32(cell)
	}
}

// wake arranges that the goals whose variables were bound run before cont
// does, in the order in which they began to wait, and returns the node to
// continue with.
func (m *Machine) wake(cont *node) *node {
	first := len(m.ready)
	for _, list := range m.woken {
		from := len(m.ready)
		for l := list; l != 0; l = m.links[l-1].next {
			if w := m.links[l-1].waiter; !m.waiters[w].done {
				m.waiters[w].done = true
				m.trail = append(m.trail, trailEntry{cell: ^w})
				m.pending--
				m.ready = append(m.ready, w)
			}
		}
		// A list begins with the goal that waited last.
		for i, j := from, len(m.ready)-1; i < j; i, j = i+1, j-1 {
			m.ready[i], m.ready[j] = m.ready[j], m.ready[i]
		}
	}
	m.woken = m.woken[:0]
	for i := len(m.ready) - 1; i >= first; i-- {
		w := &m.waiters[m.ready[i]]
		m.pushFrame(frame{
			clause: w.clause, base: w.base, cont: cont, parent: m.frame,
			barrier: int32(len(m.choices)), calls: w.calls, trace: w.trace, depth: m.frames[m.frame].depth, nots: w.nots,
			wake: true,
		})
		cont = w.node
	}
	m.ready = m.ready[:first]
	return cont
}

// newCells makes n unbound cells and returns the index of the first.
func (m *Machine) newCells(n int) int {
	base := len(m.cells)
	if cap(m.cells)-base < n {
		m.growCells(n)
	}
	m.cells = m.cells[:base+n]
	for i := base; i < base+n; i++ {
		m.cells[i] = Value{Plan: unboundPlan}
	}
	return base
}

func (m *Machine) growCells(n int) {
	grown := make([]Value, len(m.cells), max(min(2*cap(m.cells), cap(m.cells)*5/4+1<<13), len(m.cells)+n, 64))
	copy(grown, m.cells)
	m.cells = grown
}
