package authz

// This file defines what a context carries: an Authorizer and the actor on
// whose behalf the work is done.

import "context"

type scopeKey struct{}

type scope struct {
	az       *Authorizer
	actor    any
	encoding []string // what Middleware found as Content-Encoding, for refusals
	refused  bool     // by Admit, so that no handler has run
}

func scopeOf(ctx context.Context) *scope {
	if ctx == nil {
		return nil
	}
	s, _ := ctx.Value(scopeKey{}).(*scope)
	return s
}

// NewContext returns a context that carries az and actor, for [Authorize] and
// the like. [Authorizer.Middleware] does this for requests; jobs and tests do it
// themselves. It panics if az is nil.
func NewContext(ctx context.Context, az *Authorizer, actor any) context.Context {
	if az == nil {
		panic("authz: NewContext with a nil Authorizer")
	}
	var encoding []string
	if s := scopeOf(ctx); s != nil {
		encoding = s.encoding
	}
	return context.WithValue(ctx, scopeKey{}, &scope{az: az, actor: actor, encoding: encoding})
}

// FromContext returns the Authorizer of the context.
func FromContext(ctx context.Context) (*Authorizer, bool) {
	s := scopeOf(ctx)
	if s == nil {
		return nil, false
	}
	return s.az, true
}

// ActorFrom returns the actor of the context.
func ActorFrom(ctx context.Context) (actor any, ok bool) {
	s := scopeOf(ctx)
	if s == nil {
		return nil, false
	}
	return s.actor, true
}

// Authorize asks whether the context's actor may do action on resource, as
// [Authorizer.Authorize] does, and returns the resource if so. With an error it
// returns the zero T, so that a caller who forgets the error has nothing to
// show. Without an Authorizer in the context the error is ErrUndecided.
func Authorize[T any](ctx context.Context, action string, resource T) (T, error) {
	var zero T
	s := scopeOf(ctx)
	if s == nil {
		return zero, undecided(errNoAuthorizer)
	}
	if err := s.az.Authorize(ctx, s.actor, action, resource); err != nil {
		return zero, err
	}
	return resource, nil
}
