package authz

// This file defines FilterActors: which actors may do something, as a condition that an
// adapter turns into a query.

import (
	"context"
	"fmt"
	"reflect"

	"github.com/ursa-authz/ursa/authz/filter"
)

// An ActorFilterer is a [Policy] that can say for which actors a rule holds without loading
// them. The policies of the default engine are ActorFilterers.
type ActorFilterer interface {
	// FilterActors returns the condition under which rule(row, action, resource) holds for
	// an actor, a row of class. The condition is exact, or there is an error. If the rule
	// cannot become a condition, the error is ErrUnsupported.
	FilterActors(ctx context.Context, rule string, class Class, action string, resource any) (*filter.Query, error)
}

// FilterActors returns the condition for the actors of class that may do action on
// resource. An actor satisfies the condition exactly when IsAllowed allows it. The resource
// can be a class. The class of the actors must be a registered struct with a key.
//
// A row whose key is zero identifies nobody, and does not satisfy the condition unless the
// class has [Class].ZeroKeyActor. With [Config].DenyRule, the condition excludes the actors
// that deny rules deny.
//
// The errors are those of [Authorizer.Filter]. In particular, the error is ErrUnsupported
// if a rule depends on something about the actor that no field holds, such as the result of
// a method.
//
// FilterActors answers a question about other people and authorizes nothing: guards such as
// nethttp.RequireDecision do not accept it as a decision. Authorize the person asking first.
// Observers receive an EventActors.
func (a *Authorizer) FilterActors(ctx context.Context, class Class, action string, resource any) (*filter.Query, error) {
	v, start := a.current.Load(), clock()
	q, err := a.filterActors(ctx, v, class, action, resource)
	e := Event{Kind: EventActors, Verdict: Answered, Rule: ruleAllow.String(), Action: action, resource: hide(resource)}
	if err != nil {
		e.Verdict, e.Err = Undecided, a.identified(err, &e)
		err = e.Err
	} else {
		e.Matches = matches[q.Kind()]
	}
	sampled := a.candidate.sampled()
	if a.observes() || sampled {
		e.actor = hide(class) // allocates
		a.tell(ctx, v, e, start)
	}
	if sampled {
		e.Matches, e.Err, e.id = "", nil, decisionID{}
		a.compareLists(ctx, v, e, q, err, func(ctx context.Context, next *version) (*filter.Query, error) {
			return a.filterActors(ctx, next, class, action, resource)
		})
	}
	return q, err
}

// filterActors is FilterActors on one version of the policy, without events.
func (a *Authorizer) filterActors(ctx context.Context, v *version, class Class, action string, resource any) (q *filter.Query, err error) {
	f, ok := v.policy.(ActorFilterer)
	if !ok {
		return nil, undecided(errorf("the engine does not support filters of actors: %w", ErrUnsupported))
	}
	err = catchPanic(func() (err error) {
		if err := ctx.Err(); err != nil {
			return err
		}
		q, err = v.filter(func(rule string) (*filter.Query, error) {
			return f.FilterActors(ctx, rule, class, action, resource)
		})
		if err == nil {
			q, err = a.classes.actorsOnly(q)
		}
		return err
	})
	if err != nil {
		return nil, undecided(err)
	}
	return q, nil
}

// actorsOnly restricts a filter to the rows that can be actors (see checkActor).
func (c *classes) actorsOnly(q *filter.Query) (*filter.Query, error) {
	if len(q.Model.Key) == 0 {
		return nil, errorf("actors of class %s cannot be filtered, because the class has no key: %w", q.Model.Name, ErrUnsupported)
	}
	if class := c.byType[q.Model.Type]; class != nil && class.ZeroKeyActor || q.Kind() == filter.Never {
		return q, nil
	}
	var hasKey filter.Or
	for _, name := range q.Model.Key {
		part, err := isNotZero(q.Model, name)
		if err != nil {
			return nil, errorf("actors of class %s cannot be filtered: %w", q.Model.Name, fmt.Errorf("%w: %w", ErrUnsupported, err))
		}
		hasKey = append(hasKey, part)
	}
	return narrow(q, hasKey)
}

// isNotZero returns the condition that a field is neither nil nor zero.
func isNotZero(m *filter.Model, name string) (filter.Expr, error) {
	info, err := m.Field(name)
	if err != nil {
		return nil, err
	}
	zero, err := filter.ValueOf(reflect.Zero(info.Elem).Interface())
	if err != nil {
		return nil, err
	}
	f := filter.Field{Var: filter.Row, Name: name}
	return filter.And{
		filter.Compare{Op: filter.Ne, L: f, R: filter.Value{}},
		filter.Compare{Op: filter.Ne, L: f, R: zero},
	}, nil
}
