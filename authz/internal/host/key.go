package host

import (
	"reflect"
	"slices"
	"strings"
	"unsafe"
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
func (k *key) equal(p, q unsafe.Pointer) (eq, known bool) {
	if k.simple {
		l := &k.attrs[0].loader
		p, q = unsafe.Add(p, l.off), unsafe.Add(q, l.off)
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
func (k *key) textLen(p unsafe.Pointer) (n int) {
	for _, a := range k.attrs {
		if a.loader.op == opString {
			n += len(*(*string)(unsafe.Add(p, a.loader.off)))
		}
	}
	return n
}

// IntKey returns the key of the object at p, if the key of the plan is one integer. Instances
// that are equal have the same.
func (p *Plan) IntKey(ptr unsafe.Pointer) (key uint64, ok bool) {
	if p.key == nil || !p.key.simple {
		return 0, false
	}
	l := &p.key.attrs[0].loader
	ptr = unsafe.Add(ptr, l.off)
	switch l.op {
	case opInt, opUint:
		return uint64(*(*uint)(ptr)), true
	case opInt64, opUint64:
		return *(*uint64)(ptr), true
	case opInt32, opUint32:
		return uint64(*(*uint32)(ptr)), true
	}
	return 0, false
}

// isZero reports whether the key of the object at p identifies nothing.
func (k *key) isZero(p unsafe.Pointer) bool {
	for _, a := range k.attrs {
		if pp, l, ok := a.loader.resolve(p); ok && !isZero(l, pp) {
			return false
		}
	}
	return true
}

// sameVariable reports whether the variables at p and q, which l reads, hold the same key.
func sameVariable(l *loader, p, q unsafe.Pointer) bool {
	switch l.op {
	case opString:
		return *(*string)(p) == *(*string)(q)
	case opBool, opInt8, opUint8:
		return *(*uint8)(p) == *(*uint8)(q)
	case opInt16, opUint16:
		return *(*uint16)(p) == *(*uint16)(q)
	case opInt32, opUint32:
		return *(*uint32)(p) == *(*uint32)(q)
	case opInt, opUint:
		return *(*uint)(p) == *(*uint)(q)
	case opInt64, opUint64:
		return *(*uint64)(p) == *(*uint64)(q)
	}
	if l.plan.Type == timeType {
		return timeAt(p).Equal(*timeAt(q))
	}
	return reflect.NewAt(l.plan.Type, p).Elem().Equal(reflect.NewAt(l.plan.Type, q).Elem())
}

// isZero reports whether the variable at p, which l reads, is the zero value of its type.
func isZero(l *loader, p unsafe.Pointer) bool {
	switch l.op {
	case opString:
		return *(*string)(p) == ""
	case opBool, opInt8, opUint8:
		return *(*uint8)(p) == 0
	case opInt16, opUint16:
		return *(*uint16)(p) == 0
	case opInt32, opUint32:
		return *(*uint32)(p) == 0
	case opInt, opUint:
		return *(*uint)(p) == 0
	case opInt64, opUint64:
		return *(*uint64)(p) == 0
	case opEface, opIface:
		return *(*unsafe.Pointer)(p) == nil // the type word, or the method table
	}
	return reflect.NewAt(l.plan.Type, p).Elem().IsZero()
}
