package nethttp_test

// This file defines the application of these tests: an Authorizer with a table of what is
// allowed, and a server on a real socket.

import (
	"context"
	"errors"
	"fmt"
	"io"
	"iter"
	"net/http"
	"net/http/httptest"
	"testing"

	"github.com/ursa-authz/ursa/authz"
)

type user struct{ Name string }

type expense struct{ ID string }

// A table is an engine and its policy: it contains "name action Type" for what is allowed.
// It also allows every request of a user.
type table map[string]bool

func (p table) Compile(context.Context, authz.Input) (authz.Policy, []authz.Diagnostic, error) {
	return p, nil, nil
}

func (p table) Decide(_ context.Context, _ string, actor any, action string, resource any) (authz.Outcome, error) {
	if action == "fail" {
		return authz.Outcome{}, errors.New("the policy failed")
	}
	key := fmt.Sprintf("%s %v %T", actor.(user).Name, action, resource)
	if e, ok := resource.(*expense); ok {
		key = fmt.Sprintf("%s %v %s", actor.(user).Name, action, e.ID)
	}
	return authz.Outcome{Allowed: p[key]}, nil
}

func (p table) Query(context.Context, string, ...any) iter.Seq2[authz.Bindings, error] {
	return func(yield func(authz.Bindings, error) bool) { yield(nil, nil) }
}

var policy = table{
	"alice GET *authz.Request":  true,
	"alice POST *authz.Request": true,
	"alice GET *http.Request":   true,
	"bob GET *authz.Request":    true,
	"alice read 1":              true,
	"alice read 2":              true,
	"alice pay 1":               true,
	"bob read 1":                true,
	"guest GET *authz.Request":  true,
}

func newAuthorizer(t testing.TB, change ...func(*authz.Config)) *authz.Authorizer {
	t.Helper()
	cfg := authz.Config{
		Policies: authz.String("table", "table"),
		Engine:   policy,
		Classes:  []authz.Class{authz.ClassOf[user](), authz.ClassOf[expense]()},
		Actor: func(r *http.Request) (any, error) {
			switch name := r.Header.Get("user"); name {
			case "":
				return user{"guest"}, nil
			case "mallory":
				return nil, authz.ErrUnauthenticated
			case "down":
				return nil, io.ErrUnexpectedEOF
			default:
				return user{name}, nil
			}
		},
		ReadAction: "read",
	}
	for _, c := range change {
		c(&cfg)
	}
	az, err := authz.New(cfg)
	if err != nil {
		t.Fatal(err)
	}
	return az
}

// serve starts a server and returns a function that sends it a GET of user.
func serve(t *testing.T, h http.Handler) func(user, path string, headers ...string) (*http.Response, string) {
	t.Helper()
	server := httptest.NewServer(h)
	t.Cleanup(server.Close)
	client := server.Client()
	client.CheckRedirect = func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse }
	return func(user, path string, headers ...string) (*http.Response, string) {
		t.Helper()
		r, err := http.NewRequest("GET", server.URL+path, nil)
		if err != nil {
			t.Fatal(err)
		}
		r.Header.Set("user", user)
		for i := 0; i < len(headers); i += 2 {
			r.Header.Set(headers[i], headers[i+1])
		}
		resp, err := client.Do(r)
		if err != nil {
			t.Fatal(err)
		}
		defer resp.Body.Close()
		body, err := io.ReadAll(resp.Body)
		if err != nil {
			t.Fatal(err)
		}
		return resp, string(body)
	}
}
