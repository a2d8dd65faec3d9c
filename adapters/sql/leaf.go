package sqlauthz

// This file translates leaves: comparisons of columns with values and with each
// other, sets, and string operations.

import (
	"cmp"
	"math"
	"reflect"
	"regexp"
	"strings"
	"time"

	"github.com/ursa-authz/ursa/adapters/internal/answer"
	"github.com/ursa-authz/ursa/authz/filter"
)

// A ref is a column of the rows that a variable stands for.
type ref struct {
	*column
	alias string
}

// x returns the column's name in SQL.
func (r ref) x() frag {
	return frag{tokens: []token{{x: &columnName{r.alias, r.Name, r.kind == kindText}}}, simple: true}
}

func (r ref) isNull() frag    { return cat(r.x(), " IS NULL") }
func (r ref) isNotNull() frag { return cat(r.x(), " IS NOT NULL") }

// field returns the column of a field.
func (c *compiler) field(f filter.Field) (ref, error) {
	b := c.scope[f.Var]
	return b.column(f.Name)
}

func (b binding) column(path string) (ref, error) {
	col := b.table.columns[path]
	if col == nil {
		return ref{}, answer.Unsupported(nil, path+" of "+b.table.Type.String()+" has no column")
	}
	r := ref{col, b.alias}
	return r, r.usable()
}

// usable returns an error for a column that cannot be compared.
func (r ref) usable() error {
	if r.kind == kindNone {
		return answer.Unsupported(nil, "the column "+r.Name+": "+r.why)
	}
	return nil
}

func (c *compiler) compare(e filter.Compare, neg bool) (frag, error) {
	op := e.Op
	if op == filter.Ne {
		op, neg = filter.Eq, !neg
	}
	switch l := e.L.(type) {
	case filter.Value:
		if r, ok := e.R.(filter.Value); ok {
			d, err := decide(op, l, r)
			return constFrag(d != neg), err
		}
		return c.compare(filter.Compare{Op: op.Swap(), L: e.R, R: l}, neg)
	case filter.Key:
		return c.compareKey(l, e.R, neg)
	case filter.Field:
		a, err := c.field(l)
		if err != nil {
			return frag{}, err
		}
		switch r := e.R.(type) {
		case filter.Value:
			return c.withConst(a, op, r, neg)
		case filter.Field:
			b, err := c.field(r)
			if err != nil {
				return frag{}, err
			}
			return c.withColumn(a, op, b, neg)
		case filter.Key:
			return constFrag(neg), nil // a field and a key are never equal
		}
	}
	return frag{}, answer.Unsupported(e, "a comparison of unknown operands")
}

// decide compares two values.
func decide(op filter.Op, l, r filter.Value) (bool, error) {
	if op == filter.Eq {
		return l.Equal(r)
	}
	n, ok, err := l.Compare(r)
	return ok && holds(op, n), err
}

// holds reports whether an ordering is true for two values whose comparison gives n.
func holds(op filter.Op, n int) bool {
	switch op {
	case filter.Eq:
		return n == 0
	case filter.Ne:
		return n != 0
	case filter.Lt:
		return n < 0
	case filter.Le:
		return n <= 0
	case filter.Gt:
		return n > 0
	case filter.Ge:
		return n >= 0
	}
	panic("sqlauthz: unknown comparison operator")
}

// sqlOp returns the operator for op or, when neg, for its negation.
func sqlOp(op filter.Op, neg bool) string {
	if neg {
		switch op {
		case filter.Eq:
			return "<>"
		case filter.Ne:
			return "="
		case filter.Lt:
			return ">="
		case filter.Le:
			return ">"
		case filter.Gt:
			return "<="
		case filter.Ge:
			return "<"
		default:
			panic("sqlauthz: unknown comparison operator")
		}
	}
	return op.String()
}

// withConst compares a column with a value.
func (c *compiler) withConst(a ref, op filter.Op, v filter.Value, neg bool) (frag, error) {
	core, err := c.held(a, op, v, neg)
	if err != nil {
		return frag{}, err
	}
	null, err := decide(op, c.nullOf(a), v)
	if err != nil {
		return frag{}, err
	}
	return c.orNull(a, core, null != neg), nil
}

// nullOf returns what Go reads for NULL in the column.
func (c *compiler) nullOf(a ref) filter.Value {
	if !c.on(ruleZero) {
		return filter.Value{}
	}
	return a.null
}

// orNull completes a condition on the rows that hold a value with the decision for
// the rows that hold NULL.
func (c *compiler) orNull(a ref, core frag, null bool) frag {
	switch {
	case !a.maybeNull || !c.on(ruleNull):
		return core
	case core.konst == constTrue && !null:
		return a.isNotNull()
	case null:
		return anyOf(core, a.isNull())
	}
	return core
}

// held compares the values that a column holds with a constant. The result for rows
// without a value does not matter, unless the condition is constant.
func (c *compiler) held(a ref, op filter.Op, v filter.Value, neg bool) (frag, error) {
	if v.IsNil() {
		return constFrag(neg), nil
	}
	if op == filter.Eq {
		return c.heldIn(a, []filter.Value{v}, neg)
	}
	if a.kind == kindDecimal && a.ordered {
		return c.heldDecimal(a, op, v, neg)
	}
	if a.converts {
		return frag{}, answer.Unsupported(nil, "an ordering of "+a.info.Elem.String()+", which has its own conversion to database values")
	}
	x := c.operand(a)
	compare := func(op filter.Op, k kind, param any) frag {
		return cat(x, sqlOp(op, neg), c.d.param(k, param))
	}
	switch w := v.Any().(type) {
	case int64:
		if a.kind == kindInt {
			return compare(op, kindInt, w), nil
		}
		f := float64(w)
		if c.on(ruleExactFloat) {
			op = besides(op, compareExact(w, f))
		}
		return c.floats(x, op, f, neg), nil
	case float64:
		if a.kind == kindFloat {
			return c.floats(x, op, w, neg), nil
		}
		if !c.on(ruleFractions) {
			return cat(x, sqlOp(op, neg), bind(w)), nil
		}
		op, i, known := wholes(op, w)
		if known != notConst {
			return constFrag((known == constTrue) != neg), nil
		}
		return compare(op, kindInt, i), nil
	case string:
		return c.heldText(a, x, op, w, neg)
	case time.Time:
		return c.heldTime(a, x, op, w, neg), nil
	case bool:
		return compare(op, kindBool, w), nil
	}
	return frag{}, answer.Unsupported(nil, "an ordering of "+v.Type().String())
}

// heldDecimal orders decimals of a Go type of their own.
func (c *compiler) heldDecimal(a ref, op filter.Op, v filter.Value, neg bool) (frag, error) {
	if v.Type() != a.info.Type || reflect.TypeOf(v.Any()) != a.info.Elem {
		return frag{}, answer.Unsupported(nil, "an ordering of "+a.info.Elem.String()+" and another type")
	}
	x, err := a.toDriver(v)
	if err != nil {
		return frag{}, answer.Unsupported(nil, "a value that the field's type cannot store")
	}
	same, err := a.survives(v, x)
	if err != nil {
		return frag{}, err
	}
	if text, ok := x.(string); !ok || !same || !shortDecimal.MatchString(text) {
		return frag{}, answer.Unsupported(nil, "an ordering with a decimal of more digits than the column's type can store")
	}
	return cat(c.operand(a), sqlOp(op, neg), c.d.param(kindDecimal, x)), nil
}

// shortDecimal matches decimals that every database compares without rounding.
var shortDecimal = regexp.MustCompile(`^[+-]?\d{1,34}(?:\.\d{1,30})?$`)

// sides returns the forms of two columns that are compared for equality.
func (c *compiler) sides(a, b ref) (x, y frag) {
	if a.kind == kindUUID && b.kind == kindUUID {
		return a.x(), b.x()
	}
	return c.operand(a), c.operand(b)
}

// operand returns the form of a column that is compared.
func (c *compiler) operand(a ref) frag {
	switch {
	case !c.on(ruleBytes) && a.kind == kindText, !c.on(ruleZones) && a.kind == kindTime:
		return a.x()
	case a.kind == kindUUID:
		return c.d.bytes(a.x())
	}
	return c.d.operand(a.kind, a.x())
}

// besides returns the ordering with f that gives the same result for floats as op
// gives with an integer on the given side of f (n is its comparison with f), with no
// float between the two.
func besides(op filter.Op, n int) filter.Op {
	switch {
	case n > 0 && op == filter.Lt: // x < i, f < i: x <= f
		return filter.Le
	case n > 0 && op == filter.Ge:
		return filter.Gt
	case n < 0 && op == filter.Le: // x <= i, i < f: x < f
		return filter.Lt
	case n < 0 && op == filter.Gt:
		return filter.Ge
	}
	return op
}

// wholes returns the ordering with an integer that gives the same result for integers
// as op gives with f, or that it is true or false for all integers.
func wholes(op filter.Op, f float64) (filter.Op, int64, konst) {
	less := op == filter.Lt || op == filter.Le
	switch {
	case f != f:
		return op, 0, constFalse
	case f >= 1<<63:
		return op, 0, constFrag(less).konst
	case f < -1<<63:
		return op, 0, constFrag(!less).konst
	}
	floor := math.Floor(f)
	switch {
	case floor == f:
		return op, int64(f), notConst
	case less:
		return filter.Le, int64(floor), notConst
	}
	return filter.Gt, int64(floor), notConst
}

// floats compares a float column with a float. In some databases NaN is equal to itself
// and greater than all numbers, where Go's comparison is false. Others cannot store NaN,
// and some cannot store infinities.
func (c *compiler) floats(x frag, op filter.Op, f float64, neg bool) frag {
	switch {
	case f != f:
		return constFrag(neg)
	case math.IsInf(f, 0) && c.d.finite:
		return constFrag(holds(op, cmp.Compare(0, f)) != neg)
	}
	core := cat(x, sqlOp(op, neg), c.d.param(kindFloat, f))
	if op == filter.Gt || op == filter.Ge {
		return c.exceptNaN(x, core, neg)
	}
	return core
}

// exceptNaN corrects a condition that is true (or, when neg, false) where x is NaN, in
// databases that order it.
func (c *compiler) exceptNaN(x, core frag, neg bool) frag {
	switch {
	case !c.d.ordersNaN || !c.on(ruleNaN):
		return core
	case neg:
		return anyOf(core, cat(x, "='NaN'"))
	}
	return allOf(core, cat(x, "<>'NaN'"))
}

// heldText orders texts by their bytes.
func (c *compiler) heldText(a ref, x frag, op filter.Op, s string, neg bool) (frag, error) {
	if a.kind == kindChar {
		return frag{}, answer.Unsupported(nil, "an ordering of texts in a column of fixed length")
	}
	if !c.d.storable(s) && c.on(ruleStorable) {
		// Up to a NUL, s is the last text before those that it would precede.
		head, _, found := strings.Cut(s, "\x00")
		if !found || !c.d.storable(head) {
			return frag{}, answer.Unsupported(nil, "an ordering with a text that is not valid UTF-8")
		}
		s = head
		switch op {
		case filter.Lt:
			op = filter.Le
		case filter.Ge:
			op = filter.Gt
		}
	}
	return cat(x, sqlOp(op, neg), c.d.param(kindText, s)), nil
}

// heldTime orders times. If a constant is between two times that a parameter can
// hold, it moves up or down to one of them, so that the same rows are before and
// after it.
func (c *compiler) heldTime(a ref, x frag, op filter.Op, t time.Time, neg bool) frag {
	if n := c.d.beyond(t); n != 0 {
		return constFrag(holds(op, -n) != neg)
	}
	if c.on(ruleTimes) {
		t, _ = c.d.roundTime(t, op == filter.Lt || op == filter.Ge)
	}
	if !c.on(ruleZones) {
		return cat(x, sqlOp(op, neg), bind(t))
	}
	return cat(x, sqlOp(op, neg), c.d.param(kindTime, t))
}

// heldIn tests whether a value that a column holds is in a set.
func (c *compiler) heldIn(a ref, set []filter.Value, neg bool) (frag, error) {
	var params []any
	for _, v := range set {
		if v.IsNil() {
			continue
		}
		p, ok, err := c.equalParam(a.column, v)
		if err != nil {
			return frag{}, err
		}
		if ok {
			params = append(params, p)
		}
	}
	if len(params) == 0 {
		return constFrag(neg), nil
	}
	k := a.kind
	x := c.d.operand(k, a.x())
	if !c.on(ruleBytes) && k == kindText || !c.on(ruleZones) && k == kindTime {
		x, k = a.x(), kindNone
	}
	test := func(x frag) frag {
		if len(params) == 1 {
			return cat(x, sqlOp(filter.Eq, neg), c.d.param(k, params[0]))
		}
		word := " IN "
		if neg {
			word = " NOT IN "
		}
		return cat(x, word, c.d.list(k, c.d.params(k, params)))
	}
	if !neg && c.d.indexed(k) {
		return allOf(test(a.x()), test(x)), nil
	}
	return test(x), nil
}

// equalParam returns the parameter for equality with a value, or false if nothing in
// the column equals the value.
func (c *compiler) equalParam(col *column, v filter.Value) (param any, ok bool, err error) {
	param, ok, err = col.equalParam(c.d, v)
	if !ok && err == nil && c.off&(ruleKinds|ruleFractions|ruleExactFloat|ruleTimes|ruleStorable) != 0 {
		return v.Any(), true, nil // with the rule off, the database gets the value
	}
	return param, ok, err
}

// in tests whether a field or key is in a set.
func (c *compiler) in(e filter.In, neg bool) (frag, error) {
	switch x := e.X.(type) {
	case filter.Key:
		return c.keyIn(x, e.Set, neg)
	case filter.Field:
		a, err := c.field(x)
		if err != nil {
			return frag{}, err
		}
		core, err := c.heldIn(a, e.Set, neg)
		if err != nil {
			return frag{}, err
		}
		null := false
		for _, v := range e.Set {
			eq, err := c.nullOf(a).Equal(v)
			if err != nil {
				return frag{}, err
			}
			null = null || eq
		}
		return c.orNull(a, core, null != neg), nil
	}
	return frag{}, answer.Unsupported(e, "a set that does not depend on a row")
}

// withColumn compares two columns: where both hold values, where one does not, and
// where neither does.
func (c *compiler) withColumn(a ref, op filter.Op, b ref, neg bool) (frag, error) {
	core, err := c.columns(a, op, b, neg)
	if err != nil {
		return frag{}, err
	}
	parts := []frag{core}
	if core.konst == constTrue { // of the rows where both hold values
		parts = []frag{c.bothHeld(a, b)}
	}
	if !c.on(ruleNullPairs) {
		return core, nil
	}
	if a.maybeNull {
		f, err := c.held(b, op.Swap(), c.nullOf(a), neg)
		if err != nil {
			return frag{}, err
		}
		parts = append(parts, allOf(a.isNull(), c.heldOnly(b, f)))
	}
	if b.maybeNull {
		f, err := c.held(a, op, c.nullOf(b), neg)
		if err != nil {
			return frag{}, err
		}
		parts = append(parts, allOf(b.isNull(), c.heldOnly(a, f)))
	}
	if a.maybeNull && b.maybeNull {
		d, err := decide(op, c.nullOf(a), c.nullOf(b))
		if err != nil {
			return frag{}, err
		}
		parts = append(parts, allOf(a.isNull(), b.isNull(), constFrag(d != neg)))
	}
	return anyOf(parts...), nil
}

// heldOnly restricts a constant condition to rows that hold a value. For other rows
// the rest of the condition is unknown anyway.
func (c *compiler) heldOnly(a ref, f frag) frag {
	if f.konst == constTrue && a.maybeNull {
		return a.isNotNull()
	}
	return f
}

func (c *compiler) bothHeld(a, b ref) frag {
	return allOf(c.heldOnly(a, fragTrue), c.heldOnly(b, fragTrue))
}

// columns compares two columns where both hold values.
func (c *compiler) columns(a ref, op filter.Op, b ref, neg bool) (frag, error) {
	same, possible := a.comparable(b.column)
	switch {
	case !possible || op.Ordering() && !(a.ordered && b.ordered):
		return frag{}, answer.Unsupported(nil, "a comparison of the columns "+a.Name+" and "+b.Name)
	case !same && c.on(ruleKinds):
		return constFrag(neg), nil
	}
	x, y := c.operand(a), c.operand(b)
	if op == filter.Eq {
		x, y = c.sides(a, b)
	}
	switch {
	case a.kind == kindInt && b.kind == kindFloat:
		return c.intWithFloat(x, op, y, neg), nil
	case a.kind == kindFloat && b.kind == kindInt:
		return c.intWithFloat(y, op.Swap(), x, neg), nil
	case a.kind == kindFloat && op != filter.Lt && op != filter.Le:
		return c.exceptNaN(x, cat(x, sqlOp(op, neg), y), neg), nil
	case a.kind == kindFloat:
		return c.exceptNaN(y, cat(x, sqlOp(op, neg), y), neg), nil
	}
	return cat(x, sqlOp(op, neg), y), nil
}

// intWithFloat compares an integer column with a float column without rounding the
// integer. Some databases do so themselves. Others convert the integer to a float; where
// that equals the other float, both are whole and are compared as integers.
func (c *compiler) intWithFloat(i frag, op filter.Op, f frag, neg bool) frag {
	sql := sqlOp(op, neg)
	if c.d.asFloat == nil {
		return cat(i, sql, f)
	}
	asFloat, asInt := c.d.asFloat(i), c.d.asInt(f)
	rough := c.exceptNaN(f, cat(asFloat, sql, f), neg)
	if !c.on(ruleExactFloat) {
		return rough
	}
	beyond := c.d.param(kindFloat, float64(1<<63))
	return cat("CASE WHEN ", asFloat, "=", f, " AND ", f, "<", beyond, " THEN ", i, sql, asInt,
		" WHEN ", asFloat, "=", f, " THEN 0", sql, "1", " ELSE ", rough, " END")
}

// strOp tests the bytes of a text.
func (c *compiler) strOp(e filter.StrOp, neg bool) (frag, error) {
	f, ok := e.X.(filter.Field)
	if !ok {
		return frag{}, answer.Unsupported(e, "a string operation that does not depend on a field")
	}
	a, err := c.field(f)
	switch {
	case err != nil:
		return frag{}, err
	case a.converts || a.kind == kindChar:
		return frag{}, answer.Unsupported(e, "a string operation on a text that the database stores in another form")
	}
	// Simplify has removed empty Args, so neither nil nor "" passes.
	core := fragFalse
	if c.d.storable(e.Arg) || !c.on(ruleStorable) {
		var search func(x frag, arg string, escape bool) frag
		switch e.Kind {
		case filter.Prefix:
			search = c.d.prefix
		case filter.Suffix:
			search = c.d.suffix
		case filter.Contains:
			search = c.d.contains
		default:
			return frag{}, answer.Unsupported(e, "unknown string operation")
		}
		core = search(a.x(), e.Arg, c.on(rulePattern))
	}
	if !neg {
		return core, nil
	}
	if core.konst == constFalse {
		return fragTrue, nil
	}
	return c.orNull(a, cat("NOT(", core, ")"), true), nil
}
