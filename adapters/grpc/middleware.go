package grpcauthz

// This file defines Middleware: who is it, and may they make this call?

import (
	"context"
	"strconv"

	"google.golang.org/grpc"
	"google.golang.org/grpc/codes"
	"google.golang.org/grpc/metadata"
	"google.golang.org/grpc/status"

	"github.com/ursa-authz/ursa/authz"
)

// A Config says how calls are authorized. Only Actor is required. Its functions are
// called concurrently.
type Config struct {
	// Actor finds out who makes the call, for example by metadata or the client's
	// certificate; grpc.Method tells which method it is. An error that is
	// authz.ErrUnauthenticated is answered Unauthenticated, one that is
	// authz.ErrBadRequest InvalidArgument. Any other error, a nil actor and a panic
	// are answered Internal. An anonymous caller is a value of its own, such as Guest{}.
	Actor func(ctx context.Context) (any, error)

	// Exempt are the methods that anybody may call, by full method, such as
	// "/grpc.health.v1.Health/Check", with the reason why. Actor is not called for
	// them, and no policy is asked; observers are notified of the reason, as with
	// [authz.Skip].
	Exempt map[string]string

	// RequireDecision answers Internal where a handler would succeed although it
	// authorized nothing: a unary handler when it returns, another one when it first
	// sends a message. What counts is a decision with the call's context that allows
	// something on a resource, a filter, and [authz.Skip]. The decisions of
	// Middleware do not count.
	//
	// The metadata that a handler sets then waits until something was authorized,
	// and with a refusal none of it is sent. grpc.SetSendCompressor does not work in
	// handlers then.
	RequireDecision bool

	// UnknownMethods lets the server's UnknownServiceHandler run if the policy allows
	// the call. Otherwise a method that the server does not have is answered
	// Unimplemented even if a rule for all methods allows it.
	UnknownMethods bool

	// OnRefusal, if it is set, is notified of every call that is refused, before the
	// client is. A panic in it is recovered.
	OnRefusal func(ctx context.Context, fullMethod string, err error)
}

// ErrNoDecision is what [Config].OnRefusal gets if a handler would have succeeded
// although it authorized nothing.
var ErrNoDecision error = constError("grpcauthz: nothing was authorized for this call")

// A constError is an error with a constant text.
type constError string

func (e constError) Error() string { return string(e) }

// Middleware returns the options of a server that decides every call before the
// handler sees it. In this order it
//
//   - asks [Config].Actor who it is;
//   - asks the policy whether they may make the call: allow(actor, full method, rpc),
//     where rpc is an [authz.RPC], for a unary call with its message;
//   - calls the handler with a context that carries az and the actor, so that
//     [authz.Authorize] works in it;
//   - asks the policy about each message of a stream, in both directions, when it is
//     received and before it is sent. A stream whose actor loses the permission ends
//     with the next message.
//
// Errors of handlers that are authz's are answered as by [Refuse], all others as
// grpc-go answers them. Middleware panics if az or cfg.Actor is nil, or if an exempt
// method is malformed or has no reason.
//
// Interceptors that are chained later run inside: they must not replace the message,
// which is decided already.
func Middleware(az *authz.Authorizer, cfg Config) []grpc.ServerOption {
	return []grpc.ServerOption{
		grpc.ChainUnaryInterceptor(UnaryInterceptor(az, cfg)),
		grpc.ChainStreamInterceptor(StreamInterceptor(az, cfg)),
	}
}

// UnaryInterceptor returns the interceptor of [Middleware] for unary calls. A server
// needs the one for streams, too.
func UnaryInterceptor(az *authz.Authorizer, cfg Config) grpc.UnaryServerInterceptor {
	return newMiddleware(az, cfg).unary
}

// StreamInterceptor returns the interceptor of [Middleware] for streams. A server
// needs the one for unary calls, too.
func StreamInterceptor(az *authz.Authorizer, cfg Config) grpc.StreamServerInterceptor {
	return newMiddleware(az, cfg).stream
}

type middleware struct {
	az  *authz.Authorizer
	cfg Config
}

func newMiddleware(az *authz.Authorizer, cfg Config) *middleware {
	if az == nil || cfg.Actor == nil {
		panic("grpcauthz: Middleware needs an Authorizer and Config.Actor")
	}
	for method, reason := range cfg.Exempt {
		if _, err := authz.NewRPC(method, nil, nil); err != nil || reason == "" {
			panic("grpcauthz: Config.Exempt needs full methods and reasons, not " + strconv.Quote(method) + ": " + strconv.Quote(reason))
		}
	}
	return &middleware{az, cfg}
}

// A call is one call while it is served.
type call struct {
	*middleware
	method   string
	actor    any
	metadata func(name string) []string
}

// exempt reports whether nothing has to be asked about a method.
func (m *middleware) exempt(ctx context.Context, method string) bool {
	reason, ok := m.cfg.Exempt[method]
	if ok {
		authz.Skip(authz.NewContext(ctx, m.az, nil), reason)
	}
	return ok
}

// admit returns the call and the context for its handler, or why there is none.
func (m *middleware) admit(ctx context.Context, method string, message any) (*call, context.Context, error) {
	actor, err := m.az.FindActor(ctx, method, m.cfg.Actor)
	if err != nil {
		return nil, nil, err
	}
	c := &call{m, method, actor, func(name string) []string { return metadata.ValueFromIncomingContext(ctx, name) }}
	if err := c.authorize(ctx, message, false); err != nil {
		return nil, nil, err
	}
	return c, authz.NewContext(ctx, m.az, actor), nil
}

// authorize asks whether the actor may make the call with that message, or nil.
func (c *call) authorize(ctx context.Context, message any, outgoing bool) error {
	rpc, err := authz.NewRPC(c.method, c.metadata, message)
	if err != nil {
		return err
	}
	rpc.Outgoing = outgoing
	return c.az.AuthorizeRPC(ctx, c.actor, rpc)
}

// refuse returns the status for err, and notifies the application.
func (m *middleware) refuse(ctx context.Context, method string, err error) error {
	m.notify(ctx, method, err)
	return Refuse(ctx, err)
}

// notify notifies the observer and the application of a refusal.
func (m *middleware) notify(ctx context.Context, method string, err error) {
	known := ctx
	if _, ok := authz.FromContext(ctx); !ok {
		known = authz.NewContext(ctx, m.az, nil)
	}
	authz.ReportRefusal(known, method, err)
	if m.cfg.OnRefusal == nil {
		return
	}
	defer func() { _ = recover() }()
	m.cfg.OnRefusal(ctx, method, err)
}

// answer returns what the client gets for the error of a handler, or for nil, and
// whether that is a refusal.
func (m *middleware) answer(ctx context.Context, method string, err error) (refused bool, answer error) {
	if !isOurs(err) {
		return false, err
	}
	return true, m.refuse(ctx, method, err)
}

func (m *middleware) unary(ctx context.Context, req any, info *grpc.UnaryServerInfo, handler grpc.UnaryHandler) (any, error) {
	method := info.FullMethod
	if m.exempt(ctx, method) {
		resp, err := handler(ctx, req)
		if refused, err := m.answer(ctx, method, err); refused {
			return nil, err
		}
		return resp, err
	}
	_, inner, err := m.admit(ctx, method, req)
	if err != nil {
		return nil, m.refuse(ctx, method, err)
	}
	var out *outbox
	if m.cfg.RequireDecision {
		inner, out = newOutbox(inner, nil)
	}
	resp, err := handler(inner, req)
	if out != nil && succeeds(err) && !out.settled() {
		err = ErrNoDecision
	}
	refused, err := m.answer(ctx, method, err)
	if refused {
		return nil, err
	}
	if out != nil {
		out.release()
	}
	return resp, err
}

func (m *middleware) stream(srv any, ss grpc.ServerStream, info *grpc.StreamServerInfo, handler grpc.StreamHandler) error {
	ctx, method := ss.Context(), info.FullMethod
	if m.exempt(ctx, method) {
		_, err := m.answer(ctx, method, handler(srv, ss))
		return err
	}
	c, inner, err := m.admit(ctx, method, nil)
	if err != nil {
		return m.refuse(ctx, method, err)
	}
	// grpc-go passes the implementation of the service, and nil for a method that
	// it knows nothing about.
	if srv == nil && !m.cfg.UnknownMethods {
		return status.Error(codes.Unimplemented, "unknown method "+strconv.Quote(method))
	}
	s := &stream{ServerStream: ss, call: c, ctx: inner}
	if m.cfg.RequireDecision {
		s.ctx, s.out = newOutbox(inner, ss)
	}
	return s.finish(handler(srv, s))
}

// succeeds reports whether a client sees the error of a handler as a success.
func succeeds(err error) bool { return status.Code(err) == codes.OK }
