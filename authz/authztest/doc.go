// Package authztest tests policies, in ordinary Go tests.
//
// A policy decides who sees what, and nobody sees a mistake in it until somebody
// else does. So it is tested like code: with questions whose answers are known, with
// a table of everything that goes into review, and with a count of what the tests
// have never touched.
//
// # Questions
//
//	func TestExpenses(t *testing.T) {
//		p := authztest.New(t, az)
//		p.Allow(alice, "read", lunch)
//		p.Deny(bob, "read", lunch)
//		p.NotFound(bob, "update", lunch) // where authz.Config.ReadAction is set
//	}
//
// A failure prints the explanation, which names the rules and the conditions that
// failed in them. What cannot be decided is neither allowed nor denied, and fails
// whatever was expected.
//
// # Everything at once
//
// [Matrix] asks every actor about every action on every resource, and compares
// the table with a file in testdata, so that a change of the policy shows in
// review as the lines of the table that change:
//
//	authztest.Matrix(t, az,
//		map[string]any{"alice": alice, "guest": Guest{}},
//		[]string{"read", "update"},
//		map[string]any{"alice's lunch": lunch})
//
// # What was not tested
//
// A [Coverage] is an engine around the engine. It notes which rules, and which
// alternatives of an "or", have held in a test; a rule that never held is not
// tested, however often it was tried:
//
//	var coverage authztest.Coverage
//
//	func TestMain(m *testing.M) { os.Exit(coverage.Main(m, 100, os.Stderr)) }
//
//	az, err := authz.New(authz.Config{Engine: &coverage, ...})
//
// # Warnings
//
// [NoWarnings] fails for each warning about the policy: a rule that nothing asks, an
// action that does not exist, a comparison that also holds for nil.
//
// # Lists
//
// Where a policy also filters lists, [Equivalent] holds the lists against
// decisions row by row, on the data of the test and on rows that it adds to
// provoke a difference: NULLs, duplicates, the values at the edges.
//
// # Engines
//
// [TestEngine] is for those who write an [authz.Engine]: what every one has to do.
//
// All of it runs in parallel tests, and only [Matrix] touches files.
//
// Stable from v1 on.
package authztest
