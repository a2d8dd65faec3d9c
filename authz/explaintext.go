package authz

// This file defines the forms of an Explanation: ten lines of text for people, and JSON for
// tools.

import (
	"encoding/json"
	"fmt"
	"slices"
	"strconv"
	"strings"

	"github.com/ursa-authz/ursa/authz/polar"
)

// maxLines bounds the lines of an explanation: what a person reads in ten seconds.
const maxLines = 10

// String returns the explanation for people, on at most ten lines. The first line is the
// answer. A denial continues with the nearest misses, an allow or a denial by a deny rule
// with the conditions that hold and the rules that lead to them. An undecided outcome
// continues with the error and the rules in which it arose.
func (x *Explanation) String() string {
	var lines, rest []string
	switch {
	case x.denied:
		lines = append([]string{x.deciding() + " holds, and overrides every allow"}, x.proof()...)
	case x.Verdict == Denied:
		lines = append(lines, x.Unknown...)
		groups := alike(x.Misses)
		for _, group := range groups {
			switch m := group[0]; {
			case m.isEnd() && slices.ContainsFunc(groups, func(g []Miss) bool { return g[0].Rule.Name == m.Rule.Name && !g[0].isEnd() }):
			case m.rank == rankUnknown:
				lines = append(lines, m.Why)
			case m.rank == rankNoRule && m.node.Name == "has_permission" && len(lines) > 0:
				// Another rule names the action, which is not a permission.
			default:
				lines = append(lines, missLine(group))
			}
		}
		switch {
		case x.Others == 1:
			rest = append(rest, "1 other rule is about another action or class")
		case x.Others > 1:
			rest = append(rest, fmt.Sprintf("%d other rules are about other actions or classes", x.Others))
		case len(lines) == 0 && x.Trace.Err == nil:
			rest = append(rest, "no rule applies")
		}
	case x.Verdict == Allowed:
		if lines = x.proof(); lines == nil && x.By != nil {
			lines = append(lines, x.deciding())
		}
	default:
		lines = append(lines, x.reason())
		for _, f := range x.Stack {
			if f.Pos.IsValid() { // the query itself has no position
				lines = append(lines, fmt.Sprintf("  in %s at %v", f.Rule, f.Pos))
			}
		}
	}
	if c := x.caveat(); c != "" {
		rest = append(rest, c)
	}
	room := maxLines - 1
	if len(rest) > 0 || len(lines) > room {
		room--
	}
	if n := len(lines) - room; n > 0 {
		lines = lines[:room]
		rest = append([]string{fmt.Sprintf("%d more", n)}, rest...)
	}
	if len(rest) > 0 {
		lines = append(lines, strings.Join(rest, "; "))
	}
	return strings.Join(append([]string{x.question()}, lines...), "\n  ")
}

// deciding returns the rule that decided.
func (x *Explanation) deciding() string {
	if x.By.Pos.IsValid() {
		return at(x.By.Pos, x.By.Head)
	}
	return x.By.Name
}

// at returns a text after its position in the policy.
func at(pos Position, text string) string { return pos.String() + ": " + text }

// A line is a line of an explanation that is being written.
type line struct{ strings.Builder }

// newLine returns a line about a position, with room for most lines.
func newLine(pos Position) *line {
	l := new(line)
	l.Grow(256)
	l.add(pos.String(), ": ")
	return l
}

// add adds texts.
func (l *line) add(texts ...string) {
	for _, s := range texts {
		l.WriteString(s)
	}
}

// proof returns the lines of the proof: the conditions that hold, by the rules that they are
// in, and then the rules that have no conditions of their own.
func (x *Explanation) proof() (facts []string) {
	var rules []string
	named := make(map[*RuleInfo]bool)
	grounds := groundsOf(x.Proof)
	for i, g := range grounds {
		switch {
		case len(g.conditions) > 0:
			l := newLine(g.conditions[0].Pos)
			l.add(conjunction(g.conditions))
			var values []polar.TraceValue
			for _, c := range g.conditions {
				values = append(values, c.Values...)
			}
			l.add(valuesText(": ", values))
			switch s := g.shorthand; {
			case i == 0 && x.denied: // the line of the deny rule is there already
			case s != nil:
				l.add(" (in ", g.rule.Text, ", for ", s.Head, " at ", s.Pos.String(), ")")
				named[s] = true
			default:
				l.add(" (in ", g.rule.Text, ")")
			}
			facts = append(facts, l.String())
		case !g.calls && (i > 0 || !x.denied):
			facts = append(facts, at(g.rule.Pos, g.rule.Text))
		}
	}
	for i, g := range grounds {
		if r := g.rule.Rule; len(g.conditions) == 0 && g.calls && !named[r] && (i > 0 || !x.denied) {
			named[r] = true
			rules = append(rules, at(r.Pos, r.Head))
		}
	}
	slices.Reverse(rules) // from the conditions up to the rule that was evaluated
	return append(facts, rules...)
}

// question returns the verdict and the question.
func (x *Explanation) question() string {
	parts := []string{x.Verdict.String() + ":", x.actor}
	if x.actorID != "" {
		parts = append(parts, quoteOdd(x.actorID, ` "`))
	}
	switch {
	case x.path != "" && (x.action == x.method || x.action == ""):
		return strings.Join(append(parts, quoteOdd(x.method, ` "`), quoteOdd(x.path, ` "`)), " ")
	case x.Rule != ruleRequest.String():
		parts = append(parts, strconv.Quote(x.action))
	}
	parts = append(parts, x.resource)
	if x.resourceID != "" {
		parts = append(parts, quoteOdd(x.resourceID, ` "`))
	}
	if x.field != "" {
		parts = append(parts, "field", strconv.Quote(x.field))
	}
	return strings.Join(parts, " ")
}

// caveat returns why the reasons may be incomplete, or "".
func (x *Explanation) caveat() string {
	switch {
	case x.Verdict == Undecided:
		return "" // the reason is the error
	case x.Trace.Err != nil:
		return "this explanation is incomplete: " + x.Trace.Err.Error()
	case x.Trace.Full:
		return "this explanation is incomplete: the trace is too large"
	case x.Trace.Outcome.Allowed != (x.Verdict == Allowed || x.denied):
		return "the policy gave a different answer when it was evaluated again"
	}
	return ""
}

// reason returns why there is no decision.
func (x *Explanation) reason() string {
	return strings.TrimPrefix(x.Err.Error(), ErrUndecided.Error()+": ")
}

// String returns the miss on one line: the condition, why it failed, and where it is.
func (m Miss) String() string { return missLine([]Miss{m}) }

// alike returns misses in groups that a line can show: misses that differ only in what led to
// the rule, alternatives of one "or", and heads that one argument does not match. A group takes
// the place of its first miss.
func alike(misses []Miss) [][]Miss {
	type key struct {
		rule        *RuleInfo
		pos, call   Position
		why, values string
		near, rank  int
	}
	index := make(map[key]int)
	var groups [][]Miss
	for _, m := range misses {
		k := key{rule: m.Rule, pos: m.Pos, why: m.Why, values: valuesText("", m.Values), near: m.near, rank: m.rank}
		switch {
		case len(m.heads) > 0:
			k.rule, k.pos, k.why = nil, Position{}, m.heads[0].Text+" "+m.heads[0].Is
			if m.Call != nil {
				k.call = m.Call.Pos
			}
		case m.node.Or.IsValid() && m.Why == "" && m.Values == nil:
			k.pos = m.node.Or
		}
		if i, ok := index[k]; ok {
			groups[i] = append(groups[i], m)
			continue
		}
		index[k] = len(groups)
		groups = append(groups, []Miss{m})
	}
	return groups
}

// isEnd reports whether a miss is where a recursion through a relation ends, because there is
// nothing further. It says nothing that the other conditions of its rule do not say.
func (m *Miss) isEnd() bool {
	return m.rank == rankCondition && m.node.Kind == polar.TraceCall && m.node.Name == m.Rule.Name &&
		len(m.node.Heads) > 0 && m.node.Heads[0].Is == "nil"
}

// missLine returns the line of misses that are alike.
func missLine(group []Miss) string {
	m := group[0]
	l := newLine(m.Pos)
	var where []string
	conditions := distinct(group, func(m Miss) string { return m.Condition })
	why := m.Why
	switch n := numRules(group); {
	case m.Condition == "":
		l.add(m.Rule.Head)
		switch n {
		case 1:
			l.add(" does not match")
		case 2:
			l.add(" and 1 other rule do not match")
		default:
			fmt.Fprintf(l, " and %d other rules do not match", n-1)
		}
		if len(m.heads) > 0 {
			var heads []polar.TraceHead
			for _, m := range group {
				heads = append(heads, m.heads[0])
			}
			why = headsText(heads)
		}
	case len(conditions) == 2:
		l.add("neither ", conditions[0], " nor ", conditions[1], " holds")
	case len(conditions) > 2:
		last := len(conditions) - 1
		l.add("none of ", strings.Join(conditions[:last], ", "), " and ", conditions[last], " holds")
	default:
		l.add(m.Condition, " failed")
	}
	if m.Condition != "" {
		where = append(where, "in "+m.Rule.Head)
	}
	if why != "" {
		l.add(": ", why)
		for _, v := range m.Values {
			if text := valuesText(", ", []polar.TraceValue{v}); !strings.HasPrefix(why, text[len(", "):]) {
				l.add(text)
			}
		}
	} else {
		l.add(valuesText(": ", m.Values))
	}
	if len(group) == 1 && m.Times > 1 {
		l.add(", ", strconv.Itoa(m.Times), " times")
	}
	if where = append(where, ways(group)...); len(where) > 0 {
		l.add(" (", strings.Join(where, ", "), ")")
	}
	return l.String()
}

// distinct returns the different texts of misses that have one.
func distinct(group []Miss, text func(Miss) string) (texts []string) {
	for _, m := range group {
		if s := text(m); s != "" && !slices.Contains(texts, s) {
			texts = append(texts, s)
		}
	}
	return texts
}

// numRules returns how many rules misses are of.
func numRules(group []Miss) int {
	rules := make(map[*RuleInfo]bool)
	for _, m := range group {
		rules[m.Rule] = true
	}
	return len(rules)
}

// ways returns what led to the rule of misses that are alike: the condition that called it, and
// the shorthand rules above that. Of a recursion, it is the condition that began it.
func ways(group []Miss) (all []string) {
	calls := func(recursive bool) []string {
		return distinct(group, func(m Miss) string {
			if m.Call == nil || m.caller == nil || isShorthand(m.caller) || recursive != (m.caller.Name == m.Rule.Name) {
				return ""
			}
			return "for " + m.Call.Text + " at " + m.Call.Pos.String()
		})
	}
	if all = calls(false); len(all) == 0 {
		all = calls(true)
	}
	if len(all) > 1 {
		all = nil
	}
	shorthands := distinct(group, func(m Miss) string {
		if m.Shorthand == nil {
			return ""
		}
		return m.Shorthand.Head
	})
	const most = 3
	switch n := len(shorthands); {
	case n == 1 && group[0].Shorthand != nil:
		all = append(all, "for "+shorthands[0]+" at "+group[0].Shorthand.Pos.String())
	case n > most:
		all = append(all, fmt.Sprintf("for %s and %d more", strings.Join(shorthands[:most], ", "), n-most))
	case n > 1:
		all = append(all, fmt.Sprintf("for %s and %s", strings.Join(shorthands[:n-1], ", "), shorthands[n-1]))
	}
	return all
}

// String returns the step on one line, indented by its depth.
func (s Step) String() string {
	indent := strings.Repeat("  ", min(s.Depth, maxIndent))
	if s.Node.Kind == polar.TraceRule {
		return fmt.Sprintf("%s%v: %s", indent, s.Node.Pos, s.Node.Text)
	}
	return indent + s.Node.Text + valuesText(": ", s.Node.Values)
}

// maxIndent is the depth up to which steps are indented.
const maxIndent = 20

// valuesText returns what conditions have read, after before.
func valuesText(before string, values []polar.TraceValue) string {
	if len(values) == 0 {
		return ""
	}
	parts := make([]string, len(values))
	for i, v := range values {
		parts[i] = v.Expr + " is " + v.Value
	}
	return before + strings.Join(parts, ", ")
}

// The JSON form of an explanation.
type (
	jsonExplanation struct {
		Verdict    string      `json:"verdict"`
		Actor      jsonSubject `json:"actor"`
		Action     string      `json:"action"`
		Resource   jsonSubject `json:"resource"`
		Field      string      `json:"field,omitempty"`
		Path       string      `json:"path,omitempty"`
		Rule       string      `json:"rule"`
		By         *jsonRule   `json:"by,omitempty"`
		Version    string      `json:"policy_version"`
		Error      string      `json:"error,omitempty"`
		Stack      []jsonRule  `json:"stack,omitempty"`
		Unknown    []string    `json:"unknown,omitempty"`
		Misses     []jsonMiss  `json:"misses,omitempty"`
		Others     int         `json:"other_rules"`
		Incomplete string      `json:"incomplete,omitempty"`
		Tried      []*jsonNode `json:"tried,omitempty"`
		Left       int         `json:"tried_not_shown,omitempty"`
	}
	jsonSubject struct {
		Class string `json:"class"`
		ID    string `json:"id,omitempty"`
	}
	jsonRule struct {
		Head string `json:"head"`
		At   string `json:"at"`
	}
	jsonMiss struct {
		Rule      jsonRule          `json:"rule"`
		Condition string            `json:"condition,omitempty"`
		Why       string            `json:"why,omitempty"`
		At        string            `json:"at"`
		Held      int               `json:"held_before"`
		Times     int               `json:"times"`
		For       *jsonRule         `json:"for,omitempty"`
		Shorthand *jsonRule         `json:"shorthand,omitempty"`
		Because   *jsonRule         `json:"because,omitempty"`
		Values    map[string]string `json:"values,omitempty"`
	}
	jsonNode struct {
		Kind     string            `json:"kind"`
		Status   string            `json:"status"`
		At       string            `json:"at,omitempty"`
		Text     string            `json:"text,omitempty"`
		Loop     bool              `json:"loop,omitempty"`
		Values   map[string]string `json:"values,omitempty"`
		Children []*jsonNode       `json:"tried,omitempty"`
	}
)

// The bounds of the tree in JSON. Some readers reject deeper trees, and nobody reads longer ones.
const (
	maxJSONDepth = 100
	maxJSONNodes = 2000
)

// MarshalJSON returns the explanation as an object with verdict, actor, action, resource,
// policy_version, rule, by, error, stack, unknown, misses and other_rules. The field incomplete is set if
// reasons may be missing, and tried is the tree of what was tried.
func (x *Explanation) MarshalJSON() ([]byte, error) {
	j := jsonExplanation{
		Verdict: x.Verdict.String(),
		Actor:   jsonSubject{x.actor, x.actorID}, Action: x.action, Resource: jsonSubject{x.resource, x.resourceID},
		Field: x.field, Path: x.path, Rule: x.Rule,
		Version: x.PolicyVersion, By: ruleJSON(x.By), Others: x.Others, Incomplete: x.caveat(), Unknown: x.Unknown,
	}
	if x.Err != nil {
		j.Error = x.reason()
	}
	for _, f := range x.Stack {
		j.Stack = append(j.Stack, jsonRule{f.Rule, f.Pos.String()})
	}
	for _, m := range x.Misses {
		jm := jsonMiss{
			Rule: *ruleJSON(m.Rule), Condition: m.Condition, Why: m.Why, At: m.Pos.String(), Held: m.Held, Times: m.Times,
			Shorthand: ruleJSON(m.Shorthand), Because: ruleJSON(m.Because), Values: valuesJSON(m.Values),
		}
		if m.Call != nil {
			jm.For = &jsonRule{m.Call.Text, m.Call.Pos.String()}
		}
		j.Misses = append(j.Misses, jm)
	}
	j.addTree(x.Trace)
	return json.Marshal(j)
}

// addTree adds what was tried, without the nodes of the query itself.
func (j *jsonExplanation) addTree(t *polar.Trace) {
	const above = 2 // the query, and the call that it consists of
	var way []*jsonNode
	shown := 0
	for depth, n := range t.All() {
		if depth -= above; depth < 0 {
			continue
		}
		if depth > len(way) || depth >= maxJSONDepth || shown == maxJSONNodes {
			j.Left++ // it, or a node above it, is beyond the bounds
			continue
		}
		shown++
		node := &jsonNode{Kind: n.Kind.String(), Status: n.Status.String(), At: n.Pos.String(), Text: n.Text, Loop: n.Loop, Values: valuesJSON(n.Values)}
		if way = way[:depth]; depth == 0 {
			j.Tried = append(j.Tried, node)
		} else {
			way[depth-1].Children = append(way[depth-1].Children, node)
		}
		way = append(way, node)
	}
}

func ruleJSON(r *RuleInfo) *jsonRule {
	if r == nil {
		return nil
	}
	return &jsonRule{r.Head, r.Pos.String()}
}

func valuesJSON(values []polar.TraceValue) map[string]string {
	if len(values) == 0 {
		return nil
	}
	m := make(map[string]string, len(values))
	for _, v := range values {
		m[v.Expr] = v.Value
	}
	return m
}
