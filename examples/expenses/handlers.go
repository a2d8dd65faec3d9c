package main

// This file defines the routes. No route contains a rule. A repository asks the
// policy about each row that it reads or writes, authorize asks about a row that
// the route has loaded itself, and a route without rows says so with Skip.

import (
	"errors"
	"fmt"
	"net/http"
	"strconv"

	"gorm.io/gorm"

	gormauthz "github.com/ursa-authz/ursa/adapters/gorm"
	"github.com/ursa-authz/ursa/adapters/nethttp"
	"github.com/ursa-authz/ursa/authz"
)

// routes are the handlers and their data.
type routes struct {
	db            *gorm.DB
	expenses      *gormauthz.Repository[Expense]
	organizations *gormauthz.Repository[Organization]
}

// handler returns the application. az decides every request before a route runs,
// and a route that succeeds without asking the policy becomes a 500.
func (rt *routes) handler(az *authz.Authorizer) http.Handler {
	mux := http.NewServeMux()
	mux.Handle("GET /{$}", nethttp.Skip("shows no data", rt.route(rt.index)))
	mux.Handle("GET /whoami", rt.route(rt.whoami))
	mux.Handle("GET /expenses", rt.route(rt.list))
	mux.Handle("GET /expenses/{id}", rt.route(rt.expense))
	mux.Handle("PUT /expenses/submit", rt.route(rt.submit))
	mux.Handle("GET /organizations/{id}", rt.route(rt.organization))
	return az.Middleware(nethttp.RequireDecision(mux))
}

// route returns a handler that answers with the status of f's error.
func (rt *routes) route(f nethttp.HandlerFunc) http.Handler {
	return nethttp.HandlerFunc(func(w http.ResponseWriter, r *http.Request) error {
		err := f(w, r)
		if bad, ok := errors.AsType[*bodyError](err); ok {
			http.Error(w, bad.text, bad.status)
			return nil
		}
		return err
	})
}

func (rt *routes) index(w http.ResponseWriter, r *http.Request) error {
	actor, _ := authz.ActorFrom(r.Context())
	return say(w, "hello ", actor)
}

func (rt *routes) whoami(w http.ResponseWriter, r *http.Request) error {
	user, err := currentUser(r)
	if err != nil {
		return err
	}
	organization, err := rt.organizations.Lookup(r.Context(), user.OrganizationID)
	if err != nil {
		return err
	}
	return say(w, fmt.Sprintf("You are %s, the %s at %s. (User ID: %d)", user.Email, user.Title, organization.Name, user.ID))
}

func (rt *routes) list(w http.ResponseWriter, r *http.Request) error {
	expenses, err := rt.expenses.List(r.Context(), func(db *gorm.DB) *gorm.DB { return db.Order("id") })
	if err != nil {
		return err
	}
	w.Header().Set("Content-Type", "text/plain; charset=utf-8")
	for i := range expenses {
		if _, err := fmt.Fprintln(w, &expenses[i]); err != nil {
			return err
		}
	}
	return nil
}

func (rt *routes) expense(w http.ResponseWriter, r *http.Request) error {
	expense, err := rt.findExpense(r)
	if err != nil {
		return err
	}
	expense, err = authorize(r, "read", expense)
	if err != nil {
		return err
	}
	return say(w, expense)
}

// findExpense loads the expense in the path without asking the policy. A
// repository's Lookup loads and asks.
func (rt *routes) findExpense(r *http.Request) (*Expense, error) {
	id, err := pathID(r)
	if err != nil {
		return nil, err
	}
	expense := new(Expense)
	err = rt.db.WithContext(r.Context()).First(expense, id).Error
	if errors.Is(err, gorm.ErrRecordNotFound) {
		return nil, authz.ErrNotFound
	}
	return expense, err
}

// authorize returns the resource if the actor of the request may do the action.
// With an error it returns the zero T, so that a handler that ignores the error
// has nothing to show.
func authorize[T any](r *http.Request, action string, resource T) (T, error) {
	return authz.Authorize(r.Context(), action, resource)
}

func (rt *routes) submit(w http.ResponseWriter, r *http.Request) error {
	user, err := currentUser(r)
	if err != nil {
		return err
	}
	expense, err := readExpense(w, r, user.ID)
	if err != nil {
		return err
	}
	if err := rt.expenses.Create(r.Context(), expense); err != nil {
		return err
	}
	return say(w, expense)
}

func (rt *routes) organization(w http.ResponseWriter, r *http.Request) error {
	id, err := pathID(r)
	if err != nil {
		return err
	}
	organization, err := rt.organizations.Lookup(r.Context(), id)
	if err != nil {
		return err
	}
	return say(w, organization)
}

// currentUser returns the user who sent the request. A policy may let guests
// through; for them it returns ErrUnauthenticated.
func currentUser(r *http.Request) (*User, error) {
	actor, _ := authz.ActorFrom(r.Context())
	if user, ok := actor.(*User); ok {
		return user, nil
	}
	return nil, authz.ErrUnauthenticated
}

// pathID returns the id in the path, or ErrNotFound if it is not a valid id.
func pathID(r *http.Request) (int, error) {
	id, err := strconv.ParseInt(r.PathValue("id"), 10, 32)
	if err != nil {
		return 0, authz.ErrNotFound
	}
	return int(id), nil
}

// say writes a line of text.
func say(w http.ResponseWriter, words ...any) error {
	w.Header().Set("Content-Type", "text/plain; charset=utf-8")
	_, err := fmt.Fprint(w, append(words, "\n")...)
	return err
}
