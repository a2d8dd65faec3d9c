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
		{unlisted, 500, "", true},
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

// keptByRefusals are headers that a refusal keeps, whether middleware or a handler has set them.
var keptByRefusals = []string{
	"Strict-Transport-Security", "Content-Security-Policy", "X-Frame-Options", "Referrer-Policy", "Permissions-Policy",
	"Cross-Origin-Opener-Policy", "Cross-Origin-Embedder-Policy", "Cross-Origin-Resource-Policy",
	"Access-Control-Allow-Origin", "Access-Control-Allow-Credentials", "Access-Control-Expose-Headers", "Vary",
	"X-Request-Id", "Traceparent", "Ratelimit", "Ratelimit-Policy", "X-Ratelimit-Remaining", "Connection", "Server", "Date",
}

// droppedByRefusals are some of those that a refusal drops.
var droppedByRefusals = []string{
	"Content-Length", "Content-Range", "Content-Disposition", "Content-Language", "Content-Location", "Content-Digest",
	"Accept-Ranges", "Etag", "Last-Modified", "Expires", "Age", "Pragma", "Location", "Refresh", "Link", "Allow",
	"Cdn-Cache-Control", "Cloudflare-Cdn-Cache-Control", "Vercel-Cdn-Cache-Control", "Surrogate-Control", "Surrogate-Key",
	"Cache-Tag", "Cache-Status", "X-Accel-Expires", "X-Accel-Redirect", "X-Sendfile", "X-Lighttpd-Send-File", "X-Reproxy-Url",
	"Trailer", "Www-Authenticate", "Server-Timing", "Sourcemap", "Clear-Site-Data", "Hx-Redirect", "X-Total-Count", "X-Made-Up",
	"Transfer-Encoding", "Upgrade", "Sec-Websocket-Accept", "not-canonical",
}

// TestRefusalHeaders tests refusals with many headers, set by outer middleware and by a
// handler.
func TestRefusalHeaders(t *testing.T) {
	set := func(h http.Header, value string) {
		for _, names := range [][]string{keptByRefusals, droppedByRefusals, {"Set-Cookie", "Content-Encoding"}} {
			for _, name := range names {
				h[name] = []string{value}
			}
		}
		h["Cache-Control"], h["Content-Type"] = []string{"public"}, []string{"image/png"}
	}
	check := func(name string, h http.Header, value, cookie, encoding string) {
		t.Helper()
		if h.Get("Cache-Control") != "no-store" || h.Get("X-Content-Type-Options") != "nosniff" || h.Get("Content-Type") != "text/html; charset=utf-8" {
			t.Errorf("%s: %v", name, h)
		}
		for _, n := range keptByRefusals {
			if h.Get(n) != value {
				t.Errorf("%s: %s is %q, want %q", name, n, h.Get(n), value)
			}
		}
		for _, n := range droppedByRefusals {
			if _, ok := h[n]; ok {
				t.Errorf("%s: %s was sent", name, n)
			}
		}
		if h.Get("Set-Cookie") != cookie || h.Get("Content-Encoding") != encoding {
			t.Errorf("%s: Set-Cookie %q, Content-Encoding %q, want %q and %q", name, h.Get("Set-Cookie"), h.Get("Content-Encoding"), cookie, encoding)
		}
	}
	az := newAuthorizer(t, "allow alice GET *")
	header := func(h http.Handler, user string) http.Header {
		w := httptest.NewRecorder()
		r := httptest.NewRequest("GET", "/", nil)
		r.Header.Set("user", user)
		h.ServeHTTP(w, r)
		return w.Result().Header
	}
	outside := func(next http.Handler) http.Handler {
		return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) { set(w.Header(), "outer"); next.ServeHTTP(w, r) })
	}
	inside := http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		set(w.Header(), "inner")
		authz.Refuse(w, r, authz.ErrForbidden)
	})

	// Middleware refuses: no handler has run, so a cookie is that of the session, and
	// an encoding that of middleware that compresses all pages.
	check("by Middleware", header(outside(az.Middleware(inside)), "bob"), "outer", "outer", "outer")
	// A handler refuses.
	check("by a handler", header(az.Middleware(inside), "alice"), "inner", "", "")
	check("by a handler alone", header(inside, "alice"), "inner", "", "")
	check("by a handler, with both", header(outside(az.Middleware(inside)), "alice"), "inner", "", "outer")
	check("by a handler with a context of its own", header(outside(az.Middleware(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		inside(w, r.WithContext(authz.NewContext(r.Context(), az, alice)))
	}))), "alice"), "inner", "", "outer")
}

// TestOnRefusalIsNotCached tests that headers of a page cannot make caches store it.
func TestOnRefusalIsNotCached(t *testing.T) {
	h := newAuthorizer(t, pages, func(c *authz.Config) {
		c.HTTP.OnRefusal = func(w http.ResponseWriter, _ *http.Request, _ int, _ error) {
			for _, name := range []string{"Cache-Control", "Cdn-Cache-Control", "Netlify-Cdn-Cache-Control", "Surrogate-Control", "X-Accel-Expires", "Expires"} {
				w.Header().Set(name, "max-age=60")
			}
			w.Header().Set("X-Page", "1")
			io.WriteString(w, "no")
		}
	}).Middleware(http.NotFoundHandler())
	resp, body := get(t, h, "GET", "/", "user", "alice")
	for name, values := range resp.Header {
		if strings.Contains(strings.Join(values, ""), "max-age") {
			t.Errorf("%s: %v", name, values)
		}
	}
	if resp.Header.Get("Cache-Control") != "no-store" || resp.Header.Get("X-Page") != "1" || body != "no" {
		t.Errorf("%v %q", resp.Header, body)
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
			w.Header().Set("X-Late", "1") // the response has not begun yet
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
