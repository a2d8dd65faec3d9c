//go:build cgo && !musl && (((linux || darwin) && (amd64 || arm64)) || (windows && amd64))

package osoengine_test

// This file tests what compiling a policy refuses.

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"reflect"
	"strings"
	"testing"
	"time"

	osoengine "github.com/ursa-authz/ursa/adapters/oso"
	"github.com/ursa-authz/ursa/authz"
	"github.com/ursa-authz/ursa/authz/polar/syntax"
)

// The classes of the tests. Doc has a field of every kind that go-oso changes.
type (
	User struct {
		ID    int
		Name  string
		Boss  *User
		Org   *Org
		Tags  []string
		admin bool
	}
	Org struct {
		ID   int
		Name string
	}
	Status string
	Labels map[string]string
	IDs    []int

	Doc struct {
		ID        int
		Title     string
		Amount    float64
		Status    Status
		Taken     time.Duration
		Note      sql.NullString
		Labels    Labels
		IDs       IDs
		ByNumber  map[int]string
		Ratings   []float32
		Owner     *User
		Org       Org
		Size      uint64
		Extra     any
		Done      func() bool
		Renamed   string `polar:"Title2"`
		Title2    string
		CreatedAt time.Time
	}
	Actor2 interface{ Hello() string }
	Chan   struct{ ID int }
)

func (u User) Admin() bool                    { return u.admin }
func (u User) Hello() string                  { return "hello " + u.Name }
func (u User) Is(name string) bool            { return u.Name == name }
func (u User) Older(by int) int               { return u.ID + by }
func (u User) Lookup() (string, error)        { return "", errors.New("down") }
func (u User) Find(string) (string, bool)     { return "", false }
func (u User) Touch()                         {}
func (u User) WithCtx(context.Context) string { return "" }
func (u User) Many(...string) bool            { return true }
func (u User) Same(*User) bool                { return true }
func (u User) Half(float64) bool              { return true }
func (u User) Weight() float64                { return 0.5 }
func (u User) Anything() any                  { return 0.5 }
func (u User) Any(any) bool                   { return true }
func (u User) Short(int8) bool                { return true }
func (u *User) Crash() bool                   { panic("value of the actor: " + u.Name) }

func (Chan) Iter() <-chan any { return nil }

func newOrg(id int, name string) Org { return Org{id, name} }

func classes() []authz.Class {
	org := authz.ClassOf[Org]()
	org.Constructor = newOrg
	return []authz.Class{authz.ClassOf[User](), authz.ClassOf[*Doc](), org}
}

func compile(t testing.TB, policy string, constants map[string]any, classes ...authz.Class) (authz.Policy, []authz.Diagnostic, error) {
	t.Helper()
	return osoengine.New().Compile(t.Context(), authz.Input{
		Sources:    []authz.Source{{Name: "p.polar", Text: policy}},
		Classes:    classes,
		Constants:  constants,
		AllowEmpty: true, // policies that only have inline queries
	})
}

func mustCompile(t testing.TB, policy string, constants map[string]any, classes ...authz.Class) authz.Policy {
	t.Helper()
	p, _, err := compile(t, policy, constants, classes...)
	if err != nil {
		t.Fatalf("Compile: %v", err)
	}
	return p
}

func TestRefusedPolicies(t *testing.T) {
	tests := []struct {
		name   string
		policy string
		want   string // in the error
	}{
		{"snake_case", `allow(u: User, "read", d: Doc) if u.id = d.ID;`, "write ID"},
		{"snake_case, class unknown", `allow(u, "read", d) if u.created_at = d;`, "write CreatedAt"},
		{"snake_case method", `allow(u: User, _, _) if u.hello() = "x";`, "write Hello"},
		{"snake_case in a class pattern", `allow(_: User{name: "a"}, _, _);`, "write Name"},
		{"snake_case in a dictionary pattern", `allow(_: {name: "a"}, _, _);`, "write Name"},
		{"attribute that does not exist", `allow(u: User, _, _) if u.Nope;`, "no field with the exact Go name Nope"},
		{"unexported field", `allow(u: User, _, _) if u.admin;`, "no field with the exact Go name admin"},
		{"attribute of a string", `allow(u: User, _, _) if u.Name.Length = 1;`, "has no attributes"},
		{"string method", `allow(u: User, _, _) if u.Name.split("/") = [];`, "support methods on values of type string"},
		{"string method, class unknown", `allow(_, _, r) if r.startswith("/");`, "no built-in methods"},
		{"list method", `allow(u: User, _, _) if u.Tags.length() = 1;`, "not support methods"},

		{"in over a string", `allow(u: User, _, d: Doc) if u.Name in d.Title;`, "iterates over its characters"},
		{"in over a string under not", `allow(u: User, _, d: Doc) if x = d.Title and not u.Name in x;`, "iterates over its characters"},
		{"relation to several classes", `actor User {} resource Org {} resource Doc { relations = { parent: [Org, User] }; } allow(u: User, _, d: Doc) if u.ID = d.ID;`, "not support relations to several classes"},

		{"float", `allow(_, _, d: Doc) if d.Amount > 1;`, "field Amount of class Doc is a float"},
		{"float, class unknown", `allow(_, _, d) if d.Amount > 1;`, "field Amount of class Doc is a float"},
		{"float in a pattern", `allow(_, _, _: Doc{Amount: 1});`, "field Amount of class Doc is a float"},
		{"floats in a list", `allow(_, _, d: Doc) if 1 in d.Ratings;`, "is a float"},
		{"float behind a chain", `allow(u: User, _, d) if o in d.Owner.Tags and o = u.Name and d.Amount = 1;`, "is a float"},
		{"named string", `allow(_, _, d: Doc) if d.Status = "open";`, "named type osoengine_test.Status"},
		{"duration", `allow(_, _, d: Doc) if d.Taken < 5;`, "named type time.Duration"},
		{"SQL null type", `allow(_, _, d: Doc) if d.Note = "a";`, "SQL null"},
		{"named map", `allow(_, _, d: Doc) if d.Labels.a = "b";`, "named map type"},
		{"named slice", `allow(_, _, d: Doc) if 1 in d.IDs;`, "named list type"},
		{"map with integer keys", `allow(_, _, d: Doc) if d.ByNumber.a = "b";`, "keys of type int"},
		{"function", `allow(_, _, d: Doc) if d.Done;`, "of kind func"},
		{"tag", `allow(_, _, d: Doc) if d.Title2 = "a";`, "the tag Title2 names field Renamed"},

		{"result and error", `allow(u: User, _, _) if u.Lookup() = "";`, "has 2 results"},
		{"result and found", `allow(u: User, _, _) if u.Find("a") = "";`, "has 2 results"},
		{"no result", `allow(u: User, _, _) if u.Touch() = [];`, "has 0 results"},
		{"context", `allow(u: User, _, _) if u.WithCtx() = "";`, "takes a context"},
		{"variadic", `allow(u: User, _, _) if u.Many("a");`, "variadic"},
		{"pointer argument", `allow(u: User, _, _) if u.Same(u);`, "takes a *osoengine_test.User"},
		{"float argument", `allow(u: User, _, _) if u.Half(1);`, "a float"},
		{"float result", `allow(u: User, _, _) if u.Weight() = 1;`, "a float"},
		{"interface result", `allow(u: User, _, _) if u.Anything() = 1;`, "returns an interface"},
		{"interface argument", `allow(u: User, _, _) if u.Any(1);`, "something other than interface"},
		{"small integer", `allow(u: User, _, _) if u.Short(1000);`, "something other than int8"},
		{"65 for a string", `allow(u: User, _, _) if u.Is(65);`, "something other than string"},
		{"1.7 for an integer", `allow(u: User, _, _) if u.Older(1.7) = 1;`, "something other than int"},
		{"argument that may be anything", `allow(u: User, name, _) if u.Is(name);`, "something other than string"},
		{"number of arguments", `allow(u: User, _, _) if u.Is();`, "takes 1 arguments, not 0"},
		{"keyword arguments", `allow(u: User, _, _) if u.Is(name: "a");`, "not support keyword arguments"},
		{"method that does not exist", `allow(u: User, _, _) if u.Nope();`, "no method with the exact Go name Nope"},
		{"no constructor", `allow(_, _, _) if _u = new User(1);`, "no constructor"},
		{"constructor with keywords", `allow(_, _, _) if _o = new Org(id: 1);`, "not support keyword arguments"},

		{"class as an argument", `allow(u: User, "list", _) if allow(u, "read", Doc);`, "class Doc, used as a value"},
		{"class in a head", `allow(_: User, "read", Doc);`, "class Doc, used as a value"},
		{"class as a receiver", `allow(_, _, _) if User.Hello() = "";`, "class User, used as a value"},
		{"builtin class in a pattern", `allow(_: User{Name: String}, _, _);`, "needs braces here: String{}"},
		{"class that is not registered", `allow(_: Nobody, _, _);`, "class Nobody is not registered"},
		{"fields of a union", `actor User {} allow(_: Actor{Name: "a"}, _, _);`, "ignores the fields"},
		{"block of a class that is not registered", `actor Nobody {} allow(_, _, _);`, "class Nobody is not registered"},

		{"objects compared deeply", `allow(u: User, _, d: Doc) if d.Owner = u;`, "class User field by field"},
		{"objects compared in a head", `allow(u: User, _, u);`, "class User field by field"},
		{"objects compared by in", `allow(u: User, _, d: Doc) if u in [d.Owner] and d.Owner in [u];`, "class User field by field"},
		{"objects compared, one class unknown", `allow(u, _, d: Doc) if u != d.Owner;`, "class User field by field"},
		{"times compared", `allow(u: Doc, _, d: Doc) if u.CreatedAt = d.CreatedAt;`, "class time.Time field by field"},

		{"typo under not", `allow(_, _, d) if not d.Tilte = "secret";`, "treats a missing attribute Tilte as false"},
		{"class unknown under not", `allow(_, _, d) if not d.Title = "secret";`, "treats a missing attribute Title as false"},
		{"class unknown under forall", `allow(_, _, d) if forall(t in ["a"], d.Title != t);`, "treats a missing attribute Title as false"},
		{"class unknown in a rule under not", `allow(_, _, d) if not secret(d); secret(d) if d.Title = "secret";`, "treats a missing attribute Title as false"},
		{"class unknown two rules below not", `allow(_, _, d) if not s(d); s(d) if t(d); t(d) if d.Title = "secret";`, "treats a missing attribute Title as false"},
		{"method under not", `allow(u, _, _) if not u.Hello() = "x";`, "treats a missing method Hello as false"},

		{"print", `allow(u, _, _) if print(u);`, "standard output"},
		{"debug", `allow(u, _, _) if debug(u);`, "standard input"},
		{"now", `allow(_, _, d: Doc) if d.CreatedAt < now;`, "the constant now"},
		{"computed name", `allow(u: User, _, _) if k = "Name" and u.(k) = "a";`, "not known before"},
		{"prefix form", `allow(u: User, _, _) if .(u, "Name", "a");`, "prefix form"},
		{"keyword arguments of a rule", `allow(_, _, _) if f(x: 1); f(1);`, "not support keyword arguments"},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			p, diags, err := compile(t, tt.policy, nil, classes()...)
			if err == nil {
				t.Fatalf("Compile accepts %s", tt.policy)
			}
			if p != nil {
				t.Error("Compile returns a policy with the error")
			}
			if !errors.Is(err, authz.ErrUnsupported) {
				t.Errorf("the error is not ErrUnsupported: %v", err)
			}
			var list syntax.ErrorList
			if !errors.As(err, &list) {
				t.Fatalf("the error has no list of diagnostics: %v", err)
			}
			if !strings.Contains(fmt.Sprint(diags), tt.want) {
				t.Errorf("diagnostics %v; want one with %q", diags, tt.want)
			}
			if list[0].Pos.Line != 1 || list[0].Line == "" {
				t.Errorf("diagnostic without position or line: %+v", list[0])
			}
		})
	}
}

// TestAcceptedPolicies checks that the check does not refuse too much.
func TestAcceptedPolicies(t *testing.T) {
	for _, policy := range []string{
		`allow(u: User, "read", d: Doc) if u.ID = d.ID;`,
		`allow(u, "read", d) if u.ID = d.ID and d.Owner.Name = "a";`,
		`allow(u: User, _, _) if u.Is("a") and u.Older(1 + 2) > 3 and u.Is(u.Name);`,
		`allow(u: User, _, d: Doc) if owner = d.Owner and owner.ID = u.ID;`,
		`allow(u: User, _, d: Doc) if d.Owner != nil and not u.Name in u.Tags;`,
		`allow(u: User, _, d: Doc) if d.Org = u.Org;`, // compares two structs without pointers
		`allow(u: User, _, d: Doc) if not (x = d.Owner and x.Name = u.Name);`,
		`allow(u: User, _, d) if not (d matches Doc and d.Title = "secret") and u.ID > 0;`,
		`allow(_, _, d: Doc) if not secret(d); secret(d: Doc) if d.Title = "secret";`,
		`allow(_, _, r: Dictionary) if r.user_name = "a" and k in ["x", "y"] and r.(k) = 1;`,
		`allow(_, _, d: Doc) if d.Extra.a = 1;`, // checked at the decision
		`allow(_, _, d: Doc) if d.Size > 1;`,
		`allow(_, _, _) if o = new Org(1, "a") and o.ID = 1;`,
		`allow(_, _, _) if f([1, 2], 0.5) and MAX > 1; f([h, *t], x) if h in t or x = 0.5;`,
		`allow(u: User{Name: n, Org: Org{ID: 1}}, n, _) if u.Boss = nil;`,
		`actor User { roles = ["a"]; permissions = ["p"]; "p" if "a"; }
		 allow(a: Actor, "x", _) if not a.Name = "x";
		 has_role(_: User, _: String, _: User);`,
		`actor User {}
		 resource Doc { roles = ["r"]; relations = { org: Org, owner: User }; permissions = ["p"]; "p" if "r"; "r" if "m" on "org"; }
		 resource Org { roles = ["m"]; }
		 has_role(u: User, "m", o: Org) if u.Org.ID = o.ID;
		 has_relation(o: Org, "org", d: Doc) if o = d.Org;
		 has_relation(o: User, "owner", d: Doc) if o = d.Owner;
		 allow(a, p, r) if has_permission(a, p, r);`,
		`type f(x: Integer); f(1); f(_: Integer); allow(_, _, _) if f(1);`,
	} {
		if _, _, err := compile(t, policy, map[string]any{"MAX": 10}, classes()...); err != nil {
			t.Errorf("%s\n\t%v", policy, err)
		}
	}
}

func TestRefusedClasses(t *testing.T) {
	actor := authz.ClassOf[Org]()
	actor.Name = "Actor"
	builtin := authz.ClassOf[Org]()
	builtin.Name = "String"
	extends := authz.ClassOf[User]()
	extends.Extends = []reflect.Type{reflect.TypeFor[Org]()}
	tests := []struct {
		class authz.Class
		want  string
	}{
		{authz.ClassOf[Actor2](), "is an interface"},
		{authz.ClassOf[Status](), "of kind string"},
		{authz.ClassOf[time.Duration](), "of kind int64"},
		{authz.ClassOf[Chan](), "Iter"},
		{authz.ClassOf[struct{ ID int }](), "needs a name"},
		{authz.Class{Name: "Nothing"}, "has no type"},
		{extends, "extends others"},
		{actor, "cannot be named Actor"},
		{builtin, "cannot be named String"},
		{authz.ClassOf[User](), "two classes are named User"},
	}
	for _, tt := range tests {
		p, diags, err := compile(t, `allow(_, _, _);`, nil, authz.ClassOf[User](), tt.class)
		if err == nil || p != nil {
			t.Errorf("class %v is accepted", tt.class.Type)
			continue
		}
		if !errors.Is(err, authz.ErrUnsupported) || !strings.Contains(fmt.Sprint(diags), tt.want) {
			t.Errorf("class %v: %v, %v; want ErrUnsupported with %q", tt.class.Type, diags, err, tt.want)
		}
	}
}

func TestRefusedConstants(t *testing.T) {
	tests := []struct {
		value any
		want  string
	}{
		{0.5, "float"},
		{[]any{1, float32(2)}, "float"},
		{map[int]string{1: "a"}, "keys of type int"},
		{"\xff", "UTF-8"},
		{func() {}, "of kind func"},
		{uint64(1 << 63), "63 bits"},
		{authz.ClassOf[User](), "class is passed as a value"},
	}
	for _, tt := range tests {
		_, diags, err := compile(t, `allow(_, _, x) if x = C;`, map[string]any{"C": tt.value})
		if !errors.Is(err, authz.ErrUnsupported) || !strings.Contains(fmt.Sprint(diags), tt.want) {
			t.Errorf("constant %v: %v, %v; want ErrUnsupported with %q", tt.value, diags, err, tt.want)
		}
	}
}

func TestEnvironment(t *testing.T) {
	for _, name := range []string{"POLAR_LOG", "POLAR_EXPLAIN"} {
		t.Run(name, func(t *testing.T) {
			t.Setenv(name, "trace")
			if _, _, err := compile(t, `allow(_, _, _);`, nil); !errors.Is(err, authz.ErrUnsupported) || !strings.Contains(err.Error(), name) {
				t.Errorf("Compile = %v; want ErrUnsupported that names %s", err, name)
			}
			t.Setenv(name, "off")
			if _, _, err := compile(t, `allow(_, _, _);`, nil); err != nil {
				t.Errorf("Compile with %s=off: %v", name, err)
			}
		})
	}
}
