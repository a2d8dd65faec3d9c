package authz

// This file defines what a context carries: an Authorizer and the actor for whom the work
// is done.

import (
	"context"
	"sync/atomic"
)

type contextKey struct{}

type contextValue struct {
	az       *Authorizer
	actor    any
	encoding []string // the Content-Encoding that Middleware found, for refusals
	refused  bool     // by Admit, so that no handler has run
	guard    atomic.Uint32
	request  *Request // that Middleware decided about, or nil

	// reported is the status of a refusal that ReportRefusal has told the observer of.
	reported atomic.Int32
}

func contextValueOf(ctx context.Context) *contextValue {
	if ctx == nil {
		return nil
	}
	s, _ := ctx.Value(contextKey{}).(*contextValue)
	return s
}

// NewContext returns a context that carries az and actor, for [Authorize] and other
// functions that take them from the context. [Authorizer.Middleware] calls it for requests;
// jobs and tests call it themselves. It panics if az is nil.
func NewContext(ctx context.Context, az *Authorizer, actor any) context.Context {
	if az == nil {
		panic("authz: NewContext with a nil Authorizer")
	}
	inner := &contextValue{az: az, actor: actor}
	if s := contextValueOf(ctx); s != nil {
		inner.encoding, inner.request = s.encoding, s.request
	}
	return context.WithValue(ctx, contextKey{}, inner)
}

// FromContext returns the Authorizer of the context.
func FromContext(ctx context.Context) (*Authorizer, bool) {
	s := contextValueOf(ctx)
	if s == nil {
		return nil, false
	}
	return s.az, true
}

// ActorFrom returns the actor of the context.
func ActorFrom(ctx context.Context) (actor any, ok bool) {
	s := contextValueOf(ctx)
	if s == nil {
		return nil, false
	}
	return s.actor, true
}

// Authorize decides whether the context's actor may do action on resource, as
// [Authorizer.Authorize] does, and returns the resource if so. With an error it returns the
// zero T, so that a caller who ignores the error has nothing to show. Without an Authorizer
// in the context, the error is ErrUndecided.
func Authorize[T any](ctx context.Context, action string, resource T) (T, error) {
	var zero T
	s := contextValueOf(ctx)
	if s == nil {
		return zero, undecided(errNoAuthorizer)
	}
	if err := s.az.Authorize(ctx, s.actor, action, resource); err != nil {
		return zero, err
	}
	return resource, nil
}
