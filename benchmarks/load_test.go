package benchmarks

// This file measures the cost of a policy before the first decision: the time to
// load it, and its memory.

import (
	"fmt"
	"runtime"
	"slices"
	"sync/atomic"
	"testing"

	"github.com/ursa-authz/ursa/authz"
)

// BenchmarkLoad measures the loading of a policy, from text to an engine that is
// ready to decide.
func BenchmarkLoad(b *testing.B) {
	run := func(name string, scenario func() *Scenario, only ...string) {
		for _, e := range Engines {
			if e.Name == "plain" || e.Name == "cedar-build" || e.Name == "opa-build" {
				continue // nothing to load, or the same as without "-build"
			}
			if only != nil && !slices.Contains(only, e.Name) {
				continue
			}
			b.Run(name+"/engine="+e.Name, func(b *testing.B) {
				s := scenario()
				if _, err := ask(s, e, s.Questions[:1]); err != nil {
					b.Fatal(err)
				}
				b.ReportAllocs()
				for b.Loop() {
					if _, err := e.Load(s); err != nil {
						b.Fatal(err)
					}
				}
			})
		}
	}
	for _, n := range []int{1, 100, 1_000, 10_000} {
		run(label("owner", n, "action"), func() *Scenario { return Owner("action", n) })
	}
	run(label("owner", 100_000, "action"), func() *Scenario { return Owner("action", 100_000) }, "ursa", "cedar", "casbin")
	mixed := Mixed()
	run(mixed.label(), func() *Scenario { return mixed })

	// Ursa reuses what it has found out about classes, so these loads have one that it
	// has not seen before.
	for _, more := range []int{0, 2_000} {
		b.Run(fmt.Sprintf("scenario=owner,_with_%d_new_classes/rules=1/engine=ursa", more+3), func(b *testing.B) {
			s := Owner("", 1)
			s.Classes = append(s.Classes, manyClasses(more)...)
			s.Classes = append(s.Classes, authz.ClassOf[Team]())
			last := &s.Classes[len(s.Classes)-1]
			b.ReportAllocs()
			for b.Loop() {
				last.Name = fmt.Sprintf("Team%d", newClass.Add(1))
				if _, err := loadUrsa(s); err != nil {
					b.Fatal(err)
				}
			}
		})
	}
}

// newClass numbers the classes that have not been seen before.
var newClass atomic.Int64

// heap returns the number of live bytes in Go's heap.
func heap() uint64 {
	runtime.GC()
	runtime.GC() // a second collection frees what finalizers and pools have kept
	var m runtime.MemStats
	runtime.ReadMemStats(&m)
	return m.HeapAlloc
}

// BenchmarkMemory measures the memory of loaded policies. go-oso's memory is
// outside Go's heap.
func BenchmarkMemory(b *testing.B) {
	measure := func(name, unit string, n int, load func() (any, error)) {
		b.Run(name, func(b *testing.B) {
			var total float64
			for b.Loop() {
				before := heap()
				x, err := load()
				if err != nil {
					b.Fatal(err)
				}
				total += float64(heap()) - float64(before)
				runtime.KeepAlive(x)
			}
			b.ReportMetric(total/float64(b.N)/float64(n), unit)
		})
	}
	const rules = 10_000
	s := Owner("action", rules)
	for _, name := range []string{"ursa", "cedar", "casbin", "opa"} {
		e := EngineByName(name)
		measure("of=rule/engine="+name, "B/rule", rules, func() (any, error) {
			decider, err := e.Load(s)
			if err != nil {
				return nil, err
			}
			return decider, nil
		})
	}
	const idle = 100
	for _, s := range []*Scenario{Owner("", 1), Mixed()} {
		measure("of=authorizer/"+s.label(), "B/authorizer", idle, func() (any, error) {
			list := make([]*authz.Authorizer, idle)
			for i := range list {
				var err error
				list[i], err = authz.New(authz.Config{Policies: authz.String(s.Name+".polar", s.Polar), Classes: s.Classes})
				if err != nil {
					return nil, err
				}
			}
			return list, nil
		})
	}
}
