package main

// This file defines the bars: what was to be reached, and whether it was.

import (
	"fmt"
	"slices"
)

// bars returns the table of what was to be reached.
func bars(res *results) *grid {
	g := newGrid("bar", "measured", "holds")
	verdict := func(ok bool) string {
		if ok {
			return "yes"
		}
		return "**no**"
	}
	// most adds a bar that holds if a figure is at most a limit.
	most := func(bar string, x float64, measured bool, limit float64, format func(float64) string) {
		if measured {
			g.add(bar, format(x), verdict(x <= limit))
		}
	}
	smallest := func(scenario, engine string) *measured {
		sizes := res.values("Decision", "rules", "scenario="+scenario)
		if len(sizes) == 0 {
			return nil
		}
		return res.get("Decision", "scenario="+scenario, "rules="+sizes[0], "engine="+engine)
	}

	x, ok := ratio(smallest("owner", ours), smallest("owner", "cedar"), seconds)
	most("owner: at most 0.2 times cedar-go with prebuilt entities", x, ok, 0.2, factor)
	for _, s := range []string{"owner", "route", "rbac", "deny"} {
		x, ok := smallest(s, ours).median(allocs)
		most(s+": no allocation", x, ok, 0, func(x float64) string { return fmt.Sprintf("%.0f", x) })
	}
	for _, kind := range []string{"action", "class"} {
		var times []float64
		for _, n := range res.values("Decision", "rules", "scenario=owner", "kind="+kind) {
			if x, ok := ruleSize(res, kind, n, ours).median(seconds); ok {
				times = append(times, x)
			}
		}
		if len(times) > 1 {
			most(fmt.Sprintf("rules that differ by %s, 10 to 10,000: the same within 20 %%", kind),
				slices.Max(times)/slices.Min(times), true, 1.2, func(x float64) string { return factor(x) + " between the extremes" })
		}
	}
	few, okFew := ruleSize(res, "constant", "10", ours).median(seconds)
	many, okMany := ruleSize(res, "constant", "10000", ours).median(seconds)
	most("rules that differ by a constant in the body: as above, or their slope",
		many/few, okFew && okMany, 1.2, func(x float64) string {
			return fmt.Sprintf("%s from 10 to 10,000, %s a rule", factor(x), duration(max(many-few, 0)/9_990))
		})
	x, ok = res.get("Filter", "key=int", "step=filter").median(seconds)
	most("policy to filter: at most 20 µs", x, ok, 20e-6, duration)
	for _, db := range res.values("List", "database") {
		x, ok := turns(res, db, "int")
		most("list of 100,000 rows on "+title(db)+": at most 1.1 times the WHERE by hand", x, ok, 1.1, factor)
	}
	x, ok = res.get("Load", "scenario=owner", "rules=10000", "kind=action", "engine="+ours).median(seconds)
	most("loading 10,000 rules: under a second", x, ok, 1, duration)
	if x, ok := ratio(smallest("owner", ours), smallest("owner", "plain"), seconds); ok {
		g.add("the floor: owner, as a multiple of the `if` written by hand", factor(x), "")
	}
	return g
}
