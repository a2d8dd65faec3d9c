package sqlauthz

// This file tests that databases find indexes for conditions with several ways to be allowed.

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"slices"
	"strconv"
	"strings"
	"testing"

	"github.com/ursa-authz/ursa/authz"
	"github.com/ursa-authz/ursa/internal/testdb"
)

type person struct {
	ID int64 `db:"id,key"`
}

type folder struct {
	ID       int64    `db:"id,key"`
	OwnerID  int64    `db:"owner_id"`
	ParentID *int64   `db:"parent_id"`
	Parent   *folder  `db:"-"`
	Kids     []folder `db:"-"`
}

type crew struct {
	ID       int64        `db:"id,key"`
	ParentID *int64       `db:"parent_id"`
	Parent   *crew        `db:"-"`
	Members  []membership `db:"-"`
}

// A customRole is one that users define.
type customRole struct {
	ID      int64 `db:"id,key"`
	MayRead bool  `db:"may_read"`
}

type membership struct {
	ID      int64       `db:"id,key"`
	CrewID  int64       `db:"crew_id"`
	UserID  int64       `db:"user_id"`
	Role    string      `db:"role,type=varchar(20)"`
	Expires *int64      `db:"expires"`
	RoleID  int64       `db:"role_id"`
	Custom  *customRole `db:"-"`
}

type ban struct {
	ID     int64 `db:"id,key"`
	FileID int64 `db:"file_id"`
	UserID int64 `db:"user_id"`
}

type label struct {
	ID      int64 `db:"id,key"`
	OwnerID int64 `db:"owner_id"`
}

type share struct {
	ID     int64 `db:"id,key"`
	FileID int64 `db:"file_id"`
	UserID int64 `db:"user_id"`
}

type file struct {
	ID       int64   `db:"id,key"`
	OwnerID  int64   `db:"owner_id,notnull"`
	FolderID int64   `db:"folder_id,notnull"`
	CrewID   int64   `db:"crew_id,notnull"`
	Created  int64   `db:"created,notnull"`
	Folder   *folder `db:"-"`
	Crew     *crew   `db:"-"`
	Shares   []share `db:"-"`
	Bans     []ban   `db:"-"`
	Labels   []label `db:"-"`
}

const filePolicy = `
	allow(u: person, "own", f: file) if f.owner_id = u.id;
	allow(u: person, "shared", f: file) if s in f.shares and s.user_id = u.id;
	allow(u: person, "crew", f: file) if m in f.crew.members and m.user_id = u.id;
	allow(u: person, "folder", f: file) if f.folder.owner_id = u.id;
	allow(u: person, "tree", f: file) if in_tree(u, f.folder);
	in_tree(u, d: folder) if d.owner_id = u.id;
	in_tree(u, d: folder) if in_tree(u, d.parent);

	allow(u: person, "two", f: file) if allow(u, "own", f);
	allow(u: person, "two", f: file) if allow(u, "shared", f);
	allow(u: person, "three", f: file) if allow(u, "two", f) or allow(u, "crew", f);
	allow(u: person, "expiring", f: file) if allow(u, "own", f) or
		m in f.crew.members and m.user_id = u.id and (m.expires = nil or m.expires > 5);
	allow(u: person, "role", f: file) if allow(u, "own", f) or
		m in f.crew.members and m.user_id = u.id and m.role in ["editor", "admin"];
	allow(u: person, "four", f: file) if allow(u, "three", f) or allow(u, "folder", f);
	allow(u: person, "five", f: file) if allow(u, "three", f) or allow(u, "tree", f);
	allow(u: person, "label", f: file) if l in f.labels and l.owner_id = u.id;
	allow(u: person, "six", f: file) if allow(u, "five", f) or allow(u, "label", f);
	allow(u: person, "not banned", f: file) if allow(u, "two", f) and not (b in f.bans and b.user_id = u.id);
	allow(u: person, "above", f: file) if above(u, f.folder);
	above(u, d: folder) if d.owner_id = u.id;
	above(u, d: folder) if k in d.kids and above(u, k);
	allow(u: person, "groups", f: file) if in_crew(u, f.crew);
	in_crew(u, c: crew) if m in c.members and m.user_id = u.id;
	in_crew(u, c: crew) if in_crew(u, c.parent);
	allow(u: person, "custom", f: file) if m in f.crew.members and m.user_id = u.id and m.custom.may_read;
	allow(u: person, "all", f: file) if allow(u, "two", f) and f.created > 10;
	allow(u: person, "editors", f: file) if f.owner_id = u.id or s in f.shares and s.user_id in [u.id, 3];
`

var fileTables = Tables{
	TableOf[person]("people"),
	TableOf[folder]("folders", BelongsTo("Parent", "parent_id"), Has("Kids", "parent_id")),
	TableOf[crew]("crews", BelongsTo("Parent", "parent_id"), Has("Members", "crew_id")),
	TableOf[customRole]("custom_roles"),
	TableOf[membership]("memberships", BelongsTo("Custom", "role_id")),
	TableOf[share]("shares"),
	TableOf[file]("files", BelongsTo("Folder", "folder_id"), BelongsTo("Crew", "crew_id"), Has("Shares", "file_id"), Has("Bans", "file_id"),
		Through("Labels", "file_labels", "file_id", "label_id")),
	TableOf[ban]("bans"),
	TableOf[label]("labels"),
}

// makeFiles makes n files, and other rows in proportion: user 7 has a few of each.
func makeFiles(t testing.TB, pool *sql.DB, d *Dialect, n int) {
	t.Helper()
	exec := func(query string) {
		if _, err := pool.Exec(query); err != nil {
			t.Fatalf("%.80s: %v", query, err)
		}
	}
	for _, q := range []string{
		"CREATE TABLE people (id bigint PRIMARY KEY)",
		"CREATE TABLE folders (id bigint PRIMARY KEY, owner_id bigint, parent_id bigint)",
		"CREATE TABLE crews (id bigint PRIMARY KEY, parent_id bigint)",
		"CREATE TABLE custom_roles (id bigint PRIMARY KEY, may_read boolean)",
		"CREATE TABLE bans (id bigint PRIMARY KEY, file_id bigint, user_id bigint)",
		"CREATE TABLE labels (id bigint PRIMARY KEY, owner_id bigint)",
		"CREATE TABLE file_labels (file_id bigint NOT NULL, label_id bigint NOT NULL, PRIMARY KEY (file_id, label_id))",
		"CREATE TABLE memberships (id bigint PRIMARY KEY, crew_id bigint, user_id bigint, role varchar(20), expires bigint, role_id bigint)",
		"CREATE TABLE shares (id bigint PRIMARY KEY, file_id bigint, user_id bigint)",
		"CREATE TABLE files (id bigint PRIMARY KEY, owner_id bigint NOT NULL, folder_id bigint NOT NULL, crew_id bigint NOT NULL, created bigint NOT NULL)",
	} {
		exec(q)
	}
	insert := func(table string, n int, row func(i int) string) {
		for from := 1; from <= n; from += 5000 {
			rows := make([]string, 0, 5000)
			for i := from; i < from+5000 && i <= n; i++ {
				rows = append(rows, "("+row(i)+")")
			}
			exec("INSERT INTO " + table + " VALUES " + strings.Join(rows, ","))
		}
	}
	users := n / 20
	insert("people", users, func(i int) string { return strconv.Itoa(i) })
	parent := func(i int) string { // in a tree of ten branches a node
		if i <= 10 {
			return "NULL"
		}
		return strconv.Itoa(i / 10)
	}
	insert("folders", n/20, func(i int) string { return fmt.Sprintf("%d,%d,%s", i, i%users, parent(i)) })
	insert("crews", n/40, func(i int) string { return fmt.Sprintf("%d,%s", i, parent(i)) })
	insert("custom_roles", 20, func(i int) string { return fmt.Sprintf("%d,%v", i, i%2 == 0) })
	insert("bans", n/10, func(i int) string { return fmt.Sprintf("%d,%d,%d", i, i*31%n+1, i%users) })
	insert("labels", n/20, func(i int) string { return fmt.Sprintf("%d,%d", i, i%users) })
	insert("file_labels", n/2, func(i int) string { return fmt.Sprintf("%d,%d", i*2, i%(n/20)+1) })
	insert("memberships", n/10, func(i int) string {
		expires := "NULL"
		if i%3 == 0 {
			expires = strconv.Itoa(i % 10)
		}
		return fmt.Sprintf("%d,%d,%d,'%s',%s,%d", i, i%(n/40)+1, i%users, []string{"reader", "editor", "admin"}[i%3], expires, i/users%20+1)
	})
	insert("shares", n/2, func(i int) string { return fmt.Sprintf("%d,%d,%d", i, i*7919%n+1, i%users) })
	insert("files", n, func(i int) string {
		return fmt.Sprintf("%d,%d,%d,%d,%d", i, i*31%users, i%(n/20)+1, i%(n/40)+1, i*104729%n)
	})
	for _, index := range []string{"folders(owner_id)", "folders(parent_id)", "memberships(user_id)", "memberships(crew_id)", "shares(user_id)", "shares(file_id)", "files(owner_id)", "files(folder_id)", "files(crew_id)", "files(created)", "crews(parent_id)", "bans(user_id)", "bans(file_id)", "labels(owner_id)", "file_labels(label_id)"} {
		exec("CREATE INDEX " + strings.NewReplacer("(", "_", ")", "").Replace(index) + " ON " + index)
	}
	for _, table := range []string{"people", "folders", "crews", "custom_roles", "memberships", "shares", "files", "bans", "labels", "file_labels"} {
		if d == MySQL {
			exec("ANALYZE TABLE " + table)
		} else {
			exec("ANALYZE " + table)
		}
	}
}

// plan returns the plan of a query, and whether it reads all of a large table.
func plan(t testing.TB, pool *sql.DB, d *Dialect, query string, args []any) (text string, scans bool) {
	t.Helper()
	explain := "EXPLAIN "
	if d == SQLite {
		explain = "EXPLAIN QUERY PLAN "
	}
	rows, err := pool.Query(explain+query, args...)
	if err != nil {
		t.Fatalf("%v\n%s", err, query)
	}
	columns, err := rows.Columns()
	if err != nil {
		t.Fatal(err)
	}
	for rows.Next() {
		cells, dest := make([]sql.NullString, len(columns)), make([]any, len(columns))
		for i := range cells {
			dest[i] = &cells[i]
		}
		if err := rows.Scan(dest...); err != nil {
			t.Fatal(err)
		}
		var line []string
		named := make(map[string]string)
		for i, c := range cells {
			line = append(line, c.String)
			named[columns[i]] = c.String
		}
		text += strings.Join(line, " ") + "\n"
		switch d {
		case MySQL:
			n, _ := strconv.Atoi(named["rows"])
			scans = scans || n > 3000 && (named["type"] == "ALL" || named["type"] == "index")
		case SQLite:
			detail := named["detail"]
			scans = scans || strings.HasPrefix(detail, "SCAN f ") || detail == "SCAN f" || strings.HasPrefix(detail, "SCAN az") && strings.Contains(detail, "files")
		}
	}
	if err := errors.Join(rows.Err(), rows.Close()); err != nil {
		t.Fatal(err)
	}
	if d == Postgres {
		for _, table := range []string{"files", "shares", "memberships"} {
			scans = scans || strings.Contains(text, "Seq Scan on "+table)
		}
	}
	return text, scans
}

// TestPlans checks that no condition about few rows reads the whole table, and that both forms of
// a condition allow the same rows, which are those that are allowed.
func TestPlans(t *testing.T) {
	testdb.Each(t, func(t *testing.T, d testdb.Database) {
		pool, err := d.Open(t).DB()
		if err != nil {
			t.Fatal(err)
		}
		dialect := dialects[d.Name]
		makeFiles(t, pool, dialect, 20_000)
		classes, err := fileTables.Classes(dialect, Query(pool.QueryContext))
		if err != nil {
			t.Fatal(err)
		}
		az, err := authz.New(authz.Config{Classes: classes, Policies: authz.String("files.polar", filePolicy)})
		if err != nil {
			t.Fatal(err)
		}
		tr, err := New(az, fileTables, dialect)
		if err != nil {
			t.Fatal(err)
		}
		x := &fixture{d: dialect, handle: Query(pool.QueryContext)}
		actor := &person{ID: 7}
		ctx := authz.NewContext(context.Background(), az, actor)
		for _, action := range []string{"own", "shared", "crew", "folder", "tree", "two", "three", "four", "five", "expiring", "role", "all", "editors", "label", "six", "not banned", "above", "groups", "custom"} {
			c, err := tr.Where(ctx, action, "files", Alias("f"))
			if err != nil {
				t.Fatalf("%s: %v", action, err)
			}
			query := "SELECT f.id FROM files f WHERE " + c.SQL
			text, scans := plan(t, pool, dialect, query, c.Args)
			if scans {
				t.Errorf("%s: the plan reads a whole table:\n%s\n%s", action, text, query)
			}
			got := ints(t, x, query+" ORDER BY f.id", c.Args...)
			broad, err := tr.Where(ctx, action, "files", Alias("f"), Broad())
			if err != nil {
				t.Fatal(err)
			}
			want := ints(t, x, "SELECT f.id FROM files f WHERE "+broad.SQL+" ORDER BY f.id", broad.Args...)
			if !slices.Equal(got, want) || len(got) == 0 || len(got) > 5000 {
				t.Errorf("%s: %d rows, and in the broad form %d", action, len(got), len(want))
			}
			if action == "two" && dialect != SQLite { // whose form is the same
				if text, scans := plan(t, pool, dialect, "SELECT f.id FROM files f WHERE "+broad.SQL, broad.Args); !scans {
					t.Errorf("a scan was not noticed:\n%s", text)
				}
			}
			// It also works in the other statements that an application has.
			own, err := tr.Where(ctx, action, "files")
			if err != nil {
				t.Fatal(err)
			}
			page := ints(t, x, query+" ORDER BY f.created DESC LIMIT 3", c.Args...)
			count := ints(t, x, "SELECT count(*) FROM files f WHERE "+c.SQL, c.Args...)
			if dialect != SQLite {
				count = append(count, int64(len(ints(t, x, query+" FOR UPDATE", c.Args...))))
			}
			for _, statement := range []string{"UPDATE files SET created = created + 1 WHERE ", "DELETE FROM files WHERE "} {
				tx, err := pool.Begin()
				if err != nil {
					t.Fatal(err)
				}
				res, err := tx.Exec(statement+own.SQL, own.Args...)
				if err != nil {
					t.Fatalf("%s: %v\n%s", action, err, statement+own.SQL)
				}
				n, err := res.RowsAffected()
				if count = append(count, n); errors.Join(err, tx.Rollback()) != nil {
					t.Fatal(err)
				}
			}
			if slices.ContainsFunc(count, func(n int64) bool { return n != int64(len(got)) }) || len(page) != 3 {
				t.Errorf("%s: %v rows were counted, locked, updated and deleted, and %d are on a page; want %d", action, count, len(page), len(got))
			}
			repo := NewRepository[file](tr, pool).WithAction(action)
			for _, id := range slices.Concat(got[:min(3, len(got))], []int64{1, 2, 3}) {
				if _, err := repo.Get(ctx, id); (err == nil) != slices.Contains(got, id) {
					t.Errorf("%s: file %d: %v", action, id, err)
				}
			}
		}
	})
}
