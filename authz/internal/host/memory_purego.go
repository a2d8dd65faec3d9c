//go:build purego

package host

import (
	"fmt"
	"reflect"
	"time"
)

// This file defines how a Value refers to Go variables without package unsafe: with a Go
// pointer or, for variables that have none, with reflection. The build tag purego selects it
// in place of memory_unsafe.go and of the files that read memory directly.

// A Pointer refers to a Go variable, or to something of the engine's. Its dynamic type is
//   - *T for a variable of type T, and for what the engine made;
//   - held for a variable that has no Go pointer, for slices and for maps;
//   - string for a String.
//
// Each of these can be compared with ==, which compares addresses, except for strings.
type Pointer = any

// held is a variable without a Go pointer: the content of an interface value, or an embedded
// struct of an unexported type.
type held reflect.Value

// PureGo reports whether the build tag purego is set.
const PureGo = true

// ValueSize is the size of a Value in bytes.
var ValueSize = int(reflect.TypeFor[Value]().Size())

// PointerTo returns a Pointer to *x.
func PointerTo[T any](x *T) Pointer { return x }

// Target returns what p refers to, which must be a T; nil for nil.
func Target[T any](p Pointer) *T {
	if p == nil {
		return nil
	}
	return p.(*T)
}

// TimeAt returns the time that p refers to.
func TimeAt(p Pointer) *time.Time {
	if t, ok := p.(*time.Time); ok {
		return t
	}
	t := variable(p).Interface().(time.Time)
	return &t
}

// VariableAt returns the variable of type t that p refers to.
func VariableAt(_ reflect.Type, p Pointer) reflect.Value { return variable(p) }

// variable returns the variable that p refers to.
func variable(p Pointer) reflect.Value {
	if h, ok := p.(held); ok {
		return reflect.Value(h)
	}
	return reflect.ValueOf(p).Elem()
}

// memory returns a Pointer to the variable v.
func memory(v reflect.Value) Pointer {
	if v.CanAddr() && v.CanInterface() {
		return v.Addr().Interface()
	}
	return held(v)
}

// pointerAt returns a Go pointer to the variable of type t that p refers to. If the variable
// does not have one, the result points to a copy.
func pointerAt(t reflect.Type, p Pointer) reflect.Value {
	if h, ok := p.(held); ok {
		cell := reflect.New(t)
		cell.Elem().Set(reflect.Value(h))
		return cell
	}
	return reflect.ValueOf(p)
}

// addressOf returns a Pointer to what the Go pointer p points to.
func addressOf(p reflect.Value) Pointer { return memory(p.Elem()) }

// A place is where a field is in a struct. The zero place is the struct itself.
type place struct {
	index []int // of the field, of the field in it, and so on
}

// in returns the variable at place o in the variable that base refers to.
func (o place) in(base Pointer) Pointer {
	if len(o.index) == 0 {
		return base
	}
	return memory(o.within(variable(base)))
}

// within is in for variables.
func (o place) within(v reflect.Value) reflect.Value {
	for _, i := range o.index {
		v = v.Field(i)
	}
	return v
}

// field returns the place of a field of the struct at place o.
func (o place) field(f reflect.StructField) place { return o.then(place{f.Index}) }

// then returns the place that is at place n in the variable at place o.
func (o place) then(n place) place {
	return place{append(o.index[:len(o.index):len(o.index)], n.index...)}
}

// follow returns what the pointer variable at p points to, or nil.
func follow(p Pointer) Pointer {
	v := variable(p)
	if v.IsNil() {
		return nil
	}
	return memory(v.Elem())
}

// hasWord reports whether the slice or interface variable at p is not nil.
func hasWord(p Pointer) bool { return !variable(p).IsNil() }

// boolAt, stringAt and lenAt read the bool at p, the string, and the length of the slice.
func boolAt(p Pointer) bool     { return variable(p).Bool() }
func stringAt(p Pointer) string { return variable(p).String() }
func lenAt(p Pointer) int       { return variable(p).Len() }

// stringValue returns s as a value of the string type of plan p.
func stringValue(p *Plan, s string) Value { return Value{Plan: p, Ptr: s, Word: uint64(len(s))} }

// MakeList returns a List of elems. The list aliases the slice.
func MakeList(elems []Value) Value {
	return Value{Plan: EngineList, Ptr: &elems, Word: uint64(len(elems))}
}

// Str returns the value of a String, without copying it.
func (v Value) Str() string {
	s, _ := v.Ptr.(string)
	return s
}

// engineElems returns the elements of a list that MakeList made.
func (v Value) engineElems() []Value {
	if v.Ptr == nil {
		return nil
	}
	return *v.Ptr.(*[]Value)
}

// elemAt returns element i of a list of the host's.
func (v Value) elemAt(i int) (Value, error) { return v.Plan.elem.read(variable(v.Ptr).Index(i), 0) }

// Slice returns the elements of a List from index from on, in place; from must be between 0
// and Len.
func (v Value) Slice(from int) Value {
	if v.Plan == EngineList {
		return MakeList(v.engineElems()[from:])
	}
	rest := Value{Plan: v.Plan, Word: v.Word - uint64(from)}
	if v.Plan.tail != nil {
		rest.Plan = v.Plan.tail
	}
	if rest.Word > 0 {
		list := variable(v.Ptr)
		if list.Kind() == reflect.Array && !list.CanAddr() {
			list = pointerAt(list.Type(), v.Ptr).Elem()
		}
		rest.Ptr = held(list.Slice(from, list.Len()))
	}
	return rest
}

// Same reports whether v and w are the same atom or refer to the same memory. Values that are
// not the same may be equal all the same.
func (v Value) Same(w Value) bool {
	if v.Plan != w.Plan || v.Word != w.Word {
		return false
	}
	return v.Ptr == w.Ptr || v.Kind() == List && v.firstElem() != 0 && v.firstElem() == w.firstElem()
}

// firstElem returns the address of the first element of a list, or 0. It is compared only.
func (v Value) firstElem() uintptr {
	if v.Ptr == nil || v.Word == 0 {
		return 0
	}
	list := variable(v.Ptr)
	if list.Kind() == reflect.Array && !list.CanAddr() {
		return 0
	}
	return list.Index(0).Addr().Pointer()
}

// Address returns a text that only values that refer to the same memory share, or "" if that
// is not known.
func (v Value) Address() string {
	h, ok := v.Ptr.(held)
	if !ok {
		return fmt.Sprintf("%p", v.Ptr)
	}
	switch m := reflect.Value(h); m.Kind() {
	case reflect.Map, reflect.Slice:
		return fmt.Sprintf("%x", m.Pointer())
	}
	return ""
}

// storeSlice stores the slice v in dst, and storeMap the map v.
func (v Value) storeSlice(dst reflect.Value) {
	if v.Ptr == nil {
		return
	}
	list := variable(v.Ptr)
	if n := list.Len(); !list.IsNil() {
		list = list.Slice3(0, n, n)
	}
	dst.Set(list)
}

func (v Value) storeMap(dst reflect.Value) { dst.Set(v.mapAt()) }

// mapAt returns the map of v for reflection.
func (v Value) mapAt() reflect.Value { return variable(v.Ptr) }

// hostLen, hostGet and hostKeys are Len, Get and Keys for a Go map.
var (
	hostLen  = reflectedLen
	hostGet  = reflectedGet
	hostKeys = reflectedKeys
)

// sameFunc reports whether a and b are known to be the same closure. Only nil is: the code of
// two closures with different variables is the same.
func sameFunc(a, b any) bool { return reflect.ValueOf(a).IsNil() && reflect.ValueOf(b).IsNil() }

// directCall returns nil: methods are called by reflection.
func directCall(*Method) direct { return nil }

// Unlike returns i: which elements differ from item is not known without a look at each as a
// Value.
func (v Value) Unlike(_ Value, i, _ int) int { return i }

// Pointers sets the elements of list to those of a slice from index from on: to themselves if
// they are pointers, else to pointers to them. They must not be interfaces, and there must be
// enough of them.
func Pointers(list []any, slice reflect.Value, from int) {
	for i := range list {
		e := slice.Index(from + i)
		if e.Kind() != reflect.Pointer {
			e = e.Addr()
		}
		list[i] = e.Interface()
	}
}
