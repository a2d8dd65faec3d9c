package resolve

// This file defines the check for roles and relations that no rule gives: "read" if "reader"
// lets nobody read if no rule says who is a reader.
//
// The names that blocks declare are the nodes of a graph. A written rule has_role(..., "reader",
// repo: Repo) gives the node of Repo's "reader". With a variable for the name, it gives every
// role of Repo. A shorthand rule is an edge from the name on its right to the name on its
// left. A name is given if a given node leads to it. A resource belongs to its class and the
// supertypes of its class, so equal names of these classes give each other.

import (
	"fmt"
	"slices"

	"github.com/ursa-authz/ursa/authz/internal/host"
)

// A giver is what a written rule gives.
type giver struct {
	kind  declKind
	name  string          // "" for any
	class *host.ClassInfo // nil for any
	below bool            // only of a subclass of the class
}

// givenNames are the names that rules give and need.
type givenNames struct {
	given  map[*declared]bool
	needed map[*declared]bool // by shorthand rules
	leads  map[*declared][]*declared
}

// findGiven finds which names are given and needed.
func (r *resolver) findGiven() {
	if r.errors > 0 {
		return
	}
	if len(r.blocks) == 0 {
		r.names = new(givenNames) // no names are declared
		return
	}
	leads := make(map[*declared][]*declared)
	needed := make(map[*declared]bool)
	for _, sh := range r.short {
		head := sh.of.terms[sh.node.Head.Value]
		for _, i := range r.impliers(sh) {
			leads[i.term] = append(leads[i.term], head)
			needed[i.term] = true
		}
	}
	for _, b := range r.blocks {
		for _, super := range b.Class.Supers {
			if parent := r.byClass[super]; parent != nil {
				for name, d := range b.terms {
					if p := parent.terms[name]; p != nil && p.kind == d.kind {
						leads[p] = append(leads[p], d)
						leads[d] = append(leads[d], p)
					}
				}
			}
		}
	}
	given := make(map[*declared]bool)
	reach(r.givenByRules(), given, func(d *declared) []*declared { return leads[d] })
	r.names = &givenNames{given, needed, leads}
}

// reportNeverGiven warns about roles that shorthand rules need and no rule gives, unless a rule gives
// an undeclared role of the class, which may be the same one. A missing rule for a relation is an
// error (ruletype.go).
func (r *resolver) reportNeverGiven() {
	if r.errors > 0 || r.names == nil {
		return
	}
	var missing []*declared
	of := make(map[*declared]string)
	for _, b := range r.blocks {
		if r.oddRoles[&b.Block] {
			continue
		}
		for _, name := range b.Roles {
			if d := b.terms[name]; r.names.needed[d] && !r.names.given[d] {
				missing = append(missing, d)
				of[d] = fmt.Sprintf("%s of %s", quote(name), b.Class.Name)
			}
		}
	}
	for _, d := range entryPoints(missing, func(d *declared) []*declared { return r.names.leads[d] }) {
		r.warn(d.src, CodeNeverGiven, d.at, "no rule grants the role "+of[d]+", so nobody has it", "write a has_role rule for it")
	}
}

// givenByRules returns the declared names that written rules give.
func (r *resolver) givenByRules() []*declared {
	givers := make(map[giver]bool)
	for _, rule := range r.mod.Rules {
		kind, ok := namedKind(rule.Name, len(rule.Params))
		if !ok || rule.Node == nil || rule.Name != declKinds[kind].rule {
			continue
		}
		g := giver{kind: kind}
		if name, ok := literalString(rule.Params[1].Term); ok {
			g.name = name
		}
		if p, ok := rule.Params[2].Spec.(*ClassPattern); ok && p.Class != nil {
			g.class = p.Class
			for _, super := range p.Class.Supers {
				givers[giver{kind, g.name, super, true}] = true
			}
		}
		givers[g] = true
	}
	var names []*declared
	for _, b := range r.blocks {
		classes := append([]*host.ClassInfo{nil, b.Class}, b.Class.Supers...)
		for name, d := range b.terms {
			gives := func(class *host.ClassInfo, below bool) bool {
				return givers[giver{d.kind, name, class, below}] || givers[giver{d.kind, "", class, below}]
			}
			if gives(b.Class, true) || slices.ContainsFunc(classes, func(c *host.ClassInfo) bool { return gives(c, false) }) {
				names = append(names, d)
			}
		}
	}
	return names
}

// neverGiven returns the warning about a call for a role or relation of something of type t
// that no rule gives, or "".
func (c *checker) neverGiven(kind declKind, name string, t *typ) string {
	if c.r.names == nil || kind == declPermission || !t.isFew() {
		return ""
	}
	for _, a := range t.alts {
		declared := false
		for _, b := range c.blocksOf(a) {
			d := c.r.byClass[b.Class].terms[name]
			if d == nil || d.kind != kind {
				continue
			}
			if c.r.names.given[d] {
				return ""
			}
			declared = true
		}
		if !declared {
			return ""
		}
	}
	msg := "no rule grants the role %s of %s, so nobody has it"
	if kind == declRelation {
		msg = "no rule defines the relation %s of %s, so this is never true"
	}
	return fmt.Sprintf(msg, quote(name), t)
}
