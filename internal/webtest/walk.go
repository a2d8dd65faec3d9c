package webtest

// This file tests the walk of the guide, and what refusals look like.

import (
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"regexp"
	"strings"
	"testing"

	"github.com/ursa-authz/ursa/authz"
)

// testWalk does what the guide does with curl.
func testWalk(t *testing.T, f Framework) {
	w := serve(t, f, &App{Routes: []Route{
		public("GET", "/", "hello"),
		{Method: "GET", Path: "/whoami", Handle: func(c Call) error {
			ctx := c.Request().Context()
			actor, ok := authz.ActorFrom(ctx)
			user, isUser := actor.(*User)
			if !ok || !isUser {
				return authz.ErrForbidden
			}
			authz.Skip(ctx, "of themselves")
			_, err := io.WriteString(c.Writer(), user.Email())
			return err
		}},
		guarded("GET", "/expenses/{id}", "read"),
		{Method: "POST", Path: "/expenses", Handle: func(c Call) error {
			var e Expense
			if err := json.NewDecoder(c.Request().Body).Decode(&e); err != nil {
				return authz.ErrBadRequest
			}
			created, err := authz.Authorize(c.Request().Context(), "edit", &e)
			if err != nil {
				return err
			}
			c.Writer().WriteHeader(http.StatusCreated)
			return show(c, created)
		}},
	}})
	for _, tt := range []struct {
		line, user string
		status     int
		body       string
	}{
		{"GET /", "", 200, "hello"},
		{"GET /", as(1), 200, "hello"},
		{"GET /", "user: nobody@bar.com", 401, "Please log in."},
		{"GET /whoami", "", 403, "Not Authorized!"},
		{"GET /whoami", as(1), 200, "user1@foo.com"},
		{"GET /expenses/2", as(1), 200, "expense 2 of user 1\n"},
		{"GET /expenses/2", as(2), 403, "Not Authorized!"},
		{"GET /expenses/2", "", 403, "Not Authorized!"},
		{"GET /expenses/900", as(1), 404, "This page does not exist."},
		{"GET /expenses/102", as(2), 200, "expense 102 of user 2\n"},
		{"DELETE /expenses/2", as(1), 403, ""},
		{"GET /nowhere", as(1), 404, ""},
	} {
		var headers []string
		if tt.user != "" {
			headers = append(headers, tt.user)
		}
		got := w.send(tt.line, headers...)
		if tt.status == 403 && tt.body == "" && !f.Outside && (got.status == 404 || got.status == 405) {
			continue // the router has answered before its middleware
		}
		if got.status != tt.status || !strings.Contains(got.body, tt.body) {
			t.Errorf("%s, %s: %d %q, want %d %q", tt.line, tt.user, got.status, got.body, tt.status, tt.body)
		}
	}
	for user, want := range map[int]int{1: 201, 2: 403} {
		r, err := http.NewRequest("POST", w.server.URL+"/expenses", strings.NewReader(`{"ID": 7, "UserID": 1}`))
		if err != nil {
			t.Fatal(err)
		}
		r.Header.Set("user", (&User{user}).Email())
		resp, err := http.DefaultClient.Do(r)
		if err != nil {
			t.Fatal(err)
		}
		resp.Body.Close()
		if resp.StatusCode != want {
			t.Errorf("user %d submits: %d, want %d", user, resp.StatusCode, want)
		}
	}
}

var decisionID = regexp.MustCompile(`"decision_id":"[^"]+"`)

// testRefusals: what is refused, in the middleware, a guard or a handler, is answered
// with the bytes of authz.Refuse, and tells nothing.
func testRefusals(t *testing.T, f Framework) {
	fails := errors.New("secret of a handler")
	refused := make(chan int, 1)
	app := &App{Routes: []Route{
		guarded("GET", "/expenses/{id}", "read"),
		{Method: "GET", Path: "/broken/{id}", Action: "read", Show: show, Load: func(Call) (*Expense, error) {
			return nil, errors.New("secret of a load")
		}},
		{Method: "GET", Path: "/nil/{id}", Action: "read", Show: show, Load: func(Call) (*Expense, error) { return nil, nil }},
		{Method: "GET", Path: "/handler/{id}", Handle: func(c Call) error {
			h := c.Writer().Header()
			h.Set("X-Accel-Redirect", "/secret")
			h.Set("ETag", `"secret"`)
			h.Set("Set-Cookie", "session=secret")
			h.Set("X-Request-Id", "kept")
			e, err := load(c)
			if err != nil {
				return err
			}
			_, err = authz.Authorize(c.Request().Context(), "read", e)
			return err
		}},
		{Method: "GET", Path: "/fails", Handle: func(c Call) error { return fmt.Errorf("%w: %w", authz.ErrUndecided, fails) }},
		{Method: "GET", Path: "/explode/{id}", Handle: func(c Call) error {
			e, err := load(c)
			if err != nil {
				return err
			}
			_, err = authz.Authorize(c.Request().Context(), "explode", e)
			return err
		}},
	}}
	w := serve(t, f, app)
	for _, tt := range []struct {
		path, user string
		err        error
	}{
		{"/expenses/1", "user: nobody@bar.com", authz.ErrUnauthenticated},
		{"/expenses/1", "user: down", authz.ErrUndecided},
		{"/expenses/1", "", authz.ErrForbidden},
		{"/expenses/1", as(2), authz.ErrForbidden},
		{"/expenses/900", as(2), authz.ErrNotFound},
		{"/expenses/a%2fb", as(2), authz.ErrBadRequest},
		{"/broken/1", as(1), errors.New("a load")},
		{"/nil/1", as(1), authz.ErrNotFound},
		{"/handler/1", as(2), authz.ErrForbidden},
		{"/handler/900", as(2), authz.ErrNotFound},
		{"/fails", as(1), authz.ErrUndecided},
		{"/explode/1", as(1), authz.ErrUndecided},
	} {
		for _, accept := range []string{"", "text/html", "application/json", "application/problem+json, text/html;q=0.5"} {
			want := httptest.NewRecorder()
			r := httptest.NewRequest("GET", "/", nil)
			headers := []string{"Accept: " + accept}
			r.Header.Set("Accept", accept)
			if tt.user != "" {
				headers = append(headers, tt.user)
			}
			authz.Refuse(want, r, tt.err)
			got := w.send("GET "+tt.path, headers...)
			if !f.Outside && tt.err == authz.ErrBadRequest && got.status == 404 {
				continue // the router has no route for this path
			}
			body := decisionID.ReplaceAllString(got.body, "")
			body = strings.Replace(body, ",}", "}", 1)
			if got.status != want.Code || body != want.Body.String() {
				t.Errorf("%s, %s, Accept %q: %d %q, want %d %q", tt.path, tt.user, accept, got.status, body, want.Code, want.Body)
			}
			for _, name := range []string{"Content-Type", "Cache-Control", "X-Content-Type-Options", "Www-Authenticate"} {
				if g, w := got.header.Get(name), want.Header().Get(name); g != w {
					t.Errorf("%s, %s, Accept %q: %s is %q, want %q", tt.path, tt.user, accept, name, g, w)
				}
			}
			if strings.Contains(got.raw, "secret") {
				t.Errorf("%s, %s: sent %q", tt.path, tt.user, got.raw)
			}
			if strings.HasPrefix(tt.path, "/handler") && got.header.Get("X-Request-Id") != "kept" {
				t.Errorf("%s: the header %v, want X-Request-Id kept", tt.path, got.header)
			}
		}
	}
	// The page is the application's, if it has one.
	w = serve(t, f, app, func(c *authz.Config) {
		c.HTTP.OnRefusal = func(w http.ResponseWriter, r *http.Request, status int, err error) {
			refused <- status
			io.WriteString(w, "a page of the application")
		}
	})
	for path, want := range map[string]int{"/expenses/1": 403, "/expenses/900": 404, "/handler/1": 403, "/explode/1": 500} {
		got := w.send("GET "+path, as(2))
		if status := <-refused; status != want || got.status != want || got.body != "a page of the application" {
			t.Errorf("%s, OnRefusal: %d, %d %q, want %d", path, status, got.status, got.body, want)
		}
	}
	select {
	case status := <-refused:
		t.Errorf("OnRefusal was called twice, with %d", status)
	default:
	}
}

// testHidden: with ReadAction, what an actor may not even read looks like
// what does not exist, to the byte.
func testHidden(t *testing.T, f Framework) {
	w := serve(t, f, &App{Routes: []Route{
		guarded("GET", "/expenses/{id}", "edit"),
		{Method: "GET", Path: "/handler/{id}", Handle: func(c Call) error {
			e, err := load(c)
			if err != nil {
				return err
			}
			c.Writer().Header().Set("ETag", `"1"`)
			c.Writer().Header().Set("Last-Modified", "Sun, 29 Nov 2026 10:00:00 GMT")
			if _, err = authz.Authorize(c.Request().Context(), "edit", e); err != nil {
				return err
			}
			return show(c, e)
		}},
	}}, func(c *authz.Config) { c.ReadAction = "read" })
	for _, path := range []string{"/expenses/", "/handler/"} {
		for _, accept := range []string{"Accept: text/html", "Accept: application/json"} {
			hidden, missing := w.send("GET "+path+"1", as(2), accept), w.send("GET "+path+"900", as(2), accept)
			if hidden.status != 404 || hidden.raw != missing.raw {
				t.Errorf("%s, %s:\n%q\nwhat is missing:\n%q", path, accept, hidden.raw, missing.raw)
			}
			// Whoever may read it may know.
			if got := w.send("GET "+path+"1001", as(2), accept); got.status != 403 {
				t.Errorf("%s, %s: %d for what may be read, want 403", path, accept, got.status)
			}
		}
	}
}
