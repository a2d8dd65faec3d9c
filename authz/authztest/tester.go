package authztest

// This file defines Tester, which checks decisions whose outcome is known.

import (
	"context"
	"errors"
	"fmt"
	"net/http"
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
	p.want("allowed", actor, action, resource)
}

// Deny reports an error unless the policy denies action on resource to actor, as forbidden
// or as not found.
func (p *Tester) Deny(actor any, action string, resource any) {
	p.t.Helper()
	p.want("denied", actor, action, resource)
}

// Forbidden reports an error unless the answer is [authz.ErrForbidden].
func (p *Tester) Forbidden(actor any, action string, resource any) {
	p.t.Helper()
	p.want("forbidden", actor, action, resource)
}

// NotFound reports an error unless the answer is [authz.ErrNotFound], so that the actor
// does not learn whether the resource exists.
func (p *Tester) NotFound(actor any, action string, resource any) {
	p.t.Helper()
	p.want("not found", actor, action, resource)
}

func (p *Tester) want(want string, actor any, action string, resource any) {
	p.t.Helper()
	got, resource, err := ask(p.ctx, p.az, actor, action, resource)
	if got == want || want == "denied" && (got == "forbidden" || got == "not found") {
		return
	}
	p.t.Errorf("want %s, got %s\n%s", want, got, explain(p.ctx, p.az, actor, action, resource, err))
}

// ask returns the answer as a word, and the resource that the policy saw.
func ask(ctx context.Context, az *authz.Authorizer, actor any, action string, resource any) (answer string, asked any, err error) {
	if r, ok := resource.(*http.Request); ok && r != nil {
		q, err := az.Request(r)
		if err != nil {
			return "undecided", resource, err
		}
		resource = q
	}
	switch err := az.Authorize(ctx, actor, action, resource); {
	case err == nil:
		return "allowed", resource, nil
	case errors.Is(err, authz.ErrForbidden):
		return "forbidden", resource, err
	case errors.Is(err, authz.ErrNotFound):
		return "not found", resource, err
	default:
		return "undecided", resource, err
	}
}

// explain returns the reasons of an answer, if the engine supports it. If resource is an
// *http.Request, the request was ambiguous and the policy was not evaluated; err then has
// the reason.
func explain(ctx context.Context, az *authz.Authorizer, actor any, action string, resource any, err error) string {
	if _, unread := resource.(*http.Request); unread && err != nil {
		return err.Error()
	}
	x, noReason := az.Explain(ctx, actor, action, resource)
	switch {
	case noReason == nil:
		return x.String()
	case err != nil:
		return fmt.Sprintf("%v\n%v", err, noReason)
	}
	return noReason.Error()
}
