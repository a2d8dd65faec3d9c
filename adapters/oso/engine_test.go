//go:build cgo && !musl && (((linux || darwin) && (amd64 || arm64)) || (windows && amd64))

package osoengine_test

// This file tests queries and decisions.

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"math"
	"os"
	"path/filepath"
	"reflect"
	"runtime"
	"slices"
	"strconv"
	"strings"
	"sync"
	"testing"

	osoengine "github.com/ursa-authz/ursa/adapters/oso"
	"github.com/ursa-authz/ursa/authz"
	"github.com/ursa-authz/ursa/authz/polar"
	"github.com/ursa-authz/ursa/authz/polar/syntax"
)

var (
	acme  = &Org{1, "acme"}
	alice = &User{ID: 1, Name: "alice", Boss: &User{ID: 2, Name: "bob"}, Org: acme, Tags: []string{"x"}}
)

type (
	Action string
	Number int
)

func TestDecide(t *testing.T) {
	const policy = `
allow(u: User, "read", d: Doc) if u.ID = d.Owner.ID;
allow(u: User, "list", _) if "x" in u.Tags and u.Hello() = "hello alice" and not u.Name = "bob";
allow(_, "big", d: Doc) if d.Size > 10 and d.Extra.a = "b";
allow("anyone", "list", [1, {a: true}]);
allow(_, TOP, 7);
allow(_: Org, action, _) if new Org(1, "acme").Name = action;
`
	p := mustCompile(t, policy, map[string]any{"TOP": Action("top")}, classes()...)
	tests := []struct {
		actor    any
		action   string
		resource any
		want     bool
	}{
		{alice, "read", &Doc{Owner: alice}, true},
		{*alice, "read", Doc{Owner: &User{ID: 1}}, true},
		{alice, "read", &Doc{Owner: &User{ID: 2}}, false},
		{alice, "read", acme, false},
		{"alice", "read", &Doc{Owner: alice}, false},
		{alice, "list", nil, true},
		{&User{ID: 2, Name: "bob", Tags: []string{"x"}}, "list", nil, false},
		{nil, "big", Doc{Size: 11, Extra: map[string]any{"a": "b"}}, true},
		{nil, "big", Doc{Size: 10, Extra: map[string]any{"a": "b"}}, false},
		{nil, "big", Doc{Size: 11, Extra: map[string]any{}}, false},
		{"anyone", "list", []any{int8(1), map[string]bool{"a": true}}, true},
		{"anyone", "list", []any{1, map[string]bool{"a": false}}, false},
		{"anyone", "list", []Number{1}, false},
		{nil, "top", Number(7), true},
		{*acme, "acme", 1, true},
	}
	for i, tt := range tests {
		got, err := p.Decide(t.Context(), "allow", tt.actor, tt.action, tt.resource)
		if err != nil || got.Allowed != tt.want || got.Rule != nil {
			t.Errorf("%d: Decide(%v) = %+v, %v; want %v", i, tt.action, got, err, tt.want)
		}
	}
}

func TestQuery(t *testing.T) {
	p := mustCompile(t, `
edge(1, 2); edge(1, 3); edge(2, 4);
who(u: User, o) if o = u.Org;
any(_, [_, nil]);
late(x) if x > 1;
open([1, *_]);
infinite(x) if x = 1.0 / 0;
allow(_, _, _) if false;
`, nil, classes()...)
	tests := []struct {
		rule string
		args []any
		want []authz.Bindings
		err  error
	}{
		{"edge", []any{1, authz.Var("x")}, []authz.Bindings{{"x": int64(2)}, {"x": int64(3)}}, nil},
		{"edge", []any{authz.Var("x"), authz.Var("x")}, nil, nil},
		{"edge", []any{authz.Var("User"), 4}, []authz.Bindings{{"User": int64(2)}}, nil}, // the name of a class
		{"edge", []any{1}, nil, nil},
		{"edge", []any{1, 2}, []authz.Bindings{{}}, nil},
		{"who", []any{alice, authz.Var("o")}, []authz.Bindings{{"o": *acme}}, nil},
		{"nope", []any{1}, nil, polar.ErrUndefinedRule},
		{"late", []any{authz.Var("x")}, nil, polar.ErrUnbound},
		{"infinite", []any{authz.Var("x")}, nil, errAny},
		{"open", []any{authz.Var("x")}, nil, errAny},
	}
	for _, tt := range tests {
		var got []authz.Bindings
		var err error
		for b, e := range p.Query(t.Context(), tt.rule, tt.args...) {
			if err = e; err == nil {
				got = append(got, b)
			}
		}
		if !reflect.DeepEqual(got, tt.want) {
			t.Errorf("%s: %v; want %v", tt.rule, got, tt.want)
		}
		if (err == nil) != (tt.err == nil) || tt.err != errAny && !errors.Is(err, tt.err) {
			t.Errorf("%s: error %v; want %v", tt.rule, err, tt.err)
		}
	}
	for b, err := range p.Query(t.Context(), "any", authz.Var("x"), authz.Var("y")) {
		if err != nil {
			t.Fatal(err)
		}
		list, ok := b["y"].([]any)
		if _, free := b["x"].(authz.Var); !free || !ok || len(list) != 2 || list[1] != nil {
			t.Errorf("any: %v; want an unbound x, and y a list of an unbound variable and nil", b)
		}
	}
}

// errAny stands for any error.
var errAny = errors.New("any error")

// secret marks values that must not occur in an error.
const secret = "5ecret"

// TestErrors makes decisions that end in an error: they are undecided, and the error shows no
// value.
func TestErrors(t *testing.T) {
	const policy = `
allow(_, "missing", d) if d.Title = "x" or true;
allow(_, "missing nested", d: Doc) if d.Extra.Name = "x";
allow(u: User, "nil chain", _) if u.Boss.Boss.Name = "x" or true;
allow(u: User, "panic", _) if u.Crash();
allow(o: Org, "compare", _) if o < o;
allow(u: User, "type", _) if u;
allow(u: User, "iterate", _) if 1 in u;
allow(_, "overflow", _) if 9223372036854775807 + 1 > 0;
allow(_: {a: 1}, "scalar", _);
allow(_, "endless", n) if m = n + 1 and allow(1, "endless", m);
allow(_, "any", d: Doc) if d.Extra = 1;
`
	user := &User{ID: 1, Name: secret, Tags: []string{secret}, Boss: &User{ID: 2, Name: secret}}
	p := mustCompile(t, policy, nil, classes()...)
	tests := []struct {
		actor    any
		action   string
		resource any
		want     string
		is       error
	}{
		{user, "missing", user, "p.polar:2: an object does not have an attribute", nil},
		{user, "missing", secret, "panicked", nil},
		{user, "missing nested", Doc{Extra: user.Tags}, "panicked", nil},
		{user, "nil chain", nil, "p.polar:4: an object does not have an attribute", nil},
		{user, "panic", nil, "panicked", nil},
		{Org{1, secret}, "compare", nil, "not support", nil},
		{user, "type", nil, "a value of the wrong kind", nil},
		{user, "iterate", nil, "needs a list", nil},
		{user, "overflow", nil, "p.polar:9: an integer overflows", nil},
		{secret, "scalar", nil, "panicked", nil},
		{user, "endless", 1, "too deeply", polar.ErrBudget},

		// Refused before go-oso gets it.
		{authz.ClassOf[User](), "x", nil, "class is passed as a value", authz.ErrUnsupported},
		{user, "x", authz.ClassOf[Doc](), "class is passed as a value", authz.ErrUnsupported},
		{0.5, "x", nil, "a value is a float", authz.ErrUnsupported},
		{user, "x", []any{float32(1)}, "a value is a float", authz.ErrUnsupported},
		{user, "x", map[int]string{1: secret}, "keys of type int", authz.ErrUnsupported},
		{user, "x", secret + "\xff", "not UTF-8", authz.ErrUnsupported},
		{user, "x", map[string]int{secret + "\xff": 1}, "not UTF-8", authz.ErrUnsupported},
		{user, "x", &Doc{Title: secret + "\xff"}, "not UTF-8", authz.ErrUnsupported},
		{user, "x", uint64(math.MaxUint64), "beyond 63 bits", authz.ErrUnsupported},
		{user, "x", func() {}, "of kind func", authz.ErrUnsupported},
		{user, "x", make(chan int), "of kind chan", authz.ErrUnsupported},
		{user, "x", Chan{}, "Iter", authz.ErrUnsupported},
		{user, "any", Doc{Extra: 0.5}, "a field holds a value that is a float", authz.ErrUnsupported},
		{user, "any", Doc{Extra: Action(secret)}, "named type", authz.ErrUnsupported},
		{user, "any", Doc{Extra: []any{map[string]any{secret: 1.5}}}, "a float", authz.ErrUnsupported},
		{user, "any", Doc{Extra: &Doc{Extra: 1.5}}, "a float", authz.ErrUnsupported},
		{user, "any", cyclic(), "a float", authz.ErrUnsupported},
		{user, "x", make([]any, 200_000), "more than 100000 parts", authz.ErrUnsupported},
		{user, "x", selfish(), "more than 100000 parts", authz.ErrUnsupported},
	}
	for _, tt := range tests {
		t.Run(fmt.Sprint(tt.action), func(t *testing.T) {
			got, err := p.Decide(t.Context(), "allow", tt.actor, tt.action, tt.resource)
			if err == nil || got.Allowed {
				t.Fatalf("Decide = %+v, %v; want an error", got, err)
			}
			if !strings.Contains(err.Error(), tt.want) {
				t.Errorf("error %q; want %q", err, tt.want)
			}
			if tt.is != nil && !errors.Is(err, tt.is) {
				t.Errorf("error %v is not %v", err, tt.is)
			}
			for e := err; e != nil; e = errors.Unwrap(e) {
				if text := fmt.Sprintf("%v %+v %#v", e, e, e); strings.Contains(text, secret) {
					t.Errorf("the error shows a value: %s", text)
				}
			}
		})
	}
}

// cyclic returns documents in a cycle, one of them with a float.
func cyclic() *Doc {
	a, b := new(Doc), new(Doc)
	a.Extra, b.Extra = []any{b}, []any{a, 0.5}
	return a
}

// selfish returns a pointer to itself.
func selfish() any {
	var p any
	p = &p
	return p
}

func TestContext(t *testing.T) {
	p := mustCompile(t, `allow(_, _, x) if x in [1, 2, 3];`, nil)
	ctx, cancel := context.WithCancel(t.Context())
	defer cancel()
	n := 0
	for _, err := range p.Query(ctx, "allow", 1, 1, authz.Var("x")) {
		if n++; n == 1 {
			cancel()
		} else if !errors.Is(err, context.Canceled) {
			t.Errorf("solution %d: %v; want context.Canceled", n, err)
		}
	}
	if n != 2 {
		t.Errorf("%d solutions; want one before the cancellation, and the error", n)
	}
	if got, err := p.Decide(ctx, "allow", 1, "x", 1); got.Allowed || !errors.Is(err, context.Canceled) {
		t.Errorf("Decide with a canceled context = %+v, %v", got, err)
	}
	if _, _, err := osoengine.New().Compile(ctx, authz.Input{}); !errors.Is(err, context.Canceled) {
		t.Errorf("Compile with a canceled context: %v", err)
	}
}

// TestRequest: a policy sees a Request through its fields, and the result is the Request
// itself.
func TestRequest(t *testing.T) {
	p := mustCompile(t, `
allow(_, m, r: Request) if r.Method = m and r.Segments = ["a", _] and r.Host = "h" and not r.Scheme = "https";
same(r, r);
`, nil, authz.ClassOf[authz.Request]())
	r := &authz.Request{Method: "GET", Path: "/a/b", Segments: []string{"a", "b"}, Host: "h", Scheme: "http"}
	got, err := p.Decide(t.Context(), "allow", nil, "GET", r)
	if err != nil || !got.Allowed {
		t.Errorf("Decide = %+v, %v; want allowed", got, err)
	}
	for b, err := range p.Query(t.Context(), "same", r, authz.Var("x")) {
		if err != nil || b["x"] != r {
			t.Errorf("the request comes back as %v, %v", b["x"], err)
		}
	}
	if got, err := p.Decide(t.Context(), "allow", nil, "GET", (*authz.Request)(nil)); err != nil || got.Allowed {
		t.Errorf("Decide with a nil request = %+v, %v", got, err)
	}
	if _, _, err := compile(t, `allow(_, _, r: Request) if r.Header("x") = "y";`, nil, authz.ClassOf[authz.Request]()); !errors.Is(err, authz.ErrUnsupported) {
		t.Errorf("a method of Request is accepted: %v", err)
	}
}

type Team struct {
	ID      int
	LeadID  int
	Lead    *User
	Members []*User
}

// TestRelations: a relation that is not loaded looks like an empty one to go-oso.
func TestRelations(t *testing.T) {
	team := authz.ClassOf[Team]()
	team.Relations = []authz.Relation{
		{Name: "Lead", Target: reflect.TypeFor[User](), ForeignKey: []string{"LeadID"}},
		{Name: "Members", Many: true, Target: reflect.TypeFor[User]()},
	}
	p := mustCompile(t, `
allow(u: User, "join", t: Team) if not (m in t.Members and m.ID = u.ID);
allow(_, "lead", t: Team) if t.Lead = nil;
`, nil, team, authz.ClassOf[User]())
	for _, tt := range []struct {
		action string
		team   Team
		want   bool
		err    bool
	}{
		{"join", Team{}, false, true},
		{"join", Team{Members: []*User{}}, true, false},
		{"join", Team{Members: []*User{alice}}, false, false},
		{"lead", Team{Members: []*User{}, LeadID: 1}, false, true},
		{"lead", Team{Members: []*User{}}, true, false},
	} {
		got, err := p.Decide(t.Context(), "allow", alice, tt.action, tt.team)
		if got.Allowed != tt.want || (err != nil) != tt.err {
			t.Errorf("%s %+v: %+v, %v", tt.action, tt.team, got, err)
		}
	}
}

// TestExternal: classes without Go types are refused, not ignored.
func TestExternal(t *testing.T) {
	_, err := authz.New(authz.Config{
		Engine: osoengine.New(), Policies: authz.String("p", `allow(_, "read", _);`), External: []*authz.Schema{{Version: 1}},
	})
	if !errors.Is(err, authz.ErrUnsupported) || !strings.Contains(err.Error(), "Config.External") {
		t.Errorf("%v", err)
	}
}

// TestLoadErrors: what go-oso rejects at load has a position in the source.
func TestLoadErrors(t *testing.T) {
	sources := func(texts ...string) (s []authz.Source) {
		for i, text := range texts {
			s = append(s, authz.Source{Name: string(rune('a'+i)) + ".polar", Text: text})
		}
		return s
	}
	tests := []struct {
		sources []authz.Source
		line    int32
		file    string
		want    string
	}{
		{sources("allow(_, _, _);\n\nf(x);"), 3, "a.polar", "occurs only once"},
		{sources("allow(_, _, _); # no newline", "# é\nf(1) if\n  g(1);"), 3, "b.polar", "not defined"},
		{sources("allow(_, _, _);", "?= 1 = 1;\n?= allow(\n1,2,3);\ntype f(x: Integer);\nf(\"é\");"), 5, "b.polar", "does not fit the type"},
		{sources("f(1) if;"), 1, "a.polar", ""},
		{sources("allow(_, _, _);\nresource User { roles = [\"a\"]; }"), 0, "", "block needs is missing"},
		{sources("allow(_, _, _);", "f(1);\n?= f(2);"), 2, "b.polar", "inline query has no solution"},
		{sources("allow(_, _, _);", "\n?= 1 < \"a\";"), 2, "b.polar", "inline query has no answer"},
		{sources("?= f(2) and\n f(3);\n?= f(1); f(1);"), 1, "a.polar", "inline query has no solution"},
		{sources("allow(_, _, _);", "\ndeny(1, 2);"), 2, "b.polar", "does not fit the type"},
		{sources("allow(_, _, _);", "\n\ndeny_request(1, 2, 3);"), 3, "b.polar", "does not fit the type"},
		{sources("allow(_, _, _);", "deny_field(1, 2, 3);"), 1, "b.polar", "does not fit the type"},
	}
	for _, tt := range tests {
		p, diags, err := osoengine.New().Compile(t.Context(), authz.Input{Sources: tt.sources, Classes: classes(), DenyRule: true})
		var list syntax.ErrorList
		if p != nil || !errors.As(err, &list) || len(diags) == 0 {
			t.Errorf("%v: Compile = %v, %v, %v", tt.sources, p, diags, err)
			continue
		}
		if pos := list[0].Pos; pos.Line != tt.line || pos.File != tt.file || !strings.Contains(list[0].Msg, tt.want) {
			t.Errorf("%v: %v; want %s:%d: %s", tt.sources, list[0], tt.file, tt.line, tt.want)
		}
	}
}

// TestEscapes: go-oso does not know numeric escapes, and gets the characters.
func TestEscapes(t *testing.T) {
	const policy = `allow(x, "\u{61}", _) if x = "a\u{200D}\u{22}\u{5c}\\\u{0}\u{A}\u{e9}" or x = "\\u{41}" and x = "\\u{41}";
?= "\u{41}\\u{41}" = "A\\u{41}" and "\u{41}" = "A";`
	p, _, err := compile(t, policy, nil, classes()...)
	if err != nil {
		t.Fatal(err)
	}
	for actor, want := range map[string]bool{"a\u200d\"\\\\\x00\né": true, `\u{41}`: true, "u{41}": false, "A": false, "a": false} {
		o, err := p.Decide(t.Context(), "allow", actor, "a", 1)
		if err != nil || o.Allowed != want {
			t.Errorf("%q: got %v, %v; want %v", actor, o.Allowed, err, want)
		}
	}
}

// TestHiddenNames: the names of classes and constants must be names that a policy can spell,
// and are visible in errors.
func TestHiddenNames(t *testing.T) {
	for _, name := range []string{"D\u200boc", "D\u043ec", "Doc\nINFO", "\u202eDoc"} {
		for what, in := range map[string]authz.Input{
			"class":    {Classes: []authz.Class{{Name: name, Type: reflect.TypeFor[Doc]()}}},
			"constant": {Constants: map[string]any{name: 1}},
		} {
			in.Sources = []authz.Source{{Name: "p", Text: "allow(_, _, _);"}}
			_, _, err := osoengine.New().Compile(t.Context(), in)
			if err == nil || strings.Contains(err.Error(), name) {
				t.Errorf("%s %+q: %v", what, name, err)
			}
		}
	}
}

// TestQuiet: nothing is printed where go-oso would print a warning.
func TestQuiet(t *testing.T) {
	policies := []string{
		"f(1);",
		"",
		"# é\nf(x) if x = 1 and x = 2 or x = 3; g(x) if ( x = 1 or x = 2 and x = 3) and x = 4;",
		"actor User {}",
		`resource Doc { permissions = ["p"]; roles = ["r"]; "p" if "r"; } has_role(_: User, _: String, _: Doc); actor User {}`,
		`allow(_, _, _); ?= 1 = 1 or 1 = 2 and 2 = 2;`,
	}
	read, write, err := os.Pipe()
	if err != nil {
		t.Fatal(err)
	}
	stdout := os.Stdout
	os.Stdout = write
	defer func() { os.Stdout = stdout }()
	for _, policy := range policies {
		p, _, err := compile(t, policy, nil, classes()...)
		if err != nil {
			t.Errorf("%s: %v", policy, err)
			continue
		}
		if _, err := p.Decide(t.Context(), "f", 1, "x", 3); policy == "f(1);" && err != nil {
			t.Errorf("%s: %v", policy, err)
		}
	}
	p := mustCompile(t, "f(1);", nil)
	if _, err := p.Decide(t.Context(), "allow", 1, "x", 3); !errors.Is(err, polar.ErrUndefinedRule) {
		t.Errorf("allow in a policy without it: %v; want ErrUndefinedRule", err)
	}
	write.Close()
	if printed, _ := io.ReadAll(read); len(printed) > 0 {
		t.Errorf("printed: %s", printed)
	}
}

// TestNoFilters: go-oso's data filters are wrong, so the policy offers none.
func TestNoFilters(t *testing.T) {
	p := mustCompile(t, "allow(_, _, _);", nil)
	typ := reflect.TypeOf(p)
	var methods []string
	for i := range typ.NumMethod() {
		methods = append(methods, typ.Method(i).Name)
	}
	if want := []string{"Decide", "Defines", "Enumerates", "Query"}; !slices.Equal(methods, want) {
		t.Errorf("a policy has the methods %v; want %v", methods, want)
	}
}

func TestConcurrent(t *testing.T) {
	p := mustCompile(t, `
allow(u: User, "read", d: Doc) if u.ID = d.Owner.ID and not u.Name = "bob";
allow(u: User, "crash", _) if u.Crash();
`, map[string]any{"MAX": 3}, classes()...)
	var wg sync.WaitGroup
	for i := range 64 {
		wg.Go(func() {
			u := &User{ID: i, Name: "u"}
			for range 5 {
				if got, err := p.Decide(t.Context(), "allow", u, "read", Doc{Owner: &User{ID: i}}); err != nil || !got.Allowed {
					t.Errorf("own document: %+v, %v", got, err)
				}
				if got, err := p.Decide(t.Context(), "allow", u, "read", Doc{Owner: &User{ID: i + 1}}); err != nil || got.Allowed {
					t.Errorf("another's document: %+v, %v", got, err)
				}
				if got, err := p.Decide(t.Context(), "allow", u, "crash", nil); err == nil || got.Allowed {
					t.Errorf("panic: %+v, %v", got, err)
				}
			}
		})
	}
	wg.Wait()
}

// TestNoLeak runs thousands of queries that end in every way a query can end. go-oso alone
// would keep 10 KB for each that ends in an error.
func TestNoLeak(t *testing.T) {
	if runtime.GOOS != "linux" {
		t.Skip("reads the size of the process from /proc")
	}
	p := mustCompile(t, `
allow(_, "done", _) if false;
allow(_, "first", x) if x in [1, 1, 1];
allow(_, "missing", d) if d.Title;
allow(_, "type", _) if 1;
allow(u: User, "panic", _) if u.Crash();
allow(_, "infinite", x) if x = 1.0 / 0;
allow(_, "unbound", x) if x > 1;
`, nil, classes()...)
	ask := func(rounds int) {
		for range rounds {
			for _, action := range []string{"done", "first", "missing", "type", "panic"} {
				_, _ = p.Decide(t.Context(), "allow", alice, action, 1)
			}
			for _, action := range []string{"infinite", "unbound", "first"} {
				for range p.Query(t.Context(), "allow", alice, action, authz.Var("x")) {
					break
				}
			}
		}
		runtime.GC()
	}
	ask(200) // until the allocators have enough memory
	before := resident(t)
	ask(1000)
	if grown := resident(t) - before; grown > 8<<20 {
		t.Errorf("8000 queries cost %d KB", grown>>10)
	}
}

// resident returns the memory of the process outside Go's heap, roughly.
func resident(t *testing.T) int {
	statm, err := os.ReadFile("/proc/self/statm")
	if err != nil {
		t.Fatal(err)
	}
	pages, err := strconv.Atoi(string(bytes.Fields(statm)[1]))
	if err != nil {
		t.Fatal(err)
	}
	var m runtime.MemStats
	runtime.ReadMemStats(&m)
	return pages*os.Getpagesize() - int(m.HeapSys-m.HeapReleased)
}

// TestExpenses runs the policy for go-oso in policies/expenses-oso.
func TestExpenses(t *testing.T) {
	type User struct{ ID, OrganizationID int }
	type Guest struct{}
	type Expense struct{ ID, UserID, Amount int }
	type Organization struct{ ID int }
	var sources []authz.Source
	for _, name := range []string{"requests.polar", "rows.polar"} {
		text, err := os.ReadFile(filepath.Join("..", "..", "policies", "expenses-oso", name))
		if err != nil {
			t.Fatal(err)
		}
		sources = append(sources, authz.Source{Name: name, Text: string(text)})
	}
	p, diags, err := osoengine.New().Compile(t.Context(), authz.Input{
		Sources: sources,
		Classes: []authz.Class{authz.ClassOf[User](), authz.ClassOf[Guest](), authz.ClassOf[Expense](),
			authz.ClassOf[Organization](), authz.ClassOf[authz.Request]()},
	})
	if err != nil || len(diags) > 0 {
		t.Fatalf("Compile: %v, %v", diags, err)
	}
	request := func(path string) *authz.Request {
		return &authz.Request{Path: path, Segments: strings.FieldsFunc(path, func(r rune) bool { return r == '/' })}
	}
	guest, user := Guest{}, User{ID: 1, OrganizationID: 1}
	for _, tt := range []struct {
		actor    any
		action   string
		resource any
		want     bool
	}{
		{guest, "GET", request("/"), true},
		{user, "GET", request("/"), true},
		{user, "POST", request("/"), false},
		{guest, "GET", request("/whoami"), false},
		{user, "GET", request("/whoami"), true},
		{user, "GET", request("/whoami/x"), false},
		{guest, "GET", request("/expenses/2"), false},
		{user, "GET", request("/expenses/2"), true},
		{user, "GET", request("/expenses"), true},
		{guest, "GET", request("/expenses"), false},
		{user, "PUT", request("/expenses/submit"), true},
		{user, "PUT", request("/expenses/2"), false},
		{guest, "PUT", request("/expenses/submit"), false},
		{user, "GET", request("/organizations/1"), true},
		{user, "GET", request("/admin"), false},
		{user, "read", Expense{UserID: 1}, true},
		{user, "read", Expense{UserID: 2}, false},
		{guest, "read", Expense{}, false},
		{user, "create", Expense{UserID: 1}, true},
		{user, "create", Expense{UserID: 2}, false},
		{guest, "create", Expense{}, false},
		{user, "delete", Expense{UserID: 1}, false},
		{user, "read", Organization{ID: 1}, true},
		{user, "read", Organization{ID: 2}, false},
		{guest, "read", Organization{}, false},
	} {
		got, err := p.Decide(t.Context(), "allow", tt.actor, tt.action, tt.resource)
		if err != nil || got.Allowed != tt.want {
			t.Errorf("%T %s %v: %+v, %v; want %v", tt.actor, tt.action, tt.resource, got, err, tt.want)
		}
	}
}

func BenchmarkDecide(b *testing.B) {
	p := mustCompile(b, `allow(u: User, "read", d: Doc) if u.ID = d.Owner.ID;`, nil, classes()...)
	d := &Doc{Owner: &User{ID: 1}}
	b.ReportAllocs()
	for b.Loop() {
		if got, err := p.Decide(b.Context(), "allow", alice, "read", d); err != nil || !got.Allowed {
			b.Fatal(got, err)
		}
	}
}
