package webtest

// This file tests what must never end in a page: panics, clients that go away,
// handlers that ask nothing.

import (
	"context"
	"errors"
	"io"
	"net/http"
	"strings"
	"testing"
	"time"

	"github.com/ursa-authz/ursa/adapters/nethttp"
	"github.com/ursa-authz/ursa/authz"
)

// testPanics: a panic is answered 500 or cuts the answer off, tells nothing, and does
// not disturb the next request.
func testPanics(t *testing.T, f Framework) {
	w := serve(t, f, &App{Routes: []Route{
		guarded("GET", "/expenses/{id}", "read"),
		guarded("GET", "/explode/{id}", "explode"),
		{Method: "GET", Path: "/handler/{id}", Handle: func(c Call) error {
			panic("secret of a handler")
		}},
		{Method: "GET", Path: "/load/{id}", Action: "read", Show: show, Load: func(Call) (*Expense, error) { panic("secret of a load") }},
		{Method: "GET", Path: "/late/{id}", Action: "read", Load: load, Show: func(Call, *Expense) error { panic("secret of a handler") }},
	}})
	for _, tt := range []struct {
		path, user string
		decided    bool // the answer is authz's
	}{
		{"/expenses/1", "user: panic", true},
		{"/explode/1", as(1), true},
		{"/handler/1", as(1), false},
		{"/load/1", as(1), false},
		{"/late/1", as(1), false},
	} {
		got := w.send("GET "+tt.path, tt.user)
		if got.status != 500 && (tt.decided || got.status != 0) {
			t.Errorf("%s, %s: %d %q", tt.path, tt.user, got.status, got.body)
		}
		if strings.Contains(got.raw, "secret") || strings.Contains(got.raw, "expense 1") {
			t.Errorf("%s, %s: sent %q", tt.path, tt.user, got.raw)
		}
		if next := w.send("GET /expenses/1", as(1)); next.status != 200 {
			t.Errorf("after %s: %d %q", tt.path, next.status, next.body)
		}
		if next := w.send("GET /expenses/1", as(2)); next.status != 403 {
			t.Errorf("after %s, of another user: %d %q", tt.path, next.status, next.body)
		}
	}
}

// testGone: when the client has gone, nothing is allowed any more, and handlers do not
// run.
func testGone(t *testing.T, f Framework) {
	started, ended := make(chan struct{}, 1), make(chan error, 1)
	ran := make(chan string, 1)
	wait := func(ctx context.Context) {
		started <- struct{}{}
		<-ctx.Done()
	}
	w := serve(t, f, &App{Routes: []Route{
		{Method: "GET", Path: "/early/{id}", Handle: func(c Call) error {
			ran <- "the handler"
			return nil
		}},
		{Method: "GET", Path: "/load/{id}", Action: "read",
			Load: func(c Call) (*Expense, error) {
				wait(c.Request().Context())
				return &Expense{1, 1}, nil
			},
			Show: func(Call, *Expense) error {
				ran <- "the guarded handler"
				return nil
			},
		},
		{Method: "GET", Path: "/handler/{id}", Handle: func(c Call) error {
			wait(c.Request().Context())
			_, err := authz.Authorize(c.Request().Context(), "read", &Expense{1, 1})
			ended <- err
			return err
		}},
	}}, func(c *authz.Config) {
		c.Actor = func(r *http.Request) (any, error) {
			if strings.HasPrefix(r.URL.Path, "/early") {
				wait(r.Context())
			}
			return currentUser(r)
		}
		c.Observe = func(_ context.Context, d authz.Event) {
			if d.Err != nil && d.Kind != authz.EventRefusal {
				ended <- d.Err
			}
		}
	})
	for _, path := range []string{"/early/1", "/load/1", "/handler/1"} {
		conn := w.dial()
		io.WriteString(conn, "GET "+path+" HTTP/1.1\r\nHost: h\r\n"+as(1)+"\r\n\r\n")
		<-started
		conn.Close()
		select {
		case err := <-ended:
			if !errors.Is(err, authz.ErrUndecided) || !errors.Is(err, context.Canceled) {
				t.Errorf("%s: %v", path, err)
			}
		case <-time.After(time.Minute):
			t.Fatalf("%s: nothing was decided", path)
		}
		if path == "/handler/1" {
			<-ended // by the observer and by the handler
		}
	}
	w.server.Close() // waits for the handlers
	select {
	case what := <-ran:
		t.Errorf("%s ran", what)
	default:
	}
}

// testForgotten: a handler that asks nothing is answered 500, and nothing of its page
// is sent.
func testForgotten(t *testing.T, f Framework) {
	var logged error
	handlers := map[string]func(c Call) error{
		"write": func(c Call) error { _, err := io.WriteString(c.Writer(), "secret"); return err },
		"status": func(c Call) error {
			c.Writer().WriteHeader(http.StatusCreated)
			_, err := io.WriteString(c.Writer(), "secret")
			return err
		},
		"nothing": func(c Call) error { return nil },
		"empty":   func(c Call) error { c.Writer().WriteHeader(http.StatusNoContent); return nil },
		"redirect": func(c Call) error {
			http.Redirect(c.Writer(), c.Request(), "/secret", http.StatusFound)
			return nil
		},
		"hints": func(c Call) error {
			c.Writer().Header().Set("Link", "</secret>; rel=preload")
			c.Writer().WriteHeader(http.StatusEarlyHints)
			_, err := io.WriteString(c.Writer(), "secret")
			return err
		},
		"flush": func(c Call) error {
			http.NewResponseController(c.Writer()).Flush()
			_, err := io.WriteString(c.Writer(), "secret")
			return err
		},
		"copy": func(c Call) error { _, err := io.Copy(c.Writer(), strings.NewReader("secret")); return err },
		"denied": func(c Call) error {
			authz.Authorize(c.Request().Context(), "read", &Expense{1, 99}) //ursa:skip the mistake that is tested
			_, err := io.WriteString(c.Writer(), "secret")
			return err
		},
		"other": func(c Call) error {
			ctx, _ := authz.FromContext(c.Request().Context())
			ctx.IsAllowed(context.Background(), &User{1}, "read", &Expense{1, 1}) //ursa:skip only the context is tested
			_, err := io.WriteString(c.Writer(), "secret")
			return err
		},
		"stubborn": func(c Call) error {
			for range 3 {
				io.WriteString(c.Writer(), "secret")
				c.Writer().WriteHeader(http.StatusOK)
				c.Writer().Header().Set("X-Late", "secret")
				authz.Skip(c.Request().Context(), "too late")
			}
			return nil
		},
		"trailer": func(c Call) error {
			io.WriteString(c.Writer(), "secret")
			c.Writer().Header().Set(http.TrailerPrefix+"X-Trailer", "secret")
			return nil
		},
	}
	app := &App{Routes: []Route{guarded("GET", "/expenses/{id}", "read"), {Method: "GET", Path: "/forgotten/{id}", Handle: func(c Call) error {
		h := c.Writer().Header()
		h.Set("X-Secret", "secret")
		h.Set("X-Accel-Redirect", "/secret")
		h.Set("Content-Length", "6")
		return handlers[c.Param("id")](c)
	}}}}
	w := serve(t, f, app, func(c *authz.Config) {
		c.HTTP.OnRefusal = func(w http.ResponseWriter, r *http.Request, status int, err error) {
			logged = err
			w.Header().Set("Content-Type", "text/plain")
			io.WriteString(w, "refused")
		}
	})
	for name := range handlers {
		logged = nil
		got := w.send("GET /forgotten/"+name, as(1))
		if got.status != 500 || strings.Contains(got.raw, "secret") || got.body != "refused" {
			t.Errorf("%s: %d %q", name, got.status, got.raw)
		}
		if !errors.Is(logged, nethttp.ErrNoDecision) {
			t.Errorf("%s: OnRefusal got %v", name, logged)
		}
	}
	if got := w.send("GET /expenses/1", as(1)); got.status != 200 || got.body != "expense 1 of user 1\n" {
		t.Errorf("a handler that asks: %d %q", got.status, got.body)
	}
	// The net is what answers.
	app.NoNet = true
	if got := serve(t, f, app).send("GET /forgotten/write", as(1)); got.status != 200 || got.body != "secret" {
		t.Errorf("without RequireDecision: %d %q", got.status, got.body)
	}
}
