package vm

// This file defines the order of rules: which of two rules that apply to a
// call is more specific, and the insertion sort that the language prescribes.
// The relation may not be transitive, so other sorts could give another order.

import (
	"github.com/ursa-authz/ursa/authz/internal/host"
	"github.com/ursa-authz/ursa/authz/polar/internal/resolve"
)

// moreSpecific reports whether l comes before r for a call with args.
func (m *Machine) moreSpecific(l, r *clause, args []Value) bool {
	return precedes(l, r, func(i int, lp, rp *pattern) bool {
		return classMoreSpecific(lp, rp, m.deref(args[i]))
	})
}

// mayPrecede reports whether l may be more specific than r for some argument
// to which both apply.
func mayPrecede(l, r *clause) bool {
	return precedes(l, r, func(_ int, lp, rp *pattern) bool {
		switch {
		case lp.class == nil || rp.class == nil:
			return false
		case lp.class == rp.class:
			return len(lp.fields) > len(rp.fields)
		}
		return mayOverlap(lp.class, rp.class)
	})
}

// precedes reports whether l is more specific than r. It looks at specializers
// only: the first parameter where they differ decides. The function classes compares
// two different class patterns for parameter i.
func precedes(l, r *clause, classes func(i int, lp, rp *pattern) bool) bool {
	for i := range l.params {
		lp, rp := l.params[i].pat, r.params[i].pat
		switch {
		case lp == nil && rp == nil:
			continue
		case lp == nil:
			return false
		case rp == nil:
			return true
		}
		lu, ru := lp.union != resolve.UnionNone, rp.union != resolve.UnionNone
		switch {
		case lu && ru:
			continue
		case lu:
			return false
		case ru:
			return true
		case lp.key != "" && lp.key == rp.key:
			continue
		case lp.kind == classPattern && rp.kind == classPattern:
			return classes(i, lp, rp)
		case lp.kind == dictPattern && rp.kind == dictPattern:
			return len(lp.fields) > len(rp.fields)
		}
		return lp.kind == classPattern && rp.kind == dictPattern
	}
	return false
}

// classMoreSpecific compares two class patterns that differ, for one argument.
func classMoreSpecific(l, r *pattern, arg Value) bool {
	plan := arg.Plan
	if isPartial(arg) {
		plan = asSymbol(arg).plan
	}
	if l.class == nil || r.class == nil || plan == nil || arg.Kind() == host.Var || isOpen(arg) {
		return false
	}
	if l.class == r.class {
		return plan.Kind == host.Instance && len(l.fields) > len(r.fields)
	}
	if l.class.Interface && r.class.Interface {
		return l.class.IsA(r.class) // by their method sets; others keep the order of the source
	}
	for _, id := range plan.Lineage() {
		switch id {
		case l.class.ID:
			return true
		case r.class.ID:
			return false
		}
	}
	return false
}

// mayReorder reports whether some call may order the clauses otherwise than
// they stand. It may err to the side of true.
func mayReorder(clauses []*clause, poll func(work int)) bool {
	if len(clauses) < 2 {
		return false
	}
	const manySignatures = 64 // beyond it comparing each with each costs more than sorting at run time
	type span struct {
		of          *clause
		first, last int // where clauses of its signature stand
	}
	var spans []*span
	known := make(map[string]*span)
	for at, c := range clauses {
		poll(1)
		if s := known[c.signature]; s != nil && c.signature != "" {
			s.last = at
			continue
		}
		if len(spans) == manySignatures {
			return true
		}
		s := &span{c, at, at}
		spans = append(spans, s)
		known[c.signature] = s
	}
	for _, j := range spans {
		for _, i := range spans {
			if i != j && j.last > i.first && mayPrecede(j.of, i.of) {
				return true
			}
		}
	}
	return false
}

// signatureOf returns what specificity sees of a clause, or "" if a specializer has no key.
func signatureOf(params []param) string {
	keys := make([]string, len(params))
	for i, p := range params {
		keys[i] = "-"
		if p.pat != nil {
			keys[i] = p.pat.key
		}
	}
	return joinKeys(keys)
}

// mayOverlap reports whether one value may belong to both of two classes.
func mayOverlap(a, b *host.ClassInfo) bool {
	alone := func(c *host.ClassInfo) bool { return !c.Interface && c.Plan != nil && c.Builtin == host.Nil }
	switch {
	case alone(a) && alone(b):
		return a.Plan.IsA(b.ID) || b.Plan.IsA(a.ID) || a.Type == b.Type
	default:
		return true
	}
}

// sortBySpecificity orders the applicable clauses in place.
func (m *Machine) sortBySpecificity(cs []*clause, args []Value) error {
	for outer := 1; outer < len(cs); outer++ {
		for inner := outer; inner > 0; inner-- {
			if err := m.charge(1); err != nil {
				return err
			}
			if !m.moreSpecific(cs[inner], cs[inner-1], args) {
				break
			}
			cs[inner], cs[inner-1] = cs[inner-1], cs[inner]
		}
	}
	return nil
}

// staticOrder returns the clauses in the order in which every call tries them,
// if the arguments have no say in it: when specificity depends on the patterns
// alone, and is a weak order, so that sorting some of the clauses gives the same
// as sorting all of them and leaving some out.
func staticOrder(clauses []*clause, poll func(work int)) ([]*clause, bool) {
	const most = 64 // all pairs are compared
	if len(clauses) > most {
		return nil, false
	}
	before := func(i, j int) bool {
		return mayPrecede(clauses[i], clauses[j])
	}
	for i := range clauses {
		poll(4 * len(clauses)) // for all that follows
		for j := range clauses {
			if i != j && dependsOnArguments(clauses[i], clauses[j]) {
				return nil, false
			}
		}
	}
	order := make([]int, len(clauses))
	for i := range order {
		order[i] = i
	}
	for outer := 1; outer < len(order); outer++ {
		for inner := outer; inner > 0 && before(order[inner], order[inner-1]); inner-- {
			order[inner], order[inner-1] = order[inner-1], order[inner]
		}
	}
	// In a weak order clauses fall into ranks: every clause precedes exactly
	// those of higher rank.
	rank := make([]int, len(order))
	for k := 1; k < len(order); k++ {
		rank[k] = rank[k-1]
		if before(order[k-1], order[k]) {
			rank[k]++
		}
	}
	for a := range order {
		for b := range order {
			if a != b && before(order[a], order[b]) != (rank[a] < rank[b]) {
				return nil, false
			}
		}
	}
	sorted := make([]*clause, len(order))
	for i, k := range order {
		sorted[i] = clauses[k]
	}
	return sorted, true
}

// dependsOnArguments reports whether the order of two clauses may depend on what they are called with.
func dependsOnArguments(l, r *clause) bool {
	for i := range l.params {
		lp, rp := l.params[i].pat, r.params[i].pat
		switch {
		case lp == nil && rp == nil:
			continue
		case lp == nil || rp == nil:
			return false
		}
		lu, ru := lp.union != resolve.UnionNone, rp.union != resolve.UnionNone
		switch {
		case lu && ru:
			continue
		case lu || ru:
			return false
		case lp.key != "" && lp.key == rp.key:
			continue
		case lp.kind == classPattern && rp.kind == classPattern:
			return lp.class == nil || rp.class == nil || lp.class == rp.class || mayOverlap(lp.class, rp.class)
		}
		return false
	}
	return false
}
