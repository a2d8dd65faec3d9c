package main

// This file tests the policy: what each person may do, that lists, decisions and "who may?"
// agree, and that every rule is used.

import (
	"errors"
	"fmt"
	"slices"
	"testing"

	"gorm.io/gorm"

	gormauthz "github.com/ursa-authz/ursa/adapters/gorm"
	"github.com/ursa-authz/ursa/authz"
	"github.com/ursa-authz/ursa/authz/authztest"
	"github.com/ursa-authz/ursa/internal/testdb"
)

// people returns the users by name.
func people(t *testing.T, a *app) map[string]any {
	m := make(map[string]any)
	for _, u := range all[User](t, a.db) {
		m[u.Name] = &u
	}
	return m
}

// actions are the actions of the policy.
var actions = []string{"read", "create", "update", "take", "delete", "audit"}

func TestMatrix(t *testing.T) {
	a := sqliteApp(t)
	var users, issues, others []authztest.Named
	for _, u := range all[User](t, a.db) {
		users = append(users, authztest.Name(u.Name, &u))
		others = append(others, authztest.Name("user "+u.Name, &u))
	}
	for _, i := range all[Issue](t, a.db)[:7] {
		issues = append(issues, authztest.Name(fmt.Sprintf("%d: %s", i.ID, i.Title), &i).
			FieldsFor("update", "title", "body", "confidential", "status", "assignee_id"))
	}
	for _, p := range all[Project](t, a.db) {
		others = append(others, authztest.Name("project "+p.Name, &p))
	}
	for _, o := range all[Organization](t, a.db) {
		others = append(others, authztest.Name("organization "+o.Name, &o))
	}
	for _, m := range all[Membership](t, a.db) {
		others = append(others, authztest.Name(fmt.Sprintf("membership %d", m.ID), &m))
	}
	t.Run("issues", func(t *testing.T) { authztest.Matrix(t, a.az, users, actions, issues) })
	t.Run("others", func(t *testing.T) { authztest.Matrix(t, a.az, users, []string{"read", "update"}, others) })
}

func TestPolicyForTools(t *testing.T) {
	a := sqliteApp(t)
	authztest.NoWarnings(t, a.az)
	authztest.Schema(t, a.az, "../../policies/issues")
}

// TestListsAgree: a list has the rows that decisions allow, on rows that nobody thought of too.
func TestListsAgree(t *testing.T) {
	a := sqliteApp(t)
	var actors []any
	for _, u := range people(t, a) {
		actors = append(actors, u)
	}
	lister := gormauthz.NewLister(a.db)
	authztest.Equivalent(t, a.az, lister, authz.ClassOf[Issue](), actors, []string{"read", "create", "update", "delete", "audit"})
	authztest.Equivalent(t, a.az, lister, authz.ClassOf[Membership](), actors, []string{"read", "update"})
	authztest.Equivalent(t, a.az, lister, authz.ClassOf[Project](), actors, []string{"read"})
}

// TestWhoMay: the people in the answer to "who may?" are those whom a decision allows.
func TestWhoMay(t *testing.T) {
	testdb.Each(t, func(t *testing.T, d testdb.Database) {
		a := openApp(t, d.Open(t), &coverage)
		users := all[User](t, a.db)
		ctx := authz.NewContext(t.Context(), a.az, &users[0])
		n := 0
		for _, issue := range all[Issue](t, a.db) {
			for _, action := range actions {
				list, err := gormauthz.ListActors[User](ctx, a.db, action, &issue)
				if err != nil {
					t.Fatal(err)
				}
				for _, u := range users {
					ok, err := a.az.IsAllowed(ctx, &u, action, &issue)
					listed := slices.ContainsFunc(list, func(l User) bool { return l.ID == u.ID })
					if err != nil || ok != listed {
						t.Errorf("%s %s issue %d: allowed %v, %v, listed %v", u.Name, action, issue.ID, ok, err, listed)
					}
					if ok {
						n++
					}
				}
			}
		}
		if n < 100 {
			t.Errorf("%d allows; the test hardly tests anything", n)
		}
	})
}

// TestChanges: an update changes only the fields that are not read-only, whatever wrote it.
func TestChanges(t *testing.T) {
	a := sqliteApp(t)
	users := people(t, a)
	id := func(name string) *int64 { return &users[name].(*User).ID }
	for _, tt := range []struct {
		who    string
		issue  int64
		change Issue
		field  string
		ok     bool
	}{
		{"Alice", 1, Issue{Title: "The menu is cut off"}, "Title", true},
		{"Cem", 1, Issue{Title: "The menu is cut"}, "Title", true},
		{"Bob", 1, Issue{Title: "x"}, "Title", false},
		{"Bob", 1, Issue{Confidential: true}, "Confidential", false},
		{"Cem", 1, Issue{Confidential: true}, "Confidential", true},
		{"Bob", 1, Issue{Body: "x"}, "Body", false}, // not found, as it is confidential now
		{"Cem", 1, Issue{}, "Confidential", true},
		{"Cem", 1, Issue{Body: "Really."}, "Body", true},
		{"Cem", 1, Issue{Status: Closed}, "Status", false},
		{"Cem", 1, Issue{AssigneeID: id("Bob")}, "AssigneeID", false},
		{"Bob", 1, Issue{AssigneeID: id("Cem")}, "AssigneeID", false}, // who is not a member
		{"Bob", 1, Issue{AssigneeID: id("Bob")}, "AssigneeID", true},
		{"Bob", 1, Issue{AuthorID: *id("Bob")}, "AuthorID", false},
		{"Alice", 1, Issue{ProjectID: 2}, "ProjectID", false},
		{"Bob", 1, Issue{Status: Closed}, "Status", true},
		{"Cem", 1, Issue{Title: "Reopen it"}, "Title", false}, // closed
		{"Alice", 1, Issue{Title: "Reopen it"}, "Title", false},
		{"Alice", 1, Issue{Status: Open}, "Status", true},
		{"Eve", 1, Issue{Title: "x"}, "Title", false},
	} {
		ctx := authz.NewContext(t.Context(), a.az, users[tt.who])
		tt.change.ID = tt.issue
		if err := a.issues.Update(ctx, &tt.change, tt.field); (err == nil) != tt.ok || errors.Is(err, authz.ErrUndecided) {
			t.Errorf("%s changes %s to %+v: %v", tt.who, tt.field, tt.change, err)
		}
	}
}

// TestLastOwner: of two owners who make each other a member at the same time, one stays.
func TestLastOwner(t *testing.T) {
	testdb.Each(t, func(t *testing.T, d testdb.Database) {
		a := openApp(t, d.Open(t), &coverage)
		signIn := serve(t, a)
		owner := signIn(alice)
		owner.post("/members/2", "role", "owner").is(t, 303)
		done := make(chan int)
		for _, demote := range []struct{ who, membership string }{{alice, "2"}, {bob, "1"}} {
			b := signIn(demote.who)
			go func() { done <- b.post("/members/"+demote.membership, "role", "member").status }()
		}
		first, second := <-done, <-done
		if first+second != 303+403 {
			t.Errorf("status %d and %d", first, second)
		}
		owners := 0
		for _, m := range all[Membership](t, a.db.Session(&gorm.Session{})) {
			if m.OrganizationID == 1 && m.Role == Owner {
				owners++
			}
		}
		if owners != 1 {
			t.Errorf("%d owners", owners)
		}
	})
}
