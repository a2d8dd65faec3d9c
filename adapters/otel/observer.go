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
)

// A Config says what an [Observer] reports. Its zero fields are the defaults.
type Config struct {
	// MeterProvider makes the metrics; nil is otel.GetMeterProvider(). Span events
	// are added to the span in the context of an event, of any TracerProvider.
	MeterProvider metric.MeterProvider

	// Actions are the actions that metrics have as an attribute. All others are
	// "_OTHER", since clients choose some of them: an HTTP method, the name of an RPC.
	// If there are none, metrics do not have the attribute.
	Actions []string

	// AllowsPerEvent is how many allows, answers or skips there are for one that becomes a
	// span event; 0 and 1 write all. Denials and what could not be decided always
	// become events, and metrics count everything.
	AllowsPerEvent uint64

	// NoIDs leaves out the ids of actors and resources, and paths, from span events.
	NoIDs bool
}

// An Observer reports the events of Authorizers. Its method Observe is for
// [authz.Config].Observe. It is safe for concurrent use. It can observe several Authorizers;
// one of them can be registered.
type Observer struct {
	cfg     Config
	meter   metric.Meter
	actions map[string]bool
	allows  atomic.Uint64
	made    sync.Map // labels -> *options

	durations [authz.EventReload + 1]metric.Float64Histogram // by kind; nil for those that are counted
	refusals  metric.Int64Counter
	differs   metric.Int64Counter
	writes    metric.Int64Counter

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
	var failed error
	histogram := func(kind authz.EventKind, name, description string, bounds ...float64) {
		h, err := o.meter.Float64Histogram(name, metric.WithUnit("s"), metric.WithDescription(description),
			metric.WithExplicitBucketBoundaries(bounds...))
		o.durations[kind], failed = h, errors.Join(failed, err)
	}
	counter := func(to *metric.Int64Counter, name, description string) {
		c, err := o.meter.Int64Counter(name, metric.WithDescription(description))
		*to, failed = c, errors.Join(failed, err)
	}
	// A decision takes from a tenth of a microsecond to, with a database, a second.
	histogram(authz.EventDecision, DecisionDuration, "How long decisions took.", 1e-6, 1e-5, 1e-4, 1e-3, 1e-2, 1e-1, 1)
	histogram(authz.EventList, ListDuration, "How long it took to make the conditions of lists.", 1e-5, 1e-4, 1e-3, 1e-2, 1e-1, 1)
	histogram(authz.EventEnumeration, EnumerationDuration, "How long it took to list actions or fields.", 1e-5, 1e-4, 1e-3, 1e-2, 1e-1, 1)
	histogram(authz.EventActors, ActorsDuration, "How long it took to make the conditions of lists of actors.", 1e-5, 1e-4, 1e-3, 1e-2, 1e-1, 1)
	histogram(authz.EventQuery, QueryDuration, "How long queries took.", 1e-5, 1e-4, 1e-3, 1e-2, 1e-1, 1)
	histogram(authz.EventReload, ReloadDuration, "How long it took to compile policies.", 1e-3, 1e-2, 1e-1, 1, 10)
	counter(&o.refusals, Refusals, "How many clients were refused.")
	counter(&o.differs, Differences, "How many answers of the candidate differ.")
	counter(&o.writes, Writes, "How many writes were authorized as a whole.")
	if failed != nil {
		return nil, failed
	}
	return o, nil
}

// Observe reports an event. It is for [authz.Config].Observe.
func (o *Observer) Observe(ctx context.Context, e authz.Event) {
	l := labelsOf(&e)
	o.measure(ctx, &e, l)
	span := trace.SpanFromContext(ctx)
	if !span.IsRecording() {
		return
	}
	switch e.Verdict {
	case authz.Allowed, authz.Skipped, authz.Answered:
		if n := o.cfg.AllowsPerEvent; n > 1 && o.allows.Add(1)%n != 1 {
			return
		}
	}
	l.action = shorten(e.Action)
	span.AddEvent(eventName(e.Kind), trace.WithAttributes(details(l.attributes(), &e, !o.cfg.NoIDs)...))
}

// measure adds an event to the metrics.
func (o *Observer) measure(ctx context.Context, e *authz.Event, l labels) {
	switch e.Kind {
	case authz.EventSkip:
	case authz.EventRefusal:
		o.refusals.Add(ctx, 1, o.options(l, "").add...)
	case authz.EventDifference:
		o.differs.Add(ctx, 1, o.options(l, e.Action).add...)
	case authz.EventWrite:
		o.writes.Add(ctx, 1, o.options(l, e.Action).add...)
	default:
		if e.Reload != nil && !e.Reload.Candidate && e.Reload.Previous != e.PolicyVersion {
			o.mu.Lock()
			o.since = time.Now()
			o.mu.Unlock()
		}
		if int(e.Kind) < len(o.durations) && o.durations[e.Kind] != nil {
			o.durations[e.Kind].Record(ctx, e.Duration.Seconds(), o.options(l, e.Action).record...)
		}
	}
}

// options are the options of measurements with certain labels.
type options struct {
	record []metric.RecordOption
	add    []metric.AddOption
}

// options returns the options of a measurement with the labels and an action. They are
// made once: to make a set of attributes takes longer than a decision.
func (o *Observer) options(l labels, action string) *options {
	if len(o.actions) > 0 && action != "" {
		if !o.actions[action] {
			action = otherAction
		}
		l.action = action
	}
	made, ok := o.made.Load(l)
	if !ok {
		set := metric.WithAttributeSet(attribute.NewSet(l.attributes()...))
		made, _ = o.made.LoadOrStore(l, &options{[]metric.RecordOption{set}, []metric.AddOption{set}})
	}
	return made.(*options)
}

// Register reports the version of the policy of az and its age, whenever metrics are
// collected, until the Registration is unregistered. The age counts from the last
// reload that replaced the policy, if Observe received its event, else from [New].
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
		to.ObserveInt64(info, 1, metric.WithAttributes(keyPolicyVersion.String(az.Version())))
		to.ObserveFloat64(age, time.Since(since).Seconds())
		return nil
	}, info, age)
}
