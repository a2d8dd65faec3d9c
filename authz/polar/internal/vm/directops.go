package vm

// This file defines methods, constructors, print and enumerations of direct decisions.

import (
	"strings"

	"github.com/ursa-authz/ursa/authz/internal/host"
	"github.com/ursa-authz/ursa/authz/polar/internal/resolve"
)

// knownArgs compiles the arguments of a method or constructor.
func (c *directCompiler) knownArgs(terms []resolve.Term, before *[]build) (args []place, free int, ok bool) {
	args = make([]place, len(terms))
	for i, t := range terms {
		if args[i], free, ok = c.value(t, before); !ok {
			return nil, free, false
		}
	}
	return args, -1, true
}

// pushArgs puts arguments on Machine.abuf, and returns where they begin.
func (m *Machine) pushArgs(args []place, base int) int {
	from := len(m.abuf)
	for i := range args {
		m.abuf = append(m.abuf, args[i].load(m, base))
	}
	return from
}

// popArgs drops arguments.
func (m *Machine) popArgs(from int) {
	clear(m.abuf[from:])
	m.abuf = m.abuf[:from]
}

// textMethods are the built-in methods of strings that routes are made of, to be found when
// a rule is compiled. A string of the engine has no others.
var textMethods = map[string]func(m *Machine, s, t string) (Value, bool, error){
	"startswith":  hasPrefix,
	"starts_with": hasPrefix,
	"endswith":    hasSuffix,
	"ends_with":   hasSuffix,
	"contains":    containsText,
	"split":       (*Machine).split,
}

func hasPrefix(_ *Machine, s, t string) (Value, bool, error) {
	return host.MakeBool(strings.HasPrefix(s, t)), true, nil
}

func hasSuffix(_ *Machine, s, t string) (Value, bool, error) {
	return host.MakeBool(strings.HasSuffix(s, t)), true, nil
}

func containsText(_ *Machine, s, t string) (Value, bool, error) {
	return host.MakeBool(strings.Contains(s, t)), true, nil
}

// method compiles a method call. Keyword arguments are an error, which the solver reports.
func (c *directCompiler) method(g *resolve.Method) []build {
	if len(g.Kwargs) > 0 {
		return c.give("keyword arguments")
	}
	obj, free, ok := c.known(g.Obj)
	if !ok {
		return c.wait(free, g)
	}
	var before []build
	args, free, ok := c.knownArgs(g.Args, &before)
	if !ok {
		return c.wait(free, g)
	}
	if len(before) > 0 {
		return c.give("a list among the arguments of a method") // the solver builds them only when the object is not nil
	}
	ok1, after := c.unifyWith(g.Result)
	name := g.Name
	quick := textMethods[name]
	if len(args) != 1 {
		quick = nil
	}
	return append(c.test(func(m *Machine, base int) (bool, error) {
		o := obj.load(m, base)
		if quick != nil && (o.Plan == host.EngineString || o.Kind() == host.String && o.Plan.Method(name) == nil) {
			if t := args[0].load(m, base); t.Kind() == host.String {
				if err := m.acct.ChargeBytes(int(o.Word + t.Word)); err != nil {
					return false, err
				}
				v, ok, err := quick(m, o.Str(), t.Str())
				if !ok || err != nil {
					return false, err
				}
				return ok1(m, base, v)
			}
		}
		if ok, err := m.hasMethods(o, name); !ok || err != nil {
			return false, err
		}
		from := m.pushArgs(args, base)
		v, ok, err := m.invoke(o, name, m.abuf[from:])
		m.popArgs(from)
		if !ok || err != nil {
			return false, err
		}
		return ok1(m, base, v)
	}), after...)
}

// construct compiles new.
func (c *directCompiler) construct(g *resolve.New) []build {
	if len(g.Kwargs) > 0 || g.Class == nil {
		return c.give("keyword arguments")
	}
	var before []build
	args, free, ok := c.knownArgs(g.Args, &before)
	if !ok {
		return c.wait(free, g)
	}
	ok1, after := c.unifyWith(g.Result)
	class := g.Class
	return append(c.withValues(before, func(m *Machine, base int) (bool, error) {
		from := m.pushArgs(args, base)
		v, err := m.newInstance(class, m.abuf[from:])
		m.popArgs(from)
		if err != nil {
			return false, err
		}
		return ok1(m, base, v)
	}), after...)
}

// print compiles print(args).
func (c *directCompiler) print(g *resolve.Print) []build {
	var before []build
	args, _, ok := c.knownArgs(g.Args, &before)
	if !ok || len(before) > 0 {
		return c.give("print of a variable without a value")
	}
	return c.test(func(m *Machine, base int) (bool, error) {
		if m.print == nil {
			return true, nil
		}
		var b strings.Builder
		for i := range args {
			if i > 0 {
				b.WriteString(", ")
			}
			if err := m.printTerm(&b, args[i].load(m, base), 0); err != nil {
				return false, err
			}
		}
		m.print(b.String())
		return true, nil
	})
}

// inDirect begins an enumeration.
func (m *Machine) inDirect(g *goal, base int) (*goal, error) {
	seq := g.in.seq.load(m, base)
	switch seq.Kind() {
	case host.List:
		if err := m.hold(choiceSize); err != nil {
			return nil, err
		}
		return m.inListDirect(g, seq, 0, nil)
	case host.Dict:
		keys, err := m.entryKeysDirect(g.in, seq, base)
		if err == nil {
			err = m.hold(choiceSize + 2*valueSize)
		}
		if err != nil {
			return nil, err
		}
		return m.inEntriesDirect(g, seq, &keys, 0, nil)
	case host.Nil:
		return nil, nil
	case host.String:
		return nil, m.inText()
	}
	return nil, m.notASequence(seq)
}

// entryKeysDirect is entryKeys for known values.
func (m *Machine) entryKeysDirect(in *goalElements, dict Value, base int) ([]string, error) {
	if in.first != nil {
		if first := in.first.load(m, base); first.Kind() == host.String {
			return []string{first.Str()}, nil
		}
	} else if in.known {
		if key, ok := m.firstText(in.item.load(m, base)); ok {
			return []string{key}, nil
		}
	}
	return dict.KeysCharged(&m.acct)
}

// nextInDirect continues an enumeration.
func (m *Machine) nextInDirect(o *option) (*goal, error) {
	g := o.goal
	seq := g.in.seq.load(m, m.d.base)
	if seq.Kind() == host.Dict {
		return m.inEntriesDirect(g, seq, o.keys, int(o.next), o)
	}
	return m.inListDirect(g, seq, int(o.next), o)
}

// inListDirect finds the first element from index i on that the item is equal to. The
// option o is that of the enumeration, nil before there is one.
func (m *Machine) inListDirect(g *goal, list Value, i int, o *option) (*goal, error) {
	in, base := g.in, m.d.base
	n := list.Len()
	var item Value
	if in.known {
		item = in.item.load(m, base)
	}
	mark := m.acct.Mark()
	for ; ; i++ {
		if in.known && isAtom(item) {
			var err error
			if i, err = m.skipUnequal(item, list, i); err != nil {
				return nil, err
			}
		}
		if err := m.acct.ChargeElem(i); err != nil {
			return nil, err
		}
		if i >= n {
			if o != nil {
				m.dropOption()
			}
			return nil, nil
		}
		e, err := m.element(list, i)
		if err != nil {
			return nil, err
		}
		var ok bool
		if in.known {
			ok, err = m.unifyKnown(item, e)
		} else {
			ok, err = in.check(m, base, e)
		}
		if err != nil {
			return nil, err
		}
		if !ok {
			continue
		}
		// The tests that follow are run at once, so that an element that fails in them
		// leaves nothing behind.
		next := g.next
		for ok && next.op == goalTest {
			if err = m.acct.Charge(int(next.cost)); err == nil {
				ok, err = next.test(m, base)
			}
			if err != nil {
				return nil, m.locateDirect(err, next)
			}
			if ok {
				next = next.next
			}
		}
		switch {
		case !ok && i+1 < n:
			m.acct.Restore(mark)
			continue
		case i+1 == n && o != nil:
			m.dropOption()
		case !ok:
		case i+1 == n:
		case o == nil:
			held := m.acct.Mark()
			m.acct.Restore(mark)
			m.pushOption(g).next = int32(i + 1)
			m.acct.Restore(held)
		default:
			o.next = int32(i + 1)
		}
		if !ok {
			return nil, nil
		}
		return next, nil
	}
}

// inEntriesDirect finds the first key from index i on whose entry [key, value] the item is
// equal to.
func (m *Machine) inEntriesDirect(g *goal, dict Value, all *[]string, i int, o *option) (*goal, error) {
	in, base := g.in, m.d.base
	view := viewDict(dict)
	for keys := *all; i < len(keys); i++ {
		k := keys[i]
		if err := m.charge(1); err != nil {
			return nil, err
		}
		v, found, err := view.get(m, k)
		if err != nil {
			return nil, m.hostError(err)
		}
		if !found { // the only key, which was known
			return nil, nil
		}
		last := i == len(keys)-1
		switch {
		case last && o != nil:
			m.dropOption()
		case !last && o == nil:
			o = m.pushOption(g)
		}
		if !last {
			o.keys, o.next, m.d.keyed = all, int32(i+1), true
		}
		entry := host.MakeList([]Value{host.MakeString(k), v})
		var ok bool
		if in.known {
			ok, err = m.unifyKnown(in.item.load(m, base), entry)
		} else {
			ok, err = in.check(m, base, entry)
		}
		switch {
		case err != nil:
			return nil, err
		case ok:
			return g.next, nil
		case last:
			return nil, nil
		}
		m.acct.Restore(o.held)
	}
	return nil, nil
}
