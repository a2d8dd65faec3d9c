package gormauthz

// This file writes conditions of package sqlauthz into GORM's statements.

import (
	"fmt"

	"gorm.io/gorm"
	"gorm.io/gorm/clause"

	sqlauthz "github.com/ursa-authz/ursa/adapters/sql"
	"github.com/ursa-authz/ursa/authz/filter"
)

// A predicate is a condition on the rows of the statement's own table. The zero predicate
// allows no row. It is immutable, and safe for concurrent use.
type predicate struct{ p *sqlauthz.Predicate }

// isNever reports whether the condition allows no row.
func (p predicate) isNever() bool {
	if p.p == nil {
		return true
	}
	value, constant := p.p.Const()
	return constant && !value
}

// Build writes the condition in parentheses.
func (p predicate) Build(b clause.Builder) {
	stmt, ok := b.(*gorm.Statement)
	if !ok || p.p == nil {
		b.WriteString("(1=0)") // GORM has no other builder than Statement
		return
	}
	if sqlauthz.IsReserved(stmt.Table) {
		stmt.AddError(undecided(fmt.Sprintf("the table name %q is reserved for the subqueries of gormauthz (give the table another alias)", stmt.Table), nil))
		b.WriteString("1=0 authorization refused")
		return
	}
	p.p.Write(writer{stmt})
}

// A writer writes into a statement.
type writer struct{ *gorm.Statement }

// WriteSQL writes text as it is.
func (w writer) WriteSQL(text string) { w.WriteString(text) }

// WriteTable writes the name of a table.
func (w writer) WriteTable(name string) { w.WriteQuoted(clause.Table{Name: name}) }

// WriteColumn writes a column.
func (w writer) WriteColumn(table, column string) {
	if table == "" {
		table = clause.CurrentTable
	}
	w.WriteQuoted(clause.Column{Table: table, Name: column})
}

// WriteArg binds a value.
func (w writer) WriteArg(value any) { w.AddVar(w.Statement, value) }

// compile translates a query on the rows of m.
func (ms *models) compile(q *filter.Query, m *model, opts ...sqlauthz.Option) (predicate, error) {
	if q == nil {
		return predicate{}, unsupported("an authorizer that returns a nil filter")
	}
	if q.Model == nil || q.Model.Type != m.typ {
		return predicate{}, unsupported("a filter on a model other than " + m.typ.String())
	}
	p, err := ms.tables.Load().Translate(q, opts...)
	return predicate{p}, err
}

// hasKey returns the condition that the key of a row is one of several.
func (ms *models) hasKey(m *model, keys []filter.Value) (predicate, error) {
	p, err := ms.tables.Load().HasKey(m.typ, keys)
	if err != nil {
		return predicate{}, filterError(err)
	}
	return predicate{p}, nil
}
