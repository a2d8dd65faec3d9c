package gormauthz

// This file begins a transaction for writes of handles with SkipDefaultTransaction: a write that is
// denied after it happened must be rolled back.

import (
	"gorm.io/gorm"
)

const beganKey = "gormauthz:began"

// beginWrite returns a callback that begins a transaction for a write that is to be authorized, if
// there is none.
func (p *Plugin) beginWrite(action string) func(*gorm.DB) {
	return func(db *gorm.DB) {
		if _, ok := p.actionOf(db.Statement, action); !ok || db.Error != nil || db.DryRun || inTransaction(db) {
			return
		}
		tx := db.Session(&gorm.Session{NewDB: true, Context: db.Statement.Context}).Begin()
		if tx.Error != nil {
			db.AddError(databaseError(tx.Error))
			return
		}
		db.InstanceSet(beganKey, db.Statement.ConnPool)
		db.Statement.ConnPool = tx.Statement.ConnPool
	}
}

// endWrite ends the transaction that beginWrite began.
func endWrite(db *gorm.DB) {
	pool, ok := db.InstanceGet(beganKey)
	if !ok {
		return
	}
	if db.Error != nil {
		db.Rollback()
	} else if err := db.Commit().Error; err != nil {
		db.AddError(databaseError(err))
	}
	db.Statement.ConnPool = pool.(gorm.ConnPool)
}

// hasOwnTransaction reports whether the transaction of a write is of this statement alone, and ends with
// it.
func hasOwnTransaction(db *gorm.DB) bool {
	_, gorms := db.InstanceGet("gorm:started_transaction")
	_, ours := db.InstanceGet(beganKey)
	return gorms || ours
}
