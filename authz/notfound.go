package authz

// This file defines LoadError, with which guards distinguish a row that does not exist from
// a database outage.

import (
	"database/sql"
	"errors"
)

// LoadError returns the error to answer with when a function that loads a resource fails
// with err. It is [ErrNotFound] if err is [sql.ErrNoRows] or one of [Config].NotFound, and
// else err itself. An err that is [ErrUndecided] is never ErrNotFound, whatever caused it.
// LoadError is for adapters that load a resource before they authorize it. Do not use it
// for errors of decisions.
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
