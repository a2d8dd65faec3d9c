package nethttp_test

// This file tests that the code in docs/http.md runs: it is from the examples, and from the
// tests with other routers.

import (
	"os"
	"strings"
	"testing"

	"github.com/ursa-authz/ursa/internal/pagetest"
)

// TestSecurityPage is TestDocs for docs/security.md.
func TestSecurityPage(t *testing.T) {
	pagetest.Code(t, "../../docs/security.md", 4, "security_example_test.go")
}

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
	code := ""
	for _, name := range []string{
		"example_test.go", "examples_test.go",
		"../../internal/webtest/http_test.go", // other routers are in a separate module
	} {
		text, err := os.ReadFile(name)
		if err != nil {
			t.Fatal(err)
		}
		code += flat(string(text))
	}
	blocks := 0
	for _, part := range strings.Split(string(page), "\n```")[1:] {
		lang, block, _ := strings.Cut(part, "\n")
		if lang != "go" && lang != "polar" {
			continue
		}
		blocks++
		if !strings.Contains(code, flat(block)) {
			t.Errorf("docs/http.md has code that is not in the examples:\n%s", block)
		}
	}
	if blocks < 8 {
		t.Errorf("only %d blocks of code", blocks)
	}
}
