package gormauthz

// This file defines Barrier. The statement then reads from a subquery with the rows that the policy
// allows, which the database cannot merge with the conditions around it.

import (
	"gorm.io/gorm"
	"gorm.io/gorm/clause"
)

const barrierKey = "gormauthz:barrier"

// Barrier is a scope for a read whose conditions a client shapes, as in a search with operators and
// functions:
//
//	db.WithContext(ctx).Scopes(gormauthz.Authorized("read"), gormauthz.Barrier).Where(search).Find(&rows)
//
// Databases evaluate conditions in the order that they like best. A condition that fails for some
// rows, such as a division, or that takes longer, then tells of rows that the policy hides. With
// Barrier, the database evaluates the policy first, and the conditions only for allowed rows. They
// cannot use the indexes of the table.
//
// It never changes which rows the statement returns. It also holds for the statement's preloads.
// Statements that are not authorized, writes, and statements with Joins or locks fail.
func Barrier(db *gorm.DB) *gorm.DB {
	if pluginOf(db) == nil {
		refuse(db.Statement, undecided("the database handle has no plugin (call db.Use(gormauthz.New(az)))", nil))
		afterRow(db)
		return db
	}
	return db.Set(barrierKey, true)
}

// hasBarrier reports whether a statement reads through a barrier.
func hasBarrier(stmt *gorm.Statement) bool {
	_, ok := stmt.Settings.Load(barrierKey)
	return ok
}

// A barrier is a table of the rows of a model for which conditions are true.
type barrier struct {
	model *model
	conds []clause.Expression
}

var errNoBarrier = undecided("gormauthz.Barrier on a statement that is not authorized, or not a read", nil)

// raiseBarrier makes a query read the rows for which conditions are true, in place of its table.
func raiseBarrier(stmt *gorm.Statement, m *model, conds []clause.Expression) error {
	switch {
	case len(conds) == 0:
		return errNoBarrier
	case len(stmt.Joins) > 0:
		return undecided("gormauthz.Barrier does not support joins (use Preload)", nil)
	case stmt.Clauses["FOR"].Expression != nil:
		return undecided("gormauthz.Barrier does not support locks", nil)
	}
	if from, ok := stmt.Clauses["FROM"].Expression.(clause.From); ok && len(from.Joins)+len(from.Tables) > 0 {
		return undecided("gormauthz.Barrier does not support other tables", nil)
	}
	stmt.DB.InstanceSet(barrierKey, stmt.TableExpr)
	stmt.TableExpr = &clause.Expr{SQL: "?", Vars: []any{barrier{m, conds}}}
	return nil
}

// Build writes the table.
func (b barrier) Build(builder clause.Builder) {
	stmt := builder.(*gorm.Statement)
	stmt.WriteString("(SELECT * FROM ")
	stmt.WriteQuoted(clause.Table{Name: b.model.schema.Table, Alias: stmt.Table})
	stmt.WriteString(" WHERE ")
	clause.Where{Exprs: b.conds}.Build(stmt)
	if write := live(b.model.schema, stmt.Table); write != nil && !stmt.Unscoped {
		stmt.WriteString(" AND ")
		write(writer{stmt})
	}
	stmt.WriteString(dialectOf(stmt.DB).Fence() + ") ")
	stmt.WriteQuoted(clause.Table{Name: stmt.Table})
}

// lowerBarrier restores the table of a query that has run, since a program may go on with it.
func lowerBarrier(db *gorm.DB) {
	if x, ok := db.InstanceGet(barrierKey); ok {
		db.Statement.TableExpr, _ = x.(*clause.Expr)
	}
}
