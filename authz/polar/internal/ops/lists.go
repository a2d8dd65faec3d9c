package ops

// This file defines the built-in methods of lists.

import "github.com/ursa-authz/ursa/authz/internal/host"

func listLength(t Terms, recv Value, _ []Value) (Value, bool, error) {
	count := 0
	bound, err := t.Each(recv, func(Value) (bool, error) {
		count++
		return true, nil
	})
	switch {
	case err != nil:
		return Value{}, false, err
	case !bound:
		return Value{}, false, endUnbound("length")
	}
	return host.MakeInt(int64(count)), true, nil
}

func listContains(t Terms, recv Value, args []Value) (Value, bool, error) {
	found := false
	bound, err := t.Each(recv, func(elem Value) (bool, error) {
		same, bound, err := t.Same(elem, args[0])
		if err == nil && !bound {
			err = Errorf(CodeUnbound, "List.contains needs a list whose elements are bound")
		}
		found = same
		return !found, err
	})
	switch {
	case err != nil:
		return Value{}, false, err
	case !bound:
		return Value{}, false, endUnbound("contains")
	}
	return host.MakeBool(found), true, nil
}

// endUnbound returns the error of a method of a list whose end is an unbound variable.
func endUnbound(method string) error {
	return Errorf(CodeUnbound, "List.%s needs a list whose end is bound", method)
}
