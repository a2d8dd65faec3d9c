package sqlauthz

// This file measures the forms of conditions against what an expert writes by hand.

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/ursa-authz/ursa/authz"
	"github.com/ursa-authz/ursa/internal/testdb"
)

// The ways to be allowed, each as an expert selects the keys of a user's files.
const (
	ownWay    = "SELECT f.id FROM files f WHERE f.owner_id = %[1]d"
	sharedWay = "SELECT f.id FROM shares s JOIN files f ON f.id = s.file_id WHERE s.user_id = %[1]d"
	crewWay   = "SELECT f.id FROM memberships m JOIN files f ON f.crew_id = m.crew_id WHERE m.user_id = %[1]d"
	folderWay = "SELECT f.id FROM folders o JOIN files f ON f.folder_id = o.id WHERE o.owner_id = %[1]d"
	labelWay  = "SELECT f.id FROM labels l JOIN file_labels fl ON fl.label_id = l.id JOIN files f ON f.id = fl.file_id WHERE l.owner_id = %[1]d"
	customWay = "SELECT f.id FROM memberships m JOIN custom_roles r ON r.id = m.role_id JOIN files f ON f.crew_id = m.crew_id WHERE m.user_id = %[1]d AND r.may_read"
	treeWay   = "SELECT f.id FROM (WITH RECURSIVE t(id) AS (SELECT id FROM folders WHERE owner_id = %[1]d" +
		" UNION SELECT o.id FROM t JOIN folders o ON o.parent_id = t.id) SELECT id FROM t) t JOIN files f ON f.folder_id = t.id"
	aboveWay = "SELECT f.id FROM (WITH RECURSIVE t(id, parent_id) AS (SELECT id, parent_id FROM folders WHERE owner_id = %[1]d" +
		" UNION SELECT o.id, o.parent_id FROM t JOIN folders o ON o.id = t.parent_id) SELECT id FROM t) t JOIN files f ON f.folder_id = t.id"
	groupsWay = "SELECT f.id FROM (WITH RECURSIVE t(id) AS (SELECT crew_id FROM memberships WHERE user_id = %[1]d" +
		" UNION SELECT c.id FROM t JOIN crews c ON c.parent_id = t.id) SELECT id FROM t) t JOIN files f ON f.crew_id = t.id"
	ownOrShared = "SELECT f.id FROM files f WHERE (f.owner_id = %[1]d OR EXISTS (SELECT 1 FROM shares s WHERE s.file_id = f.id AND s.user_id = %[1]d))"
)

// union selects the files of several ways, so that ORDER BY and further conditions can follow.
func union(ways ...string) string {
	return "SELECT f.id FROM (" + strings.Join(ways, " UNION ") + ") k JOIN files f ON f.id = k.id"
}

// distinct selects the files of one way, which may find some of them twice.
func distinct(way string) string { return strings.Replace(way, "SELECT", "SELECT DISTINCT", 1) }

const newest = " ORDER BY f.created DESC LIMIT 50"

// shapes are the lists that are measured. A list of the broad actor, who sees half of the table, has the
// broad form of the condition, and others the default form.
var shapes = []struct {
	name, action string
	broad, count bool
	suffix, hand string // hand without the suffix; of a count, what is counted
}{
	{name: "one way: a column", action: "own", hand: ownWay},
	{name: "one way: a to-many relation", action: "shared", hand: distinct(sharedWay)},
	{name: "one way: many to many", action: "label", hand: distinct(labelWay)},
	{name: "one way: a role in a group", action: "crew", hand: distinct(crewWay)},
	{name: "one way: a custom role", action: "custom", hand: distinct(customWay)},
	{name: "two ways", action: "two", hand: union(ownWay, sharedWay)},
	{name: "two ways, page", action: "two", suffix: newest, hand: union(ownWay, sharedWay)},
	{name: "two ways, count", action: "two", count: true, hand: union(ownWay, sharedWay)},
	{name: "two ways, and a condition", action: "all", suffix: newest, hand: union(ownWay, sharedWay) + " WHERE f.created > 10"},
	{name: "two ways, except some", action: "not banned", suffix: newest,
		hand: union(ownWay, sharedWay) + " WHERE NOT EXISTS (SELECT 1 FROM bans b WHERE b.file_id = f.id AND b.user_id = %[1]d)"},
	{name: "two ways, a membership that may expire, page", action: "expiring", suffix: newest, hand: union(ownWay, crewWay+" AND (m.expires IS NULL OR m.expires > 5)")},
	{name: "two ways, one of two roles, page", action: "role", suffix: newest, hand: union(ownWay, crewWay+" AND m.role IN ('editor', 'admin')")},
	{name: "three ways, page", action: "three", suffix: newest, hand: union(ownWay, sharedWay, crewWay)},
	{name: "four ways, page", action: "four", suffix: newest, hand: union(ownWay, sharedWay, crewWay, folderWay)},
	{name: "five ways, one a tree, page", action: "five", suffix: newest, hand: union(ownWay, sharedWay, crewWay, treeWay)},
	{name: "six ways, page", action: "six", suffix: newest, hand: union(ownWay, sharedWay, crewWay, treeWay, labelWay)},
	{name: "a tree, downwards", action: "tree", hand: treeWay},
	{name: "a tree, upwards", action: "above", hand: aboveWay},
	{name: "a group in a group", action: "groups", hand: groupsWay},
	{name: "half of the table, page", action: "two", broad: true, suffix: newest, hand: ownOrShared},
	{name: "half of the table, count", action: "two", broad: true, count: true, hand: ownOrShared},
}

// BenchmarkShapes compares lists with those that an expert writes by hand: the best of five runs of each,
// in turn, and their ratio. Before that, both must find the same rows. URSA_SHAPES is the number of files.
// If URSA_SHAPES_DIR is set, the directory gets a page for each database, with the SQL and the plans.
//
//	URSA_SHAPES=1000000 go test -run - -bench Shapes/postgres -benchtime 1x ./adapters/sql
func BenchmarkShapes(b *testing.B) {
	n := 20_000
	if s := os.Getenv("URSA_SHAPES"); s != "" {
		var err error
		if n, err = strconv.Atoi(s); err != nil {
			b.Fatal(err)
		}
	}
	for _, name := range []string{"sqlite", "postgres", "mysql"} {
		b.Run(name, func(b *testing.B) { newShapes(b, name, n).run(b) })
	}
}

// TestShapes checks that the lists written by hand are those of the policy.
func TestShapes(t *testing.T) {
	testdb.Each(t, func(t *testing.T, d testdb.Database) {
		s := newShapes(t, d.Name, 2000)
		for i := range shapes {
			s.compare(t, i)
		}
	})
}

// A shapeTable is a database with files, and what was measured in it.
type shapeTable struct {
	dialect   *Dialect
	pool      *sql.DB
	tr        *Translator
	az        *authz.Authorizer
	few, half int64 // users
	page      strings.Builder
}

func newShapes(t testing.TB, name string, n int) *shapeTable {
	t.Helper()
	pool, err := testdb.New(t, name).Open(t).DB()
	if err != nil {
		t.Fatal(err)
	}
	s := &shapeTable{dialect: dialects[name], pool: pool, few: 7, half: int64(n)}
	makeFiles(t, pool, s.dialect, n)
	analyze := "ANALYZE shares"
	if s.dialect == MySQL {
		analyze = "ANALYZE TABLE shares"
	}
	for _, q := range []string{fmt.Sprintf("INSERT INTO shares SELECT id + %d, id, %d FROM files WHERE id %% 2 = 0", n, s.half), analyze} {
		if _, err := pool.Exec(q); err != nil {
			t.Fatal(err)
		}
	}
	classes, err := fileTables.Classes(s.dialect)
	if err != nil {
		t.Fatal(err)
	}
	if s.az, err = authz.New(authz.Config{Classes: classes, Policies: authz.String("files.polar", filePolicy)}); err != nil {
		t.Fatal(err)
	}
	if s.tr, err = New(s.az, fileTables, s.dialect); err != nil {
		t.Fatal(err)
	}
	return s
}

// queries returns the list of a shape by policy, and by hand.
func (s *shapeTable) queries(t testing.TB, i int) (query string, args []any, hand string) {
	t.Helper()
	shape, user, opts := shapes[i], s.few, []Option{Alias("f")}
	if shape.broad {
		user, opts = s.half, append(opts, Broad())
	}
	c, err := s.tr.Where(authz.NewContext(context.Background(), s.az, &person{ID: user}), shape.action, "files", opts...)
	if err != nil {
		t.Fatalf("%s: %v", shape.name, err)
	}
	hand = fmt.Sprintf(shape.hand+"%[2]s", user, shape.suffix)
	if shape.count {
		return "SELECT COUNT(*) FROM files f WHERE " + c.SQL, c.Args, "SELECT COUNT(*) FROM (" + hand + ") k"
	}
	return "SELECT f.id FROM files f WHERE " + c.SQL + shape.suffix, c.Args, hand
}

// compare checks that a list by policy has the rows of the one by hand, and returns their number.
func (s *shapeTable) compare(t testing.TB, i int) int {
	t.Helper()
	query, args, hand := s.queries(t, i)
	x := &fixture{d: s.dialect, handle: Query(s.pool.QueryContext)}
	got, want := ints(t, x, query, args...), ints(t, x, hand)
	if shapes[i].suffix == "" {
		slices.Sort(got)
		slices.Sort(want)
	}
	if len(got) == 0 || !slices.Equal(got, want) {
		t.Fatalf("%s: %d rows, by hand %d\n%s\n%s", shapes[i].name, len(got), len(want), query, hand)
	}
	return len(got)
}

func (s *shapeTable) run(b *testing.B) {
	fmt.Fprintf(&s.page, "# Lists on %s: %d files\n\nMilliseconds, the best of five runs in turn, all rows read.\n\n| list | rows | policy | by hand | ratio |\n|---|--:|--:|--:|--:|\n", s.dialect.Name(), s.half)
	var plans strings.Builder
	for i, shape := range shapes {
		b.Run(shape.name, func(b *testing.B) {
			query, args, hand := s.queries(b, i)
			rows := s.compare(b, i)
			var policy, expert time.Duration
			for b.Loop() {
				policy, expert = s.best(b, query, args, hand)
			}
			ms := func(d time.Duration) float64 { return float64(d.Microseconds()) / 1000 }
			b.ReportMetric(float64(rows), "rows")
			b.ReportMetric(ms(policy), "policy-ms")
			b.ReportMetric(ms(expert), "hand-ms")
			b.ReportMetric(ms(policy)/ms(expert), "ratio")
			fmt.Fprintf(&s.page, "| %s | %d | %.2f | %.2f | %.2f |\n", shape.name, rows, ms(policy), ms(expert), ms(policy)/ms(expert))
			byPolicy, _ := plan(b, s.pool, s.dialect, query, args)
			byHand, _ := plan(b, s.pool, s.dialect, hand, nil)
			fmt.Fprintf(&plans, "\n## %s\n\n```sql\n%s\n-- %v\n```\n\n```text\n%s```\n\nBy hand:\n\n```sql\n%s\n```\n\n```text\n%s```\n", shape.name, query, args, byPolicy, hand, byHand)
		})
	}
	dir := os.Getenv("URSA_SHAPES_DIR")
	if dir == "" {
		return
	}
	if err := os.WriteFile(filepath.Join(dir, s.dialect.Name()+".md"), []byte(s.page.String()+plans.String()), 0o644); err != nil {
		b.Fatal(err)
	}
}

// best returns the shortest of five runs of two queries, in turn.
func (s *shapeTable) best(b *testing.B, query string, args []any, hand string) (policy, expert time.Duration) {
	b.Helper()
	policy, expert = time.Hour, time.Hour
	for range 5 {
		policy = min(policy, s.time(b, query, args...))
		expert = min(expert, s.time(b, hand))
	}
	return policy, expert
}

// time reads all rows of a query.
func (s *shapeTable) time(b *testing.B, query string, args ...any) time.Duration {
	b.Helper()
	start := time.Now()
	r, err := s.pool.Query(query, args...)
	if err != nil {
		b.Fatal(err)
	}
	for r.Next() {
	}
	if err := errors.Join(r.Err(), r.Close()); err != nil {
		b.Fatal(err)
	}
	return time.Since(start)
}
