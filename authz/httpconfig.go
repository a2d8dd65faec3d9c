package authz

// This file defines HTTPConfig, the part of Config that is about HTTP.

import "net/http"

// An HTTPConfig says how requests are read, asked about and refused. Its zero
// fields are the defaults, and its functions are called concurrently.
type HTTPConfig struct {
	// Challenge is the WWW-Authenticate header of a 401; empty is "Bearer".
	Challenge string

	// RequestRule is the rule that Middleware asks.
	RequestRule RequestRule

	// Request, if it is set, may change what policies see of a request before
	// the decision: to set RemoteAddr, Host or Scheme from headers that a
	// trusted proxy has set. Nothing else reads forwarded headers.
	Request func(*http.Request, *Request)

	// Route, if it is set, finds the route of a request, for Request.Pattern
	// and Request.PathValue. Routers other than an *http.ServeMux need it. It
	// is called at most once per [Request], and only if a policy reads one of
	// the two. An error, or a panic, makes the decision undecided; return one
	// where the router has not found the route yet.
	Route func(*http.Request) (Route, error)

	// AllowEncodedSlash admits "%2F" within a segment of a path, which is
	// refused otherwise. Request.Path is the canonical escaped path then.
	AllowEncodedSlash bool

	// OnRefusal, if it is set, writes the page of a refusal. The status is
	// fixed, and so is Cache-Control. For a 404 err is ErrNotFound itself, so
	// that a hidden resource looks like a missing one. If OnRefusal panics
	// before it has written anything, the usual page is sent.
	OnRefusal func(w http.ResponseWriter, r *http.Request, status int, err error)
}

// A Route is the route that a router has found for a request.
type Route struct {
	// Pattern is the pattern of the route, as the router spells it, such as
	// "/expenses/{id}"; empty if the router has no route for the request.
	Pattern string

	// Value returns the decoded value of a wildcard of the pattern, and
	// whether the pattern has a wildcard of that name. A nil Value says that
	// it has none. It is called while a policy is asked about the request,
	// and concurrently only if the program asks about one Request
	// concurrently.
	Value func(name string) (value string, ok bool)
}

// A RequestRule is the rule that [Authorizer.Middleware] asks about a request.
type RequestRule uint8

// The rules that Middleware can ask. What a policy contains never changes which
// one is asked.
const (
	AllowMethod  RequestRule = iota // allow(actor, METHOD, request), as in allow(user, "GET", request)
	AllowRequest                    // allow_request(actor, request)
)
