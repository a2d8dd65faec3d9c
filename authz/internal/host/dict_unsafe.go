//go:build !purego

package host

import (
	"maps"
	"unsafe"

	"github.com/ursa-authz/ursa/authz/internal/meter"
)

// This file defines how Go maps of common types are read without reflection. A map is one
// pointer, so code that knows its type can read it from the pointer alone.

// hostLen is Len for a Go map.
func hostLen(v Value) int {
	switch v.Plan.dict {
	case dictAny:
		return len(*(*map[string]any)(Pointer(&v.Ptr)))
	case dictString:
		return len(*(*map[string]string)(Pointer(&v.Ptr)))
	case dictStrings:
		return len(*(*map[string][]string)(Pointer(&v.Ptr)))
	}
	return reflectedLen(v)
}

// hostGet is Get for a Go map.
func hostGet(v Value, key string) (Value, bool, error) {
	elem := &v.Plan.elem
	switch v.Plan.dict {
	case dictAny:
		x, ok := (*(*map[string]any)(Pointer(&v.Ptr)))[key]
		if !ok {
			return Value{}, false, nil
		}
		val, err := elem.ext.reg.valueOf(x, 0)
		return val, err == nil, err
	case dictString:
		s, ok := (*(*map[string]string)(Pointer(&v.Ptr)))[key]
		return stringValue(elem.plan, s).when(ok), ok, nil
	case dictStrings:
		s, ok := (*(*map[string][]string)(Pointer(&v.Ptr)))[key]
		return Value{elem.plan, Pointer(unsafe.SliceData(s)), uint64(len(s))}.when(ok), ok, nil
	}
	return reflectedGet(v, key)
}

// when returns v if ok, else nil.
func (v Value) when(ok bool) Value {
	if !ok {
		return Value{}
	}
	return v
}

// hostKeys is KeysCharged for a Go map.
func hostKeys(v Value, acct *meter.Account) ([]string, error) {
	n := v.Len()
	switch v.Plan.dict {
	case dictAny:
		return sortedKeys(acct, n, maps.Keys(*(*map[string]any)(Pointer(&v.Ptr))))
	case dictString:
		return sortedKeys(acct, n, maps.Keys(*(*map[string]string)(Pointer(&v.Ptr))))
	case dictStrings:
		return sortedKeys(acct, n, maps.Keys(*(*map[string][]string)(Pointer(&v.Ptr))))
	}
	return reflectedKeys(v, acct)
}
