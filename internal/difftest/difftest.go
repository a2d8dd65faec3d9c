// Package difftest holds Ursa's Polar against the engine it follows.
//
// Its tests generate random policies and queries, ask go-oso 0.27.3 and
// package polar for all answers, and compare them: the same solutions in the
// same order, or an error of the same kind after the same solutions. What
// differs on purpose is listed in a table, each entry with its reason and a
// test of its own, and the generators stay away from it; so a difference that
// a random pair shows is a defect, of the engine or of the table.
//
// The original is unsafe company. A fault inside it aborts the process, an
// endless rule holds it until a timeout, and errors leak. So it runs in a
// worker: the test binary started again, which answers questions over a pipe,
// one JSON document on a line, and is replaced when it dies. Pairs that end in
// a timeout, an abort or a panic have no verdict; their share is bounded, as
// is the share of pairs with answers on both sides from below, because a test
// that compares nothing passes too.
//
// A difference is shrunk before it is printed: rules, goals and alternatives
// are removed as long as the two engines still disagree.
//
// Environment:
//
//	URSA_DIFF_PAIRS   number of pairs, 20000 when unset
//	URSA_DIFF_SEED    seed of the generator, a new one for each run when unset
//
// The package has a module of its own because what it needs, go-oso, rapid and
// chi, is nothing that a user of Ursa should download.
package difftest
