package prometheus

// This file has the example: a server whose decisions Prometheus scrapes.

import (
	"bufio"
	"context"
	"fmt"
	"net/http"
	"net/http/httptest"
	"strings"

	"github.com/prometheus/client_golang/prometheus"
	"github.com/prometheus/client_golang/prometheus/promhttp"
	otelprometheus "go.opentelemetry.io/otel/exporters/prometheus"
	"go.opentelemetry.io/otel/sdk/metric"

	otelauthz "github.com/ursa-authz/ursa/adapters/otel"
	"github.com/ursa-authz/ursa/authz"
)

type User struct {
	ID int `polar:",id"`
}

type Expense struct {
	ID     int `polar:",id"`
	UserID int
}

// Example serves the metrics of an Authorizer as Prometheus reads them.
func Example() {
	registry := prometheus.NewRegistry()
	exporter, err := otelprometheus.New(otelprometheus.WithRegisterer(registry), otelprometheus.WithoutScopeInfo(), otelprometheus.WithoutTargetInfo())
	if err != nil {
		panic(err)
	}
	observer, err := otelauthz.New(otelauthz.Config{
		MeterProvider:  metric.NewMeterProvider(metric.WithReader(exporter)),
		Actions:        []string{"read", "edit"},
		AllowsPerEvent: 100,
	})
	if err != nil {
		panic(err)
	}
	az, err := authz.New(authz.Config{
		Policies: authz.String("expenses.polar", `allow(user: User, "read", expense: Expense) if user.id = expense.user_id;`),
		Classes:  []authz.Class{authz.ClassOf[User](), authz.ClassOf[Expense]()},
		Observe:  observer.Observe,
	})
	if err != nil {
		panic(err)
	}
	if _, err := observer.Register(az); err != nil {
		panic(err)
	}
	server := httptest.NewServer(promhttp.HandlerFor(registry, promhttp.HandlerOpts{}))
	defer server.Close()

	for id := range 4 {
		_ = az.Authorize(context.Background(), &User{ID: 1}, "read", &Expense{ID: id, UserID: 1 + id%2})
	}
	_ = az.Authorize(context.Background(), &User{ID: 1}, "GET", &Expense{ID: 1, UserID: 1})

	res, err := http.Get(server.URL)
	if err != nil {
		panic(err)
	}
	defer res.Body.Close()
	lines := bufio.NewScanner(res.Body)
	for lines.Scan() {
		if name, _, _ := strings.Cut(lines.Text(), "{"); name == "authz_decision_duration_seconds_count" {
			fmt.Println(lines.Text())
		}
		if strings.HasPrefix(lines.Text(), "authz_policy_info{") {
			fmt.Println(strings.ReplaceAll(lines.Text(), az.Version(), "VERSION"))
		}
	}
	// Output:
	// authz_decision_duration_seconds_count{authz_action="_OTHER",authz_actor_class="User",authz_resource_class="Expense",authz_rule="allow",authz_verdict="denied"} 1
	// authz_decision_duration_seconds_count{authz_action="read",authz_actor_class="User",authz_resource_class="Expense",authz_rule="allow",authz_verdict="allowed"} 2
	// authz_decision_duration_seconds_count{authz_action="read",authz_actor_class="User",authz_resource_class="Expense",authz_rule="allow",authz_verdict="denied"} 2
	// authz_policy_info{authz_policy_version="VERSION"} 1
}
