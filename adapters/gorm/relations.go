package gormauthz

// This file translates relations: to EXISTS, to the IN that PostgreSQL handles better
// inside an OR, and to the recursive query of a Reach.

import (
	"regexp"
	"slices"
	"strconv"

	"gorm.io/gorm/clause"
	"gorm.io/gorm/schema"

	"github.com/ursa-authz/ursa/authz/filter"
)

// nextAlias returns a table alias that no statement of an application uses. Statements
// with a table of such a name are refused, since a subquery would confuse its own rows
// with those around it.
func (c *compiler) nextAlias() string {
	c.alias++
	return "az" + strconv.Itoa(c.alias)
}

// ownAlias matches the aliases of nextAlias in either case, because SQLite and MySQL
// ignore case.
var ownAlias = regexp.MustCompile(`^(?i)az\d+$`)

// relationOf returns the association for a filter's relation.
func (c *compiler) relationOf(b binding, rel *filter.Relation) (*relation, *model, error) {
	r := b.model.relation(rel.Name)
	if r == nil {
		return nil, nil, unsupported(nil, rel.Name+" of "+b.model.typ.String()+" is not an association")
	}
	target := c.models.ofType(r.gorm.FieldSchema.ModelType)
	if target == nil || target.typ != rel.Target.Type || r.many != rel.Many {
		return nil, nil, unsupported(nil, "the relation "+rel.Name+" differs from the association of that name")
	}
	if target.changes() {
		return nil, nil, unsupported(nil, hooked(target))
	}
	if b.model.severalRows[r.name] {
		return nil, nil, unsupported(nil, severalRows(r.gorm))
	}
	return r, target, nil
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

// A link connects a column of a join with a field of the relation's owner.
type link struct {
	inner ref
	owner *schema.Field
}

// join returns how to find the rows of a relation, under the target's alias.
func (c *compiler) join(r *schema.Relationship, target binding) (join, error) {
	j := join{target: c.table(target.model.schema, target.alias)}
	via := target
	if r.JoinTable != nil {
		via = binding{model: c.models.joinModel(r.JoinTable), alias: c.nextAlias()}
		j.via = c.table(r.JoinTable, via.alias)
	}
	var toOwner, toTarget []frag // parts of the two keys, which must not be zero
	for _, p := range pairs(r) {
		inner, err := via.field(p.link)
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
		nonzero, err := c.nonzero(inner, false)
		if err != nil {
			return join{}, err
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
	// GORM does not follow zero keys, and an object with such a key was never stored.
	j.conds = append(j.conds, anyOf(toOwner...), c.deleted(target.model.schema, target.alias))
	if r.JoinTable != nil {
		j.conds = append(j.conds, anyOf(toTarget...), c.deleted(r.JoinTable, via.alias))
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
	outer, err := owner.field(k.owner)
	if err != nil || !outer.maybeNull || outer.null.IsNil() || !c.on(ruleZero) {
		return f, err
	}
	zero, err := c.heldIn(k.inner, []filter.Value{outer.null}, false)
	return anyOf(f, allOf(outer.isNull(), zero)), err
}

// A pair is one column by which a relation connects rows. The link is in the target's
// table or, for many to many, in the join table. It is connected with a field of the
// owner, a field of the target, or a constant.
type pair struct {
	link   *schema.Field
	owner  *schema.Field
	target *schema.Field
	value  *filter.Value
}

func pairs(rel *schema.Relationship) []pair {
	list := make([]pair, 0, len(rel.References))
	for _, ref := range rel.References {
		switch {
		case ref.PrimaryValue != "": // the type of a polymorphic relation
			v, _ := filter.ValueOf(ref.PrimaryValue)
			list = append(list, pair{link: ref.ForeignKey, value: &v})
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

// field returns the column of a schema's field.
func (b binding) field(f *schema.Field) (ref, error) {
	col := b.model.byName[f.DBName]
	if col == nil {
		return ref{}, unsupported(nil, "the column "+f.DBName+" of "+b.model.schema.Table)
	}
	r := ref{col, b.alias}
	return r, r.usable()
}

// joined connects a column with a field of other rows. If the database's own equality has
// an index but finds too much, both comparisons are used, unless the database cannot
// compare the two columns: the servers do not mix collations.
func (c *compiler) joined(a ref, other binding, f *schema.Field) (frag, error) {
	b, err := other.field(f)
	if err != nil {
		return frag{}, err
	}
	if err := linkable(a, b); err != nil {
		return frag{}, err
	}
	exact, err := c.columns(a, filter.Eq, b, false)
	if err == nil && c.d.indexed(a.kind) && a.kind == b.kind && a.collation == b.collation && c.on(ruleBytes) {
		exact = allOf(cat(a.x(), "=", b.x()), exact)
	}
	return exact, err
}

// table names a schema's table under an alias.
func (c *compiler) table(s *schema.Schema, alias string) frag {
	return cat(token{x: tableName(s.Table)}, " ", token{x: tableName(alias)})
}

// deleted is true for the rows of an alias that pass the schema's own conditions: those
// that are not soft-deleted. GORM itself adds these conditions to the statement's own
// rows. The rows of other tables are not restricted to what the actor may read.
func (c *compiler) deleted(s *schema.Schema, alias string) frag {
	var own []clause.Interface
	for _, cl := range s.QueryClauses {
		if _, ok := cl.(readClause); !ok {
			own = append(own, cl)
		}
	}
	if alias == "" || len(own) == 0 || !c.on(ruleDeleted) {
		return fragTrue
	}
	return cat(token{x: &ownConditions{alias, own}})
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
// the same block, so a path of many steps adds only one level of nesting. SQLite's parser
// accepts about ten levels. To-many steps side by side stay separate, because the database
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
	err := c.extend(b, e)
	for _, v := range b.bound {
		delete(c.scope, v)
	}
	if err != nil {
		return frag{}, err
	}
	if allOf(b.conds...).konst == constFalse {
		return constFrag(neg), nil
	}
	if len(b.keys) == 1 && closed(e.Where, e.As) && (c.d == postgres && inOr || c.d == sqlite && b.pinned && !neg) {
		return c.inKeys(b, owner, neg)
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
	f := cat(word, "SELECT 1 FROM ", b.from, whereClause(conds), ")")
	f.simple = true
	return f, nil
}

// extend adds a step, and the condition on the row that it leads to, to a block.
func (c *compiler) extend(b *block, e filter.Exists) error {
	owner := c.scope[e.From]
	r, target, err := c.relationOf(owner, e.Rel)
	if err != nil {
		return err
	}
	to := binding{target, e.Rel.Target, c.nextAlias()}
	j, err := c.join(r.gorm, to)
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

// pins reports whether few rows fulfil a condition.
func pins(e filter.Expr) bool {
	few := func(v filter.Value) bool { return !v.IsNil() && v.Type() != filter.TypeBool }
	switch e := e.(type) {
	case filter.Compare:
		l, left := e.L.(filter.Value)
		r, right := e.R.(filter.Value)
		return e.Op == filter.Eq && (left && few(l) || right && few(r))
	case filter.In:
		return !slices.ContainsFunc(e.Set, func(v filter.Value) bool { return !few(v) })
	case filter.Reach:
		return true
	}
	return false
}

// inKeys is EXISTS as "key IN (SELECT ...)", which the database computes once and not for
// every row. It is for relations by one column. PostgreSQL makes this change itself,
// except inside an OR. SQLite never does, and would read all rows of a table to find
// those that belong to one known row. But if there are many related rows, SQLite is
// faster with EXISTS.
func (c *compiler) inKeys(b *block, owner binding, neg bool) (frag, error) {
	inner := b.keys[0].inner
	outer, err := owner.field(b.keys[0].owner)
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
	query := cat("(SELECT ", y, " FROM ", b.from, whereClause(conds), ")")
	if !neg {
		return cat(x, " IN ", query), nil
	}
	return c.orNull(outer, cat(x, " NOT IN ", query), true), nil
}

// linkable returns an error for columns that cannot connect rows.
func linkable(a, b ref) error {
	if same, possible := a.comparable(b.column); !same || !possible {
		return unsupported(nil, "a relation by the columns "+a.field.DBName+" and "+b.field.DBName)
	}
	return nil
}

// distinct returns conditions, true for every row, that make a subquery depend on the
// keys of the outer rows whose texts it uses. MariaDB caches the result of a subquery by
// the columns of outer rows, and looks these up by their collation. Without a key among
// them, the result for "a" would be used for "A" too, although the subquery distinguishes
// them.
func (c *compiler) distinct(conds []frag, outer []binding) []frag {
	if c.d != mysql || !c.on(ruleBytes) {
		return nil
	}
	var extra []frag
	for _, b := range outer {
		if !mentionsText(conds, ownTable(b.alias)) {
			continue
		}
		for _, f := range b.model.schema.PrimaryFields {
			extra = append(extra, cat("CONCAT(", ref{b.model.byName[f.DBName], b.alias}.x(), ") IS NOT NULL"))
		}
	}
	return extra
}

// mentionsText reports whether conditions use a text column of a table.
func mentionsText(conds []frag, table string) bool {
	for _, f := range conds {
		for _, t := range f.tokens {
			if c, ok := t.x.(*columnName); ok && c.isText && c.Table == table {
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
		return cat(" WHERE ", f)
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

// reach translates the transitive closure of a relation as a set of keys:
//
//	key IN (WITH RECURSIVE r(k) AS (
//		SELECT key of the rows that arrive at once
//		UNION
//		SELECT key of the rows for which Step is true and from which one step leads to a row of r
//	) SELECT k FROM r)
//
// The recursion goes backwards, from the end of the path to its beginning, so it does not
// depend on the row around it. The database computes the set once, and MySQL supports no
// other recursion in a condition. UNION removes duplicates, so the recursion ends on
// cycles. A row arrives at once if Where is true for it or, when at least one step is
// required, for a row one step ahead.
//
// A step of several relations is a join of all rows on its way.
//
// A Reach in the condition of another Reach depends on nothing around it, so its set is
// computed before the other's. The sets are side by side and not nested: SQLite's parser
// accepts only three levels of nesting.
func (c *compiler) reach(e filter.Reach, neg bool) (frag, error) {
	if !closed(e.Where, e.As) {
		return frag{}, unsupported(e, "a transitive relation whose condition depends on the row it starts from")
	}
	owner := c.scope[e.From]
	outermost := !c.inSet
	c.inSet = true
	if outermost {
		defer func() { c.inSet, c.sets = false, nil }()
	}
	first, err := c.arrivals(e, owner)
	switch {
	case err != nil:
		return frag{}, err
	case first.konst == constFalse:
		return constFrag(neg), nil
	}
	set := c.nextAlias()
	step, err := c.step(e, owner, set)
	if err != nil {
		return frag{}, err
	}
	outer, err := c.keyOperands(owner)
	if err != nil {
		return frag{}, err
	}
	names := make([]frag, len(outer))
	for i := range names {
		names[i] = cat("k" + strconv.Itoa(i+1))
	}
	word := " IN "
	if neg {
		word = " NOT IN "
	}
	c.sets = append(c.sets, cat(token{x: tableName(set)}, "(", commas(names), ") AS (", first, " UNION ", step, ")"))
	query := cat("SELECT ", commas(names), " FROM ", token{x: tableName(set)})
	if outermost {
		query = cat("WITH RECURSIVE ", commas(c.sets), " ", query)
	}
	return cat(tuple(outer), word, "(", query, ")"), nil
}

// arrivals selects the keys of the rows from which the end is reached at once. It is
// constFalse if there are none.
func (c *compiler) arrivals(e filter.Reach, owner binding) (frag, error) {
	if !e.Reflexive && len(e.Via) > 0 {
		l, err := c.leap(e, owner)
		if err != nil {
			return frag{}, err
		}
		end, err := c.within(e.As, l.to, e.Where)
		if err != nil {
			return frag{}, err
		}
		return c.keysOf(l.from, l.tables, append(l.conds, end))
	}
	b := binding{owner.model, owner.rows, c.nextAlias()}
	var where frag
	var err error
	if e.Reflexive {
		where, err = c.within(e.As, b, e.Where)
	} else {
		where, err = c.oneStep(e, b)
	}
	if err != nil {
		return frag{}, err
	}
	return c.keysOf(b, c.table(b.model.schema, b.alias), []frag{where})
}

// oneStep is true for the rows of b from which a step over one relation leads to the end.
func (c *compiler) oneStep(e filter.Reach, b binding) (frag, error) {
	leaves, err := c.leaves(e.Hops()[0], b, ruleSteps)
	if err != nil {
		return frag{}, err
	}
	// The variables in Where are bound inwards from As, so the number of From's own level
	// is free for the row here.
	old := c.scope[e.From]
	c.scope[e.From] = b
	defer func() { c.scope[e.From] = old }()
	f, err := c.exists(filter.Exists{As: e.As, From: e.From, Rel: e.Rel, Where: e.Where}, false)
	return allOf(leaves, f), err
}

// leaves is true for the rows of b that a step may leave by a relation.
func (c *compiler) leaves(h filter.Hop, b binding, needed rule) (frag, error) {
	if h.Step == filter.True || !c.on(needed) {
		return fragTrue, nil
	}
	// It cannot refer to the variables around it.
	defer func(old map[filter.Var]binding) { c.scope = old }(c.scope)
	c.scope = make(map[filter.Var]binding)
	return c.within(h.At, b, h.Step)
}

// keysOf selects the keys of the rows of b. It is constFalse if there are none.
func (c *compiler) keysOf(b binding, tables frag, conds []frag) (frag, error) {
	if allOf(conds...).konst == constFalse {
		return fragFalse, nil
	}
	keys, err := c.keyOperands(b)
	return cat("SELECT ", commas(keys), " FROM ", tables, whereClause(conds)), err
}

// A leap is one step of a Reach as a join.
type leap struct {
	from, to binding
	tables   frag
	conds    []frag
}

func (c *compiler) leap(e filter.Reach, owner binding) (leap, error) {
	l := leap{from: binding{owner.model, owner.rows, c.nextAlias()}}
	l.tables = c.table(l.from.model.schema, l.from.alias)
	l.to = l.from
	for i, h := range e.Hops() {
		r, target, err := c.relationOf(l.to, h.Rel)
		if err != nil {
			return l, err
		}
		next := binding{target, h.Rel.Target, c.nextAlias()}
		j, err := c.join(r.gorm, next)
		if err != nil {
			return l, err
		}
		conds, err := c.connect(j.keys, l.to)
		if err != nil {
			return l, err
		}
		needed := ruleSteps
		if i > 0 {
			needed = ruleBetween
		}
		leaves, err := c.leaves(h, l.to, needed)
		if err != nil {
			return l, err
		}
		l.conds = append(append(append(l.conds, conds...), j.conds...), leaves)
		if c.d == mysql && i < len(e.Via) {
			// MariaDB (10.11) finds rows that are not there if it looks such a row up by
			// its primary key and reads the next table through a join buffer.
			j.target = cat(j.target, " IGNORE INDEX (PRIMARY)")
		}
		l.tables = cat(j.from(), ",", l.tables) // databases try them in this order
		l.to = next
	}
	if l.to.model != owner.model {
		return l, unsupported(e, "a transitive relation that leads to another model")
	}
	return l, nil
}

// step selects the keys of the rows from which one step leads into the set.
func (c *compiler) step(e filter.Reach, owner binding, set string) (frag, error) {
	l, err := c.leap(e, owner)
	if err != nil {
		return frag{}, err
	}
	reached, err := c.keyOperands(l.to)
	if err != nil {
		return frag{}, err
	}
	var conds []frag
	for i, x := range reached {
		conds = append(conds, cat(x, "=", token{x: tableName(set)}, ".k"+strconv.Itoa(i+1)))
	}
	begin, err := c.keyOperands(l.from)
	return cat("SELECT ", commas(begin), " FROM ", token{x: tableName(set)}, ",", l.tables, whereClause(append(conds, l.conds...))), err
}

// keyOperands returns the columns of a row's key in the form that is compared.
func (c *compiler) keyOperands(b binding) ([]frag, error) {
	list := make([]frag, 0, len(b.rows.Key))
	for _, path := range b.rows.Key {
		r, err := b.column(path)
		if err != nil {
			return nil, err
		}
		list = append(list, c.d.operand(r.kind, r.x()))
	}
	return list, nil
}

func commas(frags []frag) frag {
	var f frag
	for i, g := range frags {
		if i > 0 {
			f.tokens = append(f.tokens, text(","))
		}
		f.tokens = append(f.tokens, g.tokens...)
	}
	return f
}

func tuple(frags []frag) frag {
	if len(frags) == 1 {
		return frags[0]
	}
	return cat("(", commas(frags), ")")
}
