package authz_test

// This file tests AuthorizeLoaded.

import (
	"database/sql"
	"errors"
	"fmt"
	"testing"

	"github.com/ursa-authz/ursa/authz"
)

func TestAuthorizeLoaded(t *testing.T) {
	az := newRPCAuthorizer(t, `allow(_, "read", r: GetRequest) if r.owner = "alice";`)
	down := errors.New("down")
	tests := []struct {
		name     string
		resource *rpcRequest
		err      error
		want     error
	}{
		{"allowed", &rpcRequest{"alice"}, nil, nil},
		{"denied", &rpcRequest{"bob"}, nil, authz.ErrForbidden},
		{"nil", nil, nil, authz.ErrNotFound},
		{"no rows", &rpcRequest{"alice"}, fmt.Errorf("load: %w", sql.ErrNoRows), authz.ErrNotFound},
		{"fault", &rpcRequest{"alice"}, down, down},
	}
	for _, tt := range tests {
		got, err := authz.AuthorizeLoaded(t.Context(), az, &rpcUser{}, "read", tt.resource, tt.err)
		if !errors.Is(err, tt.want) || (err == nil) != (tt.want == nil) || (got == nil) != (err != nil) {
			t.Errorf("%s: %v, %v; want %v", tt.name, got, err, tt.want)
		}
	}
	if _, err := authz.AuthorizeLoaded[any](t.Context(), az, &rpcUser{}, "read", nil, nil); !errors.Is(err, authz.ErrNotFound) {
		t.Errorf("a nil interface: %v", err)
	}
}
