//go:build !purego

package polar

// This file tests decisions about many resources, and lists of actions and fields, by code for
// types.

import (
	"context"
	"fmt"
	"slices"
	"strings"
	"testing"
)

func TestTypedEach(t *testing.T) {
	p := typedPolicy(t, false, `
allow(u: User, "read", o: Org) if u.id = o.id;
allow(u: User, "read", v: User) if u.id = v.boss.id;
allow(u: User, "read", f: Folder) if u.knows(f.name);
deny(_: User, "read", o: Org) if o.name = "secret";
deny(_: User, "other", _: Folder);
allow_field(u: User, "read", o: Org, "name") if u.id = o.id;
allow_field(_: User, "read", o: Org, "") if o.name = "";
`)
	u := &typedUser{ID: 1}
	org := func(id int, name string) *typedOrg { return &typedOrg{ID: id, Name: name} }
	list := []any{
		org(1, ""), org(2, ""), org(1, "secret"), *org(1, ""), &typedUser{Boss: u}, &typedUser{}, org(1, ""),
		(*typedOrg)(nil), &typedFolder{}, org(2, ""),
	}
	allowed := make([]bool, len(list))
	for _, tt := range []struct {
		from, n int
		want    []bool
	}{
		{0, 7, []bool{true, false, false, true, true, false, true}},
		{7, 0, nil}, // nil is for the solver
		{8, 0, nil}, // and what calls methods
		{9, 1, []bool{false}},
	} {
		clear(allowed)
		n := p.DecideEach(t.Context(), "deny", "allow", u, "read", list[tt.from:], allowed)
		if n != tt.n || !slices.Equal(allowed[:n], tt.want) {
			t.Errorf("from %d: %d decided, %v; want %d, %v", tt.from, n, allowed[:n], tt.n, tt.want)
		}
	}
	if n := p.DecideEach(t.Context(), "", "allow", u, "read", list, allowed); n != 7 || !allowed[2] {
		t.Errorf("without deny: %d decided, %v", n, allowed)
	}
	for _, tt := range []struct {
		field string
		want  []bool
	}{{"name", []bool{true, false, true}}, {"id", []bool{false, false, false}}, {"", []bool{true, true, false}}} {
		if n := p.DecideFieldEach(t.Context(), "", "allow_field", u, "read", tt.field, list[:3], allowed); n != 3 || !slices.Equal(allowed[:3], tt.want) {
			t.Errorf("field %q: %d decided, %v, want %v", tt.field, n, allowed[:3], tt.want)
		}
	}
	for _, names := range [][2]string{{"nothing", "allow"}, {"", "nothing"}, {"deny_field", "allow"}} {
		if n := p.DecideEach(t.Context(), names[0], names[1], u, "read", list, allowed); n != 0 {
			t.Errorf("rules %q: %d decided", names, n)
		}
	}
	for _, actor := range []any{nil, (*typedUser)(nil)} {
		if n := p.DecideEach(t.Context(), "deny", "allow", actor, "read", list, allowed); n != 0 {
			t.Errorf("actor %T: %d decided", actor, n)
		}
	}
}

// TestTypedAtLimits tests that limits are those of each decision, and that a list has the limit
// of results.
func TestTypedAtLimits(t *testing.T) {
	const text = `allow(u: User, "read", o: Org) if r in u.roles and r.org = o.id; allow(_: User, "a", _: Org); allow(_: User, "b", _: Org); allow(_: User, "a", o: Org) if o.id = 1;`
	u := &typedUser{ID: 1, Roles: make([]typedRole, 20)}
	list := slices.Repeat([]any{&typedOrg{ID: 1}}, 300)
	allowed := make([]bool, len(list))
	each, lists := false, false
	for n := 1; n < 200; n++ {
		for _, limits := range []Limits{{Steps: n}, {Bytes: 8 * n}, {Results: n}} {
			p, _, err := load(t.Context(), Input{Sources: []Source{{"limits.polar", text}}, Classes: typedClasses(false), Limits: limits}, true)
			if err != nil {
				t.Fatal(err)
			}
			_, err = p.solve(t.Context(), "allow", u, "read", list[0])
			_, _, _, alone := p.prog.DecideTyped(t.Context(), &p.config.Limits, "allow", about(u, "read", list[0]))
			if k := p.DecideEach(t.Context(), "", "allow", u, "read", list, allowed); k != 0 && k != len(list) || k > 0 != alone || k > 0 && err != nil {
				t.Fatalf("%+v: %d decided, one alone: %v, the solver: %v", limits, k, alone, err)
			} else if k > 0 {
				each = true
			}
			names, all, known := p.Actions(t.Context(), "allow", u, list[0])
			if !known {
				continue
			}
			lists = true
			for _, err := range p.Query(t.Context(), "allow", u, Var("action"), list[0]) {
				if err != nil {
					t.Fatalf("%+v: %v %v, the query: %v", limits, names, all, err)
				}
			}
		}
	}
	if !each || !lists {
		t.Error("the code never decided")
	}
}

func TestTypedNames(t *testing.T) {
	p := typedPolicy(t, false, `
allow(u: User, "write", o: Org) if u.id = o.id;
allow(u: User, "read", o: Org) if u.id = o.id;
allow(u: User, "read", o: Org) if u.id != o.id;
allow(_: User, action, o: Org) if action in ["a", "b"] and o.name = action;
allow(_: User, _, o: Org) if o.name = "open";
allow(u: User, "know", f: Folder) if u.knows(f.name);
allow(u: User, "read", _: Folder) if u.admin;
allow_field(u: User, action, o: Org, "id") if allow(u, action, o);
allow_field(_: User, "read", _: Org, "name");
allow_field(_: User, "read", o: Org, _) if o.name = "open";
allow(_: User, "read", o: Org) if o.name = "open";
`)
	u := &typedUser{ID: 1}
	tests := []struct {
		org     typedOrg
		actions string
		all     bool
		fields  string
	}{
		{typedOrg{ID: 1}, "read write", false, "id name"},
		{typedOrg{ID: 2, Name: "b"}, "b read", false, "id name"},
		{typedOrg{ID: 2, Name: "open"}, "read", true, "id name"},
	}
	for _, tt := range tests {
		actions, all, known := p.Actions(t.Context(), "allow", u, &tt.org)
		if strings.Join(actions, " ") != tt.actions || all != tt.all || !known {
			t.Errorf("%+v: actions %v %v %v", tt.org, actions, all, known)
		}
		fields, all, known := p.Fields(t.Context(), "allow_field", u, "read", &tt.org)
		if strings.Join(fields, " ") != tt.fields || all != tt.all || !known {
			t.Errorf("%+v: fields %v %v %v", tt.org, fields, all, known)
		}
	}
	for _, x := range []any{nil, &typedFolder{}, (*typedOrg)(nil)} { // a folder needs a method
		if _, _, known := p.Actions(t.Context(), "allow", u, x); known {
			t.Errorf("%T: the code listed actions", x)
		}
	}
	if _, _, known := p.Actions(t.Context(), "deny", u, &typedOrg{}); known {
		t.Error("the code listed what no rule is about")
	}
	var many strings.Builder
	for i := range 65 {
		fmt.Fprintf(&many, "allow(_: User, \"do%d\", _: Org);\n", i)
	}
	if _, _, known := typedPolicy(t, false, many.String()).Actions(t.Context(), "allow", u, &typedOrg{}); known {
		t.Error("the code listed more names than it can note")
	}
}

// TestTypedAfterContext tests that nothing is decided after the context has ended.
func TestTypedAfterContext(t *testing.T) {
	p := typedPolicy(t, false, `allow(u: User, "read", o: Org) if u.id = o.id;`)
	u, o := &typedUser{ID: 1}, &typedOrg{ID: 1}
	list := slices.Repeat([]any{o}, 1000)
	allowed := make([]bool, len(list))
	ctx, cancel := context.WithCancel(t.Context())
	defer cancel()
	for range 2 {
		ended := ctx.Err() != nil
		_, _, _, done := p.prog.DecideTyped(ctx, &p.config.Limits, "allow", about(u, "read", o))
		_, _, known := p.Actions(ctx, "allow", u, o)
		all := p.DecideEach(ctx, "", "allow", u, "read", list, allowed) == len(list)
		if done == ended || known == ended || all == ended {
			t.Errorf("ended %v: decided %v, listed %v, all decided %v", ended, done, known, all)
		}
		cancel()
	}
	if _, _, _, done := p.prog.DecideTyped(ctx, &p.config.Limits, "allow", about(u, "new", o)); done {
		t.Error("decided after the context has ended")
	}
}

// TestTypedTextsThatLookAlike tests names that have the bytes in common that a key compares first.
func TestTypedTextsThatLookAlike(t *testing.T) {
	names := []string{
		"beginning-1-ends-here", "beginning-2-ends-here", "beginning-ends-here", "aaaaaaaa", "aaaaaaaaa", "aaaaaaaaaaaaaaaaaaaa", "aaaaa", "aaaa", "aaa", "aa", "a", "",
	}
	var text strings.Builder
	for i, name := range names {
		fmt.Fprintf(&text, "allow(_: User, %q, o: Org) if o.id = %d;\nallow_field(_: User, \"read\", o: Org, %[1]q) if o.id = %d;\n", name, i)
	}
	p := typedPolicy(t, false, text.String())
	u := &typedUser{}
	for range 2 { // the second time they are known
		for i, name := range append(names, "beginning-3-ends-here", "aaaaaaaaaaaaaaaaaaaaa", "aaaaaaa") {
			for id := range names {
				o := &typedOrg{ID: id}
				want := i == id
				if got := decideTyped(t, p, u, name, o); got != want {
					t.Errorf("action %q, %d: %v", name, id, got)
				}
				if out, err := p.DecideField(t.Context(), "allow_field", u, "read", o, name); out.Allowed != want || err != nil {
					t.Errorf("field %q, %d: %v %v", name, id, out.Allowed, err)
				}
			}
		}
	}
}

// TestTypedReplaysOnlyTheSameCalls tests that the solver takes no result of a call that it does
// not make.
func TestTypedReplaysOnlyTheSameCalls(t *testing.T) {
	p, _, err := load(t.Context(), Input{
		Sources: []Source{{"calls.polar", `allow(_, "read", c: Counter) if c.asks(c.name) and x in c.items and x = [1];`}},
		Classes: []Class{{Name: "Counter", Type: ClassOf[typedCounter]().Type}},
	}, true)
	if err != nil {
		t.Fatal(err)
	}
	made := 0
	first := &typedCounter{Name: "a", Items: []any{[]int{1}}, calls: &made}
	_, _, calls, done := p.prog.DecideTyped(t.Context(), &p.config.Limits, "allow", about(first, "read", first))
	if done || len(calls) != 1 || made != 1 {
		t.Fatalf("decided %v, %d calls", done, len(calls))
	}
	again := 0
	other := &typedCounter{Name: "a", Items: first.Items, calls: &again}
	first.calls = &again
	if out, err := p.solveAfter(t.Context(), calls, "allow", first, "read", first); !out.Allowed || err != nil || again != 0 {
		t.Errorf("the same call: %v %v, made %d times again", out.Allowed, err, again)
	}
	if out, err := p.solveAfter(t.Context(), calls, "allow", other, "read", other); !out.Allowed || err != nil || again != 1 {
		t.Errorf("another object: %v %v, called %d times", out.Allowed, err, again)
	}
	first.Name = "b"
	if out, err := p.solveAfter(t.Context(), calls, "allow", first, "read", first); out.Allowed || err != nil || again != 2 {
		t.Errorf("another argument: %v %v, called %d times", out.Allowed, err, again)
	}
}

// TestTypedKnowsWhatIsBound tests bodies in which the value or the class of a variable depends
// on the way to a goal.
func TestTypedKnowsWhatIsBound(t *testing.T) {
	boss, admin := &typedUser{ID: 2, Name: "b"}, &typedUser{ID: 3, Admin: true}
	users := []*typedUser{
		{ID: 1, Name: "a", Numbers: []int{1, 4}, Boss: boss}, {ID: 2, Boss: admin}, {ID: 3, Numbers: []int{3}, Boss: admin}, {ID: 4, Admin: true}, boss,
	}
	for _, body := range []string{
		`(x = 1 or x = 2) and u.id = x`,
		`(x = 1 or x = 2) and x = u.id`,
		`(h(x) or x = 4) and u.id = x`,
		`(x in [1, 9] or x in u.numbers) and x = u.id`,
		`(u.id = 1 and x = u.boss or x = u) and x.admin`,
		`x matches User and x matches User{admin: true} and x = u.boss`,
		`x matches Actor and x matches User{admin: true} and x = u.boss`,
		`x matches User{admin: true} and x matches Actor and x = u.boss`,
		`x = y and (y = 1 or y = 3) and u.id = x`,
		`not (x = 1 and u.id = x)`,
		`(g in u.groups and u.admin or g = u) and g.name = "a"`,
		`[x, *_] = u.name.split("x") and (x = "a" or x = "c")`,
	} {
		p, _, err := load(t.Context(), Input{
			Sources: []Source{{"bound.polar", `actor User {} h(1); h(3) if 1 = 2; allow(u: User, "read", _) if ` + body + ";"}}, Classes: typedClasses(false),
		}, true)
		if err != nil {
			t.Errorf("%s: %v", body, err)
			continue
		}
		allowed := 0
		for _, u := range users {
			if decideTyped(t, p, u, "read", u) {
				allowed++
			}
		}
		if allowed == 0 || allowed == len(users) {
			t.Errorf("%s: %d are allowed", body, allowed)
		}
	}
}

// TestTypedNil tests that nil is left to the solver, where no rule reads it either: it is no
// instance of a class.
func TestTypedNil(t *testing.T) {
	p := typedPolicy(t, false, `allow(_: User, "read", _: Org); allow(nil, "read", _); allow(_, "read", nil) if 1 = 2;`)
	u, o := &typedUser{}, &typedOrg{}
	for _, tt := range []struct {
		actor, resource any
		want            bool
	}{
		{u, o, true}, {u, (*typedOrg)(nil), false}, {(*typedUser)(nil), o, true}, {u, nil, false}, {nil, o, true}, {u, u, false},
	} {
		for range 2 {
			out, err := p.Decide(t.Context(), "allow", tt.actor, "read", tt.resource)
			if out.Allowed != tt.want || err != nil {
				t.Errorf("%T %v, %T %v: %v %v", tt.actor, tt.actor, tt.resource, tt.resource, out.Allowed, err)
			}
		}
	}
	allowed := make([]bool, 3)
	if n := p.DecideEach(t.Context(), "", "allow", u, "read", []any{o, (*typedOrg)(nil), o}, allowed); n != 1 {
		t.Errorf("%d decided, want 1", n)
	}
	if _, _, known := p.Actions(t.Context(), "allow", u, (*typedOrg)(nil)); known {
		t.Error("actions of nil")
	}
}

// TestTypedFieldsOfOneElement tests a condition on two fields of an element of a list.
func TestTypedFieldsOfOneElement(t *testing.T) {
	p := typedPolicy(t, false, `
allow(u: User, "read", _) if r in u.roles and r.org = r.level;
allow(u: User, "write", _) if r in u.roles and r.level = r.org and r.name = "a";
`)
	for _, tt := range []struct {
		role        typedRole
		read, write bool
	}{
		{typedRole{Org: 1, Level: 1, Name: "b"}, true, false}, {typedRole{Org: 2, Level: 2, Name: "a"}, true, true}, {typedRole{Org: 1, Level: 2, Name: "a"}, false, false},
	} {
		u := &typedUser{ID: 1, Roles: []typedRole{{Org: 1}, tt.role, {Level: 2}}}
		if decideTyped(t, p, u, "read", u) != tt.read || decideTyped(t, p, u, "write", u) != tt.write {
			t.Errorf("%+v: want %v %v", tt.role, tt.read, tt.write)
		}
	}
}

// TestTypedTwoWaysUp tests a recursion that goes on in two places, which is not a loop.
func TestTypedTwoWaysUp(t *testing.T) {
	p := typedPolicy(t, false, `
allow(u: User, "read", v: User) if up(u, v);
up(u: User, v: User) if u.id = v.id;
up(u: User, v: User) if up(u, v.boss);
up(u: User, v: User) if up(u, v.home.lead);
`)
	left, right := &typedUser{ID: 1}, &typedUser{ID: 2}
	v := &typedUser{ID: 3, Boss: left, Home: &typedOrg{Lead: right}}
	for id := range 5 {
		u, want := &typedUser{ID: id}, 1 <= id && id <= 3
		if out, err := p.Decide(t.Context(), "allow", u, "read", v); out.Allowed != want || err != nil {
			t.Errorf("user %d: %v %v", id, out.Allowed, err)
		}
	}
}
