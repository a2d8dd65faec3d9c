package answer

// This file defines how adapters ask about the fields that an update writes.

import (
	"context"
	"reflect"
	"strings"

	"github.com/ursa-authz/ursa/authz/filter"
)

// A FieldAuthorizer is an Authorizer that may have rules about the fields that an update writes, as
// *authz.Authorizer does.
type FieldAuthorizer interface {
	HasFieldRules(row any) bool
	AuthorizeFields(ctx context.Context, actor any, action string, rows []any, fields ...string) error
}

// Fielder returns an authorizer as a FieldAuthorizer, or nil if it has no rules about fields of rows
// like the given one.
func Fielder(az, row any) FieldAuthorizer {
	if f, ok := az.(FieldAuthorizer); ok && f.HasFieldRules(row) {
		return f
	}
	return nil
}

// Changed returns those of some fields, dotted paths, in which two rows of a model differ. Both are
// pointers to structs.
func Changed(m *filter.Model, fields []string, a, b any) []string {
	var changed []string
	for _, path := range fields {
		if !same(m, path, a, b) {
			changed = append(changed, path)
		}
	}
	return changed
}

// same reports whether a field has one value in two rows. The Equal method of a type does not
// count: it may say that values are equal that are stored differently.
func same(m *filter.Model, path string, a, b any) bool {
	v, errV := m.Value(a, path)
	w, errW := m.Value(b, path)
	if errV == nil && errW == nil && v.Type() == filter.TypeTime && w.Type() == filter.TypeTime {
		eq, err := v.Equal(w) // in any time zone
		return eq && err == nil
	}
	x, y := fieldOf(a, path), fieldOf(b, path)
	return x.IsValid() == y.IsValid() && (!x.IsValid() || reflect.DeepEqual(x.Interface(), y.Interface()))
}

// fieldOf returns the field of a row, a pointer to a struct, at a dotted path, or the zero value if a
// pointer on the way is nil.
func fieldOf(row any, path string) reflect.Value {
	v := reflect.ValueOf(row)
	for name := range strings.SplitSeq(path, ".") {
		for v.Kind() == reflect.Pointer {
			v = v.Elem()
		}
		if v.Kind() != reflect.Struct {
			return reflect.Value{}
		}
		f, ok := v.Type().FieldByName(name)
		if !ok {
			return reflect.Value{}
		}
		var err error
		if v, err = v.FieldByIndexErr(f.Index); err != nil {
			return reflect.Value{}
		}
	}
	return v
}
