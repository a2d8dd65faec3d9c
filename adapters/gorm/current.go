package gormauthz

// This file defines how decisions about a write read what is stored now, in a transaction that began
// earlier. MySQL reads rows as they were then, unless the statement locks them.

import (
	"context"

	"gorm.io/gorm"
	"gorm.io/gorm/clause"

	sqlauthz "github.com/ursa-authz/ursa/adapters/sql"
)

type currentKey struct{}

// current returns a context in which decisions fetch rows as they are stored now.
func current(ctx context.Context) context.Context { return context.WithValue(ctx, currentKey{}, true) }

// isCurrent reports whether a context is from current.
func isCurrent(ctx context.Context) bool {
	now, _ := ctx.Value(currentKey{}).(bool)
	return now
}

// writeQuestionOf is questionOf for a write.
func writeQuestionOf(stmt *gorm.Statement) (question, error) {
	q, err := questionOf(stmt.Context, plain(stmt.DB))
	if err != nil {
		return question{}, err
	}
	q.ctx = current(q.ctx)
	return q, nil
}

// currentOptions returns the options of a condition on related rows.
func currentOptions(ctx context.Context) []sqlauthz.Option {
	if isCurrent(ctx) {
		return []sqlauthz.Option{sqlauthz.Current()}
	}
	return nil
}

// asStored makes a query read rows as they are stored now.
func asStored(tx *gorm.DB) *gorm.DB {
	if dialectOf(tx) == sqlauthz.MySQL {
		return tx.Clauses(clause.Locking{Strength: clause.LockingStrengthShare})
	}
	return tx
}

// checkSnapshot returns an error if writes cannot be authorized in the transaction of a session,
// which the application began.
func (ms *models) checkSnapshot(ctx context.Context, tx *gorm.DB) error {
	if isSerializable(ctx, tx) {
		return nil
	}
	return ms.tables.Load().CheckSnapshot(ctx, sqlauthz.Query(tx.Statement.ConnPool.QueryContext))
}
