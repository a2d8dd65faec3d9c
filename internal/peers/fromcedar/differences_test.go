package fromcedar_test

// This file holds what docs/from-cedar.md says about single expressions, and about differences.

import (
	"context"
	"errors"
	"strings"
	"testing"

	"github.com/cedar-policy/cedar-go"

	"github.com/ursa-authz/ursa/authz"
	"github.com/ursa-authz/ursa/authz/polar"
	"github.com/ursa-authz/ursa/internal/peers/page"
)

func TestExpressions(t *testing.T) {
	users := []*User{
		{Name: "a", Department: "sales", Limit: new(5), Skills: []string{"audit", "law"}},
		{Name: "b", Department: "presales", Skills: []string{"audit"}},
		{Name: "c", Department: "salesforce", Limit: new(0), Skills: []string{}},
		{Name: "d", Department: "", Limit: new(-1), Skills: []string{"law", "other", "audit"}},
	}
	for _, tt := range []struct{ cedar, polar string }{
		{`principal.skills.contains("law")`, `"law" in user.skills`},
		{`principal.skills.containsAll(["audit", "law"])`, `forall(skill in ["audit", "law"], skill in user.skills)`},
		{`principal.skills.containsAny(["other", "law"])`, `skill in ["other", "law"] and skill in user.skills`},
		{`principal.skills.isEmpty()`, `user.skills = []`},
		{`principal has limit`, `user.limit != nil`},
		{`principal.department like "sales*"`, `user.department.starts_with("sales")`},
		{`principal.department like "*sales"`, `user.department.ends_with("sales")`},
		{`principal.department like "*sales*"`, `user.department.contains("sales")`},
		{
			`if principal has limit then principal.limit.greaterThan(decimal("0.0")) else principal.department == "presales"`,
			`(user.limit != nil and user.limit > 0) or (not user.limit != nil and user.department = "presales")`,
		},
		{`principal == User::"a"`, `user matches User{name: "a"}`},
	} {
		s := newStore(t, `permit (principal, action, resource) when { `+tt.cedar+` };`)
		az, err := authz.New(config(authz.String("test.polar", `allow(user: User, "read", _: Photo) if `+tt.polar+`;`)))
		if err != nil {
			t.Fatal(err)
		}
		answers := map[bool]int{}
		for _, u := range users {
			want, err := s.ask(s.user(u), "read", uid("Photo", "beach"), nil)
			if err != nil {
				t.Errorf("%s: %v", tt.cedar, err)
			}
			answers[want]++
			if got, err := az.IsAllowed(t.Context(), u, "read", &Photo{Name: "beach"}); got != want || err != nil {
				t.Errorf("%s: %v, %v for user %s; %s is %v", tt.polar, got, err, u.Name, tt.cedar, want)
			}
		}
		if len(answers) != 2 {
			t.Errorf("%s is %v for all users", tt.cedar, answers)
		}
	}
}

// A member may be of a team.
type member struct {
	Name string `polar:",id"`
	Team *string
}

func TestDifferences(t *testing.T) {
	ursa := func(policy string, actor, resource any) string {
		cfg := config(authz.String("test.polar", policy))
		cfg.Classes = append(cfg.Classes, authz.Class{Type: authz.ClassOf[member]().Type, Name: "Member"})
		for i := range cfg.Classes {
			if fetch := cfg.Classes[i].Fetch; fetch != nil {
				cfg.Classes[i].Fetch = func(ctx context.Context, row any, relation string) (any, error) {
					if photo, ok := row.(*Photo); ok && photo.Name == "lost" {
						return nil, errors.New("the database is down")
					}
					return fetch(ctx, row, relation)
				}
			}
		}
		az, err := authz.New(cfg)
		if err != nil {
			return err.Error()
		}
		ok, err := az.IsAllowed(t.Context(), actor, "view", resource)
		return page.Answer(ok, err)
	}
	peer := func(policies string) string {
		s := newStore(t, policies)
		s.add(uid("Photo", "beach"), cedar.RecordMap{"owner": uid("User", "alice")})
		decision, diagnostic := cedar.Authorize(s.policies, s.entities, cedar.Request{
			Principal: uid("User", "bob"), Action: uid("Action", "view"), Resource: uid("Photo", "beach"),
		})
		text := page.Answer(decision == cedar.Allow, nil)
		if len(diagnostic.Errors) > 0 {
			text += " with an error"
		}
		return text
	}
	bob, nobody := &User{Name: "bob"}, (*User)(nil)
	beach := &Photo{Name: "beach", Owner: &User{Name: "alice", Limit: new(1)}}

	for _, tt := range []struct {
		name, cedar, ursa, wantCedar, wantUrsa string
		actor, resource                        any
	}{
		{
			"a forbid about an owner who could not be loaded",
			`permit (principal, action, resource);
			forbid (principal, action, resource) when { resource.owner.limit.greaterThan(decimal("0.0")) };`,
			`allow(_: User, _action, _: Photo);
			deny(_: User, _action, photo: Photo) if photo.owner.limit > 0;`,
			"allowed with an error", "could not decide",
			bob, &Photo{Name: "lost"},
		},
		{
			"a forbid about an owner where there is none",
			`permit (principal, action, resource);
			forbid (principal, action, resource) when { resource.owner.limit.greaterThan(decimal("0.0")) };`,
			`allow(_: User, _action, _: Photo);
			deny(_: User, _action, photo: Photo) if photo.owner.limit > 0;`,
			"allowed with an error", "allowed",
			bob, &Photo{Name: "orphan"},
		},
		{
			"the same, denied",
			`permit (principal, action, resource);
			forbid (principal, action, resource) when { resource.owner.limit.greaterThan(decimal("0.0")) };`,
			`allow(_: User, _action, _: Photo);
			deny(_: User, _action, photo: Photo) if photo.owner = nil or photo.owner.limit > 0;`,
			"allowed with an error", "denied",
			bob, &Photo{Name: "orphan"},
		},
		{
			"a misspelt attribute",
			`permit (principal, action, resource);
			permit (principal, action, resource) when { resource.ownr == principal };`,
			`allow(_: User, _action, _: Photo);
			allow(user: User, _action, photo: Photo) if photo.ownr = user;`,
			"allowed with an error", "Photo has no attribute",
			bob, beach,
		},
		{
			"two that have no team",
			`permit (principal, action, resource) when { principal.team == resource.team };`,
			`allow(member: Member, _action, other: Member) if member.team = other.team;`,
			"denied with an error", "allowed",
			&member{Name: "bob"}, &member{Name: "carol"},
		},
		{
			"an actor that is not known",
			`permit (principal, action, resource);`,
			`allow(_, _action, _: Photo);`,
			"allowed", "could not decide",
			nobody, beach,
		},
		{
			"an actor without a key",
			`permit (principal, action, resource);`,
			`allow(_: User, _action, _: Photo);`,
			"allowed", "could not decide",
			&User{}, beach,
		},
	} {
		if got := peer(tt.cedar); got != tt.wantCedar {
			t.Errorf("%s: cedar-go: %s, want %s", tt.name, got, tt.wantCedar)
		}
		if got := ursa(tt.ursa, tt.actor, tt.resource); !strings.Contains(got, tt.wantUrsa) || tt.wantUrsa == "denied" && got != "denied" {
			t.Errorf("%s: Ursa: %s, want %s", tt.name, got, tt.wantUrsa)
		}
	}

	// The warning about two that have no team.
	_, diags, err := polar.Load(t.Context(), polar.Input{
		Classes: []authz.Class{{Type: authz.ClassOf[member]().Type, Name: "Member"}},
		Sources: []authz.Source{{Name: "test.polar", Text: `allow(a: Member, "view", b: Member) if a.team = b.team;`}},
	})
	if err != nil || len(diags) != 1 || diags[0].Code != "nil-equals-nil" {
		t.Errorf("%v, %v", diags, err)
	}
}
