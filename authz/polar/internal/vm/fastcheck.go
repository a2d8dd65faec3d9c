package vm

// This file defines the checks of the fast path: closures that unify a value with
// a term, or match it with a pattern.

import (
	"slices"

	"github.com/ursa-authz/ursa/authz/internal/host"
	"github.com/ursa-authz/ursa/authz/polar/internal/resolve"
)

// A check tests a value, and may write variables. After giving up it reports false.
type check func(r *run, base int, v Value) bool

// checkAt makes a goal of a check of the value at a slot.
func checkAt(slot int, ok check) build {
	return func(next step) step {
		return func(r *run, base int) bool {
			if !ok(r, base, r.slots[base+slot]) {
				return r.gaveUp
			}
			return next(r, base)
		}
	}
}

func passes(*run, int, Value) bool { return true }

func gives(r *run, _ int, _ Value) bool {
	r.gaveUp = true
	return false
}

// unifyWith compiles the unification of a term with a value. The builds are
// goals that waited for the variables it binds.
func (c *fastCompiler) unifyWith(t resolve.Term) (check, []build) {
	switch t := t.(type) {
	case *resolve.Const:
		v := t.Value
		if c.p.isNow(v) {
			c.refuse("the time of the query")
			return gives, nil
		}
		if elems, ok := v.Elems(); ok {
			return equalToList(v, elems), nil
		}
		return equalTo(place{state: stateConst, value: v}), nil
	case *resolve.Var:
		p := c.place(t.Slot)
		switch p.state {
		case stateMixed:
			c.refuse("a variable " + mixed)
			return gives, nil
		case stateFree:
			slot := p.slot
			after := c.bindTo(t.Slot, c.stored(t.Slot))
			return func(r *run, base int, v Value) bool {
				r.slots[base+slot] = v
				return true
			}, after
		}
		return equalTo(p), nil
	case *resolve.List:
		return c.unifyList(t)
	}
	c.refuse("a dictionary")
	return gives, nil
}

func (c *fastCompiler) unifyList(t *resolve.List) (check, []build) {
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
	return func(r *run, base int, v Value) bool {
		if v.Kind() != host.List {
			return false
		}
		n := v.Len()
		if n < len(elems) || n > len(elems) && rest == nil {
			return false
		}
		for i, ok := range elems {
			e, found := r.element(v, i)
			if !found || !ok(r, base, e) {
				return false
			}
		}
		return rest == nil || rest(r, base, v.Slice(len(elems)))
	}
}

// equalToList compiles a comparison with a list of constants. Lists among these
// are left to equal, and so to the solver.
func equalToList(want Value, elems []Value) check {
	checks := make([]check, len(elems))
	for i, e := range elems {
		checks[i] = equalTo(place{state: stateConst, value: e})
	}
	same := listOf(checks, nil)
	return func(r *run, base int, v Value) bool {
		return identical(v, want) || same(r, base, v) // a list with NaN in it is equal to itself
	}
}

// An argTest is a check of an argument that neither gives up nor writes anything:
// that it is of a class or, without one, that it is a text.
type argTest struct {
	arg   int
	class *host.ClassInfo
	text  string
}

func (t *argTest) passes(v *Value) bool {
	if t.class == nil {
		return v.Kind() == host.String && v.Str() == t.text
	}
	p := v.Plan
	return p != nil && (p == t.class.Plan || p.IsA(t.class.ID) && p.Kind != host.ClassKind)
}

// pass reports whether arguments pass all tests.
func pass(tests []argTest, args []Value) bool {
	for i := range tests {
		if t := &tests[i]; !t.passes(&args[t.arg]) {
			return false
		}
	}
	return true
}

// equalTo compiles a comparison with the value at a place.
func equalTo(p place) check {
	if p.state == stateConst {
		want := p.value
		if want.Kind() == host.String {
			text := want.Str()
			return func(r *run, _ int, v Value) bool {
				return v.Kind() == host.String && v.Str() == text
			}
		}
		return func(r *run, _ int, v Value) bool { return r.equal(v, want) }
	}
	slot := p.slot
	return func(r *run, base int, v Value) bool { return r.equal(v, r.slots[base+slot]) }
}

// equal compares two values. It gives up on what the solver compares element by element.
func (r *run) equal(a, b Value) bool {
	ak, bk := a.Kind(), b.Kind()
	switch {
	case ak == host.Int && bk == host.Int:
		return a.Word == b.Word
	case ak == host.String && bk == host.String:
		return a.Word == b.Word && a.Str() == b.Str()
	case ak == host.List || ak == host.Dict:
		if ak == bk {
			r.gaveUp = true
		}
		return false
	case bk == host.List || bk == host.Dict:
		return false
	}
	eq, err := host.Equal(a, b)
	if err != nil {
		r.gaveUp = true
		return false
	}
	return eq
}

// test makes a goal of a specializer for the value at a place.
func (c *fastCompiler) test(p place, pat *pattern) build {
	ok, after := c.match(pat)
	first := func(next step) step {
		return func(r *run, base int) bool {
			if !ok(r, base, p.load(r, base)) {
				return r.gaveUp
			}
			return next(r, base)
		}
	}
	return func(next step) step { return first(chain(after, next)) }
}

// match compiles a pattern.
func (c *fastCompiler) match(p *pattern) (check, []build) {
	switch p.kind {
	case valuePattern:
		return c.unifyOperand(&p.value)
	case listPattern:
		c.refuse("a list as a pattern")
		return gives, nil
	case classPattern:
		if p.class == nil && p.union == resolve.UnionNone {
			c.refuse("a pattern without a class")
			return gives, nil
		}
	}
	fields, after := c.matchFields(p)
	prog := c.p
	switch {
	case p.kind == dictPattern:
		return fields, after
	case p.isClass():
		t := &argTest{class: p.class}
		return func(_ *run, _ int, v Value) bool { return t.passes(&v) }, after
	}
	return func(r *run, base int, v Value) bool {
		return prog.isInstance(v, p) && fields(r, base, v)
	}, after
}

// matchFields compiles the fields of a pattern, in descending order of their names as the solver does.
func (c *fastCompiler) matchFields(p *pattern) (check, []build) {
	if len(p.fields) == 0 {
		return passes, nil
	}
	type field struct {
		name  string
		attrs []*host.Attr
		ok    check
	}
	var fields []field
	var after []build
	for _, f := range slices.Backward(p.fields) {
		ok, more := c.match(f.pat)
		fields, after = append(fields, field{f.name, f.attrs, ok}), append(after, more...)
	}
	bare := p.kind == dictPattern
	return func(r *run, base int, v Value) bool {
		k := v.Kind()
		for i := range fields {
			f := &fields[i]
			var val Value
			switch {
			case k == host.Instance:
				a := attrOf(f.attrs, v.Plan, f.name)
				if a == nil {
					r.gaveUp = !bare
					return false
				}
				var ok bool
				if val, ok = r.attribute(v.Ptr, a); !ok {
					return false
				}
			case k == host.Dict:
				var ok bool
				var err error
				if val, ok, err = v.Get(f.name); err != nil || !ok || isSeq(val) {
					r.gaveUp = err != nil || ok
					return false
				}
			default:
				return false
			}
			if !f.ok(r, base, val) {
				return false
			}
		}
		return true
	}, after
}

// unifyOperand is unifyWith for a compiled operand.
func (c *fastCompiler) unifyOperand(op *operand) (check, []build) {
	switch op.kind {
	case constOperand:
		return equalTo(place{state: stateConst, value: op.value}), nil
	case varOperand:
		return c.unifyWith(&resolve.Var{Slot: int(op.slot)})
	}
	c.refuse("an expression in a pattern")
	return gives, nil
}

// field reads the attribute that a lookup names; ok is false if the object is
// nil, or if the decision was given up.
func (r *run) field(obj Value, attrs []*host.Attr, name string) (v Value, ok bool) {
	switch obj.Kind() {
	case host.Instance:
		if a := attrOf(attrs, obj.Plan, name); a != nil {
			return r.attribute(obj.Ptr, a)
		}
	case host.Nil:
		return Value{}, false
	}
	r.gaveUp = true
	return Value{}, false
}

// attribute reads an attribute of an object; ok is false when the decision was given up.
func (r *run) attribute(obj host.Pointer, a *host.Attr) (v Value, ok bool) {
	if a.Relation != nil {
		if r.steps += a.Rows(obj); r.steps > fastSteps {
			r.gaveUp = true
			return Value{}, false
		}
	}
	v, state, err := a.Read(obj)
	if err != nil || state == host.NotLoaded || isSeq(v) {
		r.gaveUp = true
		return Value{}, false
	}
	return v, true
}

// element reads an element of a list; ok is false when the decision was given up.
func (r *run) element(list Value, i int) (v Value, ok bool) {
	v, err := list.At(i)
	if err != nil || isSeq(v) {
		r.gaveUp = true
		return Value{}, false
	}
	return v, true
}
