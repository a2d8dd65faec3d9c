package authz

// This file defines Schema, by which tools know the classes of a program.

import (
	"context"
	"fmt"

	"github.com/ursa-authz/ursa/authz/polar"
	"github.com/ursa-authz/ursa/authz/polar/schema"
)

// A Schema describes what policies can name: classes, attributes, methods, relations and the
// types of constants. It contains no values of constants.
type Schema = schema.Schema

// Schema returns the description of the classes and constants of the Authorizer, for tools
// that check policies without the program. It does not depend on the policy or the engine.
// Package authztest keeps a file with it up to date.
func (a *Authorizer) Schema() (*Schema, error) {
	s, err := polar.Schema(context.Background(), a.input)
	if err != nil {
		return nil, fmt.Errorf("authz: %w", err)
	}
	return s, nil
}
