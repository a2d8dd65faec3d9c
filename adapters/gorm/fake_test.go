package gormauthz

// This file defines an Authorizer whose policies are filters, so that the plugin can be
// tested without a policy language.

import (
	"context"
	"reflect"
	"sync"
	"testing"

	"gorm.io/gorm"

	"github.com/ursa-authz/ursa/adapters/internal/answer"
	"github.com/ursa-authz/ursa/authz"
	"github.com/ursa-authz/ursa/authz/filter"
)

// A fake allows an action on the rows for which its policy's filter is true. It denies
// actions without a policy.
type fake struct {
	models *models
	policy map[reflect.Type]func(actor *User, action string) filter.Expr

	mu      sync.Mutex
	hides   bool  // denials are authz.ErrNotFound
	filters int   // number of calls of Filter
	err     error // returned by all methods, if set
}

func newFake(db *gorm.DB) *fake {
	return &fake{models: modelsOf(db), policy: make(map[reflect.Type]func(*User, string) filter.Expr)}
}

// allow sets the policy of a model, for all actions.
func allow[T any](f *fake, policy func(actor *User, action string) filter.Expr) {
	f.policy[reflect.TypeFor[T]()] = policy
}

func (f *fake) failure() error {
	f.mu.Lock()
	defer f.mu.Unlock()
	return f.err
}

func (f *fake) Filter(ctx context.Context, actor any, action string, class authz.Class) (*filter.Query, error) {
	f.mu.Lock()
	f.filters++
	f.mu.Unlock()
	if err := f.failure(); err != nil {
		return nil, err
	}
	q := &filter.Query{Model: f.models.ofType(class.Type).rows, Where: filter.False}
	if p := f.policy[class.Type]; p != nil {
		q.Where = p(actor.(*User), action)
	}
	return q, nil
}

func (f *fake) Authorize(ctx context.Context, actor any, action string, resource any) error {
	q, err := f.Filter(ctx, actor, action, authz.Class{Type: reflect.TypeOf(resource).Elem()})
	if err != nil {
		return err
	}
	ok, err := q.Match(ctx, resource, filter.ResolverFunc(f.related))
	switch {
	case err != nil:
		return undecided("fake", err)
	case !ok && f.hides:
		return authz.ErrNotFound
	case !ok:
		return answer.Forbidden("fake")
	}
	return nil
}

// related fetches, as a decision does.
func (f *fake) related(ctx context.Context, row any, rel *filter.Relation) ([]any, error) {
	x, err := f.models.fetch(ctx, row, rel.Name)
	if x == nil || err != nil {
		return nil, err
	}
	rv := reflect.ValueOf(x)
	if rv.Kind() != reflect.Slice {
		return []any{x}, nil
	}
	var rows []any
	for i := range rv.Len() {
		row := rv.Index(i)
		if row.Kind() != reflect.Pointer {
			row = row.Addr()
		}
		rows = append(rows, row.Interface())
	}
	return rows, nil
}

// deciding hides all methods except decisions on single rows.
type deciding struct{ *fake }

func (deciding) Filter() {}

// as returns a context with an actor. The authorizer in it is not usable: the tests of
// the plugin must not use it.
func as(t testing.TB, actor *User) context.Context {
	t.Helper()
	az, err := authz.New(authz.Config{Policies: authz.String("none.polar", ""), AllowEmpty: true})
	if err != nil {
		t.Fatal(err)
	}
	return authz.NewContext(context.Background(), az, actor)
}

// relation returns the filter's relation of a model's association.
func (f *fake) relation(owner any, name string) *filter.Relation {
	r := f.models.ofType(structType(reflect.TypeOf(owner))).relation(name)
	return &filter.Relation{Name: name, Many: r.many, Target: f.models.ofType(r.gorm.FieldSchema.ModelType).rows}
}

func field(name string) filter.Field { return filter.Field{Var: filter.Row, Name: name} }

func equals(name string, x any) filter.Expr {
	return filter.Compare{Op: filter.Eq, L: field(name), R: mustValue(x)}
}

// exposeRelations gives documents a policy that follows relations and is equivalent to
// the one of newBypass.
func (f *fake) exposeRelations() {
	author, comments := f.relation(&Doc{}, "Author"), f.relation(&Doc{}, "Comments")
	allow[Doc](f, func(u *User, action string) filter.Expr {
		key := filter.KeyOf(mustValue(u.ID))
		return filter.Or{
			filter.Exists{As: 1, From: filter.Row, Rel: author, Where: filter.Compare{Op: filter.Eq, L: filter.Key{Var: 1}, R: key}},
			filter.And{filter.Exists{As: 1, From: filter.Row, Rel: comments, Where: filter.True}, filter.Compare{Op: filter.Lt, L: field("Amount"), R: mustValue(0)}},
		}
	})
}
