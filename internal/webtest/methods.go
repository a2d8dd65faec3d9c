package webtest

// This file tests what goes around a rule elsewhere: methods, headers that override
// them, headers and parameters that are sent twice; and that policies can read the
// route.

import (
	"net/http"
	"slices"
	"strings"
	"testing"

	"github.com/ursa-authz/ursa/authz"
)

// methodsPolicy allows user 1 to read, and user 2 to write.
const methodsPolicy = `
allow(_: User{id: 1}, "GET", _: Request);
allow(_: User{id: 2}, method, _: Request) if method in ["POST", "DELETE", "OPTIONS"];
`

func testMethods(t *testing.T, f Framework) {
	allowed := map[string][]string{as(1): {"GET", "HEAD"}, as(2): {"POST", "DELETE", "OPTIONS"}}
	ran := ""
	handle := func(c Call) error {
		ran = c.Request().Method
		return public("", "", "written").Handle(c)
	}
	w := serve(t, f, &App{Routes: []Route{
		{Method: "GET", Path: "/x/{id}", Handle: handle},
		{Method: "POST", Path: "/x/{id}", Handle: handle},
		{Method: "DELETE", Path: "/x/{id}", Handle: handle},
		{Method: "OPTIONS", Path: "/other", Handle: handle},
	}}, func(c *authz.Config) { c.Policies = authz.String("methods.polar", methodsPolicy) })
	for _, tt := range []struct {
		line, user string
		ran        string // the method of the handler that may run
	}{
		{"GET /x/1", as(1), "GET"},
		{"GET /x/1", as(2), ""},
		{"POST /x/1", as(1), ""},
		{"POST /x/1", as(2), "POST"},
		{"DELETE /x/1", as(2), "DELETE"},
		{"HEAD /x/1", as(1), "HEAD"},
		{"HEAD /x/1", as(2), ""},
		{"OPTIONS /x/1", as(1), ""},
		{"OPTIONS /x/1", as(2), ""}, // which is allowed, and has no handler
		{"OPTIONS /other", as(1), ""},
		{"OPTIONS /other", as(2), "OPTIONS"},
		{"get /x/1", as(1), ""},
		{"TRACE /x/1", as(1), ""},
		{"PROPFIND /x/1", as(2), ""},
		{"CONNECT /x/1", as(1), ""},
	} {
		ran = ""
		method, _, _ := strings.Cut(tt.line, " ")
		got := w.send(tt.line, tt.user)
		if ran != tt.ran && !(tt.ran == "HEAD" && !f.HEAD && ran == "") {
			t.Errorf("%s, %s: the handler of %q ran, want %q", tt.line, tt.user, ran, tt.ran)
		}
		if page := strings.Contains(got.raw, "written"); page != (ran != "" && ran != "HEAD") {
			t.Errorf("%s, %s: sent %q", tt.line, tt.user, got.raw)
		}
		if !slices.Contains(allowed[tt.user], method) && f.Outside && got.status != http.StatusForbidden {
			t.Errorf("%s, %s: %d, which the policy denies", tt.line, tt.user, got.status)
		}
		if ran == "" && got.status == 200 {
			t.Errorf("%s, %s: 200 without a handler", tt.line, tt.user)
		}
		if strings.HasPrefix(tt.line, "HEAD") && got.body != "" {
			t.Errorf("%s: the body %q", tt.line, got.body)
		}
	}
	// No header makes one method another.
	for _, name := range []string{"X-HTTP-Method-Override", "X-HTTP-Method", "X-Method-Override"} {
		for _, tt := range []struct{ line, user, other string }{{"GET /x/1", as(1), "DELETE"}, {"POST /x/1", as(2), "GET"}, {"POST /x/1?_method=GET", as(2), "DELETE"}} {
			ran = ""
			method, _, _ := strings.Cut(tt.line, " ")
			if got := w.send(tt.line, tt.user, name+": "+tt.other); got.status != 200 || ran != method {
				t.Errorf("%s with %s: %s: %d, %q ran", tt.line, name, tt.other, got.status, ran)
			}
			ran = ""
			if got := w.send("POST /x/1", as(1), name+": GET"); got.status != 403 || ran != "" {
				t.Errorf("POST with %s: GET, of a reader: %d, %q ran", name, got.status, ran)
			}
		}
	}
}

func testTwice(t *testing.T, f Framework) {
	w := serve(t, f, &App{Routes: []Route{public("GET", "/team", "page"), public("GET", "/other", "page")}}, func(c *authz.Config) {
		c.Policies = authz.String("twice.polar", `
			allow(_: User, "GET", r: Request) if r.path = "/team" and (r.header("X-Team") = "a" or r.query("team") = "a");
			allow(_: User, "GET", _: Request{path: "/other"});
		`)
	})
	for _, tt := range []struct {
		target  string
		headers []string
		want    int
	}{
		{"/team", nil, 403},
		{"/team", []string{"X-Team: a"}, 200},
		{"/team", []string{"x-tEAM: a"}, 200},
		{"/team", []string{"X-Team: a", "X-Team: b"}, 400},
		{"/team", []string{"X-Team: b", "x-team: a"}, 400},
		{"/team?team=a", nil, 200},
		{"/team?team=a&team=b", nil, 400},
		{"/team?team=b&%74eam=a", nil, 400},
		{"/team?team=a;x=1", nil, 400},
		{"/other?team=a&team=b", []string{"X-Team: a", "X-Team: b"}, 200},
	} {
		if got := w.send("GET "+tt.target, append(tt.headers, as(1))...); got.status != tt.want {
			t.Errorf("%s, %q: %d, want %d", tt.target, tt.headers, got.status, tt.want)
		}
	}
}

// testRoutes: policies can read the pattern and the values of a route, and where
// they cannot, nothing is allowed.
func testRoutes(t *testing.T, f Framework) {
	w := serve(t, f, &App{Routes: []Route{public("GET", "/users/{id}", "page"), public("GET", "/tree/{id}/leaf", "page")}}, func(c *authz.Config) {
		c.Policies = authz.String("routes.polar", `
			allow(user: User, "GET", r: Request) if
			    r.pattern() = "`+f.pattern("GET", "/users/{id}")+`" and r.path_value("id") = user.email();
			allow(_: User, "GET", r: Request) if r.pattern() = nil;
		`)
	})
	for _, tt := range []struct {
		path string
		want int
	}{
		{"/users/user1@foo.com", 200},
		{"/users/user2@foo.com", 403},
		{"/tree/user1@foo.com/leaf", 403},
	} {
		want := tt.want
		if !f.Knows {
			want = http.StatusInternalServerError
		}
		if got := w.send("GET "+tt.path, as(1)); got.status != want {
			t.Errorf("%s: %d %q, want %d", tt.path, got.status, got.body, want)
		}
	}
	// Without a route the pattern is nil, if it is known; the answer is the router's.
	if got := w.send("GET /nowhere", as(1)); got.status != 404 && (f.Knows || got.status != 500) {
		t.Errorf("/nowhere: %d", got.status)
	}
}
