package main

// This file defines results: measurements by name, and their medians.

import (
	"bytes"
	"fmt"
	"math"
	"slices"
	"strconv"
	"strings"

	"golang.org/x/perf/benchfmt"
	"golang.org/x/perf/benchmath"
)

// results are the contents of a file of measurements.
type results struct {
	head  map[string]string // the file's own lines
	heads []string          // their keys, in order
	list  []*measured       // in the order of the file
}

// A measured is one benchmark with its figures.
type measured struct {
	base  string               // such as "Decision"
	keys  map[string]string    // such as scenario: owner
	units map[string][]float64 // by unit, one figure per round
}

// parse reads the benchmark format.
func parse(raw []byte) (*results, error) {
	res := &results{head: make(map[string]string)}
	byName := make(map[string]*measured)
	r := benchfmt.NewReader(bytes.NewReader(raw), "results")
	for r.Scan() {
		switch rec := r.Result().(type) {
		case *benchfmt.SyntaxError:
			return nil, rec
		case *benchfmt.Result:
			for _, c := range rec.Config {
				if _, seen := res.head[c.Key]; !seen {
					res.heads = append(res.heads, c.Key)
				}
				res.head[c.Key] = string(c.Value)
			}
			name := rec.Name.String()
			m := byName[name]
			if m == nil {
				m = newMeasured(rec.Name)
				byName[name] = m
				res.list = append(res.list, m)
			}
			for _, v := range rec.Values {
				m.units[v.Unit] = append(m.units[v.Unit], v.Value)
			}
		}
	}
	if err := r.Err(); err != nil {
		return nil, err
	}
	if len(res.list) == 0 {
		return nil, fmt.Errorf("no measurements")
	}
	return res, nil
}

func newMeasured(name benchfmt.Name) *measured {
	base, parts := name.Parts()
	m := &measured{strings.TrimPrefix(string(base), "Benchmark"), make(map[string]string), make(map[string][]float64)}
	for _, part := range parts {
		if key, value, ok := strings.Cut(strings.TrimPrefix(string(part), "/"), "="); ok {
			m.keys[key] = value
		}
	}
	return m
}

// headed returns the lines of the head whose keys have a prefix, without the
// prefix.
func (r *results) headed(prefix string) (keys, values []string) {
	for _, key := range r.heads {
		if name, ok := strings.CutPrefix(key, prefix); ok {
			keys, values = append(keys, name), append(values, r.head[key])
		}
	}
	return keys, values
}

// get returns the benchmark of that name with exactly these keys, in the form
// "key=value", or nil.
func (r *results) get(base string, keys ...string) *measured {
	for _, m := range r.list {
		if m.base == base && len(m.keys) == len(keys) && m.has(keys) {
			return m
		}
	}
	return nil
}

func (m *measured) has(keys []string) bool {
	return !slices.ContainsFunc(keys, func(k string) bool {
		key, value, _ := strings.Cut(k, "=")
		got, ok := m.keys[key]
		return !ok || got != value
	})
}

// values returns the values of a key in the benchmarks of that name with certain
// keys, each once. Numbers are in ascending order, other values in the order of the
// file.
func (r *results) values(base, key string, keys ...string) []string {
	var list []string
	for _, m := range r.list {
		if v, ok := m.keys[key]; ok && m.base == base && m.has(keys) && !slices.Contains(list, v) {
			list = append(list, v)
		}
	}
	if !slices.ContainsFunc(list, func(v string) bool { _, err := strconv.Atoi(v); return err != nil }) {
		slices.SortFunc(list, func(a, b string) int { return int(number(a) - number(b)) })
	}
	return list
}

func number(s string) float64 {
	x, err := strconv.ParseFloat(s, 64)
	if err != nil {
		return math.NaN()
	}
	return x
}

// median returns the median of a unit's figures; ok is false if there are none.
func (m *measured) median(unit string) (x float64, ok bool) {
	s, ok := m.summary(unit)
	return s.Center, ok
}

func (m *measured) summary(unit string) (s benchmath.Summary, ok bool) {
	if m == nil || len(m.units[unit]) == 0 {
		return s, false
	}
	sample := benchmath.NewSample(slices.Clone(m.units[unit]), &benchmath.DefaultThresholds)
	return benchmath.AssumeNothing.Summary(sample, 0.95), true
}

// spread returns the possible error of a benchmark's median time, as a fraction of
// the median. It is unknown with fewer than six rounds.
func (m *measured) spread() (share float64, ok bool) {
	s, ok := m.summary(seconds)
	if !ok || math.IsInf(s.Lo, 0) || math.IsInf(s.Hi, 0) || s.Center == 0 {
		return 0, false
	}
	return max(s.Hi-s.Center, s.Center-s.Lo) / s.Center, true
}

// ratio returns the ratio of the medians of two benchmarks.
func ratio(a, b *measured, unit string) (x float64, ok bool) {
	x, okA := a.median(unit)
	y, okB := b.median(unit)
	return x / y, okA && okB && y != 0
}

// The units that are reported, as package benchfmt spells them.
const (
	seconds = "sec/op"
	bytesOp = "B/op"
	allocs  = "allocs/op"
)
