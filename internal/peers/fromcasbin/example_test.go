package fromcasbin_test

// This file defines the Go code of docs/from-casbin.md.

import (
	"context"
	"fmt"
	"log"
	"net/http"
	"net/http/httptest"

	"github.com/ursa-authz/ursa/authz"
)

type User struct {
	Name        string `polar:",id"`
	Age         int
	Roles       []string
	Memberships []Membership
}

type Membership struct{ Role, Tenant string }

type Document struct {
	Name   string `polar:",id"`
	Owner  string
	Tenant string
	Grants []Grant
}

type Grant struct{ User, Action string }

var ctx = context.Background()

const acl = `
allow(user: User, action, document: Document) if
    grant in document.grants and
    grant.user = user.name and
    grant.action = action;
`

func Example() {
	alice := &User{Name: "alice"}
	data1 := &Document{Name: "data1", Grants: []Grant{{"alice", "read"}}}

	az, err := authz.New(authz.Config{
		Policies: authz.String("acl.polar", acl),
		Classes: []authz.Class{
			authz.ClassOf[User](), authz.ClassOf[Membership](),
			authz.ClassOf[Document](), authz.ClassOf[Grant](),
		},
	})
	if err != nil {
		log.Fatal(err)
	}

	// ok, err := e.Enforce("alice", "data1", "read")
	ok, err := az.IsAllowed(ctx, alice, "read", data1)

	fmt.Println(ok, err)
	// Output: true <nil>
}

const rest = `
allow(user: User, _method, request: Request) if
    "admin" in user.roles and
    request.path.starts_with("/admin/");

deny(user: User, _method, request: Request) if
    "contractor" in user.roles and
    request.segments = ["admin", "billing"];
`

func Example_rest() {
	actor := func(*http.Request) (any, error) {
		return &User{Name: "dave", Roles: []string{"admin", "contractor"}}, nil
	}

	az, err := authz.New(authz.Config{
		Policies: authz.String("rest.polar", rest),
		Classes:  []authz.Class{authz.ClassOf[User](), authz.ClassOf[Membership]()},
		DenyRule: true,
		Actor:    actor,
	})
	if err != nil {
		log.Fatal(err)
	}

	handler := az.Middleware(http.NotFoundHandler())
	for _, path := range []string{"/admin/users", "/admin/billing"} {
		w := httptest.NewRecorder()
		handler.ServeHTTP(w, httptest.NewRequest("GET", path, nil))
		fmt.Println(path, w.Code)
	}
	// Output:
	// /admin/users 404
	// /admin/billing 403
}

func Example_roles() {
	az, err := authz.New(authz.Config{
		Policies: authz.String("roles.polar", `
allow(user: User, action, document: Document) if
    role in user.roles and
    grant(role, document.name, action);

grant("reader", "data1", "read");
grant("editor", "data1", "write");
`),
		Classes: []authz.Class{authz.ClassOf[User](), authz.ClassOf[Document](), authz.ClassOf[Membership](), authz.ClassOf[Grant]()},
	})
	if err != nil {
		log.Fatal(err)
	}
	data1 := &Document{Name: "data1"}
	bob := &User{Name: "bob", Roles: []string{"reader"}}

	// e.AddRoleForUser("bob", "editor")
	bob.Roles = append(bob.Roles, "editor") // and a row in your table of roles

	// e.GetImplicitPermissionsForUser("bob"), for one document
	grants, err := az.AuthorizedActions(ctx, bob, data1)
	fmt.Println(grants.Names, err)

	// e.EnforceEx("bob", "data1", "delete")
	why, err := az.Explain(ctx, bob, "delete", data1)
	if err != nil {
		log.Fatal(err)
	}
	fmt.Println(why)

	// Output:
	// [read write] <nil>
	// denied: User bob "delete" Document data1
	//   roles.polar:4:5: grant(role, document.name, action) failed: no rule matches, 2 times (in allow(user: User, action, document: Document))
}
