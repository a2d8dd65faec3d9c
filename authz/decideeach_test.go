package authz_test

// This file tests that decisions about many resources, fields and requests by compiled code are
// those of one question at a time.

import (
	"context"
	"fmt"
	"strings"
	"testing"

	"github.com/ursa-authz/ursa/authz"
	"github.com/ursa-authz/ursa/authz/internal/host"
	"github.com/ursa-authz/ursa/authz/ledger"
)

// newClubs returns an Authorizer for clubs and events.
func newClubs(t *testing.T, policy string, change ...func(*authz.Config)) *authz.Authorizer {
	t.Helper()
	clubs := func(c *authz.Config) {
		c.Classes = []authz.Class{
			{Name: "Viewer", Type: authz.ClassOf[viewer]().Type}, {Name: "Club", Type: authz.ClassOf[club]().Type},
			{Name: "City", Type: authz.ClassOf[city]().Type}, {Name: "Event", Type: authz.ClassOf[event]().Type},
		}
		c.DenyRule = true
	}
	return newAuthorizer(t, policy, append([]func(*authz.Config){withPolar, clubs}, change...)...)
}

const clubRules = `
allow(v: Viewer, "read", c: Club) if c.open or v.id = c.city_id;
allow(_: Viewer, "read", e: Event) if e.broken();
allow(v: Viewer, "write", c: Club) if v.id = c.id;
deny(v: Viewer, "read", c: Club) if c.id = 7 and v.id != 7;
deny(_: Viewer, "write", _: Event);
allow_field(v: Viewer, "read", c: Club, "city") if v.id = c.city_id;
allow_field(_: Viewer, "read", c: Club, "name") if c.open;
deny_field(_: Viewer, _, c: Club, "city") if c.id = 7;
allow_request(v: Viewer, c: Club) if v.id = c.id;
deny_request(_: Viewer, c: Club) if c.id = 7;
`

// TestIsAllowedEachAtOnce compares IsAllowedEach with IsAllowed, over slices of several parts.
func TestIsAllowedEachAtOnce(t *testing.T) {
	v := &viewer{ID: 7}
	clubs := make([]club, 700)
	pointers, mixed, stringers := make([]*club, len(clubs)), make([]any, len(clubs)), make([]fmt.Stringer, 0)
	for i := range clubs {
		clubs[i] = club{ID: i % 9, Open: i%5 == 0, CityID: i % 11}
		pointers[i], mixed[i] = &clubs[i], &clubs[i]
		if i%10 == 9 {
			mixed[i] = &event{ID: i} // calls a method
		}
	}
	observed := 0
	for name, az := range map[string]*authz.Authorizer{
		"compiled": newClubs(t, clubRules),
		"observed": newClubs(t, clubRules, func(c *authz.Config) { c.Observe = func(context.Context, authz.Event) { observed++ } }),
		"solver":   newClubs(t, clubRules, func(c *authz.Config) { c.Engine = authz.SolverOnly }),
	} {
		for _, actor := range []*viewer{v, {ID: 3}} {
			for _, action := range []string{"read", "write", "other"} {
				for _, list := range []any{clubs, pointers, mixed, stringers, clubs[:1], clubs[:256], clubs[:257]} {
					ctx, l := ledger.With(t.Context())
					got, err := az.IsAllowedEach(ctx, actor, action, list)
					if err != nil {
						t.Fatal(err)
					}
					some := len(got) == 0
					for i, ok := range got {
						resource := mixed[i]
						if _, isMixed := list.([]any); !isMixed {
							resource = &clubs[i]
						}
						want, err := az.IsAllowed(t.Context(), actor, action, resource)
						if err != nil || ok != want {
							t.Fatalf("%s, %T: resource %d: %v, want %v, %v", name, list, i, ok, want, err)
						}
						some = some || ok
					}
					if l.Settled() != some {
						t.Errorf("%s, %T: settled %v, want %v", name, list, l.Settled(), some)
					}
				}
			}
			for _, field := range []string{"city", "name", "other"} {
				got, err := az.IsFieldAllowedEach(t.Context(), actor, "read", pointers, field)
				if err != nil {
					t.Fatal(err)
				}
				for i, ok := range got {
					if want := az.AuthorizeField(t.Context(), actor, "read", pointers[i], field) == nil; ok != want {
						t.Fatalf("%s: field %s of %d: %v, want %v", name, field, i, ok, want)
					}
				}
			}
			for i := range 9 {
				c := &club{ID: i}
				if got, want := az.AuthorizeRequest(t.Context(), actor, c) == nil, i == actor.ID && i != 7; got != want {
					t.Errorf("%s: request %d: %v, want %v", name, i, got, want)
				}
			}
		}
		mixed[521] = &event{ID: 3}
		if _, err := az.IsAllowedEach(t.Context(), v, "read", mixed); err == nil || !strings.Contains(err.Error(), "resource 521") {
			t.Errorf("%s: %v; want an error about resource 521", name, err)
		}
		mixed[521] = &clubs[521]
	}
	if observed == 0 {
		t.Error("nothing was observed")
	}
}

// TestFieldsAndRequestsAllocateNothing tests decisions by rules with two and four parameters.
func TestFieldsAndRequestsAllocateNothing(t *testing.T) {
	if host.PureGo {
		t.Skip("without package unsafe decisions allocate")
	}
	az := newClubs(t, clubRules)
	v, c := &viewer{ID: 3}, &club{ID: 3, CityID: 3}
	for name, ask := range map[string]func() error{
		"field":   func() error { return az.AuthorizeField(t.Context(), v, "read", c, "city") },
		"request": func() error { return az.AuthorizeRequest(t.Context(), v, c) },
	} {
		if err := ask(); err != nil {
			t.Fatal(err)
		}
		if n := testing.AllocsPerRun(100, func() { _ = ask() }); n != 0 {
			t.Errorf("%s: %v allocations", name, n)
		}
	}
}
