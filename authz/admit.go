package authz

// This file defines what adapters for web frameworks are made of: Admit, Enter
// and Load do what Middleware and guards do, and StatusOf, Problem and
// RefusalHeader are the parts of a refusal, for frameworks whose handlers return
// errors that somebody else answers.

import (
	"bytes"
	"context"
	"net/http"
)

// Admit decides whether a request may be sent, as [Authorizer.Middleware] does.
// It is for adapters to frameworks whose handlers are not http.Handlers.
//
// If the error is nil, handlers run with the context that Admit returns.
// Otherwise no handler may run; the context is that of a request for [Refuse],
// which then answers as Middleware does. The context is never nil.
//
// Header is the header of the response, as far as it is set. Route, if it is not
// nil, finds the route of r where [HTTPConfig].Route is not set. It is not called
// after Admit has returned, but the Value of what it returns may be: what the
// framework uses for the next request has to be copied.
//
// Admit panics if there is no Config.Actor.
func (a *Authorizer) Admit(r *http.Request, header http.Header, route func(*http.Request) (Route, error)) (context.Context, error) {
	if a.cfg.Actor == nil {
		panic("authz: Admit needs Config.Actor, which finds the actor of a request")
	}
	encoding := header["Content-Encoding"]
	ctx, err := a.admit(r, nil, route, encoding)
	if err != nil {
		ctx = context.WithValue(r.Context(), contextKey{}, &contextValue{az: a, encoding: encoding, refused: true})
	}
	return ctx, err
}

// Enter returns a context for a guard of a single route: it carries a and the
// actor of the request, who is the one in the context of r, or the one that
// [Authorizer.Actor] finds where there is none. With an error the context has no
// actor, but is still that of a request for [Refuse].
func (a *Authorizer) Enter(r *http.Request) (context.Context, error) {
	actor, known := ActorFrom(r.Context())
	var err error
	if !known {
		actor, err = a.Actor(r)
	}
	return NewContext(r.Context(), a, actor), err
}

// Load loads a resource and asks whether the context's actor may do action on
// it. It is what guards of single routes do. The error is [ErrNotFound] if the
// resource is nil or [Authorizer.LoadError] says so of the error of load, and
// otherwise that of load or of [Authorize].
func Load[T any](ctx context.Context, action string, load func() (T, error)) (T, error) {
	var zero T
	s := contextValueOf(ctx)
	if s == nil {
		return zero, undecided(errNoAuthorizer)
	}
	resource, err := load()
	if err != nil {
		return zero, s.az.LoadError(err)
	}
	if isNil(resource) {
		return zero, ErrNotFound
	}
	return Authorize(ctx, action, resource)
}

// StatusOf returns the status with which [Refuse] answers err.
func StatusOf(err error) int { return status(err) }

// Problem returns the body that [Refuse] sends to clients that ask for JSON: a
// problem of RFC 9457 that names the status and, of a decision, its id.
func Problem(err error) []byte {
	var b bytes.Buffer
	writeProblem(&bodyWriter{&b, http.Header{}}, status(err), err)
	return b.Bytes()
}

// A bodyWriter is a ResponseWriter that keeps the body alone.
type bodyWriter struct {
	*bytes.Buffer
	header http.Header
}

func (w *bodyWriter) Header() http.Header { return w.header }
func (*bodyWriter) WriteHeader(int)       {}

// RefusalHeader makes the header of a response to r that of a refusal of err, as
// [Refuse] does, except for the type of its page: it drops what a handler has set
// for another page, forbids caching, and adds the challenge to a 401.
func RefusalHeader(h http.Header, r *http.Request, err error) {
	a, from := settingsOf(r)
	a.refusalHeader(h, status(err), from)
}
