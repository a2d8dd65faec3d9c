package authz_test

// This file tests refusals: status, headers and page.

import (
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"

	"github.com/ursa-authz/ursa/authz"
)

func TestRefuse(t *testing.T) {
	az := newAuthorizer(t, "allow alice read Expense", func(c *authz.Config) {
		c.ReadAction = "read"
		c.HTTP.Challenge = `Basic realm="expenses"`
	})
	hidden := az.Authorize(t.Context(), bob, "read", lunch)
	denied := az.Authorize(t.Context(), alice, "pay", lunch)
	failed := az.Authorize(t.Context(), nil, "pay", lunch)
	_, unlisted := az.Filter(t.Context(), alice, "read", authz.ClassOf[expense]())
	_, nowhere := authz.Authorize(t.Context(), "read", lunch)
	tests := []struct {
		err       error
		want      int
		challenge string
		id        bool
	}{
		{authz.ErrBadRequest, 400, "", false},
		{authz.ErrUnauthenticated, 401, `Basic realm="expenses"`, false},
		{fmt.Errorf("login: %w", authz.ErrUnauthenticated), 401, `Basic realm="expenses"`, false},
		{authz.ErrForbidden, 403, "", false},
		{denied, 403, "", true},
		{fmt.Errorf("pay: %w", denied), 403, "", true},
		{authz.ErrNotFound, 404, "", false},
		{hidden, 404, "", false},
		{failed, 500, "", true},
		{authz.ErrUndecided, 500, "", false},
		{unlisted, 500, "", false}, // no observer was told of an id
		{nowhere, 500, "", false},
		{errors.Join(authz.ErrNotFound, authz.ErrUndecided), 500, "", false},
		{errors.Join(authz.ErrForbidden, failed), 500, "", true},
		{io.ErrUnexpectedEOF, 500, "", false},
		{nil, 500, "", false},
	}
	for _, tt := range tests {
		var handler http.HandlerFunc = func(w http.ResponseWriter, r *http.Request) {
			h := w.Header()
			h.Set("Content-Length", "3")
			h.Set("Etag", "x")
			h.Set("Location", "/secret")
			h.Set("Cache-Control", "public")
			h.Set("X-Request-Id", "1")
			authz.Refuse(w, r.WithContext(authz.NewContext(r.Context(), az, alice)), tt.err)
		}
		resp, body := get(t, handler, "GET", "/", "Accept", "application/json")
		if resp.StatusCode != tt.want || resp.Header.Get("WWW-Authenticate") != tt.challenge ||
			resp.Header.Get("Content-Type") != "application/problem+json" || resp.Header.Get("Cache-Control") != "no-store" ||
			resp.Header.Get("Location") != "" || resp.Header.Get("Etag") != "" || resp.Header.Get("X-Request-Id") != "1" {
			t.Errorf("%v: status %d, headers %v", tt.err, resp.StatusCode, resp.Header)
		}
		var p struct {
			Type, Title string
			Status      int
			DecisionID  string `json:"decision_id"`
		}
		if err := json.Unmarshal([]byte(body), &p); err != nil || p.Type != "about:blank" || p.Title != http.StatusText(tt.want) || p.Status != tt.want || (p.DecisionID != "") != tt.id {
			t.Errorf("%v: problem %s", tt.err, body)
		}
		if d, ok := errors.AsType[*authz.DeniedError](tt.err); ok && tt.want == 403 && d.ID() != p.DecisionID {
			t.Errorf("decision %s in the error, %s in the answer", d.ID(), p.DecisionID)
		}
	}
}

// TestHiddenIsMissing compares all bytes of the two answers.
func TestHiddenIsMissing(t *testing.T) {
	custom := func(w http.ResponseWriter, r *http.Request, status int, err error) {
		fmt.Fprintf(w, "%d %v %+v %T", status, err, err, err)
	}
	for _, accept := range []string{"", "application/json"} {
		for _, page := range []func(http.ResponseWriter, *http.Request, int, error){nil, custom} {
			az := newAuthorizer(t, "allow alice read Expense", func(c *authz.Config) { c.ReadAction, c.HTTP.OnRefusal = "read", page })
			answer := func(err error) string {
				w := httptest.NewRecorder()
				r := httptest.NewRequest("GET", "/", nil)
				r.Header.Set("Accept", accept)
				authz.Refuse(w, r.WithContext(authz.NewContext(r.Context(), az, alice)), err)
				return fmt.Sprint(w.Code, w.Header(), w.Body)
			}
			hidden := answer(az.Authorize(t.Context(), bob, "read", lunch))
			missing := answer(fmt.Errorf("no row: %w", authz.ErrNotFound))
			if hidden != missing || !strings.HasPrefix(hidden, "404") {
				t.Errorf("hidden\n%s\nmissing\n%s", hidden, missing)
			}
		}
	}
}

func TestAccept(t *testing.T) {
	for _, tt := range []struct {
		accept string
		json   bool
	}{
		{"", false},
		{"*/*", false},
		{"text/html", false},
		{"text/html,application/xhtml+xml,application/xml;q=0.9,*/*;q=0.8", false},
		{"application/json", true},
		{"application/problem+json", true},
		{"application/vnd.api+json", true},
		{"APPLICATION/JSON", true},
		{"application/json, text/plain, */*", true},
		{"application/*", true},
		{"text/html, application/json", false},
		{"text/html;q=0.5, application/json", true},
		{"text/html, application/json;q=0.9", false},
		{"application/json;q=0, */*", false},
		{"application/json;q=x, text/html;q=0.1", false},
		{"text/*;q=0.2, application/json;q=0.3", true},
		{"nonsense/;;, ,application/json", true},
	} {
		var refuse http.HandlerFunc = func(w http.ResponseWriter, r *http.Request) { authz.Refuse(w, r, authz.ErrForbidden) }
		resp, _ := get(t, refuse, "GET", "/", "Accept", tt.accept)
		if got := resp.Header.Get("Content-Type") == "application/problem+json"; got != tt.json {
			t.Errorf("Accept %q: %s, want JSON %v", tt.accept, resp.Header.Get("Content-Type"), tt.json)
		}
	}
}

func TestOnRefusal(t *testing.T) {
	tests := []struct {
		name string
		page func(http.ResponseWriter, *http.Request, int, error)
		body string
	}{
		{"writes", func(w http.ResponseWriter, _ *http.Request, status int, err error) {
			fmt.Fprint(w, "no: ", status, errors.Is(err, authz.ErrForbidden))
		}, "no: 403 true"},
		{"another status", func(w http.ResponseWriter, _ *http.Request, _ int, _ error) {
			w.Header().Set("Cache-Control", "public")
			w.WriteHeader(103)
			w.Header().Set("X-Late", "1") // nothing has begun yet
			w.WriteHeader(200)
			w.WriteHeader(200)
			fmt.Fprint(w, "fine")
		}, "fine"},
		{"nothing", func(http.ResponseWriter, *http.Request, int, error) {}, ""},
		{"panics", func(http.ResponseWriter, *http.Request, int, error) { panic(secret) }, "Not Authorized!"},
		{"panics with headers", func(w http.ResponseWriter, _ *http.Request, _ int, _ error) {
			w.Header().Set("Content-Length", "3")
			w.Header().Set("Content-Encoding", "gzip")
			w.Header().Del("Cache-Control")
			panic(secret)
		}, "Not Authorized!"},
		{"panics late", func(w http.ResponseWriter, _ *http.Request, _ int, _ error) {
			fmt.Fprint(w, "half")
			panic(secret)
		}, "half"},
	}
	for _, tt := range tests {
		h := newAuthorizer(t, pages, func(c *authz.Config) { c.HTTP.OnRefusal = tt.page }).Middleware(http.NotFoundHandler())
		resp, body := get(t, h, "GET", "/", "user", "alice")
		if resp.StatusCode != 403 || resp.Header.Get("Cache-Control") != "no-store" {
			t.Errorf("%s: %d, %v", tt.name, resp.StatusCode, resp.Header)
		}
		if tt.name == "another status" && resp.Header.Get("X-Late") == "" {
			t.Errorf("%s: the response began at 103", tt.name)
		}
		if resp.Header.Get("Content-Length") != "" || resp.Header.Get("Content-Encoding") != "" {
			t.Errorf("%s: headers of a page that was not written: %v", tt.name, resp.Header)
		}
		if body != tt.body && !(tt.body == "Not Authorized!" && strings.Contains(body, tt.body)) {
			t.Errorf("%s: %q, want %q", tt.name, body, tt.body)
		}
	}
}
