package polar

// This file tests that "in" costs what it must, by counting steps.

import (
	"context"
	"fmt"
	"testing"
)

type searchedDoc struct {
	Numbers []int
	Names   []string
	Meta    map[string]int
	Bad     map[string]any
}

func TestInIsALookup(t *testing.T) {
	classes := []Class{{Name: "Doc", Type: ClassOf[searchedDoc]().Type}}
	ctx := context.Background()
	policy := func(body string) *Policy {
		p, diags, err := load(ctx, Input{Sources: []Source{{"p.polar", "f(d: Doc, n) if n = n and " + body + ";"}}, Classes: classes}, true)
		if err != nil {
			t.Fatal(err, diags)
		}
		return p
	}
	doc := func(n int) *searchedDoc {
		d := &searchedDoc{Meta: make(map[string]int), Bad: map[string]any{"a": 1, "b": make(chan int)}}
		for i := range n {
			d.Numbers = append(d.Numbers, i)
			d.Names = append(d.Names, fmt.Sprint("name", i))
			d.Meta[fmt.Sprint("key", i)] = i
		}
		return d
	}
	ask := func(p *Policy, d *searchedDoc, n int) (ok bool, steps int, err error) {
		m := p.prog.Machine(ctx, &p.config)
		defer m.Release()
		m.StartRule("f", 2)
		for i, x := range []any{d, n} {
			if err := m.SetArg(i, x); err != nil {
				t.Fatal(err)
			}
		}
		ok, err = m.Next()
		return ok, m.Steps(), err
	}
	const n = 100_000
	large := doc(n)
	for _, tt := range []struct {
		body string
		want bool
		most int
	}{
		{`["key7", _] in d.meta`, true, 20},
		{`["key7", 7] in d.meta`, true, 20},
		{`["key7", 8] in d.meta`, false, 20},
		{`["none", _] in d.meta`, false, 20},
		{`k = "key7" and [k, v] in d.meta and v = 7`, true, 20},
		{`["a", 1] in d.bad`, true, 20},
		{`[1, _] in d.meta`, false, 10 * n},
		{`99999 in d.numbers`, true, n/8 + 20},
		{`-1 in d.numbers`, false, n/8 + 20},
		{`"name99999" in d.names`, true, n/8 + 20},
		{`1 in d.names`, false, n/8 + 20},
		{`99999.0 in d.numbers`, true, n/8 + 20},
		{`x in d.numbers and x = 50`, true, 1000},
	} {
		ok, steps, err := ask(policy(tt.body), large, 0)
		if ok != tt.want || err != nil || steps > tt.most {
			t.Errorf("%s: %v, %v, %d steps; want %v in at most %d", tt.body, ok, err, steps, tt.want, tt.most)
		}
	}
	// The last elements are found wherever a chunk ends.
	p := policy("n in d.numbers")
	for n := range 2100 {
		d := &searchedDoc{Numbers: large.Numbers[:n]}
		for x, want := range map[int]bool{n - 1: n > 0, n: false} {
			if ok, _, err := ask(p, d, x); ok != want || err != nil {
				t.Fatalf("%d in %d numbers: %v, %v", x, n, ok, err)
			}
		}
	}
}
