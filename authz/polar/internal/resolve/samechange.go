package resolve

// This file defines the check for allow_change rules that compare the two states of a
// resource as a whole. Such a comparison is about their keys, which an update does not
// change.

import "github.com/ursa-authz/ursa/authz/polar/syntax"

var changeRule = ruleKey{"allow_change", 4}

// checkChanges warns about comparisons of the state before a change with the state after it.
func (r *resolver) checkChanges() {
	for _, rule := range r.mod.Rules {
		if (ruleKey{rule.Name, len(rule.Params)}) != changeRule {
			continue
		}
		before, ok1 := rule.Params[2].Term.(*Var)
		after, ok2 := rule.Params[3].Term.(*Var)
		if !ok1 || !ok2 {
			continue
		}
		src := r.ruleFrom[rule.Index]
		if before.Slot == after.Slot {
			r.sameChange(src, syntax.Span{Start: rule.Pos, End: rule.headEnd()}, "give the two states different names")
			continue
		}
		isState := func(t Term) bool {
			v, ok := t.(*Var)
			return ok && (v.Slot == before.Slot || v.Slot == after.Slot)
		}
		EachLeaf(rule.Body, func(g Goal) {
			var l, right Term
			switch g := g.(type) {
			case *Unify:
				l, right = g.L, g.R
			case *Compare:
				l, right = g.L, g.R
			}
			if isState(l) && isState(right) && l.(*Var).Slot != right.(*Var).Slot {
				b, a := rule.Vars[before.Slot], rule.Vars[after.Slot]
				r.sameChange(src, g.Where().Node.Range(), "compare fields: "+b+".field = "+a+".field")
			}
		})
	}
}

// sameChange reports a comparison of the two states of a resource.
func (r *resolver) sameChange(src *source, at syntax.Span, hint string) {
	r.warn(src, CodeSameChange, at, "this compares the keys of the two states, which are always the same", hint)
}
