package benchmarks

// This file measures the cost of observing decisions: observers, the log, and
// explanations.

import (
	"bytes"
	"context"
	"fmt"
	"io"
	"log/slog"
	"strings"
	"testing"

	"go.opentelemetry.io/otel/attribute"
	"go.opentelemetry.io/otel/metric"
	sdkmetric "go.opentelemetry.io/otel/sdk/metric"

	otelauthz "github.com/ursa-authz/ursa/adapters/otel"
	"github.com/ursa-authz/ursa/authz"
)

// observers are the ways to observe a decision. The logs are text, written to w,
// which discards it in benchmarks. OpenTelemetry's SDK has a reader of metrics, and the
// context has no span. A histogram by hand is its lower bound.
var observers = []struct {
	name string
	make func(w io.Writer) func(context.Context, authz.Event)
}{
	{"nothing", func(io.Writer) func(context.Context, authz.Event) { return nil }},
	{"observer", func(io.Writer) func(context.Context, authz.Event) {
		return func(context.Context, authz.Event) {}
	}},
	{"log", func(w io.Writer) func(context.Context, authz.Event) { return authz.LogDecisions(textLog(w)) }},
	{"log of 1 in 100", func(w io.Writer) func(context.Context, authz.Event) {
		return (&authz.DecisionLog{Logger: textLog(w), AllowsPerLine: 100}).Observe
	}},
	{"a histogram by hand", func(io.Writer) func(context.Context, authz.Event) {
		histogram, err := newMeterProvider().Meter("").Float64Histogram(otelauthz.DecisionDuration)
		if err != nil {
			panic(err)
		}
		attributes := []metric.RecordOption{metric.WithAttributeSet(attribute.NewSet(
			attribute.String("verdict", "allowed"), attribute.String("rule", "allow"), attribute.String("action", "read"),
			attribute.String("actor_class", "User"), attribute.String("resource_class", "Expense")))}
		return func(ctx context.Context, e authz.Event) {
			histogram.Record(ctx, e.Duration.Seconds(), attributes...)
		}
	}},
	{"OpenTelemetry", func(io.Writer) func(context.Context, authz.Event) {
		observer, err := otelauthz.New(otelauthz.Config{
			MeterProvider: newMeterProvider(),
			Actions:       []string{"read"},
		})
		if err != nil {
			panic(err)
		}
		return observer.Observe
	}},
}

func newMeterProvider() *sdkmetric.MeterProvider {
	return sdkmetric.NewMeterProvider(sdkmetric.WithReader(sdkmetric.NewManualReader()))
}

func textLog(w io.Writer) *slog.Logger { return slog.New(slog.NewTextHandler(w, nil)) }

// watched returns an Authorizer for the scenario owner with an observer, and a
// question whose answer is an allow.
func watched(tb testing.TB, observe func(context.Context, authz.Event)) (*authz.Authorizer, Question) {
	s := Owner("", 1)
	az, err := authz.New(authz.Config{
		Policies: authz.String("owner.polar", s.Polar), Classes: s.Classes, Observe: observe,
	})
	if err != nil {
		tb.Fatal(err)
	}
	return az, s.timed()[0]
}

func TestObservers(t *testing.T) {
	for o, lines := range []int{0, 0, 200, 2, 0, 0} {
		var log bytes.Buffer
		az, q := watched(t, observers[o].make(&log))
		for range 200 {
			if ok, err := az.IsAllowed(t.Context(), q.Actor, q.Action, q.Resource); !ok || err != nil {
				t.Fatal(ok, err)
			}
		}
		if got := bytes.Count(log.Bytes(), []byte("\n")); got != lines {
			t.Errorf("%s: %d lines for 200 decisions, want %d", observers[o].name, got, lines)
		}
	}
}

// BenchmarkObserve measures the decision of owner with each observer and with
// Explain.
func BenchmarkObserve(b *testing.B) {
	ctx := context.Background()
	for _, o := range observers {
		b.Run("by="+o.name, func(b *testing.B) {
			az, q := watched(b, o.make(io.Discard))
			b.ReportAllocs()
			for b.Loop() {
				if ok, err := az.IsAllowed(ctx, q.Actor, q.Action, q.Resource); !ok || err != nil {
					b.Fatal(ok, err)
				}
			}
		})
	}
	b.Run("by=Explain", func(b *testing.B) {
		az, q := watched(b, nil)
		b.ReportAllocs()
		for b.Loop() {
			if x, err := az.Explain(ctx, q.Actor, q.Action, q.Resource); err != nil || x.Verdict != authz.Allowed {
				b.Fatal(x, err)
			}
		}
	})
}

// TestExplainAllocations: an explanation of an allow or a denial of rbac, with its text, takes
// at most 100 allocations, and so does not grow with what is tried and not shown.
func TestExplainAllocations(t *testing.T) {
	s := RBAC()
	az, err := authz.New(authz.Config{Policies: authz.String("rbac.polar", s.Polar), Classes: s.Classes})
	if err != nil {
		t.Fatal(err)
	}
	for _, q := range []Question{s.Questions[0], s.Questions[6]} {
		got := testing.AllocsPerRun(100, func() {
			x, err := az.Explain(t.Context(), q.Actor, q.Action, q.Resource)
			if err != nil || x.String() == "" {
				t.Fatal(x, err)
			}
		})
		t.Logf("allowed %v: %v allocations", q.Allowed, got)
		if got > 100 {
			t.Errorf("allowed %v: %v allocations, want at most 100", q.Allowed, got)
		}
	}
}

// BenchmarkExplain measures explanations of an allow and of a denial of rbac, alone and among
// 10,000 rules about other actions, and the text of the explanation.
func BenchmarkExplain(b *testing.B) {
	ctx := context.Background()
	s := RBAC()
	for _, rules := range []int{0, 10_000} {
		policy := new(strings.Builder)
		policy.WriteString(s.Polar)
		for i := range rules {
			fmt.Fprintf(policy, "allow(user: User, \"act%d\", repository: Repository) if user.ID = %d and repository.ID = 1;\n", i, i)
		}
		az, err := authz.New(authz.Config{Policies: authz.String("rbac.polar", policy.String()), Classes: s.Classes})
		if err != nil {
			b.Fatal(err)
		}
		for _, q := range []Question{s.Questions[0], s.Questions[6]} {
			verdict := authz.Denied
			if q.Allowed {
				verdict = authz.Allowed
			}
			b.Run(fmt.Sprintf("rules=%d/verdict=%v", rules, verdict), func(b *testing.B) {
				b.ReportAllocs()
				for b.Loop() {
					x, err := az.Explain(ctx, q.Actor, q.Action, q.Resource)
					if err != nil || x.Verdict != verdict || x.String() == "" {
						b.Fatal(x, err)
					}
				}
			})
		}
	}
}
