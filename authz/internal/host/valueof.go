package host

import "reflect"

// This file defines ValueOf, which converts what the program passes to a Value.

// ValueOf returns x as a value: nil for nil and typed nil pointers, a class for a class
// value, otherwise x or what x points to. It does not allocate if x is of a registered type,
// a pointer to one, or of a predeclared scalar type. The value refers to what x refers to.
// The error is an [*Error]: x is an integer out of range, an unregistered class, or nested
// too deeply.
func (r *Registry) ValueOf(x any) (Value, error) { return r.valueOf(x, 0) }

// lateEntry returns the entry of dynamic type t, which NewRegistry did not know.
func (r *Registry) lateEntry(t reflect.Type) *typeEntry {
	if e, ok := r.lateTypes.Load(t); ok {
		return e.(*typeEntry)
	}
	var e typeEntry
	r.build(func(b *builder) { e = b.entryFor(t) })
	r.lateTypes.Store(t, &e)
	return &e
}

// classFromGo returns the class that x, a class value, stands for.
func (r *Registry) classFromGo(x any) (Value, error) {
	if v := reflect.ValueOf(x); v.Kind() == reflect.Pointer && v.IsNil() {
		return Value{}, nil
	}
	name, t := x.(classValue).PolarClass()
	if t == nil {
		return Value{}, errorf(CodeUnknownClass, "the class value has no type")
	}
	if c := r.ClassOf(t); c != nil {
		if named := r.byName[name]; named != nil && named.Type == c.Type {
			c = named
		}
		return MakeClass(c), nil
	}
	if c := r.byName[name]; c != nil && c.Builtin != Nil && c.Type == t {
		return MakeClass(c), nil
	}
	return Value{}, errorf(CodeUnknownClass, "%s is not a registered class", typeName(t))
}
