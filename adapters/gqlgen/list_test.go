package gqlauthz_test

// This file tests what a long list costs.

import (
	"context"
	"net/http/httptest"
	"strings"
	"sync/atomic"
	"testing"

	"github.com/99designs/gqlgen/graphql"
	"github.com/99designs/gqlgen/graphql/handler"
	"github.com/99designs/gqlgen/graphql/handler/transport"

	gqlauthz "github.com/ursa-authz/ursa/adapters/gqlgen"
	"github.com/ursa-authz/ursa/adapters/gqlgen/internal/graph"
	"github.com/ursa-authz/ursa/authz"
)

// TestLongList tests that each object of a list, and each field, is decided once.
func TestLongList(t *testing.T) {
	var objects, fields atomic.Int32
	az := newAuthorizer(t, policy, func(c *authz.Config) {
		c.Observe = func(_ context.Context, d authz.Decision) {
			switch d.Rule {
			case "allow_field":
				fields.Add(1)
			case "allow":
				objects.Add(1)
			}
		}
	})
	server := httptest.NewServer(newServer(az, new(Resolver)))
	defer server.Close()
	if got := ask(t, server, "auditor", `{allExpenses {amount}}`); strings.Contains(got, "errors") {
		t.Fatal(got)
	}
	if objects.Load() != 1+3 || fields.Load() != 3 { // the request is one
		t.Errorf("%d decisions by object and %d by field", objects.Load(), fields.Load())
	}
}

// BenchmarkList measures a query over three objects with a field each, with and without
// authorization of objects and fields.
func BenchmarkList(b *testing.B) {
	for _, mode := range []string{"no", "yes"} {
		b.Run("authorization="+mode, func(b *testing.B) {
			cfg := graph.Config{Resolvers: new(Resolver)}
			cfg.Directives.Authorize = gqlauthz.Directive
			if mode == "no" {
				cfg.Directives.Authorize = func(ctx context.Context, _ any, next graphql.Resolver, _ string) (any, error) { return next(ctx) }
			}
			srv := handler.New(graph.NewExecutableSchema(cfg))
			srv.AddTransport(transport.POST{})
			if mode == "yes" {
				srv.AroundFields(gqlauthz.Fields(gqlauthz.FieldConfig{}))
			}
			ctx := authz.NewContext(b.Context(), newAuthorizer(b, policy), &graph.User{ID: 3, Auditor: true})
			b.ReportAllocs()
			for b.Loop() {
				r := httptest.NewRequestWithContext(ctx, "POST", "/query", strings.NewReader(`{"query":"{allExpenses {amount}}"}`))
				r.Header.Set("Content-Type", "application/json")
				w := httptest.NewRecorder()
				srv.ServeHTTP(w, r)
				if w.Code != 200 || strings.Contains(w.Body.String(), "errors") {
					b.Fatal(w.Code, w.Body)
				}
			}
		})
	}
}
