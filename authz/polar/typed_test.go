package polar

// This file tests that decisions for types and the solver agree.

import (
	"context"
	"math/rand/v2"
	"testing"
)

func TestTypedAgrees(t *testing.T) {
	policies, seed := agreeRuns(t)
	users, docs, classes := agreeWorld()
	ctx := context.Background()
	var decided, allowed, failed, typed, loaded int
	why := make(map[string]int)
	for i := range policies {
		g := &policyGen{Rand: rand.New(rand.NewPCG(seed, uint64(i)))}
		text := g.policy()
		limits := Limits{Steps: 5_000}
		if i%2 == 1 {
			limits = Limits{Steps: 1 + g.IntN(120), Bytes: 200 + g.IntN(8_000), Depth: 1 + g.IntN(6)}
		}
		p, _, err := load(ctx, Input{Sources: []Source{{"random.polar", text}}, Classes: classes, Limits: limits}, true)
		if err != nil {
			continue
		}
		loaded++
		for _, u := range users {
			for _, d := range docs {
				for _, action := range []string{"read", "write", "other"} {
					want, wantErr := p.solve(ctx, "allow", u, action, d)
					decided++
					ok, rule, done := p.prog.DecideTyped(ctx, &p.config.Limits, "allow", u, action, d)
					if wantErr != nil {
						failed++
					}
					if want.Allowed {
						allowed++
					}
					if !done {
						why[p.prog.WhyNotTyped("allow", u, action, d)]++
						continue
					}
					typed++
					if wantErr != nil || ok != want.Allowed || ok && p.ruleOf(rule) != want.Rule {
						t.Fatalf("policy %d: user %d, %s doc %d: typed code says %v %v, the solver %v %v %v\n%+v\n%s",
							i, u.ID, action, d.ID, ok, rule, want.Allowed, want.Rule, wantErr, limits, text)
					}
				}
			}
		}
	}
	t.Logf("%d policies, %d decisions: %d allowed, %d errors, %d by typed code", loaded, decided, allowed, failed, typed)
	for w, n := range why {
		t.Logf("%7d %s", n, w)
	}
}
