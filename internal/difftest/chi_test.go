package difftest

// This file tests that the middleware of package authz and the router chi read
// the same path, over raw sockets.
//
// chi routes on the escaped path and hands parameters on escaped when a URL has
// one that is not the usual spelling (URL.RawPath), and on the decoded path
// otherwise. So for /admin/%31 a policy sees "1" and a handler "%31". They
// agree when what the handler gets, decoded where chi did not, is what the
// policy saw; anything else would let a policy decide about one resource and a
// handler serve another.

import (
	"bufio"
	"context"
	"io"
	"iter"
	"net"
	"net/http"
	"net/http/httptest"
	"net/url"
	"strings"
	"testing"

	"github.com/go-chi/chi/v5"
	"github.com/ursa-authz/ursa/authz"
)

// A witness is an engine whose policy allows everything and remembers the
// request it was asked about.
type witness struct{ request *authz.Request }

func (w *witness) Compile(context.Context, authz.Input) (authz.Policy, []authz.Diagnostic, error) {
	return w, nil, nil
}

func (w *witness) Decide(_ context.Context, _ string, _ any, _ string, resource any) (authz.Outcome, error) {
	w.request = resource.(*authz.Request)
	return authz.Outcome{Allowed: true}, nil
}

func (w *witness) Query(context.Context, string, ...any) iter.Seq2[authz.Bindings, error] {
	return func(func(authz.Bindings, error) bool) {}
}

// spellings are targets of requests. Those that are refused are 400 whatever the
// router would have made of them.
var spellings = []struct {
	target  string
	refused bool
}{
	{"/admin/1", false},
	{"/admin/1/", false},
	{"/", false},
	{"/ADMIN/1", false},
	{"/%61dmin/1", false},
	{"/admin/%31", false},
	{"/admin/a%20b", false},
	{"/admin/a+b", false},
	{"/admin/caf%C3%A9", false},
	{"/admin/caf\xc3\xa9", false},
	{"/admin/1;x=2", false},
	{"/admin/1%3Bx", false},
	{"/admin/1%3Fx", false},
	{"/admin/1%23", false},
	{"/admin/1?x=/../2", false},
	{"/admin/...", false},
	{"/admin/a..b", false},
	{"/admin/%252e%252e", false},
	{"/admin/1%252F2", false},
	{"/admin/%25", false},
	{"/public/a/b", false},
	{"/public/%61/b", false},
	{"/public/", false},
	{"http://other.example/admin/1", false},
	{"//admin/1", true},
	{"///admin/1", true},
	{"/admin//1", true},
	{"/admin/1//", true},
	{"/public/../admin/1", true},
	{"/public/./../admin/1", true},
	{"/public/%2e%2e/admin/1", true},
	{"/public/%2E%2E/admin/1", true},
	{"/public/.%2e/admin/1", true},
	{"/public/%2e./admin/1", true},
	{"/public/..", true},
	{"/public/%2e%2e", true},
	{"/./admin/1", true},
	{"/%2e/admin/1", true},
	{"/admin/1/.", true},
	{"/public/..%2fadmin/1", true},
	{"/public/%2e%2e%2fadmin/1", true},
	{"/admin%2f1", true},
	{"/admin%2F1", true},
	{"/admin/1%2f2", true},
	{"/%2fadmin/1", true},
	{"/admin%5c1", true},
	{"/admin\\1", true},
	{"/public/..\\admin/1", true},
	{"/public/..%5cadmin/1", true},
	{"/admin/1%00", true},
	{"/admin/1%0a", true},
	{"/admin/1%7f", true},
	{"/admin/%c0%af1", true},
	{"/admin/%ff", true},
	{"/admin/%", true},
	{"/admin/%zz", true},
	{"*", true},
	{"", true},
}

func TestChiReadsTheSamePath(t *testing.T) {
	seen := new(witness)
	az, err := authz.New(authz.Config{
		Engine:   seen,
		Policies: authz.String("any.polar", "allow(_, _, _);"),
		Actor:    func(*http.Request) (any, error) { return "somebody", nil },
	})
	if err != nil {
		t.Fatal(err)
	}
	var served string // the path as the handler reads it from chi
	var escaped bool  // chi has not decoded it
	serve := func(prefix, param string) http.HandlerFunc {
		return func(_ http.ResponseWriter, r *http.Request) {
			served = prefix + chi.URLParam(r, param)
			escaped = r.URL.RawPath != ""
		}
	}
	router := chi.NewRouter()
	router.Use(az.Middleware)
	router.Get("/", serve("/", "none"))
	router.Get("/admin/{id}", serve("/admin/", "id"))
	router.Get("/admin/{id}/", serve("/admin/", "id"))
	router.Get("/public/*", serve("/public/", "*"))
	server := httptest.NewServer(router)
	defer server.Close()

	reached := 0
	for _, tt := range spellings {
		seen.request, served = nil, ""
		status := sendRaw(t, server.Listener.Addr().String(), "GET "+tt.target+" HTTP/1.1\r\nHost: h\r\nConnection: close\r\n\r\n")
		if tt.refused {
			if status != http.StatusBadRequest || seen.request != nil || served != "" {
				t.Errorf("%q: status %d, decided %v, served %q; want 400 and nothing else", tt.target, status, seen.request != nil, served)
			}
			continue
		}
		if seen.request == nil {
			t.Errorf("%q: status %d, and nothing was decided", tt.target, status)
			continue
		}
		if served == "" {
			continue // chi has no route for it
		}
		reached++
		handler := served
		if escaped {
			if handler, err = url.PathUnescape(served); err != nil {
				t.Errorf("%q: the handler sees %q: %v", tt.target, served, err)
			}
		}
		if policy := strings.TrimSuffix(seen.request.Path, "/"); strings.TrimSuffix(handler, "/") != policy {
			t.Errorf("%q: the policy sees %q, the handler %q", tt.target, seen.request.Path, served)
		}
	}
	if reached < 15 {
		t.Errorf("only %d requests reached a handler", reached)
	}
}

// sendRaw sends bytes to a server and returns the status of its answer.
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
