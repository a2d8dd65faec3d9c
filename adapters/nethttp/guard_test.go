package nethttp_test

// This file tests Guard and HandlerFunc.

import (
	"bufio"
	"context"
	"database/sql"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
	"testing/iotest"

	"github.com/ursa-authz/ursa/adapters/nethttp"
	"github.com/ursa-authz/ursa/authz"
)

var errNoRecord = errors.New("record not found")

// undecided is a decision that failed because a row of another table is missing.
type undecided struct{ cause error }

func (e undecided) Error() string        { return "could not decide" }
func (e undecided) Unwrap() error        { return e.cause }
func (e undecided) Is(target error) bool { return target == authz.ErrUndecided }

func load(r *http.Request) (*expense, error) {
	switch id := r.PathValue("id"); id {
	case "missing":
		return nil, fmt.Errorf("row: %w", authz.ErrNotFound)
	case "nil":
		return nil, nil
	case "no rows":
		return nil, fmt.Errorf("row: %w", sql.ErrNoRows)
	case "no record":
		return nil, fmt.Errorf("record: %w", errNoRecord)
	case "undecided":
		return nil, undecided{sql.ErrNoRows}
	case "down":
		return nil, errors.New("the database at 10.0.0.1 is down")
	case "odd":
		return nil, authz.ErrBadRequest
	default:
		return &expense{id}, nil
	}
}

func TestGuard(t *testing.T) {
	az := newAuthorizer(t, func(c *authz.Config) { c.NotFound = []error{nil, errNoRecord} })
	show := func(w http.ResponseWriter, r *http.Request, e *expense) error {
		if got, ok := authz.FromContext(r.Context()); !ok || got != az {
			return errors.New("no Authorizer in the context")
		}
		if r.URL.Query().Has("pay") {
			if _, err := authz.Authorize(r.Context(), "pay", e); err != nil {
				return err
			}
		}
		_, err := fmt.Fprintf(w, "expense %s", e.ID)
		return err
	}
	routes := http.NewServeMux()
	routes.Handle("GET /expenses/{id}", nethttp.Guard(az, "read", load, show))
	routes.Handle("GET /fail/{id}", nethttp.Guard(az, "fail", load, show))
	routes.Handle("GET /value/{id}", nethttp.Guard(az, "read", func(r *http.Request) (expense, error) {
		return expense{r.PathValue("id")}, nil
	}, func(http.ResponseWriter, *http.Request, expense) error { return nil }))

	tests := []struct {
		user, path string
		want       int
		body       string
	}{
		{"alice", "/expenses/1", 200, "expense 1"},
		{"bob", "/expenses/1", 200, "expense 1"},
		{"alice", "/expenses/1?pay", 200, "expense 1"},
		{"bob", "/expenses/1?pay", 403, "Not Authorized!"},
		{"bob", "/expenses/2", 404, "404"},
		{"alice", "/expenses/missing", 404, "404"},
		{"alice", "/expenses/nil", 404, "404"},
		{"alice", "/expenses/no%20rows", 404, "404"},
		{"alice", "/expenses/no%20record", 404, "404"},
		{"alice", "/expenses/undecided", 500, "500"},
		{"alice", "/expenses/odd", 400, "400"},
		{"alice", "/expenses/down", 500, "500"},
		{"alice", "/fail/1", 500, "500"},
		{"alice", "/value/1", 404, "404"}, // the policy only knows pointers
		{"mallory", "/expenses/1", 401, "401"},
		{"down", "/expenses/1", 500, "500"},
	}
	// With and without Middleware.
	for name, h := range map[string]http.Handler{"alone": routes, "inside": az.Middleware(nethttp.RequireDecision(routes))} {
		get := serve(t, h)
		for _, tt := range tests {
			resp, body := get(tt.user, tt.path)
			if resp.StatusCode != tt.want || !strings.Contains(body, tt.body) || strings.Contains(body, "10.0.0.1") {
				t.Errorf("%s: %s %s: %d %q, want %d %q", name, tt.user, tt.path, resp.StatusCode, body, tt.want, tt.body)
			}
		}
		hidden, hiddenBody := get("bob", "/expenses/2")
		hidden.Header.Del("Date")
		for _, path := range []string{"/expenses/missing", "/expenses/no%20rows", "/expenses/no%20record"} {
			missing, missingBody := get("bob", path)
			missing.Header.Del("Date")
			if hiddenBody != missingBody || fmt.Sprint(hidden.Header) != fmt.Sprint(missing.Header) {
				t.Errorf("%s: hidden %v %s, %s %v %s", name, hidden.Header, hiddenBody, path, missing.Header, missingBody)
			}
		}
	}
}

// TestGuardSettings tests that a Guard without Middleware refuses as its Authorizer is
// configured.
func TestGuardSettings(t *testing.T) {
	az := newAuthorizer(t, func(c *authz.Config) { c.HTTP.Challenge = "Basic" })
	h := nethttp.Guard(az, "read", load, func(http.ResponseWriter, *http.Request, *expense) error { return nil })
	resp, _ := serve(t, h)("mallory", "/")
	if got := resp.Header.Get("WWW-Authenticate"); got != "Basic" {
		t.Errorf("challenge %q, want Basic", got)
	}
}

// TestGuardActor tests that Guard uses the actor that Middleware has found.
func TestGuardActor(t *testing.T) {
	asked := 0
	az := newAuthorizer(t, func(c *authz.Config) {
		find := c.Actor
		c.Actor = func(r *http.Request) (any, error) { asked++; return find(r) }
	})
	mux := http.NewServeMux()
	mux.Handle("GET /{id}", nethttp.Guard(az, "read", load, func(http.ResponseWriter, *http.Request, *expense) error { return nil }))
	if resp, _ := serve(t, az.Middleware(mux))("alice", "/1"); resp.StatusCode != 200 || asked != 1 {
		t.Errorf("status %d, Config.Actor was called %d times, want 200 and once", resp.StatusCode, asked)
	}
}

func TestGuardPanicsAtConstruction(t *testing.T) {
	az := newAuthorizer(t)
	show := func(http.ResponseWriter, *http.Request, *expense) error { return nil }
	for name, f := range map[string]func(){
		"authorizer":           func() { nethttp.Guard(nil, "read", load, show) },
		"load":                 func() { nethttp.Guard(az, "read", nil, show) },
		"handler":              func() { nethttp.Guard(az, "read", load, nil) },
		"RequireDecision":      func() { nethttp.RequireDecision(nil) },
		"Skip":                 func() { nethttp.Skip("public", nil) },
		"Skip without reasons": func() { nethttp.Skip("", http.NotFoundHandler()) },
	} {
		func() {
			defer func() {
				if recover() == nil {
					t.Errorf("%s: no panic", name)
				}
			}()
			f()
		}()
	}
}

func TestHandlerFunc(t *testing.T) {
	begun := errors.New("too late")
	tests := []struct {
		name string
		f    nethttp.HandlerFunc
		want int
		body string
	}{
		{"no error", func(w http.ResponseWriter, r *http.Request) error { w.WriteHeader(204); return nil }, 204, ""},
		{"forbidden", func(w http.ResponseWriter, r *http.Request) error { return authz.ErrForbidden }, 403, "403 Forbidden"},
		{"no authorizer", func(w http.ResponseWriter, r *http.Request) error {
			_, err := authz.Authorize(context.Background(), "read", 1)
			return err
		}, 500, "500 Internal"},
		{"other", func(w http.ResponseWriter, r *http.Request) error { return begun }, 500, "500 Internal"},
		{"after its own answer", func(w http.ResponseWriter, r *http.Request) error {
			http.Error(w, "no JSON", 400)
			return begun
		}, 400, "no JSON\n"},
		{"after a hint", func(w http.ResponseWriter, r *http.Request) error { w.WriteHeader(103); return authz.ErrNotFound }, 404, "404 Not Found"},
	}
	for _, tt := range tests {
		resp, body := serve(t, tt.f)("alice", "/")
		if resp.StatusCode != tt.want || !strings.Contains(body, tt.body) || tt.want == 400 && body != tt.body {
			t.Errorf("%s: %d %q, want %d %q", tt.name, resp.StatusCode, body, tt.want, tt.body)
		}
	}
	defer func() {
		if p := recover(); p != begun {
			t.Errorf("recovered %v, want the handler's panic", p)
		}
	}()
	nethttp.HandlerFunc(func(http.ResponseWriter, *http.Request) error { panic(begun) }).ServeHTTP(httptest.NewRecorder(), httptest.NewRequest("GET", "/", nil))
}

// cannot is a writer whose optional methods all fail.
type cannot struct{ http.ResponseWriter }

func (cannot) FlushError() error { return http.ErrNotSupported }
func (cannot) Hijack() (net.Conn, *bufio.ReadWriter, error) {
	return nil, nil, errors.New("this connection cannot be hijacked")
}

// TestHandlerFuncThatSentNothing tests that an error is answered if the attempt to begin
// the response failed. Otherwise the client would get an empty page and 200.
func TestHandlerFuncThatSentNothing(t *testing.T) {
	broken := struct{ io.Reader }{iotest.ErrReader(io.ErrUnexpectedEOF)}
	empty := struct{ io.Reader }{strings.NewReader("")}
	tests := []struct {
		name string
		f    nethttp.HandlerFunc
		want int
	}{
		{"the source fails", func(w http.ResponseWriter, r *http.Request) error {
			_, err := io.Copy(w, broken)
			return err
		}, 500},
		{"the source is empty", func(w http.ResponseWriter, r *http.Request) error {
			if n, err := io.Copy(w, empty); n != 0 || err != nil {
				t.Error(n, err)
			}
			return authz.ErrNotFound
		}, 404},
		{"no hijack", func(w http.ResponseWriter, r *http.Request) error {
			_, _, err := http.NewResponseController(w).Hijack()
			return err
		}, 500},
		{"no flush", func(w http.ResponseWriter, r *http.Request) error { return http.NewResponseController(w).Flush() }, 500},
		{"the status was sent before", func(w http.ResponseWriter, r *http.Request) error {
			w.WriteHeader(202)
			_, err := io.Copy(w, broken)
			_, _, errHijack := http.NewResponseController(w).Hijack()
			return errors.Join(err, errHijack, http.NewResponseController(w).Flush())
		}, 202},
	}
	allow := func(next http.Handler) http.Handler { return nethttp.RequireDecision(nethttp.Skip("a test", next)) }
	for _, tt := range tests {
		for name, h := range map[string]http.Handler{"alone": tt.f, "inside": allow(tt.f)} {
			resp, body := serve(t, http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
				h.ServeHTTP(cannot{w}, r)
			}))("alice", "/")
			if resp.StatusCode != tt.want || (body == "") != (tt.want == 202) {
				t.Errorf("%s, %s: %d %q, want %d", tt.name, name, resp.StatusCode, body, tt.want)
			}
		}
		if !strings.HasPrefix(tt.name, "the source") {
			continue // the writer of net/http supports it
		}
		if resp, _ := serve(t, tt.f)("alice", "/"); resp.StatusCode != tt.want {
			t.Errorf("%s, on the writer of net/http: %d, want %d", tt.name, resp.StatusCode, tt.want)
		}
	}
}
