package gormauthz

// This file defines the errors of the package: those of package answer, in which GORM's own error
// for a missing row is not an answer either.

import (
	"errors"

	"gorm.io/gorm"

	"github.com/ursa-authz/ursa/adapters/internal/answer"
	"github.com/ursa-authz/ursa/authz"
)

// undecided returns an error that is authz.ErrUndecided.
func undecided(reason string, cause error) error {
	if errors.Is(cause, gorm.ErrRecordNotFound) {
		cause = nil
	}
	return answer.Undecided(reason, cause)
}

// databaseError wraps what a database, or GORM itself, returned instead of an answer.
func databaseError(err error) error {
	if errors.Is(err, gorm.ErrRecordNotFound) && !errors.Is(err, authz.ErrUndecided) {
		return undecided("GORM found no row", nil)
	}
	return answer.Database(err)
}

// notFound returns an error that is authz.ErrNotFound and gorm.ErrRecordNotFound.
func notFound() error { return answer.NotFound(gorm.ErrRecordNotFound, nil) }

// unsupported returns an error about a filter.
func unsupported(reason string) error { return answer.Unsupported(nil, reason) }

// filterError wraps the error of a filter that could not be made or translated.
func filterError(err error) error { return answer.Filter(err) }
