package gormauthz

// This file defines the databases that the tests use.

import (
	"context"
	"database/sql"
	"fmt"
	"math/rand/v2"
	"net/url"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"testing"

	gosqlite "github.com/glebarez/sqlite"
	mysqldriver "gorm.io/driver/mysql"
	postgresdriver "gorm.io/driver/postgres"
	"gorm.io/gorm"
	"gorm.io/gorm/logger"
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

func config() *gorm.Config {
	return &gorm.Config{Logger: logger.Discard, DisableForeignKeyConstraintWhenMigrating: true}
}

func open(t testing.TB, d gorm.Dialector) *gorm.DB {
	t.Helper()
	db, err := gorm.Open(d, config())
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
	return database{"sqlite", s.name, dsn, func(t testing.TB) *gorm.DB { return open(t, s.open(dsn)) }}
}

func newPostgres(t testing.TB) database {
	dsn := getenv("URSA_POSTGRES_DSN", "postgres://postgres@127.0.0.1:5432/test?sslmode=disable")
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
	q.Set("jit", "off") // compiling takes longer than the statements
	u.RawQuery = q.Encode()
	return database{"postgres", "pgx", u.String(), func(t testing.TB) *gorm.DB { return open(t, postgresdriver.Open(u.String())) }}
}

func newMySQL(t testing.TB) database {
	dsn := getenv("URSA_MYSQL_DSN", "root@tcp(127.0.0.1:3306)/test")
	admin := reach(t, "mysql", dsn)
	name := uniqueName()
	execute(t, admin, "CREATE DATABASE "+name)
	t.Cleanup(func() { execute(t, admin, "DROP DATABASE "+name) })
	server, _, _ := strings.Cut(dsn, "/")
	own := server + "/" + name + "?parseTime=true&loc=UTC&charset=utf8mb4"
	return database{"mysql", "mysql", own, func(t testing.TB) *gorm.DB { return open(t, mysqldriver.Open(own)) }}
}

// reach connects to a server.
func reach(t testing.TB, driver, dsn string) *sql.DB {
	t.Helper()
	db, err := sql.Open(driver, dsn)
	if err == nil {
		err = db.PingContext(context.Background())
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

func getenv(name, value string) string {
	if s := os.Getenv(name); s != "" {
		return s
	}
	return value
}

// runs returns the number of random cases of a test: URSA_FILTER_RUNS, or n.
func runs(t *testing.T, n int) int {
	s := os.Getenv("URSA_FILTER_RUNS")
	if s == "" {
		return n
	}
	n, err := strconv.Atoi(s)
	if err != nil || n < 1 {
		t.Fatalf("URSA_FILTER_RUNS is %q", s)
	}
	return n
}

// newRand returns a generator whose seed is logged, or given by URSA_SEED.
func newRand(t testing.TB) *rand.Rand {
	seed := rand.Uint64()
	if s := os.Getenv("URSA_SEED"); s != "" {
		var err error
		if seed, err = strconv.ParseUint(s, 10, 64); err != nil {
			t.Fatal(err)
		}
	}
	t.Logf("URSA_SEED=%d", seed)
	return rand.New(rand.NewPCG(seed, 0))
}
