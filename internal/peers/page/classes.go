package page

// This file defines Classes, which stands for what adapters know of models.

import (
	"context"
	"reflect"

	"github.com/ursa-authz/ursa/authz"
	"github.com/ursa-authz/ursa/authz/filter"
)

// Classes returns the classes with their fields that hold instances of these classes
// as relations, as package gormauthz finds them in models. What a field holds is all
// there is: nil leads nowhere.
func Classes(classes ...authz.Class) []authz.Class {
	registered := make(map[reflect.Type]bool)
	for _, c := range classes {
		registered[c.Type] = true
	}
	for i := range classes {
		c := &classes[i]
		for j := range c.Type.NumField() {
			f := c.Type.Field(j)
			target := f.Type
			many := target.Kind() == reflect.Slice
			if many {
				target = target.Elem()
			}
			pointer := target.Kind() == reflect.Pointer
			if pointer {
				target = target.Elem()
			}
			if registered[target] && (many || pointer) {
				c.Relations = append(c.Relations, authz.Relation{Name: f.Name, Many: many, Target: target})
			}
		}
		c.Fetch = func(_ context.Context, row any, relation string) (any, error) {
			return held(row, relation).Interface(), nil
		}
	}
	return classes
}

// held returns what a field holds; an empty slice for a nil one.
func held(row any, field string) reflect.Value {
	v := reflect.ValueOf(row).Elem().FieldByName(field)
	if v.Kind() == reflect.Slice && v.IsNil() {
		return reflect.MakeSlice(v.Type(), 0, 0)
	}
	return v
}

// related follows relations for lists.
var related = filter.ResolverFunc(func(ctx context.Context, row any, rel *filter.Relation) ([]any, error) {
	if v := held(row, rel.Name); v.Kind() == reflect.Slice && v.Len() == 0 {
		return nil, nil
	}
	return filter.Loaded.Related(ctx, row, rel)
})
