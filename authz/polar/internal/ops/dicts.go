package ops

// This file defines the built-in methods of dictionaries.

import "github.com/ursa-authz/ursa/authz/internal/host"

func dictGet(t Terms, recv Value, args []Value) (Value, bool, error) {
	return t.Entry(recv, args[0].Str())
}

func dictKeys(t Terms, recv Value, _ []Value) (Value, bool, error) {
	keys, err := t.Keys(recv)
	if err != nil {
		return Value{}, false, err
	}
	vals := make([]Value, len(keys))
	for i, k := range keys {
		vals[i] = host.MakeString(k)
	}
	return host.MakeList(vals), true, nil
}
