package authztest

// This file defines TestEngine, which tests what every engine must do.
//
// An engine may reject what it does not support, with an error that is ErrUnsupported from
// Compile or from a decision. It must not answer wrongly, and it must not reject what every
// policy needs.

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/ursa-authz/ursa/authz"
)

// TestEngine tests that the engines that newEngine returns behave as an [authz.Engine]
// must. A nil engine is the default one. If an engine rejects something with
// [authz.ErrUnsupported], TestEngine logs it, or reports an error if every engine must
// support it. It tests filters and traces if the policies of the engine have them.
func TestEngine(t *testing.T, newEngine func() authz.Engine) {
	refused, optional := 0, 0
	for _, c := range engineCases {
		if !c.core {
			optional++
		}
		t.Run(c.name, func(t *testing.T) {
			if c.run(t, newEngine()) {
				refused++
			}
		})
	}
	t.Logf("%d of %d optional cases are refused", refused, optional)
	for name, test := range engineTests {
		t.Run(name, func(t *testing.T) { test(t, newEngine) })
	}
}

// The types of the cases.
type (
	engineUser struct {
		ID    int `polar:",id"`
		Name  string
		Admin bool
		Tags  []string
		Boss  *engineUser
		Roles []engineRole
		leave func() // called by Leave
	}
	engineRole struct {
		Name string
		Doc  int
	}
	engineDoc struct {
		ID     int `polar:",id"`
		Owner  int
		Title  string
		Public bool
		Size   int
		Price  float64
		Parent *engineDoc
		Status engineStatus
		Due    time.Time
		Meta   map[string]any
		Extra  any
		UserID int
	}
	engineStatus string
)

// engineSecret is in the errors of methods. No error of the engine may contain it.
const engineSecret = "correct horse battery staple"

// Is reports whether the name is that of the user.
func (u engineUser) Is(name string) bool { return u.Name == name }

// Check fails.
func (u engineUser) Check() (bool, error) { return true, errors.New(engineSecret) }

// Panic panics.
func (u engineUser) Panic() bool { panic(engineSecret) }

// Leave ends the context of the decision that calls it, like a client that disconnects.
func (u engineUser) Leave() bool { u.leave(); return true }

// Count counts to the given number.
func (u engineUser) Count(n int) int { return u.ID + n }

func engineClasses() []authz.Class {
	user, doc, role := authz.ClassOf[engineUser](), authz.ClassOf[engineDoc](), authz.ClassOf[engineRole]()
	user.Name, doc.Name, role.Name = "User", "Doc", "Role"
	return []authz.Class{user, doc, role}
}

// The people and things of the cases.
var (
	engineCarol = &engineUser{ID: 3, Name: "carol", Admin: true}
	engineBob   = &engineUser{ID: 2, Name: "bob", Tags: []string{"x", "y"}, Boss: engineCarol, Roles: []engineRole{{"reader", 2}, {"writer", 1}}}
	engineAlice = &engineUser{ID: 1, Name: "alice", Tags: []string{"x"}, Boss: engineBob, Roles: []engineRole{{"reader", 1}}}
	engineDocA  = &engineDoc{ID: 1, Owner: 1, Title: "a", Size: 10, Price: 1.5, Status: "open", Due: time.Unix(1e9, 0), Meta: map[string]any{"k": "v"}, Extra: 1, UserID: 1}
	engineDocB  = &engineDoc{ID: 2, Owner: 2, Title: "b", Public: true, Size: 11, Price: -0.5, Parent: engineDocA, Due: time.Unix(2e9, 0), UserID: 2}
)

// An engineCase is a policy and its decisions.
type engineCase struct {
	name   string
	core   bool // every engine must support it
	policy string
	// The answers to allow(user, "read", doc) for carol, bob and alice, each
	// on the documents A and B: + allowed, - denied, ! undecided.
	want string
	// With bad, the policy does not compile, or every decision is undecided.
	bad bool
}

// ask makes all decisions of a case.
func (c engineCase) ask(t testing.TB, az *authz.Authorizer) (answers string, refused bool) {
	t.Helper()
	for _, user := range []*engineUser{engineCarol, engineBob, engineAlice} {
		for _, doc := range []*engineDoc{engineDocA, engineDocB} {
			ok, err := az.IsAllowed(t.Context(), user, "read", doc)
			switch {
			case errors.Is(err, authz.ErrUnsupported):
				return "", true
			case err != nil:
				answers += "!"
				if ok {
					t.Errorf("allowed, with the error %v", err)
				}
				if strings.Contains(fmt.Sprintf("%v %+v", err, err), engineSecret) {
					t.Errorf("the error contains a value: %v", err)
				}
			case ok:
				answers += "+"
			default:
				answers += "-"
			}
		}
	}
	return answers, false
}

// run runs a case, and reports whether the engine rejected it.
func (c engineCase) run(t testing.TB, engine authz.Engine) (refused bool) {
	az, err := newEngineAuthorizer(engine, c.policy)
	var got string
	if err == nil {
		got, refused = c.ask(t, az)
	}
	refused = refused || errors.Is(err, authz.ErrUnsupported)
	switch {
	case refused && (c.core && !c.bad):
		t.Errorf("rejected: %v", err)
	case refused:
		t.Logf("rejected: %v", err)
	case c.bad && err == nil && strings.Trim(got, "!") != "":
		t.Errorf("it compiles, and decides %q", got)
	case c.bad:
	case err != nil:
		t.Error(err)
	case got == c.want:
	case !c.core && differsByFaults(got, c.want):
		t.Logf("undecided: %q, where %q is right", got, c.want)
		return true
	default:
		t.Errorf("got %q, want %q", got, c.want)
	}
	return refused && !c.core
}

// differsByFaults reports whether all answers that differ are undecided.
func differsByFaults(got, want string) bool {
	for i := range want {
		if got[i] != want[i] && got[i] != '!' {
			return false
		}
	}
	return true
}

func newEngineAuthorizer(engine authz.Engine, policy string, change ...func(*authz.Config)) (*authz.Authorizer, error) {
	cfg := authz.Config{
		Policies:  authz.String("case.polar", policy),
		Classes:   engineClasses(),
		Constants: map[string]any{"LIMIT": 10, "NAMES": []string{"bob", "carol"}},
		Limits:    authz.Limits{Steps: 100_000},
		Engine:    engine,
	}
	for _, c := range change {
		c(&cfg)
	}
	return authz.New(cfg)
}

// engineCases are the cases. They spell field names as in Go unless the spelling is what
// they test, since not every engine supports other spellings.
var engineCases = []engineCase{
	{name: "equality", core: true, policy: `allow(u: User, "read", d: Doc) if u.ID = d.Owner;`, want: "--" + "-+" + "+-"},
	{name: "nothing is allowed by default", core: true, policy: `allow(_: User, "write", _: Doc);`, want: "--" + "--" + "--"},
	{name: "alternatives", core: true, policy: `
allow(u: User, "read", _: Doc) if u.Admin;
allow(_: User, _, d: Doc) if d.Public = true;`, want: "++" + "-+" + "-+"},
	{name: "connectives", core: true, policy: `
allow(u: User, "read", d: Doc) if (u.ID = 1 or u.ID = 2 and d.Public) and not d.Size = 11 or u.Name = "carol";`, want: "++" + "--" + "+-"},
	{name: "comparisons", core: true, policy: `
allow(u: User, "read", d: Doc) if u.ID < 3 and u.ID >= 2 and d.Size > LIMIT;
allow(u: User, "read", d: Doc) if u.ID != 2 and u.ID <= 1 and d.Size == LIMIT;`, want: "--" + "-+" + "+-"},
	{name: "lists", core: true, policy: `
allow(u: User, "read", d: Doc) if "y" in u.Tags and d.Title in ["b", "c"] and u.Name in NAMES;
allow(u: User, "read", d: Doc) if role in u.Roles and role.Name = "reader" and role.Doc = d.ID;`, want: "--" + "-+" + "+-"},
	{name: "forall", core: true, policy: `allow(u: User, "read", _: Doc) if forall(x in u.Tags, x = "x");`, want: "++" + "--" + "++"},
	{name: "list patterns and recursion", core: true, policy: `
allow(u: User, "read", d: Doc) if has(u.Tags, "y") and d.ID = 1;
has([x, *_], x);
has([_, *rest], x) if has(rest, x);`, want: "--" + "+-" + "--"},
	{name: "specializers", core: true, policy: `
allow(_: Doc, "read", _: User);
allow(_: User{Admin: true}, "read", _: Doc{Public: true});
allow("carol", "read", _);`, want: "-+" + "--" + "--"},
	{name: "matches", core: true, policy: `allow(u, "read", d) if u matches User and d matches Doc{Size: 10};`, want: "+-" + "+-" + "+-"},
	{name: "related objects", core: true, policy: `
allow(u: User, "read", d: Doc) if u.ID = 1 and u.Boss.Name = "bob" and d.ID = 1;
allow(u: User, "read", _: Doc) if u.ID = 2 and u.Boss.Admin = true;`, want: "--" + "++" + "+-"},
	{name: "recursion over data", core: true, policy: `
allow(u: User, "read", d: Doc) if below(u, 3) and d.ID = 2;
below(u: User, top) if u.ID = top;
below(u: User, top) if u.ID < 3 and below(u.Boss, top);`, want: "-+" + "-+" + "-+"},
	{name: "roles", core: true, policy: `
actor User {}
resource Doc {
    permissions = ["read", "write"];
    roles = ["reader", "writer"];
    "read" if "reader";
    "write" if "writer";
    "reader" if "writer";
}
has_role(u: User, name: String, d: Doc) if role in u.Roles and role.Name = name and role.Doc = d.ID;
allow(actor, action, resource) if has_permission(actor, action, resource);`, want: "--" + "++" + "+-"},
	{name: "methods", core: true, policy: `allow(u: User, "read", d: Doc) if u.Is("bob") and u.Count(1) = 3 and d.ID = 1;`, want: "--" + "+-" + "--"},
	{name: "cut", core: true, policy: `
allow(u: User, "read", d: Doc) if u.ID = 1 and cut and d.ID = 1;
allow(_: User, "read", _: Doc);`, want: "++" + "++" + "+-"},
	{name: "an error is not an answer", core: true, policy: `
allow(u: User, "read", d: Doc) if d.ID = 1 and u.Panic();
allow(_: User, "read", _: Doc);`, want: "!+" + "!+" + "!+"},
	{name: "an error inside not", core: true, policy: `allow(u: User, "read", d: Doc) if d.ID = 2 or not u.Panic();`, want: "!+" + "!+" + "!+"},
	{name: "an allow before the error counts", core: true, policy: `
allow(_: User, "read", _: Doc);
allow(u: User, "read", _: Doc) if u.Panic();`, want: "++" + "++" + "++"},
	{name: "an endless rule is an error", core: true, policy: `
allow(_: User, "read", d: Doc) if d.ID = 2 or endless(1);
endless(n) if endless(n + 1);`, want: "!+" + "!+" + "!+"},

	{name: "syntax", core: true, bad: true, policy: `allow(_: User, "read", _: Doc`},
	{name: "a class that is not registered", core: true, bad: true, policy: `allow(_: Usr, "read", _: Doc);`},
	{name: "an attribute that the class does not have", core: true, bad: true, policy: `allow(u: User, "read", _: Doc) if u.Nmae = "bob";`},
	{name: "an attribute that the class does not have, inside not", core: true, bad: true, policy: `allow(u: User, "read", _: Doc) if not u.Nmae = "bob";`},
	{name: "a rule that is not defined", core: true, bad: true, policy: `allow(u: User, "read", d: Doc) if owns(u, d);`},
	{name: "an inline query that fails", core: true, bad: true, policy: "allow(_: User, \"read\", _: Doc);\n?= 1 = 2;"},
	{name: "no rule allow", core: true, bad: true, policy: `permit(_: User, "read", _: Doc);`},

	{name: "an inline query that holds", policy: "allow(_: User, \"read\", _: Doc);\n?= f(1);\nf(1);", want: "++" + "++" + "++"},
	{name: "other spellings", policy: `allow(u: User, "read", d: Doc) if u.id = d.user_id;`, want: "--" + "-+" + "+-"},
	{name: "floats", policy: `allow(u: User, "read", d: Doc) if d.Price > 1.2 or u.ID = 1 and d.Price = -0.5;`, want: "+-" + "+-" + "++"},
	{name: "an integer and a float", policy: `allow(u: User, "read", d: Doc) if u.ID > d.Price and d.Price != 1;`, want: "++" + "++" + "-+"},
	{name: "nil", policy: `
allow(u: User, "read", d: Doc) if d.Parent = nil and u.Boss = nil;
allow(u: User, "read", d: Doc) if d.Parent != nil and u.Boss.Name = "bob";`, want: "+-" + "--" + "-+"},
	{name: "comparisons with nil", policy: `allow(u: User, "read", d: Doc) if u.Boss.ID < 3 or d.Parent.ID = 7;`, want: "--" + "--" + "++"},
	{name: "named types", policy: `allow(_: User, "read", d: Doc) if d.Status = "open";`, want: "+-" + "+-" + "+-"},
	{name: "times", policy: `
allow(_: User, "read", d: Doc) if d.Due < now;`, want: "+-" + "+-" + "+-"},
	{name: "dictionaries", policy: `allow(_: User, "read", d: Doc) if d.Meta.k = "v";`, want: "+-" + "+-" + "+-"},
	{name: "interfaces", policy: `allow(_: User, "read", d: Doc) if d.Extra = 1;`, want: "+-" + "+-" + "+-"},
	{name: "methods of strings", policy: `allow(u: User, "read", d: Doc) if u.Name.startswith("b") and d.Title.length() = 1;`, want: "--" + "++" + "--"},
	{name: "equal objects", policy: `allow(u: User, "read", d: Doc) if d.ID = 1 and x in [u.Boss] and x = u.Boss and x != u;`, want: "+-" + "+-" + "+-"},
	{name: "a class as a value", policy: `allow(_: User, "read", Doc); allow(_: User, "read", d: Doc) if d.ID = 2;`, want: "-+" + "-+" + "-+"},
	{name: "a method that returns an error", policy: `allow(u: User, "read", d: Doc) if d.ID = 2 or not u.Check();`, want: "!+" + "!+" + "!+"},
}

// engineTests are tests that cannot be cases.
var engineTests = map[string]func(testing.TB, func() authz.Engine){
	"questions":           testEngineQuestions,
	"queries":             testEngineQueries,
	"sources":             testEngineSources,
	"contexts":            testEngineContexts,
	"loops in the data":   testEngineLoops,
	"concurrent use":      testEngineConcurrently,
	"policies are apart":  testEnginePoliciesApart,
	"filters and traces":  testEngineAbilities,
	"deny rules":          testEngineDenyRules,
	"positions of errors": testEnginePositions,
	"no rules":            testEngineEmpty,
}

// mustAuthorizer returns an Authorizer for a policy that every engine compiles.
func mustAuthorizer(t testing.TB, engine authz.Engine, policy string, change ...func(*authz.Config)) *authz.Authorizer {
	t.Helper()
	az, err := newEngineAuthorizer(engine, policy, change...)
	if err != nil {
		t.Fatal(err)
	}
	return az
}

// testEngineQuestions tests that values and pointers are equivalent, and so are numbers of
// all integer types.
func testEngineQuestions(t testing.TB, newEngine func() authz.Engine) {
	az := mustAuthorizer(t, newEngine(), `
allow(u: User, "read", d: Doc) if u.ID = d.Owner;
allow(u: User, action, [x]) if u.ID = 1 and action = x;
allow("anonymous", "greet", {key: "value"});
allow(7, "greet", {key: "value"});`)
	for _, tt := range []struct {
		actor    any
		action   string
		resource any
		want     bool
	}{
		{engineAlice, "read", engineDocA, true},
		{*engineAlice, "read", *engineDocA, true},
		{*engineBob, "read", *engineDocA, false},
		{engineAlice, "", engineDocA, false},
		{engineAlice, "read", nil, false},
		{engineAlice, "read", (*engineDoc)(nil), false},
		{engineDocA, "read", engineAlice, false},
		{engineAlice, "x", []string{"x"}, true},
		{engineAlice, "x", []string{"x", "x"}, false},
		{"anonymous", "greet", map[string]any{"key": "value"}, true},
		{"anonymous", "greet", map[string]string{"key": "value"}, true},
		{7, "greet", map[string]string{"key": "value"}, true},
		{int64(7), "greet", map[string]string{"key": "value"}, true},
		{8, "greet", map[string]string{"key": "value"}, false},
		{"7", "greet", map[string]string{"key": "value"}, false},
	} {
		got, err := az.IsAllowed(t.Context(), tt.actor, tt.action, tt.resource)
		if got != tt.want || err != nil {
			t.Errorf("%T, %v, %T: %v, %v, want %v", tt.actor, tt.action, tt.resource, got, err, tt.want)
		}
	}
	if ok, err := az.IsAllowed(t.Context(), (*engineUser)(nil), "read", engineDocA); ok || !errors.Is(err, authz.ErrUndecided) {
		t.Errorf("a nil actor: %v, %v", ok, err)
	}
}

// testEngineQueries tests that solutions come in order and one by one.
func testEngineQueries(t testing.TB, newEngine func() authz.Engine) {
	az := mustAuthorizer(t, newEngine(), `
allow(_, _, _) if false;
edge(1, 2); edge(1, 3); edge(3, 3); edge(4, "x");
any(_, 1);
bad(1); bad(u: User) if u.Panic(); bad(3);
open(x, 1) if x in [1, 2] or endless(x);
endless(n) if endless([n]);`)
	values := func(rule, name string, args ...any) (got string) {
		for b, err := range az.Query(t.Context(), rule, args...) {
			switch x := b[name].(type) {
			case authz.Var:
				got += "_ "
			default:
				if err != nil {
					got += "error "
				} else {
					got += fmt.Sprintf("%T(%v) ", x, x)
				}
			}
		}
		return got
	}
	for _, tt := range []struct{ what, got, want string }{
		{"two solutions", values("edge", "x", 1, authz.Var("x")), "int64(2) int64(3) "},
		{"one variable twice", values("edge", "x", authz.Var("x"), authz.Var("x")), "int64(3) "},
		{"no variable", values("edge", "none", 1, 3), "<nil>(<nil>) "},
		{"no solution", values("edge", "x", 2, authz.Var("x")), ""},
		{"a string", values("edge", "x", 4, authz.Var("x")), "string(x) "},
		{"unbound", values("any", "x", authz.Var("x"), authz.Var("y")), "_ "},
		{"an error is the last", values("bad", "x", engineAlice), "error "},
		{"an undefined rule", values("none", "x", authz.Var("x")), "error "},
	} {
		if tt.got != tt.want {
			t.Errorf("%s: %q, want %q", tt.what, tt.got, tt.want)
		}
	}
	n := 0
	for b, err := range az.Query(t.Context(), "open", authz.Var("x"), 1) {
		if n++; err != nil || b["x"] != int64(n) {
			t.Errorf("solution %d: %v, %v", n, b, err)
		}
		if n == 2 {
			break // the next solution would never come
		}
	}
}

// testEngineSources tests that several sources are one policy.
func testEngineSources(t testing.TB, newEngine func() authz.Engine) {
	az, err := authz.New(authz.Config{
		Policies: authz.Join(authz.String("b.polar", `owns(u: User, d: Doc) if u.ID = d.Owner;`), authz.String("a.polar", `allow(u: User, "read", d: Doc) if owns(u, d);`)),
		Classes:  engineClasses(),
		Engine:   newEngine(),
	})
	if err != nil {
		t.Fatal(err)
	}
	for _, tt := range []struct {
		user *engineUser
		want bool
	}{{engineAlice, true}, {engineBob, false}} {
		if got, err := az.IsAllowed(t.Context(), tt.user, "read", engineDocA); got != tt.want || err != nil {
			t.Errorf("%s: %v, %v", tt.user.Name, got, err)
		}
	}
}

// testEngineContexts tests that nothing is allowed and nothing denied after a context has
// ended, before or during the decision.
func testEngineContexts(t testing.TB, newEngine func() authz.Engine) {
	az := mustAuthorizer(t, newEngine(), `allow(_, _, _);`)
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	if ok, err := az.IsAllowed(ctx, engineAlice, "read", engineDocA); ok || !errors.Is(err, authz.ErrUndecided) || !errors.Is(err, context.Canceled) {
		t.Errorf("%v, %v", ok, err)
	}
	az = mustAuthorizer(t, newEngine(), `
allow(u: User, "read", _: Doc) if u.Leave();
allow(u: User, "write", _: Doc) if u.Leave() and u.ID = 9;`)
	for _, action := range []string{"read", "write"} {
		ctx, cancel := context.WithCancel(t.Context())
		user := &engineUser{ID: 4, leave: cancel}
		if err := az.Authorize(ctx, user, action, engineDocA); !errors.Is(err, authz.ErrUndecided) || !errors.Is(err, context.Canceled) {
			t.Errorf("%s: %v", action, err)
		}
		cancel()
	}
}

// testEngineLoops tests that decisions about cyclic data end and allow nothing.
func testEngineLoops(t testing.TB, newEngine func() authz.Engine) {
	az := mustAuthorizer(t, newEngine(), `
allow(u: User, "read", _: Doc) if above(u);
above(u: User) if u.ID = 9;
above(u: User) if above(u.Boss);`)
	self := &engineUser{ID: 4}
	self.Boss = self
	if ok, err := az.IsAllowed(t.Context(), self, "read", engineDocA); ok {
		t.Errorf("%v, %v", ok, err)
	}
}

// testEngineConcurrently tests that any number of goroutines may use a policy.
func testEngineConcurrently(t testing.TB, newEngine func() authz.Engine) {
	az := mustAuthorizer(t, newEngine(), `allow(u: User, "read", d: Doc) if u.ID = d.Owner and u.Is(u.Name);`)
	var wg sync.WaitGroup
	for i := range 8 {
		user, doc := engineAlice, engineDocA
		if i%2 == 1 {
			user = engineBob
		}
		wg.Go(func() {
			for range 100 {
				if ok, err := az.IsAllowed(t.Context(), user, "read", doc); ok != (i%2 == 0) || err != nil {
					t.Errorf("%s: %v, %v", user.Name, ok, err)
					return
				}
			}
		})
	}
	wg.Wait()
}

// testEnginePoliciesApart tests that policies of one engine share nothing, and that their
// input may change afterwards.
func testEnginePoliciesApart(t testing.TB, newEngine func() authz.Engine) {
	engine := newEngine()
	a := mustAuthorizer(t, engine, `allow(u: User, _, _) if u.Name = "alice";`)
	b := mustAuthorizer(t, engine, `allow(u: User, _, _) if u.Name = "bob";`)
	for az, want := range map[*authz.Authorizer]string{a: "alice", b: "bob"} {
		for _, u := range []*engineUser{engineAlice, engineBob} {
			if ok, err := az.IsAllowed(t.Context(), u, "read", engineDocA); ok != (u.Name == want) || err != nil {
				t.Errorf("%s gets the policy of %s: %v, %v", u.Name, want, ok, err)
			}
		}
	}
}

// testEngineAbilities tests that filters and traces agree with decisions.
func testEngineAbilities(t testing.TB, newEngine func() authz.Engine) {
	az := mustAuthorizer(t, newEngine(), `
allow(u: User, "read", d: Doc) if u.ID = d.Owner or d.Public and d.Size > 10;
allow(u: User, "write", d: Doc) if u.Admin = true and not d.Title = "a";`)
	class := engineClasses()[1]
	actors, actions := []any{engineAlice, engineBob, engineCarol}, []string{"read", "write"}
	if _, err := az.Filter(t.Context(), engineAlice, "read", class); errors.Is(err, authz.ErrUnsupported) {
		t.Logf("no filters: %v", err)
	} else {
		Equivalent(t, az, InMemory(az, engineDocA, engineDocB), class, actors, actions)
	}
	for _, actor := range actors {
		for _, action := range actions {
			for _, doc := range []*engineDoc{engineDocA, engineDocB} {
				x, err := az.Explain(t.Context(), actor, action, doc)
				if errors.Is(err, authz.ErrUnsupported) {
					t.Logf("no explanations: %v", err)
					return
				}
				ok, _ := az.IsAllowed(t.Context(), actor, action, doc)
				if err != nil || (x.Verdict == authz.Allowed) != ok || x.Trace.Err != nil || x.Trace.Outcome.Allowed != ok {
					t.Errorf("%v %v: %v, explained as %v, %v", action, doc.Title, ok, x, err)
				}
			}
		}
	}
}

// testEngineDenyRules tests that deny rules override what allows, and that a policy needs
// none.
func testEngineDenyRules(t testing.TB, newEngine func() authz.Engine) {
	deny := func(c *authz.Config) { c.DenyRule = true }
	const allow = `
allow(_: User, action, _: Doc) if action in ["read", "write", "fly"];
allow_field(_: User, "read", _: Doc, _);
allow_request(_: User, _);
`
	az := mustAuthorizer(t, newEngine(), allow+`
deny(u: User, "write", d: Doc) if u.ID = d.Owner;
deny(u: User, "fly", _: Doc) if u.Panic();
deny_field(_: User, "read", _: Doc, "Title");
deny_request(u: User, path) if path = "/admin" and not u.Name = "carol";
`, deny)
	ask := func(ok bool, err error) string { return fmt.Sprint(ok, " ", errors.Is(err, authz.ErrUndecided)) }
	of := func(err error) string { return fmt.Sprint(err == nil, " ", errors.Is(err, authz.ErrUndecided)) }
	ctx := t.Context()
	for _, tt := range []struct{ what, got, want string }{
		{"read", ask(az.IsAllowed(ctx, engineAlice, "read", engineDocA)), "true false"},
		{"write", ask(az.IsAllowed(ctx, engineAlice, "write", engineDocA)), "false false"},
		{"write another", ask(az.IsAllowed(ctx, engineAlice, "write", engineDocB)), "true false"},
		{"a deny rule that fails", ask(az.IsAllowed(ctx, engineAlice, "fly", engineDocA)), "false true"},
		{"field", of(az.AuthorizeField(ctx, engineAlice, "read", engineDocA, "Title")), "false false"},
		{"another field", of(az.AuthorizeField(ctx, engineAlice, "read", engineDocA, "Size")), "true false"},
		{"request", of(az.AuthorizeRequest(ctx, engineAlice, "/admin")), "false false"},
		{"request of another", of(az.AuthorizeRequest(ctx, engineCarol, "/admin")), "true false"},
	} {
		if tt.got != tt.want {
			t.Errorf("%s: %s, want %s", tt.what, tt.got, tt.want)
		}
	}
	if g, err := az.AuthorizedFields(ctx, engineAlice, "read", engineDocA); err == nil && g.Has("Title") || errors.Is(err, authz.ErrForbidden) {
		t.Errorf("fields with one denied: %+v, %v", g, err)
	}
	// A cut may hide what is denied, and then nothing is granted.
	az = mustAuthorizer(t, newEngine(), `
allow(_: User, _, _: Doc);
deny(u: User, "read", _: Doc) if u.ID = 1 and cut;
deny(_: User, "write", _: Doc);`, deny)
	if g, err := az.AuthorizedActions(ctx, engineAlice, engineDocA); g.Has("read") || g.Has("write") || !errors.Is(err, authz.ErrUndecided) {
		t.Errorf("a cut in a deny rule: %+v, %v", g, err)
	}
	az = mustAuthorizer(t, newEngine(), allow, deny)
	for what, err := range map[string]error{
		"allow":         az.Authorize(ctx, engineAlice, "write", engineDocA),
		"allow_field":   az.AuthorizeField(ctx, engineAlice, "read", engineDocA, "Title"),
		"allow_request": az.AuthorizeRequest(ctx, engineAlice, "/admin"),
	} {
		if err != nil {
			t.Errorf("%s, without deny rules: %v", what, err)
		}
	}
	if g, err := az.AuthorizedActions(ctx, engineAlice, engineDocA); err != nil || !g.Has("fly") {
		t.Errorf("actions without deny rules: %+v, %v", g, err)
	}
	if _, err := newEngineAuthorizer(newEngine(), allow+`deny(_: User, _: Doc);`, deny); err == nil {
		t.Error("a deny rule with two parameters, which no decision reaches, compiles")
	}
}

// testEnginePositions tests that errors in a policy have positions.
func testEnginePositions(t testing.TB, newEngine func() authz.Engine) {
	for _, policy := range []string{
		"allow(_, _, _);\nallow(x, y if;",
		"allow(_, _, _);\nallow(_: Usr, \"read\", _: Doc);",
		"allow(_, _, _);\n?= 1 = 2;",
	} {
		if _, err := newEngineAuthorizer(newEngine(), policy); err == nil || !strings.Contains(err.Error(), "case.polar:2:") {
			t.Errorf("%q: %v, want the position case.polar:2", policy, err)
		}
	}
}
