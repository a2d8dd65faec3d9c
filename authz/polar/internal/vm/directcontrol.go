package vm

// This file defines the goals of direct decisions that contain or enter other goals:
// negation, alternatives, and calls.

import (
	"maps"
	"slices"

	"github.com/ursa-authz/ursa/authz/polar/internal/resolve"
)

// not compiles a negation of g, which waits for the variables from outside.
func (c *directCompiler) not(negation, g resolve.Goal, locals []int) []build {
	used := make(map[int]bool)
	markGoal(g, used, c.p.poll)
	for _, s := range locals {
		delete(used, s)
	}
	for _, s := range slices.Sorted(maps.Keys(used)) {
		switch c.place(s).state {
		case stateFree:
			if v := c.find(s); c.isAwaited(v) {
				return c.give("a negation that waits behind another test") // the solver may compare classes
			}
			return c.wait(c.find(s), negation)
		case stateMixed:
			return c.give("a variable may have a value or none")
		}
	}
	inner := c.clone()
	builds := inner.goal(g)
	if c.learn(inner); inner.failed || len(inner.waiting) > len(c.waiting) || len(inner.tests) > len(c.tests) {
		return c.give("a negation in which a test waits")
	}
	pos := c.pos()
	return []build{func(next *goal) *goal {
		return &goal{op: goalNot, cost: 1, sub: chain(builds, &goal{op: goalNotEnd, pos: pos}), next: next, pos: pos}
	}}
}

// clone returns a compiler with the same knowledge, which learns for itself.
func (c *directCompiler) clone() *directCompiler {
	k := *c
	k.vars, k.alias = slices.Clone(c.vars), slices.Clone(c.alias)
	k.waiting, k.tests = maps.Clone(c.waiting), maps.Clone(c.tests)
	return &k
}

// learn takes from a clone what holds for the whole clause.
func (c *directCompiler) learn(k *directCompiler) {
	c.slots, c.calls, c.now = max(c.slots, k.slots), k.calls, k.now
	if c.why == "" {
		c.why = k.why
	}
}

// or compiles alternatives. What follows is compiled once, so a variable must
// have its value at the same place after each of them.
func (c *directCompiler) or(g *resolve.Or) []build {
	var alts []*directCompiler
	var builds [][]build
	for _, goal := range g.Goals {
		alt := c.clone()
		builds = append(builds, alt.goal(goal))
		if c.learn(alt); alt.failed || len(alt.waiting) != len(c.waiting) || len(alt.tests) != len(c.tests) {
			return c.give("alternatives in which a test waits")
		}
		alts = append(alts, alt)
	}
	for v := range c.vars {
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
				builds[i] = append(builds[i], c.free(func(m *Machine, base int) (bool, error) {
					m.d.slots[base+slot] = p.load(m, base)
					return true, nil
				}))
			}
			c.vars[c.find(v)] = place{state: stateValue, slot: slot}
		default:
			c.vars[c.find(v)] = place{state: stateMixed}
		}
	}
	pos := c.pos()
	return []build{func(next *goal) *goal {
		or := &goal{op: goalOr, cost: 1, pos: pos}
		for _, bs := range builds {
			or.alts = append(or.alts, chain(bs, next))
		}
		return or
	}}
}

// call compiles a rule call.
func (c *directCompiler) call(g *resolve.Call) []build {
	pr := c.p.preds[g.Pred.Name][len(g.Args)]
	if pr == nil || pr.arity > 60 {
		return c.give("a call of no rule")
	}
	var before []build
	callee := &goalCallee{args: make([]place, len(g.Args))}
	var mode uint64
	outs := make([]int, len(g.Args))
	var finds []int // the variables that the call finds values for
	for i, t := range g.Args {
		p, free, ok := c.value(t, &before)
		outs[i] = -1
		switch {
		case ok:
			callee.args[i] = p
			mode |= 1 << i
		case free >= 0 && !slices.Contains(finds, free) && !c.isAwaited(free):
			// A test that waits would run within the call, and may end it there.
			finds = append(finds, free)
			outs[i] = c.vars[free].slot
			callee.args[i] = place{state: stateConst, value: Value{Plan: unboundPlan}}
		default:
			return c.give("a call with an argument that is tested later")
		}
	}
	callee.to = c.p.directPredOf(pr, mode)
	c.calls = append(slices.Clip(c.calls), callee.to)
	var after []build
	for _, v := range finds {
		after = append(after, c.bindTo(v, c.stored(v))...)
	}
	if len(finds) > 0 {
		callee.outs = outs
	}
	// The solver lets the last call of a body take the place of its caller.
	callee.tail = c.last[g] && pr.component == c.fp.pred.component
	pos := c.pos()
	cost := int32(1)
	var out []build
	if len(before) > 0 {
		out, cost = append([]build{c.tick(1, 0)}, before...), 0
	}
	out = append(out, func(next *goal) *goal {
		return &goal{op: goalCall, cost: cost, call: callee, next: next, pos: pos}
	})
	return append(out, after...)
}
