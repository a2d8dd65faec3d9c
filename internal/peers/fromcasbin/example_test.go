package fromcasbin_test

// This file defines the Go code of docs/from-casbin.md.

import (
	"context"
	"fmt"
	"log"
	"net/http"

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

// newREST returns the Authorizer of the policy for requests.
func newREST(rest string, actor func(*http.Request) (any, error)) (*authz.Authorizer, error) {
	az, err := authz.New(authz.Config{
		Policies: authz.String("rest.polar", rest),
		Classes:  []authz.Class{authz.ClassOf[User](), authz.ClassOf[Membership]()},
		DenyRule: true,
		Actor:    actor,
	})
	return az, err
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
	//   roles.polar:4:5: allow(user: User, action, document: Document): failed at grant(role, document.name, action), which no rule matches, 2 times
}
