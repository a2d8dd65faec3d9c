package gormauthz

// This file defines how a Repository reads several rows, with the policy in the query.

import (
	"context"
	"errors"

	"gorm.io/gorm"

	"github.com/ursa-authz/ursa/adapters/internal/answer"
	"github.com/ursa-authz/ursa/authz"
	"github.com/ursa-authz/ursa/authz/filter"
)

// List returns the rows that the actor may read and that the scopes select. Scopes
// are as for db.Scopes: conditions, order, limit, preloads. It makes one query, and
// one for each preload. It needs the plugin. If the policy cannot be translated to a
// condition, the error is both authz.ErrUnsupported and authz.ErrUndecided.
func (r *Repository[T]) List(ctx context.Context, scopes ...func(*gorm.DB) *gorm.DB) ([]T, error) {
	var rows []T
	return rows, r.query(ctx, scopes, func(tx *gorm.DB) *gorm.DB { return tx.Find(&rows) }, func() { rows = nil })
}

// Count returns the number of rows that List would return.
func (r *Repository[T]) Count(ctx context.Context, scopes ...func(*gorm.DB) *gorm.DB) (int64, error) {
	var n int64
	err := r.query(ctx, scopes, func(tx *gorm.DB) *gorm.DB { return tx.Model(new(T)).Count(&n) }, func() { n = 0 })
	return n, err
}

// query runs a statement marked with the repository's action, which the plugin
// authorizes.
func (r *Repository[T]) query(ctx context.Context, scopes []func(*gorm.DB) *gorm.DB, run func(*gorm.DB) *gorm.DB, reset func()) error {
	_, _, db, err := r.place(ctx)
	if err != nil {
		return err
	}
	tx := db.Session(&gorm.Session{NewDB: true, Context: ctx})
	err = run(tx.Scopes(scopes...).Scopes(Authorized(r.actionOr(actionRead)))).Error
	if err != nil {
		reset()
		return databaseError(err)
	}
	return nil
}

// keysInQuery is the number of keys in one query of GetMany.
const keysInQuery = 1000

// GetMany returns the rows with the given keys that exist and that the actor may
// read, in the order of the keys, each once. It makes one query per thousand keys. If
// the policy cannot be translated to a filter, it decides on each row in memory.
func (r *Repository[T]) GetMany(ctx context.Context, keys ...any) ([]T, error) {
	v, err := r.visit(ctx)
	if err != nil {
		return nil, err
	}
	action := r.actionOr(actionRead)
	wanted := make([]filter.Value, 0, len(keys))
	seen := make(map[string]bool, len(keys)) // a key that is given twice may be in two queries
	for _, k := range keys {
		key, err := v.tables.Key(v.model.typ, k)
		if err != nil {
			return nil, err
		}
		stored, ok, err := v.tables.KeyText(v.model.typ, key)
		if err != nil {
			return nil, filterError(err)
		}
		if ok && !seen[stored] {
			seen[stored] = true
			wanted = append(wanted, key)
		}
	}
	allowed, err := v.allowed(action)
	inMemory := errors.Is(err, authz.ErrUnsupported)
	if err != nil && !inMemory {
		return nil, err
	}
	var rows []T
	for len(wanted) > 0 {
		n := min(len(wanted), keysInQuery)
		found, err := v.some(wanted[:n], allowed, inMemory, action)
		if err != nil {
			return nil, err
		}
		rows = append(rows, found...)
		wanted = wanted[n:]
	}
	return rows, nil
}

// allowed returns the condition on the rows on which the actor may do action.
func (v *visit[T]) allowed(action string) (predicate, error) {
	return v.condition(v.models, v.model, action)
}

// some returns the rows with some keys, in their order.
func (v *visit[T]) some(keys []filter.Value, allowed predicate, inMemory bool, action string) ([]T, error) {
	cond, err := v.models.hasKey(v.model, keys)
	if err != nil {
		return nil, err
	}
	tx := v.db.Where(cond)
	if !inMemory {
		tx = tx.Where(allowed)
	}
	var found []*T
	if err := tx.Find(&found).Error; err != nil {
		return nil, databaseError(err)
	}
	var rows []T
	for _, k := range keys {
		for i, row := range found {
			if row == nil { // already returned
				continue
			}
			own, err := v.model.rows.KeyOf(row)
			if err != nil {
				return nil, filterError(err)
			}
			if eq, err := sameParts(own, k); err != nil {
				return nil, filterError(err)
			} else if !eq {
				continue
			}
			found[i] = nil
			if inMemory {
				if err := v.authorize(action, row); answer.IsDenial(err) {
					continue
				} else if err != nil {
					return nil, err
				}
			}
			rows = append(rows, *row)
		}
	}
	return rows, nil
}

// sameParts compares the keys of stored rows, whose parts may be zero.
func sameParts(a, b filter.Value) (bool, error) {
	for i, p := range a.Parts() {
		if eq, err := p.Equal(b.Parts()[i]); !eq || err != nil {
			return false, err
		}
	}
	return true, nil
}
