package authz_test

// This file tests Request: what policies see of a request.

import (
	"errors"
	"fmt"
	"net/http"
	"net/http/httptest"
	"net/url"
	"reflect"
	"strings"
	"testing"

	"github.com/ursa-authz/ursa/authz"
)

// TestRequest tests what policies see of a real request.
func TestRequest(t *testing.T) {
	var seen *authz.Request
	az := newAuthorizer(t, "", withPolicy(decider(func(_ any, _ string, r any) (authz.Outcome, error) {
		seen = r.(*authz.Request)
		return authz.Outcome{Allowed: true}, nil
	})))
	plain := httptest.NewServer(az.Middleware(http.NotFoundHandler()))
	defer plain.Close()
	secure := httptest.NewTLSServer(az.Middleware(http.NotFoundHandler()))
	defer secure.Close()
	for _, tt := range []struct {
		server *httptest.Server
		method string
		scheme string
	}{{plain, "POST", "http"}, {secure, "HEAD", "https"}} {
		r, err := http.NewRequest(tt.method, tt.server.URL+"/caf%C3%A9/a%20b/?x=1", nil)
		if err != nil {
			t.Fatal(err)
		}
		r.Host = "expenses.example:8080"
		for _, name := range []string{"X-Forwarded-For", "X-Forwarded-Host", "X-Forwarded-Proto", "X-Real-Ip", "X-Http-Method-Override", "Forwarded"} {
			r.Header.Set(name, "ftp")
		}
		for _, name := range []string{"Authorization", "Proxy-Authorization", "Cookie"} {
			r.Header.Set(name, secret)
		}
		resp, err := tt.server.Client().Do(r)
		if err != nil {
			t.Fatal(err)
		}
		resp.Body.Close()
		method := tt.method
		if method == "HEAD" {
			method = "GET"
		}
		if seen.Method != method || seen.Path != "/café/a b/" || !reflect.DeepEqual(seen.Segments, []string{"café", "a b"}) ||
			seen.Host != "expenses.example" || seen.Port == nil || *seen.Port != 8080 || seen.Scheme != tt.scheme || seen.RemoteAddr != "127.0.0.1" {
			t.Errorf("policies see %s %s %q %s %s %s", seen.Method, seen.Path, seen.Segments, seen.Host, seen.Scheme, seen.RemoteAddr)
		}
		for _, name := range []string{"Authorization", "proxy-authorization", "COOKIE", "Host"} {
			if v, err := seen.Header(name); v != nil || err == nil {
				t.Errorf("header %s: %v, %v; want an error", name, v, err)
			}
		}
		if v, err := seen.Header("X-Forwarded-For"); err != nil || *v != "ftp" {
			t.Errorf("header: %v, %v", v, err)
		}
		if v, err := seen.Header("X-Absent"); v != nil || err != nil {
			t.Errorf("absent header: %v, %v; want nil", v, err)
		}
		if v, err := seen.Query("x"); err != nil || *v != "1" {
			t.Errorf("query: %v, %v", v, err)
		}
		if v, err := seen.Query("y"); v != nil || err != nil {
			t.Errorf("absent query: %v, %v; want nil", v, err)
		}
		if v, err := seen.Pattern(); v != nil || err == nil {
			t.Errorf("pattern where it is not known: %v, %v; want an error", v, err)
		}
		if v, err := seen.PathValue("id"); v != nil || err == nil {
			t.Errorf("path value where it is not known: %v, %v; want an error", v, err)
		}
	}
}

func TestRequestMadeByHand(t *testing.T) {
	q := &authz.Request{Method: "GET"}
	for name, f := range map[string]func() (*string, error){
		"header":     func() (*string, error) { return q.Header("X") },
		"query":      func() (*string, error) { return q.Query("x") },
		"pattern":    func() (*string, error) { return q.Pattern() },
		"path value": func() (*string, error) { return q.PathValue("x") },
	} {
		if v, err := f(); v != nil || err == nil {
			t.Errorf("%s: %v, %v; want an error", name, v, err)
		}
	}
}

func TestConfigRequest(t *testing.T) {
	ok := http.HandlerFunc(func(http.ResponseWriter, *http.Request) {})
	h := newAuthorizer(t, "allow guest GET path:/mapped", func(c *authz.Config) {
		c.HTTP.Request = func(r *http.Request, q *authz.Request) {
			if r.Header.Get("X-Panic") != "" {
				panic(secret)
			}
			q.Path = "/mapped" + q.Path
		}
	}).Middleware(ok)
	if resp, _ := get(t, h, "GET", "/x"); resp.StatusCode != 200 {
		t.Errorf("mapped: %d", resp.StatusCode)
	}
	if resp, _ := get(t, h, "GET", "/x", "X-Panic", "1"); resp.StatusCode != 500 {
		t.Errorf("panicked: %d, want 500", resp.StatusCode)
	}
}

// TestRequestFaultIsObserved tests that the observer receives the id of a refusal.
func TestRequestFaultIsObserved(t *testing.T) {
	var seen []authz.Event
	h := newAuthorizer(t, "allow * * *", func(c *authz.Config) {
		c.HTTP.Request = func(*http.Request, *authz.Request) { panic(secret) }
		c.Observe = collect(&seen)
	}).Middleware(http.NotFoundHandler())
	_, body := get(t, h, "GET", "/x", "Accept", "application/json")
	if len(seen) != 1 || seen[0].Verdict != authz.Undecided || !errors.Is(seen[0].Err, authz.ErrUndecided) || !strings.Contains(body, `"decision_id":"`+seen[0].DecisionID()+`"`) || strings.Contains(fmt.Sprint(seen), secret) {
		t.Errorf("answered %s, observed %v", body, seen)
	}
}

// TestRequestWithoutURL tests a request that was made by hand and has no path.
func TestRequestWithoutURL(t *testing.T) {
	az := newAuthorizer(t, "allow_request * *")
	_, err := az.Request(nil)
	for _, err := range []error{err, az.AuthorizeRequest(t.Context(), alice, &http.Request{})} {
		if outcome(t, err) != badReq {
			t.Error(err)
		}
	}
}

// TestPattern compares what policies see of a route with what its handler sees.
func TestPattern(t *testing.T) {
	patterns := []string{
		"GET /expenses/{id}", "/expenses/{id}/items/{item}", "POST /expenses/{$}", "/files/{path...}",
		"GET /static/", "host.example/{org}/x", "GET /{$}", "/deep/{a}/{b}/{rest...}", "GET /odd/{a}/",
	}
	targets := []string{
		"/", "/expenses/5", "/expenses/a%20b", "/expenses/5/items/6", "/files/", "/files/a", "/files/a/b%3Fc/d/", "/static/x",
		"/org/x", "/deep/1/2/3/4", "/deep/1/2/", "/nothing/here", "/odd/7/", "/odd/7/8/9", "/expenses/%7Bid%7D", "/files/caf%C3%A9",
	}
	var seen *authz.Request
	az := newAuthorizer(t, "", func(c *authz.Config) { c.HTTP.AllowEncodedSlash = true }, withPolicy(decider(func(_ any, _ string, r any) (authz.Outcome, error) {
		seen = r.(*authz.Request)
		return authz.Outcome{Allowed: true}, nil
	})))
	names := []string{"id", "item", "path", "org", "a", "b", "rest", "$", "", "id}", "..."}
	type sight struct {
		pattern string
		values  map[string]string
	}
	var inside *sight
	mux := http.NewServeMux()
	look := func(w http.ResponseWriter, r *http.Request) {
		inside = &sight{r.Pattern, map[string]string{}}
		for _, name := range names {
			if v := r.PathValue(name); v != "" {
				inside.values[name] = v
			}
		}
		// Middleware inside of the route.
		before := seen
		get := httptest.NewRecorder()
		az.Middleware(http.NotFoundHandler()).ServeHTTP(get, r)
		check(t, seen, inside.pattern, inside.values, names)
		seen = before
	}
	for _, p := range patterns {
		mux.HandleFunc(p, look)
	}
	h := az.Middleware(mux)
	served := 0
	for _, method := range []string{"GET", "HEAD", "POST"} {
		for _, host := range []string{"example.com", "host.example"} {
			for _, target := range append(targets, "/expenses/1%2F2", "/files/a%2Fb/c") {
				inside = nil
				r := httptest.NewRequest(method, target, nil)
				r.Host = host
				w := httptest.NewRecorder()
				h.ServeHTTP(w, r)
				if inside == nil {
					// It is known that there is no route, so the result is nil.
					if p, err := seen.Pattern(); p != nil || err != nil {
						t.Errorf("%s %s has no route, but pattern %v, %v", method, target, p, err)
					}
					if v, err := seen.PathValue("id"); v != nil || err != nil {
						t.Errorf("%s %s has no route, but a path value %v, %v", method, target, v, err)
					}
					continue
				}
				served++
				check(t, seen, inside.pattern, inside.values, names)
			}
		}
	}
	if served < 50 {
		t.Errorf("only %d requests had a route", served)
	}
}

func check(t *testing.T, seen *authz.Request, pattern string, values map[string]string, names []string) {
	t.Helper()
	if p, err := seen.Pattern(); err != nil || p == nil || *p != pattern {
		t.Errorf("%s: pattern %v, %v, want %q", seen.Path, p, err, pattern)
	}
	for _, name := range names {
		v, err := seen.PathValue(name)
		want, ok := values[name]
		switch {
		case ok && (err != nil || *v != want):
			t.Errorf("%s by %q: path value %q is %v, %v, want %q", seen.Path, pattern, name, v, err, want)
		case !ok && err == nil && *v != "":
			t.Errorf("%s by %q: path value %q is %q, want an error", seen.Path, pattern, name, *v)
		case !ok && err == nil && !strings.Contains(pattern, "{"+name+"...}"):
			t.Errorf("%s by %q: path value %q is known", seen.Path, pattern, name)
		}
	}
}

func TestPatternInPolicy(t *testing.T) {
	mux := http.NewServeMux()
	mux.HandleFunc("GET /expenses/{id}", func(http.ResponseWriter, *http.Request) {})
	mux.HandleFunc("GET /", func(http.ResponseWriter, *http.Request) {})
	az := newAuthorizer(t, "allow alice GET pattern:GET_/expenses/{id}\nallow bob GET path_value:id=5")
	for _, tt := range []struct {
		h          http.Handler
		user, path string
		want       int
	}{
		{az.Middleware(mux), "alice", "/expenses/5", 200},
		{az.Middleware(mux), "alice", "/", 403},
		{az.Middleware(mux), "bob", "/expenses/5", 200},
		{az.Middleware(mux), "bob", "/expenses/6", 403},
		{az.Middleware(mux), "bob", "/other", 500},                                    // the pattern "GET /" has no {id}
		{az.Middleware(http.HandlerFunc(mux.ServeHTTP)), "alice", "/expenses/5", 500}, // no mux to ask
	} {
		if resp, _ := get(t, tt.h, "GET", tt.path, "user", tt.user); resp.StatusCode != tt.want {
			t.Errorf("%s %s: %d, want %d", tt.user, tt.path, resp.StatusCode, tt.want)
		}
	}
}

func FuzzPathValue(f *testing.F) {
	for _, s := range []string{"/a/1", "/a/1/b/2", "/c/x/y", "/a/%20", "/a/1/b/", "/c/", "/d/1/", "/c/%2F", "/a/%2f1"} {
		f.Add(s)
	}
	var seen *authz.Request
	az := newAuthorizer(f, "", func(c *authz.Config) { c.HTTP.AllowEncodedSlash = true }, withPolicy(decider(func(_ any, _ string, r any) (authz.Outcome, error) {
		seen = r.(*authz.Request)
		return authz.Outcome{Allowed: true}, nil
	})))
	var inside *http.Request
	mux := http.NewServeMux()
	for _, p := range []string{"/a/{x}", "/a/{x}/b/{y}", "/c/{x...}", "/d/{x}/", "/e/{x}/{y...}"} {
		mux.HandleFunc(p, func(_ http.ResponseWriter, r *http.Request) { inside = r })
	}
	h := az.Middleware(mux)
	f.Fuzz(func(t *testing.T, target string) {
		u, err := url.ParseRequestURI(target)
		if err != nil {
			return
		}
		seen, inside = nil, nil
		h.ServeHTTP(httptest.NewRecorder(), &http.Request{Method: "GET", URL: u, Header: http.Header{}, Host: "h"})
		if inside == nil {
			return
		}
		if seen == nil {
			t.Fatalf("%q was served undecided", target)
		}
		for _, name := range []string{"x", "y"} {
			want := inside.PathValue(name)
			v, err := seen.PathValue(name)
			if err != nil && want != "" || err == nil && *v != want {
				t.Fatalf("%q by %q: %s is %v, %v, want %q", target, inside.Pattern, name, v, err, want)
			}
		}
	})
}
