package front

// This file defines the check for policies without rules.
//
// A policy that lost its rules, because its file was truncated or a deployment
// wrote an empty one, still parses. It would answer every question with an
// error, and it must not replace a policy that works.

import (
	"slices"

	"github.com/ursa-authz/ursa/authz/polar/syntax"
)

// The codes of diagnostics about sources that say nothing.
const (
	CodeNoRules     syntax.Code = "no-rules"     // the policy has no rule at all
	CodeEmptySource syntax.Code = "empty-source" // warning: a source is empty, or holds comments only
)

// CheckEmpty returns the error that no source of a policy has a rule, unless
// allow is set, and a warning for each source that says nothing while others
// have rules. Shorthand rules of blocks count as rules; rule types, declarations
// and inline queries do not, since they answer no question. Every engine calls
// it, so that all engines accept the same policies.
func CheckEmpty(files []*syntax.File, allow bool) []syntax.Diagnostic {
	if !slices.ContainsFunc(files, hasRule) {
		if allow {
			return nil
		}
		return []syntax.Diagnostic{{
			Code: CodeNoRules,
			Msg:  "the policy has no rules, so it cannot answer any question",
			Hint: "write a rule, or set Config.AllowEmpty if the policy is empty on purpose",
		}}
	}
	var diags []syntax.Diagnostic
	for _, f := range files {
		if len(f.Stmts) > 0 {
			continue
		}
		top := syntax.Position{File: f.Name, Line: 1, Col: 1}
		diags = append(diags, syntax.Diagnostic{
			Severity: syntax.Warning, Code: CodeEmptySource, Pos: top, End: top,
			Msg:  "the source is empty or contains only comments",
			Hint: "remove it if that is intended; otherwise it may be truncated",
		})
	}
	return diags
}

// hasRule reports whether a source has a rule, written out or in short.
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
