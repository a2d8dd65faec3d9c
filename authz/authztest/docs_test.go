package authztest_test

// This file tests that the code in docs/testing-policies.md and docs/explain.md is from the
// examples, and that the pages show the output of the examples.

import (
	"os"
	"strings"
	"testing"
)

// flat returns text without indentation, empty lines and the slashes of comments.
func flat(text string) string {
	var b strings.Builder
	for line := range strings.Lines(text) {
		line = strings.TrimSpace(line)
		if !strings.Contains(line, "func TestMain") {
			line = strings.TrimSpace(strings.TrimPrefix(line, "//"))
		}
		if line != "" {
			b.WriteString(line + "\n")
		}
	}
	return b.String()
}

func TestDocs(t *testing.T) {
	for _, tt := range []struct {
		page, examples string
		free           int // blocks of text that are not output
		min            int
	}{
		{"../../docs/testing-policies.md", "example_test.go", 4, 19},
		{"../../docs/explain.md", "../explain_example_test.go", 1, 9},
		{"../../docs/rollout.md", "../rollout_example_test.go", 0, 6},
		{"../../docs/operating.md", "../operating_example_test.go", 3, 8},
	} {
		page, err := os.ReadFile(tt.page)
		if err != nil {
			t.Fatal(err)
		}
		examples, err := os.ReadFile(tt.examples)
		if err != nil {
			t.Fatal(err)
		}
		code := flat(string(examples))
		blocks, free := 0, 0
		// Every other part is in fences.
		for i, part := range strings.Split("\n"+string(page), "\n```") {
			if i%2 == 0 {
				continue
			}
			blocks++
			lang, block, _ := strings.Cut(part, "\n")
			switch {
			case strings.Contains(code, flat(block)):
			case lang == "text":
				free++
			default:
				t.Errorf("%s has %s that is not in %s:\n%s", tt.page, lang, tt.examples, block)
			}
		}
		if free != tt.free || blocks < tt.min {
			t.Errorf("%s: %d blocks, %d of them from nowhere; want %d", tt.page, blocks, free, tt.free)
		}
	}
}
