package gormauthz

// This file defines Repository, typed access to the rows of one model that authorizes all
// reads and writes.
//
// Reading one row is a query and a decision, which Load leaves to a guard; reading several
// is one query with the policy in its condition. A write happens in a transaction. The row
// is locked and authorized as it is, written, read again, and authorized as it is now:
// defaults, triggers and hooks may have changed it beyond what the caller asked for. If the
// second decision is a denial, the transaction is rolled back, even if the caller began it:
// with a savepoint, the caller could keep half of the work.

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"reflect"

	"gorm.io/gorm"
	"gorm.io/gorm/clause"

	"github.com/ursa-authz/ursa/adapters/internal/answer"
	sqlauthz "github.com/ursa-authz/ursa/adapters/sql"
	"github.com/ursa-authz/ursa/authz"
	"github.com/ursa-authz/ursa/authz/filter"
)

// ErrKeySet is returned by Create if the database assigns the key and the row already has
// one.
var ErrKeySet = errors.New("gormauthz: the key of a new row is assigned by the database")

// ErrStale is returned by Update if the row has a version, and the stored row has another one:
// somebody has changed it since it was read.
var ErrStale = errors.New("gormauthz: the row has changed since it was read")

// A Repository reads and writes the rows of the model T for the actor in the context. Its
// errors are:
//
//   - authz.ErrNotFound (and gorm.ErrRecordNotFound) for rows that do not exist or that the
//     actor may not know of,
//   - authz.ErrForbidden if the policy denies the action,
//   - authz.ErrUndecided if the policy or the database could not answer,
//   - ErrStale for an update of a row that has changed since it was read,
//   - the database's own error for a write that it rejected.
//
// It is safe for concurrent use, unless With made it.
type Repository[T any] struct {
	db     *gorm.DB
	inTx   bool   // db was passed to With, and takes precedence over the context's transaction
	action string // that every method authorizes; empty for each method's own
}

// NewRepository returns the repository of a model that was registered with Classes(db,
// ...). If the model was not, the repository's methods return ErrUndecided.
func NewRepository[T any](db *gorm.DB) *Repository[T] {
	return &Repository[T]{db: db}
}

// With returns the repository on a transaction, or on another session. Without it, the
// repository uses the transaction that WithTx has put into the context, or begins its
// own.
func (r *Repository[T]) With(tx *gorm.DB) *Repository[T] {
	return &Repository[T]{db: tx, inTx: true, action: r.action}
}

// WithAction returns the repository whose methods all authorize action. Without it, the
// methods that read authorize "read", and Create, Update and Delete authorize "create",
// "update" and "delete". It panics if action is empty.
func (r *Repository[T]) WithAction(action string) *Repository[T] {
	if action == "" {
		panic("gormauthz: WithAction needs an action")
	}
	return &Repository[T]{db: r.db, inTx: r.inTx, action: action}
}

// actionOr returns the action that a method authorizes.
func (r *Repository[T]) actionOr(own string) string { return cmp.Or(r.action, own) }

// A visit is the state of one call of a repository.
type visit[T any] struct {
	question
	db     *gorm.DB // whose statements are not authorized again
	models *models
	tables *sqlauthz.Schema
	model  *model
}

func (r *Repository[T]) visit(ctx context.Context) (*visit[T], error) {
	ms, m, db, err := r.place(ctx)
	if err != nil {
		return nil, err
	}
	q, err := questionOf(ctx, db)
	if err != nil {
		return nil, err
	}
	return &visit[T]{q, session(db, ctx), ms, ms.tables.Load(), m}, nil
}

// place returns the model, and the handle or transaction for a call.
func (r *Repository[T]) place(ctx context.Context) (*models, *model, *gorm.DB, error) {
	ms, m, err := registered(r.db, reflect.TypeFor[T]())
	if err != nil {
		return nil, nil, nil, err
	}
	if ctx == nil {
		return nil, nil, nil, undecided("no context", nil)
	}
	db := r.db
	if tx, ok := ms.txOf(ctx); ok && !r.inTx {
		db = tx
	}
	if db.DryRun {
		return nil, nil, nil, undecided("a dry run does not read the rows to authorize", nil)
	}
	return ms, m, db, nil
}

// session returns a session of db without the conditions added to it. Its statements are
// not authorized, because the repository itself authorizes them.
func session(db *gorm.DB, ctx context.Context) *gorm.DB {
	return db.Session(&gorm.Session{NewDB: true, Context: exempt(ctx, "authorized by a repository")})
}

// Lookup returns the row with that key, if the actor may read it. A key is a value of the
// key field's type; for a key of several fields, a []any in their order.
func (r *Repository[T]) Lookup(ctx context.Context, key any) (*T, error) {
	v, err := r.visit(ctx)
	if err != nil {
		return nil, err
	}
	row, err := v.row(key, false)
	if err != nil {
		return nil, err
	}
	if err := v.authorize(r.actionOr(actionRead), row); err != nil {
		return nil, err
	}
	return row, nil
}

// Load returns the row with that key, without a decision, to a guard that is about to make
// one: in the load function of nethttp.Guard or of a guard of another adapter, or of
// authz.Load. The guard's action is then the only question about the row. Anywhere else
// the error is authz.ErrUndecided, and the database is not asked: use Lookup. Load ignores
// WithAction. Its other errors and its keys are those of Lookup.
func (r *Repository[T]) Load(ctx context.Context, key any) (*T, error) {
	v, err := r.visit(ctx)
	if err != nil {
		return nil, err
	}
	if err := answer.ForGuard(ctx, "Lookup"); err != nil {
		return nil, err
	}
	return v.row(key, false)
}

// row reads the row with that key, and locks it if the database can.
func (v *visit[T]) row(key any, lock bool) (*T, error) {
	k, err := v.tables.Key(v.model.typ, key)
	if err != nil {
		return nil, err
	}
	cond, err := v.models.hasKey(v.model, []filter.Value{k})
	if err != nil {
		return nil, err
	}
	tx := v.db.Where(cond)
	if lock && dialectOf(v.db) != sqlauthz.SQLite {
		tx = tx.Clauses(clause.Locking{Strength: clause.LockingStrengthUpdate})
	}
	var rows []*T
	if err := tx.Find(&rows).Error; err != nil {
		return nil, databaseError(err)
	}
	switch len(rows) {
	case 0:
		return nil, notFound()
	case 1:
		return rows[0], nil
	}
	return nil, undecided("several rows have the same key", nil)
}

// Create authorizes "create" on the row as given, inserts it, and authorizes "create" on
// the row as stored, all in one transaction. A denial is always authz.ErrForbidden. It does not write associations. A row whose
// key the database assigns must have a zero key. If Create returns an error, the given
// row is unchanged.
func (r *Repository[T]) Create(ctx context.Context, row *T) error {
	v, err := r.visit(ctx)
	if err != nil {
		return err
	}
	if row == nil {
		return undecided("no row to create", nil)
	}
	if err := v.refuseKey(row); err != nil {
		return err
	}
	given, action := *row, r.actionOr(actionCreate)
	err = v.write(func(v *visit[T]) error {
		if err := v.authorizeNew(action, row); err != nil {
			return err
		}
		return v.written(func() error {
			return v.db.Omit(clause.Associations).Create(row).Error
		}, row, func(stored *T) error { return v.authorizeNew(action, stored) })
	})
	if err != nil {
		*row = given
	}
	return err
}

// refuseKey returns an error for a row with a key that the database would assign.
func (v *visit[T]) refuseKey(row *T) error {
	for _, f := range v.model.schema.PrimaryFields {
		if !f.AutoIncrement {
			continue
		}
		if _, zero := f.ValueOf(v.ctx, reflect.ValueOf(row).Elem()); !zero {
			return ErrKeySet
		}
	}
	return nil
}

// Update authorizes "update" on the stored row with the key of the given one. It writes
// the named fields, or all fields, and authorizes "update" on the row as it is then, or
// with authz.Config.ChangeRule the change from the one to the other. All
// this happens in one transaction, with the row locked. Fields are named by Go name or
// column. Keys, associations and the time of creation are not written.
//
// If the policy has rules allow_field that may be about the model, each named field is
// authorized by them, or without names each that differs from the stored row, on the stored row.
//
// If the model has a version column, as with gorm.io/plugin/optimisticlock, and row has a version other
// than the stored row's, the error is ErrStale and nothing is written. A row without a version is
// not checked.
func (r *Repository[T]) Update(ctx context.Context, row *T, fields ...string) error {
	v, err := r.visit(ctx)
	if err != nil {
		return err
	}
	if row == nil {
		return undecided("no row to update", nil)
	}
	columns, err := v.columns(fields)
	if err != nil {
		return err
	}
	action := r.actionOr(actionUpdate)
	return v.write(func(v *visit[T]) error {
		key, _ := v.model.keyOf(v.ctx, row)
		stored, err := v.row(key, true)
		if err != nil {
			return err
		}
		if err := v.authorize(action, stored); err != nil {
			return err
		}
		if v.model.isStale(v.ctx, stored, row) {
			return ErrStale
		}
		if err := v.authorizeFields(action, stored, row, columns, fields); err != nil {
			return err
		}
		before := copyOf(stored) // GORM sets the fields of stored
		return v.written(func() error {
			return v.db.Model(stored).Select(columns).Omit(clause.Associations).Updates(row).Error
		}, row, func(now *T) error { return v.authorizeChange(v.model, action, before, now) })
	})
}

// columns returns the columns that Update writes: those of the named fields, or all
// except keys and times of creation, and in both cases update times.
func (v *visit[T]) columns(fields []string) ([]string, error) {
	var columns []string
	for _, f := range v.model.schema.Fields {
		all := len(fields) == 0 && f.AutoCreateTime == 0
		if f.DBName != "" && f.Updatable && !f.PrimaryKey && (all || f.AutoUpdateTime > 0) {
			columns = append(columns, f.DBName)
		}
	}
	for _, name := range fields {
		f := v.model.schema.LookUpField(name)
		if f == nil || f.DBName == "" || !f.Updatable || f.PrimaryKey {
			return nil, undecided(fmt.Sprintf("%s has no field %q that can be updated", v.model.typ, name), nil)
		}
		columns = append(columns, f.DBName)
	}
	return columns, nil
}

// Delete authorizes "delete" on the row with that key and deletes it, softly if the model
// says so, in one transaction with the row locked.
func (r *Repository[T]) Delete(ctx context.Context, key any) error {
	v, err := r.visit(ctx)
	if err != nil {
		return err
	}
	return v.write(func(v *visit[T]) error {
		stored, err := v.row(key, true)
		if err != nil {
			return err
		}
		if err := v.authorize(r.actionOr(actionDelete), stored); err != nil {
			return err
		}
		return v.changed(func() error { return v.db.Delete(stored).Error })
	})
}

// write calls f in a transaction: that of the visit, or a new one.
func (v *visit[T]) write(f func(*visit[T]) error) error {
	if isReading(v.ctx) {
		return ErrReadTx
	}
	if inTransaction(v.db) {
		if err := v.models.checkSnapshot(v.ctx, v.db); err != nil {
			return err
		}
		inner := *v
		inner.ctx = current(v.ctx)
		return f(&inner)
	}
	began, result := false, error(nil)
	err := v.db.Transaction(func(tx *gorm.DB) error {
		began = true
		inner := *v
		inner.db = session(tx, v.db.Statement.Context)
		inner.ctx = current(WithTx(v.ctx, tx))
		result = f(&inner)
		return result
	})
	if err != nil && (!began || result == nil) { // the transaction itself failed
		return databaseError(err)
	}
	return err
}

// inTransaction reports whether a session belongs to a transaction.
func inTransaction(db *gorm.DB) bool {
	committer, ok := db.Statement.ConnPool.(gorm.TxCommitter)
	return ok && committer != nil
}

// written writes a row, and authorizes it as it is then.
func (v *visit[T]) written(write func() error, row *T, authorize func(stored *T) error) error {
	return v.changed(func() error {
		if err := write(); err != nil {
			return err
		}
		key, _ := v.model.keyOf(v.ctx, row)
		// A row that already had the new values may be read in an older state, unless it is locked.
		stored, err := v.row(key, true)
		if errors.Is(err, authz.ErrNotFound) {
			// This is not about a row that the caller asked for: the written row was
			// deleted, or has another key.
			return undecided("the row was not found after it was written", nil)
		}
		if err != nil {
			return err
		}
		return authorize(stored)
	})
}

// changed calls f, which writes. If f returns an error, nothing may be committed, even if
// the caller began the transaction.
func (v *visit[T]) changed(f func() error) error {
	err := f()
	if err != nil {
		v.db.Rollback()
	}
	return err
}
