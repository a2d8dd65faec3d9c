package main

import (
	"testing"

	"github.com/ursa-authz/ursa/authz"
	"github.com/ursa-authz/ursa/authz/authztest"
)

func TestPolicy(t *testing.T) {
	az, err := authz.New(authz.Config{
		Policies: authz.String("expenses.polar", policy),
		Classes:  []authz.Class{authz.ClassOf[User](), authz.ClassOf[Expense]()},
	})
	if err != nil {
		t.Fatal(err)
	}
	authztest.NoWarnings(t, az)
}

func Example() {
	main()
	// Output:
	// true <nil>
	// false <nil>
}
