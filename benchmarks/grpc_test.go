package benchmarks

// This file measures gRPC calls with and without grpcauthz.Middleware.

import (
	"context"
	"net"
	"testing"

	"google.golang.org/grpc"
	"google.golang.org/grpc/credentials/insecure"
	"google.golang.org/grpc/health"
	healthpb "google.golang.org/grpc/health/grpc_health_v1"
	"google.golang.org/grpc/metadata"

	grpcauthz "github.com/ursa-authz/ursa/adapters/grpc"
	"github.com/ursa-authz/ursa/authz"
)

// grpcMiddleware returns an Authorizer and the Config of a server of one method. Users
// are found by metadata in a map, as those of BenchmarkMiddleware by a header.
func grpcMiddleware(tb testing.TB, requireDecision bool) (*authz.Authorizer, grpcauthz.Config) {
	users := map[string]*User{"alice": {ID: 1, Name: "alice"}}
	az, err := authz.New(authz.Config{
		Policies: authz.String("rpc.polar", `allow(_: User, "/grpc.health.v1.Health/Check", _: RPC);`),
		Classes:  []authz.Class{authz.ClassOf[User](), authz.ClassOf[Guest]()},
	})
	if err != nil {
		tb.Fatal(err)
	}
	return az, grpcauthz.Config{
		Actor: func(ctx context.Context) (any, error) {
			if name := metadata.ValueFromIncomingContext(ctx, "user"); len(name) == 1 && users[name[0]] != nil {
				return users[name[0]], nil
			}
			return Guest{}, nil
		},
		RequireDecision: requireDecision,
	}
}

// skipping is a health server whose calls satisfy RequireDecision.
type skipping struct{ *health.Server }

func (s skipping) Check(ctx context.Context, req *healthpb.HealthCheckRequest) (*healthpb.HealthCheckResponse, error) {
	authz.Skip(ctx, "a benchmark")
	return s.Server.Check(ctx, req)
}

// BenchmarkGRPC measures a unary call: the round trip to a server on this machine, and
// the interceptor alone.
func BenchmarkGRPC(b *testing.B) {
	for _, mode := range []string{"no", "yes", "require"} {
		az, cfg := grpcMiddleware(b, mode == "require")
		b.Run("over=grpc/middleware="+mode, func(b *testing.B) {
			var options []grpc.ServerOption
			if mode != "no" {
				options = grpcauthz.Middleware(az, cfg)
			}
			l, err := net.Listen("tcp", "127.0.0.1:0")
			if err != nil {
				b.Fatal(err)
			}
			server := grpc.NewServer(options...)
			healthpb.RegisterHealthServer(server, skipping{health.NewServer()})
			go server.Serve(l)
			defer server.Stop()
			conn, err := grpc.NewClient(l.Addr().String(), grpc.WithTransportCredentials(insecure.NewCredentials()))
			if err != nil {
				b.Fatal(err)
			}
			defer conn.Close()
			client := healthpb.NewHealthClient(conn)
			ctx := metadata.AppendToOutgoingContext(context.Background(), "user", "alice")
			b.ReportAllocs()
			for b.Loop() {
				if _, err := client.Check(ctx, &healthpb.HealthCheckRequest{}); err != nil {
					b.Fatal(err)
				}
			}
		})
		b.Run("over=call/middleware="+mode, func(b *testing.B) {
			interceptor := func(ctx context.Context, req any, _ *grpc.UnaryServerInfo, handler grpc.UnaryHandler) (any, error) {
				return handler(ctx, req)
			}
			if mode != "no" {
				interceptor = grpcauthz.UnaryInterceptor(az, cfg)
			}
			resp := new(healthpb.HealthCheckResponse)
			handler := func(ctx context.Context, _ any) (any, error) {
				authz.Skip(ctx, "a benchmark")
				return resp, nil
			}
			ctx := metadata.NewIncomingContext(context.Background(), metadata.Pairs("user", "alice"))
			info := &grpc.UnaryServerInfo{FullMethod: healthpb.Health_Check_FullMethodName}
			b.ReportAllocs()
			for b.Loop() {
				if _, err := interceptor(ctx, info, info, handler); err != nil {
					b.Fatal(err)
				}
			}
		})
	}
}
