package gormauthz

// This file defines what a context carries for this package: the transaction that
// decisions read from, and the exemption of statements from authorization.

import (
	"context"

	"gorm.io/gorm"
)

// txKey is the key of a transaction in a context: one for each database, by its
// models, so that a program may use several.
type txKey struct{ models *models }

// WithTx returns a context in which decisions fetch through tx, a transaction or
// any other session of a handle for which Classes was called; another handle
// changes nothing. A program that decides inside of a transaction needs it: the
// decision sees what the transaction has written, and a pool with a single
// connection does not wait for itself.
//
//	db.Transaction(func(tx *gorm.DB) error {
//		ok, err := az.IsAllowed(gormauthz.WithTx(ctx, tx), actor, "approve", expense)
//		...
//
// The plugin and repositories do this by themselves.
func WithTx(ctx context.Context, tx *gorm.DB) context.Context {
	ms := modelsOf(tx)
	if ms == nil {
		return ctx
	}
	return context.WithValue(ctx, txKey{ms}, tx)
}

// session returns a new session for the statements of a decision: in the
// context's transaction if there is one, and else of the handle itself. They are
// not themselves authorized, and run even if what is decided on is a dry run: a
// relation that was not fetched would be one that leads nowhere.
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

// An exemption frees the statements of a context from authorization.
type exemption struct {
	reason string
	logged bool // by Unrestricted, and to be shown to the operator
}

// Unrestricted returns a context whose statements the plugin lets pass without
// authorization: for migrations, for jobs that act for nobody, and for finding
// the actor itself. Each statement is logged, with the reason and by GORM's own
// logger at level Info; without a reason, statements are refused.
func Unrestricted(ctx context.Context, reason string) context.Context {
	return context.WithValue(ctx, exemptKey{}, &exemption{reason, true})
}

// exempt is Unrestricted for statements of this package's own.
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
