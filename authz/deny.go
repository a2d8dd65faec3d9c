package authz

// This file defines deny rules, which override every allow. See [Config].DenyRule.
//
// A deny rule is evaluated before the rule that allows. So a denial by it costs one
// evaluation, and an allow that holds cannot hide an error in it. Whether there is a deny
// rule is determined once, when the policy is compiled: without deny rules, Config.DenyRule
// costs nothing.

import (
	"context"
	"errors"
	"fmt"

	"github.com/ursa-authz/ursa/authz/filter"
	"github.com/ursa-authz/ursa/authz/polar"
)

var denyNames = [rules]string{"", "deny", "deny_request", "deny_field", "deny"}

// deny returns the name of the rule that overrides r, or "".
func (r rule) deny() string { return denyNames[r] }

// denyArity returns the number of parameters of the deny rule.
func (r rule) denyArity() int { return [rules]int{0, 3, 2, 4, 3}[r] }

// denials are the deny rules of a version of the policy.
type denials struct {
	asked   [rules]bool // by the rule that the deny rule overrides
	unknown bool        // the engine does not say which rules the policy defines
}

// denialsOf returns the deny rules to evaluate for a policy with Config.DenyRule.
func denialsOf(p Policy) (d denials) {
	definer, ok := p.(Definer)
	d.unknown = !ok
	for r := noRule + 1; r < rules; r++ {
		d.asked[r] = !ok || definer.Defines(r.deny(), r.denyArity())
	}
	return d
}

// undefined reports whether err, from evaluating a deny rule, says that there is no such
// rule. An error from within a rule never does, whatever it wraps.
func (d *denials) undefined(err error) bool {
	if !d.unknown {
		return false
	}
	if e, ok := errors.AsType[*polar.Error](err); ok {
		return e.Is(ErrUndefinedRule) && !e.Pos.IsValid()
	}
	return errors.Is(err, ErrUndefinedRule)
}

// denies reports whether a deny rule denies q, and returns that rule.
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

// filter returns the condition for what is allowed and not denied. It calls ask for the
// condition of a rule.
func (v *version) filter(ask func(rule string) (*filter.Query, error)) (*filter.Query, error) {
	allowed := func() (*filter.Query, error) { return filterOf(ask, ruleAllow.String()) }
	if !v.deny.asked[ruleAllow] {
		return allowed()
	}
	denied, err := filterOf(ask, ruleAllow.deny())
	switch {
	case err != nil && v.deny.undefined(err):
		return allowed()
	case err != nil:
		return nil, err
	case denied.Kind() == filter.Always:
		return &filter.Query{Model: denied.Model, Where: filter.False}, nil
	}
	q, err := allowed()
	if err != nil || denied.Kind() == filter.Never {
		return q, err
	}
	return narrow(q, filter.Not{X: denied.Where})
}

// filterOf returns the condition of a rule.
func filterOf(ask func(rule string) (*filter.Query, error), rule string) (*filter.Query, error) {
	q, err := ask(rule)
	if err == nil && (q == nil || q.Where == nil) {
		// Callers could take a nil filter for one that matches every row.
		err = errorf("the engine returned no filter")
	}
	return q, err
}

// narrow adds a condition to a filter.
func narrow(q *filter.Query, where filter.Expr) (*filter.Query, error) {
	q, err := (&filter.Query{Model: q.Model, Where: filter.And{q.Where, where}}).Simplify()
	if err == nil {
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

// positionOf returns the position of a rule, or its name if the position is not known.
func positionOf(r *RuleInfo) string {
	if !r.Pos.IsValid() {
		return r.Name
	}
	return r.Pos.String()
}
