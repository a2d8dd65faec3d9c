package vm

// This file defines how "in" finds elements and entries without looking at each of them as
// a value. All ways to solve "in" use it, and so charge the same.

import (
	"github.com/ursa-authz/ursa/authz/internal/host"
	"github.com/ursa-authz/ursa/authz/internal/meter"
)

// searchChunk is how many elements are read between two charges; it takes about a
// microsecond.
const searchChunk = 128 * meter.StepElems

// skipUnequal returns an index of list from i on: the elements from i to it differ from the
// atom item. It charges for them what reading them one by one would.
func (m *Machine) skipUnequal(item, list Value, i int) (int, error) {
	switch item.Kind() {
	case host.Int:
	case host.String:
		if item.Len() >= meter.StepBytes { // comparing it is charged, too
			return i, nil
		}
	default:
		return i, nil
	}
	n := list.Len()
	for i < n {
		end := min(i+searchChunk, n)
		at := list.Unlike(item, i, end)
		// One for each index divisible by StepElems, as ChargeElem has it.
		steps := (at+meter.StepElems-1)/meter.StepElems - (i+meter.StepElems-1)/meter.StepElems
		if err := m.acct.Charge(steps); err != nil {
			return at, err
		}
		if i = at; at < end {
			break
		}
	}
	return i, nil
}

// entryKeys returns the keys for which the left side of in may unify with an entry [key,
// value] of dict: all keys, in ascending order, or if it is a list that begins with a known
// text, only that text, which may not be a key.
func (m *Machine) entryKeys(n *node, item, dict Value, base int32) ([]string, error) {
	key, ok := "", false
	if n.a.kind == listOperand {
		if elems := n.a.elems; len(elems) > 0 && (elems[0].kind == constOperand || elems[0].kind == varOperand) {
			first, err := m.value(&elems[0], base)
			if err != nil {
				return nil, err
			}
			if ok = first.Kind() == host.String; ok {
				key = first.Str()
			}
		}
	} else {
		key, ok = m.firstText(item)
	}
	if ok {
		return []string{key}, nil
	}
	return viewDict(dict).keys(m)
}

// firstText returns the text that a list begins with.
func (m *Machine) firstText(list Value) (string, bool) {
	if !isList(list) || list.Plan != openListPlan && list.Len() == 0 {
		return "", false
	}
	var first Value
	if list.Plan != openListPlan {
		var err error
		if first, err = list.At(0); err != nil {
			return "", false
		}
	} else if l := asOpenList(list); len(l.elems) > 0 {
		first = m.deref(l.elems[0])
	}
	if first.Kind() != host.String {
		return "", false
	}
	return first.Str(), true
}
