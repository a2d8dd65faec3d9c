package main

// This file defines the tables of cost as work grows.

import (
	"fmt"
	"math"
)

// A dimension is one in which work grows.
type dimension struct {
	name   string
	reason string // explains the expected growth
	find   func(res *results, n string) *measured
	sizes  func(res *results) []string
}

var dimensions = []dimension{
	rulesBy("action", "the index of rules finds the rules for the action"),
	rulesBy("class", "the index of rules finds the rules for the class"),
	rulesBy("constant", "the index of rules also holds constants that a field is compared with"),
	growing("classes", "classes with one rule each, used in turn", "each class has a plan, found by its type; the growth comes from the processor's cache"),
	growing("list", "elements of a list whose last element is the user", "every element is compared, in place"),
	growing("roles", "roles that imply each other", "one rule is evaluated for every role"),
	growing("parents", "levels up to the object on which the user has the role", "one rule is evaluated for every level"),
	growing("held", "roles of the user, the last of which counts", "every role is compared, in place"),
	growing("goroutines", "goroutines that decide at the same time (time between two decisions)", "decisions share no written memory, so the processors divide the work; more goroutines than processors make no difference"),
	{
		"rows of the table in SQLite, for a list of 100", "the table has an index; the query is the same as the one written by hand",
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
	g := newGrid("number of", "smallest size", "largest size", "time at smallest", "time at largest", "growth", "allocations at the largest size", "reason")
	detail := newGrid("number of", "times")
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
	p.table("## Cost as work grows", "Ursa's time for one decision or one list, at the smallest and the largest size. "+
		"The growth is the factor of the time for the factor of the size, and the exponent that follows: "+
		"0 means no growth, 1 means growth in proportion.", g)
	p.table("Times at every size:", "", detail)
}

// grows formats the growth from one size to another.
func grows(n0, n1, t0, t1 float64) string {
	exponent := math.Log(t1/t0) / math.Log(n1/n0)
	text := fmt.Sprintf("%.2f", exponent)
	if text == "-0.00" {
		text = "0.00"
	}
	return fmt.Sprintf("%s for %s, exponent %s", factor(t1/t0), factor(n1/n0), text)
}
