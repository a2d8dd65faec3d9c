package gormauthz

// This file defines ListWithActions: rows, each with what may be done to it.
//
// The conditions of the actions are columns of the SELECT. GORM scans the other columns into
// the rows, and does not see these.

import (
	"context"
	"database/sql"
	"fmt"
	"slices"

	"gorm.io/gorm"
	"gorm.io/gorm/callbacks"
	"gorm.io/gorm/clause"
)

// WithActions is a row with the actions that the actor may do on it.
type WithActions[T any] struct {
	Row     T
	Actions []string // those asked for that are allowed, in the order of the question
}

// Can reports whether the actor may do action on the row. The action must be one of those
// asked for.
func (w *WithActions[T]) Can(action string) bool { return slices.Contains(w.Actions, action) }

// ListWithActions is List for rows that are shown with buttons: it returns each row with those
// of the actions that the actor may do on it, all in one query.
//
//	rows, err := expenses.ListWithActions(ctx, []string{"update", "delete"}, page)
//
// The errors are those of List. A rule about one of the actions that cannot be translated to a
// condition is an error, too.
func (r *Repository[T]) ListWithActions(ctx context.Context, actions []string, scopes ...func(*gorm.DB) *gorm.DB) ([]WithActions[T], error) {
	v, err := r.visit(ctx)
	if err != nil {
		return nil, err
	}
	f := &flags{}
	for _, action := range actions {
		cond, err := v.allowed(action)
		if err != nil {
			return nil, err
		}
		f.conds = append(f.conds, cond)
	}
	var rows []T
	scopes = append(slices.Clip(scopes), func(db *gorm.DB) *gorm.DB { return db.Set(flagsKey, f) })
	if err := r.query(ctx, scopes, func(tx *gorm.DB) *gorm.DB { return tx.Find(&rows) }, func() { rows = nil }); err != nil {
		return nil, err
	}
	if len(f.rows) != len(rows) {
		return nil, undecided("the query returned rows without their actions", nil)
	}
	list := make([]WithActions[T], len(rows))
	for i, row := range rows {
		list[i].Row = row
		for j, allowed := range f.rows[i] {
			if allowed {
				list[i].Actions = append(list[i].Actions, actions[j])
			}
		}
	}
	return list, nil
}

// flags are conditions that a query evaluates for each of its rows.
type flags struct {
	conds []predicate
	rows  [][]bool // the results
}

// flagsKey is the name of the setting that holds the flags of a statement.
const flagsKey = "gormauthz:flags"

func flagsOf(stmt *gorm.Statement) *flags {
	x, _ := stmt.Settings.Load(flagsKey)
	f, _ := x.(*flags)
	return f
}

// addTo adds the conditions to the columns of a query.
func (f *flags) addTo(stmt *gorm.Statement) {
	c := stmt.Clauses["SELECT"]
	c.AfterExpression = flagColumns(f.conds)
	stmt.Clauses["SELECT"] = c
}

// flagColumns are the columns of flags, after those of the rows.
type flagColumns []predicate

// Build writes the columns.
func (f flagColumns) Build(b clause.Builder) {
	for i, cond := range f {
		b.WriteString(", (")
		cond.Build(b)
		b.WriteString(") AS ")
		b.WriteQuoted(fmt.Sprintf("gormauthz_%d", i))
	}
}

// queryFlags runs a query that has flags, in place of GORM's own callback.
func (p *Plugin) queryFlags(db *gorm.DB) {
	stmt := db.Statement
	f := flagsOf(stmt)
	if f == nil || db.Error != nil || db.DryRun {
		return
	}
	callbacks.BuildQuerySQL(db)
	if db.Error != nil {
		return
	}
	f.rows = nil
	rows, err := stmt.ConnPool.QueryContext(stmt.Context, stmt.SQL.String(), stmt.Vars...)
	if err != nil {
		db.AddError(err)
		return
	}
	defer func() { db.AddError(rows.Close()) }()
	gorm.Scan(&flaggedRows{rows, f}, db, 0)
	dry := *db.Config
	dry.DryRun = true // until GORM's callback has returned
	db.InstanceSet(flagsKey, db.Config)
	db.Config = &dry
}

// endFlags ends the dry run that kept GORM's callback from running the query again.
func endFlags(db *gorm.DB) {
	if x, ok := db.InstanceGet(flagsKey); ok {
		db.Config = x.(*gorm.Config)
	}
}

// flaggedRows are rows whose last columns are flags.
type flaggedRows struct {
	*sql.Rows
	flags *flags
}

// Columns returns the columns before the flags.
func (r *flaggedRows) Columns() ([]string, error) {
	columns, err := r.Rows.Columns()
	if err != nil || len(columns) < len(r.flags.conds) {
		return nil, err
	}
	return columns[:len(columns)-len(r.flags.conds)], nil
}

// ColumnTypes returns the types of the columns before the flags.
func (r *flaggedRows) ColumnTypes() ([]*sql.ColumnType, error) {
	types, err := r.Rows.ColumnTypes()
	if err != nil || len(types) < len(r.flags.conds) {
		return nil, err
	}
	return types[:len(types)-len(r.flags.conds)], nil
}

// Scan reads the columns before the flags into dest, and notes the flags. A condition that is
// NULL does not hold.
func (r *flaggedRows) Scan(dest ...any) error {
	found := make([]sql.NullBool, len(r.flags.conds))
	for i := range found {
		dest = append(dest, &found[i])
	}
	if err := r.Rows.Scan(dest...); err != nil {
		return err
	}
	row := make([]bool, len(found))
	for i, b := range found {
		row[i] = b.Valid && b.Bool
	}
	r.flags.rows = append(r.flags.rows, row)
	return nil
}
