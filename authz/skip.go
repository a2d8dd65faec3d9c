package authz

// This file defines Skip, which says that nothing has to be authorized.

import (
	"context"

	"github.com/ursa-authz/ursa/authz/ledger"
)

// Skip records that nothing has to be authorized under ctx, and why: for a health check,
// for example, or a public page. The observer of the context's [Authorizer] receives the
// reason. Without a reason, Skip does nothing.
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
