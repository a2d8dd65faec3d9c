package resolve

// This file defines how expressions become goals.
//
// Terms of the solver contain no operations. Each lookup, method call,
// arithmetic operation and "new" inside a goal becomes a separate goal that
// computes a temporary, inner ones before outer ones, from left to right:
//
//	f(x.a + 1)         _1 = x.a, _2 = _1 + 1, f(_2)
//
// The place of the operations determines what is called, and in which order. It
// is the same as in the original engine:
//
//   - They run before the goal that uses them,
//   - but after a unification, if it is directly an argument of and, or, not or of a
//     rule's body, unless one of them is mod or new. The unification x = y.a
//     first ties x to the temporary; then the lookup computes both.
//   - In forall(c, a) they run after c or a, if that is a single goal.
//   - Those of a rule's head run at the end of its body.
//
// Connectives keep their shape, since the meaning of cut depends on it: a cut commits
// to the choices made since the connective around the innermost one began. The
// original flattens "a and (b and c)", but neither "(a and b) and c" nor
// "a and (b and c) and d". This code does the same.

import (
	"fmt"

	"github.com/ursa-authz/ursa/authz/internal/host"
	"github.com/ursa-authz/ursa/authz/polar/syntax"
)

// A place is what a goal is directly an argument of.
type place uint8

const (
	inQuery  place = iota // nothing: it is a whole query
	inLogic               // and, or, not, or a rule's body
	inForall              // forall
)

// body translates the body of a rule, which may be nil.
func (s *scope) body(x syntax.Expr, rule *syntax.Rule) *And {
	if x == nil {
		return &And{At: At{Pos: rule.Start, Node: rule}}
	}
	return s.conjunction(x, inLogic)
}

// queryBody translates a query.
func (s *scope) queryBody(x syntax.Expr) *And { return s.conjunction(x, inQuery) }

func (s *scope) conjunction(x syntax.Expr, in place) *And {
	goals := s.goals(nil, x, in)
	if len(goals) == 1 {
		if and, ok := goals[0].(*And); ok {
			return and
		}
	}
	return &And{At: At{x.Pos(), x}, Goals: goals}
}

// goal translates x to a single goal.
func (s *scope) goal(x syntax.Expr, in place) Goal {
	goals := s.goals(nil, x, in)
	if len(goals) == 1 {
		return goals[0]
	}
	return &And{At: At{x.Pos(), x}, Goals: goals}
}

// goals appends to dst the goals that x becomes, which are to be solved one after the other.
func (s *scope) goals(dst []Goal, x syntax.Expr, in place) []Goal {
	s.r.poll(1)
	x = syntax.Unparen(x)
	at := At{x.Pos(), x}
	absent := s.absent
	switch x := x.(type) {
	case *syntax.NaryExpr:
		elems := chain(x)
		goals := make([]Goal, 0, len(elems))
		if x.Op == syntax.OpOr {
			for _, e := range elems {
				goals = append(goals, s.goal(e, inLogic))
				s.absent = absent
			}
			return append(dst, &Or{At: at, Goals: goals})
		}
		for _, e := range elems {
			goals = s.goals(goals, e, inLogic)
		}
		return append(dst, &And{At: at, Goals: goals})
	case *syntax.NotExpr:
		dst = append(dst, &Not{At: at, Goal: s.goal(x.X, inLogic)})
		s.absent = absent
		return dst
	case *syntax.ForallExpr:
		dst = append(dst, &Forall{At: at, Cond: s.goal(x.Cond, inForall), Body: s.goal(x.Body, inForall)})
		s.absent = absent
		return dst
	}
	g := s.leaf(x, at)
	_, unify := g.(*Unify)
	after := in == inForall || in == inLogic && unify && !s.eager
	if after {
		dst = append(dst, g)
	}
	dst = append(dst, s.ops...)
	s.ops, s.eager = s.ops[:0], false
	if !after {
		dst = append(dst, g)
	}
	return dst
}

// chain returns the elements of a connective. If the last one is the same connective in
// parentheses, its elements replace it.
func chain(x *syntax.NaryExpr) []syntax.Expr {
	elems := x.Elems
	for {
		last, ok := syntax.Unparen(elems[len(elems)-1]).(*syntax.NaryExpr)
		if !ok || last.Op != x.Op {
			return elems
		}
		elems = append(elems[:len(elems)-1:len(elems)-1], last.Elems...)
	}
}

// leaf translates a goal that is not a connective. Its operations are left in s.ops.
func (s *scope) leaf(x syntax.Expr, at At) Goal {
	switch x := x.(type) {
	case *syntax.BinaryExpr:
		return s.binary(x, at)
	case *syntax.MatchesExpr:
		if g := unionTest(x, at); g != nil {
			return g
		}
		t := s.term(x.X)
		p := s.pattern(x.Pattern)
		s.absent = s.absent || isExternal(p)
		return &Matches{At: at, Term: t, Pattern: p}
	case *syntax.Call:
		return s.call(x, at)
	case *syntax.CutExpr:
		return &Cut{At: at}
	case *syntax.PrintExpr:
		return &Print{At: at, Args: s.terms(x.Args)}
	case *syntax.DebugExpr:
		s.terms(x.Args)
		return &Debug{At: at}
	case *syntax.PrefixExpr:
		return s.prefix(x, at)
	}
	return &Truth{At: at, Term: s.term(x)}
}

// unionTest translates a matches goal such as Actor matches Actor, whose left side is the
// name of a union and not a variable: a union matches only itself. Otherwise it returns nil.
func unionTest(x *syntax.MatchesExpr, at At) Goal {
	v, _ := syntax.Unparen(x.X).(*syntax.Var)
	p, _ := x.Pattern.(*syntax.ClassPattern)
	if v == nil || p == nil || unionNamed(v.Name) == UnionNone || unionNamed(p.Class.Text) == UnionNone {
		return nil
	}
	return &Truth{At: at, Term: &Const{Value: host.MakeBool(v.Name == p.Class.Text), Pos: x.Start}}
}

func (s *scope) binary(x *syntax.BinaryExpr, at At) Goal {
	switch {
	case x.Op == syntax.OpAssign:
		return s.assign(x, at)
	case x.Op >= syntax.OpAdd && x.Op <= syntax.OpRem:
		return &Truth{At: at, Term: s.arith(x)}
	}
	l := s.term(x.X)
	r := s.term(x.Y)
	switch {
	case x.Op == syntax.OpUnify:
		return &Unify{At: at, L: l, R: r}
	case x.Op == syntax.OpIn:
		return &In{At: at, Item: l, Seq: r}
	case x.Op >= syntax.OpEq && x.Op <= syntax.OpGe:
		return &Compare{At: at, Op: x.Op, L: l, R: r}
	}
	panic(fmt.Sprintf("resolve: operator %v", x.Op))
}

// assign translates x := y.
func (s *scope) assign(x *syntax.BinaryExpr, at At) Goal {
	name := syntax.Unparen(x.X).(*syntax.Var)
	if _, ok := s.r.constant(name.Name); ok {
		s.r.error(s.src, CodeAssignment, name.Span, quote(name.Name)+" is a constant; only a new variable can be assigned to", "")
		name = &syntax.Var{Span: name.Span, Name: "_"}
	}
	l := s.variable(name)
	return &Assign{At: at, L: l, R: s.term(x.Y)}
}

// arith translates an arithmetic operation to its result.
func (s *scope) arith(x *syntax.BinaryExpr) Term {
	l := s.term(x.X)
	r := s.term(x.Y)
	t := s.temp(x.Start)
	s.ops = append(s.ops, &Arith{At: At{x.Start, x}, Op: x.Op, L: l, R: r, Result: t})
	s.eager = s.eager || x.Op == syntax.OpMod
	return t
}

// lookup translates an attribute or method call to its result.
func (s *scope) lookup(x *syntax.Lookup) Term {
	if t := s.foreignKey(x); t != nil {
		return t
	}
	obj := s.term(x.X)
	at := At{x.Start, x}
	if x.Called {
		g := s.method(at, obj, x.Name.Text, x.Args, x.Kwargs)
		return s.result(g, &g.Result, x.Start)
	}
	g := &Lookup{At: at, Obj: obj}
	if x.Name != nil {
		g.Name = x.Name.Text
	} else {
		s.key(g, x.Key)
	}
	return s.result(g, &g.Result, x.Start)
}

// key sets the key of a lookup whose key is not a name in the policy.
func (s *scope) key(g *Lookup, x syntax.Expr) {
	switch t := s.term(x).(type) {
	case *Const:
		if t.Value.Kind() != host.String {
			s.r.error(s.src, CodePrefixForm, x.Range(), "the key of a lookup must be a string, not a value of "+kindName(t.Value), "")
			return
		}
		g.Name = t.Value.Str()
	default:
		g.Key = t
	}
}

// method translates a method call, of which the caller sets the result.
func (s *scope) method(at At, obj Term, name string, args []syntax.Expr, kwargs []*syntax.Field) *Method {
	g := &Method{At: at, Obj: obj, Name: name, Args: s.terms(args)}
	g.Kwargs = s.kwargs(kwargs)
	s.noKwargs("methods", kwargs)
	return g
}

// create translates new Class(...), of which the caller sets the result.
func (s *scope) create(at At, class *syntax.Name, args []syntax.Expr, kwargs []*syntax.Field) *New {
	g := &New{At: at, Class: s.r.class(class.Text)}
	if g.Class == nil {
		s.r.unknownClass(s.src, class)
	}
	g.Args = s.terms(args)
	g.Kwargs = s.kwargs(kwargs)
	s.noKwargs("constructors", kwargs)
	s.eager = true
	return g
}

// noKwargs reports keyword arguments for Go code, which does not support them. They are also an
// error at run time, so they are accepted if the check against Go types is disabled.
func (s *scope) noKwargs(what string, kwargs []*syntax.Field) {
	if len(kwargs) > 0 && !s.r.opts.NoTypes {
		s.r.error(s.src, CodeKeywordArguments, kwargs[0].Range(), what+" take no keyword arguments", "write only the value")
	}
}

// result makes a temporary the result of g, and g an operation to be placed.
func (s *scope) result(g Goal, result *Term, at syntax.Position) Term {
	t := s.temp(at)
	*result = t
	s.ops = append(s.ops, g)
	return t
}

// call translates the call of a rule.
func (s *scope) call(x *syntax.Call, at At) Goal {
	g := &Call{At: at, Pred: s.r.pred(x.Name.Text), Args: s.terms(x.Args)}
	if x.Kwargs != nil {
		s.kwargs(x.Kwargs)
		s.r.error(s.src, CodeKeywordArguments, x.Kwargs[0].Range(), "rules take no keyword arguments", "write only the value")
	}
	s.r.calls = append(s.r.calls, callSite{src: s.src, node: x, call: g, kwargs: x.Kwargs != nil})
	return g
}

// prefix translates in(x, xs), .(x, "name", result) and new(Class(...), result). Without
// a result, the value of the last two is a condition.
func (s *scope) prefix(x *syntax.PrefixExpr, at At) Goal {
	var g Goal
	var result *Term
	n := len(x.Args)
	switch {
	case x.Op == syntax.OpIn && n == 2:
		item := s.term(x.Args[0])
		return &In{At: at, Item: item, Seq: s.term(x.Args[1])}
	case x.Op == syntax.OpDot && (n == 2 || n == 3):
		obj := s.term(x.Args[0])
		if c, ok := syntax.Unparen(x.Args[1]).(*syntax.Call); ok {
			m := s.method(at, obj, c.Name.Text, c.Args, c.Kwargs)
			g, result = m, &m.Result
		} else {
			l := &Lookup{At: at, Obj: obj}
			s.key(l, x.Args[1])
			g, result = l, &l.Result
		}
		n--
	case x.Op == syntax.OpNew && (n == 1 || n == 2):
		if c, ok := syntax.Unparen(x.Args[0]).(*syntax.Call); ok {
			c := s.create(at, c.Name, c.Args, c.Kwargs)
			g, result = c, &c.Result
		}
	}
	switch {
	case g == nil:
		form := map[syntax.Op]string{syntax.OpIn: "in(x, xs)", syntax.OpDot: ".(x, \"name\", result)", syntax.OpNew: "new(Class(...), result)"}[x.Op]
		s.r.error(s.src, CodePrefixForm, x.Span, "wrong arguments; write "+form, "")
		s.mention(x)
		return &Truth{At: at, Term: &Const{Pos: x.Start}}
	case n == 2:
		*result = s.term(x.Args[len(x.Args)-1])
		return g
	}
	return &Truth{At: at, Term: s.result(g, result, x.Start)}
}

// mention records the variables in an expression that cannot be translated, so that they are not
// reported for another reason.
func (s *scope) mention(x syntax.Expr) {
	syntax.Walk(x, func(n syntax.Node) bool {
		if v, ok := n.(*syntax.Var); ok {
			s.variable(v)
		}
		return true
	})
}
