package fromopenfga_test

// This file defines the Go code of docs/from-openfga.md.

import (
	"context"
	"fmt"
	"log"
	"time"

	"github.com/ursa-authz/ursa/authz"
	"github.com/ursa-authz/ursa/authz/filter"
)

type User struct {
	Name        string `polar:",id"`
	Teams       []*Team
	Memberships []Membership
	Groups      []*Group // of the drive below
}

type Team struct {
	Name   string `polar:",id"`
	Parent *Team
}

type Membership struct {
	Role         string
	Organization *Organization
}

type Organization struct {
	Name     string `polar:",id"`
	BaseRole string
}

type Repo struct {
	Name         string `polar:",id"`
	Organization *Organization
	Grants       []Grant
}

// A Grant gives a role to a user or to a team.
type Grant struct {
	Role string
	User *User
	Team *Team
}

type Group struct {
	Name   string `polar:",id"`
	Parent *Group
}

type Folder struct {
	Name   string `polar:",id"`
	Owner  *User
	Parent *Folder
	Shares []Share
}

type Document struct {
	Name      string `polar:",id"`
	Owner     *User
	Folder    *Folder
	Shares    []Share
	Blocked   []*User
	Reviewers []*User
}

// A Share gives a role to a person, to a group, or to everybody.
type Share struct {
	Role    string
	User    *User
	Group   *Group
	Public  bool
	Expires *time.Time
}

var ctx = context.Background()

func Example() {
	az, err := authz.New(config(authz.String("drive.polar", `
allow(user: User, "read", document: Document) if
    user = document.owner or
    user in document.reviewers;
`)))
	if err != nil {
		log.Fatal(err)
	}
	anne, beth := &User{Name: "anne"}, &User{Name: "beth"}
	roadmap := &Document{Name: "roadmap", Owner: beth, Reviewers: []*User{anne}}

	// Check
	ok, err := az.IsAllowed(ctx, anne, "read", roadmap)
	fmt.Println(ok, err)

	// ListObjects: a condition, which an adapter makes SQL of
	query, err := az.Filter(ctx, anne, "read", authz.ClassOf[Document]())
	if err != nil {
		log.Fatal(err)
	}
	ok, err = query.Match(ctx, roadmap, filter.Loaded)
	fmt.Println(ok, err)

	// ListUsers: ask about each user
	for _, user := range []*User{anne, beth} {
		ok, err := az.IsAllowed(ctx, user, "read", roadmap)
		fmt.Println(user.Name, ok, err)
	}

	// Output:
	// true <nil>
	// true <nil>
	// anne true <nil>
	// beth true <nil>
}
