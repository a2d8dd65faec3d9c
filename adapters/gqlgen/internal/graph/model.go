// Package graph is the GraphQL service of the tests and examples of package gqlauthz.
package graph

//go:generate go run github.com/99designs/gqlgen@v0.17.98 generate --config gqlgen.yml

// The objects of the schema.
type (
	User struct {
		ID      int `polar:",id"`
		Name    string
		Auditor bool
	}

	Expense struct {
		ID       int `polar:",id"`
		UserID   int
		Amount   int
		Note     string
		Approver *User
	}

	Approval struct{ OK bool }

	// A Node is an object with an id.
	Node interface{ IsNode() }
)

// IsNode says that an expense is a node.
func (*Expense) IsNode() {}

// Crash is a method that fails a decision.
func (*User) Crash() bool { panic("secret") }
