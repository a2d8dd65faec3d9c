package gormauthz

// This file defines what is done about models with an AfterFind hook. Such a hook may change
// columns of the rows that are read. A decision would then be about what the hook made, and a
// list about what is stored.

import (
	"gorm.io/gorm"
)

// A keptModel is a model whose AfterFind hook leaves columns alone.
type keptModel struct{ model any }

// KeepsColumns returns a model for Classes, and says that its AfterFind hook does not change
// fields that are columns. Without it, lists that read columns of a model with such a hook are
// authz.ErrUnsupported.
//
//	classes, err := gormauthz.Classes(db, &User{}, gormauthz.KeepsColumns(&Expense{}))
func KeepsColumns(model any) any { return keptModel{model} }

// warnOfHooks logs the models whose lists are refused because of their hooks.
func warnOfHooks(db *gorm.DB, models []*model) {
	for _, m := range models {
		if m.changes() {
			db.Logger.Warn(db.Statement.Context, "gormauthz: %s", hooked(m))
		}
	}
}

// changes reports whether a hook may change columns of the rows that are read.
func (m *model) changes() bool { return m.schema.AfterFind && !m.kept.Load() }

func hooked(m *model) string {
	return m.typ.String() + " has an AfterFind hook, which may change columns, so that its lists are not supported" +
		" (if it changes none, pass gormauthz.KeepsColumns(&" + m.typ.Name() + "{}) to Classes)"
}
