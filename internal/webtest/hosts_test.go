package webtest

// This file tests that the middleware and the routers read the same host.

import (
	"net/http"
	"testing"

	"github.com/gorilla/mux"

	"github.com/ursa-authz/ursa/authz"
)

// TestRoutersReadTheSameHost: with the routers that have routes for a host, the host
// that a policy sees is the one whose route runs.
func TestRoutersReadTheSameHost(t *testing.T) {
	const admin = "admin.example.com"
	inMux := func(record func(string), use func(http.Handler) http.Handler) http.Handler {
		m := http.NewServeMux()
		m.Handle(admin+"/", use(http.HandlerFunc(func(http.ResponseWriter, *http.Request) { record(admin) })))
		m.Handle("/", use(http.HandlerFunc(func(http.ResponseWriter, *http.Request) { record("other") })))
		return m
	}
	inGorilla := func(record func(string), use func(http.Handler) http.Handler) http.Handler {
		router := mux.NewRouter()
		router.Use(use)
		router.Host(admin).HandlerFunc(func(http.ResponseWriter, *http.Request) { record(admin) })
		router.NewRoute().HandlerFunc(func(http.ResponseWriter, *http.Request) { record("other") })
		return router
	}
	for name, build := range map[string]func(func(string), func(http.Handler) http.Handler) http.Handler{"net/http": inMux, "gorilla/mux": inGorilla} {
		for _, where := range []string{"inside", "outside", "Canonical outside"} {
			seen := new(witness)
			az, err := authz.New(authz.Config{
				Engine:   seen,
				Policies: authz.String("any.polar", "allow(_, _, _);"),
				Actor:    func(*http.Request) (any, error) { return "somebody", nil },
			})
			if err != nil {
				t.Fatal(err)
			}
			var got string
			record := func(host string) { got = host }
			handler := build(record, az.Middleware)
			switch where {
			case "outside":
				handler = az.Middleware(build(record, plain))
			case "Canonical outside":
				handler = authz.Canonical(handler)
			}
			w := start(t, az, handler, false)
			for _, tt := range []struct{ target, host string }{
				{"/", admin}, {"/", admin + ":80"}, {"/", admin + ":"}, {"/", admin + "."}, {"/", "www.example.com"},
				{"/", "ADMIN.example.com"}, {"/", "Admin.Example.Com:80"}, {"/", "[" + admin + "]"}, {"/", "[" + admin + "]:80"},
				{"/", admin + ":80:80"}, {"/", admin + ":x"}, {"/", ":80"}, {"/", admin + ",other"}, {"/", "admin%2eexample.com"},
				{"http://" + admin + "/", "other"}, {"http://" + admin + ":80/", "other"}, {"http://ADMIN.example.com/", "other"},
				{"http://user:" + admin + "@other/", admin}, {"http://other/", admin},
			} {
				*seen, got = witness{}, ""
				status := w.send("GET "+tt.target, "Host: "+tt.host).status
				if status == http.StatusBadRequest && got == "" {
					continue
				}
				if seen.request == nil || (seen.request.Host == admin) != (got == admin) {
					t.Errorf("%s, %s: %q with Host %q: status %d, policies see %+v, the route is that of %s", name, where, tt.target, tt.host, status, seen.request, got)
				}
			}
		}
	}
}
