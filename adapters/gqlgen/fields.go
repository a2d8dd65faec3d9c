package gqlauthz

// This file defines Fields, which asks allow_field for the fields of objects.

import (
	"context"
	"reflect"
	"strings"

	"github.com/99designs/gqlgen/graphql"

	"github.com/ursa-authz/ursa/authz"
)

// A FieldConfig says which fields [Fields] asks about.
type FieldConfig struct {
	// Action is the action that is asked about; empty is "read".
	Action string

	// Exempt are the GraphQL types whose fields are not asked about, with the reason
	// why, such as "PageInfo": "says nothing about an expense".
	Exempt map[string]string
}

// Fields returns a function for AroundFields of a server. Before a field of an object is
// resolved, it asks allow_field(actor, action, object, field), where field is the name
// in the schema, such as "userId". A field that is denied is null with an error; if the
// schema says that it is not null, its parent is null.
//
// Fields of Query, Mutation and Subscription, and those of introspection, are not asked
// about. Fields panics if an exempt type has no reason.
func Fields(cfg FieldConfig) graphql.FieldMiddleware {
	for name, reason := range cfg.Exempt {
		if name == "" || reason == "" {
			panic("gqlauthz: FieldConfig.Exempt needs types and reasons")
		}
	}
	if cfg.Action == "" {
		cfg.Action = "read"
	}
	return func(ctx context.Context, next graphql.Resolver) (any, error) {
		field := graphql.GetFieldContext(ctx)
		if field == nil {
			return nil, errNoAuthorizer
		}
		// gqlgen's own types, and __typename, begin with two underscores.
		if strings.HasPrefix(field.Object, "__") || strings.HasPrefix(field.Field.Name, "__") || isRoot(field) {
			return next(ctx)
		}
		if _, ok := cfg.Exempt[field.Object]; ok {
			return next(ctx)
		}
		az, ok := authz.FromContext(ctx)
		if !ok {
			return nil, errNoAuthorizer
		}
		actor, _ := authz.ActorFrom(ctx)
		o := object(field.Parent.Result)
		if !isAllowedByBatch(ctx, field.Parent, decision{az: az, actor: actor, action: cfg.Action, field: field.Field.Name}, o) {
			if err := az.AuthorizeField(ctx, actor, cfg.Action, o, field.Field.Name); err != nil {
				return nil, err
			}
		}
		return next(ctx)
	}
}

// isRoot reports whether a field is one of an operation's type, which has no object.
func isRoot(field *graphql.FieldContext) bool {
	return field.Parent == nil || field.Parent.Parent == nil && field.Parent.Result == nil
}

// object returns the object that a parent has resolved to. In a list, gqlgen has a
// pointer to the element, which can be a pointer or an interface itself.
func object(result any) any {
	v := reflect.ValueOf(result)
	for v.Kind() == reflect.Pointer && !v.IsNil() {
		e := v.Elem()
		if e.Kind() != reflect.Pointer && e.Kind() != reflect.Interface {
			break
		}
		if v = e; v.Kind() == reflect.Interface {
			v = v.Elem()
		}
	}
	if !v.IsValid() {
		return nil
	}
	return v.Interface()
}
