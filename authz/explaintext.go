package authz

// This file defines how an Explanation is written: for people on ten lines, for
// tools as JSON.

import (
	"encoding/json"
	"fmt"
	"strconv"
	"strings"

	"github.com/ursa-authz/ursa/authz/polar"
)

// maxLines is how many lines an explanation has at most: what somebody reads in
// ten seconds.
const maxLines = 10

// String returns the explanation for people, on at most ten lines: first the
// answer; then of a denial the nearest misses, of an allow and of a denial by a deny
// rule the proof, and of what could not be decided the error and the rules in which it
// arose.
func (x *Explanation) String() string {
	var lines, rest []string
	switch {
	case x.denied:
		lines = x.proof()
		lines[0] += " holds, and overrides every allow"
	case x.Verdict == Denied:
		for _, m := range x.Misses {
			lines = append(lines, m.String())
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
		lines = x.proof()
	default:
		lines = append(lines, x.reason())
		for _, f := range x.Stack {
			if f.Pos.IsValid() { // the question itself stands nowhere
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
	var b strings.Builder
	b.WriteString(x.question())
	for _, l := range lines {
		b.WriteString("\n  " + l)
	}
	if len(rest) > 0 {
		b.WriteString("\n  " + strings.Join(rest, "; "))
	}
	return b.String()
}

// proof returns the lines of the proof: of the rule alone if nothing else is known,
// and none if not even that is.
func (x *Explanation) proof() (lines []string) {
	for _, s := range x.Proof {
		lines = append(lines, s.String())
	}
	switch {
	case lines != nil || x.By == nil:
	case x.By.Pos.IsValid():
		lines = append(lines, fmt.Sprintf("%v: %s", x.By.Pos, x.By.Head))
	default:
		lines = append(lines, x.By.Name)
	}
	return lines
}

// question returns the verdict and what was asked.
func (x *Explanation) question() string {
	parts := []string{x.Verdict.String() + ":", x.actor}
	if x.actorID != "" {
		parts = append(parts, quoteOdd(x.actorID, ` "`))
	}
	parts = append(parts, strconv.Quote(x.action), x.resource)
	if x.resourceID != "" {
		parts = append(parts, quoteOdd(x.resourceID, ` "`))
	}
	return strings.Join(parts, " ")
}

// caveat returns why the reasons of an answer may not be all of them, or "".
func (x *Explanation) caveat() string {
	switch {
	case x.Verdict == Undecided:
		return "" // whose reason is the error
	case x.Trace.Err != nil:
		return "not all was looked at: " + x.Trace.Err.Error()
	case x.Trace.Full:
		return "not all was looked at: there is too much of it"
	case x.Trace.Outcome.Allowed != (x.Verdict == Allowed || x.denied):
		return "asked again, the policy answered otherwise"
	}
	return ""
}

// reason returns why the question could not be decided.
func (x *Explanation) reason() string {
	return strings.TrimPrefix(x.Err.Error(), ErrUndecided.Error()+": ")
}

// String returns the miss on one line: the position, the rule and the condition.
func (m Miss) String() string {
	var b strings.Builder
	fmt.Fprintf(&b, "%v: %s: ", m.Pos, m.Rule.Head)
	if m.Condition == "" {
		b.WriteString("does not match")
	} else {
		b.WriteString("failed at " + m.Condition)
	}
	if n := m.node; n != nil && n.Kind == polar.TraceCall {
		if n.Loop {
			b.WriteString(", which goes round in a circle")
		} else {
			b.WriteString(", which no rule matches")
		}
	}
	if m.Because != nil {
		fmt.Fprintf(&b, ", since %v: %s holds", m.Because.Pos, m.Because.Head)
	}
	b.WriteString(valuesText(m.Values))
	if m.Call != nil {
		fmt.Fprintf(&b, ", for %s at %v", m.Call.Text, m.Call.Pos)
	}
	if m.Times > 1 {
		fmt.Fprintf(&b, ", %d times", m.Times)
	}
	return b.String()
}

// String returns the step on one line, indented by its depth.
func (s Step) String() string {
	indent := strings.Repeat("  ", min(s.Depth, maxIndent))
	if s.Node.Kind == polar.TraceRule {
		return fmt.Sprintf("%s%v: %s", indent, s.Node.Pos, s.Node.Text)
	}
	return indent + s.Node.Text + valuesText(s.Node.Values)
}

// maxIndent is the depth from which on steps are not indented further.
const maxIndent = 20

func valuesText(values []polar.TraceValue) string {
	if len(values) == 0 {
		return ""
	}
	parts := make([]string, len(values))
	for i, v := range values {
		parts[i] = v.Expr + " is " + v.Value
	}
	return " (" + strings.Join(parts, ", ") + ")"
}

// The JSON form of an explanation.
type (
	jsonExplanation struct {
		Verdict    string      `json:"verdict"`
		Actor      jsonSubject `json:"actor"`
		Action     string      `json:"action"`
		Resource   jsonSubject `json:"resource"`
		Policy     string      `json:"policy"`
		Rule       *jsonRule   `json:"rule,omitempty"`
		Error      string      `json:"error,omitempty"`
		Stack      []jsonRule  `json:"stack,omitempty"`
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
		At        string            `json:"at"`
		Held      int               `json:"held_before"`
		Times     int               `json:"times"`
		For       *jsonRule         `json:"for,omitempty"`
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

// The bounds of the tree in JSON. Deeper, and readers fail; longer, and nobody reads it.
const (
	maxJSONDepth = 100
	maxJSONNodes = 2000
)

// MarshalJSON returns the explanation as an object: verdict, actor, action,
// resource, policy, rule, error, stack, misses, other_rules, incomplete if the
// reasons may not be all of them, and as a tree what was tried.
func (x *Explanation) MarshalJSON() ([]byte, error) {
	j := jsonExplanation{
		Verdict: x.Verdict.String(),
		Actor:   jsonSubject{x.actor, x.actorID}, Action: x.action, Resource: jsonSubject{x.resource, x.resourceID},
		Policy: x.Version, Rule: ruleJSON(x.By), Others: x.Others, Incomplete: x.caveat(),
	}
	if x.Err != nil {
		j.Error = x.reason()
	}
	for _, f := range x.Stack {
		j.Stack = append(j.Stack, jsonRule{f.Rule, f.Pos.String()})
	}
	for _, m := range x.Misses {
		jm := jsonMiss{
			Rule: *ruleJSON(m.Rule), Condition: m.Condition, At: m.Pos.String(), Held: m.Held, Times: m.Times,
			Because: ruleJSON(m.Because), Values: valuesJSON(m.Values),
		}
		if m.Call != nil {
			jm.For = &jsonRule{m.Call.Text, m.Call.Pos.String()}
		}
		j.Misses = append(j.Misses, jm)
	}
	j.addTree(x.Trace)
	return json.Marshal(j)
}

// addTree adds what was tried for the question, without the node of the question itself.
func (j *jsonExplanation) addTree(t *polar.Trace) {
	const above = 2 // the query, and the call that it consists of
	var way []*jsonNode
	shown := 0
	for depth, n := range t.All() {
		if depth -= above; depth < 0 {
			continue
		}
		if depth > len(way) || depth >= maxJSONDepth || shown == maxJSONNodes {
			j.Left++ // it, or something above it, has no place
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
