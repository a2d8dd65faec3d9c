package gormauthz

import (
	"context"
	"errors"
	"fmt"
	"reflect"
	"slices"
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
