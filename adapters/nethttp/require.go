package nethttp

// This file defines RequireDecision, which finds handlers that authorize nothing.
//
// The checks of flask-oso and django-oso run after the handler has returned, when its page
// may already have been sent. They also count the request-level decision, so with a
// middleware that makes one for every request they find nothing. RequireDecision checks
// before the response begins, and counts only what the handler authorized.

import (
	"net/http"
	"strings"

	"github.com/ursa-authz/ursa/authz"
)

// ErrNoDecision is the error that a handler gets from its ResponseWriter if it writes a
// page and nothing was authorized.
var ErrNoDecision error = constError("nethttp: nothing was authorized for this response")

// A constError is an error with a constant text.
type constError string

func (e constError) Error() string { return string(e) }

// RequireDecision returns a handler that calls next, and answers 500 if next would succeed
// although it authorized nothing. It checks when next first calls WriteHeader with a final
// status, Write, ReadFrom, Flush or Hijack, or when next returns without calling any of
// them. Errors that next answers itself, with a status from 400 to 599, pass. The 500
// contains nothing that next has set or written. 103 Early Hints are dropped until
// something was authorized.
//
// One of these must happen with the request's context or one derived from it:
//
//   - A decision allows something on a resource.
//   - A filter is made.
//   - [authz.Skip] is called with a reason.
//
// The request-level decision of [authz.Authorizer.Middleware] does not count, nor does a
// denial.
//
// RequireDecision supplements reviews and tests. It does not replace them:
//
//   - It cannot undo what next did before it wrote.
//   - A decision about one resource lets a page about another one pass.
//   - After Hijack, as for a WebSocket, it checks nothing.
//
// If next is an *http.ServeMux, the redirects that the mux itself sends from /tree to
// /tree/ pass, and a Middleware around RequireDecision knows the patterns of the mux.
// RequireDecision panics if next is nil.
func RequireDecision(next http.Handler) http.Handler {
	if next == nil {
		panic("nethttp: RequireDecision with a nil handler")
	}
	q := requirer{next: next}
	if _, ok := next.(*http.ServeMux); ok {
		q.passes = isSlashRedirect
	}
	if routes, ok := next.(router); ok {
		return routedRequirer{q, routes}
	}
	return q
}

// A requirer is the handler that RequireDecision returns.
type requirer struct {
	next   http.Handler
	passes func(r *http.Request, status int) bool // as in Gate
}

// A router returns the pattern of a request, as an *http.ServeMux does.
type router interface {
	Handler(*http.Request) (h http.Handler, pattern string)
}

// A routedRequirer is a requirer from which Middleware gets patterns.
type routedRequirer struct {
	requirer
	router
}

func (q requirer) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	gate := NewGate(w, r)
	gate.passes = q.passes
	defer gate.Close()
	q.next.ServeHTTP(gate.Writer(), gate.request)
	gate.Begin(http.StatusOK)
}

// isSlashRedirect reports whether a response of a ServeMux is its redirect from a path to the
// same path with a slash at the end. The mux then sets the pattern of the target. That
// pattern has more segments than the path, so it cannot have matched the path: no handler
// of the application has run.
func isSlashRedirect(r *http.Request, status int) bool {
	if status != http.StatusTemporaryRedirect {
		return false
	}
	i := strings.IndexByte(r.Pattern, '/')
	return i >= 0 && strings.Count(r.Pattern[i:], "/") > strings.Count(r.URL.EscapedPath(), "/")
}

// Skip returns a handler that calls next and records that nothing has to be authorized, and
// why. The observer of the Authorizer receives the reason. See [authz.Skip]. Skip panics if
// the reason is empty or next is nil.
func Skip(reason string, next http.Handler) http.Handler {
	if reason == "" || next == nil {
		panic("nethttp: Skip needs a reason and a handler")
	}
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		authz.Skip(r.Context(), reason)
		next.ServeHTTP(w, r)
	})
}
