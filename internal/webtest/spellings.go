package webtest

// This file tests that the middleware and the routers read the same path, over raw
// sockets and over HTTP/2.
//
// Routers differ in what they match: net/http the decoded segments of the escaped
// path, gin and gorilla/mux the decoded path, chi and echo the path as it was sent
// where its spelling is not the usual one, gorilla/mux with UseEncodedPath always the
// escaped one. A request is either answered 400 before any rule, or the route that
// runs is the one that fits the segments that the policy saw, and its parameters are
// those segments: else a policy would decide about one resource and a handler serve
// another.

import (
	"context"
	"iter"
	"net/http"
	"net/url"
	"strings"
	"testing"

	"github.com/ursa-authz/ursa/authz"
)

// A witness is an engine whose policy allows everything and remembers the
// request it was asked about.
type witness struct {
	request  *authz.Request
	pattern  *string
	values   map[string]string
	routeErr error
}

func (w *witness) Compile(context.Context, authz.Input) (authz.Policy, []authz.Diagnostic, error) {
	return w, nil, nil
}

func (w *witness) Decide(_ context.Context, _ string, _ any, _ string, resource any) (authz.Outcome, error) {
	w.request = resource.(*authz.Request)
	w.values = map[string]string{}
	w.pattern, w.routeErr = w.request.Pattern()
	for _, name := range wildcards {
		if v, err := w.request.PathValue(name); err == nil && v != nil {
			w.values[name] = *v
		}
	}
	return authz.Outcome{Allowed: true}, nil
}

func (w *witness) Query(context.Context, string, ...any) iter.Seq2[authz.Bindings, error] {
	return func(func(authz.Bindings, error) bool) {}
}

// spelledRoutes are routes of every router, as segments, a more specific one first.
// "{x}" is a parameter, and "*" the rest of the path.
var spelledRoutes = []string{"/", "/public/x", "/files/all/*", "/admin/{id}", "/café/{x}", "/@me/{x}", "/a-b.c~d/{x}", "/{tenant}/{x}"}

var wildcards = []string{"id", "x", "tenant", "*", "rest"}

// routeOf returns the route that segments fit.
func routeOf(segments []string) string {
next:
	for _, route := range spelledRoutes {
		parts := strings.Split(strings.TrimPrefix(route, "/"), "/")
		if route == "/" {
			parts = nil
		}
		for i, part := range parts {
			switch {
			case part == "*":
				if len(segments) >= i {
					return route
				}
			case i >= len(segments):
				continue next
			case !strings.HasPrefix(part, "{") && part != segments[i]:
				continue next
			}
		}
		if len(parts) == len(segments) {
			return route
		}
	}
	return ""
}

// fits reports whether the parameters that a handler got are the segments that a
// policy saw. Some routers keep the slash at the end of the path in a parameter.
func fits(route string, params map[string]string, segments []string) bool {
	for i, part := range strings.Split(strings.TrimPrefix(route, "/"), "/") {
		switch {
		case part == "*":
			if strings.Trim(params["*"], "/") != strings.Join(segments[i:], "/") {
				return false
			}
		case strings.HasPrefix(part, "{"):
			value := params[strings.Trim(part, "{}")]
			if value != segments[i] && !(i == len(segments)-1 && value == segments[i]+"/") {
				return false
			}
		}
	}
	return true
}

// A served is what a handler was called for.
type served struct {
	route, pattern string
	params         map[string]string
}

// spelling starts servers of a framework whose policy is a witness, and whose
// handlers say in got what they were called for.
func spelling(t *testing.T, f Framework, canonical, http2 bool) (w *world, seen *witness, got **served) {
	t.Helper()
	seen, got = new(witness), new(*served)
	az, err := authz.New(authz.Config{
		Engine:   seen,
		Policies: authz.String("any.polar", "allow(_, _, _);"),
		Actor:    func(*http.Request) (any, error) { return "somebody", nil },
		HTTP:     authz.HTTPConfig{Route: f.Route},
	})
	if err != nil {
		t.Fatal(err)
	}
	app := &App{Authorizer: az}
	for _, route := range spelledRoutes {
		app.Routes = append(app.Routes, Route{Method: "GET", Path: route, Handle: func(c Call) error {
			params := make(map[string]string)
			for _, name := range wildcards {
				params[name] = c.Param(name)
			}
			*got = &served{route, c.Pattern(), params}
			authz.Skip(c.Request().Context(), "a test of paths")
			return nil
		}})
	}
	h := f.New(app)
	if canonical {
		h = authz.Canonical(h)
	}
	return start(t, az, h, http2), seen, got
}

// spellings are targets of requests. Those that are refused are 400 whatever the
// router would have made of them; those that are unusual are 400 unless the
// middleware knows that nothing has routed them.
var spellings = []struct {
	target string
	want   reading
}{
	{"/", accepted},
	{"/admin/1", accepted},
	{"/admin/1/", accepted},
	{"/ADMIN/1", accepted},
	{"/public/x", accepted},
	{"/public/y", accepted},
	{"/files/all/a/b", accepted},
	{"/files/all/a%20b/c", accepted},
	{"/files/all/", accepted},
	{"/public/x?x=/../2", accepted},
	{"/admin/a%20b", accepted},
	{"/admin/a+b", accepted},
	{"/admin/a;x=2", accepted},
	{"/admin/a@b.c:d,e&f=g$h", accepted},
	{"/admin/it's(1)!*[2]", accepted},
	{"/admin/it%27s%281%29%21%2A%5B2%5D", accepted},
	{"/admin/caf%C3%A9", accepted},
	{"/admin/caf\xc3\xa9", accepted},
	{"/admin/a|b", accepted},
	{"/admin/1%3Fx", accepted},
	{"/admin/1%23", accepted},
	{"/admin/...", accepted},
	{"/admin/a..b", accepted},
	{"/admin/%25", accepted},
	{"/admin/%252e%252e", accepted},
	{"/admin/1%252F2", accepted},
	{"/caf%C3%A9/1", accepted},
	{"/caf\xc3\xa9/1", accepted},
	{"/@me/1", accepted},
	{"/a-b.c~d/1", accepted},
	{"/acme/1", accepted},
	{"http://other.example/admin/1", accepted},

	{"/%70ublic/x", unusual},
	{"/public/%78", unusual},
	{"/%61dmin/1", unusual},
	{"/admin/%31", unusual},
	{"/%41dmin/1", unusual},
	{"/caf%c3%a9/1", unusual},
	{"/caf%C3%a9/1", unusual},
	{"/caf%C3%A9/x!", unusual},
	{"/caf%C3%A9/x(", unusual},
	{"/caf\xc3\xa9/%31", unusual},
	{"/caf\xc3%A9/1", unusual},
	{"/%40me/1", unusual},
	{"/a%2db%2Ec%7Ed/1", unusual},
	{"/a%2Db.c~d/1", unusual},
	{"/admin/1%3Bx", unusual},
	{"/admin/alice%40foo.com", unusual},
	{"/admin/Report%20(final).pdf", unusual},
	{"/admin/a|b%20", unusual},
	{"/files/all/%61/b", unusual},
	{"/acme/%31", unusual},
	{"http://other.example/%61dmin/1", unusual},

	{"//admin/1", refused},
	{"///admin/1", refused},
	{"/admin//1", refused},
	{"/admin/1//", refused},
	{"/public/../admin/1", refused},
	{"/public/./../admin/1", refused},
	{"/public/%2e%2e/admin/1", refused},
	{"/public/%2E%2E/admin/1", refused},
	{"/public/.%2e/admin/1", refused},
	{"/public/%2e./admin/1", refused},
	{"/public/..", refused},
	{"/public/%2e%2e", refused},
	{"/./admin/1", refused},
	{"/%2e/admin/1", refused},
	{"/admin/1/.", refused},
	{"/public/..%2fadmin/1", refused},
	{"/public/%2e%2e%2fadmin/1", refused},
	{"/admin%2f1", refused},
	{"/admin%2F1", refused},
	{"/admin/1%2f2", refused},
	{"/admin/a|b%2Fc", refused},
	{"/%2fadmin/1", refused},
	{"/admin%5c1", refused},
	{"/admin\\1", refused},
	{"/public/..\\admin/1", refused},
	{"/public/..%5cadmin/1", refused},
	{"/admin/1%00", refused},
	{"/admin/1%0a", refused},
	{"/admin/1%7f", refused},
	{"/admin/%c0%af1", refused},
	{"/admin/%ff", refused},
	{"/admin/%", refused},
	{"/admin/%zz", refused},
	{"*", refused},
	{"", refused},
}

// A reading says how a spelling is read.
type reading uint8

const (
	accepted reading = iota
	unusual
	refused
)

func testSpellings(t *testing.T, f Framework) {
	for _, canonical := range []bool{false, true} {
		w, seen, got := spelling(t, f, canonical, false)
		reached := 0
		for _, tt := range spellings {
			*seen, *got = witness{}, nil
			status := w.send("GET "+tt.target, "Host: h").status
			if checkSpelling(t, f, canonical, tt.target, tt.want, status, seen, *got) {
				reached++
			}
		}
		if reached < 22 {
			t.Errorf("only %d requests reached a handler", reached)
		}
	}
	if len(spellings) < 80 {
		t.Errorf("only %d spellings", len(spellings))
	}
}

// testHTTP2 does the same with HTTP/2. What the client here refuses to send, or the
// server to parse, is not asked.
func testHTTP2(t *testing.T, f Framework) {
	w, seen, got := spelling(t, f, false, true)
	transport := &http.Transport{Protocols: new(http.Protocols)}
	transport.Protocols.SetUnencryptedHTTP2(true)
	var conn *http.ClientConn
	sent, reached := 0, 0
	for _, tt := range spellings {
		if !strings.HasPrefix(tt.target, "/") {
			continue
		}
		*seen, *got = witness{}, nil
		if conn == nil || conn.Err() != nil {
			var err error
			if conn, err = transport.NewClientConn(t.Context(), "http", w.server.Listener.Addr().String()); err != nil {
				t.Fatal(err)
			}
			defer conn.Close()
		}
		path, query, _ := strings.Cut(tt.target, "?")
		resp, err := conn.RoundTrip(&http.Request{Method: "GET", Host: "h", Header: http.Header{}, URL: &url.URL{Scheme: "http", Host: "h", Opaque: "//h" + path, RawQuery: query}})
		if err != nil {
			if tt.want != refused || *got != nil {
				t.Errorf("%q: %v", tt.target, err)
			}
			continue
		}
		resp.Body.Close()
		if resp.ProtoMajor != 2 {
			t.Fatalf("%s, not HTTP/2", resp.Proto)
		}
		sent++
		if checkSpelling(t, f, false, tt.target, tt.want, resp.StatusCode, seen, *got) {
			reached++
		}
	}
	if sent < 60 || reached < 22 {
		t.Errorf("only %d requests sent, of which %d reached a handler", sent, reached)
	}
}

// checkSpelling checks what became of a request, and reports whether a handler ran.
func checkSpelling(t *testing.T, f Framework, canonical bool, target string, want reading, status int, seen *witness, got *served) bool {
	t.Helper()
	if want == unusual && (canonical || f.Canonical) {
		want = accepted
	}
	if want != accepted {
		// A router may answer before its middleware runs.
		if got != nil || seen.request != nil || status == http.StatusOK {
			t.Errorf("%q: status %d, decided %v, served %+v; want it refused", target, status, seen.request != nil, got)
		}
		if status != http.StatusBadRequest && f.Outside && !canonical {
			t.Errorf("%q: status %d, want 400", target, status)
		}
		return false
	}
	if got == nil {
		if status == http.StatusBadRequest || status == http.StatusOK {
			t.Errorf("%q: status %d, and no route", target, status)
		}
		return false // the router has no route for it, or redirects
	}
	if seen.request == nil {
		t.Errorf("%q: served undecided", target)
		return true
	}
	segments := seen.request.Segments
	fitting := routeOf(segments)
	if got.route != fitting || !fits(got.route, got.params, segments) {
		t.Errorf("%q: the policy sees %q, which fits %q; served by %q with %q", target, segments, fitting, got.route, got.params)
	}
	// What the policy can read of the route is what the handler has.
	if !f.Knows {
		if seen.routeErr == nil {
			t.Errorf("%q: the pattern is %v where it is not known", target, seen.pattern)
		}
		return true
	}
	if seen.routeErr != nil || seen.pattern == nil || *seen.pattern != got.pattern {
		t.Errorf("%q: policies see the pattern %v, %v, want %q", target, seen.pattern, seen.routeErr, got.pattern)
	}
	for name, value := range seen.values {
		if handler := got.params[name]; value != handler {
			t.Errorf("%q: policies see %s = %q, the handler %q", target, name, value, handler)
		}
	}
	if strings.Contains(got.route, "{") && len(seen.values) == 0 {
		t.Errorf("%q: policies see no parameters of %q", target, got.route)
	}
	return true
}
