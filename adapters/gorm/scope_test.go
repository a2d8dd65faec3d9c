package gormauthz

// This file defines the tests of marks that GORM would drop.

import (
	"errors"
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
