// Package benchmarks measures Ursa: the cost of a decision, a list, a filter, a
// request and the loading of a policy, and how it grows.
//
// Decisions are compared with other engines. Each has the policy in its own
// language and in its usual style. Tests check every engine's answers, and
// benchmarks check them again before the measurement:
//
//	go test ./...                                   # every answer of every engine
//	go test -run='^$' -bench=Decision/scenario=owner
//	go run ./report                                 # writes RESULTS.md
//
// It is a separate module so that users of Ursa do not download the other engines.
// go-oso needs cgo.
package benchmarks
