//go:build purego

package vm

// This file replaces typed*.go in builds without package unsafe, which do not compile decisions
// for types.

import "context"

type typedRule struct{}

var typedNames [0]string

func (p *Program) makeTyped() {}

// DecideTyped decides nothing.
func (p *Program) DecideTyped(context.Context, *Limits, string, *Question) (allowed bool, rule *RuleInfo, calls []HostCall, done bool) {
	return false, nil, nil, false
}

// DecideEach decides about no resource.
func (p *Program) DecideEach(context.Context, *Limits, string, string, *Question, []any, []bool) int {
	return 0
}

// NamesTyped finds no texts.
func (p *Program) NamesTyped(context.Context, *Limits, string, *Question) (names []string, all, done bool) {
	return nil, false, false
}
