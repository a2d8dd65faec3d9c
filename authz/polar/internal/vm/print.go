package vm

// This file defines print.

import (
	"strings"

	"github.com/ursa-authz/ursa/authz/internal/host"
)

// printGoal solves print(args).
func (m *Machine) printGoal(n *node, base int32) (bool, error) {
	if m.print == nil {
		return true, nil
	}
	var b strings.Builder
	for i := range n.args {
		v, err := m.value(&n.args[i], base)
		if err != nil {
			return false, err
		}
		if i > 0 {
			b.WriteString(", ")
		}
		if err := m.printTerm(&b, v, 0); err != nil {
			return false, err
		}
	}
	m.print(b.String())
	return true, nil
}

// printTerm writes a term as print shows it.
func (m *Machine) printTerm(b *strings.Builder, v Value, depth int) error {
	v = m.deref(v)
	if err := m.charge(1); err != nil {
		return err
	}
	switch {
	case depth > maxNesting:
		b.WriteString("...")
	case isVar(v):
		b.WriteString("_")
	case isList(v):
		b.WriteByte('[')
		c := cursor{list: v}
		for i := 0; ; i++ {
			e, it, err := c.next(m)
			if err != nil {
				return m.hostError(err)
			}
			if it == itemEnd || it == itemBad {
				break
			}
			if i > 0 {
				b.WriteString(", ")
			}
			if it == itemRest {
				b.WriteString("*_")
				break
			}
			if err := m.printTerm(b, e, depth+1); err != nil {
				return err
			}
		}
		b.WriteByte(']')
	case isDict(v):
		b.WriteByte('{')
		view := viewDict(v)
		keys, err := view.keys(m)
		if err != nil {
			return err
		}
		for i, k := range keys {
			if i > 0 {
				b.WriteString(", ")
			}
			b.WriteString(k)
			b.WriteString(": ")
			e, _, err := view.get(m, k)
			if err != nil {
				return m.hostError(err)
			}
			if err := m.printTerm(b, e, depth+1); err != nil {
				return err
			}
		}
		b.WriteByte('}')
	default:
		s := host.Print(v)
		if err := m.hold(len(s)); err != nil {
			return err
		}
		b.WriteString(s)
	}
	return nil
}
