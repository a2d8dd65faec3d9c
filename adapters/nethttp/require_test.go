package nethttp_test

// This file tests RequireDecision, on real sockets.

import (
	"bufio"
	"context"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
	"time"

	"github.com/ursa-authz/ursa/adapters/nethttp"
	"github.com/ursa-authz/ursa/authz"
)

const page = "the page of a handler"

// moments are the ways in which a response can begin.
var moments = map[string]func(w http.ResponseWriter) error{
	"WriteHeader": func(w http.ResponseWriter) error {
		w.WriteHeader(http.StatusOK)
		_, err := io.WriteString(w, page)
		return err
	},
	"Write":       func(w http.ResponseWriter) error { _, err := w.Write([]byte(page)); return err },
	"WriteString": func(w http.ResponseWriter) error { _, err := w.(io.StringWriter).WriteString(page); return err },
	"ReadFrom": func(w http.ResponseWriter) error {
		_, err := w.(io.ReaderFrom).ReadFrom(struct{ io.Reader }{strings.NewReader(page)})
		return err
	},
	"Flush": func(w http.ResponseWriter) error {
		w.(http.Flusher).Flush()
		_, err := io.WriteString(w, page)
		return err
	},
	"FlushError": func(w http.ResponseWriter) error {
		if err := http.NewResponseController(w).Flush(); err != nil {
			return err
		}
		_, err := io.WriteString(w, page)
		return err
	},
	"Hijack": func(w http.ResponseWriter) error { return hijack(w.(http.Hijacker).Hijack()) },
	"Hijack by controller": func(w http.ResponseWriter) error {
		return hijack(http.NewResponseController(w).Hijack())
	},
}

func hijack(conn net.Conn, _ *bufio.ReadWriter, err error) error {
	if err != nil {
		return err
	}
	defer conn.Close()
	_, err = fmt.Fprintf(conn, "HTTP/1.1 200 OK\r\nX-Secret: 1\r\nContent-Length: %d\r\n\r\n%s", len(page), page)
	return err
}

func TestEveryMoment(t *testing.T) {
	az := newAuthorizer(t)
	for name, moment := range moments {
		errs := make(chan error, 1)
		h := az.Middleware(nethttp.RequireDecision(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
			if r.URL.Query().Has("ask") {
				if _, err := authz.Authorize(r.Context(), "read", &expense{"1"}); err != nil {
					t.Error(err)
				}
			}
			w.Header().Set("X-Secret", "1")
			errs <- moment(w)
		})))
		get := serve(t, h)
		resp, body := get("alice", "/?ask")
		if err := <-errs; resp.StatusCode != 200 || body != page || resp.Header.Get("X-Secret") != "1" || err != nil {
			t.Errorf("%s, authorized: %d %v %q, %v", name, resp.StatusCode, resp.Header, body, err)
		}
		resp, body = get("alice", "/")
		if err := <-errs; resp.StatusCode != 500 || strings.Contains(body, page) || resp.Header.Get("X-Secret") != "" || !errors.Is(err, nethttp.ErrNoDecision) {
			t.Errorf("%s, not authorized: %d %v %q, the handler got %v", name, resp.StatusCode, resp.Header, body, err)
		}
		if !strings.Contains(body, "<title>500 Internal Server Error</title>") {
			t.Errorf("%s: page %q", name, body)
		}
	}
	// The last one is the return of a handler that has written nothing.
	get := serve(t, nethttp.RequireDecision(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		w.Header().Set("X-Secret", "1")
	})))
	if resp, body := get("alice", "/"); resp.StatusCode != 500 || resp.Header.Get("X-Secret") != "" || body == "" {
		t.Errorf("return: %d %v %q", resp.StatusCode, resp.Header, body)
	}
}

func TestWhatCounts(t *testing.T) {
	az := newAuthorizer(t)
	one := &expense{"1"}
	tests := []struct {
		name string
		ask  func(w http.ResponseWriter, r *http.Request)
		want int
	}{
		{"nothing", func(http.ResponseWriter, *http.Request) {}, 500},
		{"an allow", func(w http.ResponseWriter, r *http.Request) { authz.Authorize(r.Context(), "read", one) }, 200},
		{"an allow in between", func(w http.ResponseWriter, r *http.Request) {
			az.IsAllowed(r.Context(), user{"alice"}, "read", one)
			authz.Authorize(r.Context(), "fly", one)
		}, 200},
		{"an allow in a derived context", func(w http.ResponseWriter, r *http.Request) {
			ctx, cancel := context.WithTimeout(r.Context(), time.Minute)
			defer cancel()
			az.Authorize(ctx, user{"alice"}, "read", one)
		}, 200},
		{"a denial", func(w http.ResponseWriter, r *http.Request) { authz.Authorize(r.Context(), "fly", one) }, 500},
		{"a fault", func(w http.ResponseWriter, r *http.Request) { authz.Authorize(r.Context(), "fail", one) }, 500},
		{"an allow in another context", func(w http.ResponseWriter, r *http.Request) {
			az.Authorize(context.WithoutCancel(context.Background()), user{"alice"}, "read", one)
		}, 500},
		{"a skip", func(w http.ResponseWriter, r *http.Request) { authz.Skip(r.Context(), "public") }, 200},
		{"a skip without a reason", func(w http.ResponseWriter, r *http.Request) { authz.Skip(r.Context(), "") }, 500},
		// flask-oso and django-oso count this as a decision: the one about the request,
		// which their middleware makes before every handler.
		{"the request", func(w http.ResponseWriter, r *http.Request) {
			if err := az.AuthorizeRequest(r.Context(), user{"alice"}, r); err != nil {
				t.Error(err)
			}
		}, 500},
		{"the request as a resource", func(w http.ResponseWriter, r *http.Request) {
			q, err := az.Request(r)
			if err == nil {
				_, err = authz.Authorize(r.Context(), "GET", q)
			}
			if err != nil {
				t.Error(err)
			}
		}, 500},
		{"the http request as a resource", func(w http.ResponseWriter, r *http.Request) {
			if _, err := authz.Authorize(r.Context(), "GET", r); err != nil {
				t.Error(err)
			}
		}, 500},
	}
	for _, tt := range tests {
		handler := http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
			tt.ask(w, r)
			io.WriteString(w, page)
		})
		// Middleware is outside or inside.
		for where, h := range map[string]http.Handler{
			"outside": az.Middleware(nethttp.RequireDecision(handler)),
			"inside":  nethttp.RequireDecision(az.Middleware(handler)),
			"nested":  nethttp.RequireDecision(az.Middleware(nethttp.RequireDecision(handler))),
		} {
			resp, body := serve(t, h)("alice", "/")
			if resp.StatusCode != tt.want || (body == page) != (tt.want == 200) {
				t.Errorf("%s, Middleware %s: %d %q, want %d", tt.name, where, resp.StatusCode, body, tt.want)
			}
		}
	}
}

func TestWhatIsSuccess(t *testing.T) {
	for _, status := range []int{200, 201, 204, 206, 301, 302, 303, 304, 307, 308, 400, 401, 403, 404, 409, 422, 500, 503} {
		get := serve(t, nethttp.RequireDecision(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
			w.Header().Set("Link", "</style.css>")
			w.WriteHeader(http.StatusEarlyHints) // does not count
			w.Header().Set("Location", "/secret/17")
			w.WriteHeader(status)
		})))
		want, location := status, "/secret/17"
		if status < 400 {
			want, location = 500, ""
		}
		if resp, _ := get("alice", "/"); resp.StatusCode != want || resp.Header.Get("Location") != location {
			t.Errorf("a handler that answers %d: %d, Location %q; want %d, %q", status, resp.StatusCode, resp.Header.Get("Location"), want, location)
		}
	}
}

func TestSwitchingProtocols(t *testing.T) {
	// httputil.ReverseProxy answers an upgrade with WriteHeader and then hijacks.
	w := httptest.NewRecorder()
	nethttp.RequireDecision(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		w.WriteHeader(http.StatusSwitchingProtocols)
	})).ServeHTTP(w, httptest.NewRequest("GET", "/", nil))
	if w.Code != 500 {
		t.Errorf("status %d, want 500", w.Code)
	}
}

func TestAfterARefusal(t *testing.T) {
	var errs []error
	h := nethttp.RequireDecision(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		h := w.Header()
		h.Set("Trailer", "X-Announced")
		for range 2 {
			_, err := io.WriteString(w, page)
			errs = append(errs, err)
		}
		w.WriteHeader(200)
		w.WriteHeader(103)
		errs = append(errs, http.NewResponseController(w).Flush())
		authz.Skip(r.Context(), "too late")
		_, err := w.Write([]byte(page))
		errs = append(errs, err)
		h.Set("X-Announced", page)
		h.Set(http.TrailerPrefix+"X-Other", page)
	}))
	// HTTP/2 sends trailers whenever there are any.
	for _, http2 := range []bool{false, true} {
		errs = nil
		server := httptest.NewUnstartedServer(h)
		server.EnableHTTP2 = http2
		server.StartTLS()
		defer server.Close()
		resp, err := server.Client().Get(server.URL)
		if err != nil {
			t.Fatal(err)
		}
		body, err := io.ReadAll(resp.Body)
		resp.Body.Close()
		if err != nil || resp.StatusCode != 500 || strings.Contains(string(body), page) || len(resp.Trailer) != 0 {
			t.Errorf("%s: %d %q, trailer %v, %v", resp.Proto, resp.StatusCode, body, resp.Trailer, err)
		}
		for i, err := range errs {
			if !errors.Is(err, nethttp.ErrNoDecision) {
				t.Errorf("%s: write %d: %v, want ErrNoDecision", resp.Proto, i, err)
			}
		}
	}
}

func TestOuterHeadersStay(t *testing.T) {
	inner := nethttp.RequireDecision(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		w.Header().Set("X-Request-Id", "changed")
		w.Header().Set("Set-Cookie", "session=1")
		io.WriteString(w, page)
	}))
	resp, _ := serve(t, http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		w.Header().Set("X-Request-Id", "outer")
		inner.ServeHTTP(w, r)
	}))("alice", "/")
	if resp.StatusCode != 500 || resp.Header.Get("X-Request-Id") != "outer" || resp.Header.Get("Set-Cookie") != "" {
		t.Errorf("%d %v", resp.StatusCode, resp.Header)
	}
}

func TestMuxAnswers(t *testing.T) {
	mux := http.NewServeMux()
	served := func(w http.ResponseWriter, r *http.Request) { io.WriteString(w, page) }
	for _, p := range []string{"GET /tree/", "GET /exact/{$}", "GET /rest/{path...}", "GET /in/{a}/"} {
		mux.HandleFunc(p, served)
	}
	mux.HandleFunc("GET /away/", func(w http.ResponseWriter, r *http.Request) {
		http.Redirect(w, r, "/elsewhere", http.StatusTemporaryRedirect)
	})
	get := serve(t, nethttp.RequireDecision(mux))
	for _, tt := range []struct {
		path string
		want int
	}{
		{"/none", 404},
		{"/tree", 307}, // from the mux
		{"/exact", 307},
		{"/rest", 307},
		{"/in/x", 307},
		{"/tree/", 500},
		{"/tree/a", 500},
		{"/exact/", 500},
		{"/rest/", 500},
		{"/rest/a/b", 500},
		{"/in/x/", 500},
		{"/away/", 500}, // from a handler
		{"/away/x", 500},
		{"/away", 307},
	} {
		if resp, _ := get("alice", tt.path); resp.StatusCode != tt.want {
			t.Errorf("%s: %d, want %d", tt.path, resp.StatusCode, tt.want)
		}
	}
	// A redirect that looks like that of a mux, from another handler.
	get = serve(t, nethttp.RequireDecision(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		r.Pattern = "/a/b/"
		http.Redirect(w, r, "/a/b/", http.StatusTemporaryRedirect)
	})))
	if resp, _ := get("alice", "/a"); resp.StatusCode != 500 {
		t.Errorf("%d, want 500", resp.StatusCode)
	}
}

func TestSkip(t *testing.T) {
	var reasons []string
	az := newAuthorizer(t, func(c *authz.Config) {
		c.Observe = func(_ context.Context, d authz.Event) {
			if d.Verdict == authz.Skipped {
				reasons = append(reasons, d.Reason)
			}
		}
	})
	health := nethttp.Skip("the page shows no data", http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) { io.WriteString(w, page) }))
	if resp, body := serve(t, az.Middleware(nethttp.RequireDecision(health)))("alice", "/"); resp.StatusCode != 200 || body != page {
		t.Errorf("%d %q", resp.StatusCode, body)
	}
	if len(reasons) != 1 || reasons[0] != "the page shows no data" {
		t.Errorf("observed %q", reasons)
	}
}

func TestHandlerThatPanics(t *testing.T) {
	defer func() {
		if p := recover(); p != "handler" {
			t.Errorf("recovered %v", p)
		}
	}()
	nethttp.RequireDecision(http.HandlerFunc(func(http.ResponseWriter, *http.Request) { panic("handler") })).
		ServeHTTP(httptest.NewRecorder(), httptest.NewRequest("GET", "/", nil))
}

// TestPatternsStayKnown tests that policies can read the pattern of a mux inside of
// RequireDecision.
func TestPatternsStayKnown(t *testing.T) {
	var pattern *string
	az := newAuthorizer(t, func(c *authz.Config) {
		c.HTTP.Request = func(_ *http.Request, q *authz.Request) { pattern, _ = q.Pattern() }
	})
	mux := http.NewServeMux()
	mux.Handle("GET /expenses/{id}", nethttp.Guard(az, "read", load, func(http.ResponseWriter, *http.Request, *expense) error { return nil }))
	resp, _ := serve(t, az.Middleware(nethttp.RequireDecision(mux)))("alice", "/expenses/1")
	if resp.StatusCode != 200 || pattern == nil || *pattern != "GET /expenses/{id}" {
		t.Errorf("status %d, pattern %v", resp.StatusCode, pattern)
	}
}

// The optional methods that a writer may have.
type (
	bare     struct{ http.ResponseWriter }
	flushes  struct{ bare }
	hijacks  struct{ bare }
	both     struct{ bare }
	wrapping struct{ bare }
)

func (flushes) Flush()                                       {}
func (hijacks) Hijack() (net.Conn, *bufio.ReadWriter, error) { return nil, nil, nil }
func (both) Flush()                                          {}
func (both) Hijack() (net.Conn, *bufio.ReadWriter, error)    { return nil, nil, nil }
func (w wrapping) Unwrap() http.ResponseWriter               { return w.ResponseWriter }

func TestAbilities(t *testing.T) {
	b := bare{httptest.NewRecorder()}
	tests := []struct {
		name          string
		w             http.ResponseWriter
		flush, hijack bool
	}{
		{"none", b, false, false},
		{"flush", flushes{b}, true, false},
		{"hijack", hijacks{b}, false, true},
		{"both", both{b}, true, true},
		{"both behind a wrapper", wrapping{bare{wrapping{bare{both{b}}}}}, true, true},
		{"none behind a wrapper", wrapping{bare{b}}, false, false},
	}
	for _, tt := range tests {
		var inner http.ResponseWriter
		nethttp.RequireDecision(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) { inner = w })).
			ServeHTTP(tt.w, httptest.NewRequest("GET", "/", nil))
		_, flush := inner.(http.Flusher)
		_, flushError := inner.(interface{ FlushError() error })
		_, hijack := inner.(http.Hijacker)
		_, readFrom := inner.(io.ReaderFrom)
		if flush != tt.flush || flushError != tt.flush || hijack != tt.hijack || !readFrom {
			t.Errorf("%s: flush %v %v, hijack %v, ReadFrom %v", tt.name, flush, flushError, hijack, readFrom)
		}
	}
}

// TestController tests that deadlines reach the connection, and that a response on HTTP/2,
// which cannot be hijacked, has no method Hijack.
func TestController(t *testing.T) {
	for _, http2 := range []bool{false, true} {
		server := httptest.NewUnstartedServer(nethttp.RequireDecision(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
			authz.Skip(r.Context(), "a test")
			c := http.NewResponseController(w)
			if err := errors.Join(c.SetReadDeadline(time.Now().Add(time.Minute)), c.SetWriteDeadline(time.Now().Add(time.Minute)), c.EnableFullDuplex()); err != nil {
				t.Error(err)
			}
			if _, ok := w.(http.Hijacker); ok == http2 {
				t.Errorf("HTTP/2 %v, Hijacker %v", http2, ok)
			}
			conn, _, err := c.Hijack()
			switch {
			case http2 && !errors.Is(err, http.ErrNotSupported):
				t.Errorf("hijacked HTTP/2: %v", err)
			case http2:
				io.WriteString(w, r.Proto)
			case err != nil:
				t.Error(err)
			default:
				conn.Close()
			}
		})))
		server.EnableHTTP2 = http2
		server.StartTLS()
		resp, err := server.Client().Get(server.URL)
		if http2 {
			if err != nil {
				t.Fatal(err)
			}
			body, _ := io.ReadAll(resp.Body)
			resp.Body.Close()
			if string(body) != "HTTP/2.0" {
				t.Errorf("body %q", body)
			}
		} else if err == nil {
			t.Error("an answer on a hijacked connection")
		}
		server.Close()
	}
}

// TestUpgrade opens a connection as a WebSocket does, which is authorized at the upgrade.
func TestUpgrade(t *testing.T) {
	az := newAuthorizer(t)
	mux := http.NewServeMux()
	mux.Handle("GET /feed/{id}", nethttp.Guard(az, "read", load, func(w http.ResponseWriter, r *http.Request, e *expense) error {
		conn, buf, err := http.NewResponseController(w).Hijack()
		if err != nil {
			return err
		}
		defer conn.Close()
		fmt.Fprint(conn, "HTTP/1.1 101 Switching Protocols\r\nConnection: Upgrade\r\nUpgrade: echo\r\n\r\n")
		line, err := buf.ReadString('\n')
		fmt.Fprintf(conn, "%s: %s", e.ID, line)
		return err
	}))
	server := httptest.NewServer(az.Middleware(nethttp.RequireDecision(mux)))
	defer server.Close()
	for _, tt := range []struct{ user, want string }{{"alice", "101 Switching Protocols"}, {"guest", "404 Not Found"}} {
		conn, err := net.Dial("tcp", server.Listener.Addr().String())
		if err != nil {
			t.Fatal(err)
		}
		defer conn.Close()
		fmt.Fprintf(conn, "GET /feed/1 HTTP/1.1\r\nHost: h\r\nuser: %s\r\nConnection: Upgrade\r\nUpgrade: echo\r\n\r\n", tt.user)
		in := bufio.NewReader(conn)
		resp, err := http.ReadResponse(in, nil)
		if err != nil || resp.Status != tt.want {
			t.Fatalf("%s: %v, %v, want %s", tt.user, resp, err, tt.want)
		}
		if resp.StatusCode == 101 {
			fmt.Fprint(conn, "hello\n")
			if line, err := in.ReadString('\n'); line != "1: hello\n" {
				t.Errorf("echo %q, %v", line, err)
			}
		}
	}
}
