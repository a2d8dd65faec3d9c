package authz

// This file defines deny rules, which override every allow. See [Config].DenyRule.
//
// A deny rule is asked before the rule that allows, so that a denial by it costs one
// question, and an error in it is never covered by an allow that holds. Whether
// there is such a rule is found out once, when the policy is compiled: a policy
// without deny rules is asked exactly what it is asked without Config.DenyRule.

import (
	"context"
	"errors"
	"fmt"

	"github.com/ursa-authz/ursa/authz/filter"
	"github.com/ursa-authz/ursa/authz/polar"
)

// deny returns the name of the rule that overrides r, or "".
func (r rule) deny() string {
	return [rules]string{"", "deny", "deny_request", "deny_field"}[r]
}

// arity returns the number of parameters that r and its deny rule have.
func (r rule) arity() int { return [rules]int{0, 3, 2, 4}[r] }

// denials are the deny rules of a version of the policy.
type denials struct {
	asked   [rules]bool // by the rule that is overridden
	unknown bool        // the engine does not say which rules there are
}

// denialsOf returns the deny rules that a policy is asked for with Config.DenyRule.
func denialsOf(p Policy) (d denials) {
	definer, ok := p.(Definer)
	d.unknown = !ok
	for r := noRule + 1; r < rules; r++ {
		d.asked[r] = !ok || definer.Defines(r.deny(), r.arity())
	}
	return d
}

// undefined reports whether err, the error of asking a deny rule, says that there is no
// such rule. An error from within a rule never does, whatever it wraps.
func (d *denials) undefined(err error) bool {
	if !d.unknown {
		return false
	}
	if e, ok := errors.AsType[*polar.Error](err); ok {
		return e.Is(ErrUndefinedRule) && !e.Pos.IsValid()
	}
	return errors.Is(err, ErrUndefinedRule)
}

// denies reports whether a deny rule denies q, and which. The rule is not nil then.
func (v *version) denies(ctx context.Context, q *question) (bool, *RuleInfo, error) {
	out, err := v.ask(ctx, q.rule.deny(), q)
	switch {
	case err != nil && v.deny.undefined(err):
		return false, nil, nil
	case err != nil || !out.Allowed:
		return false, nil, err
	case out.Rule == nil:
		out.Rule = &RuleInfo{Name: q.rule.deny(), Head: q.rule.deny()}
	}
	return true, out.Rule, nil
}

// filter returns the condition under which a row of class is allowed and not denied.
func (v *version) filter(ctx context.Context, f Filterer, actor any, action string, class Class) (*filter.Query, error) {
	ask := func(rule string) (*filter.Query, error) {
		q, err := f.Filter(ctx, rule, actor, action, class)
		if err == nil && (q == nil || q.Where == nil) {
			// Callers may take none for one that lets every row through.
			err = errors.New("the engine made no filter")
		}
		return q, err
	}
	if !v.deny.asked[ruleAllow] {
		return ask(ruleAllow.String())
	}
	denied, err := ask(ruleAllow.deny())
	switch {
	case err != nil && v.deny.undefined(err):
		return ask(ruleAllow.String())
	case err != nil:
		return nil, err
	case denied.Kind() == filter.Always:
		return &filter.Query{Model: denied.Model, Where: filter.False}, nil
	}
	allowed, err := ask(ruleAllow.String())
	if err != nil || denied.Kind() == filter.Never {
		return allowed, err
	}
	q := &filter.Query{Model: allowed.Model, Where: filter.And{allowed.Where, filter.Not{X: denied.Where}}}
	if q, err = q.Simplify(); err == nil {
		err = q.Validate()
	}
	if errors.Is(err, filter.ErrTooLarge) {
		err = fmt.Errorf("%w: %w", polar.ErrBudget, err)
	}
	if err != nil {
		return nil, err
	}
	return q, nil
}

// positionOf returns where a rule stands, or its name if that is not known.
func positionOf(r *RuleInfo) string {
	if !r.Pos.IsValid() {
		return r.Name
	}
	return r.Pos.String()
}
