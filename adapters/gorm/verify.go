package gormauthz

// This file defines Verify.

import (
	"context"

	"gorm.io/gorm"

	sqlauthz "github.com/ursa-authz/ursa/adapters/sql"
)

// Verify compares a database with the models that were registered with its handle. It is for readiness
// probes and for tests:
//
//	missing, err := gormauthz.Verify(ctx, db)
//
// The error names every table and column of the models that is not there, columns whose type
// compares in another way than GORM's type, and columns that may be NULL although their tag says not
// null. With any of them, decisions and lists fail or disagree. Otherwise Verify returns the indexes
// that lists need to follow the associations in both directions, and that the database does not have.
// Columns that rules compare with values need indexes, too, but Verify does not know the policy.
//
// It makes two queries for each table, which are not authorized. If one fails, the error is
// authz.ErrUndecided.
func Verify(ctx context.Context, db *gorm.DB) (missing []sqlauthz.Index, err error) {
	ms := modelsOf(db)
	if ms == nil {
		return nil, undecided("gormauthz.Classes was not called for this database handle", nil)
	}
	return ms.tables.Load().Verify(ctx, sqlauthz.Query(db.Statement.ConnPool.QueryContext))
}
