package resolve

// This file computes the locals of negations: the slots that occur only inside them.
//
// Every negation opens a region inside the region around it. A slot is local to
// all regions between the rule's body and the smallest region that contains all
// occurrences of the slot. One walk over the body finds that smallest region.

import (
	"slices"

	"github.com/ursa-authz/ursa/authz/polar/syntax"
)

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

// maxNested bounds the cost of nested negations. It limits the sum, over all variable
// occurrences of the policy, of the number of negations around them. A thousand negations
// around a thousand variables need a megabyte of locals for a few kilobytes of policy.
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
		EachPatternVar(p.Spec, see)
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
	switch g.(type) {
	case *Not, *Forall:
		return true
	}
	goals, _ := Inside(g)
	return slices.ContainsFunc(goals, negates)
}

// see notes an occurrence of v in the region in.
func (l *localizer) see(v *Var, in *region) {
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
	case *Not:
		l.walk(g.Goal, &region{in, in.depth + 1, &g.Locals})
	case *Forall:
		outer := &region{in, in.depth + 1, &g.Locals}
		l.walk(g.Cond, outer)
		l.walk(g.Body, &region{outer, outer.depth + 1, &g.BodyLocals})
	default:
		goals, ok := Inside(g)
		if !ok {
			EachVar(g, func(v *Var) { l.see(v, in) })
		}
		for _, sub := range goals {
			l.walk(sub, in)
		}
	}
}
