package gormauthz

// This file defines Lister, which gives authztest.Equivalent the rows of a database.

import (
	"context"
	"fmt"
	"reflect"

	"gorm.io/gorm"
	"gorm.io/gorm/clause"

	"github.com/ursa-authz/ursa/authz"
)

// A Lister is an authztest.Lister for authztest.Equivalent. It lists rows as the
// plugin does, and reads and stores the rows of tests without authorization.
//
//	authztest.Equivalent(t, az, gormauthz.NewLister(db), authz.ClassOf[Expense](), actors, actions)
type Lister struct{ db *gorm.DB }

// NewLister returns a Lister for the registered models of a handle that has the
// plugin. It adds rows, so use a database that tests may write to. Do not use a
// transaction: decisions that fetch relations would not see the rows.
func NewLister(db *gorm.DB) *Lister { return &Lister{db} }

// Rows returns pointers to all rows of a class that are not deleted.
func (l *Lister) Rows(ctx context.Context, class authz.Class) ([]any, error) {
	return find(l.db.WithContext(exempt(ctx, "all rows, for a test")), class)
}

// List returns pointers to the rows of a class on which the actor may do action, in
// one marked statement.
func (l *Lister) List(ctx context.Context, actor any, action string, class authz.Class) ([]any, error) {
	if az, ok := authz.FromContext(ctx); ok {
		ctx = authz.NewContext(ctx, az, actor)
	}
	return find(l.db.WithContext(ctx).Scopes(Authorized(action)), class)
}

// Add inserts a row without its associations.
func (l *Lister) Add(ctx context.Context, _ authz.Class, row any) error {
	// A transaction or savepoint, so that an error leaves nothing behind.
	err := l.db.WithContext(exempt(ctx, "a row for a test")).Transaction(func(tx *gorm.DB) error {
		return tx.Omit(clause.Associations).Create(row).Error
	})
	if err != nil {
		return databaseError(err)
	}
	return nil
}

// find returns the rows of a class that a statement selects.
func find(tx *gorm.DB, class authz.Class) ([]any, error) {
	t := structType(class.Type)
	if t == nil {
		return nil, undecided(fmt.Sprintf("%v is not a struct and has no table", class.Type), nil)
	}
	if _, _, err := registered(tx, t); err != nil {
		return nil, err
	}
	found := reflect.New(reflect.SliceOf(reflect.PointerTo(t)))
	if err := tx.Find(found.Interface()).Error; err != nil {
		return nil, databaseError(err)
	}
	rows := make([]any, found.Elem().Len())
	for i := range rows {
		rows[i] = found.Elem().Index(i).Interface()
	}
	return rows, nil
}
