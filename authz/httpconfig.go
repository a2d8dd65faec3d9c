package authz

// This file defines HTTPConfig, the part of Config that is about HTTP.

import "net/http"

// An HTTPConfig says how requests are read, authorized and refused. Its zero fields have
// defaults. Its functions are called concurrently.
type HTTPConfig struct {
	// Challenge is the WWW-Authenticate header of a 401. The default is "Bearer".
	Challenge string

	// RequestRule is the rule that Middleware evaluates.
	RequestRule RequestRule

	// Request, if set, may change what policies see of a request. Use it to set RemoteAddr,
	// Host or Scheme from headers that a trusted proxy has set. Ursa reads no forwarded
	// headers itself.
	Request func(*http.Request, *Request)

	// Route, if set, finds the route of a request for Request.Pattern and
	// Request.PathValue. Routers other than *http.ServeMux need it. It is called only if a
	// policy reads one of the two, then at most once per [Request], or for [Event.Route]. It
	// should return an error if the router has not found the route yet. An error or a panic
	// makes the decision that reads the route undecided.
	Route func(*http.Request) (Route, error)

	// AllowEncodedSlash accepts "%2F" within a segment of a path, which is otherwise
	// rejected. Request.Path is then the canonical escaped path.
	AllowEncodedSlash bool

	// OnRefusal, if set, writes the page of a refusal. To watch refusals without writing a
	// page, use [Config].Observe and EventRefusal. OnRefusal cannot change the status or
	// Cache-Control. For a 404, err is ErrNotFound itself, so that a hidden resource looks
	// like a missing one. If OnRefusal panics before it has written anything, the default
	// page is sent.
	OnRefusal func(w http.ResponseWriter, r *http.Request, status int, err error)
}

// A Route is the route that a router has found for a request.
type Route struct {
	// Pattern is the pattern of the route as the router spells it, such as
	// "/expenses/{id}". It is empty if the router has no route for the request.
	Pattern string

	// Value returns the decoded value of a wildcard of the pattern, and whether the pattern
	// has a wildcard of that name. If Value is nil, the pattern has none. Value is called
	// during decisions about the request. The calls are concurrent only if the program
	// makes concurrent decisions about one Request.
	Value func(name string) (value string, ok bool)
}

// A RequestRule is the rule that [Authorizer.Middleware] evaluates for a request.
type RequestRule uint8

// The rules that Middleware can evaluate. The contents of a policy never change which one it
// evaluates.
const (
	AllowMethod  RequestRule = iota // allow(actor, METHOD, request), as in allow(user, "GET", request)
	AllowRequest                    // allow_request(actor, request)
)
