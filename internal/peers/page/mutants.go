package page

// This file defines mutants: policies with something left out, to show that the
// questions of a test are enough to see it.

import (
	"context"
	"fmt"
	"slices"
	"strings"
	"testing"

	"github.com/ursa-authz/ursa/authz"
)

// mutants yields the sources with each statement left out, and with each condition on
// a line of its own made true; and a name for it.
func mutants(sources []authz.Source, yield func(name string, sources []authz.Source)) {
	for i, source := range sources {
		with := func(name string, lines []string) {
			changed := slices.Clone(sources)
			changed[i].Text = strings.Join(lines, "")
			yield(name, changed)
		}
		lines := slices.Collect(strings.Lines(source.Text))
		begin := 0 // of the statement
		for n, line := range lines {
			name := fmt.Sprintf("%s:%d", source.Name, n+1)
			trimmed := strings.TrimSpace(line)
			switch {
			case trimmed == "" || strings.HasPrefix(trimmed, "#") || strings.HasSuffix(trimmed, "{") || trimmed == "}":
				begin = n + 1
			case strings.HasSuffix(trimmed, ";"):
				with(name, slices.Delete(slices.Clone(lines), begin, n+1))
				if begin < n && !strings.HasPrefix(trimmed, "relations") {
					widen(name, lines, n, ";", with)
				}
				begin = n + 1
			case strings.HasSuffix(trimmed, " and"):
				widen(name, lines, n, " and", with)
			}
		}
	}
}

// widen yields the lines with the condition in line n made one that always holds. Its
// variables stay, since a variable that occurs once is an error.
func widen(name string, lines []string, n int, end string, yield func(string, []string)) {
	condition := strings.TrimSuffix(strings.TrimSpace(lines[n]), end)
	if strings.Count(condition, "(") != strings.Count(condition, ")") {
		return // a part of a condition of several lines
	}
	widened := slices.Clone(lines)
	widened[n] = fmt.Sprintf("(1 = 1 or %s)%s\n", condition, end)
	yield(name+", its condition", widened)
}

type policySources []authz.Source

func (s policySources) Load(context.Context) ([]authz.Source, error) { return s, nil }

// requireKilled fails the test for each mutant of the policy that loads and answers all
// questions as want has it.
func (w World[A, R]) requireKilled(t *testing.T, name string, cfg authz.Config, want []bool) {
	t.Helper()
	cfg.Engine = nil
	sources, err := cfg.Policies.Load(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	loaded := 0
	mutants(sources, func(mutant string, sources []authz.Source) {
		cfg.Policies = policySources(sources)
		az, err := authz.New(cfg)
		if err != nil {
			return
		}
		loaded++
		i := 0
		for _, actor := range w.Actors {
			for _, action := range w.Actions {
				for _, resource := range w.Resources {
					if got, err := w.ask(t, az, actor, action, resource); got != want[i] || err != nil {
						return
					}
					i++
				}
			}
		}
		t.Errorf("%s: no question sees that %s is left out", name, mutant)
	})
	t.Logf("%s: without each of %d parts, an answer changes", name, loaded)
	if loaded < 1 {
		t.Errorf("%s: no part can be left out", name)
	}
}
