package sqlauthz

import (
	"context"
	"errors"
	"fmt"
	"math"
	"reflect"
	"slices"
	"strings"
	"testing"

	"github.com/ursa-authz/ursa/authz"
	"github.com/ursa-authz/ursa/authz/filter"
	"github.com/ursa-authz/ursa/internal/sqlworld"
)

// keysOf returns the keys of the rows in the field of a relation, sorted.
func keysOf(t testing.TB, s *Schema, x any) []string {
	t.Helper()
	var keys []string
	add := func(v reflect.Value) {
		for v.Kind() == reflect.Interface || v.Kind() == reflect.Pointer {
			v = v.Elem()
		}
		k, err := s.byType[v.Type()].rows.KeyOf(v.Interface())
		if err != nil {
			t.Fatal(err)
		}
		var key string
		for _, part := range k.Parts() {
			key += fmt.Sprintf("%q ", fmt.Sprint(part.Any()))
		}
		keys = append(keys, key)
	}
	switch v := reflect.ValueOf(x); {
	case x == nil, v.Kind() == reflect.Pointer && v.IsNil():
	case v.Kind() == reflect.Slice:
		for i := range v.Len() {
			add(v.Index(i))
		}
	default:
		add(v)
	}
	slices.Sort(keys)
	return keys
}

// TestFetchFindsRelatedRows compares what Fetch, FetchEach and Load find with what a resolver
// finds by looking at all rows.
func TestFetchFindsRelatedRows(t *testing.T) {
	onDatabases(t, func(t *testing.T, x *fixture) {
		ctx := context.Background()
		g := sqlworld.NewGenerator(nil, x.classes, x.d.Name())
		r := sqlworld.NewRand(t)
		found := make(map[string]int)
		for range 3 {
			sqlworld.Populate(t, x.gorm, r, 25)
			w := sqlworld.Load(t, x.gorm)
			for _, c := range x.classes {
				rows := map[string][]any{
					"Doc": anys(w.Docs), "User": anys(w.Users), "Category": anys(w.Categories), "Place": anys(w.Places),
					"Comment": anys(w.Comments), "Tag": anys(w.Tags),
				}[c.Type.Name()]
				for _, rel := range c.Relations {
					name := c.Type.Name() + "." + rel.Name
					many, err := c.FetchEach(ctx, rows, rel.Name)
					if err != nil || len(many) != len(rows) {
						t.Fatalf("%s: %d results for %d rows, %v", name, len(many), len(rows), err)
					}
					field, _ := c.Type.FieldByName(rel.Name)
					for i, row := range rows {
						related, err := w.Related(ctx, row, g.Relation(c.Type, rel.Name))
						if err != nil {
							t.Fatal(err)
						}
						want := keysOf(t, x.schema, related)
						one, err := c.Fetch(ctx, row, rel.Name)
						if got := keysOf(t, x.schema, one); err != nil || !slices.Equal(got, want) {
							t.Errorf("%s of %+v = %v, %v; want %v", name, row, got, err, want)
						}
						if got := keysOf(t, x.schema, many[i]); !slices.Equal(got, want) {
							t.Errorf("%s of %+v among others = %v; want %v", name, row, got, want)
						}
						if one != nil && !reflect.TypeOf(one).AssignableTo(field.Type) {
							t.Errorf("%s is a %T", name, one)
						}
						if err := x.schema.Load(ctx, x.handle, row, rel.Name); err != nil {
							t.Error(err)
						}
						loaded := reflect.ValueOf(row).Elem().FieldByIndex(field.Index)
						if got := keysOf(t, x.schema, loaded.Interface()); !slices.Equal(got, want) || rel.Many && loaded.IsNil() {
							t.Errorf("%s of %+v loaded = %v; want %v", name, row, got, want)
						}
						found[name] += len(want)
					}
				}
			}
		}
		for _, c := range x.classes {
			for _, rel := range c.Relations {
				if name := c.Type.Name() + "." + rel.Name; found[name] == 0 {
					t.Errorf("no row was ever related by %s", name)
				}
			}
		}
	})
}

func anys[T any](rows []*T) []any {
	list := make([]any, len(rows))
	for i, r := range rows {
		list[i] = r
	}
	return list
}

// TestRowsAreReadWhole compares fetched rows with those that GORM reads, column by column.
func TestRowsAreReadWhole(t *testing.T) {
	onDatabases(t, func(t *testing.T, x *fixture) {
		ctx := context.Background()
		sqlworld.Populate(t, x.gorm, sqlworld.NewRand(t), 25)
		w := sqlworld.Load(t, x.gorm)
		docs := make(map[int64]*sqlworld.Doc)
		for _, d := range w.Docs {
			docs[d.ID] = d
		}
		compared := 0
		columns := x.schema.byType[reflect.TypeFor[sqlworld.Doc]()]
		for _, u := range w.Users {
			if err := x.schema.Load(ctx, x.handle, u, "Docs"); err != nil {
				t.Fatal(err)
			}
			for _, got := range u.Docs {
				for path := range columns.columns {
					a, errA := columns.rows.Value(&got, path)
					b, errB := columns.rows.Value(docs[got.ID], path)
					if eq, err := a.Equal(b); !eq || errors.Join(errA, errB, err) != nil {
						t.Errorf("%s of %d is %v, want %v, %v", path, got.ID, a.Any(), b.Any(), errors.Join(errA, errB, err))
					}
					compared++
				}
			}
		}
		if compared == 0 {
			t.Error("no row was read")
		}
	})
}

// TestManyRowsInFewQueries counts the queries of Load and of a decision about many rows.
func TestManyRowsInFewQueries(t *testing.T) {
	onDatabases(t, func(t *testing.T, x *fixture) {
		queries := 0
		counted := Handle{query: func(ctx context.Context, query string, args ...any) (Rows, error) {
			queries++
			return x.handle.query(ctx, query, args...)
		}}
		ctx := WithHandle(context.Background(), counted)
		for i := range 3 {
			create(t, x, &sqlworld.User{ID: int64(i + 1), Name: fmt.Sprint("user ", i+1)})
		}
		docs := make([]sqlworld.Doc, 2500)
		for i := range docs {
			docs[i] = sqlworld.Doc{Base: sqlworld.Base{ID: int64(i + 1)}, AuthorID: int64(i % 4)}
		}
		if err := x.schema.Load(ctx, Handle{}, docs, "Author", "Comments"); err != nil {
			t.Fatal(err)
		}
		for i, d := range docs {
			if known := i%4 != 0; (d.Author != nil) != known || known && d.Author.ID != d.AuthorID || d.Comments == nil {
				t.Fatalf("document %d has the author %v and the comments %v", i, d.Author, d.Comments)
			}
		}
		if queries != 6 {
			t.Errorf("%d queries", queries)
		}
		queries = 0
		az, err := authz.New(authz.Config{Classes: x.classes, Policies: authz.String("p.polar", `allow(u: User, "read", d: Doc) if d.author.name = u.name;`)})
		if err != nil {
			t.Fatal(err)
		}
		fresh := make([]*sqlworld.Doc, 500)
		for i := range fresh {
			fresh[i] = &sqlworld.Doc{Base: sqlworld.Base{ID: int64(i + 1)}, AuthorID: int64(i % 4)}
		}
		oks, err := az.IsAllowedEach(ctx, &sqlworld.User{ID: 9, Name: "user 1"}, "read", anys(fresh))
		if err != nil {
			t.Fatal(err)
		}
		for i, ok := range oks {
			if ok != (i%4 == 1) {
				t.Errorf("document %d: %v", i, ok)
			}
		}
		if queries > 2 {
			t.Errorf("%d queries for %d decisions", queries, len(fresh))
		}
	})
}

func create(t testing.TB, x *fixture, row any) {
	t.Helper()
	if err := x.gorm.Create(row).Error; err != nil {
		t.Fatal(err)
	}
}

func TestHandles(t *testing.T) {
	onDatabases(t, func(t *testing.T, x *fixture) {
		ctx := context.Background()
		create(t, x, &sqlworld.User{ID: 1, Name: "committed"})
		doc := func() *sqlworld.Doc { return &sqlworld.Doc{AuthorID: 1} }
		name := func(ctx context.Context, classes []authz.Class) (string, error) {
			got, err := classes[0].Fetch(ctx, doc(), "Author")
			if u, ok := got.(*sqlworld.User); ok {
				return u.Name, err
			}
			return "", err
		}
		tx, err := x.pool.BeginTx(ctx, nil)
		if err != nil {
			t.Fatal(err)
		}
		defer tx.Rollback()
		if _, err := tx.ExecContext(ctx, "UPDATE users SET name = 'uncommitted' WHERE id = 1"); err != nil {
			t.Fatal(err)
		}
		inTx := WithHandle(ctx, Query(tx.QueryContext))
		one, none, two := x.schema.Classes(x.handle), x.schema.Classes(), x.schema.Classes(x.handle, x.handle)
		for _, tt := range []struct {
			name    string
			ctx     context.Context
			classes []authz.Class
			want    string
		}{
			{"one handle", ctx, one, "committed"},
			{"one handle, and a transaction", inTx, one, "uncommitted"},
			{"none", ctx, none, ""},
			{"none, and a transaction", inTx, none, "uncommitted"},
			{"several", ctx, two, ""},
			{"several, and a transaction", inTx, two, "uncommitted"},
		} {
			got, err := name(tt.ctx, tt.classes)
			if got != tt.want || (err != nil) != (tt.want == "") || err != nil && !errors.Is(err, authz.ErrUndecided) {
				t.Errorf("%s: %q, %v; want %q", tt.name, got, err, tt.want)
			}
		}
	})
}

func TestFetchErrors(t *testing.T) {
	onDatabases(t, func(t *testing.T, x *fixture) {
		ctx := context.Background()
		if err := x.gorm.Migrator().DropIndex(&sqlworld.Cover{}, "DocID"); err != nil {
			t.Fatal(err)
		}
		for range 2 {
			create(t, x, &sqlworld.Cover{DocID: new(int64(7))})
		}
		canceled, cancel := context.WithCancel(ctx)
		cancel()
		doc := &sqlworld.Doc{Base: sqlworld.Base{ID: 7}, AuthorID: 1}
		fetch := x.classes[0].Fetch
		for _, tt := range []struct {
			name string
			ctx  context.Context
			row  any
			rel  string
		}{
			{"two rows of a relation to one", ctx, doc, "Cover"},
			{"unknown relation", ctx, doc, "Nope"},
			{"not a row", ctx, &struct{ A int }{}, "Author"},
			{"context", canceled, doc, "Author"},
		} {
			if got, err := fetch(tt.ctx, tt.row, tt.rel); got != nil || !errors.Is(err, authz.ErrUndecided) {
				t.Errorf("%s: %v, %v", tt.name, got, err)
			}
		}
		for name, rows := range map[string]any{"no rows": 7, "nil row": []*sqlworld.Doc{nil}} {
			if err := x.schema.Load(ctx, x.handle, rows, "Author"); !errors.Is(err, authz.ErrUndecided) {
				t.Errorf("%s: %v", name, err)
			}
		}
	})
}

// TestRelationsToSeveralRows tests relations to one row that may have several.
func TestRelationsToSeveralRows(t *testing.T) {
	type label struct {
		ID      int64  `db:"id,key"`
		ShelfID int64  `db:"shelf_id"`
		Color   string `db:"color"`
	}
	type shelf struct {
		ID    int64  `db:"id,key"`
		Label *label `db:"-"`
	}
	tables := func(unique bool) Tables {
		rel := Has("Label", "shelf_id")
		rel.Unique = unique
		return Tables{TableOf[shelf]("shelves", rel), TableOf[label]("labels")}
	}
	for _, unique := range []bool{false, true} {
		s, err := tables(unique).Schema(SQLite)
		if err != nil {
			t.Fatal(err)
		}
		class := s.Classes()[0]
		az, err := authz.New(authz.Config{Classes: s.Classes(), Policies: authz.String("p.polar", `allow(_, "read", s: shelf) if s.label.color = "red";`)})
		if err != nil {
			t.Fatal(err)
		}
		q, err := az.Filter(context.Background(), "anybody", "read", authz.ClassOf[shelf]())
		if err != nil {
			t.Fatal(err)
		}
		_, err = s.Translate(q)
		if unique != (err == nil) || !unique && (!errors.Is(err, filter.ErrUnsupported) || !strings.Contains(err.Error(), "make shelf_id unique")) {
			t.Errorf("unique %v: %v", unique, err)
		}
		if class.RowInfo.Partial(&shelf{}, "Label") == unique {
			t.Errorf("unique %v: a loaded row is believed: %v", unique, unique)
		}
	}
}

// TestEqualKeysHaveOneText tests the texts by which fetched rows find their owners.
func TestEqualKeysHaveOneText(t *testing.T) {
	type row struct {
		Int   int64         `db:"i"`
		Float float64       `db:"f"`
		Text  string        `db:"t"`
		UUID  sqlworld.UUID `db:"u"`
	}
	for _, d := range []*Dialect{SQLite, Postgres, MySQL} {
		s, err := Tables{TableOf[row]("rows")}.Schema(d)
		if err != nil {
			t.Fatal(err)
		}
		key := func(column string, x any) string {
			text := ""
			if ok, err := appendKey(&text, s.tables[0].byName[column], d, sqlworld.MustValue(x)); !ok || err != nil {
				t.Fatalf("%s: %v, %v", column, ok, err)
			}
			return text
		}
		zero := 0.0
		for _, tt := range []struct {
			column string
			a, b   any
			same   bool
		}{
			{"i", int64(3), 3.0, true}, {"i", int64(3), int8(3), true}, {"i", 3, 4, false},
			{"f", 3, 3.0, true}, {"f", zero, -zero, true}, {"f", zero, math.Copysign(0, -1), true}, {"f", 0.1, 0.2, false},
			{"t", "a", sqlworld.Status("a"), true}, {"t", "a", "A", false}, {"t", "a", "a ", false}, {"t", `a",`, "a", false},
			{"u", sqlworld.UUID{1}, sqlworld.UUID{1}, true}, {"u", sqlworld.UUID{1}, sqlworld.UUID{2}, false},
		} {
			if a, b := key(tt.column, tt.a), key(tt.column, tt.b); (a == b) != tt.same {
				t.Errorf("%s: %v is %s, and %v is %s", tt.column, tt.a, a, tt.b, b)
			}
		}
	}
}
