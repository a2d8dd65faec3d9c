// Package front turns the sources of a policy into its meaning, for programs that run the
// policy and for tools that check it: both get the same diagnostics.
package front

// This file defines Load.

import (
	"context"

	"github.com/ursa-authz/ursa/authz/polar/internal/resolve"
	"github.com/ursa-authz/ursa/authz/polar/syntax"
)

// MaxDiagnostics bounds how many errors of parsing, and how many warnings, are kept of
// all sources together.
const MaxDiagnostics = 1000

// A Source is one policy text with the name that positions give it.
type Source struct{ Name, Text string }

// A Policy is what Load makes of sources. Without errors among the diagnostics, the module
// is not nil. The files are those that were parsed: all, unless there were too many errors.
type Policy struct {
	Files  []*syntax.File
	Parsed bool // without syntax errors
	Module *resolve.Module
	Diags  []syntax.Diagnostic
}

// Load parses the sources, resolves them and checks them against the registry of opts.
// Warnings that comments silence are left out. The error is that of ctx; work on a large
// policy ends early by a panic with [Interrupted], if opts.Poll is [Poll] of ctx.
func Load(ctx context.Context, sources []Source, allowEmpty bool, opts resolve.Options) (*Policy, error) {
	return load(ctx, sources, allowEmpty, opts, syntax.ParseContext)
}

// LoadAlike is like Load, but its files may have [syntax.Like] statements, and its module
// rules that share bodies. It is faster for policies with many such rules.
func LoadAlike(ctx context.Context, sources []Source, allowEmpty bool, opts resolve.Options) (*Policy, error) {
	p, err := load(ctx, sources, allowEmpty, opts, syntax.ParseAlike)
	if err != nil || p != nil {
		return p, err
	}
	return Load(ctx, sources, allowEmpty, opts) // reports everything, in the right places
}

// load implements Load. It returns nil if there is something to say about rules that share
// bodies.
func load(ctx context.Context, sources []Source, allowEmpty bool, opts resolve.Options,
	parse func(ctx context.Context, name, src string) (*syntax.File, []syntax.Diagnostic, error)) (*Policy, error) {
	p := new(Policy)
	errs, warnings := 0, 0
	for _, src := range sources {
		file, ds, err := parse(ctx, src.Name, src.Text)
		if err != nil {
			return nil, err
		}
		p.Files = append(p.Files, file)
		for _, d := range ds {
			n := &errs
			if d.Severity == syntax.Warning {
				n = &warnings
			}
			if *n++; *n <= MaxDiagnostics+2 { // with what a source says of errors beyond its bound
				p.Diags = append(p.Diags, d)
			}
		}
		if errs > MaxDiagnostics {
			break // the policy is not loaded, whatever the other sources say
		}
	}
	alike := resolve.Alike(p.Files)
	if syntax.Errors(p.Diags) != nil {
		if alike {
			return nil, nil
		}
		return p, nil
	}
	p.Parsed = true
	p.Diags = append(p.Diags, CheckEmpty(p.Files, allowEmpty)...)
	module, ds := resolve.Load(p.Files, opts)
	p.Module = module
	p.Diags = append(p.Diags, ds...)
	if alike && resolve.AboutLikes(p.Files, p.Diags) {
		return nil, nil
	}
	p.Diags = resolve.Ignore(p.Files, p.Diags)
	return p, nil
}
