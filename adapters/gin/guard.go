package ginauthz

// This file defines Guard, a route with its resource, and Resource, by which the
// handler gets it.

import (
	"context"
	"fmt"
	"reflect"

	"github.com/gin-gonic/gin"

	"github.com/ursa-authz/ursa/adapters/internal/guarded"
	"github.com/ursa-authz/ursa/authz"
)

// Guard returns a handler for a route that loads a resource and asks az whether the
// actor may do action on it. If so, the following handlers run, and [Resource] returns
// the resource to them. [Refuse] answers an error of load or of the decision. The answer
// is 404 if the resource is nil, or if the error of load is [authz.ErrNotFound],
// sql.ErrNoRows or one of [authz.Config].NotFound. If load aborts, no further handler
// runs, and the response stays as load left it.
//
// The actor is the one that [Middleware] found. Without Middleware, az finds the actor
// itself. In load, the context of c.Request carries az and the actor.
//
// Load runs before the decision, so it must have no side effects. The handler must use
// the resource that load returned: a second load might return something that was not
// authorized.
//
// Guard panics if az or load is nil.
func Guard[T any](az *authz.Authorizer, action string, load func(*gin.Context) (T, error)) gin.HandlerFunc {
	if az == nil || load == nil {
		panic("ginauthz: Guard needs an Authorizer and a load function")
	}
	return func(c *gin.Context) {
		ctx, err := az.Enter(c.Request)
		handed := guarded.New[T](ctx)
		c.Request = c.Request.WithContext(handed)
		if err != nil {
			Refuse(c, err)
			return
		}
		resource, err := authz.Load(ctx, action, func(context.Context) (T, error) { return load(c) })
		if err != nil {
			Refuse(c, err)
			return
		}
		handed.Authorized(resource)
		c.Next()
	}
}

// Resource returns the resource of type T that a [Guard] of the route has authorized,
// the last one if there are several. The context of c.Request carries it. Resource panics if
// there is none.
func Resource[T any](c *gin.Context) T {
	resource, ok := guarded.Resource[T](c.Request.Context())
	if !ok {
		panic(fmt.Sprintf("ginauthz: no Guard of this route loads a %v", reflect.TypeFor[T]()))
	}
	return resource
}
