package authz

// This file defines Load, with which guards load a resource and authorize it, and Loading,
// with which a repository recognizes them: it then leaves the decision to the guard.

import "context"

// The states of a context value's guard. The value of most contexts stays at notLoading.
const (
	notLoading uint32 = iota
	entered           // Enter made it for one guard, which has not loaded yet
	loading
)

// Load calls load and authorizes action on the resource that it returns for the context's
// actor, as guards of single routes do. The error is [ErrNotFound] if the resource is nil or
// if [Authorizer.LoadError] returns that for the error of load. Otherwise it is the error of
// load or of [Authorize].
//
// [Loading] reports true for the context that load gets, until load returns.
func Load[T any](ctx context.Context, action string, load func(context.Context) (T, error)) (T, error) {
	var zero T
	s := carrierOf(ctx)
	if s == nil {
		return zero, undecided(errNoAuthorizer)
	}
	inner := ctx
	if !s.guard.CompareAndSwap(entered, loading) {
		// Not from Enter, so that others may use the context at the same time.
		s = newCarrier(ctx, s, s.az, s.actor)
		s.guard.Store(loading)
		inner = s
	}
	resource, err := loadUnder(inner, s, load)
	if err != nil {
		return zero, s.az.LoadError(err)
	}
	if isNil(resource) {
		return zero, ErrNotFound
	}
	return Authorize(ctx, action, resource)
}

// loadUnder calls load, and ends the state loading of s whether it returns or panics.
func loadUnder[T any](ctx context.Context, s *carrier, load func(context.Context) (T, error)) (T, error) {
	defer s.guard.Store(notLoading)
	return load(ctx)
}

// Loading reports whether ctx is the context of a load function whose result a guard is
// about to authorize: the one that [Load] passes, or that of the request that the guard of
// an adapter passes, or a context derived from it by other packages. It is false before and
// after the load, and with another actor, from [NewContext].
//
// Loading is for repositories. They may return a row without a decision only to guards,
// which then make the only decision.
func Loading(ctx context.Context) bool {
	s := carrierOf(ctx)
	return s != nil && s.guard.Load() == loading
}
