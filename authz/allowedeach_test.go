package authz_test

// This file tests IsAllowedEach and AuthorizedActionsEach, and that the questions of one call
// share what they fetch.

import (
	"context"
	"errors"
	"fmt"
	"reflect"
	"slices"
	"strings"
	"testing"

	"github.com/ursa-authz/ursa/authz"
	"github.com/ursa-authz/ursa/authz/internal/host"
	"github.com/ursa-authz/ursa/authz/ledger"
	"github.com/ursa-authz/ursa/authz/polar"
)

type (
	club struct {
		ID     int `polar:",id"`
		Open   bool
		City   *city
		CityID int
	}
	city struct {
		ID    int `polar:",id"`
		Mayor int
	}
	event struct {
		ID     int `polar:",id"`
		ClubID int
		Club   *club
		Guests []attendee
	}
	attendee struct{ UserID int }
	viewer   struct {
		ID    int `polar:",id"`
		Clubs []club
	}
)

func (e *event) Broken() (bool, error) {
	if e.ID == 3 {
		return false, errors.New("broken")
	}
	return true, nil
}

// A clubDB answers Fetch and FetchEach, and notes the calls.
type clubDB struct {
	calls    []string // "relation" of one row, or "relation*n"
	fail     func(rows int, relation string) error
	noteOnly bool // FetchEach is not offered
}

func (db *clubDB) value(row any, relation string) any {
	switch row := row.(type) {
	case *event:
		if relation == "Club" {
			return &club{ID: row.ClubID, Open: row.ClubID%2 == 0, CityID: row.ClubID % 3}
		}
		return []attendee{{UserID: row.ID % 4}}
	case *club:
		return &city{ID: row.CityID, Mayor: row.CityID}
	case *viewer:
		return []club{{ID: row.ID}}
	}
	panic("unknown row")
}

func (db *clubDB) fetch(_ context.Context, row any, relation string) (any, error) {
	db.calls = append(db.calls, relation)
	if db.fail != nil {
		if err := db.fail(1, relation); err != nil {
			return nil, err
		}
	}
	return db.value(row, relation), nil
}

func (db *clubDB) fetchEach(_ context.Context, rows []any, relation string) ([]any, error) {
	db.calls = append(db.calls, fmt.Sprintf("%s*%d", relation, len(rows)))
	if db.fail != nil {
		if err := db.fail(len(rows), relation); err != nil {
			return nil, err
		}
	}
	values := make([]any, len(rows))
	for i, row := range rows {
		values[i] = db.value(row, relation)
	}
	return values, nil
}

func (db *clubDB) authorizer(t *testing.T, policy string, change ...func(*authz.Config)) *authz.Authorizer {
	t.Helper()
	one := func(name string, target any, key string) authz.Relation {
		return authz.Relation{Name: name, Target: reflect.TypeOf(target), ForeignKey: []string{key}}
	}
	many := func(name string, target any) authz.Relation {
		return authz.Relation{Name: name, Many: true, Target: reflect.TypeOf(target)}
	}
	return newAuthorizer(t, policy, append([]func(*authz.Config){withPolar, func(c *authz.Config) {
		c.Classes = []authz.Class{
			{Name: "Event", Type: reflect.TypeFor[event](), Relations: []authz.Relation{one("Club", club{}, "ClubID"), many("Guests", attendee{})}},
			{Name: "Club", Type: reflect.TypeFor[club](), Relations: []authz.Relation{one("City", city{}, "CityID")}},
			{Name: "City", Type: reflect.TypeFor[city]()}, {Name: "Attendee", Type: reflect.TypeFor[attendee]()},
			{Name: "Viewer", Type: reflect.TypeFor[viewer](), Relations: []authz.Relation{many("Clubs", club{})}},
		}
		for i := range c.Classes {
			c.Classes[i].Fetch = db.fetch
			if !db.noteOnly {
				c.Classes[i].FetchEach = db.fetchEach
			}
		}
	}}, change...)...)
}

func events(n int) []*event {
	list := make([]*event, n)
	for i := range list {
		list[i] = &event{ID: i + 1, ClubID: i + 1}
	}
	return list
}

var visitor1 = &viewer{ID: 1}

// TestIsAllowedEach tests the answers for slices of all kinds.
func TestIsAllowedEach(t *testing.T) {
	az := new(clubDB).authorizer(t, `allow(_: Viewer, "read", e: Event) if e.id > 1; allow(_, "list", Event);`)
	three := events(3)
	for _, tt := range []struct {
		name      string
		resources any
		want      []bool
	}{
		{"pointers", three, []bool{false, true, true}},
		{"structs", []event{*three[1], *three[0]}, []bool{true, false}},
		{"interfaces", []any{three[0], *three[2], "text"}, []bool{false, true, false}},
		{"a class", []authz.Class{authz.ClassOf[event]()}, []bool{false}},
		{"none", []*event{}, []bool{}},
		{"a nil slice", []*event(nil), []bool{}},
	} {
		got, err := az.IsAllowedEach(t.Context(), visitor1, "read", tt.resources)
		if err != nil || !slices.Equal(got, tt.want) {
			t.Errorf("%s: %v, %v, want %v", tt.name, got, err, tt.want)
		}
	}
	if got, err := az.IsAllowedEach(t.Context(), visitor1, "list", []any{authz.ClassOf[event](), three[0]}); err != nil || !slices.Equal(got, []bool{true, false}) {
		t.Errorf("a class in a list: %v, %v", got, err)
	}
	for name, resources := range map[string]any{"nil": nil, "one row": three[0], "a map": map[int]*event{}} {
		if got, err := az.IsAllowedEach(t.Context(), visitor1, "read", resources); got != nil || outcome(t, err) != undecided {
			t.Errorf("%s: %v, %v", name, got, err)
		}
	}
}

// TestIsAllowedEachUndecided tests that one undecided resource leaves no answer, and that the
// error says which one it is.
func TestIsAllowedEachUndecided(t *testing.T) {
	az := new(clubDB).authorizer(t, `allow(_: Viewer, "read", e: Event) if e.broken();`)
	ctx, l := ledger.With(t.Context())
	got, err := az.IsAllowedEach(ctx, visitor1, "read", events(5))
	if got != nil || outcome(t, err) != undecided || !strings.Contains(err.Error(), "resource 2: ") || strings.Count(err.Error(), "could not decide") != 1 {
		t.Errorf("%v, %v", got, err)
	}
	if l.Settled() {
		t.Error("the failed call is a decision")
	}
	for name, actor := range map[string]any{"nil": nil, "zero key": &viewer{}} {
		for _, list := range [][]*event{nil, events(2)} {
			if got, err := az.IsAllowedEach(ctx, actor, "read", list); got != nil || outcome(t, err) != undecided {
				t.Errorf("%s: %v, %v", name, got, err)
			}
		}
	}
	ended, cancel := context.WithCancel(t.Context())
	cancel()
	for _, list := range [][]*event{nil, events(2)} {
		if got, err := az.IsAllowedEach(ended, visitor1, "read", list); got != nil || outcome(t, err) != undecided || !errors.Is(err, context.Canceled) {
			t.Errorf("ended: %v, %v", got, err)
		}
	}
}

// TestIsFieldAllowedEach tests that allow_field is asked, and that its decisions share what
// they fetch.
func TestIsFieldAllowedEach(t *testing.T) {
	db := new(clubDB)
	az := db.authorizer(t, `allow_field(_: Viewer, "read", e: Event, "place") if e.club.open; allow(_: Viewer, "read", _: Event);`)
	got, err := az.IsFieldAllowedEach(t.Context(), visitor1, "read", events(4), "place")
	if want := []bool{false, true, false, true}; err != nil || !slices.Equal(got, want) || !slices.Equal(db.calls, []string{"Club*4"}) {
		t.Errorf("%v, %v with %q, want %v", got, err, db.calls, want)
	}
	if got, err := az.IsFieldAllowedEach(t.Context(), visitor1, "read", events(2), "price"); err != nil || !slices.Equal(got, []bool{false, false}) {
		t.Errorf("another field: %v, %v", got, err)
	}
}

// TestIsAllowedEachSettles tests which calls guards accept as a decision.
func TestIsAllowedEachSettles(t *testing.T) {
	az := new(clubDB).authorizer(t, `allow(_: Viewer, "read", e: Event) if e.id > 1; allow(_: Viewer, "read", _: Request);`)
	for _, tt := range []struct {
		name      string
		resources any
		want      bool
	}{
		{"one is allowed", events(2), true},
		{"none is allowed", events(1), false},
		{"no resources", []*event{}, true},
		{"a request", []any{&authz.Request{}}, false},
	} {
		ctx, l := ledger.With(t.Context())
		if _, err := az.IsAllowedEach(ctx, visitor1, "read", tt.resources); err != nil || l.Settled() != tt.want {
			t.Errorf("%s: settled %v, %v", tt.name, l.Settled(), err)
		}
	}
}

// TestIsAllowedEachObserved tests that an observer receives a decision for each resource.
func TestIsAllowedEachObserved(t *testing.T) {
	var seen []string
	az := new(clubDB).authorizer(t, `allow(_: Viewer, "read", e: Event) if e.id > 1 and e.broken();`, func(c *authz.Config) {
		c.Observe = func(_ context.Context, d authz.Event) {
			seen = append(seen, fmt.Sprint(d.Resource().(*event).ID, d.Verdict))
		}
	})
	if _, err := az.IsAllowedEach(t.Context(), visitor1, "read", events(3)); outcome(t, err) != undecided {
		t.Error(err)
	}
	if want := []string{"1 denied", "2 allowed", "3 undecided"}; !slices.Equal(seen, want) {
		t.Errorf("%v, want %v", seen, want)
	}
}

// TestIsAllowedEachFetches tests how often relations are fetched, and that the answers are
// those of single decisions.
func TestIsAllowedEachFetches(t *testing.T) {
	for _, tt := range []struct {
		name, policy string
		rows         int
		want         string // the calls
	}{
		{"no relation", `allow(_: Viewer, "read", e: Event) if e.id > 3;`, 50, ""},
		{"one relation", `allow(_: Viewer, "read", e: Event) if e.club.open;`, 50, "Club*50"},
		{"two in a row", `allow(v: Viewer, "read", e: Event) if e.club.city.mayor = v.id;`, 50, "Club*50 City*50"},
		{"to many", `allow(v: Viewer, "read", e: Event) if g in e.guests and g.user_id = v.id;`, 50, "Guests*50"},
		{"of the actor", `allow(v: Viewer, "read", e: Event) if c in v.clubs and c.id = e.club_id;`, 50, "Clubs"},
		{"in chunks", `allow(_: Viewer, "read", e: Event) if e.club.open;`, 2500, "Club*1000 Club*1000 Club*500"},
		{"one row", `allow(_: Viewer, "read", e: Event) if e.club.open;`, 1, "Club"},
	} {
		t.Run(tt.name, func(t *testing.T) {
			db, single := new(clubDB), new(clubDB)
			az := db.authorizer(t, tt.policy)
			rows := events(tt.rows)
			got, err := az.IsAllowedEach(t.Context(), visitor1, "read", rows)
			if err != nil {
				t.Fatal(err)
			}
			if calls := strings.Join(db.calls, " "); calls != tt.want {
				t.Errorf("fetched %s, want %s", calls, tt.want)
			}
			one := single.authorizer(t, tt.policy)
			for i, e := range rows {
				if ok, err := one.IsAllowed(t.Context(), visitor1, "read", e); ok != got[i] || err != nil {
					t.Errorf("event %d: %v, single %v, %v", e.ID, got[i], ok, err)
				}
			}
			if tt.rows > 1 && tt.want != "" && !slices.Contains(got, true) {
				t.Error("nothing is allowed")
			}
		})
	}
}

// TestIsAllowedEachLoaded tests that loaded relations are not fetched.
func TestIsAllowedEachLoaded(t *testing.T) {
	db := new(clubDB)
	az := db.authorizer(t, `allow(_: Viewer, "read", e: Event) if e.club.open;`)
	rows := events(4)
	rows[1].Club = &club{ID: 2, Open: true}
	if got, err := az.IsAllowedEach(t.Context(), visitor1, "read", rows); err != nil || !slices.Equal(got, []bool{false, true, false, true}) {
		t.Errorf("%v, %v", got, err)
	}
	if want := []string{"Club*3"}; !slices.Equal(db.calls, want) {
		t.Errorf("fetched %v, want %v", db.calls, want)
	}
}

// TestIsAllowedEachFetchFails tests failures of functions that fetch.
func TestIsAllowedEachFetchFails(t *testing.T) {
	const policy = `allow(_: Viewer, "read", e: Event) if e.id < 3 and e.club.open;`
	broken := errors.New("broken")
	t.Run("only together", func(t *testing.T) {
		db := &clubDB{fail: func(rows int, _ string) error {
			if rows > 1 {
				return broken // as if one row, which no decision needs, were at fault
			}
			return nil
		}}
		got, err := db.authorizer(t, policy).IsAllowedEach(t.Context(), visitor1, "read", events(4))
		if err != nil || !slices.Equal(got, []bool{false, true, false, false}) {
			t.Errorf("%v, %v", got, err)
		}
		if want := []string{"Club*4", "Club", "Club"}; !slices.Equal(db.calls, want) {
			t.Errorf("fetched %v, want %v", db.calls, want)
		}
	})
	t.Run("always", func(t *testing.T) {
		db := &clubDB{fail: func(int, string) error { return broken }}
		got, err := db.authorizer(t, policy).IsAllowedEach(t.Context(), visitor1, "read", events(4))
		if got != nil || outcome(t, err) != undecided || !errors.Is(err, broken) {
			t.Errorf("%v, %v", got, err)
		}
	})
	t.Run("one by one", func(t *testing.T) {
		db := &clubDB{noteOnly: true}
		az := db.authorizer(t, policy, func(c *authz.Config) { c.Limits.Fetches = 2 })
		if got, err := az.IsAllowedEach(t.Context(), visitor1, "read", events(4)); err != nil || !slices.Equal(got, []bool{false, true, false, false}) {
			t.Errorf("%v, %v", got, err)
		}
		if want := []string{"Club", "Club"}; !slices.Equal(db.calls, want) {
			t.Errorf("fetched %v, want %v", db.calls, want)
		}
	})
	t.Run("too often", func(t *testing.T) {
		db := &clubDB{noteOnly: true}
		az := db.authorizer(t, policy, func(c *authz.Config) { c.Limits.Fetches = 1 })
		if got, err := az.IsAllowedEach(t.Context(), visitor1, "read", events(4)); got != nil || outcome(t, err) != undecided || !errors.Is(err, polar.ErrBudget) {
			t.Errorf("%v, %v", got, err)
		}
	})
	t.Run("too few values", func(t *testing.T) {
		db := new(clubDB)
		az := db.authorizer(t, policy, func(c *authz.Config) {
			c.Classes[0].FetchEach = func(context.Context, []any, string) ([]any, error) { return []any{}, nil }
		})
		if got, err := az.IsAllowedEach(t.Context(), visitor1, "read", events(4)); err != nil || !slices.Equal(got, []bool{false, true, false, false}) {
			t.Errorf("%v, %v", got, err)
		}
	})
	t.Run("a panic", func(t *testing.T) {
		az := new(clubDB).authorizer(t, policy, func(c *authz.Config) {
			c.Classes[0].FetchEach = func(context.Context, []any, string) ([]any, error) { panic("no") }
		})
		if got, err := az.IsAllowedEach(t.Context(), visitor1, "read", events(4)); got != nil || outcome(t, err) != undecided {
			t.Errorf("%v, %v", got, err)
		}
	})
}

// TestIsAllowedEachNested tests a function that fetches and asks, too.
func TestIsAllowedEachNested(t *testing.T) {
	db := new(clubDB)
	var az *authz.Authorizer
	az = db.authorizer(t, `allow(_: Viewer, "read", e: Event) if e.club.open; allow(_: Viewer, "see", e: Event) if _ in e.guests;`, func(c *authz.Config) {
		c.Classes[0].FetchEach = func(ctx context.Context, rows []any, relation string) ([]any, error) {
			if relation == "Club" {
				if ok, err := az.IsAllowed(ctx, visitor1, "see", rows[0]); !ok || err != nil {
					t.Errorf("nested: %v, %v", ok, err)
				}
			}
			return db.fetchEach(ctx, rows, relation)
		}
	})
	if got, err := az.IsAllowedEach(t.Context(), visitor1, "read", events(2)); err != nil || !slices.Equal(got, []bool{false, true}) {
		t.Errorf("%v, %v", got, err)
	}
}

// TestRemember tests decisions that share what they fetch, one by one and together.
func TestRemember(t *testing.T) {
	db := new(clubDB)
	az := db.authorizer(t, `allow(v: Viewer, "read", e: Event) if e.club.open and _ in v.clubs;`, func(c *authz.Config) { c.Limits.Fetches = 5 })
	rows := events(20)
	ctx := authz.Remember(t.Context(), func(row any) bool { e, ok := row.(*event); return !ok || e.ID < 20 })
	for range 2 {
		for _, e := range rows {
			if ok, err := az.IsAllowed(ctx, visitor1, "read", e); ok != (e.ClubID%2 == 0) || err != nil {
				t.Errorf("event %d: %v, %v", e.ID, ok, err)
			}
		}
	}
	// The last row is not shared, so it was fetched for each decision.
	if clubs, viewers := count(db.calls, "Club"), count(db.calls, "Clubs"); clubs != 21 || viewers != 1 {
		t.Errorf("fetched %v", db.calls)
	}
	db.calls = nil
	more := events(40)
	if _, err := az.IsAllowedEach(ctx, visitor1, "read", more); err != nil {
		t.Fatal(err)
	}
	if _, err := az.IsAllowedEach(ctx, visitor1, "read", more); err != nil {
		t.Fatal(err)
	}
	if want := 1 + 2*21; len(db.calls) != want { // once for those that are shared
		t.Errorf("fetched %v", db.calls)
	}
}

func count(list []string, s string) int {
	n := 0
	for _, x := range list {
		if x == s {
			n++
		}
	}
	return n
}

// TestFetchEachNeedsFetch tests a class that cannot fetch one row.
func TestFetchEachNeedsFetch(t *testing.T) {
	c := authz.ClassOf[event]()
	c.FetchEach = new(clubDB).fetchEach
	_, err := authz.New(authz.Config{Policies: authz.String("p.polar", "allow(_, _, _);"), Classes: []authz.Class{c}})
	if err == nil || err.Error() != "authz: class event has FetchEach but no Fetch" {
		t.Error(err)
	}
}

// TestIsAllowedEachAllocations tests that a decision of the call does not allocate.
func TestIsAllowedEachAllocations(t *testing.T) {
	if host.PureGo {
		t.Skip("without unsafe, decisions allocate")
	}
	if raceDetector() {
		t.Skip("the race detector allocates")
	}
	az := new(clubDB).authorizer(t, `allow(v: Viewer, "read", e: Event) if v.id = e.club_id;`, func(c *authz.Config) {
		for i := range c.Classes {
			c.Classes[i].Fetch, c.Classes[i].FetchEach = nil, nil
		}
	})
	allocs := func(n int) float64 {
		rows := events(n)
		return testing.AllocsPerRun(20, func() {
			if _, err := az.IsAllowedEach(t.Context(), visitor1, "read", rows); err != nil {
				t.Fatal(err)
			}
		})
	}
	if few, many := allocs(10), allocs(1000); many > few+2 {
		t.Errorf("%v allocations for 10 rows, %v for 1,000", few, many)
	}
}

// TestAuthorizedActionsEach tests that the answers are those of AuthorizedActions, and that
// each relation is fetched once, however many actions and resources there are.
func TestAuthorizedActionsEach(t *testing.T) {
	for _, tt := range []struct {
		name, policy string
		deny         bool
		want         string // the calls
	}{
		{"no relation", `allow(_: Viewer, "read", e: Event) if e.id > 3;`, false, ""},
		{"several actions", `
			allow(_: Viewer, "read", e: Event) if e.club.open;
			allow(v: Viewer, "edit", e: Event) if e.club.city.mayor = v.id;
			allow(v: Viewer, "leave", e: Event) if g in e.guests and g.user_id = v.id;`, false, "City*50 Club*50 Guests*50"},
		{"every action", `allow(_: Viewer, _, e: Event) if e.club.open;`, false, "Club*50"},
		{"deny rules", `
			allow(_: Viewer, action, e: Event) if action in ["read", "edit"] and e.club.open;
			deny(v: Viewer, "edit", e: Event) if e.club.city.mayor != v.id;`, true, "City*50 Club*50"},
	} {
		t.Run(tt.name, func(t *testing.T) {
			db, single := new(clubDB), new(clubDB)
			with := func(c *authz.Config) { c.DenyRule = tt.deny }
			az, one := db.authorizer(t, tt.policy, with), single.authorizer(t, tt.policy, with)
			rows := events(50)
			got, err := az.AuthorizedActionsEach(t.Context(), visitor1, rows)
			if err != nil || len(got) != len(rows) {
				t.Fatal(len(got), err)
			}
			slices.Sort(db.calls)
			if calls := strings.Join(db.calls, " "); calls != tt.want {
				t.Errorf("fetched %s, want %s", calls, tt.want)
			}
			some := 0
			for i, e := range rows {
				g, err := one.AuthorizedActions(t.Context(), visitor1, e)
				if err != nil || !reflect.DeepEqual(g, got[i]) {
					t.Errorf("event %d: %v, single %v, %v", e.ID, got[i], g, err)
				}
				if g.All || g.Names != nil {
					some++
				}
			}
			if some == 0 || some == len(rows) {
				t.Errorf("%d events have actions", some)
			}
		})
	}
}

// TestAuthorizedActionsEachUndecided tests that one undecided resource leaves no answer, what
// observers receive, and that the call is not a decision.
func TestAuthorizedActionsEachUndecided(t *testing.T) {
	var seen []string
	az := new(clubDB).authorizer(t, `allow(_: Viewer, "read", e: Event) if e.id > 1 and e.broken();`, func(c *authz.Config) {
		c.Observe = func(_ context.Context, d authz.Event) {
			seen = append(seen, fmt.Sprint(d.Kind, d.Resource().(*event).ID, d.Verdict, d.Count))
		}
	})
	ctx, l := ledger.With(t.Context())
	got, err := az.AuthorizedActionsEach(ctx, visitor1, events(5))
	if got != nil || outcome(t, err) != undecided || !strings.Contains(err.Error(), "resource 2: ") || strings.Count(err.Error(), "could not decide") != 1 {
		t.Errorf("%v, %v", got, err)
	}
	if want := []string{"enumeration 1 answered 0", "enumeration 2 answered 1", "enumeration 3 undecided 0"}; !slices.Equal(seen, want) {
		t.Errorf("observed %q, want %q", seen, want)
	}
	if got, err := az.AuthorizedActionsEach(ctx, visitor1, events(2)); err != nil || !got[1].Has("read") || got[0].Has("read") {
		t.Errorf("%v, %v", got, err)
	}
	if got, err := az.AuthorizedActionsEach(ctx, visitor1, []event{}); err != nil || len(got) != 0 {
		t.Errorf("no resources: %v, %v", got, err)
	}
	if l.Settled() {
		t.Error("the call is a decision")
	}
	ended, cancel := context.WithCancel(t.Context())
	cancel()
	for name, call := range map[string]func() ([]authz.Grants, error){
		"a nil actor":   func() ([]authz.Grants, error) { return az.AuthorizedActionsEach(ctx, nil, events(2)) },
		"a zero actor":  func() ([]authz.Grants, error) { return az.AuthorizedActionsEach(ctx, &viewer{}, []*event{}) },
		"not a slice":   func() ([]authz.Grants, error) { return az.AuthorizedActionsEach(ctx, visitor1, &event{}) },
		"ended":         func() ([]authz.Grants, error) { return az.AuthorizedActionsEach(ended, visitor1, events(2)) },
		"ended, no row": func() ([]authz.Grants, error) { return az.AuthorizedActionsEach(ended, visitor1, []*event{}) },
	} {
		if got, err := call(); got != nil || outcome(t, err) != undecided {
			t.Errorf("%s: %v, %v", name, got, err)
		}
	}
}

// TestAuthorizedActionsEachLimit tests that Limits.Fetches bounds the whole call.
func TestAuthorizedActionsEachLimit(t *testing.T) {
	db := &clubDB{noteOnly: true}
	az := db.authorizer(t, `allow(_: Viewer, "read", e: Event) if e.club.open;`, func(c *authz.Config) { c.Limits.Fetches = 3 })
	if _, err := az.AuthorizedActionsEach(t.Context(), visitor1, events(3)); err != nil {
		t.Error(err)
	}
	if _, err := az.AuthorizedActionsEach(t.Context(), visitor1, events(4)); !errors.Is(err, polar.ErrBudget) {
		t.Errorf("four fetches: %v", err)
	}
}
