package ops

// This file defines the built-in methods, which all values of a kind have, as a table. The
// solver, partial evaluation, the checks of types, and the tools read it: a new method is a
// row here and the function that the row names.

import (
	"strings"

	"github.com/ursa-authz/ursa/authz/filter"
	"github.com/ursa-authz/ursa/authz/internal/host"
	"github.com/ursa-authz/ursa/authz/internal/meter"
	"github.com/ursa-authz/ursa/authz/polar/syntax"
)

// A Builtin is a method of all values of a kind, whatever their Go type. A Go method of the
// same name takes precedence. Built-in methods are pure, and charge for what they read and
// make before they do so.
type Builtin struct {
	Name   string
	Recv   host.Kind   // of the receiver
	Args   []host.Kind // of the arguments; Nil if any kind is allowed
	Result host.Kind   // Nil if it is not known before the call
	Elem   host.Kind   // of the elements of a list that is the result; Nil if it is not known

	// Call returns the result for arguments that Fit. If ok is false, the call has no
	// solution.
	Call func(t Terms, recv Value, args []Value) (result Value, ok bool, err error)

	// Test, unless it is nil, is all that the method does: it tests the receiver and the
	// argument, which are texts.
	Test func(s, arg string) bool

	// Filter, unless it is nil, returns the condition that the method returns true for a
	// field that is not nil. The argument is a text.
	Filter func(x filter.Field, arg string) filter.Expr
}

// Terms is how an evaluator gives its lists and dictionaries, which may hold terms of its
// own, to a built-in method.
type Terms interface {
	// Account returns the account of the query.
	Account() *meter.Account

	// Each calls f for the elements of a list, in order, until it returns false or an
	// error. If it comes to the end and the end is an unbound variable, bound is false.
	Each(list Value, f func(elem Value) (more bool, err error)) (bound bool, err error)

	// Same reports whether two terms are equal. If that depends on an unbound variable,
	// bound is false.
	Same(a, b Value) (same, bound bool, err error)

	// Keys returns the keys of a dictionary in ascending order.
	Keys(dict Value) ([]string, error)

	// Entry returns the value of a key; ok is false if the dictionary does not have it.
	Entry(dict Value, key string) (v Value, ok bool, err error)
}

// The kinds of the arguments.
var (
	none     = []host.Kind{}
	text     = []host.Kind{host.String}
	twoTexts = []host.Kind{host.String, host.String}
	anything = []host.Kind{host.Nil}
)

// Builtins are the built-in methods.
var Builtins = []Builtin{
	{Name: "split", Recv: host.String, Args: text, Result: host.List, Elem: host.String, Call: splitText},
	textTest("startswith", strings.HasPrefix, filter.Prefix),
	textTest("starts_with", strings.HasPrefix, filter.Prefix),
	textTest("endswith", strings.HasSuffix, filter.Suffix),
	textTest("ends_with", strings.HasSuffix, filter.Suffix),
	textTest("contains", strings.Contains, filter.Contains),
	{Name: "lower", Recv: host.String, Args: none, Result: host.String, Call: lowerText},
	{Name: "upper", Recv: host.String, Args: none, Result: host.String, Call: upperText},
	{Name: "strip", Recv: host.String, Args: none, Result: host.String, Call: stripText},
	{Name: "replace", Recv: host.String, Args: twoTexts, Result: host.String, Call: replaceText},
	{Name: "length", Recv: host.String, Args: none, Result: host.Int, Call: textLength},
	{Name: "length", Recv: host.List, Args: none, Result: host.Int, Call: listLength},
	{Name: "contains", Recv: host.List, Args: anything, Result: host.Bool, Call: listContains},
	{Name: "get", Recv: host.Dict, Args: text, Result: host.Nil, Call: dictGet},
	{Name: "keys", Recv: host.Dict, Args: none, Result: host.List, Elem: host.String, Call: dictKeys},
}

// BuiltinOf returns the built-in method of that name for values of a kind, or nil.
func BuiltinOf(kind host.Kind, name string) *Builtin {
	for i := range Builtins {
		if b := &Builtins[i]; b.Recv == kind && b.Name == name {
			return b
		}
	}
	return nil
}

// BuiltinNames returns the names of the built-in methods for values of a kind.
func BuiltinNames(kind host.Kind) []string {
	var names []string
	for i := range Builtins {
		if b := &Builtins[i]; b.Recv == kind {
			names = append(names, b.Name)
		}
	}
	return names
}

// CallBuiltin calls the built-in method of that name. If ok is false, the call has no
// solution. A method that does not exist is an error.
func CallBuiltin(t Terms, recv Value, name string, args []Value) (result Value, ok bool, err error) {
	b := BuiltinOf(KindOf(recv), name)
	if b == nil {
		return Value{}, false, noMethod(recv, name)
	}
	if len(args) != len(b.Args) {
		return Value{}, false, Errorf(CodeType, "%s.%s needs %d argument(s), not %d", Describe(recv), name, len(b.Args), len(args))
	}
	if ok, err := b.Fit(args); !ok || err != nil {
		return Value{}, false, err
	}
	return b.Call(t, recv, args)
}

// Fit checks the kinds of arguments; their number is the method's. If one of them is nil where
// nil is not allowed, the call has no solution, and ok is false.
func (b *Builtin) Fit(args []Value) (ok bool, err error) {
	for i, want := range b.Args {
		switch args[i].Kind() {
		case host.Nil:
			if want != host.Nil {
				return false, nil
			}
		case want:
		default:
			if want != host.Nil {
				return false, Errorf(CodeType, "%s.%s needs a %s, not %s", b.Recv, b.Name, want, Describe(args[i]))
			}
		}
	}
	return true, nil
}

// noMethod returns the error of a method that does not exist.
func noMethod(recv Value, name string) error {
	candidates := BuiltinNames(KindOf(recv))
	if !IsOpen(recv) {
		candidates = append(candidates, recv.Plan.MethodNames()...)
	}
	hint := ""
	if near := syntax.Nearest(name, candidates); near != "" {
		hint = "; did you mean " + near + "?"
	}
	return Errorf(CodeUnknownMethod, "%s has no method %q%s", Describe(recv), name, hint)
}
