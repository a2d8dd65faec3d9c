package authz

// This file defines Request, which is what policies see of an HTTP request.

import (
	"net"
	"net/http"
	"net/textproto"
	"net/url"
	"slices"
	"strings"
	"sync"
	"sync/atomic"

	"github.com/ursa-authz/ursa/authz/internal/host"
)

// A Request is what policies see of an HTTP request. Every [Authorizer] registers it as the
// class Request, unless the application registers a class of that name. In Polar:
//
//	allow(_: User, "GET", request: Request) if
//	    request.path.startswith("/expenses/");
//
// Its attributes are method, path, segments, host, port, scheme and remote_addr. Its
// methods are header(name), query(name), pattern() and path_value(name). What is absent is
// nil. What is not known is an error and makes the decision undecided.
//
// [Authorizer.Request] returns one.
type Request struct {
	// Method is the request's method as it was sent, but GET for HEAD, which servers answer
	// with the handler of GET.
	Method string

	// Path is the decoded path. With [HTTPConfig].AllowEncodedSlash it is the canonical
	// escaped path.
	Path string

	// Segments are the decoded segments of the path, and empty for "/". A slash at the end
	// of the path does not make a segment.
	Segments []string

	// Host is the host that the client requested, in lower case, without the port and
	// without the brackets of an IPv6 address. It is empty if the client sent none, as
	// HTTP/1.0 permits.
	Host string

	// Port is the port that the client sent after the host, or nil if it sent none.
	Port *int

	// Scheme is "https" on a connection with TLS and "http" otherwise.
	Scheme string

	// RemoteAddr is the IP address of the connection's other end, which may be a proxy. If
	// net/http has no IP address and port there, for example for a Unix socket, it is what
	// net/http has.
	RemoteAddr string

	http      *http.Request
	routes    router
	findRoute func(*http.Request) (Route, error)
	portGiven int // the value that Port points to

	mu      sync.Mutex
	lookups *lookups // the results of methods; nil until one is called

	fault atomic.Pointer[requestError]
}

// lookups are the results that a Request keeps. They are a separate value because most
// policies need none.
type lookups struct {
	parsed   bool
	query    url.Values
	queryErr error

	looked   bool
	route    Route
	routeErr error
}

// A router returns the pattern of a request: an *http.ServeMux, or another type with that
// method.
type router interface {
	Handler(*http.Request) (h http.Handler, pattern string)
}

// invisible are the headers that policies cannot read: credentials, which are for
// Config.Actor, and Host, which net/http removes from the header.
var invisible = []string{"Authorization", "Proxy-Authorization", "Cookie", "Host"}

// isInvisible reports whether policies cannot read the header of that canonical name.
func isInvisible(name string) bool { return slices.Contains(invisible, name) }

// Header returns the value of a header, or nil if the request does not have it. Names are
// case-insensitive. If a header was sent twice, the request is answered with 400. Reading
// Authorization, Proxy-Authorization, Cookie or Host is an error.
func (q *Request) Header(name string) (*string, error) {
	if q.http == nil {
		return nil, errNoHTTP
	}
	name = textproto.CanonicalMIMEHeaderKey(name)
	if isInvisible(name) {
		return nil, errorf("the header %s is not visible to policies", name)
	}
	return q.one(q.http.Header[name], "a header was sent twice")
}

// maxQuery bounds the length in bytes of a query that policies read.
const maxQuery = 16 << 10

// Query returns the value of a query parameter, or nil if the request does not have it. The
// request is answered with 400 if the parameter was sent twice, if the query cannot be
// parsed, for example because of a ";", or if it has more than 16 KiB.
func (q *Request) Query(name string) (*string, error) {
	if q.http == nil {
		return nil, errNoHTTP
	}
	values, err := q.query()
	if err != nil {
		return nil, q.bad("the query cannot be parsed, or is too long")
	}
	return q.one(values[name], "a query parameter was sent twice")
}

func (q *Request) query() (url.Values, error) {
	raw := q.http.URL.RawQuery
	if len(raw) > maxQuery {
		return nil, errLongQuery
	}
	q.mu.Lock()
	defer q.mu.Unlock()
	l := q.known()
	if !l.parsed {
		l.parsed = true
		l.query, l.queryErr = url.ParseQuery(raw)
	}
	return l.query, l.queryErr
}

// known returns the lookups. The caller holds q.mu.
func (q *Request) known() *lookups {
	if q.lookups == nil {
		q.lookups = new(lookups)
	}
	return q.lookups
}

func (q *Request) one(values []string, twice string) (*string, error) {
	switch len(values) {
	case 0:
		return nil, nil
	case 1:
		return &values[0], nil
	}
	return nil, q.bad(twice)
}

// bad records that a policy read something ambiguous, so that the request is answered with
// 400 whatever the engine does with the error.
func (q *Request) bad(reason string) error {
	err := &requestError{reason: reason}
	q.fault.Store(err)
	return &host.Error{Code: host.CodeHost, Msg: reason, Cause: err}
}

// Pattern returns the pattern of the route, such as "GET /expenses/{id}", or nil if the
// request has no route. The route is known if [HTTPConfig].Route returns it, if
// [Authorizer.Middleware] wraps an *http.ServeMux, and inside a route of an *http.ServeMux.
// Otherwise Pattern returns an error.
func (q *Request) Pattern() (*string, error) {
	route, err := q.route()
	if err != nil || route.Pattern == "" {
		return nil, err
	}
	return &route.Pattern, nil
}

// PathValue returns the value of a wildcard of the route's pattern, or nil if the request
// has no route. It returns an error if the route is not known, or if the pattern has no
// such wildcard.
func (q *Request) PathValue(name string) (*string, error) {
	route, err := q.route()
	if err != nil || route.Pattern == "" {
		return nil, err
	}
	if route.Value == nil {
		return nil, errNoPathValue
	}
	value, ok := "", false
	if err := catchPanic(func() error { value, ok = route.Value(name); return nil }); err != nil {
		return nil, hostFailed("the Value of Config.HTTP.Route", err)
	}
	if !ok {
		return nil, errNoPathValue
	}
	return &value, nil
}

// These texts are shown where the policy fails, so they contain no values of the program.
var (
	errNoHTTP      = &host.Error{Code: host.CodeHost, Msg: "the Request was not made from an HTTP request"}
	errNoPattern   = &host.Error{Code: host.CodeHost, Msg: "the route is not known here (set Config.HTTP.Route)"}
	errNoPathValue = &host.Error{Code: host.CodeHost, Msg: "the pattern of the route has no such wildcard"}
	errLongQuery   = errorf("the query is too long")
)

// route returns the route. It looks for it once.
func (q *Request) route() (Route, error) {
	if q.http == nil {
		return Route{}, errNoHTTP
	}
	q.mu.Lock()
	defer q.mu.Unlock()
	l := q.known()
	if !l.looked {
		l.looked, l.routeErr = true, errNoPattern // stays if the router panics
		l.route, l.routeErr = q.lookForRoute()
	}
	return l.route, l.routeErr
}

// escapedPath returns the path as it was sent, or the one that policies see if the Request
// was not made from an HTTP request.
func (q *Request) escapedPath() string {
	if q == nil {
		return ""
	}
	if q.http == nil || q.http.URL == nil {
		return q.Path
	}
	return q.http.URL.EscapedPath()
}

// routePattern returns the pattern of the route for logs, or "" if it is not known. It keeps
// no error: a policy may ask again when the router has found the route.
func (q *Request) routePattern() string {
	if q == nil || q.http == nil {
		return ""
	}
	q.mu.Lock()
	defer q.mu.Unlock()
	if q.lookups != nil && q.lookups.looked {
		return q.lookups.route.Pattern
	}
	route, err := q.lookForRoute()
	if err != nil {
		return ""
	}
	l := q.known()
	l.looked, l.route = true, route
	return route.Pattern
}

// forgetRoute has no route looked for any more: frameworks use their contexts
// for the next request.
func (q *Request) forgetRoute() {
	q.mu.Lock()
	defer q.mu.Unlock()
	q.findRoute = nil
}

func (q *Request) lookForRoute() (Route, error) {
	r := q.http
	switch {
	case q.findRoute != nil:
		var route Route
		if err := catchPanic(func() (err error) { route, err = q.findRoute(r); return err }); err != nil {
			return Route{}, hostFailed("Config.HTTP.Route", err)
		}
		return route, nil
	case q.routes != nil:
		_, pattern := q.routes.Handler(r)
		return Route{pattern, func(name string) (string, bool) {
			return pathValue(pattern, r.URL.EscapedPath(), name)
		}}, nil
	case r.Pattern != "":
		// Inside a route: the router has set the values.
		return Route{r.Pattern, func(name string) (string, bool) {
			// echo sets the pattern but leaves values to its adapters: a value that
			// no wildcard of its can have is not known.
			v := r.PathValue(name)
			return v, hasWildcard(r.Pattern, name) && (v != "" || !strings.Contains(r.Pattern, "/:"))
		}}, nil
	}
	return Route{}, errNoPattern
}

// hostFailed returns the error for a function of the program that returned an error or
// panicked.
func hostFailed(what string, cause error) error {
	return &host.Error{Code: host.CodeHost, Msg: what + " returned an error", Cause: cause}
}

// hasWildcard reports whether a pattern has a wildcard of that name: "{name}" or
// "{name...}", in chi also "{name:regexp}" and "*", in echo ":name" and "*".
func hasWildcard(pattern, name string) bool {
	if name == "" || name == "$" {
		return false
	}
	for seg := range strings.SplitSeq(pattern, "/") {
		if rest, ok := strings.CutPrefix(seg, ":"); ok && rest == name || seg == "*" && name == "*" {
			return true
		}
	}
	for {
		i := strings.IndexByte(pattern, '{')
		if i < 0 {
			return false
		}
		pattern = pattern[i+1:]
		if rest, ok := strings.CutPrefix(pattern, name); ok && rest != "" {
			if rest[0] == '}' || rest[0] == ':' || strings.HasPrefix(rest, "...}") {
				return true
			}
		}
	}
}

// pathValue returns the path value that http.ServeMux sets for a wildcard when it serves an
// escaped path by a pattern that matches it. The mux has no method for that.
func pathValue(pattern, escaped, name string) (string, bool) {
	i := strings.IndexByte(pattern, '/') // after the method and the host
	if i < 0 || escaped == "" {
		return "", false
	}
	path := escaped[1:]
	more := true // there is another segment of the path
	for seg := range strings.SplitSeq(pattern[i+1:], "/") {
		if !more {
			return "", false
		}
		if wild, ok := strings.CutPrefix(seg, "{"); ok && seg != "{$}" {
			wild = strings.TrimSuffix(wild, "}")
			if wild == name+"..." {
				return unescape(path)
			}
			if wild == name {
				value, _, _ := strings.Cut(path, "/")
				return unescape(value)
			}
		}
		_, path, more = strings.Cut(path, "/")
	}
	return "", false
}

func unescape(s string) (string, bool) {
	u, err := url.PathUnescape(s)
	return u, err == nil
}

// Request returns what policies see of r. The error is ErrBadRequest for a path or a host
// that a router and a policy could read differently; see [Authorizer.Middleware]. It is
// ErrUndecided if [HTTPConfig].Request panics; the observer then receives an undecided
// decision.
func (a *Authorizer) Request(r *http.Request) (*Request, error) {
	q := new(Request)
	if err := a.readRequest(q, r, nil); err != nil {
		return nil, err
	}
	return q, nil
}

// readRequest sets q, which is zero, to what policies see of r.
func (a *Authorizer) readRequest(q *Request, r *http.Request, routes router) error {
	if r == nil || r.URL == nil {
		return &requestError{reason: "the request has no path"}
	}
	var err error
	if q.Path, q.Segments, err = readPath(r.URL, a.cfg.HTTP.AllowEncodedSlash); err != nil {
		return err
	}
	var port int
	if q.Host, port, err = readHost(r); err != nil {
		return err
	}
	q.Method, q.Scheme, q.RemoteAddr = r.Method, "http", r.RemoteAddr
	q.http, q.routes, q.findRoute = r, routes, a.cfg.HTTP.Route
	if port >= 0 {
		q.portGiven = port
		q.Port = &q.portGiven
	}
	if r.Method == http.MethodHead {
		q.Method = http.MethodGet
	}
	if r.TLS != nil {
		q.Scheme = "https"
	}
	if ip, _, err := net.SplitHostPort(r.RemoteAddr); err == nil {
		q.RemoteAddr = ip
	}
	if a.cfg.HTTP.Request != nil {
		if err := catchPanic(func() error { a.cfg.HTTP.Request(r, q); return nil }); err != nil {
			return a.unasked(r.Context(), r.Method, r, errorf("Config.HTTP.Request: %w", err))
		}
	}
	return nil
}

// clone returns a copy that marks nothing as bad in q.
func (q *Request) clone() *Request {
	if q == nil {
		return nil
	}
	q.mu.Lock()
	defer q.mu.Unlock()
	c := &Request{
		Method: q.Method, Path: q.Path, Segments: q.Segments, Host: q.Host, Port: q.Port, Scheme: q.Scheme,
		RemoteAddr: q.RemoteAddr, http: q.http, routes: q.routes, findRoute: q.findRoute,
	}
	if q.lookups != nil {
		known := *q.lookups
		c.lookups = &known
	}
	return c
}

// isRequest reports whether a resource is a request rather than a resource of the
// application.
func isRequest(resource any) bool {
	switch resource.(type) {
	case *Request, *http.Request, *RPC:
		return true
	}
	return false
}

// withRequest returns a copy of list that has the classes Request and RPC, each unless
// the list has that name or that type already.
func withRequest(list []Class) []Class {
	list = append(make([]Class, 0, len(list)+2), list...)
	return withClass(withClass(list, ClassOf[Request]()), ClassOf[RPC]())
}

// withClass appends class to list, unless the list has its name or its type already.
func withClass(list []Class, class Class) []Class {
	name := class.Type.Name()
	for _, c := range list {
		t := deref(c.Type)
		if c.Name == name || t != nil && (c.Name == "" && t.Name() == name || t == class.Type) {
			return list
		}
	}
	return append(list, class)
}
