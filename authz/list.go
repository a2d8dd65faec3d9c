package authz

// This file defines Filter: which rows an actor may see, as a condition that an adapter
// turns into a query.

import (
	"context"

	"github.com/ursa-authz/ursa/authz/filter"
	"github.com/ursa-authz/ursa/authz/ledger"
)

// A Filterer is a [Policy] that can say for which rows a rule holds without loading them.
// The policies of the default engine are Filterers.
type Filterer interface {
	// Filter returns the condition under which rule(actor, action, row) holds for a row of
	// class. The condition is exact, or there is an error. If the rule cannot become a
	// condition, the error is ErrUnsupported.
	Filter(ctx context.Context, rule string, actor any, action string, class Class) (*filter.Query, error)
}

// Filter returns the condition for the rows of class on which actor may do action.
// Authorize allows a row exactly when the row satisfies the condition. Adapters such as
// package gormauthz turn it into a database query. With [Config].DenyRule, the condition
// excludes the rows that deny rules deny. A deny rule that cannot become a condition is an
// error, whatever allow says.
//
// The error is ErrUndecided. It is also ErrUnsupported if the engine does not support
// filters, or if something in the policy cannot become a condition; it then names the
// expression and its position. Guards such as nethttp.RequireDecision accept a filter as a
// decision. Observers receive an EventList.
func (a *Authorizer) Filter(ctx context.Context, actor any, action string, class Class) (*filter.Query, error) {
	v, start := a.current.Load(), clock()
	q, err := a.filter(ctx, v, actor, action, class)
	e := Event{Kind: EventList, Verdict: Answered, Rule: ruleAllow.String(), Action: action, actor: hide(actor)}
	if err != nil {
		e.Verdict, e.Err = Undecided, a.identified(err, &e)
		err = e.Err
	} else {
		e.Matches = matches[q.Kind()]
		ledger.Settle(ctx)
	}
	sampled := a.candidate.sampled()
	if a.observes() || sampled {
		e.resource = hide(class) // allocates
		a.tell(ctx, v, e, start)
	}
	if sampled {
		e.Matches, e.Err, e.id = "", nil, decisionID{}
		a.compareLists(ctx, v, e, q, err, func(ctx context.Context, next *version) (*filter.Query, error) {
			return a.filter(ctx, next, actor, action, class)
		})
	}
	return q, err
}

// matches are the values of Event.Matches.
var matches = map[filter.Kind]string{filter.Always: "all", filter.Conditional: "some", filter.Never: "none"}

// filter is Filter on one version of the policy, without events.
func (a *Authorizer) filter(ctx context.Context, v *version, actor any, action string, class Class) (q *filter.Query, err error) {
	if err := a.classes.checkActor(actor); err != nil {
		return nil, undecided(err)
	}
	f, ok := v.policy.(Filterer)
	if !ok {
		return nil, undecided(errorf("the engine does not support filters: %w", ErrUnsupported))
	}
	err = catchPanic(func() (err error) {
		if err := ctx.Err(); err != nil {
			return err
		}
		q, err = v.filter(func(rule string) (*filter.Query, error) {
			return f.Filter(ctx, rule, actor, action, class)
		})
		return err
	})
	if err != nil {
		return nil, undecided(err)
	}
	return q, nil
}

// CheckFilter reports whether Filter works for class, action and each of the actors. Call
// it when the program starts, with an actor of every kind, to find rules that cannot become
// a filter before a request does. Observers do not receive it.
func (a *Authorizer) CheckFilter(ctx context.Context, class Class, action string, actors ...any) error {
	for _, actor := range actors {
		if _, err := a.filter(ctx, a.current.Load(), actor, action, class); err != nil {
			return err
		}
	}
	return nil
}
