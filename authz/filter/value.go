package filter

// This file defines Value: the constants of a filter, their types, and their equality and
// order, which are those of package host.

import (
	"bytes"
	"database/sql"
	"database/sql/driver"
	"encoding/base64"
	"encoding/json"
	"fmt"
	"hash/maphash"
	"io"
	"log/slog"
	"math"
	"reflect"
	"strings"
	"sync"
	"time"

	"github.com/ursa-authz/ursa/authz/internal/host"
)

// A Type determines how a value compares. Go types with the same Type compare with
// each other, whatever their names.
type Type uint8

// The types of values.
const (
	TypeNil    Type = iota // no value
	TypeBool               // bool and types derived from it
	TypeInt                // integers and types derived from them, including time.Duration
	TypeFloat              // float32, float64 and types derived from them
	TypeString             // string and types derived from it
	TypeTime               // time.Time
	TypeBytes              // []byte
	TypeOther              // any other comparable type, such as a UUID: equal only to values of the same Go type
	TypeKey                // the key of a row
)

// String returns the type's name in lower case.
func (t Type) String() string {
	if int(t) < len(typeText) {
		return typeText[t]
	}
	return "?"
}

var typeText = [...]string{"nil", "bool", "int", "float", "string", "time", "bytes", "other", "key"}

// numeric reports whether t is one of the two types that compare as numbers.
func (t Type) numeric() bool { return t == TypeInt || t == TypeFloat }

// A Value is a constant. The zero Value is nil. Package fmt and log/slog always
// print a Value as a placeholder; Any returns the value.
type Value struct {
	typ Type
	v   any // nil, bool, int64, float64, string, time.Time, []byte, a Go value, []Value
}

// ValueOf normalizes a Go value. Pointers are followed; nil pointers and invalid
// sql.Null values are nil. Integers become int64, floats float64, and named
// strings, numbers and booleans their basic type, unless they have a method Equal,
// Compare, Cmp or Lt for their own type. Any other value must be comparable with == or have
// such a method, and keeps its Go type. If x is anything else, or an unsigned
// integer beyond int64, the error is ErrUnsupported.
func ValueOf(x any) (Value, error) {
	switch x := x.(type) {
	case nil:
		return Value{}, nil
	case Value:
		return x, nil
	case bool:
		return Value{TypeBool, x}, nil
	case int:
		return Value{TypeInt, int64(x)}, nil
	case int64:
		return Value{TypeInt, x}, nil
	case float64:
		return Value{TypeFloat, x}, nil
	case string:
		return Value{TypeString, x}, nil
	case time.Time:
		return Value{TypeTime, x.Round(0)}, nil
	}
	return valueOf(reflect.ValueOf(x))
}

// valueOf is ValueOf for a reflected value, whose pointers it follows.
func valueOf(rv reflect.Value) (Value, error) {
	for n := 0; rv.Kind() == reflect.Pointer || rv.Kind() == reflect.Interface; n++ {
		switch {
		case rv.IsNil():
			return Value{}, nil
		case n == 2*maxPointers: // each pointer may be in an interface
			return Value{}, &Error{Err: ErrUnsupported, Reason: "the pointer leads to itself"}
		}
		rv = rv.Elem()
	}
	if !rv.IsValid() {
		return Value{}, nil
	}
	t := rv.Type()
	info := typeInfoOf(t)
	if info.nullable {
		path := nullable(t)
		value, holder := rv.FieldByIndex(path), rv.FieldByIndex(path[:len(path)-1])
		if !holder.Field(1).Bool() {
			return Value{}, nil
		}
		return valueOf(value)
	}
	switch info.typ {
	case TypeBool:
		return Value{TypeBool, rv.Bool()}, nil
	case TypeInt:
		if rv.CanUint() {
			u := rv.Uint()
			if u > math.MaxInt64 {
				return Value{}, &Error{Err: ErrUnsupported, Reason: "an unsigned integer beyond int64"}
			}
			return Value{TypeInt, int64(u)}, nil
		}
		return Value{TypeInt, rv.Int()}, nil
	case TypeFloat:
		return Value{TypeFloat, rv.Float()}, nil
	case TypeString:
		return Value{TypeString, rv.String()}, nil
	case TypeTime:
		return Value{TypeTime, rv.Interface().(time.Time).Round(0)}, nil
	case TypeBytes:
		// A nil slice is an empty one; adapters must not mistake it for a missing
		// value.
		return Value{TypeBytes, append([]byte{}, rv.Bytes()...)}, nil
	case TypeOther:
		if !info.compare.ok() && !info.equal.ok() && !rv.Comparable() {
			return Value{}, &Error{Err: ErrUnsupported, Reason: "a value of " + t.String() + " that cannot be compared"}
		}
		return Value{TypeOther, rv.Interface()}, nil
	}
	return Value{}, &Error{Err: ErrUnsupported, Reason: "a value of " + t.String()}
}

// KeyOf returns the key made of the given values in the order of Model.Key.
func KeyOf(values ...Value) Value { return Value{TypeKey, values} }

// Type returns the type of the value.
func (v Value) Type() Type { return v.typ }

// IsNil reports whether the value is nil.
func (v Value) IsNil() bool { return v.typ == TypeNil }

// Any returns the Go value: nil, bool, int64, float64, string, time.Time, []byte, a
// value of its own Go type, or []Value for a key. The caller must not modify it.
func (v Value) Any() any { return v.v }

// Parts returns the values of a key, and nil for any other value.
func (v Value) Parts() []Value {
	parts, _ := v.v.([]Value)
	return parts
}

// Format prints a placeholder, whatever the verb.
func (v Value) Format(s fmt.State, verb rune) { io.WriteString(s, "?") }

// LogValue returns a placeholder.
func (v Value) LogValue() slog.Value { return slog.StringValue("?") }

// MarshalJSON returns an object with the type's name and the value. The value is a
// JSON value of the same type where JSON has one; floats that JSON lacks are
// strings, times are RFC 3339 with nanoseconds, bytes are base64, keys are arrays,
// and other values are as their type marshals itself.
func (v Value) MarshalJSON() ([]byte, error) {
	x := v.v
	switch v.typ {
	case TypeBytes:
		x = base64.StdEncoding.EncodeToString(v.v.([]byte))
	case TypeFloat:
		if f := v.v.(float64); math.IsNaN(f) || math.IsInf(f, 0) {
			x = fmt.Sprint(f)
		}
	}
	return json.Marshal(struct {
		Type  string `json:"type"`
		Value any    `json:"value"`
	}{v.typ.String(), x})
}

// reveal returns the value as text for people.
func (v Value) reveal() string {
	switch v.typ {
	case TypeNil:
		return "nil"
	case TypeString:
		return fmt.Sprintf("%q", v.v)
	case TypeTime:
		return v.v.(time.Time).Format(time.RFC3339Nano)
	case TypeBytes:
		return fmt.Sprintf("%#x", v.v)
	case TypeKey:
		parts := make([]string, len(v.Parts()))
		for i, p := range v.Parts() {
			parts[i] = p.reveal()
		}
		return "key(" + strings.Join(parts, ", ") + ")"
	}
	return fmt.Sprint(v.v)
}

// isZero reports whether the value is the zero value of its type. A key is zero
// when all of its parts are.
func (v Value) isZero() bool {
	switch v.typ {
	case TypeNil:
		return true
	case TypeTime:
		return v.v.(time.Time).IsZero()
	case TypeBytes:
		return len(v.v.([]byte)) == 0
	case TypeKey:
		for _, p := range v.Parts() {
			if !p.isZero() {
				return false
			}
		}
		return true
	}
	return reflect.ValueOf(v.v).IsZero()
}

// Equal reports whether two values are equal, as the package comment defines it.
// The error is that of a Compare or Equal method that panicked.
func (v Value) Equal(w Value) (bool, error) {
	hv, ok := v.host()
	hw, alsoOK := w.host()
	switch {
	case ok && alsoOK:
		return host.Equal(hv, hw)
	case v.typ != w.typ:
		return false, nil
	}
	switch v.typ {
	case TypeTime:
		return v.v.(time.Time).Equal(w.v.(time.Time)), nil
	case TypeBytes:
		return bytes.Equal(v.v.([]byte), w.v.([]byte)), nil
	case TypeKey:
		return equalKeys(v, w)
	case TypeOther:
		return equalOther(v.v, w.v)
	}
	panic("filter: value of type " + v.typ.String())
}

// equalKeys compares keys: a key that is zero equals no other.
func equalKeys(v, w Value) (bool, error) {
	if v.isZero() {
		return false, nil
	}
	return equalParts(v.Parts(), w.Parts())
}

func equalParts(a, b []Value) (bool, error) {
	if len(a) != len(b) {
		return false, nil
	}
	for i := range a {
		if eq, err := a[i].Equal(b[i]); !eq {
			return false, err
		}
	}
	return true, nil
}

// hash returns the same number for values that are equal.
func (v Value) hash() uint64 {
	switch v.typ {
	case TypeFloat:
		f := v.v.(float64)
		if i := int64(f); f >= -1<<63 && f < 1<<63 && float64(i) == f {
			return Value{TypeInt, i}.hash()
		}
	case TypeTime:
		t := v.v.(time.Time)
		return mix(uint64(t.Unix()), uint64(t.Nanosecond()))
	case TypeBytes:
		return maphash.Bytes(seed, v.v.([]byte))
	case TypeKey:
		h := uint64(TypeKey)
		for _, p := range v.Parts() {
			h = mix(h, p.hash())
		}
		return h
	case TypeNil:
		return 0
	case TypeOther:
		if host.PureGo {
			// Without package unsafe, maphash may tell equal values apart, and cannot hash nil.
			return maphash.String(seed, goType(v).String())
		}
		if info := typeInfoOf(goType(v)); info.compare.ok() || info.equal.ok() {
			return maphash.String(seed, goType(v).String())
		}
	}
	return maphash.Comparable(seed, v.v)
}

var seed = maphash.MakeSeed()

// mix combines two hashes; their order matters.
func mix(a, b uint64) uint64 {
	a ^= b + 0x9e3779b97f4a7c15 + a<<6 + a>>2
	a *= 0xff51afd7ed558ccd
	return a ^ a>>33
}

// Compare returns the order of two values: negative, zero or positive. It returns
// false if one of them is nil or NaN. For types that have no order, the error is
// ErrInvalid.
func (v Value) Compare(w Value) (c int, ok bool, err error) {
	if v.IsNil() || w.IsNil() {
		return 0, false, nil
	}
	if !ordered(v.typ, w.typ) {
		return 0, false, unordered(v.typ, w.typ)
	}
	if hv, ok := v.host(); ok {
		hw, _ := w.host()
		return host.Compare(hv, hw)
	}
	if v.typ == TypeTime {
		return v.v.(time.Time).Compare(w.v.(time.Time)), true, nil
	}
	return compareOther(v.v, w.v)
}

// ordered reports whether two types that are not nil have an order.
func ordered(a, b Type) bool {
	if a.numeric() {
		return b.numeric()
	}
	return a == b && (a == TypeString || a == TypeTime || a == TypeBool || a == TypeOther)
}

func unordered(a, b Type) error {
	return &Error{Err: ErrInvalid, Reason: a.String() + " and " + b.String() + " have no order"}
}

// host returns the value as package host compares it, if that has nothing to do with the
// value's Go type.
func (v Value) host() (hv host.Value, ok bool) {
	switch v.typ {
	case TypeNil:
		return host.Value{}, true
	case TypeBool:
		return host.MakeBool(v.v.(bool)), true
	case TypeInt:
		return host.MakeInt(v.v.(int64)), true
	case TypeFloat:
		return host.MakeFloat(v.v.(float64)), true
	case TypeString:
		return host.MakeString(v.v.(string)), true
	case TypeTime, TypeBytes, TypeOther, TypeKey:
	}
	return host.Value{}, false
}

// equalOther compares two values of TypeOther by a method of their type, or with
// ==. Values of different Go types are not equal.
func equalOther(a, b any) (eq bool, err error) {
	ra, rb := reflect.ValueOf(a), reflect.ValueOf(b)
	if ra.Type() != rb.Type() {
		return false, nil
	}
	info := typeInfoOf(ra.Type())
	defer recovered(ra.Type(), &err)
	switch {
	case info.equal.ok():
		return info.equal.call(ra, rb).Bool(), nil
	case info.compare.ok():
		return info.compare.call(ra, rb).Int() == 0, nil
	}
	if eq, err = host.EqualGo(ra, rb); err != nil {
		err = &Error{Err: ErrUnsupported, Reason: err.Error()}
	}
	return eq, err
}

// compareOther orders two values of TypeOther by their type's method Compare.
func compareOther(a, b any) (c int, ok bool, err error) {
	ra, rb := reflect.ValueOf(a), reflect.ValueOf(b)
	info := typeInfoOf(ra.Type())
	if ra.Type() != rb.Type() || !info.compare.ok() {
		return 0, false, &Error{Err: ErrInvalid, Reason: ra.Type().String() + " and " + rb.Type().String() + " have no order"}
	}
	defer recovered(ra.Type(), &err)
	return int(info.compare.call(ra, rb).Int()), true, nil
}

// goType returns the Go type of a value of TypeOther.
func goType(v Value) reflect.Type { return reflect.TypeOf(v.v) }

// maxPointers is the number of pointers to a value that are followed: type P *P has
// no end.
const maxPointers = 32

// recovered turns a panic of a type's own method into an error.
func recovered(t reflect.Type, err *error) {
	if recover() != nil {
		*err = &Error{Err: ErrUnsupported, Reason: "a method of " + t.String() + " panicked"}
	}
}

// typeInfo is what is known about a Go type that is not a pointer.
type typeInfo struct {
	typ      Type // TypeNil for types that a filter cannot hold
	nullable bool // whether it is like sql.NullString; the rest is about the value inside
	compare  method
	equal    method
}

// typeInfos caches typeInfo by reflect.Type: a program has few types.
var typeInfos sync.Map

func typeInfoOf(t reflect.Type) typeInfo {
	if info, ok := typeInfos.Load(t); ok {
		return info.(typeInfo)
	}
	info := newTypeInfo(t)
	typeInfos.Store(t, info)
	return info
}

func newTypeInfo(t reflect.Type) typeInfo {
	if t == reflect.TypeFor[time.Time]() {
		return typeInfo{typ: TypeTime}
	}
	if value := nullable(t); value != nil {
		info := typeInfoOf(host.Deref(t.FieldByIndex(value).Type))
		info.nullable = true
		return info
	}
	// Package host finds the methods of *T too, which cannot be called on a value here. What
	// such a method decides does not become a filter.
	c := host.ComparersOf(t)
	info := typeInfo{compare: onValue(t, c.Compare), equal: onValue(t, c.Equal)}
	if c.Any() {
		info.typ = TypeOther
		return info
	}
	switch t.Kind() {
	case reflect.Bool:
		info.typ = TypeBool
	case reflect.Int, reflect.Int8, reflect.Int16, reflect.Int32, reflect.Int64,
		reflect.Uint, reflect.Uint8, reflect.Uint16, reflect.Uint32, reflect.Uint64, reflect.Uintptr:
		info.typ = TypeInt
	case reflect.Float32, reflect.Float64:
		info.typ = TypeFloat
	case reflect.String:
		info.typ = TypeString
	case reflect.Slice:
		if t.Elem().Kind() == reflect.Uint8 && t.NumMethod() == 0 {
			info.typ = TypeBytes
		}
	case reflect.Array:
		if t.Comparable() && t.NumMethod() > 0 {
			info.typ = TypeOther
		}
	case reflect.Struct:
		if t.Comparable() {
			info.typ = TypeOther
		}
	}
	return info
}

// nullable returns the index path of the value in a type like sql.NullString: one
// of package database/sql, one with the same fields and Scan and Value methods, or
// a struct that only embeds such a type. It returns nil for others.
func nullable(t reflect.Type) []int {
	if t.Kind() != reflect.Struct || t.PkgPath() != "database/sql" && !scans(t) {
		return nil
	}
	switch t.NumField() {
	case 1:
		if e := t.Field(0); e.Anonymous {
			if rest := nullable(e.Type); rest != nil {
				return append([]int{0}, rest...)
			}
		}
	case 2:
		value, valid := t.Field(0), t.Field(1)
		if value.IsExported() && valid.Name == "Valid" && valid.Type.Kind() == reflect.Bool {
			return []int{0}
		}
	}
	return nil
}

// scans reports whether t implements Scanner and Valuer of database/sql.
func scans(t reflect.Type) bool {
	return t.Implements(reflect.TypeFor[driver.Valuer]()) && reflect.PointerTo(t).Implements(reflect.TypeFor[sql.Scanner]())
}

// A method compares a value of a type with another. The zero method means that
// there is none.
type method struct {
	index   int  // 1 + the index of the method
	pointer bool // the other value is passed by pointer
}

func (m method) ok() bool { return m.index > 0 }

func (m method) call(recv, arg reflect.Value) reflect.Value {
	if m.pointer {
		p := reflect.New(arg.Type())
		p.Elem().Set(arg)
		arg = p
	}
	return recv.Method(m.index - 1).Call([]reflect.Value{arg})[0]
}

// onValue returns a comparer of *t as a method of t, if it is one.
func onValue(t reflect.Type, comparer reflect.Method) method {
	m, ok := t.MethodByName(comparer.Name)
	if !ok {
		return method{}
	}
	return method{index: m.Index + 1, pointer: m.Type.In(1) == reflect.PointerTo(t)}
}
