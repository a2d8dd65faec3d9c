package authz

// This file defines Event, which Config.Observe receives.
//
// An Event is passed by value and holds the actor and the resource themselves, so that an
// observer costs no allocation. Package fmt looks into the unexported fields of a value that
// holds an Event, so these two are hidden from it.

import (
	"cmp"
	"context"
	"net/http"
	"strings"
	"time"
)

// An EventKind says what an [Event] is about.
type EventKind uint8

// The kinds of events.
const (
	EventDecision    EventKind = iota + 1 // a decision about a resource, a field, a request or a call
	EventList                             // a filter for a list was made; see [Authorizer.Filter]
	EventEnumeration                      // the actions or fields of an actor were listed
	EventActors                           // a filter of the actors who may do something; see [Authorizer.FilterActors]
	EventQuery                            // [Authorizer.Query] was called
	EventWrite                            // a statement that writes rows was authorized; see [Authorizer.ReportWrite]
	EventSkip                             // [Skip] was called
	EventRefusal                          // a client was refused; see [Refuse]
	EventReload                           // the policy was replaced, or an attempt failed
	EventDifference                       // [Config].Candidate answers differently
)

// String returns the name of the kind in logs, such as "decision".
func (k EventKind) String() string {
	if int(k) >= len(eventKinds) {
		return ""
	}
	return eventKinds[k]
}

var eventKinds = [...]string{"", "decision", "list", "enumeration", "actors", "query", "write", "skip", "refusal", "reload", "difference"}

// A Verdict is the outcome of a decision.
type Verdict uint8

// The verdicts. The zero Verdict allows nothing.
const (
	Undecided Verdict = iota // it could not be decided
	Denied                   // the policy denies it
	Allowed                  // a rule of the policy allows it
	Skipped                  // nothing had to be decided, and [Skip] said why
	Answered                 // a list, an enumeration or a query has a result, which may be empty
	NoVerdict                // of refusals, reloads and differences, which decide nothing
)

// String returns "undecided", "denied", "allowed", "skipped", "answered" or, for NoVerdict, "".
func (v Verdict) String() string {
	switch v {
	case Denied:
		return "denied"
	case Allowed:
		return "allowed"
	case Skipped:
		return "skipped"
	case Answered:
		return "answered"
	case NoVerdict:
		return ""
	}
	return "undecided"
}

// An Event tells an observer what happened. However it is printed, it shows classes, ids,
// actions, rules, and the path and the route of a request, but no other value of an actor or
// a resource. See [Identifier] for the ids.
//
// The keys in logs are the names of the fields and methods in snake case: the field Verdict
// is verdict, and the method ActorClass is actor_class.
type Event struct {
	Kind    EventKind
	Verdict Verdict // the answer to the caller
	Hidden  bool    // whether a denial is [ErrNotFound]

	Status int // of an EventRefusal: the HTTP status that stands for it, from 400 to 500

	Rule   string    // the rule that was evaluated, such as "allow" or "allow_field"; empty if none was
	By     *RuleInfo // the rule that allowed, or the deny rule that denied; nil if there is none or the engine does not report it
	Action string    // the action; empty for allow_request and if there is none
	Field  string    // the field of an allow_field decision

	Matches string // of an EventList or EventActors: "all", "some" or "none" of the rows can match
	Count   int    // of an EventEnumeration: names; of an EventQuery: solutions; of an EventWrite: rows

	Reason string // the reason given to [Skip], or why a write was denied
	Err    error  // why it is undecided, what a client was refused for, or why a reload failed

	PolicyVersion string        // the version of the policy: see [Authorizer.Version]
	Duration      time.Duration // the time that it took, without observers; of a reload, the time to compile

	Reload     *ReloadInfo // of an EventReload
	Difference *Difference // of an EventDifference

	id       decisionID
	actor    concealed
	resource concealed
	served   *servedRequest // that the event is about, if it is not the resource
	az       *Authorizer    // nil in the zero Event
}

// A servedRequest is an HTTP request and what knows its route, if anything does.
type servedRequest struct {
	*http.Request
	routes router   // or nil
	seen   *Request // by the policy, or nil
}

func (r *servedRequest) route() string {
	if r.Pattern != "" {
		return r.Pattern
	}
	if r.routes != nil {
		_, pattern := r.routes.Handler(r.Request)
		return pattern
	}
	return r.seen.routePattern()
}

// A ReloadInfo is what an EventReload tells beside the other fields of [Event].
type ReloadInfo struct {
	// Previous is the version that was in force before. It is PolicyVersion if the reload
	// failed.
	Previous string

	// Diagnostics are the warnings about the new policy. After a failure they are the
	// diagnostics of the rejected policy.
	Diagnostics []Diagnostic

	// Candidate means that it is the policy of [Config].Candidate that was loaded, which
	// decides nothing.
	Candidate bool

	// Promoted means that the candidate was made the current policy by
	// [Authorizer.Promote].
	Promoted bool
}

// A Difference is a question that the current policy and the candidate answer differently.
type Difference struct{ Current, Candidate Answer }

// An Answer is what a policy answers to a question.
type Answer struct {
	Verdict       Verdict
	Hidden        bool      // whether a denial is [ErrNotFound]
	By            *RuleInfo // the rule that allowed, or the deny rule that denied; nil if there is none or the engine does not report it
	Matches       string    // of a list: "all", "some" or "none" of the rows can match
	Grants        *Grants   // of an enumeration: what is allowed
	Err           error     // why it is undecided
	PolicyVersion string
}

// Gains returns the actions or fields of an enumeration that only the candidate grants, sorted.
// If it grants all names and the current policy does not, there may be others.
func (d *Difference) Gains() []string { return d.Candidate.Grants.without(d.Current.Grants) }

// Losses returns the actions or fields of an enumeration that only the current policy grants,
// as Gains does.
func (d *Difference) Losses() []string { return d.Current.Grants.without(d.Candidate.Grants) }

// DecisionID returns the id of the decision: 26 letters and digits, unique and unguessable,
// and the same as in [DeniedError] and in refusals. For an EventRefusal it is the id of the
// decision that it is about, or "" if it is about none. Reloads have none. The id is made
// when it is read.
func (e Event) DecisionID() string { return e.id.String() }

// Actor returns the actor itself, or nil. For EventActors it is the [Class] of the actors.
// Take care not to print it.
func (e Event) Actor() any { return e.actor.value() }

// Resource returns the resource itself, or nil. For a list it is the [Class] of its rows.
// Take care not to print it.
func (e Event) Resource() any { return e.resource.value() }

// ActorClass returns the name of the actor's class, or "" without an actor. There
// are as many of these as there are classes, so it can be a label of a metric.
func (e Event) ActorClass() string { return e.className(e.Actor()) }

// ActorID returns the actor's id, see [Identifier], or "" if it has none.
func (e Event) ActorID() string { return e.classes().id(e.Actor()) }

// ResourceClass returns the name of the resource's class, or "" without a resource.
func (e Event) ResourceClass() string { return e.className(e.Resource()) }

// ResourceID returns the resource's id, see [Identifier], or "" if it has none.
func (e Event) ResourceID() string { return e.classes().id(e.Resource()) }

// Unregistered returns the Go types of the actor and the resource, if they are structs that are
// not registered classes, separated by a comma, or "". No rule that names a class can apply
// to such a value, which is why a decision about it is usually a denial.
func (e Event) Unregistered() string {
	if e.Kind != EventDecision && e.Kind != EventEnumeration {
		return ""
	}
	actor, resource := e.classes().unregistered(e.Actor()), e.classes().unregistered(e.Resource())
	if actor != "" && resource != "" && actor != resource {
		return actor + "," + resource
	}
	return cmp.Or(actor, resource)
}

// Path returns the path of the request that a decision or a refusal is about, escaped, or ""
// if it is about none. A client chose it.
func (e Event) Path() string {
	if e.served != nil {
		if u := e.served.URL; u != nil {
			return u.EscapedPath()
		}
		return ""
	}
	if q, ok := e.Resource().(*Request); ok && q != nil {
		return q.escapedPath()
	}
	return ""
}

// Route returns the pattern of the route of the request that a decision or a refusal is
// about, such as "GET /expenses/{id}", or "" if it is not known.
func (e Event) Route() string {
	if e.served != nil {
		return e.served.route()
	}
	q, _ := e.Resource().(*Request)
	return q.routePattern()
}

// Cause returns what a log says of Err: the texts of errors of this module and of packages
// context, io, net and os, and of all others the type, with SQLSTATE or error number. With
// [Config].LogCauses it has all texts.
func (e Event) Cause() string {
	if e.Err == nil {
		return ""
	}
	text := causeText(e.Err, e.az != nil && e.az.cfg.LogCauses)
	return strings.TrimPrefix(text, reloading+": ")
}

func (e Event) classes() *classes {
	if e.az == nil {
		return nil
	}
	return e.az.classes
}

func (e Event) className(x any) string {
	if x == nil {
		return ""
	}
	return e.classes().name(x)
}

// epoch is a time with a monotonic clock reading.
var epoch = time.Now()

// clock returns a time since some moment in the past. It reads the monotonic clock only, and
// so takes half the time of time.Now.
func clock() time.Duration { return time.Since(epoch) }

// observes reports whether somebody receives events.
func (a *Authorizer) observes() bool { return a.cfg.Observe != nil }

// observe passes an event to the observer and ignores its panics. The first panic is logged.
func (a *Authorizer) observe(ctx context.Context, e *Event) {
	defer func() {
		if p := recover(); p != nil {
			a.observerPanicked(ctx, recovered(p))
		}
	}()
	a.cfg.Observe(ctx, *e)
}
