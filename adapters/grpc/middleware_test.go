package grpcauthz_test

// This file tests Middleware: the codes of refusals, what clients learn from them, and
// that no handler runs for a call that is refused.

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"google.golang.org/genproto/googleapis/rpc/errdetails"
	"google.golang.org/grpc"
	"google.golang.org/grpc/codes"
	"google.golang.org/grpc/health"
	healthpb "google.golang.org/grpc/health/grpc_health_v1"
	"google.golang.org/grpc/metadata"
	"google.golang.org/grpc/status"
	"google.golang.org/protobuf/proto"
	"google.golang.org/protobuf/types/known/emptypb"

	grpcauthz "github.com/ursa-authz/ursa/adapters/grpc"
	pb "github.com/ursa-authz/ursa/adapters/grpc/internal/expensespb"
	"github.com/ursa-authz/ursa/authz"
)

// authorizing returns a handler that authorizes an action on the expense.
func authorizing(action string) func(context.Context, *pb.GetRequest) (*pb.Expense, error) {
	return func(ctx context.Context, req *pb.GetRequest) (*pb.Expense, error) {
		e := expense(req.GetId())
		if e == nil {
			return nil, authz.ErrNotFound
		}
		return authz.Authorize(ctx, action, e)
	}
}

// decisionID returns the id of the decision that a status shows, or "".
func decisionID(err error) string {
	for _, d := range status.Convert(err).Details() {
		if info, ok := d.(*errdetails.RequestInfo); ok {
			return info.GetRequestId()
		}
	}
	return ""
}

func TestCodes(t *testing.T) {
	var seen sync.Map
	az := newAuthorizer(t, "", func(c *authz.Config) {
		c.Observe = func(_ context.Context, d authz.Event) { seen.Store(d.DecisionID(), true) }
	})
	ran := new(atomic.Int32)
	handler := func(ctx context.Context, req *pb.GetRequest) (*pb.Expense, error) {
		ran.Add(1)
		return authorizing("edit")(ctx, req)
	}
	client := pb.NewExpensesClient(serve(t, &service{get: handler}, grpcauthz.Middleware(az, withActor())...))
	tests := []struct {
		name string
		ctx  func(context.Context) context.Context
		id   int64
		code codes.Code
		runs bool
		told bool // the status has the id of a decision
	}{
		{"allowed", func(ctx context.Context) context.Context { return as(ctx, "alice") }, 1, codes.OK, true, false},
		{"denied", func(ctx context.Context) context.Context { return as(ctx, "alice") }, 3, codes.PermissionDenied, true, true},
		{"hidden", func(ctx context.Context) context.Context { return as(ctx, "alice") }, 2, codes.NotFound, true, false},
		{"missing", func(ctx context.Context) context.Context { return as(ctx, "alice") }, 9, codes.NotFound, true, false},
		{"nobody", func(ctx context.Context) context.Context { return ctx }, 1, codes.Unauthenticated, false, false},
		{"unknown user", func(ctx context.Context) context.Context { return as(ctx, "mallory") }, 1, codes.Unauthenticated, false, false},
		{"two users", func(ctx context.Context) context.Context { return as(ctx, "alice", "user", "bob") }, 1, codes.InvalidArgument, false, false},
		{"nil actor", func(ctx context.Context) context.Context { return as(ctx, "nil") }, 1, codes.Internal, false, true},
		{"panic in Actor", func(ctx context.Context) context.Context { return as(ctx, "panic") }, 1, codes.Internal, false, true},
		{"fault in Actor", func(ctx context.Context) context.Context { return as(ctx, "down") }, 1, codes.Internal, false, true},
	}
	for _, tt := range tests {
		ran.Store(0)
		got, err := client.Get(tt.ctx(t.Context()), &pb.GetRequest{Id: tt.id})
		if status.Code(err) != tt.code || (tt.code == codes.OK) != (got.GetId() == tt.id) {
			t.Errorf("%s: %v, %v; want %v", tt.name, got, err, tt.code)
		}
		if (ran.Load() > 0) != tt.runs {
			t.Errorf("%s: the handler ran %d times", tt.name, ran.Load())
		}
		if err != nil && (strings.Contains(err.Error(), "secret") || strings.Contains(err.Error(), "polar") || strings.Contains(err.Error(), "authz")) {
			t.Errorf("%s: a client learns from %v", tt.name, err)
		}
		if id := decisionID(err); (id != "") != tt.told {
			t.Errorf("%s: the id of the decision is %q", tt.name, id)
		} else if _, ok := seen.Load(id); id != "" && !ok {
			t.Errorf("%s: no observer has seen the id", tt.name)
		}
	}
	// A resource that is hidden is answered as a missing one, to the byte.
	_, hidden := client.Get(as(t.Context(), "alice"), &pb.GetRequest{Id: 2})
	_, missing := client.Get(as(t.Context(), "alice"), &pb.GetRequest{Id: 9})
	if !proto.Equal(status.Convert(hidden).Proto(), status.Convert(missing).Proto()) {
		t.Errorf("hidden is %v, missing is %v", hidden, missing)
	}
}

// TestRuleFaults tests faults in the rules about calls and about resources.
func TestRuleFaults(t *testing.T) {
	tests := []struct {
		name, more string
		code       codes.Code
	}{
		{"panic about the call", `allow(user: User, "/expenses.v1.Expenses/Get", _: RPC) if user.crash();`, codes.Internal},
		{"panic about the resource", `allow(user: User, "share", _: Expense) if user.crash();`, codes.Internal},
		{"status of another service", `allow(user: User, "share", _: Expense) if user.fault();`, codes.Internal},
		{"no rule", ``, codes.PermissionDenied},
		{"metadata twice", `allow(_, "share", _: Expense); deny(_, "/expenses.v1.Expenses/Get", rpc: RPC) if rpc.metadata("x-twice") = "a";`, codes.InvalidArgument},
		{"credentials", `allow(_, "share", _: Expense); deny(_, "/expenses.v1.Expenses/Get", rpc: RPC) if rpc.metadata("authorization") = "a";`, codes.Internal},
	}
	for _, tt := range tests {
		rules := policy
		if strings.Contains(tt.name, "about the call") {
			rules = ""
		}
		az := newAuthorizer(t, "", func(c *authz.Config) {
			c.Policies = authz.String("expenses.polar", rules+tt.more)
			c.DenyRule = true
		})
		client := pb.NewExpensesClient(serve(t, &service{get: authorizing("share")}, grpcauthz.Middleware(az, withActor())...))
		ctx := as(t.Context(), "alice", "x-twice", "a", "x-twice", "b", "authorization", "Bearer rule-secret")
		_, err := client.Get(ctx, &pb.GetRequest{Id: 1})
		if status.Code(err) != tt.code || err != nil && strings.Contains(err.Error(), "secret") {
			t.Errorf("%s: %v, want %v", tt.name, err, tt.code)
		}
	}
}

// TestOtherErrors tests that errors that are not authz's are answered as grpc-go does,
// and that a status behind an undecided error is not.
func TestOtherErrors(t *testing.T) {
	tests := []struct {
		err  error
		code codes.Code
		text string
	}{
		{status.Error(codes.AlreadyExists, "there is one"), codes.AlreadyExists, "there is one"},
		{errors.New("plain"), codes.Unknown, "plain"},
		{fmt.Errorf("x: %w", authz.ErrForbidden), codes.PermissionDenied, "permission denied"},
		{errors.Join(status.Error(codes.AlreadyExists, "there is one"), authz.ErrUndecided), codes.Internal, "the call could not be decided"},
		{grpcauthz.Refuse(t.Context(), errors.New("plain")), codes.Internal, "the call could not be decided"},
		{grpcauthz.Refuse(t.Context(), nil), codes.Internal, "the call could not be decided"},
		{fmt.Errorf("secret: %w", grpcauthz.Refuse(t.Context(), authz.ErrNotFound)), codes.NotFound, "not found"},
	}
	var next error
	get := func(context.Context, *pb.GetRequest) (*pb.Expense, error) { return &pb.Expense{}, next }
	client := pb.NewExpensesClient(serve(t, &service{get: get}, grpcauthz.Middleware(newAuthorizer(t, ""), withActor())...))
	for _, tt := range tests {
		next = tt.err
		_, err := client.Get(as(t.Context(), "alice"), &pb.GetRequest{})
		if s := status.Convert(err); s.Code() != tt.code || s.Message() != tt.text {
			t.Errorf("%v: the client gets %v", tt.err, err)
		}
	}
}

// TestHandlerPanics tests that the panic of a handler reaches a recovery outside.
func TestHandlerPanics(t *testing.T) {
	recovered := status.Error(codes.DataLoss, "recovered")
	s := &service{
		get:  func(context.Context, *pb.GetRequest) (*pb.Expense, error) { panic("boom") },
		list: func(*pb.ListRequest, grpc.ServerStreamingServer[pb.Expense]) error { panic("boom") },
	}
	unary := func(ctx context.Context, req any, _ *grpc.UnaryServerInfo, handler grpc.UnaryHandler) (_ any, err error) {
		defer func() {
			if recover() != nil {
				err = recovered
			}
		}()
		return handler(ctx, req)
	}
	stream := func(srv any, ss grpc.ServerStream, _ *grpc.StreamServerInfo, handler grpc.StreamHandler) (err error) {
		defer func() {
			if recover() != nil {
				err = recovered
			}
		}()
		return handler(srv, ss)
	}
	options := []grpc.ServerOption{grpc.ChainUnaryInterceptor(unary), grpc.ChainStreamInterceptor(stream)}
	cfg := withActor(func(c *grpcauthz.Config) { c.RequireDecision = true })
	client := pb.NewExpensesClient(serve(t, s, append(options, grpcauthz.Middleware(newAuthorizer(t, ""), cfg)...)...))
	if _, err := client.Get(as(t.Context(), "alice"), &pb.GetRequest{}); status.Code(err) != codes.DataLoss {
		t.Error(err)
	}
	list, err := client.List(as(t.Context(), "alice"), &pb.ListRequest{UserId: 1})
	if err != nil {
		t.Fatal(err)
	}
	if _, err := list.Recv(); status.Code(err) != codes.DataLoss {
		t.Error(err)
	}
}

// TestUnknownMethods tests methods that the server does not have.
func TestUnknownMethods(t *testing.T) {
	everything := `allow(_: User{auditor: true}, _, _: RPC);`
	var ran atomic.Int32
	unknown := grpc.UnknownServiceHandler(func(_ any, ss grpc.ServerStream) error {
		ran.Add(1)
		if err := ss.RecvMsg(&emptypb.Empty{}); err != nil {
			return err
		}
		return ss.SendMsg(&emptypb.Empty{})
	})
	tests := []struct {
		user, method string
		admit        bool
		code         codes.Code
	}{
		{"", "/admin.v1.Admin/Drop", true, codes.Unauthenticated},
		{"alice", "/admin.v1.Admin/Drop", true, codes.PermissionDenied},
		{"alice", "/expenses.v1.Expenses/get", true, codes.PermissionDenied},
		{"alice", "/expenses.v1.Expenses/Get/", true, codes.InvalidArgument},
		{"alice", "//expenses.v1.Expenses/Get", true, codes.PermissionDenied},
		{"alice", "/x/expenses.v1.Expenses/Get", true, codes.PermissionDenied},
		{"auditor", "expenses.v1.Expenses/Get", true, codes.Unimplemented}, // by grpc-go
		{"auditor", "/admin.v1.Admin/Drop", true, codes.OK},
		{"auditor", "/admin.v1.Admin/Drop", false, codes.Unimplemented},
		{"alice", "/admin.v1.Admin/Drop", false, codes.PermissionDenied},
		{"", "/admin.v1.Admin/Drop", false, codes.Unauthenticated},
	}
	for _, tt := range tests {
		ran.Store(0)
		cfg := withActor(func(c *grpcauthz.Config) { c.UnknownMethods = tt.admit })
		conn := serve(t, &service{}, append(grpcauthz.Middleware(newAuthorizer(t, everything), cfg), unknown)...)
		ctx := t.Context()
		if tt.user != "" {
			ctx = as(ctx, tt.user)
		}
		err := conn.Invoke(ctx, tt.method, &emptypb.Empty{}, &emptypb.Empty{})
		if status.Code(err) != tt.code || (ran.Load() > 0) != (tt.code == codes.OK) {
			t.Errorf("%q calls %s: %v, and the handler ran %d times; want %v", tt.user, tt.method, err, ran.Load(), tt.code)
		}
	}
}

func TestExempt(t *testing.T) {
	var mu sync.Mutex
	var reasons []string
	az := newAuthorizer(t, "", func(c *authz.Config) {
		c.Observe = func(_ context.Context, d authz.Event) {
			mu.Lock()
			defer mu.Unlock()
			if d.Verdict == authz.Skipped {
				reasons = append(reasons, d.Reason)
			}
		}
	})
	cfg := withActor(func(c *grpcauthz.Config) {
		c.Exempt = map[string]string{
			healthpb.Health_Check_FullMethodName: "asked by the load balancer",
			healthpb.Health_Watch_FullMethodName: "asked by clients",
		}
		c.RequireDecision = true
	})
	conn := serveWith(t, func(s *grpc.Server) {
		healthpb.RegisterHealthServer(s, health.NewServer())
	}, grpcauthz.Middleware(az, cfg)...)
	client := healthpb.NewHealthClient(conn)
	if _, err := client.Check(t.Context(), &healthpb.HealthCheckRequest{}); err != nil {
		t.Error(err)
	}
	watch, err := client.Watch(t.Context(), &healthpb.HealthCheckRequest{})
	if err != nil {
		t.Fatal(err)
	}
	if _, err := watch.Recv(); err != nil {
		t.Error(err)
	}
	if _, err := client.List(t.Context(), &healthpb.HealthListRequest{}); status.Code(err) != codes.Unauthenticated {
		t.Errorf("a method that is not listed: %v", err)
	}
	mu.Lock()
	defer mu.Unlock()
	if want := []string{"asked by the load balancer", "asked by clients"}; !slices.Equal(reasons, want) {
		t.Errorf("observers saw %q, want %q", reasons, want)
	}
}

func TestBadConfig(t *testing.T) {
	az := newAuthorizer(t, "")
	tests := map[string]func(){
		"no Authorizer": func() { grpcauthz.Middleware(nil, withActor()) },
		"no Actor":      func() { grpcauthz.Middleware(az, grpcauthz.Config{}) },
		"no reason": func() {
			grpcauthz.Middleware(az, withActor(func(c *grpcauthz.Config) { c.Exempt = map[string]string{"/a.B/C": ""} }))
		},
		"no method": func() {
			grpcauthz.Middleware(az, withActor(func(c *grpcauthz.Config) { c.Exempt = map[string]string{"a.B": "public"} }))
		},
	}
	for name, f := range tests {
		func() {
			defer func() {
				if recover() == nil {
					t.Errorf("%s: no panic", name)
				}
			}()
			f()
		}()
	}
}

// TestClientGone tests that a call whose client is gone, or whose time is over, is not
// answered as a fault.
func TestClientGone(t *testing.T) {
	began := make(chan context.CancelFunc, 1)
	get := func(ctx context.Context, req *pb.GetRequest) (*pb.Expense, error) {
		(<-began)()
		<-ctx.Done()
		return authorizing("read")(ctx, req)
	}
	for _, code := range []codes.Code{codes.Canceled, codes.DeadlineExceeded} {
		answered := make(chan error, 1)
		outside := func(ctx context.Context, req any, _ *grpc.UnaryServerInfo, handler grpc.UnaryHandler) (any, error) {
			if code == codes.DeadlineExceeded {
				var cancel context.CancelFunc
				ctx, cancel = context.WithDeadline(ctx, time.Unix(0, 0))
				defer cancel()
			}
			resp, err := handler(ctx, req)
			answered <- err
			return resp, err
		}
		refused := make(chan error, 2)
		cfg := withActor(func(c *grpcauthz.Config) {
			c.OnRefusal = func(_ context.Context, method string, err error) {
				if method != pb.Expenses_Get_FullMethodName {
					t.Errorf("OnRefusal was notified of %q", method)
				}
				refused <- err
				panic("which changes nothing")
			}
		})
		options := append([]grpc.ServerOption{grpc.ChainUnaryInterceptor(outside)}, grpcauthz.Middleware(newAuthorizer(t, ""), cfg)...)
		client := pb.NewExpensesClient(serve(t, &service{get: get}, options...))
		ctx, cancel := context.WithCancel(as(t.Context(), "alice"))
		defer cancel()
		if code == codes.Canceled {
			began <- cancel
		}
		if _, err := client.Get(ctx, &pb.GetRequest{Id: 1}); status.Code(err) != code {
			t.Errorf("the client sees %v", err)
		}
		if err := <-answered; status.Code(err) != code || decisionID(err) != "" {
			t.Errorf("the server answers %v, want %v", err, code)
		}
		if err := <-refused; !errors.Is(err, authz.ErrUndecided) || len(refused) != 0 {
			t.Errorf("OnRefusal was notified of %v", err)
		}
	}
}

// TestConcurrency tests that 64 goroutines with different actors each get their own
// answers.
func TestConcurrency(t *testing.T) {
	s := &service{get: authorizing("read"), list: listing}
	cfg := withActor(func(c *grpcauthz.Config) { c.RequireDecision = true })
	client := pb.NewExpensesClient(serve(t, s, grpcauthz.Middleware(newAuthorizer(t, ""), cfg)...))
	var wg sync.WaitGroup
	for i := range 64 {
		wg.Go(func() {
			me := int64(i%2 + 1)
			ctx := as(t.Context(), []string{"alice", "bob"}[i%2])
			for range 10 {
				if got, err := client.Get(ctx, &pb.GetRequest{Id: me}); err != nil || got.GetUserId() != me {
					t.Errorf("user %d: %v, %v", me, got, err)
				}
				if _, err := client.Get(ctx, &pb.GetRequest{Id: 3 - me}); status.Code(err) != codes.NotFound {
					t.Errorf("user %d sees another's: %v", me, err)
				}
				list, err := client.List(ctx, &pb.ListRequest{UserId: me})
				if err != nil {
					t.Error(err)
					return
				}
				if got, err := list.Recv(); err != nil || got.GetUserId() != me {
					t.Errorf("user %d: %v, %v", me, got, err)
				}
			}
		})
	}
	wg.Wait()
}

// listing sends the expenses 1 to 3 of the user that is asked for.
func listing(req *pb.ListRequest, ss grpc.ServerStreamingServer[pb.Expense]) error {
	for id := int64(1); id <= 3; id++ {
		e := expense(id)
		if e.GetUserId() != req.GetUserId() {
			continue
		}
		if _, err := authz.Authorize(ss.Context(), "read", e); err != nil {
			return err
		}
		if err := ss.Send(e); err != nil {
			return err
		}
	}
	return nil
}

// TestMetadata tests that policies read what the client sent.
func TestMetadata(t *testing.T) {
	az := newAuthorizer(t, "", func(c *authz.Config) {
		c.Policies = authz.String("p", `allow(_: User, "/expenses.v1.Expenses/Get", rpc: RPC) if rpc.metadata("X-Tenant") = "a";`)
	})
	get := func(context.Context, *pb.GetRequest) (*pb.Expense, error) { return &pb.Expense{}, nil }
	client := pb.NewExpensesClient(serve(t, &service{get: get}, grpcauthz.Middleware(az, withActor())...))
	for tenant, want := range map[string]codes.Code{"a": codes.OK, "b": codes.PermissionDenied} {
		ctx := metadata.AppendToOutgoingContext(as(t.Context(), "alice"), "X-TENANT", tenant)
		if _, err := client.Get(ctx, &pb.GetRequest{}); status.Code(err) != want {
			t.Errorf("tenant %s: %v", tenant, err)
		}
	}
}
