package authz

// This file defines Filter: which rows an actor may see, as a condition that an
// adapter turns into a query.

import (
	"context"
	"fmt"

	"github.com/ursa-authz/ursa/authz/filter"
	"github.com/ursa-authz/ursa/authz/ledger"
)

// A Filterer is a [Policy] that can say for which rows a rule holds without
// loading them. The policies of the default engine are Filterers.
type Filterer interface {
	// Filter returns the condition under which rule(actor, action, row) holds
	// for a row of class. It is exact, or there is an error; what cannot be a
	// condition is an error that is ErrUnsupported.
	Filter(ctx context.Context, rule string, actor any, action string, class Class) (*filter.Query, error)
}

// Filter returns the condition that tells the rows of class on which actor may
// do action: Authorize allows a row exactly when the row satisfies it. Adapters
// such as package gormauthz make a database query of it. With [Config].DenyRule it
// excludes the rows that deny rules deny, and a deny rule that cannot become a
// filter is an error, whatever allow says.
//
// The error is ErrUndecided, and also ErrUnsupported when the engine knows no
// filters or when something in the policy cannot become one; it then names the
// expression and its position. A filter that was made counts as a decision for
// guards such as nethttp.RequireDecision; no observer sees it.
func (a *Authorizer) Filter(ctx context.Context, actor any, action string, class Class) (*filter.Query, error) {
	if err := a.classes.checkActor(actor); err != nil {
		return nil, undecided(err)
	}
	v := a.current.Load()
	f, ok := v.policy.(Filterer)
	if !ok {
		return nil, undecided(fmt.Errorf("the engine makes no filters: %w", ErrUnsupported))
	}
	var q *filter.Query
	err := catchPanic(func() (err error) {
		if err := ctx.Err(); err != nil {
			return err
		}
		if q, err = v.filter(ctx, f, actor, action, class); err == nil {
			ledger.Settle(ctx)
		}
		return err
	})
	if err != nil {
		return nil, undecided(err)
	}
	return q, nil
}

// CheckFilter reports whether the rows of class on which each of the actors may
// do action can be listed. Called when a program starts, with an actor of every
// kind, it finds rules that cannot become a filter before a request does.
func (a *Authorizer) CheckFilter(ctx context.Context, class Class, action string, actors ...any) error {
	for _, actor := range actors {
		if _, err := a.Filter(ctx, actor, action, class); err != nil {
			return err
		}
	}
	return nil
}
