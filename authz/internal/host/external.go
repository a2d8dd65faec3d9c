package host

// This file defines AddExternal: classes and constants of other programs that share the policy.
// They are known by name, so that the policy loads. Nothing is ever an instance of such a class,
// and such a constant has no value.

import (
	"fmt"
	"maps"
	"slices"

	"github.com/ursa-authz/ursa/authz/polar/schema"
)

// External reports whether the class is one of another program.
func (c *ClassInfo) External() bool { return c.external != nil }

// ExternalConstant reports whether a name is that of a constant that only other programs have,
// unless the program itself registers a constant of the name.
func (r *Registry) ExternalConstant(name string) bool { return r.externalConstants[name] }

// ExternalConstants returns the names for which ExternalConstant is true, sorted.
func (r *Registry) ExternalConstants() []string {
	return slices.Sorted(maps.Keys(r.externalConstants))
}

// AddExternal adds the classes and constants of schemas that r does not have. Of classes, only
// their names, attributes and supertypes are known: the other program knows what the attributes
// hold. Of constants, only the names are known. Nobody may use r before AddExternal returns. The
// error names the first thing that is wrong with a schema.
func (r *Registry) AddExternal(schemas []*schema.Schema) error {
	d := &describedReader{r: r, types: map[string]*Plan{}, refs: map[string]*Plan{}}
	var added []*schema.Class
	for i, s := range schemas {
		if s == nil || s.Version != schema.Version {
			return fmt.Errorf("external schema %d: it is nil, or of a version of the format that is not supported", i)
		}
		for j := range s.Classes {
			c := &s.Classes[j]
			if c.External || r.byName[c.Name] != nil {
				continue // of a third program, or registered here
			}
			if !isSymbol(c.Name) || isReserved(c.Name) {
				return fmt.Errorf("external schema %d: %q cannot be the name of a class", i, c.Name)
			}
			c = outline(c)
			info := &ClassInfo{ID: len(r.classes), Name: c.Name, Type: ownType("external " + c.Name), Interface: c.Interface, reg: r, isa: map[*ClassInfo]bool{}, external: c}
			r.classes = append(r.classes, info)
			r.byName[c.Name] = info
			if !c.Interface {
				p, err := d.plan(info.Type, &c.Shape)
				if err != nil {
					return fmt.Errorf("external schema %d: class %s: %w", i, c.Name, err)
				}
				p.Class, info.Plan = info, p
			}
			added = append(added, c)
		}
	}
	for i, s := range schemas {
		if err := r.addExternalConstants(s); err != nil {
			return fmt.Errorf("external schema %d: %w", i, err)
		}
	}
	for _, c := range added {
		c.Supers = slices.DeleteFunc(c.Supers, func(name string) bool {
			super := r.byName[name]
			return super == nil || super.Builtin != Nil
		})
		if err := d.link(c); err != nil {
			return fmt.Errorf("external schema: class %s: %w", c.Name, err)
		}
	}
	return nil
}

// addExternalConstants adds the names of the constants of a schema, apart from those of a third
// program and those that are the names of classes here.
func (r *Registry) addExternalConstants(s *schema.Schema) error {
	for _, c := range s.Constants {
		if c.External || r.byName[c.Name] != nil {
			continue
		}
		if err := r.addExternalConstant(c.Name); err != nil {
			return err
		}
	}
	return nil
}

func (r *Registry) addExternalConstant(name string) error {
	if !isSymbol(name) || isReserved(name) || name == "now" {
		return fmt.Errorf("%q cannot be the name of a constant", name)
	}
	if r.externalConstants == nil {
		r.externalConstants = map[string]bool{}
	}
	r.externalConstants[name] = true
	return nil
}

// outline returns what is kept of an external class. Its types would need the other types of the
// schema, whose names may mean something else in this program, so they are left out.
func outline(c *schema.Class) *schema.Class {
	out := &schema.Class{
		Name: c.Name, External: true, Interface: c.Interface, Supers: slices.Clone(c.Supers),
		Shape: schema.Shape{Go: c.Go, Kind: c.Kind, Struct: c.Struct},
	}
	if c.Kind == List.String() || c.Kind == Dict.String() {
		out.Elem = anyRef
	}
	for _, f := range c.Fields {
		out.Fields = append(out.Fields, schema.Field{Name: f.Name, Go: f.Go, Also: f.Also, Type: anyRef})
	}
	for _, m := range c.Methods {
		out.Methods = append(out.Methods, outlineMethod(&m))
	}
	if c.Constructor != nil {
		m := outlineMethod(c.Constructor)
		out.Constructor = &m
	}
	return out
}

func outlineMethod(m *schema.Method) schema.Method {
	out := schema.Method{Name: m.Name, Go: m.Go, Variadic: m.Variadic, Result: anyRef, Refused: m.Refused}
	for range m.Params {
		out.Params = append(out.Params, anyRef)
	}
	return out
}
