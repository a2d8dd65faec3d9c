package prometheus

// This file tests that the code in docs/otel.md is code that runs.

import (
	"context"
	"testing"

	"go.opentelemetry.io/otel/sdk/metric"
	"go.opentelemetry.io/otel/sdk/metric/metricdata"

	otelauthz "github.com/ursa-authz/ursa/adapters/otel"
	"github.com/ursa-authz/ursa/authz"
	"github.com/ursa-authz/ursa/internal/pagecode"
)

func TestDocs(t *testing.T) {
	const page = "../../docs/otel.md"
	pagecode.Code(t, page, []string{"go"}, 3, "example_test.go", "docs_test.go")
	if n := len(pagecode.Blocks(t, page, "go")); n != 3 {
		t.Errorf("%d blocks of code", n)
	}
}

// TestTwoObservers tests an observer beside a log.
func TestTwoObservers(t *testing.T) {
	observer, err := otelauthz.New(otelauthz.Config{})
	if err != nil {
		t.Fatal(err)
	}
	log := authz.LogDecisions(nil)
	observe := func(ctx context.Context, e authz.Event) {
		observer.Observe(ctx, e)
		log(ctx, e)
	}
	observe(t.Context(), authz.Event{})
}

// TestMetrics tests what a program reports, as the page does.
func TestMetrics(t *testing.T) {
	reader := metric.NewManualReader()
	observer, err := otelauthz.New(otelauthz.Config{MeterProvider: metric.NewMeterProvider(metric.WithReader(reader))})
	if err != nil {
		t.Fatal(err)
	}
	az := newAuthorizer(t, observer.Observe)
	if _, err := az.IsAllowed(t.Context(), &User{ID: 1}, "read", &Expense{UserID: 1}); err != nil {
		t.Fatal(err)
	}
	var collected metricdata.ResourceMetrics
	if err := reader.Collect(t.Context(), &collected); err != nil {
		t.Fatal(err)
	}
	if len(collected.ScopeMetrics) != 1 || collected.ScopeMetrics[0].Metrics[0].Name != otelauthz.DecisionDuration {
		t.Errorf("collected %v", collected)
	}
}

func newAuthorizer(t *testing.T, observe func(context.Context, authz.Event)) *authz.Authorizer {
	az, err := authz.New(authz.Config{
		Policies: authz.String("expenses.polar", `allow(user: User, "read", expense: Expense) if user.id = expense.user_id;`),
		Classes:  []authz.Class{authz.ClassOf[User](), authz.ClassOf[Expense]()},
		Observe:  observe,
	})
	if err != nil {
		t.Fatal(err)
	}
	return az
}
