package main

// This file defines the tables of cost as work grows.

import (
	"fmt"
	"math"
)

// A dimension is one in which work grows.
type dimension struct {
	name   string
	reason string // for the growth that is to be expected
	find   func(res *results, n string) *measured
	sizes  func(res *results) []string
}

var dimensions = []dimension{
	rulesBy("action", "the index of rules finds those for the action"),
	rulesBy("class", "the index of rules finds those for the class"),
	rulesBy("constant", "the index of rules holds constants that a field is compared with, too"),
	growing("classes", "classes, one rule each, asked about in turn", "a plan for each class, found by its type; what grows is what no longer fits the processor's cache"),
	growing("list", "elements of the list that the user is the last of", "every element is looked at, in place"),
	growing("roles", "roles that imply each other", "every role is a rule to be followed"),
	growing("parents", "levels up to where the role is held", "every level is a rule to be followed"),
	growing("goroutines", "goroutines that decide at once (time between two decisions)", "decisions share nothing that is written, so processors divide the work and goroutines beyond them neither help nor harm"),
	{
		"rows of the table in SQLite, of which 100 are listed", "the index of the table; the query is the one written by hand",
		func(res *results, n string) *measured {
			return res.get("List", "database=sqlite", "rows="+n, "key=int", "way=list")
		},
		func(res *results) []string {
			return res.values("List", "rows", "database=sqlite", "key=int", "way=list")
		},
	},
}

func rulesBy(kind, reason string) dimension {
	return dimension{
		"rules that differ by " + kind, reason,
		func(res *results, n string) *measured { return ruleSize(res, kind, n, ours) },
		func(res *results) []string { return res.values("Decision", "rules", "scenario=owner", "engine="+ours) },
	}
}

func growing(of, name, reason string) dimension {
	return dimension{
		name, reason,
		func(res *results, n string) *measured { return res.get("Growth", "of="+of, "n="+n) },
		func(res *results) []string { return res.values("Growth", "n", "of="+of) },
	}
}

// growth writes how Ursa's cost grows in each dimension.
func (p *page) growth() {
	g := newGrid("the number of", "from", "to", "first", "last", "growth", "allocations at last", "reason")
	detail := newGrid("the number of", "time at each")
	for _, d := range dimensions {
		var sizes []string
		var times []float64
		var last *measured
		each := ""
		for _, n := range d.sizes(p.res) {
			m := d.find(p.res, n)
			x, ok := m.median(seconds)
			if !ok {
				continue
			}
			sizes, times, last = append(sizes, n), append(times, x), m
			each += fmt.Sprintf("%s: %s; ", count(n), duration(x))
		}
		if len(sizes) < 2 {
			continue
		}
		end := len(sizes) - 1
		g.add(d.name, count(sizes[0]), count(sizes[end]), duration(times[0]), duration(times[end]),
			grows(number(sizes[0]), number(sizes[end]), times[0], times[end]), allocated(last), d.reason)
		detail.add(d.name, each[:len(each)-2])
	}
	p.table("## Cost as work grows", "Ursa's time for one decision, or for one list, at the smallest and at the largest size. "+
		"The growth is how many times more it costs for how many times more work, and the exponent that this amounts to: "+
		"0 is no growth, 1 is in proportion.", g)
	p.table("At every size:", "", detail)
}

// grows formats a growth from one size to another.
func grows(n0, n1, t0, t1 float64) string {
	exponent := math.Log(t1/t0) / math.Log(n1/n0)
	text := fmt.Sprintf("%.2f", exponent)
	if text == "-0.00" {
		text = "0.00"
	}
	return fmt.Sprintf("%s for %s, exponent %s", factor(t1/t0), factor(n1/n0), text)
}
