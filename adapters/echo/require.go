package echoauthz

// This file defines RequireDecision, which finds handlers that ask nothing.

import (
	"net/http"

	"github.com/labstack/echo/v5"

	"github.com/ursa-authz/ursa/adapters/nethttp"
	"github.com/ursa-authz/ursa/authz"
)

// ErrNoDecision is the error of a handler that writes a page although nothing was
// authorized.
var ErrNoDecision = nethttp.ErrNoDecision

// RequireDecision returns a middleware that answers 500 where the handler would
// succeed although it authorized nothing. It looks when the response begins, or when
// the handler has returned. What counts, and what passes, is as for
// [nethttp.RequireDecision]: a decision that allows something on a resource, a filter,
// or [Skip] with a reason, made with the context of c.Request() or one derived from
// it. Errors pass, sent or returned, if their status is from 400 to 599 or they have
// none; so does what echo answers itself to OPTIONS. With the 500, nothing of the
// handler is sent, and the error that RequireDecision returns is an [*Error] that
// wraps [ErrNoDecision]; the response has been sent then.
//
// It goes behind [Middleware], so that its refusals use the settings of the
// Authorizer.
func RequireDecision() echo.MiddlewareFunc {
	return func(next echo.HandlerFunc) echo.HandlerFunc {
		return func(c *echo.Context) error {
			r := c.Request()
			if r.Method == http.MethodOptions && c.RouteInfo().Name == echo.MethodNotAllowedRouteName {
				return next(c)
			}
			beneath := c.Response()
			gate := nethttp.NewGate(beneath, r)
			defer func() {
				gate.Close()
				c.SetResponse(beneath)
			}()
			c.SetRequest(gate.Request())
			c.SetResponse(gate.Writer())
			err := next(c)
			if !gate.Begun() && committed(c) {
				// The handler has unwrapped the writer, and what is sent is sent.
				if !gate.Settled() {
					return newError(ErrNoDecision)
				}
				return err
			}
			if gate.Begin(statusOf(err)) != nil {
				return newError(ErrNoDecision)
			}
			return err
		}
	}
}

// statusOf returns the status with which echo answers what a handler has returned.
func statusOf(err error) int {
	if err == nil {
		return http.StatusOK
	}
	if status := echo.StatusCode(err); status != 0 {
		return status
	}
	return http.StatusInternalServerError
}

// Skip returns a middleware for routes where nothing has to be authorized, for the
// given reason, which the observer of the Authorizer gets. See [authz.Skip]. It panics
// if the reason is empty.
func Skip(reason string) echo.MiddlewareFunc {
	if reason == "" {
		panic("echoauthz: Skip needs a reason")
	}
	return func(next echo.HandlerFunc) echo.HandlerFunc {
		return func(c *echo.Context) error {
			authz.Skip(c.Request().Context(), reason)
			return next(c)
		}
	}
}
