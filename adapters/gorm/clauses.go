package gormauthz

// This file defines which clauses a statement may have: the plugin restricts the
// conditions, which other clauses must not bypass.

import (
	"slices"

	"gorm.io/gorm"
	"gorm.io/gorm/clause"
)

var (
	readClauses  = []string{"SELECT", "FROM", "WHERE", "GROUP BY", "ORDER BY", "LIMIT", "FOR"}
	writeClauses = []string{"INSERT", "VALUES", "ON CONFLICT", "UPDATE", "SET", "DELETE", "FROM", "WHERE", "ORDER BY", "LIMIT", "RETURNING"}
)

// checkBuild refuses a statement that is not built from the known clauses, conditions
// included. An application may set stmt.BuildClauses.
func checkBuild(stmt *gorm.Statement, known []string) error {
	create := slices.Contains(stmt.BuildClauses, "INSERT")
	seen := map[string]bool{}
	for _, name := range stmt.BuildClauses {
		if seen[name] || !slices.Contains(known, name) {
			return undecided("a statement with clauses other than GORM's cannot be authorized"+explicitly, nil)
		}
		seen[name] = true
	}
	if !create && !seen["WHERE"] {
		return undecided("a statement that is built without its conditions cannot be authorized"+explicitly, nil)
	}
	if stmt.DB.ClauseBuilders["WHERE"] != nil || stmt.DB.ClauseBuilders["FROM"] != nil {
		return undecided("a handle with a clause builder for WHERE or FROM cannot be authorized"+explicitly, nil)
	}
	return nil
}

// checkClauses refuses clauses of other types than GORM's own, with builders of their
// own, or with expressions around them, such as gorm.io/hints adds.
func checkClauses(stmt *gorm.Statement, known []string) error {
	for _, name := range known {
		c, ok := stmt.Clauses[name]
		if !ok {
			continue
		}
		if c.Builder != nil || c.BeforeExpression != nil || c.AfterNameExpression != nil || c.AfterExpression != nil || !isKnown(name, c.Expression) {
			return undecided("the clause "+name+" with a builder or expressions of its own cannot be authorized"+explicitly, nil)
		}
	}
	return nil
}

// isKnown reports whether an expression is what GORM itself puts into a clause.
func isKnown(name string, e clause.Expression) (ok bool) {
	if e == nil {
		return true
	}
	switch name {
	case "SELECT":
		switch e.(type) {
		case clause.Select, clause.Expr, clause.NamedExpr, clause.CommaExpression: // Count makes an Expr
			ok = true
		}
	case "FROM":
		_, ok = e.(clause.From)
	case "WHERE":
		_, ok = e.(clause.Where)
	case "GROUP BY":
		_, ok = e.(clause.GroupBy)
	case "ORDER BY":
		_, ok = e.(clause.OrderBy)
	case "LIMIT":
		_, ok = e.(clause.Limit)
	case "FOR":
		var l clause.Locking
		l, ok = e.(clause.Locking)
		ok = ok && slices.Contains([]string{"", clause.LockingStrengthUpdate, clause.LockingStrengthShare, "NO KEY UPDATE", "KEY SHARE"}, l.Strength) &&
			slices.Contains([]string{"", clause.LockingOptionsSkipLocked, clause.LockingOptionsNoWait}, l.Options) && !l.Table.Raw
	case "INSERT":
		_, ok = e.(clause.Insert)
	case "VALUES":
		_, ok = e.(clause.Values)
	case "ON CONFLICT":
		_, ok = e.(clause.OnConflict)
	case "UPDATE":
		_, ok = e.(clause.Update)
	case "SET":
		_, ok = e.(clause.Set)
	case "DELETE":
		_, ok = e.(clause.Delete)
	case "RETURNING":
		_, ok = e.(clause.Returning)
	}
	return ok
}

// checkReturning refuses a RETURNING that names anything but columns of the model.
func checkReturning(stmt *gorm.Statement) error {
	r, _ := stmt.Clauses["RETURNING"].Expression.(clause.Returning)
	for _, c := range r.Columns {
		if c == (clause.Column{Name: "*"}) {
			continue
		}
		isOwn := c.Table == "" || c.Table == clause.CurrentTable || c.Table == stmt.Schema.Table
		if f := stmt.Schema.FieldsByDBName[c.Name]; c.Raw || !isOwn || f == nil && c.Name != clause.PrimaryKey {
			return undecided("a RETURNING clause with anything but the model's columns cannot be authorized"+explicitly, nil)
		}
	}
	return nil
}

// isAssociationJoin reports whether the joins of a FROM clause are what
// Association("Tags").Find adds: the join table, which gives the rows of the target but no
// columns of its own.
func (ms *models) isAssociationJoin(stmt *gorm.Statement, joins []clause.Join) bool {
	if len(joins) != 1 || len(stmt.Selects) > 0 {
		return false
	}
	j := joins[0]
	if j.Expression != nil || j.Type != "" || len(j.Using) > 0 || j.Table != (clause.Table{Name: j.Table.Name}) || !ms.isJoinTable(j.Table.Name) {
		return false
	}
	isLink := func(c any) bool {
		column, ok := c.(clause.Column)
		return ok && !column.Raw && column.Table == j.Table.Name
	}
	owner, target := false, false
	for _, e := range j.ON.Exprs {
		switch e := e.(type) {
		case clause.Eq:
			value, isColumn := e.Value.(clause.Column)
			_, isText := e.Value.(string) // of a polymorphic association
			if !isLink(e.Column) || !isText && (!isColumn || value.Raw || value.Table != stmt.Schema.Table) {
				return false
			}
			target = target || isColumn
		case clause.IN:
			columns, ok := e.Column.([]clause.Column)
			if !ok {
				if !isLink(e.Column) {
					return false
				}
			}
			for _, c := range columns {
				if !isLink(c) {
					return false
				}
			}
			for _, v := range e.Values {
				if !isKeyValue(v) {
					return false
				}
			}
			owner = true
		default:
			return false
		}
	}
	return owner && target
}

// isKeyValue reports whether a value of a condition is bound as a parameter, and is not
// SQL or a subquery.
func isKeyValue(v any) bool {
	switch v := v.(type) {
	case []any:
		return !slices.ContainsFunc(v, func(v any) bool { return !isKeyValue(v) })
	case clause.Expression, clause.Interface, gorm.Valuer, *gorm.DB, clause.Column, clause.Table:
		return false
	}
	return true
}
