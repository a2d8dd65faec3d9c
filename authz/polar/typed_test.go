//go:build !purego

package polar

// This file tests that decisions for types and the solver agree.

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"sync"
	"testing"

	"github.com/ursa-authz/ursa/authz/polar/internal/vm"
	"github.com/ursa-authz/ursa/internal/randtest"
)

func TestTypedAgrees(t *testing.T) {
	policies, seed := agreeRuns(t)
	users, docs, classes := agreeWorld()
	var n typedTally
	for i := range policies {
		g := &policyGen{Writer: randtest.New(seed, i)}
		text := g.policy() + g.otherRules()
		limits := Limits{Steps: 5_000}
		if i%2 == 1 {
			limits = Limits{Steps: 1 + g.IntN(120), Bytes: 200 + g.IntN(8_000), Depth: 1 + g.IntN(6)}
		}
		p, _, err := load(t.Context(), Input{Sources: []Source{{"random.polar", text}}, Classes: classes, Limits: limits}, true)
		if err != nil {
			continue
		}
		n.policies++
		for _, u := range users {
			for _, d := range docs {
				if err := n.ask(p, u, d, "title"); err != nil {
					t.Fatalf("policy %d: user %d, doc %d: %v\n%+v\n%s", i, u.ID, d.ID, err, limits, text)
				}
			}
		}
	}
	n.log(t)
}

// otherRules returns rules with two and four parameters.
func (g *policyGen) otherRules() string {
	var b strings.Builder
	user, action := `u: User`, g.Pick(`"read"`, "_", `"write"`)
	for range 1 + g.IntN(2) {
		b.WriteString(g.rule(fmt.Sprintf("allow_request(%s, %s)", g.Pick("u", user), g.Pick("d", "d: Doc"))))
		b.WriteString(g.rule(fmt.Sprintf("allow_field(%s, %s, d: Doc, %s)", user, action, g.Pick(`"title"`, `"id"`, "_"))))
	}
	return b.String()
}

// about returns a question about an action.
func about(actor any, action string, resource any) *vm.Question {
	return &vm.Question{Form: vm.FormAction, Actor: actor, Action: action, Resource: resource}
}

// typedPolicy loads a policy over the classes of typedworld_test.go.
func typedPolicy(t testing.TB, keyed bool, text string) *Policy {
	t.Helper()
	p, _, err := load(t.Context(), Input{Sources: []Source{{"typed.polar", text}}, Classes: typedClasses(keyed)}, true)
	if err != nil {
		t.Fatal(err)
	}
	return p
}

// decideTyped returns the answer of the code for types, which must be that of the solver.
func decideTyped(t *testing.T, p *Policy, actor any, action string, resource any) bool {
	t.Helper()
	ok, rule, _, done := p.prog.DecideTyped(t.Context(), &p.config.Limits, "allow", about(actor, action, resource))
	if !done {
		t.Fatalf("the code did not decide: %s", p.prog.WhyNotTyped("allow", about(actor, action, resource)))
	}
	want, err := p.solve(t.Context(), "allow", actor, action, resource)
	if err != nil || ok != want.Allowed || ok && rule != want.Rule {
		t.Fatalf("the code says %v by %v, the solver %v by %v, %v", ok, rule, want.Allowed, want.Rule, err)
	}
	return ok
}

const chainPolicy = `
allow(u: User, "read", v: User) if up(u, v);
up(u: User, v: User) if u.id = v.boss.id;
up(u: User, v: User) if up(u, v.boss);
allow(u: User, "see", v: User) if above(u, v);
above(u: User, v: User) if above(u, v.boss);
above(u: User, v: User) if u.id = v.boss.id;
allow(u: User, "role", o: Org) if r in u.roles and r.name = o.name and r.org = o.id;
`

// TestTypedIsNeverCheaper tests that the code does not decide within limits that the solver
// exceeds.
func TestTypedIsNeverCheaper(t *testing.T) {
	u, o := &typedUser{ID: 1, Name: strings.Repeat("a", 300), Roles: []typedRole{{Org: 3}, {Org: 1}}}, &typedOrg{ID: 1, Name: "a/b/c/d/e/f"}
	u.Boss = &typedUser{ID: 2, Boss: &typedUser{ID: 3, Boss: &typedUser{ID: 4}}}
	for _, body := range []string{
		`h(u.id); h(nil) if 1 = 2;`, // the solver begins to try the rule
		`h(u.rank, o); h(2, _: Org); h(2, nil) if 1 = 2;`,
		`h(1.5); h(1) if 1 = 2;`,
		`h(1.5); h(0.5) if 1 = 2;`,
		`h(u, o); h(_, _) if 1 = 2; h(_, _: Resource) if 1 = 2; h(_, _: Org) if 1 = 2; h(_: Actor, _) if 1 = 2; h(_: Actor, _: Resource) if 1 = 2; h(_: Actor, _: Org) if 1 = 2; h(_: User, _) if 1 = 2; h(_: User, _: Resource) if 1 = 2; h(_: User, _: Org) if 1 = 2;`,
		`h(u, o.name); h(_: User{admin: false, id: 1}, nil); h(_: User{id: 2}, nil);`,
		`h(u.name); h(name) if name = "b" or name.starts_with("ab") or x = name and x.contains("b");`,
		`r in u.roles and r.org = o.id and h(r); h(r: Role) if r.name = "b" or r.org = 1;`,
		`["a", *_] = o.name.split("/")`,
		`[_, *rest] = o.name.split("/") and "c" in rest`,
		`h(o.name.split("/")); h(["a", *rest]) if "f" in rest;`,
		`u.name.contains("b") or u.name = o.name or u.name.starts_with("b") or o.name.ends_with("f")`,
		`x = u and (x.id = 2 or x.admin or x.name = "b" or x.id in u.numbers)`,
		`up(u, u.boss); up(x: User, y: User) if x.id = y.id; up(x: User, y: User) if up(x, y.boss);`,
		`not h(u); h(u: User) if not u.id = 1; h(u) if u.id = 2 or u.id = 3;`,
	} {
		// The goals first, then the rules that they call.
		goals, rules, _ := strings.Cut(body, ";")
		text := `actor User {} resource Org {} allow(u: User, "read", o: Org) if u = u and o = o and ` + goals + ";" + rules
		decides := false
		for _, limit := range []func(n int) Limits{
			func(n int) Limits { return Limits{Steps: n} },
			func(n int) Limits { return Limits{Bytes: 4 * n} },
			func(n int) Limits { return Limits{Depth: n} },
		} {
			for n := 1; n < 300; n++ {
				p, _, err := load(t.Context(), Input{Sources: []Source{{"cheap.polar", text}}, Classes: typedClasses(false), Limits: limit(n)}, true)
				if err != nil {
					t.Fatal(err)
				}
				_, _, _, done := p.prog.DecideTyped(t.Context(), &p.config.Limits, "allow", about(u, "read", o))
				if _, err := p.solve(t.Context(), "allow", u, "read", o); done && err != nil {
					t.Errorf("%s: decided within %+v, the solver: %v", body, limit(n), err)
				}
				decides = decides || done
			}
		}
		if !decides {
			p := typedPolicy(t, false, text)
			t.Errorf("%s: never decided by the code: %s", body, p.prog.WhyNotTyped("allow", about(u, "read", o)))
		}
	}
}

// TestTypedLongChains tests that the code decides at lengths that real data reach.
func TestTypedLongChains(t *testing.T) {
	for _, keyed := range []bool{false, true} {
		p := typedPolicy(t, keyed, chainPolicy)
		for _, n := range []int{1, 2, 8, 9, 60, 62, 64, 1000, 10_000} {
			chain := make([]typedUser, n+1)
			for i := range chain {
				chain[i].ID = i + 1
				if i > 0 {
					chain[i-1].Boss = &chain[i]
				}
			}
			nobody := &typedUser{ID: n + 7}
			for _, action := range []string{"read", "see"} {
				if !decideTyped(t, p, &chain[n], action, &chain[0]) || decideTyped(t, p, nobody, action, &chain[0]) {
					t.Errorf("%s: wrong answer at %d", action, n)
				}
			}
			u := &typedUser{ID: 1, Roles: make([]typedRole, n)}
			u.Roles[n-1] = typedRole{Name: "a", Org: 3}
			if !decideTyped(t, p, u, "role", &typedOrg{ID: 3, Name: "a"}) || decideTyped(t, p, u, "role", &typedOrg{ID: 4, Name: "a"}) {
				t.Errorf("roles: wrong answer at %d", n)
			}
		}
	}
}

// TestTypedCycles tests that the code ends in cycles as the solver does: of pointers, and of
// different objects with one key.
func TestTypedCycles(t *testing.T) {
	for _, keyed := range []bool{false, true} {
		p := typedPolicy(t, keyed, chainPolicy)
		for n := 1; n < 40; n++ {
			for back := range n {
				chain := make([]typedUser, n)
				for i := range chain {
					chain[i].ID = 1 + i%7*(i%2) // some keys repeat
					chain[i].Boss = &chain[(i+1)%n]
				}
				chain[n-1].Boss = &chain[back]
				for _, action := range []string{"read", "see"} {
					for _, id := range []int{1, 3, 99} {
						decideTyped(t, p, &typedUser{ID: id}, action, &chain[0])
					}
				}
			}
		}
	}
}

// TestTypedEndOfChain tests rules about nil, at the end of a chain.
func TestTypedEndOfChain(t *testing.T) {
	for _, rules := range []string{
		"up(u, nil) if u.admin; up(u: User, v: User) if up(u, v.boss);",
		"up(u: User, v: User) if up(u, v.boss); up(u, nil) if u.admin;",
		"up(u, v) if v = nil and u.admin; up(u: User, v: User) if up(u, v.boss);",
		"up(u: User, v: User) if v.boss = nil and u.admin; up(u: User, v: User) if up(u, v.boss);",
		"up(u, v: User) if v.boss = nil and u.admin or up(u, v.boss);",
	} {
		p := typedPolicy(t, false, `allow(u: User, "read", v: User) if up(u, v); `+rules)
		v := &typedUser{Boss: &typedUser{Boss: &typedUser{}}}
		for _, admin := range []bool{true, false} {
			out, err := p.Decide(t.Context(), "allow", &typedUser{Admin: admin}, "read", v)
			if out.Allowed != admin || err != nil {
				t.Errorf("%s: %v %v, want %v", rules, out.Allowed, err, admin)
			}
		}
	}
}

// TestTypedTableIsBounded tests that no question makes the table grow without bound.
func TestTypedTableIsBounded(t *testing.T) {
	var text strings.Builder
	for i := range 3000 {
		fmt.Fprintf(&text, "allow(u: User, \"do%d\", o: Org) if u.id = o.id;\n", i)
	}
	p := typedPolicy(t, false, text.String())
	u, o := &typedUser{ID: 1}, &typedOrg{ID: 1}
	for i := range 1_000_000 {
		action := fmt.Sprint("x", i)
		if _, _, _, done := p.prog.DecideTyped(t.Context(), &p.config.Limits, "allow", about(u, action, o)); !done {
			t.Fatal("no code for unknown actions")
		}
	}
	if n := p.prog.TypedDecisions(); n != 1 {
		t.Errorf("%d decisions for actions that the policy does not name, want 1", n)
	}
	for i := range 3000 {
		out, err := p.Decide(t.Context(), "allow", u, fmt.Sprint("do", i), o)
		if !out.Allowed || err != nil {
			t.Fatalf("do%d: %v %v", i, out.Allowed, err)
		}
	}
	if n := p.prog.TypedDecisions(); n != 1024 {
		t.Errorf("%d decisions, want 1024", n)
	}
}

// TestTypedConcurrently tests that goroutines that ask for the first time agree.
func TestTypedConcurrently(t *testing.T) {
	for range 20 {
		p := typedPolicy(t, true, chainPolicy)
		boss := &typedUser{ID: 1}
		u := &typedUser{ID: 2, Boss: boss}
		var wg sync.WaitGroup
		for range 8 {
			wg.Go(func() {
				for i := range 50 {
					action := []string{"read", "see", "role", fmt.Sprint(i)}[i%4]
					out, err := p.Decide(context.Background(), "allow", boss, action, u)
					if err != nil || out.Allowed != (i%4 < 2) {
						t.Errorf("%s: %v %v", action, out.Allowed, err)
					}
				}
			})
		}
		wg.Wait()
	}
}

// A typedCounter counts the calls of its methods.
type typedCounter struct {
	ID    int
	Name  string
	Items []any
	calls *int
	end   func()
}

func (c *typedCounter) Asks(name string) bool {
	*c.calls++
	if c.end != nil {
		c.end()
	}
	return name == "a"
}

func (c *typedCounter) Breaks() (bool, error) { *c.calls++; return false, errors.New("broken") }

// TestTypedCallsMethodsOnce tests that a decision that the code gives up calls no method twice,
// and that the solver drops what it does not ask for.
func TestTypedCallsMethodsOnce(t *testing.T) {
	tests := []struct {
		body  string
		calls int
		allow bool
	}{
		{`c.asks("a")`, 1, true},
		{`c.asks("a") and c.items = c.items`, 1, true},
		{`c.asks("a") and x in c.items and x = [1]`, 1, true},
		{`c.asks("b") or c.asks("a") and x in c.items and x = [1]`, 2, true},
		{`c.asks("a") and c.asks("a") and c.asks("a") and x in c.items and x = [1]`, 3, true},
		{`c.asks("a") and c.breaks()`, 2, false},
		{`not c.asks("b") and x in c.items and x = [2]`, 1, false},
	}
	for _, tt := range tests {
		calls := 0
		c := &typedCounter{ID: 1, Items: []any{[]int{1}}, calls: &calls}
		p, _, err := load(t.Context(), Input{
			Sources: []Source{{"calls.polar", `allow(_, "read", c: Counter) if ` + tt.body + ";"}},
			Classes: []Class{{Name: "Counter", Type: ClassOf[typedCounter]().Type}},
		}, true)
		if err != nil {
			t.Fatal(err)
		}
		out, _ := p.Decide(t.Context(), "allow", c, "read", c)
		if out.Allowed != tt.allow || calls != tt.calls {
			t.Errorf("%s: %v after %d calls, want %v after %d", tt.body, out.Allowed, calls, tt.allow, tt.calls)
		}
	}
}

// TestTypedCallsMethodsOnceAtLimits tests the same for a limit that is met after the call.
func TestTypedCallsMethodsOnceAtLimits(t *testing.T) {
	called := false
	for steps := 1; steps < 400; steps++ {
		calls := 0
		c := &typedCounter{ID: 1, Name: strings.Repeat("a", 10_000), calls: &calls}
		p, _, err := load(t.Context(), Input{
			Sources: []Source{{"limit.polar", `allow(_, "read", c: Counter) if c.asks("a") and c.name.starts_with("a");`}},
			Classes: []Class{{Name: "Counter", Type: ClassOf[typedCounter]().Type}},
			Limits:  Limits{Steps: steps},
		}, true)
		if err != nil {
			t.Fatal(err)
		}
		if _, err := p.Decide(t.Context(), "allow", c, "read", c); calls > 1 || err == nil && calls == 0 {
			t.Fatalf("%d steps: %d calls, %v", steps, calls, err)
		}
		called = called || calls > 0
	}
	if !called {
		t.Error("the method was never called")
	}
}

// TestTypedContext tests that a context that ends during a decision ends it.
func TestTypedContext(t *testing.T) {
	p, _, err := load(t.Context(), Input{
		Sources: []Source{{"ends.polar", `allow(_, "read", c: Counter) if c.asks("a");`}},
		Classes: []Class{{Name: "Counter", Type: ClassOf[typedCounter]().Type}},
	}, true)
	if err != nil {
		t.Fatal(err)
	}
	ctx, cancel := context.WithCancel(t.Context())
	calls := 0
	c := &typedCounter{calls: &calls}
	if out, err := p.Decide(ctx, "allow", c, "read", c); !out.Allowed || err != nil {
		t.Fatal(out, err)
	}
	c.end = cancel
	if out, err := p.Decide(ctx, "allow", c, "read", c); out.Allowed || codeOf(err) != "cancelled" || calls != 2 {
		t.Errorf("%v %v after %d calls, want it cancelled after 2", out.Allowed, err, calls)
	}
}

// TestTypedDoesNotAllocate tests the forms of decisions that allocate nothing.
func TestTypedDoesNotAllocate(t *testing.T) {
	if withRace {
		t.Skip("the race detector allocates")
	}
	p := typedPolicy(t, true, chainPolicy+`
allow(u: User, "own", f: File) if u = f.owner;
allow(u: User, "any", f: File) if u = f.any or f.note = u.name;
allow(u: User, "know", u: User) if u.knows("a");
allow(u: User, "split", _: File) if [_, "min"] = u.name.split("d");
allow(u: User, "in", o: Org) if o.id in u.numbers and o.name in ["a", "b"] and not u.admin;
`)
	boss := &typedUser{ID: 1, Name: "admin", Numbers: []int{1, 2}}
	u := &typedUser{ID: 2, Name: "a", Boss: boss}
	org := &typedOrg{ID: 2, Name: "b"}
	for _, tt := range []struct {
		action   string
		actor    *typedUser
		resource any
		want     bool
	}{
		{"read", boss, u, true}, {"see", boss, u, true}, {"role", boss, org, false}, {"own", u, &typedFile{Owner: u}, true},
		{"any", u, &typedFile{Any: u}, true}, {"know", u, u, true}, {"split", boss, &typedFile{}, true}, {"in", boss, org, true}, {"none", u, org, false},
	} {
		if got := decideTyped(t, p, tt.actor, tt.action, tt.resource); got != tt.want {
			t.Errorf("%s: %v", tt.action, got)
		}
		if n := testing.AllocsPerRun(100, func() { _, _ = p.Decide(context.Background(), "allow", tt.actor, tt.action, tt.resource) }); n != 0 {
			t.Errorf("%s: %v allocations", tt.action, n)
		}
	}
}
