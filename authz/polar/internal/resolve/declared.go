package resolve

// This file defines the check of the names of actions, permissions, roles and relations: if the
// class of a resource is known and its blocks declare names of the kind, a rule must use one of
// them.
//
// The check covers the heads and calls of has_role, has_permission and has_relation, the
// action of allow and the other decisions, which is a permission, and comparisons of the
// variable that is such a name in a head.
//
// If the blocks of a class declare no names of a kind, the check accepts any name. All findings
// are warnings: a rule about a name that nothing asks for allows nothing.

import (
	"fmt"
	"iter"
	"slices"

	"github.com/ursa-authz/ursa/authz/internal/host"
	"github.com/ursa-authz/ursa/authz/polar/syntax"
)

// A declKey is the key of a cached answer of undeclared.
type declKey struct {
	typ  *typ
	kind declKind
	name string
}

// A namedSlot is the variable that is a name in the head of the current rule.
type namedSlot struct {
	slot   int // -1 if the head has none
	kind   declKind
	object Term // what the name is about
}

// namedKind returns the kind of name that the second argument of a rule is.
func namedKind(rule string, args int) (kind declKind, ok bool) {
	for _, decision := range decisions {
		if decision.name == rule {
			return declPermission, decision.arity == args && args > 2
		}
	}
	if args != 3 {
		return 0, false
	}
	i := slices.IndexFunc(declKinds[:], func(k declNames) bool { return k.rule == rule })
	return declKind(max(i, 0)), i >= 0
}

// head checks the name in the head of a rule, or records the variable that is the name.
func (c *checker) head(rule string, args []Term) {
	c.named.slot = -1
	kind, ok := namedKind(rule, len(args))
	if !ok {
		return
	}
	c.watchName(kind, args[1], args[2], termSpan(args[1], syntax.Position{}).Start)
	switch t := args[1].(type) {
	case *Var:
		c.named = namedSlot{t.Slot, kind, args[2]}
	default:
		if kind != declRelation { // relations are rule types, which check the heads
			c.name(kind, t, args[2], termSpan(t, syntax.Position{}))
		}
	}
}

// call checks the name in a call.
func (c *checker) call(g *Call) {
	kind, ok := namedKind(g.Pred.Name, len(g.Args))
	if !ok {
		return
	}
	at := termSpan(g.Args[1], syntax.Position{})
	c.watchName(kind, g.Args[1], g.Args[2], at.Start)
	c.name(kind, g.Args[1], g.Args[2], at)
	if name, ok := literalString(g.Args[1]); ok {
		if why := c.neverGiven(kind, name, c.term(g.Args[2])); why != "" {
			at.End = after(at.Start, quote(name))
			c.warn(CodeNeverGiven, at, why, "write a "+declKinds[kind].rule+" rule for it")
		}
	}
}

// compared checks the name that the variable of the head is compared with.
func (c *checker) compared(l, r Term) {
	if c.isNamed(r) {
		l, r = r, l
	}
	if c.isNamed(l) {
		c.watchName(c.named.kind, r, c.named.object, termSpan(r, syntax.Position{}).Start)
		c.name(c.named.kind, r, c.named.object, termSpan(r, syntax.Position{}))
	}
}

// listed checks the names in the list of an "in" with the variable of the head.
func (c *checker) listed(g *In) {
	if !c.isNamed(g.Item) {
		return
	}
	for t, at := range elementsOf(g) {
		c.watchName(c.named.kind, t, c.named.object, at.Start)
		c.name(c.named.kind, t, c.named.object, at)
	}
}

// isNamed reports whether t is the variable that is a name in the head.
func (c *checker) isNamed(t Term) bool {
	v, ok := t.(*Var)
	return ok && c.named.slot == v.Slot
}

// elementsOf yields the elements of the list of g, if it is a literal, with their places.
func elementsOf(g *In) iter.Seq2[Term, syntax.Span] {
	return func(yield func(Term, syntax.Span) bool) {
		elems, ok := elements(g.Seq)
		if !ok {
			return
		}
		var nodes []syntax.Expr
		if x, ok := g.Node.(*syntax.BinaryExpr); ok {
			if list, ok := syntax.Unparen(x.Y).(*syntax.ListExpr); ok {
				nodes = list.Elems
			}
		}
		for i, e := range elems {
			at := span(g)
			if i < len(nodes) {
				at = nodes[i].Range()
			}
			if !yield(e, at) {
				return
			}
		}
	}
}

// name checks one name, if it is a literal, about object.
func (c *checker) name(kind declKind, name, object Term, at syntax.Span) {
	if len(c.r.mod.Blocks) == 0 {
		return
	}
	text, ok := literalString(name)
	t := c.term(object)
	if !ok || !t.isFew() {
		return
	}
	key := declKey{t, kind, text}
	why, known := c.undecl[key]
	if !known {
		why = c.undeclared(key)
		if c.undecl == nil {
			c.undecl = make(map[declKey]string)
		}
		c.undecl[key] = why
	}
	if why != "" {
		if at.End == at.Start {
			at.End = after(at.Start, quote(text))
		}
		hint, fix := c.declaredHint(key)
		c.warn(CodeUndeclaredInBlock, at, why, hint)
		c.r.replaceString(text, fix)
		if kind == declRole {
			for _, a := range t.alts {
				for _, b := range c.blocksOf(a) {
					if c.r.oddRoles == nil {
						c.r.oddRoles = make(map[*Block]bool)
					}
					c.r.oddRoles[b] = true
				}
			}
		}
	}
}

// classAsActor warns about a rule whose first parameter, the actor, is a class itself: a class is not one
// of its instances, and is never an actor.
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

// isFew reports whether t is known and has few enough alternatives that checking each of them for
// each rule is cheap.
func (t *typ) isFew() bool { return t != nil && 0 < len(t.alts) && len(t.alts) <= maxAlts }

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

// undeclared returns why something of a type cannot have a role, permission or relation of that name,
// or "". Nothing is known about a class whose blocks declare no names of the kind.
func (c *checker) undeclared(key declKey) string {
	for _, a := range key.typ.alts {
		some := false
		for _, b := range c.blocksOf(a) {
			if own := c.r.byClass[b.Class]; own != nil && own.bad {
				return "" // an invalid declaration may declare the name
			}
			if kind, ok := c.facts.terms[b][key.name]; ok && kind == key.kind {
				return ""
			}
			some = some || b.declares(key.kind)
		}
		if !some {
			return ""
		}
	}
	return fmt.Sprintf("the block of %s declares no %s %s", key.typ, declKinds[key.kind].noun, quote(key.name))
}

// declaredHint suggests the name that was probably meant; fix is that name.
func (c *checker) declaredHint(key declKey) (hint, fix string) {
	var names []string
	for _, a := range key.typ.alts {
		for _, b := range c.blocksOf(a) {
			if kind, ok := c.facts.terms[b][key.name]; ok {
				return fmt.Sprintf("it is declared as a %s", declKinds[kind].noun), ""
			}
			if c.r.hints < maxHints {
				names = append(names, b.names(key.kind)...)
				c.r.poll(len(names))
			}
		}
	}
	return c.r.nearest(key.name, names)
}

// declares reports whether a block declares anything of a kind.
func (b *Block) declares(kind declKind) bool {
	switch kind {
	case declRole:
		return len(b.Roles) > 0
	case declPermission:
		return len(b.Permissions) > 0
	}
	return len(b.Relations) > 0
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
