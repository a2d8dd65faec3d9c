package syntax

// This file defines Cutting: which rules may reach a cut.

// blockRules are the rules that the shorthands of blocks stand for. They call each
// other.
var blockRules = []string{"has_permission", "has_role", "has_relation"}

// Cutting returns the names of the rules of files in which a cut may be reached: one
// that they contain, or one in a rule that they call. What such a rule yields with a
// variable may be less than what it holds for with each value in its place. Rules are
// told apart by name alone, so the answer may name a rule too many.
func Cutting(files []*File) map[string]bool {
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
