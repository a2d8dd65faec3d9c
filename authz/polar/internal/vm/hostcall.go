package vm

// This file defines HostCall, by which the solver takes over the calls of methods that
// compiled code has made before it gave up.

import (
	"slices"

	"github.com/ursa-authz/ursa/authz/internal/host"
)

// callArgs is how many arguments a HostCall holds.
const callArgs = 4

// A HostCall is a call of a method of the program, with its results. If compiled code
// gives up after it, the solver need not call the method again.
type HostCall struct {
	method *host.Method
	obj    Value
	args   [callArgs]Value
	n      int // arguments

	result Value
	ok     bool
	err    error
}

// replayed returns the results of a call that was made before the query began. It returns nil
// if the call is not the next of those, and then forgets them all.
func (m *Machine) replayed(hm *host.Method, obj Value, args []Value) *HostCall {
	if len(m.hosted) == 0 {
		return nil
	}
	c := &m.hosted[0]
	if c.method != hm || !c.obj.Same(obj) || !slices.EqualFunc(c.args[:c.n], args, Value.Same) {
		m.hosted = nil
		return nil
	}
	m.hosted = m.hosted[1:]
	return c
}

// Replay makes the query take the results of calls from there, as long as it makes the same
// calls in the same order.
func (m *Machine) Replay(calls []HostCall) { m.hosted = calls }
