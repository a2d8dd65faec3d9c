package vm

// This file defines Trace, the record of what a query tried.
//
// A trace is a flat list of nodes with links to their parents, in the order in
// which they were begun. Recording one is an append, and nothing is recorded
// unless a trace was asked for. A node is marked when it succeeds, which a goal
// that is entered again by backtracking may do more than once.

import (
	"github.com/ursa-authz/ursa/authz/polar/internal/resolve"
	"github.com/ursa-authz/ursa/authz/polar/syntax"
)

// A TraceKind says what a node of a trace stands for.
type TraceKind uint8

// The kinds of trace nodes.
const (
	TraceQuery TraceKind = iota // the query: the root
	TraceCall                   // a rule call, or a negation
	TraceRule                   // one rule that was tried for the call above it
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
	Rule   *RuleInfo       // of TraceRule
	Pos    syntax.Position // of the goal
	Goal   syntax.Node     // the goal; nil when a block made it
	Name   string          // of the rule that TraceCall calls; "not" for a negation
}

// A Trace is what a query tried.
type Trace struct {
	Nodes []TraceNode
}

// SetTrace makes the machine record what it tries. It must be called before Start.
func (m *Machine) SetTrace(t *Trace) { m.trace = t }

func (t *Trace) add(parent int32, n TraceNode) int32 {
	n.Parent = parent
	t.Nodes = append(t.Nodes, n)
	return int32(len(t.Nodes) - 1)
}

func (t *Trace) succeed(i int32) {
	if t.Nodes[i].Status == TraceFailed {
		t.Nodes[i].Status = TraceSucceeded
	}
}

func (t *Trace) wait(i int32) { t.Nodes[i].Status = TraceWaiting }

// traceBytes is about the size of a TraceNode; a trace counts against the bytes of its query.
const traceBytes = 128

func (m *Machine) traceGoal(n *node) {
	m.bytes += traceBytes
	m.goal = m.trace.add(m.frames[m.frame].trace, TraceNode{Kind: TraceGoal, Pos: n.pos, Goal: goalOf(n.text)})
}

func (m *Machine) traceCall(n *node) int32 {
	m.bytes += traceBytes
	name := n.name
	if n.op == opNot {
		name = "not"
	}
	m.goal = m.trace.add(m.frames[m.frame].trace, TraceNode{Kind: TraceCall, Pos: n.pos, Goal: goalOf(n.text), Name: name})
	return m.goal
}

func (m *Machine) traceRule(call int32, cl *clause) int32 {
	m.bytes += traceBytes
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
	if p := m.trace.Nodes[f.trace].Parent; p >= 0 {
		m.trace.succeed(p)
	}
}

func goalOf(at *resolve.At) syntax.Node {
	if at == nil {
		return nil
	}
	return at.Node
}
