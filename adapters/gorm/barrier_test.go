package gormauthz

// This file tests Barrier: conditions that a client shapes, and that tell of hidden rows.

import (
	"errors"
	"testing"

	"gorm.io/gorm"
	"gorm.io/gorm/clause"

	"github.com/ursa-authz/ursa/adapters/internal/answer"
	"github.com/ursa-authz/ursa/authz"
)

// fails is a condition that fails for the document with amount 2, which the actor may not see.
var fails = map[string]string{
	"sqlite":   "CASE WHEN amount = 2 THEN abs(-9223372036854775807 - 1) ELSE 1 END > 0",
	"postgres": "1 / (amount - 2) < 100",
	"mysql":    "CASE WHEN amount = 2 THEN (SELECT 1 UNION SELECT amount) ELSE 1 END > 0",
}

func TestBarrier(t *testing.T) {
	onDatabases(t, func(t *testing.T, db *gorm.DB) {
		b := newBypass(t, db)
		b.fake.exposeRelations() // conditions that are expensive come last
		cond := fails[db.Dialector.Name()]
		read := func(scopes ...func(*gorm.DB) *gorm.DB) *gorm.DB {
			return db.WithContext(b.ctx).Scopes(append(scopes, Authorized("read"))...)
		}
		var docs []Doc
		if err := read().Where(cond).Find(&docs).Error; err == nil {
			t.Error("without a barrier, the condition is not evaluated for hidden rows: the test tests nothing")
		}
		for name, tx := range map[string]*gorm.DB{
			"Where":       read(Barrier).Where(cond),
			"Or":          read(Barrier).Where("amount < 0").Or(cond),
			"alias":       read(Barrier).Table("docs AS d").Where(cond),
			"Order":       read(Barrier).Where(cond).Order("amount DESC").Limit(10),
			"Preload":     read(Barrier).Where(cond).Preload("Comments", "id > ?", 0).Preload("Tags"),
			"scope after": db.WithContext(b.ctx).Scopes(Authorized("read"), Barrier).Where(cond),
		} {
			docs = nil
			if err := tx.Find(&docs).Error; err != nil || len(docs) != 3 {
				t.Errorf("%s: %d rows, %v", name, len(docs), err)
			}
			for _, d := range docs {
				if d.AuthorID != 1 || d.Title == "" || name == "Preload" && len(d.Tags) == 0 {
					t.Errorf("%s: row %d of author %d", name, d.ID, d.AuthorID)
				}
			}
		}
		var n int64
		tx := read(Barrier).Model(&Doc{}).Where(cond)
		if err := tx.Count(&n).Error; err != nil || n != 3 {
			t.Errorf("count %d, %v", n, err)
		}
		if err := tx.Order("id").Find(&docs).Error; err != nil || len(docs) != 3 {
			t.Errorf("after a count: %d rows, %v", len(docs), err)
		}
		if err := read(Barrier).Unscoped().Find(&docs).Error; err != nil || len(docs) != 4 {
			t.Errorf("unscoped: %d rows, %v", len(docs), err)
		}
		list, err := NewRepository[Doc](db).List(b.ctx, Barrier, func(db *gorm.DB) *gorm.DB { return db.Where(cond) })
		if err != nil || len(list) != 3 {
			t.Errorf("repository: %d rows, %v", len(list), err)
		}
		withActions, err := NewRepository[Doc](db).ListWithActions(b.ctx, []string{"update"}, Barrier, func(db *gorm.DB) *gorm.DB { return db.Where(cond) })
		if err != nil || len(withActions) != 3 || !withActions[0].Can("update") {
			t.Errorf("with actions: %d rows, %v", len(withActions), err)
		}
		for name, err := range map[string]error{
			"no mark":        db.WithContext(b.ctx).Scopes(Barrier).Find(&docs).Error,
			"unregistered":   db.WithContext(b.ctx).Scopes(Barrier).Find(&[]unregistered{}).Error,
			"join":           read(Barrier).Joins("Author").Find(&docs).Error,
			"lock":           read(Barrier).Clauses(clause.Locking{Strength: "UPDATE"}).Find(&docs).Error,
			"update":         read(Barrier).Model(&Doc{}).Where("id = 1").Update("title", "x").Error,
			"delete":         read(Barrier).Where("id = 1").Delete(&Doc{}).Error,
			"unmarked write": db.WithContext(b.ctx).Scopes(Barrier).Where("id = 1").Delete(&Doc{}).Error,
			"balance":        read(Barrier).Where("amount < 3 --").Find(&docs).Error,
		} {
			if !errors.Is(err, authz.ErrUndecided) || answer.IsDenial(err) {
				t.Errorf("%s: %v", name, err)
			}
		}
	})
}

// unregistered is a model of the same table.
type unregistered struct{ ID int64 }

func (unregistered) TableName() string { return "docs" }
