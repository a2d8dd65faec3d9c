package authz_test

import (
	"context"
	"fmt"
	"net/http"
	"strings"
	"testing"

	"github.com/ursa-authz/ursa/authz"
)

type contextTestKey struct{}

// TestContextIsNotPrinted tests that a context that ends up in a log shows nothing of the
// actor.
func TestContextIsNotPrinted(t *testing.T) {
	type account struct{ Name string }
	az := newAuthorizer(t, "allow * * *", func(c *authz.Config) {
		c.Actor = func(*http.Request) (any, error) { return account{"secret"}, nil }
	})
	r, err := http.NewRequest("GET", "http://example.com/", nil)
	if err != nil {
		t.Fatal(err)
	}
	entered, err := az.Enter(r)
	if err != nil {
		t.Fatal(err)
	}
	admitted, err := az.Admit(r, http.Header{}, nil)
	if err != nil {
		t.Fatal(err)
	}
	for name, ctx := range map[string]context.Context{
		"NewContext": authz.NewContext(t.Context(), az, account{"secret"}),
		"Enter":      entered,
		"Admit":      admitted,
	} {
		derived, cancel := context.WithCancel(context.WithValue(ctx, contextTestKey{}, "derived"))
		defer cancel()
		for _, ctx := range []context.Context{ctx, derived} {
			for _, verb := range []string{"%v", "%+v", "%#v", "%s", "%q", "%x", "%d"} {
				if got := fmt.Sprintf(verb, ctx); strings.Contains(got, "secret") || strings.Contains(got, fmt.Sprintf("%x", "secret")) {
					t.Errorf("%s, %s: %s", name, verb, got)
				}
			}
		}
	}
}

// TestContextInContext tests that the innermost actor counts, and that cancellation and the
// values of other packages are those of the context around it.
func TestContextInContext(t *testing.T) {
	az := newAuthorizer(t, "allow * * *")
	outer, cancel := context.WithCancel(context.WithValue(t.Context(), contextTestKey{}, "kept"))
	ctx := outer
	for i := range 3 {
		ctx = authz.NewContext(ctx, az, i)
		if got, ok := authz.ActorFrom(ctx); got != i || !ok {
			t.Errorf("actor %v, %v; want %d", got, ok, i)
		}
		if got := ctx.Value(contextTestKey{}); got != "kept" {
			t.Errorf("the value is %v", got)
		}
	}
	derived, stop := context.WithCancel(ctx)
	defer stop()
	cancel()
	<-derived.Done()
	if ctx.Err() == nil {
		t.Error("not cancelled with the context around it")
	}
	defer func() {
		if recover() == nil {
			t.Error("no panic for a nil context")
		}
	}()
	var none context.Context
	authz.NewContext(none, az, 1)
}
