package polar

// This file defines Load, which makes a Policy from sources.

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"sync"
	"time"

	"github.com/ursa-authz/ursa/authz/internal/host"
	"github.com/ursa-authz/ursa/authz/polar/internal/front"
	"github.com/ursa-authz/ursa/authz/polar/internal/resolve"
	"github.com/ursa-authz/ursa/authz/polar/internal/vm"
	"github.com/ursa-authz/ursa/authz/polar/schema"
	"github.com/ursa-authz/ursa/authz/polar/syntax"
	"github.com/ursa-authz/ursa/internal/untyped"
)

// maxDiagnostics bounds how many errors of parsing, and how many warnings, are kept of
// all sources together, and how many inline queries are reported.
const maxDiagnostics = front.MaxDiagnostics

// CodeInlineQuery is the code of the diagnostic of an inline query that fails.
const CodeInlineQuery syntax.Code = "inline-query-failed"

// A Policy is a loaded policy. It is immutable and safe for concurrent use.
type Policy struct {
	reg    *host.Registry
	module *resolve.Module
	prog   *vm.Program
	config vm.Config
	cuts   map[string]bool // names of rules that may reach a cut

	solverOnly bool // see Input.SolverOnly

	branchLock sync.Mutex
	branches   map[int][]*Branch // of the rules that were explained, by index; see outline.go

	writtenLock sync.Mutex
	written     map[int]*written // some of the rules that were explained, by index; see written.go
}

// Load makes a policy from sources: it parses and resolves them, checks them
// against the registered classes, compiles them and runs their inline queries.
//
// The diagnostics are the warnings and errors found, at most about 1,000 of each.
// Load returns soon after ctx ends. If the sources have errors, the returned error is
// a syntax.ErrorList. Other errors are about classes and constants, or come from ctx.
// If the error is not nil, the policy is nil.
func Load(ctx context.Context, in Input) (*Policy, []Diagnostic, error) {
	return load(ctx, in, untyped.Is(ctx))
}

// load implements Load; noTypes disables the check of the policy against Go types.
func load(ctx context.Context, in Input, noTypes bool) (p *Policy, diags []Diagnostic, err error) {
	if err := ctx.Err(); err != nil {
		return nil, nil, err
	}
	// An interrupted pass panics. Passes return no errors, since they recurse deeply
	// and every call would have to pass the error on.
	defer func() {
		if e := recover(); e != nil {
			i, ok := e.(front.Interrupted)
			if !ok {
				panic(e)
			}
			p, diags, err = nil, nil, i.Err
		}
	}()
	poll := front.Poll(ctx)

	reg, err := makeRegistry(in.Classes, in.External)
	if err != nil {
		return nil, nil, err
	}
	if err := ctx.Err(); err != nil {
		return nil, nil, err
	}
	constants, now, err := makeConstants(ctx, reg, in.Constants)
	if err != nil {
		return nil, nil, err
	}

	sources := make([]front.Source, len(in.Sources))
	for i, src := range in.Sources {
		sources[i] = front.Source(src)
	}
	read, err := front.LoadAlike(ctx, sources, in.AllowEmpty, resolve.Options{
		Registry: reg, Constants: constants, Poll: poll, NoTypes: noTypes,
		DenyRule: in.DenyRule, ChangeRule: in.ChangeRule,
	})
	if err != nil {
		return nil, nil, err
	}
	files, module, diags := read.Files, read.Module, read.Diags
	if err := syntax.Errors(diags); err != nil {
		return nil, diags, err
	}

	prog := vm.Compile(module, reg, now, poll)
	memory := in.Memory
	if memory == nil {
		memory = NewMemory(in.Limits)
	}
	p = &Policy{
		reg: reg, module: module, prog: prog, cuts: syntax.Cutting(files), solverOnly: in.SolverOnly,
		config: vm.Config{
			Limits: vm.Limits(in.Limits.withDefaults()), Memory: memory.pool,
			Now: in.Now, Print: in.Print,
		},
	}
	failed, err := p.runInline(ctx, files)
	if err != nil {
		return nil, nil, err
	}
	diags = append(diags, failed...)
	if err := syntax.Errors(failed); err != nil {
		return nil, diags, err
	}
	module.Release()
	return p, diags, nil
}

// makeRegistry registers the classes, and those of external that are not among them. Loads with
// the same classes and none of external share a registry.
func makeRegistry(in []Class, external []*schema.Schema) (*host.Registry, error) {
	classes := make([]host.Class, len(in))
	for i := range in {
		classes[i] = in[i].host()
	}
	var reg *host.Registry
	var err error
	if len(external) == 0 {
		reg, err = host.Shared(classes, checkClassNames)
	} else if reg, err = host.NewRegistry(classes); err == nil {
		if err = reg.AddExternal(external); err == nil {
			err = checkClassNames(reg)
		}
	}
	if err != nil {
		return nil, fmt.Errorf("registering classes: %w", err)
	}
	return reg, nil
}

// checkClassNames returns an error if a policy cannot name one of the classes, or a constant of
// another program.
func checkClassNames(reg *host.Registry) error {
	for _, name := range reg.ClassNames() {
		if err := syntax.CheckName(name); err != nil {
			return fmt.Errorf("class %+q cannot be written in a policy: %w", name, err)
		}
	}
	for _, name := range reg.ExternalConstants() {
		if err := syntax.CheckName(name); err != nil {
			return fmt.Errorf("external constant %+q cannot be written in a policy: %w", name, err)
		}
	}
	return nil
}

// makeConstants converts the constants. The value of "now" is only a placeholder.
func makeConstants(ctx context.Context, reg *host.Registry, in map[string]any) (map[string]host.Value, host.Value, error) {
	constants := make(map[string]host.Value, len(in)+1)
	names := make([]string, 0, len(in))
	for name := range in {
		names = append(names, name)
	}
	slices.Sort(names)
	var errs []error
	for _, name := range names {
		v, err := reg.ValueOf(in[name])
		if err == nil && v.Plan != nil && v.Plan.IsSeq() {
			// Read the sequence once, so that every query has the same list.
			var elems []host.Value
			elems, err = host.Drain(ctx, v, DefaultSteps)
			v = host.MakeList(elems)
		}
		switch {
		case name == "now" || name == "nil":
			errs = append(errs, fmt.Errorf("constant %q: the language reserves the name", name))
		case reg.Class(name) != nil:
			errs = append(errs, fmt.Errorf("constant %q: a class has this name", name))
		case syntax.CheckName(name) != nil:
			errs = append(errs, fmt.Errorf("constant %+q cannot be written in a policy: %w", name, syntax.CheckName(name)))
		case err != nil:
			errs = append(errs, fmt.Errorf("constant %q: %w", name, err))
		default:
			constants[name] = v
		}
	}
	if len(errs) > 0 {
		return nil, host.Value{}, errors.Join(errs...)
	}
	now, err := reg.ValueOf(new(time.Time))
	if err != nil {
		return nil, host.Value{}, err
	}
	constants["now"] = now
	return constants, now, nil
}

// runInline runs the inline queries of the policy. Each must have a solution.
func (p *Policy) runInline(ctx context.Context, files []*syntax.File) ([]Diagnostic, error) {
	var failed []Diagnostic
	lines := make(map[string]*syntax.Lines)
	for _, q := range p.module.Queries {
		if len(failed) == maxDiagnostics {
			break
		}
		ok, err := p.holds(ctx, p.prog.CompileQuery(q))
		if ctxErr := ctx.Err(); ctxErr != nil {
			return nil, ctxErr
		}
		if ok && err == nil {
			continue
		}
		msg := "inline query failed"
		if q.Text != "" {
			msg += ": " + q.Text
		}
		if err != nil {
			msg = "inline query could not be decided: " + err.Error()
		}
		failed = append(failed, Diagnostic{Code: CodeInlineQuery, Pos: q.Pos, Msg: msg, Line: sourceLine(files, lines, q.Pos)})
	}
	return failed, nil
}

func (p *Policy) holds(ctx context.Context, q *vm.CompiledQuery) (bool, error) {
	m := p.prog.Machine(ctx, &p.config)
	defer m.Release()
	m.Start(q)
	return m.Next()
}

// sourceLine returns the text of the line of pos. It caches the indexed sources in
// lines.
func sourceLine(files []*syntax.File, lines map[string]*syntax.Lines, pos syntax.Position) string {
	if lines[pos.File] == nil {
		i := slices.IndexFunc(files, func(f *syntax.File) bool { return f.Name == pos.File })
		if i < 0 {
			return ""
		}
		lines[pos.File] = syntax.NewLines(files[i].Source)
	}
	return lines[pos.File].Text(pos.Line)
}

// Rules returns the rules of the policy: the written ones in source order, then those of blocks.
func (p *Policy) Rules() []*RuleInfo {
	all := p.prog.Rules()
	rules := make([]*RuleInfo, len(all))
	for i := range rules {
		rules[i] = &all[i]
	}
	return rules
}

// Defines reports whether the policy has a rule with the given name and number of parameters.
func (p *Policy) Defines(rule string, arity int) bool { return p.prog.DefinesArity(rule, arity) }

// Enumerates reports whether Query, called for a rule of that name with variables among
// its arguments, yields every value for which Decide says that the rule holds. It does,
// unless the rule may reach a cut, which drops solutions.
func (p *Policy) Enumerates(rule string) bool { return !p.cuts[rule] }
