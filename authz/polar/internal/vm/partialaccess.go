package vm

// This file defines attributes, methods, patterns and membership of unknown values in
// partial evaluation.

import (
	"github.com/ursa-authz/ursa/authz/filter"
	"github.com/ursa-authz/ursa/authz/internal/host"
	"github.com/ursa-authz/ursa/authz/polar/internal/ops"
	"github.com/ursa-authz/ursa/authz/polar/internal/resolve"
)

// lookupPartial solves c = obj.name for an unknown object.
func (m *Machine) lookupPartial(n *node, obj Value, name string, base int32) (bool, error) {
	v, ok, err := m.symbolAttribute(n, asSymbol(obj), name)
	if !ok || err != nil {
		return false, err
	}
	return m.unifyOperand(&n.c, v, base)
}

// lookupByPartial solves c = obj.(b) for an unknown b. A field that holds a text is equal to one of
// the keys of a dictionary, or the lookup has no solution.
func (m *Machine) lookupByPartial(n *node, obj Value, key *symbol, base int32) (bool, error) {
	if obj.Kind() == host.Nil && key.kind == symField && key.plan != nil && key.plan.Kind == host.String {
		return false, nil
	}
	if !isDict(obj) || key.kind != symField || key.plan == nil || key.plan.Kind != host.String {
		return false, m.unsupported("a lookup by %s", describeSymbol(key))
	}
	if obj.Plan != openDictPlan && obj.Plan.Class != nil {
		return false, m.unsupported("a lookup by %s in %s, which may have methods of that name,", describeSymbol(key), describe(obj))
	}
	return m.eachEntry(n, obj, base)
}

// symbolAttribute reads an attribute of an unknown object; ok is false when it never has a value.
func (m *Machine) symbolAttribute(n *node, s *symbol, name string) (Value, bool, error) {
	switch s.kind {
	case symMany, symCond:
		return Value{}, false, m.errorf(CodeUnknownAttribute, "%s has no attributes", describeSymbol(s))
	case symRow, symOne, symField:
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

// methodPartial solves c = obj.name(args) for an unknown object: the built-in methods that
// a filter knows become conditions.
func (m *Machine) methodPartial(n *node, obj Value, base int32) (bool, error) {
	s := asSymbol(obj)
	var b *ops.Builtin
	if s.kind == symField && s.plan != nil && s.plan.Method(n.name) == nil {
		b = ops.BuiltinOf(s.plan.Kind, n.name)
	}
	if b == nil || b.Filter == nil || len(n.args) != len(b.Args) {
		return false, m.unsupported("the method %s of %s", n.name, describeSymbol(s))
	}
	args, waits, err := m.groundArgs(n, base)
	if err != nil || waits {
		return waits, err
	}
	if ok, err := b.Fit(args); !ok || err != nil {
		return false, err
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
	v := makeSymbol(&symbol{kind: symCond, cond: b.Filter(field, args[0].Str())})
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
		case symRow, symMany, symCond: // a row exists, and the others were excluded
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
	switch {
	case s.kind == symField && s.plan != nil && s.plan.Kind == host.String:
		return false, m.inText()
	case s.kind != symMany:
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
