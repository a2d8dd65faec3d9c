package sqlauthz

// This file defines Tx, for several authorized writes in one transaction.

import (
	"context"
	"database/sql"

	"github.com/ursa-authz/ursa/adapters/internal/answer"
)

// A Beginner begins transactions: a *sql.DB or *sql.Conn, or what embeds one, as sqlx does.
type Beginner interface {
	BeginTx(ctx context.Context, opts *sql.TxOptions) (*sql.Tx, error)
}

// Tx calls f in a transaction, and commits it if f returns nil:
//
//	err := sqlauthz.Tx(ctx, db, nil, func(ctx context.Context, tx *sql.Tx) error {
//		if err := projects.With(tx).Insert(ctx, project); err != nil {
//			return err
//		}
//		return tasks.With(tx).Insert(ctx, &Task{ProjectID: project.ID})
//	})
//
// Decisions with the context of f fetch from the transaction. Nothing is committed if f returns an
// error or panics, or if a write of a repository in it has failed: Tx then returns an error even if f
// ignores that of the write. The options may be nil. If a permission depends on rows that the
// transaction does not write, and must not be revoked before it commits, use sql.LevelSerializable, and
// call Tx again if the database reports a conflict.
func Tx(ctx context.Context, db Beginner, opts *sql.TxOptions, f func(ctx context.Context, tx *sql.Tx) error) error {
	tx, err := db.BeginTx(ctx, opts)
	if err != nil {
		return answer.Database(err)
	}
	defer tx.Rollback() // also if f panics; after a commit it does nothing
	if err := f(WithHandle(ctx, Query(tx.QueryContext)), tx); err != nil {
		return err
	}
	if err := tx.Commit(); err != nil { // sql.ErrTxDone after a write that failed
		return answer.Database(err)
	}
	return nil
}
