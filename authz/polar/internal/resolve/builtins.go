package resolve

// This file defines the built-in methods of values.

import "github.com/ursa-authz/ursa/authz/internal/host"

// A BuiltinMethod is a method of all values of a kind, whatever their Go type. A Go method of
// the same name takes precedence.
type BuiltinMethod struct {
	Name    string
	Recv    host.Kind // of the receiver
	NumArgs int       // the number of arguments
	Arg     host.Kind // of each argument; Nil if any kind is allowed
	Result  host.Kind // Nil if it is not known before the call
}

// Builtins are the built-in methods.
var Builtins = []BuiltinMethod{
	{"split", host.String, 1, host.String, host.List},
	{"startswith", host.String, 1, host.String, host.Bool},
	{"starts_with", host.String, 1, host.String, host.Bool},
	{"endswith", host.String, 1, host.String, host.Bool},
	{"ends_with", host.String, 1, host.String, host.Bool},
	{"contains", host.String, 1, host.String, host.Bool},
	{"lower", host.String, 0, host.Nil, host.String},
	{"upper", host.String, 0, host.Nil, host.String},
	{"strip", host.String, 0, host.Nil, host.String},
	{"replace", host.String, 2, host.String, host.String},
	{"length", host.String, 0, host.Nil, host.Int},
	{"length", host.List, 0, host.Nil, host.Int},
	{"contains", host.List, 1, host.Nil, host.Bool},
	{"get", host.Dict, 1, host.String, host.Nil},
	{"keys", host.Dict, 0, host.Nil, host.List},
}

// Builtin returns the built-in method of that name for values of a kind; ok is false if there is none.
func Builtin(kind host.Kind, name string) (m BuiltinMethod, ok bool) {
	for _, b := range Builtins {
		if b.Recv == kind && b.Name == name {
			return b, true
		}
	}
	return BuiltinMethod{}, false
}

// BuiltinNames returns the names of the built-in methods for values of a kind.
func BuiltinNames(kind host.Kind) []string {
	var names []string
	for _, b := range Builtins {
		if b.Recv == kind {
			names = append(names, b.Name)
		}
	}
	return names
}
