//go:build cgo && !musl && (((linux || darwin) && (amd64 || arm64)) || (windows && amd64))

package osoengine

// This file defines New, and compiles policies.

import (
	"context"
	"errors"
	"fmt"
	"maps"
	"os"
	"reflect"
	"slices"
	"strings"

	oso "github.com/osohq/go-oso"
	"github.com/ursa-authz/ursa/authz"
	"github.com/ursa-authz/ursa/authz/polar"
	"github.com/ursa-authz/ursa/authz/polar/syntax"
)

// New returns go-oso as an engine. It is safe for concurrent use.
func New() authz.Engine { return engine{} }

type engine struct{}

// The codes of diagnostics, besides codeRefused and those of the parser.
const (
	codeClass       syntax.Code = "go-oso-class"        // a class or constant that go-oso does not support
	codeLoad        syntax.Code = "go-oso-load"         // go-oso does not load the policy
	codeInlineQuery syntax.Code = "inline-query-failed" // an inline query has no solution
)

// Compile checks the policy and loads it into an instance of go-oso.
func (engine) Compile(ctx context.Context, in authz.Input) (_ authz.Policy, diags []authz.Diagnostic, err error) {
	if err := ctx.Err(); err != nil {
		return nil, nil, err
	}
	for _, name := range []string{"POLAR_LOG", "POLAR_EXPLAIN"} {
		if v := os.Getenv(name); v != "" && v != "off" && v != "0" {
			return nil, nil, fmt.Errorf("%w: the environment variable %s makes go-oso print actors and resources (unset it)", authz.ErrUnsupported, name)
		}
	}
	if len(in.External) > 0 {
		return nil, nil, fmt.Errorf("%w: Config.External needs Ursa's own engine, since go-oso knows Go types only", authz.ErrUnsupported)
	}
	var files []*syntax.File
	lines := make(map[string]*syntax.Lines)
	for _, source := range in.Sources {
		f, ds, err := syntax.ParseContext(ctx, source.Name, source.Text)
		if err != nil {
			return nil, nil, err
		}
		files = append(files, f)
		lines[source.Name] = syntax.NewLines(source.Text)
		diags = append(diags, ds...)
	}
	if err := syntax.Errors(diags); err != nil {
		return nil, diags, err
	}

	empty := polar.CheckEmpty(files, in.AllowEmpty)
	diags = append(diags, empty...)
	if err := syntax.Errors(empty); err != nil {
		return nil, diags, err
	}

	p := new(policy)
	classes, refused := newClasses(in.Classes)
	p.universe = newUniverse(classes)
	types := make(map[string]reflect.Type, len(in.Constants))
	for name, value := range in.Constants {
		types[name] = deref(reflect.TypeOf(value))
	}
	found, read := check(files, lines, p.universe, types)
	refused = append(refused, found...)
	p.read = read
	constants, found := p.newConstants(in.Constants)
	if refused = append(refused, found...); len(refused) > 0 {
		diags = append(diags, refused...)
		return nil, diags, &refusals{syntax.Errors(refused)}
	}

	p.text = newText(files, in.DenyRule)
	ds, err := p.load(constants)
	diags = append(diags, ds...)
	if err == nil {
		err = syntax.Errors(ds)
	}
	if err != nil {
		return nil, diags, err
	}
	return p, diags, nil
}

// newClasses returns the registered classes by name, and diagnostics for those that
// go-oso does not support.
func newClasses(list []authz.Class) (map[string]*class, []syntax.Diagnostic) {
	classes := make(map[string]*class, len(list))
	var diags []syntax.Diagnostic
	for _, given := range list {
		c, err := newClass(given)
		if err == nil && classes[c.name] != nil {
			err = fmt.Errorf("two classes are named %s", c.name)
		}
		if err != nil {
			diags = append(diags, syntax.Diagnostic{Code: codeClass, Msg: err.Error()})
			continue
		}
		classes[c.name] = c
	}
	return classes, diags
}

// newConstants returns the constants in the form for go-oso, and diagnostics for those
// that it does not support.
func (p *policy) newConstants(given map[string]any) (map[string]any, []syntax.Diagnostic) {
	constants := make(map[string]any, len(given))
	var diags []syntax.Diagnostic
	for _, name := range slices.Sorted(maps.Keys(given)) {
		value, err := p.guard().argument(given[name])
		shown := name
		switch bad := syntax.CheckName(name); {
		case bad != nil:
			shown, err = fmt.Sprintf("%+q", name), refusal("the name cannot be written in a policy: %v", bad)
		case name == "now" || name == "nil" || builtins[name] != nil:
			err = refusal("the name is reserved by the language")
		case p.classes[name] != nil:
			err = refusal("a class has this name")
		}
		if err != nil {
			diags = append(diags, syntax.Diagnostic{Code: codeClass,
				Msg: "constant " + shown + ": " + strings.TrimPrefix(err.Error(), "osoengine: ")})
		}
		constants[name] = value
	}
	return constants, diags
}

// load registers classes and constants, loads the text and runs the inline queries.
// go-oso cannot free an instance, so its memory stays in use until the process ends.
func (p *policy) load(constants map[string]any) (diags []syntax.Diagnostic, err error) {
	defer func() {
		if recover() != nil {
			err = errPanic
		}
	}()
	if p.oso, err = oso.NewOso(); err != nil {
		return nil, loadError(err)
	}
	if p.none, err = p.typeOfNil(); err != nil {
		return nil, err
	}
	for _, name := range slices.Sorted(maps.Keys(p.classes)) {
		c := p.classes[name]
		if err := p.oso.RegisterClassWithName(c.typ, c.constructor, name); err != nil {
			diags = append(diags, syntax.Diagnostic{Code: codeClass, Msg: "go-oso does not accept the class " + name})
		}
	}
	for _, name := range slices.Sorted(maps.Keys(constants)) {
		if err := p.oso.RegisterConstant(constants[name], name); err != nil {
			diags = append(diags, syntax.Diagnostic{Code: codeClass, Msg: "go-oso does not accept the constant " + name})
		}
	}
	if len(diags) > 0 {
		return diags, nil
	}
	if err := p.oso.LoadString(p.text.policy); err != nil {
		return []syntax.Diagnostic{p.text.diagnostic(err)}, nil
	}
	for _, q := range p.text.queries {
		if d := p.inline(q); d != nil {
			diags = append(diags, *d)
		}
	}
	return diags, nil
}

// inline runs an inline query, which must have a solution.
func (p *policy) inline(q inlineQuery) *syntax.Diagnostic {
	fail := func(format string, args ...any) *syntax.Diagnostic {
		return &syntax.Diagnostic{Code: codeInlineQuery, Pos: q.pos, Msg: fmt.Sprintf(format, args...)}
	}
	query, err := p.oso.NewQueryFromStr(q.text)
	if err != nil {
		return fail("go-oso does not accept the inline query")
	}
	for _, err := range p.solutions(context.Background(), query) {
		if e := new(queryError); errors.As(err, &e) {
			return fail("the inline query has no answer: %s", e.reason)
		} else if err != nil {
			return fail("the inline query has no answer")
		}
		return nil
	}
	return fail("the inline query has no solution")
}

// typeOfNil returns the type of a policy's nil in results, which go-oso does not export.
func (p *policy) typeOfNil() (reflect.Type, error) {
	query, err := p.oso.NewQueryFromStr("x = nil")
	if err != nil {
		return nil, loadError(err)
	}
	for bindings, err := range p.solutions(context.Background(), query) {
		if err != nil {
			return nil, err
		}
		return reflect.TypeOf(bindings["x"]), nil
	}
	return nil, loadError(errors.New("nil has no value"))
}
