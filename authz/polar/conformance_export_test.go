package polar

// This file defines what tests outside the package need of its inside.

import (
	"context"
	"io"
)

// LoadNoTypes is Load without the check of the policy against Go types, so that
// scripts can meet at run time the errors that the check would report.
func LoadNoTypes(ctx context.Context, in Input) (*Policy, []Diagnostic, error) {
	return load(ctx, in, true)
}

// DumpProgram writes what a policy was compiled to.
func DumpProgram(p *Policy, w io.Writer) error { return p.prog.Dump(w) }
