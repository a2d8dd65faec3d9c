package sqlauthz

// This file defines the statements by which a Repository writes.

import (
	"database/sql/driver"
	"fmt"
	"reflect"
	"slices"
	"time"

	"github.com/ursa-authz/ursa/adapters/internal/answer"
	"github.com/ursa-authz/ursa/authz/filter"
)

// valueAt returns a field of a struct. It returns false if a pointer on the way is nil.
func valueAt(v reflect.Value, index []int) (reflect.Value, bool) {
	f, err := v.FieldByIndexErr(index)
	return f, err == nil
}

// argumentOf returns the value of a column of a row as the argument of a statement.
func argumentOf(row reflect.Value, c *column) any {
	f, ok := valueAt(row, c.index)
	if !ok {
		return nil
	}
	if f.CanAddr() && f.Kind() != reflect.Pointer {
		if _, ok := f.Addr().Interface().(driver.Valuer); ok {
			return f.Addr().Interface()
		}
	}
	return f.Interface()
}

// copyColumns copies the columns of one row to another of the same type.
func (t *table) copyColumns(to, from reflect.Value) {
	for _, c := range t.Columns {
		index := t.byName[c.Name].index
		if f, ok := valueAt(from.Elem(), index); ok {
			fieldAt(to, index).Set(f)
		}
	}
}

// updated returns the columns that an update of the named fields writes, or of all.
func (t *table) updated(fields []string) ([]*column, error) {
	writable := func(c *column) bool { return !c.Auto && !isKey(t, c.Name) && c.Name != t.Deleted }
	var columns []*column
	for _, spec := range t.Columns {
		if c := t.byName[spec.Name]; len(fields) == 0 && writable(c) {
			columns = append(columns, c)
		}
	}
	for _, name := range fields {
		c, err := t.named(name)
		if err != nil {
			return nil, err
		}
		if !writable(c) {
			return nil, answer.Undecided(fmt.Sprintf("the column %q of %s cannot be updated", name, t.Name), nil)
		}
		if !slices.Contains(columns, c) {
			columns = append(columns, c)
		}
	}
	return columns, nil
}

// insert inserts a row and returns its key.
func (v *visit) insert(row reflect.Value) (filter.Value, error) {
	w := &textWriter{d: v.schema.d, table: v.table.Name}
	w.WriteSQL("INSERT INTO ")
	w.WriteTable(v.table.Name)
	var auto []*column // of the key
	var written []*column
	for _, spec := range v.table.Columns {
		switch c := v.table.byName[spec.Name]; {
		case !c.Auto:
			written = append(written, c)
		case isKey(v.table, c.Name):
			auto = append(auto, c)
		}
	}
	for i, c := range written {
		w.WriteSQL(separator(i, " (", ","))
		w.d.writeQuoted(&w.b, c.Name)
	}
	for i, c := range written {
		w.WriteSQL(separator(i, ") VALUES (", ","))
		w.WriteArg(argumentOf(row.Elem(), c))
	}
	if len(written) > 0 {
		w.WriteSQL(")")
	} else {
		w.WriteSQL(v.schema.d.noValues)
	}
	key := reflect.New(v.table.Type)
	v.table.copyColumns(key, row)
	switch {
	case len(auto) == 0:
		if _, err := v.conn.ExecContext(v.ctx, w.b.String(), w.args...); err != nil {
			return filter.Value{}, answer.Database(err)
		}
	case v.schema.d.returns:
		dest := make([]any, len(auto))
		for i, c := range auto {
			w.WriteSQL(separator(i, " RETURNING ", ","))
			w.d.writeQuoted(&w.b, c.Name)
			dest[i] = fieldAt(key, c.index).Addr().Interface()
		}
		n := 0
		err := Query(v.conn.QueryContext).each(v.ctx, w.b.String(), w.args, func(scan func(...any) error) error {
			n++
			return scan(dest...)
		})
		if err != nil {
			return filter.Value{}, err
		}
		if n != 1 {
			return filter.Value{}, answer.Undecided("the database did not return the key of the new row", nil)
		}
	default:
		f := fieldAt(key, auto[0].index)
		if len(auto) > 1 || !f.CanInt() && !f.CanUint() {
			return filter.Value{}, answer.Undecided("the database cannot tell which key it has assigned, unless it is one integer", nil)
		}
		res, err := v.conn.ExecContext(v.ctx, w.b.String(), w.args...)
		if err != nil {
			return filter.Value{}, answer.Database(err)
		}
		id, err := res.LastInsertId()
		if err != nil {
			return filter.Value{}, answer.Database(err)
		}
		f.Set(reflect.ValueOf(id).Convert(f.Type()))
	}
	k, err := v.table.rows.KeyOf(key.Interface())
	if err != nil {
		return filter.Value{}, answer.Filter(err)
	}
	return k, nil
}

// separator returns first before the first of several things, and next before the others.
func separator(i int, first, next string) string {
	if i == 0 {
		return first
	}
	return next
}

// update writes columns of the row with a key.
func (v *visit) update(key filter.Value, columns []*column, value func(*column) any) error {
	if len(columns) == 0 {
		return nil
	}
	w := &textWriter{d: v.schema.d, table: v.table.Name}
	w.WriteSQL("UPDATE ")
	w.WriteTable(v.table.Name)
	for i, c := range columns {
		w.WriteSQL(separator(i, " SET ", ","))
		w.d.writeQuoted(&w.b, c.Name)
		w.WriteSQL("=")
		w.WriteArg(value(c))
	}
	return v.affect(w, key)
}

// delete deletes the row with a key.
func (v *visit) delete(key filter.Value) error {
	if v.table.Deleted != "" {
		now := time.Now().UTC().Truncate(time.Microsecond)
		return v.update(key, []*column{v.table.byName[v.table.Deleted]}, func(*column) any { return now })
	}
	w := &textWriter{d: v.schema.d, table: v.table.Name}
	w.WriteSQL("DELETE FROM ")
	w.WriteTable(v.table.Name)
	return v.affect(w, key)
}

// affect runs a statement on the row with a key, which is locked: it exists.
func (v *visit) affect(w *textWriter, key filter.Value) error {
	p, err := v.schema.HasKey(v.table.Type, []filter.Value{key})
	if err != nil {
		return answer.Filter(err)
	}
	c, err := v.schema.write(p, v.table, "", "", options{offset: len(w.args)})
	if err != nil {
		return err
	}
	w.WriteSQL(" WHERE " + c.SQL)
	res, err := v.conn.ExecContext(v.ctx, w.b.String(), append(w.args, c.Args...)...)
	if err != nil {
		return answer.Database(err)
	}
	// MySQL may count rows that were changed, and not those that were found.
	if n, err := res.RowsAffected(); err == nil && n > 1 {
		return answer.Undecided("the write affected several rows", nil)
	}
	return nil
}
