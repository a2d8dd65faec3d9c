package gormauthz

// This file defines Repository.Tx, transactions in which rights do not change
// between a decision and what is done about it.

import (
	"context"
	"database/sql"
	"errors"
	"math/rand/v2"
	"reflect"
	"time"

	"gorm.io/gorm"
)

// maxTries is how often Tx runs a transaction that the database could not fit in
// with others.
const maxTries = 10

// Tx calls f in a transaction that is serializable: what a decision has read, of
// related rows too, cannot have been changed by others when the transaction
// commits. A single Create, Update or Delete locks its own row and needs no Tx for
// rights that depend on that row alone; rights that depend on other rows, and
// several writes that belong together, do. SQLite's transactions are serializable
// by themselves, given a DSN by which they are immediate.
//
// The repository and the context that f gets are those of the transaction; other
// repositories of the handle take it from the context. With an error of f, or if
// a write or a decision about one failed, nothing is committed. When the database
// asks for it, f is called again, up to ten times in all, so that it must do
// nothing that cannot be undone. Tx inside of a transaction is an error.
func (r *Repository[T]) Tx(ctx context.Context, f func(ctx context.Context, r *Repository[T]) error) error {
	ms, _, err := registered(r.db, reflect.TypeFor[T]())
	if err != nil {
		return err
	}
	if _, ok := ctx.Value(txKey{ms}).(*gorm.DB); ok || r.inTx || inTransaction(r.db) {
		return undecided("a Tx inside of a transaction, whose isolation it cannot choose", nil)
	}
	var options sql.TxOptions
	if r.db.Dialector.Name() != string(sqlite) {
		options.Isolation = sql.LevelSerializable
	}
	for try := 1; ; try++ {
		var result error
		err := r.db.Session(&gorm.Session{NewDB: true, Context: ctx}).Transaction(func(tx *gorm.DB) error {
			result = f(WithTx(ctx, tx), r.With(tx))
			return result
		}, &options)
		switch {
		case err == nil:
			return nil
		case isConflict(err) && try < maxTries:
			if err := pause(ctx, try); err != nil {
				return databaseError(err)
			}
		case result == nil: // to begin or commit failed
			return databaseError(err)
		default:
			return err
		}
	}
}

// pause waits for a random time, of up to a millisecond at first and half a second
// at last, so that transactions which were in each other's way part.
func pause(ctx context.Context, try int) error {
	timer := time.NewTimer(rand.N(time.Millisecond << (try - 1)))
	defer timer.Stop()
	select {
	case <-timer.C:
		return nil
	case <-ctx.Done():
		return ctx.Err()
	}
}

// isConflict reports whether the database has given up a transaction on account
// of others, and would have it tried again. The drivers' types are not imported
// here: PostgreSQL's has a method SQLState, MySQL's a field Number.
func isConflict(err error) bool {
	var state interface{ SQLState() string }
	if errors.As(err, &state) {
		return state.SQLState() == "40001" || state.SQLState() == "40P01" // serialization failure, deadlock
	}
	const deadlock = 1213
	for _, e := range chain(err) {
		v := reflect.Indirect(reflect.ValueOf(e))
		if v.Kind() != reflect.Struct || v.Type().Name() != "MySQLError" {
			continue
		}
		if n := v.FieldByName("Number"); n.IsValid() && n.CanUint() && n.Uint() == deadlock {
			return true
		}
	}
	return false
}

// chain returns an error and all that it wraps.
func chain(err error) []error {
	list := []error{err}
	for i := 0; i < len(list); i++ {
		switch e := list[i].(type) {
		case interface{ Unwrap() error }:
			if next := e.Unwrap(); next != nil {
				list = append(list, next)
			}
		case interface{ Unwrap() []error }:
			list = append(list, e.Unwrap()...)
		}
	}
	return list
}
