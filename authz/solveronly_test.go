package authz_test

import (
	"context"
	"runtime/debug"
	"strings"
	"testing"

	"github.com/ursa-authz/ursa/authz"
)

// A witness has a method that remembers what called it.
type witness struct{ stack *string }

func (w witness) Agrees() bool {
	*w.stack = string(debug.Stack())
	return true
}

// TestSolverOnly tests that the solver makes the decisions with SolverOnly, and only then.
func TestSolverOnly(t *testing.T) {
	for name, tt := range map[string]struct {
		engine authz.Engine
		solver bool
	}{"default": {nil, false}, "SolverOnly": {authz.SolverOnly, true}} {
		t.Run(name, func(t *testing.T) {
			az, err := authz.New(authz.Config{
				Policies: authz.String("p.polar", `allow(_: Witness, "read", w: Witness) if w.agrees();`),
				Classes:  []authz.Class{{Name: "Witness", Type: authz.ClassOf[witness]().Type}},
				Engine:   tt.engine,
			})
			if err != nil {
				t.Fatal(err)
			}
			var stack string
			w := witness{&stack}
			if ok, err := az.IsAllowed(context.Background(), w, "read", w); !ok || err != nil {
				t.Fatal(ok, err)
			}
			if got := strings.Contains(stack, "vm.(*Machine)"); got != tt.solver {
				t.Errorf("called by the solver: %v\n%s", got, stack)
			}
			if ok, err := az.IsAllowed(context.Background(), w, "write", w); ok || err != nil {
				t.Error(ok, err)
			}
		})
	}
}
