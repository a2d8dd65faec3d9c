package gormauthz

import (
	"context"
	"database/sql/driver"
	"encoding/json"
	"errors"
	"fmt"
	"slices"
	"strings"
	"testing"

	"gorm.io/gorm"

	"github.com/ursa-authz/ursa/adapters/internal/answer"
	"github.com/ursa-authz/ursa/authz"
	"github.com/ursa-authz/ursa/authz/filter"
	"github.com/ursa-authz/ursa/internal/sqlworld"
)

func TestLookup(t *testing.T) {
	onDatabases(t, func(t *testing.T, db *gorm.DB) {
		b := newBypass(t, db, Enforce())
		allow[Doc](b.fake, func(u *User, action string) filter.Expr {
			if action == "approve" {
				return filter.And{equals("AuthorID", u.ID), filter.Compare{Op: filter.Gt, L: field("Amount"), R: mustValue(3)}}
			}
			return equals("AuthorID", u.ID)
		})
		statements := watch(t, db)
		repo := NewRepository[Doc](db)
		for _, tt := range []struct {
			repo *Repository[Doc]
			key  any
			want error
		}{
			{repo, int64(1), nil},
			{repo, 1, nil},
			{repo, uint8(1), nil},
			{repo, 2, authz.ErrForbidden},
			{repo, 10, authz.ErrNotFound}, // deleted
			{repo, 99, authz.ErrNotFound},
			{repo, 0, authz.ErrNotFound},
			{repo.WithAction("approve"), 4, nil},
			{repo.WithAction("approve"), 1, authz.ErrForbidden},
			{repo, "1", authz.ErrUndecided},
			{repo, nil, authz.ErrUndecided},
			{repo, []any{1, 2}, authz.ErrUndecided},
			{repo, []any{}, authz.ErrUndecided},
			{repo, 1.5, authz.ErrUndecided},
		} {
			*statements = nil
			got, err := tt.repo.Lookup(b.ctx, tt.key)
			if !errors.Is(err, tt.want) || (got == nil) != (tt.want != nil) || got != nil && (got.Title == "" || !got.Seen.Equal(noon)) {
				t.Errorf("lookup of %v: %+v, %v; want %v", tt.key, got, err, tt.want)
			}
			if n := len(*statements); n != 1 && tt.want != authz.ErrUndecided {
				t.Errorf("lookup of %v: %d statements", tt.key, n)
			}
			if errors.Is(err, authz.ErrNotFound) != errors.Is(err, gorm.ErrRecordNotFound) {
				t.Errorf("lookup of %v: %v is only one of the two errors", tt.key, err)
			}
		}
		// A row that the actor must not know of looks like a missing one, byte for byte.
		b.fake.hides = true
		_, hidden := repo.Lookup(b.ctx, 2)
		_, missing := repo.Lookup(b.ctx, 99)
		for _, verb := range []string{"%v", "%+v", "%#v", "%s", "%q"} {
			if x, y, z := fmt.Sprintf(verb, hidden), fmt.Sprintf(verb, missing), fmt.Sprintf(verb, authz.ErrNotFound); x != y || y != z {
				t.Errorf("%s: %s, %s, %s", verb, x, y, z)
			}
		}
		x, _ := json.Marshal(hidden)
		y, _ := json.Marshal(missing)
		if z, _ := json.Marshal(authz.ErrNotFound); string(x) != string(y) || string(y) != string(z) {
			t.Errorf("%s, %s, %s", x, y, z)
		}
	})
}

// TestLoad tests that Load reads a row for a guard with one statement and no decision, and
// for nobody else.
func TestLoad(t *testing.T) {
	onDatabases(t, func(t *testing.T, db *gorm.DB) {
		b := newBypass(t, db, Enforce())
		asked := 0
		allow[Doc](b.fake, func(u *User, action string) filter.Expr {
			asked++
			return equals("AuthorID", u.ID)
		})
		statements := watch(t, db)
		repo := NewRepository[Doc](db)
		classes, err := Classes(db, &Doc{}, &User{})
		if err != nil {
			t.Fatal(err)
		}
		az, err := authz.New(authz.Config{
			Policies: authz.String("docs.polar", `allow(user: User, "approve", doc: Doc) if doc.author_id = user.id;`),
			Classes:  classes,
		})
		if err != nil {
			t.Fatal(err)
		}
		ctx := authz.NewContext(b.ctx, az, b.actor)
		for _, tt := range []struct {
			key  any
			want error
		}{
			{1, nil},
			{2, authz.ErrForbidden},
			{10, authz.ErrNotFound}, // deleted
			{99, gorm.ErrRecordNotFound},
			{"1", authz.ErrUndecided},
		} {
			*statements, asked = nil, 0
			load := func(ctx context.Context) (*Doc, error) { return repo.Load(ctx, tt.key) }
			got, err := authz.Load(ctx, "approve", load)
			if !errors.Is(err, tt.want) || (got == nil) != (tt.want != nil) || got != nil && (got.Title == "" || !got.Seen.Equal(noon)) {
				t.Errorf("load of %v: %+v, %v; want %v", tt.key, got, err, tt.want)
			}
			if n := len(*statements); n != 1 && tt.want != authz.ErrUndecided || asked != 0 {
				t.Errorf("load of %v: %d statements, and the repository asked %d times", tt.key, n, asked)
			}
			*statements = nil
			if got, err := load(ctx); got != nil || !errors.Is(err, authz.ErrUndecided) || len(*statements) != 0 {
				t.Errorf("load of %v without a guard: %+v, %v with %d statements", tt.key, got, err, len(*statements))
			}
		}
		// The transaction of the context is the one that a guard reads in.
		tx := db.Begin()
		defer tx.Rollback()
		if err := tx.WithContext(Unrestricted(t.Context(), "a test")).Model(&Doc{}).Where("id = ?", 1).Update("title", "in the transaction").Error; err != nil {
			t.Fatal(err)
		}
		got, err := authz.Load(WithTx(ctx, tx), "approve", func(ctx context.Context) (*Doc, error) { return repo.Load(ctx, 1) })
		if err != nil || got.Title != "in the transaction" {
			t.Errorf("in a transaction: %+v, %v", got, err)
		}
	})
}

// watch records the SELECT statements that run on a handle from now on.
func watch(t testing.TB, db *gorm.DB) *[]string {
	t.Helper()
	var list []string
	note := func(db *gorm.DB) {
		if !db.DryRun {
			list = append(list, db.Statement.SQL.String())
		}
	}
	err := errors.Join(
		db.Callback().Query().After("gorm:query").Register("test:query", note),
		db.Callback().Row().After("gorm:row").Register("test:row", note),
	)
	if err != nil {
		t.Fatal(err)
	}
	return &list
}

func TestLists(t *testing.T) {
	onDatabases(t, func(t *testing.T, db *gorm.DB) {
		b := newBypass(t, db)
		statements := watch(t, db)
		repo := NewRepository[Doc](db)
		order := func(db *gorm.DB) *gorm.DB { return db.Order("amount DESC") }
		page := func(n int) func(db *gorm.DB) *gorm.DB {
			return func(db *gorm.DB) *gorm.DB { return db.Limit(2).Offset(2 * n) }
		}
		list := func(scopes ...func(*gorm.DB) *gorm.DB) string {
			t.Helper()
			*statements = nil
			docs, err := repo.List(b.ctx, scopes...)
			if err != nil {
				t.Error(err)
			}
			if len(*statements) != 1 {
				t.Errorf("%d statements: %v", len(*statements), *statements)
			}
			var keys []int64
			for _, d := range docs {
				keys = append(keys, d.ID)
			}
			return fmt.Sprint(keys)
		}
		for _, tt := range []struct{ got, want string }{
			{list(order), "[7 4 1]"},
			{list(order, page(0)), "[7 4]"},
			{list(order, page(1)), "[1]"},
			{list(order, page(2)), "[]"},
			{list(order, func(db *gorm.DB) *gorm.DB { return db.Where("amount < 3").Or("amount > 6") }), "[7 1]"},
			{list(func(db *gorm.DB) *gorm.DB { return db.Or("1 = 1").Unscoped().Order("id") }), "[1 4 7 10]"},
			{list(func(db *gorm.DB) *gorm.DB { return db.Joins("Author").Order("docs.id") }), "[1 4 7]"},
		} {
			if tt.got != tt.want {
				t.Errorf("got %s, want %s", tt.got, tt.want)
			}
		}
		if n, err := repo.Count(b.ctx, page(0)); err == nil && n == 0 {
			t.Errorf("count: %d", n)
		}
		if n, err := repo.Count(b.ctx, func(db *gorm.DB) *gorm.DB { return db.Where("amount > 1").Or("1 = 1") }); n != 3 || err != nil {
			t.Errorf("count: %d, %v", n, err)
		}
		for _, filtered := range []bool{true, false} {
			if !filtered {
				pluginOf(db).az = deciding{b.fake}
			}
			*statements = nil
			docs, err := repo.GetMany(b.ctx, 7, 2, 99, 1, 10, 7)
			if err != nil || len(docs) != 2 || docs[0].ID != 7 || docs[1].ID != 1 || len(*statements) != 1 {
				t.Errorf("GetMany: %v, %v with %d statements", idsOf(docs), err, len(*statements))
			}
			if docs, err := repo.GetMany(b.ctx); len(docs) != 0 || err != nil {
				t.Errorf("GetMany of nothing: %v, %v", docs, err)
			}
			if docs, err := repo.GetMany(b.ctx, "1"); docs != nil || !errors.Is(err, authz.ErrUndecided) {
				t.Errorf("GetMany of a text: %v, %v", docs, err)
			}
		}
		if docs, err := repo.List(b.ctx); docs != nil || !errors.Is(err, authz.ErrUnsupported) || !errors.Is(err, authz.ErrUndecided) {
			t.Errorf("List without filters: %v, %v", docs, err)
		}
		pluginOf(db).az = b.fake
		many := make([]any, 2500)
		for i := range many {
			many[i] = i + 1
		}
		*statements = nil
		if docs, err := repo.GetMany(b.ctx, many...); len(docs) != 3 || err != nil || len(*statements) != 3 {
			t.Errorf("GetMany: %d, %v with %d statements", len(docs), err, len(*statements))
		}
	})
}

// TestPages checks that the pages of a list, of any size, make up the list.
func TestPages(t *testing.T) {
	onDatabases(t, func(t *testing.T, db *gorm.DB) {
		ms := migrate(t, db)
		r := newRand(t)
		populate(t, db, r, 40)
		f := newFake(db)
		w := load(t, db)
		if err := db.Use(New(f)); err != nil {
			t.Fatal(err)
		}
		ctx := as(t, &User{ID: 1})
		repo := NewRepository[Doc](db)
		for range sqlworld.Runs(t, 60) {
			q := newGenerator(r, ms).Query(ms.order[0].typ, 3)
			allow[Doc](f, func(*User, string) filter.Expr { return q.Where })
			want := w.Matching(t, q, false)
			size := 1 + r.IntN(12)
			got := ids{}
			for page := 0; ; page++ {
				docs, err := repo.List(ctx, func(db *gorm.DB) *gorm.DB { return db.Order("id").Limit(size).Offset(page * size) })
				if err != nil {
					t.Fatalf("%s: %v", q.Reveal(), err)
				}
				if len(docs) == 0 {
					break
				}
				got = append(got, idsOf(docs)...)
			}
			n, err := repo.Count(ctx)
			if !slices.Equal(got, want) || int(n) != len(want) || err != nil {
				t.Fatalf("%s: pages of %d: %v, count %d, %v; want %v", q.Reveal(), size, got, n, err, want)
			}
			for _, id := range []int64{1, 2, 3} {
				_, err := repo.Lookup(ctx, id)
				if allowed := slices.Contains(want, id); allowed != (err == nil) || !allowed && !answer.IsDenial(err) {
					t.Fatalf("%s: lookup of %d: %v", q.Reveal(), id, err)
				}
			}
		}
	})
}

func TestRepositoryWrites(t *testing.T) {
	onDatabases(t, func(t *testing.T, db *gorm.DB) {
		b := newBypass(t, db, Enforce())
		repo := NewRepository[Doc](db)
		err := db.Callback().Create().Before("gorm:create").Register("test:create", func(db *gorm.DB) {
			if d, ok := db.Statement.Dest.(*Doc); ok && d.Title == "give away" {
				db.Statement.SetColumn("AuthorID", 2)
			}
		})
		if err != nil {
			t.Fatal(err)
		}
		stolen := newDoc(0, 1)
		stolen.Title = "give away"
		loaded := newDoc(0, 1)
		loaded.Comments = []Comment{{Text: new("smuggled")}}
		gone, goneAlready := newDoc(1, 1), newDoc(0, 1)
		gone.DeletedAt.Valid, gone.DeletedAt.Time = true, noon
		goneAlready.DeletedAt = gone.DeletedAt
		lying := newDoc(0, 2)
		lying.Author = &User{ID: 1, Name: "user1"}
		for _, tt := range []struct {
			name    string
			err     error
			want    error
			changes string
		}{
			{"create", repo.Create(b.ctx, newDoc(0, 1)), nil, "1"},
			{"create for another", repo.Create(b.ctx, newDoc(0, 2)), authz.ErrForbidden, ""},
			{"create with a key", repo.Create(b.ctx, newDoc(50, 1)), ErrKeySet, ""},
			{"create nothing", repo.Create(b.ctx, nil), authz.ErrUndecided, ""},
			{"create, changed by a hook", repo.Create(b.ctx, stolen), authz.ErrForbidden, ""},
			{"create with a false association", repo.Create(b.ctx, lying), authz.ErrForbidden, ""},
			{"create with associations", repo.Create(b.ctx, loaded), nil, "1"},
			{"create a deleted row", repo.Create(b.ctx, goneAlready), authz.ErrUndecided, ""},
			{"update", repo.Update(b.ctx, &Doc{Base: Base{ID: 1}, Title: "changed", Amount: 77}, "Title"), nil, "01 changed by 1, 1 false"},
			{"update by column", repo.Update(b.ctx, &Doc{Base: Base{ID: 1}, Amount: 78}, "amount"), nil, "01 changed by 1, 78 false"},
			{"update of another's", repo.Update(b.ctx, newDoc(2, 1)), authz.ErrForbidden, ""},
			{"update that gives the row away", repo.Update(b.ctx, newDoc(1, 2)), authz.ErrForbidden, ""},
			{"update of a missing row", repo.Update(b.ctx, newDoc(99, 1)), authz.ErrNotFound, ""},
			{"update of a deleted row", repo.Update(b.ctx, newDoc(10, 1)), authz.ErrNotFound, ""},
			{"update of an unknown field", repo.Update(b.ctx, newDoc(1, 1), "Nope"), authz.ErrUndecided, ""},
			{"update of the key", repo.Update(b.ctx, newDoc(1, 1), "ID"), authz.ErrUndecided, ""},
			{"update of an association", repo.Update(b.ctx, newDoc(1, 1), "Author"), authz.ErrUndecided, ""},
			{"update that deletes the row", repo.Update(b.ctx, gone), authz.ErrUndecided, ""},
			{"update nothing", repo.Update(b.ctx, nil), authz.ErrUndecided, ""},
			{"update everything", repo.Update(b.ctx, newDoc(1, 1)), nil, "01 new by 1, 0 false"},
			{"delete", repo.Delete(b.ctx, 4), nil, "04 doc4 by 1, 4 true"},
			{"delete of another's", repo.Delete(b.ctx, 2), authz.ErrForbidden, ""},
			{"delete again", repo.Delete(b.ctx, 4), authz.ErrNotFound, ""},
		} {
			if !errors.Is(tt.err, tt.want) {
				t.Errorf("%s: %v, want %v", tt.name, tt.err, tt.want)
			}
			if errors.Is(tt.err, authz.ErrUndecided) && (errors.Is(tt.err, authz.ErrNotFound) || errors.Is(tt.err, authz.ErrForbidden)) {
				t.Errorf("%s: %v looks like an answer", tt.name, tt.err)
			}
			if tt.changes != "" && !strings.Contains("\n"+dump(t, b), "\n"+tt.changes) && !overwritten[tt.name] {
				t.Errorf("%s: %q is not in\n%s", tt.name, tt.changes, dump(t, b))
			}
		}
		var n int64
		if err := b.free().Model(&Doc{}).Unscoped().Count(&n).Error; err != nil || n != 14 {
			t.Errorf("%d documents, %v; want 14", n, err)
		}
		if err := b.free().Model(&Comment{}).Where("text = 'smuggled'").Count(&n).Error; err != nil || n != 0 {
			t.Errorf("%d associations were written, %v", n, err)
		}
	})
}

// overwritten are the updates whose effect a later update of the same row hides.
var overwritten = map[string]bool{"update": true, "update by column": true}

func TestCompositeKeys(t *testing.T) {
	onDatabases(t, func(t *testing.T, db *gorm.DB) {
		b := newBypass(t, db)
		allow[Place](b.fake, func(*User, string) filter.Expr { return equals("Country", "b") })
		create(t, db, &Place{Country: "a", Number: 1})
		repo := NewRepository[Place](db)
		if err := repo.Create(b.ctx, &Place{Country: "b", Number: 2, Name: "x"}); err != nil {
			t.Error(err)
		}
		if err := repo.Create(b.ctx, &Place{Country: "c", Number: 2}); !errors.Is(err, authz.ErrForbidden) {
			t.Error(err)
		}
		if p, err := repo.Lookup(b.ctx, []any{"b", 2}); err != nil || p.Name != "x" {
			t.Errorf("%v, %v", p, err)
		}
		for key, want := range map[*[]any]error{{"a", 1}: authz.ErrForbidden, {"B", 2}: authz.ErrNotFound, {"b ", 2}: authz.ErrNotFound, {"b", "2"}: authz.ErrUndecided, {"b"}: authz.ErrUndecided} {
			if p, err := repo.Lookup(b.ctx, *key); p != nil || !errors.Is(err, want) {
				t.Errorf("%v: %v, %v", *key, p, err)
			}
		}
		if err := repo.Update(b.ctx, &Place{Country: "b", Number: 2, Name: "y"}); err != nil {
			t.Error(err)
		}
		if list, err := repo.GetMany(b.ctx, []any{"b", 2}, []any{"a", 1}); err != nil || len(list) != 1 || list[0].Name != "y" {
			t.Errorf("%v, %v", list, err)
		}
		if err := repo.Delete(b.ctx, []any{"b", 2}); err != nil {
			t.Error(err)
		}
	})
}

// A picky key cannot be stored if it is "bad".
type picky string

func (p picky) Value() (driver.Value, error) {
	if p == "bad" {
		return nil, errors.New("a secret value")
	}
	return string(p), nil
}
func (p *picky) Scan(x any) error {
	if b, ok := x.([]byte); ok {
		x = string(b)
	}
	s, ok := x.(string)
	*p = picky(s)
	if !ok {
		return errors.New("no text")
	}
	return nil
}

// TestKeysThatCannotBeCompared checks that a key that cannot be in a condition is an error
// in the program, not an answer.
func TestKeysThatCannotBeCompared(t *testing.T) {
	type Gate struct {
		ID picky `gorm:"primaryKey;size:20"`
	}
	onDatabases(t, func(t *testing.T, db *gorm.DB) {
		if err := db.AutoMigrate(&Gate{}); err != nil {
			t.Fatal(err)
		}
		create(t, db, &[]Gate{{ID: "a"}, {ID: "b"}})
		if _, err := Classes(db, &Gate{}); err != nil {
			t.Fatal(err)
		}
		f := newFake(db)
		allow[Gate](f, func(*User, string) filter.Expr { return filter.True })
		if err := db.Use(New(f)); err != nil {
			t.Fatal(err)
		}
		repo, ctx := NewRepository[Gate](db), as(t, &User{ID: 1})
		for name, err := range map[string]error{
			"Lookup":  second(repo.Lookup(ctx, "bad")),
			"GetMany": second(repo.GetMany(ctx, "a", "bad")),
			"Update":  repo.Update(ctx, &Gate{ID: "bad"}),
			"Delete":  repo.Delete(ctx, picky("bad")),
			"plugin":  db.WithContext(ctx).Scopes(Authorized("x")).Delete(&Gate{ID: "bad"}).Error,
		} {
			if !errors.Is(err, authz.ErrUndecided) || answer.IsDenial(err) || strings.Contains(fmt.Sprint(err), "secret") {
				t.Errorf("%s: %v", name, err)
			}
		}
		keys := make([]any, 0, 2*keysInQuery)
		for i := range 2 * keysInQuery {
			keys = append(keys, []string{"b", "a"}[i%2])
		}
		if list, err := repo.GetMany(ctx, append(keys, "b")...); err != nil || len(list) != 2 || list[0].ID != "b" {
			t.Errorf("GetMany: %d rows, %v", len(list), err)
		}
	})
}

func TestRepositoryWithout(t *testing.T) {
	db := newSQLite(t).open(t)
	migrate(t, db)
	ctx := as(t, &User{ID: 1})
	type Stranger struct{ ID int64 }
	for name, err := range map[string]error{
		"actor":      second(NewRepository[Doc](db).Lookup(context.Background(), 1)),
		"model":      second(NewRepository[Stranger](db).Lookup(ctx, 1)),
		"no context": second(NewRepository[Doc](db).Lookup(nil, 1)), //lint:ignore SA1012 a mistake that must not panic
		"plugin":     second(NewRepository[Doc](db).List(ctx)),
	} {
		if !errors.Is(err, authz.ErrUndecided) {
			t.Errorf("without %s: %v", name, err)
		}
	}
	tx := db.Begin()
	defer tx.Rollback()
	for name, err := range map[string]error{
		"the context": NewRepository[Doc](db).Tx(WithTx(ctx, tx), nil),
		"With":        NewRepository[Doc](db).With(tx).Tx(ctx, nil),
		"its own":     NewRepository[Doc](tx).Tx(ctx, nil),
	} {
		if !errors.Is(err, authz.ErrUndecided) {
			t.Errorf("Tx in a transaction, %s: %v", name, err)
		}
	}
}

func second[T any](_ T, err error) error { return err }
