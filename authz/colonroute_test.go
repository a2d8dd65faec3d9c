package authz_test

// This file tests that ColonRoute gives policies the values that the path has.

import (
	"net/http/httptest"
	"testing"

	"github.com/ursa-authz/ursa/authz"
)

func TestColonRoute(t *testing.T) {
	for _, tt := range []struct {
		target, pattern string
		names, values   []string
		want            string // of the last wildcard; "!" if there is an error
	}{
		{"/expenses/1", "/expenses/:id", []string{"id"}, []string{"1"}, "1"},
		{"/expenses/a%20b", "/expenses/:id", []string{"id"}, []string{"a b"}, "a b"},
		{"/expenses/a%20b", "/expenses/:id", []string{"id"}, []string{"a%20b"}, "a b"},
		{"/expenses/a%2520b", "/expenses/:id", []string{"id"}, []string{"a%20b"}, "a%20b"},
		{"/expenses/a%2520b", "/expenses/:id", []string{"id"}, []string{"a%2520b"}, "a%20b"},
		{"/x/a%20b/a%2520b", "/x/:one/:two", []string{"one", "two"}, []string{"a%20b", "a%2520b"}, "a%20b"},
		{"/caf%C3%A9/1", "/caf%C3%A9/:id", []string{"id"}, []string{"1"}, "1"},
		{"/expenses/1/", "/expenses/:id", []string{"id"}, []string{"1/"}, "1/"},
		{"/files/a/b", "/files/*path", []string{"path"}, []string{"/a/b"}, "/a/b"},
		{"/files/a/b", "/files/*", []string{"*"}, []string{"a/b"}, "a/b"},
		{"/files/", "/files/*", []string{"*"}, []string{""}, ""},
		{"/release-7/bin", "/release-:version/bin", []string{"version"}, []string{"7"}, "7"},
		{"/users/1:ban", `/users/:id\:ban`, []string{"id"}, []string{"1"}, "1"},
		{"/v1:go/1", `/v1\:go/:id`, []string{"id"}, []string{"1"}, "1"},
		// What is not the path.
		{"/expenses/1", "/expenses/:id", []string{"id"}, []string{"2"}, "!"},
		{"/expenses/1", "/expenses/:id", []string{"id"}, nil, "!"},
		{"/expenses/1", "/expenses/:id", nil, []string{"1"}, "!"},
		{"/expenses/1", "/expenses/:id", []string{"id", "x"}, []string{"1", "2"}, "!"},
		{"/expenses/1", "/admin/:id", []string{"id"}, []string{"1"}, "!"},
		{"/expenses/a%2520b", "/expenses/:id", []string{"id"}, []string{"a b"}, "!"},
		{"/expenses/%25", "/expenses/:id", []string{"id"}, []string{"%zz"}, "!"},
	} {
		r := httptest.NewRequest("GET", tt.target, nil)
		route, err := authz.ColonRoute(r, tt.pattern, tt.names, tt.values)
		if tt.want == "!" {
			if err == nil {
				t.Errorf("%s by %s with %q: no error", tt.target, tt.pattern, tt.values)
			}
			continue
		}
		last := len(tt.names) - 1
		tt.values[last] = "of the next request" // the router uses its memory again
		got, ok := route.Value(tt.names[last])
		if err != nil || route.Pattern != tt.pattern || got != tt.want || !ok {
			t.Errorf("%s by %s: %q, %v, %v; want %q", tt.target, tt.pattern, got, ok, err, tt.want)
		}
		if v, ok := route.Value("other"); ok {
			t.Errorf("%s has a value of another name: %q", tt.pattern, v)
		}
	}
	if route, err := authz.ColonRoute(httptest.NewRequest("GET", "/", nil), "", nil, nil); route.Pattern != "" || err != nil {
		t.Errorf("without a route: %v, %v", route, err)
	}
}
