package authz

// This file defines the forms of an Explanation: ten lines of text for people, and JSON for
// tools.

import (
	"encoding/json"
	"fmt"
	"strconv"
	"strings"

	"github.com/ursa-authz/ursa/authz/polar"
)

// maxLines bounds the lines of an explanation: what a person reads in ten seconds.
const maxLines = 10

// String returns the explanation for people, on at most ten lines. The first line is the
// answer. A denial continues with the nearest misses, an allow or a denial by a deny rule
// with the proof. An undecided outcome continues with the error and the rules in which it
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

// proof returns the lines of the proof. If only the rule is known, it returns that one
// line, and nothing if the rule is not known either.
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
			b.WriteString(", which repeats a call in progress")
		} else if n.Known {
			b.WriteString(", which has failed before")
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

// maxIndent is the depth up to which steps are indented.
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
		Field      string      `json:"field,omitempty"`
		Path       string      `json:"path,omitempty"`
		Rule       string      `json:"rule"`
		By         *jsonRule   `json:"by,omitempty"`
		Version    string      `json:"policy_version"`
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
		Known    bool              `json:"known,omitempty"`
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
// policy_version, rule, by, error, stack, misses and other_rules. The field incomplete is set if
// reasons may be missing, and tried is the tree of what was tried.
func (x *Explanation) MarshalJSON() ([]byte, error) {
	j := jsonExplanation{
		Verdict: x.Verdict.String(),
		Actor:   jsonSubject{x.actor, x.actorID}, Action: x.action, Resource: jsonSubject{x.resource, x.resourceID},
		Field: x.field, Path: x.path, Rule: x.Rule,
		Version: x.PolicyVersion, By: ruleJSON(x.By), Others: x.Others, Incomplete: x.caveat(),
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
		node := &jsonNode{Kind: n.Kind.String(), Status: n.Status.String(), At: n.Pos.String(), Text: n.Text, Loop: n.Loop, Known: n.Known, Values: valuesJSON(n.Values)}
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
