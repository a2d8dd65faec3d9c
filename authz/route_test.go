package authz_test

// This file tests Config.HTTP.Route, and what policies in Polar see of hosts,
// ports and routes.

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"

	"github.com/ursa-authz/ursa/authz"
)

// otherRouter is a router that does not set the pattern of the request, like chi.
type otherRouter struct{ next http.Handler }

type otherKey struct{}

func (o otherRouter) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	route := authz.Route{}
	if id, ok := strings.CutPrefix(r.URL.Path, "/expenses/"); ok {
		route = authz.Route{Pattern: "/expenses/:id", Value: func(name string) (string, bool) {
			switch name {
			case "id":
				return id, true
			case "empty":
				return "", true
			case "broken":
				panic(secret)
			}
			return "", false
		}}
	}
	if r.URL.Path == "/bare" {
		route.Pattern = "/bare"
	}
	o.next.ServeHTTP(w, r.WithContext(context.WithValue(r.Context(), otherKey{}, route)))
}

func otherRoute(r *http.Request) (authz.Route, error) {
	switch r.URL.Path {
	case "/error":
		return authz.Route{}, errors.New("not routed: " + secret)
	case "/panic":
		panic(secret)
	}
	return r.Context().Value(otherKey{}).(authz.Route), nil
}

func TestRoute(t *testing.T) {
	const policy = `
allow(_: user{name: "alice"}, "GET", request: Request) if request.pattern() = "/expenses/:id" and request.path_value("id") = "5";
allow(_: user{name: "alice"}, "GET", request: Request) if request.path = "/none" and request.pattern() = nil and request.path_value("id") = nil;
allow(_: user{name: "alice"}, "PUT", request: Request) if request.path_value("empty") = "";
allow(_: user{name: "alice"}, "POST", request: Request) if not request.pattern() = "/other" and request.path_value("nope") = nil;
allow(_: user{name: "alice"}, "DELETE", request: Request) if request.path_value("broken") = "x";
allow(_: user{name: "bob"}, "GET", _: Request{path: "/error"});
`
	calls := 0
	var last error
	az := newAuthorizer(t, policy, withPolar, func(c *authz.Config) {
		c.HTTP.Route = func(r *http.Request) (authz.Route, error) { calls++; return otherRoute(r) }
		c.Observe = lastErr(&last)
	})
	for _, tt := range []struct {
		user, method, path string
		want               int
		why                string
	}{
		{"alice", "GET", "/expenses/5", 200, ""},
		{"alice", "GET", "/expenses/6", 403, ""},
		{"alice", "GET", "/none", 200, ""},
		{"alice", "GET", "/bare", 403, ""},
		{"alice", "PUT", "/expenses/5", 200, ""},
		{"alice", "PUT", "/bare", 500, "no such wildcard"},
		{"alice", "POST", "/expenses/5", 500, "no such wildcard"},
		{"alice", "DELETE", "/expenses/5", 500, "the Value of Config.HTTP.Route returned an error"},
		{"alice", "GET", "/error", 500, "Config.HTTP.Route returned an error"},
		{"alice", "GET", "/panic", 500, "Config.HTTP.Route returned an error"},
		{"bob", "GET", "/error", 200, ""}, // no rule reads it
	} {
		calls, last = 0, nil
		h := otherRouter{az.Middleware(http.HandlerFunc(func(http.ResponseWriter, *http.Request) {}))}
		resp, _ := get(t, h, tt.method, tt.path, "user", tt.user)
		if resp.StatusCode != tt.want || calls > 1 || (calls == 0) != (tt.user == "bob") {
			t.Errorf("%s %s %s: %d, %d calls, want %d", tt.user, tt.method, tt.path, resp.StatusCode, calls, tt.want)
		}
		if text := fmt.Sprint(last); (last != nil) != (tt.want == 500) || !strings.Contains(text, tt.why) || strings.Contains(text, secret) {
			t.Errorf("%s %s %s: %v, want %q", tt.user, tt.method, tt.path, last, tt.why)
		}
	}

	// Route takes precedence over a mux that Middleware wraps.
	mux := http.NewServeMux()
	mux.HandleFunc("GET /expenses/{id}", func(http.ResponseWriter, *http.Request) {})
	if resp, _ := get(t, otherRouter{az.Middleware(mux)}, "GET", "/expenses/5", "user", "alice"); resp.StatusCode != 200 {
		t.Errorf("around a mux: %d", resp.StatusCode)
	}
}

// TestRouteUnknown tests that the error says what to set.
func TestRouteUnknown(t *testing.T) {
	for _, condition := range []string{
		`request.pattern() = "/expenses/:id"`,
		`not request.pattern() = "/expenses/:id"`,
		`request.path_value("id") = "5"`,
	} {
		var last error
		h := newAuthorizer(t, `allow(_, "GET", request: Request) if `+condition+`;`, withPolar, func(c *authz.Config) {
			c.Observe = lastErr(&last)
		}).Middleware(http.NotFoundHandler())
		resp, _ := get(t, h, "GET", "/expenses/5", "user", "alice")
		if resp.StatusCode != 500 || !errors.Is(last, authz.ErrUndecided) || !strings.Contains(fmt.Sprint(last), "set Config.HTTP.Route") {
			t.Errorf("%s: %d, %v", condition, resp.StatusCode, last)
		}
	}
}

func TestPolarHostAndPort(t *testing.T) {
	const policy = `
allow(_, "GET", request: Request) if not request.host = "admin.example.com" and request.port = nil;
allow(_, "GET", request: Request) if request.host = "admin.example.com" and request.port = 8443;
allow(_, "GET", request: Request) if request.port > 9000;
`
	h := newAuthorizer(t, policy, withPolar).Middleware(http.HandlerFunc(func(http.ResponseWriter, *http.Request) {}))
	for host, want := range map[string]int{
		"www.example.com":        200,
		"www.example.com:80":     403,
		"www.example.com:9001":   200,
		"admin.example.com":      403,
		"admin.example.com:":     403,
		"admin.example.com:80":   403,
		"admin.example.com:8443": 200,
		"ADMIN.example.com":      400,
		"[admin.example.com]:80": 400,
	} {
		r := httptest.NewRequest("GET", "/", nil)
		r.Host = host
		w := httptest.NewRecorder()
		if h.ServeHTTP(w, r); w.Code != want {
			t.Errorf("%s: %d, want %d", host, w.Code, want)
		}
	}
}

// TestQueryBounds tests that the length of a query that policies read is bounded.
func TestQueryBounds(t *testing.T) {
	for _, tt := range []struct {
		query string
		want  int
	}{
		{"team=a&x=" + strings.Repeat("b", 15<<10), 200},
		{"team=a&x=" + strings.Repeat("b", 17<<10), 400},
		{"team=a&" + strings.Repeat("x&", 8000), 200},
		{"team=a&" + strings.Repeat("x&", 9000), 400},
		{"team=a;team=b", 400},
		{"team=a&%74eam=a", 400},
		{"team", 403},
		{"", 403},
	} {
		h := newAuthorizer(t, pages).Middleware(http.HandlerFunc(func(http.ResponseWriter, *http.Request) {}))
		if resp, _ := get(t, h, "GET", "/?"+tt.query, "user", "bob"); resp.StatusCode != tt.want {
			t.Errorf("%.20s, %d bytes: %d, want %d", tt.query, len(tt.query), resp.StatusCode, tt.want)
		}
	}
}

// TestRemoteAddr tests connections without an address and a port.
func TestRemoteAddr(t *testing.T) {
	az := newAuthorizer(t, pages)
	for addr, want := range map[string]string{
		"192.0.2.1:80": "192.0.2.1", "[2001:db8::1]:80": "2001:db8::1", "[fe80::1%eth0]:80": "fe80::1%eth0",
		"@": "@", "": "", "192.0.2.1": "192.0.2.1", "/run/app.sock": "/run/app.sock",
	} {
		r := httptest.NewRequest("GET", "/", nil)
		r.RemoteAddr = addr
		if q, err := az.Request(r); err != nil || q.RemoteAddr != want {
			t.Errorf("%q: %+v, %v, want %q", addr, q, err, want)
		}
	}
}
