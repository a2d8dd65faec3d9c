package authztest

// This file finds who gains and who loses access between two tables of Matrix.

import (
	"fmt"
	"strings"
	"unicode/utf8"
)

// A cell is a place in a table.
type cell struct{ resource, action, field, actor string }

// String returns the action, the field if there is one, and the resource.
func (c cell) String() string {
	if c.field != "" {
		return c.action + " " + c.field + " of " + c.resource
	}
	return c.action + " on " + c.resource
}

// parse returns the cells of a table, and their order.
func parse(text string) (order []cell, answers map[cell]string) {
	answers = make(map[cell]string)
	var columns []int // the columns at which actors begin, in runes
	var actors []string
	var at cell
	for line := range strings.Lines(text) {
		line = strings.TrimRight(line, "\r\n")
		switch {
		case line == "" || strings.HasPrefix(line, "#"):
		case columns == nil:
			columns, actors = header(line)
		case !strings.HasPrefix(line, "  "):
			at = cell{resource: line}
		default:
			runes := []rune(line)
			first := string(runes[:min(len(runes), columns[0])])
			if name, ok := strings.CutPrefix(first, "    "); ok {
				at.field = strings.TrimRight(name, " ")
			} else {
				at.action, at.field = strings.TrimSpace(first), ""
			}
			for i, from := range columns {
				to := len(runes)
				if i+1 < len(columns) {
					to = min(to, columns[i+1])
				}
				if from >= to {
					continue
				}
				at.actor = actors[i]
				if answer := strings.TrimSpace(string(runes[from:to])); answer != "" {
					order = append(order, at)
					answers[at] = answer
				}
			}
		}
	}
	return order, answers
}

// header returns the names of the actors and the columns at which they begin. Two spaces
// separate them, and no name has two.
func header(line string) (columns []int, names []string) {
	at := 0
	for line != "" {
		rest := strings.TrimLeft(line, " ")
		at += len(line) - len(rest)
		name, after, _ := strings.Cut(rest, "  ")
		if name != "" {
			columns, names = append(columns, at), append(names, name)
		}
		at += utf8.RuneCountInString(rest) - utf8.RuneCountInString(after)
		line = after
	}
	if columns == nil {
		return []int{0}, []string{""} // not a table of ours
	}
	return columns, names
}

// maxChanges bounds the number of changes that are listed.
const maxChanges = 50

// changes says who gains and who loses what between two tables, one a line.
func changes(before, after string) string {
	order, was := parse(before)
	now, is := parse(after)
	for _, c := range now {
		if _, known := was[c]; !known {
			order = append(order, c)
		}
	}
	var b strings.Builder
	n := 0
	for _, c := range order {
		old, new := was[c], is[c]
		if old == new {
			continue
		}
		if n++; n > maxChanges {
			continue
		}
		b.WriteString(change(c.actor, c.String(), old, new) + "\n")
	}
	if n > maxChanges {
		fmt.Fprintf(&b, "and %d more changes\n", n-maxChanges)
	}
	return b.String()
}

// change says what a change of the cell of an actor means.
func change(actor, what, old, new string) string {
	yes := cells["allowed"]
	switch {
	case old == "":
		return fmt.Sprintf("%s: %s is new: %s", actor, what, new)
	case new == "":
		return fmt.Sprintf("%s: %s is gone: it was %s", actor, what, old)
	case new == yes:
		return fmt.Sprintf("%s gains %s (it was %s)", actor, what, old)
	case old == yes:
		return fmt.Sprintf("%s loses %s (it is %s)", actor, what, new)
	}
	return fmt.Sprintf("%s: %s was %s, and is %s", actor, what, old, new)
}
