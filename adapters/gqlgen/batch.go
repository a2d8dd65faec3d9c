package gqlauthz

// This file defines Batch, with which the same decision about all elements of a list is made
// at once.
//
// gqlgen resolves the fields of each element of a list by itself, and all elements at the
// same time. The first field that asks about its object decides for the elements of the same
// type, and the others wait for it. A batch knows what is allowed only. Anything else is
// decided for the one object, since a denial has an id, and may be hidden.

import (
	"context"
	"reflect"
	"sync"
	"sync/atomic"

	"github.com/99designs/gqlgen/graphql"

	"github.com/ursa-authz/ursa/authz"
)

// Batch is a function for AroundOperations of a server. With it, or with [RequireDecision],
// [Directive] and [Fields] decide about a field of all elements of a list in one call, so
// that relations that a policy reads are fetched together: a list of 100 objects takes one
// statement for each relation, and not 100. Without it, they decide about each object by
// itself. The decisions are the same.
func Batch(ctx context.Context, next graphql.OperationHandler) graphql.ResponseHandler {
	ctx, op := withOperation(ctx)
	return op.forgetting(next(ctx))
}

// An operation is what the decisions of an operation share.
type operation struct {
	hidden atomic.Bool // Directive has made something null

	mu      sync.Mutex
	batches map[decision]*batch
}

type operationKey struct{}

// withOperation returns a context with an operation, which is that of ctx if it has one.
func withOperation(ctx context.Context) (context.Context, *operation) {
	if op, ok := ctx.Value(operationKey{}).(*operation); ok {
		return ctx, op
	}
	op := new(operation)
	return context.WithValue(ctx, operationKey{}, op), op
}

// forgetting returns a function that drops the batches of each response when it is done: a
// subscription has many.
func (op *operation) forgetting(respond graphql.ResponseHandler) graphql.ResponseHandler {
	return func(ctx context.Context) *graphql.Response {
		defer func() {
			op.mu.Lock()
			defer op.mu.Unlock()
			op.batches = nil
		}()
		return respond(ctx)
	}
}

// A decision is one that can be made about the elements of a list: by allow, or by
// allow_field if there is a field.
type decision struct {
	list          *graphql.FieldContext
	element       reflect.Type
	az            *authz.Authorizer
	actor         any
	action, field string
}

// A batch is a decision about all elements of a list.
type batch struct {
	once    sync.Once
	allowed map[any]bool // by object, which is a pointer
}

// isAllowedByBatch reports whether the decision is made in a batch, and allows it. Parent is
// the object's place in the response. If the result is false, the caller has to decide.
func isAllowedByBatch(ctx context.Context, parent *graphql.FieldContext, d decision, object any) bool {
	op, ok := ctx.Value(operationKey{}).(*operation)
	if !ok || parent == nil || parent.Index == nil || parent.Parent == nil || !reflect.ValueOf(d.actor).Comparable() {
		return false
	}
	d.list, d.element = parent.Parent, reflect.TypeOf(object)
	list := reflect.ValueOf(d.list.Result)
	if list.Kind() != reflect.Slice || list.Len() < 2 || d.element == nil || d.element.Kind() != reflect.Pointer {
		return false
	}
	b := op.batch(d)
	b.once.Do(func() { b.decide(ctx, d, list) })
	return b.allowed[object]
}

// batch returns the batch of a decision.
func (op *operation) batch(d decision) *batch {
	op.mu.Lock()
	defer op.mu.Unlock()
	b, ok := op.batches[d]
	if !ok {
		if op.batches == nil {
			op.batches = make(map[decision]*batch)
		}
		b = new(batch)
		op.batches[d] = b
	}
	return b
}

// decide makes the decision about the elements of a list that have the type that it is for.
func (b *batch) decide(ctx context.Context, d decision, list reflect.Value) {
	var elements []any
	for i := range list.Len() {
		if e := object(list.Index(i).Addr().Interface()); reflect.TypeOf(e) == d.element && !isNil(e) {
			elements = append(elements, e)
		}
	}
	var allowed []bool
	var err error
	if d.field == "" {
		allowed, err = d.az.IsAllowedEach(ctx, d.actor, d.action, elements)
	} else {
		allowed, err = d.az.IsFieldAllowedEach(ctx, d.actor, d.action, elements, d.field)
	}
	if err != nil {
		return // one of them could not be decided, which says nothing about the others
	}
	b.allowed = make(map[any]bool, len(elements))
	for i, ok := range allowed {
		b.allowed[elements[i]] = ok
	}
}
