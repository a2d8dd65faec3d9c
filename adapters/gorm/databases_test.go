package gormauthz

// This file defines the databases that the tests use.

import (
	"path/filepath"
	"testing"

	gosqlite "github.com/glebarez/sqlite"
	mysqldriver "gorm.io/driver/mysql"
	postgresdriver "gorm.io/driver/postgres"
	"gorm.io/gorm"

	"github.com/ursa-authz/ursa/internal/testdb"
)

// A database is a new and empty one, for one test.
type database struct {
	name   string
	driver string // of package database/sql
	dsn    string
	open   func(t testing.TB) *gorm.DB // a new pool on the same data
}

// onDatabases runs a test on SQLite, PostgreSQL and MySQL. A server that cannot
// be reached skips its test, or fails it if URSA_REQUIRE_DATABASES is 1.
func onDatabases(t *testing.T, f func(t *testing.T, db *gorm.DB)) {
	t.Helper()
	eachDatabase(t, func(t *testing.T, d database) { f(t, d.open(t)) })
}

func eachDatabase(t *testing.T, f func(t *testing.T, d database)) {
	t.Helper()
	t.Run("sqlite", func(t *testing.T) { f(t, newSQLite(t)) })
	t.Run("postgres", func(t *testing.T) { f(t, newPostgres(t)) })
	t.Run("mysql", func(t *testing.T) { f(t, newMySQL(t)) })
}

// A sqliteDriver is one of the drivers for SQLite.
type sqliteDriver struct {
	name    string // in package database/sql
	options string
	open    func(dsn string) gorm.Dialector
}

// sqliteInGo is the driver written in Go, which may write times in another format.
var sqliteInGo = sqliteDriver{
	name:    "sqlite",
	options: "?_pragma=journal_mode(WAL)&_pragma=busy_timeout(10000)&_txlock=immediate&_pragma=synchronous(OFF)",
	open:    func(dsn string) gorm.Dialector { return gosqlite.Open(dsn) },
}

func newSQLite(t testing.TB) database { return sqlitePackage.database(t) }

func (s sqliteDriver) database(t testing.TB) database {
	dsn := "file:" + filepath.Join(t.TempDir(), "test.db") + s.options
	return database{"sqlite", s.name, dsn, func(t testing.TB) *gorm.DB { return testdb.Open(t, s.open(dsn)) }}
}

func newPostgres(t testing.TB) database {
	dsn := testdb.Postgres(t)
	return database{"postgres", "pgx", dsn, func(t testing.TB) *gorm.DB { return testdb.Open(t, postgresdriver.Open(dsn)) }}
}

func newMySQL(t testing.TB) database {
	dsn := testdb.MySQL(t)
	return database{"mysql", "mysql", dsn, func(t testing.TB) *gorm.DB { return testdb.Open(t, mysqldriver.Open(dsn)) }}
}
