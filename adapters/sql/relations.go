package sqlauthz

// This file translates relations: to EXISTS, to the IN that PostgreSQL handles better
// inside an OR, and to the recursive query of a Reach.

import (
	"slices"
	"strconv"

	"github.com/ursa-authz/ursa/adapters/internal/answer"
	"github.com/ursa-authz/ursa/authz/filter"
)

// nextAlias returns a table alias that no statement of an application uses. Statements
// with a table of such a name are refused, since a subquery would confuse its own rows
// with those around it.
func (c *compiler) nextAlias() string {
	c.alias++
	return "az" + strconv.Itoa(c.alias)
}

// relationOf returns the table's relation for a filter's relation.
func (c *compiler) relationOf(b binding, rel *filter.Relation) (*relation, error) {
	r := b.table.relation(rel.Name)
	switch {
	case r == nil:
		return nil, answer.Unsupported(nil, rel.Name+" of "+b.table.Type.String()+" is not a relation")
	case r.target.Type != rel.Target.Type || r.many != rel.Many:
		return nil, answer.Unsupported(nil, "the relation "+rel.Name+" differs from that of the table")
	case r.target.Table.Unsupported != "":
		return nil, answer.Unsupported(nil, r.target.Table.Unsupported)
	case r.Relation.Unsupported != "":
		return nil, answer.Unsupported(nil, r.Relation.Unsupported)
	}
	return r, nil
}

// A join describes how to find the rows of a relation.
type join struct {
	target frag   // the target's table
	via    frag   // the join table, if there is one
	conds  []frag // conditions on these tables, soft deletes included
	keys   []link // the columns that connect them with the owner
}

// from returns the SQL after FROM.
func (j join) from() frag {
	if len(j.via.tokens) == 0 {
		return j.target
	}
	return cat(j.target, ",", j.via)
}

// A link connects a column of a join with a column of the relation's owner.
type link struct {
	inner ref
	owner *column
}

// join returns how to find the rows of a relation, under the target's alias. Given are columns of the
// target that the statement compares with values that are not zero.
func (c *compiler) join(r *relation, target binding, given ...*column) (join, error) {
	j := join{target: c.table(target.table, target.alias)}
	via := target
	if r.through != nil {
		via = binding{table: r.through, alias: c.nextAlias()}
		j.via = c.table(r.through, via.alias)
	}
	var toOwner, toTarget []frag // parts of the two keys, which must not be zero
	for _, p := range r.links {
		inner, err := via.ref(p.column)
		if err != nil {
			return join{}, err
		}
		if p.value != nil { // not part of a key
			f, err := c.heldIn(inner, []filter.Value{*p.value}, false)
			if err != nil {
				return join{}, err
			}
			j.conds = append(j.conds, f)
			continue
		}
		nonzero := fragTrue
		if !slices.Contains(given, p.target) && (r.through != nil || !slices.Contains(given, p.column)) {
			if nonzero, err = c.nonzero(inner, false); err != nil {
				return join{}, err
			}
		}
		if p.owner != nil {
			j.keys = append(j.keys, link{inner, p.owner})
			toOwner = append(toOwner, nonzero)
			continue
		}
		f, err := c.joined(inner, target, p.target)
		if err != nil {
			return join{}, err
		}
		j.conds = append(j.conds, f)
		toTarget = append(toTarget, nonzero)
	}
	// A row with a zero key was never stored, as far as Go is concerned.
	j.conds = append(j.conds, anyOf(toOwner...), c.live(target))
	if r.through != nil {
		j.conds = append(j.conds, anyOf(toTarget...), c.live(via))
	}
	return j, nil
}

// connect returns the conditions that connect a join with the owner's rows.
//
// If Go reads a zero value for a NULL part of a composite key, it leads to the rows with
// that value. A key that is a single zero leads nowhere anyway.
func (c *compiler) connect(keys []link, owner binding) ([]frag, error) {
	conds := make([]frag, 0, len(keys))
	for _, k := range keys {
		f, err := c.joined(k.inner, owner, k.owner)
		if err == nil && len(keys) > 1 {
			f, err = c.orZero(k, owner, f)
		}
		if err != nil {
			return nil, err
		}
		conds = append(conds, f)
	}
	return conds, nil
}

func (c *compiler) orZero(k link, owner binding, f frag) (frag, error) {
	outer, err := owner.ref(k.owner)
	if err != nil || !outer.maybeNull || outer.null.IsNil() || !c.on(ruleZero) {
		return f, err
	}
	zero, err := c.heldIn(k.inner, []filter.Value{outer.null}, false)
	return anyOf(f, allOf(outer.isNull(), zero)), err
}

// ref returns a column of the rows.
func (b binding) ref(col *column) (ref, error) {
	r := ref{col, b.alias}
	return r, r.usable()
}

// joined connects a column with a column of other rows. If the database's own equality has an
// index but finds too much, both comparisons are used.
func (c *compiler) joined(a ref, other binding, col *column) (frag, error) {
	b, err := other.ref(col)
	if err != nil {
		return frag{}, err
	}
	if err := linkable(a, b); err != nil {
		return frag{}, err
	}
	exact, err := c.columns(a, filter.Eq, b, false)
	if err == nil && c.sameIndex(a, b) {
		exact = allOf(cat(a.x(), "=", b.x()), exact)
	}
	return exact, err
}

// table names a table under an alias.
func (c *compiler) table(t *table, alias string) frag {
	f := cat(token{x: tableName(t.Name)}, " ", token{x: tableName(alias)})
	f.tables = 1
	return f
}

// live is true for the rows of an alias that are not deleted softly. The rows of other tables
// are not restricted to what the actor may read.
func (c *compiler) live(b binding) frag {
	switch {
	case b.alias == "" || !c.on(ruleDeleted): // the statement's own rows
		return fragTrue
	case b.table.Live != nil:
		if write := b.table.Live(b.alias); write != nil {
			return cat(token{x: write})
		}
	case b.table.Deleted != "":
		return cat(token{x: &columnName{b.alias, b.table.Deleted, false}}, " IS NULL")
	}
	return fragTrue
}

// A block is the SELECT inside one EXISTS.
type block struct {
	from  frag
	conds []frag
	keys  []link    // conditions of the first join, which connect it with the rows around
	outer []binding // the rows around
	bound []filter.Var

	pinned bool // whether it finds few rows: a column is equal to a value
}

// maxTables is the number of tables joined in one block. SQLite's limit is 64, MySQL's
// 61, and planners try all orders only for a few tables.
const maxTables = 12

// exists translates a step through a relation. Further to-one steps in its condition join
// the same block, so a path of many steps adds only one level of nesting, which databases
// limit (see Dialect). To-many steps side by side stay separate, because the database
// might try all pairs of their rows.
func (c *compiler) exists(e filter.Exists, neg bool) (frag, error) {
	owner := c.scope[e.From]
	b := &block{}
	for _, o := range c.scope {
		b.outer = append(b.outer, o)
	}
	defer func(old bool) { c.inOr = old }(c.inOr)
	inOr := c.inOr
	c.inOr = false
	defer func(old bool) { c.negated = old }(c.negated)
	c.negated = c.negated || neg
	chain := c.chain
	c.chain = false
	err := c.extend(b, e)
	has := c.chain
	c.chain = chain || has
	for _, v := range b.bound {
		delete(c.scope, v)
	}
	if err != nil {
		return frag{}, err
	}
	if allOf(b.conds...).konst == constFalse {
		return constFrag(neg), nil
	}
	if len(b.keys) == 1 && closed(e.Where, e.As) {
		if how := c.shape(step{inOr, b.pinned, neg, has}); how != byExists {
			return c.inKeys(b, owner, neg, how)
		}
	}
	conds, err := c.connect(b.keys, owner)
	if err != nil {
		return frag{}, err
	}
	conds = append(conds, b.conds...)
	conds = append(conds, c.distinct(conds, b.outer)...)
	word := "EXISTS("
	if neg {
		word = "NOT EXISTS("
	}
	end := ")"
	if c.broad && inOr {
		end = c.d.perRow + end
	}
	f := cat(word, "SELECT 1 FROM ", b.from, whereClause(conds), c.sharing(), end)
	f.simple = true
	return f, c.tooDeep(f, e)
}

// tooDeep returns an error if the database cannot evaluate a condition because of its depth, or
// because of the number of tables in its chains. The error names the innermost such part.
func (c *compiler) tooDeep(f frag, e filter.Expr) error {
	if c.d.depth > 0 && f.depth() > c.d.depth {
		return answer.Unsupported(e, "relations in the conditions of relations are nested too deep for the database (use fewer levels)")
	}
	_, chain := e.(filter.Reach)
	if c.d.tables > 0 && c.chain && f.tables > c.d.tables || c.d.chain > 0 && chain && f.tables > c.d.chain {
		return answer.Unsupported(e, "chains in the conditions of chains need too many tables for the database (use fewer levels)")
	}
	return nil
}

// extend adds a step, and the condition on the row that it leads to, to a block.
func (c *compiler) extend(b *block, e filter.Exists) error {
	owner := c.scope[e.From]
	r, err := c.relationOf(owner, e.Rel)
	if err != nil {
		return err
	}
	to := binding{r.target, e.Rel.Target, c.nextAlias()}
	j, err := c.join(r, to, c.given(to, e.As, e.Where)...)
	if err != nil {
		return err
	}
	if len(b.bound) == 0 {
		b.from, b.keys = j.from(), j.keys
	} else {
		conds, err := c.connect(j.keys, owner)
		if err != nil {
			return err
		}
		b.from, b.conds = cat(b.from, ",", j.from()), append(b.conds, conds...)
	}
	b.conds = append(b.conds, j.conds...)
	b.bound = append(b.bound, e.As)
	c.scope[e.As] = to
	parts, ok := e.Where.(filter.And)
	if !ok {
		parts = filter.And{e.Where}
	}
	for _, p := range parts {
		if step, ok := p.(filter.Exists); ok && len(b.bound) < maxTables && (len(parts) == 1 || !step.Rel.Many) {
			if err := c.extend(b, step); err != nil {
				return err
			}
			continue
		}
		f, err := c.expr(p, false)
		if err != nil {
			return err
		}
		b.conds = append(b.conds, f)
		b.pinned = b.pinned || pins(p)
	}
	return nil
}

// given returns the columns of a row that a condition on it compares with values that are not zero.
func (c *compiler) given(b binding, v filter.Var, where filter.Expr) (columns []*column) {
	parts, ok := where.(filter.And)
	if !ok {
		parts = filter.And{where}
	}
	for _, p := range parts {
		var x filter.Operand
		var values []filter.Value
		switch p := p.(type) {
		case filter.Compare:
			if value, ok := p.R.(filter.Value); ok && p.Op == filter.Eq {
				x, values = p.L, []filter.Value{value}
			}
		case filter.In:
			x, values = p.X, p.Set
		case filter.Const, filter.And, filter.Or, filter.Not, filter.StrOp, filter.Exists, filter.Reach:
		}
		path := ""
		switch x := x.(type) {
		case filter.Key:
			if x.Var == v && len(b.rows.Key) == 1 {
				path = b.rows.Key[0]
			}
		case filter.Field:
			if x.Var == v {
				path = x.Name
			}
		case filter.Value, nil:
		}
		col := b.table.columns[path]
		if col == nil || col.kind == kindNone || slices.ContainsFunc(values, func(v filter.Value) bool { return !isNonzero(col, v) }) {
			continue
		}
		columns = append(columns, col)
	}
	return columns
}

// isNonzero reports whether a value, or the only part of a key, is not zero in the type of a column.
func isNonzero(c *column, v filter.Value) bool {
	if v.Type() == filter.TypeKey {
		if len(v.Parts()) != 1 {
			return false
		}
		v = v.Parts()[0]
	}
	zero := c.zero()
	if zero.IsNil() || v.IsNil() {
		return false
	}
	eq, err := v.Equal(zero)
	return err == nil && !eq
}

// inKeys is EXISTS as "key IN (SELECT ...)", which the database computes once and not for
// every row. It is for relations by one column.
func (c *compiler) inKeys(b *block, owner binding, neg bool, how shape) (frag, error) {
	inner := b.keys[0].inner
	outer, err := owner.ref(b.keys[0].owner)
	if err != nil {
		return frag{}, err
	}
	if err := linkable(inner, outer); err != nil {
		return frag{}, err
	}
	x, y := c.sides(outer, inner)
	conds := b.conds
	if inner.maybeNull {
		conds = append(conds, inner.isNotNull())
	}
	keys := func(y frag) frag { return cat("(SELECT ", y, " FROM ", b.from, whereClause(conds), c.sharing(), ")") }
	switch {
	case how == byArray && c.sameIndex(outer, inner):
		return allOf(cat(outer.x(), "=ANY(ARRAY", keys(inner.x()), ")"), cat(x, "=ANY(ARRAY", keys(y), ")")), nil
	case how == byArray:
		return cat(x, "=ANY(ARRAY", keys(y), ")"), nil
	case !neg:
		return cat(x, " IN ", keys(y)), nil
	}
	return c.orNull(outer, cat(x, " NOT IN ", keys(y)), true), nil
}

// shape returns how to follow a relation.
func (c *compiler) shape(s step) shape {
	if c.broad {
		return byExists
	}
	return c.d.shape(s)
}

// sameIndex reports whether the database's own comparison of two columns has an index but finds
// too much, and is possible: the servers do not mix collations.
func (c *compiler) sameIndex(a, b ref) bool {
	return c.d.indexed(a.kind) && a.kind == b.kind && a.collation == b.collation && c.on(ruleBytes)
}

// linkable returns an error for columns that cannot connect rows.
func linkable(a, b ref) error {
	if same, possible := a.comparable(b.column); !same || !possible {
		return answer.Unsupported(nil, "a relation by the columns "+a.Name+" and "+b.Name)
	}
	return nil
}

// distinct returns conditions, true for every row, that make a subquery depend on the
// keys of the outer rows whose texts it uses, for databases that keep the results of a
// subquery by these texts.
func (c *compiler) distinct(conds []frag, outer []binding) []frag {
	if !c.d.cachesTexts || !c.on(ruleBytes) {
		return nil
	}
	var extra []frag
	for _, b := range outer {
		if !mentionsText(conds, b.alias) {
			continue
		}
		for _, name := range b.table.Key {
			extra = append(extra, cat("CONCAT(", ref{b.table.byName[name], b.alias}.x(), ") IS NOT NULL"))
		}
	}
	return extra
}

// mentionsText reports whether conditions use a text column of a table.
func mentionsText(conds []frag, table string) bool {
	for _, f := range conds {
		for _, t := range f.tokens {
			if c, ok := t.x.(*columnName); ok && c.isText && c.table == table {
				return true
			}
		}
	}
	return false
}

// whereClause returns " WHERE " and the conditions, or nothing.
func whereClause(conds []frag) frag {
	switch f := allOf(conds...); f.konst {
	case constTrue:
		return frag{}
	case constFalse:
		return cat(" WHERE 1=0")
	default:
		g := cat(" WHERE ", f)
		g.nested += g.height
		return g
	}
}

// within translates a condition in which one more variable is bound.
func (c *compiler) within(as filter.Var, b binding, where filter.Expr) (frag, error) {
	defer func(old bool) { c.inOr = old }(c.inOr)
	c.inOr = false
	c.scope[as] = b
	f, err := c.expr(where, false)
	delete(c.scope, as)
	return f, err
}

// closed reports whether a condition depends only on the row as and the rows reached from
// it.
func closed(e filter.Expr, as filter.Var) bool {
	return closedOver(e, map[filter.Var]bool{as: true}) // numbers increase inwards, see Simplify
}

func closedOver(e filter.Expr, bound map[filter.Var]bool) bool {
	ok := true
	check := func(o filter.Operand) {
		switch o := o.(type) {
		case filter.Field:
			ok = ok && bound[o.Var]
		case filter.Key:
			ok = ok && bound[o.Var]
		}
	}
	filter.Walk(e, func(e filter.Expr) bool {
		switch e := e.(type) {
		case filter.Compare:
			check(e.L)
			check(e.R)
		case filter.In:
			check(e.X)
		case filter.StrOp:
			check(e.X)
		case filter.Exists:
			ok = ok && bound[e.From]
			bound[e.As] = true
		case filter.Reach:
			// Its steps depend on their own rows.
			ok = ok && bound[e.From]
			bound[e.As] = true
			ok = ok && closedOver(e.Where, bound)
			return false
		}
		return ok
	})
	return ok
}
