package gormauthz_test

import (
	"os"
	"strings"
	"testing"
)

// flat returns text without indentation, empty lines and comment slashes.
func flat(text string) string {
	var b strings.Builder
	for line := range strings.Lines(text) {
		if line = strings.TrimSpace(strings.TrimPrefix(strings.TrimSpace(line), "//")); line != "" {
			b.WriteString(line + "\n")
		}
	}
	return b.String()
}

// TestDocs checks that the Go and Polar code and the output on the pages are those of
// the examples.
func TestDocs(t *testing.T) {
	examples, err := os.ReadFile("example_test.go")
	if err != nil {
		t.Fatal(err)
	}
	code := flat(string(examples))
	for name, want := range map[string]int{"../../docs/gorm.md": 10, "../../docs/lists.md": 5} {
		page, err := os.ReadFile(name)
		if err != nil {
			t.Fatal(err)
		}
		blocks := 0
		for i, part := range strings.Split("\n"+string(page), "\n```") { // every second block is in fences
			lang, block, _ := strings.Cut(part, "\n")
			if i%2 == 0 || lang == "sql" {
				continue
			}
			blocks++
			if !strings.Contains(code, flat(block)) {
				t.Errorf("%s has %s that is not in example_test.go:\n%s", name, lang, block)
			}
		}
		if blocks < want {
			t.Errorf("%s has %d blocks of examples, want %d", name, blocks, want)
		}
	}
}
