package sqlauthz

// This file defines conditions that identify rows: by their keys, and by what they are related
// to.

import (
	"fmt"
	"reflect"

	"github.com/ursa-authz/ursa/adapters/internal/answer"
	"github.com/ursa-authz/ursa/authz/filter"
)

// Key returns the key of a row of type t that a program gives: a value of the key field's type
// or, for a key of several fields, a []any in their order. A value of another type is a mistake
// in the program and does not mean that the row is missing: the error is authz.ErrUndecided.
func (s *Schema) Key(t reflect.Type, key any) (filter.Value, error) {
	table := s.byType[t]
	if table == nil {
		return filter.Value{}, answer.Undecided(t.String()+" has no table", nil)
	}
	list, ok := key.([]any)
	if !ok {
		list = []any{key}
	}
	if len(list) != len(table.Key) || len(list) == 0 {
		return filter.Value{}, answer.Undecided(fmt.Sprintf("a key of %d values for %s, which has %d", len(list), t, len(table.Key)), nil)
	}
	parts := make([]filter.Value, len(list))
	for i, x := range list {
		col := table.byName[table.Key[i]]
		if err := (ref{column: col}).usable(); err != nil {
			return filter.Value{}, answer.Undecided("the key of "+t.String()+" cannot be compared", err)
		}
		part, err := filter.ValueOf(x)
		if err != nil || part.Type() != col.info.Type {
			return filter.Value{}, answer.Undecided(fmt.Sprintf("a key of type %T for %s.%s, which is %s", x, t, col.info.Name, col.info.GoType), err)
		}
		parts[i] = part
	}
	return filter.KeyOf(parts...), nil
}

// KeyText returns a key in the form that the database stores, as a text that is the same for
// equal keys. It returns false if no row can have that key.
func (s *Schema) KeyText(t reflect.Type, key filter.Value) (text string, ok bool, err error) {
	table, parts := s.byType[t], key.Parts()
	if table == nil || len(parts) != len(table.Key) {
		return "", false, answer.Unsupported(nil, "a key of another table")
	}
	params := make([]any, len(parts))
	for i, p := range parts {
		if params[i], ok, err = table.byName[table.Key[i]].equalParam(s.d, p); !ok || err != nil {
			return "", false, err
		}
	}
	return fmt.Sprintf("%#v", params), true, nil
}

// HasKey returns the condition that the key of a row of type t is one of several. They are the
// keys of stored rows, where zero is a value like any other.
func (s *Schema) HasKey(t reflect.Type, keys []filter.Value) (*Predicate, error) {
	table := s.byType[t]
	if table == nil {
		return nil, answer.Unsupported(nil, t.String()+" has no table")
	}
	c := s.compiler()
	c.off |= ruleZeroKeys
	c.scope[filter.Row] = binding{table: table, rows: table.rows}
	f, err := c.keyIn(filter.Key{Var: filter.Row}, keys, false)
	if err != nil {
		return nil, err
	}
	return &Predicate{f}, nil
}

// Related returns the condition on the rows of a relation's table that are related to row, a
// pointer to a struct. It is the one that a filter would use, so that a decision that fetches
// the rows and a list agree on which rows are related: by the bytes of their keys, without
// those deleted softly from a join table, and not by a zero key. Rows of the relation's table
// that are deleted softly are left to the statement. The only option that matters is Current.
func (s *Schema) Related(row any, relation string, opts ...Option) (*Predicate, error) {
	r, owner, err := s.relationOf(reflect.TypeOf(row), relation)
	if err != nil {
		return nil, err
	}
	c := s.compiler()
	c.locks = optionsOf(opts).current
	j, err := c.join(r, binding{table: r.target, rows: r.target.rows})
	if err != nil {
		return nil, err
	}
	conds := j.conds
	for _, k := range j.keys {
		if k.owner.info == nil {
			return nil, answer.Unsupported(nil, "the column "+k.owner.Name+" of "+owner.Name)
		}
		v, err := owner.rows.Value(row, k.owner.info.Name)
		if err != nil {
			return nil, err
		}
		f, err := c.heldIn(k.inner, []filter.Value{v}, false)
		if err != nil {
			return nil, err
		}
		conds = append(conds, f)
	}
	return &Predicate{c.inside(j, allOf(conds...))}, nil
}

// RelatedEach is Related for several rows, pointers to structs of one type: the condition holds
// for the rows of the relation's table that are related to any of them. Owners returns the
// indexes of those that a row found by it, a pointer to a struct, is related to. A
// relation through a join table is authz.ErrUnsupported, since the related rows do not say what
// they are related to.
func (s *Schema) RelatedEach(rows []any, relation string) (p *Predicate, owners func(row any) ([]int, error), err error) {
	if len(rows) == 0 {
		return nil, nil, answer.Unsupported(nil, "the relation "+relation+" of no rows")
	}
	r, owner, err := s.relationOf(reflect.TypeOf(rows[0]), relation)
	if err != nil {
		return nil, nil, err
	}
	if r.through != nil {
		return nil, nil, answer.Unsupported(nil, "the relation "+relation+" of several rows at once, because it has a join table")
	}
	c := s.compiler()
	j, err := c.join(r, binding{table: r.target, rows: r.target.rows})
	if err != nil {
		return nil, nil, err
	}
	values := make([]reflect.Value, len(rows))
	for i, row := range rows {
		values[i] = reflect.ValueOf(row)
	}
	index := make(map[string][]int)
	cond, err := c.ownedBy(j, owner, values, func(i int, key string) { index[key] = append(index[key], i) })
	if err != nil {
		return nil, nil, err
	}
	owners = func(row any) ([]int, error) {
		key, ok := "", true
		for _, k := range j.keys {
			v, err := r.target.rows.Value(row, k.inner.info.Name)
			if err == nil && ok {
				ok, err = appendKey(&key, k.inner.column, s.d, v)
			}
			if err != nil {
				return nil, answer.Filter(err)
			}
		}
		if !ok || len(index[key]) == 0 {
			// The database has compared the keys in another way. Leaving the row out could turn
			// a denial into an allow.
			return nil, answer.Undecided("a related row that belongs to none of the rows that it was fetched for", nil)
		}
		return index[key], nil
	}
	return &Predicate{allOf(append(j.conds, cond)...)}, owners, nil
}

// inside returns a condition on the target's rows for one on a join table's rows as well.
func (c *compiler) inside(j join, cond frag) frag {
	if len(j.via.tokens) > 0 && cond.konst == notConst {
		return cat("EXISTS(SELECT 1 FROM ", j.via, whereClause([]frag{cond}), c.sharing(), ")")
	}
	return cond
}

// relationOf returns a relation of the rows that t points to.
func (s *Schema) relationOf(t reflect.Type, relation string) (*relation, *table, error) {
	if t == nil || t.Kind() != reflect.Pointer || s.byType[t.Elem()] == nil {
		return nil, nil, answer.Unsupported(nil, fmt.Sprintf("%v, which is not a pointer to a row of a table", t))
	}
	owner := s.byType[t.Elem()]
	r := owner.relation(relation)
	if r == nil {
		return nil, nil, answer.Unsupported(nil, fmt.Sprintf("%s has no relation %s", owner.Type, relation))
	}
	return r, owner, nil
}
