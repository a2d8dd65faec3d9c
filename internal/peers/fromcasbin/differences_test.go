package fromcasbin_test

// This file holds what docs/from-casbin.md says about differences.

import (
	"strings"
	"testing"

	"github.com/ursa-authz/ursa/authz"
	"github.com/ursa-authz/ursa/internal/peers/page"
)

func TestDifferences(t *testing.T) {
	p := page.Open(t, "from-casbin.md", "example_test.go")
	p.Partial()

	const section = "REST paths and deny-override"
	rbac := newCasbin(t, p.Block("RBAC", "ini"), p.Block("RBAC", "csv"))
	rest := newCasbin(t, p.Block(section, "ini"), p.Block(section, "csv"))
	roles := page.New(t, config(p.Policy("RBAC")))
	cfg := config(p.Policy(section))
	cfg.DenyRule, cfg.Actor = true, page.Actor
	requests := page.New(t, cfg)

	const abac = `
[request_definition]
r = sub, obj, act
[policy_definition]
p = age, act
[policy_effect]
e = some(where (p.eft == allow))
[matchers]
m = `
	misspelt := newCasbin(t, abac+"r.sub.Agee >= 18 && r.act == p.act", "p, 18, read")
	number := newCasbin(t, abac+"r.sub.Age >= p.age && r.act == p.act", "p, 18, read")
	unanchored := newCasbin(t, abac+"regexMatch(r.act, p.act)", "p, 18, GET")
	get := page.New(t, config(authz.String("get.polar", `allow(_: User, "GET", _: Document);`)))
	adult := page.New(t, config(authz.String("age.polar", `allow(user: User, "read", _: Document) if user.age >= 18;`)))

	alice := &User{Name: "alice", Age: 20, Roles: []string{"user", "editor"}}
	carol := &User{Name: "carol", Roles: []string{"admin"}}
	dave := &User{Name: "dave", Roles: []string{"admin", "contractor"}}
	reader := &User{Name: "reader"}
	data1, data2 := &Document{Name: "data1"}, &Document{Name: "data2"}

	for _, tt := range []struct {
		name   string
		casbin func() (bool, error)
		ursa   func() (bool, error)
		want   [2]string // Casbin's and Ursa's
	}{
		{
			"a user named as a role",
			func() (bool, error) { return rbac.Enforce("reader", "data2", "read") },
			func() (bool, error) { return roles.IsAllowed(t.Context(), reader, "read", data2) },
			[2]string{"allowed", "denied"},
		},
		{
			"an expression that is not anchored",
			func() (bool, error) { return unanchored.Enforce(alice, data1, "FORGET") },
			func() (bool, error) { return get.IsAllowed(t.Context(), alice, "FORGET", data1) },
			[2]string{"allowed", "denied"},
		},
		{
			"dots",
			func() (bool, error) { return rest.Enforce("carol", "/admin/../documents/1", "GET") },
			func() (bool, error) { return page.Send(requests, carol, "GET", "/admin/../documents/1") },
			[2]string{"allowed", "status 400"},
		},
		{
			"an empty segment",
			func() (bool, error) { return rest.Enforce("dave", "/admin//billing", "GET") },
			func() (bool, error) { return page.Send(requests, dave, "GET", "/admin//billing") },
			[2]string{"allowed", "status 400"},
		},
		{
			"a slash at the end of what is denied",
			func() (bool, error) { return rest.Enforce("dave", "/admin/billing/", "GET") },
			func() (bool, error) { return page.Send(requests, dave, "GET", "/admin/billing/") },
			[2]string{"allowed", "denied"},
		},
		{
			"a slash at the end of what is allowed",
			func() (bool, error) { return rest.Enforce("alice", "/documents/1/", "GET") },
			func() (bool, error) { return page.Send(requests, alice, "GET", "/documents/1/") },
			[2]string{"denied", "allowed"},
		},
		{
			"HEAD",
			func() (bool, error) { return rest.Enforce("alice", "/documents/1", "HEAD") },
			func() (bool, error) { return page.Send(requests, alice, "HEAD", "/documents/1") },
			[2]string{"denied", "allowed"},
		},
		{
			"a misspelt field",
			func() (bool, error) { return misspelt.Enforce(alice, data1, "read") },
			func() (bool, error) {
				_, err := authz.New(config(authz.String("age.polar", `allow(user: User, "read", _: Document) if user.agee >= 18;`)))
				return false, err
			},
			[2]string{"field 'Agee'", "User has no attribute"},
		},
		{
			"a number in a line",
			func() (bool, error) { return number.Enforce(alice, data1, "read") },
			func() (bool, error) { return adult.IsAllowed(t.Context(), alice, "read", data1) },
			[2]string{"cannot be used with the comparator '>='", "allowed"},
		},
		{
			"an actor without a name",
			func() (bool, error) { return rbac.Enforce("", "data2", "read") },
			func() (bool, error) { return roles.IsAllowed(t.Context(), &User{}, "read", data2) },
			[2]string{"denied", "could not decide"},
		},
	} {
		for i, ask := range []func() (bool, error){tt.casbin, tt.ursa} {
			if got := page.Answer(ask()); !strings.Contains(got, tt.want[i]) {
				t.Errorf("%s: %s of %d, want %s", tt.name, got, i, tt.want[i])
			}
		}
	}
}

// TestEnforceEx: a denial by no line has no reason.
func TestEnforceEx(t *testing.T) {
	p := page.Open(t, "from-casbin.md", "example_test.go")
	p.Partial()
	const section = "REST paths and deny-override"
	e := newCasbin(t, p.Block(section, "ini"), p.Block(section, "csv"))
	for _, tt := range []struct {
		user, path string
		ok         bool
		reason     string
	}{
		{"carol", "/admin/users", true, "admin /admin/* ^.*$ allow"},
		{"dave", "/admin/billing", false, "contractor /admin/billing ^.*$ deny"},
		{"dave", "/nowhere", false, ""},
	} {
		ok, reason, err := e.EnforceEx(tt.user, tt.path, "GET")
		if ok != tt.ok || strings.Join(reason, " ") != tt.reason || err != nil {
			t.Errorf("%s %s: %v, %q, %v", tt.user, tt.path, ok, reason, err)
		}
	}
}
