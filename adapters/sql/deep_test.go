package sqlauthz

// This file tests conditions that are nested deeper than a database accepts.

import (
	"context"
	"errors"
	"fmt"
	"reflect"
	"slices"
	"strings"
	"testing"

	"github.com/ursa-authz/ursa/authz"
	"github.com/ursa-authz/ursa/authz/filter"
	"github.com/ursa-authz/ursa/internal/sqlworld"
	"github.com/ursa-authz/ursa/internal/testdb"
)

// TestDeepConditions nests conditions until the database cannot evaluate them. The translation
// must notice it, and not the database.
func TestDeepConditions(t *testing.T) {
	onDatabases(t, func(t *testing.T, x *fixture) {
		r := sqlworld.NewRand(t)
		sqlworld.Populate(t, x.gorm, r, 10)
		w := sqlworld.Load(t, x.gorm)
		doc := x.schema.byType[reflect.TypeFor[sqlworld.Doc]()].rows
		user := x.schema.byType[reflect.TypeFor[sqlworld.User]()].rows
		parent := &filter.Relation{Name: "Parent", Target: doc}
		children := &filter.Relation{Name: "Children", Target: doc, Many: true}
		author := &filter.Relation{Name: "Author", Target: user}
		docs := &filter.Relation{Name: "Docs", Target: doc, Many: true}
		leaf := func(v filter.Var) filter.Expr {
			return filter.Compare{Op: filter.Eq, L: filter.Field{Var: v, Name: "Public"}, R: sqlworld.MustValue(true)}
		}
		chains := []*Dialect{SQLite, MySQL}
		for _, tt := range []struct {
			name string
			wrap func(v filter.Var, in filter.Expr) filter.Expr // in is about v+1
			most int
			on   []*Dialect // that refuse the deepest
		}{
			{"chains that end in chains", func(v filter.Var, in filter.Expr) filter.Expr {
				return filter.Reach{As: v + 1, From: v, At: v + 1, Rel: parent, Where: in}
			}, 10, nil},
			{"chains in the steps of chains", func(v filter.Var, in filter.Expr) filter.Expr {
				return filter.Reach{As: v + 1, From: v, At: v + 1, Step: in, Rel: parent, Where: leaf(v + 1)}
			}, 12, chains},
			{"longer steps", func(v filter.Var, in filter.Expr) filter.Expr {
				return filter.Reach{As: v + 1, From: v, At: v + 1, Step: in, Rel: author, Via: []filter.Hop{{At: v + 1, Rel: docs}}, Where: leaf(v + 1)}
			}, 10, chains},
			{"two chains in the steps of chains", func(v filter.Var, in filter.Expr) filter.Expr {
				return filter.Reach{As: v + 1, From: v, At: v + 1, Rel: parent, Where: leaf(v + 1),
					Step: filter.Or{in, filter.And{filter.Not{X: in}, filter.Compare{Op: filter.Eq, L: filter.Field{Var: v + 1, Name: "Title"}, R: sqlworld.MustValue("a")}}}}
			}, 6, chains},
			{"relations in relations", func(v filter.Var, in filter.Expr) filter.Expr {
				return filter.Exists{As: v + 1, From: v, Rel: children, Where: filter.Or{leaf(v + 1), in}}
			}, 40, []*Dialect{SQLite}},
			{"negated relations", func(v filter.Var, in filter.Expr) filter.Expr {
				return filter.Not{X: filter.Exists{As: v + 1, From: v, Rel: parent, Where: in}}
			}, 40, []*Dialect{SQLite}},
		} {
			t.Run(tt.name, func(t *testing.T) {
				accepted, refused := 0, 0
				for n := 1; n <= tt.most; n += 1 + n/8 {
					where := leaf(filter.Var(n))
					for v := n - 1; v >= 0; v-- {
						where = tt.wrap(filter.Var(v), where)
					}
					q := &filter.Query{Model: doc, Where: where}
					got, _, err := x.selects(q, false)
					var fe *filter.Error
					switch {
					case errors.Is(err, filter.ErrUnsupported) && errors.As(err, &fe) && fe.Expr != "":
						refused++
					case err != nil:
						t.Fatalf("%d levels: %v (%v)", n, err, errors.Unwrap(err))
					default:
						if refused > 0 {
							t.Errorf("%d levels are accepted, and fewer are not", n)
						}
						accepted++
						if n < 7 && !slices.Equal(got, w.Matching(t, q, false)) {
							t.Errorf("%d levels: selected %v, and %v match", n, got, w.Matching(t, q, false))
						}
					}
				}
				if accepted < 2 || (refused > 0) != slices.Contains(tt.on, x.d) {
					t.Errorf("%d accepted, %d refused", accepted, refused)
				}
			})
		}
	})
}

// TestLongChains tests a chain with more steps than MariaDB makes by default. It cuts the recursion
// short without an error, so that the negation of a condition would hold for rows further down.
func TestLongChains(t *testing.T) {
	testdb.Each(t, func(t *testing.T, d testdb.Database) {
		pool, err := d.Open(t).DB()
		if err != nil {
			t.Fatal(err)
		}
		pool.SetMaxOpenConns(1) // for the variable
		exec := func(query string) {
			t.Helper()
			if _, err := pool.Exec(query); err != nil {
				t.Fatalf("%.80s: %v", query, err)
			}
		}
		const steps = 1200
		exec("CREATE TABLE people (id bigint NOT NULL PRIMARY KEY)")
		exec("CREATE TABLE folders (id bigint NOT NULL PRIMARY KEY, owner_id bigint, parent_id bigint)")
		exec("CREATE INDEX by_parent ON folders (parent_id)")
		var rows []string
		for i := 1; i <= steps; i++ {
			rows = append(rows, fmt.Sprintf("(%d,%d,%d)", i, min(i, 2), i-1))
		}
		exec("INSERT INTO folders VALUES " + strings.Join(rows, ","))
		dialect := dialects[d.Name]
		tables := Tables{TableOf[person]("people"), TableOf[folder]("folders", BelongsTo("Parent", "parent_id"))}
		classes, err := tables.Classes(dialect, Query(pool.QueryContext))
		if err != nil {
			t.Fatal(err)
		}
		az, err := authz.New(authz.Config{Classes: classes, Policies: authz.String("folders.polar", `
			allow(u: person, "below", f: folder) if below(u, f);
			below(u, f: folder) if f.owner_id = u.id;
			below(u, f: folder) if below(u, f.parent);
			allow(u: person, "not below", f: folder) if not below(u, f);
			allow(u: person, "parent not below", f: folder) if not (p = f.parent and below(u, p));
		`)})
		if err != nil {
			t.Fatal(err)
		}
		tr, err := New(az, tables, dialect)
		if err != nil {
			t.Fatal(err)
		}
		repo := NewRepository[folder](tr, pool)
		ctx := authz.NewContext(context.Background(), az, &person{ID: 1}) // the owner of the first
		for action, want := range map[string]int64{"below": steps, "not below": 0, "parent not below": 1} {
			n, err := repo.WithAction(action).Count(ctx)
			switch {
			case dialect == MySQL && action == "below":
				if err != nil || n > want {
					t.Errorf("%s: %d, %v", action, n, err)
				}
			case dialect == MySQL:
				if !errors.Is(err, authz.ErrUndecided) {
					t.Errorf("%s: %d, %v", action, n, err)
				}
			case err != nil || n != want:
				t.Errorf("%s: %d, %v, want %d", action, n, err, want)
			}
		}
		if dialect != MySQL {
			return
		}
		exec("SET SESSION max_recursive_iterations = 100000")
		for action, want := range map[string]int64{"below": steps, "not below": 0, "parent not below": 1} {
			if n, err := repo.WithAction(action).Count(ctx); err != nil || n != want {
				t.Errorf("%s with more iterations: %d, %v, want %d", action, n, err, want)
			}
		}
	})
}
