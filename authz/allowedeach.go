package authz

// This file defines IsAllowedEach and IsFieldAllowedEach, which decide about many resources
// in one call.

import (
	"context"
	"errors"
	"reflect"
	"time"

	"github.com/ursa-authz/ursa/authz/internal/host"
	"github.com/ursa-authz/ursa/authz/ledger"
)

// IsAllowedEach reports for each resource whether actor may do action on it. Resources is a
// slice, such as []*Expense, []Expense or []any, and the result has its order. All decisions
// use one version of the policy and one view of the relations that are not loaded: each is
// fetched once, and for all resources that need it together if the class has a FetchEach.
// A page of 50 rows then takes one statement for each relation that the policy reads.
//
// If one of the resources cannot be decided, the result is nil, and the error is
// [ErrUndecided] and names the index of the first such resource. In [Limits], Fetches bounds
// the whole call; the others bound each decision. Observers receive one decision for each
// resource. Guards such as nethttp.RequireDecision accept the call as a decision if it allows
// anything, or if the slice is empty.
//
// To find the rows that an actor may see without loading the others, use [Authorizer.Filter].
func (a *Authorizer) IsAllowedEach(ctx context.Context, actor any, action string, resources any) ([]bool, error) {
	return a.allowedEach(ctx, question{rule: ruleAllow, actor: actor, action: action}, resources)
}

// IsFieldAllowedEach reports for each resource whether actor may do action on its field. It
// evaluates allow_field(actor, action, resource, field) as [Authorizer.IsAllowedEach]
// evaluates allow.
func (a *Authorizer) IsFieldAllowedEach(ctx context.Context, actor any, action string, resources any, field string) ([]bool, error) {
	return a.allowedEach(ctx, question{rule: ruleField, actor: actor, action: action, field: field}, resources)
}

// allowedEach answers a question for each of the resources.
func (a *Authorizer) allowedEach(ctx context.Context, q question, resources any) ([]bool, error) {
	list, err := elements(resources)
	if err == nil {
		err = a.classes.checkActor(q.actor)
	}
	if err != nil {
		return nil, undecided(err)
	}
	v := a.current.Load()
	outside := ctx
	ctx = a.withBatch(ctx, list)
	oks, settles := make([]bool, len(list)), len(list) == 0
	var outs []ruling // for the candidate
	if a.candidate.sampled() {
		outs = make([]ruling, len(list))
	}
	atOnce := v.polar != nil && outs == nil && !a.observes()
	for i := 0; i < len(list); i++ {
		if atOnce {
			if i += v.decideEach(ctx, &q, list[i:], oks[i:]); i == len(list) {
				break
			}
		}
		one := q
		one.resource = list[i]
		out, ok, err := a.decideOne(ctx, v, &one)
		if err != nil {
			return nil, atIndex(err, i)
		}
		oks[i] = ok
		if outs != nil {
			outs[i] = out
		}
	}
	for i, ok := range oks {
		if settles = settles || ok && !isRequest(list[i]); settles {
			break
		}
	}
	err = catchPanic(func() error {
		if settles {
			ledger.Settle(ctx)
		}
		return ctx.Err()
	})
	if err != nil {
		return nil, undecided(err)
	}
	if outs != nil {
		outside = a.withBatch(withoutBatch(outside), list)
		for i, r := range list {
			one := q
			one.resource = r
			a.compare(outside, v, &one, outs[i], nil, false)
		}
	}
	return oks, nil
}

// decideEach decides q for resources, in order, as many as the default engine can at once, and
// returns how many.
func (v *version) decideEach(ctx context.Context, q *question, resources []any, allowed []bool) (n int) {
	deny := ""
	if v.deny.asked[q.rule] {
		deny = q.rule.deny()
	}
	if q.rule == ruleField {
		return v.polar.DecideFieldEach(ctx, deny, q.rule.String(), q.actor, q.action, q.field, resources, allowed)
	}
	return v.polar.DecideEach(ctx, deny, q.rule.String(), q.actor, q.action, resources, allowed)
}

// decideOne answers q on a version of the policy. It settles no ledger.
func (a *Authorizer) decideOne(ctx context.Context, v *version, q *question) (out ruling, ok bool, err error) {
	var start time.Duration
	if a.observes() {
		start = clock()
	}
	if out, err = a.decide(ctx, v, q, false); err == nil && !a.observes() {
		return out, out.allowed, nil
	}
	ok, err = a.answer(ctx, v, q, out, err, false, start)
	return out, ok, err
}

// atIndex adds the index of a resource to the error of a decision about it.
func atIndex(err error, i int) error {
	var id decisionID
	if u, ok := errors.AsType[*undecidedError](err); ok {
		id, err = u.id, u.cause
	}
	return &undecidedError{id, errorf("resource %d: %w", i, err)}
}

var errNotSlice = errorf("the resources are not a slice")

// elements returns the elements of a slice: themselves if they are pointers or interfaces,
// otherwise pointers to them.
func elements(slice any) ([]any, error) {
	if list, ok := slice.([]any); ok {
		return list, nil
	}
	v := reflect.ValueOf(slice)
	if v.Kind() != reflect.Slice {
		return nil, errNotSlice
	}
	if v.Type().Elem().Kind() != reflect.Interface {
		return host.Pointers(v), nil
	}
	list := make([]any, v.Len())
	for i := range list {
		list[i] = v.Index(i).Interface()
	}
	return list, nil
}
