package ginauthz

// This file defines Middleware, which decides requests, and what handlers have of
// it: Refuse and Actor.

import (
	"net/http"

	"github.com/gin-gonic/gin"

	"github.com/ursa-authz/ursa/authz"
)

// Middleware returns a handler that decides each request as
// [authz.Authorizer.Middleware] does: it refuses paths and hosts with more than one
// reading, finds the actor, and asks the policy whether the actor may send the
// request. If so, the following handlers run, and the context of c.Request carries
// az and the actor. If not, Middleware answers as [authz.Refuse] does, and aborts.
//
// Policies can read the pattern of the route, as c.FullPath returns it, and the
// values of its wildcards. Where gin found no route, the pattern is nil.
//
// Middleware panics if az is nil or has no Config.Actor.
func Middleware(az *authz.Authorizer) gin.HandlerFunc {
	if az == nil {
		panic("ginauthz: Middleware with a nil Authorizer")
	}
	az.Middleware(http.NotFoundHandler()) // panics if there is no Config.Actor
	return func(c *gin.Context) {
		ctx, err := az.Admit(c.Request, c.Writer.Header(), func(r *http.Request) (authz.Route, error) { return route(c, r) })
		c.Request = c.Request.WithContext(ctx)
		if err != nil {
			Refuse(c, err)
			return
		}
		c.Next()
	}
}

// route returns the route of c, in memory that gin does not use again.
func route(c *gin.Context, r *http.Request) (authz.Route, error) {
	names, values := make([]string, len(c.Params)), make([]string, len(c.Params))
	for i, p := range c.Params {
		names[i], values[i] = p.Key, p.Value
	}
	return authz.ColonRoute(r, c.FullPath(), names, values)
}

// Refuse answers err as [authz.Refuse] does, unless the response has begun; adds it
// to c.Errors; and aborts, so that no further handler runs. The caller returns
// afterwards.
func Refuse(c *gin.Context, err error) {
	c.Abort()
	if err != nil {
		_ = c.Error(err)
	}
	if !c.Writer.Written() {
		authz.Refuse(c.Writer, c.Request, err)
	}
}

// Actor returns the actor of the request, whom [Middleware] or [Guard] has found.
func Actor(c *gin.Context) (actor any, ok bool) {
	return authz.ActorFrom(c.Request.Context())
}
