package vm

// This file defines "in" and other enumerations: one solution per element, in order.
// A choice holds the elements after a solution.

import "github.com/ursa-authz/ursa/authz/internal/host"

// in solves a in b.
func (m *Machine) in(n *node, base int32) (bool, error) {
	item, err := m.item(n, base)
	if err != nil {
		return false, err
	}
	seq, err := m.value(&n.b, base)
	if err != nil {
		return false, err
	}
	switch {
	case seq.Kind() == host.Partial:
		if item, err = m.value(&n.a, base); err != nil {
			return false, err
		}
		return m.inPartial(item, seq)
	case isList(seq) && isPartial(item):
		if done, ok, err := m.inConstants(item, seq); done {
			return ok, err
		}
		return m.inList(n, item, seq, 0, nil)
	case isList(seq):
		return m.inList(n, item, seq, 0, nil)
	case isDict(seq):
		keys, err := m.entryKeys(n, item, seq, base)
		if err != nil {
			return false, err
		}
		if err := m.hold(choiceSize + 2*valueSize); err != nil {
			return false, err
		}
		return m.inEntries(n, item, seq, keys, nil)
	}
	switch seq.Kind() {
	case host.Var:
		m.wait(n, seq)
		return true, nil
	case host.Nil:
		return false, nil
	case host.String:
		return false, m.inText()
	}
	return false, m.notASequence(seq)
}

// item returns the left side of in. A list with variables is not built: it is unified with
// each element in place, and the item is then not an atom.
func (m *Machine) item(n *node, base int32) (Value, error) {
	if n.a.kind == listOperand {
		return Value{Plan: openListPlan}, nil
	}
	return m.value(&n.a, base)
}

// unifyItem unifies the left side of in with an element.
func (m *Machine) unifyItem(n *node, item, e Value, base int32) (bool, error) {
	if n.a.kind == listOperand {
		return m.unifyOperand(&n.a, e, base)
	}
	return m.unify(item, e)
}

func (m *Machine) notASequence(v Value) error {
	return m.errorf(CodeType, "in needs a List or a Dictionary, not %s", describe(v))
}

// inText returns the error of "in" over a string. The policy could mean a character, a
// part or the whole string. With the wrong interpretation the goal would never hold, and
// a rule that denies with it would never deny.
func (m *Machine) inText() error {
	return m.errorf(CodeType, "in does not search a String (to find part of it, write text.contains(part))")
}

// nextElement continues an enumeration from its choice.
func (m *Machine) nextElement(c *choice) (bool, error) {
	n := c.node
	base := m.frames[m.frame].base
	if c.kind == choiceKeys {
		return m.tryKeys(n, c.list, c.keys, c, base)
	}
	item, err := m.item(n, base)
	if err != nil {
		return false, err
	}
	if c.kind == choiceList {
		return m.inList(n, item, c.list, int(c.next), c)
	}
	return m.inEntries(n, item, c.list, c.keys, c)
}

// inList finds the first element from index i on that unifies with item. The
// choice c is that of the enumeration, nil before there is one: it is pushed
// with the first solution that leaves elements behind it.
func (m *Machine) inList(n *node, item, list Value, i int, c *choice) (bool, error) {
	// An item that is an atom is compared in place: elements that differ
	// leave no trace behind, so they need no choice.
	atom := isAtom(item) && item.Kind() != host.Partial
	if c == nil {
		if err := m.hold(choiceSize); err != nil {
			return false, err
		}
	}
	base := m.frames[m.frame].base
	cur := cursor{list: list, i: i}
	for {
		if atom && cur.list.Plan != openListPlan {
			var err error
			if cur.i, err = m.skipUnequal(item, cur.list, cur.i); err != nil {
				return false, err
			}
		}
		if err := m.acct.ChargeElem(cur.i); err != nil {
			return false, err
		}
		e, it, err := cur.next(m)
		if err != nil {
			return false, m.hostError(err)
		}
		switch it {
		case itemRest:
			if c != nil {
				m.cutTo(len(m.choices) - 1)
			}
			return m.inRest(n, item, e)
		case itemEnd, itemBad:
			if c != nil {
				m.cutTo(len(m.choices) - 1)
			}
			return false, nil
		}
		if atom && isAtom(e) && e.Kind() != host.Partial {
			eq, err := m.equalAtoms(item, e)
			if err != nil {
				return false, err
			}
			if !eq {
				continue
			}
			e = item // and not compared again
		}
		if cur.list.Plan != openListPlan && cur.i == cur.list.Len() {
			if c != nil {
				m.cutTo(len(m.choices) - 1)
			}
			return m.unifyItem(n, item, e, base)
		}
		if c == nil {
			c = m.pushChoice(choiceList, n)
		}
		c.list, c.next = cur.list, int32(cur.i)
		ok, err := m.unifyItem(n, item, e, base)
		if ok || err != nil {
			return ok, err
		}
		m.woken = m.woken[:0]
		m.restore(c)
	}
}

// inRest solves item in rest, where rest is the unbound end of a list.
func (m *Machine) inRest(n *node, item, rest Value) (bool, error) {
	if n.a.kind == listOperand {
		var err error
		if item, err = m.value(&n.a, m.frames[m.frame].base); err != nil {
			return false, err
		}
	}
	test := &node{op: opIn, a: operand{kind: termOperand, value: item}, b: operand{kind: termOperand, value: rest}, pos: n.pos, goal: n.goal, next: &node{op: opReturn, pos: n.pos}}
	test.solo = test
	m.wait(test, rest)
	return true, nil
}

// inEntries finds the first of the remaining keys whose entry [key, value] unifies with item.
func (m *Machine) inEntries(n *node, item, dict Value, keys []string, c *choice) (bool, error) {
	view := viewDict(dict)
	base := m.frames[m.frame].base
	for i, k := range keys {
		if err := m.charge(1); err != nil {
			return false, err
		}
		v, ok, err := view.get(m, k)
		if err != nil {
			return false, m.hostError(err)
		}
		if !ok { // the only key, which was known
			return false, nil
		}
		entry := host.MakeList([]Value{host.MakeString(k), v})
		if isVar(v) || isOpen(v) || isPartial(v) {
			entry = makeOpenList(&openList{elems: []Value{host.MakeString(k), v}})
		}
		if i == len(keys)-1 {
			if c != nil {
				m.cutTo(len(m.choices) - 1)
			}
			return m.unifyItem(n, item, entry, base)
		}
		if c == nil {
			c = m.pushChoice(choiceDict, n)
			c.list = dict
		}
		c.keys = keys[i+1:]
		ok, err = m.unifyItem(n, item, entry, base)
		if ok || err != nil {
			return ok, err
		}
		m.woken = m.woken[:0]
		m.restore(c)
	}
	return false, nil
}

// eachEntry solves c = dict.(b) with b unbound: one solution a key, in order.
func (m *Machine) eachEntry(n *node, dict Value, base int32) (bool, error) {
	keys, err := viewDict(dict).keys(m)
	if err != nil {
		return false, err
	}
	if err := m.hold(choiceSize); err != nil {
		return false, err
	}
	return m.tryKeys(n, dict, keys, nil, base)
}

func (m *Machine) tryKeys(n *node, dict Value, keys []string, c *choice, base int32) (bool, error) {
	view := viewDict(dict)
	for i, k := range keys {
		if err := m.charge(1); err != nil {
			return false, err
		}
		v, _, err := view.get(m, k)
		if err != nil {
			return false, m.hostError(err)
		}
		last := i == len(keys)-1
		if last && c != nil {
			m.cutTo(len(m.choices) - 1)
		} else if !last {
			if c == nil {
				c = m.pushChoice(choiceKeys, n)
				c.list = dict
			}
			c.keys = keys[i+1:]
		}
		ok, err := m.unifyOperand(&n.b, host.MakeString(k), base)
		if ok && err == nil {
			ok, err = m.unifyOperand(&n.c, v, base)
		}
		if ok || err != nil || last {
			return ok, err
		}
		m.woken = m.woken[:0]
		m.restore(c)
	}
	return false, nil
}
