package polar

// This file defines what the conformance scripts need of the package's inside.

import "context"

// LoadNoTypes is Load without the check of the policy against Go types, so that
// scripts can meet at run time the errors that the check would report.
func LoadNoTypes(ctx context.Context, in Input) (*Policy, []Diagnostic, error) {
	return load(ctx, in, true)
}
