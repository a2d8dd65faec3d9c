package otelauthz

// This file defines every name that the package gives to OpenTelemetry. OpenTelemetry
// has no semantic conventions for authorization decisions; error.type is the one
// attribute that it defines.

import "go.opentelemetry.io/otel/attribute"

// Scope is the name of the instrumentation scope.
const Scope = "github.com/ursa-authz/ursa/adapters/otel"

// The names of the metrics. Durations are histograms in seconds.
const (
	DecisionDuration = "authz.decision.duration" // by outcome, asked, class, action, error.type
	ListDuration     = "authz.list.duration"     // by outcome, class, action, error.type
	ReloadDuration   = "authz.reload.duration"   // by outcome
	PolicyInfo       = "authz.policy.info"       // 1, by version
	PolicyAge        = "authz.policy.age"        // seconds since the version decides
)

// DecisionEvent is the name of the span event of a decision.
const DecisionEvent = "authz.decision"

// The attributes of metrics and events.
const (
	keyOutcome       = attribute.Key("authz.outcome") // allowed, denied, undecided, skipped; ok, failed
	keyAsked         = attribute.Key("authz.asked")   // allow, allow_request, allow_field
	keyAction        = attribute.Key("authz.action")
	keyActorClass    = attribute.Key("authz.actor.class")
	keyResourceClass = attribute.Key("authz.resource.class")
	keyVersion       = attribute.Key("authz.policy.version")
	keyErrorType     = attribute.Key("error.type")
)

// The attributes of events only. They have as many values as there are rows or rules.
const (
	keyID         = attribute.Key("authz.decision.id")
	keyHidden     = attribute.Key("authz.hidden")
	keyActorID    = attribute.Key("authz.actor.id")
	keyResourceID = attribute.Key("authz.resource.id")
	keyField      = attribute.Key("authz.field")
	keyRule       = attribute.Key("authz.rule") // where the rule stands that allowed or denied
	keyReason     = attribute.Key("authz.reason")
	keySeconds    = attribute.Key("authz.duration") // seconds
)

// The values of authz.outcome where no decision was made.
const (
	outcomeOK     = "ok"
	outcomeFailed = "failed"
)

// otherAction stands for the actions that are not in Config.Actions.
const otherAction = "_OTHER"

// otherError is the error.type of OpenTelemetry for errors without a type.
const otherError = "_OTHER"
