package otelauthz

// This file defines event, what is reported of a decision. Everything that an
// authz.Decision says passes through eventOf.

import (
	"context"
	"errors"
	"strings"
	"time"

	"go.opentelemetry.io/otel/attribute"

	"github.com/ursa-authz/ursa/authz"
	"github.com/ursa-authz/ursa/authz/polar"
)

// An event is a decision as it is reported.
type event struct {
	labels   labels
	action   string // as it is, which a client may have chosen
	verdict  authz.Verdict
	duration time.Duration
	details  func() []attribute.KeyValue // for span events only, and made when one is written
}

// Labels are what metrics and span events have in common. There are as many of them as
// a program has classes and actions.
type labels struct{ outcome, asked, action, actorClass, resourceClass, errorType string }

// attributes returns the labels that are not empty.
func (l labels) attributes() []attribute.KeyValue {
	list := make([]attribute.KeyValue, 0, 16) // with room for the details of an event
	list = add(list, keyOutcome, l.outcome)
	list = add(list, keyAsked, l.asked)
	list = add(list, keyAction, l.action)
	list = add(list, keyActorClass, l.actorClass)
	list = add(list, keyResourceClass, l.resourceClass)
	return add(list, keyErrorType, l.errorType)
}

// add appends an attribute, unless it is empty.
func add(list []attribute.KeyValue, key attribute.Key, value string) []attribute.KeyValue {
	if value == "" {
		return list
	}
	return append(list, key.String(value))
}

// eventOf returns the event of a decision. Its labels do not have the action.
func eventOf(d authz.Decision) event {
	return event{
		labels: labels{
			outcome:       d.Verdict.String(),
			asked:         d.Rule,
			actorClass:    d.ActorClass(),
			resourceClass: d.ResourceClass(),
			errorType:     errorType(d.Err),
		},
		action:   d.Action(),
		verdict:  d.Verdict,
		duration: d.Duration,
		details: func() []attribute.KeyValue {
			list := []attribute.KeyValue{keyID.String(d.ID), keySeconds.Float64(d.Duration.Seconds())}
			if d.Hidden {
				list = append(list, keyHidden.Bool(true))
			}
			list = add(list, keyActorID, d.ActorID())
			list = add(list, keyResourceID, d.ResourceID())
			list = add(list, keyField, shorten(d.Field()))
			if d.By != nil {
				place := d.By.Name
				if d.By.Pos.IsValid() {
					place = d.By.Pos.String()
				}
				list = add(list, keyRule, place)
			}
			list = add(list, keyReason, d.Reason)
			return add(list, keyVersion, d.Version)
		},
	}
}

// errorType returns the kind of an error, which has few values, and "" for nil. The
// text of an error is not reported: it can be the database's, with values.
func errorType(err error) string {
	if err == nil {
		return ""
	}
	for _, kind := range errorTypes {
		if errors.Is(err, kind.err) {
			return kind.name
		}
	}
	return otherError
}

var errorTypes = []struct {
	err  error
	name string
}{
	{authz.ErrBadRequest, "bad_request"},
	{authz.ErrUnauthenticated, "unauthenticated"},
	{context.Canceled, "canceled"},
	{context.DeadlineExceeded, "deadline_exceeded"},
	{polar.ErrBudget, "budget"},
	{authz.ErrUnsupported, "unsupported"},
	{authz.ErrUndefinedRule, "undefined_rule"},
}

// maxText bounds the bytes of a string that a client may have chosen.
const maxText = 64

func shorten(s string) string {
	if len(s) > maxText {
		s = s[:maxText] + "..."
	}
	return strings.ToValidUTF8(s, "")
}
