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
	if s := carrierOf(ctx); s != nil {
		e := Event{Kind: EventSkip, Verdict: Skipped, Reason: reason, actor: hide(s.actor)}
		s.az.tell(ctx, s.az.current.Load(), e, clock())
	}
}
