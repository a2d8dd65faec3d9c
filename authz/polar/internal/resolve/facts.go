package resolve

// This file defines facts, which tell the type check about the registered classes
// and the policy as a whole. They are collected once.

import (
	"slices"
	"sync"

	"github.com/ursa-authz/ursa/authz/internal/host"
)

// facts are immutable once collected.
type facts struct {
	*classFacts
	unions [UnionResource + 1]*typ        // what a member of a union can be
	keys   map[string]bool                // of the dictionaries that the policy writes
	terms  map[*Block]map[string]declKind // what each block declares
	actors map[*host.Plan]bool            // the types of actors that rules name
}

// classFacts are the facts about the classes of a registry, which all its policies share.
// They are immutable once collected, except for the values of types, which are read on demand.
type classFacts struct {
	reg     *host.Registry
	classes map[*host.ClassInfo]*typ          // what an instance of a class can be
	names   []string                          // of attributes of registered classes, sorted
	methods map[host.Kind]map[string]struct{} // the methods, in snake_case, of known Go types that are not structs

	valuesMu sync.Mutex
	values   map[*host.Plan]*known // see values.go
}

// A factsKey is the key of the classFacts of a registry.
type factsKey struct{}

// collectFacts collects the facts of the policy.
func (r *resolver) collectFacts() *facts {
	f := &facts{
		classFacts: r.opts.Registry.Derived(factsKey{}, func() any { return r.collectClassFacts() }).(*classFacts),
		keys:       r.dictKeys,
	}
	if len(r.blocks) > 0 {
		f.terms = make(map[*Block]map[string]declKind, len(r.blocks))
	}
	for _, b := range r.blocks {
		terms := make(map[string]declKind, len(b.terms))
		for name, d := range b.terms {
			r.poll(1)
			terms[name] = d.kind
		}
		f.terms[&b.Block] = terms
	}
	f.unions[UnionActor] = f.union("Actor", r.mod.Actor)
	f.unions[UnionResource] = f.union("Resource", r.mod.Resource)
	f.actors = r.findActors(f)
	return f
}

// collectClassFacts collects the facts about the classes.
func (r *resolver) collectClassFacts() *classFacts {
	reg := r.opts.Registry
	f := &classFacts{
		reg:     reg,
		classes: make(map[*host.ClassInfo]*typ),
		methods: make(map[host.Kind]map[string]struct{}),
		values:  make(map[*host.Plan]*known),
	}
	spellings := make(map[string]bool)
	for id := range reg.NumClasses() {
		c := reg.ClassByID(id)
		r.poll(100) // its attributes are walked
		if c.Builtin != host.Nil {
			f.classes[c] = kindType(c.Builtin, nil)
			continue
		}
		if c.Plan == nil || c.Plan.Class != c {
			continue // an interface, or another name for a class
		}
		for _, id := range c.Plan.Lineage() {
			super := reg.ClassByID(id)
			if super.Builtin == host.Nil {
				if f.classes[super] == nil {
					f.classes[super] = &typ{name: super.Name}
				}
				f.classes[super].alts = append(f.classes[super].alts, alt{kind: c.Plan.Kind, plan: c.Plan})
			}
		}
		for _, name := range c.Plan.AttrNames() {
			spellings[name] = true
		}
	}
	f.names = sortedNames(r, spellings)
	for id := range reg.NumPlans() {
		r.poll(10)
		p := reg.PlanByID(id)
		if p.Kind == host.Instance {
			continue
		}
		for _, name := range p.MethodNames() {
			if f.methods[p.Kind] == nil {
				f.methods[p.Kind] = make(map[string]struct{})
			}
			f.methods[p.Kind][name] = struct{}{}
		}
	}
	return f
}

// fieldNames returns the names of attributes of registered classes and the keys of the
// dictionaries that the policy writes, sorted.
func (r *resolver) fieldNames(f *facts) []string {
	if len(f.keys) == 0 {
		return f.names
	}
	names := slices.Concat(f.names, sortedNames(r, f.keys))
	slices.Sort(names)
	return slices.Compact(names)
}

// union returns the type of the members of a union, or nil if it has none.
func (f *facts) union(name string, members []*host.ClassInfo) *typ {
	if len(members) == 0 {
		return nil
	}
	u := &typ{name: name}
	seen := make(map[alt]bool)
	for _, c := range members {
		t := f.classes[c]
		if t == nil {
			return nil
		}
		for _, a := range t.alts {
			if !seen[a] {
				seen[a] = true
				u.alts = append(u.alts, a)
			}
		}
	}
	return u
}

// class returns the type of what matches a class pattern, ignoring its fields.
func (f *facts) class(p *ClassPattern) *typ {
	if p.Union != UnionNone {
		return f.unions[p.Union]
	}
	return f.classes[p.Class]
}

// hasKey reports whether a registered class has an attribute of that name, or a dictionary
// that the policy writes has that key.
func (f *facts) hasKey(name string) bool {
	if f.keys[name] {
		return true
	}
	for id := range f.reg.NumClasses() {
		if p := f.reg.ClassByID(id).Plan; p != nil && p.Attr(name) != nil {
			return true
		}
	}
	return false
}
