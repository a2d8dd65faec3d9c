package polar

// This file tests that work is charged before or while it is done, so that the cost
// of a single goal is bounded too.

import (
	"context"
	"errors"
	"fmt"
	"runtime"
	"strings"
	"testing"
)

// Iterating over a map sorts its keys, which is work for a large map.
func TestKeysAreChargedFirst(t *testing.T) {
	big, other := make(map[string]int), make(map[string]int)
	for i := range 300_000 {
		big[fmt.Sprint(i)], other[fmt.Sprint(i)] = i, i
	}
	p, _, err := Load(context.Background(), Input{
		Sources: []Source{{"test.polar", "f(1);"}}, Constants: map[string]any{"big": big, "other": other},
		Limits: Limits{Steps: 10_000}, Print: func(string) {},
	})
	if err != nil {
		t.Fatal(err)
	}
	for _, query := range []string{"x in big", "x = big.keys()", "x = big.(key)", "big = other", "big == other", "print(big)"} {
		var before, after runtime.MemStats
		runtime.ReadMemStats(&before)
		for _, err = range p.QueryString(context.Background(), query) {
		}
		runtime.ReadMemStats(&after)
		if !errors.Is(err, ErrBudget) {
			t.Errorf("%s: error %v, want ErrBudget", query, err)
		}
		if made := after.TotalAlloc - before.TotalAlloc; made > 1<<20 {
			t.Errorf("%s: %d bytes were allocated before the limit was met", query, made)
		}
	}
}

// Sorting thousands of applicable rules takes quadratic time.
func TestSortingIsCharged(t *testing.T) {
	const rules, limit = 1500, 100_000
	var text strings.Builder
	for i := range rules {
		fmt.Fprintf(&text, "f(_: {a: _}, %d);\n", i)
	}
	for i := range rules {
		fmt.Fprintf(&text, "f(_: {a: _, b: _}, %d);\n", i)
	}
	p, _, err := load(context.Background(), Input{Sources: []Source{{"test.polar", text.String()}}, Limits: Limits{Steps: limit}}, true)
	if err != nil {
		t.Fatal(err)
	}
	q, err := p.compileQuery("f({a: 1, b: 2}, x)")
	if err != nil {
		t.Fatal(err)
	}
	m := p.prog.Machine(context.Background(), &p.config)
	defer m.Release()
	m.Start(q)
	if _, err = m.Next(); !errors.Is(err, ErrBudget) {
		t.Errorf("error %v, want ErrBudget", err)
	}
	if m.Steps() > limit+2*rules {
		t.Errorf("the query ended after %d steps, want about %d", m.Steps(), limit)
	}
}
