package prometheus

// This file tests that the code in docs/otel.md is code that runs.

import (
	"context"
	"os"
	"strings"
	"testing"

	otelauthz "github.com/ursa-authz/ursa/adapters/otel"
	"github.com/ursa-authz/ursa/authz"
)

// flat returns text without indentation and empty lines.
func flat(text string) string {
	var b strings.Builder
	for line := range strings.Lines(text) {
		if line = strings.TrimSpace(line); line != "" {
			b.WriteString(line + "\n")
		}
	}
	return b.String()
}

func TestDocs(t *testing.T) {
	page, err := os.ReadFile("../../docs/otel.md")
	if err != nil {
		t.Fatal(err)
	}
	var code string
	for _, name := range []string{"example_test.go", "docs_test.go"} {
		text, err := os.ReadFile(name)
		if err != nil {
			t.Fatal(err)
		}
		code += flat(string(text))
	}
	blocks := 0
	for _, part := range strings.Split(string(page), "\n```")[1:] {
		lang, block, _ := strings.Cut(part, "\n")
		if lang != "go" {
			continue
		}
		blocks++
		if !strings.Contains(code, flat(block)) {
			t.Errorf("docs/otel.md has code that no test runs:\n%s", block)
		}
	}
	if blocks != 2 {
		t.Errorf("%d blocks of code", blocks)
	}
}

// TestTwoObservers tests an observer beside a log.
func TestTwoObservers(t *testing.T) {
	observer, err := otelauthz.New(otelauthz.Config{})
	if err != nil {
		t.Fatal(err)
	}
	log := authz.LogDecisions(nil)
	observe := func(ctx context.Context, d authz.Decision) {
		observer.Observe(ctx, d)
		log(ctx, d)
	}
	observe(t.Context(), authz.Decision{})
}
