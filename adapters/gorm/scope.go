package gormauthz

// This file defines the marks by which a statement asks to be authorized.
//
// A mark is a setting of the statement, and nothing is added to its conditions
// when it is made: what an application adds afterwards, with Or for instance,
// would stand beside it. The plugin finds the mark when the statement is built.
// The mark also leaves a guard among the conditions, which the plugin takes out
// again: where it is built after all, because the condition was carried to a
// statement without the mark, the statement fails.

import (
	"strings"

	"gorm.io/gorm"
	"gorm.io/gorm/clause"
)

// markKey is the name of the setting that holds a mark.
const markKey = "gormauthz:mark"

// A mark asks for a statement to be authorized for an action.
type mark struct{ action string }

// Authorized returns a scope that restricts a statement to the rows on which the
// actor in its context may do action:
//
//	db.WithContext(ctx).Scopes(gormauthz.Authorized("read")).Where(a).Or(b).Find(&rows)
//
// It belongs into Scopes, wherever in the chain that is, and holds for Find,
// First, Take, Last, Count, Pluck, Scan, Row, Rows, FindInBatches, Create, Update
// and Delete. Rows that come along by Joins and Preload are restricted to those
// the actor may "read", each by the policy for its own class. Subqueries and raw
// joins are restricted only if they are marked themselves, or by Enforce. An
// update or delete affects the rows on which action is allowed and locks them
// first; an update or create after which a row is no longer allowed fails and is
// rolled back. Raw SQL, upserts, tables and models that are not registered are
// refused, as is everything if the plugin is missing.
func Authorized(action string) func(*gorm.DB) *gorm.DB {
	return func(db *gorm.DB) *gorm.DB {
		if err := checkMark(db, action); err != nil {
			refuse(db.Statement, err)
			afterRow(db) // which the plugin does, if there is one
			return db
		}
		return db.Set(markKey, mark{action}).Clauses(clause.Where{Exprs: []clause.Expression{guard{}}})
	}
}

// AuthorizedStmt is Authorized for the generic interface:
//
//	gorm.G[Expense](db).Scopes(gormauthz.AuthorizedStmt("read")).Find(ctx)
func AuthorizedStmt(action string) func(*gorm.Statement) {
	return func(stmt *gorm.Statement) {
		if err := checkMark(stmt.DB, action); err != nil {
			refuse(stmt, err)
			return
		}
		stmt.Settings.Store(markKey, mark{action})
		stmt.AddClause(clause.Where{Exprs: []clause.Expression{guard{}}})
	}
}

func checkMark(db *gorm.DB, action string) error {
	switch {
	case pluginOf(db) == nil:
		return undecided("the database handle has no plugin: db.Use(gormauthz.New(az))", nil)
	case action == "":
		return undecided("a statement is to be authorized for no action", nil)
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
		stmt.AddError(undecided("the condition of gormauthz.Authorized reached a statement that is not marked itself: give the scope to the statement, not to a condition", nil))
	}
	b.WriteString("1=0 authorization refused")
}

// A group is what an application has put behind WHERE, in parentheses.
type group struct{ exprs []clause.Expression }

// Build writes the conditions, and makes the statement fail if they would break
// out of the parentheses.
func (g group) Build(b clause.Builder) {
	stmt, ok := b.(*gorm.Statement)
	if !ok {
		b.WriteString("1=0")
		return
	}
	b.WriteByte('(')
	begin := stmt.SQL.Len()
	clause.Where{Exprs: g.exprs}.Build(stmt)
	if !balanced(stmt.SQL.String()[begin:], dialect(stmt.Dialector.Name())) {
		stmt.AddError(undecided("a condition has unbalanced parentheses, an open quote or a comment", nil))
		b.WriteString(") authorization refused")
	}
	b.WriteByte(')')
}

// balanced reports whether the parentheses and quotes of a condition are closed,
// and nothing in it can swallow what follows. It does not know all of SQL, and
// says no when in doubt.
func balanced(sql string, d dialect) bool {
	depth := 0
	for i := 0; i < len(sql); i++ {
		switch c := sql[i]; c {
		case '\'', '"', '`':
			end := i + 1
			for end < len(sql) && sql[end] != c {
				if sql[end] == '\\' && c != '`' {
					switch {
					case d == mysql:
						end++
					case d == postgres && i > 0 && (sql[i-1] == 'E' || sql[i-1] == 'e'): // E'\''
						return false
					}
				}
				end++
			}
			if end >= len(sql) {
				return false
			}
			i = end
		case '[':
			if d == sqlite { // which quotes names in brackets, too
				end := strings.IndexByte(sql[i:], ']')
				if end < 0 {
					return false
				}
				i += end
			}
		case '$': // $1 is a parameter; $$ and $tag$ are PostgreSQL's quotes
			if d == postgres && (i+1 == len(sql) || sql[i+1] < '0' || sql[i+1] > '9') {
				return false
			}
		case '(':
			depth++
		case ')':
			if depth--; depth < 0 {
				return false
			}
		case ';':
			return false
		case '#':
			if d == mysql {
				return false
			}
		case '-', '/':
			if i+1 < len(sql) && (c == '-' && sql[i+1] == '-' || c == '/' && sql[i+1] == '*') {
				return false
			}
		}
	}
	return depth == 0
}

// conditions returns what an application has put behind WHERE, without guards.
// What cannot be taken into parentheses is an error.
func conditions(stmt *gorm.Statement) ([]clause.Expression, error) {
	c, ok := stmt.Clauses["WHERE"]
	if !ok {
		return nil, nil
	}
	if c.Builder != nil || c.BeforeExpression != nil || c.AfterNameExpression != nil || c.AfterExpression != nil {
		return nil, undecided("a WHERE with expressions before or after its conditions cannot be authorized", nil)
	}
	where, ok := c.Expression.(clause.Where)
	if !ok && c.Expression != nil {
		return nil, undecided("a WHERE that is no clause.Where cannot be authorized", nil)
	}
	var exprs []clause.Expression
	for _, e := range where.Exprs {
		if _, ok := e.(guard); !ok {
			exprs = append(exprs, e)
		}
	}
	return exprs, nil
}

// takeGuards takes the guards of marks out, before GORM and others regroup the
// conditions.
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

// restrict puts a condition beside those of the application.
func restrict(stmt *gorm.Statement, cond clause.Expression) error {
	exprs, err := conditions(stmt)
	if err != nil {
		return err
	}
	next := []clause.Expression{cond}
	if len(exprs) > 0 {
		next = []clause.Expression{group{exprs}, cond}
	}
	stmt.Clauses["WHERE"] = clause.Clause{Name: "WHERE", Expression: clause.Where{Exprs: next}}
	return nil
}

// refuse makes a statement fail. A subquery's error does not reach the statement
// around it, so that what it leaves in its place must not be SQL.
func refuse(stmt *gorm.Statement, err error) {
	stmt.AddError(err)
	if stmt.SQL.Len() == 0 {
		stmt.SQL.WriteString("authorization refused")
	}
}
