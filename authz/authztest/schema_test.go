package authztest_test

import (
	"flag"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/ursa-authz/ursa/authz"
	"github.com/ursa-authz/ursa/authz/authztest"
)

// TestSchemaFile: a schema that is missing or out of date fails the test, and is written
// with -authztest.update.
func TestSchemaFile(t *testing.T) {
	dir := t.TempDir()
	check := func(az *authz.Authorizer, path string) string {
		return record(t, func(t testing.TB) { authztest.Schema(t, az, path) }).errorText()
	}
	az := newAuthorizer(t, policy)
	if got := check(az, dir); !strings.Contains(got, "there is no "+filepath.Join(dir, "ursa.schema.json")) {
		t.Errorf("without a file: %q", got)
	}
	if err := flag.Set("authztest.update", "true"); err != nil {
		t.Fatal(err)
	}
	defer flag.Set("authztest.update", "false")
	if got := check(az, dir); got != "" {
		t.Errorf("updating: %q", got)
	}
	flag.Set("authztest.update", "false")
	if got := check(az, dir); got != "" {
		t.Errorf("after the update: %q", got)
	}
	if got := check(az, filepath.Join(dir, "other.json")); !strings.Contains(got, "other.json") {
		t.Errorf("a path to a file: %q", got)
	}
	file := filepath.Join(dir, authztest.SchemaFile)
	text, err := os.ReadFile(file)
	if err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(file, []byte(strings.ReplaceAll(string(text), "\n", "\r\n")), 0o666); err != nil {
		t.Fatal(err)
	}
	if got := check(az, dir); got != "" {
		t.Errorf("with other line ends: %q", got)
	}
	changed := newAuthorizer(t, policy, func(c *authz.Config) { c.Constants = map[string]any{"limit": 1} })
	if got := check(changed, dir); !strings.Contains(got, "differs") || !strings.Contains(got, `+       "name": "limit"`) && !strings.Contains(got, `"name": "limit"`) {
		t.Errorf("with another constant: %q", got)
	}
}
