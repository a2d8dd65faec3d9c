package ops

// This file defines Error, which says why a query could not be answered, and its codes.

import (
	"errors"
	"fmt"
	"strings"

	"github.com/ursa-authz/ursa/authz/filter"
	"github.com/ursa-authz/ursa/authz/internal/host"
	"github.com/ursa-authz/ursa/authz/polar/syntax"
)

// The codes of errors. They are stable.
const (
	CodeArithmetic       = "arithmetic"        // integer overflow, mod or rem by zero
	CodeUnsupported      = "unsupported"       // an operation that is not supported, or that cannot become a filter
	CodeType             = "type"              // an operand of the wrong kind
	CodeUnordered        = "unordered"         // an ordering of values that cannot be ordered
	CodeUnbound          = "unbound"           // a test needs a variable that is never bound
	CodeAssign           = "assign"            // := with a variable that is not new
	CodeUndefinedRule    = "undefined-rule"    // no rule has this name
	CodeUnknownAttribute = "unknown-attribute" // the class has no such attribute
	CodeUnknownMethod    = "unknown-method"    // the class has no such method
	CodeHost             = "host"              // a Go method, constructor or fetch failed
	CodeClass            = "class"             // a class that cannot be used this way
	CodeNegativeLoop     = "negative-loop"     // a call depends on its own negation
	CodeBudget           = "budget"            // a limit was exceeded
	CodeCancelled        = "cancelled"         // the context ended
	CodeInternal         = "internal"          // a fault of the engine
)

// The sentinel errors, for errors.Is. An Error matches one of them, depending on its code.
var (
	ErrBudget        = errors.New("budget exceeded")
	ErrUnbound       = errors.New("unbound variable")
	ErrUnsupported   = filter.ErrUnsupported
	ErrUndefinedRule = errors.New("undefined rule")
)

// An Error says why a query could not be answered. It contains names of rules,
// classes and attributes, but no values of actors or resources.
type Error struct {
	Code  string
	Msg   string          // one line, without position
	Pos   syntax.Position // of the goal that failed
	Stack []Frame         // the rules being tried, innermost first
	Cause error           // of the host, if any
}

// A Frame is one entry of the Polar stack.
type Frame struct {
	Rule string          // name of the rule, or "query"
	Pos  syntax.Position // of the goal that was being solved in it
}

// Error returns "file:line:col: message" on one line.
func (e *Error) Error() string {
	var b strings.Builder
	if e.Pos.IsValid() {
		b.WriteString(e.Pos.String())
		b.WriteString(": ")
	}
	b.WriteString(e.Msg)
	if len(e.Stack) > 0 && e.Stack[0].Rule != "" {
		b.WriteString(" (in ")
		b.WriteString(e.Stack[0].Rule)
		b.WriteString(")")
	}
	return b.String()
}

// Backtrace returns the Polar stack, one frame per line, innermost first.
func (e *Error) Backtrace() string {
	var b strings.Builder
	for _, f := range e.Stack {
		b.WriteString("  in ")
		b.WriteString(f.Rule)
		b.WriteString(" at ")
		b.WriteString(f.Pos.String())
		b.WriteString("\n")
	}
	return b.String()
}

// Unwrap returns the host's error.
func (e *Error) Unwrap() error { return e.Cause }

// Is reports whether e is the sentinel target.
func (e *Error) Is(target error) bool {
	switch target {
	case ErrBudget:
		return e.Code == CodeBudget
	case ErrUnbound:
		return e.Code == CodeUnbound
	case ErrUnsupported:
		return e.Code == CodeUnsupported
	case ErrUndefinedRule:
		return e.Code == CodeUndefinedRule
	}
	return false
}

// Errorf returns an error without a position: the evaluator, which knows the goal, adds it.
func Errorf(code, format string, args ...any) error {
	return &Error{Code: code, Msg: fmt.Sprintf(format, args...)}
}

// hostCodes maps the codes of errors of package host. Other codes become CodeType.
var hostCodes = map[string]string{
	host.CodeHost:          CodeHost,
	host.CodePanic:         CodeHost,
	host.CodeNotLoaded:     CodeHost,
	host.CodePartial:       CodeHost,
	host.CodeResult:        CodeHost,
	host.CodeUnordered:     CodeUnordered,
	host.CodeAmbiguous:     CodeUnknownAttribute,
	host.CodeNoConstructor: CodeClass,
	host.CodeKeyword:       CodeClass,
	host.CodeUnknownClass:  CodeClass,
	host.CodeTooDeep:       CodeBudget,
	host.CodeTooLong:       CodeBudget,
}

// FromHost turns an error of package host into an [Error], and returns any other error as it is.
func FromHost(err error) error {
	var he *host.Error
	if !errors.As(err, &he) {
		return err
	}
	code := hostCodes[he.Code]
	if code == "" {
		code = CodeType
	}
	return &Error{Code: code, Msg: he.Msg, Cause: he.Cause}
}
