package gormauthz

// This file defines Repository.Tx: transactions in which permissions do not change
// between a decision and the write that depends on it.

import (
	"context"
	"database/sql"
	"errors"
	"math/rand/v2"
	"reflect"
	"time"

	"gorm.io/gorm"

	sqlauthz "github.com/ursa-authz/ursa/adapters/sql"
	"github.com/ursa-authz/ursa/authz"
)

// maxTries is the number of times that Tx runs a transaction that conflicts with others. Of 32 writers
// that change the same rows in one order, all succeed within about ten tries.
const maxTries = 20

// Tx calls f in a serializable transaction: when it commits, no one else can have changed
// the rows that a decision has read, related rows included.
//
// A single Create, Update or Delete locks its own row. It needs no Tx if the permission
// depends on that row alone. Use Tx if the permission depends on other rows, or for
// several writes that belong together. SQLite's transactions are serializable anyway, if
// the DSN makes them immediate.
//
// Inside f, decisions read the relations of the context's actor, such as memberships, from the
// transaction, even if they were loaded before: the context has a copy of the actor. This holds if
// the actor is a row of a registered model. Its columns stay as they are, and so does what its methods
// see. If the policy depends on a column of the actor that may change, read the actor inside f, and
// pass it on with authz.NewContext. Rows that were read before are not read again either, unless
// a repository reads them.
//
// The repository and the context passed to f belong to the transaction; other
// repositories of the handle take it from the context. Nothing is committed if f returns
// an error, or if a write or its authorization failed. If the database reports a
// conflict, Tx calls f again, up to twenty times in total, so f must not do anything that a
// rollback does not undo. Tx inside a transaction is an error.
func (r *Repository[T]) Tx(ctx context.Context, f func(ctx context.Context, r *Repository[T]) error) error {
	ms, _, err := registered(r.db, reflect.TypeFor[T]())
	if err != nil {
		return err
	}
	if _, ok := ms.txOf(ctx); ok || r.inTx || inTransaction(r.db) {
		return undecided("Tx was called inside a transaction, whose isolation level it cannot set", nil)
	}
	var options sql.TxOptions
	if dialectOf(r.db) != sqlauthz.SQLite {
		options.Isolation = sql.LevelSerializable
	}
	for try := 1; ; try++ {
		var result error
		began := time.Now()
		err := r.db.Session(&gorm.Session{NewDB: true, Context: ctx}).Transaction(func(tx *gorm.DB) error {
			inner := context.WithValue(WithTx(ctx, tx), serializableKey{}, tx.Statement.ConnPool)
			result = f(ms.withoutRelations(inner), r.With(tx))
			return result
		}, &options)
		switch {
		case err == nil:
			return nil
		case isConflict(err) && try < maxTries:
			if err := pause(ctx, try, time.Since(began)); err != nil {
				return databaseError(err)
			}
		case result == nil: // beginning or committing failed
			return databaseError(err)
		default:
			return err
		}
	}
}

// withoutRelations returns a context whose actor is a copy with relations that decisions fetch
// again.
func (ms *models) withoutRelations(ctx context.Context) context.Context {
	az, ok := authz.FromContext(ctx)
	actor, known := authz.ActorFrom(ctx)
	given := deref(reflect.ValueOf(actor))
	if !ok || !known || given.Kind() != reflect.Struct || ms.ofType(given.Type()) == nil {
		return ctx
	}
	row := reflect.New(given.Type())
	row.Elem().Set(given)
	n := note{loose: make(map[string]bool)}
	if given.CanAddr() {
		if old := rows.of(given.Addr()); old != nil {
			n.from, n.unread = old.from, old.unread
		}
	}
	for _, r := range ms.ofType(given.Type()).relations {
		n.loose[r.name] = true
	}
	rows.set(row, &n)
	return authz.NewContext(ctx, az, row.Interface())
}

type serializableKey struct{}

// isSerializable reports whether a session is in the transaction of the Tx that made a context.
func isSerializable(ctx context.Context, tx *gorm.DB) bool {
	pool := ctx.Value(serializableKey{})
	return pool != nil && pool == tx.Statement.ConnPool
}

// pause waits for a random time, up to twice as long after each try, so that conflicting
// transactions do not meet again. The time grows with what the transaction took, since the others
// take that long, too: at first up to once as long, and later up to 64 times, or ten seconds.
func pause(ctx context.Context, try int, took time.Duration) error {
	took = max(took, 5*time.Millisecond)
	timer := time.NewTimer(rand.N(min(took<<min(try-1, 6), 10*time.Second)))
	defer timer.Stop()
	select {
	case <-timer.C:
		return nil
	case <-ctx.Done():
		return ctx.Err()
	}
}

// isConflict reports whether the database has aborted a transaction because of others, so
// that it should be retried. The drivers' types are not imported here: PostgreSQL's has a
// method SQLState, MySQL's a field Number.
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

// chain returns an error and all errors that it wraps.
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
