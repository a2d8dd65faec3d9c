package host

import (
	"errors"
	"reflect"
	"slices"
)

// This file defines which classes a type belongs to, and in which order.

// link checks the declared supertypes and finds the members of interfaces. It runs when all
// classes are known, before plans are made.
func (r *Registry) link() error {
	var errs []error
	for _, c := range r.classes[numBuiltins:] {
		for _, t := range c.spec.Extends {
			if err := r.extend(c, t); err != nil {
				errs = append(errs, err)
			}
		}
		if c.Interface && (len(c.spec.Key)+len(c.spec.Aliases)+len(c.spec.Relations) > 0 || c.spec.Constructor != nil || c.spec.Fetch != nil) {
			errs = append(errs, errorf(CodeClass, "class %s is an interface, which cannot have a key, aliases, relations, Fetch or constructor", c.Name))
		}
	}
	if err := errors.Join(errs...); err != nil {
		return err
	}
	for _, c := range r.classes[numBuiltins:] {
		if err := r.findCycle(c, c, nil); err != nil {
			return err
		}
	}
	for _, c := range r.classes[numBuiltins:] {
		if c.Interface {
			c.Supers = r.interfacesOf(c.Type, c)
		}
	}
	for _, c := range r.classes[numBuiltins:] {
		if !c.Interface {
			kind, _ := classify(c.Type)
			for _, id := range r.lineageOf(c.Type, kind) {
				if d := r.classes[id]; d != c {
					c.Supers = append(c.Supers, d)
				}
				if d := r.classes[id]; d.Interface {
					d.Members = append(d.Members, c)
				}
			}
		}
		for _, d := range c.Supers {
			c.isa[d] = true
		}
	}
	return nil
}

// extend records that class c is declared a subtype of t.
func (r *Registry) extend(c *ClassInfo, t reflect.Type) error {
	if t == nil {
		return errorf(CodeClass, "class %s extends a nil type", c.Name)
	}
	t = Deref(t)
	super := r.primary[t]
	switch {
	case super == nil:
		return errorf(CodeClass, "class %s extends %s, which is not registered", c.Name, typeName(t))
	case t == c.Type:
		return errorf(CodeClass, "class %s extends itself", c.Name)
	case super.Interface:
		return errorf(CodeClass, "class %s extends the interface %s (remove it: a class belongs to every registered interface that it implements)", c.Name, super.Name)
	case !embeds(c.Type, t, map[reflect.Type]bool{}):
		return errorf(CodeClass, "class %s (%s) extends %s, but does not embed it", c.Name, typeName(c.Type), typeName(t))
	}
	c.extends = append(c.extends, t)
	return nil
}

// embeds reports whether struct type t embeds super, at any depth.
func embeds(t, super reflect.Type, seen map[reflect.Type]bool) bool {
	if t.Kind() != reflect.Struct || seen[t] {
		return false
	}
	seen[t] = true
	for i := range t.NumField() {
		f := t.Field(i)
		if !f.Anonymous {
			continue
		}
		e := f.Type
		if e.Kind() == reflect.Pointer {
			e = e.Elem()
		}
		if e == super || embeds(e, super, seen) {
			return true
		}
	}
	return false
}

// findCycle returns an error if the supertypes of c lead back to start.
func (r *Registry) findCycle(start, c *ClassInfo, path []*ClassInfo) error {
	for _, t := range c.extends {
		super := r.primary[t]
		if super == start {
			return errorf(CodeClass, "class %s extends itself through %s", start.Name, c.Name)
		}
		if slices.Contains(path, super) {
			continue // a cycle that start only leads to is reported for its own classes
		}
		if err := r.findCycle(start, super, append(path, super)); err != nil {
			return err
		}
	}
	return nil
}

// lineageOf returns the IDs of the classes of a type of the given kind, most specific first.
func (r *Registry) lineageOf(t reflect.Type, kind Kind) []int {
	var ids []int
	var concrete []reflect.Type
	var walk func(t reflect.Type)
	walk = func(t reflect.Type) {
		if slices.Contains(concrete, t) {
			return
		}
		concrete = append(concrete, t)
		for _, c := range r.byType[t] {
			ids = append(ids, c.ID)
		}
		if len(r.byType[t]) > 0 {
			for _, super := range r.primary[t].extends {
				walk(super)
			}
		}
	}
	walk(t)
	if len(ids) > 0 {
		for _, c := range r.interfacesOf(concrete[0], nil) {
			ids = append(ids, c.ID)
		}
		for _, super := range concrete[1:] {
			// If two embedded structs both have a method, the struct has neither.
			for _, c := range r.interfacesOf(super, nil) {
				if !slices.Contains(ids, c.ID) {
					ids = append(ids, c.ID)
				}
			}
		}
	}
	if c := kind.builtinClass(); c >= 0 {
		ids = append(ids, c)
	}
	return ids
}

// interfacesOf returns the interface classes that t or *t implements, except the class not. A
// comes before B when A's method set strictly contains B's; otherwise the order is that of
// registration.
func (r *Registry) interfacesOf(t reflect.Type, not *ClassInfo) []*ClassInfo {
	var rest []*ClassInfo
	for _, c := range r.ifaces {
		if c != not && (t.Implements(c.Type) || t.Kind() != reflect.Interface && reflect.PointerTo(t).Implements(c.Type)) {
			rest = append(rest, c)
		}
	}
	if len(rest) < 2 {
		return rest
	}
	ordered := make([]*ClassInfo, 0, len(rest))
	for len(rest) > 0 {
		i := slices.IndexFunc(rest, func(c *ClassInfo) bool {
			return !slices.ContainsFunc(rest, func(d *ClassInfo) bool {
				return d.Type.Implements(c.Type) && !c.Type.Implements(d.Type)
			})
		})
		ordered = append(ordered, rest[i])
		rest = slices.Delete(rest, i, i+1)
	}
	return ordered
}
