package nethttp_test

// This file tests what RequireDecision sends, in the bytes of real sockets: its 500
// contains nothing of the handler.

import (
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

// exchange sends a GET to a server of h and returns all bytes of the answer.
func exchange(t *testing.T, h http.Handler) string {
	t.Helper()
	server := httptest.NewUnstartedServer(h)
	server.Config.ErrorLog = nil
	server.Start()
	defer server.Close()
	conn, err := net.Dial("tcp", server.Listener.Addr().String())
	if err != nil {
		t.Fatal(err)
	}
	defer conn.Close()
	if err := conn.SetDeadline(time.Now().Add(time.Minute)); err != nil {
		t.Fatal(err)
	}
	io.WriteString(conn, "GET / HTTP/1.1\r\nHost: h\r\nConnection: close\r\n\r\n")
	answer, err := io.ReadAll(conn)
	if err != nil {
		t.Fatal(err)
	}
	return string(answer)
}

// caught calls f and returns the value that it panics with.
func caught(f func()) (p any) {
	defer func() { p = recover() }()
	f()
	return nil
}

// outers are handlers between a server and RequireDecision: none, one that buffers
// everything, and one that recovers from panics.
var outers = map[string]func(http.Handler) http.Handler{
	"alone":   func(h http.Handler) http.Handler { return h },
	"timeout": func(h http.Handler) http.Handler { return http.TimeoutHandler(h, time.Minute, "late") },
	"recover": func(h http.Handler) http.Handler {
		return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
			if caught(func() { h.ServeHTTP(w, r) }) != nil {
				http.Error(w, "recovered", http.StatusInternalServerError)
			}
		})
	},
	"recover in timeout": func(h http.Handler) http.Handler {
		return http.TimeoutHandler(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
			if caught(func() { h.ServeHTTP(w, r) }) != nil {
				http.Error(w, "recovered", http.StatusInternalServerError)
			}
		}), time.Minute, "late")
	},
}

// TestNothingOfTheHandlerIsSent tests handlers that authorize nothing and try to send
// something in many ways.
func TestNothingOfTheHandlerIsSent(t *testing.T) {
	const leak = "hunter2"
	handlers := map[string]func(w http.ResponseWriter, r *http.Request){
		"write": func(w http.ResponseWriter, r *http.Request) { io.WriteString(w, leak) },
		"early hints": func(w http.ResponseWriter, r *http.Request) {
			w.Header().Set("Link", "</"+leak+">; rel=preload")
			w.WriteHeader(http.StatusEarlyHints)
			io.WriteString(w, leak)
		},
		"processing": func(w http.ResponseWriter, r *http.Request) { w.WriteHeader(http.StatusProcessing) },
		"continue":   func(w http.ResponseWriter, r *http.Request) { w.WriteHeader(http.StatusContinue) },
		"unknown 1xx": func(w http.ResponseWriter, r *http.Request) {
			w.WriteHeader(199)
			io.WriteString(w, leak)
		},
		"no content":   func(w http.ResponseWriter, r *http.Request) { w.WriteHeader(http.StatusNoContent) },
		"not modified": func(w http.ResponseWriter, r *http.Request) { w.WriteHeader(http.StatusNotModified) },
		"unknown 3xx":  func(w http.ResponseWriter, r *http.Request) { w.WriteHeader(399) },
		"status 600": func(w http.ResponseWriter, r *http.Request) {
			w.WriteHeader(600)
			io.WriteString(w, leak)
		},
		"status 999": func(w http.ResponseWriter, r *http.Request) {
			w.WriteHeader(999)
			io.WriteString(w, leak)
		},
		"headers later": func(w http.ResponseWriter, r *http.Request) {
			h := w.Header()
			io.WriteString(w, leak)
			h.Set("X-Late", leak)
			h.Set("X-Accel-Redirect", "/"+leak)
			w.Header().Set(http.TrailerPrefix+"X-Trailer", leak)
		},
		"headers later, and a panic": func(w http.ResponseWriter, r *http.Request) {
			io.WriteString(w, leak)
			w.Header().Set("X-Late", leak)
			panic("handler")
		},
		"a panic first": func(w http.ResponseWriter, r *http.Request) { panic("handler") },
		"after the refusal": func(w http.ResponseWriter, r *http.Request) {
			w.WriteHeader(http.StatusOK)
			w.WriteHeader(http.StatusNotFound)
			w.WriteHeader(1000)
			authz.Skip(r.Context(), "too late")
			io.WriteString(w, leak)
			c := http.NewResponseController(w)
			if err := c.Flush(); err == nil {
				t.Error("flushed")
			}
			if conn, _, err := c.Hijack(); err == nil {
				io.WriteString(conn, leak)
				conn.Close()
			}
			io.Copy(w, strings.NewReader(leak))
		},
		"deadlines": func(w http.ResponseWriter, r *http.Request) {
			c := http.NewResponseController(w)
			c.SetReadDeadline(time.Now().Add(time.Minute))
			c.SetWriteDeadline(time.Now().Add(time.Minute))
			c.EnableFullDuplex()
			c.Flush()
			io.WriteString(w, leak)
		},
	}
	// net/http panics for a status without three digits, and a handler may recover.
	for _, status := range []int{1000, 99, 0, -1, 1 << 40} {
		handlers[fmt.Sprint("status ", status)] = func(w http.ResponseWriter, r *http.Request) {
			if caught(func() { w.WriteHeader(status) }) == nil {
				t.Errorf("WriteHeader(%d) did not panic", status)
			}
			io.WriteString(w, leak)
		}
	}
	for name, f := range handlers {
		handler := nethttp.RequireDecision(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
			w.Header().Set("X-Secret", leak)
			w.Header().Set("Content-Length", "7")
			f(w, r)
		}))
		for where, outer := range outers {
			recovers := strings.HasPrefix(where, "recover")
			if strings.Contains(name, "panic") && !recovers {
				continue
			}
			answer := exchange(t, outer(handler))
			if strings.Contains(answer, leak) || strings.Contains(answer, "HTTP/1.1 1") {
				t.Errorf("%s, %s: sent %q", name, where, answer)
			}
			page := "<title>500 Internal Server Error</title>"
			if name == "a panic first" {
				page = "recovered"
			}
			if !strings.HasPrefix(answer, "HTTP/1.1 500 ") || !strings.Contains(answer, page) {
				t.Errorf("%s, %s: %q, want a page with %q", name, where, answer, page)
			}
		}
	}
}

// TestErrorPagesThatPass tests that an error that the handler answers itself passes, and
// cannot become anything else afterwards.
func TestErrorPagesThatPass(t *testing.T) {
	answer := exchange(t, nethttp.RequireDecision(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		w.WriteHeader(http.StatusNotFound)
		if _, _, err := http.NewResponseController(w).Hijack(); !errors.Is(err, nethttp.ErrNoDecision) {
			t.Errorf("hijacked after an error page: %v", err)
		}
		io.WriteString(w, "nothing here")
	})))
	if !strings.HasPrefix(answer, "HTTP/1.1 404 ") || !strings.HasSuffix(answer, "nothing here") {
		t.Errorf("%q", answer)
	}
	// An inner writer that panics has not sent an error page.
	answer = exchange(t, http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		nethttp.RequireDecision(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
			caught(func() { w.WriteHeader(http.StatusNotFound) })
			io.WriteString(w, "hunter2")
		})).ServeHTTP(&panicsOnce{ResponseWriter: w}, r)
	}))
	if !strings.HasPrefix(answer, "HTTP/1.1 500 ") || strings.Contains(answer, "hunter2") {
		t.Errorf("%q", answer)
	}
}

// panicsOnce is a writer whose first WriteHeader panics.
type panicsOnce struct {
	http.ResponseWriter
	done bool
}

func (w *panicsOnce) WriteHeader(status int) {
	if !w.done {
		w.done = true
		panic("this writer is not ready")
	}
	w.ResponseWriter.WriteHeader(status)
}

// TestWhatWasAuthorizedIsSent tests that everything passes after an allow, hints included.
func TestWhatWasAuthorizedIsSent(t *testing.T) {
	answer := exchange(t, nethttp.RequireDecision(nethttp.Skip("a test", http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		w.Header().Set("Link", "</style.css>; rel=preload")
		w.WriteHeader(http.StatusEarlyHints)
		if caught(func() { w.WriteHeader(1000) }) == nil {
			t.Error("WriteHeader(1000) did not panic")
		}
		w.Header().Set("Trailer", "X-Sum")
		w.WriteHeader(299)
		io.WriteString(w, "page")
		w.Header().Set("X-Sum", "1")
	}))))
	if !strings.HasPrefix(answer, "HTTP/1.1 103 Early Hints\r\nLink: </style.css>") || !strings.Contains(answer, "HTTP/1.1 299 ") || !strings.Contains(answer, "page") || !strings.Contains(answer, "X-Sum: 1") {
		t.Errorf("%q", answer)
	}
}
