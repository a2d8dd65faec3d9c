package difftest

// This file defines Compare, one run of the comparison.

import (
	"fmt"
	"io"
	"maps"
	"slices"
)

// queriesPerProgram is the number of queries for each generated policy.
const queriesPerProgram = 5

// A Difference is a policy and a query for which the engines give different answers.
type Difference struct {
	Seed, Number   uint64 // of the program
	Profile        string
	Program        *Program // with only that query
	Original, Ours Answer
}

// String prints the difference as a test case.
func (d *Difference) String() string {
	return fmt.Sprintf("--- seed %d, program %d (%s)\n%s?= %s\noriginal: %v\nours:     %v\n",
		d.Seed, d.Number, d.Profile, d.Program.Policy(), d.Program.Queries[0], d.Original, d.Ours)
}

// Report is the outcome of a run.
type Report struct {
	Pairs       int
	Answered    int             // pairs with a comparable answer on both sides
	Solutions   int             // answered pairs with a solution
	Errors      map[Verdict]int // answered pairs that end in an error on both sides
	NoVerdict   map[Verdict]int // of the original
	Restarts    int             // workers that died
	Differences []*Difference
}

// Print writes the figures of the report.
func (r *Report) Print(w io.Writer) {
	share := func(n int) float64 { return 100 * float64(n) / float64(max(r.Pairs, 1)) }
	fmt.Fprintf(w, "%d pairs, %.1f %% answered by both, %.1f %% with solutions, %d differences, %d workers died\n",
		r.Pairs, share(r.Answered), share(r.Solutions), len(r.Differences), r.Restarts)
	for _, v := range slices.Sorted(maps.Keys(r.Errors)) {
		fmt.Fprintf(w, "  both end with error %-10s %6d\n", v, r.Errors[v])
	}
	for _, v := range slices.Sorted(maps.Keys(r.NoVerdict)) {
		fmt.Fprintf(w, "  no verdict: %-12s      %6d\n", v, r.NoVerdict[v])
	}
}

// Compare runs at least the given number of queries on both engines, over the
// programs of a seed. It stops at most differences.
func Compare(oracle *Oracle, seed uint64, pairs, most int) (*Report, error) {
	r := &Report{Errors: make(map[Verdict]int), NoVerdict: make(map[Verdict]int)}
	for n := uint64(0); r.Pairs < pairs && len(r.Differences) < most; n++ {
		g := NewGenerator(seed, n)
		p := g.Program(queriesPerProgram)
		policy, queries := p.Policy(), p.QueryTexts()
		original, err := oracle.Ask(policy, queries)
		if err != nil {
			return nil, err
		}
		ours := Ours{}.Ask(policy, queries)
		for i := range queries {
			r.Pairs++
			o, u := original[i], ours[i]
			if !o.Verdict.Comparable() {
				r.NoVerdict[o.Verdict]++
				continue
			}
			if o.Equal(u, false) {
				r.Answered++
				if len(o.Solutions) > 0 {
					r.Solutions++
				}
				if o.Verdict != VerdictDone {
					r.Errors[o.Verdict]++
				}
				continue
			}
			one := *p
			one.Queries = []*Goal{p.Queries[i]}
			r.Differences = append(r.Differences, &Difference{
				Seed: seed, Number: n, Profile: g.profile.Name, Program: &one, Original: o, Ours: u,
			})
		}
	}
	r.Restarts = oracle.Restarts
	return r, nil
}

// Shrink makes the program of d smaller as long as the engines differ on it in the
// same way: in their verdicts, or in their solutions.
func (d *Difference) Shrink(oracle *Oracle) (*Difference, error) {
	small := *d
	var failed error
	small.Program = Shrink(d.Program, func(p *Program) bool {
		if failed != nil {
			return false
		}
		policy, queries := p.Policy(), p.QueryTexts()
		answers, err := oracle.Ask(policy, queries)
		if err != nil {
			failed = err
			return false
		}
		o, u := answers[0], Ours{}.Ask(policy, queries)[0]
		same := !o.Equal(u, false) && o.Load == d.Original.Load && o.Verdict == d.Original.Verdict &&
			u.Load == d.Ours.Load && u.Verdict == d.Ours.Verdict
		if same {
			small.Original, small.Ours = o, u
		}
		return same
	})
	return &small, failed
}
