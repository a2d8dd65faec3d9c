package sqlauthz

// This file measures the forms of conditions with several ways to be allowed.

import (
	"context"
	"database/sql"
	"fmt"
	"os"
	"strconv"
	"testing"

	"github.com/ursa-authz/ursa/authz"
	"github.com/ursa-authz/ursa/internal/testdb"
)

// BenchmarkShapes lists the files of a user with a few rows, and those of one with half of them,
// in both forms, and in one written by hand: a union of a query for each way or, for half of the
// table and a page of it, EXISTS. URSA_SHAPES is the number of files.
//
//	URSA_SHAPES=300000 go test -run - -bench Shapes -benchtime 5x ./adapters/sql
func BenchmarkShapes(b *testing.B) {
	n := 20_000
	if s := os.Getenv("URSA_SHAPES"); s != "" {
		var err error
		if n, err = strconv.Atoi(s); err != nil {
			b.Fatal(err)
		}
	}
	few, half := int64(7), int64(n)
	const (
		own    = "SELECT f.id FROM files f WHERE f.owner_id = %[1]d"
		shared = " UNION SELECT s.file_id FROM shares s WHERE s.user_id = %[1]d"
		crew   = " UNION SELECT f.id FROM memberships m JOIN files f ON f.crew_id = m.crew_id WHERE m.user_id = %[1]d"
		folder = " UNION SELECT f.id FROM folders o JOIN files f ON f.folder_id = o.id WHERE o.owner_id = %[1]d"
		newest = " ORDER BY f.created DESC LIMIT 50"
	)
	union := func(query string) string { return "SELECT f.id FROM (" + query + ") k JOIN files f ON f.id = k.id" }
	for _, name := range []string{"sqlite", "postgres", "mysql"} {
		b.Run(name, func(b *testing.B) {
			d := testdb.New(b, name)
			pool, err := d.Open(b).DB()
			if err != nil {
				b.Fatal(err)
			}
			dialect := dialects[name]
			makeFiles(b, pool, dialect, n)
			if _, err := pool.Exec(fmt.Sprintf("INSERT INTO shares SELECT id + %d, id, %d FROM files WHERE id %% 2 = 0", n, half)); err != nil {
				b.Fatal(err)
			}
			analyze := "ANALYZE shares"
			if dialect == MySQL {
				analyze = "ANALYZE TABLE shares"
			}
			if _, err := pool.Exec(analyze); err != nil {
				b.Fatal(err)
			}
			classes, err := fileTables.Classes(dialect)
			if err != nil {
				b.Fatal(err)
			}
			az, err := authz.New(authz.Config{Classes: classes, Policies: authz.String("files.polar", filePolicy)})
			if err != nil {
				b.Fatal(err)
			}
			tr, err := New(az, fileTables, dialect)
			if err != nil {
				b.Fatal(err)
			}
			for _, bb := range []struct {
				name, action string
				user         int64
				suffix, hand string
			}{
				{"two ways", "two", few, "", union(own + shared)},
				{"two ways, page", "two", few, newest, union(own + shared)},
				{"three ways, page", "three", few, newest, union(own + shared + crew)},
				{"four ways, page", "four", few, newest, union(own + shared + crew + folder)},
				{"expiring, page", "expiring", few, newest, union(own + crew + " AND (m.expires IS NULL OR m.expires > 5)")},
				{"role, page", "role", few, newest, union(own + crew + " AND m.role IN ('editor', 'admin')")},
				{"half of the table, page", "two", half, newest, own + " OR EXISTS (SELECT 1 FROM shares s WHERE s.file_id = f.id AND s.user_id = %[1]d)"},
			} {
				b.Run(bb.name, func(b *testing.B) {
					ctx := authz.NewContext(context.Background(), az, &person{ID: bb.user})
					for form, opts := range map[string][]Option{"default": nil, "broad": {Broad()}} {
						c, err := tr.Where(ctx, bb.action, "files", append(opts, Alias("f"))...)
						if err != nil {
							b.Fatal(err)
						}
						b.Run(form, func(b *testing.B) { count(b, pool, "SELECT f.id FROM files f WHERE "+c.SQL+bb.suffix, c.Args...) })
					}
					b.Run("by hand", func(b *testing.B) { count(b, pool, fmt.Sprintf(bb.hand, bb.user)+bb.suffix) })
				})
			}
		})
	}
}

// count reads all rows of a query.
func count(b *testing.B, pool *sql.DB, query string, args ...any) {
	var rows int
	for b.Loop() {
		r, err := pool.Query(query, args...)
		if err != nil {
			b.Fatal(err)
		}
		for rows = 0; r.Next(); rows++ {
		}
		if err := r.Close(); err != nil {
			b.Fatal(err)
		}
	}
	b.ReportMetric(float64(rows), "rows")
}
