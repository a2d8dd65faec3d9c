package gormauthz_test

import (
	"os"
	"strings"
	"testing"

	"github.com/ursa-authz/ursa/internal/pagecode"
)

// TestDocs checks that the Go and Polar code and the output on the pages are those of
// the examples.
func TestDocs(t *testing.T) {
	examples, err := os.ReadFile("example_test.go")
	if err != nil {
		t.Fatal(err)
	}
	code := pagecode.Output(string(examples))
	for name, want := range map[string]int{"../../docs/gorm.md": 15, "../../docs/lists.md": 5, "../../docs/who-may.md": 4, "../../docs/performance.md": 2} {
		blocks := 0
		for _, b := range pagecode.Blocks(t, name) {
			if b.Lang == "sql" {
				continue
			}
			blocks++
			if !strings.Contains(code, pagecode.Output(b.Text)) {
				t.Errorf("%s has %s that is not in example_test.go:\n%s", name, b.Lang, b.Text)
			}
		}
		if blocks < want {
			t.Errorf("%s has %d blocks of examples, want %d", name, blocks, want)
		}
	}
}
