package resolve

// This file defines the walks over goals, terms and patterns. A kind of node that a walk
// does not know is a fault, and panics.

import "fmt"

// Inside returns the goals that a connective connects, in order; ok is false for any other goal.
func Inside(g Goal) (goals []Goal, ok bool) {
	switch g := g.(type) {
	case *And:
		return g.Goals, true
	case *Or:
		return g.Goals, true
	case *Not:
		return []Goal{g.Goal}, true
	case *Forall:
		return []Goal{g.Cond, g.Body}, true
	case *Unify, *Assign, *Compare, *Arith, *Lookup, *Method, *New, *In, *Matches, *Call, *Truth, *Cut, *Print, *Debug:
		return nil, false
	}
	panic(fmt.Sprintf("resolve: goal %T", g))
}

// EachLeaf calls f for every goal in g that is not a connective.
func EachLeaf(g Goal, f func(Goal)) {
	goals, ok := Inside(g)
	if !ok {
		f(g)
	}
	for _, sub := range goals {
		EachLeaf(sub, f)
	}
}

// resultOf returns the term that is equal to what a goal computes, or nil for a goal that
// computes nothing.
func resultOf(g Goal) Term {
	switch g := g.(type) {
	case *Lookup:
		return g.Result
	case *Method:
		return g.Result
	case *Arith:
		return g.Result
	case *New:
		return g.Result
	case *And, *Or, *Not, *Forall, *Unify, *Assign, *Compare, *In, *Matches, *Call, *Truth, *Cut, *Print, *Debug:
		return nil
	}
	panic(fmt.Sprintf("resolve: goal %T", g))
}

// EachVar calls f for every occurrence of a variable in g, which is not a connective.
func EachVar(g Goal, f func(*Var)) {
	terms := func(ts ...Term) {
		for _, t := range ts {
			eachVar(t, f)
		}
	}
	kwargs := func(ks []Kwarg) {
		for _, k := range ks {
			eachVar(k.Value, f)
		}
	}
	switch g := g.(type) {
	case *Unify:
		terms(g.L, g.R)
	case *Assign:
		terms(g.L, g.R)
	case *Compare:
		terms(g.L, g.R)
	case *Arith:
		terms(g.L, g.R, g.Result)
	case *Lookup:
		terms(g.Obj, g.Key, g.Result)
	case *Method:
		terms(g.Obj)
		terms(g.Args...)
		kwargs(g.Kwargs)
		terms(g.Result)
	case *New:
		terms(g.Args...)
		kwargs(g.Kwargs)
		terms(g.Result)
	case *In:
		terms(g.Item, g.Seq)
	case *Matches:
		terms(g.Term)
		EachPatternVar(g.Pattern, f)
	case *Call:
		terms(g.Args...)
	case *Truth:
		terms(g.Term)
	case *Print:
		terms(g.Args...)
	case *Cut, *Debug:
	default: // a connective among them
		panic(fmt.Sprintf("resolve: goal %T", g))
	}
}

// eachVar calls f for every variable in t, which may be nil.
func eachVar(t Term, f func(*Var)) {
	switch t := t.(type) {
	case nil, *Const:
	case *Var:
		f(t)
	case *List:
		for _, e := range t.Elems {
			eachVar(e, f)
		}
		if t.Rest != nil {
			f(t.Rest)
		}
	case *Dict:
		for _, e := range t.Vals {
			eachVar(e, f)
		}
	default:
		panic(fmt.Sprintf("resolve: term %T", t))
	}
}

// EachPatternVar calls f for every variable in p, which may be nil.
func EachPatternVar(p Pattern, f func(*Var)) {
	switch p := p.(type) {
	case nil:
	case *ClassPattern:
		for _, field := range p.Fields {
			EachPatternVar(field.Pattern, f)
		}
	case *DictPattern:
		for _, field := range p.Fields {
			EachPatternVar(field.Pattern, f)
		}
	case *ListPattern:
		for _, e := range p.Elems {
			EachPatternVar(e, f)
		}
		if p.Rest != nil {
			f(p.Rest)
		}
	case *ValuePattern:
		eachVar(p.Term, f)
	default:
		panic(fmt.Sprintf("resolve: pattern %T", p))
	}
}
