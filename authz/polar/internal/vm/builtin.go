package vm

// This file defines the built-in methods of strings, lists and dictionaries,
// and print. They are pure. They charge the budget for the size of their input and
// output before they create the output.

import (
	"math"
	"strings"
	"unicode/utf8"

	"github.com/ursa-authz/ursa/authz/internal/host"
	"github.com/ursa-authz/ursa/authz/internal/meter"
	"github.com/ursa-authz/ursa/authz/polar/internal/resolve"
	"github.com/ursa-authz/ursa/authz/polar/syntax"
)

// hasBuiltin reports whether values like v have a built-in method of that name.
func hasBuiltin(v Value, name string) bool {
	_, ok := resolve.Builtin(kindOf(v), name)
	return ok
}

// kindOf is Kind, with open lists and dictionaries counted as what they are.
func kindOf(v Value) host.Kind {
	switch v.Plan {
	case openListPlan:
		return host.List
	case openDictPlan:
		return host.Dict
	}
	return v.Kind()
}

// builtin calls a built-in method; ok is false if it has no solution.
func (m *Machine) builtin(obj Value, name string, args []Value) (v Value, ok bool, err error) {
	kind := kindOf(obj)
	spec, ok := resolve.Builtin(kind, name)
	if !ok {
		candidates := resolve.BuiltinNames(kind)
		if !isOpen(obj) {
			candidates = append(candidates, obj.Plan.MethodNames()...)
		}
		hint := ""
		if near := syntax.Nearest(name, candidates); near != "" {
			hint = "; did you mean " + near + "?"
		}
		return Value{}, false, m.errorf(CodeUnknownMethod, "%s has no method %q%s", describe(obj), name, hint)
	}
	if len(args) != spec.NumArgs {
		return Value{}, false, m.errorf(CodeType, "%s.%s needs %d argument(s), not %d", describe(obj), name, spec.NumArgs, len(args))
	}
	switch kind {
	case host.String:
		return m.stringMethod(obj, name, args)
	case host.Dict:
		return m.dictMethod(obj, name, args)
	}
	return m.listMethod(obj, name, args)
}

func (m *Machine) stringMethod(obj Value, name string, args []Value) (Value, bool, error) {
	s := obj.Str()
	var text [2]string
	for i, a := range args {
		switch a.Kind() {
		case host.String:
			text[i] = a.Str()
		case host.Nil:
			return Value{}, false, nil
		default:
			return Value{}, false, m.errorf(CodeType, "String.%s needs a String, not %s", name, describe(a))
		}
	}
	if err := m.acct.ChargeBytes(len(s) + len(text[0])); err != nil {
		return Value{}, false, err
	}
	switch name {
	case "length":
		return host.MakeInt(int64(utf8.RuneCountInString(s))), true, nil
	case "strip":
		return host.MakeString(strings.TrimSpace(s)), true, nil
	case "lower", "upper":
		// Changing case can make a character longer, at most threefold.
		if err := m.hold(3 * len(s)); err != nil {
			return Value{}, false, err
		}
		if name == "lower" {
			return host.MakeString(strings.ToLower(s)), true, nil
		}
		return host.MakeString(strings.ToUpper(s)), true, nil
	case "replace":
		return m.replace(s, text[0], text[1])
	}
	return textMethods[name](m, s, text[0])
}

// split returns the parts of s between separators. An empty separator has no meaning.
func (m *Machine) split(s, sep string) (Value, bool, error) {
	if sep == "" {
		return Value{}, false, m.errorf(CodeType, "String.split needs a non-empty separator")
	}
	parts := strings.Count(s, sep) + 1
	if err := m.hold(parts * valueSize); err != nil {
		return Value{}, false, err
	}
	if err := m.acct.ChargeElems(parts); err != nil {
		return Value{}, false, err
	}
	vals := m.makeElems(parts)[:0]
	for {
		part, rest, found := strings.Cut(s, sep)
		vals = append(vals, host.MakeString(part))
		if !found {
			return host.MakeList(vals), true, nil
		}
		s = rest
	}
}

// mostMade is how many elements of lists a machine keeps the memory of.
const mostMade = 256

// makeElems makes the elements of a list. The first lists of a query share memory that the
// machine keeps: no list outlives the query.
func (m *Machine) makeElems(n int) []Value {
	from := len(m.made)
	if from+n > mostMade {
		return make([]Value, n)
	}
	if m.made == nil {
		m.made = make([]Value, 0, mostMade)
	}
	m.made = m.made[:from+n]
	return m.made[from : from+n : from+n]
}

func (m *Machine) replace(s, old, new string) (Value, bool, error) {
	count := strings.Count(s, old)
	size := len(s)
	if grows := len(new) - len(old); grows > 0 && count > (math.MaxInt/2-size)/grows {
		size = math.MaxInt / 2
	} else {
		size += count * grows
	}
	if err := m.hold(size); err != nil {
		return Value{}, false, err
	}
	if err := m.charge(count/meter.StepElems + size/meter.StepBytes); err != nil {
		return Value{}, false, err
	}
	return host.MakeString(strings.ReplaceAll(s, old, new)), true, nil
}

func (m *Machine) listMethod(obj Value, name string, args []Value) (Value, bool, error) {
	c := cursor{list: obj}
	count := 0
	for {
		e, it, err := c.next(m)
		if err != nil {
			return Value{}, false, m.hostError(err)
		}
		if err := m.acct.ChargeElem(count); err != nil {
			return Value{}, false, err
		}
		switch it {
		case itemRest, itemBad:
			return Value{}, false, m.errorf(CodeUnbound, "List.%s needs a list whose end is bound", name)
		case itemEnd:
			if name == "contains" {
				return host.MakeBool(false), true, nil
			}
			return host.MakeInt(int64(count)), true, nil
		}
		count++
		if name == "contains" {
			eq, _, depends, err := m.equal(e, args[0])
			switch {
			case err != nil:
				return Value{}, false, err
			case depends:
				return Value{}, false, m.errorf(CodeUnbound, "List.contains needs a list whose elements are bound")
			case eq:
				return host.MakeBool(true), true, nil
			}
		}
	}
}

func (m *Machine) dictMethod(obj Value, name string, args []Value) (Value, bool, error) {
	view := viewDict(obj)
	if name == "keys" {
		if err := m.hold(view.len() * valueSize); err != nil {
			return Value{}, false, err
		}
		keys, err := view.keys(m)
		if err != nil {
			return Value{}, false, err
		}
		vals := make([]Value, len(keys))
		for i, k := range keys {
			vals[i] = host.MakeString(k)
		}
		return host.MakeList(vals), true, nil
	}
	switch args[0].Kind() {
	case host.String:
	case host.Nil:
		return Value{}, false, nil
	default:
		return Value{}, false, m.errorf(CodeType, "Dictionary.get needs a String, not %s", describe(args[0]))
	}
	v, ok, err := view.get(m, args[0].Str())
	if err != nil {
		return Value{}, false, m.hostError(err)
	}
	return v, ok, nil
}

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
