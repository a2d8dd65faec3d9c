package authz_test

// This file tests that every kind of question can be explained.

import (
	"fmt"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"

	"github.com/ursa-authz/ursa/authz"
)

// TestExplainEveryQuestion tests that the explanation has the answer of the decision, names
// the question, and names the condition that decided.
func TestExplainEveryQuestion(t *testing.T) {
	az := newAuthorizer(t, "", withPolar, func(c *authz.Config) {
		c.DenyRule, c.ChangeRule = true, true
		c.Policies = authz.String("p", `
allow(u: user, "read", e: Expense) if u.name = "alice" and e.id = 7;
allow(u: user, "create", Expense) if u.name = "alice";
allow(u: user, "GET", request: Request) if u.name = "alice" and request.path = "/a b";
allow_request(u: user, request: Request) if u.name = "bob" and request.path = "/b";
allow_field(u: user, "read", e: Expense, "id") if u.name = "alice" and e.id = 7;
allow_change(u: user, "read", before: Expense, after: Expense) if u.name = "alice" and before.id = after.id;
deny_field(_: user, _, _: Expense, "secret");
`)
	})
	ctx := t.Context()
	request := func(path string) *authz.Request {
		q, err := az.Request(httptest.NewRequest(http.MethodGet, path, nil))
		if err != nil {
			t.Fatal(err)
		}
		return q
	}
	ok := func(err error) bool { return err == nil }
	for _, tt := range []struct {
		explain func() (*authz.Explanation, error)
		decide  func() bool
		want    []string
	}{
		{func() (*authz.Explanation, error) { return az.Explain(ctx, bob, "read", lunch) },
			func() bool { return ok(az.Authorize(ctx, bob, "read", lunch)) },
			[]string{`denied: user 2 "read" Expense 7`, `u.name = "alice"`}},
		{func() (*authz.Explanation, error) { return az.Explain(ctx, bob, "create", authz.ClassOf[expense]()) },
			func() bool { return ok(az.Authorize(ctx, bob, "create", authz.ClassOf[expense]())) },
			[]string{`denied: user 2 "create" Expense`, `u.name = "alice"`}},
		{func() (*authz.Explanation, error) { return az.Explain(ctx, alice, "create", authz.ClassOf[expense]()) },
			func() bool { return ok(az.Authorize(ctx, alice, "create", authz.ClassOf[expense]())) },
			[]string{`allowed: user 1 "create" Expense`, `u.name = "alice"`}},
		{func() (*authz.Explanation, error) { return az.Explain(ctx, alice, "GET", request("/c%20d")) },
			func() bool { return ok(az.Authorize(ctx, alice, "GET", request("/c%20d"))) },
			[]string{`denied: user 1 GET /c%20d`, `request.path = "/a b"`}},
		{func() (*authz.Explanation, error) { return az.ExplainRequest(ctx, bob, request("/b")) },
			func() bool { return ok(az.AuthorizeRequest(ctx, bob, request("/b"))) },
			[]string{`allowed: user 2 GET /b`, `request.path = "/b"`}},
		{func() (*authz.Explanation, error) {
			return az.ExplainRequest(ctx, alice, httptest.NewRequest(http.MethodGet, "/b", nil))
		},
			func() bool {
				return ok(az.AuthorizeRequest(ctx, alice, httptest.NewRequest(http.MethodGet, "/b", nil)))
			},
			[]string{`denied: user 1 GET /b`, `u.name = "bob"`}},
		{func() (*authz.Explanation, error) { return az.ExplainField(ctx, alice, "read", lunch, "id") },
			func() bool { return ok(az.AuthorizeField(ctx, alice, "read", lunch, "id")) },
			[]string{`allowed: user 1 "read" Expense 7 field "id"`, "e.id = 7"}},
		{func() (*authz.Explanation, error) { return az.ExplainField(ctx, bob, "read", lunch, "id") },
			func() bool { return ok(az.AuthorizeField(ctx, bob, "read", lunch, "id")) },
			[]string{`denied: user 2 "read" Expense 7 field "id"`, `u.name = "alice"`}},
		{func() (*authz.Explanation, error) { return az.ExplainField(ctx, alice, "read", lunch, "secret") },
			func() bool { return ok(az.AuthorizeField(ctx, alice, "read", lunch, "secret")) },
			[]string{`denied: user 1 "read" Expense 7 field "secret"`, "deny_field(_: user, _, _: Expense, \"secret\") holds"}},
		{func() (*authz.Explanation, error) { return az.ExplainChange(ctx, bob, "read", lunch, lunch) },
			func() bool { return ok(az.AuthorizeChange(ctx, bob, "read", lunch, lunch)) },
			[]string{`denied: user 2 "read" Expense 7`, `u.name = "alice"`}},
		{func() (*authz.Explanation, error) { return az.ExplainChange(ctx, alice, "read", lunch, lunch) },
			func() bool { return ok(az.AuthorizeChange(ctx, alice, "read", lunch, lunch)) },
			[]string{`allowed: user 1 "read" Expense 7`, `before.id = after.id`}},
	} {
		x, err := tt.explain()
		if err != nil {
			t.Errorf("%v: %v", tt.want, err)
			continue
		}
		text := fmt.Sprint(x)
		for _, want := range tt.want {
			if !strings.Contains(text, want) {
				t.Errorf("%s\nwant %s", text, want)
			}
		}
		if allowed := tt.decide(); allowed != (x.Verdict == authz.Allowed) || x.Verdict == authz.Undecided || strings.Contains(text, secret) {
			t.Errorf("decided %v, explained\n%s", allowed, text)
		}
	}
	if _, err := az.ExplainRequest(ctx, bob, httptest.NewRequest(http.MethodGet, "/a//b", nil)); outcome(t, err) != badReq {
		t.Errorf("an ambiguous request: %v", err)
	}
	if _, err := az.ExplainChange(ctx, bob, "read", lunch, nil); outcome(t, err) != undecided {
		t.Errorf("a change to nothing: %v", err)
	}
}
