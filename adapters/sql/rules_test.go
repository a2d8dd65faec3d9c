package sqlauthz

// This file tests lists by very many rules.

import (
	"context"
	"fmt"
	"strings"
	"testing"

	"github.com/ursa-authz/ursa/authz"
	"github.com/ursa-authz/ursa/internal/testdb"
)

// An offer is found by a number, or by a text.
type offer struct {
	ID   int64  `db:"id,key"`
	Kind int64  `db:"kind"`
	Code string `db:"code,type=varchar(20)"`
}

// TestManyRules lists by 10,000 rules that differ in a constant: one comparison with a list of values,
// which takes one argument a value or, where the database needs two comparisons to use an index, two.
func TestManyRules(t *testing.T) {
	const rules = 10_000
	var policy strings.Builder
	for i := range rules {
		fmt.Fprintf(&policy, "allow(_: person, \"kind\", o: offer) if o.kind = %d;\n", 3*i)
		fmt.Fprintf(&policy, "allow(_: person, \"code\", o: offer) if o.code = \"c%d\";\n", 3*i)
		fmt.Fprintf(&policy, "listed(o: offer) if o.code = \"c%d\";\n", 3*i)
	}
	policy.WriteString(`allow(_: person, "both", o: offer) if listed(o) and o.kind > 10;`)
	testdb.Each(t, func(t *testing.T, d testdb.Database) {
		pool, err := d.Open(t).DB()
		if err != nil {
			t.Fatal(err)
		}
		if _, err := pool.Exec("CREATE TABLE offers (id bigint PRIMARY KEY, kind bigint, code varchar(20))"); err != nil {
			t.Fatal(err)
		}
		var rows []string
		for i := range 1000 {
			rows = append(rows, fmt.Sprintf("(%d,%d,'c%d')", i+1, i, i))
		}
		if _, err := pool.Exec("INSERT INTO offers VALUES " + strings.Join(rows, ",")); err != nil {
			t.Fatal(err)
		}
		dialect := dialects[d.Name]
		tables := Tables{TableOf[person]("people"), TableOf[offer]("offers")}
		classes, err := tables.Classes(dialect, Query(pool.QueryContext))
		if err != nil {
			t.Fatal(err)
		}
		az, err := authz.New(authz.Config{Classes: classes, Policies: authz.String("offers.polar", policy.String())})
		if err != nil {
			t.Fatal(err)
		}
		tr, err := New(az, tables, dialect)
		if err != nil {
			t.Fatal(err)
		}
		ctx := authz.NewContext(context.Background(), az, &person{ID: 1})
		for action, want := range map[string]struct{ rows, args int64 }{"kind": {334, rules}, "code": {334, rules}, "both": {330, rules + 1}} {
			c, err := tr.Where(ctx, action, "offers")
			if err != nil {
				t.Errorf("%s: %v", action, err)
				continue
			}
			n, err := NewRepository[offer](tr, pool).WithAction(action).Count(ctx)
			if err != nil || n != want.rows || int64(len(c.Args)) > 2*want.args || strings.Count(c.SQL, " IN ") > 2 {
				t.Errorf("%s: %d rows, %v, %d arguments, %d lists", action, n, err, len(c.Args), strings.Count(c.SQL, " IN "))
			}
		}
	})
}
