package gormauthz

// This file defines the tests with a database that fails at its Nth call.

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"testing"

	gosqlite "github.com/glebarez/sqlite"
	mysqldriver "gorm.io/driver/mysql"
	postgresdriver "gorm.io/driver/postgres"
	"gorm.io/gorm"

	"github.com/ursa-authz/ursa/authz"
	"github.com/ursa-authz/ursa/internal/testdb"
)

// openFaulty returns a handle on the rows of db through a faulty driver.
func openFaulty(t testing.TB, name, driverName, dsn string) (*gorm.DB, *testdb.Faults) {
	t.Helper()
	pool, f := testdb.Faulty(t, driverName, dsn)
	var d gorm.Dialector
	switch name {
	case "sqlite":
		d = &gosqlite.Dialector{Conn: pool}
	case "postgres":
		d = postgresdriver.New(postgresdriver.Config{Conn: pool})
	case "mysql":
		d = mysqldriver.New(mysqldriver.Config{Conn: pool})
	}
	db, err := gorm.Open(d, testdb.Config())
	if err != nil {
		t.Fatal(err)
	}
	return db, f
}

// TestFaults makes every call of every operation fail in turn. An operation whose call
// fails must fail, return no row that is not allowed and no list at all, change
// nothing, and release its connection.
func TestFaults(t *testing.T) {
	eachDatabase(t, func(t *testing.T, d database) {
		db, f := openFaulty(t, d.name, d.driver, d.dsn)
		b := newBypass(t, db, Enforce())
		b.fake.exposeRelations()
		before := dump(t, b)
		repo := NewRepository[Doc](db)
		type result struct {
			ids ids
			err error
		}
		read := func(list ids, err error) result { return result{list, err} }
		write := func(err error) result { return result{nil, err} }
		operations := map[string]func() result{
			"Find": func() result {
				var docs []Doc
				err := db.WithContext(b.ctx).Preload("Comments").Preload("Tags").Joins("Author").Find(&docs).Error
				return read(idsOf(docs), err)
			},
			"Rows": func() result { return read(finishers["Rows"](db.WithContext(b.ctx))) },
			"Row": func() result {
				var n int64
				err := db.WithContext(b.ctx).Model(&Doc{}).Select("id").Order("id").Row().Scan(&n)
				return read(ids{n}, err)
			},
			"List":    func() result { docs, err := repo.List(b.ctx); return read(idsOf(docs), err) },
			"GetMany": func() result { docs, err := repo.GetMany(b.ctx, int64(1), int64(2)); return read(idsOf(docs), err) },
			"Lookup": func() result {
				doc, err := repo.Lookup(b.ctx, int64(1))
				if doc == nil {
					return read(nil, err)
				}
				return read(ids{doc.ID}, err)
			},
			"Create": func() result { return write(repo.Create(b.ctx, newDoc(0, 1))) },
			"Update": func() result { return write(repo.Update(b.ctx, newDoc(1, 1))) },
			"Delete": func() result { return write(repo.Delete(b.ctx, int64(1))) },
			"statements": func() result {
				return write(db.WithContext(b.ctx).Model(&Doc{}).Where("1 = 1").Update("title", "x").Error)
			},
			"deletes": func() result { return write(db.WithContext(b.ctx).Where("1 = 1").Delete(&Doc{}).Error) },
			"creates": func() result { return write(db.WithContext(b.ctx).Create([]*Doc{newDoc(0, 1), newDoc(0, 1)}).Error) },
			"Tx": func() result {
				return write(repo.Tx(b.ctx, func(ctx context.Context, r *Repository[Doc]) error { return r.Delete(ctx, int64(1)) }))
			},
		}
		pool, err := db.DB()
		if err != nil {
			t.Fatal(err)
		}
		faults := 0
		for name, op := range operations {
			for n := int64(1); ; n++ {
				if n > 200 {
					t.Fatalf("%s makes more than 200 calls", name)
				}
				f.Calls.Store(0)
				f.Fail.Store(n)
				got := op()
				reached := f.Calls.Load() >= n
				f.Fail.Store(0)
				if used := pool.Stats().InUse; used > 0 {
					t.Fatalf("%s, call %d: %d connections are still in use", name, n, used)
				}
				after := dump(t, b)
				if !reached { // it has succeeded without a fault
					if got.err != nil {
						t.Fatalf("%s: %v", name, got.err)
					}
					if after != before {
						reset(t, b)
						before = dump(t, b)
					}
					break
				}
				faults++
				if got.err == nil {
					if fresh := slices.Clone(got.ids); after == before && got.ids != nil && complete(fresh) {
						continue // the fault came after all the work was done
					}
					t.Errorf("%s, call %d: no error, ids %v", name, n, got.ids)
				}
				if got.err != nil && (errors.Is(got.err, authz.ErrForbidden) || errors.Is(got.err, authz.ErrNotFound) || errors.Is(got.err, gorm.ErrRecordNotFound)) {
					t.Errorf("%s, call %d: a fault looks like an answer: %v", name, n, got.err)
				}
				if got.err != nil && len(got.ids) > 0 && name != "Find" && name != "Rows" && name != "Row" {
					t.Errorf("%s, call %d: %v with %v", name, n, got.ids, got.err)
				}
				for _, id := range got.ids {
					if id != 0 && id%3 != 1 {
						t.Errorf("%s, call %d: returned %d", name, n, id)
					}
				}
				if after != before {
					t.Fatalf("%s, call %d, %v: %s", name, n, got.err, changes(before, after))
				}
			}
		}
		t.Logf("%d faults", faults)
		if faults < 60 {
			t.Errorf("only %d faults", faults)
		}
	})
}

// complete reports whether ids are those of a complete answer.
func complete(list ids) bool {
	return fmt.Sprint(list) == "[1 4 7]" || fmt.Sprint(list) == "[1]"
}

// reset undoes the changes that operations have made to documents.
func reset(t testing.TB, b *bypass) {
	t.Helper()
	tx := b.free().Session(&gorm.Session{})
	for _, query := range []string{
		"DELETE FROM docs WHERE id > 12",
		"UPDATE docs SET deleted_at = NULL WHERE id < 10",
	} {
		if err := tx.Exec(query).Error; err != nil {
			t.Fatal(err)
		}
	}
}
