package authztest

// This file defines InMemory, a Lister without a database.

import (
	"context"
	"errors"
	"fmt"
	"reflect"
	"slices"
	"sync"

	"github.com/ursa-authz/ursa/authz"
	"github.com/ursa-authz/ursa/authz/filter"
	"github.com/ursa-authz/ursa/authz/internal/host"
)

// InMemory returns a Lister for rows, which are pointers to structs. It lists them with the
// filters of az, evaluated in memory. With it, [Equivalent] shows that the filters of an
// engine or a policy agree with the decisions, without a database.
func InMemory(az *authz.Authorizer, rows ...any) Lister {
	return &memory{az: az, stored: slices.Clone(rows)}
}

type memory struct {
	az     *authz.Authorizer
	mu     sync.Mutex
	stored []any
}

func (m *memory) Rows(_ context.Context, class authz.Class) ([]any, error) {
	m.mu.Lock()
	defer m.mu.Unlock()
	t := host.Deref(class.Type)
	var rows []any
	for _, row := range m.stored {
		if host.Deref(reflect.TypeOf(row)) == t {
			rows = append(rows, row)
		}
	}
	return rows, nil
}

func (m *memory) List(ctx context.Context, actor any, action string, class authz.Class) ([]any, error) {
	q, err := m.az.Filter(ctx, actor, action, class)
	if err != nil {
		return nil, err
	}
	all, err := m.Rows(ctx, class)
	if err != nil {
		return nil, err
	}
	var list []any
	for _, row := range all {
		ok, err := q.Match(ctx, row, filter.Loaded)
		if err != nil {
			return nil, err
		}
		if ok {
			list = append(list, row)
		}
	}
	return list, nil
}

// Add assigns keys as databases do: one more than the highest key.
func (m *memory) Add(ctx context.Context, class authz.Class, row any) error {
	v := reflect.ValueOf(row)
	key := keyOf(class)
	if v.Kind() != reflect.Pointer || v.IsNil() || len(key) == 0 {
		return errors.New("not a pointer to a row with a key")
	}
	all, err := m.Rows(ctx, class)
	if err != nil {
		return err
	}
	f := v.Elem().FieldByIndex(key[0])
	if f.CanInt() && f.IsZero() {
		most := int64(0)
		for _, other := range all {
			most = max(most, reflect.ValueOf(other).Elem().FieldByIndex(key[0]).Int())
		}
		f.SetInt(most + 1)
	}
	if f.IsZero() {
		return fmt.Errorf("the key of a %T is zero", row)
	}
	m.mu.Lock()
	defer m.mu.Unlock()
	m.stored = append(m.stored, row)
	return nil
}
