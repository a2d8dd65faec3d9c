package authz_test

// This file tests which hosts are rejected, and that policies and routers read the others
// alike, on raw sockets.

import (
	"bufio"
	"context"
	"crypto/tls"
	"errors"
	"fmt"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"

	"github.com/ursa-authz/ursa/authz"
)

// hosts are spellings of the host of a request, in a Host header or in an absolute target.
var hosts = []struct {
	method, target, host string
	want                 string // what policies see, host and port; "" if the request is rejected
	mux                  string // what they see if Middleware wraps the mux; "" if it is the same
}{
	{"GET", "/", "admin.example.com", "admin.example.com", ""},
	{"GET", "/", "admin.example.com:80", "admin.example.com 80", ""},
	{"GET", "/", "admin.example.com:8080", "admin.example.com 8080", ""},
	{"GET", "/", "admin.example.com:", "admin.example.com", ""},
	{"GET", "/", "admin.example.com:00080", "admin.example.com 80", ""},
	{"GET", "/", "ADMIN.example.com", "", "admin.example.com"},
	{"GET", "/", "Admin.Example.Com:80", "", "admin.example.com 80"},
	{"GET", "/", "admin.example.com.", "admin.example.com.", ""}, // a different name for every router
	{"GET", "/", "admin_1.example.com", "admin_1.example.com", ""},
	{"GET", "/", "xn--mnchen-3ya.example", "xn--mnchen-3ya.example", ""},
	{"GET", "/", "127.0.0.1:8080", "127.0.0.1 8080", ""},
	{"GET", "/", "[::1]", "::1", ""},
	{"GET", "/", "[::1]:80", "::1 80", ""},
	{"GET", "/", "[::1]:", "::1", ""},
	{"GET", "http://admin.example.com/", "other", "admin.example.com", ""},
	{"GET", "http://admin.example.com:80/", "other", "admin.example.com 80", ""},
	{"GET", "http://user@admin.example.com:80/", "other", "admin.example.com 80", ""},
	{"GET", "http://ADMIN.example.com/", "other", "", "admin.example.com"},
	{"OPTIONS", "/", "admin.example.com:80", "admin.example.com 80", ""},
	{"CONNECT", "/", "admin.example.com", "admin.example.com", ""},

	{"CONNECT", "/", "admin.example.com:80", "", ""}, // the mux compares it with the port
	{"CONNECT", "admin.example.com:80", "admin.example.com:80", "", ""},
	{"GET", "/", "[admin.example.com]:80", "", ""}, // the mux reads it as the name
	{"GET", "/", "[admin.example.com]", "", ""},
	{"GET", "/", "[127.0.0.1]:80", "", ""},
	{"GET", "/", "[::1", "", ""},
	{"GET", "/", "[::1]80", "", ""},
	{"GET", "/", "[0:0:0:0:0:0:0:1]:80", "", ""},
	{"GET", "/", "[fe80::1%25eth0]:80", "", ""},
	{"GET", "/", "::1", "", ""},
	{"GET", "/", "admin.example.com:80:80", "", ""},
	{"GET", "/", "admin.example.com:http", "", ""},
	{"GET", "/", "admin.example.com:-1", "", ""},
	{"GET", "/", "admin.example.com:65536", "", ""},
	{"GET", "/", "admin.example.com:000080", "", ""},
	{"GET", "/", ":80", "", ""},
	{"GET", "/", ":", "", ""},
	{"GET", "/", "user@admin.example.com", "", ""},
	{"GET", "/", "admin%2eexample.com", "", ""},
	{"GET", "/", "admin.example.com,other", "", ""},
	{"GET", "/", "admin.example.com/x", "", ""},
	{"GET", "/", "m\xc3\xbcnchen.example", "", ""},
	{"GET", "http://m%C3%BCnchen.example/", "other", "", ""},
	{"GET", "http://\xe2\x84\xaa.example/", "other", "", ""}, // a Kelvin sign, which Unicode folds to "k"
	{"GET", "http://[::1%25eth0]/", "other", "", ""},
	{"GET", "/", "admin.example.com\r\nHost: other", "", ""},
	{"GET", "/", strings.Repeat("a", 255), strings.Repeat("a", 255), ""},
	{"GET", "/", strings.Repeat("a", 300), "", ""},
}

func TestHosts(t *testing.T) {
	var decided *authz.Request
	az := newAuthorizer(t, "", withPolicy(decider(func(_ any, _ string, r any) (authz.Outcome, error) {
		decided = r.(*authz.Request)
		return authz.Outcome{Allowed: true}, nil
	})))
	var route string
	mux := http.NewServeMux()
	for _, p := range []string{"/", "admin.example.com/", "127.0.0.1/", "::1/"} {
		mux.HandleFunc(p, func(_ http.ResponseWriter, r *http.Request) { route = strings.TrimSuffix(p, "/") })
	}
	around := httptest.NewServer(az.Middleware(mux))
	defer around.Close()
	inside := httptest.NewServer(az.Middleware(http.HandlerFunc(mux.ServeHTTP)))
	defer inside.Close()
	for _, tt := range hosts {
		for name, server := range map[string]*httptest.Server{"around the mux": around, "elsewhere": inside} {
			want := tt.want
			if server == around && tt.mux != "" {
				want = tt.mux
			}
			decided, route = nil, "none"
			status := sendRaw(t, server.Listener.Addr().String(), tt.method+" "+tt.target+" HTTP/1.1\r\nHost: "+tt.host+"\r\nConnection: close\r\n\r\n")
			what := fmt.Sprintf("%s %s, Host %.40s, %s", tt.method, tt.target, tt.host, name)
			if want == "" {
				if status != 400 || decided != nil || route != "none" {
					t.Errorf("%s: status %d, decided %v, served by %q; want 400", what, status, decided != nil, route)
				}
				continue
			}
			if status != 200 || decided == nil {
				t.Errorf("%s: status %d, decided %v; want %s", what, status, decided != nil, want)
				continue
			}
			got := decided.Host
			if decided.Port != nil {
				got += fmt.Sprint(" ", *decided.Port)
			}
			if got != want {
				t.Errorf("%s: policies see %q, want %q", what, got, want)
			}
			// The mux has routes for some hosts, and compares the bare name.
			served := route == decided.Host
			if other := decided.Host != "admin.example.com" && decided.Host != "127.0.0.1" && decided.Host != "::1"; other {
				served = route == ""
			}
			if decided.Host == "::1" && !strings.Contains(tt.host, "]:") {
				served = route == "" // without a port the mux keeps the brackets
			}
			if !served {
				t.Errorf("%s: policies see the host %q, the route is that of %q", what, decided.Host, route)
			}
		}
	}
}

// TestNoHost tests that HTTP/1.0 requests, such as health checks of a load balancer, need
// no host.
func TestNoHost(t *testing.T) {
	var decided *authz.Request
	server := httptest.NewServer(newAuthorizer(t, "", withPolicy(decider(func(_ any, _ string, r any) (authz.Outcome, error) {
		decided = r.(*authz.Request)
		return authz.Outcome{Allowed: true}, nil
	}))).Middleware(http.HandlerFunc(func(http.ResponseWriter, *http.Request) {})))
	defer server.Close()
	if status := sendRaw(t, server.Listener.Addr().String(), "GET / HTTP/1.0\r\n\r\n"); status != 200 || decided == nil || decided.Host != "" || decided.Port != nil {
		t.Errorf("status %d, decided %+v", status, decided)
	}
}

// TestHostsThatDiffer tests hosts that differ in the places where handlers look for them.
func TestHostsThatDiffer(t *testing.T) {
	az := newAuthorizer(t, pages)
	r := httptest.NewRequest("GET", "http://a.example/", nil)
	r.Host = "b.example"
	if _, err := az.Request(r); !errors.Is(err, authz.ErrBadRequest) {
		t.Errorf("a URL of another host: %v", err)
	}
	r = httptest.NewRequest("GET", "/", nil)
	r.Header.Set("Host", "b.example")
	if _, err := az.Request(r); !errors.Is(err, authz.ErrBadRequest) {
		t.Errorf("a header of another host: %v", err)
	}
	r.Header.Set("Host", r.Host)
	if _, err := az.Request(r); err != nil {
		t.Errorf("a header of the same host: %v", err)
	}
}

// TestHTTP2Host sends :authority over HTTP/2 beside the Host header of a malicious client.
func TestHTTP2Host(t *testing.T) {
	var decided *authz.Request
	server := httptest.NewUnstartedServer(newAuthorizer(t, "", withPolicy(decider(func(_ any, _ string, r any) (authz.Outcome, error) {
		decided = r.(*authz.Request)
		return authz.Outcome{Allowed: true}, nil
	}))).Middleware(http.HandlerFunc(func(http.ResponseWriter, *http.Request) {})))
	server.EnableHTTP2 = true
	server.StartTLS()
	defer server.Close()
	r, err := http.NewRequestWithContext(context.Background(), "GET", server.URL+"/", nil)
	if err != nil {
		t.Fatal(err)
	}
	r.Host = "admin.example.com:443"
	resp, err := server.Client().Do(r)
	if err != nil {
		t.Fatal(err)
	}
	resp.Body.Close()
	if resp.ProtoMajor != 2 || resp.StatusCode != 200 || decided == nil || decided.Host != "admin.example.com" || decided.Port == nil || *decided.Port != 443 {
		t.Errorf("%s %d, decided %+v", resp.Proto, resp.StatusCode, decided)
	}

	conn, err := tls.Dial("tcp", server.Listener.Addr().String(), &tls.Config{InsecureSkipVerify: true, NextProtos: []string{"h2"}})
	if err != nil {
		t.Fatal(err)
	}
	defer conn.Close()
	field := func(index byte, name, value string) []byte { // HPACK: a literal that is not indexed
		b := []byte{index}
		if index == 0 {
			b = append(append(b, byte(len(name))), name...)
		}
		return append(append(b, byte(len(value))), value...)
	}
	block := []byte{0x82, 0x84, 0x87} // GET, "/", https
	block = append(block, field(1, "", "a.example")...)
	block = append(block, field(0, "host", "b.example")...)
	out := []byte("PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n\x00\x00\x00\x04\x00\x00\x00\x00\x00")
	out = append(out, 0, 0, byte(len(block)), 1, 5, 0, 0, 0, 1) // HEADERS, END_STREAM and END_HEADERS, stream 1
	if _, err := conn.Write(append(out, block...)); err != nil {
		t.Fatal(err)
	}
	decided = nil
	in := bufio.NewReader(conn)
	for {
		var head [9]byte
		for i := range head {
			if head[i], err = in.ReadByte(); err != nil {
				t.Fatal(err)
			}
		}
		body := make([]byte, int(head[0])<<16|int(head[1])<<8|int(head[2]))
		for i := range body {
			if body[i], err = in.ReadByte(); err != nil {
				t.Fatal(err)
			}
		}
		if head[3] == 3 { // the stream was reset: the server itself rejects it
			break
		}
		if head[3] == 1 { // the response; 0x8c is status 400
			if body[0] != 0x8c {
				t.Errorf("the response begins with %x, want status 400", body[:min(len(body), 8)])
			}
			break
		}
	}
	if decided != nil {
		t.Errorf("decided about %q", decided.Host)
	}
}
