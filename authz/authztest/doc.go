// Package authztest tests policies in ordinary Go tests.
//
// # Single decisions
//
// A [Tester] checks decisions whose outcome is known:
//
//	func TestExpenses(t *testing.T) {
//		p := authztest.New(t, az)
//		p.Allow(alice, "read", lunch)
//		p.Deny(bob, "read", lunch)
//		p.NotFound(bob, "update", lunch) // if authz.Config.ReadAction is set
//	}
//
// A failure prints the explanation, with the rules and the conditions that failed in them.
// An undecided outcome is neither allowed nor denied, so it always fails the test. Other
// methods check fields, requests, enumerations and lists.
//
// # All decisions in a table
//
// [Matrix] decides every action of every actor on every resource, and compares the table
// with a file in testdata. In review, a change of the policy shows as changed lines of the
// table:
//
//	authztest.Matrix(t, az,
//		[]authztest.Named{authztest.Name("alice", alice), authztest.Name("guest", Guest{})},
//		[]string{"read", "update"},
//		[]authztest.Named{authztest.Name("alice's lunch", lunch).Fields("amount")})
//
// # Two policies
//
// [Diff] decides the same questions by two policies, over rows of the test or of a store, and
// lists each difference with the rules that made it. [Benchmark] measures the decisions.
//
// # Coverage
//
// A [Coverage] is an engine that wraps another engine. It counts which rules, and which
// alternatives of an "or", have held in a test. A rule that never held is not tested, even
// if it was tried:
//
//	var coverage authztest.Coverage
//
//	func TestMain(m *testing.M) { os.Exit(coverage.Main(m, 100, os.Stderr)) }
//
//	az, err := authz.New(authz.Config{Engine: &coverage, ...})
//
// # Warnings
//
// [NoWarnings] fails for each warning about the policy: a rule that no decision reaches, an
// action that does not exist, a comparison that also holds for nil.
//
// # Lists
//
// If a policy also filters lists, [Equivalent] compares the lists with decisions, row by
// row. It uses the data of the test, and adds rows that often make the two differ: NULLs,
// duplicates, and values at the ends of their ranges.
//
// # Engines
//
// [TestEngine] is for authors of an [authz.Engine]: it tests what every engine must do.
//
// Everything in this package works in parallel tests. Only [Matrix] reads and writes files.
//
// Stable from v1 on.
package authztest
