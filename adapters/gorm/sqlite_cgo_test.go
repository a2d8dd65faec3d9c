//go:build cgo

package gormauthz

// This file defines the SQLite driver of most tests: the one in C.

import (
	driver "gorm.io/driver/sqlite"
	"gorm.io/gorm"
)

var sqlitePackage = sqliteDriver{
	name:    "sqlite3",
	options: "?_journal_mode=WAL&_busy_timeout=10000&_txlock=immediate&_synchronous=OFF",
	open:    func(dsn string) gorm.Dialector { return driver.Open(dsn) },
}
