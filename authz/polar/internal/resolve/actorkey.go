package resolve

// This file defines the check that actors have keys. If ID is not declared as the key of
// User, a User whose ID is 0 is an actor like any other, and owns every row whose owner
// column is 0.

import (
	"fmt"
	"slices"

	"github.com/ursa-authz/ursa/authz/internal/host"
	"github.com/ursa-authz/ursa/authz/polar/syntax"
)

// aboutActors reports whether the first parameter of a rule is an actor.
func aboutActors(r *Rule) bool {
	key := ruleKey{r.Name, len(r.Params)}
	return key == ruleKey{"has_permission", 3} || key == ruleKey{"has_role", 3} ||
		slices.ContainsFunc(decisions, func(d decision) bool { return d.ruleKey == key })
}

// findActors returns the types of actors, and reports those that seem to lack a key.
func (r *resolver) findActors(f *facts) map[*host.Plan]bool {
	actors := make(map[*host.Plan]bool)
	seen := make(map[*typ]bool)
	for i, rule := range r.mod.Rules {
		if !aboutActors(rule) {
			continue
		}
		p, ok := rule.Params[0].Spec.(*ClassPattern)
		if !ok {
			continue
		}
		t := f.class(p)
		if t == nil || seen[t] {
			continue
		}
		seen[t] = true
		for _, a := range t.alts {
			if a.plan == nil || actors[a.plan] {
				continue
			}
			actors[a.plan] = true
			if lacksKey(a.plan) {
				src, at := r.ruleFrom[i], syntax.Span{Start: p.Pos, End: after(p.Pos, p.Name)}
				if b := r.byClass[a.plan.Class]; p.Union == UnionActor && b != nil && b.named != nil {
					src, at = b.named, b.name
				}
				name := a.plan.Class.Name
				r.warn(src, CodeActorWithoutKey, at,
					fmt.Sprintf("%[1]s has a field %[2]s that is not declared as its key, so an actor whose %[2]s is not set is treated like any other", name, a.plan.Attr("id").Name),
					"declare the key: tag the field with `polar:\",id\"`, or set Class.Key")
			}
		}
	}
	return actors
}

// lacksKey reports whether values of p seem to have a key that is not declared.
func lacksKey(p *host.Plan) bool {
	return p.Class != nil && p.IsStruct() && p.Attr("id") != nil && len(p.Key()) == 0 &&
		slices.Contains(p.AttrNames(), "id")
}
