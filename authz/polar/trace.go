package polar

// This file defines Trace, a record of what a query tried.

import (
	"context"
	"iter"
	"slices"
	"sync"

	"github.com/ursa-authz/ursa/authz/polar/internal/resolve"
	"github.com/ursa-authz/ursa/authz/polar/internal/vm"
	"github.com/ursa-authz/ursa/authz/polar/syntax"
)

// A TraceKind is the kind of a trace node.
type TraceKind uint8

// The kinds of trace nodes.
const (
	TraceQuery  TraceKind = iota // the query itself: the root
	TraceCall                    // a goal that calls a rule
	TraceRule                    // a rule that was tried for its parent, a call
	TraceBranch                  // an alternative of an "or"
	TraceNot                     // a goal that is a negation or a forall
	TraceGoal                    // any other goal
)

// String returns "query", "call", "rule", "branch", "not" or "goal".
func (k TraceKind) String() string {
	return [...]string{"query", "call", "rule", "branch", "not", "goal"}[min(k, TraceGoal)]
}

// A TraceStatus says how a node of a trace ended.
type TraceStatus uint8

// The statuses.
const (
	TraceFailed    TraceStatus = iota // it had no solution
	TraceSucceeded                    // it had at least one solution
	TraceWaiting                      // it waited for a variable; when it ran again, it got another node
	TraceErred                        // the query ended in an error here
)

// String returns "failed", "succeeded", "waiting" or "error".
func (s TraceStatus) String() string {
	return [...]string{"failed", "succeeded", "waiting", "error"}[min(s, TraceErred)]
}

// A TraceNode is one node of a trace.
type TraceNode struct {
	Kind     TraceKind
	Status   TraceStatus
	Pos      syntax.Position // of the goal, the alternative or the rule's head
	Text     string          // the goal, the alternative or the rule's head in the language; "" for the query
	Name     string          // of TraceCall: the name of the called rule
	Rule     *RuleInfo       // of TraceRule
	Branch   *Branch         // of TraceRule and TraceBranch
	Before   int             // of a goal: how many goals of the rule, or of the negation, succeeded before it
	In       string          // of a goal X in Y: the text of Y
	Or       syntax.Position // of a goal in an alternative: the innermost or; not valid for others
	Loop     bool            // of TraceCall: a call further up is the same, so this one has no solution
	Why      string          // of TraceCall, with TraceOptions.Heads: the name that no rule knows, in words
	Heads    []TraceHead     // of TraceCall, with TraceOptions.Heads: the rules that all arguments but one match; of TraceRule, the argument that its head did not match
	Values   []TraceValue    // of a goal: the values that it read and that may be shown
	Children []*TraceNode    // in the order in which they were tried

	index int        // of TraceRule: of the rule in the program
	up    *TraceNode // the node above
}

// A TraceValue is a value that a goal read.
type TraceValue struct {
	Expr  string // the expression, such as user.id
	Value string // as print shows it, the first 100 bytes
}

// A TraceHead is a rule that a call does not match because of one of the arguments, which is of
// another class or does not match a pattern.
type TraceHead struct {
	Rule  *RuleInfo
	Arg   int    // the argument, from 0
	Actor bool   // the argument is the first one of the query, which is the actor
	Text  string // the argument as written, or "the actor"
	Want  string // what it must be, such as "a User", or a pattern
	Is    string // what it is, such as "a Guest"; empty if Want is a pattern
}

// Why returns why the rule does not match, such as "the actor must be a User, and is a Guest".
func (h TraceHead) Why() string {
	switch h.Is {
	case "":
		return h.Text + " is not " + h.Want
	case "nil":
		return h.Text + " is nil"
	}
	return h.Text + " must be " + h.Want + ", and is " + h.Is
}

// A Trace is a tree of what a query tried, in the order in which it was tried. A
// goal that was tried again after others failed occurs again. Without
// TraceOptions.Values, a Trace contains the policy's text and no values of actors or
// resources, except those of fields tagged `polar:",show"`.
type Trace struct {
	Root    *TraceNode
	Rules   int     // how many rules have the name and number of parameters of the query
	Outcome Outcome // the decision
	Err     error   // why the query ended early, or nil
	Full    bool    // the trace is incomplete because it reached its bound; the outcome is still correct
}

// TraceOptions are options of [Policy.Trace].
type TraceOptions struct {
	// Values includes the values of all plain fields, variables and method
	// results. It is meant for development.
	Values bool

	// All finds all solutions, like Query, and not just one, like Decide.
	All bool

	// Heads also finds, for up to 200 calls, the rules whose heads match all arguments but
	// one. They explain a denial.
	Heads bool
}

// maxTrace is how many steps of the solver a trace records, at about 150 bytes each.
const maxTrace = 1 << 16

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
			for _, c := range slices.Backward(e.node.Children) {
				stack = append(stack, entry{e.depth + 1, c})
			}
		}
	}
}

// Trace evaluates rule(args...) and returns what was tried. The outcome is the one of
// Decide. With TraceOptions.All, Trace finds all solutions, like Query. It takes no
// shortcuts, so it costs more than Decide and Query, and may exceed a limit of depth or
// steps where they do not. Output of print goals is discarded. An argument that is a
// [Var] is a variable.
func (p *Policy) Trace(ctx context.Context, rule string, args []any, opts TraceOptions) *Trace {
	config := p.config
	config.Print = nil // the decision has printed it
	m := p.prog.Machine(ctx, &config)
	defer m.Release()
	rules := newReader(p)
	record := records.Get().(*vm.Record)
	defer func() {
		if record.Reset() {
			records.Put(record)
		}
	}()
	record.Limit, record.Values, record.Heads, record.Source = maxTrace, opts.Values, opts.Heads, rules.source
	m.SetTrace(record)
	t := &Trace{Root: &TraceNode{Kind: TraceQuery}}
	if !m.StartRule(rule, len(args)) {
		t.Err = p.noRule(ctx, rule)
		return t
	}
	t.Rules = p.prog.NumRules(rule, len(args))
	_, t.Err = setArgs(m, args)
	for n := 0; t.Err == nil && n < p.config.Limits.Results && (n == 0 || opts.All); n++ {
		ok, err := m.Next()
		if t.Err = err; !ok {
			break
		}
		if n == 0 {
			t.Outcome = Outcome{Allowed: true, Rule: m.Decided()}
		}
	}
	if t.Err != nil {
		t.Outcome = Outcome{}
	}
	t.Full = record.Full
	t.Root = newFolder(p, rules, record, args).fold(t.Err != nil && !t.Full)
	return t
}

// records has records of finished traces. Their memory is half of what a trace needs.
var records = sync.Pool{New: func() any { return new(vm.Record) }}

// A folder makes a tree from the solver's records. It combines the solver's small
// goals into the written goals, and puts these into their alternatives.
type folder struct {
	p      *Policy
	rules  *reader
	args   []any // of the query
	nodes  []vm.Entry
	scopes []*scope     // by index of a record that has goals below it
	places []*TraceNode // by index of a record: the node that it became a part of
	calls  []int        // the records of calls with heads
	room   []TraceNode  // for nodes
}

// A scope contains goals: a rule's body, the inside of a negation, or the query.
type scope struct {
	node    *TraceNode
	outline *outline // of the rule; nil for the query

	// The current goal. The next records may be parts of it.
	goal  *goal
	run   *TraceNode
	parts []*resolve.At
	waits []*resolve.At // the parts that wait
	open  []*TraceNode  // the alternatives that it is in, outermost first
}

func newFolder(p *Policy, rules *reader, record *vm.Record, args []any) *folder {
	return &folder{
		p: p, rules: rules, args: args, nodes: record.Entries,
		scopes: make([]*scope, len(record.Entries)),
		places: make([]*TraceNode, len(record.Entries)),
	}
}

// add adds a node below another one.
func (f *folder) add(to *TraceNode, node TraceNode) *TraceNode {
	if len(f.room) == cap(f.room) {
		const most = 16
		f.room = make([]TraceNode, 0, min(len(f.nodes), most))
	}
	node.up = to
	f.room = append(f.room, node)
	n := &f.room[len(f.room)-1]
	to.Children = append(to.Children, n)
	return n
}

// fold returns the root. If erred is set, the last record ended in an error.
func (f *folder) fold(erred bool) *TraceNode {
	for i := range f.nodes {
		r := &f.nodes[i]
		switch {
		case r.Kind == vm.QueryEntry:
			n := &TraceNode{Kind: TraceQuery, Status: TraceStatus(r.Status)}
			f.places[i], f.scopes[i] = n, &scope{node: n}
		case r.Kind == vm.RuleEntry:
			o := f.rules.rule(r.Index).outline
			f.places[i] = f.add(f.places[r.Parent], TraceNode{
				Kind: TraceRule, Status: TraceStatus(r.Status),
				Rule: r.Rule, Branch: o.branch, Pos: r.Pos, Text: r.Rule.Head, index: r.Index,
			})
			f.scopes[i] = &scope{node: f.places[i], outline: o}
		case f.isForallBody(r):
			f.scopes[i], f.places[i] = f.scopes[r.Parent], f.places[r.Parent]
		default:
			f.goal(i, r)
		}
	}
	for _, s := range f.scopes {
		if s != nil {
			s.finish()
		}
	}
	if erred {
		for n := f.places[len(f.nodes)-1]; n != nil; n = n.up {
			if n.Status == TraceFailed {
				n.Status = TraceErred
			}
		}
	}
	root := f.places[0]
	for _, c := range root.Children {
		if c.Status == TraceSucceeded {
			root.Status = TraceSucceeded
		}
	}
	f.heads()
	return root
}

// isForallBody reports whether a record is the second half of a forall, which the
// solver negates once more. Its goals belong to the forall.
func (f *folder) isForallBody(r *vm.Entry) bool {
	if r.Kind != vm.CallEntry || r.Parent < 0 {
		return false
	}
	above := f.nodes[r.Parent].At
	if above == nil {
		return false
	}
	forall, ok := above.Node.(*syntax.ForallExpr)
	body, _ := r.At.Node.(syntax.Expr)
	return ok && body != nil && syntax.Unparen(body) == syntax.Unparen(forall.Body)
}

// goal adds the record i of a goal.
func (f *folder) goal(i int, r *vm.Entry) {
	s := f.scopes[r.Parent]
	var g *goal
	if s.outline != nil {
		g = s.outline.find(r.At, r.Pos)
	} else {
		g = &goal{pos: r.Pos, text: r.Name}
	}
	if !s.continues(g, r.At) {
		s.finish()
		s.goal, s.parts, s.waits = g, s.parts[:0], s.waits[:0]
		s.run = f.add(f.inBranches(s, g.branches), TraceNode{
			Kind: TraceGoal, Pos: g.pos, Text: g.text, In: g.in, Or: g.or, Before: g.before,
		})
	}
	s.part(r.At, TraceStatus(r.Status))
	f.places[i] = s.run
	for _, v := range r.Values {
		s.run.addValue(v)
	}
	if r.Kind == vm.CallEntry {
		s.run.Kind, s.run.Name, s.run.Loop = TraceCall, r.Name, r.Loop
		if r.Name == vm.NotName {
			s.run.Kind, s.run.Name = TraceNot, ""
			f.scopes[i] = &scope{node: s.run, outline: s.outline}
		}
		if r.Heads != nil {
			f.calls = append(f.calls, i)
		}
	}
}

// finish is called when the current goal has no further parts. The alternatives that
// it ends hold if the goal holds, and wait if it waits.
func (s *scope) finish() {
	if s.run == nil {
		return
	}
	for _, n := range s.open {
		if n.Status != TraceSucceeded && slices.Contains(s.goal.closes, n.Branch) {
			n.Status = s.run.Status
		}
	}
}

// continues reports whether a record is the next part of the current goal, or a part
// that waited for the others.
func (s *scope) continues(g *goal, part *resolve.At) bool {
	return s.run != nil && s.goal == g && part != nil && s.run.Status != TraceFailed && s.run.Kind == TraceGoal &&
		(!slices.Contains(s.parts, part) || slices.Contains(s.waits, part))
}

// part adds a part to the current goal. The goal fails if a part fails, and waits as
// long as a part waits.
func (s *scope) part(at *resolve.At, status TraceStatus) {
	s.parts = append(s.parts, at)
	s.waits = slices.DeleteFunc(s.waits, func(w *resolve.At) bool { return w == at })
	if status == TraceWaiting {
		s.waits = append(s.waits, at)
	}
	if s.run.Status = status; status == TraceSucceeded && len(s.waits) > 0 {
		s.run.Status = TraceWaiting
	}
}

// inBranches returns the node of the innermost of the given alternatives. It enters
// those that are not open yet.
func (f *folder) inBranches(s *scope, branches []*Branch) *TraceNode {
	keep := 0
	for keep < len(branches) && keep < len(s.open) && s.open[keep].Branch == branches[keep] {
		keep++
	}
	s.open = s.open[:keep]
	at := s.node
	if keep > 0 {
		at = s.open[keep-1]
	}
	for _, b := range branches[keep:] {
		at = f.add(at, TraceNode{Kind: TraceBranch, Pos: b.Span.Start, Text: b.Text, Branch: b})
		s.open = append(s.open, at)
	}
	return at
}

// addValue adds a value that a part of the goal read.
func (n *TraceNode) addValue(v vm.EntryValue) {
	expr := v.Var
	if x, ok := v.Expr.(syntax.Expr); ok {
		expr = syntax.ExprString(x)
	}
	for _, known := range n.Values {
		if known.Expr == expr {
			return
		}
	}
	n.Values = append(n.Values, TraceValue{expr, v.Value})
}
