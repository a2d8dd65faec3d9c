package resolve

// This file defines the check of roles, permissions and relations: a has_role, has_permission
// or has_relation about a resource whose class is known can only name what the blocks
// of that class declare.

import (
	"fmt"
	"slices"

	"github.com/ursa-authz/ursa/authz/internal/host"
	"github.com/ursa-authz/ursa/authz/polar/syntax"
)

// A declKey finds the answer of undeclared.
type declKey struct {
	typ  *typ
	kind declKind
	name string
}

// names checks the name in a call, or the head, of has_role and its siblings. The heads
// of has_relation are left to the rule types that the relations are.
func (c *checker) names(rule string, args []Term, head bool) {
	kind := declKind(slices.IndexFunc(declKinds[:], func(k declNames) bool { return k.rule == rule }))
	if int(kind) >= len(declKinds) || len(args) != 3 || head && kind == declRelation {
		return
	}
	name, ok := literalString(args[1])
	t := c.term(args[2])
	if !ok || t == nil || len(t.alts) == 0 {
		return
	}
	key := declKey{t, kind, name}
	why, known := c.undecl[key]
	if !known {
		why = c.undeclared(key)
		c.undecl[key] = why
	}
	if why != "" {
		at := termSpan(args[1], syntax.Position{})
		at.End = after(at.Start, quote(name))
		hint, fix := c.declaredHint(key)
		c.error(CodeUndeclaredInBlock, at, why, hint)
		c.r.replaceString(name, fix)
	}
}

// classAsActor warns of a rule about actors, or those who have a role, whose first parameter is a class
// itself: a class is not one of its instances, and does nothing.
func (c *checker) classAsActor(rule *Rule, terms []Term) {
	if textParams[rule.Name] == nil || rule.Name == "has_relation" || len(terms) == 0 {
		return
	}
	if x, ok := terms[0].(*Const); ok && x.Value.Kind() == host.ClassKind {
		name := x.Value.ClassInfo().Name
		at := syntax.Span{Start: x.Pos, End: after(x.Pos, name)}
		c.warn(CodeNeverMatches, at, "the actor is never the class "+name+" itself", "for its instances write _: "+name)
	}
}

// blocksOf returns the blocks about values of a.
func (c *checker) blocksOf(a alt) []*Block {
	var blocks []*Block
	add := func(class *host.ClassInfo) {
		if b := c.r.mod.Blocks[class]; b != nil {
			blocks = append(blocks, b)
		}
	}
	switch {
	case a.plan != nil:
		for _, id := range a.plan.Lineage() {
			add(c.facts.reg.ClassByID(id))
		}
	default:
		if class := c.facts.reg.Class(a.kind.String()); class != nil && class.Builtin == a.kind {
			add(class)
		}
	}
	return blocks
}

// undeclared returns why something of a type can have no role, permission or relation of that name,
// or "". Of a class without any block nothing is known.
func (c *checker) undeclared(key declKey) string {
	for _, a := range key.typ.alts {
		blocks := c.blocksOf(a)
		if len(blocks) == 0 {
			return ""
		}
		for _, b := range blocks {
			if own := c.r.byClass[b.Class]; own != nil && own.bad {
				return "" // a declaration that was not understood may be the one
			}
			if kind, ok := c.facts.terms[b][key.name]; ok && kind == key.kind {
				return ""
			}
		}
	}
	return fmt.Sprintf("the block of %s declares no %s %s", key.typ, declKinds[key.kind].noun, quote(key.name))
}

// declaredHint says what may have been meant; fix is its name.
func (c *checker) declaredHint(key declKey) (hint, fix string) {
	var names []string
	for _, a := range key.typ.alts[:min(len(key.typ.alts), maxAlts)] {
		for _, b := range c.blocksOf(a) {
			if kind, ok := c.facts.terms[b][key.name]; ok {
				return fmt.Sprintf("it is declared as a %s", declKinds[kind].noun), ""
			}
			names = append(names, b.names(key.kind)...)
		}
	}
	return c.r.nearest(key.name, names)
}

// names returns what a block declares of one kind.
func (b *Block) names(kind declKind) []string {
	switch kind {
	case declRole:
		return b.Roles
	case declPermission:
		return b.Permissions
	}
	names := make([]string, len(b.Relations))
	for i, rel := range b.Relations {
		names[i] = rel.Name
	}
	return names
}
