package authz

// This file finds the reasons in a trace: the misses of a denial and the proof of an allow.
//
// No function here is recursive: the policy and the data determine the depth of a trace.

import (
	"cmp"
	"iter"
	"slices"
	"strings"

	"github.com/ursa-authz/ursa/authz/polar"
)

// conditionsOf returns the conditions below a node, including those in alternatives, in the
// order in which they were tried.
func conditionsOf(n *polar.TraceNode) iter.Seq[*polar.TraceNode] {
	return func(yield func(*polar.TraceNode) bool) {
		rest := n.Children
		var above [][]*polar.TraceNode // what is left around an alternative
		for {
			if len(rest) == 0 {
				if len(above) == 0 {
					return
				}
				rest, above = above[len(above)-1], above[:len(above)-1]
				continue
			}
			at := rest[0]
			rest = rest[1:]
			switch {
			case at.Kind == polar.TraceBranch:
				above = append(above, rest)
				rest = at.Children
			case n.Kind == polar.TraceRule && at.Pos == n.Pos && at.Status != polar.TraceFailed:
				// A class in the head may wait for a variable of the body. If it holds, it
				// is not a condition.
			case !yield(at):
				return
			}
		}
	}
}

// isShorthand reports whether a rule is one that a shorthand rule stands for.
func isShorthand(r *RuleInfo) bool { return strings.HasPrefix(r.Head, `"`) }

// An attempt is a rule that was tried and did not hold.
type attempt struct {
	rule      *polar.TraceNode
	call      *polar.TraceNode // the condition that called it, or nil
	held      int              // how many conditions held before the call
	near      int              // those among them that are not in shorthand rules
	depth     int              // how many calls lead to it
	shorthand *RuleInfo        // the innermost shorthand rule above it
	caller    *RuleInfo        // the rule that call is in, or nil
}

// below returns an attempt at a rule that the condition c of a calls.
func (a attempt) below(rule, c *polar.TraceNode) attempt {
	b := attempt{rule, c, a.held + c.Before, a.near + c.Before, a.depth + 1, a.shorthand, a.rule.Rule}
	if isShorthand(a.rule.Rule) {
		b.near, b.shorthand = a.near, a.rule.Rule
	}
	return b
}

// A missKey identifies a miss: a rule can fail at many conditions and for many calls.
type missKey struct {
	rule, shorthand *RuleInfo
	condition, call Position
	why             string
}

// missesOf returns what failed for a call, nearest miss first.
func missesOf(t *polar.Trace, call *polar.TraceNode) []Miss {
	misses := headMisses(call, attempt{}, true)
	var todo []attempt
	for _, r := range slices.Backward(call.Children) {
		todo = append(todo, attempt{rule: r})
	}
	index := make(map[missKey]int)
	add := func(m Miss) {
		k := missKey{rule: m.Rule, shorthand: m.Shorthand, condition: m.Pos, why: m.Why}
		if m.Call != nil {
			k.call = m.Call.Pos
		}
		i, known := index[k]
		if !known {
			index[k] = len(misses)
			misses = append(misses, m)
			return
		}
		first := &misses[i]
		first.Times++
		first.Held, first.near = max(first.Held, m.Held), max(first.near, m.near)
	}
	for len(todo) > 0 {
		a := todo[len(todo)-1]
		todo = todo[:len(todo)-1]
		below := a.misses(add)
		for _, c := range below {
			for _, m := range headMisses(c, a.below(nil, c), false) {
				add(m)
			}
		}
		for _, c := range slices.Backward(below) {
			for _, r := range slices.Backward(c.Children) {
				if r.Kind == polar.TraceRule {
					todo = append(todo, a.below(r, c))
				}
			}
		}
	}
	if call.Why != "" || slices.ContainsFunc(misses, func(m Miss) bool { return m.near > 0 || m.rank == rankUnknown }) {
		// Something is near to what the actor is, so it does not matter what others may do.
		misses = slices.DeleteFunc(misses, func(m Miss) bool { return m.rank == rankClass })
	}
	if len(misses) < 2 {
		return misses
	}
	order := make(map[*polar.TraceNode]int, len(misses))
	for _, m := range misses {
		order[m.node] = 0
	}
	at := 0
	for _, n := range t.All() {
		at++
		if _, ok := order[n]; ok {
			order[n] = at
		}
	}
	slices.SortStableFunc(misses, func(a, b Miss) int {
		return cmp.Or(
			cmp.Compare(b.near, a.near),
			cmp.Compare(a.rank, b.rank),
			cmp.Compare(a.depth, b.depth),
			cmp.Compare(order[a.node], order[b.node]),
		)
	})
	return misses
}

// The ranks of misses before which as many conditions held: what the actor is comes before
// what the actor is not.
const (
	rankUnknown   = iota // a name that the policy does not know
	rankCondition        // a condition of a rule whose head matched
	rankClass            // a rule for actors of another class
	rankHead             // a rule whose head did not match otherwise
	rankNoRule           // a condition that no rule matches, and nothing says why
)

// headMisses returns the rules for actors of another class that a call would have had. At the
// top, and if there is nothing else to say, the class of another argument matters too.
func headMisses(call *polar.TraceNode, a attempt, top bool) (found []Miss) {
	others := top && len(call.Children) == 0
	if others {
		others = !slices.ContainsFunc(call.Heads, func(h polar.TraceHead) bool { return h.Actor })
	}
	for _, h := range call.Heads {
		if h.Actor || others {
			found = append(found, Miss{
				Rule: h.Rule, Pos: h.Rule.Pos, Why: h.Why(), Held: a.held, Times: 1, Call: a.call, Shorthand: a.shorthand,
				node: call, near: a.near, depth: a.depth, rank: rankClass, caller: a.caller, heads: []polar.TraceHead{h},
			})
		}
	}
	return found
}

// misses adds the conditions of the rule that failed, and returns the calls whose rules contain
// the reason.
func (a attempt) misses(add func(Miss)) (below []*polar.TraceNode) {
	miss := func(n *polar.TraceNode, condition string) Miss {
		m := Miss{
			Rule: a.rule.Rule, Pos: n.Pos, Condition: condition, Held: a.held + n.Before, Times: 1,
			Call: a.call, Shorthand: a.shorthand, Values: n.Values, Why: n.Why,
			node: n, near: a.near + n.Before, depth: a.depth, rank: rankCondition, caller: a.caller,
		}
		if isShorthand(m.Rule) {
			m.near = a.near
		}
		switch {
		case condition == "":
			m.rank = rankHead
			if m.heads = n.Heads; n.Kind == polar.TraceRule && len(m.heads) > 0 {
				m.Why = m.heads[0].Why()
			}
		case n.Kind == polar.TraceNot:
			m.Because, m.Why = whyNot(n)
		case n.Kind != polar.TraceCall:
		case n.Loop:
			m.Why = "it repeats a call in progress"
		case m.Why != "":
			m.rank = rankUnknown
		case len(n.Heads) == 0:
			m.Why, m.rank = "no rule matches", rankNoRule
		default:
			m.Why = headsText(n.Heads)
		}
		return m
	}
	// A condition that held first and failed later has no more solutions. The
	// reason is then what failed after it.
	held := make(map[Position]bool)
	empty := true
	for c := range conditionsOf(a.rule) {
		empty = false
		if c.Status == polar.TraceSucceeded {
			held[c.Pos] = true
		}
	}
	if empty {
		add(miss(a.rule, ""))
		return nil
	}
	failed := false
	for c := range conditionsOf(a.rule) {
		switch {
		case c.Status != polar.TraceFailed || held[c.Pos]:
			continue
		case c.Kind == polar.TraceCall && len(c.Children) > 0:
			below = append(below, c)
		case c.Pos == a.rule.Pos: // a class in the head, which waited
			add(miss(c, ""))
		default:
			add(miss(c, c.Text))
		}
		failed = true
	}
	if !failed {
		// A condition failed that had waited, in a rule that held already.
		for c := range conditionsOf(a.rule) {
			if c.Kind == polar.TraceCall {
				below = append(below, c)
			}
		}
	}
	return below
}

// headsText returns why several rules do not match a call because of one argument.
func headsText(heads []polar.TraceHead) string {
	const most = 4
	first := heads[0]
	var wants []string
	for _, h := range heads {
		switch {
		case h.Arg != first.Arg || slices.Contains(wants, h.Want):
		case len(wants) == most:
			first.Want = strings.Join(wants, ", ") + " or another"
			return first.Why()
		default:
			wants = append(wants, h.Want)
		}
	}
	if n := len(wants) - 1; n > 0 {
		first.Want = strings.Join(wants[:n], ", ") + " or " + wants[n]
	}
	return first.Why()
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
	const room = 16 // for most proofs
	steps := make([]Step, 0, room)
	stack := append(make([]Step, 0, room), Step{0, rule})
	way := make([]*polar.TraceNode, 0, room)
	for len(stack) > 0 {
		s := stack[len(stack)-1]
		stack = stack[:len(stack)-1]
		steps = append(steps, s)
		switch s.Node.Kind {
		case polar.TraceRule:
			way = wayThrough(way[:0], s.Node)
			for _, n := range slices.Backward(way) {
				stack = append(stack, Step{s.Depth + 1, n})
			}
		case polar.TraceCall:
			if r := heldFor(s.Node); r != nil {
				stack = append(stack, Step{s.Depth + 1, r})
			}
		}
	}
	return steps
}

// wayThrough appends to way, which is empty, the conditions of a rule that held on the way to
// its end. If a condition occurs again, or occurs after later ones, the solver has
// backtracked: the conditions from there on were given up.
func wayThrough(way []*polar.TraceNode, rule *polar.TraceNode) []*polar.TraceNode {
	waited := make(map[Position]bool)
	for c := range conditionsOf(rule) {
		switch c.Status {
		case polar.TraceWaiting:
			waited[c.Pos] = true
		case polar.TraceSucceeded:
			// A condition that waited keeps its position when it resumes.
			if len(waited) > 0 && waited[c.Pos] {
				if at := slices.IndexFunc(way, func(n *polar.TraceNode) bool { return n.Pos == c.Pos }); at >= 0 {
					way[at] = c
					continue
				}
			}
		default:
			continue
		}
		way = slices.DeleteFunc(way, func(n *polar.TraceNode) bool { return n.Before >= c.Before })
		way = append(way, c)
	}
	return way
}
