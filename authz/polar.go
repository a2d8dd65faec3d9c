package authz

// This file defines the default engine: package polar as an Engine.

import (
	"context"

	"github.com/ursa-authz/ursa/authz/polar"
)

var (
	// ErrUnsupported means that an engine cannot do something.
	ErrUnsupported = polar.ErrUnsupported

	// ErrUndefinedRule means that the policy does not define the rule.
	ErrUndefinedRule = polar.ErrUndefinedRule
)

// polarEngine is the default of Config.Engine.
type polarEngine struct{}

func (polarEngine) Compile(ctx context.Context, in Input) (Policy, []Diagnostic, error) {
	p, diags, err := polar.Load(ctx, in)
	if err != nil {
		return nil, diags, err // not p: a nil *polar.Policy would become a non-nil Policy
	}
	return p, diags, nil
}
