package gormauthz

// This file defines how the plugin authorizes writes.
//
// An update or delete is turned into one by key. First the rows that it would affect and
// that the policy allows are selected, and locked if the database can. Then the statement
// affects exactly these rows, even if its condition now matches others. After an update,
// all of them must still be allowed in their new state, or by the rule about changes (see
// change.go). A create is authorized with the
// values to be inserted, and again with the rows as stored. If that fails, the
// transaction is rolled back, even if the caller began it: with a savepoint, the caller
// could keep half of the work.

import (
	"context"
	"errors"
	"fmt"
	"reflect"
	"slices"

	"gorm.io/gorm"
	"gorm.io/gorm/clause"

	"github.com/ursa-authz/ursa/adapters/internal/answer"
	sqlauthz "github.com/ursa-authz/ursa/adapters/sql"
	"github.com/ursa-authz/ursa/authz"
	"github.com/ursa-authz/ursa/authz/filter"
)

// maxClaim is the number of rows that one statement may update or delete. Their keys are
// parameters, of which SQLite accepts 32,766, for keys of up to three columns.
const maxClaim = 10_000

// A claim is the rows that a write is authorized to affect.
type claim struct {
	model   *model
	action  string
	keys    []filter.Value // keys of the rows to be updated
	allowed predicate      // the condition that they must satisfy afterwards
	before  []any          // the rows as they were locked, if there is a rule about changes
	rows    []any          // rows to be created

	links *joinTable // of a write to a join table that has no registered model
	ends  []*claim   // on the rows that its rows link
}

const claimKey = "gormauthz:claim"

// claimOf returns the claim of a statement, or nil.
func claimOf(db *gorm.DB) *claim {
	x, _ := db.InstanceGet(claimKey)
	c, _ := x.(*claim)
	return c
}

// beforeWrite checks the requirements of every write.
func (p *Plugin) beforeWrite(db *gorm.DB, action string) (*claim, bool) {
	stmt := db.Statement
	action, ok := p.begin(stmt, action)
	if hasBarrier(stmt) {
		refuse(stmt, errNoBarrier)
		return nil, false
	}
	if !ok {
		if hasMarkedSubquery(stmt) {
			refuse(stmt, undecided("a write that is not marked cannot have a marked subquery", nil))
		}
		return nil, false
	}
	var m *model
	var err error
	links := modelsOf(db).linked(stmt)
	if links != nil {
		m = links.rows
		if _, marked := markOf(stmt); !marked {
			action = actionUpdate // of the rows that are linked
		}
	} else {
		m, err = p.modelOf(stmt)
	}
	switch {
	case err != nil:
	case stmt.SQL.Len() > 0:
		err = undecided("raw SQL cannot be authorized"+explicitly, nil)
	case len(m.key) == 0:
		err = undecided("a write to a model without a primary key cannot be authorized"+explicitly, nil)
	case stmt.TableExpr != nil && !isInSchema(stmt, m.schema), len(stmt.Joins) > 0, !isPlain(stmt):
		err = undecided("a write with joins, table expressions or modifiers cannot be authorized"+explicitly, nil)
	case !inTransaction(db) && !db.DryRun:
		err = undecided("a write outside a transaction cannot be authorized, because it could not be rolled back", nil)
	}
	for _, check := range []func() error{
		func() error { return checkBuild(stmt, writeClauses) },
		func() error { return checkClauses(stmt, writeClauses) },
		func() error { return checkReturning(stmt) },
	} {
		if err == nil {
			err = check()
		}
	}
	if err == nil && !hasOwnTransaction(db) && !db.DryRun {
		err = modelsOf(db).checkSnapshot(stmt.Context, db)
	}
	if err != nil {
		refuse(stmt, err)
		return nil, false
	}
	return &claim{model: m, action: action, links: links}, true
}

// isPlain reports whether a write is on the model's table alone, and inserts only new
// rows. The clauses with which GORM begins a write can name another table, or make an
// INSERT OR REPLACE, which is an upsert.
func isPlain(stmt *gorm.Statement) bool {
	for _, name := range []string{"INSERT", "UPDATE", "DELETE", "FROM"} {
		c := stmt.Clauses[name]
		switch x := c.Expression.(type) {
		case nil:
		case clause.Insert:
			if x != (clause.Insert{}) {
				return false
			}
		case clause.Update:
			if x != (clause.Update{}) {
				return false
			}
		case clause.Delete:
			if x != (clause.Delete{}) {
				return false
			}
		case clause.From:
			if len(x.Tables)+len(x.Joins) > 0 {
				return false
			}
		default:
			return false
		}
	}
	return true
}

// beforeCreate authorizes the values that are to be inserted.
func (p *Plugin) beforeCreate(db *gorm.DB) {
	stmt := db.Statement
	c, ok := p.beforeWrite(db, actionCreate)
	if !ok {
		return
	}
	if _, ok := stmt.Clauses["ON CONFLICT"]; ok {
		if !leavesStored(db) {
			refuse(stmt, undecided("an upsert, as Save makes it for a row that is not stored, cannot be authorized"+explicitly, nil))
		}
		return
	}
	rows, err := structs(stmt.ReflectValue, c.model)
	if err != nil {
		refuse(stmt, err)
		return
	}
	q, err := writeQuestionOf(stmt)
	if err != nil {
		refuse(stmt, err)
		return
	}
	if c.links != nil {
		if err := c.claimLinks(db, q, rows); err != nil {
			refuse(stmt, err)
			return
		}
		db.InstanceSet(claimKey, c)
		return
	}
	for _, row := range rows {
		if err := q.authorizeNew(c.action, row); err != nil {
			refuse(stmt, err)
			return
		}
	}
	c.rows = rows
	db.InstanceSet(claimKey, c)
}

// structs returns pointers to the models in a struct, slice or array.
func structs(rv reflect.Value, m *model) ([]any, error) {
	refused := undecided(fmt.Sprintf("a %s cannot be authorized as a new %s"+explicitly, rv.Kind(), m.typ), nil)
	one := func(v reflect.Value) any {
		for v.Kind() == reflect.Pointer && !v.IsNil() {
			v = v.Elem()
		}
		if v.IsValid() && v.Type() == m.typ && v.CanAddr() {
			return v.Addr().Interface()
		}
		return nil
	}
	var rows []any
	switch rv.Kind() {
	case reflect.Struct:
		rows = []any{one(rv)}
	case reflect.Slice, reflect.Array:
		for i := range rv.Len() {
			rows = append(rows, one(rv.Index(i)))
		}
	default:
		return nil, refused
	}
	for _, r := range rows {
		if r == nil {
			return nil, refused
		}
	}
	return rows, nil
}

// afterCreate authorizes the rows as they are stored.
func (p *Plugin) afterCreate(db *gorm.DB) {
	c := claimOf(db)
	if c == nil || db.Error != nil || db.DryRun {
		return
	}
	p.finish(db, func() error {
		if c.links != nil {
			return c.afterLinks(db)
		}
		keys := make([]filter.Value, len(c.rows))
		for i, row := range c.rows {
			k, err := c.model.rows.KeyOf(row)
			if err != nil {
				return undecided("the key of a new row cannot be read", err)
			}
			if known, err := k.Equal(k); !known || err != nil { // zero: the database did not return it
				return undecided("the key of a new row is not known", err)
			}
			keys[i] = k
		}
		q, err := writeQuestionOf(db.Statement)
		if err != nil {
			return err
		}
		cond, err := modelsOf(db).hasKey(c.model, keys)
		if err != nil {
			return err
		}
		stored := reflect.New(reflect.SliceOf(reflect.PointerTo(c.model.typ)))
		if err := session(db, db.Statement.Context).Where(cond).Find(stored.Interface()).Error; err != nil {
			return databaseError(err)
		}
		if stored.Elem().Len() != len(keys) {
			return undecided("new rows were not found after they were inserted", nil)
		}
		for i := range stored.Elem().Len() {
			if err := q.authorizeNew(c.action, stored.Elem().Index(i).Interface()); err != nil {
				return err
			}
		}
		return c.report(db, "")
	})
}

// beforeUpdate claims the rows that may be updated.
func (p *Plugin) beforeUpdate(db *gorm.DB) {
	c, ok := p.beforeWrite(db, actionUpdate)
	if !ok {
		return
	}
	if c.links != nil {
		refuse(db.Statement, registerJoin(c.links, "if they are updated themselves"))
		return
	}
	p.claim(db, c, true)
}

// beforeDelete claims the rows that may be deleted.
func (p *Plugin) beforeDelete(db *gorm.DB) {
	c, ok := p.beforeWrite(db, actionDelete)
	if !ok {
		return
	}
	if len(db.Statement.Selects) > 0 && !p.enforce {
		refuse(db.Statement, undecided("a delete with associations is authorized in enforcing mode only"+explicitly, nil))
		return
	}
	if p.claim(db, c, false); db.Error == nil && !db.DryRun && c.links == nil {
		if err := c.report(db, ""); err != nil {
			refuse(db.Statement, err)
		}
	}
}

// claim restricts a write to the keys of allowed rows.
func (p *Plugin) claim(db *gorm.DB, c *claim, update bool) {
	if err := p.take(db, c, update); err != nil {
		refuse(db.Statement, err)
		return
	}
	db.InstanceSet(claimKey, c)
}

func (p *Plugin) take(db *gorm.DB, c *claim, update bool) error {
	stmt, ms := db.Statement, modelsOf(db)
	if c.links != nil {
		q, err := writeQuestionOf(stmt)
		if err != nil {
			return err
		}
		return c.takeLinks(db, q)
	}
	exprs, err := conditions(stmt)
	if err != nil {
		return err
	}
	named, err := namedKeys(stmt, c.model)
	if err != nil {
		return filterError(err)
	}
	if len(exprs) == 0 && named == nil && !db.AllowGlobalUpdate {
		return gorm.ErrMissingWhereClause
	}
	q, err := writeQuestionOf(stmt)
	if err != nil {
		return err
	}
	allowed, err := q.condition(ms, c.model, c.action)
	if err != nil {
		return err
	}
	if db.DryRun {
		return restrict(stmt, allowed)
	}
	c.allowed = allowed
	tx := session(db, stmt.Context).Model(reflect.New(c.model.typ).Interface()).Where(allowed)
	if len(exprs) > 0 {
		tx = tx.Where(group{exprs})
	}
	if named != nil {
		cond, err := ms.hasKey(c.model, named)
		if err != nil {
			return err
		}
		tx = tx.Where(cond)
	}
	if stmt.Unscoped {
		tx = tx.Unscoped()
	}
	if cl, ok := stmt.Clauses["ORDER BY"]; ok {
		tx.Statement.Clauses["ORDER BY"] = cl
	}
	limit, _ := stmt.Clauses["LIMIT"].Expression.(clause.Limit)
	if c.keys, err = takeKeys(tx, c.model, limit); err != nil {
		return err
	}
	if c.keys, err = stillAllowed(session(db, stmt.Context), c); err != nil {
		return err
	}
	if update && q.changer() != nil && len(c.keys) > 0 {
		if c.before, err = c.states(session(db, stmt.Context)); err != nil {
			return err
		}
	}
	taken, err := ms.hasKey(c.model, c.keys)
	if err != nil {
		return err
	}
	stmt.Clauses["WHERE"] = clause.Clause{Name: "WHERE", Expression: clause.Where{Exprs: []clause.Expression{taken}}}
	return nil
}

// namedKeys returns the keys of the values that an update or delete was given, if they
// have any: GORM turns them into conditions.
func namedKeys(stmt *gorm.Statement, m *model) ([]filter.Value, error) {
	var keys []filter.Value
	add := func(rv reflect.Value) error {
		for rv.Kind() == reflect.Pointer && !rv.IsNil() {
			rv = rv.Elem()
		}
		if !rv.IsValid() || rv.Type() != m.typ {
			return nil
		}
		zero := true
		for _, f := range m.schema.PrimaryFields {
			_, isZero := f.ValueOf(stmt.Context, rv)
			zero = zero && isZero
		}
		if zero {
			return nil
		}
		k, err := m.rows.KeyOf(rv.Interface())
		keys = append(keys, k)
		return err
	}
	for _, x := range []any{stmt.ReflectValue, stmt.Model} {
		rv, ok := x.(reflect.Value)
		if !ok {
			rv = reflect.ValueOf(x)
		}
		for rv.Kind() == reflect.Pointer && !rv.IsNil() {
			rv = rv.Elem()
		}
		if rv.Kind() != reflect.Slice && rv.Kind() != reflect.Array {
			if err := add(rv); err != nil {
				return nil, err
			}
			continue
		}
		for i := range rv.Len() {
			if err := add(rv.Index(i)); err != nil {
				return nil, err
			}
		}
	}
	return keys, nil
}

// takeKeys locks the rows of a query, up to its limit, and returns their keys.
func takeKeys(tx *gorm.DB, m *model, limit clause.Limit) ([]filter.Value, error) {
	if dialectOf(tx) != sqlauthz.SQLite {
		tx = tx.Clauses(clause.Locking{Strength: clause.LockingStrengthUpdate})
	}
	if limit.Limit == nil || *limit.Limit < 0 || *limit.Limit > maxClaim {
		limit.Limit = new(maxClaim + 1)
	}
	rows := reflect.New(reflect.SliceOf(m.typ))
	err := tx.Select(m.schema.PrimaryFieldDBNames).Clauses(limit).Find(rows.Interface()).Error
	if err != nil {
		return nil, databaseError(err)
	}
	n := rows.Elem().Len()
	if n > maxClaim {
		return nil, undecided(fmt.Sprintf("the write affects more than %d rows (split it into batches)", maxClaim), nil)
	}
	keys := make([]filter.Value, n)
	for i := range n {
		if keys[i], err = m.rows.KeyOf(rows.Elem().Index(i).Interface()); err != nil {
			return nil, filterError(err)
		}
	}
	return keys, nil
}

// stillAllowed returns the keys of locked rows that are allowed now. A PostgreSQL query
// that had to wait for a lock sees the new state of the locked row, but the old state of
// rows in other tables. It may have missed that a permission was revoked; a new query
// sees both.
func stillAllowed(tx *gorm.DB, c *claim) ([]filter.Value, error) {
	if dialectOf(tx) != sqlauthz.Postgres || len(c.keys) == 0 {
		return c.keys, nil
	}
	cond, err := modelsOf(tx).hasKey(c.model, c.keys)
	if err != nil {
		return nil, err
	}
	tx = tx.Unscoped().Model(reflect.New(c.model.typ).Interface())
	return takeKeys(tx.Where(cond).Where(c.allowed), c.model, clause.Limit{})
}

// afterUpdate authorizes the rows in their new state.
func (p *Plugin) afterUpdate(db *gorm.DB) {
	c := claimOf(db)
	if c == nil || len(c.keys) == 0 || db.Error != nil || db.DryRun {
		return
	}
	p.finish(db, func() error {
		if err := c.authorizeStored(db); err != nil {
			return err
		}
		if db.RowsAffected == 0 && slices.Contains(db.Statement.Selects, "*") {
			// MySQL counts the rows that were changed. Save, which selects all fields,
			// would insert the row if it already had these values.
			db.RowsAffected = int64(len(c.keys))
		}
		return c.report(db, "")
	})
}

// authorizeStored authorizes the rows of an update as they are stored.
func (c *claim) authorizeStored(db *gorm.DB) error {
	tx := session(db, db.Statement.Context)
	if c.before != nil {
		return c.authorizeChanges(db, tx)
	}
	taken, err := modelsOf(db).hasKey(c.model, c.keys)
	if err != nil {
		return err
	}
	var n int64
	if err := asStored(tx).Unscoped().Model(reflect.New(c.model.typ).Interface()).Where(taken).Where(c.allowed).Count(&n).Error; err != nil {
		return databaseError(err)
	}
	if n != int64(len(c.keys)) {
		return c.report(db, "rows in their new state")
	}
	return nil
}

// A writeReporter is an Authorizer that tells observers about writes, as *authz.Authorizer
// does.
type writeReporter interface {
	ReportWrite(context.Context, authz.Write) error
}

// report tells the observer about the write. It returns nil, unless denied says why the write
// is denied.
func (c *claim) report(db *gorm.DB, denied string) error {
	q, err := writeQuestionOf(db.Statement)
	if err != nil {
		return err
	}
	if r, ok := q.az.(writeReporter); ok {
		return r.ReportWrite(q.ctx, authz.Write{
			Actor: q.actor, Action: c.action, Class: authz.Class{Type: c.model.typ},
			Rows: max(len(c.keys), len(c.rows)), Denied: denied,
		})
	}
	if denied != "" {
		return answer.Forbidden(denied + " of " + c.model.rows.Name)
	}
	return nil
}

// finish calls f after a write. If f fails, the transaction is rolled back, even if the
// caller began it.
func (p *Plugin) finish(db *gorm.DB, f func() error) {
	err := f()
	if err == nil {
		return
	}
	db.AddError(err)
	if hasOwnTransaction(db) {
		return // it is rolled back at the end
	}
	if committer, ok := db.Statement.ConnPool.(gorm.TxCommitter); ok && committer != nil {
		if err := committer.Rollback(); err != nil {
			db.AddError(errors.New("gormauthz: the transaction could not be rolled back"))
		}
	}
}
