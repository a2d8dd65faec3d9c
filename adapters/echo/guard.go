package echoauthz

// This file defines Guard, a route with its resource, and Resource, by which the
// handler gets it.

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"reflect"

	"github.com/labstack/echo/v5"

	"github.com/ursa-authz/ursa/adapters/internal/guarded"
	"github.com/ursa-authz/ursa/authz"
)

// Guard returns a middleware for a route that loads a resource and asks az whether
// the actor may do action on it. If so, the handler runs, and [Resource] returns the
// resource to it. Otherwise the middleware returns an [*Error]. The answer is 404 if the
// resource is nil, or if the error of load has the status 404 or is [authz.ErrNotFound],
// sql.ErrNoRows or one of [authz.Config].NotFound. Other errors of load with a status
// from 400 to 499, such as echo's error for a value that cannot be bound, are returned
// unchanged.
//
// The actor is the one that [Middleware] found. Without Middleware, az finds the actor
// itself. In load, the context of c.Request() carries az and the actor.
//
// Load runs before the decision, so it must have no side effects. The handler must use
// the resource that load returned: a second load might return something that was not
// authorized.
//
// Guard panics if az or load is nil.
func Guard[T any](az *authz.Authorizer, action string, load func(*echo.Context) (T, error)) echo.MiddlewareFunc {
	if az == nil || load == nil {
		panic("echoauthz: Guard needs an Authorizer and a load function")
	}
	return func(next echo.HandlerFunc) echo.HandlerFunc {
		return func(c *echo.Context) error {
			ctx, err := az.Enter(c.Request())
			handed := guarded.New[T](ctx)
			c.SetRequest(c.Request().WithContext(handed))
			if err != nil {
				return Refuse(c, err)
			}
			resource, err := authz.Load(ctx, action, func(context.Context) (T, error) {
				x, err := load(c)
				return x, loadError(err)
			})
			if err != nil {
				if status := echo.StatusCode(err); status >= 400 && status < 500 && !isAnswer(err) {
					return err
				}
				return Refuse(c, err)
			}
			handed.Authorized(resource)
			return answered(c, next(c))
		}
	}
}

// loadError returns the error of a load with echo's "not found" made that of authz,
// so that what is hidden is answered in the same way.
func loadError(err error) error {
	if err != nil && echo.StatusCode(err) == http.StatusNotFound && !errors.Is(err, authz.ErrUndecided) {
		return authz.ErrNotFound
	}
	return err
}

// Resource returns the resource of type T that a [Guard] of the route has authorized,
// the last one if there are several. It panics if there is none.
func Resource[T any](c *echo.Context) T {
	resource, ok := guarded.Resource[T](c.Request().Context())
	if !ok {
		panic(fmt.Sprintf("echoauthz: no Guard of this route loads a %v", reflect.TypeFor[T]()))
	}
	return resource
}
