package resolve

import (
	"fmt"
	"reflect"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/ursa-authz/ursa/authz/internal/host"
	"github.com/ursa-authz/ursa/authz/polar/syntax"
)

// texts returns the diagnostics as in the test data, with positions.
func texts(ds []syntax.Diagnostic) string {
	var s []string
	for _, d := range ds {
		s = append(s, d.Pos.String()+": "+diagnosticText(d))
	}
	return strings.Join(s, "\n")
}

// errorsOnly returns the diagnostics that are errors.
func errorsOnly(ds []syntax.Diagnostic) []syntax.Diagnostic {
	var errs []syntax.Diagnostic
	for _, d := range ds {
		if d.Severity == syntax.Error {
			errs = append(errs, d)
		}
	}
	return errs
}

func TestBlockRules(t *testing.T) {
	const src = `actor User {}
has_role(u: User, _: String, o: Org) if u.org = o;
resource Repo {
  roles = ["reader", "owner"];
  permissions = ["read"];
  relations = { parent: Org, fork: Repo };
  "read" if "reader";
  "reader" if "admin" on "parent";
}
resource Org { roles = ["admin"]; permissions = ["p"]; "p" if "admin"; }
has_relation(o: Org, "parent", r: Repo) if r.org = o;
resource Repo { "read" if "read" on "fork"; "read" if "fork" on "fork"; "read" if "parent"; }
has_relation(a: Repo, "fork", b: Repo) if a = b;
`
	m, ds := loadString(t, src, Options{})
	if m == nil {
		t.Fatal(texts(ds))
	}
	want := []string{
		`has_role(u: User, _1: String, o: Org) if and(_3 = o, _3 <- u.org)`,
		`has_relation(o: Org, "parent", r: Repo) if and(_2 = o, _2 <- r.org)`,
		`has_relation(a: Repo, "fork", b: Repo) if and(a = b)`,
		`has_permission(actor: Actor, "read", repo: Repo) if and(has_role(actor, "reader", repo))`,
		`has_role(actor: Actor, "reader", repo: Repo) if and(has_relation(related_org, "parent", repo), has_role(actor, "admin", related_org))`,
		`has_permission(actor: Actor, "p", org: Org) if and(has_role(actor, "admin", org))`,
		`has_permission(actor: Actor, "read", repo: Repo) if and(has_relation(related_repo, "fork", repo), has_permission(actor, "read", related_repo))`,
		`has_permission(actor: Actor, "read", repo: Repo) if and(has_relation(related_repo, "fork", repo), has_relation(actor, "fork", related_repo))`,
		`has_permission(actor: Actor, "read", repo: Repo) if and(has_relation(actor, "parent", repo))`,
	}
	if got := strings.TrimSpace(m.String()); got != strings.Join(want, "\n") {
		t.Errorf("got\n%s\nwant\n%s", got, strings.Join(want, "\n"))
	}
	for i, r := range m.Rules {
		if r.Index != i {
			t.Errorf("rule %d has index %d", i, r.Index)
		}
		if (r.Node == nil) != (i >= 3) || (r.Block == nil) != (i < 3) {
			t.Errorf("rule %d: node %v, block %v", i, r.Node, r.Block)
		}
	}
	r := m.Rules[4]
	if want := `"reader" if "admin" on "parent"`; r.Text != want {
		t.Errorf("got text %s, want %s", r.Text, want)
	}
	var at []string
	for _, pos := range []syntax.Position{r.Pos, r.Body.Goals[0].Where().Pos, r.Body.Goals[1].Where().Pos, r.End} {
		at = append(at, pos.String())
	}
	if got, want := strings.Join(at, " "), "test.polar:8:3 test.polar:8:26 test.polar:8:15 test.polar:8:35"; got != want {
		t.Errorf("got positions %s, want %s", got, want)
	}
	if got, want := m.Rules[0].Text, "has_role(u: User, _: String, o: Org)"; got != want {
		t.Errorf("got text %s, want %s", got, want)
	}
	repo := m.Blocks[m.opts.Registry.Class("Repo")]
	if got, want := fmt.Sprintf("%v %v %v %s", repo.Actor, repo.Roles, repo.Permissions, repo.Relations[1].Name), "false [reader owner] [read] fork"; got != want {
		t.Errorf("got block %s, want %s", got, want)
	}
	if got, want := classNames(m.Actor)+"; "+classNames(m.Resource), "User; User Repo Org"; got != want {
		t.Errorf("got unions %s, want %s", got, want)
	}
}

func classNames(cs []*host.ClassInfo) string {
	var names []string
	for _, c := range cs {
		names = append(names, c.Name)
	}
	return strings.Join(names, " ")
}

func TestVariableFor(t *testing.T) {
	for class, want := range map[string]string{"Repo": "repo", "HTTPRequest": "httprequest", "repo": "repo_instance", "Ns::Repo": "ns::repo"} {
		if got := variableFor(class); got != want {
			t.Errorf("variableFor(%q) = %q, want %q", class, got, want)
		}
	}
}

// TestUnionInterface checks that a Go interface named Actor defines members of the union.
func TestUnionInterface(t *testing.T) {
	reg := testRegistry(t, host.Class{Name: "Actor", Type: reflect.TypeFor[Principal]()})
	const src = `
actor Org {}
resource Repo { permissions = ["read"]; relations = { owner: Actor }; "read" if "owner"; }
allow(actor: Actor, "read", r: Repo) if has_permission(actor, "read", r) and actor.name = "a";
has_relation(actor: Actor, "owner", repo: Repo) if repo.owner = actor;
`
	m, ds := loadString(t, src, Options{Registry: reg})
	if m == nil || len(ds) > 0 {
		t.Fatal(texts(ds))
	}
	if got, want := classNames(m.Actor)+"; "+classNames(m.Resource), "User Guest Staff Org; Org Repo"; got != want {
		t.Errorf("got unions %s, want %s", got, want)
	}
	for src, want := range map[string]string{
		`f(a: Actor) if a.level > 1;`:             "warning: partial-attribute",
		`f(a: Actor) if a.nope;`:                  "unknown-attribute: Actor has no attribute nope",
		`f(a: Actor) if a matches Repo;`:          "warning: never-matches",
		`has_permission(_: Repo, "x", _: Actor);`: "invalid-rule",
		`actor Actor {}`:                          "unknown-class",
		`f(x) if x = new Actor();`:                "unknown-class",
		`resource Repo { permissions = ["a"]; relations = { o: Actor }; "a" if "a" on "o"; }`: "invalid-block",
	} {
		_, ds := loadString(t, src, Options{Registry: reg})
		if !strings.Contains(texts(ds), want) {
			t.Errorf("%s: got %s, want %s", src, texts(ds), want)
		}
	}
}

func TestDuplicateSources(t *testing.T) {
	file := func(name, src string) *syntax.File {
		f, _ := syntax.Parse(name, src)
		return f
	}
	a, b, empty := "allow(_, _, _);", "allow_request(_, _);", "# nothing\n"
	for _, tt := range []struct {
		files []*syntax.File
		want  string
	}{
		{[]*syntax.File{file("a", a), file("b", b)}, ""},
		{[]*syntax.File{file("", a), file("", a)}, ""},
		{[]*syntax.File{file("a", ""), file("b", "")}, ""},
		{[]*syntax.File{file("a", a), file("a", a)}, "a:1:1: duplicate-source: a is already loaded"},
		{[]*syntax.File{file("a", a), file("b", a)}, "b:1:1: duplicate-source: b has the same contents as a"},
		{[]*syntax.File{file("a", a), file("a", b)}, "a:1:1: duplicate-source: another source with the name a but different contents is already loaded"},
		{[]*syntax.File{file("a", empty), file("b", empty), file("c", a)}, "b:1:1: duplicate-source: b has the same contents as a"},
	} {
		m, ds := Load(tt.files, Options{Registry: testRegistry(t)})
		if got := texts(errorsOnly(ds)); got != tt.want || (m == nil) != (tt.want != "") {
			t.Errorf("got %q, want %q", got, tt.want)
		}
	}
}

func TestReservedConstants(t *testing.T) {
	opts := Options{Constants: map[string]host.Value{"nil": {}, "Actor": {}, "User": {}, "String": {}, "fine": {}}}
	_, ds := loadString(t, "allow(_, _, fine);", opts)
	const want = `-: reserved-name: a constant cannot be named Actor, which has another meaning in policies
-: reserved-name: a constant cannot be named String, which has another meaning in policies
-: reserved-name: a constant cannot be named User, which has another meaning in policies
-: reserved-name: a constant cannot be named nil, which has another meaning in policies`
	if got := texts(errorsOnly(ds)); got != want {
		t.Errorf("got\n%s\nwant\n%s", got, want)
	}
}

// TestNow checks that the constant now, which differs between queries, does not become part of another constant.
func TestNow(t *testing.T) {
	reg := testRegistry(t)
	now, err := reg.ValueOf(time.Unix(1, 0))
	if err != nil {
		t.Fatal(err)
	}
	m, ds := loadString(t, "f([now, 1], {a: now}, [limit]) if now > now;", Options{Registry: reg, Constants: map[string]host.Value{"now": now, "limit": host.MakeInt(3)}})
	if m == nil {
		t.Fatal(texts(ds))
	}
	_, list := m.Rules[0].Params[0].Term.(*List)
	_, dict := m.Rules[0].Params[1].Term.(*Dict)
	_, other := m.Rules[0].Params[2].Term.(*Const)
	if !list || !dict || !other {
		t.Errorf("got %s", m)
	}
}

func TestQuery(t *testing.T) {
	m, ds := loadString(t, "allow(u: User, \"read\", r: Repo) if u.id = r.id;\nresource Repo { permissions = [\"read\"]; }", testOptions(testRegistry(t)))
	if m == nil {
		t.Fatal(texts(ds))
	}
	preds := len(m.Preds)
	for _, tt := range []struct{ src, want string }{
		{`allow(x, y, z)`, ""},
		{`x = 1 and y = [x, _a] and not z = 1`, ""},
		{`alow(1, 2, 3)`, `1:1: undefined-rule: there is no rule alow (did you mean "allow"?)`},
		{`allow(1, 2)`, `1:1: warning: rule-arity: no rule allow takes 2 arguments, so this call always fails (it takes 3)`},
		{`x = root and x.nope = 1`, `1:16: unknown-attribute: User has no attribute nope`},
		{`x matches Usr`, `1:11: unknown-class: the class Usr is not registered (did you mean "User"?)`},
		{`x matches Repo and has_permission(1, "write", x)`, "1:20: undefined-rule: there is no rule has_permission\n1:38: warning: undeclared-in-block: the block of Repo declares no permission \"write\""},
	} {
		x, ds := syntax.ParseQuery("", tt.src)
		if x == nil {
			t.Fatal(ds)
		}
		q, ds := m.Query(x, tt.src)
		if got := texts(ds); got != tt.want {
			t.Errorf("%s: got %s, want %s", tt.src, got, tt.want)
		}
		if failed := len(errorsOnly(ds)) > 0; failed != (q == nil) {
			t.Errorf("%s: the query is %v", tt.src, q)
		}
		for _, d := range ds {
			if d.Line != tt.src {
				t.Errorf("%s: the source line is %q", tt.src, d.Line)
			}
		}
	}
	if len(m.Preds) != preds {
		t.Error("a query changed the module")
	}
}

// TestConcurrentQueries resolves queries on one module from many goroutines, for the race detector.
func TestConcurrentQueries(t *testing.T) {
	m, ds := loadString(t, basePolicy, Options{})
	if m == nil {
		t.Fatal(texts(ds))
	}
	var wg sync.WaitGroup
	for range 8 {
		wg.Go(func() {
			for _, src := range []string{`allow(x, "read", y)`, `x matches {id: 1, name: n} and x matches Actor and x.name = n`, `x matches Document and x.title.lower() = y`, `nope(1)`} {
				x, _ := syntax.ParseQuery("", src)
				m.Query(x, src)
			}
		})
	}
	wg.Wait()
}

// TestSeveralSources checks that sources form one policy, and that diagnostics are sorted by position.
func TestSeveralSources(t *testing.T) {
	m, ds := loadSources(t, Options{}, "allow(x, _, _) if ok(x);", "# two\nok(x: User) if x.admin;\nresource Repo { roles = [\"a\"]; }", "resource Repo { \"a\" if \"a\"; }\n")
	if m == nil || len(m.Rules) != 3 {
		t.Fatal(texts(ds))
	}
	_, ds = loadSources(t, Options{}, "allow(x, _, _) if oks(x);\nf(y);", "# two\nok(x: User) if x.admi;")
	const want = `test.polar:1:19: undefined-rule: there is no rule oks (did you mean "ok"?)
test.polar:2:3: singleton-variable: the variable y occurs only once in this rule (write y: Class for instances of a class, or _y for any value)
test2.polar:2:18: unknown-attribute: User has no attribute admi (did you mean "admin"?)`
	if got := texts(ds); got != want {
		t.Errorf("got\n%s\nwant\n%s", got, want)
	}
}

// TestDidYouMean checks that many errors do not cause many searches.
func TestDidYouMean(t *testing.T) {
	r := newResolver(Options{Registry: testRegistry(t)})
	for range maxHints {
		if hint, _ := r.nearest("alow", []string{"allow"}); hint == "" {
			t.Fatal("no hint")
		}
	}
	if hint, _ := r.nearest("alow", []string{"allow"}); hint != "" {
		t.Error("hints go on")
	}
}

// TestQuotedText checks texts quoted from a source with long and multi-line heads and wide characters.
func TestQuotedText(t *testing.T) {
	src := "f(\"äöü\", x: User{\n  name:\n\t\"a\"  }) if x.id = 1; f(  [ 1,2 ], \"é\"  );\n?= f(\"ü\",\n   root)  ;"
	file, ds := syntax.Parse("p", src)
	if err := syntax.Errors(ds); err != nil {
		t.Fatal(err)
	}
	m, ds := Load([]*syntax.File{file}, testOptions(testRegistry(t)))
	if m == nil {
		t.Fatal(texts(ds))
	}
	for i, want := range []string{"f(\"äöü\", x: User{ name: \"a\" })", "f([ 1,2 ], \"é\")"} {
		if got := m.Rules[i].Text; got != want {
			t.Errorf("got %q, want %q", got, want)
		}
	}
	if got, want := m.Queries[0].Text, "f(\"ü\", root)"; got != want {
		t.Errorf("got %q, want %q", got, want)
	}
}
