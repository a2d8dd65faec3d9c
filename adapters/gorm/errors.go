package gormauthz

// This file defines the errors of the package. An error on the way of a decision
// is authz.ErrUndecided, never a denial; a row that is not there, and a row that
// the actor may not know of, are one and the same answer.

import (
	"encoding/json"
	"errors"
	"fmt"
	"io"

	"gorm.io/gorm"

	"github.com/ursa-authz/ursa/authz"
	"github.com/ursa-authz/ursa/authz/filter"
)

// An undecidedError is authz.ErrUndecided.
type undecidedError struct {
	reason string
	cause  error // may be nil
}

func undecided(reason string, cause error) error { return &undecidedError{reason, cause} }

// databaseError is for what a database, or GORM itself, returned instead of an
// answer. Its text may hold values, so ours does not hold its text.
func databaseError(err error) error {
	if errors.Is(err, authz.ErrUndecided) {
		return err
	}
	return undecided(fmt.Sprintf("the database failed (%T)", err), err)
}

// filterError is for a filter that could not be had or not be translated. One that
// is unsupported is authz.ErrUnsupported, too.
func filterError(err error) error {
	if errors.Is(err, authz.ErrUndecided) {
		return err
	}
	var fe *filter.Error // its text has no values
	if !errors.As(err, &fe) {
		return undecided("no filter", err)
	}
	if errors.Is(fe, filter.ErrUnsupported) {
		err = errors.Join(authz.ErrUnsupported, err)
	}
	return undecided(fe.Error(), err)
}

// Error returns one line without values.
func (e *undecidedError) Error() string { return authz.ErrUndecided.Error() + ": " + e.reason }

// Is reports whether target is authz.ErrUndecided.
func (e *undecidedError) Is(target error) bool { return target == authz.ErrUndecided }

// Unwrap returns the cause, unless that would pass for an answer.
func (e *undecidedError) Unwrap() error {
	for _, answer := range []error{authz.ErrForbidden, authz.ErrNotFound, authz.ErrUnauthenticated, gorm.ErrRecordNotFound} {
		if errors.Is(e.cause, answer) {
			return nil
		}
	}
	return e.cause
}

// A forbiddenError is authz.ErrForbidden, where a statement would leave rows that
// the policy does not allow.
type forbiddenError struct{ what string }

// Error returns one line without values.
func (e *forbiddenError) Error() string { return authz.ErrForbidden.Error() + ": " + e.what }

// Is reports whether target is authz.ErrForbidden.
func (e *forbiddenError) Is(target error) bool { return target == authz.ErrForbidden }

// A notFoundError is authz.ErrNotFound and gorm.ErrRecordNotFound. However it is
// printed or marshalled, it is authz.ErrNotFound to the byte.
type notFoundError struct {
	denial error // of a row that is there and must not be known of; for operators
}

func (e *notFoundError) Error() string { return authz.ErrNotFound.Error() }
func (e *notFoundError) Format(f fmt.State, verb rune) {
	io.WriteString(f, fmt.Sprintf(fmt.FormatString(f, verb), authz.ErrNotFound))
}
func (e *notFoundError) MarshalJSON() ([]byte, error) { return json.Marshal(authz.ErrNotFound) }
func (e *notFoundError) Unwrap() error                { return e.denial }

// Is reports whether target is one of the two errors.
func (e *notFoundError) Is(target error) bool {
	return target == authz.ErrNotFound || target == gorm.ErrRecordNotFound
}

// answer gives an error of an Authorizer the form in which a repository returns
// it: a row that is hidden is not found.
func answer(err error) error {
	if errors.Is(err, authz.ErrNotFound) {
		return &notFoundError{err}
	}
	return err
}

// isDenial reports whether an error is an answer, and the answer no.
func isDenial(err error) bool {
	return errors.Is(err, authz.ErrForbidden) || errors.Is(err, authz.ErrNotFound)
}
