package polar

// This file says in words why rules do not match a call that fails: an argument is of another
// class, or a name is not known.

import (
	"fmt"
	"slices"
	"strconv"
	"strings"

	"github.com/ursa-authz/ursa/authz/internal/host"
	"github.com/ursa-authz/ursa/authz/polar/internal/resolve"
	"github.com/ursa-authz/ursa/authz/polar/internal/vm"
	"github.com/ursa-authz/ursa/authz/polar/syntax"
)

// paramNames are the parameters of the rules that authorizers evaluate.
var paramNames = map[string][]string{
	"allow":         {"actor", "action", "resource"},
	"allow_request": {"actor", "request"},
	"allow_field":   {"actor", "action", "resource", "field"},
	"allow_change":  {"actor", "action", "before", "after"},
}

// heads adds to the calls that fail why rules do not match them.
func (f *folder) heads() {
	var actions []string // that rules name for the actor and the resource of the query
	named := false       // a rule that was tried names the action
	for _, i := range f.calls {
		r, n := &f.record.Entries[i], f.node(i)
		if n.Status != TraceFailed || n.Loop || n.Kind != TraceCall {
			continue
		}
		if len(r.Heads.Rules) > 0 {
			args := f.argTexts(i)
			n.Heads = make([]TraceHead, len(r.Heads.Rules))
			for j, h := range r.Heads.Rules {
				n.Heads[j] = TraceHead{
					Rule: h.Rule, Arg: h.Arg, Actor: h.Same,
					Text: argText(args, h.Arg, h.Same), Want: h.Want(), Is: r.Heads.Class(h.Arg),
				}
			}
		}
		for _, c := range n.Children {
			if c.Kind == TraceRule && len(c.Children) == 0 && c.Heads == nil {
				c.Heads = f.unmatched(c, i)
			}
		}
		switch {
		case n.up.Kind == TraceQuery:
			n.Why, actions = f.unknownText(n, r.Heads)
			named = r.Heads.Args() > 1 && f.named(n, 1)
		case named:
		case n.Name == "has_permission" && len(n.Children) == 0 && len(f.args) > 1 && r.Heads.Third != nil && f.args[1] == any(r.Heads.Text(1)):
			n.Why = f.p.unknownPermission(r.Heads.Third, r.Heads.Text(1), actions)
		}
	}
}

// unmatched returns which argument of a recorded call does not match the head of a rule that
// was tried, or nil if it may be one of several.
func (f *folder) unmatched(n *TraceNode, call int) (heads []TraceHead) {
	rule := f.rule(n.index).resolved()
	if rule.Node == nil {
		return nil
	}
	for i, p := range rule.Params {
		text := ""
		switch spec := p.Spec.(type) {
		case nil:
			switch p.Term.(type) {
			case *resolve.List, *resolve.Dict, *resolve.Const:
				text = syntax.ExprString(rule.Node.Params[i].Value)
			case *resolve.Var:
				if !slices.ContainsFunc(rule.Params[:i], func(q resolve.Param) bool { return sameVar(p.Term, q.Term) }) {
					continue
				}
				text = syntax.ExprString(rule.Node.Params[i].Value)
			}
		case *resolve.ClassPattern:
			if len(spec.Fields) == 0 {
				continue
			}
		}
		if c, ok := p.Term.(*resolve.Const); ok && c.Value.Kind() == host.String {
			continue // the index has compared it
		}
		if heads != nil {
			return nil
		}
		if text == "" {
			text = syntax.PatternString(rule.Node.Params[i].Specializer)
		}
		heads = []TraceHead{{Rule: n.Rule, Arg: i, Text: argText(f.argTexts(call), i, false), Want: text}}
	}
	return heads
}

// sameVar reports whether two terms are the same variable.
func sameVar(a, b resolve.Term) bool {
	x, ok := a.(*resolve.Var)
	y, same := b.(*resolve.Var)
	return ok && same && x.Slot == y.Slot
}

// argTexts returns how the arguments of a call are written.
func (f *folder) argTexts(record int) []string {
	r := &f.record.Entries[record]
	if s := &f.scopes[f.scopeOf[r.Parent]]; s.outline != nil {
		if r.At != nil && r.At.Node != nil {
			call, ok := r.At.Node.(*syntax.Call)
			if !ok {
				return nil
			}
			args := make([]string, len(call.Args))
			for i, a := range call.Args {
				args[i] = syntax.ExprString(a)
			}
			return args
		}
		return s.outline.find(r.At, r.Pos).args
	}
	return paramNames[r.Name]
}

// argText returns how messages refer to an argument of a call.
func argText(args []string, i int, actor bool) string {
	switch {
	case actor:
		return "the actor"
	case i >= len(args):
		return fmt.Sprintf("argument %d", i+1)
	case slices.Contains([]string{"actor", "resource", "request"}, args[i]):
		return "the " + args[i]
	}
	return args[i]
}

// unknownText returns that no rule knows a string among the arguments of the query, such as
// the action, or "". It also returns the strings that rules name in place of the second
// argument.
func (f *folder) unknownText(call *TraceNode, heads *vm.NearRules) (why string, actions []string) {
	params := paramNames[call.Name]
	if heads.Args() > 1 {
		actions = heads.Names(1)
	}
	for i := range heads.Args() {
		text, names := heads.Text(i), heads.Names(i)
		switch {
		case text == "" || i >= len(params) || len(names) == 0 || f.named(call, i):
			continue
		case params[i] == "field":
		case params[i] != "action": // a value
			continue
		case heads.Third != nil && slices.Contains(f.p.declared(heads.Third).permissions, text):
			continue
		}
		hint := ""
		if near := syntax.Nearest(text, names); near != "" {
			hint = fmt.Sprintf("did you mean %s?", strconv.Quote(near))
		} else if len(call.Children) == 0 {
			hint = params[i] + "s with a rule: " + nameList(names, heads.More)
		}
		if hint != "" {
			return fmt.Sprintf("no rule names the %s %s for %s (%s)", params[i], quotedName(text), heads.Class(2), hint), actions
		}
	}
	return "", actions
}

// named reports whether a rule that was tried for a call has a constant for a parameter.
func (f *folder) named(call *TraceNode, param int) bool {
	return slices.ContainsFunc(call.Children, func(n *TraceNode) bool {
		if n.Kind != TraceRule {
			return false
		}
		_, constant := f.rule(n.index).resolved().Params[param].Term.(*resolve.Const)
		return constant
	})
}

// declaredNames are those that the blocks of a class and of its supertypes declare.
type declaredNames struct{ permissions, roles, relations []string }

func (p *Policy) declared(class *host.ClassInfo) (d declaredNames) {
	for i := -1; i < len(class.Supers); i++ {
		c := class
		if i >= 0 {
			c = class.Supers[i]
		}
		if b := p.module.Blocks[c]; b != nil {
			d.permissions = append(d.permissions, b.Permissions...)
			d.roles = append(d.roles, b.Roles...)
			for _, r := range b.Relations {
				d.relations = append(d.relations, r.Name)
			}
		}
	}
	return d
}

// unknownPermission returns that the blocks of a class do not declare a permission, or "".
// Others are actions that other rules name.
func (p *Policy) unknownPermission(class *host.ClassInfo, name string, others []string) string {
	d := p.declared(class)
	switch {
	case slices.Contains(d.permissions, name):
		return ""
	case slices.Contains(d.roles, name):
		return fmt.Sprintf("%s is a role of %s, not a permission", quotedName(name), class.Name)
	case slices.Contains(d.relations, name):
		return fmt.Sprintf("%s is a relation of %s, not a permission", quotedName(name), class.Name)
	}
	near := syntax.Nearest(name, slices.Concat(d.permissions, others))
	switch {
	case near != "":
		return fmt.Sprintf("%s does not declare the permission %s (did you mean %s?)", class.Name, quotedName(name), strconv.Quote(near))
	case d.permissions == nil:
		return fmt.Sprintf("no resource block declares permissions for %s", class.Name)
	}
	return fmt.Sprintf("%s does not declare the permission %s (it declares %s)", class.Name, quotedName(name), nameList(d.permissions, false))
}

// nameList returns names for a message, each once.
func nameList(names []string, more bool) string {
	const most = 8
	var texts []string
	for _, n := range names {
		if text := strconv.Quote(n); !slices.Contains(texts, text) {
			if len(texts) == most {
				more = true
				break
			}
			texts = append(texts, text)
		}
	}
	switch last := len(texts) - 1; {
	case more:
		return strings.Join(texts, ", ") + " and others"
	case last > 0:
		return strings.Join(texts[:last], ", ") + " and " + texts[last]
	}
	return texts[0]
}

// quotedName returns a name that the caller of a decision chose, for a message.
func quotedName(name string) string {
	const most = 64
	if len(name) > most {
		name = strings.ToValidUTF8(name[:most], "") + "..."
	}
	return strconv.Quote(name)
}
