package main

// This file defines the page of members, where owners give and take roles.

import (
	"context"
	"net/http"
	"slices"

	"gorm.io/gorm"

	gormauthz "github.com/ursa-authz/ursa/adapters/gorm"
	"github.com/ursa-authz/ursa/authz"
)

// listMembers shows the members of the user's organizations, and a form where the user may
// change a role. Rows of the last owner have none.
func (a *app) listMembers(w http.ResponseWriter, r *http.Request) error {
	rows, err := a.members.ListWithActions(r.Context(), []string{"update"}, func(db *gorm.DB) *gorm.DB {
		return db.Joins("Organization").Joins("User").Order("memberships.organization_id, memberships.id")
	})
	if err != nil {
		return err
	}
	return show(w, http.StatusOK, "members", page{Title: "Members", User: me(r), Data: rows})
}

// updateMember changes a role. Of two owners who make each other a member at the same moment,
// one is refused: the transaction is serializable, and its decisions read the memberships of the user
// again, which were loaded when the request came.
func (a *app) updateMember(w http.ResponseWriter, r *http.Request) error {
	id, err := pathID(r)
	if err != nil {
		return err
	}
	role := Role(r.PostFormValue("role"))
	if !slices.Contains(role.Values(), role) {
		return authz.ErrBadRequest
	}
	err = a.members.Tx(r.Context(), func(ctx context.Context, members *gormauthz.Repository[Membership]) error {
		return members.Update(ctx, &Membership{ID: id, Role: role}, "Role")
	})
	if err != nil {
		return err
	}
	return seeOther(w, r, "/members")
}
