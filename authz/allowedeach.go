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
	rows, err := rowsOf(resources)
	if err == nil {
		err = a.classes.checkActor(q.actor)
	}
	if err != nil {
		return nil, undecided(err)
	}
	v := a.current.Load()
	outside := ctx
	if a.batches {
		ctx = a.withBatch(ctx, rows.all())
	}
	oks, settles := make([]bool, rows.n), rows.n == 0
	var outs []ruling // for the candidate
	if a.candidate.sampled() {
		outs = make([]ruling, rows.n)
	}
	atOnce := v.polar != nil && outs == nil && !a.observes()
	for i := 0; i < rows.n; {
		list, n := rows.from(i), 0
		if atOnce {
			n = v.decideEach(ctx, &q, list, oks[i:])
		}
		if n < len(list) {
			one := q
			one.resource = list[n]
			out, ok, err := a.decideOne(ctx, v, &one)
			if err != nil {
				return nil, atIndex(err, i+n)
			}
			oks[i+n] = ok
			if outs != nil {
				outs[i+n] = out
			}
			n++
		}
		for k := 0; k < n && !settles; k++ {
			settles = oks[i+k] && !isRequest(list[k])
		}
		i += n
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
		list := rows.all()
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

// rowsPerPart is how many elements of a slice are made interface values at a time, because those
// of a long slice take more memory than the answer.
const rowsPerPart = 256

// rows are the elements of a slice: themselves if they are pointers or interfaces, otherwise
// pointers to them.
type rows struct {
	n     int
	slice reflect.Value
	part  []any // those from start on
	start int
}

// rowsOf returns the elements of a slice.
func rowsOf(slice any) (rows, error) {
	if list, ok := slice.([]any); ok {
		return rows{n: len(list), part: list}, nil
	}
	v := reflect.ValueOf(slice)
	if v.Kind() != reflect.Slice {
		return rows{}, errNotSlice
	}
	return rows{n: v.Len(), slice: v}, nil
}

// from returns elements from index i on, at least one. They are valid until the next call.
func (r *rows) from(i int) []any {
	if k := i - r.start; 0 <= k && k < len(r.part) {
		return r.part[k:]
	}
	if r.part == nil {
		r.part = make([]any, min(r.n, rowsPerPart))
	}
	r.start, r.part = i, r.part[:min(len(r.part), r.n-i)]
	r.fill(r.part, i)
	return r.part
}

// all returns all elements.
func (r *rows) all() []any {
	if len(r.part) < r.n {
		r.start, r.part = 0, make([]any, r.n)
		r.fill(r.part, 0)
	}
	return r.part
}

func (r *rows) fill(list []any, from int) {
	if r.slice.Type().Elem().Kind() != reflect.Interface {
		host.Pointers(list, r.slice, from)
		return
	}
	for i := range list {
		list[i] = r.slice.Index(from + i).Interface()
	}
}

// elements returns the elements of a slice.
func elements(slice any) ([]any, error) {
	r, err := rowsOf(slice)
	if err != nil {
		return nil, err
	}
	return r.all(), nil
}
