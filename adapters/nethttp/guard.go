package nethttp

// This file defines Guard, which guards a route with its resource, and HandlerFunc, a
// handler that returns an error.

import (
	"context"
	"net/http"

	"github.com/ursa-authz/ursa/authz"
)

// A HandlerFunc is a handler that may return an error. [authz.Refuse] answers the error,
// unless the response has begun; the response then stays as it is.
type HandlerFunc func(http.ResponseWriter, *http.Request) error

// ServeHTTP calls f and answers its error.
func (f HandlerFunc) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	resp := &response{ResponseWriter: w}
	if err := f(resp.writer(), r); err != nil && !resp.begun {
		authz.Refuse(w, r, err)
	}
}

// Guard returns a handler that loads a resource and, if az allows the actor to do action on
// it, calls handler with it. Errors of load, of the decision and of handler are answered as
// by [HandlerFunc]. The answer is 404 if the resource is nil, or if the error of load is
// [authz.ErrNotFound], sql.ErrNoRows or one of [authz.Config].NotFound.
//
// Load and handler get a context that carries az and the actor. The actor is the one that
// [authz.Authorizer.Middleware] found. Without Middleware, az finds the actor itself.
//
// Load runs before the decision, so it must have no side effects. The handler must use the
// resource that load returned: a second load might return something that was not
// authorized.
//
// Guard panics if az, load or handler is nil.
func Guard[T any](az *authz.Authorizer, action string, load func(*http.Request) (T, error), handler func(http.ResponseWriter, *http.Request, T) error) http.Handler {
	if az == nil || load == nil || handler == nil {
		panic("nethttp: Guard needs an Authorizer, a load function and a handler")
	}
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		// Also with an error, so that the refusal uses the settings of az.
		ctx, actorErr := az.Enter(r)
		r = r.WithContext(ctx)
		HandlerFunc(func(w http.ResponseWriter, r *http.Request) error {
			if actorErr != nil {
				return actorErr
			}
			resource, err := authz.Load(r.Context(), action, func(context.Context) (T, error) { return load(r) })
			if err != nil {
				return err
			}
			return handler(w, r, resource)
		}).ServeHTTP(w, r)
	})
}
