package main

// This file defines RESULTS.md.

import (
	"fmt"
	"maps"
	"slices"
	"strings"
)

// A page is a Markdown page under construction.
type page struct {
	strings.Builder
	res *results
}

func (p *page) say(format string, args ...any) { fmt.Fprintf(p, format+"\n\n", args...) }

// table writes a heading, a text and a table, unless the table is empty.
func (p *page) table(heading, text string, g *grid) {
	if t := g.String(); t != "" {
		p.say("%s", heading)
		if text != "" {
			p.say("%s", text)
		}
		p.say("%s", strings.TrimSuffix(t, "\n"))
	}
}

// markdown returns RESULTS.md.
func markdown(res *results) []byte {
	p := &page{res: res}
	p.say("# Results")
	p.say("`go run ./report` writes this page. The measurements are in `results.txt`, for benchstat. " +
		"Figures are medians over several rounds; each round runs all benchmarks in a new process. " +
		"A ratio is an engine's time divided by Ursa's.")
	p.machine()
	p.table("## Goals", "", bars(res))
	p.decisions()
	p.rules()
	p.table("## Other questions", "`AuthorizeField`, `AuthorizeRequest`, `IsAllowedEach` and `IsFieldAllowedEach` over a slice of 10,000 rows, "+
		"`AuthorizedActions` and `AuthorizedFields`, beside the same written by hand.", asked(p.res))
	p.growth()
	p.lists()
	p.table("## Shapes of lists", fmt.Sprintf("Lists among %s files, for a user with a few rows or, if the list is named so, with half of the table "+
		"(with `Broad`, the hint for that, or without it): by policy, and as an expert writes the SQL. A page is the newest 50. The time is the best of five, "+
		"as PostgreSQL and MariaDB say it; SQLite is timed from outside. The goal is at most 1.5 times the time by hand, or 1 ms more. "+
		"[plans.md](plans.md) has the statements with their plans.", count(res.head["files"])), shapeTable(res))
	p.table("## Requests", "One GET request through `net/http` to a server on this machine, and a call of the handler alone, each "+
		"without and with `Middleware`, which finds the actor, makes one decision on the path, and adds values to the context.", requests(res))
	p.table("## Adapters", "What adapters add to a call of a handler, to a field that gqlgen resolves, "+
		"and to a decision that OpenTelemetry counts and times.", adapters(res))
	p.table("## Observers, logs and explanations", "The scenario owner with `Config.Observe` unset, with a function that does nothing, "+
		"with `LogDecisions` to a discarded text log, of all allows and of 1 in 100 (denials and faults are always logged), "+
		"and with the metrics of `adapters/otel`. "+
		"The last row is `Explain` instead of a decision.", watched(res))
	p.load()
	p.memory()
	return []byte(strings.TrimRight(p.String(), "\n") + "\n")
}

func (p *page) machine() {
	g := newGrid("", "")
	add := func(name, key string) {
		if v := p.res.head[key]; v != "" {
			g.add(name, v)
		}
	}
	add("Date", "date")
	add("Revision", "revision")
	add("Rounds", "rounds")
	add("Time per benchmark and round", "benchtime")
	add("Processor", "cpu")
	add("Processors", "processors")
	add("Memory", "memory")
	add("System", "kernel")
	add("Go", "go-version")
	modules, versions := p.res.headed("module-")
	for i, m := range modules {
		g.add(m, versions[i])
	}
	for _, name := range []string{"sqlite", "postgres", "mysql"} {
		add(title(name), name+"-version")
	}
	p.table("## Machine and versions", "", g)
}

// title returns the display name of a database.
func title(database string) string {
	return map[string]string{"sqlite": "SQLite", "postgres": "PostgreSQL", "mysql": "MySQL/MariaDB"}[database]
}

const ours = "ursa"

// decisions writes the cost of a decision in each scenario and engine.
func (p *page) decisions() {
	engines := p.res.values("Decision", "engine")
	if len(engines) == 0 {
		return
	}
	scenarios := p.res.values("Decision", "scenario")
	cost := newGrid(append([]string{"scenario", "rules"}, engines...)...)
	memory := newGrid(append([]string{"scenario"}, engines...)...)
	worst := 0.0
	for _, s := range scenarios {
		sizes := p.res.values("Decision", "rules", "scenario="+s)
		find := func(engine string) *measured {
			return p.res.get("Decision", "scenario="+s, "rules="+sizes[0], "engine="+engine)
		}
		row, room := []string{s, sizes[0]}, []string{s}
		for _, e := range engines {
			row = append(row, timed(find(e), find(ours)))
			room = append(room, allocated(find(e)))
			if x, ok := find(e).spread(); ok {
				worst = max(worst, x)
			}
		}
		if strings.Trim(strings.Join(row[2:], ""), missing) == "" {
			continue
		}
		cost.add(row...)
		memory.add(room...)
	}
	text := "Time per decision, and its ratio to Ursa's."
	if worst > 0 {
		text += fmt.Sprintf(" The error of the medians is at most ±%.0f %%, with a confidence of 95 %%.", 100*worst)
	}
	p.table("## Decisions", text, cost)
	p.table("Memory that Go allocates for a decision, and the number of allocations:", "", memory)
	p.table("Decisions on all processors at the same time: the time between two decisions.", "", p.parallel(scenarios, engines))

	names, notes := p.res.headed("scenario-")
	if len(names) > 0 {
		p.say("The scenarios:")
		for i, name := range names {
			fmt.Fprintf(p, "- **%s**: %s.\n", name, notes[i])
		}
		p.WriteByte('\n')
	}
	names, notes = p.res.headed("engine-")
	if len(names) > 0 {
		p.say("The engines and their input:")
		for i, name := range names {
			fmt.Fprintf(p, "- **%s**: %s.\n", name, notes[i])
		}
		p.WriteByte('\n')
	}
}

func (p *page) parallel(scenarios, engines []string) *grid {
	g := newGrid(append([]string{"scenario"}, engines...)...)
	for _, s := range scenarios {
		sizes := p.res.values("DecisionParallel", "rules", "scenario="+s)
		if len(sizes) == 0 {
			continue
		}
		find := func(engine string) *measured {
			return p.res.get("DecisionParallel", "scenario="+s, "rules="+sizes[0], "engine="+engine)
		}
		row := []string{s}
		for _, e := range engines {
			row = append(row, timed(find(e), find(ours)))
		}
		g.add(row...)
	}
	return g
}

// timed formats the time of a benchmark with its ratio to another one.
func timed(m, to *measured) string {
	x, ok := m.median(seconds)
	if !ok {
		return missing
	}
	text := duration(x)
	if r, ok := ratio(m, to, seconds); ok && m != to {
		text += " (" + factor(r) + ")"
	}
	return text
}

// allocated formats the memory that a benchmark allocates.
func allocated(m *measured) string {
	b, ok := m.median(bytesOp)
	n, okN := m.median(allocs)
	switch {
	case !ok || !okN:
		return missing
	case n == 0:
		return "0"
	}
	return fmt.Sprintf("%s / %s", size(b), grouped(fmt.Sprintf("%.0f", n)))
}

// rules writes the cost of a decision among many rules.
func (p *page) rules() {
	engines := p.res.values("Decision", "engine", "scenario=owner")
	g := newGrid(append([]string{"differ by", "rules"}, engines...)...)
	for _, kind := range p.res.values("Decision", "kind", "scenario=owner") {
		for _, n := range p.res.values("Decision", "rules", "scenario=owner") {
			find := func(engine string) *measured { return ruleSize(p.res, kind, n, engine) }
			row := []string{kind, count(n)}
			for _, e := range engines {
				row = append(row, timed(find(e), find(ours)))
			}
			g.add(row...)
		}
	}
	p.table("## Rules that do not apply", "The scenario owner with more rules, which differ from the rule that applies by the action, by the class, "+
		"or by a constant in the body. The rule that applies is the last one.\n\n"+
		"![Time per decision by number of rules](rules.svg)", g)
}

// ruleSize returns the benchmark of owner among n rules of a kind. A single rule
// counts for every kind.
func ruleSize(res *results, kind, n, engine string) *measured {
	if n == "1" {
		return res.get("Decision", "scenario=owner", "rules=1", "engine="+engine)
	}
	return res.get("Decision", "scenario=owner", "rules="+n, "kind="+kind, "engine="+engine)
}

// lists writes the cost of a list and its filter.
func (p *page) lists() {
	g := newGrid("database", "key", "List", "Scopes(Authorized)", "WHERE by hand", "fetch all and check", "List / WHERE by hand")
	for _, db := range p.res.values("List", "database") {
		for _, key := range p.res.values("List", "key", "database="+db) {
			find := func(way string) *measured {
				return p.res.get("List", "database="+db, "rows=100000", "key="+key, "way="+way)
			}
			row := []string{title(db), key}
			for _, way := range []string{"list", "scope", "where", "check"} {
				row = append(row, timed(find(way), nil))
			}
			last := missing
			if r, ok := turns(p.res, db, key); ok {
				last = factor(r)
			}
			g.add(append(row, last)...)
		}
	}
	p.table("## Lists", "A list of a user's 100 rows among 100,000, through GORM. The rows are found by a number, by a text, "+
		"or by the user's role in the company that a row belongs to. The times are averages over separate runs of each method. "+
		"The last column is the ratio of the medians when the methods alternate, one list each.", g)

	f := newGrid("key", "filter", "statement with the filter", "statement by hand")
	for _, key := range p.res.values("Filter", "key") {
		row := []string{key}
		for _, step := range []string{"filter", "sql", "where"} {
			m := p.res.get("Filter", "key="+key, "step="+step)
			row = append(row, fmt.Sprintf("%s, %s", timed(m, nil), allocated(m)))
		}
		f.add(row...)
	}
	p.table("## Filters", "The work before the database query: making the filter, and building the text of the whole statement "+
		"(including GORM's work), with the filter and with a condition written by hand.", f)
}

// turns returns the ratio of List to the WHERE by hand.
func turns(res *results, database, key string) (x float64, ok bool) {
	m := res.get("List", "database="+database, "rows=100000", "key="+key, "way=turns")
	list, okList := m.median("list-p50-sec")
	where, okWhere := m.median("where-p50-sec")
	return list / where, okList && okWhere
}

func asked(res *results) *grid {
	g := newGrid("question", "time", "allocated", "plain Go", "allocated by plain Go")
	for _, of := range res.values("Ask", "of") {
		m, plain := res.get("Ask", "of="+of, "engine="+ours), res.get("Ask", "of="+of, "engine=plain")
		g.add(of, timed(m, nil), allocated(m), timed(plain, m), allocated(plain))
	}
	return g
}

func requests(res *results) *grid {
	g := newGrid("", "without", "with", "difference", "allocations without", "with")
	for _, over := range []string{"http", "call"} {
		without, with := res.get("Middleware", "over="+over, "middleware=no"), res.get("Middleware", "over="+over, "middleware=yes")
		a, okA := without.median(seconds)
		b, okB := with.median(seconds)
		if !okA || !okB {
			continue
		}
		sign := "+"
		if b < a {
			sign = "−"
		}
		g.add(map[string]string{"http": "round trip", "call": "handler"}[over],
			duration(a), duration(b), sign+duration(max(b-a, a-b)), allocated(without), allocated(with))
	}
	return g
}

func watched(res *results) *grid {
	g := newGrid("by", "time", "allocated")
	for _, by := range res.values("Observe", "by") {
		m := res.get("Observe", "by="+by)
		g.add(strings.ReplaceAll(by, "_", " "), timed(m, nil), allocated(m))
	}
	return g
}

// load writes the cost of loading a policy.
func (p *page) load() {
	engines := p.res.values("Load", "engine")
	g := newGrid(append([]string{"policy", "rules"}, engines...)...)
	for _, s := range p.res.values("Load", "scenario") {
		for _, n := range p.res.values("Load", "rules", "scenario="+s) {
			find := func(engine string) *measured {
				for _, m := range p.res.list {
					if m.base == "Load" && m.has([]string{"scenario=" + s, "rules=" + n, "engine=" + engine}) {
						return m
					}
				}
				return nil
			}
			row := []string{strings.ReplaceAll(s, "_", " "), count(n)}
			for _, e := range engines {
				row = append(row, timed(find(e), find(ours)))
			}
			g.add(row...)
		}
	}
	p.table("## Loading", "Time from the text of a policy to an engine that is ready to decide.", g)
}

// memory writes the memory of loaded policies.
func (p *page) memory() {
	g := newGrid("of", "bytes")
	for _, m := range p.res.list {
		if m.base != "Memory" && m.base != "Runaways" {
			continue
		}
		for _, unit := range slices.Sorted(maps.Keys(m.units)) {
			x, _ := m.median(unit)
			switch unit {
			case "B/rule":
				g.add("one of 10,000 rules: "+m.keys["engine"], digits(x))
			case "B/burst":
				g.add(fmt.Sprintf("100 runaway queries at once (%s): growth of the process", m.keys["of"]), digits(x))
			case "B/authorizer":
				g.add(fmt.Sprintf("an idle Authorizer with the policy of %s (rules: %s)", m.keys["scenario"], m.keys["rules"]), digits(x))
			}
		}
	}
	p.table("## Memory", "Memory in Go's heap that loaded policies keep, and memory of the process while queries run that end at the default limits.", g)
}
