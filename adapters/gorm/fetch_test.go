package gormauthz

import (
	"context"
	"errors"
	"fmt"
	"reflect"
	"slices"
	"strings"
	"testing"
	"time"

	"gorm.io/gorm"

	"github.com/ursa-authz/ursa/authz"
)

// keysOf returns the keys in the result of a fetch or a resolver, sorted.
func keysOf(t testing.TB, ms *models, x any) []string {
	t.Helper()
	var keys []string
	add := func(v reflect.Value) {
		for v.Kind() == reflect.Interface {
			v = v.Elem()
		}
		v = reflect.Indirect(v)
		k, err := ms.ofType(v.Type()).rows.KeyOf(v.Interface())
		if err != nil {
			t.Fatal(err)
		}
		var s string
		for _, part := range k.Parts() {
			s += fmt.Sprintf("%q ", fmt.Sprint(part.Any()))
		}
		keys = append(keys, s)
	}
	switch v := reflect.ValueOf(x); {
	case x == nil:
	case v.Kind() == reflect.Slice:
		for i := range v.Len() {
			add(v.Index(i))
		}
	default:
		add(v)
	}
	slices.Sort(keys)
	return keys
}

func TestFetchFindsRelatedRows(t *testing.T) {
	onDatabases(t, func(t *testing.T, db *gorm.DB) {
		ms := migrate(t, db)
		r := newRand(t)
		g := newGenerator(r, ms)
		ctx := context.Background()
		found := make(map[string]int)
		for range 3 {
			populate(t, db, r, 25)
			w := load(t, db)
			check := func(row any) {
				m := ms.ofType(reflect.TypeOf(row).Elem())
				for _, rel := range m.relations {
					related, err := w.Related(ctx, row, g.Relation(m.typ, rel.name))
					if err != nil {
						t.Fatal(err)
					}
					want := keysOf(t, ms, related)
					value, err := ms.fetch(ctx, row, rel.name)
					got := keysOf(t, ms, value)
					if err != nil || !slices.Equal(got, want) {
						t.Errorf("%s of %+v = %v, %v; want %v", rel.name, row, got, err, want)
					}
					if value != nil && !reflect.TypeOf(value).AssignableTo(rel.gorm.Field.FieldType) {
						t.Errorf("%s of %T is a %T", rel.name, row, value)
					}
					found[m.typ.Name()+"."+rel.name] += len(want)
				}
			}
			for _, x := range w.Docs {
				check(x)
			}
			for _, x := range w.Users {
				check(x)
			}
			for _, x := range w.Categories {
				check(x)
			}
			for _, x := range w.Places {
				check(x)
			}
			for _, x := range w.Comments {
				check(x)
			}
			for _, x := range w.Tags {
				check(x)
			}
		}
		for _, m := range ms.order {
			for _, rel := range m.relations {
				if name := m.typ.Name() + "." + rel.name; found[name] == 0 {
					t.Errorf("no row was ever related by %s", name)
				}
			}
		}
	})
}

// TestFetchEach compares the relations of many rows with those of single rows.
func TestFetchEach(t *testing.T) {
	onDatabases(t, func(t *testing.T, db *gorm.DB) {
		ms := migrate(t, db)
		populate(t, db, newRand(t), 40)
		w := load(t, db)
		ctx, together := context.Background(), 0
		check := func(list []any) {
			m := ms.ofType(reflect.TypeOf(list[0]).Elem())
			for _, rel := range m.relations {
				got, err := ms.fetchEach(ctx, list, rel.name)
				if err != nil {
					if rel.gorm.JoinTable == nil && !strings.Contains(err.Error(), "several rows") {
						t.Errorf("%s of %s: %v", rel.name, m.typ, err)
					}
					continue
				}
				for i, row := range list {
					want, err := ms.fetch(ctx, row, rel.name)
					if err != nil {
						t.Fatal(err)
					}
					if got, want := keysOf(t, ms, got[i]), keysOf(t, ms, want); !slices.Equal(got, want) {
						t.Errorf("%s of %+v = %v, want %v", rel.name, row, got, want)
					}
					if got[i] != nil && !reflect.TypeOf(got[i]).AssignableTo(rel.gorm.Field.FieldType) {
						t.Errorf("%s of %T is a %T", rel.name, row, got[i])
					}
					together += len(keysOf(t, ms, got[i]))
				}
			}
		}
		check(anys(w.Docs))
		check(anys(w.Users))
		check(anys(w.Categories))
		check(anys(w.Places))
		check(anys(w.Comments))
		check(anys(w.Tags))
		if together < 100 {
			t.Errorf("only %d related rows", together)
		}
	})
}

func anys[T any](list []T) []any {
	var all []any
	for _, x := range list {
		all = append(all, x)
	}
	return all
}

// TestIsAllowedEachFetches tests that a page of rows takes a statement for each relation.
func TestIsAllowedEachFetches(t *testing.T) {
	onDatabases(t, func(t *testing.T, db *gorm.DB) {
		migrate(t, db)
		populate(t, db, newRand(t), 40)
		az := authorizer(t, db, `
			allow(user: User, "read", doc: Doc) if doc.author.manager = user or doc.author = user;
			allow(user: User, "read", doc: Doc) if c in doc.comments and c.user = user;
		`)
		if err := db.Use(New(az)); err != nil {
			t.Fatal(err)
		}
		var docs []*Doc
		var user User
		if err := errors.Join(db.Find(&docs).Error, db.First(&user).Error); err != nil {
			t.Fatal(err)
		}
		statements := watch(t, db)
		got, err := az.IsAllowedEach(t.Context(), &user, "read", docs)
		if err != nil {
			t.Fatal(err)
		}
		if n := len(*statements); n > 5 { // authors, their managers, comments, and their users
			t.Errorf("%d statements for %d rows: %s", n, len(docs), strings.Join(*statements, "\n"))
		}
		for i, d := range docs {
			if ok, err := az.IsAllowed(t.Context(), &user, "read", d); ok != got[i] || err != nil {
				t.Errorf("doc %d: %v, single %v, %v", d.ID, got[i], ok, err)
			}
		}
		// Inside a transaction, with the pool's only connection.
		pool, err := db.DB()
		if err != nil {
			t.Fatal(err)
		}
		pool.SetMaxOpenConns(1)
		err = db.Transaction(func(tx *gorm.DB) error {
			again, err := az.IsAllowedEach(WithTx(t.Context(), tx), &user, "read", docs)
			if !slices.Equal(again, got) {
				t.Errorf("in a transaction: %v, want %v", again, got)
			}
			return err
		})
		if err != nil {
			t.Error(err)
		}
	})
}

func TestFetchUsesTheTransaction(t *testing.T) {
	onDatabases(t, func(t *testing.T, db *gorm.DB) {
		ms := migrate(t, db)
		pool, err := db.DB()
		if err != nil {
			t.Fatal(err)
		}
		pool.SetMaxOpenConns(1)
		ctx, cancel := context.WithTimeout(context.Background(), 20*time.Second)
		defer cancel()
		err = db.WithContext(ctx).Transaction(func(tx *gorm.DB) error {
			if err := tx.Create(&User{ID: 1, Name: "uncommitted"}).Error; err != nil {
				return err
			}
			got, err := ms.fetch(WithTx(ctx, tx), &Doc{AuthorID: 1}, "Author")
			if u, ok := got.(*User); err != nil || !ok || u.Name != "uncommitted" {
				t.Errorf("in the transaction: %v, %v", got, err)
			}
			// Without the transaction, the only connection is in use. The fetch waits
			// for its context, and the decision is undecided.
			short, cancel := context.WithTimeout(ctx, 50*time.Millisecond)
			defer cancel()
			if got, err := ms.fetch(short, &Doc{AuthorID: 1}, "Author"); got != nil || !errors.Is(err, authz.ErrUndecided) {
				t.Errorf("outside of the transaction: %v, %v", got, err)
			}
			return errors.New("roll back")
		})
		if err == nil {
			t.Fatal("committed")
		}
		if got, err := ms.fetch(ctx, &Doc{AuthorID: 1}, "Author"); got != nil || err != nil {
			t.Errorf("after the rollback: %v, %v", got, err)
		}
	})
}

func TestFetchErrors(t *testing.T) {
	onDatabases(t, func(t *testing.T, db *gorm.DB) {
		ms := migrate(t, db)
		ctx := context.Background()
		// The database need not keep what the tags promise.
		if err := db.Migrator().DropIndex(&Cover{}, "DocID"); err != nil {
			t.Fatal(err)
		}
		for range 2 {
			if err := db.Create(&Cover{DocID: new(int64(7))}).Error; err != nil {
				t.Fatal(err)
			}
		}
		canceled, cancel := context.WithCancel(ctx)
		cancel()
		doc := &Doc{Base: Base{ID: 7}, AuthorID: 1}
		for _, tt := range []struct {
			name string
			ctx  context.Context
			row  any
			rel  string
			is   error
		}{
			{"two rows of a relation to one", ctx, doc, "Cover", authz.ErrUndecided},
			{"unknown relation", ctx, doc, "Nope", nil},
			{"not registered", ctx, &struct{ A int }{}, "Author", nil},
			{"not a row", ctx, 7, "Author", nil},
			{"context", canceled, doc, "Author", authz.ErrUndecided},
		} {
			got, err := ms.fetch(tt.ctx, tt.row, tt.rel)
			if got != nil || err == nil || tt.is != nil && !errors.Is(err, tt.is) {
				t.Errorf("%s: %v, %v", tt.name, got, err)
			}
		}
	})
}
