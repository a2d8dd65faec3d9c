package host

import (
	"cmp"
	"fmt"
	"maps"
	"reflect"
	"slices"
	"strings"

	"github.com/ursa-authz/ursa/authz/polar/schema"
)

// This file defines Schema, which writes down what a registry knows for tools that cannot
// see the Go types.

// maxDescribed bounds how many types a schema describes besides the classes. The results of
// methods can lead to every type of a library.
const maxDescribed = 2000

// anyRef is the reference for values of which nothing is known.
const anyRef = "any"

// Schema returns the description of the registered classes, of the types that their
// attributes and methods lead to, and of the constants. The error is an [*Error]: there are
// too many types.
func (r *Registry) Schema(constants map[string]Value) (*schema.Schema, error) {
	d := &describer{r: r, names: map[*Plan]string{}, taken: map[string]bool{}}
	for name := range r.byName {
		d.taken[name] = true
	}
	s := &schema.Schema{Version: schema.Version, Classes: []schema.Class{}}
	for _, c := range r.classes[numBuiltins:] {
		s.Classes = append(s.Classes, d.class(c))
	}
	for _, name := range slices.Sorted(maps.Keys(constants)) { // the order names the types that they lead to
		s.Constants = append(s.Constants, schema.Constant{Name: name, Type: d.constant(constants[name])})
	}
	for _, name := range r.ExternalConstants() {
		if _, ok := constants[name]; !ok {
			s.Constants = append(s.Constants, schema.Constant{Name: name, External: true, Type: anyRef})
		}
	}
	slices.SortFunc(s.Constants, func(a, b schema.Constant) int { return cmp.Compare(a.Name, b.Name) })
	for len(d.queue) > 0 {
		if len(s.Types) == maxDescribed {
			return nil, errorf(CodeClass, "attributes and methods of the classes lead to more than %d types", maxDescribed)
		}
		p := d.queue[0]
		d.queue = d.queue[1:]
		s.Types = append(s.Types, schema.Type{Name: d.names[p], Shape: d.shape(p)})
	}
	slices.SortFunc(s.Types, func(a, b schema.Type) int { return cmp.Compare(a.Name, b.Name) })
	return s, nil
}

// A describer collects the types that a schema refers to.
type describer struct {
	r     *Registry
	names map[*Plan]string
	taken map[string]bool
	queue []*Plan
}

// class describes a class.
func (d *describer) class(c *ClassInfo) schema.Class {
	if c.external != nil {
		return *c.external
	}
	s := schema.Class{Name: c.Name, Interface: c.Interface}
	for _, super := range c.Supers {
		if super.Builtin == Nil {
			s.Supers = append(s.Supers, super.Name)
		}
	}
	if c.ctor != nil {
		m := d.method(c.ctor)
		m.Go = ""
		s.Constructor = &m
	}
	switch {
	case c.Plan == nil:
		s.Go = c.Type.String()
	case c.Plan.Class != c:
		s.SameAs, s.Go = c.Plan.Class.Name, c.Type.String()
	default:
		s.Shape = d.shape(c.Plan)
	}
	return s
}

// shape describes a type.
func (d *describer) shape(p *Plan) schema.Shape {
	s := schema.Shape{
		Go: p.GoType(), Struct: p.IsStruct(), Ordered: p.Kind == Instance && p.HasOrder(),
		Values: p.Values(), Unexported: slices.Sorted(slices.Values(p.unexported())),
	}
	if p.Kind != Instance {
		s.Kind = p.Kind.String()
	}
	if p.Kind == List || p.Kind == Dict {
		s.Elem = d.ref(p.Elem(), p.ElemNilable())
	}
	key := map[*Attr]bool{}
	for _, a := range p.Key() {
		s.Key = append(s.Key, a.Name)
		key[a] = true
	}
	spellings := map[*Attr][]string{}
	for _, name := range slices.Sorted(maps.Keys(p.attrs)) {
		a := p.attrs[name]
		if err := a.Ambiguous(); err != nil {
			s.Ambiguous = append(s.Ambiguous, schema.Ambiguity{Name: name, Why: err.Error()})
			continue
		}
		spellings[a] = append(spellings[a], name)
	}
	for a, names := range spellings {
		f := schema.Field{Name: a.Spelling, Go: a.Name, Type: d.ref(a.Plan, a.Nilable), Shown: a.Show, ID: key[a]}
		for _, name := range names {
			if name != a.Spelling && name != a.Name {
				f.Also = append(f.Also, name)
			}
		}
		if r := a.Relation; r != nil {
			f.Relation = &schema.Relation{Target: d.ref(r.Target, false), Many: r.Many}
			for _, fk := range r.ForeignKey {
				f.Relation.ForeignKey = append(f.Relation.ForeignKey, fk.Name)
			}
		}
		s.Fields = append(s.Fields, f)
	}
	slices.SortFunc(s.Fields, func(a, b schema.Field) int {
		return cmp.Or(cmp.Compare(a.Name, b.Name), cmp.Compare(a.Go, b.Go))
	})
	s.Methods = d.methods(p)
	return s
}

// methods describes the methods of a type.
func (d *describer) methods(p *Plan) []schema.Method {
	p.methodsOnce.Do(p.buildMethods)
	seen := map[*Method]bool{}
	var ms []schema.Method
	for _, m := range p.methods {
		if !seen[m] {
			seen[m] = true
			ms = append(ms, d.method(m))
		}
	}
	slices.SortFunc(ms, func(a, b schema.Method) int {
		return cmp.Or(cmp.Compare(a.Name, b.Name), cmp.Compare(a.Go, b.Go))
	})
	return ms
}

// method describes a method or a constructor.
func (d *describer) method(m *Method) schema.Method {
	s := schema.Method{Name: m.Spelling, Variadic: m.Variadic}
	if m.fn.IsValid() {
		s.Go = m.Name
	}
	if m.refused != nil {
		s.Refused = m.refused.Error()
		return s
	}
	for i := range m.In {
		s.Params = append(s.Params, d.ref(d.r.Param(m, i), false))
	}
	s.Result = d.ref(m.Plan, m.ResultNilable())
	return s
}

// constant returns the type of a constant.
func (d *describer) constant(v Value) string {
	switch v.Kind() {
	case Nil:
		return "nil"
	case ClassKind:
		return "class " + v.ClassInfo().Name
	}
	if elems, ok := v.Elems(); ok {
		ref := anyRef
		for i, e := range elems {
			switch of := d.constant(e); {
			case i == 0 && of != "nil" && e.Kind() != ClassKind:
				ref = of
			case of != ref:
				ref = anyRef
			}
		}
		return "[" + ref + "]"
	}
	return d.ref(v.Plan, false)
}

// ref returns the reference to a type.
func (d *describer) ref(p *Plan, nilable bool) string {
	ref := d.name(p)
	if nilable && ref != anyRef {
		ref += "?"
	}
	return ref
}

// name returns the reference to a type whose values are not nil. The types of a named type's
// elements are described with it, so this ends.
func (d *describer) name(p *Plan) string {
	switch {
	case p == nil || p.Usable() != nil:
		return anyRef
	case p.Class != nil:
		return p.Class.Name
	case slices.Contains(knownTypes, p.Type):
		return p.Type.String()
	case p.seq:
		return "<" + d.ref(p.Elem(), p.ElemNilable()) + ">"
	}
	plain := p.Type.Name() == "" || reflect.PointerTo(p.Type).NumMethod() == 0
	switch {
	case plain && p.Type.Name() == "" && p.Kind == List:
		return "[" + d.ref(p.Elem(), p.ElemNilable()) + "]"
	case plain && p.Type.Name() == "" && p.Kind == Dict:
		return "{" + d.ref(p.Elem(), p.ElemNilable()) + "}"
	case plain && Bool <= p.Kind && p.Kind <= String:
		return p.Kind.String()
	case isStandard(p.Type.PkgPath()):
		return anyRef // a schema must not change with the version of Go
	}
	if name, ok := d.names[p]; ok {
		return name
	}
	base := typeRefs.Replace(p.GoType())
	name := base
	for i := 2; d.taken[name] || len(name) > maxRef; i++ {
		name = fmt.Sprintf("%.100s#%d", base, i)
	}
	d.taken[name], d.names[p] = true, name
	d.queue = append(d.queue, p)
	return name
}

// maxRef bounds the length of the names of types. The Go types of anonymous structs have no bound.
const maxRef = 200

// typeRefs removes from the name of a Go type what has a meaning in references.
var typeRefs = strings.NewReplacer("[", "(", "]", ")", "{", "(", "}", ")", "<", "(", ">", ")", "?", "")

// isStandard reports whether a package is one of Go's own. A module of the program's may
// have a path without a dot as well, but hardly one of these names.
func isStandard(path string) bool {
	root, _, _ := strings.Cut(path, "/")
	return standard[root]
}

// standard are the first elements of the paths of Go's packages.
var standard = map[string]bool{
	"archive": true, "bufio": true, "bytes": true, "cmp": true, "compress": true, "container": true, "context": true, "crypto": true,
	"database": true, "debug": true, "embed": true, "encoding": true, "errors": true, "expvar": true, "flag": true, "fmt": true, "go": true,
	"hash": true, "html": true, "image": true, "index": true, "io": true, "iter": true, "log": true, "maps": true, "math": true, "mime": true,
	"net": true, "os": true, "path": true, "plugin": true, "reflect": true, "regexp": true, "runtime": true, "slices": true, "sort": true,
	"strconv": true, "strings": true, "structs": true, "sync": true, "syscall": true, "testing": true, "text": true, "time": true,
	"unicode": true, "unique": true, "unsafe": true, "weak": true,
}
