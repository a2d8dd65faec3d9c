package vm

// This file finds out whether a rule can be about values of a class, from heads alone.

import (
	"reflect"
	"strings"

	"github.com/ursa-authz/ursa/authz/internal/host"
)

// MayApply reports whether some rule with the given name and number of parameters can hold for
// values of t as its argument with an index from 0, as far as the head of the rule tells.
func (p *Program) MayApply(rule string, arity, arg int, t reflect.Type) bool {
	pr, plan := p.preds[rule][arity], p.reg.PlanOf(t)
	if pr == nil {
		return false
	}
	for _, c := range pr.clauses {
		switch q := &c.params[arg]; {
		case plan == nil: // an interface
			return true
		case q.pat != nil && q.pat.isKnown():
			if p.passes(plan, classTest{pat: q.pat}) {
				return true
			}
		case q.pat != nil && q.pat.kind != dictPattern, q.term.kind == listOperand, q.term.kind == dictOperand:
		case q.term.kind == constOperand && isKey(q.term.value):
		default:
			return true
		}
	}
	return false
}

// SpelledPath returns the name that policies have for a field of t, which is a Go name or a dotted
// path of them.
func (p *Program) SpelledPath(t reflect.Type, path string) string {
	var names []string
	for name := range strings.SplitSeq(path, ".") {
		spelled := host.SnakeCase(name)
		if plan := p.reg.PlanOf(t); plan != nil {
			if a := plan.Attr(name); a != nil && a.Ambiguous() == nil {
				spelled = a.Spelling
			}
		}
		names = append(names, spelled)
		if t = host.Deref(t); t.Kind() != reflect.Struct {
			continue
		}
		if f, ok := t.FieldByName(name); ok {
			t = f.Type
		}
	}
	return strings.Join(names, ".")
}
