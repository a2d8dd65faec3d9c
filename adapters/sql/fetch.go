package sqlauthz

// This file fetches the rows of relations, for any number of rows in one query.

import (
	"context"
	"fmt"
	"reflect"

	"github.com/ursa-authz/ursa/adapters/internal/answer"
	"github.com/ursa-authz/ursa/authz/filter"
)

// rowsInQuery is the number of rows whose relation one query fetches. PostgreSQL and MySQL accept
// 65,535 arguments, and SQLite 32,766.
const rowsInQuery = 1000

// Load fetches relations of rows, a slice of structs or of pointers to them, or a pointer to a
// struct, and sets their fields: one query for each relation and each thousand rows. Decisions
// on the rows then need not fetch them one by one. It reads from the handle of the context, else
// from h, and is not restricted to what an actor may read. A relation without rows is set to nil
// or to an empty slice. A row of several is not copied: several rows may share one.
//
// If it fails, no field is set, and the error is authz.ErrUndecided.
func (s *Schema) Load(ctx context.Context, h Handle, rows any, relations ...string) error {
	list, err := pointersTo(rows)
	if err != nil || len(list) == 0 {
		return err
	}
	h, err = handleOf(ctx, []Handle{h})
	if err != nil {
		return err
	}
	values := make([][]reflect.Value, len(relations))
	for i, name := range relations {
		if values[i], err = s.fetchAll(ctx, h, list, name); err != nil {
			return err
		}
	}
	for i, name := range relations {
		index := indexOf(list[0].Type(), name)
		for j, row := range list {
			fieldAt(row, index).Set(values[i][j])
		}
	}
	return nil
}

// pointersTo returns pointers to the structs in rows.
func pointersTo(rows any) ([]reflect.Value, error) {
	v := reflect.ValueOf(rows)
	if v.Kind() == reflect.Pointer && v.Type().Elem().Kind() == reflect.Struct {
		if v.IsNil() {
			return nil, nil
		}
		return []reflect.Value{v}, nil
	}
	if v.Kind() == reflect.Pointer {
		v = v.Elem()
	}
	if v.Kind() != reflect.Slice {
		return nil, answer.Undecided(fmt.Sprintf("relations of a %T cannot be loaded (pass a slice of rows, or a pointer to one)", rows), nil)
	}
	list := make([]reflect.Value, 0, v.Len())
	for i := range v.Len() {
		row := v.Index(i)
		if row.Kind() != reflect.Pointer {
			row = row.Addr()
		}
		if row.IsNil() {
			return nil, answer.Undecided("relations of a nil row cannot be loaded", nil)
		}
		list = append(list, row)
	}
	return list, nil
}

// fetcher returns the Fetch and the FetchEach of a class.
func (s *Schema) fetcher(given []Handle) (one func(context.Context, any, string) (any, error), each func(context.Context, []any, string) ([]any, error)) {
	each = func(ctx context.Context, rows []any, name string) ([]any, error) {
		h, err := handleOf(ctx, given)
		if err != nil {
			return nil, err
		}
		list := make([]reflect.Value, len(rows))
		for i, row := range rows {
			list[i] = reflect.ValueOf(row)
		}
		values, err := s.fetchAll(ctx, h, list, name)
		if err != nil {
			return nil, err
		}
		results := make([]any, len(values))
		for i, v := range values {
			if v.Kind() != reflect.Pointer || !v.IsNil() {
				results[i] = v.Interface()
			}
		}
		return results, nil
	}
	one = func(ctx context.Context, row any, name string) (any, error) {
		results, err := each(ctx, []any{row}, name)
		if err != nil {
			return nil, err
		}
		return results[0], nil
	}
	return one, each
}

// fetchAll returns the values of the field of a relation for rows, pointers to structs of one
// type, in queries of bounded size.
func (s *Schema) fetchAll(ctx context.Context, h Handle, rows []reflect.Value, name string) ([]reflect.Value, error) {
	var values []reflect.Value
	for len(rows) > 0 {
		r, owner, err := s.relationOf(rows[0].Type(), name)
		if err != nil {
			return nil, answer.Filter(err)
		}
		n := min(len(rows), rowsInQuery)
		found, err := s.fetch(ctx, h, owner, r, rows[:n])
		if err != nil {
			return nil, err
		}
		values, rows = append(values, found...), rows[n:]
	}
	return values, nil
}

// fetch returns the values of the field of a relation for rows, pointers to structs. It finds
// rows by the condition that a filter would use, so that memory and SQL agree on which rows are
// related.
func (s *Schema) fetch(ctx context.Context, h Handle, owner *table, r *relation, rows []reflect.Value) ([]reflect.Value, error) {
	c := s.compiler()
	target := binding{table: r.target, rows: r.target.rows, alias: c.nextAlias()}
	j, err := c.join(r, target)
	if err != nil {
		return nil, answer.Filter(err)
	}
	owners := make(map[string][]int) // by the values of their links
	cond, err := c.ownedBy(j, owner, rows, func(i int, key string) { owners[key] = append(owners[key], i) })
	if err != nil {
		return nil, answer.Filter(err)
	}
	found := make([]reflect.Value, len(rows)) // of pointers to the related rows
	for i := range found {
		found[i] = reflect.MakeSlice(reflect.SliceOf(reflect.PointerTo(r.target.Type)), 0, 0)
	}
	if len(owners) > 0 && cond.konst != constFalse {
		q := cat("SELECT ", columnsOf(r.target, target.alias))
		for _, k := range j.keys {
			q = cat(q, ",", k.inner.x())
		}
		w := &textWriter{d: s.d}
		cat(q, " FROM ", j.from(), whereClause(append(j.conds, cond))).write(w)
		if h.locks {
			w.WriteSQL(s.d.sharing)
		}
		err := h.each(ctx, w.b.String(), w.args, func(scan func(dest ...any) error) error {
			row := reflect.New(r.target.Type)
			links := make([]reflect.Value, len(j.keys))
			more := make([]any, len(j.keys))
			for i, k := range j.keys {
				links[i] = reflect.New(k.inner.info.Elem)
				more[i] = links[i].Interface()
			}
			if err := r.target.scanRow(scan, row, more...); err != nil {
				return err
			}
			key, ok := "", true
			for i, k := range j.keys {
				v, err := filter.ValueOf(links[i].Interface())
				if err == nil {
					ok, err = appendKey(&key, k.inner.column, s.d, v)
				}
				if err != nil || !ok {
					return answer.Undecided("a related row without the key that it was found by", err)
				}
			}
			if len(owners[key]) == 0 {
				return answer.Undecided("a related row that belongs to none of the rows that it was fetched for", nil)
			}
			for _, i := range owners[key] {
				found[i] = reflect.Append(found[i], row)
			}
			return nil
		})
		if err != nil {
			return nil, err
		}
	}
	values := make([]reflect.Value, len(rows))
	for i := range values {
		if values[i], err = r.fill(owner, found[i]); err != nil {
			return nil, err
		}
	}
	return values, nil
}

// ownedBy returns the condition that the rows of a join belong to one of some owners, and calls
// add with the index of each owner that has a key, and with that key.
func (c *compiler) ownedBy(j join, owner *table, rows []reflect.Value, add func(i int, key string)) (frag, error) {
	var sets [][]filter.Value // of the keys' values, by owner
	seen := make(map[string]bool)
	for i, row := range rows {
		key, values, known := "", make([]filter.Value, 0, len(j.keys)), true
		for _, k := range j.keys {
			if k.owner.info == nil {
				return frag{}, answer.Unsupported(nil, "the column "+k.owner.Name+" of "+owner.Name)
			}
			v, err := owner.rows.Value(row.Interface(), k.owner.info.Name)
			if err != nil {
				return frag{}, err
			}
			ok := !v.IsNil()
			if ok {
				if ok, err = appendKey(&key, k.inner.column, c.d, v); err != nil {
					return frag{}, err
				}
			}
			known = known && ok
			values = append(values, v)
		}
		if !known {
			continue
		}
		add(i, key)
		if !seen[key] {
			seen[key] = true
			sets = append(sets, values)
		}
	}
	if len(j.keys) == 1 {
		set := make([]filter.Value, len(sets))
		for i, values := range sets {
			set[i] = values[0]
		}
		return c.heldIn(j.keys[0].inner, set, false)
	}
	alternatives := make([]frag, 0, len(sets))
	for _, values := range sets {
		parts := make([]frag, len(values))
		for i, v := range values {
			f, err := c.heldIn(j.keys[i].inner, []filter.Value{v}, false)
			if err != nil {
				return frag{}, err
			}
			parts[i] = f
		}
		alternatives = append(alternatives, allOf(parts...))
	}
	return anyOf(alternatives...), nil
}

// appendKey adds a value, in the form in which a column stores it, to a text that is the same
// for equal keys. It returns false if the column cannot hold the value.
func appendKey(key *string, col *column, d *Dialect, v filter.Value) (bool, error) {
	param, ok, err := col.equalParam(d, v)
	if f, isFloat := param.(float64); isFloat {
		param = f + 0 // -0 equals 0
	}
	if ok {
		*key += fmt.Sprintf("%#v,", param)
	}
	return ok, err
}

// fill returns the rows found as a value of the relation's field.
func (r *relation) fill(owner *table, found reflect.Value) (reflect.Value, error) {
	t, pointers := r.field, 0
	if r.many {
		for ; t.Kind() == reflect.Pointer; pointers++ {
			t = t.Elem()
		}
		list := reflect.MakeSlice(t, found.Len(), found.Len())
		for i := range found.Len() {
			row := found.Index(i)
			if t.Elem().Kind() != reflect.Pointer {
				row = row.Elem()
			}
			list.Index(i).Set(row)
		}
		return pointTo(list, pointers), nil
	}
	for ; t.Kind() == reflect.Pointer; pointers++ {
		t = t.Elem()
	}
	switch found.Len() {
	case 0:
		return reflect.Zero(r.field), nil
	case 1:
		return pointTo(found.Index(0).Elem(), pointers), nil
	}
	return reflect.Value{}, answer.Undecided("there are several rows for "+r.severalRows(owner), nil)
}

// pointTo returns a pointer to v through n pointers, or v itself.
func pointTo(v reflect.Value, n int) reflect.Value {
	for ; n > 0; n-- {
		if v.CanAddr() {
			v = v.Addr()
			continue
		}
		p := reflect.New(v.Type())
		p.Elem().Set(v)
		v = p
	}
	return v
}
