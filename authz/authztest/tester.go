package authztest

// This file defines Tester, which checks decisions whose outcome is known.

import (
	"context"
	"errors"
	"fmt"
	"maps"
	"net/http"
	"slices"
	"strings"
	"testing"

	"github.com/ursa-authz/ursa/authz"
)

// A Tester checks decisions of an Authorizer and reports unexpected ones to a test. Its
// methods may be called concurrently.
type Tester struct {
	t   testing.TB
	az  *authz.Authorizer
	ctx context.Context
}

// New returns a Tester for t. Its decisions use t's context.
func New(t testing.TB, az *authz.Authorizer) *Tester {
	t.Helper()
	if az == nil {
		t.Fatal("authztest: the Authorizer is nil")
	}
	return &Tester{t, az, t.Context()}
}

// WithContext returns a Tester whose decisions use ctx, which may carry a transaction, for
// example.
func (p *Tester) WithContext(ctx context.Context) *Tester { return &Tester{p.t, p.az, ctx} }

// Allow reports an error unless actor may do action on resource. As in all methods, for a
// resource that is an *http.Request the policy sees what [authz.Authorizer.Request]
// returns.
func (p *Tester) Allow(actor any, action string, resource any) {
	p.t.Helper()
	p.want("allowed", question{actor: actor, action: action, resource: resource})
}

// Deny reports an error unless the policy denies action on resource to actor, as forbidden
// or as not found.
func (p *Tester) Deny(actor any, action string, resource any) {
	p.t.Helper()
	p.want("denied", question{actor: actor, action: action, resource: resource})
}

// Forbidden reports an error unless the answer is [authz.ErrForbidden].
func (p *Tester) Forbidden(actor any, action string, resource any) {
	p.t.Helper()
	p.want("forbidden", question{actor: actor, action: action, resource: resource})
}

// NotFound reports an error unless the answer is [authz.ErrNotFound], so that the actor
// does not learn whether the resource exists.
func (p *Tester) NotFound(actor any, action string, resource any) {
	p.t.Helper()
	p.want("not found", question{actor: actor, action: action, resource: resource})
}

// AllowField reports an error unless actor may do action on the field of resource, by
// allow_field.
func (p *Tester) AllowField(actor any, action string, resource any, field string) {
	p.t.Helper()
	p.want("allowed", question{actor: actor, action: action, resource: resource, field: field})
}

// DenyField reports an error unless the policy denies action on the field of resource to
// actor.
func (p *Tester) DenyField(actor any, action string, resource any, field string) {
	p.t.Helper()
	p.want("denied", question{actor: actor, action: action, resource: resource, field: field})
}

// AllowRequest reports an error unless actor may send request, by allow_request. Requests
// that allow decides with their method as the action are for [Tester.Allow].
func (p *Tester) AllowRequest(actor, request any) {
	p.t.Helper()
	p.want("allowed", question{actor: actor, resource: request, request: true})
}

// DenyRequest reports an error unless the policy denies request to actor, by allow_request.
func (p *Tester) DenyRequest(actor, request any) {
	p.t.Helper()
	p.want("denied", question{actor: actor, resource: request, request: true})
}

// Actions reports an error unless the actions that actor may do on resource are exactly those
// given, in any order. A rule that allows every action is the action "*".
func (p *Tester) Actions(actor, resource any, actions ...string) {
	p.t.Helper()
	g, err := p.az.AuthorizedActions(p.ctx, actor, resource)
	p.grants("actions", g, err, actions, func(action string) question {
		return question{actor: actor, action: action, resource: resource}
	})
}

// Fields reports an error unless the fields of resource on which actor may do action are
// exactly those given, in any order. A rule that allows every field is the field "*".
func (p *Tester) Fields(actor any, action string, resource any, fields ...string) {
	p.t.Helper()
	g, err := p.az.AuthorizedFields(p.ctx, actor, action, resource)
	p.grants("fields", g, err, fields, func(field string) question {
		return question{actor: actor, action: action, resource: resource, field: field}
	})
}

// grants compares the names that are granted with those wanted. About explains a name.
func (p *Tester) grants(what string, g authz.Grants, err error, want []string, about func(name string) question) {
	p.t.Helper()
	if err != nil {
		p.t.Errorf("the %s could not be listed: %v", what, err)
		return
	}
	got := slices.Clone(g.Names)
	if g.All {
		got = append(got, "*")
		for _, name := range g.Except {
			got = append(got, "-"+name)
		}
	}
	want = slices.Compact(slices.Sorted(slices.Values(want)))
	slices.Sort(got)
	var b strings.Builder
	report := func(text, name string) {
		fmt.Fprintf(&b, "\n%s %q", text, name)
		if name != "*" && !strings.HasPrefix(name, "-") {
			b.WriteString("\n" + explain(p.ctx, p.az, about(name), nil))
		}
	}
	for _, name := range want {
		if !slices.Contains(got, name) {
			report("missing", name)
		}
	}
	for _, name := range got {
		if !slices.Contains(want, name) {
			report("not expected", name)
		}
	}
	if b.Len() > 0 {
		p.t.Errorf("%s: got %q, want %q%s", what, got, want, b.String())
	}
}

// List reports an error unless the list of the rows of class on which actor may do action has
// exactly the given rows, in any order. Rows are compared by their keys, as in [Equivalent].
// The lister is [InMemory], or that of a database.
func (p *Tester) List(lister Lister, class authz.Class, actor any, action string, rows ...any) {
	p.t.Helper()
	key := keyOf(class)
	if key == nil {
		p.t.Fatalf("authztest: %v has no key (set Class.Key)", class.Type)
	}
	list, err := lister.List(authz.NewContext(p.ctx, p.az, actor), actor, action, class)
	if err != nil {
		p.t.Errorf("the list of %v on which a %T may do %q: %v", class.Type, actor, action, err)
		return
	}
	byKey := func(rows []any) map[string]any {
		m := make(map[string]any, len(rows))
		for _, row := range rows {
			m[strings.Join(keyTexts(row, key), ",")] = row
		}
		return m
	}
	got, want := byKey(list), byKey(rows)
	report := func(row any, key, problem string) {
		p.t.Helper()
		p.t.Errorf("%s %s %s\n%s", className(class), key, problem,
			explain(p.ctx, p.az, question{actor: actor, action: action, resource: row}, nil))
	}
	for _, k := range slices.Sorted(maps.Keys(want)) {
		if _, ok := got[k]; !ok {
			report(want[k], k, "is not on the list")
		}
	}
	for _, k := range slices.Sorted(maps.Keys(got)) {
		if _, ok := want[k]; !ok {
			report(got[k], k, "is on the list")
		}
	}
}

func (p *Tester) want(want string, q question) {
	p.t.Helper()
	got, q, err := ask(p.ctx, p.az, q)
	if got == want || want == "denied" && (got == "forbidden" || got == "not found") {
		return
	}
	p.t.Errorf("want %s, got %s\n%s", want, got, explain(p.ctx, p.az, q, err))
}

// ask returns the answer as a word, and the question with the resource that the policy saw.
func ask(ctx context.Context, az *authz.Authorizer, q question) (answer string, asked question, err error) {
	if r, ok := q.resource.(*http.Request); ok && r != nil {
		request, err := az.Request(r)
		if err != nil {
			return "undecided", q, err
		}
		q.resource = request
	}
	switch {
	case q.request:
		err = az.AuthorizeRequest(ctx, q.actor, q.resource)
	case q.field != "":
		err = az.AuthorizeField(ctx, q.actor, q.action, q.resource, q.field)
	default:
		err = az.Authorize(ctx, q.actor, q.action, q.resource)
	}
	switch {
	case err == nil:
		return "allowed", q, nil
	case errors.Is(err, authz.ErrForbidden):
		return "forbidden", q, err
	case errors.Is(err, authz.ErrNotFound):
		return "not found", q, err
	default:
		return "undecided", q, err
	}
}

// explanation returns the explanation of an answer.
func explanation(ctx context.Context, az *authz.Authorizer, q question) (*authz.Explanation, error) {
	switch {
	case q.request:
		return az.ExplainRequest(ctx, q.actor, q.resource)
	case q.field != "":
		return az.ExplainField(ctx, q.actor, q.action, q.resource, q.field)
	}
	return az.Explain(ctx, q.actor, q.action, q.resource)
}

// explain returns the reasons of an answer, if the engine supports it. If the resource is an
// *http.Request, the request was ambiguous and the policy was not evaluated; err then has
// the reason.
func explain(ctx context.Context, az *authz.Authorizer, q question, err error) string {
	if _, unread := q.resource.(*http.Request); unread && err != nil {
		return err.Error()
	}
	x, noReason := explanation(ctx, az, q)
	switch {
	case noReason == nil:
		return x.String()
	case err != nil:
		return fmt.Sprintf("%v\n%v", err, noReason)
	}
	return noReason.Error()
}
