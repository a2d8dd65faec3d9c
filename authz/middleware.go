package authz

// This file defines Authorizer.Middleware, which finds the actor of a request and decides
// whether the actor may send it.

import (
	"context"
	"net/http"
)

// Middleware returns a handler that authorizes every request before it calls next. In this
// order, it
//
//   - rejects paths and hosts that a router and a policy could read differently (400): a
//     path with "." or ".." segments, raw or encoded, an empty segment inside, "%2F" (see
//     [HTTPConfig].AllowEncodedSlash), a backslash, a control character, bytes that are not
//     UTF-8, or unnecessary escapes; a malformed host, or one with upper-case letters;
//   - calls [Config].Actor (401, or 500 if the actor cannot be determined);
//   - decides whether the actor may send the request (403, or 500 if it cannot be decided,
//     or 400 if the policy read a header or query parameter that was sent twice): it
//     evaluates allow(actor, METHOD, request), or allow_request(actor, request) depending
//     on [HTTPConfig].RequestRule;
//   - calls next with a context that carries the Authorizer and the actor.
//
// A HEAD request is authorized as GET. If next is an *http.ServeMux, policies can read the
// pattern of the route. Middleware then also accepts upper-case hosts and unnecessary
// escapes: it passes the path and the host to next in their canonical spelling, as
// [Canonical] does.
//
// Middleware does not authorize the resources that next uses. Handlers do that with
// [Authorize]. Middleware panics if next is nil or Config.Actor is not set.
//
// A CORS preflight request carries no credentials. Put the handler that answers it outside
// of Middleware.
func (a *Authorizer) Middleware(next http.Handler) http.Handler {
	if next == nil {
		panic("authz: Middleware with a nil handler")
	}
	if a.cfg.Actor == nil {
		panic("authz: Middleware needs Config.Actor, which returns the actor of a request")
	}
	routes, _ := next.(router)
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if routes != nil {
			r = canonical(r) // safe here: nothing has routed the request yet
		}
		encoding := w.Header()["Content-Encoding"]
		ctx, err := a.admit(r, routes, nil, encoding)
		if err != nil {
			a.refuse(w, r, err, headerOrigin{encoding: encoding}, routes)
			return
		}
		next.ServeHTTP(w, r.WithContext(ctx))
	})
}

// admit returns the context for the handlers of r, or the error with which r is refused. A
// findRoute is that of an adapter.
func (a *Authorizer) admit(r *http.Request, routes router, findRoute func(*http.Request) (Route, error), encoding []string) (context.Context, error) {
	// One allocation for both, since each lives as long as the other.
	admitted := new(struct {
		carrier
		request Request
	})
	request := &admitted.request
	if err := a.readRequest(request, r, routes); err != nil {
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
	ctx := &admitted.carrier
	ctx.Context, ctx.az, ctx.actor, ctx.encoding, ctx.request = r.Context(), a, actor, encoding, request
	q := &question{rule: ruleAllow, actor: actor, action: request.Method, resource: request}
	if a.cfg.HTTP.RequestRule == AllowRequest {
		q.rule, q.action = ruleRequest, ""
	}
	return ctx, a.askRequest(ctx, q)
}

// Actor returns the actor of a request, using [Config].Actor. The error is
// ErrUnauthenticated, ErrBadRequest or ErrUndecided. If the actor cannot be determined, the
// observer receives an undecided decision.
func (a *Authorizer) Actor(r *http.Request) (any, error) {
	return a.findActor(r.Context(), r.Method, r, func() (any, error) {
		if a.cfg.Actor == nil {
			return nil, errNoActorFunc
		}
		return a.cfg.Actor(r)
	})
}

// findActor returns the actor that find finds, for a question about action. r may be nil.
func (a *Authorizer) findActor(ctx context.Context, action string, r *http.Request, find func() (any, error)) (any, error) {
	var actor any
	err := catchPanic(func() (err error) {
		actor, err = find()
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
	return nil, a.unasked(ctx, action, r, errorf("finding the actor: %w", err))
}

// unasked returns the error for a question for which no rule could be evaluated. It notifies
// the observer, so that operators can find the id of the error.
func (a *Authorizer) unasked(ctx context.Context, action string, r *http.Request, cause error) error {
	e := Event{Kind: EventDecision, Verdict: Undecided, Action: action}
	if r != nil {
		e.served = &servedRequest{Request: r}
	}
	e.Err = a.identified(cause, &e)
	a.tell(ctx, a.current.Load(), e, clock())
	return e.Err
}
