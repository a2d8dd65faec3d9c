package gormauthz

// This file tests writes of handles that do not begin transactions by themselves.

import (
	"errors"
	"testing"

	"gorm.io/gorm"

	"github.com/ursa-authz/ursa/authz"
	"github.com/ursa-authz/ursa/internal/testdb"
)

func TestSkipDefaultTransaction(t *testing.T) {
	eachDatabase(t, func(t *testing.T, d database) {
		b := newBypass(t, d.open(t), Enforce())
		config := testdb.Config()
		config.SkipDefaultTransaction = true
		skipping, err := gorm.Open(b.db.Dialector, config)
		if err != nil {
			t.Fatal(err)
		}
		f := newFake(skipping)
		if _, err := Classes(skipping, &Doc{}, &User{}); err != nil {
			t.Fatal(err)
		}
		f.models, f.policy = modelsOf(skipping), b.fake.policy
		if err := skipping.Use(New(f, Enforce())); err != nil {
			t.Fatal(err)
		}
		for name, db := range map[string]*gorm.DB{
			"session": b.db.WithContext(b.ctx).Session(&gorm.Session{SkipDefaultTransaction: true}),
			"handle":  skipping.WithContext(b.ctx),
		} {
			pool, err := db.DB()
			if err != nil {
				t.Fatal(err)
			}
			for _, tt := range []struct {
				what string
				do   func(db *gorm.DB) error
				want error
			}{
				{"denied in the new state", func(db *gorm.DB) error { return db.Model(&Doc{}).Where("id = 1").Update("author_id", 2).Error }, authz.ErrForbidden},
				{"denied create", func(db *gorm.DB) error { return db.Create(newDoc(0, 2)).Error }, authz.ErrForbidden},
				{"denied row", func(db *gorm.DB) error { return none(db.Where("id = 2").Delete(&Doc{})) }, authz.ErrForbidden},
				{"update", func(db *gorm.DB) error { return none(db.Model(&Doc{}).Where("id = 1").Update("title", name)) }, nil},
				{"create", func(db *gorm.DB) error { return db.Create(newDoc(0, 1)).Error }, nil},
				{"delete", func(db *gorm.DB) error { return none(db.Where("author_id = 1").Limit(1).Delete(&Doc{})) }, nil},
				{"in a transaction", func(db *gorm.DB) error {
					return db.Transaction(func(tx *gorm.DB) error {
						return none(tx.Model(&Doc{}).Where("author_id = 1").Update("title", "by "+name))
					})
				}, nil},
			} {
				before := dump(t, b)
				err := tt.do(db)
				if !errors.Is(err, tt.want) || tt.want == nil && err != nil {
					t.Errorf("%s, %s: %v, want %v", name, tt.what, err, tt.want)
				}
				if written := dump(t, b) != before; written != (tt.want == nil) {
					t.Errorf("%s, %s: written %v", name, tt.what, written)
				}
				if used := pool.Stats().InUse; used > 0 {
					t.Errorf("%s, %s: %d connections are in use", name, tt.what, used)
				}
			}
			if err := b.free().Exec("UPDATE docs SET deleted_at = NULL WHERE id = 1").Error; err != nil {
				t.Fatal(err)
			}
		}
	})
}
