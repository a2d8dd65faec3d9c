package vm

// This file defines what the index uses of list parameters, such as the segments of a
// path, without unifying them: the length, and constants among the first elements.

import "github.com/ursa-authz/ursa/authz/internal/host"

// A listPart is a part of an argument that is a list.
type listPart int

const (
	wholeArg   listPart = iota
	listLength          // the number of elements
	firstElem           // firstElem+i is element i
)

// mostElems is how many elements of a list the index may look at.
const mostElems = 4

// listLen returns how many elements an operand requires of a list, or the minimum if
// the operand is open; ok is false if the operand is not a list.
func (op *operand) listLen() (n int, closed, ok bool) {
	if op.kind == listOperand {
		return len(op.elems), op.rest == nil, true
	}
	elems, ok := op.constList()
	return len(elems), true, ok
}

// constList returns the elements of a list literal without variables. It ignores lists
// of the program, since their elements may change.
func (op *operand) constList() ([]Value, bool) {
	if op.kind != constOperand {
		return nil, false
	}
	return op.value.Elems()
}

// listElem returns the constant that an operand asks for as element i of a list.
func (op *operand) listElem(i int) (Value, bool) {
	if op.kind == listOperand {
		if i < len(op.elems) && op.elems[i].kind == constOperand {
			return op.elems[i].value, true
		}
		return Value{}, false
	}
	if elems, ok := op.constList(); ok && i < len(elems) {
		return elems[i], true
	}
	return Value{}, false
}

// listConstant returns the constant that a part of an argument must be equal to,
// if the clause asks for one.
func (c *clause) listConstant(key indexKey) (Value, bool) {
	op := &c.params[key.arg].term
	if key.part == listLength {
		n, closed, ok := op.listLen()
		return host.MakeInt(int64(n)), ok && closed
	}
	v, ok := op.listElem(int(key.part - firstElem))
	return v, ok && isKey(v)
}

// listPlaces returns the parts of an argument for which some clause asks for a constant.
func listPlaces(clauses []*clause, arg int) []indexKey {
	var places []indexKey
	for part := listLength; part < firstElem+mostElems; part++ {
		key := indexKey{arg: arg, part: part}
		for _, c := range clauses {
			if _, ok := c.listConstant(key); ok {
				places = append(places, key)
				break
			}
		}
	}
	return places
}

// ofPart returns the child for a part of v.
func (n *indexNode) ofPart(v Value) *indexNode {
	if v.Kind() != host.List {
		return n.unbound
	}
	if n.key.part == listLength {
		return n.ofConstant(host.MakeInt(int64(v.Len())))
	}
	i := int(n.key.part - firstElem)
	if i >= v.Len() {
		return n.rest
	}
	e, err := v.At(i)
	if err != nil || !isScalar(e.Kind()) {
		return n.unbound
	}
	return n.ofConstant(e)
}

// mayBeList reports whether a look at lengths and constants leaves it open that an
// operand unifies with a value.
func (op *operand) mayBeList(v Value) bool {
	n, closed, ok := op.listLen()
	if !ok || v.Kind() != host.List {
		return true
	}
	if k := v.Len(); k < n || closed && k > n {
		return false
	}
	for i := range min(n, mostElems) {
		want, ok := op.listElem(i)
		if !ok {
			continue
		}
		if e, err := v.At(i); err != nil || isScalar(e.Kind()) && !mayEqual(want, e) {
			return err != nil
		}
	}
	return true
}

// mayBeLists is mayBeList for the parameters of a clause.
func (c *clause) mayBeLists(args []Value) bool {
	for i := range c.params {
		if !c.params[i].term.mayBeList(args[i]) {
			return false
		}
	}
	return true
}
