package difftest

// This file defines Shrink, which makes a program that shows a difference as
// small as it can.
//
// It works greedily: among all programs that are one step smaller, it takes the first
// that still shows the difference, and continues from there until there is none. The
// steps remove a block's line, a rule, a goal or an alternative, replace a connective
// by one of its goals, replace a parameter by _, and shorten the lists and
// dictionaries in an atom. A step may produce a policy that does not load; then it
// does not differ.

import (
	"regexp"
	"slices"
)

// Shrink returns the smallest program it finds for which differs returns true, as it
// does for p. Programs passed to differs have one query.
func Shrink(p *Program, differs func(*Program) bool) *Program {
	for range maxSteps {
		next := step(p, differs)
		if next == nil {
			return p
		}
		p = next
	}
	return p
}

// maxSteps bounds the steps of one Shrink. A generated program has fewer parts.
const maxSteps = 1000

// step returns a program one step smaller than p that differs, or nil.
func step(p *Program, differs func(*Program) bool) *Program {
	try := func(q *Program) *Program {
		if differs(q) {
			return q
		}
		return nil
	}
	for i, block := range p.Blocks {
		q := *p
		q.Blocks = slices.Delete(slices.Clone(p.Blocks), i, i+1)
		if q := try(&q); q != nil {
			return q
		}
		for j := range block.Lines {
			q := *p
			q.Blocks = slices.Clone(p.Blocks)
			q.Blocks[i] = &Block{Head: block.Head, Lines: slices.Delete(slices.Clone(block.Lines), j, j+1)}
			if q := try(&q); q != nil {
				return q
			}
		}
	}
	for i := range p.Rules {
		q := *p
		q.Rules = slices.Delete(slices.Clone(p.Rules), i, i+1)
		if q := try(&q); q != nil {
			return q
		}
	}
	for i, rule := range p.Rules {
		for smaller := range smallerRules(rule) {
			q := *p
			q.Rules = slices.Clone(p.Rules)
			q.Rules[i] = smaller
			if q := try(&q); q != nil {
				return q
			}
		}
	}
	for smaller := range smallerGoals(p.Queries[0]) {
		q := *p
		q.Queries = []*Goal{smaller}
		if q := try(&q); q != nil {
			return q
		}
	}
	return nil
}

func smallerRules(r *Rule) func(yield func(*Rule) bool) {
	return func(yield func(*Rule) bool) {
		if r.Body != nil {
			if !yield(&Rule{Name: r.Name, Params: r.Params}) {
				return
			}
			for body := range smallerGoals(r.Body) {
				if !yield(&Rule{Name: r.Name, Params: r.Params, Body: body}) {
					return
				}
			}
		}
		for i, param := range r.Params {
			for _, text := range append([]string{"_"}, smallerText(param)...) {
				if text == param {
					continue
				}
				params := slices.Clone(r.Params)
				params[i] = text
				if !yield(&Rule{Name: r.Name, Params: params, Body: r.Body}) {
					return
				}
			}
		}
	}
}

// smallerGoals yields the goals that are one step smaller than g.
func smallerGoals(g *Goal) func(yield func(*Goal) bool) {
	return func(yield func(*Goal) bool) {
		if g.Op == OpAtom {
			for _, text := range smallerText(g.Text) {
				if !yield(atom(text)) {
					return
				}
			}
			if g.Text != "true" {
				yield(atom("true"))
			}
			return
		}
		for i, kid := range g.Kids {
			if !yield(kid) {
				return
			}
			if (g.Op == OpAnd || g.Op == OpOr) && len(g.Kids) > 2 {
				if !yield(&Goal{Op: g.Op, Kids: slices.Delete(slices.Clone(g.Kids), i, i+1)}) {
					return
				}
			}
		}
		for i, kid := range g.Kids {
			for smaller := range smallerGoals(kid) {
				kids := slices.Clone(g.Kids)
				kids[i] = smaller
				if !yield(&Goal{Op: g.Op, Kids: kids}) {
					return
				}
			}
		}
	}
}

// shortenings are the ways to shorten a text. Each is tried everywhere it applies.
var shortenings = []struct {
	long  *regexp.Regexp
	short string
}{
	{regexp.MustCompile(`\(([^()]*) (?:[-+*/]|mod|rem) [^()]*\)`), "$1"}, // (a + b) -> a
	{regexp.MustCompile(`\([^()]* (?:[-+*/]|mod|rem) ([^()]*)\)`), "$1"}, // (a + b) -> b
	{regexp.MustCompile(`\[([^][{}, ]+), [^][{}]*\]`), "[$1]"},
	{regexp.MustCompile(`\[[^][{}, ]+, ([^][{}]*)\]`), "[$1]"},
	{regexp.MustCompile(`\[[^][{}]+\]`), "[]"},
	{regexp.MustCompile(`\{[^{},]+, ([^{}]*)\}`), "{$1}"},
	{regexp.MustCompile(`\{([^{},]+), [^{}]*\}`), "{$1}"},
	{regexp.MustCompile(`\{[^{}]+\}`), "{}"},
	{regexp.MustCompile(`: [A-Za-z]+$`), ""},                  // x: Class -> x
	{regexp.MustCompile(`\.[A-Z][A-Za-z]*(\([^()]*\))?`), ""}, // x.Name -> x
	{regexp.MustCompile(`\b(20|3|2|TEN)\b`), "1"},
}

func smallerText(text string) []string {
	var texts []string
	for _, s := range shortenings {
		for _, at := range s.long.FindAllStringIndex(text, -1) {
			found := text[at[0]:at[1]]
			shorter := text[:at[0]] + s.long.ReplaceAllString(found, s.short) + text[at[1]:]
			if shorter != text && len(shorter) <= len(text) {
				texts = append(texts, shorter)
			}
		}
	}
	return texts
}
