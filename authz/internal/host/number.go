package host

import "cmp"

// This file defines the exact comparison of numbers of all types.

// compareIntFloat compares i with f without rounding i. It reports false for NaN.
func compareIntFloat(i int64, f float64) (int, bool) {
	switch {
	case f != f:
		return 0, false
	case f >= 1<<63:
		return -1, true
	case f < -1<<63:
		return 1, true
	}
	// f is in the range of int64, so its integer part is exact, and so is the fraction.
	whole := int64(f)
	if c := cmp.Compare(i, whole); c != 0 {
		return c, true
	}
	return cmp.Compare(0, f-float64(whole)), true
}

// compareNumbers compares two values of kind Int or Float. It reports false for NaN.
func compareNumbers(a, b Value) (int, bool) {
	switch {
	case a.Plan.Kind == Int && b.Plan.Kind == Int:
		return cmp.Compare(a.Int(), b.Int()), true
	case a.Plan.Kind == Int:
		return compareIntFloat(a.Int(), b.Float())
	case b.Plan.Kind == Int:
		c, ok := compareIntFloat(b.Int(), a.Float())
		return -c, ok
	}
	x, y := a.Float(), b.Float()
	if x != x || y != y {
		return 0, false
	}
	return cmp.Compare(x, y), true
}

// isNumber reports whether values of the kind are numbers.
func (k Kind) isNumber() bool { return k == Int || k == Float }
