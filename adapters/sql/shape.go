package sqlauthz

// This file defines the shape of conditions with several ways to be allowed. "a OR b", where each
// has an index, is a scan of the whole table in some databases. What they are given instead is
// meant for an actor with up to some thousand rows. For an actor that sees a large part of the
// table, and wants a page of it, plain conditions are faster: the option Broad.

import (
	"slices"

	"github.com/ursa-authz/ursa/authz/filter"
)

// pins reports whether few rows fulfil a condition, as far as its form tells: a column is equal to
// a value.
func pins(e filter.Expr) bool {
	few := func(v filter.Value) bool { return !v.IsNil() && v.Type() != filter.TypeBool }
	not := func(e filter.Expr) bool { return !pins(e) }
	switch e := e.(type) {
	case filter.Compare:
		l, left := e.L.(filter.Value)
		r, right := e.R.(filter.Value)
		return e.Op == filter.Eq && (left && few(l) || right && few(r))
	case filter.In:
		return !slices.ContainsFunc(e.Set, func(v filter.Value) bool { return !few(v) })
	case filter.And:
		return slices.ContainsFunc(e, pins)
	case filter.Or:
		return !slices.ContainsFunc(e, not)
	case filter.Exists:
		return pins(e.Where)
	case filter.Reach:
		return true
	}
	return false
}

// splits reports whether the alternatives of an Or become SELECTs: the database needs that, each
// finds few rows, and they are not all comparisons, for which it combines indexes by itself. They
// are about the rows that the whole condition is about, which are told apart by a column that
// compares as it is.
func (c *compiler) splits(alternatives []filter.Expr) bool {
	row, ok := c.scope[filter.Row]
	if !c.d.unions || c.broad || !ok || len(c.scope) > 1 || c.inSet || len(row.table.Key) != 1 || len(alternatives) < 2 {
		return false
	}
	switch row.table.byName[row.table.Key[0]].kind {
	case kindInt, kindUUID, kindBytes:
	default:
		return false
	}
	follows := false
	for _, e := range alternatives {
		if !pins(e) {
			return false
		}
		filter.Walk(e, func(e filter.Expr) bool {
			switch e.(type) {
			case filter.Exists, filter.Reach:
				follows = true
			}
			return !follows
		})
	}
	return follows
}

// union returns the condition that the key is in one of several SELECTs, which the database
// computes once:
//
//	key IN (SELECT k FROM (SELECT key AS k FROM table WHERE a UNION SELECT ...) AS keys)
func (c *compiler) union(alternatives []filter.Expr) (frag, error) {
	row := c.scope[filter.Row]
	defer func(old bool) {
		c.scope[filter.Row], c.inOr = row, old
	}(c.inOr)
	c.inOr = false
	var selects frag
	for _, e := range alternatives {
		b := binding{row.table, row.rows, c.nextAlias()}
		c.scope[filter.Row] = b
		f, err := c.expr(e, false)
		if err != nil {
			return frag{}, err
		}
		if f.konst == constFalse {
			continue
		}
		if f.konst == constTrue {
			return fragTrue, nil
		}
		key := ref{row.table.byName[row.table.Key[0]], b.alias}.x()
		query := cat("SELECT ", key, " AS k FROM ", c.table(b.table, b.alias), whereClause([]frag{f}))
		selects = cat(selects, separator(len(selects.tokens), "", " UNION "), c.member(query))
	}
	if len(selects.tokens) == 0 {
		return fragFalse, nil
	}
	key := ref{row.table.byName[row.table.Key[0]], row.alias}.x()
	return cat(key, " IN (SELECT k FROM (", selects, ") AS ", token{x: tableName(c.nextAlias())}, ")"), nil
}
