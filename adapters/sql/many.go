package sqlauthz

// This file defines how a Repository reads rows by several keys.

import (
	"cmp"
	"context"
	"errors"
	"slices"

	"github.com/ursa-authz/ursa/adapters/internal/answer"
	"github.com/ursa-authz/ursa/authz"
	"github.com/ursa-authz/ursa/authz/filter"
)

// keysInQuery is the number of keys in one query of GetMany.
const keysInQuery = 1000

// GetMany returns the rows with the given keys that exist and that the actor may read, in the order
// of the keys, each once. It makes one query per thousand keys. If the policy cannot be translated to
// a condition, it decides on each row in memory.
func (r *Repository[T]) GetMany(ctx context.Context, keys ...any) ([]T, error) {
	v, err := r.visit(ctx)
	if err != nil {
		return nil, err
	}
	var wanted []filter.Value
	order := make(map[string]int, len(keys)) // positions in wanted, by the texts of keys
	for _, k := range keys {
		key, err := v.schema.Key(v.table.Type, k)
		if err != nil {
			return nil, err
		}
		text, ok, err := v.schema.KeyText(v.table.Type, key)
		if err != nil {
			return nil, answer.Filter(err)
		}
		if _, twice := order[text]; ok && !twice {
			order[text] = len(wanted)
			wanted = append(wanted, key)
		}
	}
	action := cmp.Or(r.action, actionRead)
	allowed, err := v.condition(v.schema, v.table, action)
	inMemory := errors.Is(err, authz.ErrUnsupported)
	if err != nil && !inMemory {
		return nil, err
	}
	found := make([]*T, len(wanted))
	for some := range slices.Chunk(wanted, keysInQuery) {
		p, err := v.schema.HasKey(v.table.Type, some)
		if err != nil {
			return nil, answer.Filter(err)
		}
		if !inMemory {
			p = &Predicate{allOf(p.f, allowed.f)}
		}
		c, err := v.schema.write(p, v.table, "", "", options{})
		if err != nil {
			return nil, err
		}
		rows, err := v.read(c, "")
		if err != nil {
			return nil, err
		}
		for _, row := range rows {
			key, err := v.table.rows.KeyOf(row.Interface())
			if err != nil {
				return nil, answer.Filter(err)
			}
			text, _, err := v.schema.KeyText(v.table.Type, key)
			if err != nil {
				return nil, answer.Filter(err)
			}
			i, ok := order[text]
			if !ok {
				return nil, answer.Undecided("a row has another key than the query selects", nil)
			}
			found[i] = row.Interface().(*T)
		}
	}
	list := make([]T, 0, len(found))
	for _, row := range found {
		if row == nil {
			continue
		}
		if inMemory {
			if err := v.authorize(action, row); answer.IsDenial(err) {
				continue
			} else if err != nil {
				return nil, err
			}
		}
		list = append(list, *row)
	}
	return list, nil
}
