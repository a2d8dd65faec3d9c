package authz

// This file defines AuthorizeLoaded, what a guard does between loading a resource and
// its handler.

import "context"

// AuthorizeLoaded authorizes what a function has loaded: it is for guards that load a
// resource, authorize it and pass it to a handler. Resource and err are what the
// function returned. If err says that there is no such resource, see
// [Authorizer.LoadError], or if resource is nil, the error is ErrNotFound. Other errors
// of the function are returned as they are, and the others are those of
// [Authorizer.Authorize]. With an error the resource is the zero T.
func AuthorizeLoaded[T any](ctx context.Context, az *Authorizer, actor any, action string, resource T, err error) (T, error) {
	var zero T
	if err != nil {
		return zero, az.LoadError(err)
	}
	if isNil(resource) {
		return zero, ErrNotFound
	}
	if err := az.Authorize(ctx, actor, action, resource); err != nil {
		return zero, err
	}
	return resource, nil
}
