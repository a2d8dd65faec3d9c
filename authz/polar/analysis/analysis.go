// Package analysis reads policies for tools: it checks sources against a schema, or without
// one as far as that goes, and says which rules a policy has, who calls them and what its
// blocks declare. It runs no policy and needs none of the program's Go types.
//
// Not stable before v1.
package analysis

// This file defines Load, which reads and checks a policy.

import (
	"context"
	"fmt"
	"slices"
	"strings"

	"github.com/ursa-authz/ursa/authz/polar/internal/front"
	"github.com/ursa-authz/ursa/authz/polar/internal/resolve"
	"github.com/ursa-authz/ursa/authz/polar/schema"
	"github.com/ursa-authz/ursa/authz/polar/syntax"
)

// A Source is one policy text with the name that positions give it.
type Source struct{ Name, Text string }

// A Policy is what Load found. It is immutable and safe for concurrent use.
type Policy struct {
	// Diagnostics are the errors and warnings, by position. With a schema they are those of
	// a program with the same classes and constants, to the letter, except for inline
	// queries that fail, since nothing is run.
	Diagnostics []syntax.Diagnostic

	// Files are the parsed sources: all of them, unless there were too many errors.
	Files []*syntax.File

	// Unknown are the names of classes that the policy uses and that nothing describes,
	// sorted. It is empty if there was a schema.
	Unknown []string

	// Unchecked says what was not checked, a phrase each. It is empty if there was a schema.
	Unchecked []string

	parsed bool // without syntax errors
}

// Load reads the sources, which are one policy, and checks them against the schema of the
// program. With a nil schema every class that the policy names is assumed to exist. Then
// nothing is checked that depends on what a class is, and an error that could be the
// result of not knowing the program is left out. AllowEmpty permits a policy without rules.
//
// The error is that of ctx or of the schema, never one in the policy.
func Load(ctx context.Context, sources []Source, s *schema.Schema, allowEmpty bool) (p *Policy, err error) {
	defer func() {
		if e := recover(); e != nil {
			i, ok := e.(front.Interrupted)
			if !ok {
				panic(e)
			}
			p, err = nil, i.Err
		}
	}()
	texts := make([]front.Source, len(sources))
	for i, src := range sources {
		texts[i] = front.Source(src)
	}
	opts := resolve.Options{Poll: front.Poll(ctx)}
	var unknown []string
	if s == nil {
		// Rules that nothing asks depend on the program's settings, so all are assumed.
		opts.NoTypes, opts.DenyRule, opts.ChangeRule = true, true, true
		if unknown, err = classNames(ctx, sources); err != nil {
			return nil, err
		}
		s = assumed(unknown)
	} else {
		opts.DenyRule, opts.ChangeRule = s.DenyRule, s.ChangeRule
	}
	world, err := newWorld(s)
	if err != nil {
		return nil, err
	}
	opts.Registry, opts.Constants = world.reg, world.constants
	read, err := front.Load(ctx, texts, allowEmpty, opts)
	if err != nil {
		return nil, err
	}
	p = &Policy{Diagnostics: read.Diags, Files: read.Files, Unknown: unknown, parsed: read.Parsed}
	if opts.NoTypes {
		p.forget()
	}
	return p, nil
}

// Broken reports whether statements are missing because they have syntax errors. What the
// methods of p say then lacks them.
func (p *Policy) Broken() bool { return !p.parsed }

// unsure are the codes of errors that may be the result of not knowing the program's
// classes, and what it therefore remains to check.
var unsure = []struct {
	code syntax.Code
	what string
}{
	{resolve.CodeSingleton, "names that occur only once: they may be constants of the program"},
	{resolve.CodeInvalidRule, "whether rules fit the types of their names"},
	{resolve.CodeMissingRule, "whether the rules that blocks need are there"},
	{resolve.CodePartialTerm, "whether all classes of a relation declare what is implied over it"},
	{resolve.CodeNeverGiven, "whether every role and relation is given by some rule"},
	{resolve.CodeUndeclaredTerm, "names that blocks of supertypes may declare"},
	{resolve.CodeNoConstructor, "constructors"},
}

// forget drops the diagnostics that a schema might have prevented, and notes what was not
// checked at all.
func (p *Policy) forget() {
	if len(p.Unknown) > 0 {
		p.Unchecked = append(p.Unchecked,
			fmt.Sprintf("the names of classes (%s)", strings.Join(shorten(p.Unknown, 8), ", ")),
			"attributes, methods and kinds")
	}
	p.Diagnostics = slices.DeleteFunc(p.Diagnostics, func(d syntax.Diagnostic) bool {
		for _, u := range unsure {
			if d.Code == u.code && !p.isParam(d) {
				if !slices.Contains(p.Unchecked, u.what) {
					p.Unchecked = append(p.Unchecked, u.what)
				}
				return true
			}
		}
		return false
	})
}

// isParam reports whether a diagnostic is about a parameter with a specializer. Such a
// parameter is a variable, whatever the constants are.
func (p *Policy) isParam(d syntax.Diagnostic) bool {
	if d.Code != resolve.CodeSingleton {
		return false
	}
	for _, f := range p.Files {
		if f.Name != d.Pos.File {
			continue
		}
		for _, s := range f.Stmts {
			rule, ok := s.(*syntax.Rule)
			if ok && slices.ContainsFunc(rule.Params, func(param *syntax.Param) bool {
				return param.Specializer != nil && param.Value.Pos() == d.Pos
			}) {
				return true
			}
		}
	}
	return false
}

// shorten returns at most n names, with a note of how many more there are.
func shorten(names []string, n int) []string {
	if len(names) <= n {
		return names
	}
	return append(slices.Clone(names[:n]), fmt.Sprintf("and %d more", len(names)-n))
}
