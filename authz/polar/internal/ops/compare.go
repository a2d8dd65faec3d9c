package ops

// This file defines comparisons. Package host defines equality and order of its values;
// here the elements of lists and dictionaries are left to the evaluator.

import (
	"github.com/ursa-authz/ursa/authz/internal/host"
	"github.com/ursa-authz/ursa/authz/internal/meter"
	"github.com/ursa-authz/ursa/authz/polar/syntax"
)

// Holds reports whether a comparison holds between two values that compare as c: less than
// 0, 0, or greater than 0.
func Holds(op syntax.Op, c int) bool {
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
	case syntax.OpGe:
		return c >= 0
	}
	panic("ops: comparison with " + op.String())
}

// CompareInts returns -1, 0 or 1 for a less than, equal to, or greater than b.
func CompareInts(a, b int64) int {
	switch {
	case a < b:
		return -1
	case a > b:
		return 1
	}
	return 0
}

// Ordered reports whether an ordering (<, <=, > or >=) holds between two values. With nil it
// is false. For kinds without an order, open lists and dictionaries included, it is an error.
func Ordered(acct *meter.Account, op syntax.Op, a, b Value) (bool, error) {
	if a.Kind() == host.String && b.Kind() == host.String {
		c, err := CompareTexts(acct, a.Str(), b.Str())
		return err == nil && Holds(op, c), err
	}
	if IsOpen(a) || IsOpen(b) {
		return false, Errorf(CodeUnordered, "%s and %s cannot be ordered", Describe(a), Describe(b))
	}
	c, ok, err := host.Compare(a, b)
	if err != nil {
		return false, FromHost(err)
	}
	return ok && Holds(op, c), nil
}

// Equal reports whether two values are equal that are neither lists nor dictionaries.
func Equal(acct *meter.Account, a, b Value) (bool, error) {
	switch ak, bk := a.Kind(), b.Kind(); {
	case ak == host.String && bk == host.String:
		return SameText(acct, a.Str(), b.Str())
	case ak == host.Int && bk == host.Int:
		return a.Word == b.Word, nil
	}
	return host.EqualCharged(acct, a, b)
}

// Truth reports whether a value holds that is used as a goal. Nil does not. A value that is
// neither true, false nor nil is an error.
func Truth(v Value) (bool, error) {
	switch v.Kind() {
	case host.Bool:
		return v.Bool(), nil
	case host.Nil:
		return false, nil
	}
	return false, Errorf(CodeType, "%s is neither true nor false, so it cannot be a condition", Describe(v))
}
