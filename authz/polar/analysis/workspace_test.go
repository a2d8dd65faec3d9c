package analysis_test

import (
	"fmt"
	"slices"
	"strings"
	"testing"

	"github.com/ursa-authz/ursa/authz/polar/analysis"
	"github.com/ursa-authz/ursa/authz/polar/schema"
	"github.com/ursa-authz/ursa/authz/polar/syntax"
)

const teamsSchema = `{"version": 1, "classes": [
  {"name": "User", "go": "app.User", "struct": true, "key": ["ID"], "fields": [
    {"name": "id", "go": "ID", "type": "Integer", "id": true},
    {"name": "name", "go": "Name", "type": "String", "shown": true},
    {"name": "boss", "go": "Boss", "type": "User?", "relation": {"target": "User"}},
    {"name": "memberships", "go": "Memberships", "type": "[Membership]"}],
   "methods": [{"name": "in_group", "go": "InGroup", "params": ["String"], "result": "Boolean"}]},
  {"name": "Membership", "go": "app.Membership", "struct": true, "fields": [
    {"name": "org", "go": "Org", "type": "Org"}, {"name": "role", "go": "Role", "type": "app.Role"}]},
  {"name": "Org", "go": "app.Org", "struct": true, "fields": [{"name": "name", "go": "Name", "type": "String"}]},
  {"name": "Repo", "go": "app.Repo", "struct": true, "fields": [
    {"name": "org", "go": "Org", "type": "Org"}, {"name": "public", "go": "Public", "type": "Boolean"}]}
 ],
 "types": [{"name": "app.Role", "go": "app.Role", "kind": "String", "values": ["owner", "guest"]}],
 "constants": [{"name": "max_size", "type": "Integer"}]}`

const teamsPolicy = `# Everybody in the company.
actor User {}
resource Org { roles = ["owner", "member"]; permissions = ["read"]; "member" if "owner"; "read" if "member"; }
resource Repo {
  roles = ["admin", "member"]; permissions = ["read", "push"]; relations = { org: Org };
  "read" if "push"; "push" if "admin"; "admin" if "owner" on "org"; "member" if "admin";
}
has_relation(o: Org, "org", r: Repo) if o = r.org;
has_role(u: User, role, o: Org) if m in u.memberships and m.org = o and m.role = role;
allow(u, action, r: Resource) if has_permission(u, action, r);
# Root may do anything.
# It is one person.
root(u: User) if u.in_group("root");
allow(u: User, "read", r: Repo) if root(u) and not r.public and has_role(u, "member", r.org);
allow(u: User, action, r: Repo) if action in ["read", "push"] and root(u) and {u, k: r} = {u: u, k: r};
`

func schemaOf(t testing.TB, text string) *schema.Schema {
	t.Helper()
	s, err := schema.Parse([]byte(text))
	if err != nil {
		t.Fatal(err)
	}
	return s
}

// workspace returns a workspace with text, and the position of the mark | in it. The mark is
// removed.
func workspace(t *testing.T, schemaText string, texts ...string) (*analysis.Workspace, syntax.Position) {
	t.Helper()
	var s *schema.Schema
	if schemaText != "" {
		s = schemaOf(t, schemaText)
	}
	w, err := analysis.NewWorkspace(s)
	if err != nil {
		t.Fatal(err)
	}
	var at syntax.Position
	for i, text := range texts {
		name := string(rune('a'+i)) + ".polar"
		if n := strings.IndexByte(text, '|'); n >= 0 {
			at = syntax.Position{File: name, Line: int32(strings.Count(text[:n], "\n")) + 1, Col: int32(len([]rune(text[strings.LastIndexByte(text[:n], '\n')+1:n]))) + 1}
			text = text[:n] + text[n+1:]
		}
		w.Set(name, text)
	}
	return w, at
}

// mark puts the mark before a text that the policy contains; n counts the occurrences from 0.
func mark(t *testing.T, policy, before string, n int) string {
	t.Helper()
	off := 0
	for ; ; n-- {
		i := strings.Index(policy[off:], before)
		if i < 0 {
			t.Fatalf("the policy does not contain %s", before)
		}
		off += i
		if n == 0 {
			return policy[:off] + "|" + policy[off:]
		}
		off++
	}
}

func TestComplete(t *testing.T) {
	for _, tt := range []struct{ text, want string }{
		// Members.
		{`allow(u: User, "read", r: Repo) if u.|`, "boss id in_group memberships name"},
		{`allow(u: User, "read", r: Repo) if u.na|`, "name"},
		{`allow(u: User, "read", r: Repo) if u.na|me = "x" and r.public;`, "name"},
		{`allow(u: User, "read", r: Repo) if u.boss.boss.m|`, "memberships"},
		{`allow(u: User, "read", r: Repo) if u.name.sta|`, "starts_with startswith"},
		{`allow(u: User, "read", r: Repo) if m in u.memberships and m.| = r.org;`, "org role"},
		{`allow(u: User, "read", r: Repo) if forall(m in u.memberships, m.|`, "org role"},
		{`allow(u: User, "read", r: Repo) if forall(m in u.|`, "boss id in_group memberships name"},
		{`allow(u: User, "read", r: Repo) if not (u.id = 1 or u.|`, "boss id in_group memberships name"},
		{`allow(u: User, "read", r) if r matches Repo and r.|`, "org public"},
		{`allow(u: User, "read", r: Repo{o|`, "org"},
		{`allow(u: User, "read", r: Repo{public: true, |}) if u.id = 1;`, "org public"},
		{`allow(u: User, "read", r: Repo) if u.id + u.|`, "boss id in_group memberships name"},
		{`allow(u: User, "read", r: Repo) if x := u.|`, "boss id in_group memberships name"},
		{`allow(u, "read", _) if u.|`, ""},
		{"allow(u: User, \"read\", r: Repo) if u.|\nallow(u: User, \"push\", r: Repo) if u.id = 1;", "boss id in_group memberships name"},
		{"allow(u: User, \"read\", r: Repo) if u.id = 1 and\n\nallow(u: User, \"push\", r: Repo) if r.|", "org public"},
		{"allow(u: User, \"read\", r: Repo) if \"a;b#\" = u.n|", "name"},
		{"x(u: User) if 1 = 1; # a; comment.|", ""},
		// Classes.
		{`allow(u: Us|`, "User"},
		{`allow(u: User, "read", r: |`, "Actor Boolean Dictionary Float Integer List Membership Org Repo Resource String User"},
		{`allow(u: User, "read", r) if r matches R|`, "Repo Resource"},
		{`resource Re|`, "Repo Resource"},
		{`resource Repo { relations = { org: O| `, "Org"},
		{`resource Repo { relations = { org: [Org, R| `, "Repo Resource"},
		// Strings.
		{`allow(u: User, "|", r: Org) if u.id = 1;`, "read"},
		{`allow(u: User, "p|", r: Repo) if u.id = 1;`, "push"},
		{`allow(u: User, "re|`, "read"},
		{`allow(u: User, "read", r: Repo) if has_role(u, "|`, "admin member owner"},
		{`allow(u: User, "read", r: Repo) if has_role(u, "|", r.org)`, "member owner"},
		{`allow(u: User, "read", r: Repo) if has_role(u, "|", r.org);`, "member owner"},
		{`has_role(u: User, role, r: Repo) if role = "|`, "admin member"},
		{`has_role(u: User, role, r: Repo) if role in ["admin", "|`, "admin member"},
		{`has_relation(o: Org, "|", r: Repo) if true;`, "org"},
		{`allow(u: User, "read", r: Repo) if m in u.memberships and m.role = "|"`, "guest owner"},
		{`allow(u: User, "read", r: Repo) if u.name = "|"`, ""},
		{`resource Repo { "read" if "|`, "admin member owner push read"},
		{`resource Repo { "read" if "member" on "|`, "org"},
		{`resource Repo { roles = ["a"]; "re|" if "a"; }`, "read"},
		// Words.
		{`a|`, "actor allow allow_change allow_field allow_request"},
		{`r|`, "resource root"},
		{`resource Repo { r|`, "relations roles"},
		{`resource Repo { "read" |`, "if"},
		{`resource Repo { "read" if "owner" o|`, "on"},
		{`allow(u: User, "read", r: Repo) |`, "if"},
		{`allow(user: User, "read", r: Repo) if u|`, "User user"},
		{`allow(user: User, "read", r: Repo) if r|`, "Repo Resource r root"},
		{`allow(user: User, "read", r: Repo) if r a|`, "and"},
		{`allow(user: User, "read", r: Repo) if ma|`, "max_size"},
		{`allow(user: User, "read", r: Repo) if fo|`, "forall"},
		{`allow(user: User, "read", r: Repo) if user.id = 1 and has_|`, "has_relation has_role"},
	} {
		w, at := workspace(t, teamsSchema, tt.text, teamsPolicy)
		list, _, more := w.Complete("a.polar", at)
		var names []string
		for _, c := range list {
			names = append(names, c.Name)
		}
		if got := strings.Join(names, " "); got != tt.want || more {
			t.Errorf("%s\n got %s\nwant %s", tt.text, got, tt.want)
		}
	}
}

// TestCompleteReplaces: the name that is already there is replaced, in characters.
func TestCompleteReplaces(t *testing.T) {
	w, at := workspace(t, teamsSchema, `allow(u: User, "é", _: Repo) if u.na|`)
	list, span, _ := w.Complete("a.polar", at)
	if len(list) != 1 || span.Start.Col != 35 || span.End.Col != 37 {
		t.Fatalf("%v %v", list, span)
	}
	if c := list[0]; c.Detail != "String" || c.Doc != "Go field `app.User.Name`\n\nExplanations may show its value." || c.Kind != analysis.CompleteAttribute {
		t.Errorf("%+v", c)
	}
}

// TestCompleteWithoutSchema: names that the policy uses are offered.
func TestCompleteWithoutSchema(t *testing.T) {
	w, at := workspace(t, "", `allow(u: User, "push", r: Repo) if u.|`, teamsPolicy)
	list, _, _ := w.Complete("a.polar", at)
	if !slices.ContainsFunc(list, func(c analysis.Completion) bool { return c.Name == "memberships" }) {
		t.Errorf("%v", list)
	}
}

func TestHover(t *testing.T) {
	for _, tt := range []struct {
		before string
		n      int
		want   []string
	}{
		{"u.memberships", 0, []string{"u: User", "app.User"}},
		{"memberships", 0, []string{"memberships: List of Membership", "app.User.Memberships"}},
		{"m.role", 0, []string{"m: Membership"}},
		{"role = role", 0, []string{"role: String", "app.Membership.Role", "Go type `app.Role`"}},
		{"in_group", 0, []string{"in_group(String): Boolean", "Go method `app.User.InGroup`"}},
		{"root(u) and not", 0, []string{"root/1", "Root may do anything.\nIt is one person.", "root(u: User)"}},
		{"allow(u, action", 0, []string{"allow(actor, action, resource)", "Authorize", "allow(u: User, \"read\", r: Repo)"}},
		{"User {}", 0, []string{"class User", "app.User", "Instances with the same id are equal"}},
		{"Repo)", 0, []string{"class Repo", "Roles: admin, member", "Relation org: Org"}},
		{`"push"`, 0, []string{`permission "push" of Repo`, `"read" if "push"`}},
		{`"owner" on`, 0, []string{`role "owner" of Org`, `"member" if "owner"`}},
		{`"org", r`, 0, []string{`relation "org" of Repo`, "Relation to Org"}},
		{`"member", r.org`, 0, []string{`role "member" of Org`}},
		{`"push"] and`, 0, []string{`permission "push" of Repo`}},
		{"Resource)", 0, []string{"class Resource"}},
		{"not r", 0, []string{"not", "holds in no way"}},
		{"resource Org", 0, []string{"resource", "Declares"}},
	} {
		w, at := workspace(t, teamsSchema, mark(t, teamsPolicy, tt.before, tt.n))
		h := w.Hover("a.polar", at)
		if h == nil {
			t.Errorf("%s: nothing", tt.before)
			continue
		}
		if h.Code != tt.want[0] {
			t.Errorf("%s: %s, want %s", tt.before, h.Code, tt.want[0])
		}
		for _, want := range tt.want[1:] {
			if !strings.Contains(h.Text, want) {
				t.Errorf("%s: %s lacks %s", tt.before, h.Text, want)
			}
		}
	}
	w, at := workspace(t, teamsSchema, mark(t, teamsPolicy, "the company", 0))
	if h := w.Hover("a.polar", at); h != nil {
		t.Errorf("a comment: %+v", h)
	}
}

// TestUses finds all places of a name, in all files.
func TestUses(t *testing.T) {
	other := `allow(u: User, "clone", r: Repo) if root(u) and has_role(u, "member", r) and u.name = "member" and r.org.name = "push";
test(u: User, role) if x matches Org and has_role(u, role, x) and role = "member";
`
	for _, tt := range []struct {
		before string
		n      int
		want   string
	}{
		{"root(u: User)", 0, "a13 a14 a15 b1"},
		{`"member"]; permissions = ["read"];`, 0, "a3 a3 a3 a14 b2"},
		{`"member"]; permissions = ["read",`, 0, "a5 a6 b1"},
		{`"push"; "push"`, 0, "a5 a6 a6 a15"},
		{`"org"; "member"`, 0, "a5 a6 a8"},
		{"m.org", 0, "a9 a9 a9"},
		{"Repo {", 0, "a4 a8 a14 a15 b1"},
		{"org;\nhas_role", 0, "a8 a14 b1"}, // the attribute of Repo, and not that of Membership
	} {
		w, at := workspace(t, teamsSchema, mark(t, teamsPolicy, tt.before, tt.n), other)
		s, ok := w.SymbolAt("a.polar", at)
		if !ok {
			t.Errorf("%s: no symbol", tt.before)
			continue
		}
		var got []string
		for _, u := range w.Uses(s) {
			got = append(got, fmt.Sprintf("%c%d", u.Start.File[0], u.Start.Line))
		}
		if strings.Join(got, " ") != tt.want {
			t.Errorf("%s (%s of %v): %v, want %s", tt.before, s.Kind, s.Classes, got, tt.want)
		}
	}
}

func TestRename(t *testing.T) {
	for _, tt := range []struct {
		before, name string
		want         []string // what the policy has then
		err          string
	}{
		{"root(u: User)", "superuser", []string{"superuser(u: User) if", "superuser(u) and not", "and superuser(u) and {"}, ""},
		{"m in", "membership", []string{"membership in u.memberships and membership.org = o and membership.role = role"}, ""},
		{`"admin", "member"]; perm`, "maintainer", []string{`roles = ["maintainer", "member"]`, `"push" if "maintainer"; "maintainer" if "owner" on "org"; "member" if "maintainer"`}, ""},
		{`"push"; "push"`, "write code", []string{`["read", "write code"]`, `"read" if "write code"; "write code" if "admin"`, `action in ["read", "write code"]`}, ""},
		{"org: Org", "owner_org", []string{`relations = { owner_org: Org }`, `on "owner_org"`, `has_relation(o: Org, "owner_org", r: Repo) if o = r.org`}, ""},
		{"u, k: r}", "person", []string{"allow(person: User, action", "{u: person, k: r} = {u: person, k: r}"}, ""},
		{`"owner", "member"]; perm`, "boss", []string{`roles = ["boss", "member"]`, `"member" if "boss"`, `"admin" if "boss" on "org"`, `"root"`}, ""},
		// Refused.
		{"root(u: User)", "2x", nil, "cannot be the name"},
		{"root(u: User)", "allow", nil, "are asked by decisions"},
		{"allow(u, action", "permit", nil, "cannot be renamed"},
		{"m in", "u", nil, "already has a variable"},
		{"m in", "User", nil, "not the name of a variable"},
		{"m in", "max_size", nil, "not the name of a variable"},
		{`"admin", "member"]; perm`, "push", nil, "already declares"},
		{"public", "open", nil, "defined in Go"},
		{"Repo {", "Repository", nil, "defined in Go"},
	} {
		w, at := workspace(t, teamsSchema, mark(t, teamsPolicy, tt.before, 0))
		s, ok := w.SymbolAt("a.polar", at)
		if !ok {
			t.Errorf("%s: no symbol", tt.before)
			continue
		}
		edits, err := w.Rename(t.Context(), s, tt.name)
		if tt.err != "" || err != nil {
			if err == nil || tt.err == "" || !strings.Contains(err.Error(), tt.err) {
				t.Errorf("%s: error %v, want %q", tt.before, err, tt.err)
			}
			continue
		}
		text := teamsPolicy
		for _, e := range slices.Backward(edits) {
			text = syntax.Fix{Span: e.Span, Text: e.Text}.Apply(text)
		}
		for _, want := range tt.want {
			if !strings.Contains(text, want) {
				t.Errorf("%s: the policy lacks %s:\n%s", tt.before, want, text)
			}
		}
	}
}

// TestRenameIsRefused: if it is not known what every name means, nothing is renamed.
func TestRenameIsRefused(t *testing.T) {
	for _, tt := range []struct{ text, other, err string }{
		{`resource Repo { roles = ["|a", "b"]; } x(u, r) if has_role(u, "a", r);`, `resource Org { roles = ["a"]; }`, "may also be the role of Org"},
		{`resource Repo { roles = ["|a", "b"]; }`, `resource Org { roles = ["a" }`, "syntax errors in b.polar"},
		{`|f(1); g(x) if f(x);`, `new_name(2);`, "already is a rule"},
		{`f(u: User) if u.name = "a" and has_role(u, "|zzz", 1);`, ``, "no block declares"},
	} {
		w, at := workspace(t, teamsSchema, tt.text, tt.other)
		s, ok := w.SymbolAt("a.polar", at)
		if !ok {
			t.Errorf("%s: no symbol", tt.text)
			continue
		}
		if _, err := w.Rename(t.Context(), s, "new_name"); err == nil || !strings.Contains(err.Error(), tt.err) {
			t.Errorf("%s: error %v, want %q", tt.text, err, tt.err)
		}
	}
}

// TestEdits: after an edit, names mean what the new text says, in all files.
func TestEdits(t *testing.T) {
	w, _ := workspace(t, teamsSchema, teamsPolicy, `allow(u: User, "x", r: Repo) if has_role(u, "extra", r);`)
	at := syntax.Position{Line: 1, Col: 47}
	if s, ok := w.SymbolAt("b.polar", at); !ok || len(s.Classes) != 0 {
		t.Fatalf("%+v", s)
	}
	w.Set("a.polar", strings.Replace(teamsPolicy, `roles = ["admin", "member"]`, `roles = ["admin", "extra", "member"]`, 1))
	s, ok := w.SymbolAt("b.polar", at)
	if !ok || len(s.Classes) != 1 || len(w.Uses(s)) != 2 {
		t.Errorf("%+v", s)
	}
	w.Remove("a.polar")
	if s, ok := w.SymbolAt("b.polar", at); ok && len(s.Classes) != 0 {
		t.Errorf("%+v", s)
	}
}

// TestRenameAfterCheck: a check has parsed the texts; errors about types do not prevent a rename, and
// syntax errors do.
func TestRenameAfterCheck(t *testing.T) {
	for rule, want := range map[string]bool{`f(u: User) if u.nmae = "x";`: true, `f(u: User if;`: false} {
		w, at := workspace(t, teamsSchema, mark(t, teamsPolicy, "root(u: User)", 0), rule)
		p, err := analysis.Load(t.Context(), w.Sources(), schemaOf(t, teamsSchema), false)
		if err != nil || syntax.Errors(p.Diagnostics) == nil || p.Broken() == want {
			t.Fatalf("%s: %v, %v", rule, p, err)
		}
		w.Adopt(p)
		s, ok := w.SymbolAt("a.polar", at)
		if edits, err := w.Rename(t.Context(), s, "superuser"); !ok || (err == nil) != want || want && len(edits) != 3 {
			t.Errorf("%s: %d edits, %v", rule, len(edits), err)
		}
	}
}

func TestDefinitions(t *testing.T) {
	for _, tt := range []struct{ before, want string }{
		{"root(u) and not", "a13"}, {`"owner" on`, "a3"}, {`"member", r.org`, "a3"}, {"Repo) if o", "a4"},
		{"m.role", "a9"}, {"public", ""}, {`"org", r`, "a5"},
	} {
		w, at := workspace(t, teamsSchema, mark(t, teamsPolicy, tt.before, 0))
		s, ok := w.SymbolAt("a.polar", at)
		if !ok {
			t.Errorf("%s: no symbol", tt.before)
			continue
		}
		var got []string
		for _, d := range w.Definitions(s) {
			got = append(got, fmt.Sprintf("%c%d", d.Start.File[0], d.Start.Line))
		}
		if strings.Join(got, " ") != tt.want {
			t.Errorf("%s: %v, want %s", tt.before, got, tt.want)
		}
	}
}

// FuzzWorkspace asks everything at a place of a text that may be anything.
func FuzzWorkspace(f *testing.F) {
	for _, text := range []string{teamsPolicy, `allow(u: User, "a`, `resource Repo { relations = { org: `, "f({x: [1, *y]}) if x.(z) and forall(x in y, x.", "\"é\n#"} {
		for _, n := range []uint{0, 7, 30} {
			f.Add(text, n)
		}
	}
	s := schemaOf(f, teamsSchema)
	f.Fuzz(func(t *testing.T, text string, n uint) {
		for _, s := range []*schema.Schema{s, nil} {
			w, err := analysis.NewWorkspace(s)
			if err != nil {
				t.Fatal(err)
			}
			w.Set("a.polar", text)
			w.Set("b.polar", teamsPolicy)
			at := syntax.Position{File: "a.polar", Line: int32(n%7) + 1, Col: int32(n/7%200) + 1}
			_, span, _ := w.Complete("a.polar", at)
			if span.End.Before(span.Start) || span.Start.Col < 1 {
				t.Errorf("replaces %v", span)
			}
			w.Hover("a.polar", at)
			symbol, ok := w.SymbolAt("a.polar", at)
			if !ok {
				continue
			}
			uses := w.Uses(symbol)
			found := slices.ContainsFunc(uses, func(u analysis.Use) bool { return u.Span == symbol.Span() })
			if !found && symbol.Kind != analysis.MemberSymbol {
				t.Errorf("the uses of the %s %q lack the one that it was found by", symbol.Kind, symbol.Name)
			}
			w.Definitions(symbol)
			if _, err := w.Rename(t.Context(), symbol, "other"); err != nil && strings.TrimSpace(err.Error()) == "" {
				t.Error("an error without a text")
			}
		}
	})
}
