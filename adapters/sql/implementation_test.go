package sqlauthz_test

// This file checks the SQL on the page about the implementation of the engine.

import (
	"context"
	"database/sql"
	"testing"

	sqlauthz "github.com/ursa-authz/ursa/adapters/sql"
	"github.com/ursa-authz/ursa/authz"
	"github.com/ursa-authz/ursa/internal/pagecode"
)

func TestImplementationPage(t *testing.T) {
	const page = "../../authz/polar/IMPLEMENTATION.md"
	type Org struct {
		ID      int64 `db:"id,key"`
		OwnerID int64 `db:"owner_id,notnull"`
	}
	type Doc struct {
		ID     int64  `db:"id,key"`
		OrgID  int64  `db:"org_id,notnull"`
		Status string `db:"status,notnull"`
		Org    *Org   `db:"-"`
	}
	tables := sqlauthz.Tables{
		sqlauthz.TableOf[User]("users"),
		sqlauthz.TableOf[Org]("orgs"),
		sqlauthz.TableOf[Doc]("docs", sqlauthz.BelongsTo("Org", "org_id")),
	}
	db, err := sql.Open("sqlite", ":memory:")
	if err != nil {
		t.Fatal(err)
	}
	defer db.Close()
	classes, err := tables.Classes(sqlauthz.SQLite, sqlauthz.Query(db.QueryContext))
	if err != nil {
		t.Fatal(err)
	}
	az, err := authz.New(authz.Config{
		Policies: authz.String("docs.polar", pagecode.Blocks(t, page, "polar")[0].Text), Classes: classes,
	})
	if err != nil {
		t.Fatal(err)
	}
	tr, err := sqlauthz.New(az, tables, sqlauthz.SQLite)
	if err != nil {
		t.Fatal(err)
	}
	c, err := tr.Where(authz.NewContext(context.Background(), az, &User{ID: 2}), "read", "docs")
	if err != nil {
		t.Fatal(err)
	}
	pagecode.Excerpt(t, page, "SQL", c.SQL)
}
