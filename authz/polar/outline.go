package polar

// This file defines outlines: the bodies of rules as their authors wrote them.
//
// The solver works on smaller goals than the written ones: a.x = b.y is two lookups
// and a unification. It also has no "or", only places to backtrack to. An outline maps
// the solver's goals to the text: the written goal that a goal is part of, the
// alternatives around it, and the number of goals before it.

import (
	"strconv"
	"strings"

	"github.com/ursa-authz/ursa/authz/internal/host"
	"github.com/ursa-authz/ursa/authz/polar/internal/resolve"
	"github.com/ursa-authz/ursa/authz/polar/syntax"
)

// A Branch is a part of a policy whose coverage tests can measure: a rule, or an
// alternative of an "or" in a rule. It is shared and must not be modified.
type Branch struct {
	Rule        *RuleInfo
	Alternative bool        // it is an alternative, not the whole rule
	Span        syntax.Span // its place in the source
	Text        string      // the rule's head, or the alternative
}

// Branches returns the rules of the policy in source order, those of blocks last,
// each followed by the alternatives in its body. It reads the bodies of all rules again.
func (p *Policy) Branches() []*Branch {
	var all []*Branch
	for i := range p.prog.Rules() {
		all = append(all, p.outlineOf(p.module.Rule(i)).branches...)
	}
	return all
}

// An outline is the outline of one rule.
type outline struct {
	branch   *Branch
	head     *goal                     // the result of find for everything that is not below
	branches []*Branch                 // the rule and its alternatives, in order
	goals    map[syntax.Node]*goal     // by each node of its expression
	calls    map[syntax.Position]*goal // the calls in a rule that a block made
}

// A goal is a goal of a body, as written.
type goal struct {
	pos      syntax.Position
	text     string
	in       string          // of X in Y: the text of Y
	or       syntax.Position // the innermost or around it
	args     []string        // of a call in a rule that a block made
	before   int             // how many goals have succeeded before it is reached
	branches []*Branch       // the alternatives around it, outermost first; inside a negation, only those inside the negation
	closes   []*Branch       // the alternatives that hold if it succeeds
}

// find returns the goal that a goal of the solver is part of.
func (o *outline) find(at *resolve.At, pos syntax.Position) *goal {
	switch {
	case at == nil:
	case at.Node != nil:
		if g := o.goals[at.Node]; g != nil {
			return g
		}
	case o.calls[pos] != nil:
		return o.calls[pos]
	}
	return o.head
}

// outlineOf makes the outline of a rule. The outlines of one rule share its branches, which
// traces and [Policy.Branches] identify by their addresses.
func (p *Policy) outlineOf(r *resolve.Rule) *outline {
	p.branchLock.Lock()
	defer p.branchLock.Unlock()
	o := &outline{
		head:  &goal{pos: r.Pos, text: r.Text},
		goals: make(map[syntax.Node]*goal),
		calls: make(map[syntax.Position]*goal),
	}
	w := outliner{o: o, known: p.branches[r.Index]}
	o.branch = w.branch(Branch{Rule: &p.prog.Rules()[r.Index], Span: syntax.Span{Start: r.Pos, End: r.End}, Text: r.Text})
	w.rule(r)
	if p.branches == nil {
		p.branches = make(map[int][]*Branch)
	}
	p.branches[r.Index] = o.branches
	return o
}

// rule adds the goals of a rule.
func (w *outliner) rule(r *resolve.Rule) {
	if r.Node == nil {
		w.made(r)
		return
	}
	n := 0
	if r.Node.Body != nil {
		_, n = w.expr(r.Node.Body, 0, nil)
	}
	for _, param := range r.Node.Params {
		text := syntax.ExprString(param.Value)
		if param.Specializer != nil {
			text += ": " + syntax.PatternString(param.Specializer)
		}
		w.add(param, &goal{pos: param.Start, text: text, before: n})
	}
}

// An outliner makes the outline of one rule.
type outliner struct {
	o     *outline
	known []*Branch       // of an earlier outline of the rule
	or    syntax.Position // the innermost or around what is being added
}

// branch adds a branch: that of an earlier outline, or b.
func (w *outliner) branch(b Branch) *Branch {
	added := &b
	if i := len(w.o.branches); i < len(w.known) {
		added = w.known[i]
	}
	w.o.branches = append(w.o.branches, added)
	return added
}

// expr adds the goals of x, which come after n goals. It returns the goals that end
// x, and the number of goals on the longest path through it. Like the parser that
// made x, it recurses up to a fixed depth.
func (w *outliner) expr(x syntax.Expr, n int, around []*Branch) (last []*goal, after int) {
	x = syntax.Unparen(x)
	switch x := x.(type) {
	case *syntax.NaryExpr:
		if x.Op == syntax.OpOr {
			return w.alternatives(x, n, around)
		}
		for _, e := range x.Elems {
			ends, after := w.expr(e, n, around)
			if n = after; ends != nil {
				last = ends
			}
		}
		return last, n
	case *syntax.DebugExpr:
		return nil, n // not a goal: nothing is left of it
	}
	g := &goal{pos: x.Pos(), text: syntax.ExprString(x), before: n, branches: around}
	if len(around) > 0 {
		g.or = w.or
	}
	switch x := x.(type) {
	case *syntax.NotExpr:
		w.o.goals[x] = g
		w.expr(x.X, 0, nil)
	case *syntax.ForallExpr:
		w.o.goals[x] = g
		_, n := w.expr(x.Cond, 0, nil)
		w.expr(x.Body, n, nil)
	default:
		if in, ok := x.(*syntax.BinaryExpr); ok && in.Op == syntax.OpIn {
			g.in = syntax.ExprString(in.Y)
		}
		w.add(x, g)
	}
	return []*goal{g}, n + 1
}

func (w *outliner) alternatives(x *syntax.NaryExpr, n int, around []*Branch) (last []*goal, longest int) {
	longest = n
	outer := w.or
	defer func() { w.or = outer }()
	for _, e := range x.Elems {
		w.or = x.Pos()
		b := w.branch(Branch{Rule: w.o.branch.Rule, Alternative: true, Span: e.Range(), Text: syntax.ExprString(syntax.Unparen(e))})
		ends, after := w.expr(e, n, append(around[:len(around):len(around)], b))
		for _, g := range ends {
			g.closes = append(g.closes, b)
		}
		last = append(last, ends...)
		longest = max(longest, after)
	}
	return last, longest
}

// add makes g the goal of x and all its parts.
func (w *outliner) add(x syntax.Node, g *goal) {
	syntax.Walk(x, func(n syntax.Node) bool {
		w.o.goals[n] = g
		return true
	})
}

// made adds the goals of a rule that a block made. They are all calls.
func (w *outliner) made(r *resolve.Rule) {
	for i, g := range r.Body.Goals {
		if call, ok := g.(*resolve.Call); ok {
			args := callArgs(r, call)
			text := call.Pred.Name + "(" + strings.Join(args, ", ") + ")"
			w.o.calls[call.Pos] = &goal{pos: call.Pos, text: text, args: args, before: i}
		}
	}
}

// callArgs returns the texts of the arguments of a call in a rule that a block made.
func callArgs(r *resolve.Rule, call *resolve.Call) []string {
	args := make([]string, len(call.Args))
	for i, a := range call.Args {
		switch a := a.(type) {
		case *resolve.Var:
			args[i] = r.Vars[a.Slot]
		case *resolve.Const:
			if a.Value.Kind() == host.String {
				args[i] = strconv.Quote(a.Value.Str())
			}
		}
	}
	return args
}
