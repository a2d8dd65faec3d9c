package authz

// This file defines Authorizer.Middleware: who is it, and may they send this?

import (
	"context"
	"fmt"
	"net/http"
)

// Middleware returns a handler that decides every request before next sees it.
// In this order it
//
//   - refuses paths and hosts that a router and a policy could read
//     differently (400): a path with "." and ".." segments, raw or encoded, an
//     empty segment inside, "%2F" (see [HTTPConfig].AllowEncodedSlash), a
//     backslash, a control character, bytes that are not UTF-8, or escapes
//     that need not be; a host with upper-case letters or malformed;
//   - asks [Config].Actor who it is (401, or 500 if that cannot be told);
//   - asks the policy whether they may send the request: the guide's
//     allow(actor, METHOD, request) or, by [HTTPConfig].RequestRule,
//     allow_request(actor, request) (403, or 500 if it cannot be decided, or
//     400 if the policy read a header or query parameter that was sent twice);
//   - calls next with a context that carries the Authorizer and the actor.
//
// A HEAD request is decided as GET. If next is an *http.ServeMux, policies can
// read the pattern of the route, and spellings that only a router inside of
// another handler could read differently are not refused: next gets the path
// and the host in their canonical spelling, as [Canonical] makes it. Middleware panics if next is nil or there is no
// Config.Actor. It says nothing about the resources that next will touch: those
// are authorized there, with [Authorize].
//
// A preflight request of CORS carries no credentials. The handler that answers
// it goes outside of Middleware.
func (a *Authorizer) Middleware(next http.Handler) http.Handler {
	if next == nil {
		panic("authz: Middleware with a nil handler")
	}
	if a.cfg.Actor == nil {
		panic("authz: Middleware needs Config.Actor, which says who sends a request")
	}
	routes, _ := next.(router)
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if routes != nil {
			r = canonical(r) // nothing has routed it yet
		}
		encoding := w.Header()["Content-Encoding"]
		ctx, err := a.admit(r, routes, nil, encoding)
		if err != nil {
			a.refuse(w, r, err, headerOrigin{encoding: encoding})
			return
		}
		next.ServeHTTP(w, r.WithContext(ctx))
	})
}

// admit returns the context for the handlers of r, or why there is none. A
// findRoute is that of an adapter.
func (a *Authorizer) admit(r *http.Request, routes router, findRoute func(*http.Request) (Route, error), encoding []string) (context.Context, error) {
	request, err := a.request(r, routes)
	if err != nil {
		return nil, err
	}
	if findRoute != nil && request.findRoute == nil {
		request.findRoute = findRoute
		defer request.forgetRoute()
	}
	actor, err := a.Actor(r)
	if err != nil {
		return nil, err
	}
	ctx := context.WithValue(r.Context(), scopeKey{}, &scope{az: a, actor: actor, encoding: encoding})
	q := &question{rule: ruleAllow, actor: actor, action: request.Method, resource: request}
	if a.cfg.HTTP.RequestRule == AllowRequest {
		q.rule, q.action = ruleRequest, ""
	}
	return ctx, a.askRequest(ctx, q)
}

// Actor returns the actor of a request, as [Config].Actor finds it. The error is
// ErrUnauthenticated, ErrBadRequest or ErrUndecided. An actor that cannot be
// told is told to the observer as a decision that could not be made.
func (a *Authorizer) Actor(r *http.Request) (any, error) {
	var actor any
	err := guard(func() (err error) {
		if a.cfg.Actor == nil {
			return errNoActorFunc
		}
		actor, err = a.cfg.Actor(r)
		return err
	})
	switch status(err) {
	case http.StatusUnauthorized, http.StatusBadRequest:
		return nil, err
	}
	if err == nil && isNil(actor) {
		err = errNoActor
	}
	if err == nil {
		return actor, nil
	}
	return nil, a.unasked(r, fmt.Errorf("finding the actor: %w", err))
}

// unasked returns the error for a request about which nothing could be asked,
// and tells the observer: whoever looks for its id finds it.
func (a *Authorizer) unasked(r *http.Request, cause error) error {
	u := undecided(cause)
	u.id = newID()
	if a.cfg.Observe != nil {
		a.observe(r.Context(), Decision{
			ID:      u.id,
			Err:     u,
			Version: a.Version(),
			q:       &question{action: r.Method},
			classes: a.classes,
		})
	}
	return u
}
