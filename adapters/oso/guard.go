//go:build cgo && !musl && (((linux || darwin) && (amd64 || arm64)) || (windows && amd64))

package osoengine

// This file defines the checks of values before go-oso gets them. Types were checked when
// the policy was compiled. What remains depends on the value: the contents of interfaces,
// unsigned integers beyond 63 bits, strings that are not UTF-8, which would all become
// one, and relations that are not loaded.

import (
	"fmt"
	"math"
	"reflect"
	"unicode/utf8"

	"github.com/osohq/go-oso/interfaces"
	osotypes "github.com/osohq/go-oso/types"
	"github.com/ursa-authz/ursa/authz"
)

// A view is what go-oso gets of an [authz.Request]: its fields. The Request itself must
// not be copied, and go-oso copies all that it gets.
type view struct {
	Method, Path, Host, Scheme, RemoteAddr string
	Segments                               []string

	request *authz.Request
}

var (
	requestType = reflect.TypeFor[authz.Request]()
	viewType    = reflect.TypeFor[view]()
)

// maxValues is the number of values of an argument that are checked.
const maxValues = 100_000

// A guard checks the arguments of one query.
type guard struct {
	*policy
	seen map[visit]bool
	left int
}

type visit struct {
	ptr uintptr
	typ reflect.Type
}

// argument returns x in the form for go-oso.
func (g *guard) argument(x any) (any, error) {
	switch x := x.(type) {
	case nil:
		return nil, nil
	case interface {
		PolarClass() (string, reflect.Type)
	}:
		return nil, refusal("a class is passed as a value, which go-oso treats as an empty instance")
	case *authz.Request:
		if x == nil {
			return nil, nil
		}
		v := view{Method: x.Method, Path: x.Path, Host: x.Host, Scheme: x.Scheme, RemoteAddr: x.RemoteAddr, Segments: x.Segments, request: x}
		return v, g.value(reflect.ValueOf(v))
	}
	return g.convert(reflect.ValueOf(x))
}

// convert returns a value without named types around scalars, also in lists and
// dictionaries. Objects stay as they are.
func (g *guard) convert(v reflect.Value) (any, error) {
	for v.Kind() == reflect.Pointer || v.Kind() == reflect.Interface {
		if v.IsNil() {
			return nil, nil
		}
		if err := g.count(); err != nil { // a pointer may point to itself
			return nil, err
		}
		v = v.Elem()
	}
	switch v.Kind() {
	case reflect.Bool:
		return v.Bool(), nil
	case reflect.String:
		return v.String(), g.value(v)
	case reflect.Int, reflect.Int8, reflect.Int16, reflect.Int32, reflect.Int64:
		return v.Int(), nil
	case reflect.Uint, reflect.Uint8, reflect.Uint16, reflect.Uint32, reflect.Uint64:
		return v.Uint(), g.value(v)
	case reflect.Slice, reflect.Array:
		list := make([]any, v.Len())
		for i := range list {
			if err := g.count(); err != nil {
				return nil, err
			}
			elem, err := g.convert(v.Index(i))
			if err != nil {
				return nil, err
			}
			list[i] = elem
		}
		return list, nil
	case reflect.Map:
		if v.Type().Key().Kind() != reflect.String {
			return nil, refusal("a map with keys of type %v is passed, which go-oso replaces by one string", v.Type().Key())
		}
		dict := make(map[string]any, v.Len())
		for iter := v.MapRange(); iter.Next(); {
			if err := g.count(); err != nil {
				return nil, err
			}
			elem, err := g.convert(iter.Value())
			if err != nil {
				return nil, err
			}
			if !utf8.ValidString(iter.Key().String()) {
				return nil, errNotUTF8
			}
			dict[iter.Key().String()] = elem
		}
		return dict, nil
	}
	if err := g.value(v); err != nil {
		return nil, err
	}
	return v.Interface(), nil
}

var (
	errNotUTF8 = refusal("a string is not UTF-8, and go-oso treats all such strings as equal")
	errTooMuch = refusal("a value has more than %d parts", maxValues)
)

func (g *guard) count() error {
	if g.left--; g.left < 0 {
		return errTooMuch
	}
	return nil
}

// value checks v and the values that the policy can reach from it.
func (g *guard) value(v reflect.Value) error {
	// The recursion follows types, and pointers only once: a graph costs at most one
	// frame for each of its objects, and count bounds those.
	if err := g.count(); err != nil {
		return err
	}
	switch v.Kind() {
	case reflect.String:
		if !utf8.ValidString(v.String()) {
			return errNotUTF8
		}
	case reflect.Uint, reflect.Uint64:
		if v.Uint() > math.MaxInt64 {
			return refusal("an unsigned integer is beyond 63 bits")
		}
	case reflect.Pointer:
		at := visit{v.Pointer(), v.Type()}
		if v.IsNil() || g.seen[at] {
			return nil
		}
		g.seen[at] = true
		return g.value(v.Elem())
	case reflect.Interface:
		if v.IsNil() {
			return nil
		}
		elem := v.Elem()
		if reason := mangled(elem.Type()); reason != "" {
			return refusal("a field holds a value that is %s", reason)
		}
		return g.value(elem)
	case reflect.Slice, reflect.Array:
		if kind := v.Type().Elem().Kind(); kind == reflect.Int || kind == reflect.Uint8 {
			return nil
		}
		for i := range v.Len() {
			if err := g.value(v.Index(i)); err != nil {
				return err
			}
		}
	case reflect.Map:
		for iter := v.MapRange(); iter.Next(); {
			if err := g.value(iter.Key()); err != nil {
				return err
			}
			if err := g.value(iter.Value()); err != nil {
				return err
			}
		}
	case reflect.Struct:
		return g.object(v)
	default:
		if reason := mangled(v.Type()); reason != "" {
			return refusal("a value is %s", reason)
		}
	}
	return nil
}

// object checks the fields that the policy reads.
func (g *guard) object(v reflect.Value) error {
	t := v.Type()
	if implements[interfaces.Iterator](t) {
		return refusal("an object has go-oso's method Iter, and go-oso leaks a goroutine for each iteration that is not finished")
	}
	for name := range g.read {
		f, ok := fieldOf(t, name)
		if !ok {
			continue
		}
		field, err := v.FieldByIndexErr(f.Index)
		if err != nil {
			return refusal("an object embeds a nil pointer, on which go-oso would panic")
		}
		if g.policy.notLoaded(v, name, field) {
			return fmt.Errorf("osoengine: relation %s of class %s is not loaded, and go-oso cannot fetch it", name, g.className(t))
		}
		if err := g.value(field); err != nil {
			return err
		}
	}
	return nil
}

// notLoaded reports whether the field of that name is a registered relation that must be
// fetched.
func (p *policy) notLoaded(object reflect.Value, name string, field reflect.Value) bool {
	for _, c := range p.classes {
		if c.typ != object.Type() {
			continue
		}
		for _, r := range c.relations {
			switch {
			case r.Name != name:
			case r.Many:
				return field.Kind() == reflect.Slice && field.IsNil()
			case field.IsZero():
				if len(r.ForeignKey) == 0 {
					return true
				}
				for _, key := range r.ForeignKey {
					if k := object.FieldByName(key); k.IsValid() && !k.IsZero() {
						return true
					}
				}
			}
		}
	}
	return false
}

// result replaces values that only go-oso's results contain. vars maps go-oso's names of
// the query's variables to their own names.
func (p *policy) result(x any, vars map[string]authz.Var) (any, error) {
	switch x := x.(type) {
	case osotypes.Variable:
		if name, ok := vars[string(x)]; ok {
			return name, nil
		}
		return authz.Var(x), nil
	case osotypes.Expression:
		return nil, errUnbound
	case view:
		return x.request, nil
	case []any:
		list := make([]any, len(x))
		for i, elem := range x {
			var err error
			if list[i], err = p.result(elem, vars); err != nil {
				return nil, err
			}
		}
		return list, nil
	case map[string]any:
		dict := make(map[string]any, len(x))
		for key, elem := range x {
			var err error
			if dict[key], err = p.result(elem, vars); err != nil {
				return nil, err
			}
		}
		return dict, nil
	}
	if x != nil && reflect.TypeOf(x) == p.none {
		return nil, nil
	}
	return x, nil
}
