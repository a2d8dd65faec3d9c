package authz

// This file defines batches, in which decisions share what they fetch.
//
// An engine fetches a relation when a rule reads it, one row at a time. In a batch, the
// function that it calls fetches the relation for all rows of the same class that the batch
// knows of: the resources, and the rows that were fetched for them. So the number of
// statements depends on the relations that the policy reads and not on the number of rows.

import (
	"cmp"
	"context"
	"reflect"
	"slices"
	"sync"

	"github.com/ursa-authz/ursa/authz/polar"
)

// rowsPerFetch is the greatest number of rows of one call of Class.FetchEach. It bounds what
// a batch fetches ahead, and stays far below the number of parameters that databases accept.
const rowsPerFetch = 1000

// A batch holds what the decisions of one call have fetched.
type batch struct {
	fetches int // how many calls of Fetch and FetchEach are permitted

	mu      sync.Mutex // held while no function of the application runs
	calls   int
	fetched map[fetched]any
	rows    map[reflect.Type][]any // pointers to the rows known, by their type
	known   map[any]bool           // the same
	alone   map[alone]bool         // relations to fetch row by row
}

// A fetched is a relation of a row, which is a pointer to a struct.
type fetched struct {
	row      any
	relation string
}

// An alone is a relation of a type.
type alone struct {
	typ      reflect.Type
	relation string
}

type batchKey struct{}

// withBatch returns a context in which decisions about the resources share what they fetch.
func (a *Authorizer) withBatch(ctx context.Context, resources []any) context.Context {
	if !a.batches || len(resources) < 2 {
		return ctx
	}
	b := &batch{
		fetches: a.cfg.Limits.Fetches,
		fetched: make(map[fetched]any), rows: make(map[reflect.Type][]any),
		known: make(map[any]bool), alone: make(map[alone]bool),
	}
	if b.fetches <= 0 {
		b.fetches = polar.DefaultFetches
	}
	for _, r := range resources {
		b.add(r)
	}
	return context.WithValue(ctx, batchKey{}, b)
}

// add adds a row, if it is a pointer to a struct.
func (b *batch) add(row any) {
	t := reflect.TypeOf(row)
	if t == nil || t.Kind() != reflect.Pointer || t.Elem().Kind() != reflect.Struct || b.known[row] || isNil(row) {
		return
	}
	b.known[row] = true
	b.rows[t] = append(b.rows[t], row)
}

// addAll adds the rows that a relation holds.
func (b *batch) addAll(value any) {
	v := reflect.ValueOf(value)
	if v.Kind() != reflect.Slice {
		b.add(value)
		return
	}
	list, _ := elements(value)
	for _, row := range list {
		b.add(row)
	}
}

// shared returns the classes with functions that fetch once in a batch, and whether there
// are any.
func shared(classes []Class) (list []Class, found bool, err error) {
	list = classes
	for i := range classes {
		if c := &classes[i]; c.Fetch == nil {
			if c.FetchEach != nil {
				return nil, false, errorf("class %s has FetchEach but no Fetch", cmp.Or(c.Name, typeName(c.Type)))
			}
			continue
		}
		c := classes[i]
		if !found {
			list, found = slices.Clone(classes), true
		}
		list[i].Fetch = func(ctx context.Context, row any, relation string) (any, error) {
			b, ok := ctx.Value(batchKey{}).(*batch)
			if !ok {
				return c.Fetch(ctx, row, relation)
			}
			return b.fetch(ctx, &c, row, relation)
		}
	}
	return list, found, nil
}

// fetch returns a relation of a row, and remembers it.
func (b *batch) fetch(ctx context.Context, c *Class, row any, relation string) (any, error) {
	key := fetched{row, relation}
	rows, value, ok, err := b.next(c, key)
	if ok || err != nil {
		return value, err
	}
	if len(rows) > 1 {
		values, err := c.FetchEach(ctx, rows, relation)
		if err == nil && len(values) == len(rows) {
			return b.store(rows, values, key), nil
		}
		if ctx.Err() != nil {
			return nil, ctx.Err()
		}
		// Another row may be at fault, which must not make this one undecided.
		if err := b.fetchAlone(key); err != nil {
			return nil, err
		}
	}
	if value, err = c.Fetch(ctx, row, relation); err != nil {
		return nil, err
	}
	return b.store([]any{row}, []any{value}, key), nil
}

// next returns the value of a relation if it is known, or else the rows to fetch it for.
func (b *batch) next(c *Class, key fetched) (rows []any, value any, ok bool, err error) {
	b.mu.Lock()
	defer b.mu.Unlock()
	if value, ok := b.fetched[key]; ok {
		return nil, value, true, nil
	}
	rows = []any{key.row}
	if t := reflect.TypeOf(key.row); c.FetchEach != nil && !b.alone[alone{t, key.relation}] {
		field, found := t.Elem().FieldByName(key.relation)
		for _, row := range b.rows[t] {
			if len(rows) == rowsPerFetch {
				break
			}
			if _, done := b.fetched[fetched{row, key.relation}]; row == key.row || done || found && holds(row, field.Index) {
				continue
			}
			rows = append(rows, row)
		}
	}
	return rows, nil, false, b.count()
}

// holds reports whether a field of a row holds something, so that it need not be fetched
// ahead.
func holds(row any, index []int) bool {
	f, err := reflect.ValueOf(row).Elem().FieldByIndexErr(index)
	return err == nil && !f.IsZero()
}

// count counts one call of a function that fetches.
func (b *batch) count() error {
	if b.calls++; b.calls > b.fetches {
		return errorf("the decisions fetched relations more than %d times: %w", b.fetches, polar.ErrBudget)
	}
	return nil
}

// fetchAlone makes a relation be fetched row by row from now on.
func (b *batch) fetchAlone(key fetched) error {
	b.mu.Lock()
	defer b.mu.Unlock()
	b.alone[alone{reflect.TypeOf(key.row), key.relation}] = true
	return b.count()
}

// store remembers what was fetched, and returns the value of the relation key.
func (b *batch) store(rows, values []any, key fetched) any {
	b.mu.Lock()
	defer b.mu.Unlock()
	for i, row := range rows {
		if _, done := b.fetched[fetched{row, key.relation}]; !done {
			b.fetched[fetched{row, key.relation}] = values[i]
			b.addAll(values[i])
		}
	}
	return b.fetched[key]
}
