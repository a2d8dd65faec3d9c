package gormauthz

// This file defines the values that a context carries for this package: the
// transaction that decisions read from, and the exemption of statements from
// authorization.

import (
	"context"

	"gorm.io/gorm"
)

// txKey is the key of a transaction in a context. There is one key per database,
// identified by its models, so that a program may use several databases.
type txKey struct{ models *models }

// WithTx returns a context in which decisions fetch through tx, a transaction or
// another session of a handle for which Classes was called. Any other handle has no
// effect. A program that authorizes inside a transaction needs WithTx: the decision
// then sees what the transaction has written, and a pool with a single connection
// does not deadlock.
//
//	db.Transaction(func(tx *gorm.DB) error {
//		ok, err := az.IsAllowed(gormauthz.WithTx(ctx, tx), actor, "approve", expense)
//		...
//
// The plugin and repositories call WithTx themselves.
func WithTx(ctx context.Context, tx *gorm.DB) context.Context {
	ms := modelsOf(tx)
	if ms == nil {
		return ctx
	}
	return context.WithValue(ctx, txKey{ms}, tx)
}

// session returns a new session for the statements of a decision: in the context's
// transaction if there is one, otherwise on the handle itself. These statements are
// not authorized. They also run when the statement to be authorized is a dry run: a
// relation that was not fetched would look like one without rows.
func (ms *models) session(ctx context.Context) *gorm.DB {
	db := ms.db
	if tx, ok := ctx.Value(txKey{ms}).(*gorm.DB); ok {
		db = tx
	}
	s := db.Session(&gorm.Session{NewDB: true, Context: exempt(ctx, "fetched for a decision")})
	s.DryRun = false
	return s
}

type exemptKey struct{}

// An Exemption frees the statements of a context from authorization.
type exemption struct {
	reason string
	logged bool // made by Unrestricted, and logged
}

// Unrestricted returns a context whose statements the plugin does not authorize. Use
// it for migrations, for jobs that act for no user, and to load the actor itself.
// Each statement is logged with the reason, and also by GORM's own logger at level
// Info. With an empty reason, statements fail.
func Unrestricted(ctx context.Context, reason string) context.Context {
	return context.WithValue(ctx, exemptKey{}, &exemption{reason, true})
}

// exempt is Unrestricted for this package's own statements.
func exempt(ctx context.Context, reason string) context.Context {
	return context.WithValue(ctx, exemptKey{}, &exemption{reason, false})
}

// exemptionOf returns the exemption of a context, or nil.
func exemptionOf(ctx context.Context) *exemption {
	if ctx == nil {
		return nil
	}
	e, _ := ctx.Value(exemptKey{}).(*exemption)
	return e
}
