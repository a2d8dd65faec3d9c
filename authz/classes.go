package authz

// This file defines classes, which names values for people: by class and id, never by
// content.

import (
	"encoding"
	"fmt"
	"reflect"
	"strconv"
	"strings"
	"sync"
	"time"

	"github.com/ursa-authz/ursa/authz/internal/host"
)

// An Identifier is a value that has an id for logs and error texts. The id of an actor or a
// resource comes from this method. Without the method it comes from the fields of the
// class's key, or else from the field tagged `polar:",id"`. A value with none of these is
// shown by its class alone.
type Identifier interface {
	// AuthzID returns the id. It must not contain anything that must stay out of logs.
	AuthzID() string
}

// classes holds the classes of an Authorizer by Go type. A nil *classes is empty.
type classes struct {
	byType map[reflect.Type]*Class
	names  map[reflect.Type]string // of those types and pointers to them, since Type.Name is slow
	keys   sync.Map                // reflect.Type -> [][]int: the index paths of the fields of the id
	actors sync.Map                // dynamic type -> *actorType
	quick  quickTypes              // dynamic types of actors that were seen
}

func newClasses(list []Class) *classes {
	c := &classes{byType: make(map[reflect.Type]*Class, len(list)), names: make(map[reflect.Type]string, 2*len(list))}
	for i := range list {
		if t := deref(list[i].Type); t != nil {
			name := list[i].Name
			if name == "" {
				name = typeName(t)
			}
			c.byType[t] = &list[i]
			c.names[t], c.names[reflect.PointerTo(t)] = name, name
		}
	}
	return c
}

// A classValue is a class that is passed as an argument.
type classValue interface {
	PolarClass() (name string, t reflect.Type)
}

// name returns the name of x's class. For a class value it is the name of that class, and
// for a type that is not registered the name of the type.
func (c *classes) name(x any) string {
	t := reflect.TypeOf(x)
	if cv, ok := x.(classValue); ok && !isNil(x) { // a nil *Class has the method, too
		var name string
		if name, t = cv.PolarClass(); name != "" {
			return name
		}
	}
	if c != nil {
		if name, ok := c.names[t]; ok {
			return name
		}
		if name, ok := c.names[deref(t)]; ok {
			return name
		}
	}
	return typeName(t)
}

// unregistered returns the type of x if it is a struct and not a registered class, or "".
func (c *classes) unregistered(x any) string {
	t := deref(reflect.TypeOf(x))
	if c == nil || t == nil || t.Kind() != reflect.Struct {
		return ""
	}
	if _, ok := x.(classValue); ok {
		return ""
	}
	if _, ok := c.byType[t]; ok || t == reflect.TypeFor[time.Time]() {
		return ""
	}
	return t.String()
}

// id returns x's id, or "" if it has none. It runs only for observers, so a panic in a
// method of the application only loses the id.
func (c *classes) id(x any) (id string) {
	defer func() {
		if recover() != nil {
			id = ""
		}
	}()
	if x, ok := x.(Identifier); ok {
		if isNil(x) {
			return ""
		}
		return shorten(x.AuthzID())
	}
	v := reflect.ValueOf(x)
	for range maxPointers {
		if v.Kind() == reflect.Pointer {
			v = v.Elem()
		}
	}
	if v.Kind() != reflect.Struct {
		return ""
	}
	var parts []string
	for _, index := range c.key(v.Type()) {
		f, err := v.FieldByIndexErr(index)
		if err != nil {
			return ""
		}
		part, ok := keyText(f)
		if !ok {
			return ""
		}
		parts = append(parts, part)
	}
	return shorten(strings.Join(parts, ","))
}

// key returns the index paths of the fields that identify a struct of type t.
func (c *classes) key(t reflect.Type) [][]int {
	if c == nil {
		return nil
	}
	if k, ok := c.keys.Load(t); ok {
		return k.([][]int)
	}
	var key [][]int
	if class := c.byType[t]; class != nil && len(class.Key) > 0 {
		names := class.Key
		for _, name := range names {
			if f, ok := t.FieldByName(name); ok && f.IsExported() {
				key = append(key, f.Index)
			}
		}
		if len(key) != len(names) {
			key = nil // part of a key is not an id
		}
	} else {
		for _, f := range host.TaggedKey(t) {
			key = append(key, f.Index)
		}
	}
	c.keys.Store(t, key)
	return key
}

// keyText returns the text of a key field: a scalar, or a type that can write itself, such
// as a UUID.
func keyText(v reflect.Value) (string, bool) {
	if v.Kind() == reflect.Pointer && !v.IsNil() {
		v = v.Elem()
	}
	switch v.Kind() {
	case reflect.String:
		return v.String(), true
	case reflect.Int, reflect.Int8, reflect.Int16, reflect.Int32, reflect.Int64:
		return strconv.FormatInt(v.Int(), 10), true
	case reflect.Uint, reflect.Uint8, reflect.Uint16, reflect.Uint32, reflect.Uint64:
		return strconv.FormatUint(v.Uint(), 10), true
	case reflect.Pointer, reflect.Invalid:
		return "", false
	}
	switch x := v.Interface().(type) {
	case encoding.TextMarshaler:
		text, err := x.MarshalText()
		return string(text), err == nil
	case fmt.Stringer:
		return x.String(), true
	}
	return "", false
}

// maxPointers is how many pointers to a value are followed: type P *P never ends.
const maxPointers = 4

// deref returns the type that t points to.
func deref(t reflect.Type) reflect.Type {
	for range maxPointers {
		if t != nil && t.Kind() == reflect.Pointer {
			t = t.Elem()
		}
	}
	return t
}

// typeName returns a short name for t: its name, or its kind if it has no name.
func typeName(t reflect.Type) string {
	t = deref(t)
	switch {
	case t == nil:
		return "nil"
	case t.Name() != "":
		return t.Name()
	}
	return t.Kind().String()
}

// isNil reports whether x is nil or a typed nil. A pointer to a nil pointer counts, since
// policies follow pointers.
func isNil(x any) bool {
	if x == nil {
		return true
	}
	v := reflect.ValueOf(x)
	switch v.Kind() {
	case reflect.Map, reflect.Slice, reflect.Func, reflect.Chan, reflect.UnsafePointer:
		return v.IsNil()
	}
	for range maxPointers + 1 {
		if v.Kind() != reflect.Pointer {
			return false
		}
		if v.IsNil() {
			return true
		}
		v = v.Elem()
	}
	return false
}
