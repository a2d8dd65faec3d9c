package resolve

// This file defines the check for rules that no decision reaches: a deny(...) that no
// decision queries denies nothing, and a misspelled alow(...) allows nothing.
//
// Decisions query allow, allow_request and allow_field. Settings of the program add deny
// and its siblings, and allow_change. Rules that these call, directly or indirectly, are
// reached too. A rule with a declared type counts as reached, since the program may query
// it. So does a rule that an inline query calls, unless its name suggests that it denies.

import (
	"fmt"
	"slices"

	"github.com/ursa-authz/ursa/authz/polar/syntax"
)

// A ruleKey is a name with a number of parameters.
type ruleKey struct {
	name  string
	arity int
}

// A decision is a rule that decisions query.
type decision struct {
	ruleKey
	head   string
	config string // the setting that it needs, or ""
}

var decisions = []decision{
	{ruleKey{"allow", 3}, "allow(actor, action, resource)", ""},
	{ruleKey{"allow_request", 2}, "allow_request(actor, request)", ""},
	{ruleKey{"allow_field", 4}, "allow_field(actor, action, resource, field)", ""},
	{ruleKey{"allow_change", 4}, "allow_change(actor, action, before, after)", "Config.ChangeRule"},
	{ruleKey{"deny", 3}, "deny(actor, action, resource)", "Config.DenyRule"},
	{ruleKey{"deny_request", 2}, "deny_request(actor, request)", "Config.DenyRule"},
	{ruleKey{"deny_field", 4}, "deny_field(actor, action, resource, field)", "Config.DenyRule"},
}

// IsAsked reports whether decisions ask rules of that name, or blocks stand for them.
func IsAsked(name string) bool {
	return slices.ContainsFunc(decisions, func(d decision) bool { return d.name == name }) ||
		slices.ContainsFunc(declKinds[:], func(k declNames) bool { return k.rule == name })
}

// isSet reports whether the program has the setting that d needs.
func (d decision) isSet(opts *Options) bool {
	return d.config == "" || d.config == "Config.DenyRule" && opts.DenyRule || d.config == "Config.ChangeRule" && opts.ChangeRule
}

// denies reports whether a rule of that name is probably meant to deny.
func denies(name string) bool {
	return name == "deny" || name == "deny_request" || name == "deny_field" || name == "forbid"
}

// checkAsked warns about rules that no decision reaches. In a policy with errors, calls may be missing.
func (r *resolver) checkAsked() {
	if r.errors > 0 {
		return
	}
	rules := make(map[ruleKey][]*Rule)
	byName := make(map[string][]ruleKey)
	var keys []ruleKey // in the order of their first rules
	for _, rule := range r.mod.Rules {
		key := ruleKey{rule.Name, len(rule.Params)}
		if rules[key] == nil {
			keys = append(keys, key)
			byName[key.name] = append(byName[key.name], key)
		}
		rules[key] = append(rules[key], rule)
	}
	// A call reaches the rules with the same number of parameters. If there are none, which is
	// reported elsewhere, it reaches all rules of the name.
	called := func(g Goal) []ruleKey {
		call, ok := g.(*Call)
		if !ok {
			return nil
		}
		if key := (ruleKey{call.Pred.Name, len(call.Args)}); rules[key] != nil {
			return []ruleKey{key}
		}
		return byName[call.Pred.Name]
	}
	calls := func(key ruleKey) []ruleKey {
		var to []ruleKey
		for _, rule := range rules[key] {
			if rule.Like != nil {
				continue
			}
			EachLeaf(rule.Body, func(g Goal) { to = append(to, called(g)...) })
		}
		return to
	}
	asked := make(map[ruleKey]bool)
	roots, decides := r.askedRoots(rules, keys)
	reach(roots, asked, calls)
	if permission := (ruleKey{"has_permission", 3}); rules[permission] != nil && !asked[permission] {
		r.warn(nil, CodeNoHasPermission, syntax.Span{}, "no decision reaches has_permission, so the permissions in blocks have no effect",
			"add allow(actor, action, resource) if has_permission(actor, action, resource);")
		reach([]ruleKey{permission}, asked, calls)
	}
	for _, q := range r.mod.Queries {
		EachLeaf(q.Body, func(g Goal) {
			if call, ok := g.(*Call); ok && !denies(call.Pred.Name) {
				reach(called(g), asked, calls)
			}
		})
	}
	var rest []ruleKey
	for _, key := range keys {
		switch {
		case asked[key]:
		case decides || denies(key.name) || slices.ContainsFunc(decisions, func(d decision) bool { return d.name == key.name }):
			rest = append(rest, key)
		case syntax.Nearest(key.name, []string{"allow", "allow_request", "allow_field"}) != "":
			rest = append(rest, key) // a policy that decides nothing is reported as a whole, but this may be the reason
		}
	}
	for _, key := range entryPoints(rest, calls) {
		r.unasked(rules[key][0])
	}
}

// askedRoots returns the rules that are queried directly, and whether one of them is a decision.
func (r *resolver) askedRoots(rules map[ruleKey][]*Rule, keys []ruleKey) (roots []ruleKey, decides bool) {
	for _, d := range decisions {
		if rules[d.ruleKey] != nil && d.isSet(&r.opts) {
			roots = append(roots, d.ruleKey)
			decides = true
		}
	}
	declared := r.declaredTypes()
	for _, key := range keys {
		if declared[key] {
			roots = append(roots, key)
		}
	}
	return roots, decides
}

// declaredTypes returns the rules for which the policy declares a type.
func (r *resolver) declaredTypes() map[ruleKey]bool {
	declared := make(map[ruleKey]bool)
	for name, types := range r.types.byName {
		for _, t := range types {
			if t.declared {
				declared[ruleKey{name, len(t.params)}] = true
			}
		}
	}
	return declared
}

// unasked reports that no decision reaches a rule and its siblings.
func (r *resolver) unasked(rule *Rule) {
	key := ruleKey{rule.Name, len(rule.Params)}
	msg := "no decision reaches the rule " + rule.Text
	hint, _ := r.nearest(key.name, []string{"allow", "allow_request", "allow_field", "has_permission", "has_role", "has_relation"})
	if hint == "" {
		hint = "call it, remove it, or declare its type if the program evaluates it with Query"
	}
	for _, d := range decisions {
		switch {
		case d.ruleKey == key:
			msg, hint = "no decision queries "+key.name+", so this rule has no effect", "set "+d.config+" to enable it"
		case d.name == key.name:
			msg, hint = fmt.Sprintf("decisions query %s, never %s with %s", d.head, key.name, count(key.arity, "parameter")), ""
			if !d.isSet(&r.opts) {
				hint = "and only if " + d.config + " is set"
			}
		}
	}
	if key.name == "forbid" {
		msg, hint = "no decision queries forbid, so this rule denies nothing", "name it deny"
		if !r.opts.DenyRule {
			hint += ", and set Config.DenyRule to enable it"
		}
	}
	r.warn(r.ruleFrom[rule.Index], CodeUnaskedRule, syntax.Span{Start: rule.Pos, End: rule.headEnd()}, msg, hint)
}

// reach marks the nodes that can be reached from roots.
func reach[K comparable](roots []K, marked map[K]bool, next func(K) []K) {
	queue := slices.Clone(roots)
	for len(queue) > 0 {
		key := queue[len(queue)-1]
		queue = queue[:len(queue)-1]
		if !marked[key] {
			marked[key] = true
			queue = append(queue, next(key)...)
		}
	}
}

// entryPoints returns nodes from which all nodes of a graph can be reached: those that no other node
// leads to, and the first node of each cycle.
func entryPoints[K comparable](nodes []K, next func(K) []K) []K {
	led := make(map[K]bool)
	for _, from := range nodes {
		for _, to := range next(from) {
			if to != from {
				led[to] = true
			}
		}
	}
	var found []K
	seen := make(map[K]bool)
	for _, circles := range []bool{false, true} {
		for _, key := range nodes {
			if !seen[key] && (circles || !led[key]) {
				found = append(found, key)
				reach([]K{key}, seen, next)
			}
		}
	}
	return found
}
