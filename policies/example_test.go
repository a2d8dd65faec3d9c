package policies_test

// This file has the examples in the package documentation.

import (
	"context"
	"fmt"

	"github.com/ursa-authz/ursa/authz"
	"github.com/ursa-authz/ursa/policies"
)

func ExampleFS() {
	az, err := authz.New(authz.Config{
		Policies: authz.FS(policies.FS, "expenses/*.polar"),
		Classes: []authz.Class{
			authz.ClassOf[Actor](), authz.ClassOf[User](), authz.ClassOf[Guest](),
			authz.ClassOf[Expense](), authz.ClassOf[Organization](),
		},
	})
	if err != nil {
		fmt.Println(err)
		return
	}
	fmt.Println(az.IsAllowed(context.Background(), &User{ID: 1}, "read", &Expense{ID: 2, UserID: 1}))
	fmt.Println(az.IsAllowed(context.Background(), &User{ID: 3}, "read", &Expense{ID: 2, UserID: 1}))
	// Output:
	// true <nil>
	// false <nil>
}
