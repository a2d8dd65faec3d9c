package polar

// This file tests that all ways to decide cost the same: steps, and bytes held.

import (
	"context"
	"math/rand/v2"
	"testing"

	"github.com/ursa-authz/ursa/authz/polar/internal/vm"
)

// TestWaysCostTheSame tests that direct decisions, the solver and the trace take the same
// steps and hold the same bytes, so that a limit ends them at the same goal.
func TestWaysCostTheSame(t *testing.T) {
	policies, seed := agreeRuns(t)
	users, docs, classes := agreeWorld()
	ctx := context.Background()
	direct := 0
	for i := range policies {
		g := &policyGen{Rand: rand.New(rand.NewPCG(seed, uint64(i)))}
		text := g.policy()
		p, _, err := load(ctx, Input{Sources: []Source{{"random.polar", text}}, Classes: classes, Limits: Limits{Steps: 5_000}}, true)
		if err != nil {
			continue
		}
		for _, u := range users {
			for _, d := range docs {
				var fast, slow, traced vm.Cost
				p.config.Cost = &fast
				out, _, done, err := p.prog.Decide(ctx, &p.config, "allow", u, "read", d)
				if !done {
					continue
				}
				direct++
				p.config.Cost = &slow
				want, wantErr := p.solve(ctx, "allow", u, "read", d)
				if !out && err == nil {
					slow.Held = fast.Held // how much was held when the last goal failed does not matter
				}
				if out != want.Allowed || codeOf(err) != codeOf(wantErr) || fast != slow {
					t.Fatalf("policy %d: user %d, doc %d: direct %v %v %+v, the solver %v %v %+v\n%s", i, u.ID, d.ID, out, err, fast, want.Allowed, wantErr, slow, text)
				}
				p.config.Cost = &traced
				tr := p.Trace(ctx, "allow", []any{u, "read", d}, TraceOptions{})
				if !out && err == nil {
					traced.Held = fast.Held
				}
				if tr.Outcome.Allowed != want.Allowed || codeOf(tr.Err) != codeOf(wantErr) || traced != slow {
					t.Fatalf("policy %d: user %d, doc %d: the trace %v %v %+v, the solver %v %v %+v\n%s", i, u.ID, d.ID, tr.Outcome.Allowed, tr.Err, traced, want.Allowed, wantErr, slow, text)
				}
			}
		}
	}
	t.Logf("%d direct decisions", direct)
	if direct < policies {
		t.Errorf("only %d of the decisions are direct", direct)
	}
}

// TestWaysAgreeAtTinyLimits tests that all ways to decide end in the same way at limits that
// most decisions meet.
func TestWaysAgreeAtTinyLimits(t *testing.T) {
	policies, seed := agreeRuns(t)
	users, docs, classes := agreeWorld()
	ctx := context.Background()
	var decided, direct, ended int
	for i := range policies {
		g := &policyGen{Rand: rand.New(rand.NewPCG(seed, uint64(i)))}
		text := g.policy()
		p, _, err := load(ctx, Input{Sources: []Source{{"random.polar", text}}, Classes: classes}, true)
		if err != nil {
			continue
		}
		for _, u := range users {
			for _, d := range docs {
				p.config.Limits = vm.Limits(Limits{}.withDefaults())
				switch g.IntN(4) {
				case 0:
					p.config.Limits.Steps = 1 + g.IntN(60)
				case 1:
					p.config.Limits.Bytes = 1 + g.IntN(3000)
				case 2:
					p.config.Limits.Depth = 1 + g.IntN(5)
				default:
					p.config.Limits.Steps, p.config.Limits.Bytes, p.config.Limits.Depth = 1+g.IntN(60), 1+g.IntN(3000), 1+g.IntN(5)
				}
				decided++
				if _, _, done, _ := p.prog.Decide(ctx, &p.config, "allow", u, "read", d); done {
					direct++
				}
				got, gotErr := p.Decide(ctx, "allow", u, "read", d)
				want, wantErr := p.solve(ctx, "allow", u, "read", d)
				tr := p.Trace(ctx, "allow", []any{u, "read", d}, TraceOptions{})
				if codeOf(wantErr) == vm.CodeBudget {
					ended++
				}
				if got != want || codeOf(gotErr) != codeOf(wantErr) || tr.Outcome != want || codeOf(tr.Err) != codeOf(wantErr) {
					t.Fatalf("policy %d: user %d, doc %d, limits %+v: decided %v %v, solved %v %v, traced %v %v\n%s",
						i, u.ID, d.ID, p.config.Limits, got.Allowed, gotErr, want.Allowed, wantErr, tr.Outcome.Allowed, tr.Err, text)
				}
			}
		}
	}
	t.Logf("%d decisions: %d direct, %d ended at a limit", decided, direct, ended)
	if ended < decided/20 || direct < decided/20 {
		t.Errorf("too few of the decisions are direct or meet a limit")
	}
}
