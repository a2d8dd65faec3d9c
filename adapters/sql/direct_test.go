package sqlauthz

// This file tests conditions that leave out tables and tests that are not needed.

import (
	"context"
	"fmt"
	"math/rand/v2"
	"slices"
	"strings"
	"testing"

	"github.com/ursa-authz/ursa/authz"
	"github.com/ursa-authz/ursa/internal/sqlworld"
	"github.com/ursa-authz/ursa/internal/testdb"
)

// A branch is in a tree by a foreign key that may be NULL, and in another by one that may be zero.
type branch struct {
	ID      int64   `db:"id,key"`
	UpID    *int64  `db:"up_id"`
	Up      *branch `db:"-"`
	OverID  int64   `db:"over_id"`
	Over    *branch `db:"-"`
	OwnerID int64   `db:"owner_id"`
	Owner   *person `db:"-"`
	Open    bool    `db:"open"`
}

const branchPolicy = `
	allow(u: person, "up", b: branch) if up(u, b);
	up(u: person, b: branch) if b.owner_id = u.id;
	up(u: person, b: branch) if up(u, b.up);
	allow(u: person, "over", b: branch) if over(u, b);
	over(u: person, b: branch) if b.owner = u;
	over(u: person, b: branch) if over(u, b.over);
	allow(u: person, "open", b: branch) if open(u, b);
	open(u: person, b: branch) if b.owner = u;
	open(u: person, b: branch) if b.open and open(u, b.up);
	allow(u: person, "shut", b: branch) if not up(u, b);
	allow(u: person, "next", b: branch) if up(u, b.up);
	allow(u: person, "owner", b: branch) if b.owner = u;
	allow(_: person, "owners", b: branch) if o = b.owner and o.id in [0, 1, 7];
	allow(_: person, "some", b: branch) if b.over.id in [2, 3];
	allow(_: person, "none", b: branch) if b.over.owner_id = 0;
`

var branchTables = Tables{TableOf[person]("people"), TableOf[branch]("branches", BelongsTo("Up", "up_id"), BelongsTo("Over", "over_id"), BelongsTo("Owner", "owner_id"))}

// TestDirectSteps compares lists over trees with decisions: on rows with key zero, in cycles, and with
// foreign keys that lead nowhere.
func TestDirectSteps(t *testing.T) {
	testdb.Each(t, func(t *testing.T, d testdb.Database) {
		pool, err := d.Open(t).DB()
		if err != nil {
			t.Fatal(err)
		}
		exec := func(query string) {
			t.Helper()
			if _, err := pool.Exec(query); err != nil {
				t.Fatalf("%s: %v", query, err)
			}
		}
		exec("CREATE TABLE people (id bigint NOT NULL PRIMARY KEY)")
		exec("CREATE TABLE branches (id bigint NOT NULL PRIMARY KEY, up_id bigint, over_id bigint, owner_id bigint, open boolean)")
		exec("INSERT INTO people VALUES (0), (1), (2), (7)")
		dialect := dialects[d.Name]
		classes, err := branchTables.Classes(dialect, Query(pool.QueryContext))
		if err != nil {
			t.Fatal(err)
		}
		for i := range classes {
			classes[i].ZeroKeyActor = true
		}
		az, err := authz.New(authz.Config{Classes: classes, Policies: authz.String("branches.polar", branchPolicy)})
		if err != nil {
			t.Fatal(err)
		}
		tr, err := New(az, branchTables, dialect)
		if err != nil {
			t.Fatal(err)
		}
		r := sqlworld.NewRand(t)
		some := func(r *rand.Rand) string {
			return sqlworld.One(r, []string{"NULL", "0", "1", "2", "3", "4", "5", "6", "7", "8", "99"})
		}
		nontrivial := 0
		for range 12 {
			exec("DELETE FROM branches")
			for id := range 9 {
				exec(fmt.Sprintf("INSERT INTO branches VALUES (%d, %s, %s, %s, %s)", id, some(r), some(r), some(r), sqlworld.One(r, []string{"TRUE", "FALSE"})))
			}
			var all []branch
			rows, err := pool.Query("SELECT id, up_id, COALESCE(over_id, 0), COALESCE(owner_id, 0), open FROM branches ORDER BY id")
			if err != nil {
				t.Fatal(err)
			}
			for rows.Next() {
				var b branch
				if err := rows.Scan(&b.ID, &b.UpID, &b.OverID, &b.OwnerID, &b.Open); err != nil {
					t.Fatal(err)
				}
				all = append(all, b)
			}
			rows.Close()
			for _, actor := range []*person{{ID: 1}, {ID: 7}, {ID: 0}} {
				ctx := authz.NewContext(context.Background(), az, actor)
				for _, action := range []string{"up", "over", "open", "shut", "next", "owner", "owners", "some", "none"} {
					c, err := tr.Where(ctx, action, "branches")
					if err != nil {
						t.Fatalf("%s: %v", action, err)
					}
					got := ints(t, &fixture{d: dialect, handle: Query(pool.QueryContext)}, "SELECT id FROM branches WHERE "+c.SQL+" ORDER BY id", c.Args...)
					var want []int64
					for _, b := range all {
						ok, err := az.IsAllowed(ctx, actor, action, &b)
						if err != nil {
							t.Fatal(err)
						}
						if ok {
							want = append(want, b.ID)
						}
					}
					if !slices.Equal(got, want) {
						t.Fatalf("%s of %d: %v, decisions %v\n%s %v\n%+v", action, actor.ID, got, want, c.SQL, c.Args, all)
					}
					if len(want) > 0 && len(want) < len(all) {
						nontrivial++
					}
				}
			}
		}
		if nontrivial < 60 {
			t.Errorf("only %d lists have some rows and not others", nontrivial)
		}
	})
}

// TestNothingNeedless checks the SQL of conditions in which a table, or a test for zero, would change
// nothing.
func TestNothingNeedless(t *testing.T) {
	for _, d := range dialects {
		classes, err := branchTables.Classes(d, Query(notAsked))
		if err != nil {
			t.Fatal(err)
		}
		az, err := authz.New(authz.Config{Classes: classes, Policies: authz.String("branches.polar", branchPolicy)})
		if err != nil {
			t.Fatal(err)
		}
		tr, err := New(az, branchTables, d)
		if err != nil {
			t.Fatal(err)
		}
		for action, want := range map[string]struct{ tables, zeros int }{
			"up":     {3, 1}, // the first rows, and those of each step with their parents
			"owner":  {1, 0},
			"owners": {1, 1}, // zero is among the values
			"some":   {1, 0},
			"none":   {1, 1},
		} {
			c, err := tr.Where(authz.NewContext(context.Background(), az, &person{ID: 7}), action, "branches")
			if err != nil {
				t.Fatal(err)
			}
			tables := 0
			for i := 1; i < 9; i++ {
				for _, table := range []string{"people", "branches"} {
					q := string(d.quote)
					tables += strings.Count(c.SQL, q+table+q+" "+q+fmt.Sprint("az", i)+q)
				}
			}
			if zeros := strings.Count(c.SQL, "<>"); tables != want.tables || zeros != want.zeros {
				t.Errorf("%s, %s: %d tables and %d tests for zero, want %v: %s", d.Name(), action, tables, zeros, want, c.SQL)
			}
		}
	}
}

func notAsked(context.Context, string, ...any) (Rows, error) { panic("the database is asked") }
