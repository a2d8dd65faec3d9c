// Package osoengine runs policies on go-oso 0.27.3, the original Polar engine,
// behind the seam of package authz:
//
//	az, err := authz.New(authz.Config{Engine: osoengine.New(), ...})
//
// It is the reference that Ursa's own engine is compared with, and a way back
// for those who have to have the original. It is slower by three orders of
// magnitude, needs cgo, and understands less. What it cannot do, or would
// answer differently from what the policy says, is refused: when the policy is
// compiled if the text and the types show it, else when the question is asked.
// Such an error is [authz.ErrUnsupported]. Refused are
//
//   - attributes in another spelling than the Go field's: write user.ID,
//     expense.UserID, request.Segments;
//   - methods of strings, lists and dictionaries, and methods of Go types that
//     take or return more than plain values;
//   - floats, named scalar types, named slices and maps, SQL null types, and
//     interfaces in the fields that a policy reads, because the original
//     truncates them, or takes them for objects that equal nothing. Interface
//     fields are looked at when the question is asked;
//   - classes that are interfaces, that extend others, or that are no structs;
//   - a class as a value, in a policy or as an argument;
//   - comparisons of objects that hold pointers, slices or maps, which the
//     original compares to any depth: compare their ids;
//   - a lookup inside not or forall on a variable whose class the policy does
//     not say, because there the original takes a missing attribute for false;
//   - relations that are not loaded;
//   - print and debug, which write to standard output and read standard input;
//     the constant now; lookups with a computed name, keyword arguments and
//     the prefix forms of operators.
//
// What remains different: true equals 1, == is an error for lists and
// dictionaries, an attribute of nil is an error and not just without
// solution, a rule that never ends is stopped after 10,000 goals or 30
// seconds (POLAR_TIMEOUT_MS) and not by [authz.Limits] or the context, and a
// cut between two equal goals of one rule takes them for one. Strings that a
// method returns must be UTF-8. Decisions do not say which rule allowed, and of a
// deny rule that denied only its name.
//
// The original never frees an engine: each compiled policy costs about 50 KB
// for the life of the process, so a policy should not be reloaded every second
// on it. It has no list filters here, since its own are wrong for every
// comparison but = and != ; asking for one is [authz.ErrUnsupported].
//
// The original's libraries exist for Linux and macOS on amd64 and arm64, and for
// Windows on amd64, with cgo and glibc. Elsewhere (and with the build tag musl)
// the package builds without them, and Compile is an [authz.ErrUnsupported].
//
// Not stable before v1.
package osoengine
