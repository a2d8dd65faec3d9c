package host

import (
	"reflect"
	"slices"
	"strings"
)

// This file defines key, which identifies the instances of a class.

// A key is the fields that identify an instance. A key whose fields are all zero or nil is
// that of an object that was never stored, and identifies nothing.
type key struct {
	attrs  []*Attr
	from   string // who named the fields, for messages
	simple bool   // one field, an integer or a string at a fixed offset
}

// names returns the Go names of the fields.
func (k *key) names() string {
	var names []string
	for _, a := range k.attrs {
		names = append(names, a.Name)
	}
	return strings.Join(names, ", ")
}

// isOf reports whether the key is made of the same fields, in any order.
func (k *key) isOf(attrs []*Attr) bool {
	return len(k.attrs) == len(attrs) && !slices.ContainsFunc(attrs, func(a *Attr) bool {
		return !slices.ContainsFunc(k.attrs, func(b *Attr) bool { return slices.Equal(a.index, b.index) })
	})
}

// setKey gives plan p a key, unless another source names other fields.
func (b *builder) setKey(p *Plan, attrs []*Attr, from string) {
	for _, a := range attrs {
		if !isKeyType(a.Type) && !b.isNullKey(a.Type) {
			b.report(p, "field %s (%s) cannot be part of a key: keys are integers, strings, booleans, and arrays and structs of these", a.Name, a.Type)
			return
		}
	}
	k := &key{attrs: attrs, from: from}
	if op := attrs[0].loader.op; len(attrs) == 1 && (op == opString || opInt <= op && op <= opUint64) {
		k.simple = true
	}
	if p.key == nil {
		p.key = k
	} else if !p.key.isOf(attrs) {
		b.report(p, "the key is %s according to %s, but %s according to %s", p.key.names(), p.key.from, k.names(), from)
	}
}

// isKeyType reports whether == on values of type t, after following pointers, means that two
// keys are the same. For floats and interfaces it does not.
func isKeyType(t reflect.Type) bool {
	switch k := t.Kind(); k {
	case reflect.Pointer:
		return t.Elem().Kind() != reflect.Pointer && isKeyType(t.Elem())
	case reflect.Array:
		return t.Elem().Kind() != reflect.Pointer && isKeyType(t.Elem())
	case reflect.Struct:
		if t == timeType {
			return true
		}
		for i := range t.NumField() {
			if f := t.Field(i).Type; f == timeType || f.Kind() == reflect.Pointer || !isKeyType(f) {
				return false
			}
		}
		return true
	default:
		return k == reflect.Bool || k == reflect.String || reflect.Int <= k && k <= reflect.Uintptr
	}
}

// isNullKey reports whether t is a key that may be missing.
func (b *builder) isNullKey(t reflect.Type) bool {
	null, ok := b.r.nullable(t)
	return ok && isKeyType(null.typ)
}

// equal compares the keys of the objects at p and q. It reports whether they are equal, and
// whether the key identifies anything at all: a zero key does not.
func (k *key) equal(p, q Pointer) (eq, known bool) {
	if k.simple {
		l := &k.attrs[0].loader
		p, q = l.off.in(p), l.off.in(q)
		if !sameVariable(l, p, q) {
			return false, true
		}
		return true, !isZero(l, p)
	}
	eq = true
	for _, a := range k.attrs {
		pp, l, ok := a.loader.resolve(p)
		qq, _, okq := a.loader.resolve(q)
		switch {
		case !ok && !okq:
		case !ok || !okq:
			eq, known = false, true
		case !sameVariable(l, pp, qq):
			eq, known = false, true
		default:
			known = known || !isZero(l, pp)
		}
	}
	return eq, known
}

// textLen returns the length of the texts in the key of the object at p.
func (k *key) textLen(p Pointer) (n int) {
	for _, a := range k.attrs {
		if a.loader.op == opString {
			n += len(stringAt(a.loader.off.in(p)))
		}
	}
	return n
}

// isZero reports whether the key of the object at p identifies nothing.
func (k *key) isZero(p Pointer) bool {
	for _, a := range k.attrs {
		if pp, l, ok := a.loader.resolve(p); ok && !isZero(l, pp) {
			return false
		}
	}
	return true
}
