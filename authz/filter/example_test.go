package filter_test

// This file defines the examples in the package's documentation.

import (
	"context"
	"fmt"
	"reflect"

	"github.com/ursa-authz/ursa/authz/filter"
)

type Team struct {
	ID   int
	Name string
}

type Document struct {
	ID      int
	OwnerID *int
	Public  bool
	TeamID  int
	Team    *Team
}

// A filter as an engine makes it: an owner's documents, and those of a team.
func Example() {
	teams := &filter.Model{Name: "Team", Type: reflect.TypeFor[Team](), Key: []string{"ID"}}
	documents := &filter.Model{Name: "Document", Type: reflect.TypeFor[Document](), Key: []string{"ID"}}
	const team filter.Var = 1
	q := &filter.Query{Model: documents, Where: filter.Or{
		filter.Compare{Op: filter.Eq, L: filter.Field{Var: filter.Row, Name: "OwnerID"}, R: mustValue(7)},
		filter.Exists{
			As: team, From: filter.Row, Rel: &filter.Relation{Name: "Team", Target: teams},
			Where: filter.Compare{Op: filter.Eq, L: filter.Field{Var: team, Name: "Name"}, R: mustValue("platform")},
		},
	}}
	if err := q.Validate(); err != nil {
		fmt.Println(err)
		return
	}
	fmt.Println(q)
	seven := 7
	for _, d := range []*Document{
		{ID: 1, OwnerID: &seven},
		{ID: 2, Team: &Team{ID: 3, Name: "platform"}},
		{ID: 3}, // of no owner and no team
	} {
		ok, err := q.Match(context.Background(), d, filter.Loaded)
		fmt.Println(d.ID, ok, err)
	}
	// Output:
	// Document where OwnerID = ? or exists v1 in Team (v1.Name = ?)
	// 1 true <nil>
	// 2 true <nil>
	// 3 false <nil>
}

// The part that a policy leaves for the database is often simpler than it looks.
func ExampleQuery_Simplify() {
	documents := &filter.Model{Name: "Document", Type: reflect.TypeFor[Document](), Key: []string{"ID"}}
	public := filter.Compare{Op: filter.Eq, L: filter.Field{Var: filter.Row, Name: "Public"}, R: mustValue(true)}
	for _, where := range []filter.Expr{
		filter.And{filter.True, filter.Or{public, public}},
		filter.And{public, filter.False},
		filter.Not{X: filter.And{public, filter.False}},
	} {
		q, err := (&filter.Query{Model: documents, Where: where}).Simplify()
		if err != nil {
			fmt.Println(err)
			return
		}
		fmt.Println(q.Kind(), q)
	}
	// Output:
	// conditional Document where Public = ?
	// never Document where false
	// always Document where true
}

// mustValue returns a constant of a filter.
func mustValue(x any) filter.Value {
	v, err := filter.ValueOf(x)
	if err != nil {
		panic(err)
	}
	return v
}
