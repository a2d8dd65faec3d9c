package syntax

// This file defines Nearest, which finds the name that a misspelled name was meant to be.

import (
	"strings"
	"unicode/utf8"
)

// Nearest returns the candidate that name was probably meant to be, for a "did
// you mean" hint, or "" if none is near enough. Near means a distance of at most a
// third of the length of name, counted in runes that are changed, added, omitted or
// swapped with their neighbor. Case and underscores are ignored. The nearest candidate
// wins, and among equals the first.
func Nearest(name string, candidates []string) string {
	best, _ := NearestAlone(name, candidates)
	return best
}

// NearestAlone is like Nearest, and also reports whether no other candidate is as near.
func NearestAlone(name string, candidates []string) (best string, alone bool) {
	const longest = 64 // longer names are rarely misspelled, and cost time
	plain := normalize(name)
	n := utf8.RuneCountInString(plain)
	if n == 0 || n > longest {
		return "", false
	}
	bestDist := n/3 + 1
	if n < 3 {
		bestDist = 1 // only case and underscores may differ
	}
	for _, c := range candidates {
		if c == name || c == best || utf8.RuneCountInString(c) > longest {
			continue
		}
		switch d := distance(plain, normalize(c), bestDist+1); {
		case d < bestDist:
			best, bestDist, alone = c, d, true
		case d == bestDist && normalize(c) != normalize(best):
			alone = false
		}
	}
	return best, alone && best != ""
}

// normalize returns s without case and underscores, which people do not remember.
func normalize(s string) string {
	return strings.ReplaceAll(strings.ToLower(s), "_", "")
}

// distance returns the number of runes to change, add, omit or swap to turn a into b, or
// some number of at least bound if there are that many. It computes the restricted
// Damerau-Levenshtein distance with the usual table, keeping three rows of it.
func distance(a, b string, bound int) int {
	x, y := []rune(a), []rune(b)
	if abs(len(x)-len(y)) >= bound {
		return bound
	}
	before := make([]int, len(y)+1)
	above := make([]int, len(y)+1)
	row := make([]int, len(y)+1)
	for j := range row {
		row[j] = j
	}
	for i := range x {
		before, above, row = above, row, before
		row[0] = i + 1
		least := row[0]
		for j := range y {
			cost := 1
			if x[i] == y[j] {
				cost = 0
			}
			d := min(above[j]+cost, above[j+1]+1, row[j]+1)
			if i > 0 && j > 0 && x[i] == y[j-1] && x[i-1] == y[j] {
				d = min(d, before[j-1]+1)
			}
			row[j+1] = d
			least = min(least, d)
		}
		if least >= bound {
			return bound
		}
	}
	return row[len(y)]
}

func abs(n int) int {
	if n < 0 {
		return -n
	}
	return n
}
