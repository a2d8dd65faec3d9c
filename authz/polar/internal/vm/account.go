package vm

// This file defines what a query is charged for, and how much. Every way to solve a goal
// charges these amounts, so that a limit ends a query at the same goal in all of them.
//
// Steps: every goal; every rule that the index leaves for a call; elements and bytes of
// texts by what is read.
//
// Bytes: what the way to the current goal holds. An activation counts until the call is
// backtracked, although its memory may be free earlier: that depends on which alternatives
// are left, and not all ways to solve a goal find out the same.

import (
	"context"
	"errors"

	"github.com/ursa-authz/ursa/authz/internal/meter"
)

// activation returns the bytes of an activation of a clause.
func (c *clause) activation() int { return frameSize + c.slots*slotSize }

// chargeCall counts a call of a predicate for which the index left some candidates.
func (m *Machine) chargeCall(arity, candidates int) error {
	held := arity * valueSize
	if candidates > 1 {
		held += choiceSize
	}
	if err := m.charge(candidates); err != nil {
		return err
	}
	return m.hold(held)
}

// Steps returns the steps taken so far.
func (m *Machine) Steps() int { return m.acct.Steps() }

// Held returns the bytes that the query holds.
func (m *Machine) Held() int { return m.acct.Mark() }

// charge counts n steps of work.
func (m *Machine) charge(n int) error { return m.acct.Charge(n) }

// hold counts n bytes that are held until the choice before is taken.
func (m *Machine) hold(n int) error { return m.acct.Hold(n) }

// keep counts n bytes that are held until the query ends.
func (m *Machine) keep(n int) error { return m.acct.Keep(n) }

// look makes the next step check the context.
func (m *Machine) look() { m.acct.Look() }

// Cancelled returns the error of a query whose context has ended, or nil if it has not.
func Cancelled(ctx context.Context) error {
	if err := meter.EndOf(ctx); err != nil {
		return metered(err)
	}
	return nil
}

// metered turns an error of package meter into an Error.
func metered(err error) *Error {
	var me *meter.Error
	if !errors.As(err, &me) {
		return nil
	}
	code := CodeBudget
	if me.Reason == meter.Ended {
		code = CodeCancelled
	}
	return &Error{Code: code, Msg: me.Error(), Cause: me.Unwrap()}
}

// ends reports whether an error is about the whole query and not about a goal.
func ends(err error) bool {
	var me *meter.Error
	return errors.As(err, &me)
}
