//go:build cgo

package database

// This file defines openSQLite with SQLite's C library.

import (
	"gorm.io/driver/sqlite"
	"gorm.io/gorm"
)

func openSQLite(uri string) gorm.Dialector {
	return sqlite.Open(uri + "?_journal_mode=WAL&_busy_timeout=10000&_foreign_keys=on&_txlock=immediate")
}
