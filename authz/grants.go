package authz

// This file defines Grants: which actions, or which fields, an actor has on a resource.
//
// The names are the solutions of the rule with the action, or the field, as a
// variable. Deny rules then take names away. If the names are all known, each is asked
// about as a decision asks, which answers for every deny rule. If a rule allows any
// name, the names that are denied have to be listed instead, by the same kind of
// query, and what cannot be listed is an error: a name that is missing on that list
// would be granted.

import (
	"context"
	"fmt"
	"reflect"
	"slices"
)

// Grants are the actions or fields that a policy allows.
type Grants struct {
	// All says that a rule allows every name, but those in Except: it leaves
	// the action or the field open.
	All bool

	// Names are the names that rules mention, sorted, each once. With All
	// they are not all there is.
	Names []string

	// Except are the names that deny rules take from All, sorted, each once.
	// Without All it is empty.
	Except []string
}

// Has reports whether name is among the grants.
func (g Grants) Has(name string) bool {
	if slices.Contains(g.Except, name) {
		return false
	}
	return g.All || slices.Contains(g.Names, name)
}

// AuthorizedActions returns the actions that actor may do on resource. An
// action that is not a string, and one that a rule leaves open but restricts by
// conditions, cannot be listed; then, and whenever the policy cannot be asked,
// the error is ErrUndecided.
//
// With [Config].DenyRule, actions that are denied are not in the answer. If a rule
// allows every action, the denied ones are in Grants.Except; a deny rule that
// restricts an open action by conditions, or may reach a cut, cannot be listed then.
func (a *Authorizer) AuthorizedActions(ctx context.Context, actor, resource any) (Grants, error) {
	return a.grants(ctx, "action", &question{ruleAllow, actor, "", resource, ""})
}

// AuthorizedFields returns the fields of resource on which actor may do action,
// by the rule allow_field(actor, action, resource, field). See AuthorizedActions
// for deny rules and errors.
func (a *Authorizer) AuthorizedFields(ctx context.Context, actor any, action string, resource any) (Grants, error) {
	return a.grants(ctx, "field", &question{ruleField, actor, action, resource, ""})
}

// grants returns the names for which q is allowed. What is named, "action" or
// "field", is missing in q.
func (a *Authorizer) grants(ctx context.Context, what string, q *question) (g Grants, err error) {
	if err := a.classes.checkActor(q.actor); err != nil {
		return Grants{}, undecided(err)
	}
	v := a.current.Load()
	if g.Names, g.All, err = v.names(ctx, q.rule.String(), what, q); err != nil {
		return Grants{}, err
	}
	switch {
	case !v.deny.asked[q.rule]:
	case g.All:
		var all bool
		g.Except, all, err = v.names(ctx, q.rule.deny(), what, q)
		definer, _ := v.policy.(Definer)
		switch {
		case err != nil && v.deny.undefined(err):
		case err != nil:
			return Grants{}, err
		case all:
			return Grants{}, nil
		case definer == nil || !definer.Enumerates(q.rule.deny()):
			return Grants{}, undecided(fmt.Errorf("every %s is allowed, and which of them %s denies cannot be listed, as a cut may leave some out: %w", what, q.rule.deny(), ErrUnsupported))
		}
		g.Names = slices.DeleteFunc(g.Names, func(name string) bool { return slices.Contains(g.Except, name) })
	default:
		if g.Names, err = v.notDenied(ctx, what, q, g.Names); err != nil {
			return Grants{}, err
		}
	}
	if len(g.Names) == 0 {
		g.Names = nil
	}
	return g, nil
}

// names returns the names for which a rule holds, sorted, each once, and whether it
// holds for all.
func (v *version) names(ctx context.Context, rule, what string, q *question) (names []string, all bool, err error) {
	args := []any{q.actor, Var(what), q.resource}
	if q.rule == ruleField {
		args = []any{q.actor, q.action, q.resource, Var(what)}
	}
	for b, err := range v.query(ctx, rule, args) {
		if err != nil {
			return nil, false, err
		}
		value := b[what]
		if _, open := value.(Var); open {
			all = true
			continue
		}
		s := reflect.ValueOf(value)
		if s.Kind() != reflect.String {
			return nil, false, undecided(fmt.Errorf("%s holds for one %s that is not a string but %s", rule, what, typeName(reflect.TypeOf(value))))
		}
		names = append(names, s.String())
	}
	slices.Sort(names)
	return slices.Compact(names), all, nil
}

// notDenied returns the names that no deny rule denies.
func (v *version) notDenied(ctx context.Context, what string, q *question, names []string) (left []string, err error) {
	err = catchPanic(func() error {
		for _, name := range names {
			if err := ctx.Err(); err != nil {
				return err
			}
			one := *q
			if what == "field" {
				one.field = name
			} else {
				one.action = name
			}
			denied, _, err := v.denies(ctx, &one)
			if err != nil {
				return err
			}
			if !denied {
				left = append(left, name)
			}
		}
		return nil
	})
	if err != nil {
		return nil, undecided(err)
	}
	return left, nil
}
