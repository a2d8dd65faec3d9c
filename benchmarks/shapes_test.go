package benchmarks

// This file measures the shapes of lists on three databases.

import (
	"cmp"
	"context"
	"database/sql"
	"encoding/json"
	"fmt"
	"os"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"testing"
	"time"

	sqlauthz "github.com/ursa-authz/ursa/adapters/sql"
	"github.com/ursa-authz/ursa/authz"
	"github.com/ursa-authz/ursa/internal/testdb"
)

var shapeDialects = map[string]*sqlauthz.Dialect{
	"sqlite": sqlauthz.SQLite, "postgres": sqlauthz.Postgres, "mysql": sqlauthz.MySQL,
}

// A shapeWorld is a database with n files. A user may see a few of them in each way, and user n
// half of them through shares.
type shapeWorld struct {
	name string
	pool *sql.DB
	n    int
	az   *authz.Authorizer
	tr   *sqlauthz.Translator
}

func newShapeWorld(tb testing.TB, d testdb.Database, n int) *shapeWorld {
	tb.Helper()
	pool, err := d.Open(tb).DB()
	if err != nil {
		tb.Fatal(err)
	}
	w := &shapeWorld{name: d.Name, pool: pool, n: n}
	if d.Name == "sqlite" {
		pool.SetMaxOpenConns(1)
		w.exec(tb, "PRAGMA cache_size = -400000")
	}
	w.fill(tb)
	dialect := shapeDialects[d.Name]
	classes, err := shapeTables.Classes(dialect)
	if err != nil {
		tb.Fatal(err)
	}
	w.az, err = authz.New(authz.Config{Classes: classes, Policies: authz.String("shapes.polar", shapePolicy)})
	if err != nil {
		tb.Fatal(err)
	}
	if w.tr, err = sqlauthz.New(w.az, shapeTables, dialect); err != nil {
		tb.Fatal(err)
	}
	return w
}

func (w *shapeWorld) exec(tb testing.TB, query string) {
	tb.Helper()
	if _, err := w.pool.Exec(query); err != nil {
		tb.Fatalf("%.80s: %v", query, err)
	}
}

// fill makes the tables.
func (w *shapeWorld) fill(tb testing.TB) {
	tb.Helper()
	n, users := w.n, w.n/20
	parent := func(i int) string {
		if i <= 10 {
			return "NULL"
		}
		return strconv.Itoa(i / 10)
	}
	tables := []struct {
		name, columns, indexes string
		rows                   int
		row                    func(i int) string
	}{
		{"people", "id bigint PRIMARY KEY", "", users, strconv.Itoa},
		{"folders", "id bigint PRIMARY KEY, owner_id bigint NOT NULL, parent_id bigint", "owner_id parent_id", n / 20,
			func(i int) string { return fmt.Sprintf("%d,%d,%s", i, i%users, parent(i)) }},
		{"crews", "id bigint PRIMARY KEY", "", n / 40, strconv.Itoa},
		{"memberships", "id bigint PRIMARY KEY, crew_id bigint NOT NULL, user_id bigint NOT NULL, role varchar(20) NOT NULL, expires bigint, kind_id bigint NOT NULL",
			"user_id crew_id", n / 10, func(i int) string {
				expires := "NULL"
				if i%3 == 0 {
					expires = strconv.Itoa(i % 10)
				}
				return fmt.Sprintf("%d,%d,%d,'%s',%s,%d", i, i%(n/40)+1, i%users, []string{"reader", "editor", "admin"}[i%3], expires, i%10+1)
			}},
		{"kinds", "id bigint PRIMARY KEY", "", 10, strconv.Itoa},
		{"permissions", "id bigint PRIMARY KEY, kind_id bigint NOT NULL, name varchar(20) NOT NULL", "kind_id", 20,
			func(i int) string { return fmt.Sprintf("%d,%d,'%s'", i, i%10+1, []string{"read", "write"}[i/11]) }},
		{"circles", "id bigint PRIMARY KEY, parent_id bigint", "parent_id", n / 40,
			func(i int) string { return fmt.Sprintf("%d,%s", i, parent(i)) }},
		{"fellows", "id bigint PRIMARY KEY, circle_id bigint NOT NULL, user_id bigint NOT NULL", "circle_id user_id", n / 20,
			func(i int) string { return fmt.Sprintf("%d,%d,%d", i, i*31%(n/40)+1, i%users) }},
		{"shares", "id bigint PRIMARY KEY, file_id bigint NOT NULL, user_id bigint NOT NULL", "file_id user_id", n,
			func(i int) string {
				user := i % users
				if i > n/2 { // user n may see every second file
					return fmt.Sprintf("%d,%d,%d", i, 2*(i-n/2), n)
				}
				return fmt.Sprintf("%d,%d,%d", i, i*7919%n+1, user)
			}},
		{"blocks", "id bigint PRIMARY KEY, file_id bigint NOT NULL, user_id bigint NOT NULL", "file_id user_id", n / 20,
			func(i int) string { return fmt.Sprintf("%d,%d,%d", i, i*31%n+1, i%users) }},
		{"topics", "id bigint PRIMARY KEY", "", n / 100, strconv.Itoa},
		{"follows", "topic_id bigint NOT NULL, user_id bigint NOT NULL", "topic_id user_id", n / 20,
			func(i int) string { return fmt.Sprintf("%d,%d", i*17%(n/100)+1, i%users) }},
		{"taggings", "file_id bigint NOT NULL, topic_id bigint NOT NULL", "file_id topic_id", n / 5,
			func(i int) string { return fmt.Sprintf("%d,%d", i*5%n+1, i*13%(n/100)+1) }},
		{"files", "id bigint PRIMARY KEY, owner_id bigint NOT NULL, reviewer_id bigint NOT NULL, folder_id bigint NOT NULL, crew_id bigint NOT NULL, circle_id bigint NOT NULL, created bigint NOT NULL",
			"owner_id reviewer_id folder_id crew_id circle_id created", n, func(i int) string {
				return fmt.Sprintf("%d,%d,%d,%d,%d,%d,%d", i, i*31%users, i*37%users, i%(n/20)+1, i%(n/40)+1, i*7%(n/40)+1, i*104729%n)
			}},
	}
	for _, t := range tables {
		w.exec(tb, "CREATE TABLE "+t.name+" ("+t.columns+")")
		for from := 1; from <= t.rows; from += 5000 {
			rows := make([]string, 0, 5000)
			for i := from; i < from+5000 && i <= t.rows; i++ {
				rows = append(rows, "("+t.row(i)+")")
			}
			w.exec(tb, "INSERT INTO "+t.name+" VALUES "+strings.Join(rows, ","))
		}
		for column := range strings.FieldsSeq(t.indexes) {
			w.exec(tb, fmt.Sprintf("CREATE INDEX %[1]s_%[2]s ON %[1]s(%[2]s)", t.name, column))
		}
		if w.name == "mysql" {
			w.exec(tb, "ANALYZE TABLE "+t.name)
		} else {
			w.exec(tb, "ANALYZE "+t.name)
		}
	}
}

// A statement is a query with its arguments.
type statement struct {
	text string
	args []any
}

// statements returns the query of a shape by policy and by hand.
func (w *shapeWorld) statements(tb testing.TB, s shape) (policy, hand statement) {
	tb.Helper()
	user := int64(97)
	opts := []sqlauthz.Option{sqlauthz.Alias("f")}
	if s.half {
		user = int64(w.n)
	}
	if s.broad {
		opts = append(opts, sqlauthz.Broad())
	}
	ctx := authz.NewContext(context.Background(), w.az, &viewer{ID: user})
	c, err := w.tr.Where(ctx, s.action, s.table, opts...)
	if err != nil {
		tb.Fatalf("%s: %v", s.name, err)
	}
	policy = statement{"SELECT f.id FROM " + s.table + " f WHERE " + c.SQL, c.Args}
	text := s.hand
	if w.name == "sqlite" && s.handSQLite != "" {
		text = s.handSQLite
	}
	hand = statement{strings.ReplaceAll(text, "%[1]d", strconv.FormatInt(user, 10)), nil}
	for _, q := range []*statement{&policy, &hand} {
		if q.text += s.suffix; s.count {
			q.text = "SELECT count(*) FROM (" + q.text + ") n"
		}
	}
	return policy, hand
}

// ids runs a query and returns the numbers that it finds, in order.
func (w *shapeWorld) ids(tb testing.TB, q statement) []int64 {
	tb.Helper()
	rows, err := w.pool.Query(q.text, q.args...)
	if err != nil {
		tb.Fatalf("%v\n%s", err, q.text)
	}
	defer rows.Close()
	var list []int64
	for rows.Next() {
		var id int64
		if err := rows.Scan(&id); err != nil {
			tb.Fatal(err)
		}
		list = append(list, id)
	}
	if err := rows.Err(); err != nil {
		tb.Fatalf("%v\n%s", err, q.text)
	}
	slices.Sort(list)
	return list
}

var postgresTime = regexp.MustCompile(`Execution Time: ([\d.]+) ms`)

// elapsed returns the time that the server says it takes to execute a query. SQLite, which runs in
// the process, is timed from outside.
func (w *shapeWorld) elapsed(tb testing.TB, q statement) time.Duration {
	tb.Helper()
	switch w.name {
	case "postgres":
		m := postgresTime.FindStringSubmatch(w.explain(tb, "EXPLAIN (ANALYZE, TIMING OFF) ", q))
		if m == nil {
			tb.Fatal("no execution time")
		}
		ms, _ := strconv.ParseFloat(m[1], 64)
		return time.Duration(ms * 1e6)
	case "mysql":
		if text := w.explain(tb, "ANALYZE FORMAT=JSON ", q); text != "" {
			var x struct {
				Block struct {
					Ms float64 `json:"r_total_time_ms"`
				} `json:"query_block"`
			}
			if err := json.Unmarshal([]byte(text), &x); err == nil && x.Block.Ms > 0 {
				return time.Duration(x.Block.Ms * 1e6)
			}
		}
	}
	begin := time.Now()
	w.ids(tb, q)
	return time.Since(begin)
}

// explain returns what the server says about a query.
func (w *shapeWorld) explain(tb testing.TB, prefix string, q statement) string {
	tb.Helper()
	rows, err := w.pool.Query(prefix+q.text, q.args...)
	if err != nil {
		tb.Fatalf("%v\n%s%s", err, prefix, q.text)
	}
	defer rows.Close()
	columns, err := rows.Columns()
	if err != nil {
		tb.Fatal(err)
	}
	var text strings.Builder
	for rows.Next() {
		cells, dest := make([]sql.NullString, len(columns)), make([]any, len(columns))
		for i := range cells {
			dest[i] = &cells[i]
		}
		if err := rows.Scan(dest...); err != nil {
			tb.Fatal(err)
		}
		for i, c := range cells {
			if i > 0 {
				text.WriteString(" | ")
			}
			text.WriteString(cmp.Or(c.String, "-"))
		}
		text.WriteByte('\n')
	}
	if err := rows.Err(); err != nil {
		tb.Fatal(err)
	}
	return text.String()
}

// plan returns the plan of a query.
func (w *shapeWorld) plan(tb testing.TB, q statement) string {
	switch w.name {
	case "sqlite":
		return w.explain(tb, "EXPLAIN QUERY PLAN ", q)
	case "postgres":
		return w.explain(tb, "EXPLAIN (COSTS OFF) ", q)
	}
	return w.explain(tb, "EXPLAIN ", q)
}

// TestShapes checks that each shape finds the rows that the SQL by hand finds.
func TestShapes(t *testing.T) {
	if got := len(shapes()); got < 15 {
		t.Errorf("%d shapes", got)
	}
	testdb.Each(t, func(t *testing.T, d testdb.Database) {
		w := newShapeWorld(t, d, 4_000)
		for _, s := range shapes() {
			policy, hand := w.statements(t, s)
			got, want := w.ids(t, policy), w.ids(t, hand)
			if !slices.Equal(got, want) || len(got) == 0 {
				t.Errorf("%s: %d rows, and by hand %d\n%s\n%s", s.name, len(got), len(want), policy.text, hand.text)
			}
			if w.elapsed(t, policy) <= 0 || w.plan(t, policy) == "" {
				t.Errorf("%s: no time or no plan", s.name)
			}
		}
	})
}

// BenchmarkShapes measures each shape among URSA_SHAPES files, 20,000 by default: the shortest
// time that the server says it took. Plans are written to the file URSA_SHAPE_PLANS.
func BenchmarkShapes(b *testing.B) {
	n := 20_000
	if s := os.Getenv("URSA_SHAPES"); s != "" {
		var err error
		if n, err = strconv.Atoi(s); err != nil {
			b.Fatal(err)
		}
	}
	var plans *os.File
	if name := os.Getenv("URSA_SHAPE_PLANS"); name != "" {
		var err error
		if plans, err = os.Create(name); err != nil {
			b.Fatal(err)
		}
		defer plans.Close()
	}
	for _, name := range []string{"sqlite", "postgres", "mysql"} {
		b.Run("database="+name, func(b *testing.B) {
			w := newShapeWorld(b, testdb.New(b, name), n)
			for _, s := range shapes() {
				policy, hand := w.statements(b, s)
				if plans != nil {
					fmt.Fprintf(plans, "## %s: %s\n\n    %s\n\n%s\nBy hand:\n\n    %s\n\n%s\n",
						name, s.name, policy.text, fenced(w.plan(b, policy)), hand.text, fenced(w.plan(b, hand)))
				}
				for _, way := range []struct {
					by string
					q  statement
				}{{"policy", policy}, {"hand", hand}} {
					b.Run("shape="+s.name+"/by="+way.by, func(b *testing.B) {
						best := time.Hour
						for b.Loop() {
							best = min(best, w.elapsed(b, way.q))
						}
						b.ReportMetric(float64(best.Nanoseconds()), "best-ns")
					})
				}
			}
		})
	}
}

// fenced returns a text as a block of code.
func fenced(text string) string { return "```\n" + text + "```\n" }
