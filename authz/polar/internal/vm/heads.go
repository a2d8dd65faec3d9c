package vm

// This file finds the rules that a traced call is near to: those whose heads match all of
// its arguments but one. They explain a call that fails: a rule exists, for users, and the
// actor is a guest.
//
// For each argument the index returns the rules for the others, so that a call costs the
// same among many rules that have nothing to do with it.

import (
	"slices"
	"strings"

	"github.com/ursa-authz/ursa/authz/internal/host"
	"github.com/ursa-authz/ursa/authz/polar/internal/resolve"
)

// NearRules are the rules that a call does not match because of one argument.
type NearRules struct {
	Third *host.ClassInfo // the class of the third argument, if that is an instance of a registered class
	Rules []NearRule      // in the order of the arguments, then of the rules
	More  bool            // there are further rules

	args  []Value
	names [][]string // by argument: see Names; nil if there are none
}

// Class returns the class of an argument for messages, and "" for one without a value. Most
// calls need no message.
func (h *NearRules) Class(arg int) string {
	if isOpenArg(h.args[arg]) {
		return ""
	}
	return described(h.args[arg])
}

// Text returns an argument that is a string, and "" for others.
func (h *NearRules) Text(arg int) string {
	if h.args[arg].Kind() != host.String {
		return ""
	}
	return h.args[arg].Str()
}

// Args returns the number of arguments.
func (h *NearRules) Args() int { return len(h.args) }

// Names returns the strings that rules have in place of an argument.
func (h *NearRules) Names(arg int) []string {
	if h.names == nil {
		return nil
	}
	return h.names[arg]
}

// isOpenArg reports whether an argument has no value.
func isOpenArg(v Value) bool {
	k := v.Kind()
	return k == host.Var || k == host.Partial || k == host.Tail
}

// A NearRule is a rule for another class of one argument.
type NearRule struct {
	Rule *RuleInfo
	Arg  int
	Same bool // the argument is the first one of the query

	want string // see Want; of a class, its name alone
	is   bool   // want is the name of a class
}

// Want returns what the argument must be, such as "a User".
func (h NearRule) Want() string {
	if h.is {
		return withArticle(h.want)
	}
	return h.want
}

// The bounds of what one trace records of heads, and of the work for each argument of a call.
const (
	maxHeadCalls = 200
	maxHeads     = 100
	maxHeadTries = 1000
)

// traceLeaf returns the rules to try for a traced call, in the form in which the index
// returns some. Unlike a call without a trace, it does not skip rules because of the
// beginning of their bodies, since a reader of the trace may be interested in these. It skips
// rules because of the elements of a list only if there are many.
func (m *Machine) traceLeaf(call int32, pr *pred, args []Value) *indexNode {
	if m.trace.Heads && call >= 0 && m.trace.headCalls < maxHeadCalls {
		m.trace.headCalls++
		m.trace.Entries[call].Heads = m.headsOf(pr, args)
	}
	leaf := pr.index.byHead(args, false)
	if len(leaf.clauses) > maxHeads {
		return pr.index.byHead(args, true)
	}
	return leaf
}

// byHead is find for what heads say: about whole arguments, and with parts about the elements
// of lists.
func (n *indexNode) byHead(args []Value, parts bool) *indexNode {
	for !n.leaf {
		if n.key.attr != "" || n.key.part != wholeArg && !parts {
			n = n.unbound
		} else {
			n = n.child(args[n.key.arg])
		}
	}
	return n
}

// headsOf returns the rules that a call does not match because of one argument.
func (m *Machine) headsOf(pr *pred, args []Value) *NearRules {
	h := &NearRules{args: slices.Clone(args)}
	others := h.args // each of them is replaced for a moment
	for i, arg := range args {
		if isOpenArg(arg) {
			continue
		}
		instance := arg.Kind() == host.Instance
		if instance && i == 2 {
			h.Third = m.prog.reg.ClassOf(arg.Plan.Type)
		}
		others[i] = Value{Plan: varPlan}
		same := instance && len(m.cells) > 0 && arg.Plan == m.cells[0].Plan && arg.Ptr == m.cells[0].Ptr
		h.add(m.prog, pr, NearRule{Arg: i, Same: same}, arg, others)
		others[i] = arg
	}
	return h
}

// add adds the rules that match the other arguments, and not the one of head.
func (h *NearRules) add(prog *Program, pr *pred, head NearRule, arg Value, others []Value) {
	found := 0
	for n, c := range pr.index.byHead(others, true).clauses {
		if n == maxHeadTries || found == maxHeads {
			h.More = true
			return
		}
		p := &c.params[head.Arg]
		name := ""
		switch {
		case p.term.kind == constOperand && !mayEqual(p.term.value, arg):
			name, head.want = wantedValue(p.term.value)
			head.is = false
		case p.pat != nil && !prog.mayMatchPattern(p.pat, arg):
			name, head.want, head.is = prog.wanted(p.pat)
		default:
			continue
		}
		switch {
		case name == "" && head.want == "" || !prog.mayMatch(c, others) || !c.mayBeLists(others):
			continue
		case name != "":
			if h.names == nil {
				h.names = make([][]string, len(h.args))
			}
			h.names[head.Arg] = append(h.names[head.Arg], name)
		default:
			head.Rule = c.info
			h.Rules = append(h.Rules, head)
		}
		found++
	}
}

// wantedValue returns what an argument must be equal to: a string, or what a message says
// about it. It returns neither for other values.
func wantedValue(v Value) (name, want string) {
	switch v.Kind() {
	case host.String:
		return v.Str(), ""
	case host.ClassKind:
		return "", described(v)
	case host.Nil:
		return "", "nil"
	}
	return "", ""
}

// wanted returns what a pattern demands, as wantedValue does, or with is the name of a class.
func (prog *Program) wanted(p *pattern) (name, want string, is bool) {
	switch {
	case p.kind == valuePattern:
		name, want = wantedValue(p.value.value)
		return name, want, false
	case p.kind != classPattern:
		return "", "", false
	case p.union == resolve.UnionActor:
		return "", oneOf(prog.actor, p.name), false
	case p.union == resolve.UnionResource:
		return "", oneOf(prog.resource, p.name), false
	}
	return "", p.name, true
}

// oneOf returns the members of a union for messages.
func oneOf(members union, name string) string {
	const most = 3
	var names []string
	for _, c := range members[:min(len(members), most)] {
		names = append(names, withArticle(c.Name))
	}
	switch last := len(names) - 1; {
	case len(members) > most:
		return strings.Join(names, ", ") + " or another " + name
	case last > 0:
		return strings.Join(names[:last], ", ") + " or " + names[last]
	case last == 0:
		return names[0]
	}
	return withArticle(name)
}

// described returns the class of a value for messages: "a User", "the class User" or "nil".
func described(v Value) string {
	switch v.Kind() {
	case host.Nil:
		return "nil"
	case host.ClassKind:
		return "the " + describe(v)
	}
	return withArticle(describe(v))
}

// withArticle returns a name with "a" or "an".
func withArticle(name string) string {
	vowel := func(i int) bool { return i < len(name) && strings.IndexByte("aeiouAEIOU", name[i]) >= 0 }
	switch {
	case !vowel(0):
		return "a " + name
	case name[0]|0x20 == 'u' && len(name) > 2 && !vowel(1) && vowel(2):
		return "a " + name // as in User and Unit
	}
	return "an " + name
}
