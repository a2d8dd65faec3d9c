package authz_test

// This file tests unusual requests on raw sockets: each is rejected, or the decision is
// about what its handler serves.

import (
	"bufio"
	"io"
	"net"
	"net/http"
	"net/http/httptest"
	"reflect"
	"testing"

	"github.com/ursa-authz/ursa/authz"
)

// converse sends bytes to a server and returns the statuses of all answers.
func converse(t *testing.T, addr, requests string) []int {
	t.Helper()
	conn, err := net.Dial("tcp", addr)
	if err != nil {
		t.Fatal(err)
	}
	defer conn.Close()
	if _, err := io.WriteString(conn, requests); err != nil {
		t.Fatal(err)
	}
	in := bufio.NewReader(conn)
	var statuses []int
	for {
		resp, err := http.ReadResponse(in, nil)
		if err != nil {
			return statuses // the server has closed the connection
		}
		io.Copy(io.Discard, resp.Body)
		resp.Body.Close()
		statuses = append(statuses, resp.StatusCode)
	}
}

func TestOddRequests(t *testing.T) {
	const end = "Connection: close\r\n\r\n"
	for _, tt := range []struct {
		name, requests string
		want           []int
		decided        []string // method and path of each decision
	}{
		{"plain", "GET /a HTTP/1.1\r\nHost: h\r\n" + end, []int{200}, []string{"GET /a"}},
		{"HEAD", "HEAD /a HTTP/1.1\r\nHost: h\r\n" + end, []int{200}, []string{"GET /a"}},
		{"lower-case method", "get /a HTTP/1.1\r\nHost: h\r\n" + end, []int{405}, []string{"get /a"}},
		{"made-up method", "G!T /a HTTP/1.1\r\nHost: h\r\n" + end, []int{405}, []string{"G!T /a"}},
		{"method that is not a token", "G(T /a HTTP/1.1\r\nHost: h\r\n" + end, []int{400}, nil},
		{"overridden method", "GET /a HTTP/1.1\r\nHost: h\r\nX-HTTP-Method-Override: DELETE\r\n" + end, []int{200}, []string{"GET /a"}},
		{"asterisk", "OPTIONS * HTTP/1.1\r\nHost: h\r\n" + end, []int{400}, nil},
		{"asterisk with GET", "GET * HTTP/1.1\r\nHost: h\r\n" + end, []int{400}, nil},
		{"authority form", "CONNECT h:80 HTTP/1.1\r\nHost: h:80\r\n" + end, []int{400}, nil},
		{"CONNECT with a path", "CONNECT /a HTTP/1.1\r\nHost: h\r\n" + end, []int{405}, []string{"CONNECT /a"}},
		{"CONNECT with a path and a port", "CONNECT /a HTTP/1.1\r\nHost: h:80\r\n" + end, []int{400}, nil},
		{"absolute form", "GET http://other/a HTTP/1.1\r\nHost: h\r\n" + end, []int{200}, []string{"GET /a"}},
		{"opaque form", "GET http:a HTTP/1.1\r\nHost: h\r\n" + end, []int{400}, nil},
		{"another scheme", "GET file:///a HTTP/1.1\r\nHost: h\r\n" + end, []int{200}, []string{"GET /a"}},
		{"fragment", "GET /a#b HTTP/1.1\r\nHost: h\r\n" + end, []int{404}, []string{"GET /a#b"}},
		{"no host", "GET /a HTTP/1.1\r\n" + end, []int{400}, nil},
		{"two hosts", "GET /a HTTP/1.1\r\nHost: h\r\nHost: h\r\n" + end, []int{400}, nil},
		{"header twice", "GET /a HTTP/1.1\r\nHost: h\r\nX-Team: a\r\nx-team: a\r\n" + end, []int{400}, []string{"GET /a"}},
		{"header with a space", "GET /a HTTP/1.1\r\nHost: h\r\nX-Team : a\r\n" + end, []int{400}, nil},
		{"header with NUL", "GET /a HTTP/1.1\r\nHost: h\r\nX-Team: a\x00\r\n" + end, []int{400}, nil},
		{"query with a semicolon", "GET /a?team=a;team=b HTTP/1.1\r\nHost: h\r\n" + end, []int{400}, []string{"GET /a"}},
		{"query twice", "GET /a?team=a&team=b HTTP/1.1\r\nHost: h\r\n" + end, []int{400}, []string{"GET /a"}},
		{"two requests", "GET /a HTTP/1.1\r\nHost: h\r\n\r\nGET /b HTTP/1.1\r\nHost: h\r\n" + end, []int{200, 404}, []string{"GET /a", "GET /b"}},
		{
			"chunks and a length", // the length is ignored, and what follows the chunks is another request
			"POST /a HTTP/1.1\r\nHost: h\r\nContent-Length: 60\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\nGET /b HTTP/1.1\r\nHost: h\r\n" + end,
			[]int{405, 404}, []string{"POST /a", "GET /b"},
		},
		{"two lengths", "POST /a HTTP/1.1\r\nHost: h\r\nContent-Length: 1\r\nContent-Length: 2\r\n" + end + "xx", []int{400}, nil},
		{"an unknown encoding", "POST /a HTTP/1.1\r\nHost: h\r\nTransfer-Encoding: xchunked\r\n" + end, []int{501}, nil},
		{"two encodings", "POST /a HTTP/1.1\r\nHost: h\r\nTransfer-Encoding: chunked\r\nTransfer-Encoding: identity\r\n" + end, []int{501}, nil},
	} {
		var decided []string
		az := newAuthorizer(t, "", withPolicy(decider(func(_ any, action string, r any) (authz.Outcome, error) {
			q := r.(*authz.Request)
			decided = append(decided, q.Method+" "+q.Path)
			if action != q.Method {
				t.Errorf("%s: the action is %v, the method %s", tt.name, action, q.Method)
			}
			_, errHeader := q.Header("X-Team")
			_, errQuery := q.Query("team")
			if errHeader != nil || errQuery != nil {
				return authz.Outcome{}, errPolicy
			}
			return authz.Outcome{Allowed: true}, nil
		})))
		mux := http.NewServeMux()
		mux.HandleFunc("GET /a", func(http.ResponseWriter, *http.Request) {})
		server := httptest.NewUnstartedServer(az.Middleware(mux))
		server.Config.DisableGeneralOptionsHandler = true // else net/http answers "OPTIONS *"
		server.Start()
		if got := converse(t, server.Listener.Addr().String(), tt.requests); !reflect.DeepEqual(got, tt.want) || !reflect.DeepEqual(decided, tt.decided) {
			t.Errorf("%s: answered %v, decided %q; want %v, %q", tt.name, got, decided, tt.want, tt.decided)
		}
		server.Close()
	}
}

// TestMiddlewareAllocations bounds what Middleware adds to a request.
func TestMiddlewareAllocations(t *testing.T) {
	nothing := http.HandlerFunc(func(http.ResponseWriter, *http.Request) {})
	h := newInstant(t, true, func(c *authz.Config) {
		c.Actor = func(*http.Request) (any, error) { return alice, nil }
	}).Middleware(nothing)
	w := httptest.NewRecorder()
	r := httptest.NewRequest("GET", "http://app.example:8080/expenses/17", nil)
	if n := testing.AllocsPerRun(1000, func() { h.ServeHTTP(w, r) }); n > 5 || w.Code != 200 {
		t.Errorf("%v allocations, status %d, want at most 5", n, w.Code)
	}
}
