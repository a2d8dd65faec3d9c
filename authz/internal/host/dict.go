package host

import (
	"maps"
	"reflect"
	"slices"
	"unsafe"
)

// This file defines how Go maps are read as dictionaries.
//
// A map is one pointer, so code that knows its type can read it from the pointer alone. This
// file has that code for the types that applications use most. Other maps are read by
// reflection, which copies the value of a key.

// A dictKind says which code reads a map.
type dictKind uint8

const (
	dictReflect dictKind = iota
	dictAny              // map[string]any
	dictString           // map[string]string
	dictStrings          // map[string][]string
)

// dictKindOf returns the code that reads maps whose underlying type is that of t.
func dictKindOf(t reflect.Type) dictKind {
	if t.Kind() != reflect.Map || t.Key() != reflect.TypeFor[string]() {
		return dictReflect
	}
	switch t.Elem() {
	case reflect.TypeFor[any]():
		return dictAny
	case reflect.TypeFor[string]():
		return dictString
	case reflect.TypeFor[[]string]():
		return dictStrings
	}
	return dictReflect
}

// mapAt returns the map of v for reflection.
func (v Value) mapAt() reflect.Value {
	cell := new(unsafe.Pointer)
	*cell = v.Ptr
	return reflect.NewAt(v.Plan.Type, unsafe.Pointer(cell)).Elem()
}

// dictLen returns the number of entries of a dictionary.
func (v Value) dictLen() int {
	if v.Plan == EngineDict {
		return len((*engineDict)(v.Ptr).keys)
	}
	switch v.Plan.dict {
	case dictAny:
		return len(*(*map[string]any)(unsafe.Pointer(&v.Ptr)))
	case dictString:
		return len(*(*map[string]string)(unsafe.Pointer(&v.Ptr)))
	case dictStrings:
		return len(*(*map[string][]string)(unsafe.Pointer(&v.Ptr)))
	}
	return v.mapAt().Len()
}

// hostGet is Get for a Go map.
func (v Value) hostGet(key string) (Value, bool, error) {
	elem := &v.Plan.elem
	switch v.Plan.dict {
	case dictAny:
		x, ok := (*(*map[string]any)(unsafe.Pointer(&v.Ptr)))[key]
		if !ok {
			return Value{}, false, nil
		}
		val, err := elem.ext.reg.valueOf(x, 0)
		return val, err == nil, err
	case dictString:
		s, ok := (*(*map[string]string)(unsafe.Pointer(&v.Ptr)))[key]
		return loadString(elem.plan, s).when(ok), ok, nil
	case dictStrings:
		s, ok := (*(*map[string][]string)(unsafe.Pointer(&v.Ptr)))[key]
		return Value{elem.plan, unsafe.Pointer(unsafe.SliceData(s)), uint64(len(s))}.when(ok), ok, nil
	}
	x := v.mapAt().MapIndex(reflect.ValueOf(key).Convert(v.Plan.Type.Key()))
	if !x.IsValid() {
		return Value{}, false, nil
	}
	val, err := loadReflected(elem, x)
	return val, err == nil, err
}

// when returns v if ok, else nil.
func (v Value) when(ok bool) Value {
	if !ok {
		return Value{}
	}
	return v
}

// hostKeys is Keys for a Go map.
func (v Value) hostKeys() []string {
	switch v.Plan.dict {
	case dictAny:
		return sortedKeys(*(*map[string]any)(unsafe.Pointer(&v.Ptr)))
	case dictString:
		return sortedKeys(*(*map[string]string)(unsafe.Pointer(&v.Ptr)))
	case dictStrings:
		return sortedKeys(*(*map[string][]string)(unsafe.Pointer(&v.Ptr)))
	}
	m := v.mapAt()
	keys := make([]string, 0, m.Len())
	for it := m.MapRange(); it.Next(); {
		keys = append(keys, it.Key().String())
	}
	slices.Sort(keys)
	return keys
}

// sortedKeys returns the keys of m in ascending order.
func sortedKeys[V any](m map[string]V) []string {
	keys := make([]string, 0, len(m))
	for k := range maps.Keys(m) {
		keys = append(keys, k)
	}
	slices.Sort(keys)
	return keys
}
