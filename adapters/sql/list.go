package sqlauthz

// This file defines how a Repository reads several rows, with the policy in the query.

import (
	"cmp"
	"context"
	"fmt"
	"reflect"
	"slices"
	"strconv"
	"strings"

	"github.com/ursa-authz/ursa/adapters/internal/answer"
)

// A ListOption says which of the rows that the actor may read List returns, and in which order.
// Columns are named by Go name or column.
type ListOption func(*listing)

// A listing is the options of a list.
type listing struct {
	conditions []comparison
	order      []string
	limit      int // negative for none
	offset     int
}

// A comparison is a condition on a column.
type comparison struct {
	column, op string
	value      any
}

// Only restricts a list to the rows in which a column compares with a value. The operator is =,
// <>, <, <=, >, >= or LIKE, and compares as the database does. The value is bound. A column that is
// = or <> nil is NULL or not. For other conditions, write the query and use Translator.Where.
func Only(column, op string, value any) ListOption {
	return func(l *listing) { l.conditions = append(l.conditions, comparison{column, op, value}) }
}

// OrderBy orders a list by columns, each of which may be followed by ASC or DESC. The key comes
// last, so that pages do not overlap. Without OrderBy, the order is that of the key.
func OrderBy(columns ...string) ListOption {
	return func(l *listing) { l.order = append(l.order, columns...) }
}

// Limit is the maximum number of rows in a list.
func Limit(n int) ListOption { return func(l *listing) { l.limit = max(n, 0) } }

// Offset leaves out the first n rows of a list.
func Offset(n int) ListOption { return func(l *listing) { l.offset = max(n, 0) } }

// List returns the rows that the actor may read, in one query. If the policy cannot be translated
// to a condition, the error is both authz.ErrUnsupported and authz.ErrUndecided.
func (r *Repository[T]) List(ctx context.Context, opts ...ListOption) ([]T, error) {
	v, c, l, err := r.listing(ctx, opts)
	if err != nil {
		return nil, err
	}
	suffix, err := v.suffix(l)
	if err != nil {
		return nil, err
	}
	found, err := v.read(c, suffix)
	if err != nil {
		return nil, err
	}
	list := make([]T, len(found))
	for i, row := range found {
		list[i] = *row.Interface().(*T)
	}
	return list, nil
}

// Count returns the number of rows that List would return without Limit and Offset.
func (r *Repository[T]) Count(ctx context.Context, opts ...ListOption) (int64, error) {
	v, c, _, err := r.listing(ctx, opts)
	if err != nil || c.SQL == "FALSE" {
		return 0, err
	}
	w := &textWriter{d: v.schema.d}
	w.WriteSQL("SELECT COUNT(*) FROM ")
	w.WriteTable(v.table.Name)
	var counts []int64
	err = Query(v.conn.QueryContext).each(v.ctx, w.b.String()+" WHERE "+c.SQL, c.Args, func(scan func(...any) error) error {
		counts = append(counts, 0)
		return scan(&counts[len(counts)-1])
	})
	if err == nil && len(counts) != 1 {
		err = answer.Undecided("the database did not return a count", nil)
	}
	if err != nil {
		return 0, err
	}
	return counts[0], nil
}

// listing returns the condition of a list.
func (r *Repository[T]) listing(ctx context.Context, opts []ListOption) (*visit, Condition, listing, error) {
	l := listing{limit: -1}
	for _, o := range opts {
		o(&l)
	}
	v, err := r.visit(ctx)
	if err != nil {
		return nil, Condition{}, l, err
	}
	p, err := v.condition(v.schema, v.table, cmp.Or(r.action, actionRead))
	if err != nil {
		return nil, Condition{}, l, err
	}
	c, err := v.schema.write(p, v.table, "", "", options{})
	if err != nil || c.SQL == "FALSE" {
		return v, c, l, err
	}
	w := &textWriter{d: v.schema.d, table: v.table.Name, args: c.Args}
	for _, only := range l.conditions {
		col, err := v.table.named(only.column)
		if err != nil {
			return nil, Condition{}, l, err
		}
		w.WriteSQL(" AND ")
		w.WriteColumn("", col.Name)
		op := strings.ToUpper(only.op)
		switch {
		case !slices.Contains([]string{"=", "<>", "<", "<=", ">", ">=", "LIKE"}, op):
			return nil, Condition{}, l, answer.Undecided(fmt.Sprintf("the operator %q (use =, <>, <, <=, >, >= or LIKE)", only.op), nil)
		case isNil(only.value) && op == "=":
			w.WriteSQL(" IS NULL")
		case isNil(only.value) && op == "<>":
			w.WriteSQL(" IS NOT NULL")
		default:
			w.WriteSQL(" " + op + " ")
			w.WriteArg(only.value)
		}
	}
	return v, Condition{c.SQL + w.b.String(), w.args}, l, nil
}

func isNil(x any) bool {
	v := reflect.ValueOf(x)
	return x == nil || v.Kind() == reflect.Pointer && v.IsNil()
}

// suffix returns what follows the condition of a list.
func (v *visit) suffix(l listing) (string, error) {
	w := &textWriter{d: v.schema.d, table: v.table.Name}
	ordered := make(map[string]bool)
	for _, item := range slices.Concat(l.order, v.table.Key) {
		name, direction, _ := strings.Cut(strings.TrimSpace(item), " ")
		direction = strings.ToUpper(strings.TrimSpace(direction))
		if direction != "" && direction != "ASC" && direction != "DESC" {
			return "", answer.Undecided(fmt.Sprintf("the order %q (write a column, and then ASC or DESC)", item), nil)
		}
		col, err := v.table.named(name)
		if err != nil {
			return "", err
		}
		if ordered[col.Name] {
			continue
		}
		w.WriteSQL(separator(len(ordered), " ORDER BY ", ","))
		ordered[col.Name] = true
		w.WriteColumn("", col.Name)
		if direction == "DESC" {
			w.WriteSQL(" DESC")
		}
	}
	if l.limit >= 0 || l.offset > 0 {
		if l.limit < 0 {
			l.limit = 1<<63 - 1 // not every database has an OFFSET without a LIMIT
		}
		w.WriteSQL(" LIMIT " + strconv.Itoa(l.limit) + " OFFSET " + strconv.Itoa(l.offset))
	}
	return w.b.String(), nil
}

// named returns a column by its name in the database or in Go.
func (t *table) named(name string) (*column, error) {
	if c := t.byName[name]; c != nil {
		return c, nil
	}
	if c := t.columns[name]; c != nil {
		return c, nil
	}
	return nil, answer.Undecided(fmt.Sprintf("the table %s has no column %q", t.Name, name), nil)
}
