package otelauthz

// This file defines every name that the package gives to OpenTelemetry. The attributes are
// the keys of a decision log with the prefix "authz.". OpenTelemetry has no semantic
// conventions for authorization decisions; error.type and http.response.status_code are the
// attributes that it defines.

import (
	"go.opentelemetry.io/otel/attribute"

	"github.com/ursa-authz/ursa/authz"
)

// Scope is the name of the instrumentation scope.
const Scope = "github.com/ursa-authz/ursa/adapters/otel"

// The names of the metrics. Durations are histograms in seconds.
const (
	DecisionDuration    = "authz.decision.duration"    // by verdict, rule, class, action, error.type
	ListDuration        = "authz.list.duration"        // by verdict, class, action, error.type
	EnumerationDuration = "authz.enumeration.duration" // by verdict, rule, class, action, error.type
	ActorsDuration      = "authz.actors.duration"      // by verdict, class, action, error.type
	QueryDuration       = "authz.query.duration"       // by verdict, rule, error.type
	ReloadDuration      = "authz.reload.duration"      // by error.type
	Refusals            = "authz.refusals"             // a counter, by status and error.type
	Differences         = "authz.differences"          // a counter, by rule, class, action, current, candidate
	Writes              = "authz.writes"               // a counter, by verdict, class, action
	PolicyInfo          = "authz.policy.info"          // 1, by version
	PolicyAge           = "authz.policy.age"           // seconds since the version decides
)

// eventName returns the name of the span event of a kind, such as "authz.decision".
func eventName(k authz.EventKind) string { return prefix + k.String() }

const prefix = "authz."

// The attributes of metrics and events.
const (
	keyVerdict       = attribute.Key(prefix + "verdict") // allowed, denied, undecided, skipped, answered
	keyRule          = attribute.Key(prefix + "rule")    // allow, allow_request, allow_field; of a query, any
	keyAction        = attribute.Key(prefix + "action")
	keyActorClass    = attribute.Key(prefix + "actor_class")
	keyResourceClass = attribute.Key(prefix + "resource_class")
	keyPolicyVersion = attribute.Key(prefix + "policy_version")
	keyErrorType     = attribute.Key("error.type")
	keyCurrent       = attribute.Key(prefix + "current")   // the verdict of the current policy, where the candidate's differs
	keyCandidate     = attribute.Key(prefix + "candidate") // the verdict of the candidate
	keyStatus        = attribute.Key("http.response.status_code")
)

// The attributes of events only. They have as many values as there are rows, rules or paths.
const (
	keyDecisionID  = attribute.Key(prefix + "decision_id")
	keyHidden      = attribute.Key(prefix + "hidden")
	keyActorID     = attribute.Key(prefix + "actor_id")
	keyResourceID  = attribute.Key(prefix + "resource_id")
	keyField       = attribute.Key(prefix + "field")
	keyPath        = attribute.Key(prefix + "path")
	keyRoute       = attribute.Key(prefix + "route")
	keyBy          = attribute.Key(prefix + "by") // where the rule stands that allowed or denied
	keyMatches     = attribute.Key(prefix + "matches")
	keyCount       = attribute.Key(prefix + "count")
	keyReason      = attribute.Key(prefix + "reason")
	keyCurrentBy   = attribute.Key(prefix + "current_by")
	keyCandidateBy = attribute.Key(prefix + "candidate_by")
	keyGains       = attribute.Key(prefix + "gains")    // what only the candidate grants, of an enumeration
	keyLosses      = attribute.Key(prefix + "losses")   // what only the current policy grants
	keyDuration    = attribute.Key(prefix + "duration") // seconds
)

// otherAction stands for the actions that are not in Config.Actions.
const otherAction = "_OTHER"

// otherError is the error.type of OpenTelemetry for errors without a type.
const otherError = "_OTHER"
