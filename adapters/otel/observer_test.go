package otelauthz_test

// This file tests Observer with OpenTelemetry's SDK.

import (
	"context"
	"fmt"
	"net/http/httptest"
	"os"
	"reflect"
	"regexp"
	"slices"
	"strings"
	"sync"
	"sync/atomic"
	"testing"

	"go.opentelemetry.io/otel/attribute"
	sdkmetric "go.opentelemetry.io/otel/sdk/metric"
	"go.opentelemetry.io/otel/sdk/metric/metricdata"
	sdktrace "go.opentelemetry.io/otel/sdk/trace"
	"go.opentelemetry.io/otel/sdk/trace/tracetest"
	"go.opentelemetry.io/otel/trace"

	otelauthz "github.com/ursa-authz/ursa/adapters/otel"
	"github.com/ursa-authz/ursa/authz"
)

type User struct {
	ID   int `polar:",id"`
	Name string
}

type Expense struct {
	ID     int `polar:",id"`
	UserID int
}

// Crash is a method that fails a decision.
func (*User) Crash() bool { panic("secret") }

const policy = `
allow(user: User, "read", expense: Expense) if user.id = expense.user_id;
allow(user: User, "crash", _: Expense) if user.crash();
allow(_: User, "loop", e: Expense) if loop(e.id);
loop(n) if m = n + 1 and loop(m);
`

// A source is a policy that tests replace.
type source struct{ text atomic.Pointer[string] }

func (s *source) Load(context.Context) ([]authz.Source, error) {
	return []authz.Source{{Name: "p.polar", Text: *s.text.Load()}}, nil
}

func (s *source) set(text string) { s.text.Store(&text) }

// A world is an Authorizer that is observed, and what is reported of it.
type world struct {
	az     *authz.Authorizer
	o      *otelauthz.Observer
	src    *source
	reader *sdkmetric.ManualReader
	spans  *tracetest.SpanRecorder
	tracer *sdktrace.TracerProvider
}

func newWorld(tb testing.TB, cfg otelauthz.Config, options ...func(*authz.Config)) *world {
	tb.Helper()
	w := &world{src: new(source), reader: sdkmetric.NewManualReader(), spans: tracetest.NewSpanRecorder()}
	w.tracer = sdktrace.NewTracerProvider(sdktrace.WithSpanProcessor(w.spans))
	cfg.MeterProvider = sdkmetric.NewMeterProvider(sdkmetric.WithReader(w.reader))
	var err error
	if w.o, err = otelauthz.New(cfg); err != nil {
		tb.Fatal(err)
	}
	w.src.set(policy)
	config := authz.Config{
		Policies: w.src,
		Classes:  []authz.Class{authz.ClassOf[User](), {Name: "Expense", Type: reflect.TypeFor[Expense](), Key: []string{"ID"}}},
		Observe:  w.o.Observe,
		Limits:   authz.Limits{Steps: 1000},
	}
	for _, option := range options {
		option(&config)
	}
	w.az, err = authz.New(config)
	if err != nil {
		tb.Fatal(err)
	}
	return w
}

// span calls f with a context that has a span, and returns the events of that.
func (w *world) span(ctx context.Context, f func(context.Context)) []sdktrace.Event {
	ctx, span := w.tracer.Tracer("test").Start(ctx, "work")
	f(ctx)
	span.End()
	ended := w.spans.Ended()
	return ended[len(ended)-1].Events()
}

// collect returns the data points of the metrics, as "name{attributes} count".
func (w *world) collect(tb testing.TB) []string {
	tb.Helper()
	var all metricdata.ResourceMetrics
	if err := w.reader.Collect(context.Background(), &all); err != nil {
		tb.Fatal(err)
	}
	var points []string
	for _, scope := range all.ScopeMetrics {
		if scope.Scope.Name != otelauthz.Scope {
			tb.Errorf("scope %q", scope.Scope.Name)
		}
		for _, m := range scope.Metrics {
			switch data := m.Data.(type) {
			case metricdata.Histogram[float64]:
				for _, p := range data.DataPoints {
					points = append(points, fmt.Sprintf("%s{%s} %d", m.Name, attributes(p.Attributes.ToSlice()), p.Count))
					if m.Unit != "s" || p.Sum <= 0 || p.Sum > 60 {
						tb.Errorf("%s has a sum of %v %s", m.Name, p.Sum, m.Unit)
					}
				}
			case metricdata.Sum[int64]:
				for _, p := range data.DataPoints {
					points = append(points, fmt.Sprintf("%s{%s} %d", m.Name, attributes(p.Attributes.ToSlice()), p.Value))
				}
			case metricdata.Gauge[int64]:
				for _, p := range data.DataPoints {
					points = append(points, fmt.Sprintf("%s{%s} %d", m.Name, attributes(p.Attributes.ToSlice()), p.Value))
				}
			case metricdata.Gauge[float64]:
				for _, p := range data.DataPoints {
					points = append(points, fmt.Sprintf("%s{%s} %v", m.Name, attributes(p.Attributes.ToSlice()), p.Value >= 0))
				}
			}
		}
	}
	slices.Sort(points)
	return points
}

// attributes prints attributes without their prefix.
func attributes(list []attribute.KeyValue) string {
	var b []string
	for _, a := range list {
		b = append(b, strings.TrimPrefix(string(a.Key), "authz.")+"="+a.Value.String())
	}
	return strings.Join(b, " ")
}

// ask asks for an allow, a denial, two faults and a class.
func (w *world) ask(ctx context.Context) {
	alice := &User{ID: 4711, Name: "secret"}
	for _, q := range []struct {
		actor    any
		action   string
		resource any
	}{
		{alice, "read", &Expense{ID: 815, UserID: 4711}},
		{alice, "read", &Expense{ID: 816, UserID: 2}},
		{alice, "crash", &Expense{ID: 815}},
		{alice, "loop", &Expense{ID: 815}},
		{alice, strings.Repeat("x", 1000), authz.ClassOf[Expense]()},
		{nil, "read", nil},
	} {
		_, _ = w.az.IsAllowed(ctx, q.actor, q.action, q.resource)
	}
}

func TestMetrics(t *testing.T) {
	tests := []struct {
		name    string
		actions []string
		want    []string
	}{
		{"without actions", nil, []string{
			"authz.decision.duration{actor_class=User resource_class=Expense rule=allow verdict=allowed} 1",
			"authz.decision.duration{actor_class=User resource_class=Expense rule=allow verdict=denied} 2",
			"authz.decision.duration{actor_class=User resource_class=Expense rule=allow verdict=undecided error.type=_OTHER} 1",
			"authz.decision.duration{actor_class=User resource_class=Expense rule=allow verdict=undecided error.type=budget} 1",
			"authz.decision.duration{rule=allow verdict=undecided error.type=_OTHER} 1",
		}},
		{"with actions", []string{"read"}, []string{
			"authz.decision.duration{action=_OTHER actor_class=User resource_class=Expense rule=allow verdict=denied} 1",
			"authz.decision.duration{action=_OTHER actor_class=User resource_class=Expense rule=allow verdict=undecided error.type=_OTHER} 1",
			"authz.decision.duration{action=_OTHER actor_class=User resource_class=Expense rule=allow verdict=undecided error.type=budget} 1",
			"authz.decision.duration{action=read actor_class=User resource_class=Expense rule=allow verdict=allowed} 1",
			"authz.decision.duration{action=read actor_class=User resource_class=Expense rule=allow verdict=denied} 1",
			"authz.decision.duration{action=read rule=allow verdict=undecided error.type=_OTHER} 1",
		}},
	}
	for _, tt := range tests {
		w := newWorld(t, otelauthz.Config{Actions: tt.actions})
		w.ask(t.Context())
		if got := w.collect(t); !slices.Equal(got, tt.want) {
			t.Errorf("%s:\n%s\nwant\n%s", tt.name, strings.Join(got, "\n"), strings.Join(tt.want, "\n"))
		}
	}
}

func TestEvents(t *testing.T) {
	for _, noIDs := range []bool{false, true} {
		w := newWorld(t, otelauthz.Config{NoIDs: noIDs})
		events := w.span(t.Context(), w.ask)
		if len(events) != 6 {
			t.Fatalf("%d events, want 6", len(events))
		}
		seen := make(map[string]bool)
		for _, e := range events {
			if e.Name != "authz.decision" {
				t.Errorf("an event %q", e.Name)
			}
			for _, a := range e.Attributes {
				if a.Key == "authz.decision_id" {
					seen[a.Value.AsString()] = true
				}
				if len(a.Value.String()) > 100 {
					t.Errorf("%s has %d bytes", a.Key, len(a.Value.String()))
				}
			}
			all := attributes(e.Attributes)
			if strings.Contains(all, "secret") {
				t.Errorf("an event shows a value: %s", all)
			}
			if noIDs && (strings.Contains(all, "4711") || strings.Contains(all, "815")) {
				t.Errorf("an event shows an id: %s", all)
			}
		}
		if len(seen) != 6 {
			t.Errorf("%d different ids of decisions, want 6", len(seen))
		}
		first := attributes(events[0].Attributes)
		for _, want := range []string{"verdict=allowed", "rule=allow", "action=read", "actor_class=User", "resource_class=Expense", "by=p.polar:2:1", "policy_version=" + w.az.Version(), "duration="} {
			if !strings.Contains(first, want) {
				t.Errorf("the first event lacks %s: %s", want, first)
			}
		}
		if ids := strings.Contains(first, "actor_id=4711") && strings.Contains(first, "resource_id=815"); ids == noIDs {
			t.Errorf("NoIDs is %v: %s", noIDs, first)
		}
	}
}

// TestNoSpan tests that nothing is written where no span records.
func TestNoSpan(t *testing.T) {
	w := newWorld(t, otelauthz.Config{})
	w.ask(t.Context())
	w.tracer = sdktrace.NewTracerProvider(sdktrace.WithSpanProcessor(w.spans), sdktrace.WithSampler(sdktrace.NeverSample()))
	ctx, span := w.tracer.Tracer("test").Start(t.Context(), "work")
	w.ask(ctx)
	span.End()
	if n := len(w.spans.Ended()); n != 0 {
		t.Errorf("%d spans", n)
	}
}

// TestSampling tests that some of the allows become events, all denials do, and metrics
// count everything.
func TestSampling(t *testing.T) {
	w := newWorld(t, otelauthz.Config{AllowsPerEvent: 10})
	alice := &User{ID: 1}
	events := w.span(t.Context(), func(ctx context.Context) {
		for i := range 100 {
			_, _ = w.az.IsAllowed(ctx, alice, "read", &Expense{ID: 1, UserID: 1 + i%2})
		}
	})
	count := make(map[string]int)
	for _, e := range events {
		for _, a := range e.Attributes {
			if a.Key == "authz.verdict" {
				count[a.Value.AsString()]++
			}
		}
	}
	if want := map[string]int{"allowed": 5, "denied": 50}; !reflect.DeepEqual(count, want) {
		t.Errorf("events %v, want %v", count, want)
	}
	if got := strings.Join(w.collect(t), "\n"); !strings.Contains(got, "resource_class=Expense rule=allow verdict=allowed} 50") {
		t.Errorf("metrics:\n%s", got)
	}
}

// TestSkip tests that a skip becomes an event, and is not counted as a decision.
func TestSkip(t *testing.T) {
	w := newWorld(t, otelauthz.Config{})
	events := w.span(t.Context(), func(ctx context.Context) {
		authz.Skip(authz.NewContext(ctx, w.az, &User{ID: 1}), "a public page")
	})
	if len(events) != 1 || !strings.Contains(attributes(events[0].Attributes), "reason=a public page") {
		t.Errorf("events %v", events)
	}
	if got := w.collect(t); len(got) != 0 {
		t.Errorf("metrics %q", got)
	}
}

func TestReloadsAndVersion(t *testing.T) {
	w := newWorld(t, otelauthz.Config{})
	registration, err := w.o.Register(w.az)
	if err != nil {
		t.Fatal(err)
	}
	first := w.az.Version()
	w.src.set(policy + "# more\n")
	if err := w.az.Reload(t.Context()); err != nil {
		t.Fatal(err)
	}
	w.src.set("allow(")
	if err := w.az.Reload(t.Context()); err == nil {
		t.Fatal("a bad policy was loaded")
	}
	want := []string{
		"authz.policy.age{} true",
		"authz.policy.info{policy_version=" + w.az.Version() + "} 1",
		"authz.reload.duration{error.type=_OTHER} 1",
		"authz.reload.duration{} 1",
	}
	if got := w.collect(t); !slices.Equal(got, want) || first == w.az.Version() {
		t.Errorf("got\n%s\nwant\n%s", strings.Join(got, "\n"), strings.Join(want, "\n"))
	}
	if err := registration.Unregister(); err != nil {
		t.Fatal(err)
	}
	if got := w.collect(t); !slices.Equal(got, want[2:]) {
		t.Errorf("after Unregister: %q", got)
	}
}

// TestOtherKinds tests what is reported of the other kinds of events.
func TestOtherKinds(t *testing.T) {
	w := newWorld(t, otelauthz.Config{Actions: []string{"read"}})
	alice := &User{ID: 1}
	events := w.span(t.Context(), func(ctx context.Context) {
		ctx = authz.NewContext(ctx, w.az, alice)
		_, _ = w.az.Filter(ctx, alice, "read", authz.ClassOf[Expense]())
		_, _ = w.az.Filter(ctx, nil, "read", authz.ClassOf[Expense]())
		_, _ = w.az.AuthorizedActions(ctx, alice, &Expense{ID: 1, UserID: 1})
		for range w.az.Query(ctx, "allow", alice, authz.Var("action"), &Expense{ID: 1, UserID: 1}) {
			break
		}
		_ = w.az.ReportWrite(ctx, authz.Write{Actor: alice, Action: "read", Class: authz.ClassOf[Expense](), Rows: 3, Denied: "rows in their new state"})
		r := httptest.NewRequestWithContext(ctx, "GET", "/expenses/815", nil)
		authz.Refuse(httptest.NewRecorder(), r, authz.ErrForbidden)
		authz.Refuse(httptest.NewRecorder(), r, authz.ErrUndecided)
	})
	want := []string{
		"authz.enumeration.duration{actor_class=User resource_class=Expense rule=allow verdict=undecided error.type=_OTHER} 1",
		"authz.list.duration{action=read actor_class=User resource_class=Expense rule=allow verdict=answered} 1",
		"authz.list.duration{action=read resource_class=Expense rule=allow verdict=undecided error.type=_OTHER} 1",
		"authz.query.duration{rule=allow verdict=answered} 1",
		"authz.refusals{error.type=_OTHER http.response.status_code=500} 1",
		"authz.refusals{http.response.status_code=403} 1",
		"authz.writes{action=read actor_class=User resource_class=Expense rule=allow verdict=denied} 1",
	}
	if got := w.collect(t); !slices.Equal(got, want) {
		t.Errorf("got\n%s\nwant\n%s", strings.Join(got, "\n"), strings.Join(want, "\n"))
	}
	var names []string
	for _, e := range events {
		names = append(names, e.Name)
	}
	if got := strings.Join(names, " "); got != "authz.list authz.list authz.enumeration authz.query authz.write authz.refusal authz.refusal" {
		t.Errorf("events %s", got)
	}
	if got := attributes(events[5].Attributes); !strings.Contains(got, "path=/expenses/815") {
		t.Errorf("the refusal: %s", got)
	}
}

// TestDifferences tests what is reported of answers of the candidate that differ.
func TestDifferences(t *testing.T) {
	w := newWorld(t, otelauthz.Config{}, func(c *authz.Config) {
		c.Candidate = authz.Candidate{Share: 1, Policies: authz.String("next.polar", `
			allow(user: User, action, expense: Expense) if action in ["approve", "update"] and user.id = expense.user_id;`)}
		c.Policies = authz.String("p.polar", `allow(user: User, "read", expense: Expense) if user.id = expense.user_id;`)
	})
	alice, own := &User{ID: 1}, &Expense{ID: 7, UserID: 1}
	events := w.span(t.Context(), func(ctx context.Context) {
		_, _ = w.az.AuthorizedActions(ctx, alice, own)
		_, _ = w.az.IsAllowed(ctx, alice, "read", own)
	})
	var got []string
	for _, e := range events {
		if e.Name == "authz.difference" {
			text, _, _ := strings.Cut(attributes(e.Attributes), " policy_version=")
			text = regexp.MustCompile(" decision_id=[A-Z0-9]+").ReplaceAllString(text, "")
			got = append(got, text)
		}
	}
	want := []string{
		"rule=allow current=answered candidate=answered actor_class=User resource_class=Expense actor_id=1 resource_id=7 gains=approve,update losses=read",
		"rule=allow action=read current=allowed candidate=denied actor_class=User resource_class=Expense actor_id=1 resource_id=7 current_by=p.polar:1:1",
	}
	if !slices.Equal(got, want) {
		t.Errorf("got\n%s\nwant\n%s", strings.Join(got, "\n"), strings.Join(want, "\n"))
	}
}

func TestConcurrency(t *testing.T) {
	w := newWorld(t, otelauthz.Config{AllowsPerEvent: 7, Actions: []string{"read"}})
	if _, err := w.o.Register(w.az); err != nil {
		t.Fatal(err)
	}
	var wg sync.WaitGroup
	for i := range 16 {
		wg.Go(func() {
			ctx, span := w.tracer.Tracer("test").Start(t.Context(), "work")
			defer span.End()
			for range 20 {
				_, _ = w.az.IsAllowed(ctx, &User{ID: 1}, "read", &Expense{UserID: 1})
			}
			if i == 0 {
				w.src.set(policy + "# more\n")
				_ = w.az.Reload(ctx)
				w.collect(t)
			}
		})
	}
	wg.Wait()
	if got := strings.Join(w.collect(t), "\n"); !strings.Contains(got, "resource_class=Expense rule=allow verdict=allowed} 320") {
		t.Errorf("metrics:\n%s", got)
	}
}

// TestNames tests that names are in names.go alone.
func TestNames(t *testing.T) {
	for _, file := range []string{"event.go", "observer.go"} {
		text, err := os.ReadFile(file)
		if err != nil {
			t.Fatal(err)
		}
		if strings.Contains(string(text), `"authz.`) {
			t.Errorf("%s has a name", file)
		}
	}
}

func BenchmarkObserve(b *testing.B) {
	for _, mode := range []string{"metrics", "metrics and span"} {
		b.Run(mode, func(b *testing.B) {
			w := newWorld(b, otelauthz.Config{AllowsPerEvent: 100, Actions: []string{"read"}})
			ctx := context.Background()
			if mode != "metrics" {
				var span trace.Span
				ctx, span = w.tracer.Tracer("test").Start(ctx, "work")
				defer span.End()
			}
			alice, expense := &User{ID: 1}, &Expense{UserID: 1}
			b.ReportAllocs()
			for b.Loop() {
				if ok, err := w.az.IsAllowed(ctx, alice, "read", expense); !ok || err != nil {
					b.Fatal(ok, err)
				}
			}
		})
	}
}
