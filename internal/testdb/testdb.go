// Package testdb makes empty databases for tests, on SQLite, PostgreSQL and MySQL.
//
// URSA_POSTGRES_DSN and URSA_MYSQL_DSN say where the servers are. A server that cannot be
// reached skips its test, or fails it if URSA_REQUIRE_DATABASES is 1.
package testdb

// This file defines the databases. Each test has its own: a file, a schema of the
// PostgreSQL server, or a database of the MySQL server.

import (
	"cmp"
	"database/sql"
	"fmt"
	"math/rand/v2"
	"net/url"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/glebarez/sqlite"
	mysqldriver "gorm.io/driver/mysql"
	postgresdriver "gorm.io/driver/postgres"
	"gorm.io/gorm"
	"gorm.io/gorm/logger"
)

// A Database is an empty database for one test.
type Database struct {
	Name string // of its kind

	kind kind
	dsn  string
}

// A kind is a kind of databases.
type kind struct {
	driver    string // of package database/sql
	dsn       func(testing.TB) string
	dialector func(dsn string) gorm.Dialector
}

var kinds = map[string]kind{
	"sqlite":   {"sqlite", SQLite, sqlite.Open},
	"postgres": {"pgx", Postgres, postgresdriver.Open},
	"mysql":    {"mysql", MySQL, mysqldriver.Open},
}

// Open returns a new handle of the database.
func (d Database) Open(t testing.TB) *gorm.DB { return Open(t, d.kind.dialector(d.dsn)) }

// Another returns another empty database of the same kind.
func (d Database) Another(t testing.TB) Database { return Database{d.Name, d.kind, d.kind.dsn(t)} }

// Faulty returns a new pool of the database whose calls can be made to fail.
func (d Database) Faulty(t testing.TB) (*sql.DB, *Faults) { return Faulty(t, d.kind.driver, d.dsn) }

// New returns an empty database of a kind: "sqlite", "postgres" or "mysql".
func New(t testing.TB, name string) Database {
	t.Helper()
	return Database{name, kinds[name], kinds[name].dsn(t)}
}

// Each runs a test on an empty database of each kind.
func Each(t *testing.T, f func(t *testing.T, d Database)) {
	t.Helper()
	for name := range kinds {
		t.Run(name, func(t *testing.T) { f(t, New(t, name)) })
	}
}

// SQLite returns the DSN of an empty database in a file, for the driver in Go.
func SQLite(t testing.TB) string {
	t.Helper()
	name := filepath.Join(t.TempDir(), "test.db")
	return "file:" + name + "?_pragma=journal_mode(WAL)&_pragma=busy_timeout(10000)&_txlock=immediate&_pragma=synchronous(OFF)"
}

// Postgres returns the DSN of an empty schema of the PostgreSQL server.
func Postgres(t testing.TB) string {
	t.Helper()
	dsn := cmp.Or(os.Getenv("URSA_POSTGRES_DSN"), "postgres://postgres@127.0.0.1:5432/test?sslmode=disable")
	admin := reach(t, "pgx", dsn)
	schema := uniqueName()
	execute(t, admin, "CREATE SCHEMA "+schema)
	t.Cleanup(func() { execute(t, admin, "DROP SCHEMA "+schema+" CASCADE") })
	u, err := url.Parse(dsn)
	if err != nil {
		t.Fatal(err)
	}
	q := u.Query()
	q.Set("search_path", schema)
	q.Set("jit", "off") // takes longer than the statements that it compiles
	u.RawQuery = q.Encode()
	return u.String()
}

// MySQL returns the DSN of an empty database of the MySQL or MariaDB server.
func MySQL(t testing.TB) string {
	t.Helper()
	dsn := cmp.Or(os.Getenv("URSA_MYSQL_DSN"), "root@tcp(127.0.0.1:3306)/test")
	admin := reach(t, "mysql", dsn)
	name := uniqueName()
	execute(t, admin, "CREATE DATABASE "+name)
	t.Cleanup(func() { execute(t, admin, "DROP DATABASE "+name) })
	server, _, _ := strings.Cut(dsn, "/")
	return server + "/" + name + "?parseTime=true&loc=UTC&charset=utf8mb4"
}

// Config returns the configuration of the handles: quiet, and without foreign keys.
func Config() *gorm.Config {
	return &gorm.Config{Logger: logger.Discard, DisableForeignKeyConstraintWhenMigrating: true}
}

// Open returns a handle of a dialector's database that is closed when the test ends.
func Open(t testing.TB, d gorm.Dialector) *gorm.DB {
	t.Helper()
	db, err := gorm.Open(d, Config())
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if pool, err := db.DB(); err == nil {
			pool.Close()
		}
	})
	return db
}

// reach connects to a server.
func reach(t testing.TB, driver, dsn string) *sql.DB {
	t.Helper()
	db, err := sql.Open(driver, dsn)
	if err == nil {
		err = db.PingContext(t.Context())
	}
	switch {
	case err == nil:
		t.Cleanup(func() { db.Close() })
		return db
	case os.Getenv("URSA_REQUIRE_DATABASES") == "1":
		t.Fatalf("%s: %v", driver, err)
	default:
		t.Skipf("%s: %v", driver, err)
	}
	return nil
}

func execute(t testing.TB, db *sql.DB, query string) {
	t.Helper()
	if _, err := db.Exec(query); err != nil {
		t.Fatalf("%s: %v", query, err)
	}
}

func uniqueName() string { return fmt.Sprintf("ursa_%016x", rand.Uint64()) }
