package authz

// This file defines LoadError, by which guards tell a row that does not exist from a
// database that is down.

import (
	"database/sql"
	"errors"
)

// LoadError returns the error to answer when a function that loads a resource failed
// with err: [ErrNotFound] if err is [sql.ErrNoRows] or one of [Config].NotFound, else err
// itself. An err that is [ErrUndecided] is never "not found", whatever caused it. It is
// for adapters that load a resource before they authorize it; errors of decisions do not
// pass through it.
func (a *Authorizer) LoadError(err error) error {
	if err == nil || errors.Is(err, ErrUndecided) {
		return err
	}
	if errors.Is(err, sql.ErrNoRows) {
		return ErrNotFound
	}
	for _, missing := range a.cfg.NotFound {
		if missing != nil && errors.Is(err, missing) {
			return ErrNotFound
		}
	}
	return err
}
