package resolve

// This file defines scope, which holds the variables of one rule or query, and
// translates terms and patterns. Variables become slots.

import (
	"cmp"
	"fmt"
	"slices"

	"github.com/ursa-authz/ursa/authz/internal/host"
	"github.com/ursa-authz/ursa/authz/polar/syntax"
)

// A scope holds the variables of the rule or query being resolved, and the
// operations that its terms need but that are not placed yet.
type scope struct {
	r    *resolver
	src  *source
	vars []variable
	slot map[string]int // slots of the named variables

	nodes []*syntax.Param // of the rule, if its parameters are translated
	specs []Param

	ops   []Goal // operations of the terms translated last, to be placed by hoist.go
	eager bool   // one of ops must run before the goal that uses it

	absent bool // what is being translated is never reached; see external.go
}

// A variable is one slot.
type variable struct {
	name  string
	count int         // occurrences
	first syntax.Span // the first of them
}

// begin starts the scope of a new rule or query in src.
func (r *resolver) begin(src *source) *scope {
	s := &r.scope
	if s.slot == nil || len(s.slot) > 100 {
		s.slot = make(map[string]int) // clearing a map costs what it once held
		s.vars = make([]variable, 0, 8)
	}
	clear(s.slot)
	*s = scope{r: r, src: src, vars: s.vars[:0], slot: s.slot, ops: s.ops[:0]}
	return s
}

// names returns the names of the slots.
func (s *scope) names() []string {
	names := make([]string, len(s.vars))
	for i, v := range s.vars {
		names[i] = v.name
	}
	return names
}

// temp returns a fresh variable.
func (s *scope) temp(at syntax.Position) *Var {
	s.vars = append(s.vars, variable{name: "_", count: 1})
	return &Var{Slot: len(s.vars) - 1, Pos: at}
}

// variable returns the variable of a name in term position.
func (s *scope) variable(v *syntax.Var) *Var {
	if v.Name == "_" {
		return s.temp(v.Start)
	}
	if s.r.externalConstant(v.Name) {
		return s.external(v)
	}
	slot, ok := s.slot[v.Name]
	if !ok {
		slot = len(s.vars)
		s.slot[v.Name] = slot
		s.vars = append(s.vars, variable{name: v.Name, first: v.Span})
	}
	s.vars[slot].count++
	return &Var{Slot: slot, Pos: v.Start}
}

// constant returns the value of a constant or class by name.
func (r *resolver) constant(name string) (host.Value, bool) {
	if v, ok := r.opts.Constants[name]; ok {
		return v, true
	}
	if name == "nil" {
		return host.Value{}, true
	}
	if c := r.class(name); c != nil {
		return host.MakeClass(c), true
	}
	return host.Value{}, false
}

// class returns a registered class by name, or nil. The names of the unions are
// not classes, even if a class of that name defines their members.
func (r *resolver) class(name string) *host.ClassInfo {
	if unionNamed(name) != UnionNone {
		return nil
	}
	return r.opts.Registry.Class(name)
}

// unionNamed returns the union of that name, or UnionNone.
func unionNamed(name string) Union {
	switch name {
	case "Actor":
		return UnionActor
	case "Resource":
		return UnionResource
	}
	return UnionNone
}

// term translates an expression in term position. The operations that it
// contains are appended to s.ops.
func (s *scope) term(x syntax.Expr) Term {
	s.r.poll(1)
	switch x := x.(type) {
	case *syntax.IntLit:
		return &Const{Value: host.MakeInt(x.Value), Pos: x.Start}
	case *syntax.FloatLit:
		return &Const{Value: host.MakeFloat(x.Value), Pos: x.Start}
	case *syntax.StringLit:
		return &Const{Value: host.MakeString(x.Value), Pos: x.Start}
	case *syntax.BoolLit:
		return &Const{Value: host.MakeBool(x.Value), Pos: x.Start}
	case *syntax.Var:
		if v, ok := s.r.constant(x.Name); ok {
			return &Const{Value: v, Pos: x.Start, Named: true}
		}
		return s.variable(x)
	case *syntax.ListExpr:
		return s.list(x)
	case *syntax.DictExpr:
		return s.dict(x)
	case *syntax.ParenExpr:
		return s.term(x.X)
	case *syntax.BinaryExpr:
		if x.Op >= syntax.OpAdd && x.Op <= syntax.OpRem {
			return s.arith(x)
		}
	case *syntax.Lookup:
		return s.lookup(x)
	case *syntax.New:
		g := s.create(At{x.Start, x}, x.Class, x.Args, x.Kwargs)
		return s.result(g, &g.Result, x.Start)
	}
	s.r.error(s.src, syntax.CodeWrongValueType, x.Range(), "a condition has no value", "")
	s.mention(x)
	return s.temp(x.Pos())
}

// list translates a list. Without variables it is a constant.
func (s *scope) list(x *syntax.ListExpr) Term {
	l := &List{Pos: x.Start, Elems: make([]Term, len(x.Elems))}
	ground := x.Rest == nil
	for i, e := range x.Elems {
		l.Elems[i] = s.term(e)
		ground = ground && s.isGround(l.Elems[i], e)
	}
	if x.Rest != nil {
		l.Rest = s.rest(x.Rest)
	}
	if !ground {
		return l
	}
	elems := make([]host.Value, len(l.Elems))
	for i, e := range l.Elems {
		elems[i] = e.(*Const).Value
	}
	return &Const{Value: host.MakeList(elems), Pos: x.Start}
}

// rest translates the variable after the star of a list. A constant there has
// no meaning of its own: it is bound to a fresh variable first.
func (s *scope) rest(x *syntax.Var) *Var {
	v, ok := s.r.constant(x.Name)
	if !ok {
		return s.variable(x)
	}
	t := s.temp(x.Start)
	s.ops = append(s.ops, &Unify{At: At{x.Start, x}, L: t, R: &Const{Value: v, Pos: x.Start}})
	s.eager = true
	return t
}

// dict translates a dictionary. Without variables it is a constant.
func (s *scope) dict(x *syntax.DictExpr) Term {
	fields := slices.Clone(x.Fields)
	slices.SortFunc(fields, func(a, b *syntax.Field) int {
		s.r.poll(1)
		return cmp.Compare(a.Key.Text, b.Key.Text)
	})
	d := &Dict{Pos: x.Start, Keys: make([]string, len(fields)), Vals: make([]Term, len(fields))}
	ground := true
	for i, f := range fields {
		d.Keys[i] = f.Key.Text
		d.Vals[i] = s.term(f.Value)
		ground = ground && s.isGround(d.Vals[i], f.Value)
		if s.r.dictKeys == nil {
			s.r.dictKeys = make(map[string]bool)
		}
		s.r.dictKeys[f.Key.Text] = true
	}
	if !ground {
		return d
	}
	vals := make([]host.Value, len(d.Vals))
	for i, v := range d.Vals {
		vals[i] = v.(*Const).Value
	}
	return &Const{Value: host.MakeDict(d.Keys, vals), Pos: x.Start}
}

// isGround reports whether t, the translation of x, has the same value in every query.
// The constant now is not.
func (s *scope) isGround(t Term, x syntax.Expr) bool {
	if _, ok := t.(*Const); !ok {
		return false
	}
	v, ok := syntax.Unparen(x).(*syntax.Var)
	return !ok || v.Name != "now"
}

// terms translates arguments in order.
func (s *scope) terms(xs []syntax.Expr) []Term {
	if len(xs) == 0 {
		return nil
	}
	ts := make([]Term, len(xs))
	for i, x := range xs {
		ts[i] = s.term(x)
	}
	return ts
}

// kwargs translates keyword arguments in order.
func (s *scope) kwargs(fields []*syntax.Field) []Kwarg {
	if len(fields) == 0 {
		return nil
	}
	ks := make([]Kwarg, len(fields))
	for i, f := range fields {
		ks[i] = Kwarg{Name: f.Key.Text, Value: s.term(f.Value)}
	}
	return ks
}

// pattern translates a pattern. The operations in it are appended to s.ops.
func (s *scope) pattern(p syntax.Pattern) Pattern {
	s.r.poll(1)
	switch p := p.(type) {
	case *syntax.ClassPattern:
		c := &ClassPattern{Name: p.Class.Text, Union: unionNamed(p.Class.Text), Pos: p.Start}
		if c.Union == UnionNone {
			if c.Class = s.r.class(c.Name); c.Class == nil {
				s.unknownSpecializer(p.Class)
			}
		}
		c.Fields = s.fields(p.Fields)
		return c
	case *syntax.DictPattern:
		return &DictPattern{Fields: s.fields(p.Fields), Pos: p.Start}
	case *syntax.ListPattern:
		l := &ListPattern{Pos: p.Start, Elems: make([]Pattern, len(p.Elems))}
		for i, e := range p.Elems {
			l.Elems[i] = s.pattern(e)
		}
		if p.Rest != nil {
			l.Rest = s.rest(p.Rest)
		}
		return l
	case *syntax.ValuePattern:
		return &ValuePattern{Term: s.term(p.Value), Pos: p.Start}
	}
	panic(fmt.Sprintf("resolve: pattern %T", p))
}

func (s *scope) fields(fields []*syntax.PatternField) []FieldPattern {
	if len(fields) == 0 {
		return nil
	}
	sorted := slices.Clone(fields)
	slices.SortFunc(sorted, func(a, b *syntax.PatternField) int {
		s.r.poll(1)
		return cmp.Compare(a.Key.Text, b.Key.Text)
	})
	out := make([]FieldPattern, len(sorted))
	for i, f := range sorted {
		out[i] = FieldPattern{Name: f.Key.Text, Pattern: s.pattern(f.Value), Pos: f.Start}
	}
	return out
}

// params translates the parameters of a head. Their operations are left in s.ops.
func (s *scope) params(params []*syntax.Param) []Param {
	out := make([]Param, len(params))
	for i, p := range params {
		out[i].Term = s.term(p.Value)
		if p.Specializer != nil {
			out[i].Spec = s.pattern(p.Specializer)
		}
	}
	return out
}
