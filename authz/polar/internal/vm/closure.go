package vm

// This file defines how equations are solved (equation.go).
//
// The equations of calls that depend on each other form an automaton. Its states are the
// calls, and a use is a transition from one call to another. A state accepts a row if a
// path leads from the row to one that satisfies the base of the state where it ends.
//
// The automaton is solved by elimination. To eliminate a state, its equation replaces
// each use of it. First, uses of itself are resolved: x = A x or B has the least solution
// A* B, any number of steps A and then B. This is a Reach of package filter if A is one
// step of a Reach: it follows relations from row to row, and each of its other conditions
// is about one of these rows. If there are conditions c on the row where A ends, (A c)* is
// either no step or A (c A)* c. If A ends at the only row, c is also a condition on the
// row where A starts.
//
// Not every automaton can be written as a sequence of Reaches. An even number of steps
// can, as a Reach with steps over two relations. Steps over one relation or another
// cannot. So states are eliminated in an order that leaves short steps, and equivalent
// states are merged first.

import (
	"slices"

	"github.com/ursa-authz/ursa/authz/filter"
	"github.com/ursa-authz/ursa/authz/internal/host"
)

// A closure is any number of steps.
type closure struct{ hops []hop }

// A hop follows a relation from the row at, which satisfies a condition.
type hop struct {
	at   filter.Var
	attr *host.Attr
	step filter.Expr
}

// reach makes a node of the binder of a closure.
func (m *Machine) reach(c *condition, where filter.Expr) filter.Expr {
	first := c.chain.hops[0]
	e := filter.Reach{
		As: c.as, From: c.from, At: first.at, Step: first.step, Rel: m.prog.relation(first.attr), Reflexive: true, Where: where,
	}
	for _, h := range c.chain.hops[1:] {
		e.Via = append(e.Via, filter.Hop{At: h.at, Step: h.step, Rel: m.prog.relation(h.attr)})
	}
	return e
}

// A state is an equation that is being solved. The first state of a system has no
// equation: it is the answer.
type state struct {
	eq   *equation
	base []filter.Expr
	uses []use
}

// A system is the set of remaining states.
type system struct {
	m      *Machine
	answer *state
	states []*state
}

// solve returns the condition under which an equation's own row solves it.
func (m *Machine) solve(eq *equation) (filter.Expr, error) {
	if len(eq.uses) == 0 {
		return anyOf(eq.base), nil
	}
	s := &system{m: m, answer: &state{uses: []use{{label{nil, eq.row}, eq, eq.site}}}}
	known := map[*equation]bool{eq: true}
	for queue := []*equation{eq}; len(queue) > 0; queue = queue[1:] {
		eq := queue[0]
		s.states = append(s.states, &state{eq, slices.Clone(eq.base), slices.Clone(eq.uses)})
		for _, u := range eq.uses {
			if !known[u.of] {
				known[u.of] = true
				queue = append(queue, u.of)
			}
		}
	}
	for len(s.states) > 0 {
		if err := s.simplify(); err != nil {
			return nil, err
		}
		if err := s.eliminate(s.next()); err != nil {
			return nil, err
		}
	}
	return anyOf(s.answer.base), nil
}

// all calls f for each state and for the answer.
func (s *system) all(f func(*state)) {
	f(s.answer)
	for _, st := range s.states {
		f(st)
	}
}

// simplify drops uses that add nothing, and merges equivalent states.
func (s *system) simplify() error {
	for merged := true; merged; {
		merged = false
		within, err := s.within()
		if err != nil {
			return err
		}
		s.all(func(st *state) { st.uses = s.needed(st, within) })
		for i, a := range s.states {
			for j := i + 1; j < len(s.states) && !merged; j++ {
				if b := s.states[j]; within[a.eq][b.eq] && within[b.eq][a.eq] {
					if err := s.merge(a, b); err != nil {
						return err
					}
					merged = true
				}
			}
			if merged {
				break
			}
		}
	}
	return nil
}

// within returns which states hold for all rows for which another holds: those that
// use it as they stand, and those that use these.
func (s *system) within() (map[*equation]map[*equation]bool, error) {
	within := make(map[*equation]map[*equation]bool) // b, then a: b holds wherever a does
	for _, st := range s.states {
		holds := map[*equation]bool{st.eq: true}
		for queue := []*state{st}; len(queue) > 0; queue = queue[1:] {
			for _, u := range queue[0].uses {
				if err := s.m.charge(1); err != nil {
					return nil, err
				}
				if len(u.conds) == 0 && u.row == queue[0].eq.row && !holds[u.of] {
					holds[u.of] = true
					queue = append(queue, s.state(u.of))
				}
			}
		}
		within[st.eq] = holds
	}
	return within, nil
}

func (s *system) state(eq *equation) *state {
	return s.states[slices.IndexFunc(s.states, func(st *state) bool { return st.eq == eq })]
}

// needed returns the uses of a state without those of itself for the same row, and
// without those over a relation that another one covers, which leads over it to a state
// that holds more often. That it does rests on uses for the same row, which stay.
func (s *system) needed(st *state, within map[*equation]map[*equation]bool) []use {
	var kept []use
	for i, u := range st.uses {
		if st.eq != nil && u.of == st.eq && u.row == st.eq.row {
			continue
		}
		covers := func(v use) bool { return within[v.of][u.of] && sameStep(u, v) }
		covered := slices.ContainsFunc(st.uses[:i], covers) ||
			slices.ContainsFunc(st.uses[i+1:], func(v use) bool { return covers(v) && !within[u.of][v.of] })
		if !covered {
			kept = append(kept, u)
		}
	}
	return kept
}

// sameStep reports whether two uses follow the same relation, without any condition.
func sameStep(u, v use) bool {
	if len(u.conds) != 1 || len(v.conds) != 1 {
		return false
	}
	a, b := &u.conds[0], &v.conds[0]
	return a.attr != nil && a.attr == b.attr && a.from == b.from && u.row == a.as && v.row == b.as
}

// merge makes one state of two that hold for the same rows.
func (s *system) merge(a, b *state) error {
	r := s.m.renaming(b.eq.row, a.eq.row)
	for _, e := range b.base {
		e, err := r.expr(e, 0)
		if err != nil {
			return err
		}
		a.base = append(a.base, e)
	}
	for _, u := range b.uses {
		l, err := s.m.joined(label{nil, a.eq.row}, b.eq.row, u.label)
		if err != nil {
			return err
		}
		a.uses = append(a.uses, use{l, u.of, u.site})
	}
	s.states = slices.DeleteFunc(s.states, func(st *state) bool { return st == b })
	s.all(func(st *state) {
		for i := range st.uses {
			if st.uses[i].of == b.eq {
				st.uses[i].of = a.eq
			}
		}
	})
	return nil
}

// next returns the best state to eliminate: one that does not use itself, and leaves
// short steps.
func (s *system) next() *state {
	var best *state
	least := 0
	for i := len(s.states) - 1; i >= 0; i-- {
		st := s.states[i]
		cost, in, out := 0, 0, 0
		used := false
		for _, other := range s.states {
			for _, u := range other.uses {
				if other != st && u.of == st.eq {
					used, in = true, max(in, u.hops())
				}
			}
		}
		for _, u := range st.uses {
			if u.of == st.eq {
				cost = 2
			} else {
				out = max(out, u.hops())
			}
		}
		if used {
			cost = 1 + 2*cost + in + out
		} else {
			cost = 0
		}
		if best == nil || cost < least {
			best, least = st, cost
		}
	}
	return best
}

// hops returns how many relations a label follows.
func (l *label) hops() int {
	n := 0
	for i := range l.conds {
		if l.conds[i].expr == nil {
			n++
		}
	}
	return n
}

// eliminate replaces the uses of a state by its equation.
func (s *system) eliminate(st *state) error {
	var loops, on []use
	for _, u := range st.uses {
		if u.of == st.eq {
			loops = append(loops, u)
		} else {
			on = append(on, u)
		}
	}
	ways := []label{{nil, st.eq.row}}
	if len(loops) > 0 {
		var err error
		if ways, err = s.m.star(st.eq, loops); err != nil {
			return err
		}
	}
	s.states = slices.DeleteFunc(s.states, func(other *state) bool { return other == st })
	var failed error
	s.all(func(other *state) {
		var uses []use
		for _, u := range other.uses {
			if u.of != st.eq {
				uses = append(uses, u)
				continue
			}
			for _, way := range ways {
				l, err := s.m.joined(u.label, st.eq.row, way)
				if err != nil {
					failed = err
					return
				}
				for _, v := range on {
					end, err := s.m.joined(l, st.eq.row, v.label)
					if err != nil {
						failed = err
						return
					}
					uses = append(uses, use{end, v.of, v.site})
				}
				e, err := s.m.renaming(st.eq.row, l.row).expr(anyOf(st.base), 0)
				if err != nil {
					failed = err
					return
				}
				if e != filter.False {
					other.base = append(other.base, s.m.fold(append(l.conds, condition{expr: e})))
				}
			}
		}
		other.uses = uses
	})
	return failed
}

// joined returns the label that continues l, at its end, with the label that begins at row.
func (m *Machine) joined(l label, row filter.Var, with label) (label, error) {
	if err := m.charge(1); err != nil {
		return label{}, err
	}
	r := m.renaming(row, l.row)
	conds := slices.Clip(slices.Clone(l.conds))
	for _, c := range with.conds {
		c, err := r.condition(c)
		if err != nil {
			return label{}, err
		}
		conds = append(conds, c)
	}
	return label{conds, r.row(with.row)}, m.keep(len(conds) * conditionBytes)
}

// star returns the ways to go any number of steps from the row of an equation, each of
// which is one of its uses of itself.
func (m *Machine) star(eq *equation, loops []use) ([]label, error) {
	strides := make([]stride, len(loops))
	for i, u := range loops {
		var err error
		if strides[i], err = m.stride(eq, u); err != nil {
			return nil, err
		}
	}
	strides, loops = needful(strides, loops)
	all, ok := anyStride(strides)
	for i := range strides {
		if !ok && !strides[i].sameRelations(&strides[0]) {
			return nil, m.unsupportedAt(loops[i].site, "the recursion of %s over %s and over %s", eq.pred.name, strides[0].relations(), strides[i].relations())
		}
	}
	if !ok {
		return nil, m.unsupportedAt(loops[len(loops)-1].site, "the recursion of %s over %s under several conditions", eq.pred.name, all.relations())
	}
	if all.end == filter.True {
		return m.repeated(label{nil, eq.row}, all)
	}
	// None, or one step, then any number of steps each of which begins where the
	// condition on the end of another holds, and then that condition.
	first := label{nil, eq.row}
	for _, h := range all.hops {
		e, err := m.renaming(all.row, first.row).expr(h.step, 0)
		if err != nil {
			return nil, err
		}
		next := m.partial.newRow()
		first = label{append(first.conds, condition{expr: e}, condition{as: next, from: first.row, attr: h.attr}), next}
	}
	again := all
	again.hops = slices.Clone(all.hops)
	again.hops[0].step = filter.And{all.end, all.hops[0].step}
	ways, err := m.repeated(first, again)
	if err != nil {
		return nil, err
	}
	way := ways[0]
	end, err := m.renaming(all.row, way.row).expr(all.end, 0)
	way.conds = append(way.conds, condition{expr: end})
	return []label{{nil, eq.row}, way}, err
}

// needful drops the strides that are several steps over a relation, whatever the
// conditions on them, where another is one step over it without any.
func needful(strides []stride, loops []use) ([]stride, []use) {
	for i := range strides {
		one := &strides[i]
		if len(one.hops) != 1 || !isTrue(one.hops[0].step) || !isTrue(one.end) {
			continue
		}
		var kept []stride
		var uses []use
		for j, s := range strides {
			if j == i || slices.ContainsFunc(s.hops, func(h hop) bool { return h.attr != one.hops[0].attr }) {
				kept, uses = append(kept, s), append(uses, loops[j])
			}
		}
		return kept, uses
	}
	return strides, loops
}

// repeated returns the label that goes any number of steps on.
func (m *Machine) repeated(l label, s stride) ([]label, error) {
	c := &closure{}
	for _, h := range s.hops {
		at := m.partial.newRow()
		e, err := m.renaming(s.row, at).expr(h.step, 0)
		if err != nil {
			return nil, err
		}
		c.hops = append(c.hops, hop{at, h.attr, e})
	}
	as := m.partial.newRow()
	return []label{{append(slices.Clip(l.conds), condition{as: as, from: l.row, chain: c}), as}}, nil
}

// A stride is what a use of an equation by itself amounts to: relations to follow, with
// conditions on the row that each leaves and on the one at the end. All of these are
// written as conditions on row.
type stride struct {
	row  filter.Var
	hops []hop
	end  filter.Expr
}

func (s *stride) sameRelations(t *stride) bool {
	return slices.EqualFunc(s.hops, t.hops, func(g, h hop) bool { return g.attr == h.attr })
}

// relations names what a stride follows, for messages.
func (s *stride) relations() string {
	text := ""
	for _, h := range s.hops {
		if text != "" {
			text += "."
		}
		text += h.attr.Name
	}
	return text
}

// anyStride returns the stride that is any one of several; ok is false when there is none.
func anyStride(strides []stride) (all stride, ok bool) {
	all = strides[0]
	all.hops = slices.Clone(all.hops)
	if len(strides) == 1 {
		return all, true
	}
	// They may differ by one condition: that on the first row, or that on the end.
	first, end := filter.Or{}, filter.Or{}
	plainFirst, plainEnd := true, true
	for i := range strides {
		s := &strides[i]
		if !s.sameRelations(&all) || slices.ContainsFunc(s.hops[1:], func(h hop) bool { return h.step != filter.True }) {
			return all, false
		}
		first, end = append(first, s.hops[0].step), append(end, s.end)
		plainFirst, plainEnd = plainFirst && isTrue(s.hops[0].step), plainEnd && isTrue(s.end)
	}
	if !plainFirst && !plainEnd {
		return all, false
	}
	if all.end = filter.True; !plainEnd {
		all.end = end
	}
	if all.hops[0].step = filter.True; !plainFirst && !slices.ContainsFunc(first, isTrue) {
		all.hops[0].step = first
	}
	return all, true
}

// stride takes a use of an equation by itself apart.
func (m *Machine) stride(eq *equation, u use) (stride, error) {
	binders := make(map[filter.Var]*condition)
	for i := range u.conds {
		if c := &u.conds[i]; c.expr == nil {
			binders[c.as] = c
		}
	}
	var path []*condition
	for row := u.row; row != eq.row; row = path[0].from {
		c := binders[row]
		if c == nil || c.chain != nil {
			return stride{}, m.unsupportedAt(u.site, "the recursion of %s through another chain", eq.pred.name)
		}
		path = append([]*condition{c}, path...)
	}
	place := map[filter.Var]int{eq.row: 0} // of the row on the path that a row comes from
	for i, c := range path {
		place[c.as] = i + 1
	}
	tests := make([][]condition, len(path)+1)
	mixed, foreign := false, false // whether a condition is about two rows on the path, or about others
	for i := range u.conds {
		c := &u.conds[i]
		switch {
		case slices.Contains(path, c):
		case c.expr == nil:
			place[c.as] = place[m.rowOf(c.from)]
			tests[place[c.as]] = append(tests[place[c.as]], *c)
		default:
			at := -1
			err := m.eachFree(c.expr, func(v filter.Var) {
				p, ok := place[v]
				foreign = foreign || !ok
				mixed = mixed || at >= 0 && at != p
				at = p
			})
			if err != nil {
				return stride{}, err
			}
			tests[max(at, 0)] = append(tests[max(at, 0)], *c)
		}
	}
	if foreign {
		return stride{}, m.unsupportedAt(u.site, "the recursion of %s with a condition about a row outside the chain", eq.pred.name)
	}
	last := len(path)
	s := stride{row: eq.row, hops: make([]hop, last), end: filter.True}
	toOne := !slices.ContainsFunc(path, func(c *condition) bool { return c.attr.Relation.Many })
	switch {
	case mixed && toOne:
		// There is one way, and all that is on it can be asked of its first row.
		tests = make([][]condition, len(path)+1)
		tests[0] = u.conds
	case mixed:
		return stride{}, m.unsupportedAt(u.site, "the recursion of %s with a condition about two rows of the chain", eq.pred.name)
	case !path[last-1].attr.Relation.Many && len(tests[last]) > 0:
		tests[last-1] = append(append(tests[last-1], *path[last-1]), tests[last]...)
		tests[last] = nil
	}
	for i, conds := range tests {
		row := eq.row
		if i > 0 {
			row = path[i-1].as
		}
		e, err := m.renaming(row, eq.row).expr(m.fold(conds), 0)
		if err != nil {
			return stride{}, err
		}
		if i == last {
			s.end = e
		} else {
			s.hops[i] = hop{attr: path[i].attr, step: e}
		}
	}
	return s, nil
}
