package authz

// This file defines decisions about the fields that a statement writes. They are for adapters.

import (
	"context"
	"reflect"
)

// A FieldRuler is a [Policy] that reports which classes its rules are about. For other policies,
// AuthorizeFields evaluates allow_field for every class, unless a [Definer] says that the policy does not
// define it.
type FieldRuler interface {
	// MayApply reports whether a rule with that name and number of parameters may hold for
	// instances of a class as its argument with that index, from 0.
	MayApply(rule string, arity, argument int, class Class) bool

	// FieldName returns the policy's name for the field at a dotted path of Go names.
	FieldName(class Class, path string) string
}

// AuthorizeFields returns nil if actor, doing action, may write the given fields of every row in
// rows, which are of one type and as they are stored before. A field is a Go name, or a dotted path
// of Go names.
//
// It evaluates allow_field(actor, action, row, field) with the policy's names of the fields, but
// only if the policy has a rule allow_field that may be about the rows, or with
// [Config].DenyRule a rule deny_field. Otherwise fields are not restricted. The errors are those of
// Authorize.
//
// AuthorizeFields is for adapters that write. They call it in addition to Authorize.
func (a *Authorizer) AuthorizeFields(ctx context.Context, actor any, action string, rows []any, fields ...string) error {
	if len(rows) == 0 || len(fields) == 0 || !a.HasFieldRules(rows[0]) {
		return nil
	}
	v := a.current.Load()
	for _, path := range fields {
		name := path
		if r, ok := v.policy.(FieldRuler); ok {
			name = r.FieldName(Class{Type: reflect.TypeOf(rows[0])}, path)
		}
		if err := a.authorizeField(ctx, actor, action, rows, name); err != nil {
			return err
		}
	}
	return nil
}

// authorizeField authorizes that an action writes a field of each of some rows.
func (a *Authorizer) authorizeField(ctx context.Context, actor any, action string, rows []any, name string) error {
	if len(rows) == 1 {
		return a.AuthorizeField(ctx, actor, action, rows[0], name)
	}
	allowed, err := a.IsFieldAllowedEach(ctx, actor, action, rows, name)
	if err != nil {
		return err
	}
	for i, ok := range allowed {
		if ok {
			continue
		}
		if err := a.AuthorizeField(ctx, actor, action, rows[i], name); err != nil {
			return err
		}
		return undecided(errorf("two decisions about one field differ, because the policy or the data changed between them"))
	}
	return nil
}

// HasFieldRules reports whether AuthorizeFields asks about the fields of a row: whether the policy
// has a rule allow_field that may be about it, or with [Config].DenyRule a rule deny_field. It is for
// adapters that write.
func (a *Authorizer) HasFieldRules(row any) bool {
	v := a.current.Load()
	r, ok := v.policy.(FieldRuler)
	if !ok {
		d, ok := v.policy.(Definer)
		return !ok || d.Defines(ruleField.String(), fieldArity)
	}
	class := Class{Type: reflect.TypeOf(row)}
	return class.Type == nil || r.MayApply(ruleField.String(), fieldArity, fieldResource, class) ||
		v.deny.asked[ruleField] && r.MayApply(ruleField.deny(), fieldArity, fieldResource, class)
}

// The number of parameters of allow_field, and the index of the resource among them.
const (
	fieldArity    = 4
	fieldResource = 2
)
