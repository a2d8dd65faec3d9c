package grpcauthz_test

// This file has the example of the package documentation and of docs/grpc.md.

import (
	"context"
	"database/sql"
	"fmt"
	"net"

	"google.golang.org/grpc"
	"google.golang.org/grpc/credentials/insecure"
	"google.golang.org/grpc/health"
	healthpb "google.golang.org/grpc/health/grpc_health_v1"
	"google.golang.org/grpc/metadata"
	"google.golang.org/grpc/status"

	grpcauthz "github.com/ursa-authz/ursa/adapters/grpc"
	pb "github.com/ursa-authz/ursa/adapters/grpc/internal/expensespb"
	"github.com/ursa-authz/ursa/authz"
)

const expensesPolicy = `
# Who may make which call.
allow(_: User, "/expenses.v1.Expenses/Get", _: RPC);

# A stream is opened without a message. Then each message is decided.
allow(_: User, "/expenses.v1.Expenses/List", _: RPC{message: nil});
allow(user: User, "/expenses.v1.Expenses/List", rpc: RPC{message: m}) if
    not rpc.outgoing and m matches ListRequest and m.user_id = user.id;
allow(user: User, "/expenses.v1.Expenses/List", rpc: RPC{message: m}) if
    rpc.outgoing and m matches Expense and m.user_id = user.id;

# Who may do what with an expense.
allow(user: User, "read", expense: Expense) if
    user.id = expense.user_id;
`

// userOf trusts metadata, which only an example may do.
func userOf(ctx context.Context) (any, error) {
	if user := metadata.ValueFromIncomingContext(ctx, "user"); len(user) == 1 && user[0] == "alice" {
		return &User{ID: 1}, nil
	}
	return nil, authz.ErrUnauthenticated
}

// loadExpense loads the expense of a request, as from a database.
func loadExpense(_ context.Context, req *pb.GetRequest) (*pb.Expense, error) {
	if e := expense(req.GetId()); e != nil {
		return e, nil
	}
	return nil, sql.ErrNoRows
}

func showExpense(_ context.Context, _ *pb.GetRequest, e *pb.Expense) (*pb.Expense, error) {
	return e, nil
}

// An expenseServer is generated code's ExpensesServer.
type expenseServer struct {
	pb.UnimplementedExpensesServer
	get func(context.Context, *pb.GetRequest) (*pb.Expense, error)
}

func (s *expenseServer) Get(ctx context.Context, req *pb.GetRequest) (*pb.Expense, error) {
	return s.get(ctx, req)
}

func (s *expenseServer) List(req *pb.ListRequest, ss grpc.ServerStreamingServer[pb.Expense]) error {
	for _, id := range []int64{1, 3} {
		e, err := authz.Authorize(ss.Context(), "read", expense(id))
		if err != nil {
			return err
		}
		if err := ss.Send(e); err != nil {
			return err
		}
	}
	return nil
}

func Example() {
	az, err := authz.New(authz.Config{
		Policies: authz.String("expenses.polar", expensesPolicy),
		Classes: []authz.Class{
			authz.ClassOf[User](), authz.ClassOf[pb.Expense](), authz.ClassOf[pb.ListRequest](),
		},
		ReadAction: "read",
	})
	if err != nil {
		panic(err)
	}
	server := grpc.NewServer(grpcauthz.Middleware(az, grpcauthz.Config{
		Actor:           userOf,
		Exempt:          map[string]string{healthpb.Health_Check_FullMethodName: "asked by the load balancer"},
		RequireDecision: true,
	})...)
	pb.RegisterExpensesServer(server, &expenseServer{
		get: grpcauthz.Guard(az, "read", loadExpense, showExpense),
	})
	healthpb.RegisterHealthServer(server, health.NewServer())

	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		panic(err)
	}
	go server.Serve(l)
	defer server.Stop()
	conn, err := grpc.NewClient(l.Addr().String(), grpc.WithTransportCredentials(insecure.NewCredentials()))
	if err != nil {
		panic(err)
	}
	defer conn.Close()

	client := pb.NewExpensesClient(conn)
	alice := metadata.AppendToOutgoingContext(context.Background(), "user", "alice")
	for _, id := range []int64{1, 2, 9} {
		e, err := client.Get(alice, &pb.GetRequest{Id: id})
		fmt.Println(id, e.GetAmount(), status.Code(err))
	}
	_, err = client.Get(context.Background(), &pb.GetRequest{Id: 1})
	fmt.Println(status.Code(err))
	_, err = healthpb.NewHealthClient(conn).Check(context.Background(), &healthpb.HealthCheckRequest{})
	fmt.Println("health:", status.Code(err))
	list, err := client.List(alice, &pb.ListRequest{UserId: 1})
	for err == nil {
		var e *pb.Expense
		if e, err = list.Recv(); err == nil {
			fmt.Println("listed", e.GetId())
		}
	}
	// Output:
	// 1 100 OK
	// 2 0 NotFound
	// 9 0 NotFound
	// Unauthenticated
	// health: OK
	// listed 1
	// listed 3
}
