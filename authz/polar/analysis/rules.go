package analysis

// This file defines Rules, the rules of a policy by name, and who calls them. They are read
// from the text, so that they are known of a policy with errors, too.

import (
	"cmp"
	"fmt"
	"slices"
	"strings"

	"github.com/ursa-authz/ursa/authz/polar/syntax"
)

// A Rules is all rules with one name and number of parameters.
type Rules struct {
	Name    string
	Arity   int
	Rules   []Rule // in source order
	Callers []Call // in source order
}

// A Rule is one rule as it was written.
type Rule struct {
	Text string // on one line
	Pos  syntax.Position
}

// A Call is a call of a rule.
type Call struct {
	From string // the rule that calls, by name and arity, or "?=" for an inline query
	Pos  syntax.Position
}

// A ruleKey is a name with a number of parameters.
type ruleKey struct {
	name  string
	arity int
}

func (k ruleKey) String() string { return fmt.Sprintf("%s/%d", k.name, k.arity) }

// Rules returns the rules of the policy by name and arity, those that are only called
// included. Rules that blocks stand for are those of [Policy.Blocks].
func (p *Policy) Rules() []Rules {
	found := make(map[ruleKey]*Rules)
	of := func(k ruleKey) *Rules {
		if found[k] == nil {
			found[k] = &Rules{Name: k.name, Arity: k.arity}
		}
		return found[k]
	}
	for _, f := range p.Files {
		for _, s := range f.Stmts {
			from := "?="
			if rule, ok := s.(*syntax.Rule); ok {
				k := ruleKey{rule.Name.Text, len(rule.Params)}
				from = k.String()
				r := of(k)
				r.Rules = append(r.Rules, Rule{ruleText(rule), rule.Start})
			}
			syntax.Walk(s, func(n syntax.Node) bool {
				if call, ok := n.(*syntax.Call); ok {
					r := of(ruleKey{call.Name.Text, len(call.Args)})
					r.Callers = append(r.Callers, Call{from, call.Start})
				}
				return true
			})
		}
	}
	var all []Rules
	for _, r := range found {
		all = append(all, *r)
	}
	slices.SortFunc(all, func(a, b Rules) int {
		return cmp.Or(cmp.Compare(a.Name, b.Name), cmp.Compare(a.Arity, b.Arity))
	})
	return all
}

// ruleText returns a rule on one line.
func ruleText(r *syntax.Rule) string {
	var b strings.Builder
	b.WriteString(r.Name.Text)
	b.WriteByte('(')
	for i, param := range r.Params {
		if i > 0 {
			b.WriteString(", ")
		}
		b.WriteString(syntax.ExprString(param.Value))
		if param.Specializer != nil {
			b.WriteString(": " + syntax.PatternString(param.Specializer))
		}
	}
	b.WriteByte(')')
	if r.Body != nil {
		b.WriteString(" if " + syntax.ExprString(r.Body))
	}
	return b.String()
}
