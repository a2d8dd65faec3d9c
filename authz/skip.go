package authz

// This file defines Skip.

import (
	"context"

	"github.com/ursa-authz/ursa/authz/ledger"
)

// Skip notes that nothing has to be authorized under ctx, and why: for a
// health check, or a page that is public. The reason goes to the observer of
// the context's [Authorizer]; without a reason nothing is noted.
func Skip(ctx context.Context, reason string) {
	if reason == "" {
		return
	}
	ledger.Settle(ctx)
	if s := contextValueOf(ctx); s != nil && s.az.cfg.Observe != nil {
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
