// Package peers compares the pages for users of other authorization libraries with
// what these libraries answer.
//
// docs/from-casbin.md and its siblings show a policy of the other library and the
// same policy in Polar. The packages below read both from the page, load each into
// its own engine, and ask both every question that can be made from the actors,
// actions and resources of a test. What a page says about differences is asked of
// both engines, too.
//
// The pages are outside of the module, so that go test takes its results from the cache
// when only a page has changed. Use
//
//	go test -count=1 ./...
//
// It is a module of its own, so that users of Ursa do not download its peers.
package peers
