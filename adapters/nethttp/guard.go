package nethttp

// This file defines Guard, a route with its resource, and HandlerFunc, a handler
// that may fail.

import (
	"net/http"

	"github.com/ursa-authz/ursa/authz"
)

// A HandlerFunc is a handler that may return an error. The error is answered by
// [authz.Refuse], unless the response has begun; then it is left as it is.
type HandlerFunc func(http.ResponseWriter, *http.Request) error

// ServeHTTP calls f and answers its error.
func (f HandlerFunc) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	resp := &response{ResponseWriter: w}
	if err := f(resp.writer(), r); err != nil && !resp.begun {
		authz.Refuse(w, r, err)
	}
}

// Guard returns a handler that loads a resource, asks az whether the actor may
// do action on it, and calls handler with it if so. An error of load, of the
// decision or of handler is answered as by [HandlerFunc]. A resource does not exist
// if it is nil, or if the error of load is [authz.ErrNotFound], sql.ErrNoRows or one
// of [authz.Config].NotFound; the answer is then 404. Load and handler run with a context that carries az and the
// actor, who is the one that [authz.Authorizer.Middleware] has found, or the one
// that az finds itself where there is no Middleware.
//
// Load runs before the decision. It must have no effect, and what it returns must
// be what handler acts upon: to load a second time is to authorize something else.
//
// Guard panics if az, load or handler is nil.
func Guard[T any](az *authz.Authorizer, action string, load func(*http.Request) (T, error), handler func(http.ResponseWriter, *http.Request, T) error) http.Handler {
	if az == nil || load == nil || handler == nil {
		panic("nethttp: Guard needs an Authorizer, a function that loads and a handler")
	}
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		// Even with an error, so that it is answered with the settings of az.
		ctx, actorErr := az.Enter(r)
		r = r.WithContext(ctx)
		HandlerFunc(func(w http.ResponseWriter, r *http.Request) error {
			if actorErr != nil {
				return actorErr
			}
			resource, err := authz.Load(r.Context(), action, func() (T, error) { return load(r) })
			if err != nil {
				return err
			}
			return handler(w, r, resource)
		}).ServeHTTP(w, r)
	})
}
