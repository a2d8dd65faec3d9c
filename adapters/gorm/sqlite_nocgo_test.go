//go:build !cgo

package gormauthz

// This file defines the SQLite that tests run on where there is no C.

var sqlitePackage = sqliteInGo
