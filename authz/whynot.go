package authz

// This file says why negations fail: which condition of the rule that forbids held, and for
// which element a forall fails.

import (
	"fmt"
	"strings"

	"github.com/ursa-authz/ursa/authz/polar"
)

// whyNot returns why a negation or a forall fails, in words, and the rule that makes it fail,
// if one does.
func whyNot(n *polar.TraceNode) (*RuleInfo, string) {
	if strings.HasPrefix(n.Text, "forall(") {
		return whyNotAll(n)
	}
	way := wayThrough(nil, n)
	for _, c := range way {
		if r := heldFor(c); r != nil {
			return r.Rule, holdsText(r)
		}
	}
	if len(way) == 0 || n.Text == "not "+way[0].Text {
		return nil, ""
	}
	return nil, conjunction(way) + " " + verb(way, "holds", "hold")
}

// holdsText returns that a rule holds, and the conditions that matter.
func holdsText(rule *polar.TraceNode) string {
	text := rule.Text + " holds"
	for _, g := range groundsOf(proofOf(rule)) {
		if len(g.conditions) > 0 {
			return fmt.Sprintf("%s, since %s at %v", text, conjunction(g.conditions), g.conditions[0].Pos)
		}
	}
	return fmt.Sprintf("%s at %v", text, rule.Pos)
}

// whyNotAll is whyNot for a forall. The trace has its conditions in the order in which they
// were tried for one element after another. The last of them failed.
func whyNotAll(n *polar.TraceNode) (*RuleInfo, string) {
	var list *polar.TraceNode // the condition that takes the elements of a list, if there is one
	element := 0
	var last *polar.TraceNode
	for c := range conditionsOf(n) {
		last = c
		if list == nil && c.In != "" {
			list = c
		}
		if list != nil && c.Pos == list.Pos && c.Status == polar.TraceSucceeded {
			element++
		}
	}
	if last == nil || last.Status != polar.TraceFailed {
		return nil, ""
	}
	text := last.Text + " fails"
	if strings.HasSuffix(n.Text, ", "+last.Text+")") {
		text = "it fails"
	}
	if element > 0 {
		text += fmt.Sprintf(" for element %d of %s", element, list.In)
	}
	switch {
	case last.Kind == polar.TraceNot:
		rule, why := whyNot(last)
		if why != "" {
			text += ", where " + why
		}
		return rule, text
	case last.Kind == polar.TraceCall:
		if c := farthest(last); c != nil {
			text += fmt.Sprintf(", where %s fails at %v", c.Text, c.Pos)
		}
	}
	return nil, text
}

// farthest returns the condition at which a call fails, in the rule that comes farthest, or
// nil.
func farthest(call *polar.TraceNode) (found *polar.TraceNode) {
	for call != nil {
		var next *polar.TraceNode
		most := -1
		for _, r := range call.Children {
			for c := range conditionsOf(r) {
				if r.Kind == polar.TraceRule && c.Status == polar.TraceFailed && c.Before > most {
					next, most = c, c.Before
				}
			}
		}
		if next != nil {
			found = next
		}
		call = next
	}
	return found
}

// A ground is a rule that holds, in a proof, with its conditions that are not calls of rules
// in the proof.
type ground struct {
	rule       *polar.TraceNode
	conditions []*polar.TraceNode
	calls      bool      // it has conditions that are calls of rules in the proof
	shorthand  *RuleInfo // the innermost shorthand rule above it
}

// groundsOf returns the rules of a proof, in order.
func groundsOf(proof []Step) []*ground {
	rules := 0
	for _, s := range proof {
		if s.Node.Kind == polar.TraceRule {
			rules++
		}
	}
	room := make([]ground, 0, rules)
	all := make([]*ground, 0, rules)
	way := make([]*ground, 0, rules) // by depth: a rule is below a call, which is below a rule
	for i, s := range proof {
		if s.Node.Kind == polar.TraceRule {
			room = append(room, ground{rule: s.Node})
			g := &room[len(room)-1]
			if way = way[:s.Depth/2]; len(way) > 0 {
				above := way[len(way)-1]
				if g.shorthand = above.shorthand; isShorthand(above.rule.Rule) {
					g.shorthand = above.rule.Rule
				}
			}
			way = append(way, g)
			all = append(all, g)
			continue
		}
		g := way[s.Depth/2]
		if i+1 < len(proof) && proof[i+1].Depth > s.Depth {
			g.calls = true
		} else {
			g.conditions = append(g.conditions, s.Node)
		}
	}
	return all
}

// conjunction returns conditions as one.
func conjunction(conditions []*polar.TraceNode) string {
	texts := make([]string, len(conditions))
	for i, c := range conditions {
		texts[i] = c.Text
	}
	return strings.Join(texts, " and ")
}

// verb returns the verb for a number of conditions.
func verb(conditions []*polar.TraceNode, one, several string) string {
	if len(conditions) == 1 {
		return one
	}
	return several
}
