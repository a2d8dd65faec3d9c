package host

import (
	"iter"
	"maps"
	"math/bits"
	"reflect"
	"slices"
	"strings"
	"unsafe"

	"github.com/ursa-authz/ursa/authz/internal/meter"
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

// GetCharged is Get, and charges an account for what is copied.
func (v Value) GetCharged(acct *meter.Account, key string) (val Value, ok bool, err error) {
	if v.Plan != EngineDict && v.Plan.dict == dictReflect {
		if err := acct.Hold(int(v.Plan.Type.Elem().Size())); err != nil {
			return Value{}, false, err
		}
	}
	return v.Get(key)
}

// sortSteps is how many times a key is compared in a step when keys are sorted.
const sortSteps = 8

// KeysCharged is Keys, and charges an account before and while it reads and sorts the keys.
func (v Value) KeysCharged(acct *meter.Account) ([]string, error) {
	n := v.Len()
	if err := acct.ChargeElems(n); err != nil || v.Plan == EngineDict {
		return v.engineKeys(), err
	}
	if err := acct.Hold(n * int(unsafe.Sizeof(""))); err != nil {
		return nil, err
	}
	if err := acct.Charge(n * bits.Len(uint(n)) / sortSteps); err != nil {
		return nil, err
	}
	return v.hostKeys(acct)
}

// engineKeys returns the keys of a dictionary that MakeDict made, else nil.
func (v Value) engineKeys() []string {
	if v.Plan != EngineDict {
		return nil
	}
	return (*engineDict)(v.Ptr).keys
}

// hostKeys returns the sorted keys of a Go map.
func (v Value) hostKeys(acct *meter.Account) ([]string, error) {
	n := v.Len()
	switch v.Plan.dict {
	case dictAny:
		return sortedKeys(acct, n, maps.Keys(*(*map[string]any)(unsafe.Pointer(&v.Ptr))))
	case dictString:
		return sortedKeys(acct, n, maps.Keys(*(*map[string]string)(unsafe.Pointer(&v.Ptr))))
	case dictStrings:
		return sortedKeys(acct, n, maps.Keys(*(*map[string][]string)(unsafe.Pointer(&v.Ptr))))
	}
	return sortedKeys(acct, n, func(yield func(string) bool) {
		for it := v.mapAt().MapRange(); it.Next() && yield(it.Key().String()); {
		}
	})
}

// sortedKeys returns n keys in ascending order, and stops soon when the context of the account
// ends. The number of comparisons varies with the order of the map, so it is not charged.
func sortedKeys(acct *meter.Account, n int, all iter.Seq[string]) (keys []string, err error) {
	keys = make([]string, 0, n)
	var work int
	ended := func(n int) bool {
		if work += 1 + n/meter.StepBytes; acct != nil && work > pollKeys && err == nil {
			work, err = 0, acct.Ended()
		}
		return err != nil
	}
	long := 0
	for k := range all {
		keys = append(keys, k)
		long += len(k) / meter.StepBytes
		if ended(0) {
			return nil, err
		}
	}
	if acct != nil && long > 0 {
		// Long keys may differ at their ends only.
		if err := acct.Charge(long * bits.Len(uint(len(keys)))); err != nil {
			return nil, err
		}
	}
	slices.SortFunc(keys, func(a, b string) int {
		if ended(min(len(a), len(b))) {
			return 0
		}
		return strings.Compare(a, b)
	})
	return keys, err
}

// pollKeys is how many keys are read or compared between two checks of the context.
const pollKeys = 4096
