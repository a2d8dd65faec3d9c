package sqlauthz

// This file defines Schema: tables whose names and types have been looked up and checked.

import (
	"errors"
	"fmt"
	"reflect"
	"slices"
	"strings"

	"github.com/ursa-authz/ursa/authz/filter"
)

// A Schema is Tables as a database has them. It translates filters to conditions on their
// rows. It is immutable, and safe for concurrent use.
type Schema struct {
	d      *Dialect
	off    rule // rules of the translation that tests have switched off
	tables []*table
	byType map[reflect.Type]*table
	byName map[string][]*table
}

// A table is a resolved Table.
type table struct {
	Table
	rows      *filter.Model
	columns   map[string]*column // by Go path
	byName    map[string]*column
	relations []*relation
}

// A relation is a resolved Relation.
type relation struct {
	Relation
	many    bool
	field   reflect.Type
	target  *table
	through *table // or nil
	links   []pair
}

// A pair is a resolved Link. Its column is in the target's table or the join table. It is
// equal to a column of the owner, a column of the target, or a constant.
type pair struct {
	column *column
	owner  *column
	target *column
	value  *filter.Value
}

// Schema checks the tables. The error names all mistakes: columns and fields that do not
// exist, relations to types without a table, tables and columns that are described twice.
func (ts Tables) Schema(d *Dialect) (*Schema, error) {
	if d == nil {
		return nil, errors.New("sqlauthz: no dialect (pass sqlauthz.SQLite, sqlauthz.Postgres or sqlauthz.MySQL)")
	}
	s := &Schema{d: d, byType: make(map[reflect.Type]*table), byName: make(map[string][]*table)}
	var errs []error
	for _, spec := range ts {
		t, err := s.table(spec)
		if err == nil {
			err = s.add(t)
		}
		errs = append(errs, err)
	}
	if err := errors.Join(errs...); err != nil { // those of relations would only follow from it
		return nil, err
	}
	for _, t := range s.tables {
		for _, spec := range t.Table.Relations {
			r, err := s.relation(t, spec)
			if err != nil {
				errs = append(errs, fmt.Errorf("sqlauthz: the relation %s of %s: %w", spec.Field, t.Type, err))
				continue
			}
			t.relations = append(t.relations, r)
		}
	}
	return s, errors.Join(errs...)
}

func (s *Schema) add(t *table) error {
	if t.Type == nil || t.Type.Kind() != reflect.Struct {
		return fmt.Errorf("sqlauthz: the table %s has no struct type (set Table.Type)", t.Name)
	}
	if s.byType[t.Type] != nil {
		return fmt.Errorf("sqlauthz: the type %s has two tables", t.Type)
	}
	s.tables = append(s.tables, t)
	s.byType[t.Type] = t
	s.byName[t.Name] = append(s.byName[t.Name], t)
	return nil
}

// table resolves a table without its relations.
func (s *Schema) table(spec Table) (*table, error) {
	t := &table{Table: spec, columns: make(map[string]*column), byName: make(map[string]*column)}
	if spec.err != nil {
		return nil, spec.err
	}
	if spec.Name == "" {
		return nil, fmt.Errorf("sqlauthz: the table of %v has no name", spec.Type)
	}
	if spec.Type != nil {
		t.rows = &filter.Model{Name: spec.Type.Name(), Type: spec.Type}
	}
	for _, c := range spec.Columns {
		if c.Name == "" || t.byName[c.Name] != nil {
			return nil, fmt.Errorf("sqlauthz: the table %s has a column without a name, or the column %q twice", spec.Name, c.Name)
		}
		if c.Field == "" && spec.Type != nil || t.columns[c.Field] != nil {
			return nil, fmt.Errorf("sqlauthz: the column %s.%s has no field, or that of another column (set Column.Field)", spec.Name, c.Name)
		}
		if spec.Type != nil {
			if _, err := fieldType(spec.Type, c.Field); err != nil {
				return nil, fmt.Errorf("sqlauthz: the column %s.%s: %w", spec.Name, c.Name, err)
			}
			col := newColumn(s.d, t.rows, c, slices.Contains(spec.Key, c.Name))
			col.index = indexOf(spec.Type, c.Field)
			t.columns[c.Field], t.byName[c.Name] = col, col
		}
	}
	for _, name := range spec.Key {
		col := t.byName[name]
		if col == nil {
			return nil, fmt.Errorf("sqlauthz: the table %s has no column %s for its key", spec.Name, name)
		}
		t.rows.Key = append(t.rows.Key, col.Field)
	}
	if spec.Deleted != "" && t.byName[spec.Deleted] == nil && spec.Type != nil {
		return nil, fmt.Errorf("sqlauthz: the table %s has no column %s (Table.Deleted)", spec.Name, spec.Deleted)
	}
	return t, nil
}

// relation resolves a relation.
func (s *Schema) relation(owner *table, spec Relation) (*relation, error) {
	r := &relation{Relation: spec}
	var err error
	if r.field, err = fieldType(owner.Type, spec.Field); err != nil {
		return nil, err
	}
	if owner.relation(spec.Field) != nil {
		return nil, errors.New("it is described twice")
	}
	var target reflect.Type
	if target, r.many, err = rowsOf(r.field); err != nil {
		return nil, err
	}
	if r.target = s.byType[target]; r.target == nil {
		return nil, fmt.Errorf("%s has no table (add it to the Tables)", target)
	}
	if spec.Through != nil {
		if r.through, err = s.table(*spec.Through); err != nil {
			return nil, err
		}
	}
	if len(spec.Links) == 0 {
		return nil, errors.New("it has no links (which columns are equal?)")
	}
	ownKeys, targetKeys := owner.Key, r.target.Key
	next := func(keys *[]string, of *table) (string, error) {
		if len(*keys) == 0 {
			return "", fmt.Errorf("more columns than the key of %s has", of.Name)
		}
		name := (*keys)[0]
		*keys = (*keys)[1:]
		return name, nil
	}
	for _, l := range spec.Links {
		if l.Column == "" {
			if l.Column, err = next(&targetKeys, r.target); err != nil {
				return nil, err
			}
		}
		if l.Owner == "" && l.Target == "" && l.Value == nil {
			if r.through != nil && len(ownKeys) == 0 {
				l.Target, err = next(&targetKeys, r.target)
			} else {
				l.Owner, err = next(&ownKeys, owner)
			}
			if err != nil {
				return nil, err
			}
		}
		p, err := r.link(owner, l)
		if err != nil {
			return nil, err
		}
		r.links = append(r.links, p)
	}
	if r.through != nil {
		ends := [2]bool{}
		for _, p := range r.links {
			ends[0], ends[1] = ends[0] || p.owner != nil, ends[1] || p.target != nil
		}
		if ends != [2]bool{true, true} {
			return nil, errors.New("the join table is not connected with both ends")
		}
	}
	if !r.many && !r.isUnique() && r.Relation.Unsupported == "" {
		r.Relation.Unsupported = r.severalRows(owner)
	}
	return r, nil
}

// link resolves a link, all of whose columns have names.
func (r *relation) link(owner *table, l Link) (p pair, err error) {
	inner := r.target
	if r.through != nil {
		inner = r.through
	}
	find := func(t *table, name string) *column {
		c := t.byName[name]
		if c == nil && err == nil {
			err = fmt.Errorf("the table %s has no column %s", t.Name, name)
		}
		return c
	}
	switch {
	case l.Owner != "" && l.Target != "" || l.Value != nil && l.Owner+l.Target != "":
		return p, fmt.Errorf("the link of the column %s is equal to several things", l.Column)
	case l.Target != "" && r.through == nil:
		return p, errors.New("a link with a Target needs a join table (Relation.Through)")
	case l.Value != nil:
		v, err := filter.ValueOf(l.Value)
		if err != nil {
			return p, fmt.Errorf("the value of the link of the column %s: %w", l.Column, err)
		}
		p.value = &v
	case l.Owner != "":
		p.owner = find(owner, l.Owner)
	default:
		p.target = find(r.target, l.Target)
	}
	if err != nil {
		return p, err
	}
	if r.through != nil && r.through.Type == nil && r.through.byName[l.Column] == nil {
		r.through.byName[l.Column] = r.through.joined(l.Column, p)
	}
	p.column = find(inner, l.Column)
	return p, err
}

// joined returns a column of a join table without a Go type, which has the type of the column
// that it is compared with, or of a constant.
func (t *table) joined(name string, p pair) *column {
	spec := Column{Name: name}
	if i := slices.IndexFunc(t.Columns, func(c Column) bool { return c.Name == name }); i >= 0 {
		spec = t.Columns[i]
	}
	like := p.owner
	if like == nil {
		like = p.target
	}
	c := &column{Column: spec, maybeNull: !spec.NotNull && !slices.Contains(t.Key, name)}
	if like == nil {
		c.info, c.kind = &filter.FieldInfo{Type: p.value.Type(), Elem: reflect.TypeOf(p.value.Any())}, kindText
		if p.value.Type() != filter.TypeString {
			c.kind, c.why = kindNone, "a constant in a join table must be a text"
		}
		return c
	}
	c.info, c.kind, c.why, c.size, c.collation, c.converts, c.ordered = like.info, like.kind, like.why, like.size, like.collation, like.converts, like.ordered
	return c
}

// relation returns the relation of a Go path, or nil.
func (t *table) relation(field string) *relation {
	i := slices.IndexFunc(t.relations, func(r *relation) bool { return r.Field == field })
	if i < 0 {
		return nil
	}
	return t.relations[i]
}

// isUnique reports whether the links of a relation to one row allow no more than one.
func (r *relation) isUnique() bool {
	if r.Relation.Unique {
		return true
	}
	if r.through != nil {
		return false
	}
	for _, p := range r.links {
		if p.column.Unique {
			return true
		}
	}
	linked := func(name string) bool {
		return slices.ContainsFunc(r.links, func(p pair) bool { return p.column.Name == name })
	}
	return len(r.target.Key) > 0 && !slices.ContainsFunc(r.target.Key, func(name string) bool { return !linked(name) })
}

// severalRows says what to do about a relation to one row that is not unique.
func (r *relation) severalRows(owner *table) string {
	var names []string
	for _, p := range r.links {
		names = append(names, p.column.Name)
	}
	return "the relation " + r.Field + " of " + owner.Type.String() + ", which may have several rows" +
		" (make " + strings.Join(names, ", ") + " unique in the database, and set Column.Unique or Relation.Unique)"
}

// fieldType returns the type of the field at a dotted path in a struct.
func fieldType(t reflect.Type, path string) (reflect.Type, error) {
	for name := range strings.SplitSeq(path, ".") {
		for t.Kind() == reflect.Pointer {
			t = t.Elem()
		}
		if t.Kind() != reflect.Struct {
			return nil, fmt.Errorf("%s is not a struct with a field %s", t, name)
		}
		f, ok := t.FieldByName(name)
		if !ok || !f.IsExported() {
			return nil, fmt.Errorf("%s has no exported field %q", t, name)
		}
		t = f.Type
	}
	return t, nil
}

// rowsOf returns the struct of the rows that the field of a relation holds, and whether it is a
// slice of them.
func rowsOf(t reflect.Type) (row reflect.Type, many bool, err error) {
	deref := func(t reflect.Type) reflect.Type {
		for t.Kind() == reflect.Pointer {
			t = t.Elem()
		}
		return t
	}
	row = deref(t)
	if row.Kind() == reflect.Slice {
		row, many = deref(row.Elem()), true
	}
	if row.Kind() != reflect.Struct {
		return nil, false, fmt.Errorf("a field of type %s (use a pointer to a struct, or a slice of structs)", t)
	}
	return row, many, nil
}
