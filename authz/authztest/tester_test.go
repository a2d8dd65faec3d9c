package authztest_test

import (
	"context"
	"net/http/httptest"
	"strings"
	"testing"

	"github.com/ursa-authz/ursa/authz"
	"github.com/ursa-authz/ursa/authz/authztest"
)

func TestTester(t *testing.T) {
	az := newAuthorizer(t, policy)
	hiding := newAuthorizer(t, policy, func(c *authz.Config) { c.ReadAction = "read" })
	requests := newAuthorizer(t, `allow(_: User, "GET", _: Request{path: "/expenses"});`)
	const denied = `denied: User 2 "read" Expense 7
  expenses.polar:4:36: neither expense.paid nor expense.amount > 100 holds (in allow(user: User, "read", expense: Expense))
  expenses.polar:3:5: user.id = expense.user_id failed (in allow(user: User, "read", expense: Expense))
  2 other rules are about other actions or classes`
	tests := []struct {
		name string
		az   *authz.Authorizer
		ask  func(p *authztest.Tester)
		want string // part of the error, or empty
	}{
		{"allow", az, func(p *authztest.Tester) { p.Allow(alice, "read", lunch) }, ""},
		{"allow what is denied", az, func(p *authztest.Tester) { p.Allow(bob, "read", lunch) }, "want allowed, got forbidden\n" + denied},
		{"deny", az, func(p *authztest.Tester) { p.Deny(bob, "read", lunch) }, ""},
		{"deny what is allowed", az, func(p *authztest.Tester) { p.Deny(alice, "read", lunch) },
			"want denied, got allowed\nallowed: User 1 \"read\" Expense 7\n  expenses.polar:3:5: user.id = expense.user_id (in allow(user: User, \"read\", expense: Expense))"},
		{"deny what is not decided", az, func(p *authztest.Tester) { p.Deny(alice, "audit", lunch) },
			"want denied, got undecided\nundecided: User 1 \"audit\" Expense 7\n  expenses.polar:10:5: method Audit of Expense returned an error (in allow): i/o timeout\n    in allow at expenses.polar:10:5"},
		{"forbidden", az, func(p *authztest.Tester) { p.Forbidden(bob, "read", lunch) }, ""},
		{"forbidden, but hidden", hiding, func(p *authztest.Tester) { p.Forbidden(bob, "read", lunch) }, "want forbidden, got not found\n" + denied},
		{"not found", hiding, func(p *authztest.Tester) { p.NotFound(bob, "pay", lunch) }, "want not found, got allowed"},
		{"hidden", hiding, func(p *authztest.Tester) { p.NotFound(alice, "pay", trip) }, ""},
		{"deny what is hidden", hiding, func(p *authztest.Tester) { p.Deny(alice, "pay", trip) }, ""},
		{"not found, but forbidden", hiding, func(p *authztest.Tester) { p.NotFound(alice, "pay", lunch) }, "want not found, got forbidden"},
		{"allow what is not decided", az, func(p *authztest.Tester) { p.Allow(nil, "read", lunch) }, "want allowed, got undecided\nundecided: nil \"read\" Expense 7\n  the actor is nil"},
		{"context", az, func(p *authztest.Tester) {
			ctx, cancel := context.WithCancel(t.Context())
			cancel()
			p.WithContext(ctx).Allow(alice, "read", lunch)
		}, "want allowed, got undecided"},
		{"request", requests, func(p *authztest.Tester) {
			p.Allow(alice, "GET", httptest.NewRequest("GET", "/expenses", nil))
			p.Deny(alice, "GET", httptest.NewRequest("GET", "/users", nil))
		}, ""},
		{"bad request", requests, func(p *authztest.Tester) { p.Deny(alice, "GET", httptest.NewRequest("GET", "/a/../b", nil)) },
			"want denied, got undecided\nauthz: bad request: "},
		{"no reasons", newAuthorizer(t, policy, withoutTraces), func(p *authztest.Tester) { p.Allow(bob, "read", lunch) }, "want allowed, got forbidden\nauthz: forbidden"},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			r := record(t, func(t testing.TB) { tt.ask(authztest.New(t, tt.az)) })
			if tt.want == "" && len(r.errors) > 0 || tt.want != "" && (len(r.errors) != 1 || !strings.HasPrefix(r.errors[0], tt.want)) {
				t.Errorf("got %q\nwant %q", r.errors, tt.want)
			}
		})
	}
	if r := record(t, func(t testing.TB) { authztest.New(t, nil) }); len(r.errors) != 1 {
		t.Errorf("a nil Authorizer: %q", r.errors)
	}
}

// withoutTraces hides the traces and filters of the engine.
func withoutTraces(c *authz.Config) { c.Engine = plain{} }

type plain struct{}

func (plain) Compile(ctx context.Context, in authz.Input) (authz.Policy, []authz.Diagnostic, error) {
	var coverage authztest.Coverage
	p, diags, err := coverage.Compile(ctx, in)
	if err != nil {
		return nil, diags, err
	}
	return struct{ authz.Policy }{p}, diags, nil
}

func TestNoWarnings(t *testing.T) {
	for _, tt := range []struct{ name, policy, want string }{
		{"none", "allow(_: User, _, _: Expense);", ""},
		{"silenced", "allow(_: User, _, _: Expense);\n# ursa:ignore unasked-rule: the next release asks it\ndeny(_, _, _);", ""},
		{"one", "allow(_: User, _, _: Expense);\ndeny(_, _, _);", "unasked-rule\n" +
			"expenses.polar:2:1: warning: no decision queries deny, so this rule has no effect (set Config.DenyRule to enable it)\n" +
			"   2 | deny(_, _, _);\n     | ^^^^^^^^^^^^^"},
	} {
		t.Run(tt.name, func(t *testing.T) {
			r := record(t, func(t testing.TB) { authztest.NoWarnings(t, newAuthorizer(t, tt.policy)) })
			if got := strings.Join(r.errors, "\n"); got != tt.want {
				t.Errorf("got %q\nwant %q", got, tt.want)
			}
		})
	}
}
