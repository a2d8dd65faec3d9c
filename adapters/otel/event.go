package otelauthz

// This file defines what is reported of an authz.Event.

import (
	"context"
	"errors"
	"strings"

	"go.opentelemetry.io/otel/attribute"

	"github.com/ursa-authz/ursa/authz"
	"github.com/ursa-authz/ursa/authz/polar"
)

// Labels are what metrics and span events have in common. There are as many of them as
// a program has classes, rules and actions.
type labels struct {
	verdict, rule, action, actorClass, resourceClass, errorType string
	current, candidate                                          string

	status int
}

// labelsOf returns the labels of an event, without the action.
func labelsOf(e *authz.Event) labels {
	l := labels{
		verdict:       e.Verdict.String(),
		rule:          e.Rule,
		actorClass:    e.ActorClass(),
		resourceClass: e.ResourceClass(),
		errorType:     errorType(e.Err),
		status:        e.Status,
	}
	if d := e.Difference; d != nil {
		l.current, l.candidate = d.Current.Verdict.String(), d.Candidate.Verdict.String()
	}
	if e.Kind == authz.EventRefusal {
		l.actorClass = ""
		if e.Status != 500 {
			l.errorType = "" // the status says it
		}
	}
	return l
}

// attributes returns the labels that are not empty.
func (l labels) attributes() []attribute.KeyValue {
	list := make([]attribute.KeyValue, 0, 22) // with room for the details of an event
	list = add(list, keyVerdict, l.verdict)
	if l.status != 0 {
		list = append(list, keyStatus.Int(l.status))
	}
	list = add(list, keyRule, l.rule)
	list = add(list, keyAction, l.action)
	list = add(list, keyCurrent, l.current)
	list = add(list, keyCandidate, l.candidate)
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

// details appends the attributes that only span events have.
func details(list []attribute.KeyValue, e *authz.Event, ids bool) []attribute.KeyValue {
	list = add(list, keyDecisionID, e.DecisionID())
	if e.Duration != 0 && e.Kind != authz.EventDifference { // the difference itself takes no time
		list = append(list, keyDuration.Float64(e.Duration.Seconds()))
	}
	if e.Hidden {
		list = append(list, keyHidden.Bool(true))
	}
	if ids {
		list = add(list, keyActorID, e.ActorID())
		list = add(list, keyResourceID, e.ResourceID())
		list = add(list, keyPath, shorten(e.Path())) // it often has the ids
	}
	list = add(list, keyRoute, shorten(e.Route()))
	list = add(list, keyField, shorten(e.Field))
	list = add(list, keyBy, placeOf(e.By))
	if d := e.Difference; d != nil {
		list = add(list, keyCurrentBy, placeOf(d.Current.By))
		list = add(list, keyCandidateBy, placeOf(d.Candidate.By))
		list = add(list, keyGains, shorten(strings.Join(d.Gains(), ",")))
		list = add(list, keyLosses, shorten(strings.Join(d.Losses(), ",")))
	}
	list = add(list, keyMatches, e.Matches)
	if e.Count != 0 {
		list = append(list, keyCount.Int(e.Count))
	}
	list = add(list, keyReason, e.Reason)
	return add(list, keyPolicyVersion, e.PolicyVersion)
}

// placeOf returns the position of a rule, or its name, or "" for nil.
func placeOf(r *authz.RuleInfo) string {
	switch {
	case r == nil:
		return ""
	case r.Pos.IsValid():
		return r.Pos.String()
	}
	return r.Name
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
