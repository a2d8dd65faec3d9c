package gormauthz

// This file defines the values that a context carries for this package: the
// transaction that decisions read from, and the exemption of statements from
// authorization.

import (
	"context"

	"gorm.io/gorm"
)

type handlesKey struct{}

// A contextHandle is a transaction or handle in a context. A context may have several: a
// program may use several databases.
type contextHandle struct {
	models *models // nil if Classes was not called for it
	db     *gorm.DB
	next   *contextHandle // the one that the context had before
}

// WithTx returns a context in which decisions fetch through tx: a transaction, or a handle or
// session. Classes must have been called for its handle. A context may have a transaction of
// each of several databases; of those that a model is registered with, the last one given to
// WithTx is used.
//
// A program that authorizes inside a transaction needs WithTx: the decision then sees what
// the transaction has written, and a pool with a single connection does not deadlock. So does
// a program in which one Authorizer serves several databases, unless it passes the rows that
// it has read, and not copies of them, to Authorize.
//
//	db.Transaction(func(tx *gorm.DB) error {
//		ok, err := az.IsAllowed(gormauthz.WithTx(ctx, tx), actor, "approve", expense)
//		...
//
// The plugin and repositories call WithTx themselves.
func WithTx(ctx context.Context, tx *gorm.DB) context.Context {
	last := handlesOf(ctx)
	if tx == nil || last != nil && last.db == tx {
		return ctx
	}
	return context.WithValue(ctx, handlesKey{}, &contextHandle{modelsOf(tx), tx, last})
}

// handlesOf returns the last handle that was put into a context, or nil.
func handlesOf(ctx context.Context) *contextHandle {
	h, _ := ctx.Value(handlesKey{}).(*contextHandle)
	return h
}

// txOf returns the transaction or session of the handle of ms in a context.
func (ms *models) txOf(ctx context.Context) (*gorm.DB, bool) {
	for h := handlesOf(ctx); h != nil; h = h.next {
		if h.models == ms {
			return h.db, true
		}
	}
	return nil, false
}

// session returns a new session for the statements of a decision. These statements are not
// authorized. They also run when the statement to be authorized is a dry run: a relation that
// was not fetched would look like one without rows.
func (src source) session(ctx context.Context) *gorm.DB {
	s := src.db.Session(&gorm.Session{NewDB: true, Context: exempt(ctx, "fetched for a decision")})
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
// GORM's own logger logs each statement at level Info, with the reason. With an empty
// reason, statements fail.
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
