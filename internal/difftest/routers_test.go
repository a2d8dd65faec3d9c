package difftest

// This file tests that the middleware of package authz and the routers that
// programs use read the same path, over raw sockets.
//
// Routers differ in what they match. net/http matches the decoded segments of the
// escaped path, and gin and gorilla/mux match the decoded path. chi and echo match
// the path as sent if its spelling is unusual, and gorilla/mux with UseEncodedPath
// always matches the escaped path. A request must either be answered 400 before any
// rule is evaluated, or run the route that fits the segments that the policy saw,
// with parameters that are those segments. Otherwise a policy would authorize one
// resource and a handler serve another.
// about one resource and a handler serve another.

import (
	"bufio"
	"context"
	"errors"
	"fmt"
	"io"
	"iter"
	"net"
	"net/http"
	"net/http/httptest"
	"net/url"
	"slices"
	"strings"
	"testing"

	"github.com/gin-gonic/gin"
	"github.com/go-chi/chi/v5"
	"github.com/gorilla/mux"
	"github.com/labstack/echo/v5"
	"github.com/ursa-authz/ursa/authz"
)

// A witness is an engine whose policy allows everything and remembers the request
// that it was called with.
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

// routes are the routes of every router, as segments, a more specific one first.
// "{x}" is a parameter, and "*" the rest of the path.
var routes = []string{"/", "/public/x", "/files/all/*", "/admin/{id}", "/café/{x}", "/@me/{x}", "/a-b.c~d/{x}", "/{tenant}/{x}"}

var wildcards = []string{"id", "x", "tenant", "*", "rest"}

// routeOf returns the route that segments fit.
func routeOf(segments []string) string {
next:
	for _, route := range routes {
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
// policy saw. Some routers include the trailing slash of the path in a parameter.
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

// A served is what a handler was called with.
type served struct {
	route, pattern string
	params         map[string]string
}

// A placement is a router and the position of the middleware.
type placement struct {
	name  string
	route func(*http.Request) (authz.Route, error)
	// canonical is true if unusual spellings are not rejected, because they are made
	// canonical before a router sees them.
	canonical bool
	// knows is true if policies can read the pattern and parameters.
	knows bool
	// build returns the handler of a server, whose routes call record.
	build func(az *authz.Authorizer, record func(served)) http.Handler
}

func plain(h http.Handler) http.Handler { return h }

// ---- net/http

func muxHandler(record func(served), wrap func(http.Handler) http.Handler) *http.ServeMux {
	m := http.NewServeMux()
	for _, route := range routes {
		pattern := strings.Replace(route, "*", "{rest...}", 1)
		if route == "/" {
			pattern = "/{$}"
		}
		m.Handle("GET "+pattern, wrap(http.HandlerFunc(func(_ http.ResponseWriter, r *http.Request) {
			params := map[string]string{}
			for _, name := range wildcards {
				params[strings.Replace(name, "rest", "*", 1)] = r.PathValue(name)
			}
			record(served{route, r.Pattern, params})
		})))
	}
	return m
}

// ---- chi

func chiRouter(record func(served), use, with func(http.Handler) http.Handler) http.Handler {
	router := chi.NewRouter()
	router.Use(use)
	for _, route := range routes {
		router.With(with).Get(route, func(_ http.ResponseWriter, r *http.Request) {
			params := map[string]string{}
			for _, name := range wildcards {
				params[name] = chi.URLParam(r, name)
			}
			record(served{route, chi.RouteContext(r.Context()).RoutePattern(), params})
		})
	}
	return router
}

func chiRoute(r *http.Request) (authz.Route, error) {
	c := chi.RouteContext(r.Context())
	if c == nil || c.RoutePattern() == "" {
		return authz.Route{}, errors.New("chi has not routed this request yet")
	}
	return authz.Route{Pattern: c.RoutePattern(), Value: func(name string) (string, bool) {
		return c.URLParam(name), slices.Contains(c.URLParams.Keys, name)
	}}, nil
}

// ---- gorilla/mux

func gorillaRouter(record func(served), encoded bool, use mux.MiddlewareFunc) http.Handler {
	router := mux.NewRouter()
	if encoded {
		router.UseEncodedPath()
	}
	router.Use(use)
	for _, route := range routes {
		pattern := strings.Replace(route, "*", "{rest:.*}", 1)
		if encoded {
			pattern = strings.Replace(pattern, "é", "%C3%A9", 1)
		}
		router.HandleFunc(pattern, func(_ http.ResponseWriter, r *http.Request) {
			params := map[string]string{}
			for name, value := range mux.Vars(r) {
				if encoded {
					value, _ = url.PathUnescape(value)
				}
				params[strings.Replace(name, "rest", "*", 1)] = value
			}
			record(served{route, pattern, params})
		})
	}
	return router
}

func gorillaRoute(r *http.Request) (authz.Route, error) {
	route := mux.CurrentRoute(r)
	if route == nil {
		return authz.Route{}, errors.New("gorilla/mux has not routed this request yet")
	}
	pattern, err := route.GetPathTemplate()
	return authz.Route{Pattern: pattern, Value: func(name string) (string, bool) {
		v, ok := mux.Vars(r)[name]
		return v, ok
	}}, err
}

// gorillaEncodedRoute decodes the parameters, which UseEncodedPath does not.
func gorillaEncodedRoute(r *http.Request) (authz.Route, error) {
	route, err := gorillaRoute(r)
	if err != nil {
		return route, err
	}
	raw := route.Value
	route.Value = func(name string) (string, bool) {
		v, ok := raw(name)
		v, err := url.PathUnescape(v)
		return v, ok && err == nil
	}
	return route, nil
}

// ---- gin

type ginKey struct{}

func ginRouter(record func(served), change func(*gin.Engine), use func(http.Handler) http.Handler) http.Handler {
	gin.SetMode(gin.ReleaseMode)
	engine := gin.New()
	change(engine)
	engine.Use(func(c *gin.Context) {
		passed := false
		r := c.Request.WithContext(context.WithValue(c.Request.Context(), ginKey{}, c))
		use(http.HandlerFunc(func(_ http.ResponseWriter, r *http.Request) {
			passed, c.Request = true, r
			c.Next()
		})).ServeHTTP(c.Writer, r)
		if !passed {
			c.Abort()
		}
	})
	for _, route := range routes {
		engine.GET(strings.NewReplacer("{", ":", "}", "", "*", "*rest").Replace(route), func(c *gin.Context) {
			params := map[string]string{}
			for _, p := range c.Params {
				params[strings.Replace(p.Key, "rest", "*", 1)] = p.Value
			}
			record(served{route, c.FullPath(), params})
		})
	}
	return engine
}

func ginRoute(r *http.Request) (authz.Route, error) {
	c, ok := r.Context().Value(ginKey{}).(*gin.Context)
	if !ok {
		return authz.Route{}, errors.New("gin has not routed this request yet")
	}
	return authz.Route{Pattern: c.FullPath(), Value: c.Params.Get}, nil
}

// ---- echo

func echoRouter(record func(served), use func(http.Handler) http.Handler) http.Handler {
	e := echo.New()
	e.Use(echo.WrapMiddleware(use))
	for _, route := range routes {
		e.GET(strings.NewReplacer("{", ":", "}", "").Replace(route), func(c *echo.Context) error {
			params := map[string]string{}
			for _, p := range c.PathValues() {
				params[p.Name] = p.Value
			}
			record(served{route, c.Path(), params})
			return nil
		})
	}
	return e
}

// echoRoute reads the values that echo.WrapMiddleware has set.
func echoRoute(r *http.Request) (authz.Route, error) {
	return authz.Route{Pattern: r.Pattern, Value: func(name string) (string, bool) {
		v := r.PathValue(name)
		return v, v != ""
	}}, nil
}

// placements are all routers, each with Middleware inside it, outside it, and inside
// with Canonical outside.
func placements() []placement {
	var all []placement
	add := func(name string, build func(record func(served), use func(http.Handler) http.Handler) http.Handler, route func(*http.Request) (authz.Route, error), knows bool) {
		all = append(all,
			placement{name + ", inside", route, false, knows, func(az *authz.Authorizer, record func(served)) http.Handler {
				return build(record, az.Middleware)
			}},
			placement{name + ", Canonical outside", route, true, knows, func(az *authz.Authorizer, record func(served)) http.Handler {
				return authz.Canonical(build(record, az.Middleware))
			}},
			placement{name + ", outside", nil, name == "net/http", name == "net/http", func(az *authz.Authorizer, record func(served)) http.Handler {
				return az.Middleware(build(record, plain))
			}},
		)
	}
	add("net/http", func(record func(served), use func(http.Handler) http.Handler) http.Handler {
		return muxHandler(record, use)
	}, nil, true)
	add("chi, Use", func(record func(served), use func(http.Handler) http.Handler) http.Handler {
		return chiRouter(record, use, plain)
	}, chiRoute, false)
	add("chi, With", func(record func(served), use func(http.Handler) http.Handler) http.Handler {
		return chiRouter(record, plain, use)
	}, chiRoute, true)
	for _, encoded := range []bool{false, true} {
		route := gorillaRoute
		if encoded {
			route = gorillaEncodedRoute
		}
		add(fmt.Sprint("gorilla/mux, UseEncodedPath ", encoded), func(record func(served), use func(http.Handler) http.Handler) http.Handler {
			return gorillaRouter(record, encoded, use)
		}, route, true)
	}
	for name, change := range map[string]func(*gin.Engine){
		"gin":            func(*gin.Engine) {},
		"gin, raw path":  func(e *gin.Engine) { e.UseRawPath = true },
		"gin, raw value": func(e *gin.Engine) { e.UseRawPath, e.UnescapePathValues = true, false },
	} {
		add(name, func(record func(served), use func(http.Handler) http.Handler) http.Handler {
			return ginRouter(record, change, use)
		}, ginRoute, true)
	}
	add("echo", echoRouter, echoRoute, true)
	return all
}

// spellings are targets of requests. Those that are rejected get 400, whatever the
// router would do with them. Those that are unusual get 400 unless the middleware
// knows that they have not been routed.
var spellings = []struct {
	target string
	want   reading
}{
	{"/", read},
	{"/admin/1", read},
	{"/admin/1/", read},
	{"/ADMIN/1", read},
	{"/public/x", read},
	{"/public/y", read},
	{"/files/all/a/b", read},
	{"/files/all/a%20b/c", read},
	{"/files/all/", read},
	{"/public/x?x=/../2", read},
	{"/admin/a%20b", read},
	{"/admin/a+b", read},
	{"/admin/a;x=2", read},
	{"/admin/a@b.c:d,e&f=g$h", read},
	{"/admin/it's(1)!*[2]", read},
	{"/admin/it%27s%281%29%21%2A%5B2%5D", read},
	{"/admin/caf%C3%A9", read},
	{"/admin/caf\xc3\xa9", read},
	{"/admin/a|b", read},
	{"/admin/1%3Fx", read},
	{"/admin/1%23", read},
	{"/admin/...", read},
	{"/admin/a..b", read},
	{"/admin/%25", read},
	{"/admin/%252e%252e", read},
	{"/admin/1%252F2", read},
	{"/caf%C3%A9/1", read},
	{"/caf\xc3\xa9/1", read},
	{"/@me/1", read},
	{"/a-b.c~d/1", read},
	{"/acme/1", read},
	{"http://other.example/admin/1", read},

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

// A reading describes how a spelling is read.
type reading uint8

const (
	read reading = iota
	unusual
	refused
)

func TestRoutersReadTheSamePath(t *testing.T) {
	for _, p := range placements() {
		t.Run(p.name, func(t *testing.T) {
			seen := new(witness)
			az, err := authz.New(authz.Config{
				Engine:   seen,
				Policies: authz.String("any.polar", "allow(_, _, _);"),
				Actor:    func(*http.Request) (any, error) { return "somebody", nil },
				HTTP:     authz.HTTPConfig{Route: p.route},
			})
			if err != nil {
				t.Fatal(err)
			}
			var got *served
			server := httptest.NewServer(p.build(az, func(s served) { got = &s }))
			defer server.Close()

			reached := 0
			for _, tt := range spellings {
				*seen, got = witness{}, nil
				status := sendRaw(t, server.Listener.Addr().String(), "GET "+tt.target+" HTTP/1.1\r\nHost: h\r\nConnection: close\r\n\r\n")
				want := tt.want
				if want == unusual && p.canonical {
					want = read
				}
				if want != read {
					// A router may answer before its middleware runs.
					if got != nil || seen.request != nil || status == http.StatusOK {
						t.Errorf("%q: status %d, decided %v, served %+v; want it refused", tt.target, status, seen.request != nil, got)
					}
					if status != http.StatusBadRequest && strings.HasSuffix(p.name, "outside") && !p.canonical {
						t.Errorf("%q: status %d, want 400", tt.target, status)
					}
					continue
				}
				if got == nil {
					if status == http.StatusBadRequest || status == http.StatusOK {
						t.Errorf("%q: status %d, and no route", tt.target, status)
					}
					continue // the router has no route for it, or redirects
				}
				reached++
				if seen.request == nil {
					t.Errorf("%q: served undecided", tt.target)
					continue
				}
				segments := seen.request.Segments
				fitting := routeOf(segments)
				if got.route != fitting || !fits(got.route, got.params, segments) {
					t.Errorf("%q: the policy sees %q, which fits %q; served by %q with %q", tt.target, segments, fitting, got.route, got.params)
				}
				// The policy sees the same route as the handler.
				if !p.knows {
					if seen.routeErr == nil {
						t.Errorf("%q: the pattern is %v where it is not known", tt.target, seen.pattern)
					}
					continue
				}
				if seen.routeErr != nil || seen.pattern == nil || *seen.pattern != got.pattern {
					t.Errorf("%q: policies see the pattern %v, %v, want %q", tt.target, seen.pattern, seen.routeErr, got.pattern)
				}
				for name, value := range seen.values {
					if handler, ok := got.params[strings.Replace(name, "rest", "*", 1)]; ok && value != handler {
						t.Errorf("%q: policies see %s = %q, the handler %q", tt.target, name, value, handler)
					}
				}
				if strings.Contains(got.route, "{") && len(seen.values) == 0 {
					t.Errorf("%q: policies see no parameters of %q", tt.target, got.route)
				}
			}
			if reached < 22 {
				t.Errorf("only %d requests reached a handler", reached)
			}
		})
	}
	if len(spellings) < 80 {
		t.Errorf("only %d spellings", len(spellings))
	}
}

// TestRoutersReadTheSameHost tests hosts in the same way, with the routers that
// support routes for a host.
func TestRoutersReadTheSameHost(t *testing.T) {
	const admin = "admin.example.com"
	inMux := func(record func(string), use func(http.Handler) http.Handler) http.Handler {
		m := http.NewServeMux()
		m.Handle(admin+"/", use(http.HandlerFunc(func(http.ResponseWriter, *http.Request) { record(admin) })))
		m.Handle("/", use(http.HandlerFunc(func(http.ResponseWriter, *http.Request) { record("other") })))
		return m
	}
	inGorilla := func(record func(string), use func(http.Handler) http.Handler) http.Handler {
		router := mux.NewRouter()
		router.Use(use)
		router.Host(admin).HandlerFunc(func(http.ResponseWriter, *http.Request) { record(admin) })
		router.NewRoute().HandlerFunc(func(http.ResponseWriter, *http.Request) { record("other") })
		return router
	}
	for name, build := range map[string]func(func(string), func(http.Handler) http.Handler) http.Handler{"net/http": inMux, "gorilla/mux": inGorilla} {
		for _, where := range []string{"inside", "outside", "Canonical outside"} {
			seen := new(witness)
			az, err := authz.New(authz.Config{
				Engine:   seen,
				Policies: authz.String("any.polar", "allow(_, _, _);"),
				Actor:    func(*http.Request) (any, error) { return "somebody", nil },
			})
			if err != nil {
				t.Fatal(err)
			}
			var got string
			record := func(host string) { got = host }
			handler := build(record, az.Middleware)
			switch where {
			case "outside":
				handler = az.Middleware(build(record, plain))
			case "Canonical outside":
				handler = authz.Canonical(handler)
			}
			server := httptest.NewServer(handler)
			defer server.Close()
			for _, tt := range []struct{ target, host string }{
				{"/", admin}, {"/", admin + ":80"}, {"/", admin + ":"}, {"/", admin + "."}, {"/", "www.example.com"},
				{"/", "ADMIN.example.com"}, {"/", "Admin.Example.Com:80"}, {"/", "[" + admin + "]"}, {"/", "[" + admin + "]:80"},
				{"/", admin + ":80:80"}, {"/", admin + ":x"}, {"/", ":80"}, {"/", admin + ",other"}, {"/", "admin%2eexample.com"},
				{"http://" + admin + "/", "other"}, {"http://" + admin + ":80/", "other"}, {"http://ADMIN.example.com/", "other"},
				{"http://user:" + admin + "@other/", admin}, {"http://other/", admin},
			} {
				*seen, got = witness{}, ""
				status := sendRaw(t, server.Listener.Addr().String(), "GET "+tt.target+" HTTP/1.1\r\nHost: "+tt.host+"\r\nConnection: close\r\n\r\n")
				if status == http.StatusBadRequest && got == "" {
					continue
				}
				if seen.request == nil || (seen.request.Host == admin) != (got == admin) {
					t.Errorf("%s, %s: %q with Host %q: status %d, policies see %+v, the route is that of %s", name, where, tt.target, tt.host, status, seen.request, got)
				}
			}
		}
	}
}

// sendRaw sends bytes to a server and returns the status of the response.
func sendRaw(t *testing.T, addr, request string) int {
	t.Helper()
	conn, err := net.Dial("tcp", addr)
	if err != nil {
		t.Fatal(err)
	}
	defer conn.Close()
	if _, err := io.WriteString(conn, request); err != nil {
		t.Fatal(err)
	}
	resp, err := http.ReadResponse(bufio.NewReader(conn), nil)
	if err != nil {
		t.Fatalf("%q: %v", request, err)
	}
	resp.Body.Close()
	return resp.StatusCode
}
