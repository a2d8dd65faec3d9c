package authz_test

// This file is the example of the package. The documentation shows all of it.

import (
	"context"
	"errors"
	"fmt"

	"github.com/ursa-authz/ursa/authz"
)

type User struct {
	ID    int `polar:",id"`
	Email string
	Title string
}

type Expense struct {
	ID     int `polar:",id"`
	UserID int
	Amount int
}

// Policies are usually in files; see authz.Files and authz.FS.
const policy = `
allow(user: User, "read", expense: Expense) if
    user.id = expense.user_id;

allow(user: User, "approve", expense: Expense) if
    user.title = "Accountant" and
    not user.id = expense.user_id;
`

func Example() {
	az, err := authz.New(authz.Config{
		Policies: authz.String("expenses.polar", policy),
		Classes:  []authz.Class{authz.ClassOf[User](), authz.ClassOf[Expense]()},
	})
	if err != nil {
		fmt.Println(err)
		return
	}
	ctx := context.Background()
	alice := &User{ID: 1, Email: "alice@foo.com", Title: "Accountant"}
	lunch := &Expense{ID: 7, UserID: 1, Amount: 12}

	ok, err := az.IsAllowed(ctx, alice, "read", lunch)
	fmt.Println("read:", ok, err)

	switch err := az.Authorize(ctx, alice, "approve", lunch); {
	case err == nil:
		fmt.Println("approve: allowed")
	case errors.Is(err, authz.ErrForbidden), errors.Is(err, authz.ErrNotFound):
		fmt.Println("approve: denied")
	default: // authz.ErrUndecided: a fault, treated as a denial
		fmt.Println("approve:", err)
	}

	explanation, err := az.Explain(ctx, alice, "approve", lunch)
	if err != nil {
		fmt.Println(err)
		return
	}
	fmt.Println(explanation)
	// Output:
	// read: true <nil>
	// approve: denied
	// denied: User 1 "approve" Expense 7
	//   expenses.polar:7:5: not user.id = expense.user_id failed (in allow(user: User, "approve", expense: Expense))
	//   1 other rule is about another action or class
}
