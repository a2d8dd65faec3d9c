package gormauthz

// This file defines the tests of marks that GORM would drop.

import (
	"context"
	"errors"
	"slices"
	"testing"

	"gorm.io/gorm"

	"github.com/ursa-authz/ursa/authz"
)

// TestMarkInACondition marks in a scope of a condition. No statement may return rows.
func TestMarkInACondition(t *testing.T) {
	onDatabases(t, func(t *testing.T, db *gorm.DB) {
		b := newBypass(t, db)
		db = db.WithContext(b.ctx)
		visible := func(tx *gorm.DB) *gorm.DB { return tx.Scopes(Authorized("read")) }
		deeper := func(tx *gorm.DB) *gorm.DB { return tx.Scopes(visible).Where("1=1") }
		direct := func(tx *gorm.DB) *gorm.DB { return Authorized("read")(tx) }
		for name, find := range map[string]func(docs *[]Doc) error{
			"where": func(docs *[]Doc) error { return db.Where(db.Scopes(visible)).Find(docs).Error },
			"or":    func(docs *[]Doc) error { return db.Where("id = 1").Or(db.Scopes(visible)).Find(docs).Error },
			"not":   func(docs *[]Doc) error { return db.Not(db.Scopes(visible)).Find(docs).Error },
			"with a condition of its own": func(docs *[]Doc) error {
				return db.Where(db.Scopes(func(tx *gorm.DB) *gorm.DB { return visible(tx).Where("id > 0") })).Find(docs).Error
			},
			"inline": func(docs *[]Doc) error { return db.Find(docs, db.Scopes(visible)).Error },
			"direct": func(docs *[]Doc) error { return db.Where(db.Scopes(direct)).Find(docs).Error },
		} {
			var docs []Doc
			err := caught(func() error { return find(&docs) })
			if len(docs) > 0 || !errors.Is(err, authz.ErrUndecided) {
				t.Errorf("%s: %d rows, %v", name, len(docs), err)
			}
		}
		// A scope of the statement itself may add scopes: GORM runs all of them.
		for name, scope := range map[string]func(*gorm.DB) *gorm.DB{"visible": visible, "deeper": deeper, "direct": direct} {
			var docs, want []Doc
			err := errors.Join(db.Scopes(scope).Find(&docs).Error, db.Scopes(Authorized("read")).Find(&want).Error)
			if err != nil || len(docs) == 0 || len(docs) != len(want) {
				t.Errorf("%s: %d rows, %v; want %d", name, len(docs), err, len(want))
			}
		}
	})
}

// caught returns the error of f, or the one that it panics with.
func caught(f func() error) (err error) {
	defer func() {
		if e, ok := recover().(error); ok {
			err = e
		}
	}()
	return f()
}

// TestBroad compares the two forms of a condition with several ways to be allowed.
func TestBroad(t *testing.T) {
	onDatabases(t, func(t *testing.T, db *gorm.DB) {
		migrate(t, db)
		populate(t, db, newRand(t), 40)
		az := authorizer(t, db, `
			allow(u: User, "read", d: Doc) if d.author_id = u.id;
			allow(u: User, "read", d: Doc) if c in d.comments and c.user_id = u.id;
		`)
		if err := db.Use(New(az)); err != nil {
			t.Fatal(err)
		}
		tx := db.WithContext(authz.NewContext(context.Background(), az, &User{ID: 1}))
		var plain, broad []Doc
		if err := tx.Scopes(Authorized("read")).Order("id").Find(&plain).Error; err != nil {
			t.Fatal(err)
		}
		if err := tx.Scopes(Authorized("read"), Broad).Order("id").Find(&broad).Error; err != nil {
			t.Fatal(err)
		}
		if !slices.Equal(idsOf(plain), idsOf(broad)) || len(plain) == 0 || len(plain) == 40 {
			t.Errorf("%v, and in the broad form %v", idsOf(plain), idsOf(broad))
		}
		dry := func(scopes ...func(*gorm.DB) *gorm.DB) string {
			return tx.Session(&gorm.Session{DryRun: true}).Scopes(scopes...).Find(&[]Doc{}).Statement.SQL.String()
		}
		if a, b := dry(Authorized("read")), dry(Authorized("read"), Broad); a == b {
			t.Errorf("both forms are %s", a)
		}
	})
}
