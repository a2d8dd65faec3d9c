package gqlauthz

// This file defines Guard, for resolvers that load a resource, and RequireDecision,
// which finds operations that authorize nothing.

import (
	"context"
	"encoding/json"

	"github.com/99designs/gqlgen/graphql"
	"github.com/vektah/gqlparser/v2/ast"
	"github.com/vektah/gqlparser/v2/gqlerror"

	"github.com/ursa-authz/ursa/authz"
	"github.com/ursa-authz/ursa/authz/ledger"
)

// Guard loads a resource in a resolver and authorizes the action on it. It is [authz.Load]:
// the error is [authz.ErrNotFound] if the resource does not exist, and with an error the
// resource is the zero T.
//
//	return gqlauthz.Guard(ctx, "read", func(ctx context.Context) (*Expense, error) {
//		return r.expenses.Load(ctx, id)
//	})
func Guard[T any](ctx context.Context, action string, load func(context.Context) (T, error)) (T, error) {
	if _, ok := authz.FromContext(ctx); !ok {
		var zero T
		return zero, errNoAuthorizer
	}
	return authz.Load(ctx, action, load)
}

// ErrNoDecision is the error of a response that [RequireDecision] has replaced.
var ErrNoDecision error = constError("gqlauthz: nothing was authorized for this response")

// RequireDecision is a function for AroundOperations of a server. A response without
// errors for which nothing was authorized is replaced by an error. What counts is a
// decision with the context of a resolver that allows something on a resource or on a
// field, a filter, [authz.Skip], and an object that Directive made null. Operations with
// fields of introspection only pass.
//
// It is a safety net under tests and reviews: a decision about one field lets the others
// pass, and what a mutation has written is written. It does what [Batch] does, too.
func RequireDecision(ctx context.Context, next graphql.OperationHandler) graphql.ResponseHandler {
	if introspects(ctx) {
		return next(ctx)
	}
	ctx, l := ledger.With(ctx)
	ctx, op := withOperation(ctx)
	respond := op.forgetting(next(ctx))
	return func(ctx context.Context) *graphql.Response {
		resp := respond(ctx)
		if resp == nil || len(resp.Errors) > 0 || l.Settled() || op.hidden.Load() {
			return resp
		}
		return &graphql.Response{
			Data:   json.RawMessage("null"),
			Errors: gqlerror.List{refuse(ctx, ErrNoDecision)},
		}
	}
}

// hide notes that Directive makes something null. A response with nothing but that has no
// error, and authorized nothing.
func hide(ctx context.Context) {
	if op, ok := ctx.Value(operationKey{}).(*operation); ok {
		op.hidden.Store(true)
	}
}

// introspects reports whether an operation has fields of introspection only.
func introspects(ctx context.Context) bool {
	if !graphql.HasOperationContext(ctx) {
		return false
	}
	op := graphql.GetOperationContext(ctx).Operation
	if op == nil {
		return false
	}
	for _, selection := range op.SelectionSet {
		// Fragments could have anything.
		if field, ok := selection.(*ast.Field); !ok || len(field.Name) < 2 || field.Name[:2] != "__" {
			return false
		}
	}
	return true
}
