package authz_test

// This file tests how Accept headers are read: what they mean, and that their cost is
// bounded.

import (
	"fmt"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"

	"github.com/ursa-authz/ursa/authz"
)

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
		{" application/json ;\tq=0.5", true},
		{"application/json, text/plain, */*", true},
		{"application/*", true},
		{"text/html, application/json", false},
		{"text/html, application/problem+json", false},
		{"text/html;q=0.5, application/json", true},
		{"text/html, application/json;q=0.9", false},
		{"application/json;q=0, */*", false},
		{"text/html;q=0, */*", true},
		{"text/html;q=0", false},
		{"application/json;q=0", false},
		{"*/*, text/html;q=0.0", true},
		{"application/json;q=1.000, text/html;q=0.999", true},
		{"application/json;q=0.001, text/html;q=0", true},
		{"application/json;Q=0, */*", false},
		{"application/json;q=0;q=1", true}, // the last one counts
		{"application/problem+json;q=0, application/json", false},
		{"application/json;q=0.2, application/json;q=0.8, text/html;q=0.5", true},
		{"application/json;profile=\"a,b;q=0\", text/html;q=0.5", true},
		{"application/json;profile=\"a\\\",b\";q=0.1, text/html;q=0.5", false},
		{"text/*;q=0.2, application/json;q=0.3", true},
		{"application/jsonx, json, application", false},
		// Malformed ranges are ignored.
		{"application/json;q=x, text/html;q=0.1", false},
		{"application/json;q=2, text/html;q=0.1", false},
		{"application/json;q=1.001, text/html;q=0.1", false},
		{"application/json;q=0.1234, text/html;q=0", false},
		{"application/json;q=-1, text/html;q=0", false},
		{"application/json;q=, text/html;q=0", false},
		{"application/json;q=1e0, text/html;q=0", false},
		{"application/json;a=\"open, text/html;q=0.1", false},
		{"text/html;q=0, application/json;a=\"open\\", false},
		{"nonsense/;;, ,application/json", true},
		{";q=0,;,application/json;", true},
	} {
		var refuse http.HandlerFunc = func(w http.ResponseWriter, r *http.Request) { authz.Refuse(w, r, authz.ErrForbidden) }
		resp, _ := get(t, refuse, "GET", "/", "Accept", tt.accept)
		if got := resp.Header.Get("Content-Type") == "application/problem+json"; got != tt.json {
			t.Errorf("Accept %q: %s, want JSON %v", tt.accept, resp.Header.Get("Content-Type"), tt.json)
		}
	}
	// Several headers are one list.
	if json, _ := authz.PrefersJSON([]string{"text/html;q=0.5", "application/json"}); !json {
		t.Error("the second header was not read")
	}
}

// floods are Accept headers with a megabyte.
var floods = map[string][]string{
	"parameters": {strings.Repeat("a;b*0=c;b*1=d;", 75_000)},
	"ranges":     {strings.Repeat("text/html,", 100_000)},
	"semicolons": {"a/b" + strings.Repeat(";", 1<<20)},
	"commas":     {strings.Repeat(",", 1<<20)},
	"quotes":     {"a/b;c=" + strings.Repeat(`"\"",`, 200_000)},
	"one quote":  {`a/b;c="` + strings.Repeat("x", 1<<20)},
	"one word":   {strings.Repeat("x", 1<<20)},
	"spaces":     {strings.Repeat(" ", 1<<20)},
	"headers":    strings.Split(strings.Repeat("a/b;c=d ", 100_000), " "),
	"empty":      make([]string, 1<<20),
}

// TestAcceptIsBounded tests that the bytes read and the allocations are bounded.
func TestAcceptIsBounded(t *testing.T) {
	for name, accept := range floods {
		if _, read := authz.PrefersJSON(accept); read > authz.MaxAccept {
			t.Errorf("%s: %d bytes were read, want at most %d", name, read, authz.MaxAccept)
		}
		if n := testing.AllocsPerRun(1, func() { authz.PrefersJSON(accept) }); n != 0 {
			t.Errorf("%s: %v allocations", name, n)
		}
		// What follows the bound is not read, and what precedes it is.
		if json, _ := authz.PrefersJSON(append(accept[:len(accept):len(accept)], "application/json")); json {
			t.Errorf("%s: what comes behind was read", name)
		}
		if json, _ := authz.PrefersJSON(append([]string{"application/json;q=1, text/html;q=0.5"}, accept...)); json != (name != "ranges") {
			t.Errorf("%s: what comes before was not read", name)
		}
	}
	// A range that the bound cuts off is not read: its meaning is not known.
	cut := strings.Repeat(",", authz.MaxAccept-len("application/json")-1) + "application/json;q=0"
	if json, _ := authz.PrefersJSON([]string{cut}); json {
		t.Error("half a range was read")
	}
}

func FuzzAccept(f *testing.F) {
	for _, s := range []string{"text/html, application/json;q=0.9", `a/b;c="d\";,";q=1,*/*`, ";;,\"", "application/*;q=0.01"} {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, accept string) {
		json, read := authz.PrefersJSON([]string{accept})
		if read > authz.MaxAccept {
			t.Fatalf("%d bytes were read", read)
		}
		if json && !strings.Contains(accept, "*") && !strings.Contains(strings.ToLower(accept), "json") {
			t.Fatalf("%q prefers JSON", accept)
		}
	})
}

// BenchmarkHugeHeaders sends a megabyte of headers through all of Middleware and a refusal,
// without the cost of net/http.
func BenchmarkHugeHeaders(b *testing.B) {
	mega := strings.Repeat("x", 1<<20)
	bench := func(name string, change func(*http.Request)) {
		b.Run(name, func(b *testing.B) {
			h := newAuthorizer(b, "allow bob GET header:X-Team=a\nallow bob GET query:team=a").Middleware(http.NotFoundHandler())
			r := httptest.NewRequest("GET", "/", nil)
			r.Header.Set("user", "bob")
			change(r)
			b.ReportAllocs()
			for b.Loop() {
				if h.ServeHTTP(httptest.NewRecorder(), r); r.Pattern != "" {
					b.Fatal("served")
				}
			}
		})
	}
	bench("none", func(*http.Request) {})
	for name, accept := range floods {
		bench("Accept/"+name, func(r *http.Request) { r.Header["Accept"] = accept })
	}
	bench("Host", func(r *http.Request) { r.Host = mega })
	bench("Host/upper", func(r *http.Request) { r.Host = strings.ToUpper(mega) })
	bench("read/one", func(r *http.Request) { r.Header.Set("X-Team", mega) })
	bench("read/many", func(r *http.Request) { r.Header["X-Team"] = make([]string, 1<<20) })
	bench("unread", func(r *http.Request) { r.Header.Set("X-Other", mega) })
	bench("WWW-Authenticate", func(r *http.Request) { r.Header.Set("WWW-Authenticate", mega) })
	bench("query/one", func(r *http.Request) { r.URL.RawQuery = mega })
	bench("query/many", func(r *http.Request) { r.URL.RawQuery = strings.Repeat("x&", 1<<19) })
	bench("query/longest", func(r *http.Request) { r.URL.RawQuery = strings.Repeat("abcdefg&", 2<<10)[:16<<10] })
	bench("path", func(r *http.Request) { r.URL.Path = "/" + mega })
	bench("path/segments", func(r *http.Request) { r.URL.Path = strings.Repeat("/a", 1<<19) })
	bench("path/escaped", func(r *http.Request) {
		r.URL.Path, r.URL.RawPath = "/"+mega, "/"+strings.Repeat("%78", 1<<20)
	})
	bench("path/longest", func(r *http.Request) { r.URL.Path = strings.Repeat("/a", 8<<10) })
	bench("method", func(r *http.Request) { r.Method = mega })
}

// TestMegabytes sends a megabyte through a real server and checks the statuses.
func TestMegabytes(t *testing.T) {
	server := httptest.NewServer(newAuthorizer(t, pages).Middleware(http.HandlerFunc(func(http.ResponseWriter, *http.Request) {})))
	defer server.Close()
	for _, tt := range []struct {
		line, header string
		want         int
	}{
		{"GET /login", "Accept: " + strings.Repeat("a;b*0=c;b*1=d;", 70_000), 200},
		{"GET /elsewhere", "Accept: " + strings.Repeat("a;b*0=c;b*1=d;", 70_000), 403},
		{"GET /elsewhere", "user: bob\r\nX-Team: " + strings.Repeat("x", 900_000), 403},
		{"GET /login?" + strings.Repeat("a=b&", 200_000), "X: y", 200}, // no rule reads it
		{"GET /login" + strings.Repeat("/a", 400_000), "X: y", 400},
		{strings.Repeat("G", 900_000) + " /login", "X: y", 403},
	} {
		request := fmt.Sprintf("%s HTTP/1.1\r\nHost: h\r\n%s\r\nConnection: close\r\n\r\n", tt.line, tt.header)
		if status := sendRaw(t, server.Listener.Addr().String(), request); status != tt.want {
			t.Errorf("%.30s %.20s: %d, want %d", tt.line, tt.header, status, tt.want)
		}
	}
}
