package host

import (
	"math"
	"slices"
)

// This file defines Value, the small value that stands for anything a policy can hold.
//
// A policy often reads the host's objects and never changes them. So a Value does not copy
// what it stands for. It refers to it, together with a plan that says how to read it: three
// words, whatever the object's size. Reading a field is an addition and a load. An element of
// a slice of structs, a struct inside a struct and the bytes of a string are all referred to
// in place, without allocation.
//
// Why this is safe:
//
//   - Ptr is an unsafe.Pointer, so the garbage collector sees it. A pointer into the middle
//     of an object keeps the whole object alive, and when a goroutine stack moves, its
//     pointers are adjusted. An address never passes through a uintptr on its way to a
//     pointer, and Word never holds an address.
//   - An address is always derived from a pointer to the same object by unsafe.Add, with an
//     offset that reflect gave for the object's type. The plan gives the type. Only this
//     package makes Values, with plan and pointer from one interface value, field or element,
//     so they cannot disagree.
//   - Host memory is read and never written. Methods, which could write, are called on the
//     host's own pointer only if the policy was given that pointer, and on a copy otherwise.
//     What the race detector reports here is the program's own race: changing an object
//     while a decision about it runs.
//   - By Go's own rules the memory behind the data word of an interface value is immutable,
//     so referring into it is like holding the interface value.
//
// The package relies on two things that the language specification does not promise: the
// layout of interface values and slices, and that a map is one pointer. The tests check each.
//
// With the build tag purego, Ptr is a Go pointer or a reflect.Value in an interface, and
// nothing of the above is relied on; see memory_purego.go.

// A Value is any value of the policy language. The zero Value is nil. Values are small and
// passed by copy. The memory that a Value refers to must not be written while the Value is in
// use.
type Value struct {
	Plan *Plan   // nil for nil; else the Go type and kind
	Ptr  Pointer // String: data; List: first element; Dict: the map; Instance: the object's memory; Class: *ClassInfo
	Word uint64  // Bool: 0 or 1; Int: int64 bits; Float: bits; String, List: length; Instance: 1 if reached by value, 0 if through a pointer
}

// engineDict is the target of Ptr in a dictionary made by MakeDict.
type engineDict struct {
	keys []string // ascending, unique
	vals []Value  // vals[i] belongs to keys[i]
}

// Kind returns the kind of the value.
func (v Value) Kind() Kind {
	if v.Plan == nil {
		return Nil
	}
	return v.Plan.Kind
}

// MakeBool returns the Boolean b.
func MakeBool(b bool) Value {
	if b {
		return Value{Plan: EngineBool, Word: 1}
	}
	return Value{Plan: EngineBool}
}

// MakeInt returns the Integer i.
func MakeInt(i int64) Value { return Value{Plan: EngineInt, Word: uint64(i)} }

// MakeFloat returns the Float f.
func MakeFloat(f float64) Value { return Value{Plan: EngineFloat, Word: math.Float64bits(f)} }

// MakeString returns the String s, which shares the bytes of s.
func MakeString(s string) Value { return stringValue(EngineString, s) }

// MakeDict returns a Dictionary in which keys[i] has the value vals[i]. The keys must be
// sorted in ascending byte order and unique. The dictionary aliases both slices.
func MakeDict(keys []string, vals []Value) Value {
	return Value{Plan: EngineDict, Ptr: PointerTo(&engineDict{keys, vals})}
}

// MakeClass returns the class c itself as a value.
func MakeClass(c *ClassInfo) Value { return Value{Plan: EngineClass, Ptr: PointerTo(c)} }

// Bool returns the value of a Boolean.
func (v Value) Bool() bool { return v.Word != 0 }

// Int returns the value of an Integer.
func (v Value) Int() int64 { return int64(v.Word) }

// Float returns the value of a Float.
func (v Value) Float() float64 { return math.Float64frombits(v.Word) }

// ClassInfo returns the class that a value of kind Class stands for.
func (v Value) ClassInfo() *ClassInfo { return Target[ClassInfo](v.Ptr) }

// Len returns the number of elements of a List or entries of a Dictionary.
func (v Value) Len() int {
	if v.Plan.Kind == Dict {
		return v.dictLen()
	}
	return int(v.Word)
}

// Elems returns the elements of a list that MakeList made, without copying them; ok is
// false for any other value.
func (v Value) Elems() (elems []Value, ok bool) {
	if v.Plan != EngineList {
		return nil, false
	}
	return v.engineElems(), true
}

// At returns element i of a List, in place. The error is an [*Error]: the index is out of
// range, or the element cannot be a value.
func (v Value) At(i int) (Value, error) {
	if uint64(i) >= v.Word || i < 0 {
		return Value{}, errorf(CodeIndex, "the list index is out of range")
	}
	if v.Plan == EngineList {
		return v.engineElems()[i], nil
	}
	return v.elemAt(i)
}

// Get returns the value of a key of a Dictionary; ok is false if the key does not exist. The
// error is an [*Error]: the entry cannot be a value.
func (v Value) Get(key string) (val Value, ok bool, err error) {
	if v.Plan == EngineDict {
		d := Target[engineDict](v.Ptr)
		if i, ok := slices.BinarySearch(d.keys, key); ok {
			return d.vals[i], true, nil
		}
		return Value{}, false, nil
	}
	return hostGet(v, key)
}

// Keys returns the keys of a Dictionary in ascending byte order. For a Go map the slice is
// new; for a dictionary made by MakeDict the caller must not modify it.
func (v Value) Keys() []string {
	if v.Plan == EngineDict {
		return v.engineKeys()
	}
	keys, _ := hostKeys(v, nil)
	return keys
}
