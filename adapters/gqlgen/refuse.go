package gqlauthz

// This file defines Refuse and ErrorPresenter: what a client gets for an error of authz.

import (
	"context"
	"errors"

	"github.com/99designs/gqlgen/graphql"
	"github.com/vektah/gqlparser/v2/gqlerror"

	"github.com/ursa-authz/ursa/authz"
)

// A constError is an error with a constant text.
type constError string

func (e constError) Error() string { return string(e) }

const (
	errNoAuthorizer = constError("gqlauthz: no authorizer in the context")
	errMisplaced    = constError("gqlauthz: @authorize cannot be on this field (authorize in the resolver)")
)

// A refusal is what clients get for an error.
type refusal struct{ code, message string }

var (
	badRequest      = refusal{"BAD_REQUEST", "the request could be read in more than one way"}
	unauthenticated = refusal{"UNAUTHENTICATED", "unauthenticated"}
	forbidden       = refusal{"FORBIDDEN", "not authorized"}
	notFound        = refusal{"NOT_FOUND", "not found"}
	undecided       = refusal{"INTERNAL_SERVER_ERROR", "the request could not be decided"}
)

// Refuse returns the error that a client gets for err, with the path of the field in
// ctx. Its extensions have a code: UNAUTHENTICATED for [authz.ErrUnauthenticated],
// FORBIDDEN for [authz.ErrForbidden], NOT_FOUND for [authz.ErrNotFound], BAD_REQUEST for
// [authz.ErrBadRequest], and INTERNAL_SERVER_ERROR for [authz.ErrUndecided] and any other
// error, nil included. FORBIDDEN and INTERNAL_SERVER_ERROR have the decision_id, if a
// decision was made. The message depends on the code alone.
func Refuse(ctx context.Context, err error) error { return refuse(ctx, err) }

func refuse(ctx context.Context, err error) *gqlerror.Error {
	r := refusalOf(err)
	authz.ReportRefusal(ctx, fieldName(ctx), err)
	e := &gqlerror.Error{Message: r.message, Extensions: map[string]any{"code": r.code}}
	if graphql.GetFieldContext(ctx) != nil {
		e.Path = graphql.GetPath(ctx)
	}
	if id := authz.DecisionID(err); id != "" && (r == forbidden || r == undecided) {
		e.Extensions["decision_id"] = id
	}
	return e
}

// fieldName returns the type and the name of the field in ctx, such as "Query.expense", or "".
func fieldName(ctx context.Context) string {
	f := graphql.GetFieldContext(ctx)
	if f == nil || f.Field.Field == nil {
		return ""
	}
	return f.Object + "." + f.Field.Name
}

// refusalOf returns the refusal that err stands for. What could not be decided is a
// fault before it is anything else, except where the request is the reason.
func refusalOf(err error) refusal {
	switch {
	case errors.Is(err, authz.ErrBadRequest):
		return badRequest
	case errors.Is(err, authz.ErrUndecided):
		return undecided
	case errors.Is(err, authz.ErrUnauthenticated):
		return unauthenticated
	case errors.Is(err, authz.ErrForbidden):
		return forbidden
	case errors.Is(err, authz.ErrNotFound):
		return notFound
	}
	return undecided
}

// isOurs reports whether err is one of authz's or of this package.
func isOurs(err error) bool {
	for _, ours := range []error{authz.ErrBadRequest, authz.ErrUndecided, authz.ErrUnauthenticated, authz.ErrForbidden, authz.ErrNotFound, errNoAuthorizer, errMisplaced} {
		if errors.Is(err, ours) {
			return true
		}
	}
	return false
}

// ErrorPresenter returns a function for SetErrorPresenter of a server. It presents the
// errors of authz, which resolvers return as they are, as [Refuse] does. All others are
// presented by next, usually graphql.DefaultErrorPresenter, which shows their text.
func ErrorPresenter(next graphql.ErrorPresenterFunc) graphql.ErrorPresenterFunc {
	return func(ctx context.Context, err error) *gqlerror.Error {
		if !isOurs(err) {
			return next(ctx, err)
		}
		e := refuse(ctx, err)
		// Where the error is, gqlgen knows already.
		if at, ok := errors.AsType[*gqlerror.Error](err); ok {
			e.Locations = at.Locations
			if len(at.Path) > 0 {
				e.Path = at.Path
			}
		}
		return e
	}
}
