package sqlauthz

// This file translates a Reach, the transitive closure of a relation, to a recursive query.

import (
	"slices"
	"strconv"

	"github.com/ursa-authz/ursa/adapters/internal/answer"
	"github.com/ursa-authz/ursa/authz/filter"
)

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
// computed before the other's. The sets are side by side and not nested, because databases
// limit the depth of a statement (see Dialect).
func (c *compiler) reach(e filter.Reach, neg bool) (frag, error) {
	if !closed(e.Where, e.As) {
		return frag{}, answer.Unsupported(e, "a transitive relation whose condition depends on the row it starts from")
	}
	owner := c.scope[e.From]
	defer func(old bool) { c.negated = old }(c.negated)
	c.negated = c.negated || neg
	outermost := !c.inSet
	c.inSet = true
	if outermost {
		defer func() { c.inSet, c.sets = false, nil }()
	}
	l, err := c.leap(e, owner)
	if err != nil {
		return frag{}, err
	}
	first, err := c.arrivals(e, l)
	switch {
	case err != nil:
		return frag{}, err
	case first.konst == constFalse:
		return constFrag(neg), nil
	}
	set := c.nextAlias()
	onward, err := c.step(l, set)
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
	body := cat(token{x: tableName(set)}, "(", commas(names), ") AS (", c.member(first), " UNION ", c.member(onward), ")")
	c.sets = append(c.sets, body)
	query := cat("SELECT ", commas(names), " FROM ", token{x: tableName(set)})
	if c.negated && c.d.whole != nil {
		// A set that was cut short would make a negation true. In a condition without one, it only
		// leaves rows out.
		counted := token{x: tableName(c.nextAlias())}
		query = cat("SELECT ", commas(names), " FROM (SELECT ", commas(names), ",COUNT(*) OVER () AS n FROM ", token{x: tableName(set)}, ") AS ", counted,
			" WHERE ", c.d.whole(cat(counted, ".n")))
	}
	query.nested, query.tables = body.nested, body.tables+2 // elsewhere; it names itself, too
	if outermost {
		tables := query.tables
		query = cat("WITH RECURSIVE ", commas(c.sets), " ", query)
		query.tables = tables // a set counts where it is named
	}
	f := cat(tuple(outer), word, "(", query, ")")
	if outermost && len(outer) == 1 && c.shape(step{c.inOr, true, neg, true}) == byArray {
		f = cat(outer[0], "=ANY(ARRAY(", query, "))")
	}
	c.chain = true
	return f, c.tooDeep(f, e)
}

// arrivals selects the keys of the rows from which the end is reached at once. It is
// constFalse if there are none.
func (c *compiler) arrivals(e filter.Reach, l leap) (frag, error) {
	if !e.Reflexive && len(e.Via) > 0 {
		end, err := c.within(e.As, l.to, e.Where)
		if err != nil {
			return frag{}, err
		}
		return c.keysOf(l.from, l.tables, append(slices.Clone(l.conds), end))
	}
	var where frag
	var err error
	if e.Reflexive {
		where, err = c.within(e.As, l.from, e.Where)
	} else {
		where, err = c.oneStep(e, l)
	}
	if err != nil {
		return frag{}, err
	}
	return c.keysOf(l.from, c.table(l.from.table, l.from.alias), []frag{where})
}

// oneStep is true for the rows from which a step over one relation leads to the end.
func (c *compiler) oneStep(e filter.Reach, l leap) (frag, error) {
	// The variables in Where are bound inwards from As, so the number of From's own level
	// is free for the row here.
	old := c.scope[e.From]
	c.scope[e.From] = l.from
	defer func() { c.scope[e.From] = old }()
	f, err := c.exists(filter.Exists{As: e.As, From: e.From, Rel: e.Rel, Where: e.Where}, false)
	return allOf(l.leaves, f), err
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

// A leap is one step of a Reach as a join. Its conditions are translated once, although both
// SELECTs contain them: otherwise chains within the conditions of chains would double the
// statement at each level.
type leap struct {
	from, to binding
	tables   frag
	conds    []frag
	leaves   frag // that of conds about the row from
}

func (c *compiler) leap(e filter.Reach, owner binding) (leap, error) {
	l := leap{from: binding{owner.table, owner.rows, c.nextAlias()}}
	l.tables = c.table(l.from.table, l.from.alias)
	l.to = l.from
	for i, h := range e.Hops() {
		r, err := c.relationOf(l.to, h.Rel)
		if err != nil {
			return l, err
		}
		next := binding{r.target, h.Rel.Target, c.nextAlias()}
		j, err := c.join(r, next)
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
		if i == 0 {
			l.leaves = leaves
		}
		if i < len(e.Via) && c.d.passing != "" {
			j.target = cat(j.target, c.d.passing)
		}
		l.tables = cat(j.from(), ",", l.tables) // databases try them in this order
		l.to = next
	}
	if l.to.table != owner.table {
		return l, answer.Unsupported(e, "a transitive relation that leads to another table")
	}
	return l, nil
}

// step selects the keys of the rows from which one step leads into the set.
func (c *compiler) step(l leap, set string) (frag, error) {
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
