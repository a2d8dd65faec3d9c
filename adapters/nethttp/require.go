package nethttp

// This file defines RequireDecision, which finds handlers that ask nothing.
//
// The nets of flask-oso and django-oso look at the response after the handler
// has returned, when its page is on the way, and take the question whether the
// request may be sent for a decision, so that together with a middleware that
// asks it of every request they find nothing. This one stands between the
// handler and the client, and only what was authorized in the handler counts.

import (
	"errors"
	"net/http"
	"strings"

	"github.com/ursa-authz/ursa/authz"
)

// ErrNoDecision is what a handler gets from its ResponseWriter when it writes a
// page although nothing was authorized.
var ErrNoDecision = errors.New("nethttp: nothing was authorized for this response")

// RequireDecision returns a handler that answers 500 where next would succeed
// although it authorized nothing. It looks when next first calls WriteHeader
// with a final status, Write, ReadFrom, Flush or Hijack, and when it returns
// without any of these. An error that next answers itself, with a status from
// 400 to 599, passes. Of what next has set or written, nothing is sent with the
// 500; 103 Early Hints are dropped until something was authorized.
//
// What counts is that, with the request's context or one derived from it, a
// decision allowed something on a resource, or a filter for one was made, or
// [authz.Skip] was given a reason. The request-level decision of
// [authz.Authorizer.Middleware] does not count, and a denial does not.
//
// RequireDecision is a net under tests and reviews, and not a lock: what next
// has done before it writes, is done; a decision about one resource lets a page
// about another pass; and after Hijack, as for a WebSocket, nothing is looked at
// any more. Redirects that an *http.ServeMux sends by itself, from /tree to
// /tree/, pass if next is that mux.
//
// If next is an *http.ServeMux, a Middleware around RequireDecision knows its
// patterns. RequireDecision panics if next is nil.
func RequireDecision(next http.Handler) http.Handler {
	if next == nil {
		panic("nethttp: RequireDecision with a nil handler")
	}
	n := safetyNet{next}
	if routes, ok := next.(router); ok {
		return routedNet{n, routes}
	}
	return n
}

type safetyNet struct{ next http.Handler }

// A router can be asked for the pattern of a request, as an *http.ServeMux can.
type router interface {
	Handler(*http.Request) (h http.Handler, pattern string)
}

// A routedNet is a safetyNet that Middleware can ask for patterns.
type routedNet struct {
	safetyNet
	router
}

func (n safetyNet) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	gate := NewGate(w, r)
	gate.passes = func(status int) bool { return n.redirected(gate.request, status) }
	defer gate.Close()
	n.next.ServeHTTP(gate.writer, gate.request)
	gate.Begin(http.StatusOK)
}

// redirected reports whether a response is a redirect that a ServeMux sends from
// a path to the same one with a slash behind it. The pattern that it then sets
// is that of the target, which has more segments than the path and so cannot
// have matched it: no handler of the application has run.
func (n safetyNet) redirected(r *http.Request, status int) bool {
	if _, ok := n.next.(*http.ServeMux); !ok || status != http.StatusTemporaryRedirect {
		return false
	}
	i := strings.IndexByte(r.Pattern, '/')
	return i >= 0 && strings.Count(r.Pattern[i:], "/") > strings.Count(r.URL.EscapedPath(), "/")
}

// Skip returns a handler that calls next where nothing has to be authorized, for
// the given reason, which the observer of the Authorizer is told. See
// [authz.Skip]. It panics if the reason is empty or next is nil.
func Skip(reason string, next http.Handler) http.Handler {
	if reason == "" || next == nil {
		panic("nethttp: Skip needs a reason and a handler")
	}
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		authz.Skip(r.Context(), reason)
		next.ServeHTTP(w, r)
	})
}
