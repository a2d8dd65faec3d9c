// Command quickstart is the smallest program that has its authorization in a
// policy.
package main

import (
	"context"
	"fmt"
	"log"

	"github.com/ursa-authz/ursa/authz"
)

type User struct {
	ID    int `polar:",id"`
	Limit int
}

type Expense struct{ ID, UserID, Amount int }

const policy = `
allow(user: User, "read", expense: Expense) if
    user.id = expense.user_id;

allow(user: User, "approve", expense: Expense) if
    expense.amount <= user.limit and
    not user.id = expense.user_id;
`

func main() {
	az, err := authz.New(authz.Config{
		Policies: authz.String("expenses.polar", policy),
		Classes:  []authz.Class{authz.ClassOf[User](), authz.ClassOf[Expense]()},
	})
	if err != nil {
		log.Fatal(err)
	}
	alice, lunch := &User{ID: 1, Limit: 5000}, &Expense{ID: 2, UserID: 1, Amount: 1774}
	for _, action := range []string{"read", "approve"} {
		fmt.Println(action, az.Authorize(context.Background(), alice, action, lunch) == nil)
	}
}
