package host

import "reflect"

// This file defines Drain, which makes a list of an iterator.

// Drain returns the elements of an iter.Seq. It stops the iterator after max elements, which
// is an [*Error] with CodeTooLong if there are more; the other errors are those of elements
// that cannot be values, and of an iterator that panics or is nil. The iterator is host code:
// one that neither yields nor returns cannot be stopped.
func Drain(v Value, max int) (elems []Value, err error) {
	if v.Plan == nil || !v.Plan.seq {
		return nil, errorf(CodeUnusable, "%s is no iterator", Describe(v))
	}
	var ok bool
	var none Value
	defer func() {
		if err != nil {
			elems = nil
		}
	}()
	defer rescue("an iterator ("+v.Plan.Type.String()+")", &none, &ok, &err)
	seq := reflect.NewAt(v.Plan.Type, v.Ptr).Elem()
	if seq.IsNil() {
		return nil, errorf(CodeUnusable, "a nil iterator (%s) has no elements to give", v.Plan.Type)
	}
	for x := range seq.Seq() {
		if len(elems) == max {
			return nil, errorf(CodeTooLong, "an iterator (%s) has more than %d elements", v.Plan.Type, max)
		}
		e, err := loadReflected(&v.Plan.elem, x)
		if err != nil {
			return nil, err
		}
		elems = append(elems, e)
	}
	return elems, nil
}
