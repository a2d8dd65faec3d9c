package vm

// This file defines Record, what a query tried. Package polar makes a tree of it.
//
// A record is a flat list of nodes with links to their parents, in the order in
// which they began. Recording a node is an append, and nothing is recorded
// unless it was requested. A node is marked when it succeeds; a goal that is
// entered again by backtracking may succeed more than once. If the list is full, the
// query continues and the rest is not recorded. A record may be incomplete, but it
// never changes the answer.

import (
	"reflect"
	"strings"
	"time"

	"github.com/ursa-authz/ursa/authz/internal/host"
	"github.com/ursa-authz/ursa/authz/polar/internal/resolve"
	"github.com/ursa-authz/ursa/authz/polar/syntax"
)

// An EntryKind is the kind of an entry.
type EntryKind uint8

// The kinds of entries.
const (
	QueryEntry EntryKind = iota // the query: the root
	CallEntry                   // a rule call, or a negation
	RuleEntry                   // a rule that was tried for its parent, a call
	GoalEntry                   // any other goal
)

// An EntryStatus says how an entry ended. The numbers are those of polar.TraceStatus.
type EntryStatus uint8

// The statuses.
const (
	EntryFailed    EntryStatus = iota // no solution
	EntrySucceeded                    // at least one solution
	EntryWaits                        // waits for a variable
)

// An Entry is one node of a Record.
type Entry struct {
	Parent int32 // index of the node above; -1 for the root
	Kind   EntryKind
	Status EntryStatus
	Rule   *RuleInfo       // of RuleEntry and QueryEntry
	Index  int             // of RuleEntry: of the rule in the program
	Pos    syntax.Position // of the goal
	At     *resolve.At     // of the goal, another one for each; nil for a specializer that waited
	Name   string          // of the rule that CallEntry calls; NotName for a negation
	Loop   bool            // of CallEntry: it is already being solved further up
	Values []EntryValue    // the values that were read and may be shown
	Heads  *NearRules      // of CallEntry, with Record.Heads: the rules that almost match
}

// NotName is the name of a call that is a negation. No rule can have this name.
const NotName = "not"

// An EntryValue is a value that a goal read.
type EntryValue struct {
	Expr  syntax.Node // what was read; nil for a variable
	Var   string      // the name of the variable
	Value string      // as print shows it
}

// A Record is what a query tried. The caller sets Limit, the number of entries, and Values.
// If Values is set, the record has the values of all fields, variables and method results,
// otherwise only of fields tagged `polar:",show"`. If Heads is set, it has the rules that
// calls almost match.
// Source returns the rule with an index, the same for each call.
type Record struct {
	Limit   int
	Values  bool
	Heads   bool
	Source  func(rule int) *Source
	Entries []Entry
	Full    bool // something was not recorded

	shown     int // how many values were recorded
	headCalls int // for how many calls Heads were recorded
}

// The recorded text of values is bounded: printing a large value takes longer than
// the step that read it.
const (
	maxValues    = 1000 // in a record
	maxValueText = 100  // bytes of each
)

// SetTrace makes the machine record what it tries. It must be called before Start.
func (m *Machine) SetTrace(t *Record) { m.trace = t }

// keepEntries is the number of entries above which the memory of a record is not used again.
const keepEntries = 1 << 12

// Reset makes the record empty, for another query. It returns false if the record is too
// large to be kept.
func (t *Record) Reset() bool {
	clear(t.Entries)
	*t = Record{Entries: t.Entries[:0]}
	return cap(t.Entries) <= keepEntries
}

var timeType = reflect.TypeFor[time.Time]()

// notRecorded is the index of a node that was not recorded because the trace was full.
const notRecorded = -1

func (t *Record) add(parent int32, n Entry) int32 {
	if len(t.Entries) >= t.Limit {
		t.Full = true
		return notRecorded
	}
	n.Parent = parent
	t.Entries = append(t.Entries, n)
	return int32(len(t.Entries) - 1)
}

func (t *Record) succeed(i int32) {
	if i >= 0 && t.Entries[i].Status == EntryFailed {
		t.Entries[i].Status = EntrySucceeded
	}
}

// wait marks a goal, or a rule's head, that waits. The rule continues.
func (t *Record) wait(i int32) {
	if i >= 0 && t.Entries[i].Kind != RuleEntry {
		t.Entries[i].Status = EntryWaits
	}
}

// loop marks a call that is already being solved.
func (t *Record) loop(i int32) {
	if i >= 0 {
		t.Entries[i].Loop = true
	}
}

// negated marks a negation that succeeds, or waits.
func (t *Record) negated(i int32, waits bool) {
	if waits {
		t.wait(i)
	} else {
		t.succeed(i)
	}
}

// traced returns the trace node of a goal of the current activation.
func (m *Machine) traced(kind EntryKind, n *node, name string) Entry {
	return Entry{Kind: kind, Pos: m.frames[m.frame].clause.at(n.pos), At: m.written(n), Name: name}
}

// traceGoal records that a goal is about to be solved.
func (m *Machine) traceGoal(n *node) {
	m.goal = m.trace.add(m.frames[m.frame].trace, m.traced(GoalEntry, n, ""))
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
	n := &m.trace.Entries[m.goal]
	n.Values = append(n.Values, EntryValue{Expr: expr, Var: name, Value: text})
}

// traceCall records that a rule is about to be called, or a goal negated.
func (m *Machine) traceCall(n *node) int32 {
	name := n.name
	if n.op == opNot {
		name = NotName
	}
	m.goal = m.trace.add(m.frames[m.frame].trace, m.traced(CallEntry, n, name))
	return m.goal
}

// traceRule records that a rule is about to be tried for a call.
func (m *Machine) traceRule(call int32, cl *clause) int32 {
	m.goal = m.trace.add(call, Entry{Kind: RuleEntry, Pos: cl.info.Pos, Rule: cl.info, Index: cl.rule})
	return m.goal
}

// traceReturn marks the rule that the current activation tried, and its call.
func (m *Machine) traceReturn() {
	f := &m.frames[m.frame]
	if f.wake || f.trace < 0 {
		return
	}
	m.trace.succeed(f.trace)
	m.trace.succeed(m.trace.Entries[f.trace].Parent)
}
