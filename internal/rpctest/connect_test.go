package rpctest

// This file tests the interceptor for connect in docs/grpc.md.

import (
	"context"
	"errors"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"

	"connectrpc.com/connect"
	"google.golang.org/protobuf/proto"
	"google.golang.org/protobuf/types/known/wrapperspb"

	"github.com/ursa-authz/ursa/authz"
)

// An interceptor authorizes the calls that a connect handler gets, and the messages of
// its streams.
type interceptor struct {
	az    *authz.Authorizer
	actor func(http.Header) (any, error)
}

// admit returns the context for the handler of a call, and a function that decides a
// message of it.
func (i *interceptor) admit(ctx context.Context, procedure string, header http.Header) (context.Context, func(message any, outgoing bool) error, error) {
	actor, err := i.az.FindActor(ctx, procedure, func(context.Context) (any, error) { return i.actor(header) })
	if err != nil {
		return ctx, nil, err
	}
	return authz.NewContext(ctx, i.az, actor), func(message any, outgoing bool) error {
		rpc, err := authz.NewRPC(procedure, header.Values, message)
		if err != nil {
			return err
		}
		rpc.Outgoing = outgoing
		return i.az.AuthorizeRPC(ctx, actor, rpc)
	}, nil
}

func (i *interceptor) WrapUnary(next connect.UnaryFunc) connect.UnaryFunc {
	return func(ctx context.Context, req connect.AnyRequest) (connect.AnyResponse, error) {
		if req.Spec().IsClient {
			return next(ctx, req)
		}
		ctx, decide, err := i.admit(ctx, req.Spec().Procedure, req.Header())
		if err == nil {
			err = decide(req.Any(), false)
		}
		if err != nil {
			return nil, refuse(ctx, err)
		}
		resp, err := next(ctx, req)
		if err != nil {
			return nil, refuse(ctx, err)
		}
		return resp, nil
	}
}

func (i *interceptor) WrapStreamingHandler(next connect.StreamingHandlerFunc) connect.StreamingHandlerFunc {
	return func(ctx context.Context, conn connect.StreamingHandlerConn) error {
		ctx, decide, err := i.admit(ctx, conn.Spec().Procedure, conn.RequestHeader())
		if err == nil {
			err = decide(nil, false)
		}
		if err != nil {
			return refuse(ctx, err)
		}
		s := &stream{StreamingHandlerConn: conn, decide: decide}
		err = next(ctx, s)
		if s.refused != nil {
			err = s.refused // whatever the handler makes of it
		}
		return refuse(ctx, err)
	}
}

func (i *interceptor) WrapStreamingClient(next connect.StreamingClientFunc) connect.StreamingClientFunc {
	return next
}

// A stream decides each message. It ends with the first one that is refused. Its
// handler must not send and receive at the same time.
type stream struct {
	connect.StreamingHandlerConn
	decide  func(message any, outgoing bool) error
	refused error
}

func (s *stream) Receive(m any) error {
	if s.refused != nil {
		return s.refused
	}
	if err := s.StreamingHandlerConn.Receive(m); err != nil {
		return err
	}
	if s.refused = s.decide(m, false); s.refused != nil {
		proto.Reset(m.(proto.Message)) // a handler that ignores the error has nothing to use
	}
	return s.refused
}

func (s *stream) Send(m any) error {
	if s.refused == nil {
		s.refused = s.decide(m, true)
	}
	if s.refused != nil {
		return s.refused
	}
	return s.StreamingHandlerConn.Send(m)
}

// refuse returns the error that a client gets for err. Nothing of an error of authz but
// its code is sent; other errors are left to connect.
func refuse(ctx context.Context, err error) error {
	code := connect.CodeUnknown
	switch {
	case errors.Is(err, authz.ErrBadRequest):
		code = connect.CodeInvalidArgument
	case errors.Is(err, authz.ErrUndecided) && errors.Is(ctx.Err(), context.Canceled):
		code = connect.CodeCanceled
	case errors.Is(err, authz.ErrUndecided) && ctx.Err() != nil:
		code = connect.CodeDeadlineExceeded
	case errors.Is(err, authz.ErrUndecided):
		code = connect.CodeInternal
	case errors.Is(err, authz.ErrUnauthenticated):
		code = connect.CodeUnauthenticated
	case errors.Is(err, authz.ErrForbidden):
		code = connect.CodePermissionDenied
	case errors.Is(err, authz.ErrNotFound):
		code = connect.CodeNotFound
	default:
		return err
	}
	return connect.NewError(code, errors.New(code.String()))
}

// The application: numbers in place of expenses, which belong to who is in the policy.

type User struct{ Name string }

const policy = `
allow(_: User, "/expenses.v1.Expenses/Get", rpc: RPC) if rpc.message.value > 0;
allow(_: User, "/expenses.v1.Expenses/List", _: RPC{message: nil});
allow(_: User, "/expenses.v1.Expenses/List", rpc: RPC{message: m}) if
    m matches Number and (rpc.outgoing = false or m.value < 3);
allow(user: User, "/expenses.v1.Expenses/Crash", _: RPC) if user.crash();
allow(_: User, "/expenses.v1.Expenses/Twice", rpc: RPC) if rpc.metadata("X-Tenant") = "a";
allow(_: User{name: "alice"}, "read", n: Number) if n.value != 2;
`

// Crash is a method that fails a decision.
func (u *User) Crash() bool { panic("secret") }

func number(n int64) *wrapperspb.Int64Value { return wrapperspb.Int64(n) }

func newServer(t *testing.T) *httptest.Server {
	az, err := authz.New(authz.Config{
		Policies: authz.String("p.polar", policy),
		Classes: []authz.Class{
			authz.ClassOf[User](),
			{Name: "Number", Type: authz.ClassOf[wrapperspb.Int64Value]().Type},
		},
		ReadAction: "read",
	})
	if err != nil {
		t.Fatal(err)
	}
	options := connect.WithInterceptors(&interceptor{az, func(h http.Header) (any, error) {
		if users := h.Values("User"); len(users) == 1 {
			return &User{users[0]}, nil
		}
		return nil, authz.ErrUnauthenticated
	}})
	get := func(ctx context.Context, req *connect.Request[wrapperspb.Int64Value]) (*connect.Response[wrapperspb.Int64Value], error) {
		n, err := authz.Authorize(ctx, "read", number(req.Msg.GetValue()))
		if err != nil {
			return nil, err
		}
		return connect.NewResponse(n), nil
	}
	mux := http.NewServeMux()
	for _, name := range []string{"Get", "Crash", "Twice", "Forbidden"} {
		procedure := "/expenses.v1.Expenses/" + name
		mux.Handle(procedure, connect.NewUnaryHandler(procedure, get, options))
	}
	mux.Handle("/expenses.v1.Expenses/List", connect.NewServerStreamHandler("/expenses.v1.Expenses/List",
		func(_ context.Context, req *connect.Request[wrapperspb.Int64Value], ss *connect.ServerStream[wrapperspb.Int64Value]) error {
			for n := range req.Msg.GetValue() {
				_ = ss.Send(number(n + 1)) // which hides nothing
			}
			return nil
		}, options))
	server := httptest.NewUnstartedServer(mux)
	server.EnableHTTP2 = true
	server.StartTLS()
	t.Cleanup(server.Close)
	return server
}

func TestConnect(t *testing.T) {
	server := newServer(t)
	const ok connect.Code = 0
	tests := []struct {
		user, method string
		n            int64
		want         connect.Code
	}{
		{"alice", "Get", 1, ok},
		{"alice", "Get", 2, connect.CodeNotFound},
		{"bob", "Get", 1, connect.CodeNotFound},
		{"alice", "Get", 0, connect.CodePermissionDenied},
		{"", "Get", 1, connect.CodeUnauthenticated},
		{"alice", "Forbidden", 1, connect.CodePermissionDenied},
		{"alice", "Crash", 1, connect.CodeInternal},
		{"alice", "Twice", 1, connect.CodeInvalidArgument},
		{"alice", "Unknown", 1, connect.CodeUnimplemented},
	}
	for _, protocol := range []connect.ClientOption{connect.WithGRPC(), connect.WithGRPCWeb(), connect.WithProtoJSON()} {
		for _, tt := range tests {
			client := connect.NewClient[wrapperspb.Int64Value, wrapperspb.Int64Value](server.Client(), server.URL+"/expenses.v1.Expenses/"+tt.method, protocol)
			req := connect.NewRequest(number(tt.n))
			if tt.user != "" {
				req.Header().Set("user", tt.user)
			}
			req.Header().Add("x-tenant", "a")
			req.Header().Add("x-tenant", "b")
			_, err := client.CallUnary(t.Context(), req)
			var code connect.Code
			if err != nil {
				code = connect.CodeOf(err)
			}
			if code != tt.want {
				t.Errorf("%q calls %s of %d: %v, want %v", tt.user, tt.method, tt.n, err, tt.want)
			}
			if err != nil && (strings.Contains(err.Error(), "secret") || strings.Contains(err.Error(), "authz")) {
				t.Errorf("a client learns from %v", err)
			}
		}
	}
}

func TestConnectStream(t *testing.T) {
	server := newServer(t)
	for n, want := range map[int64]connect.Code{2: 0, 5: connect.CodePermissionDenied} {
		client := connect.NewClient[wrapperspb.Int64Value, wrapperspb.Int64Value](server.Client(), server.URL+"/expenses.v1.Expenses/List", connect.WithGRPC())
		req := connect.NewRequest(number(n))
		req.Header().Set("user", "alice")
		list, err := client.CallServerStream(t.Context(), req)
		if err != nil {
			t.Fatal(err)
		}
		got := 0
		for list.Receive() {
			got++
		}
		var code connect.Code
		if err := list.Err(); err != nil {
			code = connect.CodeOf(err)
		}
		if got != 2 || code != want {
			t.Errorf("%d: %d messages, %v; want 2, %v", n, got, list.Err(), want)
		}
	}
}
