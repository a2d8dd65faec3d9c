package gqlauthz

// This file defines Directive, the directive @authorize.

import (
	"context"
	"errors"
	"reflect"

	"github.com/99designs/gqlgen/graphql"
	"github.com/vektah/gqlparser/v2/ast"

	"github.com/ursa-authz/ursa/authz"
)

// Directive implements this directive, for the field Authorize of the DirectiveRoot
// that gqlgen generates:
//
//	directive @authorize(action: String!) on FIELD_DEFINITION | OBJECT | INTERFACE | UNION
//
// On a field that has objects, it authorizes the action on each object that the field
// resolves to. On another field, such as a number, it authorizes the action on the
// object that has the field, before the field is resolved. On a type, gqlgen applies it
// to each field that has the type: put it on the interfaces and unions of the type, too.
//
// If one object of a list is denied, the field is refused: resolvers filter lists. A
// denial that is [authz.ErrNotFound] gives the same result as an object that does not
// exist: null if the field can be null, and "not found" otherwise. So does an error of
// the resolver that [authz.Authorizer.LoadError] turns into ErrNotFound.
//
// A field of Mutation or Subscription with the directive is refused before it is
// resolved, because the resolver would act before anything is authorized. Authorize in
// the resolver instead. A field of Query that returns no objects is refused too, because
// it has nothing to authorize. The directive on a type authorizes what a mutation returns.
func Directive(ctx context.Context, obj any, next graphql.Resolver, action string) (any, error) {
	az, ok := authz.FromContext(ctx)
	field := graphql.GetFieldContext(ctx)
	if !ok || field == nil {
		return nil, errNoAuthorizer
	}
	actor, _ := authz.ActorFrom(ctx)
	composite := len(field.Field.SelectionSet) > 0
	if obj == nil && (!composite || operationKind(ctx) != ast.Query && field.Field.Definition.Directives.ForName(directiveName) != nil) {
		return nil, errMisplaced
	}
	if !composite {
		o := object(obj)
		if !isAllowedByBatch(ctx, field.Parent, decision{az: az, actor: actor, action: action}, o) {
			if err := az.Authorize(ctx, actor, action, o); err != nil {
				return nil, err
			}
		}
		return next(ctx)
	}
	result, err := load(ctx, az, actor, action, next, field, obj == nil && operationKind(ctx) != ast.Query)
	if errors.Is(err, authz.ErrNotFound) && !field.Field.Definition.Type.NonNull {
		hide(ctx)
		return nil, nil
	}
	if err != nil {
		return nil, err
	}
	return result, nil
}

// load resolves a field that has objects, and authorizes an action on them. If the resolver
// acts, as that of a mutation does, it is not told that the result will be authorized:
// what it acts on, it has to authorize itself.
func load(ctx context.Context, az *authz.Authorizer, actor any, action string, next graphql.Resolver, field *graphql.FieldContext, acts bool) (any, error) {
	if field.Field.Definition.Type.Elem == nil && !acts {
		return authz.Load(ctx, action, next)
	}
	result, err := next(ctx)
	if err != nil {
		return nil, az.LoadError(err)
	}
	if isNil(result) {
		return nil, authz.ErrNotFound
	}
	return result, authorizeEach(ctx, az, actor, action, objects(nil, result))
}

// directiveName is the name of the directive in schemas.
const directiveName = "authorize"

// operationKind returns the kind of the operation.
func operationKind(ctx context.Context) ast.Operation {
	if !graphql.HasOperationContext(ctx) {
		return ""
	}
	if op := graphql.GetOperationContext(ctx).Operation; op != nil {
		return op.Operation
	}
	return ""
}

// authorizeEach authorizes an action on each of the objects.
func authorizeEach(ctx context.Context, az *authz.Authorizer, actor any, action string, objects []any) error {
	allowed, err := az.IsAllowedEach(ctx, actor, action, objects)
	if err != nil {
		return err
	}
	for i, ok := range allowed {
		if ok {
			continue
		}
		// Once more for the error, which has an id and may be ErrNotFound.
		if err := az.Authorize(ctx, actor, action, objects[i]); err != nil {
			return err
		}
	}
	return nil
}

// objects appends the objects of what a field resolves to: those of a list, of lists in
// it, or the value itself. Null elements are left out.
func objects(list []any, result any) []any {
	if isNil(result) {
		return list
	}
	v := reflect.ValueOf(result)
	if v.Kind() != reflect.Slice {
		return append(list, result)
	}
	for i := range v.Len() {
		e := v.Index(i)
		if e.Kind() == reflect.Struct {
			e = e.Addr() // elements of a slice are addressable
		}
		list = objects(list, e.Interface())
	}
	return list
}

// isNil reports whether x is a nil, of whatever type.
func isNil(x any) bool {
	v := reflect.ValueOf(x)
	switch v.Kind() {
	case reflect.Invalid:
		return true
	case reflect.Pointer, reflect.Map, reflect.Slice, reflect.Func, reflect.Chan:
		return v.IsNil()
	}
	return false
}
