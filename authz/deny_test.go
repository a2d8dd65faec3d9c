package authz_test

// This file tests that deny rules override every allow, in every method.

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"iter"
	"net/http"
	"net/http/httptest"
	"reflect"
	"regexp"
	"runtime/debug"
	"slices"
	"strings"
	"testing"

	"github.com/ursa-authz/ursa/authz"
	"github.com/ursa-authz/ursa/authz/filter"
	"github.com/ursa-authz/ursa/authz/internal/host"
	"github.com/ursa-authz/ursa/authz/ledger"
	"github.com/ursa-authz/ursa/authz/polar"
	"github.com/ursa-authz/ursa/internal/randtest"
)

func withDeny(c *authz.Config) { c.DenyRule = true }

func TestDenyRule(t *testing.T) {
	const policy = `
allow(_: user, action, _: Expense) if action in ["read", "update", "audit"];
allow(u: user, "pay", expense: Expense) if u.id = 1 and expense.audit();
allow(_: user, "create", Expense);
allow(_: user, "GET", _: Request);
allow_request(_: user, _: Request);
allow_field(_: user, _, _: Expense, _);

deny(u: user, "update", _: Expense) if u.name = "alice";
deny(u: user, "read", expense: Expense) if u.name = "bob" and expense.id = 7;
deny(_: user, "audit", expense: Expense) if expense.audit();
deny(u: user, "pay", _: Expense) if u.name = "alice";
deny(_: user, "delete", expense: Expense) if expense.audit();
deny(u: user, "create", Expense) if u.name = "bob";
deny(u: user, "GET", request: Request) if u.name = "bob" and request.path = "/a";
deny_request(u: user, request: Request) if u.name = "bob" and request.path = "/b";
deny_field(u: user, "read", _: Expense, "secret") if u.id > 1;
deny_field(_: user, "read", expense: Expense, "audit") if expense.audit();
`
	var last authz.Event
	observe := func(c *authz.Config) { c.Observe = func(_ context.Context, d authz.Event) { last = d } }
	hide := func(c *authz.Config) { c.ReadAction = "read" }
	other := &expense{ID: 8, Secret: secret}
	request := func(path string) *http.Request { return httptest.NewRequest("GET", path, nil) }
	can := func(actor any, action string, resource any) func(context.Context, *authz.Authorizer) error {
		return func(ctx context.Context, az *authz.Authorizer) error {
			return az.Authorize(ctx, actor, action, resource)
		}
	}
	for _, tt := range []struct {
		name   string
		ask    func(context.Context, *authz.Authorizer) error
		unset  string // without DenyRule
		want   string // with it
		hidden string // with ReadAction too; "" if the same
		by     int32  // line of the rule that decided, or 0
	}{
		{"allowed", can(alice, "read", lunch), allowed, allowed, "", 2},
		{"denied though allowed", can(alice, "update", lunch), allowed, forbidden, "", 9},
		{"denied to read", can(bob, "read", lunch), allowed, forbidden, notFound, 10},
		{"allowed, but may not read", can(bob, "update", lunch), allowed, allowed, "", 2},
		{"not allowed, and denied to read", can(bob, "fly", lunch), forbidden, forbidden, notFound, 0},
		{"not allowed, and may read", can(bob, "fly", other), forbidden, forbidden, "", 0},
		{"a deny rule that cannot be decided", can(alice, "audit", lunch), allowed, undecided, "", 0},
		{"one where nothing is allowed", can(alice, "delete", lunch), forbidden, undecided, "", 0},
		{"allow is not asked of what is denied", can(alice, "pay", lunch), undecided, forbidden, "", 12},
		{"class", can(bob, "create", authz.ClassOf[expense]()), allowed, forbidden, "", 14},
		{"class of another", can(alice, "create", authz.ClassOf[expense]()), allowed, allowed, "", 4},
		{"nil actor", can((*user)(nil), "read", lunch), undecided, undecided, "", 0},
		{"request as resource", func(ctx context.Context, az *authz.Authorizer) error {
			q, err := az.Request(request("/a"))
			return errors.Join(err, az.Authorize(ctx, bob, "GET", q))
		}, allowed, forbidden, "", 15},
		{"deny_request", func(ctx context.Context, az *authz.Authorizer) error {
			return az.AuthorizeRequest(ctx, bob, request("/b"))
		}, allowed, forbidden, "", 16},
		{"deny is not about allow_request", func(ctx context.Context, az *authz.Authorizer) error {
			return az.AuthorizeRequest(ctx, bob, request("/a"))
		}, allowed, allowed, "", 6},
		{"deny_field", func(ctx context.Context, az *authz.Authorizer) error {
			return az.AuthorizeField(ctx, guest, "read", other, "secret")
		}, allowed, forbidden, "", 17},
		{"deny_field of what may not be read", func(ctx context.Context, az *authz.Authorizer) error {
			return az.AuthorizeField(ctx, bob, "read", lunch, "secret")
		}, allowed, forbidden, notFound, 17},
		{"another field", func(ctx context.Context, az *authz.Authorizer) error {
			return az.AuthorizeField(ctx, bob, "read", lunch, "id")
		}, allowed, allowed, "", 7},
		{"a field that cannot be decided", func(ctx context.Context, az *authz.Authorizer) error {
			return az.AuthorizeField(ctx, alice, "read", lunch, "audit")
		}, allowed, undecided, "", 0},
	} {
		if got := outcome(t, tt.ask(t.Context(), newAuthorizer(t, policy, withPolar))); got != tt.unset {
			t.Errorf("%s: %s without DenyRule, want %s", tt.name, got, tt.unset)
		}
		ctx, l := ledger.With(t.Context())
		err := tt.ask(ctx, newAuthorizer(t, policy, withPolar, withDeny, observe))
		if got := outcome(t, err); got != tt.want {
			t.Errorf("%s: %v, want %s", tt.name, err, tt.want)
		}
		if tt.want != allowed && l.Settled() {
			t.Errorf("%s: a denial settles the ledger", tt.name)
		}
		line, place := int32(0), "by="
		if last.By != nil {
			line = last.By.Pos.Line
			place = fmt.Sprintf("by=test.polar:%d:", line)
			if denied := strings.HasPrefix(last.By.Name, "deny"); denied != (last.Verdict == authz.Denied) {
				t.Errorf("%s: %v by %s", tt.name, last.Verdict, last.By.Name)
			}
		}
		if line != tt.by || strings.Contains(fmt.Sprint(last), place) != (line > 0) {
			t.Errorf("%s: by %+v, want line %d: %v", tt.name, last.By, tt.by, last)
		}
		if strings.Contains(fmt.Sprint(err, last), secret) {
			t.Errorf("%s: a secret: %v, %v", tt.name, err, last)
		}
		want := tt.want
		if tt.hidden != "" {
			want = tt.hidden
		}
		if got := outcome(t, tt.ask(ctx, newAuthorizer(t, policy, withPolar, withDeny, hide))); got != want {
			t.Errorf("%s: %s with ReadAction, want %s", tt.name, got, want)
		}
	}
}

func TestDenyRuleInMiddleware(t *testing.T) {
	const policy = `
allow(_: user, _, _: Request);
allow_request(_: user, _: Request);
deny(_: user, "GET", request: Request) if request.path = "/a";
deny(_: user, "GET", request: Request) if request.header("X-Twice") = "1";
deny_request(_: user, request: Request) if request.path = "/b";
`
	ok := http.HandlerFunc(func(http.ResponseWriter, *http.Request) {})
	for _, tt := range []struct {
		rule    authz.RequestRule
		method  string
		target  string
		headers []string
		want    int
	}{
		{authz.AllowMethod, "GET", "/a", nil, 403},
		{authz.AllowMethod, "HEAD", "/a", nil, 403},
		{authz.AllowMethod, "POST", "/a", nil, 200},
		{authz.AllowMethod, "GET", "/b", nil, 200},
		{authz.AllowMethod, "GET", "/b", []string{"X-Twice", "1", "X-Twice", "2"}, 400},
		{authz.AllowRequest, "GET", "/a", nil, 200},
		{authz.AllowRequest, "POST", "/b", nil, 403},
	} {
		h := newAuthorizer(t, policy, withPolar, withDeny, func(c *authz.Config) { c.HTTP.RequestRule = tt.rule }).Middleware(ok)
		resp, _ := get(t, h, tt.method, tt.target, append([]string{"user", "alice"}, tt.headers...)...)
		if resp.StatusCode != tt.want {
			t.Errorf("rule %d, %s %s %v: %d, want %d", tt.rule, tt.method, tt.target, tt.headers, resp.StatusCode, tt.want)
		}
	}
}

// TestDenyRuleParameters tests that a deny rule that no decision reaches is an error.
func TestDenyRuleParameters(t *testing.T) {
	for _, rule := range []string{
		`deny(_: user, _: Expense);`, `deny(_: user, "read", _: Expense, "id");`,
		`deny_request(_: user, "GET", _: Request);`, `deny_field(_: user, _: Expense, "id");`,
	} {
		cfg := authz.Config{Policies: authz.String("p.polar", "allow(_, _, _);\n"+rule), Classes: []authz.Class{authz.ClassOf[user](), {Name: "Expense", Type: reflect.TypeFor[expense]()}}}
		if _, err := authz.New(cfg); err != nil {
			t.Errorf("%s, without DenyRule: %v", rule, err)
		}
		cfg.DenyRule = true
		if _, err := authz.New(cfg); err == nil || !strings.Contains(err.Error(), "p.polar:2:1") {
			t.Errorf("%s: %v, want an error at p.polar:2:1", rule, err)
		}
	}
}

// A countingPolicy counts the calls of another policy.
type countingPolicy struct {
	*polar.Policy
	asked []string
}

func (p *countingPolicy) Decide(ctx context.Context, rule string, actor any, action string, resource any) (authz.Outcome, error) {
	p.asked = append(p.asked, rule)
	return p.Policy.Decide(ctx, rule, actor, action, resource)
}

func (p *countingPolicy) Ask(ctx context.Context, rule string, args ...any) (authz.Outcome, error) {
	p.asked = append(p.asked, rule)
	return p.Policy.Ask(ctx, rule, args...)
}

func (p *countingPolicy) Filter(ctx context.Context, rule string, actor any, action string, class authz.Class) (*filter.Query, error) {
	p.asked = append(p.asked, "filter "+rule)
	return p.Policy.Filter(ctx, rule, actor, action, class)
}

// counting makes *p count the calls of every policy.
func counting(p **countingPolicy) func(*authz.Config) {
	return func(c *authz.Config) {
		c.Engine = facts{onCompile: func(in authz.Input) (authz.Policy, []authz.Diagnostic, error) {
			loaded, diags, err := polar.Load(context.Background(), in)
			if err != nil {
				return nil, diags, err
			}
			*p = &countingPolicy{Policy: loaded}
			return *p, diags, nil
		}}
	}
}

// TestDenyRuleAsksNothingMore tests that deny rules that the policy does not define are not
// evaluated, and that no rule is evaluated more often than needed.
func TestDenyRuleAsksNothingMore(t *testing.T) {
	const base = `allow(_: user, "read", _: Expense); allow_field(_: user, _, _: Expense, _); allow_request(_: user, _);` + "\n"
	for _, tt := range []struct{ rules, want string }{
		{``, "allow allow_field allow_request filter allow"},
		{`deny(_: user, "write", _: Expense);`, "deny allow allow_field allow_request filter deny filter allow"},
		{`deny(_: user, "read", _: Expense);`, "deny allow_field allow_request filter deny"},
		{`deny_field(_: user, "read", _: Expense, "id");`, "allow deny_field allow_request filter allow"},
		{`deny_request(u: user, _) if u.id = 9;`, "allow allow_field deny_request allow_request filter allow"},
	} {
		var p *countingPolicy
		az := newAuthorizer(t, base+tt.rules, counting(&p), withDeny)
		ctx := t.Context()
		az.IsAllowed(ctx, alice, "read", lunch)
		az.AuthorizeField(ctx, alice, "read", lunch, "id")
		az.AuthorizeRequest(ctx, alice, &authz.Request{})
		if _, err := az.Filter(ctx, alice, "read", authz.ClassOf[expense]()); err != nil {
			t.Error(err)
		}
		if got := strings.Join(p.asked, " "); got != tt.want {
			t.Errorf("%q: asked %s, want %s", tt.rules, got, tt.want)
		}
	}
}

// TestDenyRuleOfAnyEngine tests that deny rules are always evaluated if the engine does not
// report which rules it defines.
func TestDenyRuleOfAnyEngine(t *testing.T) {
	var last authz.Event
	observe := func(c *authz.Config) { c.Observe = func(_ context.Context, d authz.Event) { last = d } }
	ctx := t.Context()
	az := newAuthorizer(t, "allow alice * Expense\nallow_field alice * Expense *\nallow_request alice Request\ndeny alice pay Expense\ndeny_field alice read Expense id", withDeny, observe)
	for name, tt := range map[string]struct {
		err  error
		want string
	}{
		"allowed":      {az.Authorize(ctx, alice, "read", lunch), allowed},
		"deny":         {az.Authorize(ctx, alice, "pay", lunch), forbidden},
		"deny_request": {az.AuthorizeRequest(ctx, alice, &authz.Request{}), allowed}, // the rule is not defined
		"deny_field":   {az.AuthorizeField(ctx, alice, "read", lunch, "id"), forbidden},
	} {
		if got := outcome(t, tt.err); got != tt.want {
			t.Errorf("%s: %v, want %s", name, tt.err, tt.want)
		}
	}
	// If the engine does not name the rule, the decision names the deny rule.
	if err := az.AuthorizeField(ctx, alice, "read", lunch, "id"); err == nil || last.By == nil || last.By.Name != "deny_field" || !strings.Contains(fmt.Sprint(last), " by=deny_field ") {
		t.Errorf("%v by %+v: %v", err, last.By, last)
	}
	az = newAuthorizer(t, "allow alice read Expense\nallow alice write Expense", withDeny)
	if got, err := az.AuthorizedActions(ctx, alice, lunch); err != nil || !slices.Equal(got.Names, []string{"read", "write"}) {
		t.Errorf("%+v, %v", got, err)
	}
	// Such an engine does not say whether the list of denied names is complete.
	az = newAuthorizer(t, "allow alice * Expense\ndeny alice pay Expense", withDeny)
	if got, err := az.AuthorizedActions(ctx, alice, lunch); got.All || outcome(t, err) != undecided || !errors.Is(err, authz.ErrUnsupported) {
		t.Errorf("%+v, %v", got, err)
	}
	az = newAuthorizer(t, "allow alice * Expense", withDeny)
	if got, err := az.AuthorizedActions(ctx, alice, lunch); err != nil || !got.All {
		t.Errorf("%+v, %v", got, err)
	}
}

// TestDenyRuleIsNeverCovered tests that an error of a deny rule never becomes an allow,
// whatever allow says and whatever the error wraps.
func TestDenyRuleIsNeverCovered(t *testing.T) {
	within := &polar.Error{Code: "host", Msg: "a method failed", Cause: authz.ErrUndefinedRule}
	called := &polar.Error{Code: "undefined-rule", Msg: "no rule is named f", Pos: authz.Position{File: "p", Line: 1}}
	undefined := &polar.Error{Code: "undefined-rule", Msg: "no rule is named deny"}
	for name, tt := range map[string]struct {
		err    error
		panics bool
		want   string
	}{
		"error":                    {err: errPolicy, want: undecided},
		"panic":                    {panics: true, want: undecided},
		"an answer":                {err: authz.ErrForbidden, want: undecided},
		"an undefined rule within": {err: called, want: undecided},
		"one of another policy":    {err: within, want: undecided},
		"no deny rule":             {err: undefined, want: allowed},
		"no deny rule, in short":   {err: authz.ErrUndefinedRule, want: allowed},
	} {
		az := newAuthorizer(t, "", withDeny, withPolicy(ruleDecider(func(rule string) (authz.Outcome, error) {
			if rule == "allow" {
				return authz.Outcome{Allowed: true}, nil
			}
			if tt.panics {
				panic(secret)
			}
			return authz.Outcome{}, tt.err
		})))
		ctx, l := ledger.With(t.Context())
		err := az.Authorize(ctx, alice, "read", lunch)
		if got := outcome(t, err); got != tt.want || l.Settled() != (tt.want == allowed) {
			t.Errorf("%s: %v, settled %v, want %s", name, err, l.Settled(), tt.want)
		}
	}
}

// A ruleDecider is a policy that decides by the name of the rule.
type ruleDecider func(rule string) (authz.Outcome, error)

func (f ruleDecider) Decide(_ context.Context, rule string, _ any, _ string, _ any) (authz.Outcome, error) {
	return f(rule)
}

func (f ruleDecider) Query(context.Context, string, ...any) iter.Seq2[authz.Bindings, error] {
	return func(func(authz.Bindings, error) bool) {}
}

func TestDenyRuleGrants(t *testing.T) {
	for _, tt := range []struct {
		policy string
		want   authz.Grants
		ok     bool
	}{
		{`allow(_: user, "read", _: Expense); allow(_: user, "pay", _: Expense); deny(_: user, "pay", _: Expense);`,
			authz.Grants{Names: []string{"read"}}, true},
		{`allow(_: user, "read", _: Expense); deny(_: user, "read", _: Expense);`, authz.Grants{}, true},
		{`allow(_: user, "read", _: Expense); deny(_: user, _, _: Expense);`, authz.Grants{}, true},
		{`allow(_: user, _, _: Expense); allow(_: user, "read", _: Expense); allow(_: user, "pay", _: Expense); deny(_: user, "pay", _: Expense); deny(_: user, "fly", _: Expense);`,
			authz.Grants{All: true, Names: []string{"read"}, Except: []string{"fly", "pay"}}, true},
		{`allow(_: user, _, _: Expense); allow(_: user, "read", _: Expense); deny(_: user, _, _: Expense);`, authz.Grants{}, true},
		{`allow(_: user, _, _: Expense); deny(u: user, _, _: Expense) if u.id = 9;`, authz.Grants{All: true}, true},
		// Known names are decided one by one, so conditions on the action do not matter.
		{`allow(_: user, "read", _: Expense); allow(_: user, "pay", _: Expense); deny(_: user, action, _: Expense) if action != "read";`,
			authz.Grants{Names: []string{"read"}}, true},
		{`allow(_: user, "read", _: Expense); deny(_: user, _action: String, _: Expense);`, authz.Grants{}, true},
		// "All except what a condition matches" cannot be listed, and a fault is an error.
		{`allow(_: user, _, _: Expense); deny(_: user, action, _: Expense) if action != "read";`, authz.Grants{}, false},
		{`allow(_: user, _, _: Expense); deny(_: user, 7, _: Expense);`, authz.Grants{}, false},
		// The condition waits for the action in a query, and is an error in each decision.
		{`allow(_: user, _, _: Expense); deny(_: user, action, _: Expense) if f(action); f(x) if 0 < x and 1 in [2];`, authz.Grants{}, false},
		{`allow(_: user, action, _: Expense) if f(action); allow(_: user, _, _: Expense); f(x) if 0 < x and 1 in [2];`, authz.Grants{}, false},
		{`allow(_: user, _, _: Expense); deny(_: user, "read", _: Expense) if cut; deny(_: user, "pay", _: Expense);`, authz.Grants{}, false},
		{`allow(_: user, _, _: Expense); deny(u: user, "read", _: Expense) if f(u); f(u) if u.id = 1 and cut;`, authz.Grants{}, false},
		{`allow(_: user, "read", _: Expense); allow(_: user, "pay", _: Expense); deny(_: user, "read", _: Expense) if cut; deny(_: user, "pay", _: Expense);`, authz.Grants{}, true},
		{`allow(_: user, "read", _: Expense); allow(_: user, "pay", _: Expense); deny(_: user, "pay", expense: Expense) if expense.audit();`, authz.Grants{}, false},
		{`allow(_: user, "pay", expense: Expense) if expense.audit(); deny(_: user, _, _: Expense);`, authz.Grants{}, false},
	} {
		fields := ofActions.ReplaceAllString(tt.policy, `${1}_field($2, "x", $4, $3)`)
		ctx := t.Context()
		got, err := newAuthorizer(t, tt.policy, withPolar, withDeny).AuthorizedActions(ctx, alice, lunch)
		check := func(policy string) {
			if !reflect.DeepEqual(got, tt.want) || (err == nil) != tt.ok || err != nil && outcome(t, err) != undecided {
				t.Errorf("%s: %+v, %v, want %+v", policy, got, err, tt.want)
			}
			for _, name := range got.Except {
				if got.Has(name) {
					t.Errorf("%s: Has(%q)", policy, name)
				}
			}
		}
		check(tt.policy)
		got, err = newAuthorizer(t, fields, withPolar, withDeny).AuthorizedFields(ctx, alice, "x", lunch)
		check(fields)
	}
}

// ofActions matches the heads of rules of TestDenyRuleGrants, which also tests them for
// fields.
var ofActions = regexp.MustCompile(`(allow|deny)\((\w+: user), ([^,]+), (\w+: Expense)\)`)

func TestDenyRuleFilter(t *testing.T) {
	expenses := []*expense{lunch, {ID: 1}, {ID: 2}}
	for _, tt := range []struct {
		policy string
		want   []int
		err    error // the error, or nil
	}{
		{`allow(_: user, "read", _: Expense); deny(_: user, "read", e: Expense) if e.id = 2;`, []int{7, 1}, nil},
		{`allow(_: user, "read", e: Expense) if e.id > 1; deny(_: user, "read", e: Expense) if e.id = 2;`, []int{7}, nil},
		{`allow(_: user, "read", _: Expense); deny(_: user, "write", _: Expense);`, []int{7, 1, 2}, nil},
		{`allow(_: user, "read", _: Expense); deny(_, _, _);`, nil, nil},
		{`allow(_: user, "read", e: Expense) if e.id = 1 and e.audit(); deny(_, _, _);`, nil, nil},
		{`allow(_: user, "write", _: Expense); deny(_: user, "read", e: Expense) if e.id = 1;`, nil, nil},
		{`allow(_: user, "read", _: Expense); deny(_: user, "read", e: Expense) if e.audit();`, nil, authz.ErrUnsupported},
		{`allow(_: user, "write", _: Expense); deny(_: user, "read", e: Expense) if e.audit();`, nil, authz.ErrUnsupported},
		{`allow(_: user, "read", _: Expense); deny(u: user, "read", _: Expense) if f(u.id); f(n) if n > 0 and f(n + 1);`, nil, polar.ErrBudget},
	} {
		az := newAuthorizer(t, tt.policy, withPolar, withDeny, func(c *authz.Config) { c.Limits.Steps = 1000 })
		ctx, l := ledger.With(t.Context())
		q, err := az.Filter(ctx, alice, "read", authz.ClassOf[expense]())
		if tt.err != nil {
			if q != nil || outcome(t, err) != undecided || !errors.Is(err, tt.err) || l.Settled() {
				t.Errorf("%s: %v, %v, want %v", tt.policy, q, err, tt.err)
			}
			if err := az.CheckFilter(ctx, authz.ClassOf[expense](), "read", alice); outcome(t, err) != undecided {
				t.Errorf("%s: CheckFilter: %v", tt.policy, err)
			}
			continue
		}
		if err != nil || q.Model == nil || !l.Settled() {
			t.Errorf("%s: %v, %v", tt.policy, q, err)
			continue
		}
		var got []int
		for _, e := range expenses {
			ok, err := q.Match(ctx, e, filter.Loaded)
			if allowed, undecided := az.IsAllowed(ctx, alice, "read", e); err != nil || undecided != nil || ok != allowed {
				t.Errorf("%s: %d: %v, %v by the filter, %v, %v by the decision", tt.policy, e.ID, ok, err, allowed, undecided)
			}
			if ok {
				got = append(got, e.ID)
			}
		}
		if !slices.Equal(got, tt.want) {
			t.Errorf("%s: %v, want %v", tt.policy, got, tt.want)
		}
	}
}

// TestDenyRuleFilterTooLarge tests that two conditions, each small enough, may be too large
// together.
func TestDenyRuleFilterTooLarge(t *testing.T) {
	var ids []int
	for i := range filter.MaxValues * 2 / 3 {
		ids = append(ids, 2*i)
	}
	const allow, deny = `allow(_: user, "read", e: Expense) if e.id in IDS;`, `deny(_: user, "read", e: Expense) if e.secret = "x" and e.id in IDS;`
	for policy, ok := range map[string]bool{allow: true, allow + deny: false} {
		az := newAuthorizer(t, policy, withPolar, withDeny, func(c *authz.Config) { c.Constants = map[string]any{"IDS": ids} })
		q, err := az.Filter(t.Context(), alice, "read", authz.ClassOf[expense]())
		if ok != (err == nil) || !ok && (q != nil || !errors.Is(err, polar.ErrBudget) || !errors.Is(err, filter.ErrTooLarge)) {
			t.Errorf("%s: %v", policy, err)
		}
	}
}

// TestDenyRuleReload tests that the deny rules of a version apply only to that version.
func TestDenyRuleReload(t *testing.T) {
	const allow = `allow(_: user, "read", _: Expense);`
	s := &store{text: allow}
	az := newAuthorizer(t, "", withPolar, withDeny, func(c *authz.Config) { c.Policies = s })
	for i, tt := range []struct {
		text, want string
		loads      bool
	}{
		{allow + `deny(_: user, _, _: Expense);`, forbidden, true},
		{allow + `deny(_: user, _);`, forbidden, false},
		{allow, allowed, true},
		{allow + `deny(u: user, _, _: Expense) if u.id = 1;`, forbidden, true},
		{allow + `deny_field(_, _, _, _);`, allowed, true},
	} {
		s.set(tt.text, nil)
		if err := az.Reload(t.Context()); (err == nil) != tt.loads {
			t.Errorf("%d: %v", i, err)
		}
		if got := outcome(t, az.Authorize(t.Context(), alice, "read", lunch)); got != tt.want {
			t.Errorf("%d: %s, want %s", i, got, tt.want)
		}
	}
}

func TestDenyRuleAllocatesNothing(t *testing.T) {
	az := newAuthorizer(t, `
allow(actor: user, "read", expense: Expense) if actor.id = 1 and expense.id = 7;
deny(actor: user, "read", expense: Expense) if actor.id = 2 and expense.id = 7;
deny(actor: user, "write", _: Expense) if actor.id = 1;`, withPolar, withDeny)
	ctx := t.Context()
	for action, want := range map[string]bool{"read": true, "write": false, "fly": false} {
		n := testing.AllocsPerRun(1000, func() {
			if ok, err := az.IsAllowed(ctx, alice, action, lunch); ok != want || err != nil {
				t.Fatal(ok, err)
			}
		})
		if n != 0 && !raceDetector() && !host.PureGo {
			t.Errorf("%s: %v allocations, want 0", action, n)
		}
	}
}

// raceDetector reports whether the race detector is on. A sync.Pool then sometimes drops
// values.
func raceDetector() bool {
	info, _ := debug.ReadBuildInfo()
	return info != nil && slices.Contains(info.Settings, debug.BuildSetting{Key: "-race", Value: "true"})
}

func BenchmarkDenyRule(b *testing.B) {
	const allow = `allow(actor: user, "read", expense: Expense) if actor.id = 1 and expense.id = 7;`
	var others strings.Builder
	for i := range 1000 {
		fmt.Fprintf(&others, "deny(actor: user, \"a%d\", expense: Expense) if actor.id = expense.id;\n", i)
	}
	for _, bb := range []struct{ name, rules string }{
		{"none", ``},
		{"another action", `deny(actor: user, "write", expense: Expense) if actor.id = expense.id;`},
		{"1000 other actions", others.String()},
		{"one that fails", `deny(actor: user, "read", expense: Expense) if actor.id = expense.id;`},
	} {
		b.Run(bb.name, func(b *testing.B) {
			az := newAuthorizer(b, allow+bb.rules, withPolar, withDeny)
			ctx := context.Background()
			b.ReportAllocs()
			for b.Loop() {
				if ok, err := az.IsAllowed(ctx, alice, "read", lunch); !ok || err != nil {
					b.Fatal(ok, err)
				}
			}
		})
	}
}

func TestDenyRuleExplain(t *testing.T) {
	const policy = roles + `
deny(member: Member, action, repo: Repo) if
    action in ["push", "delete"] and
    frozen(repo) and
    not member.title = "CEO";

deny(_: Member, "read", repo: Repo) if
    repo.audit();

frozen(repo: Repo) if
    "frozen" in repo.tags;
`
	az := explainer(t, policy, withDeny)
	bob := &member{ID: 2, Title: "Engineer", Password: secret}
	bob.Roles = []role{{"writer", &repo{ID: 1}}}
	ice := &repo{ID: 1, Tags: []string{"frozen"}, Secret: secret}
	for _, tt := range []struct {
		action   string
		resource *repo
		want     string
		json     string // part of the JSON
	}{
		{"push", ice, `
denied: Member 2 "push" Repo 1
  p.polar:45:1: deny(member: Member, action, repo: Repo) holds, and overrides every allow
  p.polar:46:5: action in ["push", "delete"] and not member.title = "CEO"
  p.polar:54:5: "frozen" in repo.tags (in frozen(repo: Repo))`,
			`"by":{"head":"deny(member: Member, action, repo: Repo)","at":"p.polar:45:1"}`},
		{"push", &repo{ID: 1}, `
allowed: Member 2 "push" Repo 1
  p.polar:14:5: role in member.roles and role.name = name and role.repo = repo (in has_role(member: Member, name: String, repo: Repo), for "push" if "writer" at p.polar:9:5)
  p.polar:18:1: allow(actor, action, resource)`,
			`"verdict":"allowed"`},
		{"delete", &repo{ID: 3}, `
denied: Member 2 "delete" Repo 3
  p.polar:25:5: member.title = "CEO" failed: member.title is "Engineer" (in allow(member: Member, "delete", repo: Repo))
  p.polar:27:1: allow(member: Member, "delete", _: Repo{owner: 7}) does not match: the resource is not Repo{owner: 7}
  3 other rules are about other actions or classes`,
			`"misses":[`},
		{"read", &repo{ID: 1}, `
undecided: Member 2 "read" Repo 1
  p.polar:51:5: method Audit of Repo returned an error (in deny): *errors.errorString
    in deny at p.polar:51:5`,
			`"verdict":"undecided"`},
	} {
		x, err := az.Explain(t.Context(), bob, tt.action, tt.resource)
		if err != nil {
			t.Fatal(err)
		}
		ok, err := az.IsAllowed(t.Context(), bob, tt.action, tt.resource)
		if problem := disagree(x, ok, err); problem != "" {
			t.Errorf("%s: %s", tt.action, problem)
		}
		text, err := json.Marshal(x)
		if want := strings.TrimPrefix(tt.want, "\n"); x.String() != want || err != nil || !strings.Contains(string(text), tt.json) || strings.Contains(string(text), secret) {
			t.Errorf("%s: %v\n%s\nwant\n%s\n%s", tt.action, err, x, want, text)
		}
	}
}

// TestDenyRuleAgrees tests deny rules on random policies. A decision must be an allow
// exactly if a policy with only the allow rules allows it and a policy with only the deny
// rules does not. Filters, enumerations and explanations must agree.
func TestDenyRuleAgrees(t *testing.T) {
	policies, seed := randtest.Runs(t, "URSA_EXPLAIN_POLICIES", 300)
	repos := []*repo{{ID: 1, Owner: 1, Tags: []string{"a"}}, {ID: 2, Owner: 2, Public: true}, {ID: 3, Owner: 3, Public: true, Tags: []string{"b"}}}
	boss := &member{ID: 3, Title: "b"}
	loop := &member{ID: 4, Title: "a"}
	loop.Boss = loop
	members := []*member{boss, loop, {ID: 1, Title: "a", Boss: boss, Roles: []role{{"a", repos[0]}, {"b", repos[1]}}}, {ID: 2, Boss: loop}}
	ctx := t.Context()
	counts := make(map[string]int)
	for i := range policies {
		g := randomPolicy{randtest.New(seed, i)}
		// The called rules are in both policies.
		var allow, deny, called strings.Builder
		for line := range strings.Lines(g.policy()) {
			b := &called
			if strings.HasPrefix(line, "allow(") {
				b = &allow
			}
			b.WriteString(line)
		}
		for range 1 + g.IntN(3) {
			fmt.Fprintf(&deny, "deny(m: Member, %s, %s) if %s and m = m and r = r;\n",
				g.Pick(`"read"`, `"read"`, `"write"`, "_"), g.Pick("r: Repo", "r: Repo", "r: Repo{public: true}"), g.body(0))
		}
		policy := allow.String() + deny.String() + called.String()
		az := explainer(t, policy, withDeny)
		allows := explainer(t, allow.String()+called.String())
		denies := explainer(t, strings.ReplaceAll(deny.String(), "deny(", "allow(")+called.String())
		for _, m := range members {
			for _, action := range []string{"read", "write", "fly"} {
				q, noFilter := az.Filter(ctx, m, action, authz.Class{Name: "Repo", Type: reflect.TypeFor[repo]()})
				for _, r := range repos {
					fail := func(problem string, args ...any) {
						t.Helper()
						t.Fatalf("policy %d, member %d, %s, repo %d: %s\n%s", i, m.ID, action, r.ID, fmt.Sprintf(problem, args...), policy)
					}
					got, err := az.IsAllowed(ctx, m, action, r)
					want := "denied by deny"
					if denied, failed := denies.IsAllowed(ctx, m, action, r); failed != nil {
						want = "undecided"
					} else if !denied {
						want = "denied"
						if allowed, failed := allows.IsAllowed(ctx, m, action, r); failed != nil {
							want = "undecided"
						} else if allowed {
							want = "allowed"
						}
					}
					counts[want]++
					if got != (want == "allowed") || (err != nil) != (want == "undecided") {
						fail("%v, %v, want %s", got, err, want)
					}
					x, noReason := az.Explain(ctx, m, action, r)
					if noReason != nil {
						fail("%v", noReason)
					}
					if problem := disagree(x, got, err); problem != "" {
						fail("%s\n%v", problem, x)
					}
					if (x.By != nil && x.By.Name == "deny") != (want == "denied by deny") {
						fail("%s, explained as\n%v", want, x)
					}
					if noFilter == nil {
						counts["filtered"]++
						if listed, failed := q.Match(ctx, r, filter.Loaded); failed != nil || err != nil || listed != got {
							fail("%v, %v by the filter %v, and decided %v, %v", listed, failed, q.Reveal(), got, err)
						}
					}
					if grants, failed := az.AuthorizedActions(ctx, m, r); failed == nil {
						counts["enumerated"]++
						if len(grants.Except) > 0 {
							counts["exceptions"]++
						}
						// What no rule allows is not granted, even if a deny rule cannot be decided.
						// A cut in allow may hide what is allowed.
						missing := got && !grants.Has(action) && !strings.Contains(policy, "cut")
						if missing || grants.Has(action) && !got || err != nil && grants.All {
							fail("%+v, and decided %v, %v", grants, got, err)
						}
					}
				}
			}
		}
	}
	t.Logf("%d policies: %v", policies, counts)
	for _, what := range []string{"allowed", "denied", "denied by deny", "undecided", "filtered", "enumerated", "exceptions"} {
		if counts[what] < policies/10 {
			t.Errorf("only %d were %s", counts[what], what)
		}
	}
}
