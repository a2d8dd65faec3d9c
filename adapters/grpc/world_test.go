package grpcauthz_test

// This file defines the application of these tests: a service of expenses, its policy,
// and a server on a real socket.

import (
	"context"
	"errors"
	"net"
	"sync/atomic"
	"testing"

	"google.golang.org/grpc"
	"google.golang.org/grpc/codes"
	"google.golang.org/grpc/credentials/insecure"
	"google.golang.org/grpc/metadata"
	"google.golang.org/grpc/status"

	grpcauthz "github.com/ursa-authz/ursa/adapters/grpc"
	pb "github.com/ursa-authz/ursa/adapters/grpc/internal/expensespb"
	"github.com/ursa-authz/ursa/authz"
)

type User struct {
	ID      int64 `polar:",id"`
	Auditor bool
}

// Crash is a method that fails a decision.
func (u *User) Crash() bool { panic("rule-secret") }

// Fault is a method that fails with the status of another service.
func (u *User) Fault() (bool, error) {
	return false, status.Error(codes.PermissionDenied, "rule-secret")
}

const policy = `
allow(_: User, "/expenses.v1.Expenses/Get", rpc: RPC) if rpc.message matches GetRequest;

# A stream is opened without a message; then each one is decided.
allow(_: User, "/expenses.v1.Expenses/List", _: RPC{message: nil});
allow(user: User, "/expenses.v1.Expenses/List", rpc: RPC{message: m}) if
    not rpc.outgoing and m matches ListRequest and (user.auditor or m.user_id = user.id);
allow(user: User, "/expenses.v1.Expenses/List", rpc: RPC{message: m}) if
    rpc.outgoing and m matches Expense and (user.auditor or m.user_id = user.id);

allow(_: User, "/expenses.v1.Expenses/Submit", _: RPC{message: nil});
allow(_: User, "/expenses.v1.Expenses/Submit", _: RPC{message: m}) if m matches Expense and m.amount < 1000;
allow(_: User, "/expenses.v1.Expenses/Submit", _: RPC{message: m, outgoing: true}) if m matches Summary;

allow(_: User, "/expenses.v1.Expenses/Discuss", _: RPC{message: nil});
allow(_: User, "/expenses.v1.Expenses/Discuss", _: RPC{message: m}) if m matches Note and not m.text = "forbidden";

# What may be done with an expense.
allow(user: User, "read", expense: Expense) if user.auditor or expense.user_id = user.id;
allow(user: User, "edit", expense: Expense) if expense.user_id = user.id and expense.amount < 1000;
`

// A source is a policy that tests replace.
type source struct{ text atomic.Pointer[string] }

func (s *source) Load(context.Context) ([]authz.Source, error) {
	return []authz.Source{{Name: "expenses.polar", Text: *s.text.Load()}}, nil
}

// newAuthorizer returns an Authorizer of the policy and of more rules.
func newAuthorizer(tb testing.TB, more string, change ...func(*authz.Config)) *authz.Authorizer {
	tb.Helper()
	cfg := authz.Config{
		Policies: authz.String("expenses.polar", policy+more),
		Classes: []authz.Class{
			authz.ClassOf[User](),
			authz.ClassOf[pb.Expense](), authz.ClassOf[pb.GetRequest](), authz.ClassOf[pb.ListRequest](),
			authz.ClassOf[pb.Summary](), authz.ClassOf[pb.Note](),
		},
		ReadAction: "read",
	}
	for _, c := range change {
		c(&cfg)
	}
	az, err := authz.New(cfg)
	if err != nil {
		tb.Fatal(err)
	}
	return az
}

// currentUser trusts metadata, which only a test may do.
func currentUser(ctx context.Context) (any, error) {
	user := metadata.ValueFromIncomingContext(ctx, "user")
	switch {
	case len(user) == 0:
		return nil, authz.ErrUnauthenticated
	case len(user) > 1:
		return nil, authz.ErrBadRequest
	}
	switch user[0] {
	case "alice":
		return &User{ID: 1}, nil
	case "bob":
		return &User{ID: 2}, nil
	case "auditor":
		return &User{ID: 3, Auditor: true}, nil
	case "nil":
		return nil, nil
	case "panic":
		panic("actor-secret")
	case "down":
		return nil, errors.New("actor-secret")
	}
	return nil, authz.ErrUnauthenticated
}

// as returns a context for calls of a user.
func as(ctx context.Context, user string, more ...string) context.Context {
	return metadata.AppendToOutgoingContext(ctx, append([]string{"user", user}, more...)...)
}

// expenses are the rows of the service, by id.
func expense(id int64) *pb.Expense {
	switch id {
	case 1:
		return &pb.Expense{Id: 1, UserId: 1, Amount: 100}
	case 2:
		return &pb.Expense{Id: 2, UserId: 2, Amount: 200}
	case 3:
		return &pb.Expense{Id: 3, UserId: 1, Amount: 2000}
	}
	return nil
}

// A service has the methods that a test gives it.
type service struct {
	pb.UnimplementedExpensesServer
	get     func(context.Context, *pb.GetRequest) (*pb.Expense, error)
	list    func(*pb.ListRequest, grpc.ServerStreamingServer[pb.Expense]) error
	submit  func(grpc.ClientStreamingServer[pb.Expense, pb.Summary]) error
	discuss func(grpc.BidiStreamingServer[pb.Note, pb.Note]) error
}

func (s *service) Get(ctx context.Context, req *pb.GetRequest) (*pb.Expense, error) {
	return s.get(ctx, req)
}

func (s *service) List(req *pb.ListRequest, ss grpc.ServerStreamingServer[pb.Expense]) error {
	return s.list(req, ss)
}

func (s *service) Submit(ss grpc.ClientStreamingServer[pb.Expense, pb.Summary]) error {
	return s.submit(ss)
}

func (s *service) Discuss(ss grpc.BidiStreamingServer[pb.Note, pb.Note]) error { return s.discuss(ss) }

// serve serves s, and whatever options add, until the test ends.
func serve(tb testing.TB, s *service, options ...grpc.ServerOption) *grpc.ClientConn {
	tb.Helper()
	return serveWith(tb, func(server *grpc.Server) { pb.RegisterExpensesServer(server, s) }, options...)
}

func serveWith(tb testing.TB, register func(*grpc.Server), options ...grpc.ServerOption) *grpc.ClientConn {
	tb.Helper()
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		tb.Fatal(err)
	}
	server := grpc.NewServer(options...)
	register(server)
	done := make(chan error, 1)
	go func() { done <- server.Serve(l) }()
	conn, err := grpc.NewClient(l.Addr().String(), grpc.WithTransportCredentials(insecure.NewCredentials()))
	if err != nil {
		tb.Fatal(err)
	}
	tb.Cleanup(func() {
		conn.Close()
		server.Stop()
		if err := <-done; err != nil {
			tb.Error(err)
		}
	})
	return conn
}

func withActor(change ...func(*grpcauthz.Config)) grpcauthz.Config {
	cfg := grpcauthz.Config{Actor: currentUser}
	for _, c := range change {
		c(&cfg)
	}
	return cfg
}
