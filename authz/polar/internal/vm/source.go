package vm

// This file defines Source, which leads from compiled goals back to the text of a rule.
//
// Nodes have neither the text of their goals nor their place in the source: rules that
// differ only in constants of their heads share nodes. A node has the number of its goal,
// in the order of compilation. To find the goals, the rule is read and compiled again.
// Its position is relative to the start of the rule.

import (
	"github.com/ursa-authz/ursa/authz/polar/internal/resolve"
	"github.com/ursa-authz/ursa/authz/polar/syntax"
)

// A Source is a rule as written, and the places of its compiled goals. It is immutable.
type Source struct {
	Rule  *resolve.Rule
	goals []*resolve.At
}

// Source reads the rule with an index again.
func (p *Program) Source(index int) *Source {
	info := &p.rules[index]
	s := &Source{Rule: p.module.Rule(index)}
	cc := &compiler{
		p: p, pred: p.preds[info.Name][len(s.Rule.Params)], info: info,
		note: func(at *resolve.At) { s.goals = append(s.goals, at) },
	}
	cc.shape(s.Rule)
	return s
}

// source returns the rule of the current activation, or nil if that is the query.
func (m *Machine) source() *Source {
	c := m.frames[m.frame].clause
	if c.rule < 0 {
		return nil
	}
	return m.trace.Source(c.rule)
}

// written returns where the goal of a node of the current activation is written, or nil if
// it is not a goal of a rule.
func (m *Machine) written(n *node) *resolve.At {
	if n.goal == 0 {
		return nil
	}
	s := m.source()
	if s == nil {
		return nil
	}
	return s.goals[n.goal-1]
}

// A relPos is a position relative to the start of a rule: how many lines below, and the
// column, which on the first line counts from the start of the rule.
type relPos struct{ line, col int32 }

// relativeTo returns the position relative to the rule.
func relativeTo(i *RuleInfo, p syntax.Position) relPos {
	r := relPos{p.Line - i.Pos.Line, p.Col}
	if r.line == 0 {
		r.col -= i.Pos.Col
	}
	return r
}

// at returns the position in the source, which is unknown if that of the rule is.
func (c *clause) at(r relPos) syntax.Position {
	p := c.info.Pos
	switch {
	case !p.IsValid():
	case r.line == 0:
		p.Col += r.col
	default:
		p.Line, p.Col = p.Line+r.line, r.col
	}
	return p
}
