package authz_test

// This file measures the cost that an Authorizer adds to an engine, with an engine that
// costs nothing.

import (
	"context"
	"io"
	"iter"
	"log/slog"
	"testing"

	"github.com/ursa-authz/ursa/authz"
	"github.com/ursa-authz/ursa/authz/ledger"
)

// instant is an engine whose answer is always the same.
type instant struct{ out authz.Outcome }

func (e instant) Compile(context.Context, authz.Input) (authz.Policy, []authz.Diagnostic, error) {
	return &e, nil, nil
}

func (e *instant) Decide(context.Context, string, any, string, any) (authz.Outcome, error) {
	return e.out, nil
}

func (e *instant) Query(context.Context, string, ...any) iter.Seq2[authz.Bindings, error] {
	return func(yield func(authz.Bindings, error) bool) {
		if e.out.Allowed {
			yield(nil, nil)
		}
	}
}

func newInstant(t testing.TB, allowed bool, change ...func(*authz.Config)) *authz.Authorizer {
	change = append([]func(*authz.Config){func(c *authz.Config) { c.Engine = instant{authz.Outcome{Allowed: allowed}} }}, change...)
	return newAuthorizer(t, "", change...)
}

func TestIsAllowedAllocatesNothing(t *testing.T) {
	ctx, _ := ledger.With(t.Context())
	for _, allowed := range []bool{true, false} {
		az := newInstant(t, allowed)
		n := testing.AllocsPerRun(1000, func() {
			if ok, err := az.IsAllowed(ctx, alice, "read", lunch); ok != allowed || err != nil {
				t.Fatal(ok, err)
			}
		})
		if n != 0 {
			t.Errorf("IsAllowed, allowed %v: %v allocations, want 0", allowed, n)
		}
		if !allowed {
			continue
		}
		n = testing.AllocsPerRun(1000, func() {
			if err := az.Authorize(ctx, alice, "read", lunch); err != nil {
				t.Fatal(err)
			}
		})
		if n != 0 {
			t.Errorf("Authorize: %v allocations, want 0", n)
		}
	}
}

func BenchmarkIsAllowed(b *testing.B) {
	ctx := context.Background()
	b.Run("floor", func(b *testing.B) { // the engine alone, through its interface
		p, _, _ := instant{authz.Outcome{Allowed: true}}.Compile(ctx, authz.Input{})
		b.ReportAllocs()
		for b.Loop() {
			if out, err := p.Decide(ctx, "allow", alice, "read", lunch); !out.Allowed || err != nil {
				b.Fatal(err)
			}
		}
	})
	run := func(name string, ctx context.Context, az *authz.Authorizer, want bool) {
		b.Run(name, func(b *testing.B) {
			b.ReportAllocs()
			for b.Loop() {
				if ok, err := az.IsAllowed(ctx, alice, "read", lunch); ok != want || err != nil {
					b.Fatal(ok, err)
				}
			}
		})
	}
	run("allow", ctx, newInstant(b, true), true)
	run("deny", ctx, newInstant(b, false), false)

	cancel, stop := context.WithCancel(ctx)
	defer stop()
	az := newInstant(b, true)
	ledgered, _ := ledger.With(cancel)
	run("request", authz.NewContext(ledgered, az, alice), az, true)
	run("observed", ctx, newInstant(b, true, func(c *authz.Config) {
		c.Observe = func(context.Context, authz.Event) {}
	}), true)

	run("logged", ctx, newInstant(b, true, func(c *authz.Config) {
		c.Observe = authz.LogDecisions(slog.New(slog.NewTextHandler(io.Discard, nil)))
	}), true)

	b.Run("parallel", func(b *testing.B) {
		b.ReportAllocs()
		b.RunParallel(func(pb *testing.PB) {
			for pb.Next() {
				if ok, err := az.IsAllowed(ctx, alice, "read", lunch); !ok || err != nil {
					b.Fatal(ok, err)
				}
			}
		})
	})
}

func BenchmarkAuthorizeDenied(b *testing.B) {
	az := newInstant(b, false)
	b.ReportAllocs()
	for b.Loop() {
		if err := az.Authorize(context.Background(), alice, "read", lunch); err == nil {
			b.Fatal("allowed")
		}
	}
}
