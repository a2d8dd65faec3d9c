package authztest_test

// This file has the examples of the package. Parts of them are in docs/testing-policies.md.

import (
	"context"
	"fmt"
	"os"
	"testing"

	"github.com/ursa-authz/ursa/authz"
	"github.com/ursa-authz/ursa/authz/authztest"
)

// A console is a fake test that prints what a test would report.
type console struct {
	testing.TB
	name string
}

func (console) Helper()                        {}
func (console) Context() context.Context       { return context.Background() }
func (c console) Name() string                 { return c.name }
func (console) Log(args ...any)                { fmt.Println(args...) }
func (console) Logf(format string, x ...any)   { fmt.Printf(format+"\n", x...) }
func (console) Error(args ...any)              { fmt.Println(args...) }
func (console) Errorf(format string, x ...any) { fmt.Printf(format+"\n", x...) }

var t = console{name: "Example"}

const examplePolicy = `
allow(user: User, "read", expense: Expense) if
    user.id = expense.user_id or
    (user.title = "Accountant" and expense.paid);

allow(user: User, "pay", expense: Expense) if
    user.title = "Accountant" and
    not user.id = expense.user_id;
`

// newExample returns an Authorizer for the policy of the examples.
func newExample(engine authz.Engine) *authz.Authorizer {
	return newExampleOf(authz.String("expenses.polar", examplePolicy), engine)
}

func newExampleOf(policies authz.Policies, engine authz.Engine) *authz.Authorizer {
	az, err := authz.New(authz.Config{
		Policies: policies,
		Classes:  []authz.Class{authz.ClassOf[User](), authz.ClassOf[Expense]()},
		Engine:   engine,
	})
	if err != nil {
		panic(err)
	}
	return az
}

func Example() {
	az := newExample(nil)
	alice, bob := &User{ID: 1, Title: "Engineer"}, &User{ID: 2, Title: "Accountant"}
	lunch := &Expense{ID: 7, UserID: 1}

	p := authztest.New(t, az)
	p.Allow(alice, "read", lunch)
	p.Allow(bob, "pay", lunch)
	p.Deny(alice, "pay", lunch)
	p.Allow(bob, "read", lunch)
	// Output:
	// want allowed, got forbidden
	// denied: User 2 "read" Expense 7
	//   expenses.polar:4:36: expense.paid failed (in allow(user: User, "read", expense: Expense))
	//   expenses.polar:3:5: user.id = expense.user_id failed (in allow(user: User, "read", expense: Expense))
	//   1 other rule is about another action or class
}

func ExampleMatrix() {
	alice, bob := &User{ID: 1, Title: "Engineer"}, &User{ID: 2, Title: "Accountant"}
	authztest.Matrix(t, newExample(nil),
		[]authztest.Named{authztest.Name("alice", alice), authztest.Name("bob", bob)},
		[]string{"read", "pay"},
		[]authztest.Named{
			authztest.Name("alice's lunch", &Expense{ID: 7, UserID: 1}),
			authztest.Name("bob's flowers", &Expense{ID: 8, UserID: 2, Paid: true}),
			authztest.Name("somebody's bed", &Expense{ID: 9, UserID: 3, Paid: true}),
		})
	golden, _ := os.ReadFile("testdata/Example.golden")
	fmt.Printf("%s", golden)
	// Output:
	// # yes: allowed   -: forbidden   hidden: not found   ERROR: could not be decided
	//                 alice  bob
	// alice's lunch
	//   read          yes    -
	//   pay           -      yes
	// bob's flowers
	//   read          -      yes
	//   pay           -      -
	// somebody's bed
	//   read          -      yes
	//   pay           -      yes
}

func ExampleTester_List() {
	az := newExample(nil)
	alice, bob := &User{ID: 1, Title: "Engineer"}, &User{ID: 2, Title: "Accountant"}
	lunch, flowers := &Expense{ID: 7, UserID: 1}, &Expense{ID: 8, UserID: 2, Paid: true}

	p := authztest.New(t, az)
	p.Actions(bob, lunch, "pay")
	rows := authztest.InMemory(az, lunch, flowers)
	p.List(rows, authz.ClassOf[Expense](), alice, "read", lunch)
	p.List(rows, authz.ClassOf[Expense](), bob, "read", flowers)
	// Output:
}

// compareWith compares the policy with a previous one, over the rows of a store.
func compareWith(t testing.TB, before authz.Policies, store authztest.Lister) {
	now, then := newExample(nil), newExampleOf(before, nil)
	actors := []authztest.Named{
		authztest.Name("alice", &User{ID: 1, Title: "Engineer"}),
		authztest.Name("bob", &User{ID: 2, Title: "Accountant"}),
	}
	rows := authztest.Stored(t, now, store, authz.ClassOf[Expense]())
	authztest.Diff(t, then, now, actors, []string{"read", "pay"}, rows)
}

func ExampleDiff() {
	before := authz.String("expenses.polar", `
allow(user: User, "read", expense: Expense) if
    user.id = expense.user_id;

allow(user: User, "pay", _: Expense) if
    user.title = "Accountant";
`)
	store := authztest.InMemory(newExample(nil), &Expense{ID: 7, UserID: 1}, &Expense{ID: 8, UserID: 2, Paid: true}, &Expense{ID: 9, UserID: 3, Paid: true})
	compareWith(t, before, store)
	// Output:
	// bob loses pay on Expense 8 (it is -)
	//   before: allowed by expenses.polar:5:1: allow(user: User, "pay", _: Expense)
	// bob gains read on Expense 9 (it was -)
	//   after: allowed by expenses.polar:2:1: allow(user: User, "read", expense: Expense)
	// 2 of 12 answers differ
}

func ExampleBenchmark() {
	_ = func(b *testing.B) {
		authztest.Benchmark(b, newExample(nil),
			[]authztest.Named{authztest.Name("alice", &User{ID: 1, Title: "Engineer"})},
			[]string{"read"},
			[]authztest.Named{authztest.Name("lunch", &Expense{ID: 7, UserID: 1})})
	}
}

func ExampleCoverage() {
	var coverage authztest.Coverage
	az := newExample(&coverage)

	p := authztest.New(t, az)
	p.Allow(&User{ID: 1}, "read", &Expense{UserID: 1})
	p.Deny(&User{ID: 1}, "read", &Expense{UserID: 2})
	p.Deny(&User{ID: 1}, "pay", &Expense{UserID: 1})

	coverage.Require(t, 100)
	// Output:
	// 50.0 % of the policy's rules and alternatives have held, want 100.0 %
	// position            held  tried  rule or alternative
	// expenses.polar:2:1  1     2      allow(user: User, "read", expense: Expense)
	// expenses.polar:3:5  1     2        or user.id = expense.user_id
	// expenses.polar:4:5  0     1        or user.title = "Accountant" and expense.paid  <-- never held
	// expenses.polar:6:1  0     1      allow(user: User, "pay", expense: Expense)  <-- never held
	// total               2     4      50.0 %
	//
	// expenses.polar
	//         |
	//       1 | allow(user: User, "read", expense: Expense) if
	//       1 |     user.id = expense.user_id or
	//       0 |     (user.title = "Accountant" and expense.paid);   <-- never held
	//         |
	//       0 | allow(user: User, "pay", expense: Expense) if   <-- never held
	//         |     user.title = "Accountant" and
	//         |     not user.id = expense.user_id;
}

func ExampleCoverage_Main() {
	// One for all tests of the package.
	var coverage authztest.Coverage
	az := newExample(&coverage)
	_ = az

	// func TestMain(m *testing.M) { os.Exit(coverage.Main(m, 100, os.Stderr)) }
	_ = func(m *testing.M) { os.Exit(coverage.Main(m, 100, os.Stderr)) }
}

func ExampleNoWarnings() {
	az := newExample(nil)

	authztest.NoWarnings(t, az)
	// Output:
}

func ExampleEquivalent() {
	az := newExample(nil)
	alice, bob := &User{ID: 1, Title: "Engineer"}, &User{ID: 2, Title: "Accountant"}
	rows := authztest.InMemory(az, &Expense{ID: 7, UserID: 1}, &Expense{ID: 8, UserID: 2, Paid: true})

	authztest.Equivalent(t, az, rows, authz.ClassOf[Expense](), []any{alice, bob}, []string{"read", "pay"})
	// Output:
	// 402 rows of authztest_test.Expense, of which 400 were added (0 more were rejected); 618 listed in 4 lists
}
