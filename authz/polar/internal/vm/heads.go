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
	Classes []string        // of the arguments, for messages; "" for an argument without a value
	Texts   []string        // the arguments that are strings; "" for others
	Names   [][]string      // by argument: the strings that rules have in place of it
	Third   *host.ClassInfo // the class of the third argument, if that is an instance of a registered class
	Rules   []NearRule      // in the order of the arguments, then of the rules
	More    bool            // there are further rules
}

// A NearRule is a rule for another class of one argument.
type NearRule struct {
	Rule *RuleInfo
	Arg  int
	Same bool   // the argument is the first one of the query
	Want string // what the argument must be, such as "a User"
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
	n := len(args)
	texts := make([]string, 2*n)
	h := &NearRules{Classes: texts[:n:n], Texts: texts[n:], Names: make([][]string, n)}
	others := slices.Clone(args)
	for i, arg := range args {
		k := arg.Kind()
		if k == host.Var || k == host.Partial || k == host.Tail {
			continue
		}
		h.Classes[i] = described(arg)
		switch {
		case k == host.String:
			h.Texts[i] = arg.Str()
		case k == host.Instance && i == 2:
			h.Third = m.prog.reg.ClassOf(arg.Plan.Type)
		}
		others[i] = Value{Plan: varPlan}
		same := k == host.Instance && len(m.cells) > 0 && arg.Plan == m.cells[0].Plan && arg.Ptr == m.cells[0].Ptr
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
			name, head.Want = wantedValue(p.term.value)
		case p.pat != nil && !prog.mayMatchPattern(p.pat, arg):
			name, head.Want = prog.wanted(p.pat)
		default:
			continue
		}
		switch {
		case name == "" && head.Want == "" || !prog.mayMatch(c, others) || !c.mayBeLists(others):
			continue
		case name != "":
			h.Names[head.Arg] = append(h.Names[head.Arg], name)
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

// wanted returns what a pattern demands, as wantedValue does.
func (prog *Program) wanted(p *pattern) (name, want string) {
	switch {
	case p.kind == valuePattern:
		return wantedValue(p.value.value)
	case p.kind != classPattern:
		return "", ""
	case p.union == resolve.UnionActor:
		return "", oneOf(prog.actor, p.name)
	case p.union == resolve.UnionResource:
		return "", oneOf(prog.resource, p.name)
	}
	return "", withArticle(p.name)
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
