package host

import (
	"fmt"
	"reflect"
)

// This file defines Error, the one error type of the package, and its codes.

// The codes of an [Error]. They are stable: programs may compare them.
const (
	CodeClass         = "invalid-class"        // a class that cannot be registered
	CodeUnknownClass  = "unknown-class"        // a class value whose class is not registered
	CodeAmbiguous     = "ambiguous-name"       // an attribute or method name with two candidates
	CodeUnusable      = "unusable-value"       // a channel, function, complex number or the like, used as a value
	CodeRange         = "out-of-range"         // an integer beyond int64, or beyond a parameter's type
	CodeTooDeep       = "too-deep"             // pointers, interfaces or lists nested beyond the bound
	CodeTooLong       = "too-many-elements"    // a sequence with more elements than were asked for
	CodePartial       = "partial-row"          // an attribute or method that needs what was not read of a row
	CodeNotLoaded     = "relation-not-loaded"  // a relation that is not loaded and cannot be fetched
	CodeUnordered     = "unordered"            // two values that have no order
	CodeUnequatable   = "unequatable"          // a compound or unbound value given to Equal
	CodeArity         = "wrong-argument-count" // a call with too few or too many arguments
	CodeArgument      = "wrong-argument"       // an argument that does not fit its parameter
	CodeKeyword       = "keyword-arguments"    // keyword arguments, which Go does not have
	CodeShape         = "method-shape"         // a method whose parameters or results a policy cannot use
	CodeNoConstructor = "no-constructor"       // new C(...) for a class without a constructor
	CodeHost          = "host-error"           // an error that a method, constructor or fetcher returned
	CodePanic         = "host-panic"           // a panic in a method, constructor or fetcher
	CodeResult        = "wrong-result"         // a result that is not of the promised type
	CodeIndex         = "index-out-of-range"   // an element that the list does not have
)

// An Error is a failure at the boundary between policy and host program. Its text names
// types, fields and methods, never a value of the host. What the host itself reported is
// available only through Unwrap.
type Error struct {
	Code  string // one of the Code constants
	Msg   string // one line, without position
	Cause error  // the host's own error, or nil
}

// Error returns the message. It does not include the text of Cause, which may contain values.
func (e *Error) Error() string { return e.Msg }

// Unwrap returns Cause.
func (e *Error) Unwrap() error { return e.Cause }

// errorf returns an Error with a formatted message and without a cause.
func errorf(code, format string, args ...any) *Error {
	return &Error{Code: code, Msg: fmt.Sprintf(format, args...)}
}

// typeName returns the name of t with the full path of its package, which distinguishes two
// types of one name. For unnamed types it returns their spelling in Go.
func typeName(t reflect.Type) string {
	if t.Name() == "" || t.PkgPath() == "" {
		return t.String()
	}
	return t.PkgPath() + "." + t.Name()
}
