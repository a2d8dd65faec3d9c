package gormauthz

// This file defines how the relations of a row are fetched for a decision.

import (
	"context"
	"fmt"
	"reflect"
)

// fetch is the Fetch of all classes: it returns the value of the named association of
// row, a pointer to a model. It finds rows by the condition that a filter would use,
// so that memory and SQL agree on which rows are related: by the bytes of their keys,
// without soft-deleted rows, and not by a zero key. An error leaves the decision
// undecided.
func (ms *models) fetch(ctx context.Context, row any, name string) (any, error) {
	rv := reflect.ValueOf(row)
	if rv.Kind() != reflect.Pointer || ms.ofType(rv.Type().Elem()) == nil {
		return nil, fmt.Errorf("gormauthz: %T is not registered", row)
	}
	src, err := ms.source(ctx, rv)
	if err != nil {
		return nil, err
	}
	return src.fetch(ctx, rv, name)
}

// fetch is models.fetch from one source.
func (src source) fetch(ctx context.Context, row reflect.Value, name string) (any, error) {
	m := src.models.ofType(row.Type().Elem())
	r := m.relation(name)
	if r == nil {
		return nil, fmt.Errorf("gormauthz: %s has no association %s", m.typ, name)
	}
	if n := rows.of(row); n != nil {
		for _, p := range pairs(r.gorm) {
			if p.owner != nil && n.unread[goPath(m.typ, p.owner.BindNames)] {
				return nil, undecided(fmt.Sprintf("%s of %s cannot be fetched, because the column %s was not read with the row (read the whole row: no Select or Omit)", r.name, m.typ, p.owner.DBName), nil)
			}
		}
	}
	p, err := src.models.tables.Load().Related(row.Interface(), r.name)
	if err != nil {
		return nil, err
	}
	cond := predicate{p}
	found := reflect.New(reflect.SliceOf(reflect.PointerTo(r.gorm.FieldSchema.ModelType)))
	if !cond.isNever() {
		tx := src.session(ctx).Where(cond)
		if !r.many {
			tx = tx.Limit(2)
		}
		if err := tx.Find(found.Interface()).Error; err != nil {
			return nil, databaseError(err)
		}
	}
	return fill(r.gorm.Field.FieldType, found.Elem(), m, r)
}

// fill returns the rows found as a value of the association's type, with its
// pointers.
func fill(t reflect.Type, found reflect.Value, m *model, r *relation) (any, error) {
	if r.many {
		for t.Kind() == reflect.Pointer {
			t = t.Elem()
		}
		list := reflect.MakeSlice(t, found.Len(), found.Len())
		for i := range found.Len() {
			row := found.Index(i)
			if t.Elem().Kind() == reflect.Pointer {
				list.Index(i).Set(row)
				continue
			}
			list.Index(i).Set(row.Elem())
			rows.set(list.Index(i).Addr(), rows.of(row))
		}
		return list.Interface(), nil
	}
	switch found.Len() {
	case 0:
		return nil, nil
	case 1:
		return found.Index(0).Interface(), nil
	}
	return nil, undecided("there are several rows for "+severalRows(r.gorm), nil)
}
