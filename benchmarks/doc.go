// Package benchmarks measures Ursa: what a decision, a list, a filter, a request
// and the loading of a policy cost, and how that grows.
//
// Decisions are measured beside other engines, each with the policy written in
// its own language and its own way. Every engine's answers are tested, and asked
// again before they are timed:
//
//	go test ./...                                   # every answer of every engine
//	go test -run='^$' -bench=Decision/scenario=owner
//	go run ./report                                 # writes RESULTS.md
//
// It is a module of its own, so that nobody who uses Ursa downloads its peers.
// go-oso needs cgo.
package benchmarks
