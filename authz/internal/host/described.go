package host

import (
	"errors"
	"fmt"
	"reflect"
	"slices"
	"strings"

	"github.com/ursa-authz/ursa/authz/polar/schema"
)

// This file defines Described, which makes a registry from a schema in place of Go types.
//
// Such a registry is for checking policies, not for running them: its plans know the
// attributes, methods and classes of a type, but nothing that reads memory. Each plan has a
// Go type of its own, so that types can still be told apart by comparing them.

// Described returns the registry that a schema describes, and a value for each of its
// own constants that has the right type and nothing else. The error names the first thing that
// is wrong with the schema.
func Described(s *schema.Schema) (*Registry, map[string]Value, error) {
	r, err := NewRegistry(nil)
	if err != nil {
		return nil, nil, err
	}
	d := &describedReader{r: r, types: map[string]*Plan{}, refs: map[string]*Plan{}}
	r.build(func(b *builder) {
		for _, t := range knownTypes {
			d.types[t.String()] = b.plan(t)
		}
	})
	for _, p := range enginePlans[:EngineDict.ID+1] {
		if p.Kind != List {
			d.types[p.Kind.String()] = p
		}
	}
	if err := d.read(s); err != nil {
		return nil, nil, fmt.Errorf("schema: %w", err)
	}
	constants := map[string]Value{}
	for _, c := range s.Constants {
		if c.External {
			if err := r.addExternalConstant(c.Name); err != nil {
				return nil, nil, fmt.Errorf("schema: %w", err)
			}
			continue
		}
		v, err := d.constant(c.Type)
		if err != nil {
			return nil, nil, fmt.Errorf("schema: constant %s: %w", c.Name, err)
		}
		constants[c.Name] = v
	}
	return r, constants, nil
}

// A describedReader makes the classes and plans of a schema.
type describedReader struct {
	r     *Registry
	types map[string]*Plan // by the names that references have for them
	refs  map[string]*Plan // lists, dictionaries and sequences, by reference
}

// read makes the classes and plans. All names are known before anything refers to them.
func (d *describedReader) read(s *schema.Schema) error {
	if s.Version != schema.Version {
		return fmt.Errorf("version %d of the format is not supported", s.Version)
	}
	for i := range s.Classes {
		c := &s.Classes[i]
		if !isSymbol(c.Name) || isReserved(c.Name) || d.types[c.Name] != nil || d.r.byName[c.Name] != nil {
			return fmt.Errorf("%q cannot be the name of a class, or is the name of two", c.Name)
		}
		info := &ClassInfo{ID: len(d.r.classes), Name: c.Name, Type: ownType("class " + c.Name), Interface: c.Interface, reg: d.r, isa: map[*ClassInfo]bool{}}
		if c.External {
			info.external = c
		}
		d.r.classes = append(d.r.classes, info)
		d.r.byName[c.Name] = info
		if c.Interface || c.SameAs != "" {
			continue
		}
		p, err := d.plan(info.Type, &c.Shape)
		if err != nil {
			return fmt.Errorf("class %s: %w", c.Name, err)
		}
		p.Class, info.Plan = info, p
		d.types[c.Name] = p
	}
	for i := range s.Types {
		t := &s.Types[i]
		if t.Name == "" || t.Name == anyRef || strings.ContainsAny(t.Name, "[]{}<>?") || d.types[t.Name] != nil || d.r.byName[t.Name] != nil {
			return fmt.Errorf("%q cannot be the name of a type, or is the name of two", t.Name)
		}
		p, err := d.plan(ownType("type "+t.Name), &t.Shape)
		if err != nil {
			return fmt.Errorf("type %s: %w", t.Name, err)
		}
		d.types[t.Name] = p
	}
	var errs []error
	for i := range s.Classes {
		if err := d.link(&s.Classes[i]); err != nil {
			errs = append(errs, fmt.Errorf("class %s: %w", s.Classes[i].Name, err))
		}
	}
	for i := range s.Types {
		if err := d.fill(d.types[s.Types[i].Name], &s.Types[i].Shape); err != nil {
			errs = append(errs, fmt.Errorf("type %s: %w", s.Types[i].Name, err))
		}
	}
	if len(errs) > 0 {
		return errs[0]
	}
	return nil
}

// ownType returns a Go type that no other name has.
func ownType(name string) reflect.Type {
	return reflect.StructOf([]reflect.StructField{{Name: "X", Type: reflect.TypeFor[struct{}](), Tag: reflect.StructTag(name)}})
}

// plan makes the plan of a type, without its members.
func (d *describedReader) plan(t reflect.Type, s *schema.Shape) (*Plan, error) {
	kind := Instance
	if s.Kind != "" {
		i := slices.Index(kindNames[Bool:Instance], s.Kind)
		if i < 0 {
			return nil, fmt.Errorf("%q is not a kind", s.Kind)
		}
		kind = Bool + Kind(i)
	}
	p := &Plan{
		ID: len(enginePlans) + len(d.r.made), Type: t, Kind: kind,
		described: &described{goType: s.Go, isStruct: s.Struct, ordered: s.Ordered, unexported: s.Unexported, values: s.Values},
	}
	d.r.made = append(d.r.made, p)
	if c := kind.builtinClass(); c >= 0 {
		p.setLineage([]int{c})
	}
	return p, nil
}

// link sets what a class has of other classes, and its members.
func (d *describedReader) link(c *schema.Class) error {
	info := d.r.byName[c.Name]
	if c.SameAs != "" {
		first := d.r.byName[c.SameAs]
		if first == nil || first.Plan == nil || first.Plan.Class != first {
			return fmt.Errorf("the class %q, which it is to be another name for, is not there", c.SameAs)
		}
		info.Plan, info.Type = first.Plan, first.Type
	}
	lineage := []int{info.ID}
	for _, name := range c.Supers {
		super := d.r.byName[name]
		if super == nil || super.Builtin != Nil || super == info || info.isa[super] {
			return fmt.Errorf("%q is not one of its supertypes", name)
		}
		info.Supers = append(info.Supers, super)
		info.isa[super] = true
		lineage = append(lineage, super.ID)
		if super.Interface && !info.Interface {
			super.Members = append(super.Members, info)
		}
	}
	if info.Interface {
		return nil
	}
	if id := info.Plan.Kind.builtinClass(); id >= 0 {
		info.Supers = append(info.Supers, d.r.classes[id])
		info.isa[d.r.classes[id]] = true
		lineage = append(lineage, id)
	}
	if c.Constructor != nil {
		m, err := d.method(c.Constructor)
		if err != nil {
			return err
		}
		if info.external != nil {
			m.refused = &Error{Code: CodeNoConstructor, Msg: "class " + c.Name + " is one of another program, which has its constructor"}
		}
		info.ctor, info.HasConstructor = m, true
	}
	if c.SameAs != "" {
		return nil
	}
	info.Plan.setLineage(lineage)
	return d.fill(info.Plan, &c.Shape)
}

// fill sets the elements and members of a plan.
func (d *describedReader) fill(p *Plan, s *schema.Shape) (err error) {
	if p.Kind == List || p.Kind == Dict {
		if p.elem.plan, p.elemNilable, err = d.ref(s.Elem); err != nil {
			return err
		}
	}
	p.attrs = map[string]*Attr{}
	byGo := map[string][]*Attr{}
	for _, f := range s.Fields {
		a := &Attr{Name: f.Go, Spelling: f.Name, Show: f.Shown, owner: p, loader: noMemory}
		if a.Plan, a.Nilable, err = d.ref(f.Type); err != nil {
			return fmt.Errorf("field %s: %w", f.Name, err)
		}
		for _, name := range append([]string{f.Name}, f.Also...) {
			if p.attrs[name] != nil {
				return fmt.Errorf("two fields have the name %s", name)
			}
			p.attrs[name] = a
		}
		if f.Relation != nil {
			a.Relation = &Relation{Name: f.Go, Many: f.Relation.Many}
			if a.Relation.Target, _, err = d.ref(f.Relation.Target); err != nil {
				return fmt.Errorf("field %s: %w", f.Name, err)
			}
		}
		byGo[f.Go] = append(byGo[f.Go], a)
	}
	for _, a := range s.Ambiguous {
		err := &Error{Code: CodeAmbiguous, Msg: a.Why}
		p.attrs[a.Name] = &Attr{Name: a.Name, Spelling: a.Name, owner: p, loader: failing(err)}
	}
	for name, as := range byGo {
		if len(as) == 1 && p.attrs[name] == nil {
			p.attrs[name] = as[0]
		}
	}
	for _, f := range s.Fields {
		if r := p.attrs[f.Name].Relation; r != nil {
			for _, name := range f.Relation.ForeignKey {
				r.ForeignKey = append(r.ForeignKey, keyAttr(p, byGo, name))
			}
		}
	}
	if len(s.Key) > 0 {
		p.key = &key{from: "the schema"}
		for _, name := range s.Key {
			p.key.attrs = append(p.key.attrs, keyAttr(p, byGo, name))
		}
	}
	for name, a := range p.attrs {
		if a.Spelling == name && a.Ambiguous() == nil {
			p.attrNames = append(p.attrNames, name)
		}
	}
	slices.Sort(p.attrNames)
	return d.methods(p, s.Methods)
}

// noMemory is the loader of attributes that no memory has.
var noMemory = failing(errorf(CodeUnusable, "the type is known from a schema only, so it has no values"))

// keyAttr returns the attribute of a Go field, which may be hidden from policies.
func keyAttr(p *Plan, byGo map[string][]*Attr, name string) *Attr {
	if as := byGo[name]; len(as) > 0 {
		return as[0]
	}
	return &Attr{Name: name, Spelling: SnakeCase(name), owner: p, loader: noMemory}
}

// methods sets the methods of a plan.
func (d *describedReader) methods(p *Plan, ms []schema.Method) error {
	p.methods = map[string]*Method{}
	names := map[string]bool{}
	for i := range ms {
		m, err := d.method(&ms[i])
		if err != nil {
			return err
		}
		m.owner = p
		if ms[i].Go != "" {
			p.methods[m.Name] = m
		}
		if p.methods[m.Spelling] == nil {
			p.methods[m.Spelling] = m
			names[m.Spelling] = true
		}
	}
	for i := range ms { // a name of several methods comes after theirs
		if ms[i].Go == "" {
			bad := &Method{Name: ms[i].Name, Spelling: ms[i].Name, owner: p, refused: &Error{Code: CodeAmbiguous, Msg: ms[i].Refused}}
			p.methods[bad.Name] = bad
			delete(names, bad.Name)
		}
	}
	p.methodNames = sortedNames(names)
	p.methodsOnce.Do(func() {})
	return nil
}

// method makes a method or constructor.
func (d *describedReader) method(s *schema.Method) (*Method, error) {
	m := &Method{
		Name: s.Go, Spelling: s.Name, Variadic: s.Variadic,
		In: make([]reflect.Type, len(s.Params)), described: &describedMethod{},
	}
	if s.Variadic && len(s.Params) == 0 {
		return nil, fmt.Errorf("method %s: it is variadic, but has no parameter", s.Name)
	}
	if s.Refused != "" {
		m.refused = &Error{Code: CodeShape, Msg: s.Refused}
		return m, nil
	}
	for _, param := range s.Params {
		p, _, err := d.ref(param)
		if err != nil {
			return nil, fmt.Errorf("method %s: %w", s.Name, err)
		}
		m.described.params = append(m.described.params, p)
	}
	var err error
	if m.Plan, m.described.nilable, err = d.ref(s.Result); err != nil {
		return nil, fmt.Errorf("method %s: %w", s.Name, err)
	}
	return m, nil
}

// ref returns the plan that a reference stands for, nil for any, and whether it may be nil.
func (d *describedReader) ref(ref string) (p *Plan, nilable bool, err error) {
	if len(ref) > 2*maxRef {
		return nil, false, errors.New("a reference is too long")
	}
	ref, nilable = strings.CutSuffix(ref, "?")
	if ref == anyRef {
		return nil, false, nil
	}
	if p := d.types[ref]; p != nil {
		return p, nilable, nil
	}
	if p := d.refs[ref]; p != nil {
		return p, nilable, nil
	}
	p = &Plan{ID: -1, Type: ownType("reference " + ref), described: &described{goType: ref}}
	switch {
	case len(ref) > 2 && ref[0] == '[' && ref[len(ref)-1] == ']':
		p.Kind = List
		p.setLineage([]int{ListClass})
	case len(ref) > 2 && ref[0] == '{' && ref[len(ref)-1] == '}':
		p.Kind = Dict
		p.setLineage([]int{DictionaryClass})
	case len(ref) > 2 && ref[0] == '<' && ref[len(ref)-1] == '>':
		p.Kind, p.seq = Instance, true
	default:
		return nil, false, fmt.Errorf("%q is not a type", ref)
	}
	if p.elem.plan, p.elemNilable, err = d.ref(ref[1 : len(ref)-1]); err != nil {
		return nil, false, err
	}
	d.refs[ref] = p
	return p, nilable, nil
}

// constant returns a value of a type.
func (d *describedReader) constant(ref string) (Value, error) {
	if ref == "nil" {
		return Value{}, nil
	}
	if name, ok := strings.CutPrefix(ref, "class "); ok {
		if c := d.r.byName[name]; c != nil {
			return MakeClass(c), nil
		}
		return Value{}, fmt.Errorf("%q is not a class", name)
	}
	p, _, err := d.ref(ref)
	if p == nil && err == nil {
		p = &Plan{ID: -1, Type: ownType("constant"), Kind: Instance, unusable: "a value that the schema does not describe", described: &described{goType: anyRef}}
	}
	if p != nil && p.described == nil && p.Kind != Instance { // one of the engine's, which literals have
		p = &Plan{ID: -1, Type: p.Type, Kind: p.Kind, lineage: p.lineage, isa: p.isa, described: &described{goType: ref, unknown: true}}
	}
	return Value{Plan: p}, err
}
