package authz

// This file defines decisions about changes: may a resource that was like this become like
// that?

import (
	"context"
	"reflect"
)

// AuthorizeChange returns nil if actor, doing action, may leave a resource as it is after the
// change. Before and after are two values of one resource. It is the second of two questions
// about an update. The first is Authorize, on the resource as it is before the change:
//
//	err := az.Authorize(ctx, user, "archive", stored)           // may they archive it?
//	...                                                         // change it, in a transaction
//	err = az.AuthorizeChange(ctx, user, "archive", before, now) // may it become so?
//
// With [Config].ChangeRule, AuthorizeChange evaluates allow_change(actor, action, before,
// after), and with Config.DenyRule deny(actor, action, after). Without ChangeRule, it is
// Authorize on after.
//
// Both values must be whole: what a rule reads of before is read from that value, and a
// relation that it does not hold is fetched, as it is at that time. The errors are those of
// Authorize. With [Config].ReadAction, a denial is hidden from actors that may not read
// before.
func (a *Authorizer) AuthorizeChange(ctx context.Context, actor any, action string, before, after any) error {
	q, err := a.changed(actor, action, before, after)
	if err != nil {
		return undecided(err)
	}
	_, err = a.ask(ctx, &q, true, true)
	return err
}

// HasChangeRule reports whether [Config].ChangeRule is set, so that AuthorizeChange reads the
// state before the change. It is for adapters that write.
func (a *Authorizer) HasChangeRule() bool { return a.cfg.ChangeRule }

// changed returns the question that AuthorizeChange asks.
func (a *Authorizer) changed(actor any, action string, before, after any) (question, error) {
	if !a.cfg.ChangeRule {
		return question{rule: ruleAllow, actor: actor, action: action, resource: after}, nil
	}
	if err := a.classes.checkChange(before, after); err != nil {
		return question{}, err
	}
	return question{rule: ruleChange, actor: actor, action: action, resource: before, after: after}, nil
}

// checkChange returns an error if before and after cannot be two states of one resource.
func (c *classes) checkChange(before, after any) error {
	b, a := pointee(before), pointee(after)
	switch {
	case !b.IsValid() || !a.IsValid():
		return errNoState
	case b.Type() != a.Type():
		return errTwoTypes
	case b.Kind() != reflect.Struct:
		return nil
	}
	for _, index := range c.key(b.Type()) {
		x, err := b.FieldByIndexErr(index)
		if err != nil {
			return errTwoKeys
		}
		y, err := a.FieldByIndexErr(index)
		if err != nil || !samePart(x, y) {
			return errTwoKeys
		}
	}
	return nil
}

var (
	errNoState  = errorf("a state of the resource, before or after the change, is nil")
	errTwoTypes = errorf("the states before and after the change have different types")
	errTwoKeys  = errorf("the states before and after the change have different keys")
)

// pointee returns the value that x is or points to. It is invalid for nil.
func pointee(x any) reflect.Value {
	v := reflect.ValueOf(x)
	for range maxPointers {
		if v.Kind() == reflect.Pointer {
			v = v.Elem()
		}
	}
	return v
}

// samePart compares two values of a part of a key, without pointers.
func samePart(x, y reflect.Value) bool {
	if x.Kind() == reflect.Pointer {
		if x.IsNil() || y.IsNil() {
			return x.IsNil() && y.IsNil()
		}
		x, y = x.Elem(), y.Elem()
	}
	return x.Comparable() && y.Comparable() && x.Equal(y)
}
