package sqlauthz

// This file defines Repository, which reads and writes authorized rows of one table.
//
// Reading one row is a query and a decision, which Load leaves to a guard; reading several is one
// query with the policy in its condition. A write happens in a transaction. The row is locked and authorized as it is, written,
// read again, and authorized as it is now: defaults and triggers may have changed it beyond what
// the caller asked for. If anything fails, the transaction is rolled back, even if the caller
// began it: with a savepoint, the caller could keep half of the work.

import (
	"cmp"
	"context"
	"database/sql"
	"errors"
	"fmt"
	"reflect"

	"github.com/ursa-authz/ursa/adapters/internal/answer"
	"github.com/ursa-authz/ursa/authz"
	"github.com/ursa-authz/ursa/authz/filter"
)

// The actions of methods that are given none.
const (
	actionRead   = "read"
	actionCreate = "create"
	actionUpdate = "update"
	actionDelete = "delete"
)

// ErrKeySet is returned by Insert if the database assigns the key and the row already has one.
var ErrKeySet = errors.New("sqlauthz: the key of a new row is assigned by the database")

// A Conn runs the statements of a Repository: a *sql.DB, *sql.Conn or *sql.Tx, or what embeds
// one, as sqlx does.
type Conn interface {
	QueryContext(ctx context.Context, query string, args ...any) (*sql.Rows, error)
	ExecContext(ctx context.Context, query string, args ...any) (sql.Result, error)
}

// A Repository reads and writes the rows of the type T for the actor in the context. Its errors
// are:
//
//   - authz.ErrNotFound (and sql.ErrNoRows) for rows that do not exist or that the actor may not
//     know of,
//   - authz.ErrForbidden if the policy denies the action,
//   - ErrKeySet,
//   - authz.ErrUndecided if the policy or the database could not answer. That includes a write
//     that the database rejects, because of a unique index for instance; errors.As finds the
//     driver's error.
//
// Rows that are deleted softly do not exist. It is safe for concurrent use, unless it is that of
// a transaction.
type Repository[T any] struct {
	tr     *Translator
	conn   Conn
	action string // that every method authorizes; empty for each method's own
}

// NewRepository returns the repository of a type that has a table with a key. If it has none,
// the methods return authz.ErrUndecided.
func NewRepository[T any](tr *Translator, conn Conn) *Repository[T] {
	return &Repository[T]{tr: tr, conn: conn}
}

// With returns the repository on another connection. On a transaction, its methods do not begin
// their own, and a failed write rolls the transaction back.
func (r *Repository[T]) With(conn Conn) *Repository[T] {
	return &Repository[T]{tr: r.tr, conn: conn, action: r.action}
}

// WithAction returns the repository whose methods all authorize action. Without it, the methods
// that read authorize "read", and Insert, Update and Delete authorize "create", "update" and
// "delete". It panics if action is empty.
func (r *Repository[T]) WithAction(action string) *Repository[T] {
	if action == "" {
		panic("sqlauthz: WithAction needs an action")
	}
	return &Repository[T]{tr: r.tr, conn: r.conn, action: action}
}

// A visit is the state of one call of a repository.
type visit struct {
	question
	schema *Schema
	table  *table
	conn   Conn
}

func (r *Repository[T]) visit(ctx context.Context) (*visit, error) {
	t := r.tr.schema.byType[reflect.TypeFor[T]()]
	switch {
	case t == nil:
		return nil, answer.Undecided(reflect.TypeFor[T]().String()+" has no table", nil)
	case len(t.Key) == 0:
		return nil, answer.Undecided("the table "+t.Name+" has no key (tag a field with the option key)", nil)
	case r.conn == nil:
		return nil, answer.Undecided("the repository has no connection", nil)
	}
	q, err := r.tr.question(ctx)
	if err != nil {
		return nil, err
	}
	v := &visit{question: q, schema: r.tr.schema, table: t, conn: r.conn}
	v.ctx = WithHandle(q.ctx, Query(r.conn.QueryContext))
	return v, nil
}

// Get returns the row with that key, if the actor may read it. A key is a value of the key
// field's type; for a key of several fields, a []any in their order.
func (r *Repository[T]) Get(ctx context.Context, key any) (*T, error) {
	v, err := r.visit(ctx)
	if err != nil {
		return nil, err
	}
	row, err := v.row(key, "")
	if err != nil {
		return nil, err
	}
	if err := v.authorize(cmp.Or(r.action, actionRead), row); err != nil {
		return nil, err
	}
	return row.(*T), nil
}

// Load returns the row with that key, without a decision, to a guard that is about to make one:
// in the load function of nethttp.Guard or of a guard of another adapter, or of authz.Load. The
// guard's action is then the only question about the row. Anywhere else the error is
// authz.ErrUndecided, and the database is not asked: use Get. Load ignores WithAction. Its other
// errors and its keys are those of Get.
//
// The guard decides with its own context. If the decision has to fetch from the connection of the
// repository, such as a transaction, put that into the context with [WithHandle].
func (r *Repository[T]) Load(ctx context.Context, key any) (*T, error) {
	v, err := r.visit(ctx)
	if err != nil {
		return nil, err
	}
	if err := answer.ForGuard(ctx, "Get"); err != nil {
		return nil, err
	}
	row, err := v.row(key, "")
	if err != nil {
		return nil, err
	}
	return row.(*T), nil
}

// authorize authorizes an action on a stored row.
func (v *visit) authorize(action string, row any) error {
	return answer.Hide(v.az.Authorize(v.ctx, v.actor, action, row), sql.ErrNoRows)
}

// authorizeNew authorizes an action on a row that does not exist outside of the transaction. Its
// denial hides nothing, so it is never authz.ErrNotFound.
func (v *visit) authorizeNew(action string, row any) error {
	err := v.az.Authorize(v.ctx, v.actor, action, row)
	if denied := (*authz.DeniedError)(nil); errors.As(err, &denied) {
		return denied.AsForbidden()
	}
	return err
}

// authorizeChange authorizes what an action has made of a row.
func (v *visit) authorizeChange(action string, before, after any) error {
	changer, ok := v.az.(interface {
		AuthorizeChange(ctx context.Context, actor any, action string, before, after any) error
	})
	if !ok {
		return v.authorize(action, after)
	}
	return answer.Hide(changer.AuthorizeChange(v.ctx, v.actor, action, before, after), sql.ErrNoRows)
}

// authorizeFields authorizes that an update writes columns of a stored row: those that were named, or
// those in which the given row differs.
func (v *visit) authorizeFields(action string, stored, given any, columns []*column, named bool) error {
	f := answer.Fielder(v.az, stored)
	if f == nil {
		return nil
	}
	fields := make([]string, len(columns))
	for i, c := range columns {
		fields[i] = c.Field
	}
	if !named {
		fields = answer.Changed(v.table.rows, fields, stored, given)
	}
	return answer.Hide(f.AuthorizeFields(v.ctx, v.actor, action, []any{stored}, fields...), sql.ErrNoRows)
}

// row reads the row with that key, a pointer to a struct. The suffix of the statement locks it.
func (v *visit) row(key any, suffix string) (any, error) {
	k, err := v.schema.Key(v.table.Type, key)
	if err != nil {
		return nil, err
	}
	return v.stored(k, suffix)
}

// stored is row for a key that has been checked.
func (v *visit) stored(key filter.Value, suffix string) (any, error) {
	p, err := v.schema.HasKey(v.table.Type, []filter.Value{key})
	if err != nil {
		return nil, answer.Filter(err)
	}
	c, err := v.schema.write(p, v.table, "", "", options{})
	if err != nil {
		return nil, err
	}
	rows, err := v.read(c, suffix)
	switch {
	case err != nil:
		return nil, err
	case len(rows) == 0:
		return nil, answer.NotFound(sql.ErrNoRows, nil)
	case len(rows) > 1:
		return nil, answer.Undecided("several rows have the same key", nil)
	}
	return rows[0].Interface(), nil
}

// read reads the rows for which a condition is true, as pointers to structs.
func (v *visit) read(c Condition, suffix string) ([]reflect.Value, error) {
	if c.SQL == "FALSE" {
		return nil, nil
	}
	w := &textWriter{d: v.schema.d, table: v.table.Name}
	w.WriteSQL("SELECT ")
	columnsOf(v.table, "").write(w)
	w.WriteSQL(" FROM ")
	w.WriteTable(v.table.Name)
	var rows []reflect.Value
	err := Query(v.conn.QueryContext).each(v.ctx, w.b.String()+" WHERE "+c.SQL+suffix, c.Args, func(scan func(...any) error) error {
		row := reflect.New(v.table.Type)
		rows = append(rows, row)
		return v.table.scanRow(scan, row)
	})
	if err != nil {
		return nil, err
	}
	return rows, nil
}

// Insert authorizes "create" on the row as given, inserts it, and authorizes "create" on the row
// as stored, all in one transaction. A denial is always authz.ErrForbidden. Then the row's columns
// are those that are stored, with what the database has assigned. If Insert returns an error, the
// row is unchanged. Relations are not written.
func (r *Repository[T]) Insert(ctx context.Context, row *T) error {
	v, err := r.visit(ctx)
	if err != nil {
		return err
	}
	if row == nil {
		return answer.Undecided("no row to insert", nil)
	}
	given := reflect.ValueOf(row)
	for _, name := range v.table.Key {
		col := v.table.byName[name]
		if f, ok := valueAt(given.Elem(), col.index); col.Auto && ok && !f.IsZero() {
			return ErrKeySet
		}
	}
	action := cmp.Or(r.action, actionCreate)
	var stored any
	err = v.write(func(v *visit) error {
		if err := v.authorizeNew(action, row); err != nil {
			return err
		}
		key, err := v.insert(given)
		if err != nil {
			return err
		}
		if stored, err = v.written(key); err != nil {
			return err
		}
		return v.authorizeNew(action, stored)
	})
	if err != nil {
		return err
	}
	v.table.copyColumns(given, reflect.ValueOf(stored))
	return nil
}

// Update authorizes "update" on the stored row with the key of the given one, writes the named
// fields, or all columns, and authorizes "update" on what has become of the row: with
// authz.Config.ChangeRule on the change, otherwise on the row as it is then. All this happens in
// one transaction, with the row locked. Fields are named by Go name or column. Keys, columns that
// the database assigns, the column of a soft delete and relations are not written. If the policy has
// rules allow_field that may be about the type, each named field is authorized by them, or without
// names each that differs from the stored row, on the stored row. Then the row's
// columns are those that are stored. If Update returns an error, the row is unchanged.
func (r *Repository[T]) Update(ctx context.Context, row *T, fields ...string) error {
	v, err := r.visit(ctx)
	if err != nil {
		return err
	}
	if row == nil {
		return answer.Undecided("no row to update", nil)
	}
	columns, err := v.table.updated(fields)
	if err != nil {
		return err
	}
	key, err := v.table.rows.KeyOf(row)
	if err != nil {
		return answer.Filter(err)
	}
	given, action := reflect.ValueOf(row), cmp.Or(r.action, actionUpdate)
	var after any
	err = v.write(func(v *visit) error {
		before, err := v.stored(key, v.schema.d.locking)
		if err != nil {
			return err
		}
		if err := v.authorize(action, before); err != nil {
			return err
		}
		if err := v.authorizeFields(action, before, row, columns, len(fields) > 0); err != nil {
			return err
		}
		if err := v.update(key, columns, func(c *column) any { return argumentOf(given.Elem(), c) }); err != nil {
			return err
		}
		if after, err = v.written(key); err != nil {
			return err
		}
		return v.authorizeChange(action, before, after)
	})
	if err != nil {
		return err
	}
	v.table.copyColumns(given, reflect.ValueOf(after))
	return nil
}

// Delete authorizes "delete" on the row with that key and deletes it, softly if the table says so,
// in one transaction with the row locked.
func (r *Repository[T]) Delete(ctx context.Context, key any) error {
	v, err := r.visit(ctx)
	if err != nil {
		return err
	}
	k, err := v.schema.Key(v.table.Type, key)
	if err != nil {
		return err
	}
	return v.write(func(v *visit) error {
		stored, err := v.stored(k, v.schema.d.locking)
		if err != nil {
			return err
		}
		if err := v.authorize(cmp.Or(r.action, actionDelete), stored); err != nil {
			return err
		}
		return v.delete(k)
	})
}

// written reads a row back after it was written.
func (v *visit) written(key filter.Value) (any, error) {
	// A row that already had the new values may be read in an older state, unless it is locked.
	stored, err := v.stored(key, v.schema.d.locking)
	if errors.Is(err, authz.ErrNotFound) {
		// This is not about a row that the caller asked for: the written row was deleted, or has
		// another key.
		return nil, answer.Undecided("the row was not found after it was written", nil)
	}
	return stored, err
}

// write calls f in a transaction: that of the visit, or a new one. If f fails, nothing is
// committed.
func (v *visit) write(f func(*visit) error) error {
	inner := *v
	b, ok := v.conn.(Beginner)
	if !ok {
		tx, ok := v.conn.(interface{ Rollback() error })
		if !ok {
			return answer.Undecided(fmt.Sprintf("a write through a %T, which is not a transaction and cannot begin one", v.conn), nil)
		}
		inner.lockRelated()
		err := v.schema.CheckSnapshot(v.ctx, Query(v.conn.QueryContext))
		if err == nil {
			err = f(&inner)
		}
		if err != nil {
			tx.Rollback()
		}
		return err
	}
	return Tx(v.ctx, b, nil, func(_ context.Context, tx *sql.Tx) error {
		inner.conn = tx
		inner.lockRelated()
		return f(&inner)
	})
}

// lockRelated makes the decisions of a visit fetch in its transaction, and what is stored now.
func (v *visit) lockRelated() {
	h := Query(v.conn.QueryContext)
	h.locks = true
	v.ctx = WithHandle(v.ctx, h)
}
