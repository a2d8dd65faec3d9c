package polar

// This file defines Schema, which describes classes and constants for tools.

import (
	"context"

	"github.com/ursa-authz/ursa/authz/polar/schema"
)

// Schema returns the description of the classes and constants of in, with its DenyRule and
// ChangeRule. Sources are ignored. The description contains no values of constants. The
// error is that of [Load] for the same classes and constants.
func Schema(ctx context.Context, in Input) (*schema.Schema, error) {
	reg, err := makeRegistry(in.Classes, in.External)
	if err != nil {
		return nil, err
	}
	constants, _, err := makeConstants(ctx, reg, in.Constants)
	if err != nil {
		return nil, err
	}
	delete(constants, "now") // the language's own
	s, err := reg.Schema(constants)
	if err != nil {
		return nil, err
	}
	s.DenyRule, s.ChangeRule = in.DenyRule, in.ChangeRule
	return s, nil
}
