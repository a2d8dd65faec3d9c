package gormauthz

// This file defines the marks of statements that must be authorized.
//
// A mark is a setting of the statement. Making it adds no conditions, because conditions
// that the application adds later, with Or for instance, would bypass them. The plugin
// finds the mark when the statement is built. The mark also leaves a guard among the
// conditions, which the plugin removes. If the condition was moved to a statement without
// the mark, the guard is built after all, and the statement fails.

import (
	"maps"
	"runtime"

	"gorm.io/gorm"
	"gorm.io/gorm/clause"

	sqlauthz "github.com/ursa-authz/ursa/adapters/sql"
)

// markKey is the name of the setting that holds a mark.
const markKey = "gormauthz:mark"

// A mark requires that a statement is authorized for an action.
type mark struct{ action string }

// Authorized returns a scope that restricts a statement to the rows on which the actor in
// its context may do action:
//
//	db.WithContext(ctx).Scopes(gormauthz.Authorized("read")).Where(a).Or(b).Find(&rows)
//
// Pass it to Scopes, anywhere in the chain. It applies to Find, First, Take, Last, Count,
// Pluck, Scan, Row, Rows, FindInBatches, Create, Update and Delete.
//
//   - Rows that Joins and Preload add are restricted to those that the actor may "read", each
//     by the policy for its own class.
//   - Statements that GORM or a hook makes of it, to save associations for instance, are
//     authorized as with Enforce. Association("Tags").Delete, Clear, and Replace with
//     nothing are not among them, because GORM runs them without the scopes.
//   - Subqueries and raw joins are restricted only if they are marked themselves, or by
//     Enforce.
//   - An update or delete affects the rows on which action is allowed, and locks them first.
//   - An update or create fails and is rolled back if the policy does not allow action on one
//     of its rows afterwards.
//   - Raw SQL, upserts, and tables and models that are not registered fail. So does every
//     statement if the handle has no plugin.
//
// A scope that is passed to a condition, as in db.Where(db.Scopes(visible)), must not mark:
// GORM drops the scopes that it adds. If visible calls Authorized, Authorized panics, with an
// error that is authz.ErrUndecided: the statement around it would run without the mark, and
// Authorized has no other way to fail it.
func Authorized(action string) func(*gorm.DB) *gorm.DB {
	if inCondition() {
		panic(undecided("gormauthz.Authorized was called while GORM builds a condition, whose scopes it drops (pass the scope to the statement itself)", nil))
	}
	return func(db *gorm.DB) *gorm.DB {
		if err := checkMark(db, action); err != nil {
			refuse(db.Statement, err)
			afterRow(db) // the plugin does, if there is one
			return db
		}
		tx := db.Set(markKey, mark{action}).Clauses(clause.Where{Exprs: []clause.Expression{guard{}}})
		enforceCaused(tx)
		return tx
	}
}

// AuthorizedStmt is Authorized for GORM's generic interface:
//
//	gorm.G[Expense](db).Scopes(gormauthz.AuthorizedStmt("read")).Find(ctx)
func AuthorizedStmt(action string) func(*gorm.Statement) {
	if inCondition() {
		panic(undecided("gormauthz.AuthorizedStmt was called while GORM builds a condition, whose scopes it drops (pass the scope to the statement itself)", nil))
	}
	return func(stmt *gorm.Statement) {
		if err := checkMark(stmt.DB, action); err != nil {
			refuse(stmt, err)
			return
		}
		stmt.Settings.Store(markKey, mark{action})
		enforceCaused(stmt.DB)
		stmt.AddClause(clause.Where{Exprs: []clause.Expression{guard{}}})
	}
}

const broadKey = "gormauthz:broad"

// Broad is a scope that says that the actor may see a large part of the table:
//
//	db.WithContext(ctx).Scopes(gormauthz.Authorized("read"), gormauthz.Broad).Order("created_at DESC").Limit(50).Find(&rows)
//
// It never changes which rows the statement returns, but the form of the condition, as
// sqlauthz.Broad does, for the statement and its preloads. Without it, a condition with several
// ways to be allowed is fast for actors with up to some thousand rows.
func Broad(db *gorm.DB) *gorm.DB { return db.Set(broadKey, true) }

// shapeOf returns the options of a statement's condition.
func shapeOf(stmt *gorm.Statement) []sqlauthz.Option {
	if _, ok := stmt.Settings.Load(broadKey); ok {
		return []sqlauthz.Option{sqlauthz.Broad()}
	}
	return nil
}

// enforceCaused makes the handle of a marked statement enforcing. GORM derives from it the
// sessions of the statements that the marked one causes, to save associations for
// instance, without the settings of the statement.
func enforceCaused(db *gorm.DB) {
	p := pluginOf(db)
	if p.enforce {
		return
	}
	config := *db.Config
	config.Plugins = maps.Clone(config.Plugins)
	config.Plugins[pluginName] = &Plugin{az: p.az, enforce: true}
	db.Config = &config
}

// hasMarkedSubquery reports whether a subquery among the conditions of a statement is
// marked. The generic interface of GORM makes a subquery of the marked statement in the
// writes of associations, which have no mark.
func hasMarkedSubquery(stmt *gorm.Statement) bool {
	where, _ := stmt.Clauses["WHERE"].Expression.(clause.Where)
	for _, e := range where.Exprs {
		expr, _ := e.(clause.Expr)
		for _, v := range expr.Vars {
			if sub, ok := v.(*gorm.DB); ok {
				if _, ok := markOf(sub.Statement); ok {
					return true
				}
			}
		}
	}
	return false
}

// inCondition reports whether its caller's caller runs in a scope of a condition. GORM runs
// these scopes once, and drops those that they add, so that nothing is left of a mark but the
// call that made it.
func inCondition() bool {
	const near = 32 // frames; a scope is called by GORM itself
	var pcs [near]uintptr
	// Frames has the functions that were inlined too.
	frames := runtime.CallersFrames(pcs[:runtime.Callers(3, pcs[:])])
	for more := true; more; {
		var f runtime.Frame
		if f, more = frames.Next(); f.Function == "gorm.io/gorm.(*Statement).BuildCondition" {
			return true
		}
	}
	return false
}

func checkMark(db *gorm.DB, action string) error {
	switch {
	case pluginOf(db) == nil:
		return undecided("the database handle has no plugin (call db.Use(gormauthz.New(az)))", nil)
	case action == "":
		return undecided("gormauthz.Authorized got an empty action", nil)
	}
	return nil
}

// markOf returns the mark of a statement.
func markOf(stmt *gorm.Statement) (mark, bool) {
	x, _ := stmt.Settings.Load(markKey)
	m, ok := x.(mark)
	return m, ok
}

// A guard is a condition that must not be built.
type guard struct{}

// Build makes the statement fail.
func (guard) Build(b clause.Builder) {
	if stmt, ok := b.(*gorm.Statement); ok {
		stmt.AddError(undecided("the condition of gormauthz.Authorized was moved to another statement (pass the scope to the statement itself, not to a condition)", nil))
	}
	b.WriteString("1=0 authorization refused")
}

// A group is the application's WHERE conditions, in parentheses.
type group struct{ exprs []clause.Expression }

// Build writes the conditions. It makes the statement fail if they would close the
// parentheses.
func (g group) Build(b clause.Builder) {
	stmt, ok := b.(*gorm.Statement)
	if !ok {
		b.WriteString("1=0")
		return
	}
	b.WriteByte('(')
	begin := stmt.SQL.Len()
	clause.Where{Exprs: g.exprs}.Build(stmt)
	if !balanced(stmt.SQL.String()[begin:], dialectOf(stmt.DB)) {
		stmt.AddError(undecided("a condition has unbalanced parentheses, an unclosed quote or a comment", nil))
		b.WriteString(") authorization refused")
	}
	b.WriteByte(')')
}

// conditions returns the application's WHERE conditions, without guards. It returns an
// error for conditions that cannot be put in parentheses.
func conditions(stmt *gorm.Statement) ([]clause.Expression, error) {
	c, ok := stmt.Clauses["WHERE"]
	if !ok {
		return nil, nil
	}
	if c.Builder != nil || c.BeforeExpression != nil || c.AfterNameExpression != nil || c.AfterExpression != nil {
		return nil, undecided("a WHERE clause with expressions before or after its conditions cannot be authorized", nil)
	}
	where, ok := c.Expression.(clause.Where)
	if !ok && c.Expression != nil {
		return nil, undecided("a WHERE clause other than clause.Where cannot be authorized", nil)
	}
	var exprs []clause.Expression
	for _, e := range where.Exprs {
		if _, ok := e.(guard); !ok {
			exprs = append(exprs, e)
		}
	}
	return exprs, nil
}

// takeGuards removes the guards of marks before GORM and others regroup the conditions.
func takeGuards(stmt *gorm.Statement) error {
	exprs, err := conditions(stmt)
	if err != nil {
		return err
	}
	delete(stmt.Clauses, "WHERE")
	if len(exprs) > 0 {
		stmt.Clauses["WHERE"] = clause.Clause{Name: "WHERE", Expression: clause.Where{Exprs: exprs}}
	}
	return nil
}

// restrict puts the conditions of the application in parentheses, and adds others.
func restrict(stmt *gorm.Statement, conds ...clause.Expression) error {
	exprs, err := conditions(stmt)
	if err != nil {
		return err
	}
	var next []clause.Expression
	if len(exprs) > 0 {
		next = append(next, group{exprs})
	}
	next = append(next, conds...)
	if len(next) == 0 {
		delete(stmt.Clauses, "WHERE")
		return nil
	}
	stmt.Clauses["WHERE"] = clause.Clause{Name: "WHERE", Expression: clause.Where{Exprs: next}}
	return nil
}

// refuse makes a statement fail. A subquery's error does not reach the statement around
// it, so refuse leaves text that is not valid SQL.
func refuse(stmt *gorm.Statement, err error) {
	stmt.AddError(err)
	if stmt.SQL.Len() == 0 {
		stmt.SQL.WriteString("authorization refused")
	}
}
