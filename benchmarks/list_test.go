package benchmarks

// This file measures lists: the rows of a table that a user may see.

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"math/rand/v2"
	"net/url"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"gorm.io/driver/mysql"
	"gorm.io/driver/postgres"
	"gorm.io/driver/sqlite"
	"gorm.io/gorm"
	"gorm.io/gorm/logger"

	gormauthz "github.com/ursa-authz/ursa/adapters/gorm"
	"github.com/ursa-authz/ursa/authz"
)

// An Entry is a row of the table. It refers to a user by number and by name.
type Entry struct {
	ID        int    `gorm:"primaryKey;autoIncrement:false"`
	UserID    int    `gorm:"index"`
	Owner     string `gorm:"index;size:64"`
	CompanyID int    `gorm:"index"`
	Company   *Company
	Amount    int
}

// A Company owns entries.
type Company struct {
	ID   int `gorm:"primaryKey;autoIncrement:false"`
	Name string
}

// listPolicy has an action for each way to find a user's rows.
const listPolicy = `
allow(user: User, "int", entry: Entry) if user.ID = entry.UserID;
allow(user: User, "text", entry: Entry) if user.Name = entry.Owner;
allow(user: User, "role", entry: Entry) if has_role(user, "admin", entry.Company);

has_role(user: User, name: String, company: Company) if
    role in user.Roles and role.Name = name and role.OrganizationID = company.ID;
`

// wheres are the conditions of the policy written by hand. They treat NULL in their
// columns in the same way, since no user has the number 0 or an empty name.
var wheres = map[string]func(*gorm.DB, *User) *gorm.DB{
	"int":  func(db *gorm.DB, u *User) *gorm.DB { return db.Where("user_id = ?", u.ID) },
	"text": func(db *gorm.DB, u *User) *gorm.DB { return db.Where("owner = ?", u.Name) },
	"role": func(db *gorm.DB, u *User) *gorm.DB {
		return db.Where("company_id IN ?", u.adminOf())
	},
}

// adminOf returns the companies whose admin a user is.
func (u *User) adminOf() []int {
	var list []int
	for _, role := range u.Roles {
		if role.Name == "admin" {
			list = append(list, role.OrganizationID)
		}
	}
	return list
}

var keys = []string{"int", "text", "role"}

// rowsEach is the number of rows of each user, and of each company.
const rowsEach = 100

// A table is filled with rows; the user in the middle lists it.
type table struct {
	db   *gorm.DB
	repo *gormauthz.Repository[Entry]
	az   *authz.Authorizer
	user *User
	ctx  context.Context
}

// newTable creates and fills the tables of a database.
func newTable(tb testing.TB, db *gorm.DB, rows int) *table {
	tb.Helper()
	if err := db.AutoMigrate(&Company{}, &Entry{}); err != nil {
		tb.Fatal(err)
	}
	each := rows / rowsEach
	fill(tb, db, each, "INSERT INTO companies (id, name) SELECT n + 1, CONCAT('company ', n + 1) FROM (%s) numbers")
	fill(tb, db, rows, fmt.Sprintf("INSERT INTO entries (id, user_id, owner, company_id, amount) "+
		"SELECT n + 1, n %%%% %[1]d + 1, CONCAT('user ', n %%%% %[1]d + 1), n %%%% %[1]d + 1, n FROM (%%s) numbers", each))
	quiet(tb, db)

	classes, err := gormauthz.Classes(db, &Entry{}, &Company{})
	if err != nil {
		tb.Fatal(err)
	}
	az, err := authz.New(authz.Config{
		Policies: authz.String("list.polar", listPolicy),
		Classes:  append(classes, authz.ClassOf[User](), authz.ClassOf[Role]()),
	})
	if err != nil {
		tb.Fatal(err)
	}
	if err := db.Use(gormauthz.New(az)); err != nil {
		tb.Fatal(err)
	}
	id := each/2 + 1
	user := &User{ID: id, Name: fmt.Sprintf("user %d", id), Roles: []Role{{"member", 1}, {"admin", id}}}
	return &table{db, gormauthz.NewRepository[Entry](db), az, user, authz.NewContext(context.Background(), az, user)}
}

// quiet makes the database do in advance what it would otherwise do in the
// background during the measurement: collect statistics, and write the rows to
// disk.
func quiet(tb testing.TB, db *gorm.DB) {
	tb.Helper()
	statements := map[string][]string{
		"sqlite":   {"ANALYZE", "PRAGMA wal_checkpoint(TRUNCATE)"},
		"postgres": {"VACUUM ANALYZE"},
		"mysql":    {"ANALYZE TABLE companies, entries", "FLUSH TABLES companies, entries FOR EXPORT", "UNLOCK TABLES"},
	}[db.Name()]
	err := db.Connection(func(tx *gorm.DB) error { // the same connection must lock and unlock tables
		for _, s := range statements {
			if err := tx.Exec(s).Error; err != nil {
				return err
			}
		}
		return nil
	})
	if err != nil {
		tb.Fatal(err)
	}
}

// version returns the version of the database.
func (t *table) version(tb testing.TB) (version string) {
	function := "version()"
	if t.db.Name() == "sqlite" {
		function = "sqlite_version()"
	}
	if err := t.db.Raw("SELECT " + function).Scan(&version).Error; err != nil {
		tb.Fatal(err)
	}
	return version
}

// fill inserts rows for the numbers n from 0 to count-1, which the statement gets
// as a subquery.
func fill(tb testing.TB, db *gorm.DB, count int, statement string) {
	tb.Helper()
	const digits = "(SELECT 0 AS d UNION ALL SELECT 1 UNION ALL SELECT 2 UNION ALL SELECT 3 UNION ALL SELECT 4 " +
		"UNION ALL SELECT 5 UNION ALL SELECT 6 UNION ALL SELECT 7 UNION ALL SELECT 8 UNION ALL SELECT 9) d%d"
	var from, sum []string
	for i, power := 0, 1; power < max(count, 2); i, power = i+1, power*10 {
		from = append(from, fmt.Sprintf(digits, i))
		sum = append(sum, fmt.Sprintf("d%d.d * %d", i, power))
	}
	number := strings.Join(sum, " + ")
	numbers := fmt.Sprintf("SELECT %s AS n FROM %s WHERE %[1]s < %[3]d", number, strings.Join(from, ", "), count)
	if err := db.Exec(fmt.Sprintf(statement, numbers)).Error; err != nil {
		tb.Fatal(err)
	}
}

// ways are the methods of finding a user's rows.
var ways = map[string]func(t *table, key string) ([]Entry, error){
	// Repository.List.
	"list": func(t *table, key string) ([]Entry, error) { return t.repo.WithAction(key).List(t.ctx) },
	// The scope for GORM's own methods.
	"scope": func(t *table, key string) (rows []Entry, err error) {
		err = t.db.WithContext(t.ctx).Scopes(gormauthz.Authorized(key)).Find(&rows).Error
		return rows, err
	},
	// The same query with the condition written by hand.
	"where": func(t *table, key string) (rows []Entry, err error) {
		err = wheres[key](t.db.WithContext(t.ctx), t.user).Find(&rows).Error
		return rows, err
	},
	// All rows, and a decision for each row; companies are fetched with the rows.
	"check": func(t *table, key string) ([]Entry, error) {
		db := t.db.WithContext(t.ctx)
		if key == "role" {
			db = db.Preload("Company")
		}
		var all, rows []Entry
		if err := db.Find(&all).Error; err != nil {
			return nil, err
		}
		for i := range all {
			ok, err := t.az.IsAllowed(t.ctx, t.user, key, &all[i])
			if err != nil {
				return nil, err
			}
			if ok {
				rows = append(rows, all[i])
			}
		}
		return rows, nil
	},
}

// check returns an error if a method does not find the user's rows.
func (t *table) check(way, key string) error {
	rows, err := ways[way](t, key)
	if err != nil {
		return err
	}
	if len(rows) != rowsEach {
		return fmt.Errorf("%d rows; want %d", len(rows), rowsEach)
	}
	slices.SortFunc(rows, func(a, b Entry) int { return a.ID - b.ID })
	for i, row := range rows {
		if i > 0 && row.ID == rows[i-1].ID || row.UserID != t.user.ID {
			return errors.New("the rows are not the user's")
		}
	}
	return nil
}

// databases open empty databases, or skip.
var databases = []struct {
	name string
	open func(testing.TB) *gorm.DB
}{
	{"sqlite", func(tb testing.TB) *gorm.DB {
		path := filepath.Join(tb.TempDir(), "list.db")
		return openDB(tb, sqlite.Open("file:"+path+"?_journal_mode=WAL&_busy_timeout=10000&_txlock=immediate"))
	}},
	{"postgres", func(tb testing.TB) *gorm.DB {
		dsn := getenv("URSA_POSTGRES_DSN", "postgres://postgres@127.0.0.1:5432/test?sslmode=disable")
		name := private(tb, "pgx", dsn, "CREATE SCHEMA %s", "DROP SCHEMA %s CASCADE")
		u, err := url.Parse(dsn)
		if err != nil {
			tb.Fatal(err)
		}
		q := u.Query()
		q.Set("search_path", name)
		u.RawQuery = q.Encode()
		return openDB(tb, postgres.Open(u.String()))
	}},
	{"mysql", func(tb testing.TB) *gorm.DB {
		dsn := getenv("URSA_MYSQL_DSN", "root@tcp(127.0.0.1:3306)/test")
		name := private(tb, "mysql", dsn, "CREATE DATABASE %s", "DROP DATABASE %s")
		server, _, _ := strings.Cut(dsn, "/")
		return openDB(tb, mysql.Open(server+"/"+name+"?parseTime=true&loc=UTC&charset=utf8mb4"))
	}},
}

func openDB(tb testing.TB, d gorm.Dialector) *gorm.DB {
	tb.Helper()
	db, err := gorm.Open(d, &gorm.Config{Logger: logger.Discard, DisableForeignKeyConstraintWhenMigrating: true})
	if err != nil {
		tb.Fatal(err)
	}
	tb.Cleanup(func() {
		if pool, err := db.DB(); err == nil {
			pool.Close()
		}
	})
	return db
}

// private creates a separate database on a server for one test, and returns its
// name. It skips the test if there is no such server, unless URSA_REQUIRE_DATABASES
// is 1.
func private(tb testing.TB, driver, dsn, create, drop string) string {
	tb.Helper()
	db, err := sql.Open(driver, dsn)
	if err == nil {
		err = db.PingContext(context.Background())
	}
	if err != nil {
		if os.Getenv("URSA_REQUIRE_DATABASES") == "1" {
			tb.Fatal(err)
		}
		tb.Skip(err)
	}
	name := fmt.Sprintf("ursa_bench_%016x", rand.Uint64())
	if _, err := db.Exec(fmt.Sprintf(create, name)); err != nil {
		tb.Fatal(err)
	}
	tb.Cleanup(func() {
		if _, err := db.Exec(fmt.Sprintf(drop, name)); err != nil {
			tb.Error(err)
		}
		db.Close()
	})
	return name
}

func getenv(name, value string) string {
	if s := os.Getenv(name); s != "" {
		return s
	}
	return value
}

func TestLists(t *testing.T) {
	for _, d := range databases {
		t.Run(d.name, func(t *testing.T) {
			tab := newTable(t, d.open(t), 10*rowsEach)
			for _, key := range keys {
				for way := range ways {
					if err := tab.check(way, key); err != nil {
						t.Errorf("%s by %s: %v", way, key, err)
					}
				}
			}
		})
	}
}

// BenchmarkList measures the list of a user's 100 rows among many.
func BenchmarkList(b *testing.B) {
	const usual = 100_000
	for _, d := range databases {
		b.Run("database="+d.name, func(b *testing.B) {
			b.Run(fmt.Sprintf("rows=%d", usual), func(b *testing.B) {
				tab := newTable(b, d.open(b), usual)
				fmt.Printf("%s-version: %s\n", d.name, tab.version(b)) // a line of the benchmark format
				for _, key := range keys {
					for range 200 { // so that no method is always the one with a cold cache
						for _, way := range alike {
							if err := tab.check(way, key); err != nil {
								b.Fatal(err)
							}
						}
					}
					measureTurns(b, tab, key)
					for _, way := range []string{"list", "where", "scope", "check"} {
						measureList(b, tab, way, key)
					}
				}
			})
			if d.name != "sqlite" {
				return
			}
			for _, rows := range []int{1_000, 10_000, 1_000_000} {
				b.Run(fmt.Sprintf("rows=%d", rows), func(b *testing.B) {
					tab := newTable(b, d.open(b), rows)
					measureList(b, tab, "list", "int")
					measureList(b, tab, "where", "int")
				})
			}
		})
	}
}

func measureList(b *testing.B, tab *table, way, key string) {
	b.Run("key="+key+"/way="+way, func(b *testing.B) {
		if err := tab.check(way, key); err != nil {
			b.Fatal(err)
		}
		b.ReportAllocs()
		for b.Loop() {
			if rows, err := ways[way](tab, key); err != nil || len(rows) != rowsEach {
				b.Fatal(len(rows), err)
			}
		}
	})
}

// alike are the methods that send the same query to the database.
var alike = []string{"list", "scope", "where"}

// measureTurns measures the methods that are alike: one list by each in turn, and
// the median of each, so that other load on the machine and the server affects all
// of them. The time of an operation is that of one turn.
func measureTurns(b *testing.B, tab *table, key string) {
	b.Run("key="+key+"/way=turns", func(b *testing.B) {
		took := make(map[string][]float64)
		for first := 0; b.Loop(); first++ {
			for i := range alike {
				way := alike[(first+i)%len(alike)] // so that no method always follows the same other method
				begin := time.Now()
				rows, err := ways[way](tab, key)
				took[way] = append(took[way], float64(time.Since(begin)))
				if err != nil || len(rows) != rowsEach {
					b.Fatal(len(rows), err)
				}
			}
		}
		for way, times := range took {
			slices.Sort(times)
			b.ReportMetric(times[len(times)/2], way+"-p50-ns")
		}
	})
}

// BenchmarkFilter measures the steps of a list before the database query: from
// policy to filter, and to the text of a statement, compared with the text that
// GORM makes of a condition written by hand.
func BenchmarkFilter(b *testing.B) {
	tab := newTable(b, databases[0].open(b), 10*rowsEach)
	dry := tab.db.Session(&gorm.Session{DryRun: true}).WithContext(tab.ctx)
	for _, key := range keys {
		b.Run("key="+key+"/step=filter", func(b *testing.B) {
			b.ReportAllocs()
			for b.Loop() {
				if q, err := tab.az.Filter(tab.ctx, tab.user, key, authz.ClassOf[Entry]()); err != nil || q.Where == nil {
					b.Fatal(q, err)
				}
			}
		})
		text := func(step string, tx func() *gorm.DB) {
			b.Run("key="+key+"/step="+step, func(b *testing.B) {
				b.ReportAllocs()
				for b.Loop() {
					var rows []Entry
					if stmt := tx().Find(&rows).Statement; stmt.Error != nil || stmt.SQL.Len() == 0 {
						b.Fatal(stmt.Error)
					}
				}
			})
		}
		text("sql", func() *gorm.DB { return dry.Scopes(gormauthz.Authorized(key)) })
		text("where", func() *gorm.DB { return wheres[key](dry, tab.user) })
	}
}
