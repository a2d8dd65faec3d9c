package main

// This file defines the costs of the adapters for frameworks.

import "fmt"

// An adapterCost is what an adapter adds to its framework.
type adapterCost struct {
	name        string
	with, alone *measured
	// The program that the goal is relative to: package nethttp with net/http, or the same
	// work by hand.
	base, baseAlone *measured
	than            string // its name
}

// adapterCosts returns the costs of the adapters.
func adapterCosts(res *results) []adapterCost {
	var list []adapterCost
	for _, framework := range res.values("Frameworks", "framework") {
		for _, mode := range []struct{ key, name string }{{"yes", "Middleware"}, {"guard", "Middleware, RequireDecision and Guard"}} {
			find := func(framework, mode string) *measured {
				return res.get("Frameworks", "framework="+framework, "middleware="+mode)
			}
			list = append(list, adapterCost{framework + ", " + mode.name,
				find(framework, mode.key), find(framework, "no"), find("nethttp", mode.key), find("nethttp", "no"), "net/http"})
		}
	}
	for _, what := range []struct{ key, name string }{{"object", "Directive for an object"}, {"field", "Fields for a field"}} {
		find := func(by string) *measured { return res.get("GraphQL", "of="+what.key, "by="+by) }
		list = append(list, adapterCost{"gqlgen, " + what.name,
			find("adapter"), find("nothing"), find("hand"), find("nothing"), "a decision by hand"})
	}
	find := func(by string) *measured { return res.get("Observe", "by="+by) }
	return append(list, adapterCost{"otel, metrics of a decision",
		find("OpenTelemetry"), find("nothing"), find("a_histogram_by_hand"), find("nothing"), "a histogram by hand"})
}

// added returns how much of a unit the adapter adds to its framework.
func (c adapterCost) added(unit string) (x float64, ok bool) {
	return difference(c.with, c.alone, unit)
}

// beyond returns how much more of a unit the adapter adds than the program that the goal is
// relative to.
func (c adapterCost) beyond(unit string) (x float64, ok bool) {
	x, ok = c.added(unit)
	base, okBase := difference(c.base, c.baseAlone, unit)
	return x - base, ok && okBase
}

// difference returns the difference of the medians of two benchmarks.
func difference(a, b *measured, unit string) (x float64, ok bool) {
	x, okA := a.median(unit)
	y, okB := b.median(unit)
	return x - y, okA && okB
}

// adapters returns the table of the costs of adapters.
func adapters(res *results) *grid {
	g := newGrid("", "alone", "added", "allocations added")
	for _, c := range adapterCosts(res) {
		t, okT := c.added(seconds)
		n, okN := c.added(allocs)
		if okT && okN {
			g.add(c.name, timed(c.alone, nil), duration(max(t, 0)), fmt.Sprintf("%.0f", n))
		}
	}
	return g
}
