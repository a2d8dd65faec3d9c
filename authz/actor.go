package authz

// This file defines which values are actors. A nil value is not an actor. Neither is an
// instance whose key is zero: it was never stored, and a rule that compares its key with an
// empty owner would hold for it.

import "reflect"

var (
	errNoActor = errorf("the actor is nil")
	errZeroKey = errorf("the actor's key is zero, so it identifies nobody " +
		"(visitors without an account need a class without a key, such as Guest; Class.ZeroKeyActor permits a zero key)")
)

// An actorType says how to check actors of one dynamic type.
type actorType struct {
	pointers int     // to the value; -1 for types that isNil checks
	key      [][]int // index paths of the key's fields; empty if any value is an actor
}

// checkAnyActor is checkActor for all types.
func (c *classes) checkAnyActor(x any) error {
	t := reflect.TypeOf(x)
	if t == nil {
		return errNoActor
	}
	cached, ok := c.actors.Load(t)
	if !ok {
		cached, _ = c.actors.LoadOrStore(t, c.actorType(t))
	}
	a := cached.(*actorType)
	c.remember(x, a)
	if a.pointers < 0 {
		if isNil(x) {
			return errNoActor
		}
		return nil
	}
	v := reflect.ValueOf(x)
	for range a.pointers {
		if v.IsNil() {
			return errNoActor
		}
		v = v.Elem()
	}
	if len(a.key) > 0 && isZeroKey(v, a.key) {
		return errZeroKey
	}
	return nil
}

// actorType returns how to check actors of dynamic type t.
func (c *classes) actorType(t reflect.Type) *actorType {
	a := new(actorType)
	for t.Kind() == reflect.Pointer && a.pointers < maxPointers {
		t = t.Elem()
		a.pointers++
	}
	if t.Kind() != reflect.Struct {
		a.pointers = -1
		return a
	}
	if class, ok := c.byType[t]; ok && !class.ZeroKeyActor {
		a.key = c.key(t)
	}
	return a
}

// isUnstored reports whether x is an instance of a class with a key whose key is zero. No
// database has such a row, so its existence is not a secret.
func (c *classes) isUnstored(x any) bool {
	v := pointee(x)
	if v.Kind() != reflect.Struct {
		return false
	}
	if _, registered := c.byType[v.Type()]; !registered {
		return false
	}
	key := c.key(v.Type())
	return len(key) > 0 && isZeroKey(v, key)
}

// isZeroKey reports whether all fields of the key of the struct v are zero or nil.
func isZeroKey(v reflect.Value, key [][]int) bool {
	for _, index := range key {
		f, err := v.FieldByIndexErr(index)
		if err == nil && !isZeroPart(f) {
			return false
		}
	}
	return true
}

// isZeroPart reports whether a part of a key is zero or nil, points to zero, or is a value
// that is not valid, like those of database/sql.
func isZeroPart(v reflect.Value) bool {
	if v.Kind() == reflect.Pointer && !v.IsNil() {
		v = v.Elem()
	}
	if v.Kind() == reflect.Struct {
		if valid := v.FieldByName("Valid"); valid.IsValid() && valid.Kind() == reflect.Bool {
			return !valid.Bool() || reflect.Indirect(v.Field(0)).IsZero()
		}
	}
	return v.IsZero()
}
