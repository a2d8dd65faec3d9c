package page

// This file defines Send, by which requests are asked about.

import (
	"context"
	"fmt"
	"net/http"
	"net/http/httptest"

	"github.com/ursa-authz/ursa/authz"
)

// actorKey is the key under which a request has its actor.
type actorKey struct{}

// Actor is for the Config of an Authorizer that Send asks.
func Actor(r *http.Request) (any, error) { return r.Context().Value(actorKey{}), nil }

// Send reports whether the Middleware of az lets a request of the actor through. A
// status other than 403 is an error.
func Send[A any](az *authz.Authorizer, actor A, method, path string) (bool, error) {
	r := httptest.NewRequest(method, path, nil)
	w := httptest.NewRecorder()
	through := false
	az.Middleware(http.HandlerFunc(func(http.ResponseWriter, *http.Request) { through = true })).
		ServeHTTP(w, r.WithContext(context.WithValue(r.Context(), actorKey{}, actor)))
	switch {
	case through:
		return true, nil
	case w.Code == http.StatusForbidden:
		return false, nil
	}
	return false, fmt.Errorf("status %d", w.Code)
}
