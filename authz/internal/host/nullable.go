package host

import (
	"reflect"
)

// This file defines which struct types are optional values, as sql.NullString is.

// A nullShape says where such a struct keeps its value, and where its Valid field is.
type nullShape struct {
	typ   reflect.Type // of the value
	value place        // of the value
	valid place        // of the bool that says whether there is one
}

// nullable returns the shape of t if t is an optional value: a type of package database/sql,
// a type with the same two fields that implements Scanner and Valuer (gorm.DeletedAt), or a
// struct that only embeds one of those. A registered type never is: it was registered so that
// policies can read its fields.
func (r *Registry) nullable(t reflect.Type) (nullShape, bool) {
	if r.primary[t] != nil {
		return nullShape{}, false
	}
	return nullStruct(t)
}

// nullStruct is nullable for types that are not registered.
func nullStruct(t reflect.Type) (nullShape, bool) {
	if t.Kind() != reflect.Struct || t.PkgPath() != "database/sql" && !scansItself(t) {
		return nullShape{}, false
	}
	var start place
	switch t.NumField() {
	case 1:
		if e := t.Field(0); e.Anonymous && e.Type.Kind() == reflect.Struct {
			n, ok := nullStruct(e.Type)
			return nullShape{n.typ, start.field(e).then(n.value), start.field(e).then(n.valid)}, ok
		}
	case 2:
		value, valid := t.Field(0), t.Field(1)
		if valid.Name == "Valid" && valid.Type.Kind() == reflect.Bool && value.IsExported() {
			return nullShape{value.Type, start.field(value), start.field(valid)}, true
		}
	}
	return nullShape{}, false
}

// scansItself reports whether t has the two methods by which database/sql reads and writes
// a type: Scan(any) error, which it must have by pointer, and Value() (driver.Value, error).
func scansItself(t reflect.Type) bool {
	scan, ok := reflect.PointerTo(t).MethodByName("Scan")
	if !ok || scan.Type.NumIn() != 2 || scan.Type.In(1) != reflect.TypeFor[any]() ||
		scan.Type.NumOut() != 1 || scan.Type.Out(0) != errorType {
		return false
	}
	value, ok := t.MethodByName("Value")
	return ok && value.Type.NumIn() == 1 && value.Type.NumOut() == 2 &&
		value.Type.Out(0).Kind() == reflect.Interface && value.Type.Out(1) == errorType
}

// valueAt returns the value inside the struct at p.
func (n nullShape) valueAt(p Pointer) reflect.Value {
	return VariableAt(n.typ, n.value.in(p))
}

// setValid marks the struct at p as having a value.
func (n nullShape) setValid(p Pointer) {
	VariableAt(reflect.TypeFor[bool](), n.valid.in(p)).SetBool(true)
}
