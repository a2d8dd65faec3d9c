package vm

// This file defines unification and the equality of ground terms.
//
// Both walk compound terms with an explicit stack, so that data cannot exhaust the
// Go stack, and count every element against the budget.

import (
	"github.com/ursa-authz/ursa/authz/internal/host"
	"github.com/ursa-authz/ursa/authz/polar/internal/ops"
)

// A pair is work left to do on a compound term.
type pair struct{ a, b Value }

// unify makes two terms equal, binding variables, and reports whether it succeeded.
// If not, the caller backtracks, which undoes the bindings.
func (m *Machine) unify(a, b Value) (bool, error) {
	base := len(m.work)
	ok, err := m.unifyStep(a, b)
	for ok && err == nil && len(m.work) > base {
		p := m.work[len(m.work)-1]
		m.work = m.work[:len(m.work)-1]
		ok, err = m.unifyStep(p.a, p.b)
	}
	clear(m.work[base:])
	m.work = m.work[:base]
	return ok, err
}

func (m *Machine) unifyStep(a, b Value) (bool, error) {
	a, b = m.deref(a), m.deref(b)
	if isVar(a) {
		if isVar(b) {
			// The younger variable is bound to the older one, so that no
			// cell refers to one that backtracking takes away first.
			switch {
			case a.Word < b.Word:
				return m.alias(b, a), nil
			case a.Word > b.Word:
				return m.alias(a, b), nil
			}
			return true, nil
		}
		return m.bindChecked(a, b)
	}
	if isVar(b) {
		return m.bindChecked(b, a)
	}
	ak, bk := a.Kind(), b.Kind()
	if ak == host.Partial || bk == host.Partial {
		return m.unifyPartial(a, b)
	}
	switch {
	case isAtom(a) && isAtom(b):
		return m.equalAtoms(a, b)
	case isList(a) && isList(b):
		return m.unifyLists(a, b)
	case isDict(a) && isDict(b):
		return m.unifyDicts(a, b)
	}
	return false, nil
}

// identical reports whether two lists or dictionaries of the host are the same object.
// Then their contents need no comparison, which also ends for values that contain
// themselves.
func identical(a, b Value) bool {
	return a.Same(b) && !isOpen(a)
}

// equalAtoms compares two values that are neither variables nor compounds.
func (m *Machine) equalAtoms(a, b Value) (bool, error) {
	switch ak, bk := a.Kind(), b.Kind(); {
	case ak == host.Partial || bk == host.Partial:
		return false, m.unsupported("a comparison inside a list or dictionary")
	case m.quiet && ak == host.Instance && bk == host.Instance:
		eq, known, err := host.EqualQuietCharged(&m.acct, a, b)
		if ends(err) {
			return false, err
		}
		if !known {
			m.unsure = true
			return true, nil
		}
		return eq, nil
	}
	eq, err := ops.Equal(&m.acct, a, b)
	if a.Kind() == host.Instance && a.Plan.EqualBy() >= host.EqualByMethod {
		m.look()
	}
	return eq, err
}

// bindChecked binds a variable to a term that is not a variable, unless the
// term contains it.
func (m *Machine) bindChecked(v, t Value) (bool, error) {
	if isOpen(t) {
		found, err := m.occurs(v, t)
		if found || err != nil {
			return false, err
		}
	}
	if m.isSealed(v) {
		return false, nil
	}
	m.bind(v.Word, t)
	return true, nil
}

// alias binds the variable v to the older variable u.
func (m *Machine) alias(v, u Value) bool {
	if m.isSealed(v) {
		return false
	}
	m.touch(u)
	m.bind(v.Word, u)
	return true
}

// occurs reports whether the variable v is in the open term t.
func (m *Machine) occurs(v, t Value) (bool, error) {
	found := false
	err := m.eachVar(t, func(u Value) bool {
		found = u.Word == v.Word
		return !found
	})
	return found, err
}

// eachVar calls f for the unbound variables in t until it returns false.
func (m *Machine) eachVar(t Value, f func(Value) bool) error {
	t = m.deref(t)
	if isVar(t) {
		f(t)
		return nil
	}
	if !isOpen(t) {
		return nil
	}
	stack := []Value{t}
	for len(stack) > 0 {
		t := m.deref(stack[len(stack)-1])
		stack = stack[:len(stack)-1]
		if err := m.charge(1); err != nil {
			return err
		}
		switch {
		case isVar(t):
			if !f(t) {
				return nil
			}
		case t.Plan == openListPlan:
			l := asOpenList(t)
			stack = append(stack, l.elems...)
			if l.hasRest {
				stack = append(stack, l.rest)
			}
		case t.Plan == openDictPlan:
			stack = append(stack, asOpenDict(t).vals...)
		}
	}
	return nil
}

// firstVar returns an unbound variable or unknown in t, if there is one.
func (m *Machine) firstVar(t Value) (Value, bool, error) {
	var v Value
	found := false
	err := m.eachVar(t, func(u Value) bool {
		v, found = u, true
		return false
	})
	return v, found, err
}

func (m *Machine) unifyLists(a, b Value) (bool, error) {
	if differInLength(a, b) {
		return false, nil
	}
	ca, cb := cursor{list: a}, cursor{list: b}
	for {
		if err := m.charge(1); err != nil {
			return false, err
		}
		// If both lists have the same rest, one is the tail of the other.
		if ca.list.Same(cb.list) && ca.i == cb.i && a.Plan != openListPlan {
			return true, nil
		}
		sa, sb := ca, cb
		va, ia, err := ca.next(m)
		if err != nil {
			return false, err
		}
		vb, ib, err := cb.next(m)
		if err != nil {
			return false, err
		}
		switch {
		case ia == itemBad || ib == itemBad:
			return false, nil
		case ia == itemRest && ib == itemRest:
			m.push(va, vb)
			return true, nil
		case ia == itemRest:
			m.push(va, sb.tail(m))
			return true, nil
		case ib == itemRest:
			m.push(vb, sa.tail(m))
			return true, nil
		case ia == itemEnd || ib == itemEnd:
			return ia == ib, nil
		}
		// Elements are unified from left to right: the simple ones now, a
		// compound through the work stack together with the two tails.
		if isAtom(va) && isAtom(vb) || isVar(va) || isVar(vb) {
			ok, err := m.unifyStep(va, vb)
			if !ok || err != nil {
				return false, err
			}
			continue
		}
		m.push(ca.tail(m), cb.tail(m))
		m.push(va, vb)
		return true, nil
	}
}

// differInLength reports whether two lists are closed and differ in length. Then
// their elements need not be compared or bound.
func differInLength(a, b Value) bool {
	n, closed := closedLen(a)
	k, alsoClosed := closedLen(b)
	return closed && alsoClosed && n != k
}

func closedLen(v Value) (n int, closed bool) {
	if v.Plan == openListPlan {
		l := asOpenList(v)
		return len(l.elems), !l.hasRest
	}
	return v.Len(), true
}

func (m *Machine) push(a, b Value) { m.work = append(m.work, pair{a, b}) }

func (m *Machine) unifyDicts(a, b Value) (bool, error) {
	if identical(a, b) {
		return true, m.charge(1)
	}
	da, db := viewDict(a), viewDict(b)
	if da.len() != db.len() {
		return false, nil
	}
	keys, err := da.keys(m)
	if err != nil {
		return false, err
	}
	other, err := db.keys(m)
	if err != nil {
		return false, err
	}
	for i, k := range keys {
		if other[i] != k {
			return false, nil
		}
	}
	// The stack is emptied from its end: values unify in descending order of keys.
	for _, k := range keys {
		va, _, err := da.get(m, k)
		if err != nil {
			return false, err
		}
		vb, _, err := db.get(m, k)
		if err != nil {
			return false, err
		}
		m.push(va, vb)
	}
	return true, nil
}

// A comparison is the result of a comparison that binds nothing.
type comparison struct {
	equal   bool
	depends bool  // whether the terms are equal depends on a variable
	on      Value // the unbound variable
}

// dependOn records that the comparison depends on an unbound variable.
func (c *comparison) dependOn(v Value) { c.depends, c.on = true, v }

// equal decides whether two terms are equal without binding anything.
func (m *Machine) equal(a, b Value) (c comparison, err error) {
	base := len(m.work)
	m.push(a, b)
	c.equal = true
	for c.equal && err == nil && len(m.work) > base {
		p := m.work[len(m.work)-1]
		m.work = m.work[:len(m.work)-1]
		va, vb := m.deref(p.a), m.deref(p.b)
		switch {
		case isVar(va) && isVar(vb) && va.Word == vb.Word:
		case isVar(va):
			c.dependOn(va)
		case isVar(vb):
			c.dependOn(vb)
		case isAtom(va) || isAtom(vb):
			if c.equal = isAtom(va) == isAtom(vb); c.equal {
				c.equal, err = m.equalAtoms(va, vb)
			}
		case isList(va) && isList(vb) && identical(va, vb):
			err = m.charge(1)
		case isList(va) && isList(vb):
			err = m.equalLists(va, vb, &c)
		case isDict(va) && isDict(vb):
			c.equal, err = m.unifyDicts(va, vb) // only compares keys, and leaves the values as work
		default:
			c.equal = false
		}
	}
	clear(m.work[base:])
	m.work = m.work[:base]
	c.depends = c.depends && c.equal
	return c, err
}

// equalLists compares two lists for equal, and leaves elements that are not atoms as work.
func (m *Machine) equalLists(a, b Value, c *comparison) error {
	ca, cb := cursor{list: a}, cursor{list: b}
	for {
		if err := m.charge(1); err != nil {
			return err
		}
		va, ia, err := ca.next(m)
		if err != nil {
			return err
		}
		vb, ib, err := cb.next(m)
		if err != nil {
			return err
		}
		switch {
		case ia == itemBad || ib == itemBad:
			c.equal = false
			return nil
		case ia == itemRest && ib == itemRest && va.Word == vb.Word:
			return nil
		case ia == itemRest:
			c.dependOn(va)
			return nil
		case ib == itemRest:
			c.dependOn(vb)
			return nil
		case ia == itemEnd || ib == itemEnd:
			c.equal = ia == ib
			return nil
		case isAtom(va) && isAtom(vb):
			if c.equal, err = m.equalAtoms(va, vb); !c.equal || err != nil {
				return err
			}
			continue
		}
		m.push(va, vb)
	}
}
