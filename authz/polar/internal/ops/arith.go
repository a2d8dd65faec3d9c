package ops

// This file defines arithmetic.

import (
	"math"

	"github.com/ursa-authz/ursa/authz/internal/host"
	"github.com/ursa-authz/ursa/authz/polar/syntax"
)

// Arith returns a op b for the operators +, -, *, /, mod and rem. Integers are checked for
// overflow, and / always makes a Float. If an operand is nil, ok is false.
func Arith(op syntax.Op, a, b Value) (result Value, ok bool, err error) {
	ak, bk := a.Kind(), b.Kind()
	switch {
	case ak == host.Nil || bk == host.Nil:
		return Value{}, false, nil
	case ak != host.Int && ak != host.Float || bk != host.Int && bk != host.Float:
		return Value{}, false, Errorf(CodeUnsupported, "%s needs two numbers, not %s and %s", op, Describe(a), Describe(b))
	case ak == host.Int && bk == host.Int && op != syntax.OpDiv:
		i, err := intArith(op, a.Int(), b.Int())
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

func intArith(op syntax.Op, a, b int64) (int64, error) {
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
			return 0, Errorf(CodeArithmetic, "%s by zero", op)
		case a == math.MinInt64 && b == -1:
			overflow = true // the division does not fit
		default:
			r = a % b
			if op == syntax.OpMod && r != 0 && (r < 0) != (b < 0) {
				r += b
			}
		}
	default:
		panic("ops: arithmetic with " + op.String())
	}
	if overflow {
		return 0, Errorf(CodeArithmetic, "the result of %s does not fit into 64 bits", op)
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
	case syntax.OpMod, syntax.OpRem:
		r := math.Mod(a, b)
		if op == syntax.OpMod && r != 0 && (r < 0) != (b < 0) {
			r += b
		}
		return r
	}
	panic("ops: arithmetic with " + op.String())
}
