package resolve

// This file defines how lookups of a related row's key become lookups of the foreign key.
//
// expense.user.id reads the row of the user to find what expense.user_id says. The row
// matters only because it may not exist: expense.user is nil then, and the lookup of an
// attribute of nil fails. If the relation is registered as required, a row exists for every
// foreign key that is not nil or zero, so the lookup becomes
//
//	_1 = expense.user_id, _1 != nil, _1 != 0
//
// Decisions, filters and explanations are made from these goals, so they agree. The class
// of the object must be known here: a parameter has it, and what relations lead to from
// there. If a subtype could have other relations, nothing is changed.
//
// The checks of a policy are about the rules as written. So rules with such lookups are
// resolved once more when the checks are done.

import (
	"github.com/ursa-authz/ursa/authz/internal/host"
	"github.com/ursa-authz/ursa/authz/polar/syntax"
)

// foreignKey translates x if it is the key of a row behind a required relation. Otherwise the
// result is nil.
func (s *scope) foreignKey(x *syntax.Lookup) Term {
	row, ok := syntax.Unparen(x.X).(*syntax.Lookup)
	if !ok || !isAttr(x) || !isAttr(row) {
		return nil
	}
	class := s.classOf(row.X)
	if class == nil {
		return nil
	}
	a := class.Plan.Attr(row.Name.Text)
	if a == nil || a.Relation == nil {
		return nil
	}
	key := a.Relation.ForeignKeyOf(x.Name.Text)
	if key == nil || class.Plan.Attr(key.Spelling) != key {
		return nil // policies cannot name it
	}
	if !s.r.keys {
		s.r.hasKey = true
		return nil
	}
	at := At{x.Start, x}
	g := &Lookup{At: at, Obj: s.term(row.X), Name: key.Spelling}
	t := s.result(g, &g.Result, x.Start)
	zero := host.MakeInt(0)
	if key.Plan.Kind == host.String {
		zero = host.MakeString("")
	}
	for _, absent := range []host.Value{{}, zero} {
		s.ops = append(s.ops, &Compare{At: at, Op: syntax.OpNe, L: t, R: &Const{Value: absent, Pos: x.Start}})
	}
	return t
}

// useForeignKeys changes the lookups of foreign keys in all rules, after the checks.
func (r *resolver) useForeignKeys() {
	if len(r.keyed) == 0 || r.errors > 0 {
		return
	}
	r.keys = true
	diags, warned, msgs := r.diags, r.warned, r.msgs // what is wrong has been reported
	changed := make(map[*Rule]bool)
	for _, rule := range r.keyed {
		if rule.Index >= len(r.mod.Rules) || r.mod.Rules[rule.Index] != rule {
			continue
		}
		r.poll(1)
		again := r.rule(r.ruleFrom[rule.Index], rule.Node)
		rule.Params, rule.Body, rule.Vars = again.Params, again.Body, again.Vars
		changed[rule] = true
	}
	r.diags, r.warned, r.msgs = diags, warned, msgs
	for _, rule := range r.mod.Rules {
		if rule.Like != nil && changed[rule.Like] {
			rule.Body, rule.Vars = rule.Like.Body, rule.Like.Vars
		}
	}
}

// isAttr reports whether a lookup is of an attribute whose name is in the policy.
func isAttr(x *syntax.Lookup) bool { return x.Name != nil && !x.Called }

// classOf returns the class that the instances that x stands for have, if it is known and has
// no subtypes, or nil.
func (s *scope) classOf(x syntax.Expr) *host.ClassInfo {
	switch x := syntax.Unparen(x).(type) {
	case *syntax.Var:
		for i, p := range s.specs {
			v, ok := s.nodes[i].Value.(*syntax.Var)
			if spec, isClass := p.Spec.(*ClassPattern); ok && v.Name == x.Name && v.Name != "_" && isClass && s.r.isExact(spec.Class) {
				return spec.Class
			}
		}
	case *syntax.Lookup:
		if !isAttr(x) {
			return nil
		}
		class := s.classOf(x.X)
		if class == nil {
			return nil
		}
		a := class.Plan.Attr(x.Name.Text)
		if a == nil || a.Relation == nil || a.Relation.Many || a.Plan != a.Relation.Target {
			return nil // an interface could hold another type
		}
		if c := a.Relation.Target.Class; s.r.isExact(c) {
			return c
		}
	}
	return nil
}

// isExact reports whether all instances of a class have the attributes of its own type.
func (r *resolver) isExact(c *host.ClassInfo) bool {
	if c == nil || c.Plan == nil || c.Interface || c.External() {
		return false
	}
	exact, known := r.exact[c]
	if !known {
		exact = true
		for _, name := range r.opts.Registry.ClassNames() {
			if d := r.opts.Registry.Class(name); d != nil && d.Plan != c.Plan && d.IsA(c) {
				exact = false
			}
		}
		if r.exact == nil {
			r.exact = make(map[*host.ClassInfo]bool)
		}
		r.exact[c] = exact
	}
	return exact
}
