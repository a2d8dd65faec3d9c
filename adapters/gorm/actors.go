package gormauthz

// This file defines ListActors and CountActors: who may do something, as a query on the
// table of actors.

import (
	"context"
	"fmt"
	"reflect"

	"gorm.io/gorm"
	"gorm.io/gorm/clause"

	"github.com/ursa-authz/ursa/authz"
	"github.com/ursa-authz/ursa/authz/filter"
)

// An ActorFilterer is an Authorizer that also makes filters of actors. It returns
// authz.ErrUnsupported if it cannot make one from the policy.
type ActorFilterer interface {
	FilterActors(ctx context.Context, class authz.Class, action string, resource any) (*filter.Query, error)
}

// ListActors returns the rows of the model T, a class of actors, that may do action on
// resource and that the scopes select:
//
//	readers, err := gormauthz.ListActors[User](ctx, db, "read", &project, firstPage)
//
// A row is in the list exactly when authz.Authorizer.IsAllowed allows that actor. It makes one
// query on the table of T. What the policy reads of the resource is fetched first if it is
// not loaded. The resource may be a class. The handle needs the plugin, whose Authorizer
// decides.
//
// ListActors does not authorize the caller, and its answer is sensitive. Authorize an action for
// that first. If the handle enforces, or a scope is Authorized, the list has only
// the rows that the actor in the context may read, too; Unrestricted gives all.
//
// Soft-deleted actors are left out, unless a scope is Unscoped. If the policy cannot be
// translated to a condition on T, the error is both authz.ErrUnsupported and
// authz.ErrUndecided.
func ListActors[T any](ctx context.Context, db *gorm.DB, action string, resource any, scopes ...func(*gorm.DB) *gorm.DB) ([]T, error) {
	tx, err := amongActors[T](ctx, db, action, resource, scopes)
	if err != nil {
		return nil, err
	}
	var rows []T
	if err := tx.Find(&rows).Error; err != nil {
		return nil, databaseError(err)
	}
	return rows, nil
}

// CountActors returns the number of rows that ListActors would return.
func CountActors[T any](ctx context.Context, db *gorm.DB, action string, resource any, scopes ...func(*gorm.DB) *gorm.DB) (int64, error) {
	tx, err := amongActors[T](ctx, db, action, resource, scopes)
	if err != nil {
		return 0, err
	}
	var n int64
	if err := tx.Model(new(T)).Count(&n).Error; err != nil {
		return 0, databaseError(err)
	}
	return n, nil
}

// amongActors returns a session whose next statement reads only actors that may do action on
// resource.
func amongActors[T any](ctx context.Context, db *gorm.DB, action string, resource any, scopes []func(*gorm.DB) *gorm.DB) (*gorm.DB, error) {
	ms, m, err := registered(db, reflect.TypeFor[T]())
	if err != nil {
		return nil, err
	}
	p := pluginOf(db)
	switch {
	case ctx == nil:
		return nil, undecided("no context", nil)
	case p == nil:
		return nil, undecided("the database handle has no plugin (call db.Use(gormauthz.New(az)))", nil)
	}
	if tx, ok := ms.txOf(ctx); ok {
		db = tx
	}
	if db.DryRun {
		return nil, undecided("a dry run does not read the rows to authorize", nil)
	}
	f, ok := p.az.(ActorFilterer)
	if !ok {
		return nil, filterError(unsupported(fmt.Sprintf("the authorizer %T makes no filters of actors", p.az)))
	}
	query, err := f.FilterActors(WithTx(ctx, db), authz.Class{Type: m.typ}, action, resource)
	if err != nil {
		return nil, filterError(err)
	}
	cond, err := ms.compile(query, m)
	if err != nil {
		return nil, filterError(err)
	}
	tx := db.Session(&gorm.Session{NewDB: true, Context: ctx})
	return tx.Scopes(scopes...).Scopes(func(db *gorm.DB) *gorm.DB {
		return db.Set(amongKey, cond).Clauses(clause.Where{Exprs: []clause.Expression{guard{}}})
	}), nil
}

// amongKey is the name of the setting that holds the condition on the actors of a statement.
const amongKey = "gormauthz:among"

// amongOf returns the condition on the actors that a statement reads.
func amongOf(stmt *gorm.Statement) (predicate, bool) {
	x, _ := stmt.Settings.Load(amongKey)
	p, ok := x.(predicate)
	return p, ok
}
