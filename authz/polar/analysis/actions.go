package analysis

// This file defines Actions, the actions that a policy knows.

import (
	"maps"
	"slices"

	"github.com/ursa-authz/ursa/authz/polar/syntax"
)

// An argument is one parameter of the rules of a name.
type argument struct {
	ruleKey
	index int
}

// Actions returns the actions that the policy names: those in the heads of its decisions, those
// that their bodies compare the action with, those of rules that the action is passed to, and
// the permissions of blocks. The result is sorted. Complete reports whether the policy
// cannot know other actions, as it does if it reads them from data.
func (p *Policy) Actions() (names []string, complete bool) {
	rules := map[ruleKey][]*syntax.Rule{}
	found := map[string]bool{}
	for _, f := range p.Files {
		for _, s := range f.Stmts {
			if r, ok := s.(*syntax.Rule); ok {
				key := ruleKey{r.Name.Text, len(r.Params)}
				rules[key] = append(rules[key], r)
			}
		}
	}
	for _, b := range p.Blocks() {
		for _, name := range b.Permissions {
			found[name] = true
		}
	}
	complete = true
	seen := map[argument]bool{}
	var queue []argument
	push := func(a argument) {
		if !seen[a] {
			seen[a] = true
			queue = append(queue, a)
		}
	}
	for _, r := range askedRules {
		if r.name != "has_role" && r.name != "has_relation" && r.name != "allow_request" && r.name != "deny_request" {
			arity := 3
			if r.name == "allow_field" || r.name == "deny_field" || r.name == "allow_change" {
				arity = 4
			}
			push(argument{ruleKey{r.name, arity}, 1})
		}
	}
	for len(queue) > 0 {
		a := queue[0]
		queue = queue[1:]
		for _, r := range rules[a.ruleKey] {
			switch v := r.Params[a.index].Value.(type) {
			case *syntax.StringLit:
				found[v.Value] = true
			case *syntax.Var:
				complete = actionsOf(r, a.index, v.Name, found, push) && complete
			default:
				complete = false
			}
		}
	}
	return slices.Sorted(maps.Keys(found)), complete
}

// actionsOf adds the actions that a rule compares the variable of a parameter with, and
// reports whether these are all that it knows.
func actionsOf(r *syntax.Rule, index int, name string, found map[string]bool, push func(argument)) bool {
	if name == "_" {
		return true
	}
	mentioned, understood := 0, 0 // occurrences of the variable
	syntax.Walk(r, func(n syntax.Node) bool {
		if v, ok := n.(*syntax.Var); ok && v.Name == name {
			mentioned++
		}
		return true
	})
	understood++ // the parameter
	is := func(x syntax.Expr) bool {
		v, ok := syntax.Unparen(x).(*syntax.Var)
		return ok && v.Name == name
	}
	text := func(x syntax.Expr) bool {
		lit, ok := syntax.Unparen(x).(*syntax.StringLit)
		if ok {
			found[lit.Value] = true
		}
		return ok
	}
	if r.Body != nil {
		syntax.Walk(r.Body, func(n syntax.Node) bool {
			switch n := n.(type) {
			case *syntax.Call:
				for i, arg := range n.Args {
					if is(arg) {
						push(argument{ruleKey{n.Name.Text, len(n.Args)}, i})
						understood++
					}
				}
			case *syntax.BinaryExpr:
				switch n.Op {
				case syntax.OpUnify, syntax.OpEq, syntax.OpNe:
					if is(n.X) && text(n.Y) || is(n.Y) && text(n.X) {
						understood++
					}
				case syntax.OpIn:
					list, ok := syntax.Unparen(n.Y).(*syntax.ListExpr)
					if !is(n.X) || !ok || list.Rest != nil {
						break
					}
					all := true
					for _, e := range list.Elems {
						all = text(e) && all
					}
					if all {
						understood++
					}
				}
			}
			return true
		})
	}
	return mentioned == understood
}
