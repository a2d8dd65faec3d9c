package main

import (
	"bytes"
	"encoding/xml"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"strings"
	"testing"
)

// sample returns six rounds of measurements, in which a decision of Ursa takes the
// given number of nanoseconds.
func sample(nanoseconds float64) []byte {
	var b bytes.Buffer
	b.WriteString("date: 2026-01-02\nfiles: 1000000\nrounds: 6\nmodule-example.com/peer: v1.2.3\n" +
		"engine-ursa: ours\nscenario-owner: users read their own\ncpu: test\n")
	for round := range 6 {
		line := func(name string, ns float64, bytes, allocs int) {
			fmt.Fprintf(&b, "Benchmark%s-2 \t 100\t %.2f ns/op\t %d B/op\t %d allocs/op\n", name, ns+float64(round)-2.5, bytes, allocs)
		}
		for _, n := range []string{"1", "10/kind=action", "10000/kind=action", "10/kind=constant", "10000/kind=constant"} {
			slower := 0.0
			if n == "10000/kind=constant" {
				slower = 9_990
			}
			line("Decision/scenario=owner/rules="+n+"/engine=ursa", nanoseconds+slower, 0, 0)
			line("Decision/scenario=owner/rules="+n+"/engine=cedar", 1_000, 432, 11)
		}
		line("Decision/scenario=rbac/rules=8/engine=ursa", 2*nanoseconds, 24, 1)
		line("Decision/scenario=rbac/rules=8/engine=plain", 50, 0, 0)
		line("Ask/of=batch/engine=ursa", 5e5, 1e4, 1)
		line("Ask/of=batch/engine=plain", 1e5, 1e4, 1)
		line("Ask/of=actions-rbac/engine=ursa", 900, 32, 1)
		line("Ask/of=actions-rbac/engine=plain", 300, 32, 1)
		line("Growth/of=held/n=10", 100, 0, 0)
		line("Growth/of=held/n=10000", 50_000, 0, 0)
		line("Growth/of=list/n=1", 100, 0, 0)
		line("Growth/of=list/n=100", 10_000, 0, 0)
		line("Load/scenario=owner/rules=10000/kind=action/engine=ursa", 2e9, 1e8, 1e6)
		line("Load/scenario=owner/rules=10000/kind=action/engine=cedar", 5e9, 1e8, 1e6)
		line("Load/scenario=owner,_with_3_new_classes/rules=1/engine=ursa", 3e5, 1e5, 1e3)
		line("List/database=sqlite/rows=100000/key=int/way=list", 210e3, 50e3, 1800)
		line("List/database=sqlite/rows=100000/key=int/way=where", 200e3, 45e3, 1700)
		fmt.Fprintf(&b, "BenchmarkList/database=sqlite/rows=100000/key=int/way=turns-2 \t 9\t 600000 ns/op\t 206000 list-p50-ns\t 200000 where-p50-ns\n")
		for by, ns := range map[string]int{"policy": 1_600_000, "hand": 1_000_000} {
			fmt.Fprintf(&b, "BenchmarkShapes/database=sqlite/shape=two_ways,_page/by=%s-2 \t 5\t 600000 ns/op\t %d best-ns\n", by, ns)
			fmt.Fprintf(&b, "BenchmarkShapes/database=sqlite/shape=six_ways/by=%s-2 \t 5\t 600000 ns/op\t %d best-ns\n", by, 3*ns)
		}
		line("Filter/key=int/step=filter", 12e3, 4e3, 30)
		line("Middleware/over=call/middleware=no", 1_000, 100, 5)
		line("Middleware/over=call/middleware=yes", 2_500, 200, 9)
		line("Observe/by=nothing", 150, 0, 0)
		line("Observe/by=observer", 220, 0, 0)
		line("Explain/rules=0/verdict=allowed", 45e3, 1e4, 100)
		line("Observe/by=log_of_1_in_100", 180, 3, 0)
		line("Observe/by=a_histogram_by_hand", 550, 0, 0)
		line("Observe/by=OpenTelemetry", 1_150, 0, 0)
		for i, mode := range []string{"no", "yes", "guard"} {
			line("Frameworks/framework=nethttp/middleware="+mode, 200+1_000*float64(i), 100, 1+9*i)
			line("Frameworks/framework=gin/middleware="+mode, 100+1_300*float64(i), 100, 13*i)
		}
		line("GraphQL/of=field/by=nothing", 10, 0, 0)
		line("GraphQL/of=field/by=hand", 1_010, 100, 5)
		line("GraphQL/of=field/by=adapter", 1_110, 100, 6)
		line("Nrev/by=ursa", 120e3, 1e4, 100)
		fmt.Fprintf(&b, "BenchmarkNrev/by=swipl-2 \t 1\t 5 ns/op\t 10000 one-ns\n")
		fmt.Fprintf(&b, "BenchmarkRunaways/of=list-2 \t 1\t 5 ns/op\t 900000000 B/burst\n")
		fmt.Fprintf(&b, "BenchmarkMemory/of=rule/engine=ursa-2 \t 1\t 5 ns/op\t 1234 B/rule\n")
		fmt.Fprintf(&b, "BenchmarkMemory/of=authorizer/scenario=owner/rules=1-2 \t 1\t 5 ns/op\t 8000 B/authorizer\n")
	}
	return b.Bytes()
}

func mustParse(t *testing.T, raw []byte) *results {
	t.Helper()
	res, err := parse(raw)
	if err != nil {
		t.Fatal(err)
	}
	return res
}

func TestMarkdown(t *testing.T) {
	got := string(markdown(mustParse(t, sample(150))))
	for _, want := range []string{
		"| Date | 2026-01-02 |",
		"| example.com/peer | v1.2.3 |",
		"| owner: at most 0.1 times the time of cedar-go with prebuilt entities | 0.15× | **no** |",
		"| rbac: at most 5 times the time of plain Go | 6.00× | **no** |",
		"| question batch: at most 4 times the time of plain Go | 5.00× | **no** |",
		"| question actions-rbac: at most 5 times the time of plain Go | 3.00× | yes |",
		"| the actions that rbac allows: at most 2 times as many decisions | 1.50× | yes |",
		"| batch | 500 µs | 10.0 KB / 1 | 100 µs (0.20×) | 10.0 KB / 1 |",
		"| roles of a user, 10,000 of them: each costs at most 1.2 times what one of 10 costs | 0.50× | yes |",
		"| 100 runaway queries at once (list): the process grows by at most 800 MB | 900 MB | **no** |",
		"SWI-Prolog with optimization (the aim is 10 times its time) | 12.0× |  |",
		"| an observer that does nothing: at most 80 ns | 70.0 ns | yes |",
		"| explaining that rbac was allowed, among 0 other rules: at most 50 µs | 45.0 µs | yes |",
		"| owner: no allocations | 0 | yes |",
		"| rbac: no allocations | 1 | **no** |",
		"| 10 to 10,000 rules that differ by action: the same time within 20 % | 1.00× between fastest and slowest | yes |",
		"| 10 to 10,000 rules that differ by a constant in the body: as above, or the slope is reported | 67.6×, 1.00 ns per rule | **no** |",
		"| making a filter from a policy: at most 20 µs | 12.0 µs | yes |",
		"| list of 100,000 rows on SQLite: at most 1.1 times the time with a WHERE written by hand | 1.03× | yes |",
		"| loading 10,000 rules: at most one second | 2.00 s | **no** |",
		"| loading rules, 10,000 of them: at most 0.5 times the time of cedar-go | 0.40× | yes |",
		"| memory of one of 10,000 rules: at most 1,000 bytes | 1,234 | **no** |",
		"| memory of an idle Authorizer with one rule: at most 8 KB | 8,000 | yes |",
		"| owner, with 3 new classes | 1 | 300 µs | – |",
		"| scenario | rules | ursa | cedar |",
		"| owner | 1 | 150 ns | 1.00 µs (6.67×) |",
		"| rbac | 8 | 300 ns | – |",
		"| owner | 0 | 432 B / 11 |",
		"| action | 10,000 | 150 ns | 1.00 µs (6.67×) |",
		"at most ±5 %",
		"100× for 100×, exponent 1.00",
		"1: 100 ns; 100: 10.0 µs",
		"| two ways, page | 1.60 ms (1.60×) | 1.00 ms | yes |",
		"| six ways | 4.80 ms (1.60×) | 3.00 ms | **no** |",
		"| lists of every shape on SQLite: at most 1.5 times the time of an expert's SQL, or 1 ms more | 1 of 2 | **no** |",
		"| handler | 1.00 µs | 2.50 µs | +1.50 µs | 100 B / 5 | 200 B / 9 |",
		"| log of 1 in 100 | 180 ns | 0 |",
		"| gin, Middleware, RequireDecision and Guard | 100 ns | 2.60 µs | 26 |",
		"| nethttp, Middleware | 200 ns | 1.00 µs | 9 |",
		"| gin, Middleware, beyond net/http: at most 500 ns | 300 ns | yes |",
		"| gin, Middleware, RequireDecision and Guard, beyond net/http: at most 500 ns | 600 ns | **no** |",
		"| gin, Middleware, beyond net/http: at most 3 allocations | 4 | **no** |",
		"| gqlgen, Fields for a field | 10.0 ns | 1.10 µs | 6 |",
		"| gqlgen, Fields for a field, beyond a decision by hand: at most 3 allocations | 1 | yes |",
		"| otel, metrics of a decision, beyond a histogram by hand: at most 500 ns | 600 ns | **no** |",
		"| one of 10,000 rules: ursa | 1,234 |",
		"- **ursa**: ours.",
	} {
		if !strings.Contains(got, want) {
			t.Errorf("no %q", want)
		}
	}
	if strings.Contains(got, "route") || strings.Contains(got, "NaN") || strings.Contains(got, "Inf") || strings.Contains(got, "\n\n\n") {
		t.Error("the page mentions what was not measured, or has a gap")
	}
	if t.Failed() {
		t.Log(got)
	}
	fast := string(markdown(mustParse(t, sample(90))))
	if want := "prebuilt entities | 0.09× | yes |"; !strings.Contains(fast, want) {
		t.Errorf("faster: no %q", want)
	}
}

func TestParseErrors(t *testing.T) {
	for _, raw := range []string{"", "PASS\n", "BenchmarkX 1 many ns/op\n"} {
		if _, err := parse([]byte(raw)); err == nil {
			t.Errorf("parse(%q): no error", raw)
		}
	}
}

func TestPlot(t *testing.T) {
	svg := plot(mustParse(t, sample(150)))
	d := xml.NewDecoder(bytes.NewReader(svg))
	lines := 0
	for {
		token, err := d.Token()
		if errors.Is(err, io.EOF) {
			break
		}
		if err != nil {
			t.Fatalf("%v\n%s", err, svg)
		}
		e, ok := token.(xml.StartElement)
		if !ok || e.Name.Local != "polyline" {
			continue
		}
		lines++
		var xs []float64
		for point := range strings.FieldsSeq(e.Attr[0].Value) {
			var x, y float64
			if _, err := fmt.Sscanf(point, "%f,%f", &x, &y); err != nil {
				t.Fatal(err)
			}
			if y < topMargin || y > topMargin+panelHeight {
				t.Errorf("%s is outside of its panel", point)
			}
			xs = append(xs, x)
		}
		if len(xs) != 3 || xs[0] >= xs[1] || xs[1] >= xs[2] {
			t.Errorf("a line through %v; want three points from left to right", xs)
		}
	}
	if lines != 4 {
		t.Errorf("%d lines; want 4, of two engines in two panels", lines)
	}
	if svg := plot(mustParse(t, []byte("BenchmarkX 1 5 ns/op\n"))); !bytes.Contains(svg, []byte("not measured")) {
		t.Errorf("without measurements: %s", svg)
	}
}

func TestFormat(t *testing.T) {
	tests := []struct{ got, want string }{
		{duration(0.4e-9), "0.40 ns"},
		{duration(99.96e-9), "100 ns"},
		{duration(999.6e-9), "1.00 µs"},
		{duration(12.34e-3), "12.3 ms"},
		{duration(61.2), "61.2 s"},
		{digits(1234567), "1,234,567"},
		{size(9_999), "9999 B"},
		{size(98_464), "98.5 KB"},
		{size(103_246_360), "103 MB"},
		{count("10000"), "10,000"},
		{count("action"), "action"},
		{factor(0.1666), "0.17×"},
		{grows(1, 100, 5, 5), "1.00× for 100×, exponent 0.00"},
	}
	for _, tt := range tests {
		if tt.got != tt.want {
			t.Errorf("%q; want %q", tt.got, tt.want)
		}
	}
}

// TestReport runs a few benchmarks as the command does, and writes the page again
// from the results.
func TestReport(t *testing.T) {
	if testing.Short() {
		t.Skip("builds the benchmarks")
	}
	t.Chdir("..")
	out := t.TempDir()
	r := runner{bench: "Decision$/scenario=(owner|route)/rules=(1|6|10)$/engine=(plain|ursa|oso)$", count: 2, benchtime: "1x"}
	if err := report(r, out, ""); err != nil {
		t.Fatal(err)
	}
	first, err := os.ReadFile(filepath.Join(out, "RESULTS.md"))
	if err != nil {
		t.Fatal(err)
	}
	for _, want := range []string{"| Rounds | 2 |", "| scenario | rules | plain | ursa | oso |", "github.com/osohq/go-oso | v0.27.3", "| route | 6 |"} {
		if !bytes.Contains(first, []byte(want)) {
			t.Errorf("no %q in\n%s", want, first)
		}
	}
	if err := report(runner{}, out, filepath.Join(out, "results.txt")); err != nil {
		t.Fatal(err)
	}
	if again, err := os.ReadFile(filepath.Join(out, "RESULTS.md")); err != nil || !bytes.Equal(first, again) {
		t.Errorf("from results.txt: %v, or not the same", err)
	}
	if err := report(runner{bench: "[", count: 1, benchtime: "1x"}, out, ""); err == nil {
		t.Error("an invalid pattern: no error")
	}
}
