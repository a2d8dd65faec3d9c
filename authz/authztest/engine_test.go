package authztest

// This file runs the conformance suite on the default engine, and on engines with one fault
// each, which the suite must find.

import (
	"context"
	"errors"
	"iter"
	"runtime"
	"strings"
	"sync"
	"testing"

	"github.com/ursa-authz/ursa/authz"
	"github.com/ursa-authz/ursa/authz/filter"
	"github.com/ursa-authz/ursa/authz/polar"
)

func TestDefaultEngine(t *testing.T) { TestEngine(t, func() authz.Engine { return nil }) }

func TestSolverOnlyEngine(t *testing.T) {
	TestEngine(t, func() authz.Engine { return authz.SolverOnly })
}

// A broken engine is the default one with a fault. The functions that are set replace
// parts of it.
type broken struct {
	compile func(in *authz.Input) (ignoreErrors bool)
	failed  func(error) error // replaces the error of Compile
	decide  func(p *polar.Policy, ctx context.Context, rule string, actor any, action string, resource any) (authz.Outcome, error)
	query   func(p *polar.Policy, ctx context.Context, rule string, args ...any) iter.Seq2[authz.Bindings, error]
	filter  func(*filter.Query, error) (*filter.Query, error)
	trace   func(*polar.Trace)
	defines func(rule string, defined bool) bool
	listing bool // claims to enumerate what a cut may hide
}

func (b broken) Compile(ctx context.Context, in authz.Input) (authz.Policy, []authz.Diagnostic, error) {
	ignore := b.compile != nil && b.compile(&in)
	p, diags, err := polar.Load(ctx, in)
	if err != nil && ignore {
		p, diags, err = polar.Load(ctx, authz.Input{Sources: []authz.Source{{Name: "empty.polar", Text: "allow(1, 2, 3);"}}})
	}
	if err != nil {
		if b.failed != nil {
			err = b.failed(err)
		}
		return nil, diags, err
	}
	return brokenPolicy{p, b}, diags, nil
}

type brokenPolicy struct {
	*polar.Policy
	b broken
}

func (p brokenPolicy) Decide(ctx context.Context, rule string, actor any, action string, resource any) (authz.Outcome, error) {
	if p.b.decide != nil {
		return p.b.decide(p.Policy, ctx, rule, actor, action, resource)
	}
	return p.Policy.Decide(ctx, rule, actor, action, resource)
}

func (p brokenPolicy) Query(ctx context.Context, rule string, args ...any) iter.Seq2[authz.Bindings, error] {
	if p.b.query != nil {
		return p.b.query(p.Policy, ctx, rule, args...)
	}
	return p.Policy.Query(ctx, rule, args...)
}

func (p brokenPolicy) Filter(ctx context.Context, rule string, actor any, action string, class authz.Class) (*filter.Query, error) {
	q, err := p.Policy.Filter(ctx, rule, actor, action, class)
	if p.b.filter != nil {
		return p.b.filter(q, err)
	}
	return q, err
}

func (p brokenPolicy) Trace(ctx context.Context, rule string, args []any, opts polar.TraceOptions) *polar.Trace {
	t := p.Policy.Trace(ctx, rule, args, opts)
	if p.b.trace != nil {
		p.b.trace(t)
	}
	return t
}

func (p brokenPolicy) Defines(rule string, arity int) bool {
	defined := p.Policy.Defines(rule, arity)
	if p.b.defines != nil {
		return p.b.defines(rule, defined)
	}
	return defined
}

func (p brokenPolicy) Enumerates(rule string) bool { return p.b.listing || p.Policy.Enumerates(rule) }

type decision = func(p *polar.Policy, ctx context.Context, rule string, actor any, action string, resource any) (authz.Outcome, error)

// solutions returns everything that a query yields.
func solutions(q iter.Seq2[authz.Bindings, error]) (all []authz.Bindings, err error) {
	for b, e := range q {
		if e != nil {
			return all, e
		}
		all = append(all, b)
	}
	return all, nil
}

func TestEngineFindsFaults(t *testing.T) {
	// replacing makes decisions with other arguments.
	replacing := func(f func(actor *any, action *string, resource *any)) decision {
		return func(p *polar.Policy, ctx context.Context, rule string, actor any, action string, resource any) (authz.Outcome, error) {
			f(&actor, &action, &resource)
			return p.Decide(ctx, rule, actor, action, resource)
		}
	}
	// answering replaces answers.
	answering := func(f func(*authz.Outcome, *error)) decision {
		return func(p *polar.Policy, ctx context.Context, rule string, actor any, action string, resource any) (authz.Outcome, error) {
			out, err := p.Decide(ctx, rule, actor, action, resource)
			f(&out, &err)
			return out, err
		}
	}
	// text changes the policy before it is compiled.
	text := func(old, new string) func(in *authz.Input) bool {
		return func(in *authz.Input) bool {
			in.Sources = append([]authz.Source(nil), in.Sources...)
			for i := range in.Sources {
				in.Sources[i].Text = strings.ReplaceAll(in.Sources[i].Text, old, new)
			}
			return false
		}
	}
	var shared struct {
		sync.Mutex
		p *polar.Policy
	}
	faults := map[string]broken{
		"allows everything": {decide: answering(func(out *authz.Outcome, err *error) { *out, *err = authz.Outcome{Allowed: true}, nil })},
		"allows nothing":    {decide: answering(func(out *authz.Outcome, err *error) { *out, *err = authz.Outcome{}, nil })},
		"allows what failed": {decide: answering(func(out *authz.Outcome, err *error) {
			*out, *err = authz.Outcome{Allowed: out.Allowed || *err != nil}, nil
		})},
		"denies what failed":         {decide: answering(func(_ *authz.Outcome, err *error) { *err = nil })},
		"refuses what failed":        {decide: answering(func(_ *authz.Outcome, err *error) { *err = wrapped(*err, authz.ErrUnsupported) })},
		"tells secrets":              {decide: answering(func(_ *authz.Outcome, err *error) { *err = wrapped(*err, errors.New(engineSecret)) })},
		"forgets the actor":          {decide: replacing(func(actor *any, _ *string, _ *any) { *actor = engineAlice })},
		"forgets the action":         {decide: replacing(func(_ *any, action *string, _ *any) { *action = "read" })},
		"forgets the resource":       {decide: replacing(func(_ *any, _ *string, resource *any) { *resource = engineDocA })},
		"compares less with at most": {compile: text(" < ", " <= ")},
		"knows no or":                {compile: text(" or ", " and ")},
		"knows no not":               {compile: text("not ", "")},
		"knows no cut":               {compile: text("cut and", "")},
		"takes != for =":             {compile: text(" != ", " = ")},
		"drops patterns":             {compile: text("{Admin: true}", "")},
		"knows one integer type": {decide: replacing(func(actor *any, _ *string, _ *any) {
			if n, ok := (*actor).(int64); ok {
				*actor = n == 0
			}
		})},
		"compiles what is wrong":  {compile: func(*authz.Input) bool { return true }},
		"runs no inline queries":  {compile: text("?= 1 = 2;", "")},
		"says not where":          {failed: func(error) error { return errors.New("bad policy") }},
		"refuses what it must do": {decide: answering(func(out *authz.Outcome, err *error) { *out, *err = authz.Outcome{}, authz.ErrUnsupported })},
		"reads one source":        {compile: func(in *authz.Input) bool { in.Sources = in.Sources[:1]; return true }},
		"has one policy": {decide: func(p *polar.Policy, ctx context.Context, rule string, actor any, action string, resource any) (authz.Outcome, error) {
			shared.Lock()
			defer shared.Unlock()
			if shared.p == nil {
				shared.p = p
			}
			return shared.p.Decide(ctx, rule, actor, action, resource)
		}},
		"yields the last solution first": {query: func(p *polar.Policy, ctx context.Context, rule string, args ...any) iter.Seq2[authz.Bindings, error] {
			return func(yield func(authz.Bindings, error) bool) {
				all, err := solutions(p.Query(ctx, rule, args...))
				for i := len(all) - 1; i >= 0; i-- {
					if !yield(all[i], nil) {
						return
					}
				}
				if err != nil {
					yield(nil, err)
				}
			}
		}},
		"yields nothing but the error": {query: func(p *polar.Policy, ctx context.Context, rule string, args ...any) iter.Seq2[authz.Bindings, error] {
			return func(yield func(authz.Bindings, error) bool) {
				all, err := solutions(p.Query(ctx, rule, args...))
				if err != nil {
					yield(nil, err)
					return
				}
				for _, b := range all {
					if !yield(b, nil) {
						return
					}
				}
			}
		}},
		"binds ints": {query: func(p *polar.Policy, ctx context.Context, rule string, args ...any) iter.Seq2[authz.Bindings, error] {
			return func(yield func(authz.Bindings, error) bool) {
				for b, err := range p.Query(ctx, rule, args...) {
					for name, x := range b {
						if n, ok := x.(int64); ok {
							b[name] = int(n)
						}
					}
					if !yield(b, err) {
						return
					}
				}
			}
		}},
		"filters too little": {filter: func(q *filter.Query, err error) (*filter.Query, error) {
			if q != nil {
				q.Where = filter.True
			}
			return q, err
		}},
		"filters too much": {filter: func(q *filter.Query, err error) (*filter.Query, error) {
			if q != nil {
				q.Where = filter.False
			}
			return q, err
		}},
		"explains something else":           {trace: func(t *polar.Trace) { t.Outcome.Allowed = !t.Outcome.Allowed }},
		"knows of no deny rules":            {defines: func(string, bool) bool { return false }},
		"knows rules that it does not have": {defines: func(string, bool) bool { return true }},
		"asks deny rules of nobody":         {compile: func(in *authz.Input) bool { in.DenyRule = false; return false }},
		"lists in spite of a cut":           {listing: true},
		"explains nothing":                  {trace: func(t *polar.Trace) { t.Err = errors.New("no trace") }},
	}
	for name, fault := range faults {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			found := suite(t, fault)
			if found == "" {
				t.Error("no case fails")
			}
			t.Logf("found in %s", found)
		})
	}
}

func wrapped(err, as error) error {
	if err == nil {
		return nil
	}
	return as
}

// suite runs the suite on an engine, and returns the name of a case that failed, or "".
func suite(t *testing.T, engine authz.Engine) string {
	for _, c := range engineCases {
		if c.name == "an endless rule is an error" {
			continue // slow
		}
		if failed(t, func(t testing.TB) { c.run(t, engine) }) {
			return c.name
		}
	}
	for name, test := range engineTests {
		if failed(t, func(t testing.TB) { test(t, func() authz.Engine { return engine }) }) {
			return name
		}
	}
	return ""
}

// A verdict is a testing.TB that only records whether a test failed.
type verdict struct {
	testing.TB
	mu     sync.Mutex
	failed bool
}

func (v *verdict) fail() {
	v.mu.Lock()
	defer v.mu.Unlock()
	v.failed = true
}
func (v *verdict) Helper()               {}
func (v *verdict) Logf(string, ...any)   {}
func (v *verdict) Error(...any)          { v.fail() }
func (v *verdict) Errorf(string, ...any) { v.fail() }
func (v *verdict) Fatal(...any)          { v.fail(); runtime.Goexit() }
func (v *verdict) Fatalf(string, ...any) { v.fail(); runtime.Goexit() }

func failed(t *testing.T, f func(testing.TB)) bool {
	v := &verdict{TB: t}
	done := make(chan struct{})
	go func() {
		defer close(done)
		f(v)
	}()
	<-done
	return v.failed
}
