package resolve

// This file defines the check for comparisons that hold because both sides are nil.
//
// nil = nil holds, so document.team = user.team lets users without a team access every document
// without a team. The check reports an equality of two attributes that may both be nil,
// unless the rule tests that one of them is not nil:
//
//	document.team = user.team                              reported
//	user.team != nil and document.team = user.team         not reported
//	document.team = user.team and user.team.active         not reported: nil has no attributes
//
// The order of the goals does not matter. To find terms that are the same attribute, the
// check gives each a path, such as "0.team" for the attribute team of the variable in slot 0.
// A variable that is equal to an attribute has the path of the attribute.
//
// The check does not report an equality that makes the rule hold less, such as one inside a
// negation. It does not report a comparison with the key of an actor either: a value without
// a key is not an actor. In an allow_change rule, before.team = after.team says that the team
// stays as it is, which is true of no team.
//
// Paths are computed only for rules with such an equality. One walk over the body then
// compares each equality with the tests around it, so the check is linear.

import (
	"fmt"
	"slices"
	"strconv"
	"strings"

	"github.com/ursa-authz/ursa/authz/internal/host"
	"github.com/ursa-authz/ursa/authz/polar/syntax"
)

// A nilEqual is an equality that also holds if both sides are nil.
type nilEqual struct {
	goal  Goal // nil in the head
	paths [2]string
	at    syntax.Span
	text  [2]string // of the sides, as written; empty in a pattern
	op    string
}

// An attrOf says that a variable is an attribute.
type attrOf struct {
	obj  Term // of a lookup
	of   *typ // of a pattern: the type of the object
	name string
}

// origins says where the variables of a rule come from.
type origins struct {
	attrs map[int]attrOf
	alias map[int]int // a variable to one it is equal to
}

// mayBothBeNil records the equality of l and r, of types t and u, if it also holds when both are nil.
func (c *checker) mayBothBeNil(l, r Term, t, u *typ, at syntax.Span) {
	if !isNilSuspect(t) || !isNilSuspect(u) || disjoint(t, u, alt.mayEqual) {
		return
	}
	o := c.findOrigins()
	if c.isPlainAttr(o, l) && c.isPlainAttr(o, r) {
		n := nilEqual{goal: c.leafy, paths: [2]string{o.path(l), o.path(r)}, at: at}
		if x, ok := c.leafy.Where().Node.(*syntax.BinaryExpr); ok && isSide(c.leafy, l) {
			n.text, n.op = [2]string{c.src.text(x.X.Range()), c.src.text(x.Y.Range())}, x.Op.String()
		}
		c.nils = append(c.nils, n)
	}
}

// isSide reports whether t is the left side of g itself, and not a part of a list there.
func isSide(g Goal, t Term) bool {
	switch g := g.(type) {
	case *Unify:
		return g.L == t
	case *Assign:
		return Term(g.L) == t
	case *Compare:
		return g.L == t
	}
	return false
}

// fieldMayBeNil records a field of a pattern that is equal to another attribute, if that also holds when both are nil.
func (c *checker) fieldMayBeNil(f FieldPattern, of, t *typ) {
	p, ok := f.Pattern.(*ValuePattern)
	if !ok || c.less {
		return
	}
	u := c.term(p.Term)
	if !isNilSuspect(t) || !isNilSuspect(u) || disjoint(t, u, alt.mayEqual) || c.isActorKey(of, f.Name) {
		return
	}
	o := c.findOrigins()
	if c.isPlainAttr(o, p.Term) {
		c.nils = append(c.nils, nilEqual{goal: c.leafy, paths: [2]string{o.path(p.Term)}, at: fieldSpan(f)})
	}
}

// isNilSuspect reports whether something of type t may be nil. A nil slice is an empty list.
func isNilSuspect(t *typ) bool {
	return t != nil && t.nilable && t.any(func(a alt) bool { return a.kind != host.List })
}

// isPlainAttr reports whether t is an attribute that is not the key of an actor.
func (c *checker) isPlainAttr(o *origins, t Term) bool {
	a, ok := o.attr(t)
	if !ok || a.name == "" {
		return false
	}
	of := a.of
	if a.obj != nil {
		of = c.term(a.obj)
	}
	return !c.isActorKey(of, a.name)
}

// isActorKey reports whether an attribute of objects of type t is a part of the key of actors.
func (c *checker) isActorKey(t *typ, name string) bool {
	return t != nil && t.any(func(a alt) bool {
		return a.plan != nil && c.facts.actors[a.plan] && slices.Contains(a.plan.Key(), a.plan.Attr(name))
	})
}

// findOrigins returns the origins of the variables of the current rule.
func (c *checker) findOrigins() *origins {
	if c.origins == nil {
		c.origins = &origins{attrs: make(map[int]attrOf), alias: make(map[int]int)}
		for _, p := range c.params {
			c.patternOrigins(p.Spec)
		}
		EachLeaf(c.body, c.goalOrigins)
	}
	return c.origins
}

func (c *checker) goalOrigins(g Goal) {
	switch g := g.(type) {
	case *Lookup:
		if v, ok := g.Result.(*Var); ok {
			c.origins.is(v, attrOf{obj: g.Obj, name: g.Name})
		}
	case *Unify:
		c.equalOrigins(g.L, g.R)
	case *Assign:
		c.equalOrigins(g.L, g.R)
	case *Compare:
		if g.Op == syntax.OpEq {
			c.equalOrigins(g.L, g.R)
		}
	case *Matches:
		c.patternOrigins(g.Pattern)
	}
}

func (c *checker) equalOrigins(l, r Term) {
	v, ok1 := l.(*Var)
	w, ok2 := r.(*Var)
	if !ok1 || !ok2 || v.Slot == w.Slot {
		return
	}
	if temp := c.vars[v.Slot] == "_"; temp && c.vars[w.Slot] != "_" || !temp && c.vars[w.Slot] != "_" && v.Slot < w.Slot {
		v, w = w, v
	}
	if _, ok := c.origins.alias[v.Slot]; !ok && c.vars[v.Slot] != "_" {
		c.origins.alias[v.Slot] = w.Slot
	}
}

// patternOrigins records the variables that are equal to fields of a pattern.
func (c *checker) patternOrigins(p Pattern) {
	var fields []FieldPattern
	var of *typ
	switch p := p.(type) {
	case *ClassPattern:
		fields, of = p.Fields, c.facts.class(p)
	case *DictPattern:
		fields = p.Fields
	case *ListPattern, *ValuePattern:
	}
	for _, f := range fields {
		if p, ok := f.Pattern.(*ValuePattern); ok {
			if v, ok := p.Term.(*Var); ok {
				c.origins.is(v, attrOf{of: of, name: f.Name})
			}
		}
		c.patternOrigins(f.Pattern)
	}
}

func (o *origins) is(v *Var, a attrOf) {
	if _, ok := o.attrs[v.Slot]; !ok {
		o.attrs[v.Slot] = a
	}
}

// attr returns the attribute that t comes from.
func (o *origins) attr(t Term) (attrOf, bool) {
	v, ok := t.(*Var)
	if !ok {
		return attrOf{}, false
	}
	slot := v.Slot
	for range maxPath {
		if a, ok := o.attrs[slot]; ok {
			return a, true
		}
		next, ok := o.alias[slot]
		if !ok {
			break
		}
		slot = next
	}
	return attrOf{}, false
}

// maxPath bounds the steps of a path, which is endless in a rule like x = x.boss.
const maxPath = 32

// path returns the path of t, or "" if it has none.
func (o *origins) path(t Term) string {
	var suffix string
	for range maxPath {
		v, ok := t.(*Var)
		if !ok {
			return ""
		}
		if a, ok := o.attrs[v.Slot]; ok && a.obj != nil {
			suffix = "." + host.SnakeCase(a.name) + suffix
			t = a.obj
			continue
		}
		next, ok := o.alias[v.Slot]
		if !ok {
			return strconv.Itoa(v.Slot) + suffix
		}
		t = &Var{Slot: next}
	}
	return ""
}

// checkNilEquals reports the recorded equalities of the current rule that no test guards.
func (c *checker) checkNilEquals() {
	if len(c.nils) == 0 {
		return
	}
	w := &guardWalk{c: c, o: c.findOrigins(), held: make(map[string]int), of: make(map[Goal][]nilEqual)}
	for _, n := range c.nils {
		w.of[n.goal] = append(w.of[n.goal], n)
	}
	for _, p := range c.params {
		w.patternGuards(w.o.path(p.Term), p.Spec, 1)
	}
	w.guards(c.body, true, 1, maxGuard)
	w.check(nil)
	w.goal(c.body)
}

// A guardWalk compares equalities with the tests around them.
type guardWalk struct {
	c    *checker
	o    *origins
	held map[string]int      // by path: how many tests around say that it is not nil
	of   map[Goal][]nilEqual // by goal
}

func (w *guardWalk) goal(g Goal) {
	switch g := g.(type) {
	case *And:
		for _, sub := range g.Goals {
			w.guards(sub, true, 1, maxGuard)
		}
		for _, sub := range g.Goals {
			w.goal(sub)
		}
		for _, sub := range g.Goals {
			w.guards(sub, true, -1, maxGuard)
		}
	case *Or:
		for _, sub := range g.Goals {
			w.goal(sub)
		}
	case *Not:
		w.goal(g.Goal)
	case *Forall:
		w.guards(g.Cond, true, 1, maxGuard)
		w.goal(g.Cond)
		w.goal(g.Body)
		w.guards(g.Cond, true, -1, maxGuard)
	default:
		w.check(g)
	}
}

// check reports the equalities in a goal.
func (w *guardWalk) check(g Goal) {
	for _, n := range w.of[g] {
		if w.held[n.paths[0]] > 0 || w.held[n.paths[1]] > 0 || w.isUnchanged(n.paths) {
			continue
		}
		msg, hint := "this also holds when both are nil", "test that one of them is not nil"
		if n.text[0] != "" {
			msg = fmt.Sprintf("%s %s %s also holds when both are nil", n.text[0], n.op, n.text[1])
			hint = "add " + n.text[0] + " != nil"
		}
		w.c.warn(CodeNilEqualsNil, n.at, msg, hint)
	}
}

// isUnchanged reports whether the paths are the same attribute of the two states of an
// allow_change rule.
func (w *guardWalk) isUnchanged(paths [2]string) bool {
	if !w.c.states {
		return false
	}
	before, after := w.o.path(w.c.params[2].Term), w.o.path(w.c.params[3].Term)
	l, lAttr, _ := strings.Cut(paths[0], ".")
	r, rAttr, _ := strings.Cut(paths[1], ".")
	return lAttr == rAttr && (l == before && r == after || l == after && r == before)
}

// maxGuard bounds the depth of connectives in which a test is searched, since the walk searches again at each.
const maxGuard = 8

// guards adds n to the count of each path that is not nil if g holds, or if g does not hold.
func (w *guardWalk) guards(g Goal, holds bool, n, depth int) {
	if depth == 0 {
		return
	}
	switch g := g.(type) {
	case *And:
		if holds {
			for _, sub := range g.Goals {
				w.guards(sub, true, n, depth-1)
			}
		} else if only := onlyTest(g); only != nil {
			w.guards(only, false, n, depth-1)
		}
	case *Or:
		if !holds {
			for _, sub := range g.Goals {
				w.guards(sub, false, n, depth-1)
			}
		}
	case *Not:
		w.guards(g.Goal, !holds, n, depth-1)
	case *Unify:
		w.equality(g.L, g.R, holds, n)
	case *Compare:
		switch g.Op {
		case syntax.OpEq:
			w.equality(g.L, g.R, holds, n)
		case syntax.OpNe:
			w.equality(g.L, g.R, !holds, n)
		default:
			w.guard(g.L, holds, n)
			w.guard(g.R, holds, n)
		}
	case *Lookup:
		w.guard(g.Obj, holds, n)
	case *Method:
		w.guard(g.Obj, holds, n)
	case *Truth:
		w.guard(g.Term, holds, n)
	case *In:
		w.guard(g.Item, holds && hasNoNil(g.Seq), n)
	case *Matches:
		if holds {
			w.patternGuards(w.o.path(g.Term), g.Pattern, n)
		}
	case *Forall, *Assign, *Arith, *New, *Call, *Cut, *Print, *Debug: // say nothing about nil
	}
}

// onlyTest returns the only goal of g besides the lookups that it needs, or nil. A lookup
// without a solution reads an attribute of nil, so it computes nothing.
func onlyTest(g *And) Goal {
	var only Goal
	for _, sub := range g.Goals {
		if _, ok := sub.(*Lookup); ok {
			continue
		}
		if only != nil {
			return nil
		}
		only = sub
	}
	return only
}

// equality counts the sides of an equality, which holds or does not.
func (w *guardWalk) equality(l, r Term, holds bool, n int) {
	for _, side := range [2][2]Term{{l, r}, {r, l}} {
		if c, ok := side[1].(*Const); ok {
			isNil := c.Value.Kind() == host.Nil
			w.guard(side[0], holds != isNil, n)
		}
	}
}

func (w *guardWalk) guard(t Term, holds bool, n int) {
	if path := w.o.path(t); holds && path != "" {
		w.held[path] += n
	}
}

// patternGuards counts the paths that are not nil if the value with a path matches p.
func (w *guardWalk) patternGuards(path string, p Pattern, n int) {
	if path == "" {
		return
	}
	var fields []FieldPattern
	switch p := p.(type) {
	case *ClassPattern:
		fields = p.Fields
	case *DictPattern:
		fields = p.Fields
	case *ValuePattern:
		if c, ok := p.Term.(*Const); !ok || c.Value.Kind() == host.Nil {
			return
		}
	case *ListPattern:
	case nil:
		return
	}
	w.held[path] += n
	for _, f := range fields {
		w.patternGuards(path+"."+host.SnakeCase(f.Name), f.Pattern, n)
	}
}

// hasNoNil reports whether t is a list that does not contain nil.
func hasNoNil(t Term) bool {
	c, ok := t.(*Const)
	if !ok {
		return false
	}
	elems, ok := c.Value.Elems()
	return ok && !slices.ContainsFunc(elems, func(v host.Value) bool { return v.Kind() == host.Nil })
}
