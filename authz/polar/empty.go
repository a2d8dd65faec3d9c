package polar

// This file defines the check for policies without rules, for other engines.

import (
	"github.com/ursa-authz/ursa/authz/polar/internal/front"
	"github.com/ursa-authz/ursa/authz/polar/syntax"
)

// The codes of diagnostics about sources without statements or rules.
const (
	CodeNoRules     = front.CodeNoRules     // the policy has no rule at all
	CodeEmptySource = front.CodeEmptySource // warning: a source is empty, or contains only comments
)

// CheckEmpty reports an error if no source of a policy has a rule, unless allow is
// set, and a warning for each empty source if others have rules. Shorthand rules
// of blocks count as rules. Rule types, declarations and inline queries do not,
// since they answer no question. Every engine calls CheckEmpty, so that all
// engines accept the same policies.
func CheckEmpty(files []*syntax.File, allow bool) []Diagnostic { return front.CheckEmpty(files, allow) }
