package resolve

// This file computes the locals of negations: the slots that occur nowhere outside.
//
// Every negation opens a region inside the one around it. A slot is local to
// all regions between the rule's body and the smallest one that contains all
// occurrences of the slot. One walk over the body finds that smallest region.

import "github.com/ursa-authz/ursa/authz/polar/syntax"

// A region is the inside of a Not, or a part of a Forall.
type region struct {
	parent *region // nil for the rule's own region
	depth  int
	locals *[]int
}

// A localizer holds, by slot, the smallest region known to contain all its occurrences.
type localizer struct {
	r  *resolver
	at []*region
}

// maxNested bounds what nested negations cost: for each occurrence of a variable the
// negations around it are counted, in the whole policy. A thousand negations around
// a thousand variables are a megabyte of locals in a few kilobytes of policy.
const maxNested = 1 << 24

// setLocals sets the locals of every negation in a body with n slots.
func (r *resolver) setLocals(body *And, params []Param, n int) {
	if !negates(body) {
		return
	}
	l := &localizer{r: r, at: make([]*region, n)}
	top := &region{}
	see := func(v *Var) { l.see(v, top) }
	for _, p := range params {
		eachVar(p.Term, see)
		eachPatternVar(p.Spec, see)
	}
	before := r.nested
	if l.walk(body, top); r.nested > maxNested {
		if before <= maxNested {
			r.error(r.scope.src, syntax.CodeTooDeep, syntax.Span{Start: body.Pos, End: body.Pos},
				"the policy nests negations too deeply around too many variables", "move the inner parts into rules")
		}
		return
	}
	for slot, in := range l.at {
		r.poll(1)
		for ; in != nil && in.parent != nil; in = in.parent {
			*in.locals = append(*in.locals, slot)
		}
	}
}

// negates reports whether there is a negation in g.
func negates(g Goal) bool {
	switch g := g.(type) {
	case *Not, *Forall:
		return true
	case *And:
		for _, sub := range g.Goals {
			if negates(sub) {
				return true
			}
		}
	case *Or:
		for _, sub := range g.Goals {
			if negates(sub) {
				return true
			}
		}
	}
	return false
}

// see notes an occurrence of v in the region in.
func (l *localizer) see(v *Var, in *region) {
	if v == nil {
		return
	}
	l.r.poll(1 + in.depth)
	l.r.nested += in.depth
	at := l.at[v.Slot]
	if at == nil {
		l.at[v.Slot] = in
		return
	}
	for at != in {
		if at.depth < in.depth {
			at, in = in, at
		}
		at = at.parent
	}
	l.at[v.Slot] = at
}

func (l *localizer) walk(g Goal, in *region) {
	l.r.poll(1)
	switch g := g.(type) {
	case *And:
		for _, sub := range g.Goals {
			l.walk(sub, in)
		}
	case *Or:
		for _, sub := range g.Goals {
			l.walk(sub, in)
		}
	case *Not:
		l.walk(g.Goal, &region{in, in.depth + 1, &g.Locals})
	case *Forall:
		outer := &region{in, in.depth + 1, &g.Locals}
		l.walk(g.Cond, outer)
		l.walk(g.Body, &region{outer, outer.depth + 1, &g.BodyLocals})
	default:
		eachGoalVar(g, func(v *Var) { l.see(v, in) })
	}
}

// eachLeaf calls f for every goal in g that is no connective.
func eachLeaf(g Goal, f func(Goal)) {
	switch g := g.(type) {
	case *And:
		for _, sub := range g.Goals {
			eachLeaf(sub, f)
		}
	case *Or:
		for _, sub := range g.Goals {
			eachLeaf(sub, f)
		}
	case *Not:
		eachLeaf(g.Goal, f)
	case *Forall:
		eachLeaf(g.Cond, f)
		eachLeaf(g.Body, f)
	default:
		f(g)
	}
}

// eachVar calls f for every variable in t, which may be nil.
func eachVar(t Term, f func(*Var)) {
	switch t := t.(type) {
	case *Var:
		f(t)
	case *List:
		for _, e := range t.Elems {
			eachVar(e, f)
		}
		f(t.Rest)
	case *Dict:
		for _, e := range t.Vals {
			eachVar(e, f)
		}
	}
}

// eachPatternVar calls f for every variable in p, which may be nil.
func eachPatternVar(p Pattern, f func(*Var)) {
	switch p := p.(type) {
	case *ClassPattern:
		for _, field := range p.Fields {
			eachPatternVar(field.Pattern, f)
		}
	case *DictPattern:
		for _, field := range p.Fields {
			eachPatternVar(field.Pattern, f)
		}
	case *ListPattern:
		for _, e := range p.Elems {
			eachPatternVar(e, f)
		}
		f(p.Rest)
	case *ValuePattern:
		eachVar(p.Term, f)
	}
}

// eachGoalVar calls f for every variable in g, which is no connective.
func eachGoalVar(g Goal, f func(*Var)) {
	all := func(ts []Term) {
		for _, t := range ts {
			eachVar(t, f)
		}
	}
	kwargs := func(ks []Kwarg) {
		for _, k := range ks {
			eachVar(k.Value, f)
		}
	}
	switch g := g.(type) {
	case *Unify:
		eachVar(g.L, f)
		eachVar(g.R, f)
	case *Assign:
		f(g.L)
		eachVar(g.R, f)
	case *Compare:
		eachVar(g.L, f)
		eachVar(g.R, f)
	case *Arith:
		eachVar(g.L, f)
		eachVar(g.R, f)
		eachVar(g.Result, f)
	case *Lookup:
		eachVar(g.Obj, f)
		eachVar(g.Key, f)
		eachVar(g.Result, f)
	case *Method:
		eachVar(g.Obj, f)
		all(g.Args)
		kwargs(g.Kwargs)
		eachVar(g.Result, f)
	case *New:
		all(g.Args)
		kwargs(g.Kwargs)
		eachVar(g.Result, f)
	case *In:
		eachVar(g.Item, f)
		eachVar(g.Seq, f)
	case *Matches:
		eachVar(g.Term, f)
		eachPatternVar(g.Pattern, f)
	case *Call:
		all(g.Args)
	case *Truth:
		eachVar(g.Term, f)
	case *Print:
		all(g.Args)
	}
}
