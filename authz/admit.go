package authz

// This file defines the building blocks of adapters for web frameworks. Admit and Enter are
// the steps of Middleware and of guards. StatusOf, Problem and RefusalHeader are the parts
// of a refusal, for frameworks whose handlers return errors.

import (
	"bytes"
	"context"
	"net/http"
)

// Admit decides whether a request may be sent, as [Authorizer.Middleware] does.
// It is for adapters to frameworks whose handlers are not http.Handlers.
//
// If the error is nil, run the handlers with the context that Admit returns. Otherwise no
// handler may run. Pass a request with the context to [Refuse], which then answers as
// Middleware does. The context is never nil.
//
// Header is the header of the response so far. Route, if it is not nil, finds the route
// of r if [HTTPConfig].Route is not set. Admit does not call it after it has returned,
// but policies may call the Value function of the Route later: copy whatever the
// framework reuses for the next request.
//
// Admit panics if there is no Config.Actor.
func (a *Authorizer) Admit(r *http.Request, header http.Header, route func(*http.Request) (Route, error)) (context.Context, error) {
	if a.cfg.Actor == nil {
		panic("authz: Admit needs Config.Actor, which finds the actor of a request")
	}
	encoding := header["Content-Encoding"]
	ctx, err := a.admit(r, nil, route, encoding)
	if err != nil {
		refused := &carrier{Context: r.Context(), az: a, encoding: encoding, refused: true}
		if s := carrierOf(ctx); s != nil {
			refused.request = s.request
		}
		return refused, err
	}
	return ctx, nil
}

// Enter returns a context for a guard of a single route. It carries a and the actor. The
// actor is the one in the context of r, or else the one that [Authorizer.Actor] finds.
// With an error, the context has no actor, but [Refuse] still uses the settings of a. In the
// function that a first [Load] with this context calls, [Loading] reports true for it.
func (a *Authorizer) Enter(r *http.Request) (context.Context, error) {
	ctx := r.Context()
	outer := carrierOf(ctx)
	var actor any
	var err error
	if outer != nil {
		actor = outer.actor
	} else {
		actor, err = a.Actor(r)
	}
	inner := newCarrier(ctx, outer, a, actor)
	if err == nil {
		inner.guard.Store(entered)
	}
	return inner, err
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
