package authz

// This file defines what a context carries: an Authorizer and the actor for whom the work
// is done.

import (
	"context"
	"fmt"
	"io"
	"sync/atomic"
)

type contextKey struct{}

// A carrier is a context that carries an Authorizer and an actor. A context of its own costs
// one allocation less than a value in one of package context.
type carrier struct {
	context.Context
	az       *Authorizer
	actor    any
	encoding []string // the Content-Encoding that Middleware found, for refusals
	refused  bool     // by Admit, so that no handler has run
	guard    atomic.Uint32
	request  *Request // that Middleware decided about, or nil

	// reported is the status of a refusal that ReportRefusal has told the observer of.
	reported atomic.Int32
}

// Value returns the carrier itself for the key of carriers.
func (s *carrier) Value(key any) any {
	if key == (contextKey{}) {
		return s
	}
	return s.Context.Value(key)
}

// Format writes the name of the type, since the actor must not be in logs.
func (*carrier) Format(f fmt.State, _ rune) { io.WriteString(f, "authz.Context") }

// carrierOf returns the innermost carrier of ctx, or nil.
func carrierOf(ctx context.Context) *carrier {
	if ctx == nil {
		return nil
	}
	if s, ok := ctx.(*carrier); ok {
		return s
	}
	s, _ := ctx.Value(contextKey{}).(*carrier)
	return s
}

// NewContext returns a context that carries az and actor, for [Authorize] and other
// functions that take them from the context. [Authorizer.Middleware] calls it for requests;
// jobs and tests call it themselves. It panics if az is nil.
func NewContext(ctx context.Context, az *Authorizer, actor any) context.Context {
	if az == nil {
		panic("authz: NewContext with a nil Authorizer")
	}
	if ctx == nil {
		panic("authz: NewContext with a nil context")
	}
	return newCarrier(ctx, carrierOf(ctx), az, actor)
}

// newCarrier returns a carrier in ctx, whose innermost carrier is outer. outer may be nil.
func newCarrier(ctx context.Context, outer *carrier, az *Authorizer, actor any) *carrier {
	s := &carrier{Context: ctx, az: az, actor: actor}
	if outer != nil {
		s.encoding, s.request = outer.encoding, outer.request
		if ctx == outer {
			s.Context = outer.Context // the new carrier hides outer
		}
	}
	return s
}

// FromContext returns the Authorizer of the context.
func FromContext(ctx context.Context) (*Authorizer, bool) {
	s := carrierOf(ctx)
	if s == nil {
		return nil, false
	}
	return s.az, true
}

// ActorFrom returns the actor of the context.
func ActorFrom(ctx context.Context) (actor any, ok bool) {
	s := carrierOf(ctx)
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
	s := carrierOf(ctx)
	if s == nil {
		return zero, undecided(errNoAuthorizer)
	}
	if err := s.az.Authorize(ctx, s.actor, action, resource); err != nil {
		return zero, err
	}
	return resource, nil
}
