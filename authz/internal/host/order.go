package host

import (
	"cmp"
	"context"
	"reflect"
	"strings"
)

// This file defines Compare, and how types define which of two values is less and whether
// they are equal.

// Comparers are the methods of a type that compare two of its values, as methods of the pointer.
// A Method without a name means that the type has no such method.
type Comparers struct {
	Equal   reflect.Method // Equal(T) bool; also with *T or any
	Compare reflect.Method // Compare(T) int or Cmp(T) int; also with *T
	Less    reflect.Method // Lt(T) bool; also with *T or any
}

// ComparersOf returns the comparers of t and *t.
func ComparersOf(t reflect.Type) (c Comparers) {
	find := func(name string, result reflect.Kind, orAny bool) reflect.Method {
		m, ok := reflect.PointerTo(t).MethodByName(name)
		if !ok || m.Type.NumIn() != 2 || m.Type.NumOut() != 1 || m.Type.Out(0).Kind() != result {
			return reflect.Method{}
		}
		switch p := m.Type.In(1); {
		case p == t, p == reflect.PointerTo(t), orAny && p == reflect.TypeFor[any]():
			return m
		}
		return reflect.Method{}
	}
	c.Equal = find("Equal", reflect.Bool, true)
	c.Less = find("Lt", reflect.Bool, true)
	if c.Compare = find("Compare", reflect.Int, false); c.Compare.Name == "" {
		c.Compare = find("Cmp", reflect.Int, false)
	}
	return c
}

// Any reports whether there is one. Then values of the type are equal to no value of another type.
func (c Comparers) Any() bool { return c.Equal.Name+c.Compare.Name+c.Less.Name != "" }

// An ordering holds the same methods in callable form; nil means that there is none.
type ordering struct {
	equal, compare, less *Method
}

// bindOrdering returns the ordering of plan p.
func (b *builder) bindOrdering(p *Plan) (o ordering) {
	if p.Type == timeType {
		return o // compared without a call
	}
	bind := func(m reflect.Method) *Method {
		if m.Name == "" {
			return nil
		}
		return newMethod(p, m, b.loaderFor)
	}
	c := ComparersOf(p.Type)
	return ordering{bind(c.Equal), bind(c.Compare), bind(c.Less)}
}

// ask calls a comparer of a with b, a value of the same plan. If the parameter is of type
// any, b is passed as the receiver is: as a T for a method of T, otherwise as a *T.
func (m *Method) ask(a, b Value) (Value, error) {
	if m.In[0].Kind() == reflect.Interface {
		if !m.byPointer {
			b.Word = 1
		} else if b.Word == 1 {
			b.Ptr, b.Word = m.receiver(b), 0
		}
	}
	v, _, err := m.call(context.Background(), a, []Value{b})
	return v, err
}

// Compare returns -1, 0 or 1 for a less than, equal to, or greater than b. Numbers, strings,
// Booleans (false first) and times are ordered among themselves, and so are the values of one
// type with a method Compare, Cmp or Lt. If a value is nil or NaN, or the type's methods say
// that neither is less and they are not equal, ok is false, and every ordering of the two is
// false. The error is an [*Error]: with CodeUnordered for any other pair, or from the host's
// method.
func Compare(a, b Value) (c int, ok bool, err error) {
	ka, kb := a.Kind(), b.Kind()
	switch {
	case ka == Nil || kb == Nil:
		return 0, false, nil
	case ka.isNumber() && kb.isNumber():
		c, ok = compareNumbers(a, b)
		return c, ok, nil
	case ka != kb:
	case ka == String:
		return strings.Compare(a.Str(), b.Str()), true, nil
	case ka == Bool:
		return cmp.Compare(a.Word, b.Word), true, nil
	case ka == Instance && a.Plan == b.Plan:
		switch o := &a.Plan.order; {
		case a.Plan.Type == timeType:
			return TimeAt(a.Ptr).Compare(*TimeAt(b.Ptr)), true, nil
		case o.compare != nil:
			v, err := o.compare.ask(a, b)
			return cmp.Compare(v.Int(), 0), err == nil, err
		case o.less != nil:
			return o.compareByLess(a, b)
		}
	}
	return 0, false, errorf(CodeUnordered, "%s and %s cannot be ordered", Describe(a), Describe(b))
}

// compareByLess compares by Lt, and by Equal if there is one.
func (o *ordering) compareByLess(a, b Value) (c int, ok bool, err error) {
	if v, err := o.less.ask(a, b); err != nil || v.Bool() {
		return -1, err == nil, err
	}
	if v, err := o.less.ask(b, a); err != nil || v.Bool() {
		return 1, err == nil, err
	}
	if o.equal == nil {
		return 0, true, nil
	}
	v, err := o.equal.ask(a, b)
	return 0, err == nil && v.Bool(), err
}
