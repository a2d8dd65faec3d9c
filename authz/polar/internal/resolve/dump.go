package resolve

// This file defines the text form of resolved rules, for messages, tests and debugging.

import (
	"fmt"
	"slices"
	"strconv"
	"strings"

	"github.com/ursa-authz/ursa/authz/internal/host"
)

// String returns all rules and inline queries of the module, one per line. It writes
// temporaries as "_" and their slot, and operations as "_3 <- x.name".
func (m *Module) String() string {
	var b strings.Builder
	for _, r := range m.Rules {
		b.WriteString(r.String())
		b.WriteByte('\n')
	}
	for _, q := range m.Queries {
		fmt.Fprintf(&b, "?= %s\n", q)
	}
	return b.String()
}

// String returns the rule on one line.
func (r *Rule) String() string {
	params := make([]string, len(r.Params))
	for i, p := range r.Params {
		params[i] = termText(p.Term, r.Vars)
		if p.Spec != nil {
			params[i] += ": " + patternText(p.Spec, r.Vars)
		}
	}
	return fmt.Sprintf("%s(%s) if %s", r.Name, strings.Join(params, ", "), goalText(r.Body, r.Vars))
}

// String returns the query on one line.
func (q *Query) String() string { return goalText(q.Body, q.Vars) }

// varText returns the name of a slot.
func varText(v *Var, vars []string) string {
	if name := vars[v.Slot]; name != "_" {
		return name
	}
	return "_" + strconv.Itoa(v.Slot)
}

// termText returns a term. Vars are the names of the slots.
func termText(t Term, vars []string) string {
	switch t := t.(type) {
	case *Var:
		return varText(t, vars)
	case *Const:
		return valueText(t.Value)
	case *List:
		s := termTexts(t.Elems, vars)
		if t.Rest != nil {
			s = append(s, "*"+varText(t.Rest, vars))
		}
		return "[" + strings.Join(s, ", ") + "]"
	case *Dict:
		s := make([]string, len(t.Keys))
		for i, k := range t.Keys {
			s[i] = k + ": " + termText(t.Vals[i], vars)
		}
		return "{" + strings.Join(s, ", ") + "}"
	}
	panic(fmt.Sprintf("resolve: term %T", t))
}

func termTexts(ts []Term, vars []string) []string {
	s := make([]string, len(ts))
	for i, t := range ts {
		s[i] = termText(t, vars)
	}
	return s
}

// valueText returns a constant. For values of the host, it shows only the class.
func valueText(v host.Value) string {
	switch v.Kind() {
	case host.Nil:
		return "nil"
	case host.Bool:
		return strconv.FormatBool(v.Bool())
	case host.Int:
		return strconv.FormatInt(v.Int(), 10)
	case host.Float:
		s := strconv.FormatFloat(v.Float(), 'g', -1, 64)
		if !strings.ContainsAny(s, ".eIN") {
			s += ".0"
		}
		return s
	case host.String:
		return strconv.Quote(v.Str())
	case host.ClassKind:
		return v.ClassInfo().Name
	}
	if elems, ok := v.Elems(); ok {
		s := make([]string, len(elems))
		for i, e := range elems {
			s[i] = valueText(e)
		}
		return "[" + strings.Join(s, ", ") + "]"
	}
	if v.Plan == host.EngineDict {
		s := make([]string, 0, v.Len())
		for _, k := range v.Keys() {
			e, _, _ := v.Get(k)
			s = append(s, k+": "+valueText(e))
		}
		return "{" + strings.Join(s, ", ") + "}"
	}
	return "<" + kindName(v) + ">"
}

// kindName describes a value without showing it.
func kindName(v host.Value) string {
	if v.Plan != nil && v.Plan.Class != nil {
		return v.Plan.Class.Name
	}
	return v.Kind().String()
}

// patternText returns a pattern. Vars are the names of the slots.
func patternText(p Pattern, vars []string) string {
	switch p := p.(type) {
	case *ClassPattern:
		if len(p.Fields) == 0 {
			return p.Name
		}
		return p.Name + fieldsText(p.Fields, vars)
	case *DictPattern:
		return fieldsText(p.Fields, vars)
	case *ListPattern:
		s := make([]string, len(p.Elems))
		for i, e := range p.Elems {
			s[i] = patternText(e, vars)
		}
		if p.Rest != nil {
			s = append(s, "*"+varText(p.Rest, vars))
		}
		return "[" + strings.Join(s, ", ") + "]"
	case *ValuePattern:
		return termText(p.Term, vars)
	}
	panic(fmt.Sprintf("resolve: pattern %T", p))
}

func fieldsText(fields []FieldPattern, vars []string) string {
	s := make([]string, len(fields))
	for i, f := range fields {
		s[i] = f.Name + ": " + patternText(f.Pattern, vars)
	}
	return "{" + strings.Join(s, ", ") + "}"
}

// goalText returns a goal. Vars are the names of the slots.
func goalText(g Goal, vars []string) string {
	term := func(t Term) string { return termText(t, vars) }
	args := func(ts []Term, kwargs ...Kwarg) string {
		s := termTexts(ts, vars)
		for _, k := range kwargs {
			s = append(s, k.Name+": "+term(k.Value))
		}
		return "(" + strings.Join(s, ", ") + ")"
	}
	goals := func(name string, gs []Goal) string {
		s := make([]string, len(gs))
		for i, g := range gs {
			s[i] = goalText(g, vars)
		}
		return name + "(" + strings.Join(s, ", ") + ")"
	}
	locals := func(slots []int) string {
		if len(slots) == 0 {
			return ""
		}
		s := make([]string, len(slots))
		for i, slot := range slots {
			s[i] = varText(&Var{Slot: slot}, vars)
		}
		slices.Sort(s)
		return "[" + strings.Join(s, " ") + "]"
	}
	switch g := g.(type) {
	case *And:
		return goals("and", g.Goals)
	case *Or:
		return goals("or", g.Goals)
	case *Not:
		return goals("not"+locals(g.Locals), []Goal{g.Goal})
	case *Forall:
		return goals("forall"+locals(g.Locals), []Goal{g.Cond, g.Body}) + locals(g.BodyLocals)
	case *Unify:
		return term(g.L) + " = " + term(g.R)
	case *Assign:
		return term(g.L) + " := " + term(g.R)
	case *Compare:
		return term(g.L) + " " + g.Op.String() + " " + term(g.R)
	case *Arith:
		return term(g.Result) + " <- " + term(g.L) + " " + g.Op.String() + " " + term(g.R)
	case *Lookup:
		name := "." + g.Name
		if g.Key != nil {
			name = ".(" + term(g.Key) + ")"
		}
		return term(g.Result) + " <- " + term(g.Obj) + name
	case *Method:
		return term(g.Result) + " <- " + term(g.Obj) + "." + g.Name + args(g.Args, g.Kwargs...)
	case *New:
		name := "?"
		if g.Class != nil {
			name = g.Class.Name
		}
		return term(g.Result) + " <- new " + name + args(g.Args, g.Kwargs...)
	case *In:
		return term(g.Item) + " in " + term(g.Seq)
	case *Matches:
		return term(g.Term) + " matches " + patternText(g.Pattern, vars)
	case *Call:
		return g.Pred.Name + args(g.Args)
	case *Truth:
		return "?" + term(g.Term)
	case *Cut:
		return "cut"
	case *Print:
		return "print" + args(g.Args)
	case *Debug:
		return "debug"
	}
	panic(fmt.Sprintf("resolve: goal %T", g))
}
