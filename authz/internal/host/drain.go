package host

import (
	"context"
)

// This file defines Drain, which converts an iterator to a list.

// pollElems is the number of elements between two checks of the context. A check costs a call
// by reflection, about 2 µs.
const pollElems = 256

// Drain returns the elements of an iter.Seq. It stops the iterator after max elements; if
// there are more, the error is an [*Error] with CodeTooLong. Drain also fails if an element
// cannot be a value, or if the iterator panics or is nil. When ctx ends, Drain stops the
// iterator and returns the context's cause. The iterator is host code: one that neither
// yields nor returns cannot be stopped.
func Drain(ctx context.Context, v Value, max int) (elems []Value, err error) {
	if v.Plan == nil || !v.Plan.seq {
		return nil, errorf(CodeUnusable, "%s is not an iterator", Describe(v))
	}
	var ok bool
	var none Value
	defer func() {
		if err != nil {
			elems = nil
		}
	}()
	defer rescue("an iterator ("+v.Plan.Type.String()+")", &none, &ok, &err)
	seq := VariableAt(v.Plan.Type, v.Ptr)
	if seq.IsNil() {
		return nil, errorf(CodeUnusable, "an iterator (%s) is nil", v.Plan.Type)
	}
	for x := range seq.Seq() {
		if len(elems) == max {
			return nil, errorf(CodeTooLong, "an iterator (%s) has more than %d elements", v.Plan.Type, max)
		}
		if len(elems)%pollElems == 0 && ctx.Err() != nil {
			return nil, context.Cause(ctx)
		}
		e, err := loadReflected(&v.Plan.elem, x)
		if err != nil {
			return nil, err
		}
		elems = append(elems, e)
	}
	return elems, nil
}
