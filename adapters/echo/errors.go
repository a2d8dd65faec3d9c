package echoauthz

// This file defines Error, a refusal as an error of echo, and the handler that
// answers it.
//
// Echo's middleware and handlers return errors, and one function of the application
// answers them. It may not know of this package. So an Error says nothing about what
// is behind it in any of the ways in which such functions make a page of an error:
// its text is that of the status, and it marshals as a problem without detail.

import (
	"errors"
	"net/http"

	"github.com/labstack/echo/v5"

	"github.com/ursa-authz/ursa/authz"
)

// An Error is a refusal: an error of package authz, of a decision or of a load, with
// the status that stands for it. It wraps the error, for logs; for a 404 that is
// [authz.ErrNotFound] itself, so that a hidden resource looks like a missing one.
type Error struct {
	status int
	err    error
}

func newError(err error) *Error {
	e := &Error{authz.StatusOf(err), err}
	if e.status == http.StatusNotFound {
		e.err = authz.ErrNotFound
	}
	return e
}

// Error returns the text of the status.
func (e *Error) Error() string { return http.StatusText(e.status) }

// Unwrap returns what was refused for.
func (e *Error) Unwrap() error { return e.err }

// StatusCode returns the status: 400, 401, 403, 404 or 500.
func (e *Error) StatusCode() int { return e.status }

// MarshalJSON returns the problem of RFC 9457 that [authz.Refuse] sends. Echo's
// default error handler sends what it returns.
func (e *Error) MarshalJSON() ([]byte, error) { return authz.Problem(e.err), nil }

// ProblemError is for echo.ProblemDetailsHTTPErrorHandler.
func (e *Error) ProblemError() *echo.ProblemError {
	return &echo.ProblemError{Status: e.status}
}

// Refuse returns the [*Error] for err, which the handler returns, and makes the
// header of the response that of a refusal, as [authz.RefusalHeader] does, unless the
// response has begun. An err that is nil is an error too.
func Refuse(c *echo.Context, err error) error {
	if !committed(c) {
		authz.RefusalHeader(c.Response().Header(), c.Request(), err)
	}
	if e, ok := errors.AsType[*Error](err); ok {
		return e
	}
	authz.ReportRefusal(c.Request().Context(), "", err)
	return newError(err)
}

// answered returns an error of a handler with those of package authz made an *Error.
// One that has a status of its own is what the application wants to answer.
func answered(c *echo.Context, err error) error {
	if err == nil {
		return nil
	}
	if isAnswer(err) && echo.StatusCode(err) == 0 {
		return Refuse(c, err)
	}
	return err
}

// isAnswer reports whether an error is one of package authz.
func isAnswer(err error) bool {
	for _, answer := range []error{authz.ErrForbidden, authz.ErrNotFound, authz.ErrUnauthenticated, authz.ErrUndecided, authz.ErrBadRequest} {
		if errors.Is(err, answer) {
			return true
		}
	}
	return false
}

func committed(c *echo.Context) bool {
	r, err := echo.UnwrapResponse(c.Response())
	return err == nil && r.Committed
}

// ErrorHandler returns an error handler that answers an [*Error], and an error of
// package authz, as [authz.Refuse] does: with a page or a problem, and by
// Config.HTTP.OnRefusal if that is set. It calls next with all other errors, and
// panics if next is nil.
func ErrorHandler(next echo.HTTPErrorHandler) echo.HTTPErrorHandler {
	if next == nil {
		panic("echoauthz: ErrorHandler with a nil handler")
	}
	return func(c *echo.Context, err error) {
		refusal, ok := errors.AsType[*Error](err)
		if ok {
			err = refusal.err
		} else if !isAnswer(err) || echo.StatusCode(err) != 0 {
			next(c, err)
			return
		}
		if !committed(c) {
			authz.Refuse(c.Response(), c.Request(), err)
		}
	}
}
