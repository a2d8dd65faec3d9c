package polar

// This file defines Trace, what a query tried.

import (
	"context"
	"iter"

	"github.com/ursa-authz/ursa/authz/polar/internal/vm"
	"github.com/ursa-authz/ursa/authz/polar/syntax"
)

// A TraceKind says what a node of a trace stands for.
type TraceKind uint8

// The kinds of trace nodes.
const (
	TraceQuery TraceKind = iota // the query itself: the root
	TraceCall                   // a call of a rule, or a negation
	TraceRule                   // one rule that was tried for the call above it
	TraceGoal                   // any other goal
)

// A TraceStatus says how a node of a trace ended.
type TraceStatus uint8

// The statuses.
const (
	TraceFailed    TraceStatus = iota // it had no solution
	TraceSucceeded                    // it had a solution, at least one
	TraceWaiting                      // it waited for a variable; when it ran again, that is a node of its own
	TraceErred                        // the query ended in an error here
)

// String returns "failed", "succeeded", "waiting" or "error".
func (s TraceStatus) String() string {
	switch s {
	case TraceSucceeded:
		return "succeeded"
	case TraceWaiting:
		return "waiting"
	case TraceErred:
		return "error"
	}
	return "failed"
}

// A TraceNode is one node of a trace.
type TraceNode struct {
	Kind     TraceKind
	Status   TraceStatus
	Rule     *RuleInfo       // of TraceRule
	Pos      syntax.Position // of the goal, or of the rule's head
	Goal     syntax.Node     // the goal as it was written; nil for a goal that a block stands for
	Name     string          // of TraceCall: the rule that is called, or "not"
	Children []*TraceNode    // in the order in which they were tried
}

// A Trace is a tree of what a query tried, in the order in which it was tried. It contains
// the policy's text and no value of the query.
type Trace struct {
	Root    *TraceNode
	Outcome Outcome // of a decision that was traced
	Err     error   // why the query ended early, or nil
}

// All returns the nodes of the trace with their depths, each before its children.
func (t *Trace) All() iter.Seq2[int, *TraceNode] {
	return func(yield func(int, *TraceNode) bool) {
		type entry struct {
			depth int
			node  *TraceNode
		}
		stack := []entry{{0, t.Root}}
		for len(stack) > 0 {
			e := stack[len(stack)-1]
			stack = stack[:len(stack)-1]
			if e.node == nil {
				continue
			}
			if !yield(e.depth, e.node) {
				return
			}
			for i := len(e.node.Children) - 1; i >= 0; i-- {
				stack = append(stack, entry{e.depth + 1, e.node.Children[i]})
			}
		}
	}
}

// Trace decides rule(actor, action, resource) as Decide does, and returns what
// it tried. An error of the decision is the trace's Err. The memory of a trace
// counts against Limits.Bytes.
func (p *Policy) Trace(ctx context.Context, rule string, actor, action, resource any) (*Trace, error) {
	m := p.prog.Machine(ctx, &p.config)
	defer m.Release()
	var record vm.Trace
	m.SetTrace(&record)
	t := &Trace{}
	if !m.StartRule(rule, 3) {
		if err := p.noRule(rule); err != nil {
			return nil, err
		}
		t.Root = &TraceNode{Kind: TraceQuery}
		return t, nil
	}
	for i, x := range [...]any{actor, action, resource} {
		if err := m.SetArg(i, x); err != nil {
			return nil, err
		}
	}
	ok, err := m.Next()
	if err == nil && ok {
		t.Outcome = Outcome{Allowed: true, Rule: p.ruleOf(m.Decided())}
	}
	t.Err = err
	t.Root = p.traceTree(&record, err)
	return t, nil
}

// traceTree makes a tree of a record. Nodes come after their parents in it.
func (p *Policy) traceTree(record *vm.Trace, err error) *TraceNode {
	nodes := make([]TraceNode, len(record.Nodes))
	for i, r := range record.Nodes {
		nodes[i] = TraceNode{
			Kind: TraceKind(r.Kind), Status: TraceStatus(r.Status), Rule: p.ruleOf(r.Rule),
			Pos: r.Pos, Goal: r.Goal, Name: r.Name,
		}
		if r.Parent >= 0 {
			parent := &nodes[r.Parent]
			parent.Children = append(parent.Children, &nodes[i])
		}
	}
	if err != nil && len(nodes) > 0 {
		nodes[len(nodes)-1].Status = TraceErred
	}
	return &nodes[0]
}
