package resolve

import (
	"strings"
	"testing"
)

// TestWarningPlaces checks which text each warning points to.
func TestWarningPlaces(t *testing.T) {
	const block = "actor User {}\nresource Issue { permissions = [\"read\"]; roles = [\"author\"]; }\n" +
		"has_role(u: User, \"author\", i: Issue) if i.creator = u;\n"
	tests := []struct{ src, want string }{
		{"deny(u: User, \"read\", r: Repo) if r.owner = u;", `unasked-rule: deny(u: User, "read", r: Repo)`},
		{block + "allow(_: User, \"raed\", _: Issue);", `undeclared-in-block: "raed"`},
		{block + "allow(_: User, a, _: Issue) if a in [\"read\", \"raed\"];", `undeclared-in-block: "raed"`},
		{block + "allow(_: User, a, _: Issue) if \"raed\" = a;", `undeclared-in-block: "raed"`},
		{block + "allow(u: User, \"read\", i: Issue) if has_role(u, \"autor\", i);", `undeclared-in-block: "autor"`},
		{"allow(_: User, _, t: Ticket) if t.state = \"opne\";", `unknown-value: "opne"`},
		{"allow(_: User, _, t: Ticket) if t.state in [\"open\", \"opne\"];", `unknown-value: "opne"`},
		{"allow(_: User, _, t: Ticket) if t.priority = 17;", `unknown-value: 17`},
		{"allow(_: User, _, _: Ticket{state: \"opne\"});", `unknown-value: "opne"`},
		{"allow(u: User, _, r: Repo) if r.public or\n  u.org = r.org;", `nil-equals-nil: u.org = r.org`},
		{"allow(_: User{org: o}, _, _: Repo{org: o});", `nil-equals-nil: org`},
		{"allow(_: Person, _, _);", `actor-without-key: Person`},
		{"actor Person {}\nresource Repo {}\nhas_permission(_: Actor, \"x\", _: Repo);\nallow(a, b, c) if has_permission(a, b, c);", `actor-without-key: Person`},
		{"actor User {}\nresource Repo { roles = [\"a\", \"b\"]; permissions = [\"x\"];\n  \"x\" if \"b\"; }\nhas_role(_: User, \"a\", _: Repo);", `never-given: "b"`},
		{"actor User {}\nresource Repo { roles = [\"a\", \"b\"]; }\nhas_role(_: User, \"a\", _: Repo);\nallow(u: User, _, r: Repo) if has_role(u, \"b\", r);", `never-given: "b"`},
	}
	for _, tt := range tests {
		_, ds := loadString(t, "allow(1, 2, 3);\n"+tt.src, Options{})
		var got []string
		for _, d := range ds {
			if !d.Pos.IsValid() || d.Code == CodeUnaskedRule && !strings.HasPrefix(tt.want, string(CodeUnaskedRule)) {
				continue
			}
			line := []rune(d.Line)
			got = append(got, string(d.Code)+": "+string(line[d.Pos.Col-1:d.End.Col-1]))
		}
		if text := strings.Join(got, "; "); text != tt.want {
			t.Errorf("%s\ngot %s\nwant %s", tt.src, text, tt.want)
		}
	}
}

// TestSharedRules loads policies of several files.
func TestSharedRules(t *testing.T) {
	const cleared = "allow(u: User, \"read\", i: Issue) if cleared(u, i);\ncleared(u: User, i: Issue) if i.creator = u;\n"
	tests := []struct {
		name    string
		sources []string
		want    string
	}{
		{"a helper in two files", []string{cleared, "allow(_: Guest, \"x\", i: Issue) if i.closed;\ncleared(_: User, _: Issue);"},
			"test2.polar:2:1 shared-rule"},
		{"in three, once for each further file", []string{cleared, "cleared(_: User, _: Issue);\ncleared(_: User, _: Issue);", "cleared(_: User, _: Issue{closed: true});"},
			"test2.polar:1:1 shared-rule; test3.polar:1:1 shared-rule"},
		{"with a type", []string{"type cleared(user: User, issue: Issue);\n" + cleared, "cleared(_: User, _: Issue);"}, ""},
		{"another number of parameters", []string{cleared + "allow(u: User, \"y\", _: Repo) if cleared(u);", "cleared(u: User) if u.admin;"}, ""},
		{"decisions", []string{"allow(_: User, \"a\", _: Repo);\nallow_field(_: User, _, _: Repo, \"a\");", "allow(_: User, \"b\", _: Repo);\nallow_field(_: User, _, _: Repo, \"b\");"}, ""},
		{"rules of blocks", []string{
			"actor User {}\nresource Repo { roles = [\"a\", \"b\"]; permissions = [\"x\"]; \"x\" if \"a\"; \"x\" if \"b\"; }\nhas_role(u: User, \"a\", r: Repo) if r.owner = u;",
			"has_role(u: User, \"b\", r: Repo) if r.owner = u;\nallow(a, b, c) if has_permission(a, b, c);"}, ""},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			_, ds := loadSources(t, Options{}, tt.sources...)
			var got []string
			for _, d := range ds {
				got = append(got, d.Pos.String()+" "+string(d.Code))
			}
			if text := strings.Join(got, "; "); text != tt.want {
				t.Errorf("got %s, want %s", texts(ds), tt.want)
			}
		})
	}
}
