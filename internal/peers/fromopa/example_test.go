package fromopa_test

// This file defines the Go code of docs/from-opa.md.

import (
	"context"
	"fmt"
	"log"

	"github.com/ursa-authz/ursa/authz"
	"github.com/ursa-authz/ursa/internal/peers/page"
)

type User struct {
	Name      string `polar:",id"`
	Roles     []string
	Level     int
	Region    string
	Suspended bool
	Reports   []*User // those whose manager the user is
	Claims    map[string]any
}

type Document struct {
	Name  string `polar:",id"`
	Owner string
}

type Order struct {
	ID     int `polar:",id"`
	Region string
	Amount int
	Status string
}

var ctx = context.Background()

// config returns a Config with the types of the page.
func config(policy authz.Policies) authz.Config {
	return authz.Config{
		Policies: policy,
		Classes:  page.Classes(authz.ClassOf[User](), authz.ClassOf[Document](), authz.ClassOf[Order]()),
		DenyRule: true,
	}
}

func Example() {
	const policy = `
allow(user: User, "read", document: Document) if
    document.owner = user.name;
`
	alice := &User{Name: "alice"}
	plan := &Document{Name: "plan", Owner: "alice"}

	az, err := authz.New(authz.Config{
		Policies: authz.String("rbac.polar", policy),
		Classes:  []authz.Class{authz.ClassOf[User](), authz.ClassOf[Document]()},
	})
	if err != nil {
		log.Fatal(err)
	}

	// results, err := query.Eval(ctx, rego.EvalInput(map[string]any{"user": "alice", "action": "read", "document": ...}))
	ok, err := az.IsAllowed(ctx, alice, "read", plan)

	fmt.Println(ok, err)
	// Output: true <nil>
}

const orders = `
allow(user: User, action, order: Order) if
    action in ["read", "cancel"] and
    order.region = user.region;

deny(user: User, action, order: Order) if
    violation(user, action, order, _);

violation(user: User, _action, _: Order, "the user is suspended") if
    user.suspended;
violation(_: User, action, order: Order, "the order is closed") if
    action != "read" and
    order.status = "closed";
`

func Example_violations() {
	az, err := authz.New(config(authz.String("orders.polar", orders)))
	if err != nil {
		log.Fatal(err)
	}
	bob := &User{Name: "bob", Suspended: true}
	order := &Order{ID: 1, Status: "closed"}

	// results, err := query.Eval(ctx, ...) of data.orders.violations
	for bindings, err := range az.Query(ctx, "violation", bob, "refund", order, authz.Var("message")) {
		if err != nil {
			log.Fatal(err)
		}
		fmt.Println(bindings["message"])
	}

	// Output:
	// the user is suspended
	// the order is closed
}

func Example_list() {
	az, err := authz.New(config(authz.String("orders.polar", orders)))
	if err != nil {
		log.Fatal(err)
	}
	alice := &User{Name: "alice", Region: "EU"}

	query, err := az.Filter(ctx, alice, "cancel", authz.ClassOf[Order]())
	if err != nil {
		log.Fatal(err)
	}
	fmt.Println(query)

	// Output:
	// Order where Region = ? and Status != ?
}
