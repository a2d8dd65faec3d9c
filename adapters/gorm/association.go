package gormauthz

// This file defines how the plugin authorizes the rows that GORM saves because they are
// associated with the row of a statement: those of Association("Comments").Append, and those in
// the fields of a row that is created or updated.
//
// GORM saves them with an upsert, because it does not know which of them are stored. The plugin
// looks for their keys, and locks the rows that it finds. New rows are then inserted without the
// upsert, as by Create. Stored rows keep their values, except for the foreign key of a has-one or
// has-many association, which the plugin sets with an update of its own. So the policy is asked
// about "create" and "update", as if the program had written these statements.

import (
	"context"
	"database/sql/driver"
	"fmt"
	"reflect"
	"strconv"
	"strings"

	"gorm.io/gorm"
	"gorm.io/gorm/clause"
	"gorm.io/gorm/schema"

	sqlauthz "github.com/ursa-authz/ursa/adapters/sql"
	"github.com/ursa-authz/ursa/authz/filter"
)

const (
	// savedKey is the setting by which GORM knows which rows it has saved with a statement.
	savedKey = "gorm:saved_association_map"
	// storedKey holds the keys of the rows of a create that are all stored.
	storedKey = "gormauthz:stored"
)

// beforeAssociation prepares the creates by which GORM saves associations.
func (p *Plugin) beforeAssociation(db *gorm.DB) {
	if _, ok := p.actionOf(db.Statement, actionCreate); !ok || db.Error != nil || db.DryRun {
		return
	}
	if err := separateStored(db); err != nil {
		refuse(db.Statement, err)
	}
}

// separateStored leaves a create of associated rows with rows that are all new and no upsert, or
// all stored and an upsert that does nothing.
func separateStored(db *gorm.DB) error {
	stmt := db.Statement
	conflict, ok := savesAssociation(stmt)
	if !ok {
		return nil
	}
	// GORM gives the marks of a statement to those that it causes. The action of the mark is not
	// about the rows of these.
	stmt.Settings.Delete(markKey)
	known, err := findStored(db, stmt.ReflectValue)
	if err != nil {
		return err
	}
	fresh := reflect.MakeSlice(reflect.SliceOf(reflect.PointerTo(stmt.Schema.ModelType)), 0, 0)
	stored := fresh
	each(stmt.ReflectValue, func(row reflect.Value) {
		if _, ok := known[rowKey(stmt.Context, stmt.Schema, row)]; ok {
			stored = reflect.Append(stored, row)
		} else {
			fresh = reflect.Append(fresh, row)
		}
	})
	switch {
	case stored.Len() == 0:
		delete(stmt.Clauses, "ON CONFLICT")
	case fresh.Len() == 0:
		if err := setForeignKeys(db, stored, known, conflict); err != nil {
			return err
		}
		delete(stmt.Clauses, "ON CONFLICT")
		stmt.AddClause(clause.OnConflict{DoNothing: true})
		db.InstanceSet(storedKey, known)
	default:
		tx := db.Session(&gorm.Session{NewDB: true}).Clauses(conflict).Session(&gorm.Session{
			SkipHooks:                stmt.SkipHooks,
			DisableNestedTransaction: true,
		})
		stmt.Settings.Range(func(k, v any) bool {
			tx.Statement.Settings.Store(k, v)
			return true
		})
		tx = tx.Select(stmt.Selects).Omit(stmt.Omits...)
		if err := tx.Create(stored.Interface()).Error; err != nil {
			return err
		}
		stmt.ReflectValue = fresh
		delete(stmt.Clauses, "ON CONFLICT")
	}
	return nil
}

// savesAssociation returns the ON CONFLICT of a create by which GORM saves an association, or the
// rows of a join table. It sets no columns, or foreign keys to the values of the row.
func savesAssociation(stmt *gorm.Statement) (clause.OnConflict, bool) {
	conflict, ok := stmt.Clauses["ON CONFLICT"].Expression.(clause.OnConflict)
	if !ok || stmt.Schema == nil || checkClauses(stmt, []string{"ON CONFLICT"}) != nil {
		return conflict, false
	}
	if _, saved := stmt.Settings.Load(savedKey); !saved && modelsOf(stmt.DB).joinOf(stmt.Schema) == nil {
		return conflict, false
	}
	if conflict.UpdateAll || conflict.OnConstraint != "" || len(conflict.Where.Exprs)+len(conflict.TargetWhere.Exprs) > 0 {
		return conflict, false
	}
	for _, a := range conflict.DoUpdates {
		value, _ := a.Value.(clause.Column)
		if stmt.Schema.FieldsByDBName[a.Column.Name] == nil || a.Column != (clause.Column{Name: a.Column.Name}) || value != (clause.Column{Table: "excluded", Name: a.Column.Name}) {
			return conflict, false
		}
	}
	return conflict, true
}

// findStored locks those of some rows that are stored, and returns them by their keys.
func findStored(db *gorm.DB, rows reflect.Value) (map[string]reflect.Value, error) {
	stmt := db.Statement
	_, keys := schema.GetIdentityFieldValuesMap(stmt.Context, rows, stmt.Schema.PrimaryFields)
	known := make(map[string]reflect.Value, len(keys))
	if len(keys) == 0 {
		return known, nil
	}
	if len(keys) > maxClaim {
		return nil, undecided(fmt.Sprintf("an association with more than %d rows cannot be authorized (split it into batches)", maxClaim), nil)
	}
	column, values := schema.ToQueryValues(clause.CurrentTable, stmt.Schema.PrimaryFieldDBNames, keys)
	tx := unhooked(db).Unscoped().Where(clause.IN{Column: column, Values: values})
	if dialectOf(tx) != sqlauthz.SQLite {
		tx = tx.Clauses(clause.Locking{Strength: clause.LockingStrengthUpdate})
	}
	found := reflect.New(reflect.SliceOf(reflect.PointerTo(stmt.Schema.ModelType)))
	if err := tx.Find(found.Interface()).Error; err != nil {
		return nil, databaseError(err)
	}
	each(found.Elem(), func(row reflect.Value) { known[rowKey(stmt.Context, stmt.Schema, row)] = row })
	return known, nil
}

// unhooked returns a session for reading rows as they are stored.
func unhooked(db *gorm.DB) *gorm.DB {
	return db.Session(&gorm.Session{NewDB: true, SkipHooks: true, Context: exempt(db.Statement.Context, "authorized by the plugin")})
}

// rowKey returns the primary key of a row, a pointer to a struct, as a text. Texts that differ for
// one key only make a stored row look new, so that the database refuses to insert it.
func rowKey(ctx context.Context, s *schema.Schema, row reflect.Value) string {
	return valuesOf(ctx, s.PrimaryFields, row)
}

func valuesOf(ctx context.Context, fields []*schema.Field, row reflect.Value) string {
	var b strings.Builder
	for _, f := range fields {
		x, _ := f.ValueOf(ctx, row.Elem())
		if v, ok := x.(driver.Valuer); ok && !(reflect.ValueOf(x).Kind() == reflect.Pointer && reflect.ValueOf(x).IsNil()) {
			var err error
			if x, err = v.Value(); err != nil {
				x = err
			}
		}
		v := deref(reflect.ValueOf(x))
		switch {
		case !v.IsValid() || v.Kind() == reflect.Pointer:
			b.WriteString("nil")
		case v.Kind() == reflect.Slice && v.Type().Elem().Kind() == reflect.Uint8:
			b.WriteString(strconv.Quote(string(v.Bytes())))
		default:
			b.WriteString(strconv.Quote(fmt.Sprint(v.Interface())))
		}
		b.WriteByte(',')
	}
	return b.String()
}

// setForeignKeys sets the foreign keys of stored rows as the upsert of an association would. Those
// that have them already are not asked about.
func setForeignKeys(db *gorm.DB, rows reflect.Value, known map[string]reflect.Value, conflict clause.OnConflict) error {
	stmt := db.Statement
	if len(conflict.DoUpdates) == 0 {
		return nil
	}
	m := modelsOf(db).ofType(stmt.Schema.ModelType)
	if m == nil || m.schema != stmt.Schema {
		return nil // the statement is refused
	}
	var fields []*schema.Field
	for _, a := range conflict.DoUpdates {
		fields = append(fields, stmt.Schema.FieldsByDBName[a.Column.Name])
	}
	wanted := make(map[string]string)
	c := &claim{model: m, action: actionUpdate}
	for i := range rows.Len() {
		row := rows.Index(i)
		key := rowKey(stmt.Context, stmt.Schema, row)
		if valuesOf(stmt.Context, fields, row) == valuesOf(stmt.Context, fields, known[key]) {
			continue
		}
		wanted[key] = valuesOf(stmt.Context, fields, row)
		set := make(map[string]any, len(fields))
		for _, f := range fields {
			set[f.DBName], _ = f.ValueOf(stmt.Context, row.Elem())
		}
		k, err := m.rows.KeyOf(known[key].Interface())
		if err != nil {
			return filterError(err)
		}
		c.keys = append(c.keys, k)
		if err := db.Session(&gorm.Session{NewDB: true}).Model(known[key].Interface()).UpdateColumns(set).Error; err != nil {
			return err
		}
	}
	if len(wanted) == 0 {
		return nil
	}
	// An update leaves out the rows that the actor may not update.
	now, err := findStored(db, rows)
	if err != nil {
		return err
	}
	for key, values := range wanted {
		if row, ok := now[key]; !ok || valuesOf(stmt.Context, fields, row) != values {
			return c.report(db, "the association of stored rows")
		}
	}
	return nil
}

// leavesStored reports whether a create inserts nothing, because all of its rows are stored and
// locked. A hook may have changed their keys since they were looked for.
func leavesStored(db *gorm.DB) bool {
	stmt := db.Statement
	x, _ := db.InstanceGet(storedKey)
	known, ok := x.(map[string]reflect.Value)
	conflict, _ := stmt.Clauses["ON CONFLICT"].Expression.(clause.OnConflict)
	if !ok || !conflict.DoNothing {
		return false
	}
	n := 0
	each(stmt.ReflectValue, func(row reflect.Value) {
		if _, ok := known[rowKey(stmt.Context, stmt.Schema, row)]; ok {
			n++
		}
	})
	return n > 0 && (stmt.ReflectValue.Kind() == reflect.Struct || n == stmt.ReflectValue.Len())
}

// keyFrom returns the key of a row with the given values of its primary key.
func (m *model) keyFrom(ctx context.Context, values []any) (filter.Value, error) {
	row := reflect.New(m.typ)
	for i, f := range m.schema.PrimaryFields {
		if err := f.Set(ctx, row.Elem(), values[i]); err != nil {
			return filter.Value{}, err
		}
	}
	return m.rows.KeyOf(row.Interface())
}
