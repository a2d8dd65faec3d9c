package authz_test

// This file tests RPC and AuthorizeRPC: what policies see of a call, and what they
// are not shown.

import (
	"context"
	"errors"
	"net/http"
	"strings"
	"testing"

	"github.com/ursa-authz/ursa/authz"
	"github.com/ursa-authz/ursa/authz/ledger"
)

type rpcUser struct{ Name string }

type rpcRequest struct{ Owner string }

// newRPCAuthorizer returns an Authorizer whose policy is rules.
func newRPCAuthorizer(t *testing.T, rules string, change ...func(*authz.Config)) *authz.Authorizer {
	t.Helper()
	cfg := authz.Config{
		Policies: authz.String("rpc.polar", rules),
		Classes: []authz.Class{
			{Name: "User", Type: authz.ClassOf[rpcUser]().Type},
			{Name: "GetRequest", Type: authz.ClassOf[rpcRequest]().Type},
		},
	}
	for _, c := range change {
		c(&cfg)
	}
	az, err := authz.New(cfg)
	if err != nil {
		t.Fatal(err)
	}
	return az
}

func TestAuthorizeRPC(t *testing.T) {
	sent := map[string][]string{
		"x-tenant":            {"a"},
		"x-twice":             {"a", "b"},
		"x-trace-bin":         {"\x00"},
		"authorization":       {"Bearer secret"},
		"proxy-authorization": {"secret"},
		"cookie":              {"secret"},
		":authority":          {"a.example"},
	}
	metadata := func(name string) []string { return sent[name] }
	tests := []struct {
		rule string
		want error
	}{
		{`allow(_: User, "/expenses.v1.Expenses/Get", _: RPC);`, nil},
		{`allow(_: User, "expenses.v1.Expenses/Get", _: RPC);`, authz.ErrForbidden},
		{`allow(_: User, "/expenses.v1.Expenses/List", _: RPC);`, authz.ErrForbidden},
		{`allow(_, action, rpc: RPC) if action = rpc.full_method;`, nil},
		{`allow(_, _, _: RPC{service: "expenses.v1.Expenses", method: "Get"});`, nil},
		{`allow(_, _, _: RPC{service: "expenses.v1"});`, authz.ErrForbidden},
		{`allow(_, _, _: RPC{outgoing: true});`, authz.ErrForbidden},
		{`allow(u, _, _: RPC{message: m}) if m matches GetRequest and m.owner = u.name;`, nil},
		{`allow(_, _, _: RPC{message: m}) if m matches GetRequest{owner: "bob"};`, authz.ErrForbidden},
		{`allow(_, _, rpc: RPC) if rpc.message.nonsense = 1;`, authz.ErrUndecided},

		{`allow(_, _, rpc: RPC) if rpc.metadata("x-tenant") = "a";`, nil},
		{`allow(_, _, rpc: RPC) if rpc.metadata("X-TENANT") = "a";`, nil},
		{`allow(_, _, rpc: RPC) if rpc.metadata("x-missing") = nil;`, nil},
		{`allow(_, _, rpc: RPC) if rpc.metadata("x-twice") = "a";`, authz.ErrBadRequest},
		{`allow(_, _, rpc: RPC) if not rpc.metadata("x-twice") = "c";`, authz.ErrBadRequest},
		{`allow(_, _, rpc: RPC) if rpc.metadata("authorization") = "Bearer secret";`, authz.ErrUndecided},
		{`allow(_, _, rpc: RPC) if not rpc.metadata("Authorization") = nil;`, authz.ErrUndecided},
		{`allow(_, _, rpc: RPC) if rpc.metadata("proxy-authorization") = "secret";`, authz.ErrUndecided},
		{`allow(_, _, rpc: RPC) if rpc.metadata("cookie") = "secret";`, authz.ErrUndecided},
		{`allow(_, _, rpc: RPC) if rpc.metadata("host") = nil;`, authz.ErrUndecided},
		{`allow(_, _, rpc: RPC) if rpc.metadata(":authority") = "a.example";`, authz.ErrUndecided},
		{`allow(_, _, rpc: RPC) if rpc.metadata("X-Trace-Bin") = "\x00";`, authz.ErrUndecided},
	}
	for _, tt := range tests {
		az := newRPCAuthorizer(t, tt.rule)
		rpc, err := authz.NewRPC("/expenses.v1.Expenses/Get", metadata, &rpcRequest{"alice"})
		if err != nil {
			t.Fatal(err)
		}
		err = az.AuthorizeRPC(t.Context(), &rpcUser{"alice"}, rpc)
		if !errors.Is(err, tt.want) || tt.want == nil && err != nil {
			t.Errorf("%s\n%v, want %v", tt.rule, err, tt.want)
		}
		if err != nil && strings.Contains(err.Error(), "secret") {
			t.Errorf("%s\n%v shows a value", tt.rule, err)
		}
	}
}

func TestNewRPC(t *testing.T) {
	tests := []struct{ full, service, method string }{
		{"/a.B/C", "a.B", "C"},
		{"/a/b/C", "a/b", "C"}, // as grpc-go routes it
		{"", "", ""},
		{"/", "", ""},
		{"//", "", ""},
		{"//C", "", ""},
		{"/a.B/", "", ""},
		{"/a.B", "", ""},
		{"a.B/C", "", ""},
	}
	for _, tt := range tests {
		rpc, err := authz.NewRPC(tt.full, nil, nil)
		if tt.method == "" {
			if rpc != nil || !errors.Is(err, authz.ErrBadRequest) {
				t.Errorf("%q: %v, %v; want ErrBadRequest", tt.full, rpc, err)
			}
			continue
		}
		if err != nil || rpc.Service != tt.service || rpc.Method != tt.method || rpc.FullMethod != tt.full {
			t.Errorf("%q: %+v, %v", tt.full, rpc, err)
		}
	}
	if err := newRPCAuthorizer(t, `allow(_, _, _);`).AuthorizeRPC(t.Context(), &rpcUser{}, nil); !errors.Is(err, authz.ErrBadRequest) {
		t.Errorf("a nil RPC: %v", err)
	}
}

// TestRPCIsRequest tests that a decision about a call neither settles a ledger nor is
// hidden.
func TestRPCIsRequest(t *testing.T) {
	az := newRPCAuthorizer(t, `allow(_, "/a.B/C", _: RPC);`, func(c *authz.Config) { c.ReadAction = "read" })
	ctx, l := ledger.With(t.Context())
	allowed, _ := authz.NewRPC("/a.B/C", nil, nil)
	if err := az.AuthorizeRPC(ctx, &rpcUser{}, allowed); err != nil {
		t.Fatal(err)
	}
	if err := az.Authorize(ctx, &rpcUser{}, "/a.B/C", allowed); err != nil {
		t.Fatal(err)
	}
	if l.Settled() {
		t.Error("a decision about a call settled the ledger")
	}
	denied, _ := authz.NewRPC("/a.B/D", nil, nil)
	err := az.AuthorizeRPC(ctx, &rpcUser{}, denied)
	if !errors.Is(err, authz.ErrForbidden) {
		t.Errorf("%v, want ErrForbidden", err)
	}
	if d, ok := errors.AsType[*authz.DeniedError](err); !ok || d.Class() != "RPC" || d.Action() != "/a.B/D" || d.ID() == "" || authz.DecisionID(err) != d.ID() {
		t.Errorf("%v", err)
	}
}

// TestOwnRPC tests that an application can have a class of that name.
func TestOwnRPC(t *testing.T) {
	az := newRPCAuthorizer(t, `allow(_, "read", _: RPC{owner: "alice"});`, func(c *authz.Config) {
		c.Classes = append(c.Classes[:1], authz.Class{Name: "RPC", Type: authz.ClassOf[rpcRequest]().Type})
	})
	if ok, err := az.IsAllowed(t.Context(), &rpcUser{}, "read", &rpcRequest{"alice"}); !ok || err != nil {
		t.Error(ok, err)
	}
}

func TestFindActor(t *testing.T) {
	var seen []authz.Event
	az := newRPCAuthorizer(t, `allow(_, _, _);`, func(c *authz.Config) {
		c.Observe = collect(&seen)
	})
	tests := []struct {
		name  string
		find  func(context.Context) (any, error)
		want  error
		noted bool
	}{
		{"found", func(context.Context) (any, error) { return &rpcUser{"alice"}, nil }, nil, false},
		{"nobody", func(context.Context) (any, error) { return nil, authz.ErrUnauthenticated }, authz.ErrUnauthenticated, false},
		{"twice", func(context.Context) (any, error) { return nil, authz.ErrBadRequest }, authz.ErrBadRequest, false},
		{"nil", func(context.Context) (any, error) { return nil, nil }, authz.ErrUndecided, true},
		{"typed nil", func(context.Context) (any, error) { return (*rpcUser)(nil), nil }, authz.ErrUndecided, true},
		{"fault", func(context.Context) (any, error) { return &rpcUser{}, errors.New("down") }, authz.ErrUndecided, true},
		{"panic", func(context.Context) (any, error) { panic("boom") }, authz.ErrUndecided, true},
	}
	for _, tt := range tests {
		seen = nil
		actor, err := az.FindActor(t.Context(), "/a.B/C", tt.find)
		if (err == nil) != (tt.want == nil) || !errors.Is(err, tt.want) || (actor == nil) != (err != nil) {
			t.Errorf("%s: %v, %v; want %v", tt.name, actor, err, tt.want)
		}
		if (len(seen) == 1) != tt.noted {
			t.Errorf("%s: observers saw %v", tt.name, seen)
		}
		if tt.noted && (seen[0].Action != "/a.B/C" || seen[0].DecisionID() == "" || seen[0].DecisionID() != authz.DecisionID(err)) {
			t.Errorf("%s: observers saw %v; the error has the id %q", tt.name, seen[0], authz.DecisionID(err))
		}
	}
}

func TestDecisionID(t *testing.T) {
	az := newRPCAuthorizer(t, `allow(_: User, "read", _: GetRequest{owner: "alice"});`, func(c *authz.Config) { c.ReadAction = "read" })
	hidden := az.Authorize(t.Context(), &rpcUser{}, "edit", &rpcRequest{"bob"})
	forbidden := az.Authorize(t.Context(), &rpcUser{}, "edit", &rpcRequest{"alice"})
	undecided := az.Authorize(t.Context(), nil, "edit", &rpcRequest{"alice"})
	if d, ok := errors.AsType[*authz.DeniedError](hidden); !ok || d.ID() == "" || authz.DecisionID(hidden) != "" {
		t.Errorf("a hidden denial has the id %q", authz.DecisionID(hidden))
	}
	for _, err := range []error{forbidden, undecided} {
		if authz.DecisionID(err) == "" {
			t.Errorf("%v has no id", err)
		}
	}
	for _, err := range []error{nil, authz.ErrNotFound, http.ErrAbortHandler} {
		if id := authz.DecisionID(err); id != "" {
			t.Errorf("%v has the id %q", err, id)
		}
	}
}
