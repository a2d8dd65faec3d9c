package authz

// This file defines ReportWrite, by which adapters tell observers about statements that
// write several rows.

import "context"

// A Write is a statement that writes rows and that an adapter has authorized as a whole, not
// row by row: an UPDATE of all rows that a filter selects, say.
type Write struct {
	Actor  any
	Action string
	Class  Class // of the rows

	// Rows is the number of rows that the statement may write.
	Rows int

	// Denied says why the policy denies the write, without values. It is empty if the
	// policy allows it.
	Denied string
}

// ReportWrite tells the observer about w. The result is nil if the policy allows w, and
// otherwise a [*DeniedError] that is [ErrForbidden] and has the id that the observer
// receives. It is for adapters. They report a write once, when its outcome is known.
func (a *Authorizer) ReportWrite(ctx context.Context, w Write) error {
	start := clock()
	e := Event{
		Kind: EventWrite, Verdict: Allowed, Action: w.Action, Rule: ruleAllow.String(),
		Count: w.Rows, Reason: w.Denied, actor: hide(w.Actor), resource: hide(w.Class),
	}
	var err error
	if w.Denied != "" {
		e.Verdict, e.id = Denied, newID()
		err = &DeniedError{class: a.classes.name(w.Class), action: shorten(w.Action), id: e.id}
	}
	a.tell(ctx, a.current.Load(), e, start)
	return err
}
