//go:build purego

package vm

import "context"

// This file takes the place of typed*.go in a build without package unsafe.

type typedRule struct{}

func newTypedRule(*pred) *typedRule { return nil }

// DecideTyped decides nothing: there is no code for types without package unsafe.
func (p *Program) DecideTyped(_ context.Context, _ *Limits, _ string, _ any, _ string, _ any) (allowed bool, rule *RuleInfo, calls []HostCall, done bool) {
	return false, nil, nil, false
}
