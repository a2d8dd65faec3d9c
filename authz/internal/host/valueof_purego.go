//go:build purego

package host

import "reflect"

// This file defines how interface values are read by reflection.

// A typeEntry says how to read interface values of one dynamic type.
type typeEntry struct {
	class  bool   // whether they are class values
	direct bool   // whether they are one word, which has no address in the interface
	loader loader // of the value, or of what it points to
}

// typeTable is empty: all types are found by lateEntry.
type typeTable struct{}

func newTypeTable(*builder) typeTable { return typeTable{} }

// entryFor returns the entry of t, which is not an interface.
func (b *builder) entryFor(t reflect.Type) typeEntry {
	switch {
	case t.Implements(classValueType):
		return typeEntry{class: true}
	case t.Kind() == reflect.Pointer:
		return typeEntry{loader: b.loaderFor(t.Elem())}
	}
	return typeEntry{loader: b.loaderFor(t), direct: isDirect(t)}
}

// isDirect reports whether an interface holds a value of type t itself, instead of an address.
func isDirect(t reflect.Type) bool {
	switch t.Kind() {
	case reflect.Chan, reflect.Func, reflect.Pointer, reflect.UnsafePointer:
		return true
	case reflect.Struct:
		return t.NumField() == 1 && isDirect(t.Field(0).Type)
	case reflect.Array:
		return t.Len() == 1 && isDirect(t.Elem())
	}
	return false
}

// Read is ValueOf into dst for the arguments of decisions. It returns false for an iterator
// and on an error, which ValueOf returns.
func (r *Registry) Read(dst *Value, x any) bool {
	v, err := r.valueOf(x, 0)
	*dst = v
	return err == nil && (v.Plan == nil || !v.Plan.seq)
}

// valueOf is ValueOf after following depth pointers and interfaces.
func (r *Registry) valueOf(x any, depth int) (Value, error) {
	return r.contentOf(reflect.ValueOf(x), depth)
}

// contentOf is valueOf for the content of an interface value.
func (r *Registry) contentOf(v reflect.Value, depth int) (Value, error) {
	if !v.IsValid() {
		return Value{}, nil
	}
	e := r.lateEntry(v.Type())
	switch {
	case e.class:
		return r.classFromGo(v.Interface())
	case v.Kind() == reflect.Pointer && v.IsNil():
		return Value{}, nil
	case v.Kind() == reflect.Pointer && e.loader.op == opInstance:
		return Value{e.loader.plan, memory(v.Elem()), 0}, nil
	case v.Kind() == reflect.Pointer:
		return e.loader.read(v.Elem(), depth+1)
	case e.direct:
		cell := reflect.New(v.Type()).Elem()
		cell.Set(v)
		v = cell
	}
	return e.loader.read(v, depth)
}
