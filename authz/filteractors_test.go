package authz_test

// This file tests FilterActors: which actors may do something.

import (
	"errors"
	"slices"
	"strings"
	"testing"

	"github.com/ursa-authz/ursa/authz"
	"github.com/ursa-authz/ursa/authz/filter"
	"github.com/ursa-authz/ursa/authz/ledger"
	"github.com/ursa-authz/ursa/authz/polar"
)

type (
	person struct {
		ID     int `polar:",id"`
		TeamID int
		Lead   bool
		Grants []permit
	}
	permit struct{ Action string }
	plan   struct {
		ID     int `polar:",id"`
		TeamID int
		Public bool
	}
	// human is a supertype of person.
	human interface{ Human() }
)

func (*person) Human()      {}
func (*person) Lucky() bool { return true }

var people = []*person{
	{ID: 1, TeamID: 1, Grants: []permit{}},
	{ID: 2, TeamID: 1, Lead: true, Grants: []permit{{"read"}}},
	{ID: 3, TeamID: 2, Grants: []permit{{"read"}, {"edit"}}},
	{ID: 0, TeamID: 1, Lead: true, Grants: []permit{{"read"}}}, // never stored
}

func planAuthorizer(t *testing.T, policy string, change ...func(*authz.Config)) *authz.Authorizer {
	return newAuthorizer(t, policy, append([]func(*authz.Config){withPolar, func(c *authz.Config) {
		c.Classes = []authz.Class{
			{Name: "Person", Type: authz.ClassOf[person]().Type, Relations: []authz.Relation{{Name: "Grants", Many: true, Target: authz.ClassOf[permit]().Type}}},
			{Name: "Permit", Type: authz.ClassOf[permit]().Type},
			{Name: "Plan", Type: authz.ClassOf[plan]().Type}, authz.ClassOf[human](),
		}
		c.Limits.Steps = 1000
	}}, change...)...)
}

// TestFilterActors tests that the filter selects the actors that decisions allow.
func TestFilterActors(t *testing.T) {
	resources := []any{&plan{ID: 1, TeamID: 1}, &plan{ID: 2, TeamID: 2, Public: true}, authz.ClassOf[plan]()}
	for _, tt := range []struct {
		policy string
		want   string // the ids, by resource
	}{
		{`allow(p: Person, "read", x: Plan) if p.team_id = x.team_id;`, "1 2|3|"},
		{`allow(p: Person, "read", x: Plan) if p.lead and p.team_id = x.team_id or x.public;`, "2|1 2 3|"},
		{`allow(p: Person, "read", _: Plan) if g in p.grants and g.action = "edit";`, "3|3|"},
		{`allow(p: Person, "read", _: Plan) if not (g in p.grants and g.action = "read");`, "1|1|"},
		{`allow(_: human, "read", x: Plan) if x.public;`, "|1 2 3|"},
		{`allow(_, "read", Plan);`, "||1 2 3"},
		{`allow(_, _, _);`, "1 2 3|1 2 3|1 2 3"},
		{`allow(_: Person, "edit", _: Plan);`, "||"},
		{`allow(_: Person, "read", _: Plan); deny(p: Person, "read", x: Plan) if p.team_id != x.team_id;`, "1 2|3|"},
		{`allow(_, _, _); deny(_, "read", x: Plan) if x.public;`, "1 2 3||1 2 3"},
		{`allow(p: Person, "read", _: Plan) if p.id = 0;`, "||"},
	} {
		az := planAuthorizer(t, tt.policy, withDeny)
		var got []string
		for _, r := range resources {
			ctx, l := ledger.With(t.Context())
			q, err := az.FilterActors(ctx, authz.ClassOf[person](), "read", r)
			if err != nil {
				t.Fatalf("%s: %v", tt.policy, err)
			}
			if l.Settled() {
				t.Errorf("%s: the answer about others was taken for a decision", tt.policy)
			}
			var ids []string
			for _, p := range people {
				in, err := q.Match(ctx, p, filter.Loaded)
				if err != nil {
					t.Fatalf("%s: %v", tt.policy, err)
				}
				if ok, err := az.IsAllowed(ctx, p, "read", r); ok != in || err != nil && p.ID != 0 {
					t.Errorf("%s: person %d: %v by the filter, %v, %v by the decision", tt.policy, p.ID, in, ok, err)
				}
				if in {
					ids = append(ids, string(rune('0'+p.ID)))
				}
			}
			got = append(got, strings.Join(ids, " "))
		}
		if got := strings.Join(got, "|"); got != tt.want {
			t.Errorf("%s: %s, want %s", tt.policy, got, tt.want)
		}
	}
}

// TestFilterActorsFails tests questions that have no exact answer.
func TestFilterActorsFails(t *testing.T) {
	lunch := &plan{ID: 1}
	for _, tt := range []struct {
		name, policy string
		class        authz.Class
		want         error
	}{
		{"a method", `allow(p: Person, "read", _: Plan) if p.lucky();`, authz.ClassOf[person](), authz.ErrUnsupported},
		{"a method in a deny rule", `allow(_: Person, "read", _: Plan); deny(p: Person, "read", _: Plan) if p.lucky();`, authz.ClassOf[person](), authz.ErrUnsupported},
		{"an interface", `allow(_: human, "read", _: Plan);`, authz.ClassOf[human](), authz.ErrUnsupported},
		{"no key", `allow(_, "read", _: Plan);`, authz.ClassOf[permit](), authz.ErrUnsupported},
		{"not registered", `allow(_, "read", _: Plan);`, authz.ClassOf[struct{ X int }](), authz.ErrUnsupported},
		{"endless", `allow(_: Person, "read", x: Plan) if f(x.id); f(n) if n > 0 and f(n + 1);`, authz.ClassOf[person](), polar.ErrBudget},
		{"no rule", `permit(_: Person, "read", _: Plan);`, authz.ClassOf[person](), authz.ErrUndefinedRule},
	} {
		az := planAuthorizer(t, tt.policy, withDeny)
		if q, err := az.FilterActors(t.Context(), tt.class, "read", lunch); q != nil || outcome(t, err) != undecided || !errors.Is(err, tt.want) {
			t.Errorf("%s: %v, %v, want %v", tt.name, q, err, tt.want)
		}
	}
	az := newAuthorizer(t, "allow * * *")
	if q, err := az.FilterActors(t.Context(), authz.ClassOf[user](), "read", lunch); q != nil || outcome(t, err) != undecided || !errors.Is(err, authz.ErrUnsupported) {
		t.Errorf("an engine without filters: %v, %v", q, err)
	}
	az = newAuthorizer(t, "", withPolicy(panicky{}))
	if q, err := az.FilterActors(t.Context(), authz.ClassOf[user](), "read", lunch); q != nil || outcome(t, err) != undecided {
		t.Errorf("a panic: %v, %v", q, err)
	}
}

// panicky is a policy that panics.
type panicky struct {
	authz.Policy
	authz.ActorFilterer
}

// TestFilterActorsPermitsZeroKey tests a class with ZeroKeyActor.
func TestFilterActorsPermitsZeroKey(t *testing.T) {
	az := planAuthorizer(t, `allow(_: Person, "read", _: Plan);`, func(c *authz.Config) {
		c.Classes = slices.Clone(c.Classes)
		c.Classes[0].ZeroKeyActor = true
	})
	q, err := az.FilterActors(t.Context(), authz.ClassOf[person](), "read", &plan{ID: 1})
	if err != nil || q.Kind() != filter.Always {
		t.Errorf("%v, %v", q, err)
	}
}
