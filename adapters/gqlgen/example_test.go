package gqlauthz_test

// This file has the example of the package documentation.

import (
	"context"
	"fmt"
	"net/http/httptest"

	"github.com/ursa-authz/ursa/adapters/gqlgen/internal/graph"
	"github.com/ursa-authz/ursa/authz"
)

func Example() {
	az, err := authz.New(authz.Config{
		Policies:   authz.String("expenses.polar", policy),
		Classes:    []authz.Class{authz.ClassOf[graph.User](), authz.ClassOf[graph.Expense]()},
		Actor:      currentUser,
		ReadAction: "read",
	})
	if err != nil {
		panic(err)
	}
	server := httptest.NewServer(newServer(az, new(Resolver)))
	defer server.Close()
	for _, query := range []string{
		`{expenses {id amount}}`,
		`{expense(id: 2) {id}}`,
	} {
		fmt.Println(post(context.Background(), server, "alice", query))
	}
	// Output:
	// {"data":{"expenses":[{"id":"1","amount":100},{"id":"3","amount":300}]}} <nil>
	// {"data":{"expense":null}} <nil>
}
