package sqlauthz

// This file tests Verify.

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"
	"testing"

	"github.com/ursa-authz/ursa/authz"
)

func TestVerify(t *testing.T) {
	onDatabases(t, func(t *testing.T, x *fixture) {
		h, ctx := Query(x.pool.QueryContext), context.Background()
		s, err := worldTables(x.d).Schema(x.d)
		if err != nil {
			t.Fatal(err)
		}
		missing, err := s.Verify(ctx, h)
		if err != nil {
			t.Fatal(err)
		}
		for _, i := range []Index{{"docs", "author_id"}, {"docs", "parent_id"}, {"comments", "doc_id"}, {"doc_tags", "tag_id"}} {
			if !slices.Contains(missing, i) {
				t.Errorf("%v is not missing: %v", i, missing)
			}
		}
		for _, i := range []Index{{"docs", "id"}, {"covers", "doc_id"}, {"doc_tags", "doc_id"}, {"notes", "owner_type"}} {
			if slices.Contains(missing, i) {
				t.Errorf("%v is missing: %v", i, missing)
			}
		}
		exec := func(query string) {
			if _, err := x.pool.Exec(query); err != nil {
				t.Fatalf("%s: %v", query, err)
			}
		}
		exec("CREATE INDEX by_author ON docs (author_id, id)")
		if x.d != MySQL {
			exec("CREATE INDEX by_parent ON docs (parent_id) WHERE parent_id > 5")
		}
		exec("CREATE INDEX by_id ON docs (id, parent_id)")
		if missing, err = s.Verify(ctx, h); err != nil || slices.Contains(missing, Index{"docs", "author_id"}) || !slices.Contains(missing, Index{"docs", "parent_id"}) {
			t.Errorf("with indexes: %v, %v", missing, err)
		}

		// Tables that differ from the description.
		type line struct {
			ID    int64   `db:"id,key"`
			Label string  `db:"label,notnull"`
			Count int     `db:"count"`
			Rate  float64 `db:"rate"`
		}
		for name, tt := range map[string]struct {
			columns string
			want    string // in the error
		}{
			"as described":   {"id bigint NOT NULL PRIMARY KEY, label varchar(20) NOT NULL, count integer, rate double precision, more text", ""},
			"other integers": {"id integer NOT NULL PRIMARY KEY, label text NOT NULL, count smallint, rate real", ""},
			"a missing one":  {"id bigint NOT NULL PRIMARY KEY, label varchar(20) NOT NULL, rate double precision", "no column count"},
			"a text":         {"id bigint NOT NULL PRIMARY KEY, label varchar(20) NOT NULL, count varchar(5), rate double precision", "count"},
			"bytes":          {"id bigint NOT NULL PRIMARY KEY, label " + map[string]string{"postgres": "bytea", "mysql": "blob", "sqlite": "blob"}[x.d.Name()] + " NOT NULL, count integer, rate double precision", "label"},
			"NULL":           {"id bigint NOT NULL PRIMARY KEY, label varchar(20), count integer, rate double precision", "may be NULL"},
		} {
			exec("CREATE TABLE more_lines (" + tt.columns + ")")
			s, err := Tables{TableOf[line]("more_lines")}.Schema(x.d)
			if err != nil {
				t.Fatal(err)
			}
			_, err = s.Verify(ctx, h)
			if tt.want == "" && err != nil || tt.want != "" && (err == nil || !strings.Contains(err.Error(), tt.want) || !errors.Is(err, authz.ErrUndecided)) {
				t.Errorf("%s: %v, want %q", name, err, tt.want)
			}
			exec("DROP TABLE more_lines")
		}
		tables := Tables{TableOf[line]("more_lines")}
		if x.d != SQLite { // for which an unknown schema is an error
			tables = append(tables, TableOf[struct {
				ID int64 `db:"id,key"`
			}]("nowhere.at_all"))
		}
		gone, err := tables.Schema(x.d)
		if err != nil {
			t.Fatal(err)
		}
		if _, err := gone.Verify(ctx, h); err == nil || !strings.Contains(err.Error(), "no table more_lines") || x.d != SQLite && !strings.Contains(err.Error(), "no table nowhere.at_all") {
			t.Errorf("no tables: %v", err)
		}
		canceled, cancel := context.WithCancel(ctx)
		cancel()
		if _, err := s.Verify(canceled, h); !errors.Is(err, authz.ErrUndecided) || !errors.Is(err, context.Canceled) {
			t.Errorf("canceled: %v", err)
		}
		if got := fmt.Sprint(Index{"a", "b"}); got != "a.b" {
			t.Error(got)
		}
	})
}
