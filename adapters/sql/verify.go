package sqlauthz

// This file defines Verify, which compares a database with its description.

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"maps"
	"slices"
	"strings"

	"github.com/ursa-authz/ursa/adapters/internal/answer"
)

// An Index is an index that a table should have: one that begins with the column.
type Index struct{ Table, Column string }

// String returns the table and the column.
func (i Index) String() string { return i.Table + "." + i.Column }

// Verify compares the database of h with the tables. It is for readiness probes and for tests:
//
//	missing, err := tr.Schema().Verify(ctx, sqlauthz.Query(db.QueryContext))
//
// The error names every table and column that is not there, columns whose type compares in another way
// than that of the description, and columns that may be NULL although the description says that they
// are not. With any of them, decisions and lists fail or disagree. Otherwise Verify returns the
// indexes that lists need to follow the relations in both directions, and that the database
// does not have; an index on a part of the rows does not count. Columns that rules compare with
// values need indexes, too, but Verify does not know the policy.
//
// It makes two queries for each table. If one fails, the error is authz.ErrUndecided.
func (s *Schema) Verify(ctx context.Context, h Handle) (missing []Index, err error) {
	var problems []error
	wanted := make(map[string]map[string]bool) // columns by table
	want := func(t *table, c *column) {
		if wanted[t.Name] == nil {
			wanted[t.Name] = make(map[string]bool)
		}
		wanted[t.Name][c.Name] = true
	}
	tables := slices.Clone(s.tables)
	for _, t := range s.tables {
		for _, r := range t.relations {
			inner := r.target
			if r.through != nil {
				inner = r.through
				tables = append(tables, inner)
			}
			for _, p := range r.links {
				if p.value != nil {
					continue
				}
				want(inner, p.column)
				if p.owner != nil {
					want(t, p.owner)
				}
				if p.target != nil {
					want(r.target, p.target)
				}
			}
		}
	}
	for _, t := range tables {
		found, err := s.verifyTable(ctx, h, t)
		if err != nil {
			return nil, err
		}
		problems = append(problems, found...)
	}
	if err := errors.Join(problems...); err != nil {
		return nil, err
	}
	for _, name := range slices.Sorted(maps.Keys(wanted)) {
		columns := wanted[name]
		err := h.each(ctx, s.d.indexesOf, schemaAndTable(name), func(scan func(...any) error) error {
			var first *string // of an index on an expression there is none
			err := scan(&first)
			if first != nil {
				delete(columns, *first)
			}
			return err
		})
		if err != nil {
			return nil, err
		}
		for _, column := range slices.Sorted(maps.Keys(columns)) {
			missing = append(missing, Index{name, column})
		}
	}
	return missing, nil
}

// verifyTable returns how a table differs from its description.
func (s *Schema) verifyTable(ctx context.Context, h Handle, t *table) (problems []error, err error) {
	type declared struct {
		typ      string
		nullable bool
	}
	columns := make(map[string]declared)
	err = h.each(ctx, s.d.columnsOf, schemaAndTable(t.Name), func(scan func(...any) error) error {
		var name string
		var c declared
		err := scan(&name, &c.typ, &c.nullable)
		columns[name] = c
		return err
	})
	if err != nil {
		return nil, err
	}
	if len(columns) == 0 {
		return []error{answer.Undecided(fmt.Sprintf("the database has no table %s", t.Name), nil)}, nil
	}
	for _, name := range slices.Sorted(maps.Keys(t.byName)) {
		c := t.byName[name]
		d, ok := columns[name]
		if !ok {
			problems = append(problems, answer.Undecided(fmt.Sprintf("the table %s has no column %s", t.Name, name), nil))
			continue
		}
		if c.kind != kindNone && !c.comparesAs(s.d, d.typ) {
			problems = append(problems, answer.Undecided(fmt.Sprintf("the column %s.%s is %q in the database, and %s in the description",
				t.Name, name, d.typ, cmp.Or(c.Type, "of the usual type for "+c.info.Elem.String())), nil))
		}
		if c.NotNull && d.nullable {
			problems = append(problems, answer.Undecided(fmt.Sprintf("the column %s.%s may be NULL in the database, and not in the description", t.Name, name), nil))
		}
	}
	return problems, nil
}

// comparesAs reports whether a column of a declared type compares as this one is taken to.
func (c *column) comparesAs(d *Dialect, typ string) bool {
	// A type that the dialect does not know was taken for an enumeration. The database says "enum" of
	// every one, and another name of any other type.
	actual := &column{Column: c.Column, info: c.info, converts: c.converts}
	return actual.declare(d, strings.ToLower(typ)) && actual.kind == c.kind && (c.kind != kindChar && c.kind != kindBinary || actual.size == c.size)
}

// schemaAndTable returns the two parts of a table's name, as arguments.
func schemaAndTable(name string) []any {
	i := strings.LastIndexByte(name, '.')
	return []any{name[:max(i, 0)], name[i+1:]}
}
