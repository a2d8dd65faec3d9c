package authztest_test

// This file tests what shows a change of a policy: the changes of a Matrix, Diff and Benchmark.

import (
	"context"
	"flag"
	"os"
	"slices"
	"strings"
	"testing"

	"github.com/ursa-authz/ursa/authz"
	"github.com/ursa-authz/ursa/authz/authztest"
)

const reviewPolicy = `
allow(user: User, "read", expense: Expense) if user.id = expense.user_id;
allow(user: User, "pay", _: Expense) if user.title = "Accountant";
allow_field(user: User, "read", expense: Expense, "amount") if user.id = expense.user_id;
`

// In this policy accountants read what is paid and its amount, and do not pay their own.
const reviewedPolicy = `
allow(user: User, "read", expense: Expense) if user.id = expense.user_id;
allow(user: User, "read", expense: Expense) if user.title = "Accountant" and expense.paid;
allow(user: User, "pay", expense: Expense) if user.title = "Accountant" and not user.id = expense.user_id;
allow_field(user: User, "read", expense: Expense, "amount") if user.id = expense.user_id;
allow_field(user: User, "read", expense: Expense, "amount") if user.title = "Accountant" and expense.paid;
`

func reviewed() (actors, resources []authztest.Named) {
	return []authztest.Named{authztest.Name("the engineer", alice), authztest.Name("böb", bob)},
		[]authztest.Named{
			authztest.Name("trip (paid)", &Expense{ID: 8, UserID: 2, Paid: true}),
			authztest.Name("lunch", &Expense{ID: 7, UserID: 1, Paid: true}).Fields("amount"),
			authztest.Name("Expense", authz.ClassOf[Expense]()),
		}
}

// TestFieldsFor tests a table with fields of one action and of all.
func TestFieldsFor(t *testing.T) {
	t.Chdir(t.TempDir())
	actors, _ := reviewed()
	lunch := &Expense{ID: 7, UserID: 1, Paid: true}
	plain := authztest.Name("lunch", lunch).Fields("amount")
	r := record(t, func(t testing.TB) {
		authztest.Matrix(t, newAuthorizer(t, reviewPolicy), actors, []string{"read", "pay"}, []authztest.Named{
			plain.FieldsFor("read", "amount", "user_id"), authztest.Name("again", lunch).FieldsFor("read", "amount"),
		})
	})
	_, table, _ := strings.Cut(r.errorText(), "ERROR: could not be decided\n")
	want := `             the engineer  böb
lunch
  read       yes           -
    amount   yes           -
    user_id  -             -
  pay        -             yes
    amount   -             -
again
  read       yes           -
    amount   yes           -
  pay        -             yes
`
	if strings.TrimSpace(table) != strings.TrimSpace(want) {
		t.Errorf("got\n%s\nwant\n%s", table, want)
	}
}

// TestMatrixOfFields tests the order and the fields of a table, and who gains and loses.
func TestMatrixOfFields(t *testing.T) {
	t.Chdir(t.TempDir())
	actors, resources := reviewed()
	matrix := func(policy string, actors, resources []authztest.Named) *recorder {
		return record(t, func(t testing.TB) {
			authztest.Matrix(t, newAuthorizer(t, policy), actors, []string{"read", "pay"}, resources)
		})
	}
	missing := matrix(reviewPolicy, actors, resources)
	_, table, _ := strings.Cut(missing.errorText(), "to write it)\n")
	want := `# yes: allowed   -: forbidden   hidden: not found   ERROR: could not be decided
                 the engineer  böb
trip (paid)
  read           -             yes
  pay            -             yes
lunch
  read           yes           -
    amount       yes           -
  pay            -             yes
    amount       -             -
Expense (class)
  read           -             -
  pay            -             -
`
	if table != want {
		t.Fatalf("got\n%s\nwant\n%s", missing.errorText(), want)
	}
	if err := os.Mkdir("testdata", 0o777); err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile("testdata/TestMatrixOfFields.golden", []byte(table), 0o666); err != nil {
		t.Fatal(err)
	}
	changed := matrix(reviewedPolicy, actors, resources).errorText()
	for _, line := range []string{
		"böb loses pay on trip (paid) (it is -)",
		"böb gains read on lunch (it was -)",
		"böb gains read amount of lunch (it was -)",
	} {
		if strings.Count(changed, line+"\n") != 1 {
			t.Errorf("no line %q:\n%s", line, changed)
		}
	}
	if n := strings.Count(changed, " gains ") + strings.Count(changed, " loses "); n != 3 {
		t.Errorf("%d changes:\n%s", n, changed)
	}
	// Another actor or another resource is not a gain.
	other := matrix(reviewPolicy, append(slices.Clone(actors), authztest.Name("guest", Guest{})), resources[1:]).errorText()
	if !strings.Contains(other, "guest: read on lunch is new: -\n") || !strings.Contains(other, "böb: read on trip (paid) is gone: it was yes\n") || strings.Contains(other, " gains ") {
		t.Errorf("with others:\n%s", other)
	}
	for _, bad := range []string{"", " a", "a  b", "a\nb", "# a"} {
		if r := matrix(reviewPolicy, []authztest.Named{authztest.Name(bad, alice)}, resources); !strings.Contains(r.errorText(), "is not a name") {
			t.Errorf("%q: %s", bad, r.errorText())
		}
	}
	if r := matrix(reviewPolicy, append(actors, actors[0]), resources); !strings.Contains(r.errorText(), `two actors have the name "the engineer"`) {
		t.Errorf("twice: %s", r.errorText())
	}
}

// TestDiff tests that every difference is listed with the rules that made it.
func TestDiff(t *testing.T) {
	before, after := newAuthorizer(t, reviewPolicy), newAuthorizer(t, reviewedPolicy)
	actors, resources := reviewed()
	var got []string
	r := record(t, func(t testing.TB) {
		for _, d := range authztest.Diff(t, before, after, actors, []string{"read", "pay"}, resources) {
			got = append(got, d.String())
		}
	})
	want := []string{
		"böb loses pay on trip (paid) (it is -)\n  before: allowed by expenses.polar:3:1: allow(user: User, \"pay\", _: Expense)",
		"böb gains read on lunch (it was -)\n  after: allowed by expenses.polar:3:1: allow(user: User, \"read\", expense: Expense)",
		"böb gains read amount of lunch (it was -)\n  after: allowed by expenses.polar:6:1: allow_field(user: User, \"read\", expense: Expense, \"amount\")",
	}
	if !slices.Equal(got, want) || len(r.errors) > 0 {
		t.Errorf("got\n%s\nwant\n%s\n%s", strings.Join(got, "\n"), strings.Join(want, "\n"), r.errorText())
	}
	if r := record(t, func(t testing.TB) {
		if d := authztest.Diff(t, before, before, actors, []string{"read", "pay"}, resources); len(d) > 0 {
			t.Errorf("a policy differs from itself: %v", d)
		}
	}); len(r.errors) > 0 {
		t.Error(r.errors)
	}
	// Stored rows, and a deny rule that takes something away.
	denying := newAuthorizer(t, reviewPolicy+`deny(_: User, "read", expense: Expense) if expense.paid;`, func(c *authz.Config) { c.DenyRule = true })
	rows := authztest.Stored(t, before, authztest.InMemory(before, lunch, &Expense{ID: 9, UserID: 1, Paid: true}, alice), authz.ClassOf[Expense]())
	found := authztest.Diff(record(t, func(testing.TB) {}), before, denying, actors, []string{"read"}, rows)
	if len(found) != 1 || !strings.HasPrefix(found[0].String(), "the engineer loses read on Expense 9 (it is -)") || found[0].AfterRule == nil || found[0].AfterRule.Name != "deny" || found[0].BeforeRule == nil {
		t.Errorf("%v", found)
	}
	// What no policy decides shows nothing.
	if r := record(t, func(t testing.TB) {
		authztest.Diff(t, before, after, []authztest.Named{authztest.Name("nobody", nil)}, []string{"read"}, resources)
	}); !strings.Contains(r.errorText(), "shows nothing") {
		t.Errorf("without decisions: %s", r.errorText())
	}
}

// BenchmarkReview measures every decision of the tests above.
func BenchmarkReview(b *testing.B) {
	actors, resources := reviewed()
	authztest.Benchmark(b, newAuthorizer(b, reviewPolicy), actors, []string{"read", "pay"}, resources)
}

// TestBenchmark tests that each decision is a benchmark.
func TestBenchmark(t *testing.T) {
	benchtime := flag.Lookup("test.benchtime").Value.String()
	defer flag.Set("test.benchtime", benchtime)
	flag.Set("test.benchtime", "1x")
	actors, resources := reviewed()
	seen := make(map[string]int)
	authorizer := newAuthorizer(t, reviewPolicy, func(c *authz.Config) {
		c.Observe = func(_ context.Context, e authz.Event) { seen[e.Rule]++ }
	})
	testing.Benchmark(func(b *testing.B) {
		authztest.Benchmark(b, authorizer, actors, []string{"read", "pay"}, resources)
	})
	// Each is decided once before it is measured.
	if seen["allow"] < 2*12 || seen["allow_field"] < 2*4 {
		t.Errorf("decisions %v", seen)
	}
}
