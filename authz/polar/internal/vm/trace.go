package vm

// This file defines Trace, the record of what a query tried.
//
// A trace is a flat list of nodes with links to their parents, in the order in
// which they began. Recording a node is an append, and nothing is recorded
// unless a trace was requested. A node is marked when it succeeds; a goal that is
// entered again by backtracking may succeed more than once. If the list is full, the
// query continues and the rest is not recorded. A trace may be incomplete, but it
// never changes the answer.

import (
	"reflect"
	"slices"
	"strings"
	"time"

	"github.com/ursa-authz/ursa/authz/internal/host"
	"github.com/ursa-authz/ursa/authz/internal/meter"
	"github.com/ursa-authz/ursa/authz/polar/internal/resolve"
	"github.com/ursa-authz/ursa/authz/polar/syntax"
)

// A TraceKind is the kind of a trace node.
type TraceKind uint8

// The kinds of trace nodes.
const (
	TraceQuery TraceKind = iota // the query: the root
	TraceCall                   // a rule call, or a negation
	TraceRule                   // a rule that was tried for its parent, a call
	TraceGoal                   // any other goal
)

// A TraceStatus says how a node ended.
type TraceStatus uint8

// The statuses.
const (
	TraceFailed    TraceStatus = iota // no solution
	TraceSucceeded                    // at least one solution
	TraceWaiting                      // waits for a variable
)

// A TraceNode is one node of a trace.
type TraceNode struct {
	Parent int32 // index of the node above; -1 for the root
	Kind   TraceKind
	Status TraceStatus
	Rule   *RuleInfo       // of TraceRule and TraceQuery
	Pos    syntax.Position // of the goal
	At     *resolve.At     // of the goal, another one for each; nil for a specializer that waited
	Name   string          // of the rule that TraceCall calls; NotName for a negation
	Loop   bool            // of TraceCall: it is already being solved further up
	Known  bool            // of TraceCall: it has failed before
	Values []TraceValue    // the values that were read and may be shown
}

// NotName is the name of a call that is a negation. No rule can have this name.
const NotName = "not"

// A TraceValue is a value that a goal read.
type TraceValue struct {
	Expr  syntax.Node // what was read; nil for a variable
	Var   string      // the name of the variable
	Value string      // as print shows it
}

// A Trace is a record of what a query tried. The caller sets Limit, the number of
// nodes to record, and Values. If Values is set, the trace records the values of all
// fields, variables and method results, otherwise only of fields tagged
// `polar:",show"`.
type Trace struct {
	Limit  int
	Values bool
	Nodes  []TraceNode
	Full   bool // something was not recorded

	leaves  map[*indexNode]map[*clause]bool // what the index leaves for calls, if it is much
	shown   int                             // how many values were recorded
	sources map[int]*Source                 // of the rules that were tried, by index
}

// The recorded text of values is bounded: printing a large value takes longer than
// the step that read it.
const (
	maxValues    = 1000 // in a trace
	maxValueText = 100  // bytes of each
)

// SetTrace makes the machine record what it tries. It must be called before Start.
func (m *Machine) SetTrace(t *Trace) { m.trace = t }

var timeType = reflect.TypeFor[time.Time]()

// notRecorded is the index of a node that was not recorded because the trace was full.
const notRecorded = -1

func (t *Trace) add(parent int32, n TraceNode) int32 {
	if len(t.Nodes) >= t.Limit {
		t.Full = true
		return notRecorded
	}
	n.Parent = parent
	t.Nodes = append(t.Nodes, n)
	return int32(len(t.Nodes) - 1)
}

func (t *Trace) succeed(i int32) {
	if i >= 0 && t.Nodes[i].Status == TraceFailed {
		t.Nodes[i].Status = TraceSucceeded
	}
}

// wait marks a goal, or a rule's head, that waits. The rule continues.
func (t *Trace) wait(i int32) {
	if i >= 0 && t.Nodes[i].Kind != TraceRule {
		t.Nodes[i].Status = TraceWaiting
	}
}

// known marks a call that was not tried, and why.
func (t *Trace) known(i int32, known repetition) {
	if i >= 0 {
		t.Nodes[i].Loop, t.Nodes[i].Known = known == repeatsAncestor, known == hasFailedBefore
	}
}

// negated marks a negation that succeeds, or waits.
func (t *Trace) negated(i int32, waits bool) {
	if waits {
		t.wait(i)
	} else {
		t.succeed(i)
	}
}

// traced returns the trace node of a goal of the current activation.
func (m *Machine) traced(kind TraceKind, n *node, name string) TraceNode {
	return TraceNode{Kind: kind, Pos: m.frames[m.frame].clause.info.at(n.pos), At: m.written(n), Name: name}
}

// traceGoal records that a goal is about to be solved.
func (m *Machine) traceGoal(n *node) {
	m.goal = m.trace.add(m.frames[m.frame].trace, m.traced(TraceGoal, n, ""))
}

// traceStep records the result of the goal that traceGoal recorded.
func (m *Machine) traceStep(n *node, ok bool) {
	if m.goal < 0 {
		return
	}
	if ok {
		m.trace.succeed(m.goal)
	}
	switch n.op {
	case opLookup:
		m.traceField(n)
	case opMethod:
		if ok && m.trace.Values {
			m.traceTerm(&n.c, m.written(n).Node, "")
		}
	case opUnify, opCompare, opIn, opMatches, opTruth:
		if m.trace.Values {
			m.traceVar(&n.a)
			m.traceVar(&n.b)
		}
	}
}

// traceField records the value of the field that a lookup has read, if it may be
// shown. It skips relations, since reading one again might fetch it.
func (m *Machine) traceField(n *node) {
	if n.name == "" {
		return
	}
	obj, err := m.value(&n.a, m.frames[m.frame].base)
	if err != nil || obj.Kind() != host.Instance {
		return
	}
	a := attrOf(n.attrs, obj.Plan, n.name)
	if a == nil || a.Relation != nil || !a.Show && !m.trace.Values {
		return
	}
	if v, err := a.Load(obj.Ptr); err == nil {
		m.traceValue(v, m.written(n).Node, "")
	}
}

// traceVar records the value of an operand that is a variable with a name.
func (m *Machine) traceVar(op *operand) {
	if op.kind != varOperand {
		return
	}
	src := m.source()
	if src == nil || int(op.slot) >= len(src.Rule.Vars) {
		return
	}
	if name := src.Rule.Vars[op.slot]; name != "" && name[0] != '_' {
		m.traceTerm(op, nil, name)
	}
}

func (m *Machine) traceTerm(op *operand, expr syntax.Node, name string) {
	aside := m.acct.Aside()
	defer m.acct.Resume(aside)
	if v, err := m.value(op, m.frames[m.frame].base); err == nil {
		m.traceValue(v, expr, name)
	}
}

// traceValue records a value, unless it is an instance or a term with unbound
// variables.
func (m *Machine) traceValue(v Value, expr syntax.Node, name string) {
	switch v.Kind() {
	case host.Nil, host.Bool, host.Int, host.Float, host.String:
	case host.List, host.Dict:
		if isOpen(v) {
			return
		}
	case host.Instance:
		if v.Plan.Type != timeType {
			return
		}
	default:
		return
	}
	if m.trace.shown == maxValues {
		return
	}
	m.trace.shown++
	text := host.Print(v)
	if len(text) > maxValueText {
		text = strings.ToValidUTF8(text[:maxValueText], "") + "..."
	}
	n := &m.trace.Nodes[m.goal]
	n.Values = append(n.Values, TraceValue{Expr: expr, Var: name, Value: text})
}

// traceCall records that a rule is about to be called, or a goal negated.
func (m *Machine) traceCall(n *node) int32 {
	name := n.name
	if n.op == opNot {
		name = NotName
	}
	m.goal = m.trace.add(m.frames[m.frame].trace, m.traced(TraceCall, n, name))
	return m.goal
}

// A ghost is a rule that a trace tries although the index rules it out because of the
// beginning of its body: a reader of the trace may be interested in it. It fails soon, and
// what that costs does not count, so that the answer is that of a decision at any limit.
type ghost struct {
	active bool
	aside  meter.Aside
	steps  int // of all ghosts
}

// withGhosts adds the rules that the index rules out to those of a call.
func (m *Machine) withGhosts(pr *pred, leaf *indexNode, clauses []*clause, args []Value, callTrace int32) (all []*clause, err error) {
	aside := m.acct.Aside()
	defer func() { m.haunt(m.acct.Resume(aside)) }()
	for _, c := range pr.clauses {
		if err := m.charge(1); err != nil {
			return nil, err
		}
		if m.trace.isGhost(leaf, c) {
			switch ok, err := m.applicable(c, args); {
			case err != nil:
				return nil, err
			case ok:
				all = append(all, c)
			case m.prog.mayMatch(c, args):
				m.traceRule(callTrace, c)
			}
		}
	}
	if len(all) == 0 {
		return clauses, nil
	}
	merged := make([]*clause, 0, len(all)+len(clauses))
	for _, c := range clauses {
		for len(all) > 0 && all[0].order < c.order {
			merged, all = append(merged, all[0]), all[1:]
		}
		merged = append(merged, c)
	}
	return append(merged, all...), nil
}

// isGhost reports whether the index rules a clause out.
func (t *Trace) isGhost(leaf *indexNode, c *clause) bool {
	if len(leaf.clauses) <= 8 {
		return !slices.Contains(leaf.clauses, c)
	}
	in := t.leaves[leaf]
	if in == nil {
		in = make(map[*clause]bool, len(leaf.clauses))
		for _, c := range leaf.clauses {
			in[c] = true
		}
		if t.leaves == nil {
			t.leaves = make(map[*indexNode]map[*clause]bool)
		}
		t.leaves[leaf] = in
	}
	return !in[c]
}

// beginGhost begins to try a rule of a call, which may be a ghost.
func (m *Machine) beginGhost(leaf *indexNode, c *clause) {
	if m.trace != nil && m.trace.isGhost(leaf, c) {
		m.ghost.active, m.ghost.aside = true, m.acct.Aside()
	}
}

// endGhost ends a ghost, which has failed.
func (m *Machine) endGhost() {
	m.ghost.active = false
	m.haunt(m.acct.Resume(m.ghost.aside))
}

// haunt counts the steps of ghosts. There are no more of them after as many steps as a
// query may take.
func (m *Machine) haunt(steps int) {
	if m.ghost.steps += steps; m.ghost.steps > m.limits.Steps {
		m.trace.Full = true
	}
}

// traceRule records that a rule is about to be tried for a call.
func (m *Machine) traceRule(call int32, cl *clause) int32 {
	m.goal = m.trace.add(call, TraceNode{Kind: TraceRule, Pos: cl.info.Pos, Rule: cl.info})
	return m.goal
}

// traceReturn marks the rule that the current activation tried, and its call.
func (m *Machine) traceReturn() {
	f := &m.frames[m.frame]
	if f.wake || f.trace < 0 {
		return
	}
	m.trace.succeed(f.trace)
	m.trace.succeed(m.trace.Nodes[f.trace].Parent)
}
