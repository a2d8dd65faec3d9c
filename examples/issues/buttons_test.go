package main

// This file asserts what the buttons of a long page cost.

import (
	"fmt"
	"strings"
	"testing"

	"gorm.io/gorm"
	"gorm.io/gorm/clause"

	gormauthz "github.com/ursa-authz/ursa/adapters/gorm"
	"github.com/ursa-authz/ursa/authz"
)

// TestButtonsOfAPage: a page of 50 rows, each with what the user may do of five actions, is one
// query. For rows that are loaded it is one query for each relation that the policy reads. Both
// give the same answers, and so does a question for each row and action.
func TestButtonsOfAPage(t *testing.T) {
	a := openApp(t, sqlite(t), nil)
	unrestricted := gormauthz.Unrestricted(t.Context(), "a test")
	var more []Issue
	for n := range 60 {
		more = append(more, Issue{
			ProjectID: int64(1 + n%3), AuthorID: int64(1 + n%4), Title: fmt.Sprint("Issue ", n), Status: Open, Confidential: n%5 == 0,
		})
	}
	if err := a.db.WithContext(unrestricted).Omit(clause.Associations).Create(&more).Error; err != nil {
		t.Fatal(err)
	}
	actions := []string{"read", "update", "take", "delete", "audit"}
	page := func(db *gorm.DB) *gorm.DB { return db.Order("issues.id DESC").Limit(50) }
	statements := record(a.db)
	buttons := map[string]int{}
	for id := range int64(4) {
		var user User
		if err := a.db.WithContext(unrestricted).Preload("Memberships").Take(&user, id+1).Error; err != nil {
			t.Fatal(err)
		}
		ctx := authz.NewContext(t.Context(), a.az, &user)
		statements.take()

		rows, err := a.issues.ListWithActions(ctx, actions, page)
		if err != nil {
			t.Fatal(err)
		}
		if got := statements.take(); len(got) != 1 {
			t.Errorf("ListWithActions makes %d statements:\n%s", len(got), strings.Join(got, "\n"))
		}

		list, err := a.issues.List(ctx, page)
		if err != nil {
			t.Fatal(err)
		}
		grants, err := a.az.AuthorizedActionsEach(ctx, &user, list)
		if err != nil {
			t.Fatal(err)
		}
		// The rows, their projects, and the organizations of these.
		if got := statements.take(); len(got) > 3 {
			t.Errorf("List and AuthorizedActionsEach make %d statements:\n%s", len(got), strings.Join(got, "\n"))
		}

		if len(rows) != len(list) || len(rows) < 15 {
			t.Fatalf("user %d: %d and %d rows", user.ID, len(rows), len(list))
		}
		for i, row := range rows {
			for _, action := range actions {
				ok, err := a.az.IsAllowed(ctx, &user, action, &list[i])
				if err != nil || row.Row.ID != list[i].ID || row.Can(action) != ok || grants[i].Has(action) != ok {
					t.Errorf("user %d, issue %d, %s: %v, %v; a decision says %v, %v", user.ID, row.Row.ID, action, row.Can(action), grants[i], ok, err)
				}
				if ok {
					buttons[action]++
				}
			}
		}
	}
	for _, action := range actions {
		if buttons[action] == 0 {
			t.Errorf("nobody may %s", action)
		}
	}
}
