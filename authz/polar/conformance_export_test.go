package polar

// This file exports what the conformance scripts need.

import "context"

// LoadNoTypes is Load without the check of the policy against Go types, so that
// scripts can reach the run-time errors that the check would report.
func LoadNoTypes(ctx context.Context, in Input) (*Policy, []Diagnostic, error) {
	return load(ctx, in, true)
}
