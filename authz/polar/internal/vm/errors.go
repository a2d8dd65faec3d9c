package vm

// This file defines how errors get their position, and the errors of limits and panics.

import (
	"errors"

	"github.com/ursa-authz/ursa/authz/polar/internal/ops"
	"github.com/ursa-authz/ursa/authz/polar/syntax"
)

// The codes of errors.
const (
	CodeArithmetic       = ops.CodeArithmetic
	CodeUnsupported      = ops.CodeUnsupported
	CodeType             = ops.CodeType
	CodeUnordered        = ops.CodeUnordered
	CodeUnbound          = ops.CodeUnbound
	CodeAssign           = ops.CodeAssign
	CodeUndefinedRule    = ops.CodeUndefinedRule
	CodeUnknownAttribute = ops.CodeUnknownAttribute
	CodeUnknownMethod    = ops.CodeUnknownMethod
	CodeHost             = ops.CodeHost
	CodeClass            = ops.CodeClass
	CodeNegativeLoop     = ops.CodeNegativeLoop
	CodeBudget           = ops.CodeBudget
	CodeCancelled        = ops.CodeCancelled
	CodeInternal         = ops.CodeInternal
)

// An Error says why a query could not be answered.
type Error = ops.Error

// A Frame is one entry of the Polar stack.
type Frame = ops.Frame

// errorf returns an error about the goal being solved. The solver's loop, which knows
// the goal, adds the position and the stack.
func (m *Machine) errorf(code, format string, args ...any) error {
	return ops.Errorf(code, format, args...)
}

// hostError turns an error of package host into an Error.
func (m *Machine) hostError(err error) error { return ops.FromHost(err) }

// maxStack is the number of frames that an error lists.
const maxStack = 32

// at adds a position to an error that has none.
func (m *Machine) at(err error, pos syntax.Position) *Error {
	var e *Error
	if !errors.As(err, &e) {
		if e = metered(err); e != nil {
		} else if he := m.hostError(err); !errors.As(he, &e) {
			e = &Error{Code: CodeInternal, Msg: "the engine failed", Cause: err}
		}
	}
	if !e.Pos.IsValid() {
		e.Pos = pos
	}
	return e
}

// locate adds the position of the goal n, which is in the current activation, and the
// stack to an error.
func (m *Machine) locate(err error, n *node) error {
	pos := syntax.Position{}
	if n != nil && m.frame >= 0 && int(m.frame) < len(m.frames) {
		pos = m.frames[m.frame].clause.at(n.pos)
	}
	e := m.at(err, pos)
	if len(e.Stack) > 0 {
		return e
	}
	pos = e.Pos
	for at := m.frame; at >= 0 && int(at) < len(m.frames) && len(e.Stack) < maxStack; {
		f := &m.frames[at]
		e.Stack = append(e.Stack, Frame{Rule: f.clause.info.Name, Pos: pos})
		pos = syntax.Position{}
		if at = f.parent; f.site != nil && at >= 0 && int(at) < len(m.frames) {
			pos = m.frames[at].clause.at(f.site.pos)
		}
	}
	return e
}

// panicked turns a panic of the engine into an error. The panic's value may contain
// anything, so it is not part of the message.
func (m *Machine) panicked(r any) error {
	e := &Error{Code: CodeInternal, Msg: "the engine panicked"}
	if err, ok := r.(error); ok {
		e.Cause = err
	}
	return e
}
