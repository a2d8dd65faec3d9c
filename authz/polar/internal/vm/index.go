package vm

// This file defines the rule index, which finds the clauses that may apply to
// a call without looking at the others.
//
// The index of a predicate is a small tree. A node looks at one argument, in
// one of two ways. By constant: clauses with a literal at that parameter are
// found in a map by the literal; the other clauses, which any value may
// satisfy, are merged into every bucket in their order. By class: clauses with
// a class specializer there are listed by the plan of the argument. What an
// argument that is unbound selects is a tree over the remaining parameters.
//
// The index may only skip clauses that cannot apply. Everything else about a
// clause (fields of its patterns, equal variables, Go values that compare by
// method) is left to unification. Order is never changed: buckets list
// clauses in the order of the source.

import (
	"cmp"
	"math"
	"slices"
	"unsafe"

	"github.com/ursa-authz/ursa/authz/internal/host"
)

// An indexNode is a node of the tree. A leaf has pos -1.
type indexNode struct {
	pos     int
	byText  map[string]*indexNode
	byWord  map[wordKey]*indexNode
	byPlan  []*indexNode // by plan ID; nil when the node looks at constants
	rest    *indexNode   // for values that no bucket lists
	unbound *indexNode   // for arguments that are unbound or unknown
	clauses []*clause    // of a leaf
	ordered bool         // of a leaf: the clauses must be sorted for a call
}

// A wordKey is a constant other than a string.
type wordKey struct {
	kind host.Kind
	word uint64
}

// minIndexed is the number of clauses from which an index is worth its memory:
// below it, checking the constants of each clause costs less than a map.
const minIndexed = 5

func buildIndex(reg *host.Registry, clauses []*clause, arity int) *indexNode {
	free := make([]int, arity)
	for i := range free {
		free[i] = i
	}
	return buildIndexNode(reg, clauses, free)
}

func leaf(clauses []*clause) *indexNode {
	n := &indexNode{pos: -1, clauses: clauses, ordered: mayReorder(clauses)}
	if n.ordered {
		if sorted, ok := staticOrder(clauses); ok {
			n.clauses, n.ordered = sorted, false
		}
	}
	return n
}

func buildIndexNode(reg *host.Registry, clauses []*clause, free []int) *indexNode {
	if len(clauses) < minIndexed {
		return leaf(clauses)
	}
	type choice struct {
		pos     int
		byClass bool
		size    float64 // clauses that a bucket has on average
	}
	best := choice{pos: -1, size: 0.75 * float64(len(clauses))}
	for _, pos := range free {
		texts := make(map[string]bool)
		words := make(map[wordKey]bool)
		classes := make(map[*host.ClassInfo]bool)
		constants, classed := 0, 0
		for _, c := range clauses {
			if v, ok := c.params[pos].constant(); ok {
				constants++
				if v.Kind() == host.String {
					texts[v.Str()] = true
				} else {
					words[keyOf(v)] = true
				}
			} else if cl := c.params[pos].class(); cl != nil {
				classed++
				classes[cl] = true
			}
		}
		consider := func(keys, keyed int, byClass bool) {
			others := len(clauses) - keyed
			// Clauses without a key stand in every bucket.
			if keys == 0 || keys*others > 8*len(clauses) {
				return
			}
			if size := float64(others) + float64(keyed)/float64(keys); size < best.size {
				best = choice{pos: pos, byClass: byClass, size: size}
			}
		}
		consider(len(texts)+len(words), constants, false)
		consider(len(classes), classed, true)
	}
	if best.pos < 0 {
		return leaf(clauses)
	}
	remaining := slices.DeleteFunc(slices.Clone(free), func(pos int) bool { return pos == best.pos })
	n := &indexNode{pos: best.pos, unbound: buildIndexNode(reg, clauses, remaining)}
	if best.byClass {
		n.splitByClass(reg, clauses, remaining)
	} else {
		n.splitByConstant(reg, clauses, remaining)
	}
	return n
}

func (n *indexNode) splitByConstant(reg *host.Registry, clauses []*clause, remaining []int) {
	texts := make(map[string][]*clause)
	words := make(map[wordKey][]*clause)
	var others []*clause
	for _, c := range clauses {
		v, ok := c.params[n.pos].constant()
		switch {
		case !ok:
			others = append(others, c)
		case v.Kind() == host.String:
			texts[v.Str()] = append(texts[v.Str()], c)
		default:
			words[keyOf(v)] = append(words[keyOf(v)], c)
		}
	}
	n.rest = buildIndexNode(reg, others, remaining)
	n.byText = make(map[string]*indexNode, len(texts))
	for k, cs := range texts {
		n.byText[k] = buildIndexNode(reg, merge(cs, others), remaining)
	}
	n.byWord = make(map[wordKey]*indexNode, len(words))
	for k, cs := range words {
		n.byWord[k] = buildIndexNode(reg, merge(cs, others), remaining)
	}
}

func (n *indexNode) splitByClass(reg *host.Registry, clauses []*clause, remaining []int) {
	byClass := make(map[int][]*clause)
	var others []*clause
	for _, c := range clauses {
		if cl := c.params[n.pos].class(); cl != nil {
			byClass[cl.ID] = append(byClass[cl.ID], c)
		} else {
			others = append(others, c)
		}
	}
	n.byPlan = make([]*indexNode, reg.NumPlans())
	shared := buildIndexNode(reg, others, remaining)
	for id := range n.byPlan {
		plan := reg.PlanByID(id)
		cs := others
		found := false
		for class, classed := range byClass {
			if plan.IsA(class) {
				cs = merge(classed, cs)
				found = true
			}
		}
		if found {
			n.byPlan[id] = buildIndexNode(reg, cs, remaining)
		} else {
			n.byPlan[id] = shared
		}
	}
}

// merge merges two lists of clauses that are each in source order.
func merge(a, b []*clause) []*clause {
	out := make([]*clause, 0, len(a)+len(b))
	out = append(append(out, a...), b...)
	slices.SortFunc(out, func(x, y *clause) int { return cmp.Compare(x.order, y.order) })
	return out
}

// constant returns the literal that an argument must be equal to, if there is one.
func (p *param) constant() (Value, bool) {
	switch {
	case p.term.kind == constOperand && p.pat == nil && isKey(p.term.value):
		return p.term.value, true
	case p.pat != nil && p.pat.kind == valuePattern && p.pat.value.kind == constOperand && isKey(p.pat.value.value):
		return p.pat.value.value, true
	}
	return Value{}, false
}

// class returns the class that an argument must belong to, if there is one.
func (p *param) class() *host.ClassInfo {
	if p.pat != nil && p.pat.kind == classPattern {
		return p.pat.class
	}
	return nil
}

// isKey reports whether equality with v can be decided by looking v up.
func isKey(v Value) bool {
	switch v.Kind() {
	case host.Nil, host.Bool, host.Int, host.String, host.ClassKind:
		return true
	case host.Float:
		return !math.IsNaN(v.Float())
	}
	return false
}

// keyOf returns the key of a constant. Numbers that are equal have equal keys.
func keyOf(v Value) wordKey {
	switch v.Kind() {
	case host.Int:
		return wordKey{host.Int, uint64(v.Int())}
	case host.Float:
		f := v.Float()
		if i := int64(f); float64(i) == f && f >= -1<<63 && f < 1<<63 {
			return wordKey{host.Int, uint64(i)}
		}
		return wordKey{host.Float, math.Float64bits(f)}
	case host.Bool:
		return wordKey{host.Bool, v.Word}
	case host.ClassKind:
		return wordKey{host.ClassKind, uint64(uintptr(unsafe.Pointer(v.Ptr)))}
	}
	return wordKey{v.Kind(), 0}
}

// find returns the leaf for a call with args, which are dereferenced.
func (n *indexNode) find(args []Value) *indexNode {
	for n.pos >= 0 {
		v := args[n.pos]
		k := v.Kind()
		switch {
		case k == host.Var || k == host.Partial && (n.byPlan == nil || asSymbol(v).plan == nil):
			n = n.unbound
			continue
		case k == host.Partial:
			n = n.ofPlan(asSymbol(v).plan)
			continue
		case n.byPlan != nil:
			switch {
			case v.Plan == nil || k == host.Tail || k == host.ClassKind:
				n = n.unbound // nil, open lists and class values: rare, and left to unification
			default:
				n = n.ofPlan(v.Plan)
			}
			continue
		}
		var next *indexNode
		if k == host.String {
			next = n.byText[v.Str()]
		} else if isKey(v) {
			next = n.byWord[keyOf(v)]
		}
		if next == nil {
			next = n.rest
		}
		n = next
	}
	return n
}

// ofPlan returns the child for values of a plan. Plans that are not registered
// are looked at clause by clause.
func (n *indexNode) ofPlan(p *host.Plan) *indexNode {
	if p.ID < 0 || p.ID >= len(n.byPlan) {
		return n.unbound
	}
	return n.byPlan[p.ID]
}
