package main

// This file tests the parts of the application inside the test program, where the
// race detector sees them.

import (
	"cmp"
	"fmt"
	"math/rand/v2"
	"net/http"
	"net/url"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"strings"
	"testing"

	mysqldsn "github.com/go-sql-driver/mysql"
	"gorm.io/gorm"

	gormauthz "github.com/ursa-authz/ursa/adapters/gorm"
	"github.com/ursa-authz/ursa/authz"
	"github.com/ursa-authz/ursa/authz/authztest"
	"github.com/ursa-authz/ursa/examples/internal/database"
)

func TestInProcess(t *testing.T) {
	server, a := newServer(t, settings{})
	walk(t, server.URL)
	checkList(t, server.URL, a.db)
}

// TestServers repeats the walk on PostgreSQL and MySQL.
func TestServers(t *testing.T) {
	mysqlDSN := getenv("URSA_MYSQL_DSN", "root@tcp(127.0.0.1:3306)/test")
	c, err := mysqldsn.ParseDSN(mysqlDSN)
	if err != nil {
		t.Fatal(err)
	}
	mysqlURL := url.URL{Scheme: "mysql", User: url.UserPassword(c.User, c.Passwd), Host: c.Addr, Path: "/" + c.DBName}
	for _, tt := range []struct{ name, url string }{
		{"postgres", getenv("URSA_POSTGRES_DSN", "postgres://postgres@127.0.0.1:5432/test?sslmode=disable")},
		{"mysql", mysqlURL.String()},
	} {
		t.Run(tt.name, func(t *testing.T) {
			server, a := newServer(t, settings{db: ownDatabase(t, tt.url)})
			if !a.filled {
				t.Error("a new database was not filled")
			}
			walk(t, server.URL)
			checkList(t, server.URL, a.db)
		})
	}
}

func getenv(name, value string) string { return cmp.Or(os.Getenv(name), value) }

// ownDatabase creates a database for a test on the server of a URL. If the server
// cannot be reached, the test is skipped, or fails if URSA_REQUIRE_DATABASES is 1.
func ownDatabase(t *testing.T, server string) string {
	t.Helper()
	dialector, err := database.Dialector(server)
	if err != nil {
		t.Fatal(err)
	}
	admin, err := gorm.Open(dialector, &gorm.Config{})
	if err != nil && os.Getenv("URSA_REQUIRE_DATABASES") != "1" {
		t.Skipf("no server: %v", err)
	} else if err != nil {
		t.Fatal(err)
	}
	name := fmt.Sprintf("ursa_expenses_%016x", rand.Uint64())
	if err := admin.Exec("CREATE DATABASE " + name).Error; err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := admin.Exec("DROP DATABASE " + name).Error; err != nil {
			t.Error(err)
		}
		database.Close(admin)
	})
	u, err := url.Parse(server)
	if err != nil {
		t.Fatal(err)
	}
	u.Path = "/" + name
	return u.String()
}

// TestSubmit: a body that is not an expense is rejected, and nothing is inserted.
func TestSubmit(t *testing.T) {
	server, a := newServer(t, settings{})
	full := func(description string) string { return `{"amount": 1, "description": "` + description + `"}` }
	const shell = len(`{"amount": 1, "description": ""}`)
	for _, tt := range []struct {
		name, body string
		status     int
	}{
		{"longest", full(strings.Repeat("x", maxBody-shell)), 200},
		{"too long", full(strings.Repeat("x", maxBody-shell+1)), 413},
		{"much too long", full(strings.Repeat("x", 10*maxBody)), 413},
		{"nothing", ``, 400},
		{"no JSON", `amount=1&description=x`, 400},
		{"half", `{"amount": 1, "description": "x"`, 400},
		{"null", `null`, 400},
		{"list", `[{"amount": 1, "description": "x"}]`, 400},
		{"string", `"x"`, 400},
		{"number", `1`, 400},
		{"trailing value", full("x") + full("x"), 400},
		{"trailing text", full("x") + `x`, 400},
		{"trailing comma", `{"amount": 1, "description": "x",}`, 400},
		{"trailing white space", full("x") + "\n\t ", 200},
		{"comment", `{"amount": 1, /* one */ "description": "x"}`, 400},
		{"byte order mark", "\ufeff" + full("x"), 400},
		{"not UTF-8", full("\xff"), 400},
		{"NUL", full(`\u0000`), 400},
		{"no amount", `{"description": "x"}`, 400},
		{"no description", `{"amount": 1}`, 400},
		{"null amount", `{"amount": null, "description": "x"}`, 400},
		{"null description", `{"amount": 1, "description": null}`, 400},
		{"null user", `{"amount": 1, "description": "x", "user_id": null}`, 400},
		{"amount as text", `{"amount": "1", "description": "x"}`, 400},
		{"amount with a fraction", `{"amount": 1.5, "description": "x"}`, 400},
		{"amount as float", `{"amount": 1e2, "description": "x"}`, 400},
		{"amount too large", `{"amount": 9223372036854775808, "description": "x"}`, 400},
		{"negative amount", `{"amount": -1, "description": "x"}`, 400},
		{"description as list", `{"amount": 1, "description": ["x"]}`, 400},
		{"description as object", `{"amount": 1, "description": {"amount": 2}}`, 400},
		{"user as list", `{"amount": 1, "description": "x", "user_id": [1]}`, 400},
		{"user too large", `{"amount": 1, "description": "x", "user_id": 4294967297}`, 400},
		{"other key", `{"amount": 1, "description": "x", "approved": true}`, 400},
		{"id", `{"amount": 1, "description": "x", "id": 1}`, 400},
		{"other case", `{"Amount": 1, "description": "x"}`, 400},
		{"also in other case", `{"amount": 1, "description": "x", "USER_ID": 2}`, 400},
		{"Kelvin sign", `{"amount": 1, "description": "x", "user_id": 1, "user_id\u212a": 1}`, 400},
		{"twice", `{"amount": 1, "amount": 2, "description": "x"}`, 400},
		{"user twice", `{"user_id": 1, "amount": 1, "description": "x", "user_id": 2}`, 400},
		{"twice, once escaped", `{"user_id": 1, "amount": 1, "description": "x", "user\u005fid": 2}`, 400},
		{"somebody else's", `{"amount": 1, "description": "x", "user_id": 2}`, 403},
		{"nobody's", `{"amount": 1, "description": "x", "user_id": 0}`, 403},
		{"no user's", `{"amount": 1, "description": "x", "user_id": 999}`, 403},
	} {
		t.Run(tt.name, func(t *testing.T) {
			var before, after int64
			if err := a.db.Model(&Expense{}).Count(&before).Error; err != nil {
				t.Fatal(err)
			}
			r, err := http.NewRequest("PUT", server.URL+"/expenses/submit", strings.NewReader(tt.body))
			if err != nil {
				t.Fatal(err)
			}
			r.Header.Set("user", "alice@foo.com")
			resp, err := http.DefaultClient.Do(r)
			if err != nil {
				t.Fatal(err)
			}
			resp.Body.Close()
			if err := a.db.Model(&Expense{}).Count(&after).Error; err != nil {
				t.Fatal(err)
			}
			if resp.StatusCode != tt.status {
				t.Errorf("status %s, want %d", resp.Status, tt.status)
			}
			if inserted := after - before; (inserted == 1) != (tt.status == 200) || inserted > 1 {
				t.Errorf("%d rows inserted", inserted)
			}
		})
	}
}

// TestManaged: with another policy and the same program, managers and accountants
// see more, in lists too.
func TestManaged(t *testing.T) {
	server, a := newServer(t, settings{policy: "managed"})
	for _, tt := range []struct {
		user string
		want string // who submitted the expenses in the list
	}{
		{"alice@foo.com", "1 2 3 4 5 6 7 8 9"},
		{"cora@foo.com", "1 2 3 4 5 6 7 8 9"},
		{"dmitri@foo.com", "5 6 7 8"},
		{"esther@foo.com", "6 7 8"},
		{"frantz@foo.com", "7"},
		{"hiroshi@foo.com", "9"},
		{"zora@bar.com", "10 11 12 13"},
		{"yusuf@bar.com", "11 12"},
		{"wendell@bar.com", "10 11 12 13"},
	} {
		list := curl(t, server.URL, `curl -H "user: `+tt.user+`" localhost:5000/expenses`)
		if list.status != 200 {
			t.Fatalf("%s: %d %s", tt.user, list.status, list.body)
		}
		listed := make(map[string]bool)
		for line := range strings.Lines(list.body) {
			listed[line] = true
		}
		var all []*Expense
		if err := a.db.Order("user_id").Find(&all).Error; err != nil {
			t.Fatal(err)
		}
		var submitters []string
		for _, e := range all {
			one := curl(t, server.URL, fmt.Sprintf(`curl -H "user: %s" localhost:5000/expenses/%d`, tt.user, e.ID))
			if (one.status == 200) != listed[e.String()+"\n"] || one.status != 200 && one.status != 403 {
				t.Errorf("%s: expense %d has status %d, and in the list: %v", tt.user, e.ID, one.status, listed[e.String()+"\n"])
			}
			id := fmt.Sprint(e.UserID)
			if one.status == 200 && (len(submitters) == 0 || submitters[len(submitters)-1] != id) {
				submitters = append(submitters, id)
			}
		}
		if got := strings.Join(submitters, " "); got != tt.want {
			t.Errorf("%s sees the expenses of %s, want %s", tt.user, got, tt.want)
		}
	}
}

// TestEquivalent: lists and decisions agree, on hostile rows too.
func TestEquivalent(t *testing.T) {
	for _, policy := range []string{"expenses", "managed"} {
		t.Run(policy, func(t *testing.T) {
			_, a := newServer(t, settings{policy: policy})
			actors := []any{Guest{}}
			for _, id := range []int{1, 4, 5, 7, 13} {
				u := new(User)
				if err := a.db.First(u, id).Error; err != nil {
					t.Fatal(err)
				}
				actors = append(actors, u)
			}
			authztest.Equivalent(t, a.az, gormauthz.NewLister(a.db), authz.ClassOf[Expense](), actors, []string{"read", "create"})
		})
	}
}

// TestSchema: the commands in expenses.sql, each in its folder, load the schema
// by hand.
func TestSchema(t *testing.T) {
	path, err := exec.LookPath("sqlite3")
	if err != nil {
		t.Skip("sqlite3 is not installed")
	}
	commands := regexp.MustCompile(`(?m)^--     sqlite3 expenses\.db "(.*)"$`).FindAllStringSubmatch(schema, -1)
	folders := []string{filepath.Join("..", ".."), "."}
	if len(commands) != len(folders) {
		t.Fatalf("%d commands in expenses.sql, want %d", len(commands), len(folders))
	}
	for i, folder := range folders {
		db := filepath.Join(t.TempDir(), "expenses.db")
		if i == 0 {
			write(t, db, "")
		}
		load := exec.Command(path, "-bail", db, commands[i][1])
		load.Dir = folder
		if out, err := load.CombinedOutput(); err != nil || len(out) > 0 {
			t.Fatalf("sqlite3: %v\n%s", err, out)
		}
		server, a := newServer(t, settings{db: db})
		if a.filled {
			t.Error("a database that is not empty was filled")
		}
		walk(t, server.URL)
		for table, want := range map[string]int64{"users": 13, "organizations": 2, "locations": 3, "expenses": 109} {
			var got int64
			if err := a.db.Table(table).Count(&got).Error; got != want || err != nil {
				t.Errorf("%s: %d rows, %v, want %d", table, got, err, want)
			}
		}
		var heads []string
		if err := a.db.Model(&User{}).Where("manager_id IS NULL").Order("id").Pluck("email", &heads).Error; err != nil {
			t.Fatal(err)
		}
		if got := strings.Join(heads, " "); got != "alice@foo.com zora@bar.com" {
			t.Errorf("the users without a manager are %s", got)
		}
	}
}

// TestForeignDatabase: a database with tables of another program is not touched.
func TestForeignDatabase(t *testing.T) {
	name := filepath.Join(t.TempDir(), "other.db")
	dialector, err := database.Dialector(name)
	if err != nil {
		t.Fatal(err)
	}
	for _, table := range []string{"invoices", "users"} {
		db, err := gorm.Open(dialector, &gorm.Config{})
		if err != nil {
			t.Fatal(err)
		}
		if err := db.Exec("CREATE TABLE " + table + " (id INTEGER)").Error; err != nil {
			t.Fatal(err)
		}
		database.Close(db)
		if _, _, err := openDatabase(t.Context(), name, t.Output()); err == nil || !strings.Contains(err.Error(), "it is not empty and has no table organizations") {
			t.Errorf("with a table %s: %v", table, err)
		}
	}
}

// TestDatabaseNames: a file name may contain any character.
func TestDatabaseNames(t *testing.T) {
	for _, name := range []string{"a b.db", "a?b#c.db", "100%.db", "a%20b.db", "a&_txlock=x.db", "expenses"} {
		path := filepath.Join(t.TempDir(), name)
		db, filled, err := openDatabase(t.Context(), path, t.Output())
		if err != nil || !filled {
			t.Errorf("%s: %v, %v", name, filled, err)
			continue
		}
		database.Close(db)
		if _, err := os.Stat(path); err != nil {
			t.Errorf("%s: %v", name, err)
		}
	}
}

// TestDatabaseDown: a database that fails is a 500, not a denial.
func TestDatabaseDown(t *testing.T) {
	server, a := newServer(t, settings{})
	if got := curl(t, server.URL, `curl -H "user: alice@foo.com" localhost:5000/expenses/2`); got.status != 200 {
		t.Fatalf("%d %s", got.status, got.body)
	}
	database.Close(a.db)
	for _, path := range []string{"/", "/whoami", "/expenses", "/expenses/2", "/expenses/1"} {
		if got := curl(t, server.URL, `curl -H "user: alice@foo.com" localhost:5000`+path); got.status != 500 {
			t.Errorf("%s: %d %s", path, got.status, got.body)
		}
	}
	if got := curl(t, server.URL, `curl localhost:5000/`); got.status != 200 {
		t.Errorf("a guest: %d %s", got.status, got.body)
	}
}

// TestDatabaseUnreachable: the error appears once, without the password.
func TestDatabaseUnreachable(t *testing.T) {
	for _, name := range []string{"postgres://ann:secret@127.0.0.1:1/x", "mysql://ann:secret@127.0.0.1:1/x"} {
		var log strings.Builder
		_, _, err := openDatabase(t.Context(), name, &log)
		if err == nil || strings.Contains(err.Error(), "secret") || log.Len() > 0 {
			t.Errorf("%v\n%s", err, &log)
		}
	}
}

func TestQuote(t *testing.T) {
	for text, want := range map[string]string{
		``:               `''`,
		`Pug irony.`:     `'Pug irony.'`,
		`it's "so"`:      `'it\'s "so"'`,
		`back\slash`:     `'back\\slash'`,
		`\"`:             `'\\"'`,
		`\'`:             `'\\\''`,
		"two\nlines\x7f": `'two\nlines\x7f'`,
		"café":           `'café'`,
	} {
		if got := quote(text); got != want {
			t.Errorf("%q is quoted as %s, want %s", text, got, want)
		}
	}
}
