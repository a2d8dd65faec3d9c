package otelauthz

// This file defines Observer, which writes metrics and span events.

import (
	"context"
	"errors"
	"sync"
	"sync/atomic"
	"time"

	"go.opentelemetry.io/otel"
	"go.opentelemetry.io/otel/attribute"
	"go.opentelemetry.io/otel/metric"
	"go.opentelemetry.io/otel/trace"

	"github.com/ursa-authz/ursa/authz"
	"github.com/ursa-authz/ursa/authz/filter"
)

// A Config says what an [Observer] reports. Its zero fields are the defaults.
type Config struct {
	// MeterProvider makes the metrics; nil is otel.GetMeterProvider(). Span events
	// are added to the span in the context of a decision, of any TracerProvider.
	MeterProvider metric.MeterProvider

	// Actions are the actions that metrics have as an attribute. All others are
	// "_OTHER", since clients choose some of them: an HTTP method, the name of an RPC.
	// If there are none, metrics do not have the attribute.
	Actions []string

	// AllowsPerEvent is how many allows, or skips, there are for one that becomes a
	// span event; 0 and 1 write all. Denials and what could not be decided always
	// become events, and metrics count everything.
	AllowsPerEvent uint64

	// NoIDs leaves out the ids of actors and resources from span events.
	NoIDs bool
}

// An Observer reports decisions. Its methods Observe and OnReload are for the fields of
// [authz.Config] of these names. It is safe for concurrent use. It can observe several
// Authorizers; one of them can be registered.
type Observer struct {
	cfg     Config
	meter   metric.Meter
	actions map[string]bool
	allows  atomic.Uint64
	made    sync.Map // labels -> []metric.RecordOption

	decisions, lists, reloads metric.Float64Histogram

	mu    sync.Mutex
	since time.Time // the current version decides since then, as far as is known
}

// New returns an Observer, or an error of the MeterProvider.
func New(cfg Config) (*Observer, error) {
	if cfg.MeterProvider == nil {
		cfg.MeterProvider = otel.GetMeterProvider()
	}
	o := &Observer{
		cfg:     cfg,
		meter:   cfg.MeterProvider.Meter(Scope),
		actions: make(map[string]bool, len(cfg.Actions)),
		since:   time.Now(),
	}
	for _, action := range cfg.Actions {
		o.actions[action] = true
	}
	histogram := func(to *metric.Float64Histogram, name, description string, bounds ...float64) error {
		h, err := o.meter.Float64Histogram(name, metric.WithUnit("s"), metric.WithDescription(description),
			metric.WithExplicitBucketBoundaries(bounds...))
		*to = h
		return err
	}
	// A decision takes from a tenth of a microsecond to, with a database, a second.
	if err := errors.Join(
		histogram(&o.decisions, DecisionDuration, "How long decisions took.",
			1e-6, 1e-5, 1e-4, 1e-3, 1e-2, 1e-1, 1),
		histogram(&o.lists, ListDuration, "How long it took to make the conditions of lists.",
			1e-5, 1e-4, 1e-3, 1e-2, 1e-1, 1),
		histogram(&o.reloads, ReloadDuration, "How long it took to compile policies.",
			1e-3, 1e-2, 1e-1, 1, 10),
	); err != nil {
		return nil, err
	}
	return o, nil
}

// Observe reports a decision. It is for [authz.Config].Observe.
func (o *Observer) Observe(ctx context.Context, d authz.Decision) {
	e := eventOf(d)
	if e.verdict != authz.Skipped {
		o.decisions.Record(ctx, e.duration.Seconds(), o.options(e.labels, e.action)...)
	}
	span := trace.SpanFromContext(ctx)
	if !span.IsRecording() {
		return
	}
	if e.verdict == authz.Allowed || e.verdict == authz.Skipped {
		if n := o.cfg.AllowsPerEvent; n > 1 && o.allows.Add(1)%n != 1 {
			return
		}
	}
	e.labels.action = shorten(e.action)
	attrs := e.labels.attributes()
	for _, a := range e.details() {
		if !o.cfg.NoIDs || a.Key != keyActorID && a.Key != keyResourceID {
			attrs = append(attrs, a)
		}
	}
	span.AddEvent(DecisionEvent, trace.WithAttributes(attrs...))
}

// options returns the options of a measurement with the labels and an action. They are
// made once: to make a set of attributes takes longer than a decision.
func (o *Observer) options(l labels, action string) []metric.RecordOption {
	if len(o.actions) > 0 && action != "" {
		if !o.actions[action] {
			action = otherAction
		}
		l.action = action
	}
	made, ok := o.made.Load(l)
	if !ok {
		set := attribute.NewSet(l.attributes()...)
		made, _ = o.made.LoadOrStore(l, []metric.RecordOption{metric.WithAttributeSet(set)})
	}
	return made.([]metric.RecordOption)
}

// OnReload reports an attempt to replace the policy. It is for [authz.Config].OnReload.
func (o *Observer) OnReload(e authz.ReloadEvent) {
	outcome := outcomeOK
	if e.Err != nil {
		outcome = outcomeFailed
	}
	o.reloads.Record(context.Background(), e.Duration.Seconds(), metric.WithAttributes(keyOutcome.String(outcome)))
	if e.Version != e.Previous {
		o.mu.Lock()
		o.since = time.Now()
		o.mu.Unlock()
	}
}

// Filter calls az.Filter and reports how long it took. [authz.Config].Observe is not
// notified of lists, so those that an adapter makes, such as gormauthz, are not reported.
func (o *Observer) Filter(ctx context.Context, az *authz.Authorizer, actor any, action string, class authz.Class) (*filter.Query, error) {
	start := time.Now()
	q, err := az.Filter(ctx, actor, action, class)
	name := class.Name
	if name == "" && class.Type != nil {
		name = class.Type.Name()
	}
	outcome := outcomeOK
	if err != nil {
		outcome = authz.Undecided.String()
	}
	l := labels{outcome: outcome, resourceClass: name, errorType: errorType(err)}
	o.lists.Record(ctx, time.Since(start).Seconds(), o.options(l, action)...)
	return q, err
}

// Register reports the version of the policy of az and its age, whenever metrics are
// collected, until the Registration is unregistered. The age counts from the last
// reload that replaced the policy, if OnReload was notified of one, else from [New].
func (o *Observer) Register(az *authz.Authorizer) (metric.Registration, error) {
	info, err := o.meter.Int64ObservableGauge(PolicyInfo, metric.WithDescription("1, with the version of the policy that decides."))
	if err != nil {
		return nil, err
	}
	age, err := o.meter.Float64ObservableGauge(PolicyAge, metric.WithUnit("s"), metric.WithDescription("How long the version of the policy has decided."))
	if err != nil {
		return nil, err
	}
	return o.meter.RegisterCallback(func(_ context.Context, to metric.Observer) error {
		o.mu.Lock()
		since := o.since
		o.mu.Unlock()
		to.ObserveInt64(info, 1, metric.WithAttributes(keyVersion.String(az.Version())))
		to.ObserveFloat64(age, time.Since(since).Seconds())
		return nil
	}, info, age)
}
