package resolve

// This file defines typ, the static type of a value.
//
// A type is an upper bound: the alternatives that a value can be. Most types come
// from Go: a specializer or a class pattern gives the class of a value, and fields and
// method results have Go types. Nothing is known about values of any and other
// interface types, entries of dictionaries, and parameters without a specializer. Their
// type is nil, and nothing is checked. A check reports an error only if no alternative
// could pass it.

import (
	"fmt"
	"slices"
	"strings"

	"github.com/ursa-authz/ursa/authz/internal/host"
)

// A typ is an upper bound of what a value can be. It is immutable; a nil typ means any value.
type typ struct {
	alts    []alt  // one of them it is
	nilable bool   // or it is nil
	name    string // of the class or union that this is the type of; may be empty
}

// An alt is one thing that a value can be: of one Go type, or of any Go type of one kind.
type alt struct {
	kind host.Kind
	plan *host.Plan // nil for any Go type of the kind
	elem *typ       // of a list whose plan does not say it: what its elements are
}

var (
	nilType   = &typ{nilable: true} // only nil
	boolType  = &typ{alts: []alt{{kind: host.Bool}}}
	intType   = &typ{alts: []alt{{kind: host.Int}}}
	floatType = &typ{alts: []alt{{kind: host.Float}}}
	numType   = &typ{alts: []alt{{kind: host.Int}, {kind: host.Float}}}
	strType   = &typ{alts: []alt{{kind: host.String}}}
	dictType  = &typ{alts: []alt{{kind: host.Dict}}}
	classType = &typ{alts: []alt{{kind: host.ClassKind}}}
)

// listType returns the type of lists of elements of type elem.
func listType(elem *typ) *typ { return &typ{alts: []alt{{kind: host.List, elem: elem}}} }

// kindType returns the type of all values of a kind; Nil means any value.
func kindType(k host.Kind, elem *typ) *typ {
	switch k {
	case host.Bool:
		return boolType
	case host.Int:
		return intType
	case host.Float:
		return floatType
	case host.String:
		return strType
	case host.List:
		return listType(elem)
	case host.Dict:
		return dictType
	}
	return nil
}

// engineTypes are the types of literals.
var engineTypes = map[*host.Plan]*typ{
	host.EngineBool:   {alts: []alt{{kind: host.Bool, plan: host.EngineBool}}},
	host.EngineInt:    {alts: []alt{{kind: host.Int, plan: host.EngineInt}}},
	host.EngineFloat:  {alts: []alt{{kind: host.Float, plan: host.EngineFloat}}},
	host.EngineString: {alts: []alt{{kind: host.String, plan: host.EngineString}}},
}

// planType returns the type of values with a plan, or nil for a nil plan.
func planType(p *host.Plan, nilable bool) *typ {
	if p == nil || p.Usable() != nil {
		return nil
	}
	if t := engineTypes[p]; t != nil && !nilable {
		return t
	}
	a := alt{kind: p.Kind, plan: p}
	if p.IsSeq() {
		a = alt{kind: host.List, elem: elemType(p)}
	}
	t := &struct {
		typ
		only [1]alt
	}{typ{nilable: nilable}, [1]alt{a}}
	t.alts = t.only[:]
	return &t.typ
}

// elemType returns the type of the elements of p.
func elemType(p *host.Plan) *typ { return planType(p.Elem(), p.ElemNilable()) }

// elemOf returns the type of the elements of a list.
func (a alt) elemOf() *typ {
	switch {
	case a.elem != nil || a.plan == nil || a.plan == host.EngineList:
		return a.elem
	case a.plan.Kind == host.List:
		return elemType(a.plan)
	}
	return nil
}

// valueType returns the type of a constant.
func valueType(v host.Value) *typ {
	switch v.Kind() {
	case host.Nil:
		return nilType
	case host.ClassKind:
		return classType
	}
	if elems, ok := v.Elems(); ok {
		elem := neverType
		for _, e := range elems {
			elem = join(elem, valueType(e))
		}
		return listType(elem.orUnknown())
	}
	return planType(v.Plan, false)
}

// neverType is the type without values, the start of joins.
var neverType = &typ{}

// orUnknown returns t, or nil if t is the type without values.
func (t *typ) orUnknown() *typ {
	if t == neverType {
		return nil
	}
	return t
}

// isNil reports whether the only value of t is nil.
func (t *typ) isNil() bool { return t != nil && len(t.alts) == 0 && t.nilable }

// maxAlts bounds the alternatives of the types that join and meet handle. Larger types are unknown.
const maxAlts = 64

// join returns the type of what is of type t or u.
func join(t, u *typ) *typ {
	switch {
	case t == nil || u == nil:
		return nil
	case t == u || u == neverType:
		return t
	case t == neverType:
		return u
	case len(t.alts)+len(u.alts) > 2*maxAlts:
		return nil
	}
	j := &typ{alts: slices.Clone(t.alts), nilable: t.nilable || u.nilable}
	for _, a := range u.alts {
		i := slices.IndexFunc(j.alts, func(b alt) bool { return a.kind == b.kind && a.plan == b.plan })
		if i < 0 {
			j.alts = append(j.alts, a)
		} else if j.alts[i].elem != a.elem {
			j.alts[i].elem = join(j.alts[i].elem, a.elem)
		}
	}
	return j
}

// any reports whether f holds for an alternative.
func (t *typ) any(f func(alt) bool) bool { return slices.ContainsFunc(t.alts, f) }

// filter returns t with only the alternatives for which f holds.
func (t *typ) filter(f func(alt) bool) *typ {
	first := slices.IndexFunc(t.alts, func(a alt) bool { return !f(a) })
	if first < 0 {
		return t
	}
	u := &typ{nilable: t.nilable, alts: slices.Clone(t.alts[:first])}
	for _, a := range t.alts[first+1:] {
		if f(a) {
			u.alts = append(u.alts, a)
		}
	}
	return u
}

// isNumber reports whether a is a number.
func (a alt) isNumber() bool { return a.kind == host.Int || a.kind == host.Float }

// mayEqual reports whether a value of a can be equal to one of b.
func (a alt) mayEqual(b alt) bool {
	switch {
	case a.isNumber() || b.isNumber():
		return a.isNumber() && b.isNumber()
	case a.kind == host.Instance && b.kind == host.Instance:
		return a.plan == b.plan
	}
	return a.kind == b.kind
}

// mayBeOrdered reports whether a value of a may be ordered with one of b.
func (a alt) mayBeOrdered(b alt) bool {
	switch {
	case a.isNumber() || b.isNumber():
		return a.isNumber() && b.isNumber()
	case a.kind != b.kind:
		return false
	case a.kind == host.Instance:
		return a.plan == b.plan && a.plan.HasOrder()
	}
	return a.kind == host.String || a.kind == host.Bool
}

// disjoint reports whether share holds for no pair of alternatives of t and u. It ignores nil.
func disjoint(t, u *typ, share func(a, b alt) bool) bool {
	if t == nil || u == nil || len(t.alts)*len(u.alts) > maxAlts*maxAlts {
		return false
	}
	for _, a := range t.alts {
		if u.any(func(b alt) bool { return share(a, b) }) {
			return false
		}
	}
	return true
}

// meet returns the type of what is of type t and equal to something of type u.
func meet(t, u *typ) *typ {
	switch {
	case t == nil:
		return u.open()
	case u == nil || len(t.alts)*len(u.alts) > maxAlts*maxAlts:
		return t
	}
	m := t.filter(func(a alt) bool { return u.any(a.mayEqual) })
	if m.nilable && !u.nilable {
		m = &typ{alts: m.alts}
	}
	if len(m.alts) == 0 && !m.nilable {
		return nil
	}
	return m
}

// open returns the type of values that may be equal to a value of type t: equality ignores
// the Go types of numbers, strings and other plain values.
func (t *typ) open() *typ {
	if t == nil || !t.any(func(a alt) bool { return a.kind != host.Instance }) {
		return t
	}
	u := &typ{nilable: t.nilable}
	for _, a := range t.alts {
		switch {
		case a.kind == host.Instance:
		case a.isNumber():
			u.add(alt{kind: host.Int})
			a = alt{kind: host.Float}
		default:
			a = alt{kind: a.kind}
		}
		u.add(a)
	}
	return u
}

// add adds an alternative without elements to a type being made.
func (t *typ) add(a alt) {
	if !t.any(func(b alt) bool { return a.kind == b.kind && a.plan == b.plan }) {
		t.alts = append(t.alts, a)
	}
}

// String returns the alternatives by their names in policies.
func (t *typ) String() string {
	if t.name != "" {
		return t.name
	}
	const most = 3
	var names []string
	for _, a := range t.alts {
		if name := a.String(); !slices.Contains(names, name) {
			names = append(names, name)
		}
	}
	if len(names) > most {
		names = append(names[:most-1], fmt.Sprintf("%d others", len(names)-most+1))
	}
	if t.nilable && len(names) == 0 {
		return "nil"
	}
	return orList(names)
}

// String returns the name of the class, or of the kind.
func (a alt) String() string {
	switch {
	case a.plan != nil && a.plan.Class != nil:
		return a.plan.Class.Name
	case a.kind == host.Instance:
		return a.plan.GoType()
	case a.kind == host.ClassKind:
		return "a class"
	}
	return a.kind.String()
}

// orList returns "a", "a or b", or "a, b or c".
func orList(names []string) string {
	if len(names) < 2 {
		return strings.Join(names, "")
	}
	last := len(names) - 1
	return strings.Join(names[:last], ", ") + " or " + names[last]
}
