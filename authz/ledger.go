package authz

// This file defines Ledger, by which a guard around a handler learns whether
// anything was authorized in it.

import (
	"context"
	"sync/atomic"
)

// A Ledger notes whether anything was authorized under a context. It is for
// those who build guards such as nethttp.RequireDecision, which answers 500
// when a handler succeeds although it asked nothing.
//
// Settled is set by a decision that allows something on a resource (IsAllowed,
// Authorize, AuthorizeField, and the functions over them) and by [Skip], if
// they are given the context or one derived from it. A denial does not set it,
// and neither does the question whether a request may be sent at all, which is
// asked of every request and says nothing about what its handler touches.
//
// A Ledger is safe for concurrent use.
type Ledger struct{ settled atomic.Bool }

// Settled reports whether anything was authorized so far.
func (l *Ledger) Settled() bool { return l.settled.Load() }

type ledgerKey struct{}

// WithLedger returns a context with a ledger, and the ledger. A context that
// has one keeps it, so that nested guards agree.
func WithLedger(ctx context.Context) (context.Context, *Ledger) {
	if l := ledgerOf(ctx); l != nil {
		return ctx, l
	}
	l := new(Ledger)
	return context.WithValue(ctx, ledgerKey{}, l), l
}

func ledgerOf(ctx context.Context) *Ledger {
	if ctx == nil {
		return nil
	}
	l, _ := ctx.Value(ledgerKey{}).(*Ledger)
	return l
}

// settle notes in the context's ledger, if there is one, that something was
// authorized.
func settle(ctx context.Context) {
	if l := ledgerOf(ctx); l != nil {
		l.settled.Store(true)
	}
}

// Skip notes that nothing has to be authorized under ctx, and why: for a
// health check, or a page that is public. The reason goes to the observer of
// the context's [Authorizer]; without a reason nothing is noted.
func Skip(ctx context.Context, reason string) {
	if reason == "" {
		return
	}
	settle(ctx)
	if s := scopeOf(ctx); s != nil && s.az.cfg.Observe != nil {
		s.az.observe(ctx, Decision{
			ID:      newID(),
			Verdict: Skipped,
			Reason:  reason,
			Version: s.az.Version(),
			q:       &question{actor: s.actor},
			classes: s.az.classes,
		})
	}
}
