package gormauthz

// This file tests ReadTx.

import (
	"context"
	"errors"
	"strings"
	"testing"

	"gorm.io/gorm"
	"gorm.io/gorm/clause"

	"github.com/ursa-authz/ursa/authz"
)

// TestReadTx tests that decisions in a ReadTx see one state of the database and fetch each
// relation once.
func TestReadTx(t *testing.T) {
	eachDatabase(t, func(t *testing.T, d database) {
		db, other := d.open(t), d.open(t)
		migrate(t, db)
		az := authorizer(t, db, `
			allow(user: User, action, doc: Doc) if action in ["read", "update"] and doc.author.manager = user;
			allow(user: User, "read", doc: Doc) if doc.author = user;
		`)
		if err := db.Use(New(az)); err != nil {
			t.Fatal(err)
		}
		boss := int64(1)
		docs := []*Doc{newDoc(1, 2), newDoc(2, 2), newDoc(3, 3)}
		if err := errors.Join(db.Create([]User{{ID: 1, Name: "boss"}, {ID: 2, ManagerID: &boss}, {ID: 3}}).Error, db.Omit(clause.Associations).Create(docs).Error); err != nil {
			t.Fatal(err)
		}
		me := &User{ID: 1, Name: "boss"}
		ctx := authz.NewContext(t.Context(), az, me)
		repo := NewRepository[Doc](db)
		fetches := 0
		err := ReadTx(ctx, db, func(ctx context.Context) error {
			rows, err := repo.List(ctx, func(db *gorm.DB) *gorm.DB { return db.Order("id") })
			if err != nil || len(rows) != 2 {
				t.Fatalf("%d rows, %v", len(rows), err)
			}
			if d.name != "sqlite" { // where a writer would wait for the reader, or the reader for it
				if err := other.Exec("UPDATE users SET manager_id = NULL WHERE id = 2").Error; err != nil {
					t.Fatal(err)
				}
			}
			statements := watch(t, db)
			for range 3 {
				for i := range rows {
					for _, action := range []string{"read", "update"} {
						if ok, err := az.IsAllowed(ctx, me, action, &rows[i]); !ok || err != nil {
							t.Errorf("%s doc %d: %v, %v", action, rows[i].ID, ok, err)
						}
					}
				}
			}
			fetches = len(*statements)
			if again, err := repo.List(ctx); len(again) != 2 || err != nil {
				t.Errorf("the view has changed: %d rows, %v", len(again), err)
			}
			return nil
		})
		if err != nil {
			t.Fatal(err)
		}
		if fetches > 4 { // the authors of two rows, and their managers
			t.Errorf("%d statements for twelve decisions", fetches)
		}
		broken := errors.New("broken")
		if err := ReadTx(ctx, db, func(context.Context) error { return broken }); err != broken {
			t.Errorf("the error of the function: %v", err)
		}
	})
}

// TestReadTxRefusesWrites tests that no write reaches the database, and that the view can be
// read afterwards.
func TestReadTxRefusesWrites(t *testing.T) {
	onDatabases(t, func(t *testing.T, db *gorm.DB) {
		migrate(t, db)
		az := authorizer(t, db, `allow(_: User, _, _: Doc);`)
		if err := errors.Join(db.Use(New(az)), db.Create(&User{ID: 1}).Error, db.Omit(clause.Associations).Create(newDoc(1, 1)).Error); err != nil {
			t.Fatal(err)
		}
		ctx := authz.NewContext(t.Context(), az, &User{ID: 1})
		repo := NewRepository[Doc](db)
		err := ReadTx(ctx, db, func(ctx context.Context) error {
			tx, _ := modelsOf(db).txOf(ctx)
			tx = tx.WithContext(ctx)
			for name, write := range map[string]func() error{
				"repository create": func() error { return repo.Create(ctx, newDoc(0, 1)) },
				"repository update": func() error { return repo.Update(ctx, newDoc(1, 1), "Title") },
				"repository delete": func() error { return repo.Delete(ctx, int64(1)) },
				"create":            func() error { return tx.Omit(clause.Associations).Create(newDoc(2, 1)).Error },
				"update":            func() error { return tx.Model(&Doc{}).Where("id = 1").Update("title", "x").Error },
				"delete":            func() error { return tx.Where("id = 1").Delete(&Doc{}).Error },
				"exec":              func() error { return tx.Exec("UPDATE docs SET title = 'x'").Error },
				"lock":              func() error { return tx.Clauses(clause.Locking{Strength: "UPDATE"}).Find(&[]Doc{}).Error },
				"another handle":    func() error { return db.WithContext(ctx).Model(&Doc{}).Where("id = 1").Update("title", "x").Error },
			} {
				if err := write(); !errors.Is(err, ErrReadTx) {
					t.Errorf("%s: %v", name, err)
				}
				if row, err := repo.Lookup(ctx, int64(1)); err != nil || row.Title != "new" {
					t.Errorf("after %s: %v, %v", name, row, err)
				}
			}
			if err := ReadTx(ctx, db, func(context.Context) error { return nil }); !errors.Is(err, authz.ErrUndecided) || !strings.Contains(err.Error(), "inside a transaction") {
				t.Errorf("a ReadTx in a ReadTx: %v", err)
			}
			return nil
		})
		if err != nil {
			t.Fatal(err)
		}
		if err := repo.Update(ctx, newDoc(1, 1), "Title"); err != nil {
			t.Errorf("a write afterwards: %v", err)
		}
	})
}
