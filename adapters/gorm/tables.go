package gormauthz

// This file describes GORM's schemas as the tables of package sqlauthz, which translates filters.

import (
	"fmt"
	"reflect"

	"gorm.io/gorm"
	"gorm.io/gorm/clause"
	"gorm.io/gorm/schema"

	sqlauthz "github.com/ursa-authz/ursa/adapters/sql"
)

// dialectOf returns the dialect of a handle, or nil if it is not supported.
func dialectOf(db *gorm.DB) *sqlauthz.Dialect {
	for _, d := range []*sqlauthz.Dialect{sqlauthz.SQLite, sqlauthz.Postgres, sqlauthz.MySQL} {
		if d.Name() == db.Dialector.Name() {
			return d
		}
	}
	return nil
}

// describe makes the tables of all models. The caller holds mu.
func (ms *models) describe() error {
	d := dialectOf(ms.db)
	if d == nil {
		return nil // Classes returns an error
	}
	var tables sqlauthz.Tables
	for _, m := range ms.order {
		tables = append(tables, ms.table(m))
	}
	s, err := tables.Schema(d)
	if err != nil {
		return fmt.Errorf("gormauthz: %w", err)
	}
	ms.tables.Store(s)
	return nil
}

// table describes a model.
func (ms *models) table(m *model) sqlauthz.Table {
	t := tableOf(ms.db, m.schema)
	if m.changes() {
		t.Unsupported = hooked(m)
	}
	for _, r := range m.relations {
		rel := sqlauthz.Relation{Field: r.name, Links: linksOf(r.gorm), Unique: !m.severalRows[r.name]}
		if !rel.Unique {
			rel.Unsupported = severalRows(r.gorm)
		}
		if jt := r.gorm.JoinTable; jt != nil {
			through := tableOf(ms.db, jt)
			rel.Through = &through
		}
		t.Relations = append(t.Relations, rel)
	}
	return t
}

// tableOf describes a schema without its associations.
func tableOf(db *gorm.DB, s *schema.Schema) sqlauthz.Table {
	t := sqlauthz.Table{Name: s.Table, Type: s.ModelType, Key: s.PrimaryFieldDBNames, Live: func(alias string) func(sqlauthz.Writer) { return live(s, alias) }}
	for _, f := range s.Fields {
		if f.DBName == "" {
			continue
		}
		c := sqlauthz.Column{Name: f.DBName, Field: goPath(s.ModelType, f.BindNames), NotNull: f.NotNull, Unique: f.Unique}
		switch {
		case !f.Readable: // Go sees the zero value, whatever is stored
			c.Unsupported = "GORM does not read it"
		case f.Serializer != nil:
			c.Unsupported = "it is stored in a serialized form"
		default:
			c.Type = declaredType(db, f)
			if c.Type == "" {
				c.Unsupported = "GORM does not know its type"
			}
		}
		t.Columns = append(t.Columns, c)
	}
	return t
}

// declaredType returns the type that GORM gives a field's column.
func declaredType(db *gorm.DB, f *schema.Field) string {
	type typer interface {
		GormDBDataType(*gorm.DB, *schema.Field) string
	}
	if t, ok := reflect.New(f.IndirectFieldType).Interface().(typer); ok {
		if s := t.GormDBDataType(db, f); s != "" {
			return s
		}
	}
	return db.Dialector.DataTypeOf(f)
}

// linksOf returns the columns by which an association connects rows.
func linksOf(rel *schema.Relationship) []sqlauthz.Link {
	list := make([]sqlauthz.Link, 0, len(rel.References))
	for _, p := range pairs(rel) {
		l := sqlauthz.Link{Column: p.link.DBName}
		switch {
		case p.owner != nil:
			l.Owner = p.owner.DBName
		case p.target != nil:
			l.Target = p.target.DBName
		default:
			l.Value = p.value
		}
		list = append(list, l)
	}
	return list
}

// A pair is one column by which a relation connects rows. The link is in the target's table or,
// for many to many, in the join table. It is connected with a field of the owner, a field of
// the target, or a constant.
type pair struct {
	link   *schema.Field
	owner  *schema.Field
	target *schema.Field
	value  string
}

func pairs(rel *schema.Relationship) []pair {
	list := make([]pair, 0, len(rel.References))
	for _, ref := range rel.References {
		switch {
		case ref.PrimaryValue != "": // the type of a polymorphic relation
			list = append(list, pair{link: ref.ForeignKey, value: ref.PrimaryValue})
		case ref.OwnPrimaryKey: // has one, has many, the owner's side of many to many
			list = append(list, pair{link: ref.ForeignKey, owner: ref.PrimaryKey})
		case rel.JoinTable != nil:
			list = append(list, pair{link: ref.ForeignKey, target: ref.PrimaryKey})
		default: // belongs to
			list = append(list, pair{link: ref.PrimaryKey, owner: ref.ForeignKey})
		}
	}
	return list
}

// live returns how to write the condition that rows of an alias pass the schema's own
// conditions: soft delete, or what an application has defined. GORM itself adds these to the
// statement's own rows.
func live(s *schema.Schema, alias string) func(sqlauthz.Writer) {
	var own []clause.Interface
	for _, cl := range s.QueryClauses {
		if _, ok := cl.(readClause); !ok {
			own = append(own, cl)
		}
	}
	if len(own) == 0 {
		return nil
	}
	return func(w sqlauthz.Writer) { writeConditions(w.(writer).Statement, alias, own) }
}

// writeConditions writes the conditions that query clauses put on the rows of an alias. As GORM
// does for joins, it finds them by letting the clauses modify a statement.
func writeConditions(stmt *gorm.Statement, alias string, clauses []clause.Interface) {
	// A separate statement, because Unscoped on the one being built does not apply to
	// related rows.
	own := &gorm.Statement{Table: alias, Context: stmt.Context, Clauses: map[string]clause.Clause{}}
	own.DB = &gorm.DB{Config: stmt.Config, Statement: own}
	for _, c := range clauses {
		own.AddClause(c)
	}
	where, ok := own.Clauses["WHERE"].Expression.(clause.Where)
	if !ok || len(where.Exprs) == 0 {
		stmt.WriteString("1=1")
		return
	}
	// CurrentTable in these conditions means the alias.
	table, expr := stmt.Table, stmt.TableExpr
	stmt.Table, stmt.TableExpr = alias, nil
	stmt.WriteByte('(')
	where.Build(stmt)
	stmt.WriteByte(')')
	stmt.Table, stmt.TableExpr = table, expr
}
