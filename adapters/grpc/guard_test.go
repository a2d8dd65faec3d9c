package grpcauthz_test

// This file tests Guard.

import (
	"context"
	"database/sql"
	"errors"
	"testing"

	"google.golang.org/grpc/codes"
	"google.golang.org/grpc/status"
	"google.golang.org/protobuf/proto"

	grpcauthz "github.com/ursa-authz/ursa/adapters/grpc"
	pb "github.com/ursa-authz/ursa/adapters/grpc/internal/expensespb"
	"github.com/ursa-authz/ursa/authz"
)

func TestGuard(t *testing.T) {
	gone := errors.New("secret: gone")
	az := newAuthorizer(t, "", func(c *authz.Config) { c.NotFound = []error{gone} })
	tests := []struct {
		name   string
		load   func() (*pb.Expense, error)
		handle error
		want   codes.Code
		text   string
	}{
		{"allowed", func() (*pb.Expense, error) { return expense(1), nil }, nil, codes.OK, ""},
		{"denied", func() (*pb.Expense, error) { return expense(3), nil }, nil, codes.PermissionDenied, "permission denied"},
		{"hidden", func() (*pb.Expense, error) { return expense(2), nil }, nil, codes.NotFound, "not found"},
		{"nil", func() (*pb.Expense, error) { return nil, nil }, nil, codes.NotFound, "not found"},
		{"no rows", func() (*pb.Expense, error) { return nil, sql.ErrNoRows }, nil, codes.NotFound, "not found"},
		{"gone", func() (*pb.Expense, error) { return nil, gone }, nil, codes.NotFound, "not found"},
		{"own status NotFound", func() (*pb.Expense, error) { return nil, status.Error(codes.NotFound, "secret") }, nil, codes.NotFound, "not found"},
		{"own status", func() (*pb.Expense, error) { return nil, status.Error(codes.InvalidArgument, "the id") }, nil, codes.InvalidArgument, "the id"},
		{"fault", func() (*pb.Expense, error) { return expense(1), errors.New("secret") }, nil, codes.Internal, "the call could not be decided"},
		{"denied in the handler", func() (*pb.Expense, error) { return expense(1), nil }, authz.ErrForbidden, codes.PermissionDenied, "permission denied"},
		{"fails in the handler", func() (*pb.Expense, error) { return expense(1), nil }, status.Error(codes.AlreadyExists, "x"), codes.AlreadyExists, "x"},
	}
	for _, tt := range tests {
		loads := 0
		get := grpcauthz.Guard(az, "edit",
			func(ctx context.Context, _ *pb.GetRequest) (*pb.Expense, error) {
				if loads++; !authz.Loading(ctx) {
					t.Errorf("%s: a repository would ask as well as Guard", tt.name)
				}
				return tt.load()
			},
			func(ctx context.Context, _ *pb.GetRequest, e *pb.Expense) (*pb.Expense, error) {
				if authz.Loading(ctx) {
					t.Errorf("%s: the handler would get rows that nobody authorizes", tt.name)
				}
				if actor, _ := authz.ActorFrom(ctx); actor == nil {
					t.Errorf("%s: the handler has no actor", tt.name)
				}
				return e, tt.handle
			})
		cfg := withActor(func(c *grpcauthz.Config) { c.RequireDecision = true })
		client := pb.NewExpensesClient(serve(t, &service{get: get}, grpcauthz.Middleware(az, cfg)...))
		got, err := client.Get(as(t.Context(), "alice"), &pb.GetRequest{})
		if s := status.Convert(err); s.Code() != tt.want || s.Message() != tt.text || loads != 1 {
			t.Errorf("%s: %v, %v, loaded %d times; want %v", tt.name, got, err, loads, tt.want)
		}
	}
}

// TestGuardAlone tests Guard without Middleware: nobody is known.
func TestGuardAlone(t *testing.T) {
	az := newAuthorizer(t, `allow(_, "look", _);`)
	handled := false
	get := grpcauthz.Guard(az, "look",
		func(context.Context, *pb.GetRequest) (*pb.Expense, error) { return expense(1), nil },
		func(context.Context, *pb.GetRequest, *pb.Expense) (*pb.Expense, error) {
			handled = true
			return nil, nil
		})
	client := pb.NewExpensesClient(serve(t, &service{get: get}))
	if _, err := client.Get(as(t.Context(), "alice"), &pb.GetRequest{}); status.Code(err) != codes.Internal || handled {
		t.Errorf("%v, handled %v", err, handled)
	}
	ctx := authz.NewContext(t.Context(), az, &User{ID: 1})
	if _, err := get(ctx, &pb.GetRequest{}); err != nil || !handled {
		t.Errorf("with an actor: %v, handled %v", err, handled)
	}
}

// TestRefusalIsStatus tests that what Refuse returns is found as a status and as the
// error it stands for, and prints no more than the status.
func TestRefusalIsStatus(t *testing.T) {
	cause := errors.Join(errors.New("secret"), authz.ErrUnauthenticated)
	err := grpcauthz.Refuse(t.Context(), cause)
	if status.Code(err) != codes.Unauthenticated || !errors.Is(err, authz.ErrUnauthenticated) {
		t.Errorf("%v", err)
	}
	plain := status.New(codes.Unauthenticated, "unauthenticated")
	if err.Error() != plain.Err().Error() || !proto.Equal(status.Convert(err).Proto(), plain.Proto()) {
		t.Errorf("%v, want %v", err, plain.Err())
	}
}
