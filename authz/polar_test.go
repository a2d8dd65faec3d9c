package authz_test

// This file tests the Authorizer with the engine of package polar: rules about requests,
// classes, fields and wildcards.

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"net/http/httptest"
	"reflect"
	"strings"
	"testing"
	"unicode"

	"github.com/ursa-authz/ursa/authz"
	"github.com/ursa-authz/ursa/authz/internal/host"
)

func withPolar(c *authz.Config) { c.Engine = nil }

func TestPolarDecides(t *testing.T) {
	const policy = `
allow(actor: user, "read", expense: Expense) if actor.id = 1 and expense.id = 7;
allow(actor: user, "list", Expense) if actor.id = 1;
allow(actor: user, "pay", expense: Expense) if actor.id = 1 and expense.audit();
allow_field(actor: user, "read", _: Expense, "amount") if actor.id = 1;
allow_request(actor: user, request: Request) if actor.id = 1 and request.segments = ["expenses", _];
`
	var last authz.Event
	az := newAuthorizer(t, policy, withPolar, func(c *authz.Config) {
		c.Observe = func(_ context.Context, d authz.Event) { last = d }
	})
	ctx := t.Context()
	tests := []struct {
		name string
		err  error
		want string
	}{
		{"read", az.Authorize(ctx, alice, "read", lunch), allowed},
		{"by value", az.Authorize(ctx, *alice, "read", *lunch), allowed},
		{"not hers", az.Authorize(ctx, alice, "read", &expense{ID: 8}), forbidden},
		{"not bob's", az.Authorize(ctx, bob, "read", lunch), forbidden},
		{"class", az.Authorize(ctx, alice, "list", authz.ClassOf[expense]()), allowed},
		{"an instance is not a class", az.Authorize(ctx, alice, "list", lunch), forbidden},
		{"a class is not an instance", az.Authorize(ctx, alice, "read", authz.ClassOf[expense]()), forbidden},
		{"a fault", az.Authorize(ctx, alice, "pay", lunch), undecided},
		{"field", az.AuthorizeField(ctx, alice, "read", lunch, "amount"), allowed},
		{"other field", az.AuthorizeField(ctx, alice, "read", lunch, "secret"), forbidden},
		{"request", az.AuthorizeRequest(ctx, alice, httptest.NewRequest("GET", "/expenses/5", nil)), allowed},
		{"other request", az.AuthorizeRequest(ctx, alice, httptest.NewRequest("GET", "/expenses", nil)), forbidden},
	}
	for _, tt := range tests {
		if got := outcome(t, tt.err); got != tt.want {
			t.Errorf("%s: %v, want %s", tt.name, tt.err, tt.want)
		}
		if strings.Contains(fmt.Sprint(tt.err), secret) {
			t.Errorf("%s: the error tells a value: %v", tt.name, tt.err)
		}
	}
	for rule, err := range map[string]func() error{
		"allow":         func() error { return az.Authorize(ctx, alice, "list", authz.ClassOf[expense]()) },
		"allow_field":   func() error { return az.AuthorizeField(ctx, alice, "read", lunch, "amount") },
		"allow_request": func() error { return az.AuthorizeRequest(ctx, alice, httptest.NewRequest("GET", "/expenses/5", nil)) },
	} {
		if err := err(); err != nil || last.By == nil || last.By.Name != rule || last.By.Pos.Line == 0 {
			t.Errorf("%s: %v, by %+v", rule, err, last.By)
		}
	}
	if err := az.AuthorizeRequest(ctx, alice, authz.Var("request")); outcome(t, err) != forbidden {
		t.Errorf("a variable as the request: %v", err)
	}
}

// TestPolarWithoutAllow tests that a policy without the rule does not deny either.
func TestPolarWithoutAllow(t *testing.T) {
	az := newAuthorizer(t, "f(1);", withPolar)
	_, actions := az.AuthorizedActions(t.Context(), alice, lunch)
	_, fields := az.AuthorizedFields(t.Context(), alice, "read", lunch)
	_, is := az.IsAllowed(t.Context(), alice, "read", lunch)
	for name, err := range map[string]error{
		"IsAllowed":         is,
		"Authorize":         az.Authorize(t.Context(), alice, "read", lunch),
		"AuthorizeField":    az.AuthorizeField(t.Context(), alice, "read", lunch, "amount"),
		"AuthorizeRequest":  az.AuthorizeRequest(t.Context(), alice, &authz.Request{}),
		"AuthorizedActions": actions,
		"AuthorizedFields":  fields,
	} {
		if got := outcome(t, err); got != undecided {
			t.Errorf("%s: %v, want undecided", name, err)
		}
	}
}

func TestPolarGrants(t *testing.T) {
	for _, tt := range []struct {
		policy string
		want   authz.Grants
		ok     bool
	}{
		{`allow(_: user, "read", _: Expense); allow(_: user, "pay", _: Expense);`, authz.Grants{Names: []string{"pay", "read"}}, true},
		{`allow(_: user, action, _: Expense) if action in ["read", "pay"];`, authz.Grants{Names: []string{"pay", "read"}}, true},
		{`allow(_: user, "read", _: Expense); allow(u: user, _, _: Expense) if u.id = 1;`, authz.Grants{All: true, Names: []string{"read"}}, true},
		{`allow(_: user, "read", _: Expense) if false;`, authz.Grants{}, true},
		// An action that is open but restricted is not a wildcard.
		{`allow(_: user, action, _: Expense) if action != "delete";`, authz.Grants{}, false},
		{`allow(_: user, _action: String, _: Expense);`, authz.Grants{}, false},
		{`allow(_: user, 7, _: Expense);`, authz.Grants{}, false},
	} {
		got, err := newAuthorizer(t, tt.policy, withPolar).AuthorizedActions(t.Context(), alice, lunch)
		if !reflect.DeepEqual(got, tt.want) || (err == nil) != tt.ok {
			t.Errorf("%s: %+v, %v, want %+v", tt.policy, got, err, tt.want)
		}
		if err != nil && outcome(t, err) != undecided {
			t.Errorf("%s: %v, want undecided", tt.policy, err)
		}
	}
}

func TestPolarRequests(t *testing.T) {
	const policy = `
allow(_: user, "GET", request: Request) if request.path.startswith("/expenses/");
allow(_: user, "GET", request: Request) if request.segments = ["teams", team] and request.header("X-Team") = team;
allow(_: user, "GET", request: Request) if request.path = "/search" and request.query("team") = "a";
allow(_: user, "GET", request: Request) if request.path = "/all" and request.query("team") = nil;
allow(u: user, _, request: Request) if u.name = "alice" and request.pattern() = "PUT /orgs/{org}" and request.path_value("org") = "1";
allow(_: user, "GET", request: Request) if request.path = "/secret" and request.header("authorization") != nil;
allow(_: user, "GET", _: Request{path: "/where", host: "example.com", scheme: "http", remote_addr: "192.0.2.1", method: "GET"});
`
	az := newAuthorizer(t, policy, withPolar)
	mux := http.NewServeMux()
	for _, p := range []string{"PUT /orgs/{org}", "/"} {
		mux.HandleFunc(p, func(http.ResponseWriter, *http.Request) {})
	}
	h := az.Middleware(mux)
	for _, tt := range []struct {
		method, target string
		want           int
		headers        []string
	}{
		{"GET", "/expenses/1", 200, nil},
		{"HEAD", "/expenses/1", 200, nil},
		{"GET", "/expenses", 403, nil},
		{"GET", "/teams/a", 200, []string{"X-Team", "a"}},
		{"GET", "/teams/a", 403, []string{"X-Team", "b"}},
		{"GET", "/teams/a", 403, nil},
		{"GET", "/teams/a", 400, []string{"X-Team", "a", "X-Team", "a"}},
		{"GET", "/expenses/1", 200, []string{"X-Team", "a", "X-Team", "a"}},
		{"GET", "/search?team=a", 200, nil},
		{"GET", "/search?team=a&team=b", 400, nil},
		{"GET", "/all", 200, nil},
		{"GET", "/all?team=", 403, nil},
		{"PUT", "/orgs/1", 200, nil},
		{"PUT", "/orgs/2", 403, nil},
		{"GET", "/secret", 500, []string{"Authorization", secret}},
		{"GET", "/where", 200, nil},
	} {
		resp, _ := get(t, h, tt.method, tt.target, append([]string{"user", "alice"}, tt.headers...)...)
		if resp.StatusCode != tt.want {
			t.Errorf("%s %s %v: %d, want %d", tt.method, tt.target, tt.headers, resp.StatusCode, tt.want)
		}
	}
}

func TestPolarReload(t *testing.T) {
	const rule = `allow(u: user, "read", _: Expense) if u.name = "%s";`
	s := &store{text: fmt.Sprintf(rule, "alice")}
	az := newAuthorizer(t, "", withPolar, func(c *authz.Config) { c.Policies = s })
	for _, tt := range []struct{ text, who, err string }{
		{fmt.Sprintf(rule, "bob"), "bob", ""},
		{fmt.Sprintf(rule, "alice")[:20], "bob", "stored.polar:1:"},
		{strings.Replace(rule, "u.name", "u.nmae", 1), "bob", "stored.polar:1:"},
		{fmt.Sprintf(rule, "alice"), "alice", ""},
	} {
		s.set(tt.text, nil)
		err := az.Reload(t.Context())
		if (err == nil) != (tt.err == "") || err != nil && !strings.Contains(err.Error(), tt.err) || reader(t, az) != tt.who {
			t.Errorf("%s: %v, %s may read; want %q, %s", tt.text, err, reader(t, az), tt.err, tt.who)
		}
	}
}

func TestPolarAllocatesNothing(t *testing.T) {
	if host.PureGo {
		t.Skip("without unsafe, decisions allocate")
	}
	az := newAuthorizer(t, `allow(actor: user, "read", expense: Expense) if actor.id = 1 and expense.id = 7;`, withPolar)
	ctx := t.Context()
	n := testing.AllocsPerRun(1000, func() {
		if ok, err := az.IsAllowed(ctx, alice, "read", lunch); !ok || err != nil {
			t.Fatal(ok, err)
		}
	})
	if n != 0 {
		t.Errorf("%v allocations, want 0", n)
	}
}

// TestHiddenText tests that a policy with invisible text is rejected, and that the error
// shows it.
func TestHiddenText(t *testing.T) {
	const allowAll = "# reviewed \rallow(_, _, _);\nallow(_, \"read\", _: Expense);"
	if _, err := authz.New(authz.Config{
		Policies: authz.String("p\nINFO ok\x1b[2K", allowAll), Classes: []authz.Class{{Type: reflect.TypeFor[expense](), Name: "Expense"}},
	}); err == nil || !strings.Contains(err.Error(), `p\u{A}INFO ok\u{1B}[2K:1:12: `) || strings.Contains(err.Error(), "\n") {
		t.Errorf("New: %v", err)
	}
	az := newAuthorizer(t, `allow(_, "read", _: Expense);`, withPolar)
	for _, rule := range []string{"\u0430llow", "allow\u200b", "allow\x1b"} {
		for _, err := range az.Query(t.Context(), rule, alice, "read", lunch) {
			if err == nil || strings.ContainsFunc(err.Error(), func(r rune) bool { return !unicode.IsPrint(r) }) {
				t.Errorf("%+q: %v", rule, err)
			}
		}
	}
}

// TestGrantsBehindACut: a list of actions that a cut may shorten is not a list.
func TestGrantsBehindACut(t *testing.T) {
	for policy, listed := range map[string]bool{
		`allow(_: User, action, _: Expense) if action in ["read", "pay"];`:                                                 true,
		`allow(_: User, action, _: Expense) if action in ["read", "pay"] and cut;`:                                         false,
		`allow(_: User, action, _: Expense) if one(action); one(action) if action in ["read", "pay"] and cut;`:             false,
		`allow(_: User, action, _: Expense) if action in ["read", "pay"]; allow_request(_, _) if cut;`:                     true,
		`allow(_, _, _) if 1 = 2; allow_field(_: User, "read", _: Expense, field) if field in ["amount", "note"] and cut;`: true,
	} {
		az, err := authz.New(authz.Config{Policies: authz.String("p.polar", policy), Classes: []authz.Class{{Type: reflect.TypeFor[user](), Name: "User"}, {Type: reflect.TypeFor[expense](), Name: "Expense"}}})
		if err != nil {
			t.Fatal(err)
		}
		grants, err := az.AuthorizedActions(t.Context(), alice, lunch)
		if listed != (err == nil) || !listed && (!errors.Is(err, authz.ErrUndecided) || !errors.Is(err, authz.ErrUnsupported) || grants.All || grants.Names != nil) {
			t.Errorf("%s: %v, %v", policy, grants, err)
		}
		if _, err := az.AuthorizedFields(t.Context(), alice, "read", lunch); strings.Contains(policy, "allow_field") != errors.Is(err, authz.ErrUnsupported) {
			t.Errorf("%s: fields: %v", policy, err)
		}
	}
}
