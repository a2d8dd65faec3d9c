package ginauthz

// This file defines Guard, a route with its resource, and Resource, by which the
// handler gets it.

import (
	"context"
	"fmt"
	"reflect"

	"github.com/gin-gonic/gin"

	"github.com/ursa-authz/ursa/authz"
)

// resourceKey is the key in c.Keys of a resource of type T.
type resourceKey[T any] struct{}

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
		c.Request = c.Request.WithContext(ctx)
		if err != nil {
			Refuse(c, err)
			return
		}
		resource, err := authz.Load(ctx, action, func(context.Context) (T, error) { return load(c) })
		if err != nil {
			Refuse(c, err)
			return
		}
		c.Set(resourceKey[T]{}, resource)
		c.Next()
	}
}

// Resource returns the resource of type T that a [Guard] of the route has authorized,
// the last one if there are several. It panics if there is none.
func Resource[T any](c *gin.Context) T {
	x, ok := c.Get(resourceKey[T]{})
	if !ok {
		panic(fmt.Sprintf("ginauthz: no Guard of this route loads a %v", reflect.TypeFor[T]()))
	}
	return x.(T)
}
