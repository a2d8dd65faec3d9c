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

// SolverOnly is the default engine without compiled decisions: the solver, which also makes
// explanations, answers everything. The answers are the same and take ten times as long or
// more. Set [Config].Engine to it if you suspect that a compiled decision is wrong.
var SolverOnly Engine = polarEngine{solverOnly: true}

// polarEngine is package polar. Its zero value is the default of Config.Engine.
type polarEngine struct{ solverOnly bool }

func (e polarEngine) Compile(ctx context.Context, in Input) (Policy, []Diagnostic, error) {
	in.SolverOnly = in.SolverOnly || e.solverOnly
	p, diags, err := polar.Load(ctx, in)
	if err != nil {
		return nil, diags, err // not p: a nil *polar.Policy would become a non-nil Policy
	}
	return p, diags, nil
}
