package syntax

// This file defines Cutting, which finds the rules that may reach a cut.

import (
	"slices"
	"strings"
)

// blockRules are the rules that shorthand rules in blocks expand to. They call each
// other.
var blockRules = []string{"has_permission", "has_role", "has_relation"}

// Cutting returns the names of the rules of files that may reach a cut, in their own
// body or in a rule that they call. Called with a variable, such a rule may yield fewer
// values than those for which it holds. Cutting distinguishes rules only by name, so the
// result may contain names of rules that reach no cut.
func Cutting(files []*File) map[string]bool {
	if !slices.ContainsFunc(files, func(f *File) bool { return strings.Contains(f.Source, "cut") }) {
		return nil
	}
	callers := make(map[string][]string) // by the rule called
	found := make(map[string]bool)
	var todo []string
	add := func(name string) {
		if !found[name] {
			found[name] = true
			todo = append(todo, name)
		}
	}
	blocks := false
	for _, f := range files {
		for _, stmt := range f.Stmts {
			rule, ok := stmt.(*Rule)
			if !ok {
				_, block := stmt.(*Block)
				blocks = blocks || block
				continue
			}
			name := rule.Name.Text
			Walk(rule, func(n Node) bool {
				switch n := n.(type) {
				case *CutExpr:
					add(name)
				case *Call:
					callers[n.Name.Text] = append(callers[n.Name.Text], name)
				}
				return true
			})
		}
	}
	if blocks {
		for _, called := range blockRules {
			callers[called] = append(callers[called], blockRules...)
		}
	}
	for len(todo) > 0 {
		name := todo[len(todo)-1]
		todo = todo[:len(todo)-1]
		for _, caller := range callers[name] {
			add(caller)
		}
	}
	return found
}
