package gormauthz

// This file defines the errors of the package. A failure during a decision is
// authz.ErrUndecided, never a denial. A row that does not exist and a row that the
// actor may not know of give the same answer.

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

// databaseError wraps what a database, or GORM itself, returned instead of an answer.
// The text of that error may hold values, so the new text leaves it out.
func databaseError(err error) error {
	if errors.Is(err, authz.ErrUndecided) {
		return err
	}
	return undecided(fmt.Sprintf("the database failed (%T)", err), err)
}

// filterError wraps the error of a filter that could not be made or translated. If
// that is because it is unsupported, the result is authz.ErrUnsupported too.
func filterError(err error) error {
	if errors.Is(err, authz.ErrUndecided) {
		return err
	}
	var fe *filter.Error // its text has no values
	if !errors.As(err, &fe) {
		return undecided("the filter could not be made", err)
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

// Unwrap returns the cause, unless the cause could be taken for an answer.
func (e *undecidedError) Unwrap() error {
	for _, answer := range []error{authz.ErrForbidden, authz.ErrNotFound, authz.ErrUnauthenticated, gorm.ErrRecordNotFound} {
		if errors.Is(e.cause, answer) {
			return nil
		}
	}
	return e.cause
}

// A forbiddenError is authz.ErrForbidden for a statement that would leave rows that
// the policy does not allow.
type forbiddenError struct{ what string }

// Error returns one line without values.
func (e *forbiddenError) Error() string { return authz.ErrForbidden.Error() + ": " + e.what }

// Is reports whether target is authz.ErrForbidden.
func (e *forbiddenError) Is(target error) bool { return target == authz.ErrForbidden }

// A notFoundError is authz.ErrNotFound and gorm.ErrRecordNotFound. However it is
// printed or marshalled, the result is byte for byte that of authz.ErrNotFound.
type notFoundError struct {
	denial error // for a row that exists and must stay hidden; for operators
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

// answer converts an error of an Authorizer to the form that a repository returns: a
// hidden row is not found.
func answer(err error) error {
	if errors.Is(err, authz.ErrNotFound) {
		return &notFoundError{err}
	}
	return err
}

// isDenial reports whether an error is a denial.
func isDenial(err error) bool {
	return errors.Is(err, authz.ErrForbidden) || errors.Is(err, authz.ErrNotFound)
}
