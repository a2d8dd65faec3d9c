package resolve

// This file defines the check for rules that several files define. All files of a policy share
// one namespace, so a second cleared(...) in the file of another team adds to the first.
// Decisions and the rules of blocks may be defined in any file, and so may rules with a
// declared type.

import (
	"fmt"

	"github.com/ursa-authz/ursa/authz/polar/syntax"
)

// checkShared warns about rules that several files define, once for each additional file.
func (r *resolver) checkShared() {
	if len(r.sources) < 2 {
		return
	}
	type place struct {
		ruleKey
		src *source
	}
	declared := r.declaredTypes()
	first := make(map[ruleKey]*Rule)
	seen := make(map[place]bool)
	for _, rule := range r.mod.Rules {
		key := ruleKey{rule.Name, len(rule.Params)}
		src := r.ruleFrom[rule.Index]
		if seen[place{key, src}] || declared[key] || IsAsked(rule.Name) {
			continue
		}
		seen[place{key, src}] = true
		old := first[key]
		if old == nil {
			first[key] = rule
			continue
		}
		r.warn(src, CodeSharedRule, syntax.Span{Start: rule.Pos, End: rule.headEnd()},
			fmt.Sprintf("the rule %s is also defined at %s, and each definition adds to the other", rule.Name, old.Pos),
			"rename one of them, or declare the type of the rule if they belong together")
	}
}
