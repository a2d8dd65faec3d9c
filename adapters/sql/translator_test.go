package sqlauthz

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"reflect"
	"slices"
	"strings"
	"testing"

	"github.com/ursa-authz/ursa/authz"
	"github.com/ursa-authz/ursa/internal/sqlworld"
)

// authorizer returns an Authorizer over the tables of package sqlworld, and a translator.
func (x *fixture) authorizer(t testing.TB, policy string) (*authz.Authorizer, *Translator) {
	t.Helper()
	az, err := authz.New(authz.Config{Classes: x.classes, Policies: authz.String("p.polar", policy)})
	if err != nil {
		t.Fatal(err)
	}
	tr, err := New(az, worldTables(x.d), x.d)
	if err != nil {
		t.Fatal(err)
	}
	return az, tr
}

const smallPolicy = `
	allow(u: User, "read", d: Doc) if d.author_id = u.id;
	allow(_: User, "read", d: Doc) if d.public;
	allow(u: User, "edit", d: Doc) if d.author.name = u.name;
	allow(_: User, "list", _: Doc);
	allow(_: User, "shut", d: Doc) if d.title.upper() = "X";
	allow(_: User, "read", _: Category);
`

// TestWhere runs conditions in all positions that a statement of an application may have.
func TestWhere(t *testing.T) {
	onDatabases(t, func(t *testing.T, x *fixture) {
		az, tr := x.authorizer(t, smallPolicy)
		actor := &sqlworld.User{ID: 1, Name: "ann"}
		ctx := authz.NewContext(context.Background(), az, actor)
		create(t, x, actor)
		create(t, x, &sqlworld.User{ID: 2, Name: "bob"})
		for i := int64(1); i <= 6; i++ {
			create(t, x, &sqlworld.Doc{Base: sqlworld.Base{ID: i}, Title: fmt.Sprint("title ", i), AuthorID: 1 + i%2, Public: i == 1, Due: sqlworld.Noon})
		}
		if err := x.gorm.Delete(&sqlworld.Doc{}, 4).Error; err != nil {
			t.Fatal(err)
		}
		for _, tt := range []struct {
			name, action string
			sql          string // with %s for the condition, ! for placeholders before it and after it
			before       []any
			after        []any
			options      []Option
			want         []int64
		}{
			{"alone", "read", "SELECT id FROM docs WHERE %s ORDER BY id", nil, nil, nil, []int64{1, 2, 6}},
			{"alias", "read", "SELECT e.id FROM docs e WHERE %s ORDER BY id", nil, nil, []Option{Alias("e")}, []int64{1, 2, 6}},
			{"arguments around", "read", "SELECT e.id FROM docs e WHERE e.id <> ! AND e.id < ! AND %s AND e.id > ! ORDER BY id", []any{2, 6}, []any{0}, []Option{Alias("e"), ArgOffset(2)}, []int64{1}},
			{"or", "read", "SELECT id FROM docs WHERE id = ! OR %s ORDER BY id", []any{3}, nil, []Option{ArgOffset(1)}, []int64{1, 2, 3, 6}},
			{"relation", "edit", "SELECT e.id FROM docs e WHERE %s ORDER BY id", nil, nil, []Option{Alias("e")}, []int64{2, 6}},
			{"unscoped", "edit", "SELECT e.id FROM docs e WHERE %s ORDER BY id", nil, nil, []Option{Alias("e"), Unscoped()}, []int64{2, 4, 6}},
			{"everything", "list", "SELECT id FROM docs WHERE %s ORDER BY id", nil, nil, nil, []int64{1, 2, 3, 5, 6}},
			{"everything, unscoped", "list", "SELECT id FROM docs WHERE %s ORDER BY id", nil, nil, []Option{Unscoped()}, []int64{1, 2, 3, 4, 5, 6}},
			{"nothing", "dance", "SELECT id FROM docs WHERE %s ORDER BY id", nil, nil, nil, nil},
			{"nothing, negated", "dance", "SELECT id FROM docs WHERE NOT %s ORDER BY id", nil, nil, nil, []int64{1, 2, 3, 4, 5, 6}},
			{"group", "read", "SELECT max(id) FROM docs e WHERE %s GROUP BY e.author_id HAVING count(*) > ! ORDER BY 1", nil, []any{0}, []Option{Alias("e")}, []int64{1, 6}},
			{"page", "read", "SELECT id FROM docs WHERE %s ORDER BY id DESC LIMIT 2", nil, nil, nil, []int64{6, 2}},
			{"joined", "read", "SELECT e.id FROM users u JOIN docs e ON e.author_id = u.id WHERE u.name = ! AND %s ORDER BY e.id", []any{"ann"}, nil, []Option{Alias("e"), ArgOffset(1)}, []int64{2, 6}},
		} {
			c, err := tr.Where(ctx, tt.action, "docs", tt.options...)
			if err != nil {
				t.Errorf("%s: %v", tt.name, err)
				continue
			}
			query := fill(x.d, fmt.Sprintf(tt.sql, c.SQL), len(tt.before), len(c.Args))
			got := ints(t, x, query, slices.Concat(tt.before, c.Args, tt.after)...)
			if !slices.Equal(got, tt.want) {
				t.Errorf("%s: %v, want %v\n%s", tt.name, got, tt.want, query)
			}
			if c.SQL != "TRUE" && c.SQL != "FALSE" && (c.SQL[0] != '(' || c.SQL[len(c.SQL)-1] != ')') {
				t.Errorf("%s: not one unit: %s", tt.name, c.SQL)
			}
		}
		// In an update and a delete, which cannot have an alias everywhere.
		c, err := tr.Where(ctx, "read", "docs", ArgOffset(1))
		if err != nil {
			t.Fatal(err)
		}
		for i, query := range []string{"UPDATE docs SET title = ! WHERE %s", "DELETE FROM docs WHERE code <> ! AND %s"} {
			res, err := x.pool.Exec(fill(x.d, fmt.Sprintf(query, c.SQL), 1, len(c.Args)), append([]any{"x"}, c.Args...)...)
			if err != nil {
				t.Fatal(err)
			}
			if n, err := res.RowsAffected(); n != 3 || err != nil {
				t.Errorf("%d: %d rows, %v", i, n, err)
			}
		}
	})
}

// TestFrom runs conditions that fail for a hidden row beside the allowed rows as a table.
func TestFrom(t *testing.T) {
	onDatabases(t, func(t *testing.T, x *fixture) {
		az, tr := x.authorizer(t, smallPolicy)
		actor := &sqlworld.User{ID: 1, Name: "ann"}
		ctx := authz.NewContext(context.Background(), az, actor)
		create(t, x, actor)
		for i := int64(1); i <= 6; i++ {
			create(t, x, &sqlworld.Doc{Base: sqlworld.Base{ID: i}, AuthorID: 1 + i%2, Amount: int(i), Due: sqlworld.Noon})
		}
		fails := map[string]string{
			"sqlite":   "CASE WHEN %[1]s.amount = 3 THEN abs(-9223372036854775807 - 1) ELSE 1 END > 0",
			"postgres": "1 / (%[1]s.amount - 3) < 100",
			"mysql":    "CASE WHEN %[1]s.amount = 3 THEN (SELECT 1 UNION SELECT %[1]s.amount) ELSE 1 END > 0",
		}[x.d.Name()]
		where, err := tr.Where(ctx, "edit", "docs", Alias("e"))
		if err != nil {
			t.Fatal(err)
		}
		rows, err := x.pool.Query("SELECT e.id FROM docs e WHERE "+fmt.Sprintf(fails, "e")+" AND "+where.SQL, where.Args...)
		if err == nil {
			for rows.Next() {
			}
			err = rows.Err()
			rows.Close()
		}
		if err == nil {
			t.Error("without From, the condition is not evaluated for hidden rows: the test tests nothing")
		}
		for alias, opts := range map[string][]Option{"docs": {ArgOffset(1)}, "e": {Alias("e"), ArgOffset(1)}} {
			from, err := tr.From(ctx, "edit", "docs", opts...)
			if err != nil {
				t.Fatal(err)
			}
			query := "SELECT " + x.d.placeholder(1) + "+0 - 7 + " + alias + ".id FROM " + from.SQL + " WHERE " + fmt.Sprintf(fails, alias) + " ORDER BY 1"
			if x.d == Postgres {
				query = strings.Replace(query, "$1", "CAST($1 AS integer)", 1)
			}
			if got := ints(t, x, query, append([]any{7}, from.Args...)...); !slices.Equal(got, []int64{2, 4, 6}) {
				t.Errorf("%s: %v", query, got)
			}
		}
		from, err := tr.From(ctx, "dance", "docs")
		if err != nil {
			t.Fatal(err)
		}
		if got := ints(t, x, "SELECT id FROM "+from.SQL, from.Args...); len(got) > 0 {
			t.Errorf("nothing is allowed: %v", got)
		}
		if _, err := tr.From(ctx, "shut", "docs"); !errors.Is(err, authz.ErrUnsupported) {
			t.Errorf("no condition: %v", err)
		}
		if _, err := tr.From(ctx, "read", "nope"); !errors.Is(err, authz.ErrUndecided) {
			t.Errorf("no table: %v", err)
		}
	})
}

// fill replaces each ! by a placeholder: those before the condition come first.
func fill(d *Dialect, query string, before, inside int) string {
	n := 0
	for strings.Contains(query, "!") {
		n++
		i := n
		if n > before {
			i += inside
		}
		query = strings.Replace(query, "!", d.placeholder(i), 1)
	}
	return query
}

func ints(t testing.TB, x *fixture, query string, args ...any) (list []int64) {
	t.Helper()
	err := x.handle.each(context.Background(), query, args, func(scan func(...any) error) error {
		list = append(list, 0)
		return scan(&list[len(list)-1])
	})
	if err != nil {
		t.Fatalf("%v: %v\n%s", err, errors.Unwrap(err), query)
	}
	return list
}

// TestAllowedExpr reads an expression for each row, which is never NULL.
func TestAllowedExpr(t *testing.T) {
	onDatabases(t, func(t *testing.T, x *fixture) {
		r := sqlworld.NewRand(t)
		sqlworld.Populate(t, x.gorm, r, 25)
		w := sqlworld.Load(t, x.gorm)
		az, tr := x.authorizer(t, `allow(u: User, "a", d: Doc) if d.nick = u.name or not d.ratio < 2; allow(_: User, "all", _: Doc);`)
		for range 10 {
			u := sqlworld.One(r, w.Users)
			u.ID = max(u.ID, 1)
			ctx := authz.NewContext(context.Background(), az, u)
			for _, action := range []string{"a", "all", "none"} {
				c, err := tr.AllowedExpr(ctx, action, "docs", Alias("d"))
				if err != nil {
					t.Fatal(err)
				}
				rows, err := x.pool.Query("SELECT d.id, "+c.SQL+" FROM docs d", c.Args...)
				if err != nil {
					t.Fatal(err)
				}
				got := make(map[int64]bool)
				for rows.Next() {
					var id int64
					var ok bool // cannot hold NULL
					if err := rows.Scan(&id, &ok); err != nil {
						t.Fatal(err)
					}
					got[id] = ok
				}
				if err := errors.Join(rows.Err(), rows.Close()); err != nil {
					t.Fatal(err)
				}
				for _, d := range w.Docs {
					want, err := az.IsAllowed(ctx, u, action, d)
					want = want && !d.DeletedAt.Valid
					if ok, known := got[d.ID]; !known || ok != want || err != nil {
						t.Errorf("%s %d: %v, want %v, %v", action, d.ID, ok, want, err)
					}
				}
			}
		}
	})
}

func TestWhereErrors(t *testing.T) {
	ctx := context.Background()
	x := &fixture{d: SQLite}
	var err error
	if x.schema, err = worldTables(SQLite).Schema(SQLite); err != nil {
		t.Fatal(err)
	}
	x.classes = x.schema.Classes()
	az, tr := x.authorizer(t, smallPolicy+`allow(_: User, "fetch", d: Doc) if d.author.name = "x" and d.author.name = d.title.lower();`)
	fromContext, err := New(nil, worldTables(SQLite), SQLite)
	if err != nil {
		t.Fatal(err)
	}
	as := authz.NewContext(ctx, az, &sqlworld.User{ID: 1})
	for _, tt := range []struct {
		name          string
		tr            *Translator
		ctx           context.Context
		action, table string
		options       []Option
		unsupported   bool
		text          string
	}{
		{"no actor", tr, ctx, "read", "docs", nil, false, "no actor"},
		{"no authorizer", fromContext, ctx, "read", "docs", nil, false, "no authorizer"},
		{"unknown table", tr, as, "read", "doc", nil, false, `"doc" is not among the Tables`},
		{"reserved alias", tr, as, "read", "docs", []Option{Alias("AZ1")}, false, "another alias"},
		{"method", tr, as, "shut", "docs", nil, true, "upper"},
		{"zero actor", tr, authz.NewContext(ctx, az, &sqlworld.User{}), "read", "docs", nil, false, ""},
	} {
		for _, f := range []func(context.Context, string, string, ...Option) (Condition, error){tt.tr.Where, tt.tr.AllowedExpr} {
			c, err := f(tt.ctx, tt.action, tt.table, tt.options...)
			if c.SQL != "" || c.Args != nil || !errors.Is(err, authz.ErrUndecided) || errors.Is(err, authz.ErrUnsupported) != tt.unsupported || !strings.Contains(fmt.Sprint(err), tt.text) {
				t.Errorf("%s: %v, %v", tt.name, c, err)
			}
		}
	}
	if c, err := fromContext.Where(as, "list", "categories"); err != nil || c.SQL != "FALSE" {
		t.Errorf("with the authorizer of the context: %v, %v", c, err)
	}
	if _, err := New((*authz.Authorizer)(nil), worldTables(SQLite), SQLite); err == nil {
		t.Error("a nil Authorizer was accepted")
	}
}

// TestText tests how conditions are written: names that need quotes, placeholders and values.
func TestText(t *testing.T) {
	type item struct {
		ID   int64  `db:"id,key"`
		Name string `db:"or\"der"`
		Tick string "db:\"a`b\""
	}
	az, err := authz.New(authz.Config{
		Classes:  []authz.Class{{Type: reflect.TypeFor[item](), Key: []string{"ID"}}},
		Policies: authz.String("p.polar", `allow(name, "read", i: item) if i.name = name and i.id > 3; allow(name, "tick", i: item) if i.tick = name;`),
	})
	if err != nil {
		t.Fatal(err)
	}
	marked, err := New(az, Tables{TableOf[item]("items")}, Postgres)
	if err != nil {
		t.Fatal(err)
	}
	c, err := marked.Where(authz.NewContext(context.Background(), az, "x"), "tick", "items", QuestionMarks(), ArgOffset(3))
	if want := `(("items"."a` + "`" + `b"=CAST(? AS text)) AND (CAST("items"."a` + "`" + `b" AS text) COLLATE "C"=CAST(? AS text)))`; c.SQL != want || err != nil {
		t.Errorf("with question marks: %s, %v, want %s", c.SQL, err, want)
	}
	for _, tt := range []struct {
		d      *Dialect
		action string
		want   string
	}{
		{SQLite, "read", `(("app"."items"."or""der" COLLATE BINARY=?) AND ("app"."items"."id">?))`},
		{Postgres, "read", `((("app"."items"."or""der"=CAST($5 AS text)) AND (CAST("app"."items"."or""der" AS text) COLLATE "C"=CAST($6 AS text))) AND ("app"."items"."id">CAST($7 AS bigint)))`},
		{MySQL, "read", "(((`app`.`items`.`or\"der`=?) AND (CAST(CONVERT(`app`.`items`.`or\"der` USING utf8mb4) AS BINARY)=?)) AND (`app`.`items`.`id`>?))"},
		{MySQL, "tick", "((`app`.`items`.`a``b`=?) AND (CAST(CONVERT(`app`.`items`.`a``b` USING utf8mb4) AS BINARY)=?))"},
	} {
		tr, err := New(az, Tables{TableOf[item]("app.items")}, tt.d)
		if err != nil {
			t.Fatal(err)
		}
		ctx := authz.NewContext(context.Background(), az, "'; DROP TABLE items --")
		c, err := tr.Where(ctx, tt.action, "app.items", ArgOffset(4))
		if err != nil || c.SQL != tt.want || strings.Contains(c.SQL, "DROP") || c.Args[0] != "'; DROP TABLE items --" {
			t.Errorf("%s: %v, %v\nwant %s", tt.d.Name(), c.SQL, err, tt.want)
		}
	}
}

// TestTablesInASchema runs a condition on a table of another schema or database.
func TestTablesInASchema(t *testing.T) {
	type item struct {
		ID    int64 `db:"id,key"`
		BoxID int64 `db:"box_id"`
		Box   *item `db:"-"`
	}
	onDatabases(t, func(t *testing.T, x *fixture) {
		schema := "main"
		switch x.d {
		case Postgres:
			if err := x.pool.QueryRow("SELECT current_schema()").Scan(&schema); err != nil {
				t.Fatal(err)
			}
		case MySQL:
			if err := x.pool.QueryRow("SELECT database()").Scan(&schema); err != nil {
				t.Fatal(err)
			}
		}
		name := schema + ".items"
		for _, s := range []string{"CREATE TABLE items (id bigint PRIMARY KEY, box_id bigint)", "INSERT INTO items VALUES (1, 0), (2, 1), (3, 2), (4, 9)"} {
			if _, err := x.pool.Exec(s); err != nil {
				t.Fatal(err)
			}
		}
		tables := Tables{TableOf[item](name, BelongsTo("Box", "box_id"))}
		classes, err := tables.Classes(x.d, x.handle)
		if err != nil {
			t.Fatal(err)
		}
		az, err := authz.New(authz.Config{Classes: classes, Policies: authz.String("p.polar", `
			allow(_, "read", i: item) if i.box.id > 0;
			allow(_, "open", i: item) if i.id = 1;
			allow(_, "open", i: item) if i.box != nil and allow("", "open", i.box);`)})
		if err != nil {
			t.Fatal(err)
		}
		tr, err := New(az, tables, x.d)
		if err != nil {
			t.Fatal(err)
		}
		ctx := authz.NewContext(context.Background(), az, "anybody")
		for action, want := range map[string][]int64{"read": {2, 3}, "open": {1, 2, 3}} {
			c, err := tr.Where(ctx, action, name)
			if err != nil {
				t.Fatal(err)
			}
			if got := ints(t, x, "SELECT id FROM "+name+" WHERE "+c.SQL+" ORDER BY id", c.Args...); !slices.Equal(got, want) {
				t.Errorf("%s: %v, want %v", action, got, want)
			}
			for id := int64(1); id < 5; id++ {
				ok, err := az.IsAllowed(ctx, "anybody", action, &item{ID: id, BoxID: id - 1 + id/4*6})
				if ok != slices.Contains(want, id) || err != nil {
					t.Errorf("%s %d: %v, %v", action, id, ok, err)
				}
			}
		}
	})
}

func TestTableErrors(t *testing.T) {
	type other struct {
		ID int64 `db:"id,key"`
	}
	type row struct {
		ID      int64  `db:"id,key"`
		OtherID int64  `db:"other_id"`
		Other   *other `db:"-"`
		Number  int
	}
	type twice struct {
		A int `db:"a"`
		B int `db:"a"`
	}
	type option struct {
		A int `db:"a,primary"`
	}
	others := TableOf[other]("others")
	rows := func(r ...Relation) Tables { return Tables{TableOf[row]("rows", r...), others} }
	with := func(change func(*Table)) Tables {
		ts := rows()
		change(&ts[0])
		return ts
	}
	for _, tt := range []struct {
		name   string
		tables Tables
		text   string
	}{
		{"not a struct", Tables{TableOf[int]("ints")}, "not a struct"},
		{"unknown option", Tables{TableOf[option]("t")}, `"primary"`},
		{"column twice", Tables{TableOf[twice]("t")}, `"a" twice`},
		{"no name", Tables{TableOf[row]("")}, "no name"},
		{"two tables of a type", Tables{TableOf[row]("a"), TableOf[row]("b")}, "two tables"},
		{"no type", Tables{{Name: "t"}}, "Table.Type"},
		{"unknown key", with(func(t *Table) { t.Key = []string{"uid"} }), "uid"},
		{"unknown field", with(func(t *Table) { t.Columns = append(t.Columns, Column{Name: "x", Field: "X"}) }), `"X"`},
		{"unknown deleted", with(func(t *Table) { t.Deleted = "gone" }), "gone"},
		{"relation of no field", rows(BelongsTo("Nope", "other_id")), `"Nope"`},
		{"relation of a number", rows(BelongsTo("Number", "other_id")), "int"},
		{"relation without columns", rows(BelongsTo("Other")), "no links"},
		{"relation by an unknown column", rows(BelongsTo("Other", "otherid")), "no column otherid"},
		{"relation by an unknown column of the target", rows(Has("Other", "row_id")), "no column row_id"},
		{"relation by too many columns", rows(BelongsTo("Other", "other_id", "id")), "more columns"},
		{"relation twice", rows(BelongsTo("Other", "other_id"), BelongsTo("Other", "other_id")), "twice"},
		{"relation without a table", Tables{TableOf[row]("rows", BelongsTo("Other", "other_id"))}, "no table"},
		{"half a join table", rows(Through("Other", "links", "row_id")), "both ends"},
		{"link to several things", rows(Relation{Field: "Other", Links: []Link{{Column: "id", Owner: "other_id", Value: 1}}}), "several things"},
		{"target without a join table", rows(Relation{Field: "Other", Links: []Link{{Column: "id", Target: "id"}}}), "join table"},
	} {
		if _, err := tt.tables.Schema(SQLite); err == nil || !strings.Contains(err.Error(), tt.text) {
			t.Errorf("%s: %v, want %q", tt.name, err, tt.text)
		}
	}
	if _, err := rows().Schema(nil); err == nil {
		t.Error("no dialect was accepted")
	}
}

// TestUsualTypes tests the kinds of columns whose type is not given.
func TestUsualTypes(t *testing.T) {
	type row struct {
		Bool    bool             `db:"a"`
		Int     *int32           `db:"b"`
		Float   float32          `db:"c"`
		Text    string           `db:"d"`
		Named   sqlworld.Status  `db:"e"`
		Time    sql.NullTime     `db:"f"`
		Bytes   []byte           `db:"g"`
		UUID    sqlworld.UUID    `db:"h"`
		Decimal sqlworld.Decimal `db:"i"`
		List    []string         `db:"j"`
		Amount  sqlworld.Decimal `db:"k,type=numeric(12,2),notnull"`
	}
	for _, d := range []*Dialect{SQLite, Postgres, MySQL} {
		s, err := Tables{TableOf[row]("rows")}.Schema(d)
		if err != nil {
			t.Fatal(err)
		}
		uuid := map[*Dialect]kind{SQLite: kindText, Postgres: kindUUID, MySQL: kindText}[d]
		want := []kind{kindBool, kindInt, kindFloat, kindText, kindText, kindTime, kindBytes, uuid, kindNone, kindNone, kindDecimal}
		if d == SQLite {
			want[10] = kindNone // its numbers are floats
		}
		for i, c := range s.tables[0].Columns {
			col := s.tables[0].byName[c.Name]
			if col.kind != want[i] || (col.kind == kindNone) != (col.why != "") || col.maybeNull != (c.Name != "k") {
				t.Errorf("%s: %s is of kind %d (%s), want %d", d.Name(), c.Field, col.kind, col.why, want[i])
			}
		}
	}
}
