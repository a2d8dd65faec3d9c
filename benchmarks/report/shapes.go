package main

// This file defines the table of the shapes of lists.

import (
	"fmt"
	"strings"
)

// shapeLimit is the goal of a list: this many times what the SQL by hand takes, or at most
// shapeSlack more.
const (
	shapeLimit = 1.5
	shapeSlack = 1e-3
)

// A shapeTime is one shape on one database.
type shapeTime struct {
	shape, database string
	policy, hand    float64
}

func (s shapeTime) met() bool { return s.policy <= shapeLimit*s.hand || s.policy <= s.hand+shapeSlack }

func shapeTimes(res *results) []shapeTime {
	var list []shapeTime
	for _, shape := range res.values("Shapes", "shape") {
		for _, db := range res.values("Shapes", "database") {
			find := func(by string) (float64, bool) {
				return res.get("Shapes", "database="+db, "shape="+shape, "by="+by).median("best-sec")
			}
			policy, ok := find("policy")
			hand, okHand := find("hand")
			if ok && okHand {
				list = append(list, shapeTime{strings.ReplaceAll(shape, "_", " "), db, policy, hand})
			}
		}
	}
	return list
}

// shapeTable returns a row for each shape, with all databases.
func shapeTable(res *results) *grid {
	databases := res.values("Shapes", "database")
	head := []string{"list"}
	for _, db := range databases {
		head = append(head, title(db)+", by policy", "by hand", "met")
	}
	g := newGrid(head...)
	var row []string
	for _, s := range shapeTimes(res) {
		if len(row) == 0 {
			row = append(row, s.shape)
		}
		met := "yes"
		if !s.met() {
			met = "**no**"
		}
		row = append(row, fmt.Sprintf("%s (%s)", duration(s.policy), factor(s.policy/s.hand)), duration(s.hand), met)
		if len(row) == len(head) {
			g.add(row...)
			row = nil
		}
	}
	return g
}
