package authz

// This file defines Decision, what Config.Observe is told about each decision.

import (
	"crypto/rand"
	"encoding/json"
	"fmt"
	"log/slog"
	"strconv"
	"strings"
	"time"
	"unicode"
	"unicode/utf8"
)

// A Verdict is what came of a question.
type Verdict uint8

// The verdicts. The zero Verdict is the one that lets nobody in.
const (
	Undecided Verdict = iota // the question could not be answered
	Denied                   // the policy denies it
	Allowed                  // a rule of the policy allows it
	Skipped                  // nothing was asked, and [Skip] said why
)

// String returns "undecided", "denied", "allowed" or "skipped".
func (v Verdict) String() string {
	switch v {
	case Denied:
		return "denied"
	case Allowed:
		return "allowed"
	case Skipped:
		return "skipped"
	}
	return "undecided"
}

// A Decision describes one decision to an observer. However it is printed, it
// shows classes, ids, action and rule, but no other value of an actor or a
// resource; see [Identifier] for the ids.
type Decision struct {
	ID       string        // unique, cannot be guessed; the one in [DeniedError] and in refusals
	Verdict  Verdict       // the answer that the caller got
	Hidden   bool          // denied as [ErrNotFound]
	Rule     string        // the rule that was asked: "allow", "allow_request" or "allow_field"; empty when none was
	By       *RuleInfo     // the rule that allowed, or the deny rule that denied; nil if there is none or the engine does not say which allowed
	Err      error         // why it could not be decided; nil otherwise
	Reason   string        // what [Skip] was told; empty otherwise
	Version  string        // of the policy
	Duration time.Duration // from the question to the answer, without observers

	q       *question // behind a pointer, which is all that fmt shows where it does not ask Format
	classes *classes
}

// Actor returns the actor itself. Take care not to print it.
func (d Decision) Actor() any { return d.asked().actor }

// Action returns the action that was asked about; "" for allow_request.
func (d Decision) Action() string { return d.asked().action }

// Resource returns the resource itself. Take care not to print it.
func (d Decision) Resource() any { return d.asked().resource }

// Field returns the field that was asked about with allow_field, or "".
func (d Decision) Field() string { return d.asked().field }

// asked returns the question; of the zero Decision, one about nothing.
func (d Decision) asked() question {
	if d.q == nil {
		return question{}
	}
	return *d.q
}

// attrs returns what may be printed of the decision, without empty values.
func (d Decision) attrs() []slog.Attr {
	q := d.asked()
	attrs := make([]slog.Attr, 0, 14)
	add := func(key, value string) {
		if value != "" {
			attrs = append(attrs, slog.String(key, value))
		}
	}
	add("decision", d.ID)
	add("outcome", d.Verdict.String())
	if d.Hidden {
		attrs = append(attrs, slog.Bool("hidden", true))
	}
	if q.actor != nil {
		add("actor_class", d.classes.name(q.actor))
		add("actor_id", d.classes.id(q.actor))
	}
	add("action", shorten(q.action))
	if q.resource != nil {
		add("resource_class", d.classes.name(q.resource))
		add("resource_id", d.classes.id(q.resource))
	}
	add("field", shorten(q.field))
	add("asked", d.Rule)
	if d.By != nil {
		add("rule", positionOf(d.By))
	}
	add("policy", d.Version)
	add("reason", d.Reason)
	if d.Err != nil {
		add("error", d.Err.Error())
	}
	if d.Verdict != Skipped {
		attrs = append(attrs, slog.Duration("duration", d.Duration))
	}
	return attrs
}

// LogValue returns the decision as a group, for package slog.
func (d Decision) LogValue() slog.Value { return slog.GroupValue(d.attrs()...) }

// MarshalJSON returns an object with what LogValue has; the duration is in
// nanoseconds.
func (d Decision) MarshalJSON() ([]byte, error) {
	m := make(map[string]any)
	for _, a := range d.attrs() {
		m[a.Key] = a.Value.Any()
	}
	return json.Marshal(m)
}

// Format writes what LogValue has as key=value pairs, whatever the verb.
func (d Decision) Format(f fmt.State, verb rune) {
	var b strings.Builder
	for i, a := range d.attrs() {
		if i > 0 {
			b.WriteByte(' ')
		}
		b.WriteString(a.Key)
		b.WriteByte('=')
		b.WriteString(quoteOdd(a.Value.String(), ` "=`))
	}
	formatText(f, verb, b.String())
}

// quoteOdd returns s quoted if it has one of the odd characters or one that is
// not printed as itself, by which a line could end, or look like another one.
func quoteOdd(s, odd string) string {
	if strings.ContainsAny(s, odd) || strings.ContainsFunc(s, func(r rune) bool { return !unicode.IsPrint(r) }) {
		return strconv.Quote(s)
	}
	return s
}

// newID returns an id for a decision: 26 letters and digits, 128 random bits.
// It costs about as much as the denial it is made for, so a decision that
// nobody sees has none.
func newID() string { return rand.Text() }

// maxText bounds what is printed of a string that may come from a client, such
// as a request's method.
const maxText = 64

func shorten(s string) string {
	if len(s) <= maxText && utf8.ValidString(s) {
		return s
	}
	if len(s) > maxText {
		s = s[:maxText]
	}
	return strings.ToValidUTF8(s, "") + "..."
}
