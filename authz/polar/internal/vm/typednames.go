//go:build !purego

package vm

// This file finds the texts for which a rule holds, with code for types: the actions, or the
// fields, that an actor may do something with.
//
// The compiler walks the goals with the text as a variable. At a solution it knows the text: a
// literal of the policy, or none if the rules leave it open. So the code of a solution notes
// which one it is and reports failure. The run then goes on and tries everything, like a query
// for all solutions.

import (
	"context"
	"math/bits"
	"slices"

	"github.com/ursa-authz/ursa/authz/internal/host"
)

const (
	mostNames     = 64 // texts that a run can note
	solutionSteps = 2  // that a query is charged for the value of a variable
)

// typedNotes are the solutions that a run has found.
type typedNotes struct {
	names     uint64 // bit i: name i of the decision
	all       bool   // a solution leaves the text open
	solutions int
}

// NamesTyped returns the texts, sorted, for which the rule of that name holds, in the place of the last
// text of q, which is empty. All says whether it also holds for every other text. If done is
// false, only the solver can tell.
func (p *Program) NamesTyped(ctx context.Context, limits *Limits, name string, q *Question) (names []string, all, done bool) {
	r := p.typedRuleOf(name, q.Form)
	if r == nil || !q.hasObjects() {
		return nil, false, false
	}
	d := p.typedSlow(ctx, r, q, true)
	if d == nil || !d.fits(limits) || d.methods { // the solver would call the methods again
		return nil, false, false
	}
	defer func() {
		if !done { // a bug in the code must not become an answer
			recover()
			names, all = nil, false
		}
	}()
	var notes typedNotes
	var f typedFrame
	f.limits, f.ctx, f.steps, f.notes = limits, ctx, d.steps, hide(&notes)
	f.begin(q)
	switch {
	case d.more:
		d.runMore(hide(&f))
	case d.texts:
		d.runTexts(hide(&f))
	default:
		d.code(hide(&f))
	}
	if !d.answered(&f) {
		return nil, false, false
	}
	if notes.names != 0 {
		names = make([]string, 0, bits.OnesCount64(notes.names))
	}
	for i, name := range d.names {
		if notes.names&(1<<i) != 0 {
			names = append(names, name)
		}
	}
	slices.Sort(names)
	return names, notes.all, true
}

// found compiles the end of a solution of a query whose first variable is open.
func (c *typedCompiler) found(e *typedEnv) *typedBlock {
	var bit uint64
	if t := e.vars[e.find(0)].term; t != nil {
		if t.kind != termConst || t.value.Kind() != host.String {
			c.no("a name that is not a literal text")
		}
		name := t.value.Str()
		i := slices.Index(c.names, name)
		if i < 0 {
			if i = len(c.names); i == mostNames {
				c.no("too many names")
			}
			c.names = append(c.names, name)
		}
		bit = 1 << i
	}
	return &typedBlock{steps: solutionSteps, run: func(f *typedFrame) bool {
		f.notes.names |= bit
		f.notes.all = f.notes.all || bit == 0
		if f.notes.solutions++; f.notes.solutions > f.limits.Results {
			return f.giveUp()
		}
		return false
	}}
}

// hasObjects reports whether neither the actor nor the resource is nil.
func (q *Question) hasObjects() bool {
	_, actor := host.Words(q.Actor)
	_, resource := host.Words(q.Resource)
	return actor != nil && resource != nil
}
