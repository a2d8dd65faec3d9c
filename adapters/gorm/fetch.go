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
	value, err := src.fetch(ctx, rv, name)
	if err != nil {
		return nil, err
	}
	noteFetched(ctx, row, value)
	return value, nil
}

// fetch is models.fetch from one source.
func (src source) fetch(ctx context.Context, row reflect.Value, name string) (any, error) {
	m, r, err := src.relation(row, name)
	if err == nil {
		err = m.checkFetch(ctx, row.Interface(), r)
	}
	if err != nil {
		return nil, err
	}
	p, err := src.models.tables.Load().Related(row.Interface(), r.name, currentOptions(ctx)...)
	if err != nil {
		return nil, err
	}
	limit := 2 // to notice if there are several
	if r.many {
		limit = -1
	}
	found, err := src.find(ctx, r, predicate{p}, limit)
	if err != nil {
		return nil, err
	}
	return fill(r.gorm.Field.FieldType, found, m, r)
}

// relation returns the named association of a row, and the model of the row.
func (src source) relation(row reflect.Value, name string) (*model, *relation, error) {
	m := src.models.ofType(row.Type().Elem())
	r := m.relation(name)
	if r == nil {
		return nil, nil, fmt.Errorf("gormauthz: %s has no association %s", m.typ, name)
	}
	if n := rows.of(row); n != nil {
		for _, p := range pairs(r.gorm) {
			if p.owner != nil && n.unread[goPath(m.typ, p.owner.BindNames)] {
				return nil, nil, undecided(fmt.Sprintf("%s of %s cannot be fetched, because the column %s was not read with the row (read the whole row: no Select or Omit)", r.name, m.typ, p.owner.DBName), nil)
			}
		}
	}
	return m, r, nil
}

// find returns the rows of an association's model that satisfy a condition, as a slice of
// pointers. A negative limit means all of them.
func (src source) find(ctx context.Context, r *relation, cond predicate, limit int) (reflect.Value, error) {
	found := reflect.New(reflect.SliceOf(reflect.PointerTo(r.gorm.FieldSchema.ModelType)))
	if !cond.isNever() {
		tx := src.session(ctx)
		if isCurrent(ctx) {
			tx = asStored(tx)
		}
		if err := tx.Where(cond).Limit(limit).Find(found.Interface()).Error; err != nil {
			return reflect.Value{}, databaseError(err)
		}
	}
	return found.Elem(), nil
}

// fetchEach is the FetchEach of all classes: fetch for several rows, in one query. An error
// means that they have to be fetched one by one.
func (ms *models) fetchEach(ctx context.Context, list []any, name string) ([]any, error) {
	var from source
	var m *model
	var r *relation
	for i, row := range list {
		rv := reflect.ValueOf(row)
		if rv.Kind() != reflect.Pointer || ms.ofType(rv.Type().Elem()) == nil {
			return nil, fmt.Errorf("gormauthz: %T is not registered", row)
		}
		src, err := ms.source(ctx, rv)
		if err != nil {
			return nil, err
		}
		if i > 0 && src != from {
			return nil, undecided("rows of several databases cannot be fetched together", nil)
		}
		from = src
		if m, r, err = src.relation(rv, name); err != nil {
			return nil, err
		}
	}
	p, owners, err := from.models.tables.Load().RelatedEach(list, r.name)
	if err != nil {
		return nil, err
	}
	found, err := from.find(ctx, r, predicate{p}, -1)
	if err != nil {
		return nil, err
	}
	related := make([]reflect.Value, len(list))
	for i := range related {
		related[i] = reflect.MakeSlice(found.Type(), 0, 0)
	}
	for i := range found.Len() {
		indexes, err := owners(found.Index(i).Interface())
		if err != nil {
			return nil, err
		}
		for _, owner := range indexes {
			related[owner] = reflect.Append(related[owner], found.Index(i))
		}
	}
	values := make([]any, len(list))
	for i := range values {
		if values[i], err = fill(r.gorm.Field.FieldType, related[i], m, r); err != nil {
			return nil, err
		}
	}
	return values, nil
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
