package polar

// This file defines the check for policies without rules.
//
// A policy that lost its rules still parses: its file may be truncated, or a
// deployment may have written an empty one. Such a policy answers every question
// with an error, so it must not replace a policy that works.

import (
	"slices"

	"github.com/ursa-authz/ursa/authz/polar/syntax"
)

// The codes of diagnostics about sources without statements or rules.
const (
	CodeNoRules     syntax.Code = "no-rules"     // the policy has no rule at all
	CodeEmptySource syntax.Code = "empty-source" // warning: a source is empty or contains only comments
)

// CheckEmpty reports an error if no source of a policy has a rule, unless allow is
// set, and a warning for each empty source if others have rules. Shorthand rules
// of blocks count as rules. Rule types, declarations and inline queries do not,
// since they answer no question. Every engine calls CheckEmpty, so that all
// engines accept the same policies.
func CheckEmpty(files []*syntax.File, allow bool) []Diagnostic {
	if !slices.ContainsFunc(files, hasRule) {
		if allow {
			return nil
		}
		return []Diagnostic{{
			Code: CodeNoRules,
			Msg:  "the policy has no rules, so it cannot answer any question",
			Hint: "write a rule, or set Config.AllowEmpty if the policy is empty on purpose",
		}}
	}
	var diags []Diagnostic
	for _, f := range files {
		if len(f.Stmts) > 0 {
			continue
		}
		top := syntax.Position{File: f.Name, Line: 1, Col: 1}
		diags = append(diags, Diagnostic{
			Severity: syntax.Warning, Code: CodeEmptySource, Pos: top, End: top,
			Msg:  "the source is empty or contains only comments",
			Hint: "remove it if that is intended; otherwise it may be truncated",
		})
	}
	return diags
}

// hasRule reports whether a source has a rule or a shorthand rule.
func hasRule(f *syntax.File) bool {
	return slices.ContainsFunc(f.Stmts, func(s syntax.Stmt) bool {
		switch s := s.(type) {
		case *syntax.Rule:
			return true
		case *syntax.Block:
			return slices.ContainsFunc(s.Decls, func(d syntax.BlockDecl) bool {
				_, short := d.(*syntax.Shorthand)
				return short
			})
		}
		return false
	})
}
