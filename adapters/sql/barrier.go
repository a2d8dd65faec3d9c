package sqlauthz

// This file defines From, the allowed rows as a table. A database evaluates the conditions of a WHERE in
// the order that it likes best. A condition that fails for some rows, such as a division, or that takes
// longer, then tells of rows that the policy hides.

import (
	"context"
	"strings"
)

// From returns the rows of a table on which the actor of the context may do an action as a table, for
// FROM or JOIN:
//
//	rows, err := tr.From(ctx, "read", "expenses", sqlauthz.Alias("e"))
//	...
//	found, err := db.QueryContext(ctx, "SELECT e.id FROM "+rows.SQL+" WHERE "+search, append(rows.Args, args...)...)
//
// The database first evaluates the policy, and the conditions of the statement only for allowed rows.
// Use it instead of Where if a client shapes the conditions, as in a search with operators and
// functions: the errors and the duration of a statement then do not depend on hidden rows. The
// conditions cannot use the indexes of the table. Related tables of the statement need a From of
// their own.
//
// The text is a SELECT in parentheses with an alias: the given one, or the name of the table without that
// of its schema. The options and errors are those of Where.
func (t *Translator) From(ctx context.Context, action, table string, opts ...Option) (Condition, error) {
	o := optionsOf(opts)
	rows, err := t.schema.tableNamed(table)
	if err != nil {
		return Condition{}, err
	}
	alias := o.alias
	if alias == "" {
		alias = rows.Name[strings.LastIndexByte(rows.Name, '.')+1:]
	}
	p, err := t.allowed(ctx, action, opts)(rows)
	if err != nil {
		return Condition{}, err
	}
	o.alias = alias
	c, err := t.schema.write(p, rows, "", "", o)
	if err != nil {
		return Condition{}, err
	}
	d := t.schema.d
	w := &textWriter{d: d}
	w.WriteSQL("(SELECT * FROM ")
	w.WriteTable(rows.Name)
	w.WriteSQL(" ")
	d.writeQuoted(&w.b, alias)
	w.WriteSQL(" WHERE " + c.SQL + d.fence + ") ")
	d.writeQuoted(&w.b, alias)
	return Condition{w.b.String(), c.Args}, nil
}
