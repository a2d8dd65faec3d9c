package host

import (
	"context"
	"database/sql"
	"errors"
	"reflect"
	"strings"
	"testing"
)

type Org struct {
	ID   int
	Name string
}

type Desk struct{ Room string }

type Member struct {
	ID       int
	OrgID    int
	Org      Org
	BossID   *int
	Boss     *Member
	PairA    int
	PairB    sql.NullString
	Pair     *Org
	Profile  *Org // has-one: no key of its own
	Team     []Member
	PTeam    []*Member
	LinkTeam *[]Member
	Poly     any
	PolyID   int
	Hidden   *Org `polar:"-"`
	AnyID    any
	AnyOrg   *Org
	Desk     Desk // has-one, by value and without a key
	*Linked
}

// Linked is embedded by pointer.
type Linked struct {
	FarID int
	Far   *Org
}

func memberClasses(fetch func(context.Context, any, string) (any, error)) []Class {
	org, member := reflect.TypeFor[Org](), reflect.TypeFor[*Member]()
	return []Class{
		{Type: org, Key: []string{"ID"}},
		{Type: member, Key: []string{"ID"}, Fetch: fetch, Relations: []RelationSpec{
			{Name: "Org", Target: org, ForeignKey: []string{"OrgID"}},
			{Name: "Boss", Target: member, ForeignKey: []string{"BossID"}},
			{Name: "Pair", Target: org, ForeignKey: []string{"PairA", "PairB"}},
			{Name: "Profile", Target: org},
			{Name: "Team", Target: member, Many: true},
			{Name: "PTeam", Target: member, Many: true},
			{Name: "LinkTeam", Target: member, Many: true},
			{Name: "Poly", Target: org, ForeignKey: []string{"PolyID"}},
			{Name: "Hidden", Target: org},
			{Name: "AnyOrg", Target: org, ForeignKey: []string{"AnyID"}},
			{Name: "Desk", Target: reflect.TypeFor[Desk]()},
			{Name: "Far", Target: org, ForeignKey: []string{"FarID"}},
		}},
	}
}

func TestRelationState(t *testing.T) {
	r := registry(t, memberClasses(nil)...)
	zero, one := 0, 1
	text := sql.NullString{String: "x", Valid: true}
	tests := []struct {
		m    *Member
		name string
		want RelState
	}{
		{&Member{}, "org", Absent},
		{&Member{OrgID: 1}, "org", NotLoaded},
		{&Member{OrgID: 1, Org: Org{ID: 1}}, "org", Loaded},
		{&Member{OrgID: 1, Org: Org{Name: "unsaved"}}, "org", NotLoaded},
		{&Member{}, "boss", Absent},
		{&Member{BossID: &zero}, "boss", Absent},
		{&Member{BossID: &one}, "boss", NotLoaded},
		{&Member{BossID: &one, Boss: &Member{ID: 1}}, "boss", Loaded},
		// The key counts, not what the field holds.
		{&Member{OrgID: 2, Org: Org{ID: 1}}, "org", NotLoaded},
		{&Member{Org: Org{ID: 1}}, "org", Absent},
		{&Member{BossID: &one, Boss: &Member{}}, "boss", NotLoaded},
		{&Member{BossID: &one, Boss: &Member{ID: 2}}, "boss", NotLoaded},
		{&Member{Boss: &Member{ID: 2}}, "boss", Absent},
		{&Member{AnyID: 1, AnyOrg: &Org{ID: 1}}, "any_org", Loaded},
		{&Member{AnyID: 1, AnyOrg: &Org{ID: 2}}, "any_org", NotLoaded},
		{&Member{}, "pair", Absent},
		{&Member{PairA: 1}, "pair", Absent}, // a key with a nil part counts as no key
		{&Member{PairB: text}, "pair", NotLoaded},
		{&Member{PairA: 1, PairB: text}, "pair", NotLoaded},
		{&Member{PairB: sql.NullString{Valid: true}}, "pair", Absent},
		{&Member{}, "profile", NotLoaded},
		{&Member{Profile: &Org{}}, "profile", Loaded},
		{&Member{}, "any_org", Absent},
		{&Member{AnyID: 1}, "any_org", NotLoaded},
		{&Member{}, "desk", NotLoaded},
		{&Member{Desk: Desk{"r"}}, "desk", Loaded},
		{&Member{}, "team", NotLoaded},
		{&Member{Team: []Member{}}, "team", Loaded},
		{&Member{}, "p_team", NotLoaded},
		{&Member{PTeam: []*Member{nil}}, "p_team", Loaded},
		{&Member{}, "link_team", NotLoaded},
		{&Member{LinkTeam: new([]Member)}, "link_team", NotLoaded},
		{&Member{LinkTeam: &[]Member{}}, "link_team", Loaded},
		{&Member{}, "poly", Absent},
		{&Member{PolyID: 1}, "poly", NotLoaded},
		{&Member{PolyID: 1, Poly: &Org{}}, "poly", NotLoaded},
		{&Member{PolyID: 1, Poly: &Org{ID: 1}}, "poly", Loaded},
		{&Member{}, "far", Absent},
		{&Member{Linked: &Linked{FarID: 1}}, "far", NotLoaded},
		{&Member{Linked: &Linked{FarID: 1, Far: &Org{}}}, "far", NotLoaded},
		{&Member{Linked: &Linked{FarID: 1, Far: &Org{ID: 1}}}, "far", Loaded},
	}
	plan := r.Class("Member").Plan
	for _, tt := range tests {
		if got := plan.Attr(tt.name).State(PointerTo(tt.m)); got != tt.want {
			t.Errorf("%s of %+v is in state %d, want %d", tt.name, *tt.m, got, tt.want)
		}
	}
	boss := plan.Attr("boss").Relation
	if boss.Name != "Boss" || boss.Many || boss.Target != plan || len(boss.ForeignKey) != 1 || boss.ForeignKey[0] != plan.Attr("boss_id") {
		t.Errorf("relation boss is %+v", boss)
	}
	if team := plan.Attr("team").Relation; !team.Many || team.Target != plan || len(team.ForeignKey) != 0 {
		t.Errorf("relation team is %+v", team)
	}
	if plan.Attr("hidden") != nil || plan.Attr("id").Relation != nil {
		t.Error("a relation where none should be")
	}
}

// Linked rows of a relation without a foreign key of the owner's.
type (
	Owner struct {
		ID    int64 `polar:",id"`
		Rows  []Owned
		Ptrs  []*Owned
		First *Owned
	}
	Owned struct {
		ID      int `polar:",id"`
		OwnerID sql.NullInt64
		Name    string
	}
)

// A partial is a RowInfo that knows one field, or key, of one object.
type partial struct {
	row   any
	field string
}

func (p *partial) Partial(row any, field string) bool {
	return row == p.row && (field == p.field || field == "" && p.field != "Rows")
}

func ownerClasses(info RowInfo) []Class {
	links := []LinkSpec{{"ID", "OwnerID"}}
	owned := reflect.TypeFor[Owned]()
	return []Class{
		{Type: owned, RowInfo: info},
		{Type: reflect.TypeFor[Owner](), RowInfo: info, Relations: []RelationSpec{
			{Name: "Rows", Many: true, Target: owned, Links: links},
			{Name: "Ptrs", Many: true, Target: owned, Links: links},
			{Name: "First", Target: owned, Links: links},
		}},
	}
}

func TestLinks(t *testing.T) {
	r := registry(t, ownerClasses(nil)...)
	of := func(id int64) Owned { return Owned{OwnerID: sql.NullInt64{Int64: id, Valid: true}} }
	own, other := of(1), of(2)
	plan := r.Class("Owner").Plan
	for _, tt := range []struct {
		o    *Owner
		name string
		want RelState
	}{
		{&Owner{ID: 1, Rows: []Owned{}}, "rows", Loaded},
		{&Owner{ID: 1, Rows: []Owned{own, own}}, "rows", Loaded},
		{&Owner{ID: 1, Rows: []Owned{own, other}}, "rows", NotLoaded},
		{&Owner{ID: 1, Rows: []Owned{{}}}, "rows", NotLoaded},
		{&Owner{ID: 1, Ptrs: []*Owned{&own}}, "ptrs", Loaded},
		{&Owner{ID: 1, Ptrs: []*Owned{&other}}, "ptrs", NotLoaded},
		{&Owner{ID: 1, Ptrs: []*Owned{&own, nil}}, "ptrs", NotLoaded},
		{&Owner{ID: 1, First: &own}, "first", Loaded},
		{&Owner{ID: 1, First: &other}, "first", NotLoaded},
	} {
		a := plan.Attr(tt.name)
		if got := a.State(PointerTo(tt.o)); got != tt.want {
			t.Errorf("%s of %+v is in state %d, want %d", tt.name, *tt.o, got, tt.want)
		}
		if got, want := a.Rows(PointerTo(tt.o)), len(tt.o.Rows)+len(tt.o.Ptrs); tt.name != "first" && got != want {
			t.Errorf("%s of %+v has %d rows, want %d", tt.name, *tt.o, got, want)
		}
	}
	for _, l := range []LinkSpec{{"Nope", "OwnerID"}, {"ID", "Nope"}} {
		classes := ownerClasses(nil)
		classes[1].Relations[0].Links = []LinkSpec{l}
		_, err := NewRegistry(classes)
		wantError(t, err, CodeClass, "Rows", "Nope", "does not exist")
	}
}

func TestPartialRows(t *testing.T) {
	info := &partial{}
	r := registry(t, ownerClasses(info)...)
	o, p := &Owner{ID: 1, Rows: []Owned{}}, &Owned{ID: 1}
	rows, name := r.Class("Owner").Plan.Attr("rows"), r.Class("Owned").Plan.Attr("name")
	state := func() RelState { return rows.State(PointerTo(o)) }
	if state() != Loaded {
		t.Error("a whole relation is not loaded")
	}
	*info = partial{o, "Rows"}
	if state() != NotLoaded {
		t.Error("a part of a relation is loaded")
	}
	*info = partial{p, "Name"}
	_, err := name.Load(PointerTo(p))
	wantError(t, err, CodePartial, "name", "Owned")
	if _, err := r.Class("Owned").Plan.Attr("id").Load(PointerTo(p)); err != nil {
		t.Error(err)
	}
	*info = partial{p, "ID"}
	for _, q := range []*Owned{{ID: 1}, {ID: 2}, {}} {
		eq, err := Equal(value(t, r, p), value(t, r, q))
		if q.ID == 1 {
			if !eq || err != nil {
				t.Errorf("the same key: %v, %v", eq, err)
			}
			continue
		}
		wantError(t, err, CodePartial, "key", "Owned")
	}
}

func TestFetch(t *testing.T) {
	ctxKey := new(int)
	errDB := errors.New("secret")
	var asked []string
	r := registry(t, memberClasses(func(ctx context.Context, row any, relation string) (any, error) {
		asked = append(asked, relation)
		m := row.(*Member)
		switch m.ID {
		case 1:
			return nil, nil
		case 2:
			return nil, errDB
		case 3:
			panic("secret")
		case 4:
			return "secret", nil
		case 5:
			return m, nil
		case 6:
			return []*Member{m, nil}, nil
		case 7:
			return Org{ID: 9}, nil
		case 8:
			return []Org{}, nil
		case 10:
			return uint64(1 << 63), nil
		case 9:
			return ctx.Value(ctxKey), nil
		}
		return (*Member)(nil), nil
	})...)
	ctx := context.WithValue(context.Background(), ctxKey, &Org{ID: 3})
	plan := r.Class("Member").Plan
	tests := []struct {
		id   int
		name string
		want string
	}{
		{1, "boss", "nil"}, {1, "team", "[]"}, {0, "boss", "nil"},
		{2, "boss", CodeHost}, {3, "boss", CodePanic}, {4, "boss", CodeResult}, {4, "team", CodeResult},
		{5, "boss", "Member"}, {5, "team", CodeResult}, {5, "org", CodeResult},
		{6, "team", "[Member, nil]"}, {6, "boss", CodeResult},
		{7, "org", "Org"}, {7, "boss", CodeResult}, {7, "poly", "Org"}, {8, "team", CodeResult}, {8, "org", CodeResult},
		{9, "org", "Org"}, {9, "far", "Org"},
		{10, "org", CodeRange},
		{5, "id", CodeNotLoaded},
	}
	for _, tt := range tests {
		for _, x := range []any{&Member{ID: tt.id}, Member{ID: tt.id}} {
			recv := value(t, r, x)
			v, err := r.Fetch(ctx, recv, plan.Attr(tt.name))
			got := codeOf(err)
			if err == nil {
				got = Print(v)
			} else if strings.Contains(err.Error(), "secret") {
				t.Errorf("the error shows a value: %v", err)
			}
			if got != tt.want {
				t.Errorf("Fetch of %s of %d: %s (%v), want %s", tt.name, tt.id, got, err, tt.want)
			}
			if codeOf(err) == CodeHost && !errors.Is(err, errDB) {
				t.Error("the error of the database is not behind the error")
			}
		}
	}
	if asked[0] != "Boss" || asked[2] != "Team" {
		t.Errorf("relations asked for: %q", asked[:3])
	}
	m := &Member{ID: 5}
	if v, _ := r.Fetch(t.Context(), value(t, r, m), plan.Attr("boss")); v.Ptr != PointerTo(m) || v.Word != 0 {
		t.Error("Fetch did not get the object itself")
	}
	_, err := r.Fetch(ctx, value(t, r, &Org{}), plan.Attr("boss"))
	wantError(t, err, CodeNotLoaded)
	_, err = r.Fetch(ctx, Value{}, plan.Attr("boss"))
	wantError(t, err, CodeNotLoaded)
	without := registry(t, memberClasses(nil)...)
	_, err = without.Fetch(ctx, value(t, without, m), without.Class("Member").Plan.Attr("boss"))
	wantError(t, err, CodeNotLoaded, "boss", "Member", "no Fetch")
}

func TestRelationFaults(t *testing.T) {
	org := reflect.TypeFor[Org]()
	for _, tt := range []struct {
		spec  RelationSpec
		parts []string
	}{
		{RelationSpec{Name: "Nope", Target: org}, []string{"Nope", "does not exist"}},
		{RelationSpec{Name: "Org"}, []string{"Org", "holds host.Org"}},
		{RelationSpec{Name: "Org", Target: reflect.TypeFor[Member]()}, []string{"host.Member", "host.Org"}},
		{RelationSpec{Name: "Org", Target: org, Many: true}, []string{"not a slice"}},
		{RelationSpec{Name: "Team", Target: reflect.TypeFor[Member]()}, []string{"Team"}},
		{RelationSpec{Name: "ID", Target: reflect.TypeFor[int]()}, []string{"ID"}},
		{RelationSpec{Name: "Org", Target: org, ForeignKey: []string{"Nope"}}, []string{"Nope", "Org"}},
	} {
		_, err := NewRegistry([]Class{{Type: reflect.TypeFor[Member](), Relations: []RelationSpec{tt.spec}}})
		wantError(t, err, CodeClass, append(tt.parts, "Member")...)
	}
	twice := RelationSpec{Name: "Org", Target: org}
	_, err := NewRegistry([]Class{{Type: reflect.TypeFor[Member](), Relations: []RelationSpec{twice, twice}}})
	wantError(t, err, CodeClass, "registered twice")
}
