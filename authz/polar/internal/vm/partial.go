package vm

// This file defines partial evaluation: the same solver, with a row unknown.
//
// The row is a symbol. What a goal reads from it is a symbol again, and a test
// of a symbol is not decided but recorded as a condition, after which the solver
// goes on as if it had succeeded. So every solution of the query comes with a
// conjunction of conditions, and the rows for which the query holds are those
// that satisfy one of the conjunctions.
//
// Conditions live on a stack that backtracking shortens. Following a relation
// puts a binder on it: the row at the other end has a variable of its own, over
// which everything behind the binder is quantified. So a finished conjunction is
// folded from its end, and becomes conditions inside Exists inside conditions.
//
// What is solved on the side is collected. A negation collects the conjunctions
// of its solutions and records the negation of their disjunction. A call whose
// arguments have no variables can only hold or not hold, so its solutions are
// collected too and recorded as one condition: two calls with ten rules each
// make twenty conjunctions, not a hundred. When such a call comes back to
// itself one relation further on, and nothing else stands in between, its rows
// are those that reach a solution over that relation: a Reach.
//
// A condition must say exactly what the solver would decide for a row that is
// known. Whatever cannot be said exactly is an error that names the expression.

import (
	"reflect"

	"github.com/ursa-authz/ursa/authz/filter"
	"github.com/ursa-authz/ursa/authz/internal/host"
	"github.com/ursa-authz/ursa/authz/polar/internal/resolve"
	"github.com/ursa-authz/ursa/authz/polar/syntax"
)

// A condition is one entry of the stack: an expression, or a binder.
type condition struct {
	expr  filter.Expr // nil for a binder
	as    filter.Var  // the row that the binder binds
	from  filter.Var  // the row that the relation is of
	attr  *host.Attr  // the relation
	again bool        // the recursive call, one step further over the relation
}

// A collector gathers the solutions of a negation or a call.
type collector struct {
	results []filter.Expr
	choice  int // index of its choice

	pred *pred   // of the call; nil for a negation
	call []Value // of a call of a recursive predicate: its arguments, for comparison

	// Of a call of a recursive predicate with one unknown row:
	args  []Value
	pos   int        // of the unknown row among args; -1 when there is none
	row   filter.Var // the row that stands for it inside
	outer filter.Var // the row that was passed
	over  *host.Attr // the relation that the recursion follows; nil when no solution recurred
	tied  bool       // whether something inside was found out about the row that was passed, and not about any row
}

// partialState is what a machine has besides when its query is partial.
type partialState struct {
	conds      []condition
	collectors []collector
	rows       filter.Var                // how many rows there are
	same       map[filter.Var]filter.Var // rows that turned out to be another one; see collect.go
	copies     map[filter.Var]filter.Var // for the row that a call made for itself, 1 + the row that it was called with
}

func (p *partialState) height() int32 { return int32(len(p.conds)) }

func (p *partialState) newRow() filter.Var {
	p.rows++
	return p.rows - 1
}

// copyOf records that the row v is a call's own name for the row of.
func (p *partialState) copyOf(v, of filter.Var) {
	if p.copies == nil {
		p.copies = make(map[filter.Var]filter.Var)
	}
	if first := p.copies[of]; first != 0 {
		p.copies[v] = first
	} else {
		p.copies[v] = of + 1
	}
}

// isRow records that the row v, which nothing binds, is the row of.
func (p *partialState) isRow(v, of filter.Var) {
	if p.same == nil {
		p.same = make(map[filter.Var]filter.Var)
	}
	p.same[v] = of
}

// restore shortens the stacks to the heights of a choice.
func (p *partialState) restore(c *choice) {
	p.conds = p.conds[:c.conds]
	p.collectors = p.collectors[:c.collectors]
}

// assume records a condition. It reports false when the condition never holds.
func (m *Machine) assume(e filter.Expr) (bool, error) {
	if m.quiet {
		m.unsure = true
		return true, nil
	}
	switch e {
	case filter.True:
		return true, nil
	case filter.False:
		return false, nil
	}
	m.partial.conds = append(m.partial.conds, condition{expr: e})
	return true, m.allocate(conditionBytes)
}

// conditionBytes is about what a condition costs.
const conditionBytes = 96

// hop returns the row at the end of a to-one relation. From there on the row is
// known to exist.
func (m *Machine) hop(s *symbol) (*symbol, error) {
	if s.kind == symRow {
		return s, nil
	}
	if row := m.hopped(s); row != nil {
		return row, nil
	}
	return m.follow(s)
}

// hopped returns the row at the end of a to-one relation that has been followed; nil when it has not.
func (m *Machine) hopped(s *symbol) *symbol {
	p := m.partial
	for i := len(p.conds) - 1; i >= 0; i-- {
		if c := &p.conds[i]; c.attr == s.attr && c.from == s.row && !c.again {
			return &symbol{kind: symRow, row: c.as, plan: s.plan}
		}
	}
	return nil
}

// follow binds a new row to one at the end of a relation.
func (m *Machine) follow(s *symbol) (*symbol, error) {
	row := &symbol{kind: symRow, plan: s.plan}
	if m.quiet {
		m.unsure = true
		row.row = -1
		return row, nil
	}
	row.row = m.partial.newRow()
	m.partial.conds = append(m.partial.conds, condition{as: row.row, from: s.row, attr: s.attr})
	return row, m.allocate(conditionBytes)
}

// conjunction folds the conditions from index from on into one expression.
func (m *Machine) conjunction(from int32) filter.Expr {
	conds := m.partial.conds[from:]
	var parts filter.And
	for i := len(conds) - 1; i >= 0; i-- {
		c := &conds[i]
		if c.attr == nil {
			parts = append(parts, c.expr)
			continue
		}
		var where filter.Expr = filter.True
		switch len(parts) {
		case 0:
		case 1:
			where = parts[0]
		default:
			where = reversed(parts)
		}
		parts = filter.And{filter.Exists{As: c.as, From: c.from, Rel: m.prog.relation(c.attr), Where: where}}
	}
	if len(parts) == 1 {
		return parts[0]
	}
	return reversed(parts)
}

func reversed(parts filter.And) filter.And {
	out := make(filter.And, len(parts))
	for i, e := range parts {
		out[len(parts)-1-i] = e
	}
	return out
}

func anyOf(results []filter.Expr) filter.Expr {
	switch len(results) {
	case 0:
		return filter.False
	case 1:
		return results[0]
	}
	return filter.Or(results)
}

// unsupported is the error of an expression that cannot become a condition.
func (m *Machine) unsupported(format string, args ...any) error {
	err := m.errorf(CodeUnsupported, format, args...).(*Error)
	err.Msg += " cannot become a filter"
	return err
}

// unifyPartial unifies two terms of which one is unknown; neither is a variable.
func (m *Machine) unifyPartial(a, b Value) (bool, error) {
	e, err := m.equality(a, b)
	if err != nil {
		return false, err
	}
	return m.assume(e)
}

// equality returns the condition that two terms are equal, of which at least one is unknown.
func (m *Machine) equality(a, b Value) (filter.Expr, error) {
	if !isPartial(a) {
		a, b = b, a
	}
	s := asSymbol(a)
	if isPartial(b) {
		return m.equalSymbols(s, asSymbol(b))
	}
	switch s.kind {
	case symCond:
		switch {
		case b.Kind() != host.Bool:
			return filter.False, nil
		case b.Bool():
			return s.cond, nil
		}
		return filter.Not{X: s.cond}, nil
	case symRow:
		return m.equalsObject(s.row, s.plan, b)
	case symOne:
		if b.Kind() == host.Nil {
			return filter.Not{X: m.exists(s, filter.True)}, nil
		}
		return m.within(s, func(row filter.Var) (filter.Expr, error) { return m.equalsObject(row, s.plan, b) })
	case symMany:
		return nil, m.unsupported("%s as a list", describeSymbol(s))
	}
	if isOpen(b) || b.Kind() == host.List || b.Kind() == host.Dict || b.Kind() == host.ClassKind {
		if s.plan != nil && s.plan.Kind != host.List && s.plan.Kind != host.Dict {
			return filter.False, nil
		}
		return nil, m.unsupported("%s compared with %s", describeSymbol(s), describe(b))
	}
	if err := m.checkEqual(s, b); err != nil {
		return nil, err
	}
	v, err := m.constant(b)
	if err != nil {
		return nil, err
	}
	return m.fieldCompare(filter.Eq, s, v)
}

// checkEqual checks that a filter compares the values of a field with b, a
// constant or another field, as the solver does. It does not where instances are
// told apart by a key or by a method of the pointer, nor where two structs are
// reached through pointers: those are equal when they are one object.
func (m *Machine) checkEqual(s *symbol, b Value) error {
	p, other := s.plan, b.Plan
	pointers := s.attr.Type.Kind() == reflect.Pointer
	if isPartial(b) {
		t := asSymbol(b)
		other = t.plan
		pointers = pointers && t.attr.Type.Kind() == reflect.Pointer
	} else {
		pointers = pointers && b.Word == 0
	}
	if p == nil || p.Kind != host.Instance || p != other {
		return nil // equal to no instance
	}
	switch by := p.EqualBy(); {
	case by == host.EqualByKey:
		return m.unsupported("equality of %s, which is told by a key,", describeSymbol(s))
	case by == host.EqualByPointerMethod:
		return m.unsupported("equality of %s, which is told by a method of the pointer,", describeSymbol(s))
	case by == host.EqualByValue && pointers && p.Type.Kind() == reflect.Struct:
		return m.unsupported("equality of %s, which is a pointer to a struct without a key,", describeSymbol(s))
	}
	return nil
}

// fieldCompare compares a field with a constant.
func (m *Machine) fieldCompare(op filter.Op, s *symbol, v filter.Value) (filter.Expr, error) {
	field, err := m.field(s)
	if err != nil {
		return nil, err
	}
	if op.Ordering() && v.IsNil() {
		return filter.False, nil
	}
	return filter.Compare{Op: op, L: field, R: v}, nil
}

// field returns the operand for a field, if filters can express it.
func (m *Machine) field(s *symbol) (filter.Field, error) {
	if m.quiet {
		return filter.Field{}, nil
	}
	owner := m.prog.models[s.owner]
	if owner == nil {
		return filter.Field{}, m.unsupported("%s", describeSymbol(s))
	}
	if _, err := owner.Field(s.name); err != nil {
		return filter.Field{}, m.unsupported("%s, whose type is %s,", describeSymbol(s), s.attr.Type)
	}
	return filter.Field{Var: s.row, Name: s.name}, nil
}

// equalsObject returns the condition that a row is the given object.
func (m *Machine) equalsObject(row filter.Var, plan *host.Plan, b Value) (filter.Expr, error) {
	if b.Kind() != host.Instance || b.Plan != plan {
		return filter.False, nil
	}
	if len(plan.Key()) == 0 {
		return nil, m.unsupported("equality with %s, which has no key,", describe(b))
	}
	x, err := m.prog.reg.ToGo(b)
	if err != nil {
		return nil, m.hostError(err)
	}
	key, err := m.prog.models[plan].KeyOf(x)
	if err != nil {
		return nil, m.unsupported("the key of %s", describe(b))
	}
	return filter.Compare{Op: filter.Eq, L: filter.Key{Var: row}, R: key}, nil
}

func (m *Machine) equalSymbols(a, b *symbol) (filter.Expr, error) {
	if sameSymbol(a, b) && a.kind != symMany {
		if a.kind == symField && a.plan != nil && a.plan.Kind == host.Float {
			return nil, m.unsupported("a comparison with itself of %s, which may be no number,", describeSymbol(a))
		}
		return filter.True, nil // nil is equal to nil
	}
	if a.kind == symMany || b.kind == symMany {
		return nil, m.unsupported("a relation to many rows as a list")
	}
	if a.kind == symCond || b.kind == symCond {
		return nil, m.unsupported("a comparison of two conditions on the unknown row")
	}
	aRow, bRow := a.kind != symField, b.kind != symField
	if aRow != bRow {
		return m.nilTogether(a, b)
	}
	if !aRow {
		if err := m.checkEqual(a, makeSymbol(b)); err != nil {
			return nil, err
		}
		l, err := m.field(a)
		if err != nil {
			return nil, err
		}
		r, err := m.field(b)
		if err != nil {
			return nil, err
		}
		return filter.Compare{Op: filter.Eq, L: l, R: r}, nil
	}
	if a.plan != b.plan {
		return m.nilTogether(a, b)
	}
	if len(a.plan.Key()) == 0 {
		return nil, m.unsupported("equality of rows without a key")
	}
	same, err := m.within(a, func(ra filter.Var) (filter.Expr, error) {
		return m.within(b, func(rb filter.Var) (filter.Expr, error) {
			return filter.Compare{Op: filter.Eq, L: filter.Key{Var: ra}, R: filter.Key{Var: rb}}, nil
		})
	})
	if err != nil || a.kind == symRow || b.kind == symRow {
		return same, err
	}
	none, err := m.nilTogether(a, b)
	if err != nil {
		return nil, err
	}
	return filter.Or{same, none}, nil
}

// nilTogether returns the condition that two symbols are both nil.
func (m *Machine) nilTogether(a, b *symbol) (filter.Expr, error) {
	na, err := m.isNil(a)
	if err != nil {
		return nil, err
	}
	nb, err := m.isNil(b)
	if err != nil {
		return nil, err
	}
	return filter.And{na, nb}, nil
}

func (m *Machine) isNil(s *symbol) (filter.Expr, error) {
	switch s.kind {
	case symOne:
		return filter.Not{X: m.exists(s, filter.True)}, nil
	case symField:
		return m.fieldCompare(filter.Eq, s, filter.Value{})
	}
	return filter.False, nil
}

// within returns the condition that f makes of the row that s stands for, and
// false where there is no such row.
func (m *Machine) within(s *symbol, f func(row filter.Var) (filter.Expr, error)) (filter.Expr, error) {
	if s.kind == symRow {
		return f(s.row)
	}
	for i := len(m.partial.conds) - 1; i >= 0; i-- {
		if c := &m.partial.conds[i]; c.attr == s.attr && c.from == s.row && !c.again {
			return f(c.as)
		}
	}
	as := m.partial.newRow()
	where, err := f(as)
	if err != nil {
		return nil, err
	}
	return filter.Exists{As: as, From: s.row, Rel: m.prog.relation(s.attr), Where: where}, nil
}

// exists returns the condition that a relation leads to a row.
func (m *Machine) exists(s *symbol, where filter.Expr) filter.Expr {
	return filter.Exists{As: m.partial.newRow(), From: s.row, Rel: m.prog.relation(s.attr), Where: where}
}

// constant returns a host value as a constant of a filter.
func (m *Machine) constant(v Value) (filter.Value, error) {
	x, err := m.prog.reg.ToGo(v)
	if err != nil {
		return filter.Value{}, m.hostError(err)
	}
	fv, err := filter.ValueOf(x)
	if err != nil {
		return filter.Value{}, m.unsupported("a comparison with %s", describe(v))
	}
	return fv, nil
}

// opOf is the comparison of a filter for an operator of the language.
func opOf(op syntax.Op) filter.Op {
	switch op {
	case syntax.OpEq:
		return filter.Eq
	case syntax.OpNe:
		return filter.Ne
	case syntax.OpLt:
		return filter.Lt
	case syntax.OpLe:
		return filter.Le
	case syntax.OpGt:
		return filter.Gt
	}
	return filter.Ge
}

// comparePartial solves a comparison in which a side is unknown; done is false when none is.
func (m *Machine) comparePartial(n *node, a, b Value) (done, ok bool, err error) {
	if !isPartial(a) && !isPartial(b) {
		if n.cmp == syntax.OpEq && (isOpen(a) || isOpen(b)) {
			if _, open, err := m.firstVar(a); err != nil || open {
				return err != nil, false, err
			}
			if _, open, err := m.firstVar(b); err != nil || open {
				return err != nil, false, err
			}
			ok, err := m.unify(a, b)
			return true, ok, err
		}
		if isOpen(a) || isOpen(b) {
			return true, false, m.unsupported("%s on a list or dictionary with unknowns", n.cmp)
		}
		return false, false, nil
	}
	if isVar(a) || isVar(b) {
		return false, false, nil // waits
	}
	var e filter.Expr
	switch n.cmp {
	case syntax.OpEq, syntax.OpNe:
		if e, err = m.equality(a, b); err == nil && n.cmp == syntax.OpNe {
			e = filter.Not{X: e}
		}
	default:
		e, err = m.ordering(opOf(n.cmp), a, b)
	}
	if err != nil {
		return true, false, err
	}
	ok, err = m.assume(e)
	return true, ok, err
}

// ordering returns the condition of an ordering in which a side is unknown.
func (m *Machine) ordering(op filter.Op, a, b Value) (filter.Expr, error) {
	if !isPartial(a) {
		a, b, op = b, a, op.Swap()
	}
	s := asSymbol(a)
	if s.kind != symField {
		if b.Kind() == host.Nil {
			return filter.False, nil
		}
		return nil, m.unsupported("an ordering of %s", describeSymbol(s))
	}
	if !isPartial(b) {
		if b.Kind() == host.Nil {
			return filter.False, nil
		}
		if err := m.checkOrder(s, b.Plan); err != nil {
			return nil, err
		}
		v, err := m.constant(b)
		if err != nil {
			return nil, err
		}
		return m.fieldCompare(op, s, v)
	}
	l, err := m.field(s)
	if err != nil {
		return nil, err
	}
	t := asSymbol(b)
	if t.kind != symField {
		return nil, m.unsupported("an ordering of %s", describeSymbol(t))
	}
	if err := m.checkOrder(s, t.plan); err != nil {
		return nil, err
	}
	r, err := m.field(t)
	if err != nil {
		return nil, err
	}
	return filter.Compare{Op: op, L: l, R: r}, nil
}

// checkOrder checks that the values of a field have an order with those of a
// plan: a test that is an error for rows cannot be a condition.
func (m *Machine) checkOrder(s *symbol, p *host.Plan) error {
	if s.plan == nil || p == nil {
		return m.unsupported("an ordering of %s, whose type is known only row by row,", describeSymbol(s))
	}
	number := func(k host.Kind) bool { return k == host.Int || k == host.Float }
	a, b := s.plan.Kind, p.Kind
	switch {
	case number(a) && number(b), a == b && (a == host.String || a == host.Bool):
		return nil
	case a == host.Instance && s.plan == p:
		if f, err := m.prog.models[s.owner].Field(s.name); err == nil && f.Ordered {
			return nil
		}
	}
	return m.errorf(CodeUnordered, "%s and %s have no order", host.Describe(Value{Plan: s.plan}), host.Describe(Value{Plan: p}))
}

// lookupPartial solves c = obj.name for an unknown object.
func (m *Machine) lookupPartial(n *node, obj Value, name string, base int32) (bool, error) {
	v, ok, err := m.symbolAttribute(n, asSymbol(obj), name)
	if !ok || err != nil {
		return false, err
	}
	return m.unifyOperand(&n.c, v, base)
}

// symbolAttribute reads an attribute of an unknown object; ok is false when it never has a value.
func (m *Machine) symbolAttribute(n *node, s *symbol, name string) (Value, bool, error) {
	switch s.kind {
	case symMany, symCond:
		return Value{}, false, m.errorf(CodeUnknownAttribute, "%s has no attributes", describeSymbol(s))
	}
	if s.plan == nil {
		return Value{}, false, m.unsupported("an attribute of %s", describeSymbol(s))
	}
	if s.plan.Kind == host.Dict {
		return Value{}, false, m.unsupported("a key of %s", describeSymbol(s))
	}
	a := s.plan.Attr(name)
	if a == nil {
		return Value{}, false, m.unknownAttribute(n, Value{Plan: s.plan}, name)
	}
	if s.kind == symField {
		// A struct inside the row.
		if s.attr.Nilable {
			return Value{}, false, m.unsupported("an attribute of %s, which may be nil,", describeSymbol(s))
		}
		if a.Relation != nil {
			return Value{}, false, m.unsupported("a relation of %s", describeSymbol(s))
		}
		return makeSymbol(&symbol{kind: symField, row: s.row, owner: s.owner, plan: a.Plan, attr: a, name: s.name + "." + a.Name}), true, nil
	}
	row, err := m.hop(s)
	if err != nil {
		return Value{}, false, err
	}
	sym := &symbol{row: row.row, attr: a, owner: row.plan}
	switch {
	case a.Relation == nil:
		sym.kind, sym.plan, sym.name = symField, a.Plan, a.Name
	case a.Relation.Many:
		sym.kind, sym.plan = symMany, a.Relation.Target
	default:
		sym.kind, sym.plan = symOne, a.Relation.Target
	}
	return makeSymbol(sym), true, nil
}

// methodPartial solves c = obj.name(args) for an unknown object: the tests of
// strings become conditions.
func (m *Machine) methodPartial(n *node, obj Value, base int32) (bool, error) {
	s := asSymbol(obj)
	var kind filter.StrKind
	switch n.name {
	case "startswith", "starts_with":
		kind = filter.Prefix
	case "endswith", "ends_with":
		kind = filter.Suffix
	case "contains":
		kind = filter.Contains
	default:
		return false, m.unsupported("the method %s of %s", n.name, describeSymbol(s))
	}
	if s.kind != symField || s.plan == nil || s.plan.Kind != host.String || s.plan.Method(n.name) != nil || len(n.args) != 1 {
		return false, m.unsupported("the method %s of %s", n.name, describeSymbol(s))
	}
	args, waits, depends, err := m.groundArgs(n, base)
	if err != nil {
		return false, err
	}
	if depends {
		m.wait(n, waits)
		return true, nil
	}
	switch args[0].Kind() {
	case host.String:
	case host.Nil:
		return false, nil
	default:
		return false, m.errorf(CodeType, "String.%s needs a String, not %s", n.name, describe(args[0]))
	}
	field, err := m.field(s)
	if err != nil {
		return false, err
	}
	if s.attr.Nilable {
		// A method of nil has no solution, whatever is done with its result.
		if ok, err := m.assume(filter.Compare{Op: filter.Ne, L: field, R: filter.Value{}}); !ok || err != nil {
			return ok, err
		}
	}
	v := makeSymbol(&symbol{kind: symCond, cond: filter.StrOp{Kind: kind, X: field, Arg: args[0].Str()}})
	return m.unifyOperand(&n.c, v, base)
}

// matchPartial matches an unknown value with a pattern.
func (m *Machine) matchPartial(v Value, p *pattern, n *node, base int32) (bool, error) {
	s := asSymbol(v)
	if p.kind == dictPattern && len(p.fields) == 0 {
		return true, nil
	}
	if p.kind == listPattern || s.kind == symMany {
		return false, m.unsupported("%s matched with a pattern", describeSymbol(s))
	}
	if p.kind == classPattern {
		if p.class == nil && p.union == resolve.UnionNone {
			return false, m.errorf(CodeClass, "class %q is not registered", p.name)
		}
		switch {
		case s.kind == symCond:
			return false, m.unsupported("%s matched with a class", describeSymbol(s))
		case s.plan == nil:
			return false, m.unsupported("%s, whose type is known only row by row,", describeSymbol(s))
		case !m.prog.isInstance(Value{Plan: s.plan}, p):
			return false, nil
		}
		// nil is of no class.
		switch s.kind {
		case symOne:
			var err error
			if s, err = m.hop(s); err != nil {
				return false, err
			}
		case symField:
			if s.attr.Nilable {
				e, err := m.fieldCompare(filter.Ne, s, filter.Value{})
				if err != nil {
					return false, err
				}
				if ok, err := m.assume(e); !ok || err != nil {
					return ok, err
				}
			}
		}
	}
	for i := len(p.fields) - 1; i >= 0; i-- {
		f := &p.fields[i]
		if p.kind == dictPattern && (s.kind == symCond || s.plan != nil && s.plan.Kind != host.Dict && s.plan.Attr(f.name) == nil) {
			return false, nil
		}
		fv, ok, err := m.symbolAttribute(n, s, f.name)
		if !ok || err != nil {
			return ok, err
		}
		if ok, err := m.match(fv, f.pat, nil, base); !ok || err != nil {
			return ok, err
		}
	}
	return true, nil
}

// inPartial solves item in seq for an unknown seq.
func (m *Machine) inPartial(item, seq Value) (bool, error) {
	s := asSymbol(seq)
	if s.kind != symMany {
		return false, m.unsupported("in over %s", describeSymbol(s))
	}
	row, err := m.follow(s)
	if err != nil {
		return false, err
	}
	return m.unify(item, makeSymbol(row))
}

// inConstants solves item in list for an unknown item and a list of constants
// as one condition; done is false when the list must be walked.
func (m *Machine) inConstants(item, list Value) (done, ok bool, err error) {
	s := asSymbol(item)
	if s.kind != symField || isOpen(list) {
		return false, false, nil
	}
	if err := m.charge(list.Len()); err != nil {
		return true, false, err
	}
	set := make([]filter.Value, 0, list.Len())
	for i := range list.Len() {
		e, err := list.At(i)
		if err != nil {
			return true, false, m.hostError(err)
		}
		if !isAtom(e) || e.Kind() == host.ClassKind {
			return false, false, nil
		}
		if err := m.checkEqual(s, e); err != nil {
			return true, false, err
		}
		v, err := m.constant(e)
		if err != nil {
			return true, false, err
		}
		set = append(set, v)
	}
	field, err := m.field(s)
	if err != nil {
		return true, false, err
	}
	if len(set) == 0 {
		return true, false, nil
	}
	ok, err = m.assume(filter.In{X: field, Set: set})
	return true, ok, err
}
