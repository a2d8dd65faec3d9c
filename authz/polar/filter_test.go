package polar

// This file tests that a filter admits exactly the rows that a decision allows,
// on random policies and rows.

import (
	"context"
	"errors"
	"fmt"
	"testing"

	"github.com/ursa-authz/ursa/authz/filter"
	"github.com/ursa-authz/ursa/internal/randtest"
)

type listUser struct {
	ID     int
	Name   string
	Age    *int
	Score  float64
	Tags   []string
	BossID *int
	Boss   *listUser
	Roles  []listRole
	Meta   map[string]any
}

type listRole struct {
	ID    int
	Name  string
	DocID int
}

type listDoc struct {
	ID       int
	OwnerID  *int
	Owner    *listUser
	Public   bool
	Title    string
	Labels   []listLabel
	ParentID *int
	Parent   *listDoc
	Extra    *string
}

type listLabel struct {
	ID   int
	Name string
}

func (u *listUser) Adult() bool         { return u.Age != nil && *u.Age >= 18 }
func (u *listUser) Is(name string) bool { return u.Name == name }
func (d *listDoc) Fail() (bool, error)  { return false, errors.New("no") }
func (d *listDoc) Lookup() (int, bool)  { return d.ID, d.Public }

func listClasses() []Class {
	rel := func(name string, many bool, target Class, key ...string) Relation {
		return Relation{Name: name, Many: many, Target: target.Type, ForeignKey: key}
	}
	return []Class{
		{Name: "User", Type: ClassOf[listUser]().Type, Key: []string{"ID"}, Relations: []Relation{
			rel("Boss", false, ClassOf[listUser](), "BossID"), rel("Roles", true, ClassOf[listRole]()),
		}},
		{Name: "Role", Type: ClassOf[listRole]().Type, Key: []string{"ID"}},
		{Name: "Label", Type: ClassOf[listLabel]().Type, Key: []string{"ID"}},
		{Name: "Doc", Type: ClassOf[listDoc]().Type, Key: []string{"ID"}, Relations: []Relation{
			rel("Owner", false, ClassOf[listUser](), "OwnerID"), rel("Parent", false, ClassOf[listDoc](), "ParentID"),
			rel("Labels", true, ClassOf[listLabel]()),
		}},
	}
}

// listGen writes policies that are more often about the resource than those of policyGen.
type listGen struct{ policyGen }

func (g *listGen) policy() string {
	text := g.policyGen.policy()
	saved := g.vars
	g.vars = nil
	templates := []string{
		"above(u, d) if d.owner = u;\nabove(u, d: Doc) if above(u, d.parent);\n",
		"above(u: User, d: Doc) if u.id = d.owner_id;\nabove(u: User, d: Doc) if p = d.parent and above(u, p);\n",
		"above(u, d: Doc) if boss(u, d.owner);\nboss(u: User, v: User) if u = v;\nboss(u: User, v: User) if boss(u, v.boss);\n",
		"above(u, d: Doc) if l in d.labels and l.name = u.name;\n",
		"above(u, d: Doc) if forall(l in d.labels, l.name != u.name);\n",
		"above(u, d: Doc) if r in u.roles and r.doc_id = d.id and not d.title = r.name;\n",
		"above(u, d) if d.owner = u;\nabove(u, d: Doc) if above(u, d.parent) and u.name = \"a\";\n",
		"above(u, d) if d.owner = u;\nabove(u, d: Doc) if p = d.parent and p matches Doc and above(u, p) and not u.name = \"b\";\n",
		"above(u, d) if below(u, d) or d.owner = u;\nbelow(u, d) if above(u, d) or d.public and u = u;\n",
		"above(u, d) if below(u, d);\nbelow(u, d) if above(u, d);\nbelow(u: User, d: Doc) if u.id = d.owner_id or below(u, d.parent);\n",
		"above(u, d) if below(u, d) or d.owner = u;\nbelow(u, d) if above(u, d);\nbelow(u, d: Doc) if below(u, d.parent);\n",
		"above(u, d: Doc) if x = d.extra.startswith(\"a\") and u = u and (x or d.public);\n",
		"above(u, d: Doc) if d.extra.contains(\"a\") != d.public and u = u;\n",
		"above(u, d: Doc) if t = d.title and {a: 1, ab: 2, b: 1}.(t) = 1 and u = u;\n",
		"above(u: User, d: Doc) if t = d.extra and u.meta.(t) = \"a\" or t = d.parent.title and d.id > {b: 1, a: 4}.(t);\n",
	}
	text += templates[g.IntN(len(templates))]
	text += "allow(u: User, \"read\", d: Doc) if above(u, d)" + g.Pick("", " and d.public", " and not d.extra = nil", " and "+g.body(1)) + " and u = u;\n"
	g.vars = saved
	return text
}

func listRows() (users []*listUser, docs []*listDoc) {
	ptr := func(i int) *int { return &i }
	text := func(s string) *string { return &s }
	boss := &listUser{ID: 2, Name: "b", Age: ptr(30), Tags: []string{"c"}, Roles: []listRole{}}
	top := &listUser{ID: 3, Name: "ab", Age: ptr(50), Roles: []listRole{{1, "a", 2}}}
	boss.Boss, boss.BossID = top, ptr(3)
	users = []*listUser{
		boss, top,
		{ID: 1, Name: "a", Age: ptr(3), Score: 1.5, Tags: []string{"a", "b", "a"}, Boss: boss, BossID: ptr(2),
			Roles: []listRole{{2, "a", 1}, {3, "ab", 2}}, Meta: map[string]any{"id": 1, "k": "a"}},
	}
	loop := &listDoc{ID: 3, Title: "a", ParentID: ptr(3), Labels: []listLabel{}, OwnerID: ptr(1), Owner: users[2]}
	loop.Parent = loop
	docs = []*listDoc{
		{ID: 1, OwnerID: ptr(1), Owner: users[2], Public: true, Title: "ab", Labels: []listLabel{{1, "b"}, {2, "a"}}, Extra: text("a")},
		{ID: 2, OwnerID: ptr(2), Owner: boss, Title: "b", Extra: text(""), Labels: []listLabel{{3, "ab"}}},
		loop,
		{ID: 4, Title: "", Labels: []listLabel{}},
		{ID: 5, Title: "a", Public: true, Labels: []listLabel{{1, "b"}}},
	}
	docs[1].Parent, docs[1].ParentID = docs[0], ptr(1)
	docs[4].Parent, docs[4].ParentID = docs[1], ptr(2)
	return users, docs
}

// TestFilterAgrees tests that Filter selects exactly the documents that decisions allow, and
// FilterActors exactly the users.
func TestFilterAgrees(t *testing.T) {
	policies, seed := randtest.Runs(t, "URSA_AGREE_POLICIES", 1500)
	users, docs := listRows()
	ctx := context.Background()
	loaded := 0
	var resources, actors agreement
	for i := range policies {
		g := &listGen{policyGen{Writer: randtest.New(seed, i)}}
		text := g.policy()
		p, _, err := load(ctx, Input{
			Sources: []Source{{"random.polar", text}}, Classes: listClasses(), Limits: Limits{Steps: 20_000},
		}, true)
		if err != nil {
			continue
		}
		loaded++
		for _, u := range users {
			q, err := p.Filter(ctx, "allow", u, "read", ClassOf[listDoc]())
			if !resources.counts(q, err) {
				continue
			}
			for _, d := range docs {
				if diff := differs(ctx, p, q, d, u, d); diff != "" {
					t.Fatalf("policy %d: documents for user %d: %s\n%s", i, u.ID, diff, text)
				}
			}
		}
		for _, d := range docs {
			q, err := p.FilterActors(ctx, "allow", ClassOf[listUser](), "read", d)
			if !actors.counts(q, err) {
				continue
			}
			for _, u := range users {
				if diff := differs(ctx, p, q, u, u, d); diff != "" {
					t.Fatalf("policy %d: users for document %d: %s\n%s", i, d.ID, diff, text)
				}
			}
		}
	}
	t.Logf("%d policies; for documents %v; for users %v", loaded, resources, actors)
	if loaded < policies/3 || !resources.varied(loaded) || !actors.varied(loaded) {
		t.Errorf("too few of the random policies say anything")
	}
}

// An agreement counts filters.
type agreement struct{ filters, conditional, unsupported int }

// counts counts the result of making a filter, and reports whether there is one.
func (a *agreement) counts(q *filter.Query, err error) bool {
	if err != nil {
		a.unsupported++
		return false
	}
	a.filters++
	if q.Kind() == filter.Conditional {
		a.conditional++
	}
	return true
}

func (a *agreement) varied(policies int) bool {
	return a.filters >= policies && a.conditional >= a.filters/10
}

func (a agreement) String() string {
	return fmt.Sprintf("%d filters, of which %d depend on the row, and %d not expressible", a.filters, a.conditional, a.unsupported)
}

// differs returns how a filter's answer for a row differs from the decision about u and d.
func differs(ctx context.Context, p *Policy, q *filter.Query, row any, u *listUser, d *listDoc) string {
	want, err := p.solve(ctx, "allow", u, "read", d)
	if err != nil {
		return fmt.Sprintf("user %d, document %d: the filter is %v, but the decision is an error: %v", u.ID, d.ID, q.Reveal(), err)
	}
	got, err := q.Match(ctx, row, filter.Loaded)
	if err != nil {
		return fmt.Sprintf("user %d, document %d: %v: %v", u.ID, d.ID, q.Reveal(), err)
	}
	if got != want.Allowed {
		return fmt.Sprintf("user %d, document %d: the filter says %v, the decision %v: %v", u.ID, d.ID, got, want.Allowed, q.Reveal())
	}
	return ""
}
