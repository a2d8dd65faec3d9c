package host

import (
	"iter"
	"math/bits"
	"reflect"
	"slices"
	"strconv"
	"strings"

	"github.com/ursa-authz/ursa/authz/internal/meter"
)

// This file defines how Go maps are read as dictionaries. dict_unsafe.go has code for the
// types that applications use most. Other maps are read by reflection, which copies the value
// of a key.

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

// dictLen returns the number of entries of a dictionary.
func (v Value) dictLen() int {
	if v.Plan == EngineDict {
		return len(Target[engineDict](v.Ptr).keys)
	}
	return hostLen(v)
}

// reflectedLen is Len for a Go map.
func reflectedLen(v Value) int { return v.mapAt().Len() }

// reflectedGet is Get for a Go map.
func reflectedGet(v Value, key string) (Value, bool, error) {
	x := v.mapAt().MapIndex(reflect.ValueOf(key).Convert(v.Plan.Type.Key()))
	if !x.IsValid() {
		return Value{}, false, nil
	}
	val, err := loadReflected(&v.Plan.elem, x)
	return val, err == nil, err
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
	if err := acct.Hold(n * stringSize); err != nil {
		return nil, err
	}
	if err := acct.Charge(n * bits.Len(uint(n)) / sortSteps); err != nil {
		return nil, err
	}
	return hostKeys(v, acct)
}

// engineKeys returns the keys of a dictionary that MakeDict made, else nil.
func (v Value) engineKeys() []string {
	if v.Plan != EngineDict {
		return nil
	}
	return Target[engineDict](v.Ptr).keys
}

// reflectedKeys returns the sorted keys of a Go map.
func reflectedKeys(v Value, acct *meter.Account) ([]string, error) {
	return sortedKeys(acct, v.Len(), func(yield func(string) bool) {
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

// stringSize is the size of a string in bytes.
const stringSize = 2 * strconv.IntSize / 8

// pollKeys is how many keys are read or compared between two checks of the context.
const pollKeys = 4096
