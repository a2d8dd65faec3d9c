package sqlauthz

// This file compares SQL with memory on the models of package sqlworld, described by their db
// tags.

import (
	"context"
	"database/sql"
	"slices"
	"testing"

	"gorm.io/gorm"

	"github.com/ursa-authz/ursa/authz"
	"github.com/ursa-authz/ursa/authz/filter"
	"github.com/ursa-authz/ursa/internal/sqlworld"
	"github.com/ursa-authz/ursa/internal/testdb"
)

// dialects are the dialects by the names of testdb.
var dialects = map[string]*Dialect{"sqlite": SQLite, "postgres": Postgres, "mysql": MySQL}

// worldTables describes the tables of package sqlworld.
func worldTables(d *Dialect) Tables {
	tags := Through("Tags", "doc_tags", "doc_id", "tag_id")
	tags.Through.Deleted = "deleted_at"
	notes := Has("Notes", "owner_id")
	notes.Links = append(notes.Links, Link{Column: "owner_type", Value: "docs"})
	ts := Tables{
		TableOf[sqlworld.Doc]("docs",
			BelongsTo("Author", "author_id"), BelongsTo("Reviewer", "reviewer_id"), BelongsTo("Category", "category_code"),
			BelongsTo("Place", "place_country", "place_number"), BelongsTo("Seal", "seal_id"), BelongsTo("Parent", "parent_id"),
			Has("Children", "parent_id"), Has("Cover", "doc_id"), Has("Comments", "doc_id"), tags, notes),
		TableOf[sqlworld.User]("users", BelongsTo("Manager", "manager_id"), Has("Docs", "author_id")),
		TableOf[sqlworld.Category]("categories", BelongsTo("Parent", "parent_code")),
		TableOf[sqlworld.Place]("places", BelongsTo("Next", "next_country", "next_number")),
		TableOf[sqlworld.Seal]("seals"),
		TableOf[sqlworld.Cover]("covers"),
		TableOf[sqlworld.Comment]("comments", BelongsTo("User", "user_id")),
		TableOf[sqlworld.Tag]("tags", Through("Related", "tag_links", "tag_id", "related_id")),
		TableOf[sqlworld.Note]("notes"),
	}
	docs := ts[0].Columns
	i := slices.IndexFunc(docs, func(c Column) bool { return c.Name == "price" })
	docs[i].Type = map[*Dialect]string{SQLite: "text", Postgres: "numeric(20,3)", MySQL: "decimal(20,3)"}[d]
	i = slices.IndexFunc(docs, func(c Column) bool { return c.Name == "char" })
	docs[i].Type = "char(4)"
	return ts
}

// A fixture is a database with the tables of package sqlworld.
type fixture struct {
	gorm    *gorm.DB // fills the tables
	pool    *sql.DB
	d       *Dialect
	schema  *Schema
	handle  Handle
	classes []authz.Class
}

// onDatabases runs a test on SQLite, PostgreSQL and MySQL.
func onDatabases(t *testing.T, f func(t *testing.T, x *fixture)) {
	t.Helper()
	testdb.Each(t, func(t *testing.T, d testdb.Database) { f(t, newFixture(t, d)) })
}

func newFixture(t testing.TB, d testdb.Database) *fixture {
	t.Helper()
	db := d.Open(t)
	sqlworld.Migrate(t, db)
	pool, err := db.DB()
	if err != nil {
		t.Fatal(err)
	}
	x := &fixture{gorm: db, pool: pool, d: dialects[d.Name], handle: Query(pool.QueryContext)}
	if x.schema, err = worldTables(x.d).Schema(x.d); err != nil {
		t.Fatal(err)
	}
	x.classes = x.schema.Classes(x.handle)
	return x
}

// selects returns the keys of the rows for which a filter is true.
func (x *fixture) selects(q *filter.Query, unscoped bool) (ids []int64, query string, err error) {
	p, err := x.schema.Translate(q)
	if err != nil {
		return nil, "", err
	}
	return x.keys(p, x.schema.byType[q.Model.Type], unscoped)
}

// keys returns the keys of the rows that a condition allows, and the statement.
func (x *fixture) keys(p *Predicate, rows *table, unscoped bool) (ids []int64, query string, err error) {
	c, err := x.schema.write(p, rows, "", "", options{alias: "d", unscoped: unscoped, offset: 1})
	if err != nil {
		return nil, "", err
	}
	query = "SELECT d.id FROM " + rows.Name + " d WHERE " + x.d.placeholder(1) + " = 0 AND " + c.SQL + " ORDER BY d.id"
	err = x.handle.each(context.Background(), query, append([]any{0}, c.Args...), func(scan func(...any) error) error {
		ids = append(ids, 0)
		return scan(&ids[len(ids)-1])
	})
	return ids, query, err
}

func TestSQLSelectsWhatMatches(t *testing.T) {
	onDatabases(t, func(t *testing.T, x *fixture) { sqlworld.CheckFilters(t, x.gorm, x.classes, x.selects) })
}

func TestPoliciesInSQL(t *testing.T) {
	onDatabases(t, func(t *testing.T, x *fixture) {
		shaped := 0
		sqlworld.CheckPolicies(t, x.gorm, x.classes, func(q *filter.Query, unscoped bool) ([]int64, string, error) {
			ids, query, err := x.selects(q, unscoped)
			if err != nil {
				return ids, query, err
			}
			p, err := x.schema.Translate(q, Broad())
			if err != nil {
				return nil, query, err
			}
			broad, other, err := x.keys(p, x.schema.byType[q.Model.Type], unscoped)
			if !slices.Equal(ids, broad) {
				t.Errorf("%v, and in the broad form %v:\n%s\n%s", ids, broad, query, other)
			}
			if query != other {
				shaped++
			}
			return ids, query, err
		})
		t.Logf("%d conditions have two forms", shaped)
		if shaped < sqlworld.Runs(t, 500)/50 {
			t.Errorf("only %d conditions have two forms", shaped)
		}
	})
}

// TestActorsInSQL compares conditions on actors with decisions.
func TestActorsInSQL(t *testing.T) {
	onDatabases(t, func(t *testing.T, x *fixture) { sqlworld.CheckActors(t, x.gorm, x.classes, x.selects) })
}
