package benchmarks

// This file measures decisions, and tests that all engines give the same answers.

import (
	"errors"
	"fmt"
	"runtime"
	"slices"
	"testing"
)

// ask returns the functions that decide questions, after each has given the right
// answer.
func ask(s *Scenario, e Engine, questions []Question) ([]func() (bool, error), error) {
	decider, err := e.Load(s)
	if err != nil {
		return nil, err
	}
	var errs []error
	list := make([]func() (bool, error), len(questions))
	for i, q := range questions {
		list[i] = decider(q)
		if got, err := list[i](); err != nil || got != q.Allowed {
			errs = append(errs, fmt.Errorf("question %d, %v on a %T: %v, %v; want %v", i, q.Action, q.Resource, got, err, q.Allowed))
		}
	}
	return list, errors.Join(errs...)
}

func TestDecisions(t *testing.T) {
	scenarios := Scenarios()
	for _, kind := range Kinds {
		scenarios = append(scenarios, Owner(kind, 10))
	}
	for _, s := range scenarios {
		t.Run(s.label(), func(t *testing.T) {
			for _, allowed := range []bool{true, false} {
				if !slices.ContainsFunc(s.Questions, func(q Question) bool { return q.Allowed == allowed }) {
					t.Errorf("no question has the answer %v", allowed)
				}
			}
			for _, e := range Engines {
				t.Run("engine="+e.Name, func(t *testing.T) {
					questions := s.Questions
					if testing.Short() && len(questions) > 64 {
						questions = questions[:64]
					}
					if _, err := ask(s, e, questions); err != nil {
						t.Error(err)
					}
				})
			}
		})
	}
}

// TestMixed checks that the questions of mixed are varied.
func TestMixed(t *testing.T) {
	s := Mixed()
	if s.Rules != 60 || len(s.Classes) != 12 {
		t.Errorf("%d rules over %d classes; want 60 over 12", s.Rules, len(s.Classes))
	}
	answers := make(map[string][2]int)
	allowed := 0
	for _, q := range s.Questions {
		key := fmt.Sprintf("%v %T", q.Action, q.Resource)
		n := answers[key]
		if q.Allowed {
			n[1]++
			allowed++
		} else {
			n[0]++
		}
		answers[key] = n
	}
	if share := float64(allowed) / float64(len(s.Questions)); share < 0.3 || share > 0.7 {
		t.Errorf("%.0f %% are allowed", 100*share)
	}
	kinds := 0
	for _, list := range actions {
		kinds += len(list)
	}
	if len(answers) != kinds {
		t.Errorf("%d kinds of questions; want %d", len(answers), kinds)
	}
	for key, n := range answers {
		if n[0] == 0 || n[1] == 0 {
			t.Errorf("%s: %d denied, %d allowed", key, n[0], n[1])
		}
	}
}

// settle collects the garbage of loading, so that the collector does not run during
// the measurement, and refills the pools that it has emptied.
func settle(b *testing.B, decide []func() (bool, error)) {
	runtime.GC()
	for _, f := range decide[:min(len(decide), 8)] {
		if _, err := f(); err != nil {
			b.Fatal(err)
		}
	}
}

// BenchmarkDecision measures one decision.
func BenchmarkDecision(b *testing.B) {
	run := func(name string, scenario func() *Scenario) {
		for _, e := range Engines {
			b.Run(name+"/engine="+e.Name, func(b *testing.B) {
				s := scenario()
				decide, err := ask(s, e, s.timed())
				if err != nil {
					b.Fatal(err)
				}
				settle(b, decide)
				b.ReportAllocs()
				if len(decide) == 1 {
					decide, want := decide[0], s.timed()[0].Allowed
					for b.Loop() {
						if got, err := decide(); got != want || err != nil {
							b.Fatal(got, err)
						}
					}
					return
				}
				for i := 0; b.Loop(); i = (i + 1) & (len(decide) - 1) {
					if _, err := decide[i](); err != nil {
						b.Fatal(err)
					}
				}
			})
		}
	}
	for _, s := range Scenarios() {
		run(s.label(), func() *Scenario { return s })
	}
	for _, n := range Sizes {
		for _, kind := range Kinds {
			run(label("owner", n, kind), func() *Scenario { return Owner(kind, n) })
		}
	}
}

// BenchmarkDecisionParallel measures decisions of as many goroutines as there are
// processors. The time is that between two decisions of any goroutines.
func BenchmarkDecisionParallel(b *testing.B) {
	for _, s := range Scenarios() {
		for _, e := range Engines {
			b.Run(s.label()+"/engine="+e.Name, func(b *testing.B) {
				decide, err := ask(s, e, s.timed())
				if err != nil {
					b.Fatal(err)
				}
				settle(b, decide)
				b.ReportAllocs()
				b.ResetTimer()
				b.RunParallel(func(pb *testing.PB) {
					for i := 0; pb.Next(); i = (i + 1) & (len(decide) - 1) {
						if _, err := decide[i](); err != nil {
							b.Error(err)
							return
						}
					}
				})
			})
		}
	}
}
