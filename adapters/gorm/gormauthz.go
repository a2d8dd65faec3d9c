// Package gormauthz connects authz with GORM: classes from models, lists that are
// one SQL query, a plugin that cannot forget to ask, and repositories.
//
//	classes, err := gormauthz.Classes(db, &User{}, &Expense{})        // for authz.Config.Classes
//	az, err := authz.New(authz.Config{Classes: classes, ...})
//	err = db.Use(gormauthz.New(az))
//
//	expenses := gormauthz.NewRepository[Expense](db)
//	e, err := expenses.Lookup(ctx, id)
//	list, err := expenses.List(ctx)
//	err = db.WithContext(ctx).Scopes(gormauthz.Authorized("read")).Find(&rows).Error
//
// The actor comes from the context, where authz.Middleware or authz.NewContext
// has put it.
//
// A row is in the result of an authorized statement exactly when the decision for
// that row, taken in memory, allows it. What cannot be translated to SQL so that
// this holds is an error, never a wider list; and a database that fails leaves
// authz.ErrUndecided, never a denial and never an empty list.
//
// The package knows the dialects of SQLite, PostgreSQL and MySQL (MariaDB), and
// imports none of their drivers. Everything in it is safe for concurrent use as
// GORM is: handles are shared, a session or transaction belongs to one goroutine.
//
// Stable from v1 on.
package gormauthz

// This file defines Authorizer, what the package asks of package authz.

import (
	"context"
	"fmt"
	"reflect"

	"gorm.io/gorm"

	"github.com/ursa-authz/ursa/authz"
	"github.com/ursa-authz/ursa/authz/filter"
)

// An Authorizer decides. *authz.Authorizer is one.
type Authorizer interface {
	// Authorize returns nil, an error that is authz.ErrForbidden or
	// authz.ErrNotFound, or one that is authz.ErrUndecided.
	Authorize(ctx context.Context, actor any, action string, resource any) error
}

// A Filterer is an Authorizer that knows what may be listed. An error that is
// authz.ErrUnsupported says that the policy cannot be put into a filter.
type Filterer interface {
	Filter(ctx context.Context, actor any, action string, class authz.Class) (*filter.Query, error)
}

// A Judge is an Authorizer that can be told of a decision which the database has
// taken by a filter. Lookup then is one query, which brings the row and both
// answers; without it, the row is read and decided on in memory.
type Judge interface {
	Filterer
	// Judged returns nil if the action is allowed, and else what Authorize would
	// return for a denial of an actor who may, or may not, read the resource.
	Judged(ctx context.Context, actor any, action string, resource any, allowed, readable bool) error
}

// A question is who asks whom, in one context.
type question struct {
	ctx   context.Context
	az    Authorizer
	actor any
}

// questionOf finds the authorizer, which is the plugin's or else the context's,
// and the actor, whom decisions are about.
func questionOf(ctx context.Context, db *gorm.DB) (question, error) {
	q := question{ctx: WithTx(ctx, db)}
	if p := pluginOf(db); p != nil {
		q.az = p.az
	} else if az, ok := authz.FromContext(ctx); ok {
		q.az = az
	} else {
		return question{}, undecided("no authorizer in the context, and no plugin on the database handle", nil)
	}
	actor, ok := authz.ActorFrom(ctx)
	if !ok {
		return question{}, undecided("no actor in the context", nil)
	}
	q.actor = actor
	return q, nil
}

// authorize asks about one resource.
func (q question) authorize(action string, resource any) error {
	return answer(q.az.Authorize(q.ctx, q.actor, action, resource))
}

// condition asks for the rows of a model on which the actor may do action. Every
// error is authz.ErrUndecided.
func (q question) condition(ms *models, m *model, action string) (predicate, error) {
	f, ok := q.az.(Filterer)
	if !ok {
		return predicate{}, filterError(unsupported(nil, fmt.Sprintf("an authorizer (%T) that makes no filters", q.az)))
	}
	query, err := f.Filter(q.ctx, q.actor, action, authz.Class{Type: m.typ})
	if err != nil {
		return predicate{}, filterError(err)
	}
	p, err := ms.compile(query, m)
	if err != nil {
		return predicate{}, filterError(err)
	}
	return p, nil
}

// registered returns the model of a struct type, and its models.
func registered(db *gorm.DB, t reflect.Type) (*models, *model, error) {
	ms := modelsOf(db)
	if m := ms.ofType(t); m != nil {
		return ms, m, nil
	}
	return nil, nil, undecided(t.String()+" is not among the models given to gormauthz.Classes for this database handle", nil)
}
