//go:build cgo && !musl && (((linux || darwin) && (amd64 || arm64)) || (windows && amd64))

package osoengine

// This file defines how go-oso treats Go types: which values reach the original
// unchanged, and which would become something else.

import (
	"cmp"
	"context"
	"database/sql/driver"
	"fmt"
	"reflect"
	"slices"
	"strings"

	"github.com/osohq/go-oso/interfaces"
	"github.com/ursa-authz/ursa/authz"
	"github.com/ursa-authz/ursa/authz/polar/syntax"
)

// A class is a registered class.
type class struct {
	name        string
	typ         reflect.Type // a struct
	constructor any
	relations   []authz.Relation
}

// builtins are the classes that the original always has, with their Go types.
var builtins = map[string]reflect.Type{
	"Boolean":    reflect.TypeFor[bool](),
	"Integer":    reflect.TypeFor[int64](),
	"Float":      reflect.TypeFor[float64](),
	"String":     reflect.TypeFor[string](),
	"List":       reflect.TypeFor[[]any](),
	"Dictionary": reflect.TypeFor[map[string]any](),
}

// newClass checks a class as it was passed. The error names what go-oso does not support.
func newClass(c authz.Class) (*class, error) {
	t := deref(c.Type)
	if t == nil {
		return nil, fmt.Errorf("class %q has no type", c.Name)
	}
	name := cmp.Or(c.Name, t.Name())
	switch {
	case name == "":
		return nil, fmt.Errorf("the class of type %v needs a name", t)
	case syntax.CheckName(name) != nil:
		return nil, fmt.Errorf("class %+q cannot be written in a policy: %w", name, syntax.CheckName(name))
	case strings.ContainsAny(name, "[]"):
		return nil, fmt.Errorf("the class of type %v needs a name, because %q cannot be written in a policy", t, name)
	case name == "Actor" || name == "Resource":
		return nil, fmt.Errorf("a class cannot be named %s, the name of a built-in union", name)
	case builtins[name] != nil || name == "nil":
		return nil, fmt.Errorf("a class cannot be named %s, the name of a built-in class", name)
	case t.Kind() == reflect.Interface:
		return nil, fmt.Errorf("class %s is an interface, but go-oso has no supertypes", name)
	case len(c.Extends) > 0:
		return nil, fmt.Errorf("class %s extends others, but go-oso has no supertypes", name)
	case t.Kind() != reflect.Struct:
		return nil, fmt.Errorf("class %s is of kind %v, and go-oso treats its instances as objects that equal nothing", name, t.Kind())
	case implements[interfaces.Iterator](t):
		return nil, fmt.Errorf("class %s has go-oso's method Iter, and go-oso leaks a goroutine for each iteration that is not finished", name)
	}
	if t == requestType {
		t = viewType
	}
	return &class{name: name, typ: t, constructor: c.Constructor, relations: c.Relations}, nil
}

// A universe is the struct types that a policy can use: the registered ones, and those in
// their fields and results.
type universe struct {
	classes map[string]*class
	structs []reflect.Type
	known   map[reflect.Type]bool
}

func newUniverse(classes map[string]*class) *universe {
	u := &universe{classes: classes, known: make(map[reflect.Type]bool)}
	names := make([]string, 0, len(classes))
	for name := range classes {
		names = append(names, name)
	}
	slices.Sort(names)
	for _, name := range names {
		u.add(classes[name].typ)
	}
	return u
}

// add adds the structs in t, and those reachable from them.
func (u *universe) add(t reflect.Type) {
	for pending := []reflect.Type{t}; len(pending) > 0; {
		t := pending[len(pending)-1]
		pending = pending[:len(pending)-1]
		for n := 0; n < maxNesting && (t.Kind() == reflect.Pointer || t.Kind() == reflect.Slice || t.Kind() == reflect.Array || t.Kind() == reflect.Map); n++ {
			t = t.Elem()
		}
		if t.Kind() != reflect.Struct || u.known[t] || t.PkgPath() == "time" {
			continue
		}
		u.known[t] = true
		u.structs = append(u.structs, t)
		for _, f := range reflect.VisibleFields(t) {
			if f.IsExported() {
				pending = append(pending, f.Type)
			}
		}
		p := reflect.PointerTo(t)
		for i := range p.NumMethod() {
			if m := p.Method(i).Type; m.NumOut() == 1 {
				pending = append(pending, m.Out(0))
			}
		}
	}
}

// className returns the name of a struct type for an error.
func (u *universe) className(t reflect.Type) string {
	for name, c := range u.classes {
		if c.typ == t {
			return name
		}
	}
	return t.String()
}

// fieldOf returns the exported field of exactly that name.
func fieldOf(t reflect.Type, name string) (reflect.StructField, bool) {
	f, ok := t.FieldByName(name)
	return f, ok && f.IsExported()
}

// methodOf returns the method of t or *t of exactly that name, without receiver.
func methodOf(t reflect.Type, name string) (reflect.Method, bool) {
	return reflect.PointerTo(t).MethodByName(name)
}

// mangled describes how go-oso would change values of type t that a policy reads, or
// returns "" if it does not. For an interface it returns "": its values are checked at
// each query.
func mangled(t reflect.Type) string {
	for range maxNesting {
		t = deref(t)
		if implements[driver.Valuer](t) && t.Kind() == reflect.Struct {
			return "an SQL null or value type, which go-oso treats as an object"
		}
		named := t.PkgPath() != ""
		switch t.Kind() {
		case reflect.Struct, reflect.Interface:
			return ""
		case reflect.Float32, reflect.Float64:
			return "a float, which go-oso truncates to an integer"
		case reflect.Complex64, reflect.Complex128, reflect.Func, reflect.Chan, reflect.UnsafePointer, reflect.Uintptr:
			return fmt.Sprintf("of kind %v, which has no counterpart in Polar", t.Kind())
		case reflect.Slice, reflect.Array:
			if named {
				return "a named list type, which go-oso treats as a plain list"
			}
			t = t.Elem()
		case reflect.Map:
			if named {
				return "a named map type, which go-oso treats as a plain dictionary"
			}
			if t.Key() != reflect.TypeFor[string]() {
				return fmt.Sprintf("a map with keys of type %v, which go-oso replaces by one string", t.Key())
			}
			t = t.Elem()
		default:
			if named {
				return fmt.Sprintf("of the named type %v, which go-oso treats as an object that equals no %v", t, t.Kind())
			}
			return ""
		}
	}
	return "nested too deeply"
}

// mangledMethod returns why go-oso cannot call m, or "". Arguments are checked where they
// are known.
func mangledMethod(m reflect.Type, receivers int) string {
	in := func(i int) reflect.Type { return m.In(i + receivers) }
	if m.NumIn() > receivers && in(0) == reflect.TypeFor[context.Context]() {
		return "takes a context, which go-oso cannot pass"
	}
	if m.IsVariadic() {
		return "is variadic, which go-oso cannot call safely"
	}
	for i := range m.NumIn() - receivers {
		if t := in(i); t.Kind() == reflect.Pointer || t.Kind() == reflect.Map {
			return fmt.Sprintf("takes a %v, which go-oso cannot pass", t)
		} else if reason := mangled(t); reason != "" {
			return "takes a value that is " + reason
		}
	}
	if m.NumOut() != 1 {
		return fmt.Sprintf("has %d results, which go-oso passes on as a list", m.NumOut())
	}
	out := m.Out(0)
	switch kind := deref(out).Kind(); {
	case kind == reflect.Interface:
		return "returns an interface, whose value cannot be checked before go-oso gets it"
	case kind == reflect.Uint || kind == reflect.Uint64:
		return "returns an unsigned integer, which go-oso treats as negative beyond 63 bits"
	}
	if reason := mangled(out); reason != "" {
		return "returns a value that is " + reason
	}
	return ""
}

// deep reports whether go-oso's comparison of two values of struct type t, field by field
// to any depth, can differ from Ursa's.
func deep(t reflect.Type) bool {
	if implements[interfaces.Comparer](t) {
		return false
	}
	for i := range t.NumField() {
		switch f := t.Field(i).Type; f.Kind() {
		case reflect.Pointer, reflect.Slice, reflect.Map, reflect.Interface, reflect.Func, reflect.Chan, reflect.Array:
			return true
		case reflect.Struct:
			if deep(f) {
				return true
			}
		}
	}
	return false
}

// maxNesting bounds how deep a type is followed: type P *P has no end.
const maxNesting = 16

// deref returns the type that t points to.
func deref(t reflect.Type) reflect.Type {
	for range maxNesting {
		if t == nil || t.Kind() != reflect.Pointer {
			break
		}
		t = t.Elem()
	}
	return t
}

func implements[I any](t reflect.Type) bool {
	i := reflect.TypeFor[I]()
	return t.Implements(i) || reflect.PointerTo(t).Implements(i)
}
