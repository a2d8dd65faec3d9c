package ledger_test

// This file tests ledgers alone. Which decisions settle one is tested in package authz.

import (
	"context"
	"testing"

	"github.com/ursa-authz/ursa/authz/ledger"
)

func TestLedger(t *testing.T) {
	outer, l := ledger.With(t.Context())
	inner, same := ledger.With(context.WithoutCancel(outer))
	if same != l {
		t.Error("a second ledger in one context")
	}
	other, o := ledger.With(t.Context())
	if l.Settled() || o.Settled() {
		t.Error("a new ledger is settled")
	}
	ledger.Settle(inner)
	if !l.Settled() || o.Settled() {
		t.Errorf("settled %v and %v, want true and false", l.Settled(), o.Settled())
	}
	ledger.Settle(other)
	if !o.Settled() {
		t.Error("the ledger is not settled")
	}
}

// TestNoLedger tests that a context without a ledger is accepted, and so is a nil context.
func TestNoLedger(t *testing.T) {
	ledger.Settle(t.Context())
	var none context.Context // a caller may pass nil
	ledger.Settle(none)
}
