// Package osoengine runs policies on go-oso 0.27.3, the original Polar engine, as an
// engine of package authz:
//
//	az, err := authz.New(authz.Config{Engine: osoengine.New(), ...})
//
// It is the reference that Ursa's own engine is compared with, and an alternative for
// projects that depend on the original. It is slower by three orders of magnitude, needs
// cgo, and supports less of the language. If it cannot do something, or would answer
// differently from what the policy says, the error is [authz.ErrUnsupported]. Compile returns
// it if the text and the types show the problem, otherwise the decision does. These are not
// supported:
//
//   - attributes with a spelling other than the Go field's: write user.ID,
//     expense.UserID, request.Segments;
//   - methods of strings, lists and dictionaries, and methods of Go types that
//     take or return more than plain values;
//   - floats, named scalar types, named slices and maps, SQL null types, and
//     interfaces in the fields that a policy reads, because the original
//     truncates them or treats them as objects that equal nothing. The values of
//     interface fields are checked at each decision;
//   - classes that are interfaces, that extend others, or that are not structs;
//   - a class as a value, in a policy or as an argument;
//   - comparisons of objects that hold pointers, slices or maps, which the
//     original compares to any depth: compare their IDs;
//   - a lookup inside not or forall on a variable whose class the policy does
//     not state, because there the original treats a missing attribute as false;
//   - relations that are not loaded;
//   - print and debug, which write to standard output and read standard input;
//   - the constant now, lookups with a computed name, keyword arguments and
//     the prefix forms of operators.
//
// Other differences remain:
//
//   - true equals 1, and == is an error for lists and dictionaries.
//   - An attribute of nil is an error. In Ursa's engine it has no solution.
//   - A rule that never ends is stopped after 10,000 goals or 30 seconds
//     (POLAR_TIMEOUT_MS), not by [authz.Limits] or the context.
//   - A cut between two equal goals of one rule treats them as one goal.
//   - Strings that a method returns must be UTF-8.
//   - A decision does not say which rule allowed it. For a denial by a deny rule, it
//     gives only the name of the rule.
//
// The original never frees an engine: each compiled policy costs about 50 KB for the life of
// the process, so do not reload policies every second. This engine has no list filters,
// because the original's are wrong for every comparison except = and !=. Filter returns
// [authz.ErrUnsupported].
//
// The original's libraries exist for Linux and macOS on amd64 and arm64, and for Windows on
// amd64, with cgo and glibc. Elsewhere (and with the build tag musl) the package builds
// without them, and Compile returns [authz.ErrUnsupported].
//
// Not stable before v1.
package osoengine
