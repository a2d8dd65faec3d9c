package guarded

import (
	"context"
	"fmt"
	"strings"
	"testing"
)

func TestResource(t *testing.T) {
	outer := New[string](t.Context())
	number := New[int](outer)
	inner := New[string](number)
	check := func(want string, ok bool) {
		t.Helper()
		if got, gotOK := Resource[string](inner); got != want || gotOK != ok {
			t.Errorf("%q, %v; want %q, %v", got, gotOK, want, ok)
		}
	}
	check("", false)
	number.Authorized(1)
	check("", false)
	outer.Authorized("outer")
	check("outer", true)
	inner.Authorized("inner")
	check("inner", true)
	if got, ok := Resource[int](context.WithoutCancel(inner)); got != 1 || !ok {
		t.Errorf("%v, %v", got, ok)
	}
	if _, ok := Resource[string](t.Context()); ok {
		t.Error("a resource in a context without Context")
	}
}

// TestValueDuringAuthorized tests that what a load function has started may go on with the
// context while the resource is authorized.
func TestValueDuringAuthorized(t *testing.T) {
	type another struct{}
	ctx := New[string](context.WithValue(t.Context(), another{}, 1))
	done := make(chan bool)
	go func() {
		ok := true
		for range 1000 {
			got, authorized := Resource[string](ctx)
			ok = ok && ctx.Value(another{}) == 1 && (got == "x") == authorized
		}
		done <- ok
	}()
	ctx.Authorized("x")
	if !<-done {
		t.Error("a value is missing")
	}
}

func TestIsNotPrinted(t *testing.T) {
	ctx := New[string](t.Context())
	ctx.Authorized("secret")
	for _, verb := range []string{"%v", "%+v", "%#v", "%s", "%q", "%x"} {
		if got := fmt.Sprintf(verb, ctx); strings.Contains(got, "secret") || strings.Contains(got, fmt.Sprintf("%x", "secret")) {
			t.Errorf("%s: %s", verb, got)
		}
	}
}
