package analysis_test

import (
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"

	"github.com/ursa-authz/ursa/authz/polar/analysis"
	"github.com/ursa-authz/ursa/authz/polar/internal/chunked"
	"github.com/ursa-authz/ursa/authz/polar/syntax"
)

func TestAdvice(t *testing.T) {
	const user = "allow(u: User, \"edit\", r: Repo) if u.id = r.owner_id;\n"
	for _, tt := range []struct{ text, want string }{
		// Rules for everybody.
		{`allow(_, "read", _: Repo);`, "1 open-rule"},
		{`allow(_, _, _);`, "1 open-rule"},
		{`allow(_, "ping", _);`, ""},
		{`allow(_anybody, _, _r: Repo);`, "1 open-rule"},
		{`has_permission(_, "read", _: Repo); allow(u: User, x, r: Repo) if has_permission(u, x, r);`, "1 open-rule"},
		{`allow(_: User, "read", _: Repo);`, ""},
		{`allow(_, "read", r: Repo) if r.public;`, ""},
		{`allow(_, "read", _: Repo{public: true});`, ""},
		{`allow(u, "read", _: Repo) if u matches User;`, ""},
		{`allow(_, "GET", _: Request);`, ""},
		{`allow("root", _, _);`, ""},
		{`allow(_, "list", "repos");`, ""},
		// Rules that others shadow.
		{user + `allow(u: User, "edit", r: Repo) if u.id = r.owner_id and r.public;`, "2 shadowed-rule"},
		{user + `allow(person: User, "edit", repo: Repo) if repo.public and person.id = repo.owner_id;`, "2 shadowed-rule"},
		{`allow(u: User, "edit", r: Repo) if u.id = r.owner_id and r.public;` + "\n" + user, "1 shadowed-rule"},
		{user + user, "2 shadowed-rule"},
		{user + `allow(u: User, "edit", r: Repo) if u.id = r.editor_id;`, ""},
		{user + `allow(u: User, "view", r: Repo) if u.id = r.owner_id;`, ""},
		{user + `allow(u: User, "edit", r: Gist) if u.id = r.owner_id;`, ""},
		{`allow(_: User, _, _: Repo);` + "\n" + user, "2 shadowed-rule"},
		{`allow(_: User, _, _: Repo);` + "\n" + `allow(u: User{admin: true}, _, _: Repo{owner: u});`, "2 shadowed-rule"},
		{`allow(u, a, r: Repo) if may(u, a, r);` + "\n" + `allow(u, "read", r: Repo) if may(u, "read", r);` + "\nmay(_, _, _: Repo{public: true});", ""}, // not sure
		{`f(x, x); f(1, 2); allow(u: User, a, _: Repo) if f(u.id, a);`, ""},
		{`f(x, y) if x = y; f(x, x) if x = x; allow(u: User, a, _: Repo) if f(u.id, a);`, ""},
		{`f(x, [x]); f(y, [x]) if x = y; allow(u: User, a, _: Repo) if f(u.id, a);`, ""},
		{user + `allow(u: User, "edit", r: Repo) if cut and u.id = r.owner_id;`, ""},
		{`allow(u: User, "edit", r: Repo) if x in u.ids and x = r.id;` + "\n" + `allow(u: User, "edit", r: Repo) if x in u.ids and x = r.id and r.public;`, "2 shadowed-rule"},
		{`allow(u: User, "edit", r: Repo) if u.id = 1 or r.public;` + "\n" + `allow(u: User, "edit", r: Repo) if u.id = 1;`, ""},
		// Circles.
		{block(`"a" if "b"; "b" if "a"; "read" if "a"; "read" if "c" on "up";`), "2 implies-itself; 2 implies-itself"},
		{block(`"a" if "b"; "b" if "c"; "c" if "a"; "read" if "a" on "up";`), "2 implies-itself; 2 implies-itself; 2 implies-itself"},
		{block(`"a" if "b"; "b" if "c"; "read" if "a"; "a" if "a" on "up"; "read" if "read" on "up";`), ""},
		// What nothing uses.
		{block(`"read" if "a"; "a" if "b" on "up";`), "2 unused-role"},
		{block(`"read" if "a"; "a" if "b"; "b" if "c";`), "2 unused-relation"},
		{block(`"read" if "a"; "a" if "b"; "b" if "c";`) + `allow(u: User, "x", r: Repo) if has_relation(r, "up", r) and u.id = 1;`, ""},
		{block(`"read" if "a"; "a" if "b";`) + `allow(u: User, "x", r: Repo) if has_role(u, role, r) and role != "z";`, ""},
		{block(`"read" if "a"; "a" if "b" on "up";`) + `type has_role(u: User, role: String, r: Repo);`, ""},
		// Silenced.
		{"# ursa:ignore open-rule: these are public\n" + `allow(_, "read", _: Repo);`, ""},
		{"# ursa:ignore open-rule: these are public\n" + `allow(_: User, "read", _: Repo);`, "1 unused-ignore"},
		// Errors come first.
		{`allow(_, "read", _: Repo); allow(_, "read"`, ""},
	} {
		p := load(t, tt.text)
		var got []string
		for _, d := range p.Advice(nil) {
			got = append(got, fmt.Sprintf("%d %s", d.Pos.Line, d.Code))
			if d.Severity != syntax.Warning || d.Line == "" || !d.Pos.Before(d.End) {
				t.Errorf("%s: %+v", tt.text, d)
			}
		}
		if strings.Join(got, "; ") != tt.want {
			t.Errorf("%s\n got %s\nwant %s", tt.text, strings.Join(got, "; "), tt.want)
		}
		for _, d := range p.Diagnostics {
			if d.Code == "invalid-ignore" || d.Code == "unused-ignore" {
				t.Errorf("%s: a program would report %v", tt.text, d)
			}
		}
	}
}

func block(short string) string {
	return "actor User {}\nresource Repo { roles = [\"a\", \"b\", \"c\"]; permissions = [\"read\"]; relations = { up: Repo }; " + short + " }\n" +
		"has_role(u: User, \"c\", r: Repo) if u = r.owner;\nhas_relation(a: Repo, \"up\", b: Repo) if a = b.up;\nallow(u, x, r: Resource) if has_permission(u, x, r);\n"
}

// TestAdviceUsesSupers: a rule for a supertype shadows one for its subtype.
func TestAdviceUsesSupers(t *testing.T) {
	text := "allow(_: Person, \"read\", _: Repo);\nallow(_: User, \"read\", _: Repo);\n"
	s := schemaOf(t, `{"version":1,"classes":[{"name":"Person","go":"Person","interface":true},{"name":"User","go":"User","struct":true,"supers":["Person"]},{"name":"Repo","go":"Repo","struct":true}]}`)
	p, err := analysis.Load(t.Context(), []analysis.Source{{Name: "p", Text: text}}, s, false)
	if err != nil {
		t.Fatal(err)
	}
	if ds := p.Advice(s); len(ds) != 1 || ds[0].Pos.Line != 2 {
		t.Errorf("%v", ds)
	}
	if ds := p.Advice(nil); len(ds) != 0 {
		t.Errorf("without the schema: %v", ds)
	}
}

var polarBlock = regexp.MustCompile("(?s)\n```polar\n(.*?)\n```")

// TestAdviceIsRight: policies that are meant as they are get no advice: those of the project, of its
// examples and pages, and of the tests with correct policies.
func TestAdviceIsRight(t *testing.T) {
	policies := map[string][]analysis.Source{}
	err := filepath.WalkDir("../../..", func(path string, d fs.DirEntry, err error) error {
		if err != nil {
			return err
		}
		if d.IsDir() && (d.Name() == "testdata" || d.Name() == "node_modules" || d.Name() == ".git") {
			return filepath.SkipDir
		}
		if d.IsDir() || filepath.Ext(path) != ".polar" && filepath.Ext(path) != ".md" {
			return nil
		}
		text, err := os.ReadFile(path)
		if err != nil {
			return err
		}
		if filepath.Ext(path) == ".polar" {
			policies[filepath.Dir(path)] = append(policies[filepath.Dir(path)], analysis.Source{Name: path, Text: string(text)})
			return nil
		}
		for i, m := range polarBlock.FindAllStringSubmatch(string(text), -1) {
			name := fmt.Sprintf("%s, policy %d", path, i)
			if !strings.Contains(m[1], "###") { // a line with a mistake, as the page says
				policies[name] = []analysis.Source{{Name: name, Text: m[1]}}
			}
		}
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
	chunks, _ := filepath.Glob("../testdata/corpus/*.polar")
	for _, name := range append(chunks, "../internal/resolve/testdata/correct.polar") {
		for _, c := range chunked.Read(name, t) {
			name := fmt.Sprintf("%s:%d", name, c.Line)
			policies[name] = []analysis.Source{{Name: name, Text: c.Source}}
		}
	}
	rules := 0
	for name, sources := range policies {
		p, err := analysis.Load(t.Context(), sources, nil, true)
		if err != nil {
			t.Fatal(err)
		}
		if syntax.Errors(p.Diagnostics) != nil {
			continue // a part of a policy, as pages show them
		}
		rules += len(p.Files[0].Stmts)
		for _, d := range p.Advice(nil) {
			if strings.Contains(name, ".md") && strings.HasPrefix(string(d.Code), "unused-") {
				continue // the rules that use it are in another block of the page
			}
			t.Errorf("%s: %s", name, d.Long())
		}
	}
	if len(policies) < 200 || rules < 400 {
		t.Errorf("only %d policies with %d statements", len(policies), rules)
	}
}
