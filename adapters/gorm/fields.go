package gormauthz

// This file defines how updates are authorized by rules about fields, such as
// allow_field(user, "update", document, "salary").
//
// A field is asked about if the update names it. Update of a repository without names, and Save, name
// none: there those fields count that differ from the stored row. Times of update and version columns
// do not count: GORM sets them.

import (
	"context"
	"fmt"
	"reflect"
	"slices"

	"gorm.io/gorm"
	"gorm.io/gorm/callbacks"
	"gorm.io/gorm/clause"
	"gorm.io/gorm/schema"

	"github.com/ursa-authz/ursa/adapters/internal/answer"
)

// authorizeFields authorizes that an update writes columns of a stored row.
func (v *visit[T]) authorizeFields(action string, stored, given *T, columns, named []string) error {
	f := answer.Fielder(v.az, stored)
	if f == nil {
		return nil
	}
	fields, err := v.model.writtenFields(columns)
	if err != nil {
		return err
	}
	if len(named) == 0 {
		fields = answer.Changed(v.model.rows, fields, stored, given)
	}
	return answer.Hide(f.AuthorizeFields(v.ctx, v.actor, action, []any{stored}, fields...), gorm.ErrRecordNotFound)
}

// writtenFields returns the Go paths of columns that an update writes, without those that GORM
// manages. A database may take a name for a column that GORM does not know: one in other case, or with a
// table.
func (m *model) writtenFields(columns []string) ([]string, error) {
	var fields []string
	for _, name := range columns {
		f := m.schema.LookUpField(name)
		if f == nil || f.DBName == "" {
			return nil, undecided(fmt.Sprintf("%s has no column %q to authorize by its rules about fields", m.typ, name), nil)
		}
		if f.AutoUpdateTime > 0 || isVersion(f) {
			continue
		}
		if path := goPath(m.typ, f.BindNames); !slices.Contains(fields, path) {
			fields = append(fields, path)
		}
	}
	return fields, nil
}

// isVersion reports whether GORM itself changes a column with each update. The type of a soft
// delete has clauses for updates too, and one that an update may undo.
func isVersion(f *schema.Field) bool {
	x := reflect.New(f.IndirectFieldType).Interface()
	_, updates := x.(schema.UpdateClausesInterface)
	_, deletes := x.(schema.DeleteClausesInterface)
	return updates && !deletes
}

// isStale reports whether a row has a version other than the stored one's. Both are pointers to
// structs of the model. GORM itself does not notice it: it compares the stored row with the version of
// the row that it updates, which was just locked.
func (m *model) isStale(ctx context.Context, stored, row any) bool {
	for _, f := range m.schema.Fields {
		if f.DBName == "" || !isVersion(f) {
			continue
		}
		given, zero := f.ValueOf(ctx, reflect.ValueOf(row))
		if now, _ := f.ValueOf(ctx, reflect.ValueOf(stored)); !zero && !reflect.DeepEqual(given, now) {
			return true
		}
	}
	return false
}

// assigningKey is the name of a setting, which makes a statement a copy.
const assigningKey = "gormauthz:assigning"

// updateFields authorizes the columns that an update of the plugin assigns. It runs when hooks and
// associations have set their columns.
func (p *Plugin) updateFields(db *gorm.DB) {
	stmt, c := db.Statement, claimOf(db)
	if c == nil || len(c.keys) == 0 || db.Error != nil || db.DryRun || answer.Fielder(p.az, reflect.New(c.model.typ).Interface()) == nil {
		return
	}
	if err := c.authorizeFields(db); err != nil {
		refuse(stmt, err)
	}
}

// authorizeFields authorizes the columns that an update assigns, for each of its rows.
func (c *claim) authorizeFields(db *gorm.DB) error {
	stmt := db.Statement
	var set clause.Set
	if given, ok := stmt.Clauses["SET"]; ok {
		if set, ok = given.Expression.(clause.Set); !ok {
			return undecided("a SET clause other than clause.Set cannot be authorized by rules about fields"+explicitly, nil)
		}
	} else {
		// GORM makes the assignments next. On a copy, the keys that it adds to the conditions do not
		// matter.
		set = callbacks.ConvertToAssignments(db.Session(&gorm.Session{}).Set(assigningKey, true).Statement)
	}
	q, err := writeQuestionOf(stmt)
	if err != nil {
		return err
	}
	f := answer.Fielder(q.az, reflect.New(c.model.typ).Interface())
	if f == nil {
		return nil
	}
	stored := c.before
	if stored == nil {
		if stored, err = c.states(session(db, stmt.Context)); err != nil {
			return err
		}
	}
	var columns []string
	for _, a := range set {
		name := a.Column.Name
		if a.Column.Raw || a.Column.Table != "" && a.Column.Table != clause.CurrentTable && a.Column.Table != stmt.Table {
			name = a.Column.Table + "." + name // of no column
		}
		columns = append(columns, name)
	}
	fields, err := c.model.writtenFields(columns)
	if err != nil {
		return err
	}
	if given := savedRow(stmt, c.model); given != nil && len(stored) == 1 {
		fields = answer.Changed(c.model.rows, fields, stored[0], given)
	}
	return answer.Hide(f.AuthorizeFields(q.ctx, q.actor, c.action, stored, fields...), gorm.ErrRecordNotFound)
}

// savedRow returns the row that Save writes as a whole, a pointer to a struct, or nil for another
// update.
func savedRow(stmt *gorm.Statement, m *model) any {
	given := reflect.ValueOf(stmt.Dest)
	if !slices.Contains(stmt.Selects, "*") || given.Kind() != reflect.Pointer || given.IsNil() || given.Type().Elem() != m.typ {
		return nil
	}
	return stmt.Dest
}
