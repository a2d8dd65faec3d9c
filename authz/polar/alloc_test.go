package polar_test

// This file tests that decisions on the fast path allocate nothing.

import (
	"context"
	"testing"

	"github.com/ursa-authz/ursa/authz/internal/host"
	"github.com/ursa-authz/ursa/authz/polar"
)

type benchRequest struct{ Method, Path string }

const routePolicy = `
allow(_: User, "GET", request: Request) if request.path = "/";
allow(_: User, method: String, request: Request) if method = "GET" and request.path.starts_with("/expenses/");
`

const splitPolicy = `
allow(actor: User, method, request: Request) if allow_path(actor, method, request.path.split("/"));
allow_path(_: User, "GET", ["", ""]);
allow_path(_, "GET", ["", "whoami"]);
allow_path(_: User, "GET", ["", "expenses", _id]);
`

func TestDecideDoesNotAllocate(t *testing.T) {
	if raceEnabled || host.PureGo {
		t.Skip("the race detector and reflection allocate")
	}
	owner := &benchUser{ID: 1, Roles: []benchRole{{"x", 2}, {"y", 3}, {"admin", 7}}}
	tests := []struct {
		name, policy, action string
		resource             any
		want                 bool
	}{
		{"owner", ownerPolicy, "read", &benchExpense{ID: 2, UserID: 1}, true},
		{"deny", ownerPolicy, "read", &benchExpense{ID: 2, UserID: 3}, false},
		{"no rule for the action", ownerPolicy, "write", &benchExpense{ID: 2, UserID: 1}, false},
		{"rbac", rolePolicy, "read", &benchRepo{ID: 2, Org: &benchOrg{ID: 7}}, true},
		{"rbac deny", rolePolicy, "read", &benchRepo{ID: 2, Org: &benchOrg{ID: 8}}, false},
		{"route", routePolicy, "GET", &benchRequest{"GET", "/"}, true},
		{"route prefix", routePolicy, "GET", &benchRequest{"GET", "/expenses/1"}, true},
		{"split", splitPolicy, "GET", &benchRequest{"GET", "/"}, true},
		{"split with a variable", splitPolicy, "GET", &benchRequest{"GET", "/expenses/1"}, true},
		{"split deny", splitPolicy, "GET", &benchRequest{"GET", "/organizations/1"}, false},
		{"route deny", routePolicy, "GET", &benchRequest{"GET", "/organizations/1"}, false},
	}
	ctx := context.Background()
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			request := polar.ClassOf[benchRequest]()
			request.Name = "Request"
			p := mustLoad(t, polar.Input{Sources: source(tt.policy), Classes: append(benchClasses(), request)})
			var action string = tt.action // boxing is the caller's
			var out polar.Outcome
			var err error
			allocs := testing.AllocsPerRun(100, func() {
				out, err = p.Decide(ctx, "allow", owner, action, tt.resource)
			})
			if err != nil || out.Allowed != tt.want {
				t.Fatalf("allowed %v, error %v; want %v", out.Allowed, err, tt.want)
			}
			if allocs != 0 {
				t.Errorf("%v allocations a decision, want 0", allocs)
			}
		})
	}
}
