package gormauthz

import (
	"fmt"
	"reflect"
	"strings"
	"testing"

	"gorm.io/gorm"

	"github.com/ursa-authz/ursa/authz/filter"
)

// TestIndexesAreUsed checks the databases' query plans: comparing texts by their bytes
// must not prevent the use of an index.
func TestIndexesAreUsed(t *testing.T) {
	onDatabases(t, func(t *testing.T, db *gorm.DB) {
		pool, err := db.DB()
		if err != nil {
			t.Fatal(err)
		}
		pool.SetMaxOpenConns(1) // for the settings below
		ms := migrate(t, db)
		populate(t, db, newRand(t), 60)
		for i := range 300 { // rows that match must be rare
			if err := db.Table("docs").Create(map[string]any{"id": 1000 + i, "code": fmt.Sprint("code", i), "author_id": 1000 + i, "parent_id": 2000 + i, "big": 5000 + i, "token": uuid{9, byte(i), byte(i >> 8)}}).Error; err != nil {
				t.Fatal(err)
			}
		}
		if err := db.Create(&User{ID: 1007}).Error; err != nil {
			t.Fatal(err)
		}
		statements := []string{
			"CREATE INDEX by_code ON docs (code)", "CREATE INDEX by_author ON docs (author_id)", "CREATE INDEX by_big ON docs (big)",
			"CREATE INDEX by_parent ON docs (parent_id)", "CREATE INDEX by_token ON docs (token)",
		}
		explain := "EXPLAIN QUERY PLAN "
		switch db.Dialector.Name() {
		case "postgres":
			statements = append(statements, "ANALYZE docs", "SET enable_seqscan = off")
			explain = "EXPLAIN "
		case "mysql":
			statements = append(statements, "ANALYZE TABLE docs")
			explain = "EXPLAIN "
		}
		for _, s := range statements {
			if err := db.Exec(s).Error; err != nil {
				t.Fatal(err)
			}
		}
		g := newGenerator(nil, ms)
		m := ms.ofType(reflect.TypeFor[Doc]())
		rel := func(name string) *filter.Relation { return g.Relation(m.typ, name) }
		key := func(v filter.Var, x any) filter.Expr {
			return filter.Compare{Op: filter.Eq, L: filter.Key{Var: v}, R: filter.KeyOf(mustValue(x))}
		}
		for _, tt := range []struct {
			name  string
			where filter.Expr
			index []string // one of these
		}{
			{"text", equals("Code", "code7"), []string{"by_code"}},
			{"texts", filter.In{X: field("Code"), Set: []filter.Value{mustValue("code7"), mustValue("code8")}}, []string{"by_code"}},
			{"integer", equals("AuthorID", 1007), []string{"by_author"}},
			{"integers", filter.In{X: field("AuthorID"), Set: []filter.Value{mustValue(1007), mustValue(1008)}}, []string{"by_author"}},
			{"range", filter.Compare{Op: filter.Gt, L: field("Big"), R: mustValue(5298)}, []string{"by_big"}},
			{"float for an integer", filter.Compare{Op: filter.Gt, L: field("Big"), R: mustValue(5298.5)}, []string{"by_big"}},
			{"uuid", equals("Token", uuid{9, 7, 0}), []string{"by_token"}},
			{"key", filter.Compare{Op: filter.Eq, L: filter.Key{Var: filter.Row}, R: filter.KeyOf(mustValue(1007))}, []string{"PRIMARY", "pkey"}},
			{"relation by text", filter.And{equals("AuthorID", 1007), filter.Exists{As: 1, From: filter.Row, Rel: rel("Category"), Where: filter.Compare{Op: filter.Ne, L: filter.Field{Var: 1, Name: "Name"}, R: mustValue("x")}}},
				[]string{"categories_pkey", "sqlite_autoindex_categories_1", "PRIMARY"}},
			{"relation to a known row", filter.Exists{As: 1, From: filter.Row, Rel: rel("Author"), Where: key(1, 1007)}, []string{"by_author"}},
			{"chain", filter.Reach{As: 1, From: filter.Row, Rel: rel("Parent"), Where: key(1, 2007)}, []string{"by_parent"}},
		} {
			p, err := ms.compile(&filter.Query{Model: m.rows, Where: tt.where}, m)
			if err != nil {
				t.Fatal(err)
			}
			stmt := db.Session(&gorm.Session{DryRun: true}).Unscoped().Where(p).Find(&[]Doc{}).Statement
			rows, err := pool.Query(explain+stmt.SQL.String(), stmt.Vars...)
			if err != nil {
				t.Fatalf("%s: %v\n%s", tt.name, err, stmt.SQL.String())
			}
			plan := ""
			columns, err := rows.Columns()
			if err != nil {
				t.Fatal(err)
			}
			for rows.Next() {
				cells := make([]any, len(columns))
				for i := range cells {
					cells[i] = new(any)
				}
				if err := rows.Scan(cells...); err != nil {
					t.Fatal(err)
				}
				for i, c := range cells {
					if columns[i] == "possible_keys" {
						continue
					}
					switch x := (*c.(*any)).(type) {
					case []byte:
						plan += string(x) + " "
					default:
						plan += fmt.Sprint(x) + " "
					}
				}
				plan += "\n"
			}
			if err := rows.Err(); err != nil {
				t.Fatal(err)
			}
			used := false
			for _, name := range tt.index {
				used = used || strings.Contains(plan, name)
			}
			if tt.name == "key" && strings.Contains(plan, "INTEGER PRIMARY KEY") {
				used = true
			}
			if !used {
				t.Errorf("%s: the plan has none of %v:\n%s\n%s", tt.name, tt.index, plan, stmt.SQL.String())
			}
		}
	})
}
