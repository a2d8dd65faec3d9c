// Package ledger notes whether anything was authorized under a context.
//
// It is for authors of adapters whose guards check that a handler asked for a decision,
// as nethttp.RequireDecision does: such a guard answers 500 when a handler succeeds and
// nothing was authorized.
//
//	ctx, l := ledger.With(r.Context())
//	next.ServeHTTP(w, r.WithContext(ctx))
//	if !l.Settled() {
//		// the handler authorized nothing
//	}
//
// Package authz settles the ledger of the context that it is given when
//
//   - a decision allows something on a resource: IsAllowed, Authorize, AuthorizeField, and
//     the functions that call them,
//   - a filter is made,
//   - authz.Skip is called with a reason.
//
// A denial does not settle it. Neither does the decision whether a request may be sent at
// all: every request needs that decision, and it says nothing about the resources that
// the handler reads or writes.
//
// Not stable before v1.
package ledger

import (
	"context"
	"sync/atomic"
)

// A Ledger notes whether anything was authorized. It is safe for concurrent use.
type Ledger struct{ settled atomic.Bool }

// Settled reports whether anything was authorized so far.
func (l *Ledger) Settled() bool { return l.settled.Load() }

type key struct{}

// With returns a context with a ledger, and that ledger. If ctx already has one, With
// returns ctx and its ledger, so that nested guards agree.
func With(ctx context.Context) (context.Context, *Ledger) {
	if l := of(ctx); l != nil {
		return ctx, l
	}
	c := &carrier{Context: ctx}
	return c, &c.ledger
}

// A carrier is a context with a ledger.
type carrier struct {
	context.Context
	ledger Ledger
}

// Value returns the ledger for its key.
func (c *carrier) Value(k any) any {
	if k == (key{}) {
		return &c.ledger
	}
	return c.Context.Value(k)
}

// Settle notes in the ledger of ctx, if there is one, that something was authorized.
// Package authz calls it. Applications call authz.Skip instead, which records a reason.
func Settle(ctx context.Context) {
	if l := of(ctx); l != nil {
		l.settled.Store(true)
	}
}

// of returns the ledger of ctx, or nil.
func of(ctx context.Context) *Ledger {
	if ctx == nil {
		return nil
	}
	l, _ := ctx.Value(key{}).(*Ledger)
	return l
}
