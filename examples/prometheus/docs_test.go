package prometheus

// This file tests that the code in docs/otel.md is code that runs.

import (
	"context"
	"testing"

	otelauthz "github.com/ursa-authz/ursa/adapters/otel"
	"github.com/ursa-authz/ursa/authz"
	"github.com/ursa-authz/ursa/internal/pagecode"
)

func TestDocs(t *testing.T) {
	const page = "../../docs/otel.md"
	pagecode.Code(t, page, []string{"go"}, 2, "example_test.go", "docs_test.go")
	if n := len(pagecode.Blocks(t, page, "go")); n != 2 {
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
