package authz_test

// This file tests the answers of Middleware.

import (
	"context"
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"

	"github.com/ursa-authz/ursa/authz"
)

// get sends a request to h and returns the response with its body.
func get(t *testing.T, h http.Handler, method, target string, headers ...string) (*http.Response, string) {
	t.Helper()
	r := httptest.NewRequest(method, target, nil)
	for i := 0; i < len(headers); i += 2 {
		r.Header.Add(headers[i], headers[i+1])
	}
	w := httptest.NewRecorder()
	h.ServeHTTP(w, r)
	resp := w.Result()
	body, err := io.ReadAll(resp.Body)
	if err != nil {
		t.Fatal(err)
	}
	return resp, string(body)
}

const pages = `
allow alice GET path:/expenses
allow alice POST path:/expenses
allow bob GET header:X-Team=a
allow bob GET query:team=a
allow guest GET path:/login
allow alice BOOM !panic
allow_request alice path:/special
`

func TestMiddleware(t *testing.T) {
	tests := []struct {
		name, method, target string
		headers              []string
		want                 int
	}{
		{"allowed", "GET", "/expenses/1", []string{"user", "alice"}, 200},
		{"slash at the end", "GET", "/expenses/", []string{"user", "alice"}, 200},
		{"HEAD is GET", "HEAD", "/expenses/1", []string{"user", "alice"}, 200},
		{"other method", "POST", "/expenses", []string{"user", "alice"}, 200},
		{"method denied", "DELETE", "/expenses/1", []string{"user", "alice"}, 403},
		{"lower case method", "get", "/expenses/1", []string{"user", "alice"}, 403},
		{"path denied", "GET", "/users", []string{"user", "alice"}, 403},
		{"guest", "GET", "/login", nil, 200},
		{"guest denied", "GET", "/expenses/1", nil, 403},
		{"wrong credentials", "GET", "/login", []string{"user", "mallory"}, 401},
		{"nil actor", "GET", "/login", []string{"user", "nil"}, 500},
		{"database down", "GET", "/login", []string{"user", "down"}, 500},
		{"actor panics", "GET", "/login", []string{"user", "panic"}, 500},
		{"actor is forbidden", "GET", "/login", []string{"user", "banned"}, 500},
		{"actor is ambiguous", "GET", "/login", []string{"user", "twice"}, 400},
		{"policy panics", "BOOM", "/x", []string{"user", "alice"}, 500},
		{"header", "GET", "/", []string{"user", "bob", "X-Team", "a"}, 200},
		{"header in other case", "GET", "/", []string{"user", "bob", "x-tEAM", "a"}, 200},
		{"other header", "GET", "/", []string{"user", "bob", "X-Team", "b"}, 403},
		{"header twice", "GET", "/", []string{"user", "bob", "X-Team", "a", "X-Team", "b"}, 400},
		{"header twice, the same", "GET", "/", []string{"user", "bob", "X-Team", "a", "X-Team", "a"}, 400},
		{"header twice, nobody reads it", "GET", "/expenses", []string{"user", "alice", "X-Team", "a", "X-Team", "b"}, 200},
		{"query", "GET", "/?team=a", []string{"user", "bob"}, 200},
		{"other query", "GET", "/?team=b", []string{"user", "bob"}, 403},
		{"query twice", "GET", "/?team=a&team=b", []string{"user", "bob"}, 400},
		{"query twice, spelled differently", "GET", "/?team=a&%74eam=b", []string{"user", "bob"}, 400},
		{"query with a semicolon", "GET", "/?team=a;x=1", []string{"user", "bob"}, 400},
		{"query with a bad escape", "GET", "/?team=a&x=%zz", []string{"user", "bob"}, 400},
		{"bad query, nobody reads it", "GET", "/expenses?x=%zz", []string{"user", "alice"}, 200},
		{"encoded dots", "GET", "/expenses/%2e%2e/users", []string{"user", "alice"}, 400},
		{"bad path of nobody", "GET", "/a/../b", []string{"user", "mallory"}, 400},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			served := false
			az := newAuthorizer(t, pages)
			h := az.Middleware(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
				served = true
				if got, ok := authz.FromContext(r.Context()); !ok || got != az {
					t.Error("no Authorizer in the context")
				}
				actor, ok := authz.ActorFrom(r.Context())
				if want, _ := actorFromHeader(r); !ok || actor != want {
					t.Errorf("actor %v in the context, want %v", actor, want)
				}
			}))
			resp, body := get(t, h, tt.method, tt.target, tt.headers...)
			if resp.StatusCode != tt.want || served != (tt.want == 200) {
				t.Errorf("status %d, served %v, want %d", resp.StatusCode, served, tt.want)
			}
			if served {
				return
			}
			if resp.Header.Get("Cache-Control") != "no-store" || resp.Header.Get("WWW-Authenticate") != map[int]string{401: "Bearer"}[tt.want] {
				t.Errorf("headers %v", resp.Header)
			}
			want := fmt.Sprintf("<title>%d %s</title>", tt.want, http.StatusText(tt.want))
			if !strings.Contains(body, want) || tt.want == 403 && !strings.Contains(body, "<p>Not Authorized!</p>") {
				t.Errorf("page %q, want %q", body, want)
			}
			for _, leak := range []string{secret, "10.0.0.1", "authz", "panic", "mallory"} {
				if strings.Contains(body, leak) {
					t.Errorf("page tells %q: %s", leak, body)
				}
			}
		})
	}
}

func TestAllowRequestRule(t *testing.T) {
	// The policy has both rules; the configuration determines which one is evaluated.
	const policy = "allow alice GET path:/one\nallow_request alice path:/two"
	ok := http.HandlerFunc(func(http.ResponseWriter, *http.Request) {})
	for _, tt := range []struct {
		rule     authz.RequestRule
		one, two int
	}{
		{authz.AllowMethod, 200, 403},
		{authz.AllowRequest, 403, 200},
	} {
		h := newAuthorizer(t, policy, func(c *authz.Config) { c.HTTP.RequestRule = tt.rule }).Middleware(ok)
		one, _ := get(t, h, "GET", "/one", "user", "alice")
		two, _ := get(t, h, "GET", "/two", "user", "alice")
		if one.StatusCode != tt.one || two.StatusCode != tt.two {
			t.Errorf("rule %d: %d and %d, want %d and %d", tt.rule, one.StatusCode, two.StatusCode, tt.one, tt.two)
		}
	}
	// Without that rule, the outcome is undecided.
	h := newAuthorizer(t, "allow alice GET *", func(c *authz.Config) { c.HTTP.RequestRule = authz.AllowRequest }).Middleware(ok)
	if resp, _ := get(t, h, "GET", "/", "user", "alice"); resp.StatusCode != 500 {
		t.Errorf("without allow_request: %d, want 500", resp.StatusCode)
	}
}

func TestMiddlewarePanicsAtConstruction(t *testing.T) {
	panics := func(name, want string, f func()) {
		t.Helper()
		defer func() {
			if got := fmt.Sprint(recover()); !strings.Contains(got, want) {
				t.Errorf("%s: recovered %q, want %q", name, got, want)
			}
		}()
		f()
	}
	az := newAuthorizer(t, pages)
	ok := http.NotFoundHandler()
	authz.ClearDefault()
	panics("no default", "without SetDefault", func() { authz.Middleware(ok) })
	panics("nil default", "nil Authorizer", func() { authz.SetDefault(nil) })
	panics("nil handler", "nil handler", func() { az.Middleware(nil) })
	panics("no actor", "Config.Actor", func() {
		newAuthorizer(t, pages, func(c *authz.Config) { c.Actor = nil }).Middleware(ok)
	})
	panics("nil in context", "nil Authorizer", func() { authz.NewContext(t.Context(), nil, alice) })

	authz.SetDefault(az)
	if resp, _ := get(t, authz.Middleware(ok), "GET", "/expenses", "user", "alice"); resp.StatusCode != 404 {
		t.Errorf("default: %d, want the handler's 404", resp.StatusCode)
	}
	if resp, _ := get(t, authz.Middleware(ok), "GET", "/expenses"); resp.StatusCode != 403 {
		t.Errorf("default: %d, want 403", resp.StatusCode)
	}
}

func TestMiddlewareLetsHandlersPanic(t *testing.T) {
	h := newAuthorizer(t, pages).Middleware(http.HandlerFunc(func(http.ResponseWriter, *http.Request) { panic("handler") }))
	defer func() {
		if p := recover(); p != "handler" {
			t.Errorf("recovered %v, want the handler's panic", p)
		}
	}()
	get(t, h, "GET", "/expenses", "user", "alice")
}

func TestAbortHandlerInActor(t *testing.T) {
	az := newAuthorizer(t, pages, func(c *authz.Config) {
		c.Actor = func(*http.Request) (any, error) { panic(http.ErrAbortHandler) }
	})
	defer func() {
		if p := recover(); p != http.ErrAbortHandler {
			t.Errorf("recovered %v, want ErrAbortHandler", p)
		}
	}()
	get(t, az.Middleware(http.NotFoundHandler()), "GET", "/expenses")
}

// TestCanceledRequest tests a request whose context ends before the decision.
func TestCanceledRequest(t *testing.T) {
	h := newAuthorizer(t, pages).Middleware(http.NotFoundHandler())
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	r := httptest.NewRequest("GET", "/expenses", nil).WithContext(ctx)
	r.Header.Set("user", "alice")
	w := httptest.NewRecorder()
	if h.ServeHTTP(w, r); w.Code != 500 {
		t.Errorf("status %d, want 500", w.Code)
	}
}
