package benchmarks

// This file measures requests with and without Middleware.

import (
	"io"
	"net/http"
	"net/http/httptest"
	"testing"
)

// newHandler returns a handler of one route, with or without Middleware. It finds
// users by a header in a map.
func newHandler(tb testing.TB, middleware bool) http.Handler {
	mux := http.NewServeMux()
	mux.HandleFunc("GET /expenses/{id}", func(w http.ResponseWriter, r *http.Request) {
		io.WriteString(w, "expense "+r.PathValue("id"))
	})
	if !middleware {
		return mux
	}
	return newRouteAuthorizer(tb).Middleware(mux)
}

func newRequest(tb testing.TB, base, user string) *http.Request {
	r, err := http.NewRequest("GET", base+"/expenses/17", nil)
	if err != nil {
		tb.Fatal(err)
	}
	r.Header.Set("user", user)
	r.RemoteAddr = "192.0.2.1:49152" // as a server sets it
	return r
}

func TestMiddleware(t *testing.T) {
	tests := []struct {
		middleware bool
		user       string
		want       int
	}{
		{true, "alice", http.StatusOK},
		{true, "mallory", http.StatusForbidden},
		{false, "alice", http.StatusOK},
		{false, "mallory", http.StatusOK},
	}
	for _, tt := range tests {
		w := httptest.NewRecorder()
		newHandler(t, tt.middleware).ServeHTTP(w, newRequest(t, "", tt.user))
		if w.Code != tt.want {
			t.Errorf("middleware %v, %s: %d; want %d", tt.middleware, tt.user, w.Code, tt.want)
		}
	}
}

// BenchmarkMiddleware measures a request: the round trip to a server on this
// machine, and the handler alone.
func BenchmarkMiddleware(b *testing.B) {
	for _, middleware := range []string{"no", "yes"} {
		b.Run("over=http/middleware="+middleware, func(b *testing.B) {
			server := httptest.NewServer(newHandler(b, middleware == "yes"))
			defer server.Close()
			r := newRequest(b, server.URL, "alice")
			client := server.Client()
			b.ReportAllocs()
			for b.Loop() {
				res, err := client.Do(r)
				if err != nil {
					b.Fatal(err)
				}
				_, err = io.Copy(io.Discard, res.Body)
				res.Body.Close()
				if err != nil || res.StatusCode != http.StatusOK {
					b.Fatal(res.StatusCode, err)
				}
			}
		})
		b.Run("over=call/middleware="+middleware, func(b *testing.B) {
			h := newHandler(b, middleware == "yes")
			r := newRequest(b, "", "alice")
			b.ReportAllocs()
			for b.Loop() {
				w := httptest.NewRecorder()
				h.ServeHTTP(w, r)
				if w.Code != http.StatusOK {
					b.Fatal(w.Code)
				}
			}
		})
	}
}
