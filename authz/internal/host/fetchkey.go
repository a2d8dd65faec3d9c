package host

import (
	"fmt"
	"reflect"
	"slices"
	"unsafe"
)

// This file defines FetchKey, which says what a fetch of a relation would return.

// A FetchKey identifies the rows of a relation: those of relations with equal keys are the same
// rows. It is comparable.
type FetchKey struct {
	attr  *Attr          // the relation, if the rows are those of one relation
	row   *Plan          // the class of the row, if its own key identifies it
	owner unsafe.Pointer // the owner, if no key identifies it
	word  uint64         // the key, if it is one integer
	text  string         // another key
}

// FetchKey returns the key of the relation a of the object at base. A row that its own key
// identifies is the same whatever relation leads to it. Other rows are those of one relation
// and one owner, whatever pointers lead there.
func (a *Attr) FetchKey(base unsafe.Pointer) FetchKey {
	r := a.Relation
	if !r.Many && r.isByKey() {
		key := FetchKey{row: r.Target}
		if key.set(base, r.ForeignKey) {
			return key
		}
	}
	key := FetchKey{attr: a}
	owner := a.owner.Key()
	if len(r.links) > 0 {
		owner = owner[:0:0]
		for _, l := range r.links {
			owner = append(owner, l.owner)
		}
	}
	if !key.set(base, owner) {
		return FetchKey{attr: a, owner: base}
	}
	return key
}

// isByKey reports whether the foreign key of the relation is the key of its target.
func (r *Relation) isByKey() bool {
	return len(r.ForeignKey) > 0 && slices.EqualFunc(r.links, r.Target.Key(), func(l link, k *Attr) bool { return l.target == k })
}

// set takes the values of attrs of the object at base. It reports false if they identify
// nothing.
func (k *FetchKey) set(base unsafe.Pointer, attrs []*Attr) bool {
	zero := true
	for i, a := range attrs {
		v, err := a.Load(base)
		if err != nil {
			return false
		}
		switch v.Kind() {
		case Nil:
			return false
		case Int:
			if zero = zero && v.Word == 0; len(attrs) == 1 {
				k.word = v.Word
				return !zero
			}
			k.text += fmt.Sprintf("%d,", v.Int())
		case String:
			if zero = zero && v.Word == 0; len(attrs) == 1 {
				k.text = v.Str()
				return !zero
			}
			k.text += fmt.Sprintf("%q,", v.Str())
		case Bool:
			zero = zero && v.Word == 0
			k.text += fmt.Sprintf("%t,", v.Bool())
		case Instance:
			rv := reflect.NewAt(v.Plan.Type, v.Ptr).Elem()
			if !rv.CanInterface() {
				return false
			}
			zero = zero && rv.IsZero()
			k.text += fmt.Sprintf("%d:%#v,", i, rv.Interface())
		default:
			return false
		}
	}
	return len(attrs) > 0 && !zero
}
