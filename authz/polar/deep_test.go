package polar

// This file tests that depth has no step in its cost, and that deep recursion leaves the
// machine as it was.

import (
	"context"
	"testing"

	"github.com/ursa-authz/ursa/authz/polar/internal/vm"
)

// chainOf returns a chain of groups in which each has the next one twice, so that each can be
// reached again after it has failed.
func chainOf(n int) *memoWorld {
	w := &memoWorld{}
	for i := range n {
		w.groups = append(w.groups, &memoGroup{ID: i + 1, Users: []*memoUser{}, Groups: []*memoGroup{}})
	}
	for i, g := range w.groups[1:] {
		w.groups[i].Groups = []*memoGroup{g, g}
	}
	return w
}

func TestCostOfDepth(t *testing.T) {
	ctx := context.Background()
	steps := func(n int, allowed bool) int {
		w := chainOf(n)
		p, _, err := Load(ctx, Input{Sources: source0(memoPolicy), Classes: w.classes()})
		if err != nil {
			t.Fatal(err)
		}
		user := &memoUser{ID: 1}
		if allowed {
			w.groups[n-1].Users = append(w.groups[n-1].Users, user)
		}
		var cost vm.Cost
		p.config.Cost = &cost
		for range 3 { // with the same machine, if the pool keeps it
			out, err := p.Decide(ctx, "allow", user, "read", &memoDoc{ID: 1, Readers: w.groups[0]})
			if err != nil || out.Allowed != allowed {
				t.Fatalf("%d groups: %v %v, want %v", n, out.Allowed, err, allowed)
			}
		}
		return cost.Steps
	}
	for _, allowed := range []bool{true, false} {
		at100 := float64(steps(100, allowed)) / 100
		for _, n := range []int{10, 60, 61, 62, 63, 64, 65, 1_000, 10_000} {
			if n < 60 && !allowed {
				continue // a small query does not use its memo
			}
			per := float64(steps(n, allowed)) / float64(n)
			if per > 1.2*at100 {
				t.Errorf("allowed %v: %.1f steps a level at %d levels, %.1f at 100", allowed, per, n, at100)
			}
		}
	}
}
