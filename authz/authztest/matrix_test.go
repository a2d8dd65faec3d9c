package authztest_test

import (
	"flag"
	"net/http/httptest"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/ursa-authz/ursa/authz"
	"github.com/ursa-authz/ursa/authz/authztest"
)

var actions = []string{"read", "pay", "audit"}

func people() []authztest.Named {
	return authztest.ByName(map[string]any{"alice": alice, "bob": bob, "guest": Guest{}})
}

func things() []authztest.Named {
	return authztest.ByName(map[string]any{"lunch": lunch, "trip": trip, "the class": authz.ClassOf[Expense](), "GET /": httptest.NewRequest("GET", "/", nil)})
}

// TestMatrix compares the table with testdata/TestMatrix.golden.
func TestMatrix(t *testing.T) {
	authztest.Matrix(t, newAuthorizer(t, policy, func(c *authz.Config) { c.ReadAction = "read" }), people(), actions, things())
}

func TestMatrixUpdates(t *testing.T) {
	const golden = "testdata/TestMatrixUpdates.golden"
	t.Chdir(t.TempDir())
	matrix := func(az *authz.Authorizer) *recorder {
		return record(t, func(t testing.TB) { authztest.Matrix(t, az, people(), actions, things()) })
	}
	az := newAuthorizer(t, policy)
	if r := matrix(az); !strings.Contains(r.errorText(), filepath.FromSlash(golden)+" does not exist") {
		t.Errorf("without a file: %q", r.errors)
	}
	if err := flag.Set("authztest.update", "true"); err != nil {
		t.Fatal(err)
	}
	defer flag.Set("authztest.update", "false")
	if r := matrix(az); len(r.errors) > 0 {
		t.Errorf("updating: %q", r.errors)
	}
	flag.Set("authztest.update", "false")
	if r := matrix(az); len(r.errors) > 0 {
		t.Errorf("after the update: %q", r.errors)
	}
	text, err := os.ReadFile(golden)
	if err != nil {
		t.Fatal(err)
	}
	// Line ends as version control may write them on Windows.
	if err := os.WriteFile(golden, []byte(strings.ReplaceAll(string(text), "\n", "\r\n")), 0o666); err != nil {
		t.Fatal(err)
	}
	if r := matrix(az); len(r.errors) > 0 {
		t.Errorf("with other line ends: %q", r.errors)
	}
	os.WriteFile(golden, text, 0o666)

	changed := newAuthorizer(t, strings.Replace(policy, `"Accountant" and not`, `"Engineer" and not`, 1))
	want := `testdata/TestMatrixUpdates.golden differs (if the change is intended, run the test with -authztest.update)
alice gains pay on lunch (it was -)
bob loses pay on lunch (it is -)
alice gains pay on trip (it was -)
bob loses pay on trip (it is -)
  # yes: allowed   -: forbidden   hidden: not found   ERROR: could not be decided
                             alice  bob    guest
  GET /
  lunch
-   pay                      -      yes    -
+   pay                      yes    -      -
  the class (class Expense)
  trip
-   pay                      -      yes    -
+   pay                      yes    -      -
`
	if r := matrix(changed); filepath.ToSlash(r.errorText()) != want {
		t.Errorf("got %s\nwant %s", r.errorText(), want)
	}
	if r := record(t, func(t testing.TB) { authztest.Matrix(t, az, nil, actions, things()) }); len(r.errors) != 1 {
		t.Errorf("without actors: %q", r.errors)
	}
	if r := record(t, func(t testing.TB) { authztest.Matrix(t, nil, people(), actions, things()) }); len(r.errors) != 1 {
		t.Errorf("without an Authorizer: %q", r.errors)
	}
}
