package grpcauthz_test

// This file tests Config.RequireDecision.

import (
	"context"
	"errors"
	"io"
	"testing"

	"google.golang.org/grpc"
	"google.golang.org/grpc/codes"
	"google.golang.org/grpc/metadata"
	"google.golang.org/grpc/status"

	grpcauthz "github.com/ursa-authz/ursa/adapters/grpc"
	pb "github.com/ursa-authz/ursa/adapters/grpc/internal/expensespb"
	"github.com/ursa-authz/ursa/authz"
)

// requiring returns options of a server with RequireDecision, and the refusals.
func requiring(t *testing.T) ([]grpc.ServerOption, chan error) {
	refused := make(chan error, 10)
	return grpcauthz.Middleware(newAuthorizer(t, ""), withActor(func(c *grpcauthz.Config) {
		c.RequireDecision = true
		c.OnRefusal = func(_ context.Context, _ string, err error) { refused <- err }
	})), refused
}

// okError is an error that gRPC takes for a success.
type okError struct{}

func (okError) Error() string              { return "fine" }
func (okError) GRPCStatus() *status.Status { return status.New(codes.OK, "") }

func TestRequireDecisionUnary(t *testing.T) {
	mine := &pb.Expense{Id: 1, UserId: 1}
	tests := []struct {
		name  string
		get   func(context.Context) (*pb.Expense, error)
		code  codes.Code
		sends bool // the metadata that it sets
	}{
		{"authorizes", func(ctx context.Context) (*pb.Expense, error) { return authz.Authorize(ctx, "read", mine) }, codes.OK, true},
		{"skips", func(ctx context.Context) (*pb.Expense, error) { authz.Skip(ctx, "public"); return mine, nil }, codes.OK, true},
		{"forgets", func(context.Context) (*pb.Expense, error) { return mine, nil }, codes.Internal, false},
		{"forgets, with an error that is a success", func(context.Context) (*pb.Expense, error) { return mine, okError{} }, codes.Internal, false},
		{"asks with another context", func(ctx context.Context) (*pb.Expense, error) {
			actor, _ := authz.ActorFrom(ctx)
			az, _ := authz.FromContext(ctx)
			return mine, az.Authorize(context.Background(), actor, "read", mine)
		}, codes.Internal, false},
		{"ignores a denial", func(ctx context.Context) (*pb.Expense, error) {
			_, _ = authz.Authorize(ctx, "read", &pb.Expense{UserId: 2})
			return mine, nil
		}, codes.Internal, false},
		{"is denied", func(ctx context.Context) (*pb.Expense, error) {
			return authz.Authorize(ctx, "read", &pb.Expense{UserId: 2})
		}, codes.NotFound, false},
		{"refuses", func(ctx context.Context) (*pb.Expense, error) {
			return nil, grpcauthz.Refuse(ctx, authz.ErrForbidden)
		}, codes.PermissionDenied, false},
		{"fails", func(context.Context) (*pb.Expense, error) { return nil, status.Error(codes.AlreadyExists, "x") }, codes.AlreadyExists, true},
	}
	options, refused := requiring(t)
	var next func(context.Context) (*pb.Expense, error)
	client := pb.NewExpensesClient(serve(t, &service{get: func(ctx context.Context, _ *pb.GetRequest) (*pb.Expense, error) {
		if err := grpc.SetHeader(ctx, metadata.Pairs("x-header", "1")); err != nil {
			t.Error(err)
		}
		if err := grpc.SetTrailer(ctx, metadata.Pairs("x-trailer", "1")); err != nil {
			t.Error(err)
		}
		if method, _ := grpc.Method(ctx); method != pb.Expenses_Get_FullMethodName {
			t.Errorf("the method is %q", method)
		}
		return next(ctx)
	}}, options...))
	for _, tt := range tests {
		next = tt.get
		var header, trailer metadata.MD
		_, err := client.Get(as(t.Context(), "alice"), &pb.GetRequest{}, grpc.Header(&header), grpc.Trailer(&trailer))
		if status.Code(err) != tt.code {
			t.Errorf("%s: %v, want %v", tt.name, err, tt.code)
		}
		sent := len(header["x-header"]) + len(trailer["x-header"]) + len(trailer["x-trailer"])
		if want := map[bool]int{true: 2}[tt.sends]; sent != want {
			t.Errorf("%s: the client gets %v and %v", tt.name, header, trailer)
		}
		if tt.code == codes.Internal && !errors.Is(<-refused, grpcauthz.ErrNoDecision) {
			t.Errorf("%s: OnRefusal was not notified", tt.name)
		}
		for len(refused) > 0 {
			<-refused
		}
	}
}

func TestSendHeader(t *testing.T) {
	options, _ := requiring(t)
	client := pb.NewExpensesClient(serve(t, &service{get: func(ctx context.Context, req *pb.GetRequest) (*pb.Expense, error) {
		if req.GetId() == 1 {
			if _, err := authz.Authorize(ctx, "read", expense(1)); err != nil {
				return nil, err
			}
		}
		return expense(1), grpc.SendHeader(ctx, metadata.Pairs("x-header", "1"))
	}}, options...))
	for id, want := range map[int64]codes.Code{1: codes.OK, 2: codes.Internal} {
		var header metadata.MD
		_, err := client.Get(as(t.Context(), "alice"), &pb.GetRequest{Id: id}, grpc.Header(&header))
		if status.Code(err) != want || (len(header["x-header"]) > 0) != (want == codes.OK) {
			t.Errorf("%d: %v, %v; want %v", id, header, err, want)
		}
	}
}

func TestRequireDecisionStream(t *testing.T) {
	tests := []struct {
		name  string
		list  func(grpc.ServerStreamingServer[pb.Expense]) error
		sent  int
		code  codes.Code
		sends bool
	}{
		{"authorizes", func(ss grpc.ServerStreamingServer[pb.Expense]) error {
			if _, err := authz.Authorize(ss.Context(), "read", expense(1)); err != nil {
				return err
			}
			return errors.Join(ss.Send(expense(1)), ss.Send(expense(1)))
		}, 2, codes.OK, true},
		{"forgets", func(ss grpc.ServerStreamingServer[pb.Expense]) error { return ss.Send(expense(1)) }, 0, codes.Internal, false},
		{"forgets, and ignores the error", func(ss grpc.ServerStreamingServer[pb.Expense]) error {
			_ = ss.Send(expense(1))
			_, err := authz.Authorize(ss.Context(), "read", expense(1))
			return errors.Join(err, ss.Send(expense(1)))
		}, 0, codes.Internal, false},
		{"sends nothing", func(grpc.ServerStreamingServer[pb.Expense]) error { return nil }, 0, codes.Internal, false},
		{"forgets, and sends metadata", func(ss grpc.ServerStreamingServer[pb.Expense]) error {
			return ss.SendHeader(metadata.Pairs("x-header", "2"))
		}, 0, codes.Internal, false},
		{"sends metadata", func(ss grpc.ServerStreamingServer[pb.Expense]) error {
			authz.Skip(ss.Context(), "public")
			return ss.SendHeader(metadata.MD{})
		}, 0, codes.OK, true},
		{"fails", func(grpc.ServerStreamingServer[pb.Expense]) error { return status.Error(codes.AlreadyExists, "x") }, 0, codes.AlreadyExists, true},
	}
	options, _ := requiring(t)
	var next func(grpc.ServerStreamingServer[pb.Expense]) error
	client := pb.NewExpensesClient(serve(t, &service{list: func(_ *pb.ListRequest, ss grpc.ServerStreamingServer[pb.Expense]) error {
		if err := ss.SetHeader(metadata.Pairs("x-header", "1")); err != nil {
			t.Error(err)
		}
		ss.SetTrailer(metadata.Pairs("x-trailer", "1"))
		return next(ss)
	}}, options...))
	for _, tt := range tests {
		next = tt.list
		list, err := client.List(as(t.Context(), "alice"), &pb.ListRequest{UserId: 1})
		if err != nil {
			t.Fatal(err)
		}
		sent := 0
		for {
			if _, err = list.Recv(); err != nil {
				break
			}
			sent++
		}
		if errors.Is(err, io.EOF) {
			err = nil
		}
		if sent != tt.sent || status.Code(err) != tt.code {
			t.Errorf("%s: %d messages, %v; want %d, %v", tt.name, sent, err, tt.sent, tt.code)
		}
		header, _ := list.Header()
		trailer := list.Trailer()
		got := len(header["x-header"]) + len(trailer["x-header"]) + len(trailer["x-trailer"])
		if want := map[bool]int{true: 2}[tt.sends]; got != want {
			t.Errorf("%s: the client gets %v and %v", tt.name, header, trailer)
		}
	}
}
