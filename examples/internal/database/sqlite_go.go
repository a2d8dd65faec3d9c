//go:build !cgo

package database

// This file defines openSQLite with a driver in Go, for builds without cgo.

import (
	"github.com/glebarez/sqlite"
	"gorm.io/gorm"
)

func openSQLite(uri string) gorm.Dialector {
	return sqlite.Open(uri + "?_pragma=journal_mode(WAL)&_pragma=busy_timeout(10000)&_pragma=foreign_keys(1)&_txlock=immediate")
}
