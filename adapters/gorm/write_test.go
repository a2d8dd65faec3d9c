package gormauthz

// This file tests the writes of statements.

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"testing"

	"gorm.io/gorm"
	"gorm.io/gorm/clause"

	"github.com/ursa-authz/ursa/adapters/internal/answer"
	"github.com/ursa-authz/ursa/authz"
	"github.com/ursa-authz/ursa/authz/filter"
)

// changes returns the lines in which dumps differ, taken from after.
func changes(before, after string) string {
	old := map[string]bool{}
	for _, l := range strings.Split(before, "\n") {
		old[l] = true
	}
	var lines []string
	for _, l := range strings.Split(after, "\n") {
		if !old[l] {
			lines = append(lines, l)
		}
	}
	if len(lines) == 0 && len(before) > len(after) {
		return "fewer rows"
	}
	return strings.Join(lines, "; ")
}

func newDoc(id, author int64) *Doc {
	return &Doc{Base: Base{ID: id}, Title: "new", Code: "c", Char: "abcd", AuthorID: author, Due: noon}
}

// An attempt is a write, with the expected number of rows, error and changes.
type attempt struct {
	name    string
	do      func(db *gorm.DB) *gorm.DB
	affects int64
	err     error
	changes string // lines of dump, each with its prefix
}

var errAny = errors.New("any error")

var attempts = []attempt{
	{"Update by model", func(db *gorm.DB) *gorm.DB { return db.Model(&Doc{Base: Base{ID: 1}}).Update("title", "x") }, 1, nil, "01 x by 1"},
	{"Update of another's", func(db *gorm.DB) *gorm.DB { return db.Model(&Doc{Base: Base{ID: 2}}).Update("title", "x") }, 0, nil, ""},
	{"Update where", func(db *gorm.DB) *gorm.DB { return db.Model(&Doc{}).Where("amount < ?", 5).Update("title", "x") }, 2, nil, "01 x by 1, 1 false; 04 x by 1"},
	{"Update or", func(db *gorm.DB) *gorm.DB {
		return db.Model(&Doc{}).Where("amount = ?", 2).Or("amount > ?", 6).Update("title", "x")
	}, 1, nil, "07 x by 1"},
	{"Update or, of a model", func(db *gorm.DB) *gorm.DB {
		return db.Model(&Doc{Base: Base{ID: 4}}).Where("amount = ?", 2).Or("1 = 1").Update("title", "x")
	}, 1, nil, "04 x by 1"},
	{"Update unscoped", func(db *gorm.DB) *gorm.DB {
		return db.Unscoped().Model(&Doc{}).Where("amount > 7").Update("title", "x")
	}, 1, nil, "10 x by 1, 10 true"},
	{"Update of several models", func(db *gorm.DB) *gorm.DB {
		return db.Model([]Doc{{Base: Base{ID: 1}}, {Base: Base{ID: 2}}}).Update("title", "x")
	}, 1, nil, "01 x by 1"},
	{"Updates with a map", func(db *gorm.DB) *gorm.DB {
		return db.Model(&Doc{}).Where("1 = 1").Updates(map[string]any{"amount": gorm.Expr("amount + 100")})
	}, 3, nil, "01 doc1 by 1, 101"},
	{"Updates with a struct", func(db *gorm.DB) *gorm.DB { return db.Updates(&Doc{Base: Base{ID: 1}, Title: "x"}) }, 1, nil, "01 x by 1"},
	{"Updates with another's struct", func(db *gorm.DB) *gorm.DB { return db.Updates(&Doc{Base: Base{ID: 2}, Title: "x"}) }, 0, nil, ""},
	{"UpdateColumn", func(db *gorm.DB) *gorm.DB { return db.Model(&Doc{}).Where("id IN (1, 2)").UpdateColumn("title", "x") }, 1, nil, "01 x by 1"},
	{"Update with a set", func(db *gorm.DB) *gorm.DB {
		return db.Model(&Doc{}).Where("id IN (1, 2)").Clauses(clause.Set{{Column: clause.Column{Name: "title"}, Value: "x"}}).Updates(map[string]any{})
	}, 1, nil, "01 x by 1"},
	{"Update of nothing", func(db *gorm.DB) *gorm.DB { return db.Model(&Doc{}).Where("1 = 0").Update("title", "x") }, 0, nil, ""},
	{"giving away", func(db *gorm.DB) *gorm.DB { return db.Model(&Doc{Base: Base{ID: 1}}).Update("author_id", 2) }, -1, authz.ErrForbidden, ""},
	{"giving some away", func(db *gorm.DB) *gorm.DB {
		return db.Model(&Doc{}).Where("1 = 1").Update("author_id", gorm.Expr("CASE WHEN amount = 4 THEN 2 ELSE 1 END"))
	}, -1, authz.ErrForbidden, ""},
	{"change of key", func(db *gorm.DB) *gorm.DB { return db.Model(&Doc{}).Where("id = 1").Update("id", 77) }, -1, authz.ErrForbidden, ""},
	{"Save of one's own", func(db *gorm.DB) *gorm.DB { return db.Save(newDoc(1, 1)) }, 1, nil, "01 new by 1"},
	{"Save of what is there", func(db *gorm.DB) *gorm.DB {
		var d Doc
		if err := db.First(&d, 1).Error; err != nil {
			panic(err)
		}
		return db.Save(&d)
	}, 1, nil, ""},
	{"Update with a limit", func(db *gorm.DB) *gorm.DB {
		return db.Model(&Doc{}).Where("1 = 1").Order("id DESC").Limit(1).Update("title", "x")
	}, 1, nil, "07 x by 1"},
	{"Save of another's", func(db *gorm.DB) *gorm.DB { return db.Save(newDoc(2, 1)) }, -1, authz.ErrUndecided, ""},
	{"Save of another's, deleted", func(db *gorm.DB) *gorm.DB { return db.Save(newDoc(11, 1)) }, -1, authz.ErrUndecided, ""},
	{"Save that gives away", func(db *gorm.DB) *gorm.DB { return db.Save(newDoc(1, 2)) }, -1, authz.ErrForbidden, ""},
	{"Save of a new row for another", func(db *gorm.DB) *gorm.DB { return db.Save(newDoc(0, 2)) }, -1, authz.ErrForbidden, ""},
	{"Delete", func(db *gorm.DB) *gorm.DB { return db.Delete(&Doc{}, 1) }, 1, nil, "01 doc1 by 1, 1 true"},
	{"Delete of another's", func(db *gorm.DB) *gorm.DB { return db.Delete(&Doc{}, 2) }, 0, nil, ""},
	{"Delete by struct", func(db *gorm.DB) *gorm.DB { return db.Delete(newDoc(2, 1)) }, 0, nil, ""},
	{"Delete where or", func(db *gorm.DB) *gorm.DB { return db.Where("amount = 2").Or("amount < 5").Delete(&Doc{}) }, 2, nil, "01 doc1 by 1, 1 true; 04 doc4"},
	{"Delete with a limit", func(db *gorm.DB) *gorm.DB {
		return db.Where("1 = 1").Order("id DESC").Limit(1).Delete(&Doc{})
	}, 1, nil, "07 doc7 by 1, 7 true"},
	{"Delete for good", func(db *gorm.DB) *gorm.DB { return db.Unscoped().Where("1 = 1").Delete(&Doc{}) }, 4, nil, "fewer rows"},
	{"Create", func(db *gorm.DB) *gorm.DB { return db.Create(newDoc(50, 1)) }, 1, nil, "50 new by 1"},
	{"Create for another", func(db *gorm.DB) *gorm.DB { return db.Create(newDoc(50, 2)) }, -1, authz.ErrForbidden, ""},
	{"Create of several", func(db *gorm.DB) *gorm.DB { return db.Create([]*Doc{newDoc(50, 1), newDoc(51, 1)}) }, 2, nil, "50 new by 1, 0 false; 51 new"},
	{"Create of several, one for another", func(db *gorm.DB) *gorm.DB { return db.Create(&[]Doc{*newDoc(50, 1), *newDoc(51, 2)}) }, -1, authz.ErrForbidden, ""},
	{"CreateInBatches", func(db *gorm.DB) *gorm.DB { return db.CreateInBatches([]*Doc{newDoc(50, 1), newDoc(51, 2)}, 1) }, -1, authz.ErrForbidden, ""},
	{"Create changed on the way", func(db *gorm.DB) *gorm.DB { return db.Set("test:give away", true).Create(newDoc(50, 1)) }, -1, authz.ErrForbidden, ""},
	{"Create over another's", func(db *gorm.DB) *gorm.DB { return db.Create(newDoc(2, 1)) }, -1, errAny, ""},
	{"FirstOrCreate", func(db *gorm.DB) *gorm.DB {
		return db.Where(&Doc{Title: "doc1"}).Attrs(newDoc(50, 1)).FirstOrCreate(&Doc{})
	}, -1, nil, ""},
	{"FirstOrCreate of another's", func(db *gorm.DB) *gorm.DB { return db.Where("amount = 2").FirstOrCreate(newDoc(2, 1)) }, -1, errAny, ""},
	{"FirstOrCreate, assign to another's", func(db *gorm.DB) *gorm.DB {
		return db.Where(&Doc{Title: "doc2"}).Assign(map[string]any{"author_id": 2}).FirstOrCreate(&Doc{})
	}, -1, errAny, ""},
}

func TestWritesAffectAllowedRowsOnly(t *testing.T) {
	onDatabases(t, func(t *testing.T, db *gorm.DB) {
		for _, mode := range []string{"marked", "enforced"} {
			handle, options := db, []Option(nil)
			if mode == "enforced" {
				handle, options = fresh(t, db), []Option{Enforce()}
			}
			b := newBypass(t, handle, options...)
			err := handle.Callback().Create().After("gormauthz:create").Before("gorm:create").Register("test:create", func(db *gorm.DB) {
				if _, ok := db.Get("test:give away"); ok {
					db.Statement.SetColumn("AuthorID", 2)
				}
			})
			if err != nil {
				t.Fatal(err)
			}
			before := dump(t, b)
			for _, a := range attempts {
				tx := handle.WithContext(b.ctx).Begin()
				attempted := tx
				if mode == "marked" {
					attempted = tx.Scopes(Authorized("write")).Session(&gorm.Session{})
				}
				got := a.do(attempted)
				if !errors.Is(got.Error, a.err) && (a.err != errAny || got.Error == nil) {
					t.Errorf("%s, %s: %v, want %v", mode, a.name, got.Error, a.err)
				}
				if a.affects >= 0 && got.RowsAffected != a.affects {
					t.Errorf("%s, %s: %d rows affected, want %d", mode, a.name, got.RowsAffected, a.affects)
				}
				inside := *b
				inside.db = tx
				after := before
				if got.Error == nil {
					after = dump(t, &inside)
				}
				if s := changes(before, after); !strings.HasPrefix(s, a.changes) || a.changes == "" && s != "" {
					t.Errorf("%s, %s: %q, want %q", mode, a.name, s, a.changes)
				}
				tx.Rollback()

				// The same in a transaction of GORM's own: after an error, nothing
				// stays.
				if a.err == nil {
					continue
				}
				own := handle.WithContext(b.ctx)
				if mode == "marked" {
					own = own.Scopes(Authorized("write")).Session(&gorm.Session{})
				}
				if got := a.do(own); got.Error == nil {
					t.Errorf("%s, %s: no error outside a transaction", mode, a.name)
				}
				if after := dump(t, b); after != before {
					t.Fatalf("%s, %s: %s", mode, a.name, changes(before, after))
				}
			}
		}
	})
}

func TestFailedRecheckFailsTheOuterTransaction(t *testing.T) {
	onDatabases(t, func(t *testing.T, db *gorm.DB) {
		b := newBypass(t, db, Enforce())
		before := dump(t, b)
		for name, write := range map[string]func(tx *gorm.DB) error{
			"update": func(tx *gorm.DB) error { return tx.Model(&Doc{Base: Base{ID: 1}}).Update("author_id", 2).Error },
			"repository": func(tx *gorm.DB) error {
				d := newDoc(1, 2)
				return NewRepository[Doc](b.db).With(tx).Update(b.ctx, d)
			},
			"nested": func(tx *gorm.DB) error {
				return tx.Transaction(func(tx *gorm.DB) error { return tx.Model(&Doc{Base: Base{ID: 1}}).Update("author_id", 2).Error })
			},
		} {
			err := b.db.WithContext(b.ctx).Transaction(func(tx *gorm.DB) error {
				if err := tx.Model(&Doc{Base: Base{ID: 4}}).Update("title", "half of the work").Error; err != nil {
					return err
				}
				if err := write(tx); !errors.Is(err, authz.ErrForbidden) {
					t.Errorf("%s: %v", name, err)
				}
				return nil // the error is ignored, and the rest should be committed
			})
			if err == nil {
				t.Errorf("%s: the outer transaction was committed", name)
			}
			if after := dump(t, b); after != before {
				t.Errorf("%s: %s", name, changes(before, after))
			}
		}
	})
}

// TestWhatGORMNeeds tests the statements that GORM itself runs.
func TestWhatGORMNeeds(t *testing.T) {
	onDatabases(t, func(t *testing.T, db *gorm.DB) {
		b := newBypass(t, db, Enforce())
		tx := b.db.WithContext(b.ctx)
		err := tx.Transaction(func(tx *gorm.DB) error {
			err := tx.Transaction(func(tx *gorm.DB) error {
				if err := tx.Model(&Doc{Base: Base{ID: 1}}).Update("title", "undone").Error; err != nil {
					t.Error(err)
				}
				return errors.New("back to the savepoint")
			})
			if err == nil || tx.Error != nil {
				t.Errorf("nested: %v, %v", err, tx.Error)
			}
			return tx.Model(&Doc{Base: Base{ID: 4}}).Update("title", "kept").Error
		})
		if err != nil {
			t.Error(err)
		}
		var titles []string
		if err := tx.Model(&Doc{}).Order("id").Pluck("title", &titles).Error; err != nil || strings.Join(titles, " ") != "doc1 kept doc7" {
			t.Errorf("titles %v, %v", titles, err)
		}
		type Extra struct {
			ID   int64
			Name string `gorm:"index;size:20"`
		}
		free := b.db.WithContext(Unrestricted(context.Background(), "migration"))
		for range 2 { // to create, and to compare
			if err := free.AutoMigrate(&Extra{}, &Doc{}); err != nil {
				t.Errorf("migration: %v", err)
			}
		}
		if err := tx.AutoMigrate(&Extra{}); err == nil {
			t.Error("a migration without Unrestricted succeeded")
		}
		prepared := tx.Session(&gorm.Session{PrepareStmt: true})
		for range 2 {
			var docs []Doc
			if err := prepared.Find(&docs).Error; err != nil || len(docs) != 3 {
				t.Errorf("prepared: %d rows, %v", len(docs), err)
			}
		}
		var n int64
		if err := tx.Raw("SELECT 1").Row().Scan(&n); !errors.Is(err, authz.ErrUndecided) {
			t.Errorf("Row: %v", err)
		}
		if err := free.Raw("SELECT 1").Row().Scan(&n); err != nil || n != 1 {
			t.Errorf("unrestricted Row: %d, %v", n, err)
		}
		if sql := tx.ToSQL(func(tx *gorm.DB) *gorm.DB { return tx.Where("amount = 1").Find(&[]Doc{}) }); !strings.Contains(sql, "author_id") {
			t.Errorf("ToSQL: %s", sql)
		}
		if err := tx.Session(&gorm.Session{DryRun: true}).Model(&Doc{}).Where("id = 1").Update("title", "x").Error; err != nil {
			t.Errorf("DryRun: %v", err)
		}
		var docs []Doc
		sub := tx.Model(&Doc{}).Select("id").Where("amount > 1")
		if err := tx.Where("id IN (?)", sub).Find(&docs).Error; err != nil || fmt.Sprint(idsOf(docs)) != "[4 7]" {
			t.Errorf("subquery: %v, %v", idsOf(docs), err)
		}
		if err := free.Where("id NOT IN (?)", tx.Model(&Doc{}).Select("id")).Find(&docs).Error; err != nil || len(docs) != 6 {
			t.Errorf("authorized subquery of an unrestricted statement: %v, %v", idsOf(docs), err)
		}
		_, err = gorm.G[Doc](b.db).Where("id IN (1, 2)").Update(b.ctx, "title", "generic")
		if err != nil {
			t.Error(err)
		}
		if rows, err := gorm.G[Doc](b.db).Where("1 = 1").Delete(b.ctx); rows != 3 || err != nil {
			t.Errorf("generics: %d rows deleted, %v", rows, err)
		}
	})
}

// TestAuthorizerErrors checks that no row is returned or written when the decision
// fails.
func TestAuthorizerErrors(t *testing.T) {
	cause := errors.New("cause")
	onDatabases(t, func(t *testing.T, db *gorm.DB) {
		b := newBypass(t, db, Enforce())
		before := dump(t, b)
		tx := b.db.WithContext(b.ctx)
		repo := NewRepository[Doc](db)
		try := func(want error) {
			t.Helper()
			var docs []Doc
			var n int64
			for name, err := range map[string]error{
				"Find":    tx.Find(&docs).Error,
				"Count":   tx.Model(&Doc{}).Count(&n).Error,
				"Joins":   tx.WithContext(Unrestricted(b.ctx, "")).Joins("Author").Find(&docs).Error,
				"Update":  tx.Model(&Doc{}).Where("1 = 1").Update("title", "x").Error,
				"Delete":  tx.Where("1 = 1").Delete(&Doc{}).Error,
				"Create":  tx.Create(newDoc(50, 1)).Error,
				"Lookup":  func() error { _, err := repo.Lookup(b.ctx, int64(1)); return err }(),
				"GetMany": func() error { _, err := repo.GetMany(b.ctx, int64(1)); return err }(),
				"List":    func() error { _, err := repo.List(b.ctx); return err }(),
				"Count 2": func() error { _, err := repo.Count(b.ctx); return err }(),
				"create":  repo.Create(b.ctx, newDoc(0, 1)),
				"update":  repo.Update(b.ctx, newDoc(1, 1)),
				"delete":  repo.Delete(b.ctx, int64(1)),
			} {
				if err == nil || len(docs) > 0 || n > 0 || want != nil && name != "Joins" && !errors.Is(err, want) {
					t.Errorf("%s: %v, %d rows, %d counted", name, err, len(docs), n)
				}
			}
			if after := dump(t, b); after != before {
				t.Errorf("%s", changes(before, after))
			}
		}
		b.fake.err = cause
		try(cause)
		b.fake.err = nil
		allow[Doc](b.fake, func(*User, string) filter.Expr {
			return filter.Compare{Op: filter.Eq, L: field("Nope"), R: mustValue(1)}
		})
		try(filter.ErrInvalid)
	})
}

// TestZeroKeys tests rows that are stored with a zero key.
func TestZeroKeys(t *testing.T) {
	onDatabases(t, func(t *testing.T, db *gorm.DB) {
		b := newBypass(t, db)
		if err := db.Unscoped().Model(&Doc{}).Where("id = 1").UpdateColumn("id", 0).Error; err != nil {
			t.Fatal(err)
		}
		tx := db.WithContext(b.ctx).Scopes(Authorized("write")).Session(&gorm.Session{})
		got := tx.Model(&Doc{}).Where("id < 5").Update("title", "x")
		if got.Error != nil || got.RowsAffected != 2 {
			t.Errorf("update: %d rows, %v", got.RowsAffected, got.Error)
		}
		repo := NewRepository[Doc](db)
		if list, err := repo.GetMany(b.ctx, int64(4), int64(0), int64(2)); err != nil || len(list) != 2 || list[1].Title != "x" {
			t.Errorf("GetMany: %v, %v", idsOf(list), err)
		}
		if got := tx.Where("id < 5").Delete(&Doc{}); got.Error != nil || got.RowsAffected != 2 {
			t.Errorf("delete: %d rows, %v", got.RowsAffected, got.Error)
		}
	})
}

// TestDryRun tests sessions that read nothing.
func TestDryRun(t *testing.T) {
	onDatabases(t, func(t *testing.T, db *gorm.DB) {
		b := newBypass(t, db)
		dry := db.Session(&gorm.Session{DryRun: true})
		repo := NewRepository[Doc](dry)
		for name, err := range map[string]error{
			"Lookup":  second(repo.Lookup(b.ctx, int64(1))),
			"GetMany": second(repo.GetMany(b.ctx, int64(1))),
			"List":    second(repo.List(b.ctx)),
			"Count":   second(repo.Count(b.ctx)),
			"Create":  repo.Create(b.ctx, newDoc(0, 1)),
			"Update":  repo.Update(b.ctx, newDoc(1, 1)),
			"Delete":  repo.Delete(b.ctx, int64(1)),
		} {
			if !errors.Is(err, authz.ErrUndecided) || answer.IsDenial(err) {
				t.Errorf("%s: %v", name, err)
			}
		}
		author, err := modelsOf(db).fetch(WithTx(b.ctx, dry), &Doc{Base: Base{ID: 1}, AuthorID: 1}, "Author")
		if u, ok := author.(*User); err != nil || !ok || u.Name != "user1" {
			t.Errorf("a relation fetched for the decision on a dry run: %v, %v", author, err)
		}
	})
}
