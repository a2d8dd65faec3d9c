package main

// This file defines the goals, and whether they were met.

import (
	"fmt"
	"slices"
	"strings"
)

// bars returns the table of goals.
func bars(res *results) *grid {
	g := newGrid("goal", "measured", "met")
	verdict := func(ok bool) string {
		if ok {
			return "yes"
		}
		return "**no**"
	}
	// most adds a goal that is met if a figure is at most a limit.
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

	for _, s := range res.values("Decision", "scenario") {
		x, ok := ratio(smallest(s, ours), smallest(s, "plain"), seconds)
		most(s+": at most 5 times the time of plain Go", x, ok, 5, factor)
		x, ok = ratio(smallest(s, ours), smallest(s, "cedar"), seconds)
		most(s+": at most 0.1 times the time of cedar-go with prebuilt entities", x, ok, 0.1, factor)
		x, ok = smallest(s, ours).median(allocs)
		most(s+": no allocations", x, ok, 0, func(x float64) string { return fmt.Sprintf("%.0f", x) })
	}
	for _, of := range []struct{ key, name string }{{"parents", "levels up to the object on which the user has the role"}, {"held", "roles of a user"}} {
		few, okFew := res.get("Growth", "of="+of.key, "n=10").median(seconds)
		many, okMany := res.get("Growth", "of="+of.key, "n=10000").median(seconds)
		most(of.name+", 10,000 of them: each costs at most 1.2 times what one of 10 costs",
			many/10_000/(few/10), okFew && okMany, 1.2, factor)
	}
	for _, kind := range []string{"action", "class"} {
		var times []float64
		for _, n := range res.values("Decision", "rules", "scenario=owner", "kind="+kind) {
			if x, ok := ruleSize(res, kind, n, ours).median(seconds); ok {
				times = append(times, x)
			}
		}
		if len(times) > 1 {
			most(fmt.Sprintf("10 to 10,000 rules that differ by %s: the same time within 20 %%", kind),
				slices.Max(times)/slices.Min(times), true, 1.2, func(x float64) string { return factor(x) + " between fastest and slowest" })
		}
	}
	for _, of := range res.values("Ask", "of") {
		limit := 5.0
		if strings.HasSuffix(of, "batch") {
			limit = 4
		}
		x, ok := ratio(res.get("Ask", "of="+of, "engine="+ours), res.get("Ask", "of="+of, "engine=plain"), seconds)
		most(fmt.Sprintf("question %s: at most %g times the time of plain Go", of, limit), x, ok, limit, factor)
	}
	list, okList := res.get("Ask", "of=actions-rbac", "engine="+ours).median(seconds)
	decision, okDecision := smallest("rbac", ours).median(seconds)
	most("the actions that rbac allows: at most 2 times as many decisions", list/(2*decision), okList && okDecision, 2, factor)
	few, okFew := ruleSize(res, "constant", "10", ours).median(seconds)
	many, okMany := ruleSize(res, "constant", "10000", ours).median(seconds)
	most("10 to 10,000 rules that differ by a constant in the body: as above, or the slope is reported",
		many/few, okFew && okMany, 1.2, func(x float64) string {
			return fmt.Sprintf("%s, %s per rule", factor(x), duration(max(many-few, 0)/9_990))
		})
	x, ok := res.get("Filter", "key=int", "step=filter").median(seconds)
	most("making a filter from a policy: at most 20 µs", x, ok, 20e-6, duration)
	for _, db := range res.values("List", "database") {
		x, ok := turns(res, db, "int")
		most("list of 100,000 rows on "+title(db)+": at most 1.1 times the time with a WHERE written by hand", x, ok, 1.1, factor)
	}
	shapes := make(map[string]struct{ all, met int })
	for _, s := range shapeTimes(res) {
		n := shapes[s.database]
		if n.all++; s.met() {
			n.met++
		}
		shapes[s.database] = n
	}
	for _, db := range res.values("Shapes", "database") {
		n := shapes[db]
		g.add("lists of every shape on "+title(db)+": at most 1.5 times the time of an expert's SQL, or 1 ms more",
			fmt.Sprintf("%d of %d", n.met, n.all), verdict(n.met == n.all))
	}
	for _, c := range adapterCosts(res) {
		if c.with == c.base {
			continue // net/http itself
		}
		bar := c.name + ", beyond " + c.than
		x, ok := c.beyond(seconds)
		most(bar+": at most 500 ns", max(x, 0), ok, 500e-9, duration)
		x, ok = c.beyond(allocs)
		most(bar+": at most 3 allocations", x, ok, 3, func(x float64) string { return fmt.Sprintf("%.0f", x) })
	}
	x, ok = res.get("Load", "scenario=owner", "rules=10000", "kind=action", "engine="+ours).median(seconds)
	most("loading 10,000 rules: at most one second", x, ok, 1, duration)
	for _, l := range []struct {
		rules string
		most  float64
	}{{"1", 1}, {"10000", 0.5}} {
		load := func(engine string) *measured {
			return res.get("Load", "scenario=owner", "rules="+l.rules, "kind=action", "engine="+engine)
		}
		x, ok := ratio(load(ours), load("cedar"), seconds)
		most(fmt.Sprintf("loading rules, %s of them: at most %g times the time of cedar-go", count(l.rules), l.most), x, ok, l.most, factor)
	}
	for _, of := range res.values("Runaways", "of") {
		x, ok := res.get("Runaways", "of="+of).median("B/burst")
		most(fmt.Sprintf("100 runaway queries at once (%s): the process grows by at most 800 MB", of), x, ok, 800e6, size)
	}
	x, ok = difference(res.get("Observe", "by=observer"), res.get("Observe", "by=nothing"), seconds)
	most("an observer that does nothing: at most 80 ns", x, ok, 80e-9, duration)
	for _, m := range res.list {
		if m.base == "Explain" {
			x, ok := m.median(seconds)
			most(fmt.Sprintf("explaining that rbac was %s, among %s other rules: at most 50 µs", m.keys["verdict"], count(m.keys["rules"])),
				x, ok, 50e-6, duration)
		}
	}
	x, ok = res.get("Memory", "of=rule", "engine="+ours).median("B/rule")
	most("memory of one of 10,000 rules: at most 1,000 bytes", x, ok, 1_000, digits)
	x, ok = res.get("Memory", "of=authorizer", "scenario=owner", "rules=1").median("B/authorizer")
	most("memory of an idle Authorizer with one rule: at most 8 KB", x, ok, 8_192, digits)
	reverse, okReverse := res.get("Nrev", "by=ursa").median(seconds)
	prolog, okProlog := res.get("Nrev", "by=swipl").median("one-sec")
	if okReverse && okProlog {
		g.add("reversing a list of 30 naively, compared with SWI-Prolog with optimization (the aim is 10 times its time)", factor(reverse/prolog), "")
	}
	return g
}
