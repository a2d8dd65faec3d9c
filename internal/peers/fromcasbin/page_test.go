package fromcasbin_test

// This file runs the models of docs/from-casbin.md on both engines.

import (
	"slices"
	"testing"

	"github.com/casbin/casbin/v3"
	"github.com/casbin/casbin/v3/model"
	stringadapter "github.com/casbin/casbin/v3/persist/string-adapter"

	"github.com/ursa-authz/ursa/authz"
	"github.com/ursa-authz/ursa/internal/peers/page"
)

// newCasbin returns an Enforcer.
func newCasbin(t testing.TB, text, lines string) *casbin.Enforcer {
	t.Helper()
	m, err := model.NewModelFromString(text)
	if err != nil {
		t.Fatal(err)
	}
	e, err := casbin.NewEnforcer(m, stringadapter.NewAdapter(lines))
	if err != nil {
		t.Fatal(err)
	}
	return e
}

// config returns a Config with the types of the page.
func config(policy authz.Policies) authz.Config {
	return authz.Config{
		Policies: policy,
		Classes: page.Classes(
			authz.ClassOf[User](), authz.ClassOf[Membership](),
			authz.ClassOf[Document](), authz.ClassOf[Grant](),
		),
	}
}

// world returns all questions about some users and three documents.
func world(users ...*User) page.World[*User, *Document] {
	return page.World[*User, *Document]{
		Actors:  append(users, &User{Name: "eve", Age: 30}),
		Actions: []string{"read", "write", "delete"},
		Resources: []*Document{
			{Name: "data1", Owner: "alice", Tenant: "tenant1", Grants: []Grant{{"alice", "read"}}},
			{Name: "data2", Owner: "bob", Tenant: "tenant2", Grants: []Grant{{"bob", "write"}}},
			{Name: "data3", Owner: "alice", Tenant: "tenant1"},
		},
	}
}

// byName asks Casbin by the names of user and document.
func byName(e *casbin.Enforcer) func(*User, string, *Document) (bool, error) {
	return func(u *User, action string, d *Document) (bool, error) { return e.Enforce(u.Name, d.Name, action) }
}

func TestPage(t *testing.T) {
	p := page.Open(t, "from-casbin.md", "example_test.go")
	p.Version("github.com/casbin/casbin/v3")
	load := func(section string) *casbin.Enforcer {
		return newCasbin(t, p.Block(section, "ini"), p.Block(section, "csv"))
	}

	acl := load("ACL")
	people := world(&User{Name: "alice"}, &User{Name: "bob"})
	people.Compare(t, p, "ACL", config(p.Policy("ACL")), byName(acl))
	people.Compare(t, p, "ACL in a table", config(p.Policy("ACL in a table")), byName(acl))

	rbac := load("RBAC")
	people = world(&User{Name: "alice"}, &User{Name: "bob", Roles: []string{"reader"}}, &User{Name: "carol", Roles: []string{"editor"}})
	policy := p.Policy("RBAC")
	people.Compare(t, p, "RBAC", config(policy), byName(rbac))
	compareImplicit(t, page.New(t, config(policy)), rbac, people)

	domains := load("RBAC with domains")
	people = world(
		&User{Name: "alice", Memberships: []Membership{{"admin", "tenant1"}, {"member", "tenant2"}}},
		&User{Name: "bob", Memberships: []Membership{{"admin", "tenant2"}}},
	)
	people.Compare(t, p, "RBAC with domains", config(p.Policy("RBAC with domains")),
		func(u *User, action string, d *Document) (bool, error) {
			return domains.Enforce(u.Name, d.Tenant, d.Name, action)
		})

	abac := load("ABAC")
	people = world(&User{Name: "alice", Age: 17}, &User{Name: "bob", Age: 18}, &User{Name: "carol", Age: 60})
	people.Compare(t, p, "ABAC", config(p.Policy("ABAC")), func(u *User, action string, d *Document) (bool, error) {
		return abac.Enforce(u, d, action)
	})

	const section = "REST paths and deny-override"
	rest := load(section)
	requests := page.World[*User, string]{
		Actors: []*User{
			{Name: "alice", Roles: []string{"user", "editor"}},
			{Name: "bob", Roles: []string{"user", "editor", "contractor"}},
			{Name: "carol", Roles: []string{"admin"}},
			{Name: "dave", Roles: []string{"admin", "contractor"}},
			{Name: "eve"},
		},
		Actions: []string{"GET", "PUT", "DELETE", "POST"},
		Resources: []string{
			"/", "/documents", "/documents/1", "/documents/a:b", "/documents/1/2", "/Documents/1", "/documentsx", "/documents/caf%C3%A9",
			"/admin", "/admin/billing", "/admin/billing2", "/admin/billing/2", "/admin/users/7",
		},
		Ask: page.Send[*User],
	}
	cfg := config(p.Policy(section))
	cfg.DenyRule, cfg.Actor = true, page.Actor
	requests.Compare(t, p, section, cfg, func(u *User, method, path string) (bool, error) {
		return rest.Enforce(u.Name, path, method)
	})
}

// compareImplicit compares GetImplicitPermissionsForUser with AuthorizedActions of all documents.
func compareImplicit(t *testing.T, az *authz.Authorizer, e *casbin.Enforcer, w page.World[*User, *Document]) {
	t.Helper()
	for _, user := range w.Actors {
		permissions, err := e.GetImplicitPermissionsForUser(user.Name)
		if err != nil {
			t.Fatal(err)
		}
		var want, got []string
		for _, p := range permissions {
			want = append(want, p[1]+" "+p[2])
		}
		for _, d := range w.Resources {
			grants, err := az.AuthorizedActions(t.Context(), user, d)
			if err != nil || grants.All {
				t.Errorf("%s: %v, %v", user.Name, grants, err)
			}
			for _, action := range grants.Names {
				got = append(got, d.Name+" "+action)
			}
		}
		slices.Sort(want)
		slices.Sort(got)
		if !slices.Equal(got, want) {
			t.Errorf("%s: %q, Casbin says %q", user.Name, got, want)
		}
	}
}
