package vm

// This file defines comparison and arithmetic.

import (
	"math"

	"github.com/ursa-authz/ursa/authz/internal/host"
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
		eq, waits, depends, err := m.equal(a, b)
		switch {
		case err != nil:
			return false, err
		case depends:
			m.wait(n, waits)
			return true, nil
		}
		return eq == (n.cmp == syntax.OpEq), nil
	}
	switch {
	case ak == host.Var:
		m.wait(n, a)
		return true, nil
	case bk == host.Var:
		m.wait(n, b)
		return true, nil
	case ak == host.Tail || bk == host.Tail:
		return false, m.errorf(CodeUnordered, "%s and %s cannot be ordered", describe(a), describe(b))
	}
	return m.order(n.cmp, a, b)
}

// compareKnown is compare for values of the host.
func (m *Machine) compareKnown(op syntax.Op, a, b Value) (bool, error) {
	switch {
	case a.Kind() == host.Int && b.Kind() == host.Int:
		return ordered(op, compareInts(a.Int(), b.Int())), nil
	case op == syntax.OpEq || op == syntax.OpNe:
		eq, _, _, err := m.equal(a, b)
		return err == nil && eq == (op == syntax.OpEq), err
	}
	return m.order(op, a, b)
}

// order reports whether an ordering holds between two known values.
func (m *Machine) order(op syntax.Op, a, b Value) (bool, error) {
	if a.Kind() == host.String && b.Kind() == host.String {
		c, err := m.compareText(a.Str(), b.Str())
		return err == nil && ordered(op, c), err
	}
	c, ok, err := host.Compare(a, b)
	if a.Kind() == host.Instance {
		m.look()
	}
	if err != nil {
		return false, m.hostError(err)
	}
	return ok && ordered(op, c), nil
}

func compareInts(a, b int64) int {
	switch {
	case a < b:
		return -1
	case a > b:
		return 1
	}
	return 0
}

// ordered reports whether a comparison holds between two values that compare as c.
func ordered(op syntax.Op, c int) bool {
	switch op {
	case syntax.OpEq:
		return c == 0
	case syntax.OpNe:
		return c != 0
	case syntax.OpLt:
		return c < 0
	case syntax.OpLe:
		return c <= 0
	case syntax.OpGt:
		return c > 0
	}
	return c >= 0
}

// arith solves c = a op b. Integers are checked; / always makes a float.
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
	}
	v, ok, err := m.arithKnown(n.cmp, a, b)
	if !ok || err != nil {
		return false, err
	}
	return m.unifyOperand(&n.c, v, base)
}

// arithKnown returns a op b of known values; ok is false if there is no result.
func (m *Machine) arithKnown(op syntax.Op, a, b Value) (v Value, ok bool, err error) {
	ak, bk := a.Kind(), b.Kind()
	switch {
	case ak == host.Nil || bk == host.Nil:
		return Value{}, false, nil
	case ak == host.Partial || bk == host.Partial:
		return Value{}, false, m.errorf(CodeUnsupported, "arithmetic on the unknown resource cannot become a filter")
	case ak != host.Int && ak != host.Float || bk != host.Int && bk != host.Float:
		return Value{}, false, m.errorf(CodeUnsupported, "%s needs two numbers, not %s and %s", op, describe(a), describe(b))
	}
	if ak == host.Int && bk == host.Int && op != syntax.OpDiv {
		i, err := m.intArith(op, a.Int(), b.Int())
		return host.MakeInt(i), err == nil, err
	}
	return host.MakeFloat(floatArith(op, toFloat(a), toFloat(b))), true, nil
}

func toFloat(v Value) float64 {
	if v.Kind() == host.Int {
		return float64(v.Int())
	}
	return v.Float()
}

func (m *Machine) intArith(op syntax.Op, a, b int64) (int64, error) {
	overflow := false
	var r int64
	switch op {
	case syntax.OpAdd:
		r = a + b
		overflow = (r > a) != (b > 0) && b != 0
	case syntax.OpSub:
		r = a - b
		overflow = (r < a) != (b > 0) && b != 0
	case syntax.OpMul:
		r = a * b
		overflow = a != 0 && (r/a != b || a == -1 && b == math.MinInt64)
	case syntax.OpMod, syntax.OpRem:
		switch {
		case b == 0:
			return 0, m.errorf(CodeArithmetic, "%s by zero", op)
		case a == math.MinInt64 && b == -1:
			return 0, m.errorf(CodeArithmetic, "the result of %s does not fit into 64 bits", op) // the division is
		}
		r = a % b
		if op == syntax.OpMod && r != 0 && (r < 0) != (b < 0) {
			r += b
		}
	}
	if overflow {
		return 0, m.errorf(CodeArithmetic, "the result of %s does not fit into 64 bits", op)
	}
	return r, nil
}

func floatArith(op syntax.Op, a, b float64) float64 {
	switch op {
	case syntax.OpAdd:
		return a + b
	case syntax.OpSub:
		return a - b
	case syntax.OpMul:
		return a * b
	case syntax.OpDiv:
		return a / b
	}
	r := math.Mod(a, b)
	if op == syntax.OpMod && r != 0 && (r < 0) != (b < 0) {
		r += b
	}
	return r
}
