package host

import (
	"maps"
	"reflect"
	"slices"
)

// This file defines what registration adds to the plan of a type: key, aliases, relations and
// methods.

// fillClass adds the key, aliases, relations and methods of p's class.
func (b *builder) fillClass(p *Plan) {
	spec := &p.Class.spec
	var id []*Attr
	for _, name := range spec.Key {
		a, _ := b.goField(p, name)
		if a == nil {
			b.report(p, "the key names field %s, which does not exist", name)
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
			b.report(p, "%s is ambiguous: %s", spelling, why)
		})
	})
}

// addAlias gives a field another name, unless a field already has that name or the field is
// hidden. Aliases come last, and never expose a hidden field.
func (b *builder) addAlias(p *Plan, alias, path string) {
	a, hidden := b.goField(p, path)
	switch {
	case !isSymbol(alias):
		b.report(p, "the alias %q is not a name", alias)
	case a == nil:
		b.report(p, "the alias %s names field %s, which does not exist", alias, path)
	case hidden || p.attrs[alias] != nil:
	default:
		if p.attrs[a.Spelling] != a {
			a.Spelling = alias // its only name, or the first in alphabetical order
		}
		p.attrs[alias] = a
	}
}

// addRelation marks the field of a relation.
func (b *builder) addRelation(p *Plan, spec RelationSpec) {
	a, hidden := b.goField(p, spec.Name)
	if a == nil {
		b.report(p, "the relation %s names a field that does not exist", spec.Name)
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
			b.report(p, "the relation %s is to-many, but field %s (%s) is not a slice", spec.Name, a.Name, a.Type)
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
	if spec.Required && (spec.Many || len(spec.ForeignKey) == 0) {
		b.report(p, "the relation %s cannot be required: it has no foreign key in %s", spec.Name, p.describe())
		return
	}
	r := &Relation{Name: spec.Name, Many: spec.Many, Target: b.plan(target), required: spec.Required}
	for _, name := range spec.ForeignKey {
		fk, _ := b.goField(p, name)
		if fk == nil {
			b.report(p, "the foreign key of relation %s names field %s, which does not exist", spec.Name, name)
			return
		}
		r.ForeignKey = append(r.ForeignKey, fk)
	}
	a.Relation = r
	b.pending = append(b.pending, pendingRelation{p, r, spec})
}
