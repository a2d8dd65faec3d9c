package vm

// This file defines comparison and arithmetic.

import (
	"github.com/ursa-authz/ursa/authz/internal/host"
	"github.com/ursa-authz/ursa/authz/polar/internal/ops"
	"github.com/ursa-authz/ursa/authz/polar/syntax"
)

// compare solves a cmp b for ==, !=, <, <=, > and >=. Equality is defined for all
// values. An ordering with nil is false, and an ordering of kinds that cannot be
// ordered is an error.
func (m *Machine) compare(n *node, base int32) (bool, error) {
	a, err := m.value(&n.a, base)
	if err != nil {
		return false, err
	}
	b, err := m.value(&n.b, base)
	if err != nil {
		return false, err
	}
	ak, bk := a.Kind(), b.Kind()
	if ak == host.Int && bk == host.Int {
		return ordered(n.cmp, compareInts(a.Int(), b.Int())), nil
	}
	if m.partial != nil {
		if done, ok, err := m.comparePartial(n, a, b); done {
			return ok, err
		}
	}
	if n.cmp == syntax.OpEq || n.cmp == syntax.OpNe {
		c, err := m.equal(a, b)
		switch {
		case err != nil:
			return false, err
		case c.depends:
			m.wait(n, c.on)
			return true, nil
		}
		return c.equal == (n.cmp == syntax.OpEq), nil
	}
	switch {
	case ak == host.Var:
		m.wait(n, a)
		return true, nil
	case bk == host.Var:
		m.wait(n, b)
		return true, nil
	}
	return m.order(n.cmp, a, b)
}

// order reports whether an ordering holds between two known values.
func (m *Machine) order(op syntax.Op, a, b Value) (bool, error) {
	ok, err := ops.Ordered(&m.acct, op, a, b)
	if a.Kind() == host.Instance {
		m.look()
	}
	return ok, err
}

func compareInts(a, b int64) int { return ops.CompareInts(a, b) }

// ordered reports whether a comparison holds between two values that compare as c.
func ordered(op syntax.Op, c int) bool { return ops.Holds(op, c) }

// arith solves c = a op b. With nil it fails, whatever the other operand is.
func (m *Machine) arith(n *node, base int32) (bool, error) {
	a, err := m.value(&n.a, base)
	if err != nil {
		return false, err
	}
	b, err := m.value(&n.b, base)
	if err != nil {
		return false, err
	}
	ak, bk := a.Kind(), b.Kind()
	switch {
	case ak == host.Nil || bk == host.Nil:
		return false, nil
	case ak == host.Var:
		m.wait(n, a)
		return true, nil
	case bk == host.Var:
		m.wait(n, b)
		return true, nil
	case ak == host.Partial || bk == host.Partial:
		return false, m.errorf(CodeUnsupported, "arithmetic on the unknown resource cannot become a filter")
	}
	result, ok, err := ops.Arith(n.cmp, a, b)
	if !ok || err != nil {
		return false, err
	}
	return m.unifyOperand(&n.c, result, base)
}
