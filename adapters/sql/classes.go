package sqlauthz

// This file makes classes from tables.

import (
	"strings"

	"github.com/ursa-authz/ursa/authz"
)

// Classes returns the classes of the tables, for authz.Config.Classes:
//
//   - The names of columns are additional names of attributes.
//   - The primary key is the class's key.
//   - A decision that needs a relation that is not loaded fetches it: from the handle of the
//     context (see WithHandle), else from the handle given here. With several or none given and
//     none in the context, the decision is undecided. A decision about many rows fetches the
//     relations of a thousand rows in one query.
//
// The Polar names are those of the Go types. A class's Name may be changed before it is passed to
// authz.New. The errors are those of Schema.
func (ts Tables) Classes(d *Dialect, handles ...Handle) ([]authz.Class, error) {
	s, err := ts.Schema(d)
	if err != nil {
		return nil, err
	}
	return s.Classes(handles...), nil
}

// Classes is Tables.Classes.
func (s *Schema) Classes(handles ...Handle) []authz.Class {
	fetch, each := s.fetcher(handles)
	list := make([]authz.Class, 0, len(s.tables))
	for _, t := range s.tables {
		c := authz.Class{Type: t.Type, Key: t.rows.Key, Aliases: make(map[string]string), Fetch: fetch, FetchEach: each, RowInfo: rowInfo{t}}
		for path, col := range t.columns {
			if isName(col.Name) {
				c.Aliases[col.Name] = path
			}
		}
		for _, r := range t.relations {
			c.Relations = append(c.Relations, r.class())
		}
		list = append(list, c)
	}
	return list
}

// class returns the relation in the form that a class has.
func (r *relation) class() authz.Relation {
	rel := authz.Relation{Name: r.Field, Many: r.many, Target: r.target.Type}
	if r.through != nil {
		return rel // the rows themselves do not say what they are related to
	}
	belongs := true // the target's key is in the owner
	for _, p := range r.links {
		belongs = belongs && p.owner != nil && isKey(r.target, p.column.Name)
	}
	for _, p := range r.links {
		if p.owner == nil {
			continue
		}
		if belongs && !r.many {
			rel.ForeignKey = append(rel.ForeignKey, p.owner.Field)
		}
		rel.Links = append(rel.Links, authz.Link{Owner: p.owner.Field, Target: p.column.Field})
	}
	return rel
}

func isKey(t *table, column string) bool {
	for _, k := range t.Key {
		if k == column {
			return true
		}
	}
	return false
}

// A rowInfo is the authz.RowInfo of a table's class.
type rowInfo struct{ *table }

// Partial implements authz.RowInfo: a relation to one row that may have several is never read
// from the row, since it is not known which of them the row holds.
func (i rowInfo) Partial(_ any, field string) bool {
	r := i.relation(field)
	return r != nil && !r.many && !r.isUnique()
}

// isName reports whether a column's name can be written in a policy.
func isName(s string) bool {
	for i, r := range s {
		letter := r == '_' || 'a' <= r && r <= 'z' || 'A' <= r && r <= 'Z'
		if !letter && (i == 0 || r < '0' || r > '9') {
			return false
		}
	}
	return s != "" && !reserved[strings.ToLower(s)]
}

// reserved are the words of the policy language that cannot be names.
var reserved = map[string]bool{
	"and": true, "or": true, "not": true, "if": true, "in": true, "cut": true, "debug": true, "print": true, "forall": true,
	"new": true, "matches": true, "mod": true, "rem": true, "isa": true, "type": true, "true": true, "false": true, "nil": true,
}
