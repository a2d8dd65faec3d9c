package vm

// This file defines the goals that use host values: lookups, method calls and constructors.

import (
	"github.com/ursa-authz/ursa/authz/internal/host"
	"github.com/ursa-authz/ursa/authz/polar/internal/ops"
	"github.com/ursa-authz/ursa/authz/polar/syntax"
)

// lookup solves c = a.name, or c = a.(b).
func (m *Machine) lookup(n *node, base int32) (bool, error) {
	obj, err := m.value(&n.a, base)
	if err != nil {
		return false, err
	}
	if obj.Kind() == host.Instance && n.name != "" {
		a := attrOf(n.attrs, obj.Plan, n.name)
		if a == nil {
			return false, m.unknownAttribute(n, obj, n.name)
		}
		v, err := m.attribute(obj, a)
		if err != nil {
			return false, err
		}
		return m.unifyOperand(&n.c, v, base)
	}
	if obj.Kind() == host.Var {
		m.wait(n, obj)
		return true, nil
	}
	name := n.name
	if name == "" {
		key, err := m.value(&n.b, base)
		if err != nil {
			return false, err
		}
		switch key.Kind() {
		case host.String:
			name = key.Str()
		case host.Var:
			if isDict(obj) {
				return m.eachEntry(n, obj, base)
			}
			m.wait(n, key)
			return true, nil
		case host.Nil:
			return false, nil
		case host.Partial:
			return m.lookupByPartial(n, obj, asSymbol(key), base)
		default:
			return false, m.errorf(CodeType, "the name of an attribute must be a String, not %s", describe(key))
		}
	}
	switch {
	case obj.Kind() == host.Nil:
		return false, nil
	case obj.Kind() == host.Partial:
		return m.lookupPartial(n, obj, name, base)
	case isDict(obj):
		if obj.Plan != openDictPlan && obj.Plan.Class != nil {
			// A named map type may have methods; its entries are still its attributes.
			if obj.Plan.Attr(name) != nil {
				return false, m.unknownAttribute(n, obj, name)
			}
		}
		v, ok, err := viewDict(obj).get(m, name)
		if err != nil {
			return false, m.hostError(err)
		}
		if !ok {
			return false, nil
		}
		return m.unifyOperand(&n.c, v, base)
	case obj.Plan == openListPlan || obj.Plan.Attr(name) == nil:
		return false, m.unknownAttribute(n, obj, name)
	}
	v, err := m.attribute(obj, obj.Plan.Attr(name))
	if err != nil {
		return false, err
	}
	return m.unifyOperand(&n.c, v, base)
}

// attribute reads an attribute of an instance, and fetches it if necessary.
func (m *Machine) attribute(obj Value, a *host.Attr) (Value, error) {
	if a.Relation != nil {
		if err := m.acct.ChargeElems(a.Rows(obj.Ptr)); err != nil {
			return Value{}, err
		}
	}
	v, state, err := a.Read(obj.Ptr)
	switch {
	case err != nil:
		return Value{}, m.hostError(err)
	case state == host.NotLoaded:
		return m.fetch(obj, a)
	}
	return m.settle(v)
}

// isSeq reports whether v is an iterator, which settle makes a list of.
func isSeq(v Value) bool { return v.Plan != nil && v.Plan.IsSeq() }

// settle reads an iterator into a list. An iterator that is an element of a list or a
// dictionary is read anew whenever the element is.
func (m *Machine) settle(v Value) (Value, error) {
	if !isSeq(v) {
		return v, nil
	}
	elems, err := host.Drain(m.ctx, v, m.acct.RoomFor(valueSize))
	m.look()
	switch {
	case err != nil && m.ctx.Err() != nil:
		return Value{}, m.acct.Ended()
	case err != nil:
		return Value{}, m.hostError(err)
	}
	if err := m.hold(len(elems) * valueSize); err != nil {
		return Value{}, err
	}
	return host.MakeList(elems), m.acct.ChargeElems(len(elems))
}

// fetch loads a relation through its class, once for a query.
func (m *Machine) fetch(obj Value, a *host.Attr) (Value, error) {
	key := fetchKey{obj.Ptr, a}
	if v, ok := m.fetched[key]; ok {
		return v, nil
	}
	if m.quiet {
		m.unsure = true
		return Value{}, nil
	}
	if m.fetches++; m.fetches > m.limits.Fetches {
		return Value{}, m.errorf(CodeBudget, "the query fetched more than %d relations", m.limits.Fetches)
	}
	v, err := m.prog.reg.Fetch(m.ctx, obj, a)
	m.look()
	if err != nil {
		return Value{}, m.hostError(err)
	}
	if m.fetched == nil {
		m.fetched = make(map[fetchKey]Value)
	}
	m.fetched[key] = v
	return v, nil
}

// unknownAttribute returns the error of a lookup that can never succeed. It does not
// show a name that is a value of the query and not text of the policy.
func (m *Machine) unknownAttribute(n *node, obj Value, name string) error {
	what := describe(obj)
	if n != nil && n.op == opLookup && n.name == "" {
		return m.errorf(CodeUnknownAttribute, "%s has no attribute with that name", what)
	}
	hint := ""
	if obj.Plan != openListPlan && obj.Plan != openDictPlan && obj.Plan.Kind != host.ClassKind {
		if obj.Plan.Method(name) != nil || ops.BuiltinOf(ops.KindOf(obj), name) != nil {
			hint = "; " + name + " is a method: write " + name + "(...)"
		} else if near := syntax.Nearest(name, obj.Plan.AttrNames()); near != "" {
			hint = "; did you mean " + near + "?"
		}
	}
	if obj.Kind() == host.ClassKind {
		return m.errorf(CodeUnknownAttribute, "a class itself has no attribute %q", name)
	}
	return m.errorf(CodeUnknownAttribute, "%s has no attribute %q%s", what, name, hint)
}

// method solves c = a.name(args).
func (m *Machine) method(n *node, base int32) (bool, error) {
	obj, err := m.value(&n.a, base)
	if err != nil {
		return false, err
	}
	switch obj.Kind() {
	case host.Var:
		m.wait(n, obj)
		return true, nil
	case host.Nil:
		return false, nil
	case host.Partial:
		return m.methodPartial(n, obj, base)
	case host.ClassKind:
		return false, m.errorf(CodeUnknownMethod, "a class itself has no method %q", n.name)
	}
	args, waits, err := m.groundArgs(n, base)
	if err != nil || waits {
		return waits, err
	}
	if n.kwargs {
		return false, m.errorf(CodeClass, "methods take no keyword arguments")
	}
	if !isOpen(obj) {
		if hm := obj.Plan.Method(n.name); hm != nil {
			v, ok, err := m.callHost(hm, obj, args)
			m.look()
			if err != nil {
				return false, m.hostError(err)
			}
			if !ok {
				return false, nil
			}
			if v, err = m.settle(v); err != nil {
				return false, err
			}
			return m.unifyOperand(&n.c, v, base)
		}
	}
	if obj.Plan == openListPlan {
		u, waits, err := m.openEnd(obj, n.name)
		if err != nil {
			return false, err
		}
		if waits {
			m.wait(n, u)
			return true, nil
		}
	}
	v, ok, err := ops.CallBuiltin(terms{m}, obj, n.name, args)
	if err != nil || !ok {
		return false, err
	}
	return m.unifyOperand(&n.c, v, base)
}

// callHost calls a method of the program, unless its results are known.
func (m *Machine) callHost(hm *host.Method, obj Value, args []Value) (v Value, ok bool, err error) {
	if c := m.replayed(hm, obj, args); c != nil {
		return c.result, c.ok, c.err
	}
	return hm.Call(m.ctx, obj, args)
}

// openEnd returns the variable that a built-in method of an open list must wait
// for: any variable, or for length only the variable at its end.
func (m *Machine) openEnd(list Value, method string) (v Value, waits bool, err error) {
	if method != "length" {
		return m.firstVar(list)
	}
	c := cursor{list: list}
	for {
		if err := m.charge(1); err != nil {
			return Value{}, false, err
		}
		e, it, err := c.next(m)
		if err != nil || it == itemEnd || it == itemBad {
			return Value{}, false, err
		}
		if it == itemRest {
			return e, true, nil
		}
	}
}

// groundArgs returns the arguments of a method or constructor. They must be ground,
// since the host does not support variables: if one of them is not, the goal waits.
func (m *Machine) groundArgs(n *node, base int32) (args []Value, waits bool, err error) {
	from := len(m.abuf)
	defer func() { m.abuf = m.abuf[:from] }()
	for i := range n.args {
		v, err := m.value(&n.args[i], base)
		if err != nil {
			return nil, false, err
		}
		if v.Kind() == host.Partial {
			return nil, false, m.errorf(CodeUnsupported, "a method called with the unknown resource cannot become a filter")
		}
		if isVar(v) || isOpen(v) {
			u, open, err := m.firstVar(v)
			if err != nil {
				return nil, false, err
			}
			if open {
				m.wait(n, u)
				return nil, true, nil
			}
			if v, err = m.ground(v); err != nil {
				return nil, false, err
			}
		}
		if k := v.Kind(); k == host.List || k == host.Dict {
			if err := m.chargeConversion(v, 0); err != nil {
				return nil, false, err
			}
		}
		m.abuf = append(m.abuf, v)
	}
	return m.abuf[from:], false, nil
}

// chargeConversion counts what the host copies of a list or dictionary.
func (m *Machine) chargeConversion(v Value, depth int) error {
	n := v.Len()
	if err := m.acct.ChargeElems(n); err != nil {
		return err
	}
	if err := m.hold(n * valueSize); err != nil {
		return err
	}
	elems, ok := v.Elems()
	if !ok || depth > maxNesting {
		return nil // a value of the host, which is passed as it is, or whose elements have one type
	}
	for _, e := range elems {
		if k := e.Kind(); k == host.List || k == host.Dict {
			if err := m.chargeConversion(e, depth+1); err != nil {
				return err
			}
		}
	}
	return nil
}

// ground turns an open term without unbound variables into a host value.
func (m *Machine) ground(v Value) (Value, error) {
	return m.groundDeep(v, 0)
}

// maxNesting bounds the depth of terms that are passed to the host.
const maxNesting = 1000

func (m *Machine) groundDeep(v Value, depth int) (Value, error) {
	v = m.deref(v)
	if !isOpen(v) {
		return v, nil
	}
	if depth > maxNesting {
		return Value{}, m.errorf(CodeBudget, "a term is nested more than %d levels deep", maxNesting)
	}
	if v.Plan == openDictPlan {
		d := asOpenDict(v)
		vals := make([]Value, len(d.vals))
		for i, e := range d.vals {
			var err error
			if vals[i], err = m.groundDeep(e, depth+1); err != nil {
				return Value{}, err
			}
		}
		return host.MakeDict(d.keys, vals), m.hold(len(vals) * valueSize)
	}
	var vals []Value
	c := cursor{list: v}
	for {
		e, it, err := c.next(m)
		if err != nil {
			return Value{}, m.hostError(err)
		}
		if it == itemRest {
			return Value{}, m.errorf(CodeUnbound, "the end of a list is an unbound variable")
		}
		if it == itemBad {
			return Value{}, m.errorf(CodeType, "the rest of a list is not a list")
		}
		if it == itemEnd {
			return host.MakeList(vals), nil
		}
		if e, err = m.groundDeep(e, depth+1); err != nil {
			return Value{}, err
		}
		vals = append(vals, e)
		if err := m.hold(valueSize); err != nil {
			return Value{}, err
		}
		if err := m.charge(1); err != nil {
			return Value{}, err
		}
	}
}

// construct solves c = new class(args).
func (m *Machine) construct(n *node, base int32) (bool, error) {
	if n.class == nil {
		return false, m.errorf(CodeClass, "the class is not registered")
	}
	if n.kwargs {
		return false, m.errorf(CodeClass, "new %s takes no keyword arguments", n.class.Name)
	}
	args, waits, err := m.groundArgs(n, base)
	if err != nil || waits {
		return waits, err
	}
	v, err := m.prog.reg.New(m.ctx, n.class, args, nil)
	m.look()
	if err != nil {
		return false, m.hostError(err)
	}
	return m.unifyOperand(&n.c, v, base)
}

// describe returns the class or kind of a value for messages, never the value itself.
func describe(v Value) string { return ops.Describe(v) }
