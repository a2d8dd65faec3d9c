package authz_test

// This file tests which spellings of a path are rejected, on raw sockets.

import (
	"bufio"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"net/http/httptest"
	"net/url"
	"reflect"
	"strings"
	"testing"

	"github.com/ursa-authz/ursa/authz"
)

// The spellings of a path, sent as they are. The policy and the route must see the same
// path, or the request must be rejected.
var spellings = []struct {
	target string
	want   int    // 200: the policy sees path, and the route serves it if it has one
	path   string // what the policy sees
	with   int    // the status with AllowEncodedSlash, if it differs
}{
	{"/admin/1", 200, "/admin/1", 0},
	{"/admin/1/", 200, "/admin/1/", 0},
	{"/", 200, "/", 0},
	{"/admin", 200, "/admin", 0},
	{"/ADMIN/1", 200, "/ADMIN/1", 0},
	{"/%61dmin/1", 200, "/admin/1", 0},
	{"/admin/%31", 200, "/admin/1", 0},
	{"/admin/a%20b", 200, "/admin/a b", 0},
	{"/admin/a+b", 200, "/admin/a+b", 0},
	{"/admin/caf%C3%A9", 200, "/admin/café", 0},
	{"/admin/1;x=2", 200, "/admin/1;x=2", 0},
	{"/admin/1%3Bx=2", 200, "/admin/1;x=2", 0},
	{"/admin/1?x=/../2", 200, "/admin/1", 0},
	{"/admin/1%3F", 200, "/admin/1?", 0},
	{"/admin/1%23", 200, "/admin/1#", 0},
	{"/admin/...", 200, "/admin/...", 0},
	{"/admin/.hidden", 200, "/admin/.hidden", 0},
	{"/admin/a..b", 200, "/admin/a..b", 0},
	{"/admin/%252e%252e", 200, "/admin/%2e%2e", 0}, // decoded once by both
	{"/admin/1%252F2", 200, "/admin/1%2F2", 0},
	{"/admin/%25", 200, "/admin/%", 0},
	{"/admin/%7E1", 200, "/admin/~1", 0},
	{"http://other.example/admin/1", 200, "/admin/1", 0},
	{"//admin/1", 400, "", 0},
	{"///admin/1", 400, "", 0},
	{"/admin//1", 400, "", 0},
	{"/admin/1//", 400, "", 0},
	{"//", 400, "", 0},
	{"/public/../admin/1", 400, "", 0},
	{"/public/./../admin/1", 400, "", 0},
	{"/public/%2e%2e/admin/1", 400, "", 0},
	{"/public/%2E%2E/admin/1", 400, "", 0},
	{"/public/.%2e/admin/1", 400, "", 0},
	{"/public/%2e./admin/1", 400, "", 0},
	{"/public/..", 400, "", 0},
	{"/public/%2e%2e", 400, "", 0},
	{"/..", 400, "", 0},
	{"/.", 400, "", 0},
	{"/./admin/1", 400, "", 0},
	{"/%2e/admin/1", 400, "", 0},
	{"/admin/1/.", 400, "", 0},
	{"/admin/1/./", 400, "", 0},
	{"/public/..%2fadmin/1", 400, "", 0},
	{"/public/%2e%2e%2fadmin/1", 400, "", 0},
	{"/admin%2f1", 400, "", 200},
	{"/admin%2F1", 400, "", 200},
	{"/admin/1%2f2", 400, "", 200},
	{"/admin/1%2F", 400, "", 200},
	{"/admin%2f%2f1", 400, "", 0},
	{"/%2fadmin/1", 400, "", 0},
	{"%2fadmin/1", 400, "", 0},
	{"/admin%5c1", 400, "", 0},
	{"/admin%5C1", 400, "", 0},
	{`/admin\1`, 400, "", 0},
	{`/public/..\admin/1`, 400, "", 0},
	{"/public/..%5cadmin/1", 400, "", 0},
	{"/admin/1%00", 400, "", 0},
	{"/admin/1%00.png", 400, "", 0},
	{"/admin/1%0a", 400, "", 0},
	{"/admin/1%0D%0ASet-Cookie:x", 400, "", 0},
	{"/admin/1%7f", 400, "", 0},
	{"/admin/%c0%af1", 400, "", 0},
	{"/admin/%ff", 400, "", 0},
	{"/public/%c0%ae%c0%ae/admin/1", 400, "", 0},
	{"/admin/%", 400, "", 0},
	{"/admin/%zz", 400, "", 0},
	{"/admin/%2", 400, "", 0},
	{"http://other.example", 400, "", 0},
	{"http://other.example//admin/1", 400, "", 0},
	{"http://other.example/public/../admin/1", 400, "", 0},
	{"admin/1", 400, "", 0},
	{"*", 400, "", 0},
	{"", 400, "", 0},
}

func TestSpellings(t *testing.T) {
	var decided *authz.Request
	for _, slash := range []bool{false, true} {
		az := newAuthorizer(t, "", func(c *authz.Config) { c.HTTP.AllowEncodedSlash = slash }, withPolicy(decider(func(_ any, _ string, r any) (authz.Outcome, error) {
			decided = r.(*authz.Request)
			return authz.Outcome{Allowed: true}, nil
		})))
		var served *http.Request
		mux := http.NewServeMux()
		for _, p := range []string{"/admin/{id}", "/admin/{id}/{$}", "/public/{path...}", "/{$}"} {
			mux.HandleFunc(p, func(_ http.ResponseWriter, r *http.Request) { served = r })
		}
		server := httptest.NewServer(az.Middleware(mux))
		defer server.Close()
		for _, method := range []string{"GET", "OPTIONS"} {
			for _, tt := range spellings {
				if tt.target == "*" && method == "OPTIONS" {
					continue // answered by net/http itself
				}
				decided, served = nil, nil
				status := sendRaw(t, server.Listener.Addr().String(), method+" "+tt.target+" HTTP/1.1\r\nHost: h\r\nConnection: close\r\n\r\n")
				want := tt.want
				if slash && tt.with != 0 {
					want = tt.with
				}
				name := fmt.Sprintf("%s %q, encoded slash %v", method, tt.target, slash)
				if want == 400 {
					if status != 400 || decided != nil || served != nil {
						t.Errorf("%s: status %d, decided %v, served %v; want 400", name, status, decided != nil, served != nil)
					}
					continue
				}
				if decided == nil {
					t.Errorf("%s: status %d, nothing was decided", name, status)
					continue
				}
				if !slash && decided.Path != tt.path {
					t.Errorf("%s: policies see %q, want %q", name, decided.Path, tt.path)
				}
				if served == nil {
					continue
				}
				// The route and the policy have read the same path.
				path := decided.Path
				if slash {
					var err error
					if path, err = url.PathUnescape(path); err != nil {
						t.Errorf("%s: policies see %q: %v", name, decided.Path, err)
					}
				}
				if served.URL.Path != path {
					t.Errorf("%s: policies see %q, the route %q", name, path, served.URL.Path)
				}
				if id := served.PathValue("id"); id != "" && (len(decided.Segments) != 2 || decided.Segments[1] != id) {
					t.Errorf("%s: policies see %q, the route id %q", name, decided.Segments, id)
				}
			}
		}
	}
	if len(spellings) < 60 {
		t.Errorf("only %d spellings", len(spellings))
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
		t.Fatal(err)
	}
	resp.Body.Close()
	return resp.StatusCode
}

// TestRawPathThatDiffers sets a RawPath that no server sets, but that middleware might set.
func TestRawPathThatDiffers(t *testing.T) {
	az := newAuthorizer(t, pages)
	for _, u := range []*url.URL{
		{Path: "/public/x", RawPath: "/admin/1"},
		{Path: "/public/x", RawPath: "/public/%zz"},
		{Path: "", RawPath: "/admin"},
		{Opaque: "admin:80"},
	} {
		if _, err := az.Request(&http.Request{Method: "GET", URL: u}); !errors.Is(err, authz.ErrBadRequest) {
			t.Errorf("%+v: %v, want ErrBadRequest", u, err)
		}
	}
}

func TestEncodedSlash(t *testing.T) {
	az := newAuthorizer(t, pages, func(c *authz.Config) { c.HTTP.AllowEncodedSlash = true })
	for _, tt := range []struct {
		target   string
		path     string
		segments []string
		unusual  bool // rejected unless Canonical is around it
	}{
		{"/a/b", "/a/b", []string{"a", "b"}, false},
		{"/a%2Fb", "/a%2Fb", []string{"a/b"}, false},
		{"/a%2fb/", "/a%2Fb/", []string{"a/b"}, true},
		{"/%61/b", "/a/b", []string{"a", "b"}, true},
		{"/%61%2Fb", "/a%2Fb", []string{"a/b"}, true},
		{"/a%20b/c%25", "/a%20b/c%25", []string{"a b", "c%"}, false},
		{"/a%20b%2Fc%25", "/a%20b%2Fc%25", []string{"a b/c%"}, false},
		{"/a|b%2Fc", "/a%7Cb%2Fc", []string{"a|b/c"}, true}, // EscapedPath does not keep this "%2F"
		{"/*/a;b,c%2F*", "/%2A/a;b,c%2F%2A", []string{"*", "a;b,c/*"}, true},
		{"/a/b%2F", "/a/b%2F", []string{"a", "b/"}, false},
		{"/a(b)", "/a%28b%29", []string{"a(b)"}, false},
		{"/", "/", []string{}, false},
	} {
		r := httptest.NewRequest("GET", tt.target, nil)
		if q, err := az.Request(r); tt.unusual != errors.Is(err, authz.ErrBadRequest) || err == nil && (q.Path != tt.path || !reflect.DeepEqual(q.Segments, tt.segments)) {
			t.Errorf("%s: %+v, %v, want %s %q, refused %v", tt.target, q, err, tt.path, tt.segments, tt.unusual)
		}
		canonical := false
		authz.Canonical(http.HandlerFunc(func(_ http.ResponseWriter, r *http.Request) {
			canonical = true
			q, err := az.Request(r)
			if err != nil || q.Path != tt.path || !reflect.DeepEqual(q.Segments, tt.segments) || r.URL.EscapedPath() != tt.path {
				t.Errorf("canonical %s: %+v, %v, EscapedPath %s, want %s %q", tt.target, q, err, r.URL.EscapedPath(), tt.path, tt.segments)
			}
		})).ServeHTTP(nil, r)
		if !canonical {
			t.Errorf("%s: not served", tt.target)
		}
	}
}

// TestUnusualEscapes sends spellings that a router reads differently if it matches RawPath.
// They are rejected where Middleware may be inside such a router.
func TestUnusualEscapes(t *testing.T) {
	var served *http.Request
	var decided *authz.Request
	az := newAuthorizer(t, "", withPolicy(decider(func(_ any, _ string, r any) (authz.Outcome, error) {
		decided = r.(*authz.Request)
		return authz.Outcome{Allowed: true}, nil
	})))
	handler := http.HandlerFunc(func(_ http.ResponseWriter, r *http.Request) { served = r })
	inside := httptest.NewServer(az.Middleware(handler))
	defer inside.Close()
	outside := httptest.NewServer(authz.Canonical(az.Middleware(handler)))
	defer outside.Close()
	for _, tt := range []struct {
		target string
		want   int
		path   string
	}{
		{"/public/x", 200, "/public/x"},
		{"/a%20b/caf%C3%A9", 200, "/a b/café"},
		{"/a!b/(c)/*/[d]/it's", 200, "/a!b/(c)/*/[d]/it's"}, // as browsers send it
		{"/a%21b/%28c%29", 200, "/a!b/(c)"},                 // as package url does
		{"/caf\xc3\xa9", 200, "/café"},
		{"/a;b,c=d:e@f&g+h$i~j", 200, "/a;b,c=d:e@f&g+h$i~j"},
		{"/%70ublic/x", 400, "/public/x"},
		{"/public/%78", 400, "/public/x"},
		{"/caf%c3%a9", 400, "/café"},
		{"/users/alice%40foo.com", 400, "/users/alice@foo.com"},
		{"/%7Ealice", 400, "/~alice"},
		{"/a%2Db", 400, "/a-b"},
		{"/a%2Eb", 400, "/a.b"},
		{"/Report%20(final).pdf", 400, "/Report (final).pdf"},
		{"/a(b%29", 400, "/a(b)"},
		{"/a|b%3B", 400, "/a|b;"},
		{"/caf\xc3\xa9/%61", 400, "/café/a"},
	} {
		for name, server := range map[string]*httptest.Server{"inside": inside, "outside": outside} {
			want := tt.want
			if name == "outside" {
				want = 200
			}
			served, decided = nil, nil
			status := sendRaw(t, server.Listener.Addr().String(), "GET "+tt.target+" HTTP/1.1\r\nHost: h\r\nConnection: close\r\n\r\n")
			if status != want || (decided != nil) != (want == 200) || (served != nil) != (want == 200) {
				t.Errorf("%q, %s: status %d, decided %v, served %v; want %d", tt.target, name, status, decided != nil, served != nil, want)
				continue
			}
			if want == 200 && (decided.Path != tt.path || served.URL.Path != tt.path || served.URL.RawPath != "" && served.URL.RawPath != tt.path) {
				t.Errorf("%q, %s: policies see %q, the route %q and %q, want %q", tt.target, name, decided.Path, served.URL.Path, served.URL.RawPath, tt.path)
			}
		}
	}
}

// TestLongPath tests that the cost of reading a path is bounded before the actor is known.
func TestLongPath(t *testing.T) {
	az := newAuthorizer(t, pages)
	for _, tt := range []struct {
		path string
		ok   bool
	}{
		{strings.Repeat("/a", 8<<10), true},
		{strings.Repeat("/a", 8<<10) + "b", false},
		{strings.Repeat("/a", 1<<19), false},
		{strings.Repeat("/%41", 5<<10), false},
	} {
		r := httptest.NewRequest("GET", tt.path, nil)
		if _, err := az.Request(r); tt.ok != (err == nil) || !tt.ok && !errors.Is(err, authz.ErrBadRequest) {
			t.Errorf("%d bytes: %v", len(tt.path), err)
		}
		if n := testing.AllocsPerRun(1, func() { az.Request(r) }); !tt.ok && n > 2 {
			t.Errorf("%d bytes: %v allocations for a refusal", len(tt.path), n)
		}
	}
}

// FuzzCanonical tests that the canonical spelling is canonical and means the same.
func FuzzCanonical(f *testing.F) {
	for _, s := range []string{"/a%2fb/%61", "/a|b%2Fc", "/*%2F", "/caf%c3%a9", "http://H:80/a(b%29", "/%2f%2F", "/a%2F/..%2f", "/%25%2f"} {
		f.Add(s)
	}
	az := newAuthorizer(f, pages, func(c *authz.Config) { c.HTTP.AllowEncodedSlash = true })
	canonical := func(r *http.Request) (out *http.Request) {
		authz.Canonical(http.HandlerFunc(func(_ http.ResponseWriter, r *http.Request) { out = r })).ServeHTTP(nil, r)
		return out
	}
	f.Fuzz(func(t *testing.T, target string) {
		u, err := url.ParseRequestURI(target)
		if err != nil {
			return
		}
		before := *u
		r := &http.Request{Method: "GET", URL: u, Host: u.Host, Header: http.Header{}}
		c := canonical(r)
		if *u != before {
			t.Fatalf("%q: the request was changed", target)
		}
		if again := canonical(c); again != c {
			t.Fatalf("%q: %q becomes %q", target, c.URL, again.URL)
		}
		if p, err := url.PathUnescape(c.URL.EscapedPath()); c.URL.Path != u.Path || err != nil || p != u.Path && u.Path != "" {
			t.Fatalf("%q: %+v becomes %+v", target, u, c.URL)
		}
		q, err := az.Request(r)
		of, errCanonical := az.Request(c)
		if err == nil && (errCanonical != nil || q.Path != of.Path || q.Host != of.Host || !reflect.DeepEqual(q.Segments, of.Segments)) {
			t.Fatalf("%q: policies see %+v of the request, and %+v, %v, of its canonical form", target, q, of, errCanonical)
		}
		if errCanonical == nil && of.Path != c.URL.EscapedPath() {
			t.Fatalf("%q: policies see %q, routers %q", target, of.Path, c.URL.EscapedPath())
		}
	})
}
