//go:build !purego

package host

import (
	"math"
	"unsafe"
)

// This file defines Unlike, which searches lists of numbers and texts by a loop over their
// memory.

// Unlike returns the first index from i on, but at most end, whose element may be equal to
// item: all elements of the list from i to that index differ from it. End must be at most
// the length of the list. It looks only into lists of strings and integers, and into lists
// made by the engine, and stops at what it cannot compare: it returns i if that is the
// first element.
func (v Value) Unlike(item Value, i, end int) int {
	if i >= end {
		return i
	}
	switch kind := item.Kind(); {
	case v.Plan == EngineList && (kind == Int || kind == String):
		return unlikeValue(unsafe.Slice((*Value)(v.Ptr), end), item, i)
	case kind == Int:
		return v.unlikeInt(item.Int(), i, end)
	case kind == String && v.Plan.elem.op == opString && v.Plan.elem.off == 0:
		want := item.Str()
		for list := unsafe.Slice((*string)(v.Ptr), end); i < end && list[i] != want; {
			i++
		}
	}
	return i
}

// unlikeValue is Unlike for the elements of a list made by the engine. It stops at an element
// of another kind, which may be equal all the same.
func unlikeValue(list []Value, item Value, i int) int {
	kind := item.Kind()
	for ; i < len(list); i++ {
		e := &list[i]
		if e.Kind() != kind || e.Word == item.Word && (kind == Int || e.Str() == item.Str()) {
			break
		}
	}
	return i
}

// unlikeInt is Unlike for an integer and a list of Go.
func (v Value) unlikeInt(want int64, i, end int) int {
	if v.Plan.elem.off != 0 {
		return i
	}
	switch v.Plan.elem.op {
	case opInt:
		return unlike[int](v.Ptr, want, i, end)
	case opInt8:
		return unlike[int8](v.Ptr, want, i, end)
	case opInt16:
		return unlike[int16](v.Ptr, want, i, end)
	case opInt32:
		return unlike[int32](v.Ptr, want, i, end)
	case opInt64:
		return unlike[int64](v.Ptr, want, i, end)
	case opUint8:
		return unlike[uint8](v.Ptr, want, i, end)
	case opUint16:
		return unlike[uint16](v.Ptr, want, i, end)
	case opUint32:
		return unlike[uint32](v.Ptr, want, i, end)
	case opUint:
		return unlikeLarge[uint](v.Ptr, want, i, end)
	case opUint64:
		return unlikeLarge[uint64](v.Ptr, want, i, end)
	}
	return i
}

// unlike is unlikeInt for a list of Ts.
func unlike[T int | int8 | int16 | int32 | int64 | uint8 | uint16 | uint32](p unsafe.Pointer, want int64, i, end int) int {
	w := T(want)
	if int64(w) != want {
		return end // no T is equal
	}
	for list := unsafe.Slice((*T)(p), end); i < end && list[i] != w; {
		i++
	}
	return i
}

// unlikeLarge is unlike for types some of whose values are not Integers: these are an error.
func unlikeLarge[T uint | uint64](p unsafe.Pointer, want int64, i, end int) int {
	for list := unsafe.Slice((*T)(p), end); i < end && (want < 0 || list[i] != T(want)) && uint64(list[i]) <= math.MaxInt64; {
		i++
	}
	return i
}
