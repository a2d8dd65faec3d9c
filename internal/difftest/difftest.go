// Package difftest compares Ursa's Polar with go-oso, the engine that it follows.
//
// Its tests generate random policies and queries, get all answers from go-oso 0.27.3
// and from package polar, and compare them. They must be the same solutions in the
// same order, or an error of the same kind after the same solutions. A table lists
// the intended differences, each with its reason and its own test, and the generators
// avoid them. So a difference in a random pair is an error in the engine or in the
// table.
//
// The original must be isolated. A fault in it aborts the process, an endless rule
// blocks it until a timeout, and errors leak memory. So it runs in a worker: the test
// binary, started again, which answers questions over a pipe, one JSON document per
// line, and is replaced when it dies. Pairs that end in a timeout, an abort or a
// panic have no verdict. Their share is bounded above, and the share of pairs with
// answers on both sides is bounded below, because a test that compares nothing would
// also pass.
//
// A difference is shrunk before it is printed: rules, goals and alternatives are
// removed as long as the two engines still disagree.
//
// Environment:
//
//	URSA_DIFF_PAIRS   number of pairs, 20000 when unset
//	URSA_DIFF_SEED    seed of the generator, a new one for each run when unset
//
// The package is a separate module so that users of Ursa do not download its
// dependencies: go-oso, rapid and chi.
package difftest
