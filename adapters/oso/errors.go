//go:build cgo && !musl && (((linux || darwin) && (amd64 || arm64)) || (windows && amd64))

package osoengine

// This file defines the errors of the engine. None of them holds text from go-oso, whose
// errors contain the values of actors and resources.

import (
	"encoding/json"
	"errors"
	"fmt"
	"regexp"
	"strconv"

	osoerrors "github.com/osohq/go-oso/errors"
	osotypes "github.com/osohq/go-oso/types"
	"github.com/ursa-authz/ursa/authz"
	"github.com/ursa-authz/ursa/authz/polar"
	"github.com/ursa-authz/ursa/authz/polar/syntax"
)

// An unsupported error describes a request that go-oso cannot handle or would answer
// wrongly.
type unsupported struct{ reason string }

func refusal(format string, args ...any) *unsupported {
	return &unsupported{fmt.Sprintf(format, args...)}
}

func (e *unsupported) Error() string { return "osoengine: " + e.reason }
func (e *unsupported) Unwrap() error { return authz.ErrUnsupported }

// refusals is the error of a policy that go-oso cannot run.
type refusals struct {
	list error // a syntax.ErrorList
}

func (e *refusals) Error() string   { return e.list.Error() }
func (e *refusals) Unwrap() []error { return []error{authz.ErrUnsupported, e.list} }

// A queryError is an error of a query that go-oso began to answer.
type queryError struct {
	pos    syntax.Position
	reason string
	is     error // a sentinel, or nil
}

func (e *queryError) Error() string {
	if !e.pos.IsValid() {
		return "osoengine: " + e.reason
	}
	return "osoengine: " + e.pos.String() + ": " + e.reason
}

func (e *queryError) Unwrap() error { return e.is }

var (
	errPanic     = &queryError{reason: "go-oso, or a method of the application that it called, panicked"}
	errUndefined = &queryError{reason: "the policy has no rule of that name", is: polar.ErrUndefinedRule}
	errUnbound   = &queryError{reason: "the answer depends on a variable that has no value", is: polar.ErrUnbound}
)

// loadError hides an error from setting up go-oso.
func loadError(error) error { return &queryError{reason: "go-oso could not be set up"} }

// place finds the positions in the text of a go-oso error. The last one is that of the
// goal that failed. The position in a query's own text is of no use.
var place = regexp.MustCompile(`(in query )?at line (\d+), column \d+`)

func (t *text) placeOf(formatted string) syntax.Position {
	var pos syntax.Position
	for _, found := range place.FindAllStringSubmatch(formatted, -1) {
		if line, err := strconv.ParseInt(found[2], 10, 32); err == nil && found[1] == "" {
			pos = t.position(int32(line))
		}
	}
	return pos
}

// queryError returns the kind of error with which a query ended.
func (p *policy) queryError(err error) error {
	var own *queryError
	if errors.As(err, &own) {
		return own
	}
	var core *osoerrors.FormattedPolarError
	if errors.As(err, &core) {
		e := p.coreError(core.Kind.ErrorKindVariant)
		e.pos = p.placeOf(core.Formatted)
		return e
	}
	var (
		call        *osoerrors.InvalidCallError
		constructor *osoerrors.InvalidConstructorError
		info        *osoerrors.ErrorWithAdditionalInfo
		class       *osoerrors.UnregisteredClassError
		iterator    *osoerrors.InvalidIteratorError
		attribute   *osoerrors.MissingAttributeError
		number      *json.UnmarshalTypeError
	)
	switch {
	case errors.As(err, &info), errors.As(err, &call), errors.As(err, &constructor):
		return &queryError{reason: "a method or constructor could not be called with these arguments"}
	case errors.As(err, &class):
		return &queryError{reason: "a class is not registered"}
	case errors.As(err, &iterator):
		return &queryError{reason: "`in` needs a list, a dictionary or a string on its right"}
	case errors.As(err, &attribute):
		return &queryError{reason: "an object does not have an attribute"}
	case errors.As(err, &number):
		return &queryError{reason: "a number in the answer is infinite or not a number"}
	}
	return &queryError{reason: "an object was used in a way that go-oso does not support"}
}

// coreError returns the kind of an error from go-oso's core.
func (p *policy) coreError(kind osotypes.ErrorKindVariant) *queryError {
	runtime, ok := kind.(osotypes.ErrorKindRuntime)
	if !ok {
		return &queryError{reason: "go-oso failed"}
	}
	switch runtime.RuntimeErrorVariant.(type) {
	case osotypes.RuntimeErrorArithmeticError:
		return &queryError{reason: "an integer overflows or is divided by zero"}
	case osotypes.RuntimeErrorUnsupported:
		return &queryError{reason: "an operator was used on values that it does not support"}
	case osotypes.RuntimeErrorTypeError:
		return &queryError{reason: "a value of the wrong kind was used"}
	case osotypes.RuntimeErrorStackOverflow:
		return &queryError{reason: "the rule calls itself too deeply", is: polar.ErrBudget}
	case osotypes.RuntimeErrorQueryTimeout:
		return &queryError{reason: "go-oso's time limit was exceeded", is: polar.ErrBudget}
	case osotypes.RuntimeErrorApplication:
		return &queryError{reason: "an object does not have an attribute or method"}
	case osotypes.RuntimeErrorUnhandledPartial:
		return errUnbound.copy()
	case osotypes.RuntimeErrorQueryForUndefinedRule:
		return errUndefined.copy()
	}
	return &queryError{reason: "go-oso failed"}
}

func (e *queryError) copy() *queryError {
	c := *e
	return &c
}

// diagnostic describes why go-oso rejects the policy.
func (t *text) diagnostic(err error) syntax.Diagnostic {
	d := syntax.Diagnostic{Code: codeLoad, Msg: "go-oso does not load the policy"}
	var core *osoerrors.FormattedPolarError
	if !errors.As(err, &core) {
		return d
	}
	d.Pos = t.placeOf(core.Formatted)
	switch kind := core.Kind.ErrorKindVariant.(type) {
	case osotypes.ErrorKindParse:
		d.Msg = "go-oso cannot parse this"
	case osotypes.ErrorKindValidation:
		switch kind.ValidationErrorVariant.(type) {
		case osotypes.ValidationErrorSingletonVariable:
			d.Msg = "a variable occurs only once in its rule"
		case osotypes.ValidationErrorUndefinedRuleCall:
			d.Msg = "a rule that is called is not defined"
		case osotypes.ValidationErrorInvalidRule:
			d.Msg = "the rule does not fit the type declared for rules of its name"
		case osotypes.ValidationErrorInvalidRuleType:
			d.Msg = "the rule type is not valid"
		case osotypes.ValidationErrorMissingRequiredRule:
			d.Msg = "a rule that a block needs is missing: has_role for roles, has_relation for relations that are used"
		case osotypes.ValidationErrorUnregisteredClass:
			d.Msg = "a class is not registered"
		case osotypes.ValidationErrorResourceBlock, osotypes.ValidationErrorDuplicateResourceBlockDeclaration:
			d.Msg = "the block is not valid"
		}
	}
	return d
}
