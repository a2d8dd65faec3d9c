package ops

// This file defines the built-in methods of strings.

import (
	"math"
	"strings"
	"unicode/utf8"

	"github.com/ursa-authz/ursa/authz/filter"
	"github.com/ursa-authz/ursa/authz/internal/host"
	"github.com/ursa-authz/ursa/authz/internal/meter"
)

// texts returns the receiver and the first argument, and charges for reading them.
func texts(t Terms, recv Value, args []Value) (s, arg string, err error) {
	s = recv.Str()
	if len(args) > 0 {
		arg = args[0].Str()
	}
	return s, arg, t.Account().ChargeBytes(len(s) + len(arg))
}

// textTest returns a method that tests a text and an argument.
func textTest(name string, test func(s, arg string) bool, kind filter.StrKind) Builtin {
	return Builtin{
		Name: name, Recv: host.String, Args: text, Result: host.Bool, Test: test,
		Call: func(t Terms, recv Value, args []Value) (Value, bool, error) {
			s, arg, err := texts(t, recv, args)
			return host.MakeBool(err == nil && test(s, arg)), err == nil, err
		},
		Filter: func(x filter.Field, arg string) filter.Expr { return filter.StrOp{Kind: kind, X: x, Arg: arg} },
	}
}

func textLength(t Terms, recv Value, args []Value) (Value, bool, error) {
	s, _, err := texts(t, recv, args)
	if err != nil {
		return Value{}, false, err
	}
	return host.MakeInt(int64(utf8.RuneCountInString(s))), true, nil
}

func stripText(t Terms, recv Value, args []Value) (Value, bool, error) {
	s, _, err := texts(t, recv, args)
	if err != nil {
		return Value{}, false, err
	}
	return host.MakeString(strings.TrimSpace(s)), true, nil
}

func lowerText(t Terms, recv Value, args []Value) (Value, bool, error) {
	return changeCase(t, recv, args, strings.ToLower)
}

func upperText(t Terms, recv Value, args []Value) (Value, bool, error) {
	return changeCase(t, recv, args, strings.ToUpper)
}

func changeCase(t Terms, recv Value, args []Value, change func(string) string) (Value, bool, error) {
	s, _, err := texts(t, recv, args)
	if err != nil {
		return Value{}, false, err
	}
	// Changing case can make a character longer, at most threefold.
	if err := t.Account().Hold(3 * len(s)); err != nil {
		return Value{}, false, err
	}
	return host.MakeString(change(s)), true, nil
}

// splitText returns the parts of a text between separators. An empty separator has no meaning.
func splitText(t Terms, recv Value, args []Value) (Value, bool, error) {
	s, sep, err := texts(t, recv, args)
	if err != nil {
		return Value{}, false, err
	}
	if sep == "" {
		return Value{}, false, Errorf(CodeType, "String.split needs a non-empty separator")
	}
	parts := strings.Count(s, sep) + 1
	if err := t.Account().Hold(parts * host.ValueSize); err != nil {
		return Value{}, false, err
	}
	if err := t.Account().ChargeElems(parts); err != nil {
		return Value{}, false, err
	}
	return host.MakeList(AppendParts(make([]Value, 0, parts), s, sep)), true, nil
}

// AppendParts appends the parts of s between separators, which are not empty, to vals.
func AppendParts(vals []Value, s, sep string) []Value {
	for {
		part, rest, found := strings.Cut(s, sep)
		vals = append(vals, host.MakeString(part))
		if !found {
			return vals
		}
		s = rest
	}
}

func replaceText(t Terms, recv Value, args []Value) (Value, bool, error) {
	s, old, err := texts(t, recv, args)
	if err != nil {
		return Value{}, false, err
	}
	by := args[1].Str()
	count := strings.Count(s, old)
	size := len(s)
	if grows := len(by) - len(old); grows > 0 && count > (math.MaxInt/2-size)/grows {
		size = math.MaxInt / 2
	} else {
		size += count * grows
	}
	if err := t.Account().Hold(size); err != nil {
		return Value{}, false, err
	}
	if err := t.Account().Charge(count/meter.StepElems + size/meter.StepBytes); err != nil {
		return Value{}, false, err
	}
	return host.MakeString(strings.ReplaceAll(s, old, by)), true, nil
}
