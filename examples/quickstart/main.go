// Command quickstart is the program in README.md: one policy and two decisions.
package main

import (
	"context"
	"fmt"
	"log"

	"github.com/ursa-authz/ursa/authz"
)

type User struct {
	ID int `polar:",id"` // the key
}

type Expense struct{ ID, UserID int }

const policy = `
allow(user: User, "read", expense: Expense) if
    user.id = expense.user_id;
`

func main() {
	az, err := authz.New(authz.Config{
		Policies: authz.String("expenses.polar", policy),
		Classes:  []authz.Class{authz.ClassOf[User](), authz.ClassOf[Expense]()},
	})
	if err != nil {
		log.Fatal(err)
	}
	ctx, lunch := context.Background(), &Expense{ID: 2, UserID: 1}
	fmt.Println(az.IsAllowed(ctx, &User{ID: 1}, "read", lunch))
	fmt.Println(az.IsAllowed(ctx, &User{ID: 3}, "read", lunch))
}
