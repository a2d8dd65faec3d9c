package filter

// This file defines Model: the Go type of the rows that a filter is about, and how
// their fields are read.

import (
	"reflect"
	"strings"
	"sync"

	"github.com/ursa-authz/ursa/authz/internal/host"
)

// A Model describes the rows of a class: a struct type with a name and a key. It is
// used by pointer. Two models are the same when their pointers or their types are
// equal.
type Model struct {
	Name string       // of the class, for messages
	Type reflect.Type // a struct
	Key  []string     // Go fields that identify a row; may be empty

	fields sync.Map // name -> *FieldInfo
}

// A FieldInfo describes a field that a filter may name.
type FieldInfo struct {
	Name    string       // as in Field.Name
	Type    Type         // the type of its values, nil aside
	Nilable bool         // whether it is a pointer or a sql.Null type; otherwise a missing value is the zero value
	GoType  reflect.Type // as declared
	Elem    reflect.Type // the type of its values, nil aside: GoType without pointers and sql.Null
	Ordered bool         // whether its values have an order

	path [][]int // an index path for each dotted part of the name
}

// Field returns the description of a field. The error is ErrInvalid if there is no
// such field, or if a filter cannot hold its type: a slice other than []byte, a
// map, an interface, or a struct that cannot be compared. Dotted names reach into
// structs, but not through pointers to structs.
func (m *Model) Field(name string) (*FieldInfo, error) {
	if f, ok := m.fields.Load(name); ok {
		return f.(*FieldInfo), nil
	}
	f, reason := m.newField(name)
	if reason != "" {
		return nil, &Error{Err: ErrInvalid, Reason: reason, Expr: m.Name + "." + name}
	}
	m.fields.Store(name, f)
	return f, nil
}

func (m *Model) newField(name string) (f *FieldInfo, reason string) {
	f = &FieldInfo{Name: name}
	t := m.Type
	for part := range strings.SplitSeq(name, ".") {
		if t.Kind() != reflect.Struct {
			return nil, "only a struct has fields"
		}
		sf, ok := t.FieldByName(part)
		if !ok || !sf.IsExported() {
			return nil, "unknown field"
		}
		if throughPointer(t, sf.Index) {
			return nil, "the field is promoted through an embedded pointer"
		}
		f.path = append(f.path, sf.Index)
		t = sf.Type
	}
	f.GoType = t
	f.Elem = host.Deref(t)
	info := typeInfoOf(f.Elem)
	f.Type, f.Nilable = info.typ, t.Kind() == reflect.Pointer || info.nullable
	if info.nullable {
		f.Elem = host.Deref(f.Elem.FieldByIndex(nullable(f.Elem)).Type)
	}
	if f.Type == TypeNil {
		return nil, "a filter cannot hold a field of type " + f.GoType.String()
	}
	f.Ordered = ordered(f.Type, f.Type) && (f.Type != TypeOther || info.compare.ok())
	return f, ""
}

// throughPointer reports whether the promoted field at index lies behind an
// embedded pointer.
func throughPointer(t reflect.Type, index []int) bool {
	for _, i := range index[:len(index)-1] {
		t = t.Field(i).Type
		if t.Kind() == reflect.Pointer {
			return true
		}
	}
	return false
}

// read returns the value of the field in row, a struct of the model's type.
func (f *FieldInfo) read(row reflect.Value) (Value, error) {
	for _, index := range f.path {
		row = row.FieldByIndex(index)
	}
	return valueOf(row)
}

// Value returns the value of a field of row, which is a struct of the model's
// type or a pointer to one.
func (m *Model) Value(row any, field string) (Value, error) {
	rv, err := m.row(row)
	if err != nil {
		return Value{}, err
	}
	f, err := m.Field(field)
	if err != nil {
		return Value{}, err
	}
	return f.read(rv)
}

// KeyOf returns the key of row, which is a struct of the model's type or a pointer
// to one. The error is ErrInvalid when the model has no key or row has another
// type.
func (m *Model) KeyOf(row any) (Value, error) {
	rv, err := m.row(row)
	if err != nil {
		return Value{}, err
	}
	return m.key(rv)
}

func (m *Model) key(rv reflect.Value) (Value, error) {
	if len(m.Key) == 0 {
		return Value{}, &Error{Err: ErrInvalid, Reason: "the class has no key", Expr: m.Name}
	}
	parts := make([]Value, len(m.Key))
	for i, name := range m.Key {
		f, err := m.Field(name)
		if err != nil {
			return Value{}, err
		}
		if parts[i], err = f.read(rv); err != nil {
			return Value{}, err
		}
	}
	return KeyOf(parts...), nil
}

// row checks that x is a row of the model and returns the struct.
func (m *Model) row(x any) (reflect.Value, error) {
	rv := reflect.ValueOf(x)
	for n := 0; n < maxPointers && rv.Kind() == reflect.Pointer && !rv.IsNil(); n++ {
		rv = rv.Elem()
	}
	if !rv.IsValid() || rv.Type() != m.Type {
		return reflect.Value{}, &Error{Err: ErrInvalid, Reason: "the row is not a " + m.Type.String(), Expr: m.Name}
	}
	return rv, nil
}

// same reports whether two models have the same rows.
func (m *Model) same(n *Model) bool { return m == n || m != nil && n != nil && m.Type == n.Type }
