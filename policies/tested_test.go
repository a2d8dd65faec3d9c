package policies_test

// This file tests the policies as a whole: the tests exercise every rule, golden
// files show what each actor may do, and explanations name the reason of a denial.

import (
	"flag"
	"fmt"
	"net/http/httptest"
	"os"
	"strings"
	"testing"

	"github.com/ursa-authz/ursa/authz"
	"github.com/ursa-authz/ursa/authz/authztest"
)

// update is a flag that authztest.Matrix obeys, too.
var update = flag.Bool("update", false, "rewrite the golden files")

// tables has the tables of policies_test.go by folder.
var tables = map[string][]row{"expenses": expenses, "expenses-oso": expenses, "managed": managed}

// TestCoverage: the tables and AuthorizedActions exercise every rule and every
// alternative. AuthorizedActions tries all rules, a decision stops at the first that
// holds.
func TestCoverage(t *testing.T) {
	for folder, rows := range tables {
		t.Run(folder, func(t *testing.T) {
			coverage := new(authztest.Coverage)
			az := open(t, folder, coverage)
			check(t, az, rows)
			for name, actor := range actors {
				for _, resource := range []any{foo, bar, by(engineer), by(bookkeeper)} {
					if _, err := az.AuthorizedActions(t.Context(), actor, resource); err != nil {
						t.Errorf("%s: %v", name, err)
					}
				}
			}
			coverage.Require(t, 100)
		})
	}
}

// TestMatrix compares the decisions with testdata. The flag -update rewrites it.
func TestMatrix(t *testing.T) {
	rows := map[string]any{
		"expense of ceo": by(ceo), "expense of engineer": by(engineer), "expense of bookkeeper": by(bookkeeper),
		"Expense": authz.ClassOf[Expense](), "organization foo": foo, "organization bar": bar,
	}
	requests := make(map[string]any)
	for _, path := range []string{"/", "/whoami", "/expenses", "/expenses/2", "/expenses/submit", "/organizations/1", "/nowhere"} {
		requests["request "+path] = httptest.NewRequest("GET", path, nil)
	}
	for folder := range tables {
		t.Run(folder, func(t *testing.T) {
			az := open(t, folder, nil)
			t.Run("rows", func(t *testing.T) {
				authztest.Matrix(t, az, authztest.ByName(actors), []string{"read", "create", "update", "delete"}, authztest.ByName(rows))
			})
			t.Run("requests", func(t *testing.T) {
				authztest.Matrix(t, az, authztest.ByName(actors), []string{"GET", "PUT", "POST"}, authztest.ByName(requests))
			})
		})
	}
}

// TestRefusals compares the explanations of denials in the example with testdata.
func TestRefusals(t *testing.T) {
	const golden = "testdata/TestRefusals.golden"
	var got strings.Builder
	for _, tt := range []struct {
		name, folder string
		actor        any
		action       string
		resource     any // a string is the path of a request
	}{
		{"a guest asks who they are", "expenses", Guest{}, "GET", "/whoami"},
		{"a path without a rule", "expenses", ceo, "GET", "/nowhere"},
		{"another method", "expenses", ceo, "PUT", "/expenses/2"},
		{"somebody else's expense", "expenses", ceo, "read", by(engineer)},
		{"an expense for somebody else", "expenses", ceo, "create", by(engineer)},
		{"a guest reads an expense", "expenses", Guest{}, "read", by(engineer)},
		{"another organization", "expenses", ceo, "read", bar},
		{"an action without a rule", "expenses", ceo, "delete", by(ceo)},
		{"a guest, where users may send anything", "managed", Guest{}, "GET", "/whoami"},
		{"somebody else's expense, with roles", "managed", engineer, "read", by(lead)},
		{"an expense of another organization", "managed", accountant, "read", by(bookkeeper)},
		{"creating it for somebody below", "managed", lead, "create", by(engineer)},
		{"another organization, with roles", "managed", director, "read", foo},
	} {
		az := open(t, tt.folder, nil)
		resource := tt.resource
		if target, ok := resource.(string); ok {
			request, err := az.Request(httptest.NewRequest(tt.action, target, nil))
			if err != nil {
				t.Fatal(err)
			}
			resource = request
		}
		x, err := az.Explain(t.Context(), tt.actor, tt.action, resource)
		if err != nil || x.Verdict != authz.Denied {
			t.Errorf("%s: %v, %v", tt.name, x, err)
		}
		fmt.Fprintf(&got, "# %s\n%v\n\n", tt.name, x)
	}
	if *update {
		if err := os.WriteFile(golden, []byte(got.String()), 0o666); err != nil {
			t.Fatal(err)
		}
	}
	want, err := os.ReadFile(golden)
	if err != nil {
		t.Fatal(err)
	}
	if got.String() != string(want) {
		t.Errorf("got\n%s\nwant\n%s", &got, want)
	}
}

// TestEquivalent: lists and decisions agree.
func TestEquivalent(t *testing.T) {
	az := open(t, "expenses", nil)
	rows := authztest.InMemory(az, by(ceo), by(engineer), by(bookkeeper))
	authztest.Equivalent(t, az, rows, authz.ClassOf[Expense](), []any{ceo, engineer, director, Guest{}}, []string{"read", "create", "delete"})
}
