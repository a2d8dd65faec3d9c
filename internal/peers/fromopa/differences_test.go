package fromopa_test

// This file holds what docs/from-opa.md says about single expressions, and about differences.

import (
	"strconv"
	"strings"
	"testing"

	"github.com/ursa-authz/ursa/authz"
	"github.com/ursa-authz/ursa/internal/peers/page"
)

func TestExpressions(t *testing.T) {
	users := []*User{
		{Name: "a", Level: 1, Roles: []string{"reader", "writer"}},
		{Name: "b", Level: 2, Roles: []string{"reader"}},
		{Name: "c", Level: 3, Roles: []string{}},
		{Name: "d", Level: 4, Roles: []string{"other", "reader"}},
	}
	for _, tt := range []struct{ rego, polar string }{
		{
			`allow if { some role in input.user.roles; role != "reader" }`,
			`allow(user: User, "read", _: Document) if role in user.roles and role != "reader";`,
		},
		{
			`allow if { every role in input.user.roles { role in {"reader", "writer"} } }`,
			`allow(user: User, "read", _: Document) if forall(role in user.roles, role in ["reader", "writer"]);`,
		},
		{
			`allow if { not reader }
			reader if "reader" in input.user.roles`,
			`allow(user: User, "read", _: Document) if not reader(user);
			reader(user: User) if "reader" in user.roles;`,
		},
		{
			`allow if { grade(input.user.level) == "high" }
			grade(level) := "high" if level > 2
			grade(level) := "low" if level <= 2`,
			`allow(user: User, "read", _: Document) if grade(user.level, "high");
			grade(level, "high") if level > 2;
			grade(level, "low") if level <= 2;`,
		},
		{
			`allow if kind == "writer"
			kind := "boss" if { input.user.level > 3 } else := "writer" if { "writer" in input.user.roles }`,
			`allow(user: User, "read", _: Document) if kind(user, k) and k = "writer";
			kind(user: User, "boss") if user.level > 3;
			kind(user: User, "writer") if not user.level > 3 and "writer" in user.roles;`,
		},
	} {
		query := newOPA(t, "data.test.allow", "package test\ndefault allow := false\n"+tt.rego, "{}")
		az := page.New(t, config(authz.String("test.polar", tt.polar)))
		answers := map[bool]int{}
		for _, u := range users {
			want, err := eval(query, map[string]any{"user": map[string]any{"name": u.Name, "level": u.Level, "roles": u.Roles}})
			if err != nil {
				t.Errorf("%s: %v", tt.rego, err)
			}
			answers[want]++
			if got, err := az.IsAllowed(t.Context(), u, "read", &Document{Name: "plan"}); got != want || err != nil {
				t.Errorf("%s: %v, %v for user %s; OPA says %v", tt.polar, got, err, u.Name, want)
			}
		}
		if len(answers) != 2 {
			t.Errorf("%s is %v for all users", tt.rego, answers)
		}
	}
}

// A Visitor has a level that is text.
type Visitor struct {
	Name  string `polar:",id"`
	Level string
}

// LevelNumber returns the level as a number.
func (v Visitor) LevelNumber() (int, error) { return strconv.Atoi(v.Level) }

func TestDifferences(t *testing.T) {
	for _, tt := range []struct {
		name, rego, polar  string
		input              map[string]any
		actor              any
		wantOPA, wantPolar string
	}{
		{
			"a misspelt field in a violation",
			`allow if count(violations) == 0
			violations contains "suspended" if input.user.suspnded`,
			`allow(_: User, "read", _: Document);
			deny(user: User, "read", _: Document) if user.suspnded;`,
			map[string]any{"user": map[string]any{"suspended": true}}, &User{Name: "eve", Suspended: true},
			"allowed", "User has no attribute",
		},
		{
			"a user that is missing",
			`allow if not input.user.suspended`,
			`allow(user: User, "read", _: Document) if not user.suspended;`,
			map[string]any{}, (*User)(nil),
			"allowed", "could not decide",
		},
		{
			"a number that is text",
			`allow if input.user.level >= 2`,
			`allow(user: User, "read", _: Document) if user.claims.level >= 2;`,
			map[string]any{"user": map[string]any{"level": "0"}}, &User{Name: "eve", Claims: map[string]any{"level": "0"}},
			"allowed", "could not decide",
		},
		{
			"a number that is known to be text",
			`allow if input.user.level >= 2`,
			`allow(visitor: Visitor, "read", _: Document) if visitor.level >= 2;`,
			map[string]any{"user": map[string]any{"level": "0"}}, &Visitor{Name: "eve", Level: "0"},
			"allowed", "cannot be ordered",
		},
		{
			"an error of a function under not",
			`allow if not high
			high if to_number(input.user.level) > 3`,
			`allow(visitor: Visitor, "read", _: Document) if not high(visitor);
			high(visitor: Visitor) if visitor.level_number() > 3;`,
			map[string]any{"user": map[string]any{"level": "x"}}, &Visitor{Name: "eve", Level: "x"},
			"allowed", "could not decide",
		},
		{
			"a rule that does not exist",
			`alow if true`,
			`alow(_: User, "read", _: Document);`,
			map[string]any{}, &User{Name: "eve"},
			"denied", "could not decide",
		},
	} {
		query := newOPA(t, "data.test.allow", "package test\n"+tt.rego, "{}")
		if got := page.Answer(eval(query, tt.input)); got != tt.wantOPA {
			t.Errorf("%s: OPA: %s, want %s", tt.name, got, tt.wantOPA)
		}
		cfg := config(authz.String("test.polar", tt.polar))
		cfg.Classes = append(cfg.Classes, authz.ClassOf[Visitor]())
		var got string
		if az, err := authz.New(cfg); err != nil {
			got = err.Error()
		} else {
			got = page.Answer(az.IsAllowed(t.Context(), tt.actor, "read", &Document{Name: "plan"}))
		}
		if !strings.Contains(got, tt.wantPolar) {
			t.Errorf("%s: Ursa: %s, want %s", tt.name, got, tt.wantPolar)
		}
	}
}
