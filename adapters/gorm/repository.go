package gormauthz

// This file defines Repository, typed access to the rows of one model that asks
// about everything it reads and writes.
//
// Reading one row is a query and a decision; reading several is one query with
// the policy in its condition. A write happens in a transaction: the row is
// locked and decided on as it stands, written, read again, and decided on as it
// has become, since defaults, triggers and hooks may have made of it what nobody
// asked for. If that second answer is no, the transaction is rolled back, also
// when it was begun by somebody else: a savepoint would leave it to the caller
// whether half of the work remains.

import (
	"context"
	"errors"
	"fmt"
	"reflect"

	"gorm.io/gorm"
	"gorm.io/gorm/clause"

	"github.com/ursa-authz/ursa/authz"
	"github.com/ursa-authz/ursa/authz/filter"
)

// ErrKeySet is returned by Create for a row whose key the database assigns, and
// which has one already.
var ErrKeySet = errors.New("gormauthz: the key of a new row is assigned by the database")

// A Repository reads and writes the rows of the model T on behalf of the actor in
// the context. Errors are authz.ErrNotFound (and gorm.ErrRecordNotFound) for rows
// that are not there or must not be known of, authz.ErrForbidden for what the
// policy denies, authz.ErrUndecided when the policy or the database could not
// answer, and what the database returned for a write that it refused. It is safe
// for concurrent use, unless it was made by With.
type Repository[T any] struct {
	db     *gorm.DB
	inTx   bool // db was given to With, and stands over the context's transaction
	action string
}

// NewRepository returns the repository of a model that was registered with
// Classes(db, ...); methods of one that was not return ErrUndecided.
func NewRepository[T any](db *gorm.DB) *Repository[T] {
	return &Repository[T]{db: db, action: "read"}
}

// With returns the repository on a transaction, or any other session. Without it
// the repository uses the transaction that WithTx has put into the context, or
// begins its own.
func (r *Repository[T]) With(tx *gorm.DB) *Repository[T] {
	return &Repository[T]{db: tx, inTx: true, action: r.action}
}

// For returns the repository whose Lookup, GetMany, List and Count ask for
// action, which is "read" at first.
func (r *Repository[T]) For(action string) *Repository[T] {
	return &Repository[T]{db: r.db, inTx: r.inTx, action: action}
}

// A visit is the work of one call of a repository.
type visit[T any] struct {
	question
	db     *gorm.DB // on which statements are not authorized again
	models *models
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
	return &visit[T]{q, session(db, ctx), ms, m}, nil
}

// place returns the model, and the handle or transaction that a call works on.
func (r *Repository[T]) place(ctx context.Context) (*models, *model, *gorm.DB, error) {
	ms, m, err := registered(r.db, reflect.TypeFor[T]())
	if err != nil {
		return nil, nil, nil, err
	}
	if ctx == nil {
		return nil, nil, nil, undecided("no context", nil)
	}
	db := r.db
	if tx, ok := ctx.Value(txKey{ms}).(*gorm.DB); ok && !r.inTx {
		db = tx
	}
	if db.DryRun {
		return nil, nil, nil, undecided("a dry run reads no rows to decide on", nil)
	}
	return ms, m, db, nil
}

// session returns a session of db, free of what it was built up to, whose
// statements are not authorized: the repository has asked, or will.
func session(db *gorm.DB, ctx context.Context) *gorm.DB {
	return db.Session(&gorm.Session{NewDB: true, Context: exempt(ctx, "authorized by a repository")})
}

// Lookup returns the row with that key, if the actor may read it. A key is a
// value of the key field's type; of several fields, a []any in their order.
func (r *Repository[T]) Lookup(ctx context.Context, key any) (*T, error) {
	v, err := r.visit(ctx)
	if err != nil {
		return nil, err
	}
	if row, err, ok := v.judged(r.action, key); ok {
		return row, err
	}
	row, err := v.row(key, false)
	if err != nil {
		return nil, err
	}
	if err := v.authorize(r.action, row); err != nil {
		return nil, err
	}
	return row, nil
}

// row reads the row with that key, and locks it where the database can.
func (v *visit[T]) row(key any, lock bool) (*T, error) {
	cond, err := v.keyIs(key)
	if err != nil {
		return nil, err
	}
	tx := v.db.Where(cond)
	if lock && v.db.Dialector.Name() != string(sqlite) {
		tx = tx.Clauses(clause.Locking{Strength: clause.LockingStrengthUpdate})
	}
	var rows []*T
	if err := tx.Find(&rows).Error; err != nil {
		return nil, databaseError(err)
	}
	switch len(rows) {
	case 0:
		return nil, &notFoundError{}
	case 1:
		return rows[0], nil
	}
	return nil, undecided("several rows have the same key", nil)
}

// keyIs returns the condition that a row has a key. A value of another type than
// the field's is a mistake of the program, and not a row that is missing.
func (v *visit[T]) keyIs(key any) (predicate, error) {
	parts, err := v.keyValues(key)
	if err != nil {
		return predicate{}, err
	}
	c := v.models.compiler()
	conds := make([]frag, len(parts))
	for i, part := range parts {
		f, err := c.heldIn(ref{column: v.model.columns[v.model.key[i]]}, []filter.Value{part}, false)
		if err != nil {
			return predicate{}, filterError(err)
		}
		conds[i] = f
	}
	return predicate{allOf(conds...)}, nil
}

// keyValues takes a key apart, and checks the types of its values.
func (v *visit[T]) keyValues(key any) ([]filter.Value, error) {
	list, ok := key.([]any)
	if !ok {
		list = []any{key}
	}
	if len(list) != len(v.model.key) || len(list) == 0 {
		return nil, undecided(fmt.Sprintf("a key of %d values for %s, which has %d", len(list), v.model.typ, len(v.model.key)), nil)
	}
	values := make([]filter.Value, len(list))
	for i, x := range list {
		col := v.model.columns[v.model.key[i]]
		if err := (ref{column: col}).usable(); err != nil {
			return nil, undecided("the key of "+v.model.typ.String()+" cannot be compared", err)
		}
		part, err := filter.ValueOf(x)
		if err != nil || part.Type() != col.info.Type {
			return nil, undecided(fmt.Sprintf("a key of type %T for %s.%s, which is %s", x, v.model.typ, col.info.Name, col.info.GoType), err)
		}
		values[i] = part
	}
	return values, nil
}

// Create asks for "create" on the row as it is given, inserts it, and asks again
// for the row as it is stored, all in one transaction. Associations are not
// written. A row whose key the database assigns must come without one. With an
// error the row given is as it was.
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
	given := *row
	err = v.write(func(v *visit[T]) error {
		if err := v.authorize("create", row); err != nil {
			return err
		}
		return v.written("create", func() error {
			return v.db.Omit(clause.Associations).Create(row).Error
		}, row)
	})
	if err != nil {
		*row = given
	}
	return err
}

// refuseKey returns an error for a row that has a key which is not its own to
// choose.
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

// Update asks for "update" on the stored row with the key of the given one,
// writes the named fields of it, or all, and asks again for the row as it has
// become, all in one transaction with the row locked. Fields are named by Go name
// or column. Keys, associations and the time of creation are not written.
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
	return v.write(func(v *visit[T]) error {
		key, _ := v.model.keyOf(v.ctx, row)
		stored, err := v.row(key, true)
		if err != nil {
			return err
		}
		if err := v.authorize("update", stored); err != nil {
			return err
		}
		return v.written("update", func() error {
			return v.db.Model(stored).Select(columns).Omit(clause.Associations).Updates(row).Error
		}, row)
	})
}

// columns returns the columns that Update writes: those of the named fields, or
// of all but keys and times of creation, and in either case times of change.
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

// Delete asks for "delete" on the row with that key and deletes it, softly if its
// model says so, in one transaction with the row locked.
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
		if err := v.authorize("delete", stored); err != nil {
			return err
		}
		return v.changed(func() error { return v.db.Delete(stored).Error })
	})
}

// write calls f in a transaction: that of the visit, or a new one.
func (v *visit[T]) write(f func(*visit[T]) error) error {
	if inTransaction(v.db) {
		return f(v)
	}
	began, result := false, error(nil)
	err := v.db.Transaction(func(tx *gorm.DB) error {
		began = true
		inner := *v
		inner.db = session(tx, v.db.Statement.Context)
		inner.ctx = WithTx(v.ctx, tx)
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

// written writes a row, and asks for action on what it has become.
func (v *visit[T]) written(action string, write func() error, row *T) error {
	return v.changed(func() error {
		if err := write(); err != nil {
			return err
		}
		key, _ := v.model.keyOf(v.ctx, row)
		stored, err := v.row(key, false)
		if errors.Is(err, authz.ErrNotFound) {
			// Not an answer about a row that somebody asked for: what was written
			// is deleted, or has another key.
			return undecided("a row is not found after it was written", nil)
		}
		if err != nil {
			return err
		}
		return v.authorize(action, stored)
	})
}

// changed calls f, which writes. Whatever it returns an error for must not be
// committed, whoever began the transaction.
func (v *visit[T]) changed(f func() error) error {
	err := f()
	if err != nil {
		v.db.Rollback()
	}
	return err
}
