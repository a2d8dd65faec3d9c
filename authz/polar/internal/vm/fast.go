package vm

// This file defines the fast path of decisions: rules compiled to closures.
//
// A decision determines whether a call with known arguments has a solution. For most
// rules the compiler knows, at every goal, which variables have a value. Such a rule
// needs no trail and no choices: a variable is a slot that is written when its goal is
// reached, and the continuation of a goal is a closure. A goal calls its continuation
// once for each of its solutions and stops at the first that holds. So the closures
// explore exactly what the solver would, in the same order.
//
// A rule is compiled for each mode in which it is called (which of its arguments have
// values), when it is first reached. A call pushes its continuation. The end of the
// callee's body runs it, with the values found for arguments that had none. If a call
// finds no values, its further solutions cannot change the continuation. They are still
// searched, since one may be an error, but the continuation is not run again. A test that
// would wait for a variable is compiled where the variable gets its value.
//
// The fast path never decides differently from the solver. In unusual cases (an error of
// any kind, a relation to fetch, a recursion that is deep or may loop, many steps) it
// gives up, and the solver makes the decision from the beginning. Goals that cannot be
// compiled (cut, :=, print, and goals that depend on a variable that stays unbound) are
// compiled to giving up, so that only the decisions that reach them are slower.

import (
	"context"
	"slices"
	"sync"
	"sync/atomic"

	"github.com/ursa-authz/ursa/authz/internal/host"
)

// Bounds of a fast decision. Beyond them the solver takes over, which polls the
// context and counts against the limits. The work up to then is lost, so the bounds
// are small compared with the limits of the solver.
const (
	fastSteps = 4096
	fastDepth = 64             // nested calls
	fastGoals = 64             // goals of one rule
	fastSlots = fastDepth * 64 // arguments and variables of all activations
	mostMade  = 256            // elements of lists, in a run that is kept
)

// A run is the state of one fast decision.
type run struct {
	prog   *Program
	ctx    context.Context
	slots  []Value  // activations, innermost last
	top    int      // end of the innermost activation
	high   int      // the highest top so far
	conts  []resume // continuations of the calls being solved
	cont   int      // the innermost of them; -1 for the decision itself
	args   []Value  // arguments of a method
	made   []Value  // elements of the lists that methods made
	calls  []HostCall
	lost   bool // a call is not among calls
	steps  int
	depth  int
	gaveUp bool
	rule   *RuleInfo // the rule of the outermost call being tried
}

// A step solves the goals from one point of a body on, in the activation at
// base. It reports whether they hold; after giving up it reports true, so that
// nothing else is tried.
type step func(r *run, base int) bool

// A resume is the continuation of a call.
type resume struct {
	next   step
	base   int   // activation of the caller
	depth  int   // of the caller
	outer  int   // what follows the caller: an index of run.conts, or -1
	to     []int // by argument: the caller's slot for the value found; -1 where it had one; nil when all had
	failed bool  // next was run and failed, and nothing found since can change that
}

// A fastPred is a predicate in one mode.
type fastPred struct {
	pred    *pred
	mode    uint64 // bit i: argument i has a value
	clauses []atomic.Pointer[fastClause]
	shapes  sync.Map // *shape: the *fastClause of a clause, if others of the shape differ from it only in tests
}

// A fastClause is a clause in one mode. Its activation is its arguments followed by its variables.
type fastClause struct {
	slots int       // variables
	tests []argTest // tests that must pass first
	body  step
}

// of returns what fc is for a clause of the same shape.
func (fc *fastClause) of(cl *clause) *fastClause {
	tests := slices.Clone(fc.tests)
	for i := range tests {
		if t := &tests[i]; t.class == nil {
			t.text = cl.params[t.arg].term.value.Str()
		}
	}
	return &fastClause{slots: fc.slots, tests: tests, body: fc.body}
}

// giveUp ends the fast decision.
func (r *run) giveUp() bool {
	r.gaveUp = true
	return true
}

// Decide decides name(actor, action, resource). If done is false, the solver must decide instead.
// Then calls are the calls that the solver can replay.
func (p *Program) Decide(ctx context.Context, name string, actor any, action string, resource any) (allowed bool, rule *RuleInfo, calls []HostCall, done bool) {
	var fp *fastPred
	switch name {
	case "allow":
		fp = p.allow
	case "deny":
		fp = p.deny
	default:
		fp = p.decisions[name]
	}
	if fp == nil {
		return false, nil, nil, false
	}
	r := p.runs.Get().(*run)
	r.ctx = ctx
	defer func() {
		if recover() != nil { // a bug in the fast path must not become an answer
			allowed, rule, calls, done = false, nil, nil, false
		}
	}()
	args := (*[3]Value)(r.slots)
	if p.reg.Read(&args[0], actor) && p.reg.Read(&args[2], resource) {
		args[1] = host.MakeString(action)
		r.top, r.cont = 3, -1
		allowed = r.call(fp, 0)
		done = !r.gaveUp && ctx.Err() == nil // if the context has ended, the solver reports it
	}
	if done && allowed {
		rule = r.rule
	}
	if !done && !r.lost && len(r.calls) > 0 {
		calls = slices.Clone(r.calls)
	}
	r.release()
	return done && allowed, rule, calls, done
}

// call tries the clauses of a call whose arguments are at base, on top of the slots.
func (r *run) call(fp *fastPred, base int) bool {
	r.depth++
	if r.depth > fastDepth {
		return r.giveUp()
	}
	arity := fp.pred.arity
	args := r.slots[base : base+arity]
	leaf := fp.pred.index.find(args)
	clauses := leaf.clauses
	r.steps += len(clauses)
	if r.steps > fastSteps {
		return r.giveUp()
	}
	if leaf.ordered && len(clauses) > 1 {
		if clauses = r.prog.mayApply(clauses, args); len(clauses) > 1 {
			return r.giveUp()
		}
	}
	for _, cl := range clauses {
		fc := fp.clauses[cl.order].Load()
		if fc == nil {
			fc = r.prog.compileFast(fp, cl)
			if r.ctx.Err() != nil { // compiling takes longer than trying
				return r.giveUp()
			}
		}
		if !pass(fc.tests, args) {
			continue
		}
		if r.depth == 1 {
			r.rule = cl.info
		}
		top := r.top
		if !r.grow(base + arity + fc.slots) {
			return true
		}
		if fc.body(r, base) {
			return true
		}
		r.top = top
	}
	r.depth--
	return false
}

// mayApply returns the only clause that may apply to a call, or none, or all if
// there are several, which have an order.
func (p *Program) mayApply(clauses []*clause, args []Value) []*clause {
	only := clauses[:0]
	for i, cl := range clauses {
		if !p.mayMatch(cl, args) || !cl.mayBeLists(args) {
			continue
		}
		if len(only) > 0 {
			return clauses
		}
		only = clauses[i : i+1]
	}
	return only
}

// grow moves the end of the innermost activation. It reports false after giving up.
func (r *run) grow(top int) bool {
	if top > len(r.slots) {
		if top > fastSlots {
			r.gaveUp = true
			return false
		}
		slots := make([]Value, min(max(top, 2*len(r.slots)), fastSlots))
		copy(slots, r.slots)
		r.slots = slots
	}
	r.top, r.high = top, max(r.high, top)
	return true
}

// firstSlots are enough for most decisions; the pool is emptied from time to
// time, and a run should not cost much then.
const firstSlots = 128

func newRun(p *Program) *run {
	return &run{prog: p, slots: make([]Value, firstSlots)}
}

// release clears the run, so that it keeps no host memory alive, and returns it to the pool.
func (r *run) release() {
	clear(r.slots[:max(r.high, 3)]) // continuations refer only to the program
	clear(r.made)
	clear(r.calls)
	r.calls, r.lost = r.calls[:0], false
	r.conts, r.args, r.made = r.conts[:0], r.args[:0], r.made[:0]
	if cap(r.made) > mostMade {
		r.made = nil
	}
	// One by one, which costs less than assigning a new run.
	r.ctx, r.rule, r.gaveUp = nil, nil, false
	r.top, r.high, r.cont, r.steps, r.depth = 0, 0, 0, 0, 0
	r.prog.runs.Put(r)
}
