package echoauthz

// This file defines Middleware, which decides requests, and Actor.

import (
	"errors"
	"net/http"

	"github.com/labstack/echo/v5"

	"github.com/ursa-authz/ursa/authz"
)

// A Config says how [MiddlewareWithConfig] works.
type Config struct {
	// Skipper, if it is set, says for which requests nothing is decided, as in
	// echo's own middleware. Their handlers run without Authorizer and actor in
	// the context, so that [authz.Authorize] returns an error; a [Guard] of the
	// route works. [RequireDecision] does not know the Skipper: public routes
	// need a [Skip].
	Skipper func(*echo.Context) bool

	// PathValues makes the values of the route's wildcards path values of the
	// *http.Request too, for handlers of net/http that [echo.WrapHandler] wraps. It
	// costs two allocations a request.
	PathValues bool
}

// Middleware returns a middleware that decides each request as
// [authz.Authorizer.Middleware] does: it refuses paths and hosts with more than one
// reading, finds the actor, and asks the policy whether the actor may send the
// request. If so, the handler runs, and the context of c.Request() carries az and the
// actor. If not, Middleware returns an [*Error]. Of the errors that the handler
// returns, those of package authz become an [*Error] too.
//
// Policies can read the pattern of the route, as c.Path() returns it, and the values
// of its wildcards, except in a middleware that is added by Pre, which runs before
// echo looks for the route. Where echo finds no route for the path and the method,
// the pattern is nil.
//
// Middleware panics if az is nil or has no Config.Actor.
func Middleware(az *authz.Authorizer) echo.MiddlewareFunc {
	return MiddlewareWithConfig(az, Config{})
}

// MiddlewareWithConfig is [Middleware] with a [Config].
func MiddlewareWithConfig(az *authz.Authorizer, config Config) echo.MiddlewareFunc {
	if az == nil {
		panic("echoauthz: Middleware with a nil Authorizer")
	}
	az.Middleware(http.NotFoundHandler()) // panics if there is no Config.Actor
	return func(next echo.HandlerFunc) echo.HandlerFunc {
		return func(c *echo.Context) error {
			if config.Skipper != nil && config.Skipper(c) {
				return next(c)
			}
			r := c.Request()
			ctx, err := az.Admit(r, c.Response().Header(), func(r *http.Request) (authz.Route, error) { return route(c, r) })
			r = r.WithContext(ctx)
			c.SetRequest(r)
			if err != nil {
				return Refuse(c, err)
			}
			if config.PathValues {
				for _, p := range c.PathValues() {
					r.SetPathValue(p.Name, p.Value)
				}
			}
			return answered(c, next(c))
		}
	}
}

var errNotRouted = errors.New("echo has not routed this request yet")

// route returns the route of c, in memory that echo does not use again.
func route(c *echo.Context, r *http.Request) (authz.Route, error) {
	info := c.RouteInfo()
	switch {
	case info.Name == "" && info.Method == "":
		return authz.Route{}, errNotRouted
	case info.Name == echo.NotFoundRouteName, info.Name == echo.MethodNotAllowedRouteName, info.Method == echo.RouteNotFound:
		return authz.Route{}, nil
	}
	of := c.PathValues()
	names, values := make([]string, len(of)), make([]string, len(of))
	for i, p := range of {
		names[i], values[i] = p.Name, p.Value
	}
	return authz.ColonRoute(r, c.Path(), names, values)
}

// Actor returns the actor of the request, whom [Middleware] or [Guard] has found.
func Actor(c *echo.Context) (actor any, ok bool) {
	return authz.ActorFrom(c.Request().Context())
}
