package polar

// This file tests that the fast path of decisions and the solver agree, on
// random policies and arguments.

import (
	"context"
	"errors"
	"fmt"
	"io"
	"reflect"
	"slices"
	"strings"
	"testing"

	"github.com/ursa-authz/ursa/authz/filter"
	"github.com/ursa-authz/ursa/internal/randtest"
)

type agreeUser struct {
	ID    int
	Name  string
	Age   *int
	Score float64
	Tags  []string
	Boss  *agreeUser
	Roles []agreeRole
	Meta  map[string]any
}

type agreeRole struct {
	Name string
	Doc  int
}

type agreeDoc struct {
	ID      int
	OwnerID int
	Owner   *agreeUser
	Public  bool
	Title   string
	Labels  []string
	Parent  *agreeDoc
	Extra   any
}

// Adult, Check and Fail are methods with the result types that policies can call.
func (u *agreeUser) Adult() bool         { return u.Age != nil && *u.Age >= 18 }
func (u *agreeUser) Is(name string) bool { return u.Name == name }
func (d *agreeDoc) Fail() (bool, error)  { return false, errors.New("no") }
func (d *agreeDoc) Lookup() (int, bool)  { return d.ID, d.Public }

// A policyGen writes random policies.
type policyGen struct {
	randtest.Writer
	vars  []string // in scope
	fresh int
	depth int
}

// term returns a term that has, or may have, a value.
func (g *policyGen) term() string {
	if len(g.vars) > 0 && g.IntN(3) == 0 {
		return g.Pick(g.vars...)
	}
	return g.Pick(
		"u.id", "u.name", "u.age", "u.score", "d.id", "d.owner_id", "d.title", "d.public", "u.boss", "d.owner",
		"d.owner.name", "u.boss.id", "d.parent", "d.parent.owner", "d.extra", "nil", "1", "2", "1.5", `"a"`, `"b"`, "true", "u", "d",
		"d.parent.parent.id", "u.meta", "u.tags", `["a", "b"]`, "d.lookup()", "u.adult()",
	)
}

func (g *policyGen) newVar() string {
	g.fresh++
	v := fmt.Sprintf("_v%d", g.fresh) // may occur once
	g.vars = append(g.vars, v)
	return v
}

func (g *policyGen) goal() string {
	g.depth++
	defer func() { g.depth-- }()
	if g.depth < 3 {
		switch g.IntN(12) {
		case 0:
			saved := len(g.vars)
			s := "not (" + g.body(2) + ")"
			g.vars = g.vars[:saved]
			return s
		case 1:
			saved := len(g.vars)
			a := g.body(2)
			if g.IntN(2) == 0 {
				g.vars = g.vars[:saved]
			}
			return "(" + a + " or " + g.body(2) + ")"
		case 2:
			saved := len(g.vars)
			x := g.newVar()
			s := fmt.Sprintf("forall(%s in %s, %s)", x, g.Pick("u.tags", "d.labels", "u.roles"), g.goal())
			g.vars = g.vars[:saved]
			return s
		}
	}
	switch g.IntN(18) {
	case 16:
		return fmt.Sprintf("at(%s, %s)", g.Pick("u", "d", g.term2()),
			g.Pick(`d.title.split("b")`, `d.title.split("a")`, "u.tags", "d.labels", `["a", 1]`, "d.extra", g.term(), g.newVar()))
	case 0, 1:
		return g.term() + " = " + g.term()
	case 2:
		return g.term() + g.Pick(" == ", " != ", " < ", " >= ") + g.term()
	case 3:
		return g.newVar() + " = " + g.term()
	case 4:
		return g.newVar() + " in " + g.Pick("u.tags", "d.labels", "[1, 2]", `["a", "c"]`, "u.meta")
	case 5:
		return g.term() + " in " + g.Pick("u.tags", "d.labels", "[1, 2]", `["a", "c"]`)
	case 6:
		v := g.newVar()
		return fmt.Sprintf("%s in u.roles and %s.name = %s", v, v, g.Pick(`"a"`, "d.title", "d.id"))
	case 7:
		v := g.newVar()
		return fmt.Sprintf("%s.name = %s and %s in u.roles", v, g.Pick(`"a"`, "d.title"), v)
	case 8:
		return fmt.Sprintf("h%d(%s, %s)", g.IntN(4), g.Pick("u", "d", g.term2()), g.Pick("d", "d.parent", g.term2()))
	case 9:
		v := g.newVar()
		return fmt.Sprintf("h%d(%s, %s)", g.IntN(4), g.Pick("u", "d"), v)
	case 10:
		return g.term() + " matches " + g.Pick("User", "Doc", "Integer", "String", `User{name: "a"}`, "Doc{public: true}", "{id: 1}", `Doc{owner: User{id: 1}}`, "Actor", fmt.Sprintf("{id: %s}", g.newVar()))
	case 11:
		return g.Pick("u.adult()", `u.is("a")`, `u.name.starts_with("a")`, `d.title.contains("b")`, "d.public", "d.fail()", "u.nope = 1")
	case 12:
		v := g.newVar()
		return fmt.Sprintf(`[%s, *_] = d.title.split("b")`, v)
	case 13:
		return g.Pick("cut", "1 = 1", "1 = 2", "true", "_v0 := 1", "print(u.id)")
	case 14:
		return g.newVar() + " = " + g.term() + g.Pick(" + 1", " * 2")
	case 15:
		return g.Pick("u.id", "d.id") + " = " + g.term()
	}
	return g.term2() + g.Pick(" = ", " != ") + g.term()
}

// term2 returns a variable, which may be unbound.
func (g *policyGen) term2() string {
	if len(g.vars) > 0 {
		return g.Pick(g.vars...)
	}
	return "u.id"
}

func (g *policyGen) body(n int) string {
	var goals []string
	for range 1 + g.IntN(n) {
		goals = append(goals, g.goal())
	}
	return strings.Join(goals, " and ")
}

func (g *policyGen) rule(head string) string {
	g.vars, g.fresh = nil, 0
	return head + " if " + g.body(4) + " and u = u and d = d;\n"
}

// list returns a parameter for lists.
func (g *policyGen) list() string {
	elems := make([]string, g.IntN(4))
	for i := range elems {
		elems[i] = g.Pick(`"a"`, `"a"`, `"b"`, `"c"`, `""`, "_", "1", "1.0", "nil", `["a"]`, "u")
	}
	if g.IntN(4) == 0 {
		elems = append(elems, "*_")
	}
	if g.IntN(8) == 0 {
		return g.Pick("_", "_: List", `_: ["a", _]`)
	}
	return "[" + strings.Join(elems, ", ") + "]"
}

func (g *policyGen) policy() string {
	var b strings.Builder
	b.WriteString("actor User {}\nat(nil, _) if 1 = 2;\n")
	for range g.IntN(10) {
		fmt.Fprintf(&b, "at(%s, %s)%s;\n", g.Pick("u", "u: User", "u: Actor", "u: Doc"), g.list(), g.Pick(" if u = u", " if u = u and u.id = 1"))
	}
	for range 1 + g.IntN(4) {
		b.WriteString(g.rule(fmt.Sprintf("allow(%s, %s, %s)",
			g.Pick("u", "u: User", "u: Actor", `u: User{name: "a"}`), g.Pick(`"read"`, `"read"`, "_", `"write"`), g.Pick("d", "d: Doc", "d: {public: true}", `d: Doc{title: "ab"}`))))
	}
	for i := range 4 {
		for range 1 + g.IntN(2) {
			b.WriteString(g.rule(fmt.Sprintf("h%d(%s, %s)", i, g.Pick("u", "u: User", "d"), g.Pick("d", "d: Doc", "d: Integer", "u"))))
		}
	}
	return b.String()
}

// agreeWorld returns the values for the random policies.
func agreeWorld() (users []*agreeUser, docs []*agreeDoc, classes []Class) {
	adult, child := 30, 3
	boss := &agreeUser{ID: 2, Name: "b", Age: &adult, Tags: []string{"c"}}
	users = []*agreeUser{
		boss,
		{ID: 1, Name: "a", Age: &child, Score: 1.5, Tags: []string{"a", "b", "a"}, Boss: boss, Roles: []agreeRole{{"a", 1}, {"ab", 2}}, Meta: map[string]any{"id": 1, "k": "a"}},
		{},
	}
	loop := &agreeDoc{ID: 3, Title: "a"}
	loop.Parent = loop
	docs = []*agreeDoc{
		{ID: 1, OwnerID: 1, Owner: users[1], Public: true, Title: "ab", Labels: []string{"b", "c"}, Extra: 1.0},
		{ID: 2, OwnerID: 2, Owner: boss, Title: "b", Extra: "a"},
		loop, {},
	}
	docs[1].Parent = docs[0]
	classes = []Class{
		{Name: "User", Type: ClassOf[agreeUser]().Type, Key: []string{"ID"}},
		{Name: "Role", Type: ClassOf[agreeRole]().Type},
		{Name: "Doc", Type: ClassOf[agreeDoc]().Type, Key: []string{"ID"}},
	}
	return users, docs, classes
}

// agreeRuns is randomRuns for the tests of the ways to decide.
func agreeRuns(t *testing.T) (policies int, seed uint64) {
	t.Helper()
	return randtest.Runs(t, "URSA_AGREE_POLICIES", 250)
}

func TestFastPathAgrees(t *testing.T) {
	policies, seed := agreeRuns(t)
	users, docs, classes := agreeWorld()
	ctx := context.Background()
	var decided, allowed, failed, fast, loaded, refused int
	for i := range policies {
		g := &policyGen{Writer: randtest.New(seed, i)}
		text := g.policy()
		p, _, err := load(ctx, Input{
			Sources: []Source{{"random.polar", text}}, Classes: classes,
			Limits: Limits{Steps: 5_000},
		}, true)
		if err != nil {
			if refused++; refused == 1 {
				t.Logf("the first policy that does not load: %v\n%s", err, text)
			}
			continue
		}
		loaded++
		// A decision hides a failure of the compiler of closures. The text does not.
		if err := p.prog.Dump(io.Discard); err != nil {
			t.Fatal(err)
		}
		for _, u := range users {
			for _, d := range docs {
				got, gotErr := p.Decide(ctx, "allow", u, "read", d)
				want, wantErr := p.solve(ctx, "allow", u, "read", d)
				decided++
				if ok, by, _, done := p.prog.Decide(ctx, "allow", u, "read", d); done {
					fast++
					if wantErr != nil || (Outcome{ok, by}) != want {
						t.Fatalf("policy %d: user %d, doc %d: closures say %v, the solver %v %v\n%s", i, u.ID, d.ID, ok, want.Allowed, wantErr, text)
					}
				}
				if want.Allowed {
					allowed++
				}
				if wantErr != nil {
					failed++
				}
				if got != want || codeOf(gotErr) != codeOf(wantErr) {
					t.Fatalf("policy %d: user %d, doc %d: fast path says %v %v, the solver %v %v\n%s",
						i, u.ID, d.ID, got.Allowed, gotErr, want.Allowed, wantErr, text)
				}
			}
		}
	}
	t.Logf("%d policies, %d decisions: %d allowed, %d errors, %d by the fast path", loaded, decided, allowed, failed, fast)
	if loaded < policies/3 || allowed < decided/50 || fast < decided/10 {
		t.Errorf("too few of the random policies say anything")
	}
}

// TestFastPathLeavesIterators tests that the fast path leaves iterators to the solver, anywhere in the data.
func TestFastPathLeavesIterators(t *testing.T) {
	type box struct {
		Meta  map[string]any
		Items []any
	}
	seq := slices.Values([]string{"a"})
	b := &box{Meta: map[string]any{"s": seq}, Items: []any{seq}}
	for _, body := range []string{
		"not b.meta matches {s: List{}}", "b.meta matches {s: List{}}", `"a" in b.meta.s`,
		`b.items matches [List{}]`, `x in b.items and x = ["a"]`, `x in b.items and not x matches List`, `b.items = [["a"]]`,
	} {
		ctx := t.Context()
		p, _, err := load(ctx, Input{
			Sources: []Source{{"iterators.polar", "allow(_, \"read\", b: Box) if " + body + ";"}},
			Classes: []Class{{Name: "Box", Type: reflect.TypeFor[box]()}},
		}, true)
		if err != nil {
			t.Errorf("%s: %v", body, err)
			continue
		}
		fast, fastErr := p.Decide(ctx, "allow", "u", "read", b)
		slow, slowErr := p.solve(ctx, "allow", "u", "read", b)
		if fast.Allowed != slow.Allowed || codeOf(fastErr) != codeOf(slowErr) {
			t.Errorf("%s: %v %v, the solver says %v %v", body, fast.Allowed, fastErr, slow.Allowed, slowErr)
		}
	}
}

// TestClassesOfTheUnbound tests that rules for classes that an unbound variable cannot have
// are not tried, in any kind of query.
func TestClassesOfTheUnbound(t *testing.T) {
	users, docs, classes := agreeWorld()
	ctx := t.Context()
	for _, tt := range []struct {
		rules string
		want  bool
	}{
		{"may(_, _: Role) if endless(1); may(u, o: User) if o = u;", true},
		{"may(u, o: User) if o = u; may(_, _: Doc) if endless(1); may(_, _: Integer) if endless(1);", true},
		{"may(_, _: Role) if endless(1); may(_, _: Doc);", false},
		{"may(u, o) if not other(o) and o = u; other(_: Role) if endless(1); other(_: Doc);", true},
		{"may(u, o) if o matches Role and endless(1) or o = u;", true},
		{"may(_, o) if (o matches Role or o matches String) and endless(1);", false},
		{"may(_, o) if not o matches User and endless(1);", false},
	} {
		p, _, err := load(ctx, Input{
			Sources: []Source{{"classes.polar", `
allow(u, "read", d: Doc) if owner(o, d) and may(u, o);
owner(_: User, _: Doc);
endless(n) if endless(n + 1);
` + tt.rules}}, Classes: classes,
		}, true)
		if err != nil {
			t.Fatal(err)
		}
		out, err := p.Decide(ctx, "allow", users[1], "read", docs[0])
		if out.Allowed != tt.want || err != nil {
			t.Errorf("%s: decided %v %v", tt.rules, out.Allowed, err)
		}
		tr := p.Trace(ctx, "allow", []any{users[1], "read", docs[0]}, TraceOptions{All: true})
		if tr.Outcome.Allowed != tt.want || tr.Err != nil {
			t.Errorf("%s: traced %v %v", tt.rules, tr.Outcome.Allowed, tr.Err)
		}
		q, err := p.Filter(ctx, "allow", users[1], "read", ClassOf[agreeDoc]())
		if err != nil || (q.Where == filter.True) != tt.want || (q.Where == filter.False) == tt.want {
			t.Errorf("%s: filter %v %v", tt.rules, q, err)
		}
	}
}

// TestInText tests that "in" over a string is the same error in every kind of query, also
// where it would not have changed the answer, and wherever the string comes from.
func TestInText(t *testing.T) {
	users, docs, classes := agreeWorld()
	ctx := t.Context()
	for _, body := range []string{
		`"a" in d.title`, `not "zz" in d.title`, `x in d.title and x = "a"`, `forall(x in d.title, x != "z")`,
		`s = d.title and "a" in s`, `"a" in s and s = d.title`, `has(d.title)`, `not has(d.title)`, `u.id = u.id or "a" in d.title`,
		`d matches {title: s} and d.public = false and not "a" in s`,
	} {
		known := body != `u.id = u.id or "a" in d.title` // the decision is made before that
		p, _, err := load(ctx, Input{
			Sources: []Source{{"text.polar", `allow(u, "read", d: Doc) if u = u and ` + body + "; has(s) if \"a\" in s;"}}, Classes: classes,
		}, true)
		if err != nil {
			t.Errorf("%s: %v", body, err)
			continue
		}
		u, d := users[1], docs[3]
		_, fast := p.Decide(ctx, "allow", u, "read", d)
		_, slow := p.solve(ctx, "allow", u, "read", d)
		trace := p.Trace(ctx, "allow", []any{u, "read", d}, TraceOptions{All: true}).Err
		_, list := p.Filter(ctx, "allow", u, "read", ClassOf[agreeDoc]())
		var query error
		for _, query = range p.Query(ctx, "allow", u, Var("action"), d) {
		}
		ways := map[string]error{"Trace": trace, "Filter": list, "Query": query}
		if known {
			ways["Decide"], ways["the solver"] = fast, slow
		}
		for way, err := range ways {
			if codeOf(err) != "type" || !strings.Contains(err.Error(), "contains(part)") {
				t.Errorf("%s: %s: %v; want an error that says contains", body, way, err)
			}
		}
	}
}

func codeOf(err error) string {
	var e *Error
	if errors.As(err, &e) {
		return e.Code
	}
	return fmt.Sprint(err)
}

// TestFastPathPutsNoErrorOff tests calls that bind a variable, so that a waiting test fails
// with an error, and that then fail themselves.
func TestFastPathPutsNoErrorOff(t *testing.T) {
	_, docs, classes := agreeWorld()
	for _, text := range []string{
		`allow(_, "read", _) if x.id = true and h(x); h(x) if x = 1 and 1 = 2;`,
		`allow(_, "read", _) if x.id = true and h(x, 1); h(x: User, x);`,
		`allow(_, "read", _) if x.id = true and h(x, 1); h(x, x) if 1 = 2;`,
		`allow(_, "read", _) if x.id = 5 and h(x); h(x) if x = 1 and x matches User;`,
		`allow(_, "read", _) if x < "a" and h(x); h(x) if x = 1 and 1 = 2;`,
		`allow(_, "read", _) if x matches {id: 1} and h(x); h(x) if x = 1 and 1 = 2;`,
		`allow(_, "read", _) if not g(); g() if x.id = true and h(x); h(x) if x = 1 and 1 = 2;`,
	} {
		p, _, err := load(t.Context(), Input{Sources: []Source{{"waits.polar", text}}, Classes: classes}, true)
		if err != nil {
			t.Errorf("%s: %v", text, err)
			continue
		}
		fast, fastErr := p.Decide(t.Context(), "allow", "u", "read", docs[0])
		slow, slowErr := p.solve(t.Context(), "allow", "u", "read", docs[0])
		if fast.Allowed != slow.Allowed || codeOf(fastErr) != codeOf(slowErr) {
			t.Errorf("%s: %v %v, the solver says %v %v", text, fast.Allowed, fastErr, slow.Allowed, slowErr)
		}
	}
}
