package authz

// This file defines how an Event is printed and logged.

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"log/slog"
	"net/http"
	"strconv"
	"strings"
	"unicode"
	"unicode/utf8"
)

// attrs returns what may be printed of the event, without empty values.
func (e Event) attrs() []slog.Attr { return e.attrsAt("", "") }

// attrsAt is attrs for an event that happened while a request for path by route was served.
// What the event itself says of its request comes first.
func (e Event) attrsAt(path, route string) []slog.Attr {
	attrs := make([]slog.Attr, 0, 18)
	add := func(key, value string) {
		if value != "" {
			attrs = append(attrs, slog.String(key, value))
		}
	}
	addInt := func(key string, value int) {
		if value != 0 {
			attrs = append(attrs, slog.Int(key, value))
		}
	}
	add("kind", e.Kind.String())
	add("verdict", e.Verdict.String())
	addInt("status", e.Status)
	if e.Hidden {
		attrs = append(attrs, slog.Bool("hidden", true))
	}
	if e.saysErr() {
		add("err", e.Cause())
	}
	add("actor_class", e.ActorClass())
	add("actor_id", e.ActorID())
	add("action", shorten(e.Action))
	add("resource_class", e.ResourceClass())
	add("resource_id", e.ResourceID())
	add("field", shorten(e.Field))
	if e.Verdict == Denied || e.Verdict == Undecided {
		add("unregistered", e.Unregistered())
	}
	if p := e.Path(); p != "" {
		path = p
	}
	if r := e.Route(); r != "" {
		route = r
	}
	add("path", shortenTo(path, maxPathText))
	add("route", shortenTo(route, maxPathText))
	add("rule", e.Rule)
	if e.By != nil {
		add("by", positionOf(e.By))
	}
	add("matches", e.Matches)
	addInt("count", e.Count)
	add("reason", e.Reason)
	if e.Reload != nil {
		switch {
		case e.Reload.Candidate && e.Err != nil:
			add("candidate", "rejected")
		case e.Reload.Candidate:
			add("candidate", "loaded")
		case e.Reload.Promoted:
			add("candidate", "promoted")
		}
		add("previous", e.Reload.Previous)
		if e.Err == nil || len(e.Reload.Diagnostics) > 1 { // otherwise err has it
			add("diagnostics", diagnosticsText(e.Reload.Diagnostics))
		}
	}
	if d := e.Difference; d != nil {
		for _, answer := range []struct {
			of string
			Answer
		}{{"current", d.Current}, {"candidate", d.Candidate}} {
			add(answer.of, answer.Verdict.String())
			if answer.Hidden {
				attrs = append(attrs, slog.Bool(answer.of+"_hidden", true))
			}
			add(answer.of+"_by", byText(answer.By))
			add(answer.of+"_matches", answer.Matches)
		}
		add("gains", shorten(strings.Join(d.Gains(), ",")))
		add("losses", shorten(strings.Join(d.Losses(), ",")))
		if d.Candidate.Err != nil {
			add("candidate_err", causeText(d.Candidate.Err, e.az != nil && e.az.cfg.LogCauses))
		}
		add("candidate_version", d.Candidate.PolicyVersion)
	}
	add("policy_version", e.PolicyVersion)
	add("decision_id", e.DecisionID())
	if e.Kind != EventSkip && e.Kind != EventRefusal && e.Kind != EventDifference {
		attrs = append(attrs, slog.Duration("duration", e.Duration))
	}
	return attrs
}

// text returns the answer for people.
func (a Answer) text() string {
	switch {
	case a.Hidden:
		return a.Verdict.String() + " (hidden)"
	case a.Matches == "none":
		return a.Verdict.String() + " (no rows)"
	case a.Matches != "":
		return a.Verdict.String() + " (" + a.Matches + " rows)"
	case a.Grants != nil && a.Grants.All:
		return a.Verdict.String() + " (all names)"
	case a.Grants != nil && len(a.Grants.Names) == 1:
		return a.Verdict.String() + " (1 name)"
	case a.Grants != nil:
		return fmt.Sprintf("%v (%d names)", a.Verdict, len(a.Grants.Names))
	}
	return a.Verdict.String()
}

func byText(r *RuleInfo) string {
	if r == nil {
		return ""
	}
	return positionOf(r)
}

// saysErr reports whether a log shows Err.
func (e Event) saysErr() bool { return e.Err != nil && !e.hasLine() }

// hasLine reports whether the event is a refusal whose decision was observed, so that the log
// has its error in another line with the same id.
func (e Event) hasLine() bool {
	return e.Kind == EventRefusal && e.id != decisionID{} && e.az != nil && e.az.observes()
}

// maxDiagnostics is how many diagnostics of a reload are printed.
const maxDiagnostics = 10

// diagnosticsText returns the first diagnostics on one line.
func diagnosticsText(list []Diagnostic) string {
	var parts []string
	for i, d := range list {
		if i == maxDiagnostics {
			parts = append(parts, fmt.Sprintf("and %d more", len(list)-i))
			break
		}
		parts = append(parts, d.Error())
	}
	return strings.Join(parts, "; ")
}

// sentence returns the event on one line for people: the outcome, who, what and on what.
func (e Event) sentence() string {
	var b strings.Builder
	switch e.Kind {
	case EventDecision:
		b.WriteString(e.Verdict.String())
		if e.Hidden {
			b.WriteString(" (hidden)")
		}
	case EventSkip:
		b.WriteString("skipped")
	case EventRefusal:
		b.WriteString("refused ")
		b.WriteString(strconv.Itoa(e.Status))
	case EventReload:
		return e.reloaded()
	case EventDifference:
		b.WriteString("candidate differs")
	default:
		b.WriteString(e.Kind.String())
		b.WriteByte(' ')
		b.WriteString(e.Verdict.String())
	}
	b.WriteByte(':')
	word := func(s string) {
		if s != "" {
			b.WriteByte(' ')
			b.WriteString(quoteOdd(s, ` "`))
		}
	}
	word(e.ActorClass())
	word(e.ActorID())
	if e.Kind == EventRefusal && e.served != nil {
		word(shorten(e.served.Method))
	}
	switch {
	case e.Kind == EventQuery:
		word(e.Rule)
	case e.Kind == EventEnumeration && e.Action == "":
		b.WriteString(" actions on")
	case e.Kind == EventEnumeration:
		word(shorten(e.Action))
		b.WriteString(" fields of")
	case e.Kind == EventActors:
		b.WriteString(" that may")
		word(shorten(e.Action))
	default:
		word(shorten(e.Action))
	}
	if path := e.Path(); path != "" {
		word(shortenTo(path, maxPathText))
	} else {
		word(e.ResourceClass())
		word(e.ResourceID())
	}
	word(shorten(e.Field))
	if e.Verdict == Denied {
		if types := e.Unregistered(); types != "" {
			b.WriteString(", of the unregistered type ")
			b.WriteString(types)
		}
	}
	if e.Matches == "none" {
		b.WriteString(" (no rows)")
	}
	if e.Reason != "" {
		b.WriteString(", ")
		b.WriteString(e.Reason)
	}
	if d := e.Difference; d != nil {
		b.WriteString(" is " + d.Current.text() + ", would be " + d.Candidate.text())
	}
	return b.String()
}

// reloaded is sentence for an EventReload.
func (e Event) reloaded() string {
	what := "policy"
	if e.Reload != nil && e.Reload.Candidate {
		what = "candidate"
	}
	switch {
	case e.Err != nil:
		return what + " rejected"
	case e.Reload != nil && e.Reload.Promoted:
		return "candidate promoted"
	case e.Reload != nil && len(e.Reload.Diagnostics) > 0:
		return what + " loaded, with warnings"
	}
	return what + " loaded"
}

// level returns the level at which the event is logged; see LogDecisions.
func (e Event) level() slog.Level {
	switch {
	case e.Kind == EventReload && e.Err == nil && e.Reload != nil && len(e.Reload.Diagnostics) > 0:
		return slog.LevelWarn
	case e.Kind == EventReload && e.Err == nil:
		return slog.LevelInfo
	case e.Kind == EventDifference:
		return slog.LevelWarn
	case e.hasLine():
		return slog.LevelInfo
	case e.Kind == EventRefusal:
		switch e.Status {
		case http.StatusInternalServerError:
		case http.StatusUnauthorized, http.StatusNotFound:
			return slog.LevelInfo // missing logins and missing rows are everyday
		default:
			return slog.LevelWarn
		}
	case e.Verdict == Denied:
		return slog.LevelWarn
	case e.Verdict != Undecided && e.Kind != EventReload:
		return slog.LevelInfo
	}
	if errors.Is(e.Err, ErrBadRequest) || errors.Is(e.Err, context.Canceled) {
		return slog.LevelWarn // the client's doing
	}
	return slog.LevelError
}

// LogValue returns the event as a group, for package slog.
func (e Event) LogValue() slog.Value { return slog.GroupValue(e.attrs()...) }

// MarshalJSON returns an object with the attributes of LogValue. The duration is in
// nanoseconds.
func (e Event) MarshalJSON() ([]byte, error) {
	m := make(map[string]any)
	for _, a := range e.attrs() {
		m[a.Key] = a.Value.Any()
	}
	return json.Marshal(m)
}

// Format writes the attributes of LogValue as key=value pairs, whatever the verb.
func (e Event) Format(f fmt.State, verb rune) {
	var b strings.Builder
	for i, a := range e.attrs() {
		if i > 0 {
			b.WriteByte(' ')
		}
		b.WriteString(a.Key)
		b.WriteByte('=')
		b.WriteString(quoteOdd(a.Value.String(), ` "=`))
	}
	formatText(f, verb, b.String())
}

// quoteOdd returns s, quoted if it contains one of the odd characters or an unprintable
// one. Such a character could end a line or fake another one.
func quoteOdd(s, odd string) string {
	if strings.ContainsAny(s, odd) || strings.ContainsFunc(s, func(r rune) bool { return !unicode.IsPrint(r) }) {
		return strconv.Quote(s)
	}
	return s
}

// The bounds of the printed length of strings that may come from a client: those of a
// request's method, say, and those of paths.
const (
	maxText     = 64
	maxPathText = 200
)

func shorten(s string) string { return shortenTo(s, maxText) }

func shortenTo(s string, most int) string {
	if len(s) <= most && utf8.ValidString(s) {
		return s
	}
	if len(s) > most {
		s = s[:most]
	}
	return strings.ToValidUTF8(s, "") + "..."
}
