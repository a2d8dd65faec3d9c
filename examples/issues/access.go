package main

// This file defines the page that says who may do what with an issue, and why.

import (
	"net/http"
	"slices"
	"strconv"

	"gorm.io/gorm"

	gormauthz "github.com/ursa-authz/ursa/adapters/gorm"
	"github.com/ursa-authz/ursa/authz"
)

// An accessReport says who may do what with an issue.
type accessReport struct {
	Issue  *Issue
	Rows   []access
	Others []User             // those who cannot read it
	Person *User              // whose access is explained, or nil
	Why    *authz.Explanation // why Person may read the issue, or may not
}

// An access is an action and who may do it.
type access struct {
	Action string
	People []User
}

// showAccess lists who may do each action: a query for each, however many people there are.
// These queries do not ask whether the user may know that, so "audit" is authorized first.
func (a *app) showAccess(w http.ResponseWriter, r *http.Request) error {
	ctx := r.Context()
	found, err := a.findIssue(r)
	if err != nil {
		return err
	}
	issue, err := authz.Authorize(ctx, "audit", &found.Row)
	if err != nil {
		return err
	}
	report := accessReport{Issue: issue}
	byName := func(db *gorm.DB) *gorm.DB { return db.Order("name") }
	for _, action := range []string{"read", "update", "delete"} {
		people, err := gormauthz.ListActors[User](ctx, a.db, action, issue, byName)
		if err != nil {
			return err
		}
		report.Rows = append(report.Rows, access{action, people})
	}
	everybody, err := a.users.List(ctx, byName)
	if err != nil {
		return err
	}
	id, _ := strconv.ParseInt(r.FormValue("person"), 10, 64)
	for i := range everybody {
		if everybody[i].ID == id {
			report.Person = &everybody[i]
		}
	}
	report.Others = slices.DeleteFunc(slices.Clone(everybody), func(u User) bool {
		return slices.ContainsFunc(report.Rows[0].People, func(reader User) bool { return reader.ID == u.ID })
	})
	if report.Person != nil {
		if report.Why, err = a.az.Explain(ctx, report.Person, "read", issue); err != nil {
			return err
		}
	}
	return show(w, http.StatusOK, "access", page{Title: "Who can see this?", User: me(r), Data: report})
}
