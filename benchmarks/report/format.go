package main

// This file defines the formats of figures.

import (
	"fmt"
	"strconv"
	"strings"
)

// missing stands for a figure that was not measured.
const missing = "–"

// duration formats seconds with three digits.
func duration(s float64) string {
	for _, unit := range []struct {
		size float64
		name string
	}{{1, "s"}, {1e-3, "ms"}, {1e-6, "µs"}} {
		if s >= 0.9995*unit.size {
			return digits(s/unit.size) + " " + unit.name
		}
	}
	return digits(s*1e9) + " ns"
}

// size formats bytes.
func size(b float64) string {
	switch {
	case b >= 10_000_000:
		return digits(b/1_000_000) + " MB"
	case b >= 10_000:
		return digits(b/1_000) + " KB"
	}
	return fmt.Sprintf("%.0f B", b)
}

// digits formats a number with three significant digits, or all digits before the
// decimal point.
func digits(x float64) string {
	switch {
	case x >= 99.95:
		return grouped(fmt.Sprintf("%.0f", x))
	case x >= 9.995:
		return fmt.Sprintf("%.1f", x)
	}
	return fmt.Sprintf("%.2f", x)
}

// grouped adds commas to an integer.
func grouped(s string) string {
	for i := len(s) - 3; i > 0; i -= 3 {
		s = s[:i] + "," + s[i:]
	}
	return s
}

// count formats the value of a key, which is grouped if it is a number.
func count(s string) string {
	if _, err := strconv.Atoi(s); err == nil {
		return grouped(s)
	}
	return s
}

// factor formats a ratio.
func factor(x float64) string { return digits(x) + "×" }

// A grid is a table of Markdown.
type grid struct {
	head []string
	rows [][]string
}

func newGrid(head ...string) *grid { return &grid{head: head} }

func (g *grid) add(cells ...string) { g.rows = append(g.rows, cells) }

// String returns the table, with all columns but the first aligned right, or "" if
// it has no rows.
func (g *grid) String() string {
	if len(g.rows) == 0 {
		return ""
	}
	var b strings.Builder
	line := func(cells []string) { fmt.Fprintf(&b, "| %s |\n", strings.Join(cells, " | ")) }
	line(g.head)
	rule := make([]string, len(g.head))
	for i := range rule {
		rule[i] = "---:"
	}
	rule[0] = "---"
	line(rule)
	for _, row := range g.rows {
		line(row)
	}
	return b.String()
}
