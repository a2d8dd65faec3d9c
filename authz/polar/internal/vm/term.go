package vm

// This file defines the solver's terms: host values, plus variables and
// the lists and dictionaries that contain them.
//
// A term is a host.Value of 24 bytes. Package host makes ground terms from Go
// memory and from the literals of a policy. The solver adds three forms, which
// have different plans:
//
//   - a variable: Word is the index of its cell in the machine;
//   - an open list: Ptr is a *openList, elements that may contain variables,
//     and perhaps a rest;
//   - an open dictionary: Ptr is a *openDict.
//
// A List or Dict of package host never contains a variable. So the plan of a term
// says whether it is ground, and binding a variable to a list of a million elements
// does not walk the list.

import (
	"github.com/ursa-authz/ursa/authz/internal/host"
	"github.com/ursa-authz/ursa/authz/polar/internal/ops"
)

// A Value is a term.
type Value = host.Value

var (
	varPlan      = ops.VarPlan
	unboundPlan  = &host.Plan{ID: -1, Kind: host.Var} // in a cell: nothing is bound; Word is 1 once another variable refers to it
	waitingPlan  = &host.Plan{ID: -1, Kind: host.Var} // in a cell: nothing is bound, and goals wait; Word is the list of waiters
	openListPlan = ops.OpenListPlan
	openDictPlan = ops.OpenDictPlan
	partialPlan  = ops.PartialPlan
)

// An openList is a list with variables in it. It is never modified.
type openList struct {
	elems   []Value
	rest    Value // a variable when hasRest
	hasRest bool
}

// An openDict is a dictionary with variables in it. Keys ascend. It is never modified.
type openDict struct {
	keys []string
	vals []Value
}

func makeVar(cell int) Value { return Value{Plan: varPlan, Word: uint64(cell)} }

func makeOpenList(l *openList) Value {
	return Value{Plan: openListPlan, Ptr: host.PointerTo(l)}
}

func makeOpenDict(d *openDict) Value {
	return Value{Plan: openDictPlan, Ptr: host.PointerTo(d)}
}

func asOpenList(v Value) *openList { return host.Target[openList](v.Ptr) }
func asOpenDict(v Value) *openDict { return host.Target[openDict](v.Ptr) }

func isVar(v Value) bool { return v.Plan == varPlan }

// isOpen reports whether v may contain variables or unknowns below its top.
func isOpen(v Value) bool { return ops.IsOpen(v) }

// isAtom reports whether v is neither a variable nor a compound.
func isAtom(v Value) bool {
	switch v.Kind() {
	case host.Var, host.Tail, host.List, host.Dict:
		return false
	}
	return true
}

// A cursor walks the elements of a list, through the values of rest variables.
type cursor struct {
	list Value // host list or open list
	i    int
}

// An item is the result of one step of a cursor.
type item uint8

const (
	itemElem item = iota // an element
	itemEnd              // the end of a closed list
	itemRest             // an unbound rest variable; the value is the variable
	itemBad              // a rest that is bound to a value that is not a list
)

// next returns the next element of the list.
func (c *cursor) next(m *Machine) (Value, item, error) {
	for {
		if c.list.Plan == openListPlan {
			l := asOpenList(c.list)
			if c.i < len(l.elems) {
				c.i++
				return m.deref(l.elems[c.i-1]), itemElem, nil
			}
			if !l.hasRest {
				return Value{}, itemEnd, nil
			}
			rest := m.deref(l.rest)
			switch {
			case isVar(rest):
				return rest, itemRest, nil
			case rest.Plan != openListPlan && rest.Kind() != host.List:
				return rest, itemBad, nil
			}
			c.list, c.i = rest, 0
			continue
		}
		if c.i < c.list.Len() {
			c.i++
			v, err := c.list.At(c.i - 1)
			if err == nil && isSeq(v) {
				v, err = m.settle(v)
			}
			return v, itemElem, err
		}
		return Value{}, itemEnd, nil
	}
}

// tail returns the list of the elements that the cursor has not walked yet.
func (c *cursor) tail(m *Machine) Value {
	if c.list.Plan != openListPlan {
		return c.list.Slice(c.i)
	}
	l := asOpenList(c.list)
	if c.i == 0 {
		return c.list
	}
	if c.i == len(l.elems) && l.hasRest {
		return m.deref(l.rest)
	}
	return makeOpenList(&openList{elems: l.elems[c.i:], rest: l.rest, hasRest: l.hasRest})
}

// A dictView reads the entries of any dictionary.
type dictView struct {
	open *openDict
	host Value
}

func viewDict(v Value) dictView {
	if v.Plan == openDictPlan {
		return dictView{open: asOpenDict(v)}
	}
	return dictView{host: v}
}

func (d dictView) len() int {
	if d.open != nil {
		return len(d.open.keys)
	}
	return d.host.Len()
}

// keys returns the keys in ascending order. It charges for them before it sorts those of a map.
func (d dictView) keys(m *Machine) ([]string, error) {
	if d.open != nil {
		return d.open.keys, m.acct.ChargeElems(d.len())
	}
	return d.host.KeysCharged(&m.acct)
}

func (d dictView) get(m *Machine, key string) (Value, bool, error) {
	if err := m.acct.ChargeBytes(len(key)); err != nil {
		return Value{}, false, err
	}
	if d.open == nil {
		v, ok, err := d.host.GetCharged(&m.acct, key)
		if ok && isSeq(v) {
			v, err = m.settle(v)
		}
		return v, ok, err
	}
	lo, hi := 0, len(d.open.keys)
	for lo < hi {
		mid := (lo + hi) / 2
		switch {
		case d.open.keys[mid] == key:
			return m.deref(d.open.vals[mid]), true, nil
		case d.open.keys[mid] < key:
			lo = mid + 1
		default:
			hi = mid
		}
	}
	return Value{}, false, nil
}

// isList reports whether v is a list of either kind.
func isList(v Value) bool { return v.Plan == openListPlan || v.Kind() == host.List }

// isDict reports whether v is a dictionary of either kind.
func isDict(v Value) bool { return v.Plan == openDictPlan || v.Kind() == host.Dict }
