package main

// This file defines the table of questions beside the single decision.

import "strings"

// A question is one kind of question, with what it is compared with.
type question struct {
	of          string
	answers     string // in a call
	against     string
	ours, other *measured
}

// questionBars are the ratios that are the goals, by kind.
var questionBars = map[string]float64{"field": 5, "request": 5, "10,000 rows": 4, "all actions": 2}

// questions returns the kinds that were measured.
func questions(res *results) []question {
	var list []question
	for _, m := range res.list {
		if m.base != "Questions" || m.keys["by"] != ours {
			continue
		}
		q := question{of: strings.ReplaceAll(m.keys["of"], "_", " "), answers: m.keys["answers"], ours: m}
		for _, other := range res.list {
			if other.base == m.base && other.keys["of"] == m.keys["of"] && other != m {
				q.other = other
				q.against = map[string]string{"plain": "plain Go", "decisions": "as many decisions"}[other.keys["by"]]
			}
		}
		list = append(list, q)
	}
	return list
}

func questionTable(res *results) *grid {
	g := newGrid("question", "answers", "time", "allocated", "compared with", "its time")
	for _, q := range questions(res) {
		g.add(q.of, count(q.answers), timed(q.ours, nil), allocated(q.ours), q.against, timed(q.other, q.ours))
	}
	return g
}
