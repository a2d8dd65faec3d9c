// Package gormauthz connects authz with GORM. It makes classes from models, lists
// rows in one SQL query, and authorizes statements with a plugin and with
// repositories.
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
// The actor comes from the context; authz.Middleware or authz.NewContext puts it
// there.
//
// A row is in the result of an authorized statement exactly when the decision for
// that row in memory allows it. A condition that cannot be translated to SQL in this
// way is an error, never a wider list. A database failure is authz.ErrUndecided,
// never a denial and never an empty list.
//
// The package supports the dialects of SQLite, PostgreSQL and MySQL (MariaDB), and
// imports none of their drivers. Everything in it is as safe for concurrent use as
// GORM: handles are shared, and a session or transaction belongs to one goroutine.
//
// Stable from v1 on.
package gormauthz

// This file defines Authorizer, the part of package authz that this package needs.

import (
	"context"
	"errors"
	"fmt"
	"reflect"

	"gorm.io/gorm"

	"github.com/ursa-authz/ursa/adapters/internal/answer"
	sqlauthz "github.com/ursa-authz/ursa/adapters/sql"
	"github.com/ursa-authz/ursa/authz"
	"github.com/ursa-authz/ursa/authz/filter"
)

// An Authorizer makes decisions. *authz.Authorizer implements it.
type Authorizer interface {
	// Authorize returns nil, an error that is authz.ErrForbidden or
	// authz.ErrNotFound, or one that is authz.ErrUndecided.
	Authorize(ctx context.Context, actor any, action string, resource any) error
}

// A Filterer is an Authorizer that also makes filters for lists. It returns
// authz.ErrUnsupported if it cannot make a filter from the policy.
type Filterer interface {
	Filter(ctx context.Context, actor any, action string, class authz.Class) (*filter.Query, error)
}

// A question holds the authorizer, the actor and the context of a decision.
type question struct {
	ctx   context.Context
	az    Authorizer
	actor any
}

// questionOf finds the authorizer, which is the plugin's or else the context's, and
// the actor.
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

// authorize authorizes an action on one resource.
func (q question) authorize(action string, resource any) error {
	return answer.Hide(q.az.Authorize(q.ctx, q.actor, action, resource), gorm.ErrRecordNotFound)
}

// authorizeNew authorizes an action on a row that does not exist outside of the
// transaction. Its denial hides nothing, so it is never authz.ErrNotFound.
func (q question) authorizeNew(action string, row any) error {
	err := q.az.Authorize(q.ctx, q.actor, action, row)
	if denied := (*authz.DeniedError)(nil); errors.As(err, &denied) {
		return denied.AsForbidden()
	}
	return err
}

// condition returns the condition on the rows of a model on which the actor may do
// action. Every error is authz.ErrUndecided.
func (q question) condition(ms *models, m *model, action string, opts ...sqlauthz.Option) (predicate, error) {
	f, ok := q.az.(Filterer)
	if !ok {
		return predicate{}, filterError(unsupported(fmt.Sprintf("the authorizer %T makes no filters", q.az)))
	}
	query, err := f.Filter(q.ctx, q.actor, action, authz.Class{Type: m.typ})
	if err != nil {
		return predicate{}, filterError(err)
	}
	p, err := ms.compile(query, m, append(opts, currentOptions(q.ctx)...)...)
	if err != nil {
		return predicate{}, filterError(err)
	}
	return p, nil
}

// registered returns the model of a struct type, and the models of its handle.
func registered(db *gorm.DB, t reflect.Type) (*models, *model, error) {
	ms := modelsOf(db)
	if m := ms.ofType(t); m != nil {
		return ms, m, nil
	}
	return nil, nil, undecided(t.String()+" is not among the models given to gormauthz.Classes for this database handle", nil)
}
