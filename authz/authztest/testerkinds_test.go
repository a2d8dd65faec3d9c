package authztest_test

// This file tests Tester's checks of fields, requests, actions and lists.

import (
	"net/http/httptest"
	"strings"
	"testing"

	"github.com/ursa-authz/ursa/authz"
	"github.com/ursa-authz/ursa/authz/authztest"
)

const kindsPolicy = `
allow(user: User, "read", expense: Expense) if user.id = expense.user_id;
allow(user: User, "pay", expense: Expense) if user.title = "Accountant" and expense.paid;
allow(user: User, _, _: Expense) if user.title = "CEO";
allow_field(user: User, "read", expense: Expense, "amount") if user.id = expense.user_id;
allow_field(_: User, "read", _: Expense, "id");
allow_request(_: User, request: Request) if request.path = "/expenses";
deny(_: User, "delete", _: Expense);
`

func TestTesterKinds(t *testing.T) {
	az := newAuthorizer(t, kindsPolicy, func(c *authz.Config) { c.DenyRule = true })
	ceo := &User{ID: 4, Title: "CEO"}
	rows := authztest.InMemory(az, lunch, trip, flowers)
	class := authz.ClassOf[Expense]()
	for _, tt := range []struct {
		name string
		ask  func(p *authztest.Tester)
		want []string // parts of the errors, in order
	}{
		{"field", func(p *authztest.Tester) {
			p.AllowField(alice, "read", lunch, "amount")
			p.DenyField(bob, "read", lunch, "amount")
			p.AllowField(bob, "read", lunch, "id")
		}, nil},
		{"field that is denied", func(p *authztest.Tester) { p.AllowField(bob, "read", lunch, "amount") },
			[]string{"want allowed, got forbidden\ndenied: User 2 \"read\" Expense 7 field \"amount\"\n  expenses.polar:5:64: "}},
		{"field that is allowed", func(p *authztest.Tester) { p.DenyField(bob, "read", lunch, "id") },
			[]string{"want denied, got allowed\nallowed: User 2 \"read\" Expense 7 field \"id\""}},
		{"request", func(p *authztest.Tester) {
			p.AllowRequest(alice, httptest.NewRequest("GET", "/expenses", nil))
			p.DenyRequest(alice, httptest.NewRequest("GET", "/users", nil))
			p.DenyRequest(Guest{}, httptest.NewRequest("GET", "/expenses", nil))
		}, nil},
		{"request that is denied", func(p *authztest.Tester) { p.AllowRequest(alice, httptest.NewRequest("GET", "/users", nil)) },
			[]string{"want allowed, got forbidden\ndenied: User 1 GET /users\n  expenses.polar:7:"}},
		{"request that is ambiguous", func(p *authztest.Tester) { p.DenyRequest(alice, httptest.NewRequest("GET", "/a//b", nil)) },
			[]string{"want denied, got undecided\nauthz: bad request: "}},
		{"actions", func(p *authztest.Tester) {
			p.Actions(alice, lunch, "read")
			p.Actions(bob, lunch)
			p.Actions(ceo, lunch, "*", "-delete")
			p.Fields(alice, "read", lunch, "id", "amount")
		}, nil},
		{"an action too many", func(p *authztest.Tester) { p.Actions(alice, lunch) },
			[]string{"actions: got [\"read\"], want []\nnot expected \"read\"\nallowed: User 1 \"read\" Expense 7"}},
		{"an action too few", func(p *authztest.Tester) { p.Actions(alice, lunch, "pay", "read") },
			[]string{"actions: got [\"read\"], want [\"pay\" \"read\"]\nmissing \"pay\"\ndenied: User 1 \"pay\" Expense 7"}},
		{"every action", func(p *authztest.Tester) { p.Actions(ceo, lunch, "read") }, []string{"not expected \"*\""}},
		{"a field too few", func(p *authztest.Tester) { p.Fields(bob, "read", lunch, "amount", "id") },
			[]string{"fields: got [\"id\"], want [\"amount\" \"id\"]\nmissing \"amount\"\ndenied: User 2 \"read\" Expense 7 field \"amount\""}},
		{"actions that cannot be listed", func(p *authztest.Tester) { p.Actions(nil, lunch) }, []string{"the actions could not be listed: "}},
		{"list", func(p *authztest.Tester) {
			p.List(rows, class, alice, "read", lunch)
			p.List(rows, class, bob, "pay", flowers)
			p.List(rows, class, alice, "pay")
			p.List(rows, class, ceo, "read", flowers, trip, lunch)
			p.List(rows, class, ceo, "delete")
		}, nil},
		{"list with others", func(p *authztest.Tester) { p.List(rows, class, alice, "read", trip) },
			[]string{"Expense 8 is not on the list\ndenied: User 1 \"read\" Expense 8", "Expense 7 is on the list\nallowed: User 1 \"read\" Expense 7"}},
		{"list that cannot be made", func(p *authztest.Tester) { p.List(rows, class, nil, "read") }, []string{"the list of authztest_test.Expense on which a <nil> may do \"read\": "}},
	} {
		t.Run(tt.name, func(t *testing.T) {
			r := record(t, func(t testing.TB) { tt.ask(authztest.New(t, az)) })
			if len(r.errors) != len(tt.want) {
				t.Fatalf("got %q\nwant %q", r.errors, tt.want)
			}
			for i, want := range tt.want {
				if !strings.Contains(r.errors[i], want) {
					t.Errorf("got %q\nwant %q", r.errors[i], want)
				}
			}
		})
	}
}
