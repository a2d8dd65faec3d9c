//go:build !cgo

package gormauthz

// This file defines the SQLite driver of the tests without cgo.

var sqlitePackage = sqliteInGo
