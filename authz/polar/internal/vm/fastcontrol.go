package vm

// This file defines the goals of the fast path that contain or enter other goals:
// negation, alternatives, and calls.

import (
	"maps"
	"slices"

	"github.com/ursa-authz/ursa/authz/polar/internal/resolve"
)

// not compiles a negation of g, which waits for the variables from outside.
func (c *fastCompiler) not(negation, g resolve.Goal, locals []int) []build {
	used := make(map[int]bool)
	markGoal(g, used, c.p.poll)
	for _, s := range locals {
		delete(used, s)
	}
	for _, s := range slices.Sorted(maps.Keys(used)) {
		switch c.place(s).state {
		case stateFree:
			return c.wait(c.find(s), nil, negation)
		case stateMixed:
			return c.give("a negation of a variable " + mixed)
		}
	}
	inner := c.clone()
	builds := inner.goal(g)
	if !inner.failed && (len(inner.waiting) > len(c.waiting) || len(inner.tests) > len(c.tests)) {
		return c.give("a negation with a test that waits for a variable")
	}
	c.slots, c.goals = inner.slots, inner.goals
	sub := chain(builds, holds)
	return []build{func(next step) step {
		return func(r *run, base int) bool {
			depth, top, cont, conts := r.depth, r.top, r.cont, len(r.conts)
			ok := sub(r, base)
			if r.gaveUp {
				return true
			}
			r.depth, r.top, r.cont, r.conts = depth, top, cont, r.conts[:conts]
			return !ok && next(r, base)
		}
	}}
}

// clone returns a compiler with the same knowledge, which learns for itself.
func (c *fastCompiler) clone() *fastCompiler {
	k := *c
	k.vars, k.alias = slices.Clone(c.vars), slices.Clone(c.alias)
	k.waiting, k.tests = maps.Clone(c.waiting), maps.Clone(c.tests)
	return &k
}

// or compiles alternatives. What follows is compiled once, so a variable must
// have its value at the same place after each of them.
func (c *fastCompiler) or(g *resolve.Or) []build {
	var alts []*fastCompiler
	var builds [][]build
	var ends []int // the alternatives that go on, as indexes of builds
	for _, goal := range g.Goals {
		alt := c.clone()
		bs := alt.goal(goal)
		builds = append(builds, bs)
		c.slots, c.goals = max(c.slots, alt.slots), alt.goals
		if alt.failed {
			continue // nothing continues after it
		}
		if len(alt.waiting) != len(c.waiting) || len(alt.tests) != len(c.tests) {
			return c.give("an alternative with a test that waits for a variable")
		}
		alts, ends = append(alts, alt), append(ends, len(builds)-1)
	}
	if len(alts) == 0 {
		c.failed = true // for the reasons of the alternatives
		alts = append(alts, c)
	}
	for v := range c.vars {
		if c.failed {
			break
		}
		before := c.place(v)
		if before.state != stateFree {
			continue
		}
		first := alts[0].place(v)
		same := true
		values := 0
		for _, alt := range alts {
			p := alt.place(v)
			same = same && p == first && alt.find(v) == c.find(v)
			if p.state == stateValue || p.state == stateConst {
				values++
			}
		}
		switch {
		case same:
			c.vars[c.find(v)] = first
		case values == len(alts):
			// Copy the value to one slot at the end of each alternative.
			slot := c.newSlot()
			for i, alt := range alts {
				p := alt.place(v)
				builds[ends[i]] = append(builds[ends[i]], func(next step) step {
					return func(r *run, base int) bool {
						r.slots[base+slot] = p.load(r, base)
						return next(r, base)
					}
				})
			}
			c.vars[c.find(v)] = place{state: stateValue, slot: slot}
		default:
			c.vars[c.find(v)] = place{state: stateMixed}
		}
	}
	return []build{func(next step) step {
		steps := make([]step, len(builds))
		for i, bs := range builds {
			steps[i] = chain(bs, next)
		}
		return func(r *run, base int) bool {
			for _, s := range steps {
				if s(r, base) {
					return true
				}
			}
			return false
		}
	}}
}

// call compiles a rule call.
func (c *fastCompiler) call(g *resolve.Call) []build {
	pr := c.p.preds[g.Pred.Name][len(g.Args)]
	if pr == nil || pr.arity > 60 {
		return c.give("a call of an undefined rule, or with too many arguments")
	}
	var mode uint64
	args := make([]place, len(g.Args))
	outs := make([]int, len(g.Args))
	var finds []int // the variables that the call finds values for
	for i, t := range g.Args {
		p, free, ok := c.known(t)
		outs[i] = -1
		switch {
		case ok:
			args[i] = p
			mode |= 1 << i
		case free >= 0 && !slices.Contains(finds, free):
			finds = append(finds, free)
			outs[i] = c.vars[free].slot
			args[i] = place{state: stateConst, value: Value{Plan: varPlan}}
		case free >= 0:
			return c.give("a call with one unknown variable twice")
		default:
			return c.give("a call with " + c.unknown(t))
		}
	}
	for _, v := range finds {
		if c.mayFail(v) {
			return c.give("a test that may fail, and waits for the result of a call")
		}
	}
	fp := c.p.fastPredOf(pr, mode)
	var after []build
	for _, v := range finds {
		after = append(after, c.bindTo(v, c.stored(v))...)
	}
	if len(finds) == 0 {
		outs = nil
	}
	first := func(next step) step {
		return func(r *run, base int) bool {
			depth, top, outer := r.depth, r.top, r.cont
			if !r.push(args, base) {
				return true
			}
			r.cont = len(r.conts)
			r.conts = append(r.conts, resume{next: next, base: base, depth: depth, outer: outer, to: outs})
			if r.call(fp, top) {
				return true
			}
			r.conts = r.conts[:r.cont]
			r.depth, r.top, r.cont = depth, top, outer
			return false
		}
	}
	return append([]build{first}, after...)
}

// mayFail reports whether a test that waits for variable v may end in an error. Such a
// test cannot be put off until a call that finds a value for v returns: the solver runs
// it within the call, which may fail after that.
func (c *fastCompiler) mayFail(v int) bool {
	return len(c.waiting[v]) > 0 || slices.ContainsFunc(c.tests[v], func(p *pattern) bool { return !p.isClass() })
}

// push puts the arguments of a call on top. It reports false after giving up.
func (r *run) push(args []place, base int) bool {
	from := r.top
	if !r.grow(from + len(args)) {
		return false
	}
	for i := range args {
		r.slots[from+i] = args[i].load(r, base)
	}
	return true
}
