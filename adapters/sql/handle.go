package sqlauthz

// This file defines Handle, by which decisions query the database, and how one is chosen.

import (
	"context"

	"github.com/ursa-authz/ursa/adapters/internal/answer"
)

// Rows are the result of a query, such as *sql.Rows or pgx.Rows. If they have a method Close, it
// is called.
type Rows interface {
	Next() bool
	Scan(dest ...any) error
	Err() error
}

// A Handle runs queries. Query makes one from a method of a pool, connection or transaction. It
// is as safe for concurrent use as they are.
type Handle struct {
	query func(ctx context.Context, query string, args ...any) (Rows, error)
	locks bool // what is fetched must be what is stored now, even in an older transaction
}

// Query returns the handle that runs queries with f:
//
//	sqlauthz.Query(db.QueryContext)    // of database/sql: *sql.DB, *sql.Tx or *sql.Conn
//	sqlauthz.Query(pool.Query)         // of pgx: *pgxpool.Pool, pgx.Tx or *pgx.Conn
func Query[R Rows](f func(ctx context.Context, query string, args ...any) (R, error)) Handle {
	return Handle{query: func(ctx context.Context, query string, args ...any) (Rows, error) {
		rows, err := f(ctx, query, args...)
		if err != nil { // rows may be a nil pointer
			return nil, err
		}
		return rows, nil
	}}
}

type handleKey struct{}

// WithHandle returns a context in which decisions fetch through h, whatever handle their classes
// have. A decision inside a transaction needs it: it then sees what the transaction has written,
// and a pool with a single connection does not deadlock. So does a decision of a program with
// several databases.
//
//	ctx = sqlauthz.WithHandle(ctx, sqlauthz.Query(tx.QueryContext))
//	ok, err := az.IsAllowed(ctx, actor, "approve", expense)
func WithHandle(ctx context.Context, h Handle) context.Context {
	return context.WithValue(ctx, handleKey{}, h)
}

// handleOf returns the handle of a context, else the only one given.
func handleOf(ctx context.Context, given []Handle) (Handle, error) {
	if h, ok := ctx.Value(handleKey{}).(Handle); ok && h.query != nil {
		return h, nil
	}
	switch {
	case len(given) == 1 && given[0].query != nil:
		return given[0], nil
	case len(given) > 1:
		return Handle{}, answer.Undecided("there are several databases, and it is not known which of them a row is from (use sqlauthz.WithHandle)", nil)
	}
	return Handle{}, answer.Undecided("no handle of a database (use sqlauthz.WithHandle, or pass one to Tables.Classes)", nil)
}

// each runs a query and calls f for each row of its result. Every error is authz.ErrUndecided:
// a result that breaks off is not an answer.
func (h Handle) each(ctx context.Context, query string, args []any, f func(scan func(dest ...any) error) error) (err error) {
	rows, err := h.query(ctx, query, args...)
	if err != nil {
		return answer.Database(err)
	}
	defer func() {
		switch c := rows.(type) {
		case interface{ Close() error }:
			if closeErr := c.Close(); err == nil && closeErr != nil {
				err = answer.Database(closeErr)
			}
		case interface{ Close() }:
			c.Close()
		}
	}()
	for rows.Next() {
		if err := f(rows.Scan); err != nil {
			return answer.Database(err)
		}
	}
	if err := rows.Err(); err != nil {
		return answer.Database(err)
	}
	return nil
}
