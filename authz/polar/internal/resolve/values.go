package resolve

// This file defines the check of constants against Go types that list their values.
//
// A named string or integer type lists its values with a method Values, which takes no
// arguments and returns a slice of the type or, as ent generates it, of strings:
//
//	func (Status) Values() []Status { return []Status{"open", "closed"} }
//
// A comparison of a Status with any other constant is reported as a misspelling, except
// with the zero value, which an empty field has.

import (
	"fmt"

	"github.com/ursa-authz/ursa/authz/internal/host"
	"github.com/ursa-authz/ursa/authz/polar/syntax"
)

// known are the values that a Go type lists.
type known struct {
	values map[any]bool // string or int64
	names  []string     // of strings, for hints
}

// constants checks whichever of two sides is a constant against the type of the other.
func (c *checker) constants(l, r Term, t, u *typ, at syntax.Span) {
	c.constant(u, l, termSpan(l, at.Start))
	c.constant(t, r, termSpan(r, at.Start))
}

// constant checks x, if it is a constant, against the known values of type t.
func (c *checker) constant(t *typ, x Term, at syntax.Span) {
	k, ok := x.(*Const)
	if !ok || !t.isFew() {
		return
	}
	c.watchValue(at.Start, t)
	var value any
	switch k.Value.Kind() {
	case host.String:
		value = k.Value.Str()
	case host.Int:
		value = k.Value.Int()
	}
	if value == nil || value == "" || value == int64(0) {
		return
	}
	var names []string
	for _, a := range t.alts {
		known := c.facts.valuesOf(a.plan)
		if known == nil || known.values[value] {
			return
		}
		names = append(names, known.names...)
	}
	hint, fix, text := "", "", host.Print(k.Value)
	s, isText := value.(string)
	if isText {
		hint, fix = c.r.nearest(s, names)
	}
	if at.End == at.Start {
		at.End = after(at.Start, text)
	}
	c.warn(CodeUnknownValue, at, fmt.Sprintf("%s has no value %s", t, text), hint)
	if isText {
		c.r.replaceString(s, fix)
	}
}

// valuesOf returns the values that a type lists, or nil if it lists none.
func (f *classFacts) valuesOf(p *host.Plan) *known {
	if p == nil || p.Kind != host.String && p.Kind != host.Int {
		return nil
	}
	f.valuesMu.Lock()
	defer f.valuesMu.Unlock()
	k, ok := f.values[p]
	if !ok {
		k = readValues(p)
		f.values[p] = k
	}
	return k
}

// readValues reads the values of a type.
func readValues(p *host.Plan) *known {
	values := p.Values()
	if values == nil {
		return nil
	}
	k := &known{values: make(map[any]bool, len(values))}
	for _, v := range values {
		k.values[v] = true
		if s, ok := v.(string); ok {
			k.names = append(k.names, s)
		}
	}
	return k
}
