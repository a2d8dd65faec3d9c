package vm

// This file combines the class tests that wait for the same variable.
//
// A test of an unbound variable waits. Often the waiting tests already decide a new
// one. For example, a relation of a block has a class, and rules for other classes
// are tried for the object at its end, but no value is of both classes. If no class
// is left for a variable, the new test fails at once. If it holds for all remaining
// classes, it succeeds. So a policy that follows a relation to an unbound variable
// does not continue with rules that can never apply.
//
// The registered types determine which classes overlap: a Go interface, a declared
// supertype, a union and the class of a kind share values with another class if and
// only if some type belongs to both.

import (
	"slices"

	"github.com/ursa-authz/ursa/authz/internal/host"
	"github.com/ursa-authz/ursa/authz/polar/internal/resolve"
)

// A prospect is what is known about a test of a variable that has no value.
type prospect uint8

const (
	mayPass      prospect = iota // it depends on the value
	neverPasses                  // no value that passes the waiting tests passes it
	alwaysPasses                 // every such value passes it
)

// addInstances lists the types of each class. A value of an unregistered type belongs
// at most to the class of its kind, and the list of that class has the engine's own
// type of the kind.
func (t *classTables) addInstances(reg *host.Registry) {
	t.instances = make([][]*host.Plan, reg.NumClasses())
	for i := range reg.NumPlans() {
		plan := reg.PlanByID(i)
		if plan.Kind == host.ClassKind || isExternal(plan) {
			continue
		}
		for _, class := range plan.Lineage() {
			t.instances[class] = append(t.instances[class], plan)
		}
	}
}

// isExternal reports whether a plan is of a class of another program, which has no instances
// here.
func isExternal(p *host.Plan) bool { return p.Class != nil && p.Class.External() }

// instancesOfUnion lists the types of the members of a union, each once.
func (p *Program) instancesOfUnion(u union) (plans []*host.Plan) {
	seen := make(map[*host.Plan]bool)
	for _, class := range u {
		for _, plan := range p.instances[class.ID] {
			if !seen[plan] {
				seen[plan] = true
				plans = append(plans, plan)
			}
		}
	}
	return plans
}

// A classTest is a waiting test of whether a variable is, or is not, of a class.
type classTest struct {
	pat *pattern
	not bool
}

// onClasses judges the test of the unbound variable v by the classes that the waiting
// tests leave for it.
func (m *Machine) onClasses(v Value, test classTest) (prospect, error) {
	c := m.cells[v.Word]
	if c.Plan != waitingPlan || !test.pat.isKnown() {
		return mayPass, nil
	}
	var buf [8]classTest
	tests := buf[:0]
	for l := int32(c.Word); l != 0; l = m.links[l-1].next {
		if err := m.charge(1); err != nil {
			return mayPass, err
		}
		if t, ok := m.testOf(&m.waiters[m.links[l-1].waiter], v); ok {
			tests = append(tests, t)
		}
	}
	plans, known := m.prog.instancesOf(test)
	fail := true // if only classes are excluded for the variable, any test may fail
	for _, t := range tests {
		if of, ok := m.prog.instancesOf(t); ok && (fail || len(of) < len(plans)) {
			plans, known, fail = of, true, false
		}
	}
	if !known {
		return mayPass, nil
	}
	pass := false
	for _, plan := range plans {
		if err := m.charge(1 + len(tests)); err != nil {
			return mayPass, err
		}
		if slices.ContainsFunc(tests, func(t classTest) bool { return !m.prog.passes(plan, t) }) {
			continue
		}
		if m.prog.passes(plan, test) {
			pass = true
		} else {
			fail = true
		}
	}
	switch {
	case !pass:
		return neverPasses, nil
	case !fail && len(test.pat.fields) == 0:
		return alwaysPasses, nil
	}
	return mayPass, nil
}

// testOf returns the class test of a waiter, if it tests the variable v itself.
func (m *Machine) testOf(w *waiter, v Value) (classTest, bool) {
	if w.done {
		return classTest{}, false
	}
	n, not := w.node, false
	if n.op == opNot {
		if n = n.negatedClass(); n == nil {
			return classTest{}, false
		}
		not = true
	}
	if n.op != opMatches || !n.pat.isKnown() {
		return classTest{}, false
	}
	var of Value
	switch n.a.kind {
	case varOperand:
		of = m.deref(makeVar(int(w.base + n.a.slot)))
	case termOperand:
		of = m.deref(n.a.value)
	default:
		return classTest{}, false
	}
	return classTest{n.pat, not}, isVar(of) && of.Word == v.Word
}

// negatedClass returns the class pattern of a node that negates only a test of whether
// a variable is of a class, else nil.
func (n *node) negatedClass() *node {
	t := n.sub
	if t.op != opMatches || t.next.op != opNotEnd || t.a.kind != varOperand || !t.pat.isKnown() || len(t.pat.fields) > 0 {
		return nil
	}
	return t
}

// isKnown reports whether a pattern tests for a registered class. A test for an
// unregistered class is an error once there is a value.
func (p *pattern) isKnown() bool {
	return p.kind == classPattern && (p.class != nil || p.union != resolve.UnionNone)
}

// instancesOf returns the types whose values may pass the test; ok is false if the
// test names no class whose types are listed.
func (p *Program) instancesOf(t classTest) (plans []*host.Plan, ok bool) {
	switch {
	case t.not:
		return nil, false
	case t.pat.union == resolve.UnionActor:
		return p.actors, true
	case t.pat.union == resolve.UnionResource:
		return p.resources, true
	}
	return p.instances[t.pat.class.ID], true
}

// passes reports whether a value of the type may pass the test.
func (p *Program) passes(plan *host.Plan, t classTest) bool {
	return p.isInstance(Value{Plan: plan}, t.pat) != t.not
}
