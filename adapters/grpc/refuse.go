package grpcauthz

// This file defines Refuse, the status that an error stands for.
//
// A refusal tells the client a code and nothing it could learn from: no rule, no error
// of the program, and the same status for a resource that is hidden as for one that
// does not exist.

import (
	"context"
	"errors"

	"google.golang.org/genproto/googleapis/rpc/errdetails"
	"google.golang.org/grpc/codes"
	"google.golang.org/grpc/status"

	"github.com/ursa-authz/ursa/authz"
)

// texts are the messages of refusals.
var texts = map[codes.Code]string{
	codes.InvalidArgument:  "the call can be read in more than one way",
	codes.Unauthenticated:  "unauthenticated",
	codes.PermissionDenied: "permission denied",
	codes.NotFound:         "not found",
	codes.Internal:         "the call could not be decided",
	codes.Canceled:         "canceled",
	codes.DeadlineExceeded: "deadline exceeded",
}

// Refuse returns the error that a handler returns for err, with the code that err
// stands for: Unauthenticated for [authz.ErrUnauthenticated], PermissionDenied for
// [authz.ErrForbidden], NotFound for [authz.ErrNotFound], InvalidArgument for
// [authz.ErrBadRequest], and Internal for [authz.ErrUndecided] and any other error, nil
// included. What could not be decided because the call's context has ended, as it does
// when the client goes away, is Canceled or DeadlineExceeded.
//
// The message depends on the code alone. PermissionDenied and Internal have the id of
// the decision, if one was made, as an errdetails.RequestInfo. [Middleware] does this
// for the errors of handlers that are authz's. The error wraps err, which servers do not
// send.
func Refuse(ctx context.Context, err error) error {
	code := code(ctx, err)
	s := status.New(code, texts[code])
	if code == codes.PermissionDenied || code == codes.Internal {
		if id := authz.DecisionID(err); id != "" {
			if with, err := s.WithDetails(&errdetails.RequestInfo{RequestId: id}); err == nil {
				s = with
			}
		}
	}
	return &refusal{s, err}
}

// A refusal is the error of Refuse. It prints as its status and wraps the error that it
// stands for, so that Middleware and interceptors outside know it.
type refusal struct {
	status *status.Status
	cause  error
}

func (r *refusal) Error() string              { return r.status.Err().Error() }
func (r *refusal) GRPCStatus() *status.Status { return r.status }
func (r *refusal) Unwrap() error              { return r.cause }

// code returns the code that err stands for. What could not be decided is a fault
// before it is anything else, except where the call is the reason.
func code(ctx context.Context, err error) codes.Code {
	switch {
	case errors.Is(err, authz.ErrBadRequest):
		return codes.InvalidArgument
	case errors.Is(err, authz.ErrUndecided):
	case errors.Is(err, authz.ErrUnauthenticated):
		return codes.Unauthenticated
	case errors.Is(err, authz.ErrForbidden):
		return codes.PermissionDenied
	case errors.Is(err, authz.ErrNotFound):
		return codes.NotFound
	}
	switch ctx.Err() {
	case nil:
		return codes.Internal
	case context.DeadlineExceeded:
		return codes.DeadlineExceeded
	}
	return codes.Canceled
}

// isOurs reports whether Refuse has to answer err. It comes before any status that err
// also wraps: the cause of an undecided error can be a status of another service.
func isOurs(err error) bool {
	for _, ours := range []error{authz.ErrBadRequest, authz.ErrUndecided, authz.ErrUnauthenticated, authz.ErrForbidden, authz.ErrNotFound, ErrNoDecision} {
		if errors.Is(err, ours) {
			return true
		}
	}
	_, refused := errors.AsType[*refusal](err)
	return refused
}
