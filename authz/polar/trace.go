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
	Loop     bool            // of TraceCall: a call further up is the same, so this one has no solution
	Pos      syntax.Position // of the goal, the alternative or the rule's head
	Text     string          // the goal, the alternative or the rule's head in the language; "" for the query
	Name     string          // of TraceCall: the name of the called rule
	Rule     *RuleInfo       // of TraceRule
	Branch   *Branch         // of TraceRule and TraceBranch
	Before   int             // of a goal: how many goals of the rule, or of the negation, succeeded before it
	In       string          // of a goal X in Y: the text of Y
	Or       syntax.Position // of a goal in an alternative: the innermost or; not valid for others
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
	f := folders.Get().(*folder)
	f.reader, f.args = newReader(p), args
	defer func() {
		if f.reset() {
			folders.Put(f)
		}
	}()
	f.record.Limit, f.record.Values, f.record.Heads, f.record.Source = maxTrace, opts.Values, opts.Heads, f.source
	m.SetTrace(&f.record)
	t := new(Trace)
	if !m.StartRule(rule, len(args)) {
		t.Root, t.Err = &TraceNode{Kind: TraceQuery}, p.noRule(ctx, rule)
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
	t.Full = f.record.Full
	t.Root = f.fold(t.Err != nil && !t.Full)
	return t
}

// folders has the folders of finished traces. Their memory is half of what a trace needs.
var folders = sync.Pool{New: func() any { return new(folder) }}

// A folder makes a tree from the solver's records. It combines the solver's small
// goals into the written goals, and puts these into their alternatives. Only then it is
// known how many nodes the tree has, so the folder drafts them first.
type folder struct {
	*reader
	record  vm.Record
	args    []any // of the query
	drafts  []draft
	places  []int32 // by index of a record: the draft that it became a part of
	scopes  []scope
	scopeOf []int32     // by index of a record that has goals below it: its scope
	calls   []int       // the records of calls with heads
	nodes   []TraceNode // the tree, by index of a draft
}

// A draft is a node of the tree to be.
type draft struct {
	kind   TraceKind
	status TraceStatus
	up     int32   // the draft above; -1 for the query
	below  int32   // how many drafts are below it
	record int32   // of TraceRule, TraceCall and TraceNot: the index of the record
	goal   *goal   // of a goal
	branch *Branch // of TraceRule and TraceBranch
}

// A scope contains goals: a rule's body, the inside of a negation, or the query.
type scope struct {
	at      int32    // the draft that they are below
	outline *outline // of the rule; nil for the query

	// The current goal. The next records may be parts of it.
	goal  *goal
	run   int32   // its draft; 0 before the first goal
	parts []int32 // the records of its parts
	waits []int32 // the parts that wait
	open  []int32 // the drafts of the alternatives that it is in, outermost first
}

// reset makes the folder empty, for another trace. It returns false if the folder is too
// large to be kept.
func (f *folder) reset() bool {
	clear(f.drafts)
	for i := range f.scopes {
		f.scopes[i].outline, f.scopes[i].goal = nil, nil
	}
	f.reader, f.args, f.nodes = nil, nil, nil
	f.drafts, f.scopes, f.calls = f.drafts[:0], f.scopes[:0], f.calls[:0]
	return f.record.Reset()
}

// add adds a draft below another one.
func (f *folder) add(up int32, d draft) int32 {
	if d.up = up; up >= 0 {
		f.drafts[up].below++
	}
	f.drafts = append(f.drafts, d)
	return int32(len(f.drafts) - 1)
}

// enter adds a scope for the goals below a record.
func (f *folder) enter(record int, o *outline) {
	n := len(f.scopes)
	if n < cap(f.scopes) {
		f.scopes = f.scopes[:n+1]
	} else {
		f.scopes = append(f.scopes, scope{})
	}
	s := &f.scopes[n]
	*s = scope{at: f.places[record], outline: o, parts: s.parts[:0], waits: s.waits[:0], open: s.open[:0]}
	f.scopeOf[record] = int32(n)
}

// fold returns the root. If erred is set, the last record ended in an error.
func (f *folder) fold(erred bool) *TraceNode {
	records := f.record.Entries
	f.places = slices.Grow(f.places[:0], len(records))[:len(records)]
	f.scopeOf = slices.Grow(f.scopeOf[:0], len(records))[:len(records)]
	for i := range records {
		r := &records[i]
		switch {
		case r.Kind == vm.QueryEntry:
			f.places[i] = f.add(-1, draft{kind: TraceQuery, status: TraceStatus(r.Status)})
			f.enter(i, nil)
		case r.Kind == vm.RuleEntry:
			o := f.rule(r.Index).outline
			f.places[i] = f.add(f.places[r.Parent], draft{kind: TraceRule, status: TraceStatus(r.Status), record: int32(i), branch: o.branch})
			f.enter(i, o)
		case f.isForallBody(r):
			f.scopeOf[i], f.places[i] = f.scopeOf[r.Parent], f.places[r.Parent]
		default:
			f.addGoal(i, r)
		}
	}
	for i := range f.scopes {
		f.finish(&f.scopes[i])
	}
	if erred {
		for i := f.places[len(records)-1]; i >= 0; i = f.drafts[i].up {
			if d := &f.drafts[i]; d.status == TraceFailed {
				d.status = TraceErred
			}
		}
	}
	f.build()
	root := &f.nodes[0]
	for _, c := range root.Children {
		if c.Status == TraceSucceeded {
			root.Status = TraceSucceeded
		}
	}
	f.heads()
	return root
}

// build makes the nodes of the drafts.
func (f *folder) build() {
	f.nodes = make([]TraceNode, len(f.drafts))
	below := make([]*TraceNode, len(f.drafts)-1)
	for i := range f.drafts {
		d, n := &f.drafts[i], &f.nodes[i]
		n.Kind, n.Status = d.kind, d.status
		switch r := &f.record.Entries[d.record]; d.kind {
		case TraceQuery:
		case TraceRule:
			n.Rule, n.Branch, n.Pos, n.Text, n.index = r.Rule, d.branch, r.Pos, r.Rule.Head, r.Index
		case TraceBranch:
			n.Branch, n.Pos, n.Text = d.branch, d.branch.Span.Start, d.branch.Text
		case TraceCall, TraceNot, TraceGoal:
			g := d.goal
			n.Pos, n.Text, n.In, n.Or, n.Before = g.pos, g.text, g.in, g.or, g.before
			if d.kind == TraceCall {
				n.Name = r.Name
			}
			n.Loop = d.kind != TraceGoal && r.Loop
		}
		n.Children, below = below[:0:d.below], below[d.below:]
		if d.below == 0 {
			n.Children = nil
		}
		if d.up >= 0 {
			n.up = &f.nodes[d.up]
			n.up.Children = append(n.up.Children, n)
		}
	}
	for i := range f.record.Entries {
		for _, v := range f.record.Entries[i].Values {
			f.node(i).addValue(v)
		}
	}
}

// node returns the node that a record became a part of.
func (f *folder) node(record int) *TraceNode { return &f.nodes[f.places[record]] }

// isForallBody reports whether a record is the second half of a forall, which the
// solver negates once more. Its goals belong to the forall.
func (f *folder) isForallBody(r *vm.Entry) bool {
	if r.Kind != vm.CallEntry || r.Parent < 0 {
		return false
	}
	above := f.record.Entries[r.Parent].At
	if above == nil {
		return false
	}
	forall, ok := above.Node.(*syntax.ForallExpr)
	if !ok {
		return false
	}
	body, _ := r.At.Node.(syntax.Expr)
	return body != nil && syntax.Unparen(body) == syntax.Unparen(forall.Body)
}

// addGoal adds the record i of a goal.
func (f *folder) addGoal(i int, r *vm.Entry) {
	s := &f.scopes[f.scopeOf[r.Parent]]
	var g *goal
	if s.outline != nil {
		g = s.outline.find(r.At, r.Pos)
	} else {
		g = &goal{pos: r.Pos, text: r.Name}
	}
	if !f.continues(s, g, r.At) {
		f.finish(s)
		s.goal, s.parts, s.waits = g, s.parts[:0], s.waits[:0]
		s.run = f.add(f.inBranches(s, g.branches), draft{kind: TraceGoal, goal: g})
	}
	f.part(s, i)
	f.places[i] = s.run
	if r.Kind == vm.CallEntry {
		d := &f.drafts[s.run]
		d.kind, d.record = TraceCall, int32(i)
		if r.Heads != nil {
			f.calls = append(f.calls, i)
		}
		if r.Name == vm.NotName {
			d.kind = TraceNot
			f.enter(i, s.outline)
		}
	}
}

// finish is called when the current goal has no further parts. The alternatives that
// it ends hold if the goal holds, and wait if it waits.
func (f *folder) finish(s *scope) {
	if s.run == 0 {
		return
	}
	for _, i := range s.open {
		if d := &f.drafts[i]; d.status != TraceSucceeded && slices.Contains(s.goal.closes, d.branch) {
			d.status = f.drafts[s.run].status
		}
	}
}

// continues reports whether a record of a goal is the next part of the current goal, or a part
// that waited for the others.
func (f *folder) continues(s *scope, g *goal, part *resolve.At) bool {
	if s.run == 0 || s.goal != g || part == nil {
		return false
	}
	if run := &f.drafts[s.run]; run.status == TraceFailed || run.kind != TraceGoal {
		return false
	}
	same := func(i int32) bool { return f.record.Entries[i].At == part }
	return !slices.ContainsFunc(s.parts, same) || slices.ContainsFunc(s.waits, same)
}

// part adds a record to the current goal. The goal fails if a part fails, and waits as
// long as a part waits.
func (f *folder) part(s *scope, record int) {
	r := &f.record.Entries[record]
	s.parts = append(s.parts, int32(record))
	s.waits = slices.DeleteFunc(s.waits, func(w int32) bool { return f.record.Entries[w].At == r.At })
	status := TraceStatus(r.Status)
	switch {
	case status == TraceWaiting:
		s.waits = append(s.waits, int32(record))
	case status == TraceSucceeded && len(s.waits) > 0:
		status = TraceWaiting
	}
	f.drafts[s.run].status = status
}

// inBranches returns the draft of the innermost of the given alternatives. It enters
// those that are not open yet.
func (f *folder) inBranches(s *scope, branches []*Branch) int32 {
	keep := 0
	for keep < len(branches) && keep < len(s.open) && f.drafts[s.open[keep]].branch == branches[keep] {
		keep++
	}
	s.open = s.open[:keep]
	at := s.at
	if keep > 0 {
		at = s.open[keep-1]
	}
	for _, b := range branches[keep:] {
		at = f.add(at, draft{kind: TraceBranch, branch: b})
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
