package analysis_test

import (
	"context"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/ursa-authz/ursa/authz/polar/analysis"
)

func load(t *testing.T, text string) *analysis.Policy {
	t.Helper()
	p, err := analysis.Load(t.Context(), []analysis.Source{{Name: "p.polar", Text: text}}, nil, false)
	if err != nil {
		t.Fatal(err)
	}
	return p
}

const teams = `
actor User {}
resource Org { roles = ["owner", "member"]; permissions = ["read"]; "member" if "owner"; "read" if "member"; }
resource Repo {
  roles = ["admin"]; permissions = ["read", "push"]; relations = { org: Org };
  "read" if "push"; "push" if "admin"; "admin" if "owner" on "org";
}
has_relation(o: Org, "org", r: Repo) if o = r.org;
has_role(u: User, role, o: Org) if m in u.memberships and m.org = o and m.role = role;
allow(u, action, r: Resource) if has_permission(u, action, r);
allow(u: User, "delete", _: Repo) if u.root and trusted(u);
trusted(u: User) if u.age > LIMIT;
`

func TestCan(t *testing.T) {
	can := func(action, class string) string {
		var b strings.Builder
		for _, w := range load(t, teams).Can(action, class, nil) {
			fmt.Fprintf(&b, "%s%d %s", strings.Repeat(" ", w.Depth), w.Pos.Line, w.Text)
			if w.Again {
				b.WriteString(" ...")
			}
			b.WriteByte('\n')
		}
		return b.String()
	}
	if got, want := can("read", "Repo"), `10 allow(u, action, r: Resource) if has_permission(u, action, r)
 6 Repo: "read" if "push"
  6 Repo: "push" if "admin"
   6 Repo: "admin" if "owner" on "org"
    9 has_role(u: User, role, o: Org) if m in u.memberships and m.org = o and m.role = role
    8 has_relation(o: Org, "org", r: Repo) if o = r.org
`; got != want {
		t.Errorf("got:\n%swant:\n%s", got, want)
	}
	if got := can("delete", "Repo"); !strings.Contains(got, "trusted(u)") || strings.Contains(can("delete", "Org"), "trusted") {
		t.Errorf("delete: %s", got)
	}
	if got := can("fly", "Plane"); strings.Count(got, "\n") != 1 {
		t.Errorf("an action that nothing names: %s", got)
	}
}

// TestCanIsBounded: a chain of implications that leads to itself is listed once.
func TestCanIsBounded(t *testing.T) {
	ways := load(t, `actor A {}
resource R { roles = ["a", "b"]; permissions = ["read"]; relations = { up: R }; "read" if "a"; "a" if "b"; "b" if "a"; "a" if "a" on "up"; }
allow(u, x, r: R) if has_permission(u, x, r);
`).Can("read", "R", nil)
	if len(ways) != 5 {
		t.Errorf("%d ways: %v", len(ways), ways)
	}
}

func TestRules(t *testing.T) {
	for _, r := range load(t, teams).Rules() {
		switch r.Name {
		case "trusted":
			if len(r.Rules) != 1 || len(r.Callers) != 1 || r.Callers[0].From != "allow/3" || r.Callers[0].Pos.Line != 11 {
				t.Errorf("%+v", r)
			}
		case "has_permission":
			if len(r.Rules) != 0 || len(r.Callers) != 1 {
				t.Errorf("%+v", r)
			}
		}
	}
}

// TestWithoutSchema: what may be right in some program is not reported, and what was not
// checked is said; other mistakes are reported.
func TestWithoutSchema(t *testing.T) {
	p := load(t, teams)
	if len(p.Diagnostics) > 0 {
		t.Errorf("%v", p.Diagnostics)
	}
	if got := strings.Join(p.Unknown, " "); got != "Org Repo User" {
		t.Errorf("unknown: %s", got)
	}
	if got := strings.Join(p.Unchecked, "; "); !strings.Contains(got, "classes (Org, Repo, User)") || !strings.Contains(got, "constants") {
		t.Errorf("unchecked: %s", got)
	}
	for text, code := range map[string]string{
		`allow(u: User, "read", r: Repo) if r.name = u.name`:        "",
		`allow(u: User, "read", r: Repo) if trustd(u, r);`:          "undefined-rule",
		`allow(user: User, "read", r: Repo) if r.public;`:           "singleton-variable",
		`alow(u: User, "read", r: Repo) if r.owner = u;`:            "unasked-rule",
		`allow(u: User, "read", r: Repo) if r.boss = null and u.x;`: "foreign-constant",
	} {
		ds := load(t, text).Diagnostics
		var codes []string
		for _, d := range ds {
			codes = append(codes, string(d.Code))
		}
		if code != "" && !strings.Contains(strings.Join(codes, " "), code) || code == "" && len(ds) == 0 {
			t.Errorf("%s: %v", text, codes)
		}
	}
}

// TestProject: the project's policies have no errors, with their schemas or without.
func TestProject(t *testing.T) {
	names, err := filepath.Glob("../../../policies/*")
	if err != nil {
		t.Fatal(err)
	}
	checked := 0
	for _, dir := range names {
		files, _ := filepath.Glob(filepath.Join(dir, "*.polar"))
		var sources []analysis.Source
		for _, name := range files {
			text, err := os.ReadFile(name)
			if err != nil {
				t.Fatal(err)
			}
			sources = append(sources, analysis.Source{Name: name, Text: string(text)})
		}
		if len(sources) == 0 {
			continue
		}
		checked++
		p, err := analysis.Load(t.Context(), sources, nil, false)
		if err != nil {
			t.Fatal(err)
		}
		for _, d := range p.Diagnostics {
			t.Errorf("without a schema: %s", d)
		}
	}
	if checked < 3 {
		t.Errorf("only %d policies were found", checked)
	}
}

func TestLoadEndsWithContext(t *testing.T) {
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	if _, err := analysis.Load(ctx, []analysis.Source{{Name: "p", Text: strings.Repeat(teams, 100)}}, nil, false); err == nil {
		t.Error("no error")
	}
}
