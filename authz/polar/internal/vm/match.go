package vm

// This file defines matches, which tests values against patterns.

import (
	"github.com/ursa-authz/ursa/authz/internal/host"
	"github.com/ursa-authz/ursa/authz/polar/internal/resolve"
	"github.com/ursa-authz/ursa/authz/polar/syntax"
)

// match matches a dereferenced value with a pattern. If the value is unbound, the node
// n waits. For a value inside the value of n, a new node waits.
//
// Recursion is bounded by the nesting of the pattern, which the parser bounds.
func (m *Machine) match(v Value, p *pattern, n *node, base int32) (bool, error) {
	if p.kind == valuePattern {
		return m.unifyOperand(&p.value, v, base)
	}
	switch v.Kind() {
	case host.Var:
		if p.kind == dictPattern && len(p.fields) == 0 {
			return true, nil // {} matches everything
		}
		if p.kind == listPattern {
			return m.bindList(v, p.elems, p.rest, base)
		}
		switch p.union {
		case resolve.UnionActor:
			if len(m.prog.actor) == 0 {
				return false, nil // nothing can ever match
			}
		case resolve.UnionResource:
			if len(m.prog.resource) == 0 {
				return false, nil
			}
		}
		known, err := m.onClasses(v, classTest{pat: p})
		if known == mayPass && err == nil && !m.quiet {
			m.waitMatch(v, p, n)
		}
		return known != neverPasses, err
	case host.Partial:
		return m.matchPartial(v, p, n, base)
	}
	switch p.kind {
	case classPattern:
		if p.class == nil && p.union == resolve.UnionNone {
			return false, m.errorf(CodeClass, "class %q is not registered", p.name)
		}
		if !m.prog.isInstance(v, p) {
			return false, nil
		}
		return m.matchFields(v, p, base)
	case dictPattern:
		return m.matchFields(v, p, base)
	case listPattern:
		return m.matchList(v, p, base)
	}
	panic("vm: unknown pattern")
}

// waitMatch makes the test "v matches p" wait for the unbound variable v.
func (m *Machine) waitMatch(v Value, p *pattern, n *node) {
	if n != nil && n.pat == p {
		m.wait(n, v)
		return
	}
	test := &node{op: opMatches, a: operand{kind: termOperand, value: v}, pat: p, pos: p.pos, next: &node{op: opReturn, pos: p.pos}}
	test.solo = test
	m.wait(test, v)
}

// matchFields matches the fields of a pattern with those of a dictionary or an instance.
func (m *Machine) matchFields(v Value, p *pattern, base int32) (bool, error) {
	for i := len(p.fields) - 1; i >= 0; i-- { // in descending order of names, as the original does
		f := &p.fields[i]
		if err := m.charge(1); err != nil {
			return false, err
		}
		var val Value
		switch {
		case isDict(v):
			var ok bool
			var err error
			if val, ok, err = viewDict(v).get(m, f.name); err != nil {
				return false, m.hostError(err)
			}
			if !ok {
				return false, nil
			}
		case v.Kind() == host.Instance:
			a := attrOf(f.attrs, v.Plan, f.name)
			if a == nil {
				if p.kind == dictPattern {
					return false, nil
				}
				if m.quiet {
					m.unsure = true
					continue
				}
				return false, m.errorf(CodeUnknownAttribute, "%s has no attribute %q%s", describe(v), f.name, suggest(f.name, v.Plan))
			}
			var err error
			m.unsure = false
			if val, err = m.attribute(v, a); err != nil {
				if m.quiet {
					continue
				}
				return false, err
			}
			if m.unsure {
				m.unsure = false
				continue // not fetched: found out when the rule is tried
			}
		default:
			return false, nil
		}
		if ok, err := m.match(m.deref(val), f.pat, nil, base); !ok || err != nil {
			return ok, err
		}
	}
	return true, nil
}

// suggest returns "; did you mean ...?" if the type has an attribute with a similar name.
func suggest(name string, p *host.Plan) string {
	if near := syntax.Nearest(name, p.AttrNames()); near != "" {
		return "; did you mean " + near + "?"
	}
	return ""
}

// matchList matches a list element by element.
func (m *Machine) matchList(v Value, p *pattern, base int32) (bool, error) {
	if !isList(v) {
		return false, nil
	}
	c := cursor{list: v}
	for i, ep := range p.elems {
		if err := m.charge(1); err != nil {
			return false, err
		}
		e, it, err := c.next(m)
		switch {
		case err != nil:
			return false, m.hostError(err)
		case it == itemRest:
			return m.bindList(e, p.elems[i:], p.rest, base)
		case it != itemElem:
			return false, nil
		}
		if ok, err := m.match(e, ep, nil, base); !ok || err != nil {
			return ok, err
		}
	}
	if p.rest == nil {
		e, it, err := c.next(m)
		if err != nil {
			return false, m.hostError(err)
		}
		if it == itemRest {
			return m.unify(e, host.MakeList(nil))
		}
		return it == itemEnd, nil
	}
	rest, err := m.value(p.rest, base)
	if err != nil {
		return false, err
	}
	end := c
	if e, it, err := end.next(m); err != nil {
		return false, m.hostError(err)
	} else if it == itemRest {
		return m.unify(rest, e)
	}
	return m.unify(rest, c.tail(m))
}

// bindList binds the unbound variable v to the list that elements and rest of a pattern
// describe, as unification would. A value becomes an element. For a pattern with a class
// or fields, the element is a new variable that this test waits for.
func (m *Machine) bindList(v Value, elems []*pattern, rest *operand, base int32) (bool, error) {
	if err := m.charge(len(elems)); err != nil {
		return false, err
	}
	if err := m.hold(len(elems) * valueSize); err != nil {
		return false, err
	}
	l := openList{elems: make([]Value, len(elems))}
	for i, ep := range elems {
		var err error
		if ep.kind != valuePattern {
			l.elems[i] = makeVar(m.newCells(1))
		} else if l.elems[i], err = m.value(&ep.value, base); err != nil {
			return false, err
		}
	}
	list := makeOpenList(&l)
	if rest != nil {
		var err error
		if l.rest, err = m.value(rest, base); err != nil {
			return false, err
		}
		if l.hasRest = true; len(elems) == 0 && isList(l.rest) {
			list = l.rest
		}
	}
	if ok, err := m.unify(v, list); !ok || err != nil {
		return ok, err
	}
	for i, ep := range elems {
		if ep.kind == valuePattern {
			continue
		}
		if ok, err := m.match(m.deref(l.elems[i]), ep, nil, base); !ok || err != nil {
			return ok, err
		}
	}
	return true, nil
}
