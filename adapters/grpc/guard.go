package grpcauthz

// This file defines Guard, a unary handler with its resource.

import (
	"context"

	"google.golang.org/grpc/codes"
	"google.golang.org/grpc/status"

	"github.com/ursa-authz/ursa/authz"
)

// Guard returns a unary handler that loads a resource, asks az whether the context's
// actor may do action on it, and calls handler with it if so. The code is NotFound if the
// resource is nil, or if the error of load is [authz.ErrNotFound], sql.ErrNoRows, one of
// [authz.Config].NotFound, or a status with the code NotFound. Another status that load
// returns is sent unchanged. For any other error of load the code is Internal, without
// the text of the error.
//
// Load runs before the decision, so it must have no side effects. The handler must use
// the resource that load returned: a second load might return something that was not
// authorized.
//
// The actor is the one that [Middleware] found. Without an actor the call is undecided.
// Guard panics if az, load or handler is nil.
func Guard[Req, T, Resp any](az *authz.Authorizer, action string, load func(context.Context, Req) (T, error), handler func(context.Context, Req, T) (Resp, error)) func(context.Context, Req) (Resp, error) {
	if az == nil || load == nil || handler == nil {
		panic("grpcauthz: Guard needs an Authorizer, a load function and a handler")
	}
	return func(ctx context.Context, req Req) (Resp, error) {
		var none Resp
		actor, _ := authz.ActorFrom(ctx)
		ctx = authz.NewContext(ctx, az, actor)
		var answer error // a status of load's own
		resource, err := authz.Load(ctx, action, func(ctx context.Context) (T, error) {
			loaded, err := load(ctx, req)
			if err != nil && !isOurs(err) {
				if s, ok := status.FromError(err); ok && s.Code() == codes.NotFound {
					err = authz.ErrNotFound
				} else if ok {
					answer = err
				}
			}
			return loaded, err
		})
		switch {
		case answer != nil:
			return none, answer
		case err != nil:
			return none, Refuse(ctx, err)
		}
		resp, err := handler(ctx, req, resource)
		if err != nil && isOurs(err) {
			return none, Refuse(ctx, err)
		}
		return resp, err
	}
}
