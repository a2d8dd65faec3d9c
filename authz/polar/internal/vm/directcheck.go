package vm

// This file defines the checks of direct decisions: functions that unify a value with
// a term, or match it with a pattern.

import (
	"slices"

	"github.com/ursa-authz/ursa/authz/internal/host"
	"github.com/ursa-authz/ursa/authz/internal/meter"
	"github.com/ursa-authz/ursa/authz/polar/internal/resolve"
)

// A check tests a value, and may write slots.
type check func(m *Machine, base int, v Value) (bool, error)

func passes(*Machine, int, Value) (bool, error) { return true, nil }

// unifyWith compiles the unification of a term with a value. The builds are
// goals that waited for the variables it binds.
func (c *directCompiler) unifyWith(t resolve.Term) (check, []build) {
	switch t := t.(type) {
	case *resolve.Const:
		p, _, _ := c.known(t)
		return equalTo(p), nil
	case *resolve.Var:
		p := c.place(t.Slot)
		switch p.state {
		case stateMixed:
			c.give("a variable may have a value or none")
			return passes, nil
		case stateFree:
			slot := p.slot
			after := c.bindTo(t.Slot, c.stored(t.Slot))
			return func(m *Machine, base int, v Value) (bool, error) {
				m.d.slots[base+slot] = v
				return true, nil
			}, after
		}
		return equalTo(p), nil
	case *resolve.List:
		return c.unifyList(t)
	}
	c.give("a dictionary with variables")
	return passes, nil
}

func (c *directCompiler) unifyList(t *resolve.List) (check, []build) {
	var elems []check
	var after []build
	for _, e := range t.Elems {
		ok, more := c.unifyWith(e)
		elems, after = append(elems, ok), append(after, more...)
	}
	var rest check
	if t.Rest != nil {
		ok, more := c.unifyWith(t.Rest)
		rest, after = ok, append(after, more...)
	}
	return listOf(elems, rest), after
}

// listOf checks a list by its elements and, unless it is nil, what follows them.
func listOf(elems []check, rest check) check {
	return func(m *Machine, base int, v Value) (bool, error) {
		if v.Kind() != host.List {
			return false, nil
		}
		n := v.Len()
		if n < len(elems) || n > len(elems) && rest == nil {
			return false, nil
		}
		for i, check := range elems {
			if err := m.charge(1); err != nil {
				return false, err
			}
			e, err := m.element(v, i)
			if err != nil {
				return false, err
			}
			if ok, err := check(m, base, e); !ok || err != nil {
				return false, err
			}
		}
		if rest == nil {
			return true, nil
		}
		return rest(m, base, v.Slice(len(elems)))
	}
}

// element reads an element of a list of the host.
func (m *Machine) element(list Value, i int) (Value, error) {
	v, err := list.At(i)
	if err == nil && isSeq(v) {
		return m.settle(v)
	}
	return v, err
}

// An argTest is what mayMatch looks at in an argument: it neither fails with an error nor
// writes anything.
type argTest struct {
	arg     int
	kind    argKind
	class   *host.ClassInfo
	text    string
	rest    *argRest // of argUnion and argValue
	literal bool     // the text is the parameter
}

// An argRest is what the rarer tests need.
type argRest struct {
	union union
	value Value
}

type argKind uint8

const (
	argText  argKind = iota // a short text
	argClass                // an instance of a class
	argUnion                // an instance of a class of a union
	argValue                // a value that may be equal to another constant
	argNone                 // nothing passes
)

func (t *argTest) passes(v *Value) bool {
	switch t.kind {
	case argText:
		return v.Kind() == host.String && v.Str() == t.text
	case argClass:
		p := v.Plan
		return p != nil && (p == t.class.Plan || p.IsA(t.class.ID) && p.Kind != host.ClassKind)
	case argUnion:
		return v.Plan != nil && v.Plan.Kind != host.ClassKind && t.rest.union.has(v.Plan)
	case argValue:
		return mayEqual(t.rest.value, *v)
	}
	return false
}

// testOf returns the test of an argument for a constant.
func testOf(arg int, v Value) argTest {
	if v.Kind() == host.String && v.Word < meter.StepBytes {
		return argTest{arg: arg, kind: argText, text: v.Str()}
	}
	return argTest{arg: arg, kind: argValue, rest: &argRest{value: v}}
}

// testOfPattern returns the test of an argument for a specializer, if there is one. It is
// all of the specializer if that has no fields.
func (p *Program) testOfPattern(arg int, pat *pattern) (t argTest, ok bool) {
	switch {
	case pat.kind == valuePattern && pat.value.kind == constOperand:
		return testOf(arg, pat.value.value), true
	case pat.kind != classPattern:
		return argTest{}, false
	case pat.union == resolve.UnionActor:
		return argTest{arg: arg, kind: argUnion, rest: &argRest{union: p.actor}}, true
	case pat.union == resolve.UnionResource:
		return argTest{arg: arg, kind: argUnion, rest: &argRest{union: p.resource}}, true
	case pat.class == nil:
		return argTest{arg: arg, kind: argNone}, true
	}
	return argTest{arg: arg, kind: argClass, class: pat.class}, true
}

// equalTo compiles a comparison with the value at a place.
func equalTo(p place) check {
	if p.state == stateConst {
		want := p.value
		if want.Kind() == host.String && want.Word < meter.StepBytes {
			text := want.Str()
			return func(m *Machine, _ int, v Value) (bool, error) {
				return v.Kind() == host.String && v.Str() == text, nil
			}
		}
		return func(m *Machine, _ int, v Value) (bool, error) { return m.unifyKnown(want, v) }
	}
	slot := p.slot
	return func(m *Machine, base int, v Value) (bool, error) { return m.unifyKnown(m.d.slots[base+slot], v) }
}

// unifyKnown is unify for values of the host.
func (m *Machine) unifyKnown(a, b Value) (bool, error) {
	switch ak, bk := a.Kind(), b.Kind(); {
	case ak == host.Int && bk == host.Int:
		return a.Word == b.Word, nil
	case ak != host.List && ak != host.Dict && bk != host.List && bk != host.Dict:
		return m.equalAtoms(a, b)
	}
	return m.unify(a, b)
}

// matches makes a goal of a specializer for the value at a place.
func (c *directCompiler) matches(p place, pat *pattern) []build {
	ok, after := c.match(pat)
	out := c.test(func(m *Machine, base int) (bool, error) { return ok(m, base, p.load(m, base)) })
	return append(out, after...)
}

// match compiles a pattern.
func (c *directCompiler) match(p *pattern) (check, []build) {
	switch p.kind {
	case valuePattern:
		return c.unifyOperand(&p.value)
	case listPattern:
		c.give("a list pattern")
		return passes, nil
	case classPattern:
		if p.class == nil && p.union == resolve.UnionNone {
			c.give("a class that is not registered")
			return passes, nil
		}
	}
	fields, after := c.matchFields(p)
	prog := c.p
	switch {
	case p.kind == dictPattern:
		return fields, after
	case p.isClass():
		t := &argTest{kind: argClass, class: p.class}
		return func(_ *Machine, _ int, v Value) (bool, error) { return t.passes(&v), nil }, after
	}
	return func(m *Machine, base int, v Value) (bool, error) {
		if !prog.isInstance(v, p) {
			return false, nil
		}
		return fields(m, base, v)
	}, after
}

// matchFields compiles the fields of a pattern, in descending order of their names as the solver does.
func (c *directCompiler) matchFields(p *pattern) (check, []build) {
	if len(p.fields) == 0 {
		return passes, nil
	}
	type field struct {
		of    *patternField
		check check
	}
	var fields []field
	var after []build
	for i := range slices.Backward(p.fields) {
		f := &p.fields[i]
		ok, more := c.match(f.pat)
		fields, after = append(fields, field{f, ok}), append(after, more...)
	}
	return func(m *Machine, base int, v Value) (bool, error) {
		for i := range fields {
			f := &fields[i]
			if err := m.charge(1); err != nil {
				return false, err
			}
			val, found, err := m.fieldOf(v, p, f.of)
			switch {
			case err != nil || found == fieldMissing:
				return false, err
			case found == fieldUnknown:
				continue
			}
			if ok, err := f.check(m, base, val); !ok || err != nil {
				return false, err
			}
		}
		return true, nil
	}, after
}

// unifyOperand is unifyWith for a compiled operand.
func (c *directCompiler) unifyOperand(op *operand) (check, []build) {
	switch op.kind {
	case constOperand:
		return equalTo(place{state: stateConst, value: op.value}), nil
	case varOperand:
		return c.unifyWith(&resolve.Var{Slot: int(op.slot)})
	}
	c.give("a compound value in a pattern")
	return passes, nil
}
