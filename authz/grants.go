package authz

// This file defines Grants: which actions, or which fields, an actor has on a resource.
//
// The names are the solutions of the rule with the action, or the field, as a variable.
// Deny rules then take names away. If all names are known, the deny rule is evaluated for
// each of them, as in a decision. This works for every deny rule. If a rule allows any
// name, a query of the same kind has to list the denied names. If they cannot be listed,
// the result is an error: a missing name would be granted.

import (
	"context"
	"reflect"
	"slices"
	"time"
)

// Grants are the actions or fields that a policy allows.
type Grants struct {
	// All means that a rule leaves the action or the field open, so that every name is
	// allowed except those in Except.
	All bool

	// Names are the names that rules mention, sorted and without duplicates. With All there
	// may be others.
	Names []string

	// Except are the names that deny rules exclude from All, sorted and without duplicates.
	// It is empty without All.
	Except []string
}

// Has reports whether name is granted.
func (g Grants) Has(name string) bool {
	if slices.Contains(g.Except, name) {
		return false
	}
	return g.All || slices.Contains(g.Names, name)
}

// without returns the names that g grants and h does not, among those that they mention. Both
// may be nil.
func (g *Grants) without(h *Grants) (names []string) {
	if g == nil || h == nil {
		return nil
	}
	for _, name := range slices.Concat(g.Names, h.Names, g.Except, h.Except) {
		if g.Has(name) && !h.Has(name) {
			names = append(names, name)
		}
	}
	slices.Sort(names)
	return slices.Compact(names)
}

// same reports whether g and h grant the same names.
func (g Grants) same(h Grants) bool {
	return g.All == h.All && slices.Equal(g.Except, h.Except) && (g.All || slices.Equal(g.Names, h.Names))
}

// AuthorizedActions returns the actions that actor may do on resource. The error is
// ErrUndecided if the policy cannot be evaluated, or if it has an action that cannot be
// listed: one that is not a string, or one that a rule leaves open but restricts by
// conditions. It is also ErrUndecided, and ErrUnsupported, if allow may reach a cut: a cut
// stops at the first action that it finds.
//
// With [Config].DenyRule, the result leaves out actions that are denied. If a rule allows
// every action, the denied ones are in Grants.Except. The error is then also ErrUndecided
// for a deny rule that restricts an open action by conditions or may reach a cut.
func (a *Authorizer) AuthorizedActions(ctx context.Context, actor, resource any) (Grants, error) {
	return a.enumerate(ctx, a.current.Load(), "action", &question{rule: ruleAllow, actor: actor, resource: resource})
}

// AuthorizedActionsEach returns for each resource the actions that actor may do on it, as
// [Authorizer.AuthorizedActions] does. Resources is a slice, such as []*Expense, []Expense or
// []any, and the result has its order. All of them use one version of the policy and one view
// of the relations that are not loaded, as with [Authorizer.IsAllowedEach]: a page of 50 rows
// takes one statement for each relation that the policy reads, however many actions there are.
//
// If one of the resources cannot be decided, the result is nil, and the error is
// [ErrUndecided] and names the index of the first such resource. In [Limits], Fetches bounds
// the whole call; the others bound each resource. Observers receive one enumeration for
// each resource. Like AuthorizedActions, it says what a page can offer, and authorizes
// nothing: guards such as nethttp.RequireDecision do not accept it as a decision.
func (a *Authorizer) AuthorizedActionsEach(ctx context.Context, actor, resources any) ([]Grants, error) {
	list, err := elements(resources)
	if err == nil {
		err = a.classes.checkActor(actor)
	}
	if err != nil {
		return nil, undecided(err)
	}
	v := a.current.Load()
	ctx = a.withBatch(ctx, list)
	each := make([]Grants, len(list))
	for i, r := range list {
		if each[i], err = a.enumerate(ctx, v, "action", &question{rule: ruleAllow, actor: actor, resource: r}); err != nil {
			return nil, atIndex(err, i)
		}
	}
	if err := catchPanic(ctx.Err); err != nil {
		return nil, undecided(err)
	}
	return each, nil
}

// AuthorizedFields returns the fields of resource on which actor may do action. It
// evaluates allow_field(actor, action, resource, field). See AuthorizedActions for deny
// rules and errors.
func (a *Authorizer) AuthorizedFields(ctx context.Context, actor any, action string, resource any) (Grants, error) {
	return a.enumerate(ctx, a.current.Load(), "field", &question{rule: ruleField, actor: actor, action: action, resource: resource})
}

// enumerate is grants with an event.
func (a *Authorizer) enumerate(ctx context.Context, v *version, what string, q *question) (Grants, error) {
	var start time.Duration
	if a.observes() {
		start = clock()
	}
	g, err := a.grants(ctx, v, what, q)
	if err == nil && !a.observes() && a.candidate.idle() {
		return g, nil
	}
	e := Event{
		Kind: EventEnumeration, Verdict: Answered, Rule: q.rule.String(), Action: q.action,
		Count: len(g.Names), actor: hide(q.actor), resource: hide(q.resource),
	}
	if err != nil {
		e.Verdict, e.Err = Undecided, a.identified(err, &e)
		err = e.Err
	}
	a.tell(ctx, v, e, start)
	if a.candidate.sampled() {
		e.Count, e.Err, e.id = 0, nil, decisionID{}
		a.compareGrants(ctx, v, e, what, q, g, err)
	}
	return g, err
}

// grants returns the names for which q is allowed. The name, an "action" or a "field" by
// what, is empty in q.
func (a *Authorizer) grants(ctx context.Context, v *version, what string, q *question) (g Grants, err error) {
	if err := a.classes.checkActor(q.actor); err != nil {
		return Grants{}, undecided(err)
	}
	definer, _ := v.policy.(Definer)
	if definer != nil && !definer.Enumerates(q.rule.String()) {
		return Grants{}, undecided(errorf("the %ss that %s allows cannot be listed, because a rule that it reaches has a cut: %w", what, q.rule, ErrUnsupported))
	}
	if g.Names, g.All, err = v.names(ctx, q.rule.String(), what, q); err != nil {
		return Grants{}, err
	}
	switch {
	case !v.deny.asked[q.rule]:
	case g.All:
		var all bool
		g.Except, all, err = v.names(ctx, q.rule.deny(), what, q)
		switch {
		case err != nil && v.deny.undefined(err):
		case err != nil:
			return Grants{}, err
		case all:
			return Grants{}, nil
		case definer == nil || !definer.Enumerates(q.rule.deny()):
			return Grants{}, undecided(errorf("every %s is allowed, but the %ss that %s denies cannot be listed because a cut may hide some: %w", what, what, q.rule.deny(), ErrUnsupported))
		}
		g.Names = slices.DeleteFunc(g.Names, func(name string) bool { return slices.Contains(g.Except, name) })
		left, err := v.notDenied(ctx, what, q, append(g.Names[:len(g.Names):len(g.Names)], anyOther))
		switch {
		case err != nil:
			return Grants{}, err
		case len(left) != len(g.Names)+1:
			return Grants{}, undecided(errorf("every %s is allowed, and %s denies some that cannot be listed: %w", what, q.rule.deny(), ErrUnsupported))
		}
	default:
		if g.Names, err = v.notDenied(ctx, what, q, g.Names); err != nil {
			return Grants{}, err
		}
	}
	if g.All {
		err := catchPanic(func() error {
			_, err := v.ask(ctx, q.rule.String(), q.named(what, anyOther))
			return err
		})
		if err != nil {
			return Grants{}, undecided(err)
		}
	}
	if len(g.Names) == 0 {
		g.Names = nil
	}
	return g, nil
}

// anyOther stands for the names that no rule mentions. If every name is allowed, it is decided
// too: a condition on an open name, such as 0 < action, may be an error for each name that a
// decision is about, although a query with a variable finds that the rule does not hold.
const anyOther = "\x00"

// named returns the question with its action or its field.
func (q *question) named(what, name string) *question {
	one := *q
	if what == "field" {
		one.field = name
	} else {
		one.action = name
	}
	return &one
}

// names returns the names for which a rule holds, sorted and without duplicates, and
// whether it holds for every name.
func (v *version) names(ctx context.Context, rule, what string, q *question) (names []string, all bool, err error) {
	if names, all, known := v.knownNames(ctx, rule, q); known {
		return names, all, nil
	}
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
			return nil, false, undecided(errorf("%s holds for a value of %s that is not a string but %s", rule, what, typeName(reflect.TypeOf(value))))
		}
		names = append(names, s.String())
	}
	slices.Sort(names)
	return slices.Compact(names), all, nil
}

// knownNames returns what names does, if compiled code of the default engine can tell.
func (v *version) knownNames(ctx context.Context, rule string, q *question) (names []string, all, known bool) {
	defer func() {
		if recover() != nil { // query says why
			names, all, known = nil, false, false
		}
	}()
	switch {
	case v.polar == nil || ctx.Err() != nil:
		return nil, false, false
	case q.rule == ruleField:
		return v.polar.Fields(ctx, rule, q.actor, q.action, q.resource)
	}
	return v.polar.Actions(ctx, rule, q.actor, q.resource)
}

// notDenied returns the names that no deny rule denies.
func (v *version) notDenied(ctx context.Context, what string, q *question, names []string) (left []string, err error) {
	err = catchPanic(func() error {
		for _, name := range names {
			if err := ctx.Err(); err != nil {
				return err
			}
			denied, _, err := v.denies(ctx, q.named(what, name))
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
