package authz

// This file finds the reasons in a trace: the misses of a denial and the proof of an allow.
//
// No function here is recursive: the policy and the data determine the depth of a trace.

import (
	"cmp"
	"slices"

	"github.com/ursa-authz/ursa/authz/polar"
)

// conditionsOf returns the conditions below a node, including those in alternatives, in the
// order in which they were tried.
func conditionsOf(n *polar.TraceNode) []*polar.TraceNode {
	var found []*polar.TraceNode
	stack := []*polar.TraceNode{n}
	for len(stack) > 0 {
		at := stack[len(stack)-1]
		stack = stack[:len(stack)-1]
		if at != n && at.Kind != polar.TraceBranch {
			found = append(found, at)
			continue
		}
		for _, c := range slices.Backward(at.Children) {
			stack = append(stack, c)
		}
	}
	return found
}

// An attempt is a rule that was tried and did not hold.
type attempt struct {
	rule *polar.TraceNode
	call *polar.TraceNode // the condition that called it, or nil
	held int              // how many conditions held before the call
}

// A missKey identifies a miss: a rule can fail at many conditions and for many calls.
type missKey struct {
	rule            *RuleInfo
	condition, call Position
}

// missesOf returns what failed in the given rules, nearest miss first.
func missesOf(t *polar.Trace, rules []*polar.TraceNode) []Miss {
	order := make(map[*polar.TraceNode]int)
	for _, n := range t.All() {
		order[n] = len(order)
	}
	var todo []attempt
	try := func(rules []*polar.TraceNode, call *polar.TraceNode, held int) {
		for _, r := range rules {
			if r.Kind == polar.TraceRule {
				todo = append(todo, attempt{r, call, held})
			}
		}
	}
	try(rules, nil, 0)
	var misses []Miss
	index := make(map[missKey]int)
	for len(todo) > 0 {
		a := todo[len(todo)-1]
		todo = todo[:len(todo)-1]
		found, below := a.misses()
		for _, m := range found {
			k := missKey{m.Rule, m.Pos, Position{}}
			if m.Call != nil {
				k.call = m.Call.Pos
			}
			m.order = order[m.node]
			i, known := index[k]
			if !known {
				index[k] = len(misses)
				misses = append(misses, m)
				continue
			}
			m.Times += misses[i].Times
			m.Held = max(m.Held, misses[i].Held)
			if misses[i].order < m.order {
				m.order, m.Values = misses[i].order, misses[i].Values
			}
			misses[i] = m
		}
		for _, c := range below {
			try(c.Children, c, a.held+c.Before)
		}
	}
	slices.SortFunc(misses, func(a, b Miss) int {
		return cmp.Or(
			cmp.Compare(b.Held, a.Held),
			cmp.Compare(a.atHead(), b.atHead()),
			cmp.Compare(a.order, b.order),
		)
	})
	return misses
}

// misses returns the conditions of the rule that failed, and the calls whose rules contain
// the reason.
func (a attempt) misses() (found []Miss, below []*polar.TraceNode) {
	conditions := conditionsOf(a.rule)
	miss := func(n *polar.TraceNode, condition string) Miss {
		return Miss{
			Rule: a.rule.Rule, Pos: n.Pos, Condition: condition, Held: a.held + n.Before, Times: 1,
			Call: a.call, Because: holdingIn(n), Values: n.Values, node: n,
		}
	}
	if len(conditions) == 0 {
		return []Miss{miss(a.rule, "")}, nil
	}
	// A condition that held first and failed later has no more solutions. The
	// reason is then what failed after it.
	held := make(map[Position]bool)
	for _, c := range conditions {
		if c.Status == polar.TraceSucceeded {
			held[c.Pos] = true
		}
	}
	for _, c := range conditions {
		switch {
		case c.Status != polar.TraceFailed || held[c.Pos]:
		case c.Kind == polar.TraceCall && len(c.Children) > 0:
			below = append(below, c)
		default:
			found = append(found, miss(c, c.Text))
		}
	}
	if found == nil && below == nil {
		// A condition failed that had waited, in a rule that held already.
		for _, c := range conditions {
			if c.Kind == polar.TraceCall {
				below = append(below, c)
			}
		}
	}
	return found, below
}

// atHead returns 1 if the head of the rule did not match, and else 0.
func (m Miss) atHead() int {
	if m.Condition == "" {
		return 1
	}
	return 0
}

// holdingIn returns a rule that holds and so makes the negation n fail.
func holdingIn(n *polar.TraceNode) *RuleInfo {
	if n.Kind != polar.TraceNot {
		return nil
	}
	for _, c := range conditionsOf(n) {
		if r := heldFor(c); r != nil {
			return r.Rule
		}
	}
	return nil
}

// heldFor returns the rule by which a call held last, or nil.
func heldFor(call *polar.TraceNode) *polar.TraceNode {
	for _, r := range slices.Backward(call.Children) {
		if r.Kind == polar.TraceRule && r.Status == polar.TraceSucceeded {
			return r
		}
	}
	return nil
}

// proofOf returns how a rule came to hold: the rule, its conditions, and the same for the
// rule of each condition that is a call.
func proofOf(rule *polar.TraceNode) []Step {
	var steps []Step
	stack := []Step{{0, rule}}
	for len(stack) > 0 {
		s := stack[len(stack)-1]
		stack = stack[:len(stack)-1]
		steps = append(steps, s)
		var below []*polar.TraceNode
		switch s.Node.Kind {
		case polar.TraceRule:
			below = wayThrough(s.Node)
		case polar.TraceCall:
			if r := heldFor(s.Node); r != nil {
				below = []*polar.TraceNode{r}
			}
		}
		for _, n := range slices.Backward(below) {
			stack = append(stack, Step{s.Depth + 1, n})
		}
	}
	return steps
}

// wayThrough returns the conditions of a rule that held on the way to its end. If a
// condition occurs again, or occurs after later ones, the solver has backtracked: the
// conditions from there on were given up.
func wayThrough(rule *polar.TraceNode) []*polar.TraceNode {
	var way []*polar.TraceNode
	waited := make(map[Position]bool)
	for _, c := range conditionsOf(rule) {
		switch c.Status {
		case polar.TraceWaiting:
			waited[c.Pos] = true
		case polar.TraceSucceeded:
			// A condition that waited keeps its position when it resumes.
			at := slices.IndexFunc(way, func(n *polar.TraceNode) bool { return n.Pos == c.Pos })
			if at >= 0 && waited[c.Pos] {
				way[at] = c
				continue
			}
		default:
			continue
		}
		way = slices.DeleteFunc(way, func(n *polar.TraceNode) bool { return n.Before >= c.Before })
		way = append(way, c)
	}
	return way
}
