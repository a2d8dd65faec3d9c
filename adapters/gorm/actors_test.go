package gormauthz

// This file tests lists of actors, and rows with the actions on them.

import (
	"context"
	"errors"
	"reflect"
	"slices"
	"strings"
	"testing"
	"time"

	"gorm.io/gorm"
	"gorm.io/gorm/logger"

	"github.com/ursa-authz/ursa/authz"
)

// actorPolicy has rules about actors of many kinds.
const actorPolicy = `
	allow(user: User, "read", doc: Doc) if doc.author = user;
	allow(user: User, "read", doc: Doc) if user.age > 20 and doc.title != "b";
	allow(user: User, "comment", doc: Doc) if c in doc.comments and c.user = user;
	allow(user: User, "review", doc: Doc) if user.manager.name = "a" or doc.reviewer_id = user.manager_id;
	allow(user: User, "write", _: Doc) if d in user.docs and d.title = "a";
	allow(user: User, "chain", doc: Doc) if manages(user, doc.author);
	allow(_: User, "void", _: Doc) if false;
	allow(_: User, "all", _: Doc);
	allow(user: User, "see", other: User) if user = other or manages(user, other);
	manages(boss: User, user: User) if user.manager = boss;
	manages(boss: User, user: User) if manages(boss, user.manager);
`

var docActions = []string{"read", "comment", "review", "write", "chain", "void", "all"}

// TestListActors compares lists of actors with single decisions.
func TestListActors(t *testing.T) {
	onDatabases(t, func(t *testing.T, db *gorm.DB) {
		migrate(t, db)
		r := newRand(t)
		az := authorizer(t, db, actorPolicy)
		if err := db.Use(New(az)); err != nil {
			t.Fatal(err)
		}
		ctx, some := t.Context(), 0
		for range 2 {
			populate(t, db, r, 15)
			var docs []Doc
			var users []User
			if err := errors.Join(db.Order("id").Find(&docs).Error, db.Order("id").Find(&users).Error); err != nil {
				t.Fatal(err)
			}
			check := func(action string, resource any) {
				t.Helper()
				want := []int64{}
				for i := range users {
					ok, err := az.IsAllowed(ctx, &users[i], action, resource)
					if err != nil {
						t.Fatalf("%s: %v", action, err)
					}
					if ok {
						want = append(want, users[i].ID)
					}
				}
				got, err := ListActors[User](ctx, db, action, resource, func(db *gorm.DB) *gorm.DB { return db.Order("id") })
				if err != nil || !slices.Equal(userIDs(got), want) {
					t.Errorf("%s: %v, %v; want %v", action, userIDs(got), err, want)
				}
				if n, err := CountActors[User](ctx, db, action, resource); err != nil || n != int64(len(want)) {
					t.Errorf("%s: counted %d, %v; want %d", action, n, err, len(want))
				}
				page := func(db *gorm.DB) *gorm.DB { return db.Where("id > ?", 1).Or("id > ?", -1).Order("id DESC").Limit(2) }
				if got, err = ListActors[User](ctx, db, action, resource, page); err != nil {
					t.Fatal(err)
				}
				slices.Reverse(want)
				want = slices.DeleteFunc(want, func(id int64) bool { return id < 0 })
				if want = want[:min(2, len(want))]; !slices.Equal(userIDs(got), want) {
					t.Errorf("%s: a page of %v, want %v", action, userIDs(got), want)
				}
				if len(want) > 0 && len(want) < len(users) {
					some++
				}
			}
			for i := range docs {
				for _, action := range docActions {
					check(action, &docs[i])
				}
			}
			for i := range users {
				other := users[i] // rows without a key are equal only to themselves
				check("see", &other)
			}
			check("all", authz.ClassOf[Doc]())
		}
		if some < 20 {
			t.Errorf("only %d lists hold some actors and not others", some)
		}
	})
}

func docOne() *Doc {
	d := new(Doc)
	d.ID = 1
	return d
}

func userIDs(users []User) []int64 {
	list := []int64{}
	for _, u := range users {
		list = append(list, u.ID)
	}
	return list
}

// TestListActorsOfASession tests that an enforcing handle, and a mark, leave only the actors
// that the caller may read.
func TestListActorsOfASession(t *testing.T) {
	eachDatabase(t, func(t *testing.T, d database) {
		db, enforcing := d.open(t), d.open(t)
		migrate(t, db)
		if err := db.Create([]User{{ID: 1, Name: "a"}, {ID: 2, Name: "b"}, {ID: 3, Name: "c"}}).Error; err != nil {
			t.Fatal(err)
		}
		az := authorizer(t, db, `allow(u: User, "read", _: Doc) if u.id < 3; allow(u: User, "read", other: User) if u.id <= other.id;`)
		if _, err := Classes(enforcing, &Doc{}, &User{}); err != nil {
			t.Fatal(err)
		}
		if err := errors.Join(db.Use(New(az)), enforcing.Use(New(az, Enforce()))); err != nil {
			t.Fatal(err)
		}
		two := authz.NewContext(t.Context(), az, &User{ID: 2})
		order := func(db *gorm.DB) *gorm.DB { return db.Order("id") }
		for _, tt := range []struct {
			name   string
			ctx    context.Context
			db     *gorm.DB
			scopes []func(*gorm.DB) *gorm.DB
			want   []int64
		}{
			{"plain", t.Context(), db, nil, []int64{1, 2}},
			{"marked", two, db, []func(*gorm.DB) *gorm.DB{Authorized("read")}, []int64{2}},
			{"enforced", two, enforcing, nil, []int64{2}},
			{"unrestricted", Unrestricted(two, "access review"), enforcing, nil, []int64{1, 2}},
		} {
			got, err := ListActors[User](tt.ctx, tt.db, "read", docOne(), append(tt.scopes, order)...)
			if err != nil || !slices.Equal(userIDs(got), tt.want) {
				t.Errorf("%s: %v, %v; want %v", tt.name, userIDs(got), err, tt.want)
			}
		}
		if got, err := ListActors[User](t.Context(), enforcing, "read", docOne()); got != nil || !errors.Is(err, authz.ErrUndecided) {
			t.Errorf("enforced, without an actor: %v, %v", got, err)
		}
	})
}

// TestListActorsKeepsItsCondition tests scopes that could lose the condition on the actors.
func TestListActorsKeepsItsCondition(t *testing.T) {
	onDatabases(t, func(t *testing.T, db *gorm.DB) {
		migrate(t, db)
		one := int64(1)
		if err := db.Create([]User{{ID: 1, Name: "a"}, {ID: 2, Name: "b", ManagerID: &one}, {ID: 3, Name: "c", ManagerID: &one}}).Error; err != nil {
			t.Fatal(err)
		}
		az := authorizer(t, db, `allow(u: User, "read", _: Doc) if u.id = 2;`)
		if err := db.Use(New(az)); err != nil {
			t.Fatal(err)
		}
		for _, tt := range []struct {
			name    string
			scope   func(*gorm.DB) *gorm.DB
			refused bool
		}{
			{"or", func(db *gorm.DB) *gorm.DB { return db.Where("id = 1").Or("1 = 1") }, false},
			{"parentheses", func(db *gorm.DB) *gorm.DB { return db.Where("1 = 1)) OR ((1 = 1") }, true},
			{"raw SQL", func(db *gorm.DB) *gorm.DB { return db.Raw("SELECT * FROM users") }, true},
			{"another session", func(db *gorm.DB) *gorm.DB { return db.Session(&gorm.Session{NewDB: true}) }, true},
			{"another table", func(db *gorm.DB) *gorm.DB { return db.Table("docs") }, true},
			{"a join in SQL", func(db *gorm.DB) *gorm.DB { return db.Joins("CROSS JOIN tags") }, true},
			{"a preload of the same model", func(db *gorm.DB) *gorm.DB { return db.Preload("Manager") }, false},
			{"a join of the same model", func(db *gorm.DB) *gorm.DB { return db.Joins("Manager") }, false},
		} {
			got, err := ListActors[User](t.Context(), db, "read", docOne(), tt.scope)
			switch {
			case tt.refused:
				if got != nil || !errors.Is(err, authz.ErrUndecided) {
					t.Errorf("%s: %v, %v", tt.name, userIDs(got), err)
				}
			case err != nil || !slices.Equal(userIDs(got), []int64{2}):
				t.Errorf("%s: %v, %v", tt.name, userIDs(got), err)
			case strings.HasSuffix(tt.name, "the same model") && (got[0].Manager == nil || got[0].Manager.ID != 1):
				t.Errorf("%s: the manager is %v", tt.name, got[0].Manager)
			}
		}
	})
}

// TestListActorsFails tests what cannot be listed.
func TestListActorsFails(t *testing.T) {
	db := newSQLite(t).open(t)
	migrate(t, db)
	az := authorizer(t, db, `allow(u: User, "read", _: Doc) if u.name.lower() = "a";`)
	if got, err := ListActors[User](t.Context(), db, "read", docOne()); got != nil || !errors.Is(err, authz.ErrUndecided) {
		t.Errorf("no plugin: %v, %v", got, err)
	}
	if err := db.Use(New(az)); err != nil {
		t.Fatal(err)
	}
	if got, err := ListActors[User](t.Context(), db, "read", docOne()); got != nil || !errors.Is(err, authz.ErrUnsupported) || !errors.Is(err, authz.ErrUndecided) {
		t.Errorf("a method: %v, %v", got, err)
	}
	if _, err := CountActors[struct{ ID int }](t.Context(), db, "read", docOne()); !errors.Is(err, authz.ErrUndecided) {
		t.Errorf("not a model: %v", err)
	}
	if _, err := ListActors[User](t.Context(), db.Session(&gorm.Session{DryRun: true}), "read", docOne()); !errors.Is(err, authz.ErrUndecided) {
		t.Errorf("a dry run: %v", err)
	}
}

// statements counts the statements of a handle.
type statements struct {
	logger.Interface
	sql []string
}

func (s *statements) LogMode(logger.LogLevel) logger.Interface { return s }

func (s *statements) Trace(_ context.Context, _ time.Time, f func() (string, int64), _ error) {
	sql, _ := f()
	s.sql = append(s.sql, sql)
}

// TestListWithActions compares the actions of rows with single decisions.
func TestListWithActions(t *testing.T) {
	onDatabases(t, func(t *testing.T, db *gorm.DB) {
		migrate(t, db)
		r := newRand(t)
		az := authorizer(t, db, actorPolicy)
		if err := db.Use(New(az)); err != nil {
			t.Fatal(err)
		}
		populate(t, db, r, 40)
		var users []*User
		if err := db.Find(&users).Error; err != nil {
			t.Fatal(err)
		}
		log := &statements{Interface: logger.Discard}
		repo := NewRepository[Doc](db.Session(&gorm.Session{Logger: log})).WithAction("all")
		found := make(map[string]int)
		for _, u := range users {
			ctx := authz.NewContext(t.Context(), az, u)
			want, err := repo.List(ctx, func(db *gorm.DB) *gorm.DB { return db.Order("docs.id") })
			if err != nil {
				t.Fatal(err)
			}
			log.sql = nil
			got, err := repo.ListWithActions(ctx, docActions, func(db *gorm.DB) *gorm.DB { return db.Order("docs.id") })
			if err != nil {
				t.Fatal(err)
			}
			// Relations of the actor are fetched, none of the rows'.
			if n := len(log.sql); !strings.Contains(log.sql[n-1], "gormauthz_6") || n > 3 {
				t.Errorf("%d statements: %s", n, strings.Join(log.sql, "\n"))
			}
			if len(got) != len(want) {
				t.Fatalf("user %d: %d rows, want %d", u.ID, len(got), len(want))
			}
			for i := range got {
				if !reflect.DeepEqual(got[i].Row, want[i]) {
					t.Errorf("row %d: %+v, want %+v", i, got[i].Row, want[i])
				}
				for _, action := range docActions {
					ok, err := az.IsAllowed(ctx, u, action, &want[i])
					if err != nil || got[i].Can(action) != ok {
						t.Errorf("user %d, doc %d, %s: %v, decided %v, %v", u.ID, want[i].ID, action, got[i].Can(action), ok, err)
					}
					if ok {
						found[action]++
					}
				}
			}
			for _, scope := range []func(*gorm.DB) *gorm.DB{
				func(db *gorm.DB) *gorm.DB { return db.Order("docs.id").Joins("Author") },
				func(db *gorm.DB) *gorm.DB { return db.Order("docs.id").Preload("Author") },
				func(db *gorm.DB) *gorm.DB { return db.Order("docs.id").Select("id", "title") },
			} {
				again, err := repo.ListWithActions(ctx, docActions, scope)
				if err != nil || len(again) != len(got) {
					t.Fatalf("%d rows, %v", len(again), err)
				}
				for i := range again {
					if again[i].Row.ID != got[i].Row.ID || !slices.Equal(again[i].Actions, got[i].Actions) {
						t.Errorf("doc %d: %v, want %d: %v", again[i].Row.ID, again[i].Actions, got[i].Row.ID, got[i].Actions)
					}
				}
			}
		}
		if len(found) < len(docActions)/2 {
			t.Errorf("only these actions are allowed: %v", found)
		}
		if _, err := repo.ListWithActions(authz.NewContext(t.Context(), az, users[0]), []string{"read"}, func(db *gorm.DB) *gorm.DB { return db.Where("no_such_column = 1") }); !errors.Is(err, authz.ErrUndecided) {
			t.Errorf("a failing query: %v", err)
		}
		none, err := repo.ListWithActions(authz.NewContext(t.Context(), az, users[0]), nil)
		if all, _ := repo.List(authz.NewContext(t.Context(), az, users[0])); err != nil || len(none) != len(all) {
			t.Errorf("without actions: %d rows, %v, want %d", len(none), err, len(all))
		}
	})
}
