// Package answer defines the errors of the adapters for databases. A failure during a decision
// is authz.ErrUndecided, never a denial. A row that does not exist and a row that the actor may
// not know of give the same answer.
package answer

import (
	"context"
	"database/sql"
	"encoding/json"
	"errors"
	"fmt"
	"io"

	"github.com/ursa-authz/ursa/authz"
	"github.com/ursa-authz/ursa/authz/filter"
)

// An UndecidedError is authz.ErrUndecided.
type UndecidedError struct {
	reason string
	cause  error // may be nil
}

// Undecided returns an error that is authz.ErrUndecided. The cause may be nil.
func Undecided(reason string, cause error) error { return &UndecidedError{reason, cause} }

// ForGuard returns an error unless ctx is that of the load of a guard, which is about to
// authorize what a repository loads. Other is the method to use elsewhere.
func ForGuard(ctx context.Context, other string) error {
	if authz.Loading(ctx) {
		return nil
	}
	return Undecided("Load was called where no guard authorizes the row (use "+other+", or call it in the load function of a guard)", nil)
}

// Database wraps what a database, or the library that it is used by, returned instead of an
// answer. The text of that error may hold values, so the new text leaves it out.
func Database(err error) error {
	if errors.Is(err, authz.ErrUndecided) {
		return err
	}
	return Undecided(fmt.Sprintf("the database failed (%T)", err), err)
}

// Filter wraps the error of a filter that could not be made or translated.
func Filter(err error) error {
	if errors.Is(err, authz.ErrUndecided) {
		return err
	}
	var fe *filter.Error // its text has no values
	if !errors.As(err, &fe) {
		return Undecided("the filter could not be made", err)
	}
	return Undecided(fe.Error(), err)
}

// Unsupported returns an error about a part of a filter, which may be nil.
func Unsupported(e filter.Expr, reason string) error {
	err := &filter.Error{Err: filter.ErrUnsupported, Reason: reason}
	if e != nil {
		err.Expr = filter.Text(e)
	}
	return err
}

// Error returns one line without values.
func (e *UndecidedError) Error() string { return authz.ErrUndecided.Error() + ": " + e.reason }

// Is reports whether target is authz.ErrUndecided.
func (e *UndecidedError) Is(target error) bool { return target == authz.ErrUndecided }

// Unwrap returns the cause, unless the cause could be taken for an answer.
func (e *UndecidedError) Unwrap() error {
	for _, answer := range []error{authz.ErrForbidden, authz.ErrNotFound, authz.ErrUnauthenticated, sql.ErrNoRows} {
		if errors.Is(e.cause, answer) {
			return nil
		}
	}
	return e.cause
}

// A forbiddenError is authz.ErrForbidden for a statement that would leave rows that the policy
// does not allow.
type forbiddenError struct{ what string }

// Forbidden returns an error that is authz.ErrForbidden.
func Forbidden(what string) error { return &forbiddenError{what} }

// Error returns one line without values.
func (e *forbiddenError) Error() string { return authz.ErrForbidden.Error() + ": " + e.what }

// Is reports whether target is authz.ErrForbidden.
func (e *forbiddenError) Is(target error) bool { return target == authz.ErrForbidden }

// A notFoundError is authz.ErrNotFound and the error that the data layer has for it. However it
// is printed or marshalled, the result is byte for byte that of authz.ErrNotFound.
type notFoundError struct {
	alias  error
	denial error // for a row that exists and must stay hidden; for operators
}

// NotFound returns an error that is authz.ErrNotFound and alias, the error of a data layer for a
// row that does not exist. The denial, if the row does exist, may be nil.
func NotFound(alias, denial error) error { return &notFoundError{alias, denial} }

func (e *notFoundError) Error() string { return authz.ErrNotFound.Error() }
func (e *notFoundError) Format(f fmt.State, verb rune) {
	io.WriteString(f, fmt.Sprintf(fmt.FormatString(f, verb), authz.ErrNotFound))
}
func (e *notFoundError) MarshalJSON() ([]byte, error) { return json.Marshal(authz.ErrNotFound) }
func (e *notFoundError) Unwrap() error                { return e.denial }

// Is reports whether target is one of the two errors.
func (e *notFoundError) Is(target error) bool {
	return target == authz.ErrNotFound || target == e.alias
}

// Hide returns an error of an Authorizer in the form of a repository: a hidden row is not found.
func Hide(err, alias error) error {
	if errors.Is(err, authz.ErrNotFound) {
		return NotFound(alias, err)
	}
	return err
}

// IsDenial reports whether an error is a denial.
func IsDenial(err error) bool {
	return errors.Is(err, authz.ErrForbidden) || errors.Is(err, authz.ErrNotFound)
}
