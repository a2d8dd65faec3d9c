package authztest_test

// This file tests that the assertions of this package work with deny rules.

import (
	"strings"
	"testing"

	"github.com/ursa-authz/ursa/authz"
	"github.com/ursa-authz/ursa/authz/authztest"
)

const denyPolicy = `allow(user: User, action, expense: Expense) if
    action in ["read", "pay"] and
    (user.id = expense.user_id or user.title = "Accountant");
allow_field(_: User, "read", _: Expense, _);

deny(user: User, "pay", expense: Expense) if user.id = expense.user_id;
deny(user: User, "read", expense: Expense) if
    expense.note != nil and not user.title = "Accountant";
deny(_: User, "audit", expense: Expense) if expense.audit();
deny_field(user: User, "read", _: Expense, "note") if user.id = 1;
`

func withDeny(c *authz.Config) { c.DenyRule = true }

// TestDenyMatrix compares the table with testdata/TestDenyMatrix.golden.
func TestDenyMatrix(t *testing.T) {
	noted := &Expense{ID: 11, UserID: 1, Note: new(string)}
	az := newAuthorizer(t, denyPolicy, withDeny, func(c *authz.Config) { c.ReadAction = "read" })
	authztest.Matrix(t, az, people(), actions, authztest.ByName(map[string]any{"lunch": lunch, "noted": noted, "trip": trip}))
}

func TestDenyTester(t *testing.T) {
	az := newAuthorizer(t, denyPolicy, withDeny)
	r := record(t, func(t testing.TB) {
		p := authztest.New(t, az)
		p.Deny(alice, "pay", lunch)
		p.Allow(bob, "pay", lunch)
		p.Allow(alice, "pay", lunch)
	})
	want := "want allowed, got forbidden\ndenied: User 1 \"pay\" Expense 7\n" +
		"  expenses.polar:6:1: deny(user: User, \"pay\", expense: Expense) holds, and overrides every allow\n  expenses.polar:6:46: user.id = expense.user_id"
	if len(r.errors) != 1 || r.errors[0] != want {
		t.Errorf("got %q\nwant %q", r.errors, want)
	}
}

// TestDenyCoverage tests that a deny rule counts once it has denied something.
func TestDenyCoverage(t *testing.T) {
	ctx := t.Context()
	for _, tt := range []struct {
		name string
		ask  func(*authz.Authorizer)
		want string // the lines of the rules that have held
	}{
		{"nothing denied", func(az *authz.Authorizer) { az.IsAllowed(ctx, bob, "read", lunch) }, "1 3"},
		{"denied", func(az *authz.Authorizer) { az.IsAllowed(ctx, alice, "pay", lunch) }, "6"},
		{"field", func(az *authz.Authorizer) { az.AuthorizeField(ctx, alice, "read", lunch, "note") }, "10"},
		{"actions", func(az *authz.Authorizer) { az.AuthorizedActions(ctx, alice, lunch) }, "1 3 6"},
	} {
		c := new(authztest.Coverage)
		tt.ask(newAuthorizer(t, denyPolicy, withDeny, func(cfg *authz.Config) { cfg.Engine = c }))
		var table strings.Builder
		if err := c.WriteTable(&table); err != nil {
			t.Fatal(err)
		}
		var held []string
		for line := range strings.Lines(table.String()) {
			if at, ok := strings.CutPrefix(line, "expenses.polar:"); ok && !strings.Contains(line, "never held") {
				line, _, _ := strings.Cut(at, ":")
				if len(held) == 0 || held[len(held)-1] != line {
					held = append(held, line)
				}
			}
		}
		if got := strings.Join(held, " "); got != tt.want {
			t.Errorf("%s: %q, want %q\n%s", tt.name, got, tt.want, &table)
		}
	}
	// Without deny rules, a Coverage evaluates the same rules as before.
	az := newAuthorizer(t, `allow(_: User, "read", _: Expense);`, withDeny, func(cfg *authz.Config) { cfg.Engine = new(authztest.Coverage) })
	if ok, err := az.IsAllowed(ctx, alice, "read", lunch); !ok || err != nil {
		t.Errorf("%v, %v", ok, err)
	}
}

func TestDenyEquivalent(t *testing.T) {
	az := newAuthorizer(t, denyPolicy, withDeny)
	lister := authztest.InMemory(az, lunch, trip, flowers, &Expense{ID: 10, UserID: 1, Note: new(string)})
	authztest.Equivalent(t, az, lister, authz.ClassOf[Expense](), []any{alice, bob}, []string{"read", "pay"})

	// Without the deny rules, the list has too many rows.
	r := record(t, func(t testing.TB) {
		wide := authztest.InMemory(newAuthorizer(t, denyPolicy), lunch, trip, flowers)
		authztest.Equivalent(t, az, wide, authz.ClassOf[Expense](), []any{alice, bob}, []string{"read", "pay"})
	})
	if !strings.Contains(r.errorText(), "is on the list, but not allowed\ndenied: User 1 \"pay\" Expense 7\n  expenses.polar:6:1: deny(") {
		t.Errorf("%s", r.errorText())
	}
}
