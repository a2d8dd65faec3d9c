package difftest

// This file compares decisions with deny rules. The original evaluates both rules,
// and an Authorizer must decide their combination, "allow and not deny".

import (
	"errors"
	"fmt"
	"testing"

	"github.com/ursa-authz/ursa/authz"
)

// denials makes a policy of allow and deny rules, over rules that both may call.
func (g *Generator) denials() *Program {
	p := new(Program)
	for range g.r.IntN(3) {
		p.Rules = append(p.Rules, g.rules(g.signature())...)
	}
	for _, name := range []string{"allow", "deny"} {
		for range 1 + g.r.IntN(3) {
			p.Rules = append(p.Rules, g.rule(&predicate{
				name: name, kinds: []kind{kindUser, kindString, kindRepo}, out: make([]bool, 3),
			}))
		}
	}
	return p
}

// holds returns what an answer to a query means for a decision: "yes", "no", "error"
// if it could not be decided, or "" if it has no verdict.
func (a Answer) holds() string {
	switch {
	case !a.Verdict.Comparable():
		return ""
	case a.Load:
		return "error"
	case len(a.Solutions) > 0: // what follows the first solution does not matter
		return "yes"
	case a.Verdict != VerdictDone:
		return "error"
	}
	return "no"
}

func TestDenyRules(t *testing.T) {
	oracle := new(Oracle)
	defer oracle.Close()
	constants := Constants()
	first, most := seed(t), pairs(t)/5
	users, repos, actions := []string{"ALICE", "BOB", "CAROL"}, []string{"R1", "R2", "R3"}, []string{"a", "b", "z"}
	counts := make(map[string]int)
	asked, refused, silent := 0, 0, 0
	for n := uint64(0); asked < most; n++ {
		g := NewGenerator(first, n)
		g.profile = Profile{Name: "deny", Objects: true, Cut: pick(g, 0, 0, 0.1), Mistakes: pick(g, 0, 0.2)}
		g.negate = g.negate && g.profile.Mistakes == 0
		p := g.denials()
		in := Input(p.Policy())
		az, err := authz.New(authz.Config{
			Policies: authz.String(in.Sources[0].Name, in.Sources[0].Text), Classes: in.Classes, Constants: constants, DenyRule: true,
		})
		if err != nil { // a condition that always fails, or a deny rule of the wrong type
			if refused++; refused > most {
				t.Fatalf("too few policies load: %v\n%s", err, p.Policy())
			}
			continue
		}
		var queries []string
		for _, u := range users {
			for _, r := range repos {
				for _, a := range actions {
					args := fmt.Sprintf("(%s, %q, %s)", u, a, r)
					queries = append(queries, "allow"+args, "deny"+args)
				}
			}
		}
		answers, err := oracle.Ask(p.Policy(), queries)
		if err != nil {
			t.Fatal(err)
		}
		i := 0
		for _, u := range users {
			for _, r := range repos {
				grants, noGrants := az.AuthorizedActions(t.Context(), constants[u], constants[r])
				for _, a := range actions {
					allow, deny := answers[i].holds(), answers[i+1].holds()
					i += 2
					want := map[string]string{"yes": "denied", "error": "undecided"}[deny]
					if deny == "no" {
						want = map[string]string{"yes": "allowed", "no": "not allowed", "error": "undecided"}[allow]
					}
					asked++
					if want == "" {
						silent++
						continue
					}
					counts[want]++
					got := "not allowed"
					switch ok, err := az.IsAllowed(t.Context(), constants[u], a, constants[r]); {
					case err != nil:
						got = "undecided"
					case ok:
						got = "allowed"
					}
					if got != want && !(got == "not allowed" && want == "denied") {
						t.Fatalf("seed %d, program %d: %s(%s, %s): %s, want %s: the original gives allow %s, deny %s\n%s", first, n, a, u, r, got, want, allow, deny, p.Policy())
					}
					if noGrants == nil && grants.Has(a) && want != "allowed" {
						t.Fatalf("seed %d, program %d: %s, %s: %q is granted, and %s\n%+v\n%s", first, n, u, r, a, want, grants, p.Policy())
					}
					if errors.Is(noGrants, authz.ErrForbidden) {
						t.Fatal(noGrants)
					}
				}
			}
		}
	}
	t.Logf("%d decisions: %v; %d without verdict; %d policies rejected", asked, counts, silent, refused)
	if silent*20 > asked {
		t.Error("more than 5 % without verdict")
	}
	for what, percent := range map[string]int{"allowed": 5, "denied": 5, "not allowed": 5} { // few are undecided: most errors are found at load
		if counts[what]*100 < asked*percent {
			t.Errorf("only %d were %s", counts[what], what)
		}
	}
}
