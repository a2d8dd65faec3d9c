package authz_test

// This file tests the decisions of an Authorizer.

import (
	"context"
	"errors"
	"fmt"
	"iter"
	"net/http"
	"net/http/httptest"
	"reflect"
	"runtime"
	"strings"
	"testing"
	"time"

	"github.com/ursa-authz/ursa/authz"
	"github.com/ursa-authz/ursa/authz/filter"
	"github.com/ursa-authz/ursa/authz/ledger"
)

// The outcomes that a caller can distinguish.
const (
	allowed   = "allowed"
	forbidden = "forbidden"
	notFound  = "not found"
	undecided = "undecided"
	badReq    = "bad request"
)

// outcome returns the name of the outcome, and fails the test if err is two outcomes at once.
func outcome(t *testing.T, err error) string {
	t.Helper()
	var is []string
	for name, target := range map[string]error{
		forbidden: authz.ErrForbidden, notFound: authz.ErrNotFound, undecided: authz.ErrUndecided,
		badReq: authz.ErrBadRequest, "unauthenticated": authz.ErrUnauthenticated,
	} {
		if errors.Is(err, target) {
			is = append(is, name)
		}
	}
	_, denied := errors.AsType[*authz.DeniedError](err)
	switch {
	case err == nil:
		return allowed
	case len(is) != 1:
		t.Fatalf("error %v is %q, want one thing", err, is)
	case denied != (is[0] == forbidden || is[0] == notFound):
		t.Fatalf("error %v is %q, and a *DeniedError: %v", err, is[0], denied)
	}
	return is[0]
}

func TestAuthorize(t *testing.T) {
	const policy = `
allow alice read Expense
allow alice update Expense
allow bob read Expense
allow bob list class:Expense
allow alice !error *
allow bob boom !panic
`
	hide := func(c *authz.Config) { c.ReadAction = "read" }
	tests := []struct {
		name     string
		actor    any
		action   string
		resource any
		want     string // without ReadAction
		hidden   string // with it; empty if the same
	}{
		{"allowed", alice, "read", lunch, allowed, ""},
		{"by value", *alice, "read", *lunch, allowed, ""},
		{"no rule, may read", bob, "update", lunch, forbidden, ""},
		{"no rule, may not read", guest, "update", lunch, forbidden, notFound},
		{"may not read", guest, "read", lunch, forbidden, notFound},
		{"class", bob, "list", authz.ClassOf[expense](), allowed, ""},
		{"class denied", bob, "create", authz.ClassOf[expense](), forbidden, ""},
		{"request denied", bob, "GET", &authz.Request{}, forbidden, ""},
		{"policy fails", alice, "pay", lunch, undecided, ""},
		{"policy panics", bob, "boom", lunch, undecided, ""},
		{"nil actor", nil, "read", lunch, undecided, ""},
		{"typed nil actor", (*user)(nil), "read", lunch, undecided, ""},
		{"nil map actor", map[string]any(nil), "read", lunch, undecided, ""},
		{"pointer to a nil actor", new(*user), "read", lunch, undecided, ""},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			ctx := t.Context()
			az := newAuthorizer(t, policy)
			if got := outcome(t, az.Authorize(ctx, tt.actor, tt.action, tt.resource)); got != tt.want {
				t.Errorf("Authorize: %s, want %s", got, tt.want)
			}
			ok, err := az.IsAllowed(ctx, tt.actor, tt.action, tt.resource)
			if ok != (tt.want == allowed) || errors.Is(err, authz.ErrUndecided) != (tt.want == undecided) {
				t.Errorf("IsAllowed: %v, %v, want %s", ok, err, tt.want)
			}
			if ok == false && err != nil && tt.want == forbidden {
				t.Errorf("IsAllowed: got the error %v for a denial", err)
			}
			want := tt.hidden
			if want == "" {
				want = tt.want
			}
			if got := outcome(t, newAuthorizer(t, policy, hide).Authorize(ctx, tt.actor, tt.action, tt.resource)); got != want {
				t.Errorf("Authorize with ReadAction: %s, want %s", got, want)
			}
			got, err := authz.Authorize(authz.NewContext(ctx, az, tt.actor), tt.action, tt.resource)
			if outcome(t, err) != tt.want {
				t.Errorf("authz.Authorize: %v, want %s", err, tt.want)
			}
			if (got != nil) != (err == nil) {
				t.Errorf("authz.Authorize returned resource %v with error %v", got, err)
			}
		})
	}
}

func TestReadActionThatCannotBeDecided(t *testing.T) {
	// The denial is certain, but it is not known whether to hide the resource.
	az := newAuthorizer(t, "allow bob update Report\nallow bob read Report", func(c *authz.Config) {
		c.ReadAction = "read"
		c.Engine = facts{onCompile: func(authz.Input) (authz.Policy, []authz.Diagnostic, error) {
			return decider(func(_ any, action string, _ any) (authz.Outcome, error) {
				if action == "read" {
					return authz.Outcome{Allowed: true}, errPolicy
				}
				return authz.Outcome{}, nil
			}), nil, nil
		}}
	})
	err := az.Authorize(t.Context(), bob, "update", lunch)
	if outcome(t, err) != undecided || !errors.Is(err, errPolicy) {
		t.Errorf("got %v, want undecided by %v", err, errPolicy)
	}
}

// TestOneVersionPerAnswer replaces the policy between a denial and the check whether to
// hide it. The answer must be that of one version.
func TestOneVersionPerAnswer(t *testing.T) {
	var az *authz.Authorizer
	s := &store{text: "old"}
	az = newAuthorizer(t, "", func(c *authz.Config) {
		c.Policies = s
		c.ReadAction = "read"
		c.Engine = facts{onCompile: func(in authz.Input) (authz.Policy, []authz.Diagnostic, error) {
			if in.Sources[0].Text == "new" {
				return decider(func(_ any, _ string, _ any) (authz.Outcome, error) { return authz.Outcome{Allowed: true}, nil }), nil, nil
			}
			return decider(func(_ any, action string, _ any) (authz.Outcome, error) {
				if action == "update" {
					s.set("new", nil)
					if err := az.Reload(t.Context()); err != nil {
						t.Error(err)
					}
				}
				return authz.Outcome{}, nil
			}), nil, nil
		}}
	})
	// The old version allows nothing, and the new one allows everything.
	if got := outcome(t, az.Authorize(t.Context(), bob, "update", lunch)); got != notFound {
		t.Errorf("%s, want not found", got)
	}
	if got := outcome(t, az.Authorize(t.Context(), bob, "update", lunch)); got != allowed {
		t.Errorf("%s after the reload, want allowed", got)
	}
}

// decider is a policy whose rules are one function.
type decider func(actor any, action string, resource any) (authz.Outcome, error)

func (d decider) Decide(_ context.Context, _ string, actor any, action string, resource any) (authz.Outcome, error) {
	return d(actor, action, resource)
}

func (d decider) Query(_ context.Context, rule string, args ...any) iter.Seq2[authz.Bindings, error] {
	return func(yield func(authz.Bindings, error) bool) {
		action, _ := args[1].(string)
		if out, err := d(args[0], action, args[len(args)-1]); out.Allowed || err != nil {
			yield(authz.Bindings{}, err)
		}
	}
}

// badContext is a context that panics.
type badContext struct{ context.Context }

func (badContext) Err() error { panic(secret) }

type badValueContext struct{ context.Context }

func (badValueContext) Value(any) any { panic(secret) }

// TestNeverAllowsOnAFault breaks each part of a decision, for every method.
func TestNeverAllowsOnAFault(t *testing.T) {
	canceled, cancel := context.WithCancel(t.Context())
	cancel()
	late, cancel := context.WithDeadline(t.Context(), time.Now().Add(-time.Hour))
	defer cancel()
	yes := authz.Outcome{Allowed: true}
	tests := []struct {
		name   string
		ctx    context.Context
		actor  any
		policy decider
		cause  error // found in the error, if not nil
	}{
		{"error", t.Context(), alice, func(_ any, _ string, _ any) (authz.Outcome, error) { return authz.Outcome{}, errPolicy }, errPolicy},
		{"allow with an error", t.Context(), alice, func(_ any, _ string, _ any) (authz.Outcome, error) { return yes, errPolicy }, errPolicy},
		{"panic", t.Context(), alice, func(_ any, _ string, _ any) (authz.Outcome, error) { panic(secret) }, nil},
		{"panic with nil", t.Context(), alice, func(_ any, _ string, _ any) (authz.Outcome, error) { panic(nil) }, nil},
		{"nil dereference", t.Context(), alice, func(_ any, _ string, _ any) (authz.Outcome, error) { var u *user; _ = u.ID; return yes, nil }, nil},
		{"forbidden by another question", t.Context(), alice, func(_ any, _ string, _ any) (authz.Outcome, error) {
			return yes, fmt.Errorf("in a method: %w", authz.ErrForbidden)
		}, nil},
		{"not found by another question", t.Context(), alice, func(_ any, _ string, _ any) (authz.Outcome, error) {
			return yes, errors.Join(authz.ErrNotFound, errPolicy)
		}, nil},
		{"unauthenticated in a method", t.Context(), alice, func(_ any, _ string, _ any) (authz.Outcome, error) {
			return yes, authz.ErrUnauthenticated
		}, nil},
		{"canceled", canceled, alice, func(_ any, _ string, _ any) (authz.Outcome, error) { return yes, nil }, context.Canceled},
		{"too late", late, alice, func(_ any, _ string, _ any) (authz.Outcome, error) { return yes, nil }, context.DeadlineExceeded},
		{"nil context", nil, alice, func(_ any, _ string, _ any) (authz.Outcome, error) { return yes, nil }, nil},
		{"context that panics", badContext{t.Context()}, alice, func(_ any, _ string, _ any) (authz.Outcome, error) { return yes, nil }, nil},
		{"context whose values panic", badValueContext{t.Context()}, alice, func(_ any, _ string, _ any) (authz.Outcome, error) { return yes, nil }, nil},
		{"nil actor", t.Context(), nil, func(_ any, _ string, _ any) (authz.Outcome, error) { return yes, nil }, nil},
		{"typed nil actor", t.Context(), (*user)(nil), func(_ any, _ string, _ any) (authz.Outcome, error) { return yes, nil }, nil},
	}
	for _, tt := range tests {
		for _, observed := range []bool{false, true} {
			t.Run(fmt.Sprintf("%s/observed=%v", tt.name, observed), func(t *testing.T) {
				var seen []authz.Event
				az := newAuthorizer(t, "", func(c *authz.Config) {
					c.Engine = facts{onCompile: func(authz.Input) (authz.Policy, []authz.Diagnostic, error) {
						return tt.policy, nil, nil
					}}
					if observed {
						c.Observe = collect(&seen)
					}
				})
				ask := map[string]func() error{
					"IsAllowed": func() error {
						ok, err := az.IsAllowed(tt.ctx, tt.actor, "read", lunch)
						if ok {
							t.Error("IsAllowed: true")
						}
						return err
					},
					"Authorize":        func() error { return az.Authorize(tt.ctx, tt.actor, "read", lunch) },
					"AuthorizeField":   func() error { return az.AuthorizeField(tt.ctx, tt.actor, "read", lunch, "amount") },
					"AuthorizeRequest": func() error { return az.AuthorizeRequest(tt.ctx, tt.actor, &authz.Request{}) },
				}
				for name, f := range ask {
					seen = nil
					// A request does not settle a ledger, so the values of the context are not read.
					if _, ok := tt.ctx.(badValueContext); ok && name == "AuthorizeRequest" {
						continue
					}
					err := f()
					if got := outcome(t, err); got != undecided {
						t.Errorf("%s: %s, want undecided", name, got)
						continue
					}
					if tt.cause != nil && !errors.Is(err, tt.cause) {
						t.Errorf("%s: %v does not wrap %v", name, err, tt.cause)
					}
					if strings.Contains(err.Error(), secret) {
						t.Errorf("%s: the error tells a value: %v", name, err)
					}
					if observed && (len(seen) != 1 || seen[0].Verdict != authz.Undecided || seen[0].Err != err) {
						t.Errorf("%s: observed %v, want one undecided decision", name, seen)
					}
				}
			})
		}
	}
}

func TestPanicSaysWhere(t *testing.T) {
	_, file, _, _ := runtime.Caller(0)
	az := newAuthorizer(t, "allow alice read !panic")
	_, err := az.IsAllowed(t.Context(), alice, "read", lunch)
	text := fmt.Sprint(err)
	if !strings.Contains(text, "a value of type string") || !strings.Contains(text, "fake_test.go:") {
		t.Errorf("error %q does not say that a string was panicked with, and where (test is in %s)", text, file)
	}
}

func TestAuthorizeField(t *testing.T) {
	az := newAuthorizer(t, "allow_field alice read Expense amount\nallow alice read Expense", func(c *authz.Config) { c.ReadAction = "read" })
	for _, tt := range []struct {
		actor any
		field string
		want  string
	}{
		{alice, "amount", allowed},
		{alice, "salary", forbidden},
		{bob, "amount", notFound}, // bob may not read the expense at all
	} {
		if got := outcome(t, az.AuthorizeField(t.Context(), tt.actor, "read", lunch, tt.field)); got != tt.want {
			t.Errorf("%v, %s: %s, want %s", nameOf(tt.actor), tt.field, got, tt.want)
		}
	}
}

func TestAuthorizeRequest(t *testing.T) {
	az := newAuthorizer(t, "allow_request alice path:/expenses\nallow_request bob query:a=1\nallow_request bob header:X-A=1", func(c *authz.Config) { c.ReadAction = "read" })
	for _, tt := range []struct {
		actor  any
		target string
		want   string
	}{
		{alice, "/expenses/1", allowed},
		{alice, "/users", forbidden},
		{alice, "/expenses/../users", badReq},
		{bob, "/?a=1", allowed},
		{bob, "/?a=1&a=2", badReq},
		{bob, "/?a=%zz", badReq},
		{nil, "/expenses/1", undecided},
	} {
		r := httptest.NewRequest("GET", "/", nil)
		r.URL.Path, r.URL.RawQuery, _ = strings.Cut(tt.target, "?")
		err := az.AuthorizeRequest(t.Context(), tt.actor, r)
		if got := outcome(t, err); got != tt.want {
			t.Errorf("%s: %v, want %s", tt.target, err, tt.want)
		}
		if d, ok := errors.AsType[*authz.DeniedError](err); ok && (d.Class() != "Request" || d.Action() != "GET") {
			t.Errorf("%s: denied %s on %s, want GET on Request", tt.target, d.Action(), d.Class())
		}
	}
}

// TestDeniesAnything tests that any value as a resource leads to a denial and not to a
// panic.
func TestDeniesAnything(t *testing.T) {
	az := newAuthorizer(t, `
		allow(_: user, "read", _: Expense);
		allow_request("nobody", _);
		allow_field("nobody", _, _, _);
	`, withPolar, func(c *authz.Config) { c.ReadAction = "read" })
	class := (*authz.Class)(nil)
	ctx := t.Context()
	for _, tt := range []struct {
		name          string
		err           error
		class, action string
	}{
		{"no action", az.Authorize(ctx, alice, "", lunch), "Expense", ""},
		{"no action and no field", az.AuthorizeField(ctx, alice, "", lunch, ""), "Expense", ""},
		{"nil class", az.Authorize(ctx, alice, "fly", class), "Class", "fly"},
		{"a request of another type", az.AuthorizeRequest(ctx, alice, struct{ Path string }{secret}), "struct", "allow_request"},
		{"text for a request", az.AuthorizeRequest(ctx, alice, secret), "string", "allow_request"},
		{"nil request", az.AuthorizeRequest(ctx, alice, nil), "nil", "allow_request"},
		{"nil *Request", az.AuthorizeRequest(ctx, alice, (*authz.Request)(nil)), "Request", "allow_request"},
		{"nil *http.Request", az.AuthorizeRequest(ctx, alice, (*http.Request)(nil)), "Request", "allow_request"},
	} {
		d, ok := errors.AsType[*authz.DeniedError](tt.err)
		if !ok || d.Class() != tt.class || d.Action() != tt.action || strings.Contains(fmt.Sprint(d), secret) {
			t.Errorf("%s: %v, want a denial of %s on %s", tt.name, tt.err, tt.action, tt.class)
		}
	}
	if x, err := az.Explain(ctx, alice, "fly", class); err != nil || x.Verdict != authz.Denied || !strings.HasPrefix(x.String(), `denied: user 1 "fly" Class`) {
		t.Errorf("%v, %v", x, err)
	}
}

// TestContextThatHasEnded tests that nothing is decided after the context has ended.
func TestContextThatHasEnded(t *testing.T) {
	az := newAuthorizer(t, `
		allow(_: user, "read", _: Expense);
		allow_field(_: user, "read", _: Expense, "amount");
	`, withPolar)
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	_, is := az.IsAllowed(ctx, alice, "read", lunch)
	actions, actionsErr := az.AuthorizedActions(ctx, alice, lunch)
	fields, fieldsErr := az.AuthorizedFields(ctx, alice, "read", lunch)
	ledgered, l := ledger.With(ctx)
	_, filter := az.Filter(ledgered, alice, "read", authz.ClassOf[expense]())
	for name, err := range map[string]error{
		"IsAllowed": is, "AuthorizedActions": actionsErr, "AuthorizedFields": fieldsErr, "Filter": filter,
	} {
		if outcome(t, err) != undecided || !errors.Is(err, context.Canceled) {
			t.Errorf("%s: %v", name, err)
		}
	}
	if actions.Names != nil || fields.Names != nil || l.Settled() {
		t.Errorf("%v, %v, settled %v", actions, fields, l.Settled())
	}
	// A panic in the loop's body propagates here too.
	defer func() {
		if p := recover(); p != "body" {
			t.Errorf("recovered %v, want the body's panic", p)
		}
	}()
	for range az.Query(ctx, "allow", alice, "read", lunch) {
		panic("body")
	}
}

// filterless is a policy whose Filter returns neither a filter nor an error.
type filterless struct{ authz.Policy }

func (filterless) Filter(context.Context, string, any, string, authz.Class) (*filter.Query, error) {
	return nil, nil
}

func (filterless) FilterActors(context.Context, string, authz.Class, string, any) (*filter.Query, error) {
	return nil, nil
}

var _ interface {
	authz.Filterer
	authz.ActorFilterer
} = filterless{}

// TestNilFilterIsAnError tests that a nil filter is an error: a caller could take it for
// one that matches every row.
func TestNilFilterIsAnError(t *testing.T) {
	az := newAuthorizer(t, "", withPolicy(filterless{}))
	ctx, l := ledger.With(t.Context())
	if q, err := az.Filter(ctx, alice, "read", authz.ClassOf[expense]()); q != nil || outcome(t, err) != undecided || l.Settled() {
		t.Errorf("%v, %v, settled %v", q, err, l.Settled())
	}
	if q, err := az.FilterActors(ctx, authz.ClassOf[user](), "read", lunch); q != nil || outcome(t, err) != undecided {
		t.Errorf("of actors: %v, %v", q, err)
	}
}

func TestGrants(t *testing.T) {
	az := newAuthorizer(t, `
allow alice update Expense
allow alice read Expense
allow alice read Expense
allow bob * Expense
allow bob read Expense
allow_field alice read Expense amount
allow_field alice read Expense id
allow_field bob * Expense *
`)
	ctx := t.Context()
	tests := []struct {
		name string
		got  func() (authz.Grants, error)
		want authz.Grants
	}{
		{"actions", func() (authz.Grants, error) { return az.AuthorizedActions(ctx, alice, lunch) }, authz.Grants{Names: []string{"read", "update"}}},
		{"all actions", func() (authz.Grants, error) { return az.AuthorizedActions(ctx, bob, lunch) }, authz.Grants{All: true, Names: []string{"read"}}},
		{"no actions", func() (authz.Grants, error) { return az.AuthorizedActions(ctx, guest, lunch) }, authz.Grants{}},
		{"fields", func() (authz.Grants, error) { return az.AuthorizedFields(ctx, alice, "read", lunch) }, authz.Grants{Names: []string{"amount", "id"}}},
		{"all fields", func() (authz.Grants, error) { return az.AuthorizedFields(ctx, bob, "read", lunch) }, authz.Grants{All: true}},
	}
	for _, tt := range tests {
		got, err := tt.got()
		if err != nil || !reflect.DeepEqual(got, tt.want) {
			t.Errorf("%s: %+v, %v, want %+v", tt.name, got, err, tt.want)
		}
		for _, name := range []string{"read", "amount", "fly"} {
			want := tt.want.All
			for _, n := range tt.want.Names {
				want = want || n == name
			}
			if got.Has(name) != want {
				t.Errorf("%s: Has(%q) is %v", tt.name, name, got.Has(name))
			}
		}
	}
}

// solutions is a policy whose queries have the same solutions.
type solutions []struct {
	b   authz.Bindings
	err error
}

func (s solutions) Decide(context.Context, string, any, string, any) (authz.Outcome, error) {
	return authz.Outcome{}, nil
}

func (s solutions) Query(context.Context, string, ...any) iter.Seq2[authz.Bindings, error] {
	return func(yield func(authz.Bindings, error) bool) {
		for _, x := range s {
			if x.b["panic"] != nil {
				panic(secret)
			}
			if !yield(x.b, x.err) {
				return
			}
		}
	}
}

func withPolicy(p authz.Policy) func(*authz.Config) {
	return func(c *authz.Config) {
		c.Engine = facts{onCompile: func(authz.Input) (authz.Policy, []authz.Diagnostic, error) { return p, nil, nil }}
	}
}

func TestGrantsFail(t *testing.T) {
	type sol = struct {
		b   authz.Bindings
		err error
	}
	tests := []struct {
		name  string
		actor any
		p     solutions
	}{
		{"nil actor", (*user)(nil), solutions{sol{authz.Bindings{"action": "read"}, nil}}},
		{"late error", alice, solutions{sol{authz.Bindings{"action": "read"}, nil}, sol{nil, errPolicy}}},
		{"panic", alice, solutions{sol{authz.Bindings{"panic": 1}, nil}}},
		{"not a string", alice, solutions{sol{authz.Bindings{"action": 7}, nil}}},
		{"nil", alice, solutions{sol{authz.Bindings{"action": nil}, nil}}},
		{"nothing about the action", alice, solutions{sol{authz.Bindings{}, nil}}},
	}
	for _, tt := range tests {
		az := newAuthorizer(t, "", withPolicy(tt.p))
		got, err := az.AuthorizedActions(t.Context(), tt.actor, lunch)
		if outcome(t, err) != undecided || got.All || got.Names != nil {
			t.Errorf("%s: %+v, %v, want nothing and undecided", tt.name, got, err)
		}
	}
}

func TestQuery(t *testing.T) {
	az := newAuthorizer(t, "role alice admin Org\nrole alice member Team\nrole bob !error Org")
	var got []any
	for b, err := range az.Query(t.Context(), "role", alice, authz.Var("role"), authz.Var("org")) {
		if err != nil {
			if outcome(t, err) != undecided || !errors.Is(err, errPolicy) {
				t.Errorf("error %v, want undecided by %v", err, errPolicy)
			}
			break
		}
		got = append(got, b["role"])
	}
	if want := []any{"admin", "member"}; !reflect.DeepEqual(got, want) {
		t.Errorf("roles %v, want %v", got, want)
	}

	for _, err := range az.Query(t.Context(), "role", bob, "x", "Org") {
		if outcome(t, err) != undecided {
			t.Errorf("error %v, want undecided", err)
		}
	}
}

func TestQueryPanics(t *testing.T) {
	type sol = struct {
		b   authz.Bindings
		err error
	}
	az := newAuthorizer(t, "", withPolicy(solutions{sol{authz.Bindings{"x": 1}, nil}, sol{authz.Bindings{"panic": 1}, nil}}))

	var errs []error
	for _, err := range az.Query(t.Context(), "r", authz.Var("x")) {
		errs = append(errs, err)
	}
	if len(errs) != 2 || errs[0] != nil || outcome(t, errs[1]) != undecided || strings.Contains(errs[1].Error(), secret) {
		t.Errorf("errors %v, want nil and an undecided one without the value", errs)
	}

	// A panic in the loop's body propagates.
	defer func() {
		if p := recover(); p != "body" {
			t.Errorf("recovered %v, want the body's panic", p)
		}
	}()
	for range az.Query(t.Context(), "r", authz.Var("x")) {
		panic("body")
	}
}

func TestWithoutAuthorizer(t *testing.T) {
	for _, ctx := range []context.Context{t.Context(), nil} {
		e, err := authz.Authorize(ctx, "read", lunch)
		if e != nil || outcome(t, err) != undecided {
			t.Errorf("Authorize: %v, %v, want nil and undecided", e, err)
		}
		if az, ok := authz.FromContext(ctx); az != nil || ok {
			t.Errorf("FromContext: %v, %v", az, ok)
		}
		if a, ok := authz.ActorFrom(ctx); a != nil || ok {
			t.Errorf("ActorFrom: %v, %v", a, ok)
		}
	}
}

func TestContext(t *testing.T) {
	az := newAuthorizer(t, "allow alice read *")
	ctx := authz.NewContext(t.Context(), az, alice)
	if got, ok := authz.FromContext(ctx); got != az || !ok {
		t.Errorf("FromContext: %v, %v", got, ok)
	}
	if got, ok := authz.ActorFrom(ctx); got != alice || !ok {
		t.Errorf("ActorFrom: %v, %v", got, ok)
	}
	if got, err := authz.Authorize(ctx, "read", lunch); got != lunch || err != nil {
		t.Errorf("Authorize: %v, %v", got, err)
	}
	if got, err := authz.Authorize(ctx, "pay", *lunch); got != (expense{}) || err == nil {
		t.Errorf("Authorize: %v, %v, want the zero expense and an error", got, err)
	}
}

func TestLedger(t *testing.T) {
	az := newAuthorizer(t, `
allow alice read Expense
allow alice list class:Expense
allow alice GET Request
allow_field alice read Expense amount
allow_request alice Request
`, func(c *authz.Config) { c.ReadAction = "read" })
	request := &authz.Request{Method: "GET"}
	tests := []struct {
		name string
		ask  func(ctx context.Context)
		want bool
	}{
		{"nothing", func(context.Context) {}, false},
		{"IsAllowed", func(ctx context.Context) { az.IsAllowed(ctx, alice, "read", lunch) }, true},
		{"Authorize", func(ctx context.Context) { az.Authorize(ctx, alice, "read", lunch) }, true},
		{"authz.Authorize", func(ctx context.Context) { authz.Authorize(authz.NewContext(ctx, az, alice), "read", lunch) }, true},
		{"class", func(ctx context.Context) { az.Authorize(ctx, alice, "list", authz.ClassOf[expense]()) }, true},
		{"AuthorizeField", func(ctx context.Context) { az.AuthorizeField(ctx, alice, "read", lunch, "amount") }, true},
		{"Skip", func(ctx context.Context) { authz.Skip(ctx, "public") }, true},
		{"Skip without a reason", func(ctx context.Context) { authz.Skip(ctx, "") }, false},
		{"denied", func(ctx context.Context) { az.Authorize(ctx, bob, "read", lunch) }, false},
		{"denied, but may read", func(ctx context.Context) { az.Authorize(ctx, alice, "pay", lunch) }, false},
		{"undecided", func(ctx context.Context) { az.Authorize(ctx, nil, "read", lunch) }, false},
		{"request", func(ctx context.Context) { az.AuthorizeRequest(ctx, alice, request) }, false},
		{"request as resource", func(ctx context.Context) { az.Authorize(ctx, alice, "GET", request) }, false},
		{"http request as resource", func(ctx context.Context) { az.Authorize(ctx, alice, "GET", httptest.NewRequest("GET", "/", nil)) }, false},
		{"other context", func(context.Context) { az.Authorize(t.Context(), alice, "read", lunch) }, false},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			ctx, l := ledger.With(t.Context())
			inner, l2 := ledger.With(ctx)
			if l2 != l {
				t.Error("a second ledger in one context")
			}
			tt.ask(inner)
			if l.Settled() != tt.want {
				t.Errorf("settled %v, want %v", l.Settled(), tt.want)
			}
		})
	}
}

func TestNew(t *testing.T) {
	str := authz.String("p", "allow a b c")
	tests := []struct {
		name string
		cfg  authz.Config
		want string
	}{
		{"no policies", authz.Config{Engine: facts{}}, "Config.Policies is not set"},
		{"bad policy", authz.Config{Engine: facts{}, Policies: authz.String("p.polar", "\nallow")}, "p.polar:2:1: a fact has a rule"},
		{"same name", authz.Config{Engine: facts{}, Policies: authz.Join(str, str)}, `two sources are named "p"`},
		{"nothing joined", authz.Config{Engine: facts{}, Policies: authz.Join()}, "no sources were found"},
		{"nil joined", authz.Config{Engine: facts{}, Policies: authz.Join(str, nil)}, "nil Policies"},
		{"request rule", authz.Config{Engine: facts{}, Policies: str, HTTP: authz.HTTPConfig{RequestRule: 9}}, "RequestRule"},
		{"engine panics", authz.Config{Policies: str, Engine: facts{onCompile: func(authz.Input) (authz.Policy, []authz.Diagnostic, error) {
			panic(secret)
		}}}, "panic"},
		{"engine makes nothing", authz.Config{Policies: str, Engine: facts{onCompile: func(authz.Input) (authz.Policy, []authz.Diagnostic, error) {
			return (*table)(nil), nil, nil
		}}}, "no policy"},
	}
	for _, tt := range tests {
		az, err := authz.New(tt.cfg)
		if az != nil || err == nil || !strings.HasPrefix(err.Error(), "authz: ") || !strings.Contains(err.Error(), tt.want) {
			t.Errorf("%s: %v, %v, want an error with %q", tt.name, az, err, tt.want)
		}
		if err != nil && strings.Contains(err.Error(), secret) {
			t.Errorf("%s: the error tells a value: %v", tt.name, err)
		}
	}
}

// TestInput tests the Input that an engine gets.
func TestInput(t *testing.T) {
	now := func() time.Time { return time.Unix(0, 0) }
	type Request struct{ Path string }
	tests := []struct {
		name    string
		classes []authz.Class
		want    []reflect.Type
	}{
		{"added", []authz.Class{authz.ClassOf[user]()}, []reflect.Type{reflect.TypeFor[user](), reflect.TypeFor[authz.Request]()}},
		{"name taken", []authz.Class{{Name: "Request", Type: reflect.TypeFor[user]()}}, []reflect.Type{reflect.TypeFor[user]()}},
		{"type's name taken", []authz.Class{authz.ClassOf[*Request]()}, []reflect.Type{reflect.TypeFor[*Request]()}},
		{"other name", []authz.Class{{Name: "HttpRequest", Type: reflect.TypeFor[authz.Request]()}}, []reflect.Type{reflect.TypeFor[authz.Request]()}},
	}
	for _, tt := range tests {
		constants := map[string]any{"max": 10}
		given := 0
		cfg := authz.Config{
			Policies:  authz.Join(authz.String("b", "2"), authz.String("a", "1")),
			Classes:   tt.classes,
			Constants: constants,
			Limits:    authz.Limits{Steps: 7},
			Now:       now,
			Engine: facts{onCompile: func(in authz.Input) (authz.Policy, []authz.Diagnostic, error) {
				given++
				var types []reflect.Type
				for _, c := range in.Classes {
					types = append(types, c.Type)
				}
				if !reflect.DeepEqual(types, append(tt.want, reflect.TypeFor[authz.RPC]())) {
					t.Errorf("%s: classes %v, want %v and RPC", tt.name, types, tt.want)
				}
				if in.Constants["max"] != 10 || in.Limits.Steps != 7 || in.Now == nil {
					t.Errorf("%s: input %+v", tt.name, in)
				}
				if len(in.Sources) != 2 || in.Sources[0].Name != "a" {
					t.Errorf("%s: sources %v are not sorted", tt.name, in.Sources)
				}
				return solutions{}, nil, nil
			}},
		}
		if _, err := authz.New(cfg); err != nil || given != 1 {
			t.Fatal(err, given)
		}
	}
}
