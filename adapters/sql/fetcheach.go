package sqlauthz

// This file defines the FetchEach of classes, which fetches a relation of many rows at once.

import (
	"context"
	"reflect"

	"github.com/ursa-authz/ursa/adapters/internal/answer"
)

// eachFetcher returns the FetchEach of a class.
func (s *Schema) eachFetcher(given []Handle) func(ctx context.Context, rows []any, name string) ([]any, error) {
	return func(ctx context.Context, rows []any, name string) ([]any, error) {
		h, err := handleOf(ctx, given)
		if err != nil || len(rows) == 0 {
			return nil, err
		}
		r, owner, err := s.relationOf(reflect.TypeOf(rows[0]), name)
		if err != nil {
			return nil, answer.Filter(err)
		}
		owners := make([]reflect.Value, len(rows))
		for i, row := range rows {
			owners[i] = reflect.ValueOf(row)
		}
		found, err := s.fetch(ctx, h, owner, r, owners)
		if err != nil {
			return nil, err
		}
		values := make([]any, len(rows))
		for i, v := range found {
			if v.Kind() != reflect.Pointer || !v.IsNil() {
				values[i] = v.Interface()
			}
		}
		return values, nil
	}
}
