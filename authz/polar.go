package authz

// This file defines the default engine: package polar behind the Engine seam.

import (
	"context"

	"github.com/ursa-authz/ursa/authz/polar"
)

var (
	// ErrUnsupported says that an engine cannot do what it was asked to.
	ErrUnsupported = polar.ErrUnsupported

	// ErrUndefinedRule says that the policy does not define the rule that was asked.
	ErrUndefinedRule = polar.ErrUndefinedRule
)

// polarEngine is the engine that a Config without one gets.
type polarEngine struct{}

func (polarEngine) Compile(ctx context.Context, in Input) (Policy, []Diagnostic, error) {
	p, diags, err := polar.Load(ctx, in)
	if err != nil {
		return nil, diags, err // not p: a nil *polar.Policy would be a Policy that is not nil
	}
	return p, diags, nil
}
