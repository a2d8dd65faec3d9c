package host

import (
	"maps"
	"reflect"
	"slices"
)

// This file defines what a registration adds to the plan of its type: key, aliases,
// relations and methods.

// fillClass adds to p what its class says.
func (b *builder) fillClass(p *Plan) {
	spec := &p.Class.spec
	var id []*Attr
	for _, name := range spec.Key {
		a, _ := b.goField(p, name)
		if a == nil {
			b.report(p, "the key names a field %s, which it does not have", name)
			return
		}
		id = append(id, a)
	}
	if len(id) > 0 {
		b.setKey(p, id, "Class.Key")
	}
	for _, alias := range slices.Sorted(maps.Keys(spec.Aliases)) {
		b.addAlias(p, alias, spec.Aliases[alias])
	}
	for _, r := range spec.Relations {
		b.addRelation(p, r)
	}
	p.methodsOnce.Do(func() {
		p.bindMethods(b.loaderFor, func(spelling, why string) {
			b.report(p, "%s has two candidates: %s", spelling, why)
		})
	})
}

// addAlias gives a field a further name, unless a field has that name already or the field
// is hidden: aliases come last, and nothing uncovers what is hidden.
func (b *builder) addAlias(p *Plan, alias, path string) {
	a, hidden := b.goField(p, path)
	switch {
	case !isSymbol(alias):
		b.report(p, "the alias %q is not a name", alias)
	case a == nil:
		b.report(p, "the alias %s names a field %s, which it does not have", alias, path)
	case hidden || p.attrs[alias] != nil:
	default:
		if p.attrs[a.Spelling] != a {
			a.Spelling = alias // its only name, or the first in order of the alphabet
		}
		p.attrs[alias] = a
	}
}

// addRelation marks the field of a relation.
func (b *builder) addRelation(p *Plan, spec RelationSpec) {
	a, hidden := b.goField(p, spec.Name)
	if a == nil {
		b.report(p, "the relation %s names no field of it", spec.Name)
		return
	}
	if hidden {
		return
	}
	if a.Relation != nil {
		b.report(p, "the relation %s is registered twice", spec.Name)
		return
	}
	row := a.Type
	if row.Kind() == reflect.Pointer {
		row = row.Elem()
	}
	if spec.Many {
		if row.Kind() != reflect.Slice {
			b.report(p, "the relation %s is to many rows, but field %s (%s) is no slice", spec.Name, a.Name, a.Type)
			return
		}
		row = row.Elem()
	}
	row = Deref(row)
	target := Deref(spec.Target)
	if target == nil || target.Kind() != reflect.Struct || target != row && row.Kind() != reflect.Interface {
		b.report(p, "the relation %s is to %v, but field %s holds %s", spec.Name, target, a.Name, a.Type)
		return
	}
	r := &Relation{Name: spec.Name, Many: spec.Many, Target: b.plan(target)}
	for _, name := range spec.ForeignKey {
		fk, _ := b.goField(p, name)
		if fk == nil {
			b.report(p, "the foreign key of relation %s names a field %s, which it does not have", spec.Name, name)
			return
		}
		r.ForeignKey = append(r.ForeignKey, fk)
	}
	a.Relation = r
}
