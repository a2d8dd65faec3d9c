package gormauthz

// This file defines ReadTx, one consistent view of the database for many decisions.

import (
	"context"
	"database/sql"
	"errors"
	"reflect"

	"gorm.io/gorm"

	sqlauthz "github.com/ursa-authz/ursa/adapters/sql"
	"github.com/ursa-authz/ursa/authz"
)

// ErrReadTx is the error of a write, of raw SQL with Exec, and of a read that locks rows, with
// the context of a ReadTx. The database has not seen the statement.
var ErrReadTx = errors.New("gormauthz: a ReadTx only reads")

// ReadTx calls f in a transaction that reads one state of the database. Repositories and
// decisions with the context passed to f use the transaction, and decisions remember what they
// fetch: since nothing changes, a relation of a row is fetched once, however many decisions
// read it.
//
//	err := gormauthz.ReadTx(ctx, db, func(ctx context.Context) error {
//		list, err := expenses.List(ctx, firstPage)
//		...
//		for i := range list {
//			actions, err := az.AuthorizedActions(ctx, user, &list[i])
//
// Writes with that context are ErrReadTx. Rows that were read through another handle are not
// part of the view: their relations are fetched for each decision. Do not use the context after
// f has returned.
//
// The error is that of f. It is authz.ErrUndecided if the transaction could not begin or end,
// or if ReadTx is called inside a transaction.
func ReadTx(ctx context.Context, db *gorm.DB, f func(ctx context.Context) error) error {
	ms := modelsOf(db)
	switch {
	case ms == nil:
		return undecided("gormauthz.Classes was not called for this database handle", nil)
	case ctx == nil:
		return undecided("no context", nil)
	}
	if _, ok := ms.txOf(ctx); ok || inTransaction(db) {
		return undecided("ReadTx was called inside a transaction", nil)
	}
	options := sql.TxOptions{ReadOnly: true}
	if dialectOf(db) != sqlauthz.SQLite { // whose transactions read one state anyway
		options.Isolation = sql.LevelRepeatableRead
	}
	var result error
	began := false
	err := db.Session(&gorm.Session{NewDB: true, Context: ctx}).Transaction(func(tx *gorm.DB) error {
		began = true
		inner := WithTx(context.WithValue(ctx, readTxKey{}, true), tx)
		inner = authz.Remember(inner, func(row any) bool {
			v := reflect.ValueOf(row)
			if ms.ofType(v.Type().Elem()) == nil {
				return false
			}
			src, err := ms.source(inner, v)
			return err == nil && src.db == tx
		})
		result = f(inner)
		return result
	}, &options)
	if err != nil && (!began || result == nil) {
		return databaseError(err)
	}
	return err
}

type readTxKey struct{}

// isReading reports whether a context is that of a ReadTx.
func isReading(ctx context.Context) bool {
	reading, _ := ctx.Value(readTxKey{}).(bool)
	return reading
}

// refuseInReadTx is a callback that refuses a statement under a ReadTx.
func refuseInReadTx(db *gorm.DB) {
	if isReading(db.Statement.Context) {
		db.AddError(ErrReadTx)
	}
}

// refuseLocksInReadTx is a callback that refuses a query that locks rows under a ReadTx.
func refuseLocksInReadTx(db *gorm.DB) {
	if _, locks := db.Statement.Clauses["FOR"]; locks {
		refuseInReadTx(db)
	}
}
