package polar_test

// This file tests the diagnostics for common mistakes, and that following a hint never widens a policy.
//
// A file of testdata/mistakes has cases, separated by lines "====". A case is a policy with a mistake, the first
// line of which is a comment that names it (it begins with "Several" when there are several), and sections:
//
//	--- says      what loading it reports: the errors, or the warnings when there are none
//	--- repaired  the policy after every replacement that the diagnostics suggest, and how it
//	              compares with the meant one; absent when no replacement is suggested
//	--- meant     the policy that was meant
//
// go test -run TestMistakes -update writes the first two sections. Read them before you
// commit them. The third section is written by hand.

import (
	"context"
	"flag"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/ursa-authz/ursa/authz/polar"
	"github.com/ursa-authz/ursa/authz/polar/syntax"
)

var update = flag.Bool("update", false, "write the expected results in testdata")

// The classes of the policies with mistakes.
type (
	mUser struct {
		ID        int `polar:",id"`
		Name      string
		Role      string
		Age       int
		Admin     bool
		Banned    bool
		Boss      *mUser
		Org       *mOrg
		Teams     []string
		CreatedAt time.Time
	}
	mOrg struct {
		ID   int `polar:",id"`
		Name string
	}
	mIssue struct {
		ID        int `polar:",id"`
		Title     string
		Status    string
		Public    bool
		Owner     *mUser
		Org       *mOrg
		Labels    []string
		CreatedAt time.Time
	}
)

// A mistakes has the actors and resources for the policies.
type mistakes struct {
	classes   []polar.Class
	users     []*mUser
	resources []any
	now       time.Time
}

func newMistakes() *mistakes {
	now := time.Date(2026, 1, 2, 12, 0, 0, 0, time.UTC)
	acme, hooli := &mOrg{1, "acme"}, &mOrg{2, "hooli"}
	ann := &mUser{ID: 1, Name: "ann", Role: "admin", Age: 40, Admin: true, Org: acme, Teams: []string{"core", "sales"}, CreatedAt: now.Add(-time.Hour)}
	bob := &mUser{ID: 2, Name: "bob", Role: "member", Age: 17, Boss: ann, Org: acme, Teams: []string{"core"}, CreatedAt: now.Add(-time.Minute)}
	cyd := &mUser{ID: 3, Name: "cyd", Role: "guest", Age: 30, Banned: true, Boss: bob, Org: hooli, CreatedAt: now.Add(-48 * time.Hour)}
	dan := &mUser{ID: 4, Name: "dan", Role: "owner", Age: 65, Teams: []string{}, CreatedAt: now}
	issue := func(id int, title, status string, public bool, owner *mUser, org *mOrg, labels ...string) *mIssue {
		return &mIssue{ID: id, Title: title, Status: status, Public: public, Owner: owner, Org: org, Labels: labels, CreatedAt: now.Add(-time.Duration(id) * time.Hour / 3)}
	}
	return &mistakes{
		classes: []polar.Class{
			{Name: "User", Type: polar.ClassOf[mUser]().Type},
			{Name: "Org", Type: polar.ClassOf[mOrg]().Type},
			{Name: "Issue", Type: polar.ClassOf[mIssue]().Type},
		},
		users: []*mUser{ann, bob, cyd, dan},
		resources: []any{
			issue(1, "a", "open", true, ann, acme, "bug", "core"), issue(2, "b", "closed", false, bob, acme, "core"),
			issue(3, "bug: c", "open", false, cyd, hooli), issue(4, "d", "draft", true, nil, nil, "bug"),
			issue(5, "e", "open", false, dan, nil, "sales"), acme, hooli,
		},
		now: now,
	}
}

// askedActions are the actions of all questions; no policy names the last.
var askedActions = []string{"read", "edit", "any"}

// load loads a policy.
func (m *mistakes) load(text string) (*polar.Policy, []syntax.Diagnostic) {
	p, ds, _ := polar.Load(context.Background(), polar.Input{
		Classes: m.classes,
		Sources: []polar.Source{{Text: text}},
		Limits:  polar.Limits{Steps: 20_000},
		Now:     func() time.Time { return m.now },
	})
	return p, ds
}

// allowed returns the questions that the policy allows, as text. An undecided question is denied.
func (m *mistakes) allowed(p *polar.Policy) map[string]bool {
	yes := make(map[string]bool)
	if p == nil || !p.Defines("allow", 3) {
		return yes
	}
	for _, u := range m.users {
		for _, action := range askedActions {
			for _, r := range m.resources {
				if o, err := p.Decide(context.Background(), "allow", u, action, r); err == nil && o.Allowed {
					yes[fmt.Sprintf("%s %s %s", u.Name, action, resourceName(r))] = true
				}
			}
		}
	}
	return yes
}

func resourceName(r any) string {
	switch r := r.(type) {
	case *mIssue:
		return "issue " + r.Title
	case *mOrg:
		return "org " + r.Name
	}
	return "?"
}

// repair applies the replacements that loading the policy suggests, one after another. It reports
// whether there was any.
func (m *mistakes) repair(text string) (string, bool) {
	before := text
	for range 20 {
		_, ds := m.load(text)
		i := slices.IndexFunc(ds, func(d syntax.Diagnostic) bool { return d.Fix != nil })
		if i < 0 {
			break
		}
		text = ds[i].Fix.Apply(text)
	}
	return text, text != before
}

// more returns what one policy allows and the other does not.
func more(than, meant map[string]bool) []string {
	var extra []string
	for q := range than {
		if !meant[q] {
			extra = append(extra, q)
		}
	}
	slices.Sort(extra)
	return extra
}

// A mistake is one case of a file.
type mistake struct {
	line                      int
	text                      string // the policy with the mistake
	says, repaired, meantText string
}

// readMistakes returns the cases of a file.
func readMistakes(t *testing.T, name string) []*mistake {
	data, err := os.ReadFile(name)
	if err != nil {
		t.Fatal(err)
	}
	var cases []*mistake
	line := 1
	for chunk := range strings.SplitSeq(string(data), "====\n") {
		c := &mistake{line: line}
		line += strings.Count(chunk, "\n") + 1
		into := &c.text
		for l := range strings.Lines(chunk) {
			switch strings.TrimSpace(l) {
			case "--- says":
				into = &c.says
			case "--- repaired":
				into = &c.repaired
			case "--- meant":
				into = &c.meantText
			default:
				*into += l
			}
		}
		cases = append(cases, c)
	}
	return cases
}

// write returns the case as it stands in its file.
func (c *mistake) write() string {
	text := c.text + "--- says\n" + c.says
	if c.repaired != "" {
		text += "--- repaired\n" + c.repaired
	}
	return text + "--- meant\n" + c.meantText
}

// TestMistakes checks the diagnostics of each mistake, that there is only one, and that the policy with every suggested replacement
// allows nothing that the intended policy does not.
func TestMistakes(t *testing.T) {
	world := newMistakes()
	names, err := filepath.Glob("testdata/mistakes/*.txt")
	if err != nil || len(names) == 0 {
		t.Fatalf("no mistakes: %v", err)
	}
	total, repaired, same := 0, 0, 0
	for _, name := range names {
		t.Run(strings.TrimSuffix(filepath.Base(name), ".txt"), func(t *testing.T) {
			cases := readMistakes(t, name)
			for _, c := range cases {
				total++
				at := fmt.Sprintf("%s:%d", name, c.line)
				got := *c
				got.says, got.repaired = world.says(t, at, c.text), ""
				if got.says == "" {
					t.Errorf("%s: nothing is said", at)
				}
				for _, text := range []string{c.text, c.meantText} {
					_, ds := world.load(text)
					sameBySchema(t, polar.Input{Classes: world.classes, Sources: []polar.Source{{Text: text}}}, ds)
				}
				p, ds := world.load(c.meantText)
				if p == nil {
					t.Errorf("%s: the meant policy does not load: %v", at, ds)
					continue
				}
				meant := world.allowed(p)
				if len(meant) == 0 || len(meant) == len(world.users)*len(world.resources)*len(askedActions) {
					t.Errorf("%s: the meant policy allows %d questions, which tells nothing", at, len(meant))
				}
				if text, ok := world.repair(c.text); ok {
					p, _ := world.load(text)
					allowed := world.allowed(p)
					if extra := more(allowed, meant); len(extra) > 0 {
						t.Errorf("%s: with its hints followed, the policy allows more than was meant: %q\n%s", at, extra, text)
					}
					verdict := "allows less than was meant"
					switch {
					case p == nil:
						verdict = "is not loaded"
					case len(allowed) == len(meant):
						verdict = "allows what was meant"
						same++
					}
					got.repaired = text + "(" + verdict + ")\n"
					repaired++
				}
				if *update {
					*c = got
				} else if got.says != c.says || got.repaired != c.repaired {
					t.Errorf("%s: got\n%swant\n%s", at, got.write(), c.write())
				}
			}
			if *update {
				var texts []string
				for _, c := range cases {
					texts = append(texts, c.write())
				}
				if err := os.WriteFile(name, []byte(strings.Join(texts, "====\n")), 0o644); err != nil {
					t.Fatal(err)
				}
			}
		})
	}
	t.Logf("%d mistakes, %d with a replacement, %d repaired to what was meant", total, repaired, same)
	if total < 70 || same < 30 {
		t.Errorf("%d mistakes, of which %d are repaired to what was meant; want at least 70 and 30", total, same)
	}
}

// says returns what loading a policy reports: its errors, or its warnings if it has none.
func (m *mistakes) says(t *testing.T, at, text string) string {
	var b strings.Builder
	_, ds := m.load(text)
	for _, severity := range []syntax.Severity{syntax.Error, syntax.Warning} {
		n := 0
		for _, d := range ds {
			if d.Severity != severity || severity == syntax.Warning && !d.Pos.IsValid() {
				continue
			}
			n++
			word := ""
			if d.Severity == syntax.Warning {
				word = "warning: "
			}
			hint := ""
			if d.Hint != "" {
				hint = " (" + d.Hint + ")"
			}
			fmt.Fprintf(&b, "%d:%d: %s%s: %s%s\n", d.Pos.Line, d.Pos.Col, word, d.Code, d.Msg, hint)
		}
		if n > 1 && !strings.HasPrefix(text, "# Several ") {
			t.Errorf("%s: one mistake is reported %d times", at, n)
		}
		if n > 0 {
			break
		}
	}
	return b.String()
}

// TestMistakesSchema keeps the schema of the classes, with which tools test that they say the same.
func TestMistakesSchema(t *testing.T) {
	s, err := polar.Schema(t.Context(), polar.Input{Classes: newMistakes().classes})
	if err != nil {
		t.Fatal(err)
	}
	got, err := s.JSON()
	if err != nil {
		t.Fatal(err)
	}
	const name = "testdata/mistakes/ursa.schema.json"
	if *update {
		if err := os.WriteFile(name, got, 0o644); err != nil {
			t.Fatal(err)
		}
		return
	}
	if want, err := os.ReadFile(name); err != nil || string(want) != string(got) {
		t.Errorf("%s differs from the classes (%v): run go test -run TestMistakesSchema -update", name, err)
	}
}
