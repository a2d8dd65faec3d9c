package vm

// This file gives the machine's lists and dictionaries to the built-in methods of package ops.

import "github.com/ursa-authz/ursa/authz/internal/meter"

// terms implements ops.Terms.
type terms struct{ m *Machine }

func (t terms) Account() *meter.Account { return &t.m.acct }

func (t terms) Each(list Value, f func(elem Value) (more bool, err error)) (bound bool, err error) {
	c := cursor{list: list}
	for i := 0; ; i++ {
		e, it, err := c.next(t.m)
		if err != nil {
			return false, t.m.hostError(err)
		}
		if err := t.m.acct.ChargeElem(i); err != nil {
			return false, err
		}
		switch it {
		case itemRest, itemBad:
			return false, nil
		case itemEnd:
			return true, nil
		}
		if more, err := f(e); !more || err != nil {
			return true, err
		}
	}
}

func (t terms) Same(a, b Value) (same, bound bool, err error) {
	c, err := t.m.equal(a, b)
	return c.equal, !c.depends, err
}

func (t terms) Keys(dict Value) ([]string, error) {
	view := viewDict(dict)
	if err := t.m.hold(view.len() * valueSize); err != nil {
		return nil, err
	}
	return view.keys(t.m)
}

func (t terms) Entry(dict Value, key string) (Value, bool, error) {
	v, ok, err := viewDict(dict).get(t.m, key)
	if err != nil {
		return Value{}, false, t.m.hostError(err)
	}
	return v, ok, nil
}
