package vm

// This file defines comparisons in partial evaluation: equality and order of unknown
// values with constants, objects, and each other.

import (
	"reflect"

	"github.com/ursa-authz/ursa/authz/filter"
	"github.com/ursa-authz/ursa/authz/internal/host"
	"github.com/ursa-authz/ursa/authz/polar/syntax"
)

// unifyPartial unifies two terms, at least one of them unknown; neither is a variable.
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
	case symField:
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

// checkEqual checks that a filter compares the values of a field with b, a constant
// or another field, as the solver does. A filter does not if a key or a method of the
// pointer decides the equality of instances, or if both are pointers to structs, which
// are equal only if they are the same object.
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
		return m.unsupported("equality of %s, which its key decides,", describeSymbol(s))
	case by == host.EqualByPointerMethod:
		return m.unsupported("equality of %s, which a method of the pointer decides,", describeSymbol(s))
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
			return nil, m.unsupported("a comparison of %s, which may be NaN, with itself", describeSymbol(a))
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
	case symRow, symMany, symCond:
		return filter.False, nil
	}
	panic("vm: unknown symbol")
}

// within returns the condition that f makes of the row that s stands for, and
// false where there is no such row.
func (m *Machine) within(s *symbol, f func(row filter.Var) (filter.Expr, error)) (filter.Expr, error) {
	if s.kind == symRow {
		return f(s.row)
	}
	for i := len(m.partial.conds) - 1; i >= 0; i-- {
		if c := &m.partial.conds[i]; c.attr == s.attr && c.from == s.row {
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
	case syntax.OpGe:
		return filter.Ge
	}
	panic("vm: comparison with " + op.String())
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
	case syntax.OpLt, syntax.OpLe, syntax.OpGt, syntax.OpGe:
		e, err = m.ordering(opOf(n.cmp), a, b)
	default:
		panic("vm: comparison with " + n.cmp.String())
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
		if p.HasOrder() {
			return m.unsupported("an ordering of %s, whose values only a method of their Go type orders,", describeSymbol(s))
		}
	}
	return m.errorf(CodeUnordered, "%s and %s cannot be ordered", host.Describe(Value{Plan: s.plan}), host.Describe(Value{Plan: p}))
}
