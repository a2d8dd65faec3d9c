package sqlauthz

// This file defines how decisions about a write read what is stored now, in a transaction that began
// earlier. A transaction that reads one state of the database would otherwise be decided on rights
// that have been taken away since. SQLite itself rejects a write in such a transaction.

import (
	"context"

	"github.com/ursa-authz/ursa/adapters/internal/answer"
)

// Current makes a condition read the rows of other tables as they are stored now, and lock them
// until the transaction ends. It is for a SELECT that locks rows to be written. Without it, MySQL
// reads the other tables as they were when the transaction began, so a right that was taken
// away since then still counts. An UPDATE or DELETE does not need it. In other databases it changes
// nothing: see Schema.CheckSnapshot.
func Current() Option { return func(o *options) { o.current = true } }

// CheckSnapshot returns an error if no write can be authorized in the transaction of h, because
// it reads older rows and cannot do otherwise: a REPEATABLE READ transaction of PostgreSQL. It makes
// a query in PostgreSQL only. The error is authz.ErrUndecided.
func (s *Schema) CheckSnapshot(ctx context.Context, h Handle) error {
	if s.d.snapshot == "" {
		return nil
	}
	known, old := false, false
	err := h.each(ctx, s.d.snapshot, nil, func(scan func(...any) error) error {
		known = true
		return scan(&old)
	})
	switch {
	case err != nil:
		return err
	case !known || old:
		return answer.Undecided("a write in a REPEATABLE READ transaction cannot be authorized, because the transaction reads older rows (use READ COMMITTED or SERIALIZABLE)", nil)
	}
	return nil
}
