//go:build !purego

package host

import (
	"fmt"
	"reflect"
	"time"
	"unsafe"
)

// This file defines how a Value refers to Go variables: by address. memory_purego.go defines
// the same without package unsafe. All other files use variables through what the two define.

// A Pointer refers to a Go variable, or to something of the engine's.
type Pointer = unsafe.Pointer

// PureGo reports whether the build tag purego is set.
const PureGo = false

// ValueSize is the size of a Value in bytes.
const ValueSize = int(unsafe.Sizeof(Value{}))

// PointerTo returns a Pointer to *x.
func PointerTo[T any](x *T) Pointer { return Pointer(x) }

// Target returns what p refers to, which must be a T; nil for nil.
func Target[T any](p Pointer) *T { return (*T)(p) }

// TimeAt returns the time that p refers to.
func TimeAt(p Pointer) *time.Time { return (*time.Time)(p) }

// VariableAt returns the variable of type t that p refers to.
func VariableAt(t reflect.Type, p Pointer) reflect.Value { return reflect.NewAt(t, p).Elem() }

// pointerAt returns a Go pointer to the variable of type t that p refers to.
func pointerAt(t reflect.Type, p Pointer) reflect.Value { return reflect.NewAt(t, p) }

// addressOf returns a Pointer to what the Go pointer p points to.
func addressOf(p reflect.Value) Pointer { return p.UnsafePointer() }

// A place is where a field is in a struct: its offset. The zero place is the struct itself.
type place uintptr

// in returns the variable at place o in the variable that base refers to.
func (o place) in(base Pointer) Pointer { return unsafe.Add(base, o) }

// field returns the place of a field of the struct at place o.
func (o place) field(f reflect.StructField) place { return o + place(f.Offset) }

// then returns the place that is at place n in the variable at place o.
func (o place) then(n place) place { return o + n }

// follow returns what the pointer variable at p points to, or nil.
func follow(p Pointer) Pointer { return *(*Pointer)(p) }

// hasWord reports whether the slice or interface variable at p is not nil: its first word is
// not zero.
func hasWord(p Pointer) bool { return *(*Pointer)(p) != nil }

// boolAt, stringAt and lenAt read the bool at p, the string, and the length of the slice.
func boolAt(p Pointer) bool     { return *(*bool)(p) }
func stringAt(p Pointer) string { return *(*string)(p) }
func lenAt(p Pointer) int       { return (*sliceHeader)(p).len }

// sliceHeader is the layout of a slice in memory.
type sliceHeader struct {
	data     Pointer
	len, cap int
}

// stringValue returns s as a value of the string type of plan p.
func stringValue(p *Plan, s string) Value {
	return Value{Plan: p, Ptr: Pointer(unsafe.StringData(s)), Word: uint64(len(s))}
}

// MakeList returns a List of elems. The list aliases the slice.
func MakeList(elems []Value) Value {
	return Value{Plan: EngineList, Ptr: Pointer(unsafe.SliceData(elems)), Word: uint64(len(elems))}
}

// Str returns the value of a String, without copying it.
func (v Value) Str() string { return unsafe.String((*byte)(v.Ptr), int(v.Word)) }

// engineElems returns the elements of a list that MakeList made.
func (v Value) engineElems() []Value { return unsafe.Slice((*Value)(v.Ptr), int(v.Word)) }

// elemAt returns element i of a list of the host's.
func (v Value) elemAt(i int) (Value, error) {
	return v.Plan.elem.load(unsafe.Add(v.Ptr, uintptr(i)*v.Plan.stride), 0)
}

// Slice returns the elements of a List from index from on, in place; from must be between 0
// and Len.
func (v Value) Slice(from int) Value {
	stride := v.Plan.stride
	if v.Plan == EngineList {
		stride = uintptr(ValueSize)
	}
	rest := Value{Plan: v.Plan, Word: v.Word - uint64(from)}
	if v.Plan.tail != nil {
		rest.Plan = v.Plan.tail
	}
	if rest.Word > 0 {
		rest.Ptr = unsafe.Add(v.Ptr, uintptr(from)*stride)
	}
	return rest
}

// Same reports whether v and w are the same atom or refer to the same memory. Values that are
// not the same may be equal all the same.
func (v Value) Same(w Value) bool { return v == w }

// Address returns a text that only values that refer to the same memory share, or "" if that
// is not known.
func (v Value) Address() string { return fmt.Sprintf("%p", v.Ptr) }

// storeSlice stores the slice v in dst, and storeMap the map v.
func (v Value) storeSlice(dst reflect.Value) {
	*(*sliceHeader)(dst.Addr().UnsafePointer()) = sliceHeader{v.Ptr, int(v.Word), int(v.Word)}
}

func (v Value) storeMap(dst reflect.Value) { *(*Pointer)(dst.Addr().UnsafePointer()) = v.Ptr }

// mapAt returns the map of v for reflection.
func (v Value) mapAt() reflect.Value {
	cell := v.Ptr
	return reflect.NewAt(v.Plan.Type, Pointer(&cell)).Elem()
}

// sameFunc reports whether a and b are the same closure. A func in an interface is the address
// of the closure, and it must be known that neither closure is freed.
func sameFunc(a, b any) bool { return wordsOf(&a) == wordsOf(&b) }

// Pointers sets the elements of list to those of a slice from index from on: to themselves if
// they are pointers, else to pointers to them. They must not be interfaces, and there must be
// enough of them.
func Pointers(list []any, slice reflect.Value, from int) {
	if len(list) == 0 {
		return
	}
	t := slice.Type().Elem()
	stride, direct := t.Size(), t.Kind() == reflect.Pointer
	if !direct {
		t = reflect.PointerTo(t)
	}
	zero := reflect.Zero(t).Interface()
	word := eface{typ: wordsOf(&zero).typ}
	data := slice.Index(from).Addr().UnsafePointer()
	_ = slice.Index(from + len(list) - 1)
	for i := range list {
		if i > 0 { // not after the last, where a pointer would be into other memory
			data = unsafe.Add(data, stride)
		}
		if word.data = data; direct {
			word.data = *(*unsafe.Pointer)(data)
		}
		list[i] = *(*any)(unsafe.Pointer(&word))
	}
}
