package host

import (
	"reflect"

	"github.com/ursa-authz/ursa/authz/internal/meter"
)

// This file defines Equal, the one definition of equality for everything but lists and
// dictionaries.

// An EqualBy says what distinguishes two instances of one type.
type EqualBy uint8

const (
	EqualByValue         EqualBy = iota // Go's ==, and for structs that were both reached through pointers, their identity
	EqualByKey                          // the key of their class
	EqualByMethod                       // a method of T, or time.Time's Equal
	EqualByPointerMethod                // a method that only *T has
)

// EqualBy returns what [Equal] uses to compare instances of the plan.
func (p *Plan) EqualBy() EqualBy {
	m := p.order.equal
	if m == nil {
		m = p.order.compare
	}
	switch {
	case p.key != nil:
		return EqualByKey
	case p.Type == timeType || m != nil && !m.byPointer:
		return EqualByMethod
	case m != nil:
		return EqualByPointerMethod
	}
	return EqualByValue
}

// Equal reports whether a and b are equal. It accepts all kinds except List and Dict, whose
// elements the solver compares itself; a List and anything that is not a List are unequal.
//
//   - nil equals only nil.
//   - Numbers compare by value, exactly; NaN equals nothing. Strings compare with strings and
//     Booleans with Booleans, whatever the names of their Go types.
//   - Classes are equal when they are classes of one type.
//   - Instances of different types are unequal. Two instances of one type are equal when they
//     are the same object. Otherwise, if the type has a key, the keys decide: they must be equal
//     and not zero. Otherwise the type's method Equal, Compare or Cmp decides, if there is one
//     (time.Time's included). Otherwise, structs that were both reached through pointers are
//     different objects and unequal. Otherwise Go's == decides where it cannot panic; where it
//     can, they are unequal. An array, such as a UUID, has no identity: a pointer to one only
//     means that it may be missing.
//
// The error is an [*Error]: the host's method failed, the instances hold interfaces nested
// too deep, or the values are not ones that Equal knows.
func Equal(a, b Value) (bool, error) { return EqualCharged(nil, a, b) }

// EqualCharged is Equal, and charges an account, unless it is nil, for the texts and elements
// that it reads. The error may then be a [meter.Error].
func EqualCharged(acct *meter.Account, a, b Value) (bool, error) {
	eq, known, err := equalWithoutCalls(acct, a, b)
	if known || err != nil {
		return eq, err
	}
	o := &a.Plan.order
	if o.equal != nil {
		v, err := o.equal.ask(a, b)
		return err == nil && v.Bool(), err
	}
	v, err := o.compare.ask(a, b)
	return err == nil && v.Int() == 0, err
}

// EqualQuiet is Equal without calls of host methods and without errors: known is false where
// Equal would call a method.
func EqualQuiet(a, b Value) (eq, known bool) {
	eq, known, _ = equalWithoutCalls(nil, a, b)
	return eq, known
}

// EqualQuietCharged is EqualCharged without calls of host methods: known is false where it
// would call one, and where there is an error.
func EqualQuietCharged(acct *meter.Account, a, b Value) (eq, known bool, err error) {
	return equalWithoutCalls(acct, a, b)
}

// equalWithoutCalls is EqualCharged without calls of methods; known is false where it needs
// one, or where there is an error.
func equalWithoutCalls(acct *meter.Account, a, b Value) (eq, known bool, err error) {
	ka, kb := a.Kind(), b.Kind()
	switch {
	case ka == Nil || kb == Nil:
		return ka == kb, ka <= ClassKind && kb <= ClassKind, unequatable(ka, kb)
	case ka.isNumber() && kb.isNumber():
		c, ok := compareNumbers(a, b)
		return ok && c == 0, true, nil
	case ka > ClassKind || kb > ClassKind:
		return false, false, unequatable(ka, kb)
	case ka != kb:
		return false, true, nil
	}
	switch ka {
	case String:
		if err := chargeText(acct, a.Str(), b.Str()); err != nil {
			return false, false, err
		}
		return a.Str() == b.Str(), true, nil
	case Bool:
		return a.Word == b.Word, true, nil
	case ClassKind:
		return a.Ptr == b.Ptr || a.ClassInfo().Type == b.ClassInfo().Type, true, nil
	case Instance:
		return equalInstances(acct, a, b)
	}
	return false, false, errorf(CodeUnequatable, "the elements of compound values are compared one by one")
}

// unequatable returns an error if one of the kinds is one that only the solver makes.
func unequatable(a, b Kind) error {
	if a <= ClassKind && b <= ClassKind {
		return nil
	}
	return errorf(CodeUnequatable, "unknown values cannot be compared")
}

// chargeText charges for a comparison of two texts.
func chargeText(acct *meter.Account, s, t string) error {
	if acct == nil || len(s) != len(t) {
		return nil
	}
	return acct.ChargeBytes(len(s))
}

// equalInstances is equalWithoutCalls for instances.
func equalInstances(acct *meter.Account, a, b Value) (eq, known bool, err error) {
	p := a.Plan
	switch {
	case p != b.Plan:
		return false, true, nil
	case a.Ptr == b.Ptr:
		// The same memory is the same object, or the same part of one.
		return true, true, nil
	case p.key != nil:
		// A zero key leaves identity, which was checked above.
		if acct != nil {
			if err := acct.ChargeBytes(p.key.textLen(a.Ptr)); err != nil {
				return false, false, err
			}
		}
		eq, known := p.key.equal(a.Ptr, b.Ptr)
		if !(eq && known) && (p.keyIsPartial(a.Ptr) || p.keyIsPartial(b.Ptr)) {
			return false, false, p.errPartial("the key")
		}
		return eq && known, true, nil
	case p.Type == timeType:
		return TimeAt(a.Ptr).Equal(*TimeAt(b.Ptr)), true, nil
	case p.order.equal != nil || p.order.compare != nil:
		return false, false, nil
	case a.Word == 0 && b.Word == 0 && p.Type.Kind() == reflect.Struct:
		return false, true, nil
	}
	c := comparison{acct: acct}
	eq, err = c.equal(VariableAt(p.Type, a.Ptr), VariableAt(p.Type, b.Ptr))
	return eq, err == nil, err
}

// EqualGo is Go's == on two values of one type, except that values on which == would panic are
// unequal. The error is an [*Error]: the values hold interfaces nested too deep.
func EqualGo(v, w reflect.Value) (bool, error) {
	var c comparison
	return c.equal(v, w)
}

// A comparison is one ==. The zero value is ready to use.
type comparison struct {
	acct  *meter.Account
	depth int // interfaces around the current variables
	count int // interfaces compared so far
}

// equal is Go's == on v and w, variables of one type, except that values on which == would
// panic are unequal. The depth and sharing of interfaces depend on data, and neither == nor
// reflection bounds them. Beyond its own limits, equal returns an error.
func (c *comparison) equal(v, w reflect.Value) (bool, error) {
	switch v.Kind() {
	case reflect.Interface:
		if v.IsNil() || w.IsNil() {
			return v.IsNil() == w.IsNil(), nil
		}
		v, w = v.Elem(), w.Elem()
		if v.Type() != w.Type() {
			return false, nil
		}
		c.depth++
		c.count++
		if c.depth > maxNesting || c.count > maxElems {
			return false, errorf(CodeTooDeep, "there are too many interfaces to compare, or they are nested too deeply")
		}
		eq, err := c.equal(v, w)
		c.depth--
		return eq, err
	case reflect.Struct:
		t := v.Type()
		for i := range t.NumField() {
			if t.Field(i).Name == "_" {
				continue
			}
			if eq, err := c.equal(v.Field(i), w.Field(i)); !eq {
				return false, err
			}
		}
		return true, nil
	case reflect.Array:
		for i := range v.Len() {
			if c.acct != nil {
				if err := c.acct.ChargeElem(i); err != nil {
					return false, err
				}
			}
			if eq, err := c.equal(v.Index(i), w.Index(i)); !eq {
				return false, err
			}
		}
		return true, nil
	case reflect.Slice, reflect.Map, reflect.Func:
		return false, nil
	case reflect.String:
		if err := chargeText(c.acct, v.String(), w.String()); err != nil {
			return false, err
		}
	}
	return v.Equal(w), nil
}
