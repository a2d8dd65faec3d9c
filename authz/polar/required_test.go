package polar

// This file tests Relation.Required: keys of related rows are read from foreign keys, with the
// answers of the rows themselves.

import (
	"context"
	"fmt"
	"reflect"
	"strings"
	"testing"

	"github.com/ursa-authz/ursa/authz/filter"
)

type (
	parentUser struct {
		ID      uint
		Name    string
		Friends []uint
	}
	parentOrg struct {
		ID      uint
		OwnerID uint
		Owner   *parentUser
	}
	parentPlace struct{ Code string }
	parentDoc   struct {
		ID       uint
		OwnerID  uint
		Owner    *parentUser
		EditorID *uint
		Editor   *parentUser
		BossID   *uint
		Zero     uint
		Empty    string
		OrgID    uint
		Org      *parentOrg
		PlaceID  string
		Place    *parentPlace
	}
)

// A parentDB fetches rows, all of which exist unless missing is set, and counts.
type parentDB struct {
	missing  bool
	fetches  int
	warnings string // of the policy loaded last
}

func (db *parentDB) fetch(_ context.Context, row any, relation string) (any, error) {
	db.fetches++
	rows := db.follow(row, relation)
	if len(rows) == 0 {
		switch relation {
		case "Org":
			return (*parentOrg)(nil), nil
		case "Place":
			return (*parentPlace)(nil), nil
		}
		return (*parentUser)(nil), nil
	}
	return rows[0], nil
}

// follow returns the rows behind a relation.
func (db *parentDB) follow(row any, relation string) []any {
	if db.missing {
		return nil
	}
	user := func(id uint) []any {
		if id == 0 {
			return nil
		}
		return []any{&parentUser{ID: id, Name: fmt.Sprint("user ", id)}}
	}
	switch row := row.(type) {
	case *parentOrg:
		return user(row.OwnerID)
	case *parentDoc:
		switch {
		case relation == "Owner":
			return user(row.OwnerID)
		case relation == "Editor" && row.EditorID != nil:
			return user(*row.EditorID)
		case relation == "Org" && row.OrgID != 0:
			return []any{&parentOrg{ID: row.OrgID, OwnerID: row.OrgID%2 + 1}}
		case relation == "Place" && row.PlaceID != "":
			return []any{&parentPlace{row.PlaceID}}
		}
	}
	return nil
}

func (db *parentDB) resolver() filter.Resolver {
	return filter.ResolverFunc(func(_ context.Context, row any, r *filter.Relation) ([]any, error) {
		return db.follow(row, r.Name), nil
	})
}

func (db *parentDB) load(t *testing.T, policy string, required bool) *Policy {
	t.Helper()
	user := reflect.TypeFor[parentUser]()
	one := func(name string, target reflect.Type) Relation {
		return Relation{Name: name, Target: target, ForeignKey: []string{name + "ID"}, Required: required}
	}
	p, diags, err := load(t.Context(), Input{Sources: []Source{{"parents.polar", policy}}, Classes: []Class{
		{Name: "User", Type: user, Key: []string{"ID"}},
		{Name: "Place", Type: reflect.TypeFor[parentPlace](), Key: []string{"Code"}},
		{Name: "Org", Type: reflect.TypeFor[parentOrg](), Key: []string{"ID"}, Relations: []Relation{one("Owner", user)}, Fetch: db.fetch},
		{Name: "Doc", Type: reflect.TypeFor[parentDoc](), Key: []string{"ID"}, Fetch: db.fetch, Relations: []Relation{
			one("Owner", user), one("Editor", user), one("Org", reflect.TypeFor[parentOrg]()), one("Place", reflect.TypeFor[parentPlace]()),
		}},
	}}, false)
	if err != nil {
		t.Fatalf("%s: %v", policy, err)
	}
	db.warnings = fmt.Sprint(diags)
	return p
}

func parentDocs() (docs []*parentDoc) {
	editors := []*uint{nil, new(uint), new(uint)}
	*editors[2] = 2
	for n := range uint(24) {
		docs = append(docs, &parentDoc{
			ID: n + 1, OwnerID: n % 3, EditorID: editors[n/3%3], BossID: editors[n/2%3], OrgID: n % 4, PlaceID: []string{"", "a", "b"}[n/4%3],
		})
	}
	// Loaded rows, and one that does not fit its key.
	for _, d := range []parentDoc{
		{OwnerID: 1, Owner: &parentUser{ID: 1, Name: "user 1"}}, {OwnerID: 1, Owner: &parentUser{ID: 2}}, {Owner: &parentUser{ID: 1}},
	} {
		d.ID = uint(len(docs) + 1)
		docs = append(docs, &d)
	}
	return docs
}

// requiredBodies are conditions on a user u and a document d, and whether none of them needs
// a row.
var requiredBodies = []struct {
	body string
	free bool
}{
	{`d.owner.id = u.id`, true},
	{`u.id = d.owner.id`, true},
	{`d.owner.id == u.id`, true},
	{`d.owner.id != u.id`, true},
	{`d.owner.id > 1 and u.id < 3`, true},
	{`not d.owner.id = u.id`, true},
	{`not (d.owner.id = u.id or d.editor.id = u.id)`, true},
	{`d.owner.id in u.friends`, true},
	{`d.owner.id in [1, u.id]`, true},
	{`forall(x in [1, 2], not d.owner.id = x) and u.id < 3`, true},
	{`d.editor.id = u.id`, true},
	{`not d.editor.id = u.id`, true},
	{`d.editor.id = d.boss_id and u.id < 3`, true},
	{`d.owner.id = d.zero and u.id < 3`, true},
	{`d.editor.id = d.zero and u.id < 3`, true},
	{`not d.editor.id = d.zero and u.id < 3`, true},
	{`d.editor.id = nil and u.id < 3`, true},
	{`not d.editor.id = nil and u.id < 3`, true},
	{`d.editor.id != nil and u.id < 3`, true},
	{`d.place.code = "a" and u.id < 3`, true},
	{`d.place.code = d.empty and u.id < 3`, true},
	{`not d.place.code = d.empty and u.id < 3`, true},
	{`x = d.owner.id and x = u.id`, true},
	{`(d.owner).id = u.id`, true},
	{`d.owner.id = u.id and d.owner.id = d.editor.id`, true},
	{`d.owner.id = u.id and d.owner.name = "user 1"`, false},
	{`d.org.owner.id = u.id`, false},
	{`d.owner = u`, false},
	{`o = d.owner and o.id = u.id`, false},
}

// TestRequired: with and without Required, decisions and filters give the same answers about
// rows that exist, and with it nothing is fetched where only keys are read.
func TestRequired(t *testing.T) {
	users := []*parentUser{{ID: 1, Friends: []uint{2}}, {ID: 2}, {ID: 3, Friends: []uint{0, 1}}}
	for _, tt := range requiredBodies {
		policy := `allow(u: User, "read", d: Doc) if ` + tt.body + ";"
		plain, keyed := new(parentDB), new(parentDB)
		without, with := plain.load(t, policy, false), keyed.load(t, policy, true)
		if plain.warnings != keyed.warnings {
			t.Errorf("%s: warnings %s, without Required %s", tt.body, keyed.warnings, plain.warnings)
		}
		allowed, fetches := 0, 0
		for _, u := range users {
			q, err := with.Filter(t.Context(), "allow", u, "read", ClassOf[parentDoc]())
			if err != nil {
				t.Errorf("%s: %v", tt.body, err)
				continue
			}
			for _, d := range parentDocs() {
				want, err := without.Decide(t.Context(), "allow", u, "read", d)
				if err != nil {
					t.Fatal(tt.body, err)
				}
				keyed.fetches = 0
				got, err := with.Decide(t.Context(), "allow", u, "read", d)
				fetches += keyed.fetches
				if err != nil || got.Allowed != want.Allowed {
					t.Errorf("%s: user %d, doc %+v: %v, %v, without Required %v", tt.body, u.ID, d, got.Allowed, err, want.Allowed)
				}
				solved := false
				for _, err := range with.Query(t.Context(), "allow", u, "read", d) {
					solved = err == nil
				}
				if solved != want.Allowed {
					t.Errorf("%s: user %d, doc %+v: the solver says %v", tt.body, u.ID, d, solved)
				}
				if match, err := q.Match(t.Context(), d, keyed.resolver()); err != nil || match != want.Allowed {
					t.Errorf("%s: user %d, doc %+v: the filter says %v, %v, a decision %v", tt.body, u.ID, d, match, err, want.Allowed)
				}
				if want.Allowed {
					allowed++
				}
			}
		}
		if all := len(users) * len(parentDocs()); allowed == all || allowed == 0 && !strings.Contains(tt.body, "nil") && !strings.Contains(tt.body, "zero") && !strings.Contains(tt.body, "empty") {
			t.Errorf("%s: %d of %d are allowed", tt.body, allowed, all)
		}
		if tt.free != (fetches == 0) {
			t.Errorf("%s: %d fetches", tt.body, fetches)
		}
		if plain.fetches == 0 {
			t.Errorf("%s: nothing to fetch", tt.body)
		}
	}
}

// TestRequiredBroken: where the promise is not kept, decisions and filters still agree.
func TestRequiredBroken(t *testing.T) {
	u := &parentUser{ID: 1}
	for _, tt := range requiredBodies {
		if !tt.free {
			continue
		}
		db := &parentDB{missing: true}
		p := db.load(t, `allow(u: User, "read", d: Doc) if `+tt.body+";", true)
		q, err := p.Filter(t.Context(), "allow", u, "read", ClassOf[parentDoc]())
		if err != nil {
			t.Fatal(err)
		}
		for _, d := range parentDocs() {
			got, err := p.Decide(t.Context(), "allow", u, "read", d)
			match, err2 := q.Match(t.Context(), d, db.resolver())
			if err != nil || err2 != nil || got.Allowed != match {
				t.Errorf("%s: doc %+v: %v, %v, the filter %v, %v", tt.body, d, got.Allowed, err, match, err2)
			}
		}
	}
}

// TestRequiredNot: where the class of a variable may be another, rows are fetched as before.
func TestRequiredNot(t *testing.T) {
	for _, policy := range []string{
		`allow(u, "read", d) if d.owner.id = u.id;`,
		`allow(u: User, "read", d: Resource) if d.owner.id = u.id; resource Doc {} resource Org {} actor User {}`,
		`allow(u: User, "read", d: Doc) if d.("owner").id = u.id;`,
	} {
		db := new(parentDB)
		p := db.load(t, policy, true)
		for _, want := range []bool{true, false} {
			d := &parentDoc{ID: 1, OwnerID: 1}
			if !want {
				d.OwnerID = 2
			}
			if got, err := p.Decide(t.Context(), "allow", &parentUser{ID: 1}, "read", d); err != nil || got.Allowed != want {
				t.Errorf("%s: %v, %v", policy, got, err)
			}
		}
		if db.fetches == 0 {
			t.Errorf("%s: nothing was fetched", policy)
		}
	}
}

// TestRequiredErrors tests relations that cannot be required.
func TestRequiredErrors(t *testing.T) {
	for _, r := range []Relation{
		{Name: "Owner", Target: reflect.TypeFor[parentUser](), Required: true},
		{Name: "Docs", Many: true, Target: reflect.TypeFor[parentDoc](), Required: true},
	} {
		type org struct {
			ID    uint
			Owner *parentUser
			Docs  []parentDoc
		}
		_, _, err := load(t.Context(), Input{Sources: []Source{{"a.polar", "f(1);"}}, Classes: []Class{
			{Name: "Org", Type: reflect.TypeFor[org](), Key: []string{"ID"}, Relations: []Relation{r}},
		}}, false)
		if err == nil || !strings.Contains(err.Error(), "the relation "+r.Name+" cannot be required") {
			t.Errorf("%s: %v", r.Name, err)
		}
	}
}

// TestRequiredAlike tests rules that differ in strings of their heads, which share their bodies,
// and rules that are compiled for another way of calling them, from their text.
func TestRequiredAlike(t *testing.T) {
	var policy strings.Builder
	for n := range 40 {
		fmt.Fprintf(&policy, "# Rule %d.\nallow(u: User, \"owner %d\", d: Doc) if d.owner.id = u.id;\n", n, n)
		fmt.Fprintf(&policy, "allow(u: User, \"editor %d\", d: Doc) if\n    not d.editor.id = u.id;\n", n)
	}
	db := new(parentDB)
	p := db.load(t, policy.String(), true)
	one := uint(1)
	for _, d := range []*parentDoc{{ID: 1, OwnerID: 1}, {ID: 2, OwnerID: 2, EditorID: &one}} {
		for n := range 40 {
			for _, action := range []string{"owner", "editor"} {
				want := action == "owner" && d.OwnerID == 1 || action == "editor" && d.EditorID == nil
				got, err := p.Decide(t.Context(), "allow", &parentUser{ID: 1}, fmt.Sprint(action, " ", n), d)
				if err != nil || got.Allowed != want {
					t.Errorf("%s %d of doc %d: %v, %v", action, n, d.ID, got.Allowed, err)
				}
			}
		}
		actions := 0
		for b, err := range p.Query(t.Context(), "allow", &parentUser{ID: 1}, Var("action"), d) {
			if err != nil {
				t.Fatal(err)
			}
			actions++
			if action := fmt.Sprint(b["action"]); strings.HasPrefix(action, "owner") != (d.OwnerID == 1) && strings.HasPrefix(action, "editor") != (d.EditorID == nil) {
				t.Errorf("doc %d: %s", d.ID, action)
			}
		}
		if want := 80 * int(2-d.ID); actions != want {
			t.Errorf("doc %d: %d actions, want %d", d.ID, actions, want)
		}
		trace := p.Trace(t.Context(), "allow", []any{&parentUser{ID: 1}, "owner 7", d}, TraceOptions{All: true})
		held := 0
		for _, n := range trace.All() {
			if n.Status == TraceSucceeded {
				held++
			}
		}
		if (held > 0) != (d.OwnerID == 1) {
			t.Errorf("doc %d: a trace with %d goals that held", d.ID, held)
		}
	}
	if db.fetches > 0 {
		t.Errorf("%d fetches", db.fetches)
	}
}
