package ginauthz

// This file defines Guard, a route with its resource, and Resource, by which the
// handler gets it.

import (
	"fmt"
	"reflect"

	"github.com/gin-gonic/gin"

	"github.com/ursa-authz/ursa/authz"
)

// resourceKey is the key in c.Keys of a resource of type T.
type resourceKey[T any] struct{}

// Guard returns a handler for a route that loads a resource and asks az whether the
// actor may do action on it. If so, the following handlers run, and get the resource
// by [Resource]. An error of load or of the decision is answered by [Refuse]. A
// resource does not exist if it is nil, or if the error of load is
// [authz.ErrNotFound], sql.ErrNoRows or one of [authz.Config].NotFound; the answer is
// then 404. If load aborts, no further handler runs, and what it has sent stays.
//
// The actor is the one that [Middleware] has found, or the one that az finds itself
// where there is no Middleware. In load, the context of c.Request carries az and the
// actor.
//
// Load runs before the decision. It must have no effect, and the handler must act
// upon what it returned: to load a second time is to authorize something else.
//
// Guard panics if az or load is nil.
func Guard[T any](az *authz.Authorizer, action string, load func(*gin.Context) (T, error)) gin.HandlerFunc {
	if az == nil || load == nil {
		panic("ginauthz: Guard needs an Authorizer and a function that loads")
	}
	return func(c *gin.Context) {
		ctx, err := az.Enter(c.Request)
		c.Request = c.Request.WithContext(ctx)
		if err != nil {
			Refuse(c, err)
			return
		}
		resource, err := authz.Load(ctx, action, func() (T, error) { return load(c) })
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
