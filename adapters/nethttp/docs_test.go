package nethttp_test

// This file tests that the code in docs/http.md is code that runs: that of the
// examples, and of the tests with other routers.

import (
	"os"
	"strings"
	"testing"
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
	page, err := os.ReadFile("../../docs/http.md")
	if err != nil {
		t.Fatal(err)
	}
	examples, err := os.ReadFile("example_test.go")
	if err != nil {
		t.Fatal(err)
	}
	// Other routers are in a module of their own.
	routers, err := os.ReadFile("../../internal/webtest/http_test.go")
	if err != nil {
		t.Fatal(err)
	}
	code := flat(string(examples)) + flat(string(routers))
	blocks := 0
	for _, part := range strings.Split(string(page), "\n```")[1:] {
		lang, block, _ := strings.Cut(part, "\n")
		if lang != "go" && lang != "polar" {
			continue
		}
		blocks++
		if !strings.Contains(code, flat(block)) {
			t.Errorf("docs/http.md has code that is no part of the examples:\n%s", block)
		}
	}
	if blocks < 8 {
		t.Errorf("only %d blocks of code", blocks)
	}
}
