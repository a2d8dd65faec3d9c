package vm

// This file defines the rule index, which finds the clauses that may apply to
// a call without checking the others.
//
// The index of a predicate is a small tree. A node examines one place: an argument, the
// length or an element of a list argument, or a field that bodies begin by comparing
// with a constant, as in resource.status = "open". It selects clauses in one of two ways:
//
//   - By constant: a map finds the clauses with a literal for the place. The other
//     clauses, which any value may satisfy, are merged into every bucket in their order.
//   - By class: clauses with a class specializer are listed by the plan of the argument.
//
// An unbound argument selects a tree over the remaining places.
//
// The index may skip only clauses that cannot apply and cannot cause an error. It
// leaves everything else about a clause (fields of its patterns, equal variables, Go
// values that compare by method) to unification. Clauses stay in source order, or are
// sorted by specificity in advance if that does not depend on the arguments.

import (
	"cmp"
	"encoding/binary"
	"math"
	"slices"

	"github.com/ursa-authz/ursa/authz/internal/host"
)

// An indexKey is a place that a node examines.
type indexKey struct {
	arg  int
	attr string // a field of the argument; "" for the argument itself
	part listPart
}

// An indexNode is a node of the tree.
type indexNode struct {
	leaf    bool
	key     indexKey
	attrs   []*host.Attr // of key.attr, by plan ID
	byText  map[string]*indexNode
	byWord  map[wordKey]*indexNode
	byPlan  []*indexNode // by plan ID; nil if the node examines constants
	rest    *indexNode   // for values that no bucket lists
	unbound *indexNode   // for unbound and unknown values
	clauses []*clause    // of a leaf
	ordered bool         // of a leaf: a call must sort the clauses
}

// A wordKey is a constant other than a string.
type wordKey struct {
	kind host.Kind
	word uint64
}

const (
	minIndexed = 5  // the number of clauses from which an index is cheaper than checking the constants of each
	minBarred  = 16 // the same for a place that only excludes values which no clause is about
	mostPlaces = 12 // each node of the tree examines each place; policies test few fields
	mostCopies = 64 // of each clause in the tree, on average
)

// buildIndex makes the tree for the clauses of a predicate.
func buildIndex(reg *host.Registry, clauses []*clause, arity int, poll func(work int)) *indexNode {
	if len(clauses) < minIndexed {
		return (&indexBuilder{reg, poll}).leaf(clauses)
	}
	var free []indexKey
	for i := range arity {
		free = append(free, indexKey{arg: i})
	}
	fields := make(map[indexKey]bool)
	for _, c := range clauses {
		poll(1)
		for _, e := range c.equals {
			if !fields[e.key] {
				fields[e.key] = true
				free = append(free, e.key)
			}
		}
	}
	for i := range arity {
		if len(free) >= mostPlaces {
			break
		}
		poll(len(clauses))
		free = append(free, listPlaces(clauses, i)...)
	}
	b := indexBuilder{reg, poll}
	return b.build(clauses, free[:min(len(free), mostPlaces)], mostCopies*len(clauses))
}

type indexBuilder struct {
	reg  *host.Registry
	poll func(work int)
}

func (b *indexBuilder) leaf(clauses []*clause) *indexNode {
	n := &indexNode{leaf: true, clauses: clauses, ordered: mayReorder(clauses, b.poll)}
	if n.ordered {
		if sorted, ok := staticOrder(clauses, b.poll); ok {
			n.clauses, n.ordered = sorted, false
		}
	}
	return n
}

// build makes the tree over clauses that examines the places that are still free.
// The tree may have at most room copies of clauses. Without that bound it would double
// with each place, since clauses are below the values of a place and below unbound.
// Each of these gets half of the room.
func (b *indexBuilder) build(clauses []*clause, free []indexKey, room int) *indexNode {
	if len(clauses) < minIndexed || room < len(clauses) {
		return b.leaf(clauses)
	}
	at, byClass := b.bestPlace(clauses, free)
	if at < 0 {
		return b.leaf(clauses)
	}
	room = (room - len(clauses)) / 2
	remaining := slices.Delete(slices.Clone(free), at, at+1)
	n := &indexNode{key: free[at]}
	unknown := remaining
	if n.key.part != wholeArg { // a value that is not a list has no other parts either
		unknown = slices.DeleteFunc(slices.Clone(remaining), func(k indexKey) bool { return k.arg == n.key.arg && k.part != wholeArg })
	}
	n.unbound = b.build(clauses, unknown, room)
	if byClass {
		n.splitByClass(b, clauses, remaining, room)
	} else {
		n.splitByConstant(b, clauses, remaining, room)
	}
	return n
}

// bestPlace returns the place that leaves the fewest clauses on average, and
// whether to use its class. If none leaves noticeably fewer, it returns the place for
// which most clauses are about the same: it leaves fewer for a question about something
// else, such as an action that no rule has. It returns -1 if there is no such place.
func (b *indexBuilder) bestPlace(clauses []*clause, free []indexKey) (best int, byClass bool) {
	best = -1
	size := 0.75 * float64(len(clauses))
	bar, barByClass, barred := -1, false, max(len(clauses)/2, minBarred-1)
	for at, key := range free {
		texts := make(map[string]bool)
		words := make(map[wordKey]bool)
		classes := make(map[*host.ClassInfo]bool)
		constants, classed := 0, 0
		for _, c := range clauses {
			b.poll(1)
			if v, ok := c.constant(key); ok {
				constants++
				if v.Kind() == host.String {
					texts[v.Str()] = true
				} else {
					words[keyOf(v)] = true
				}
			} else if cl := c.class(key); cl != nil {
				classed++
				classes[cl] = true
			}
		}
		consider := func(keys, keyed int, class bool) {
			others := len(clauses) - keyed
			// Clauses without a key are in every bucket.
			if keys == 0 || keys*others > 8*len(clauses) {
				return
			}
			if s := float64(others) + float64(keyed)/float64(keys); s < size {
				best, byClass, size = at, class, s
			}
			if keyed > barred {
				bar, barByClass, barred = at, class, keyed
			}
		}
		consider(len(texts)+len(words), constants, false)
		consider(len(classes), classed, true)
	}
	if best < 0 {
		return bar, barByClass
	}
	return best, byClass
}

// shareOf returns a function that divides room among lists of clauses with that total length.
func shareOf(room, total int) func([]*clause) int {
	return func(cs []*clause) int {
		return int(int64(room) * int64(len(cs)) / int64(max(total, 1)))
	}
}

func (n *indexNode) splitByConstant(b *indexBuilder, clauses []*clause, remaining []indexKey, room int) {
	texts := make(map[string][]*clause)
	words := make(map[wordKey][]*clause)
	var others []*clause
	for _, c := range clauses {
		b.poll(1)
		if n.attrs == nil {
			n.attrs = c.attrsOf(n.key)
		}
		v, ok := c.constant(n.key)
		switch {
		case !ok:
			others = append(others, c)
		case v.Kind() == host.String:
			texts[v.Str()] = append(texts[v.Str()], c)
		default:
			words[keyOf(v)] = append(words[keyOf(v)], c)
		}
	}
	// Clauses without a constant are in every part.
	share := shareOf(room, len(clauses)+(1+len(texts)+len(words))*len(others))
	n.rest = b.build(others, remaining, share(others))
	n.byText = make(map[string]*indexNode, len(texts))
	for k, cs := range texts {
		cs = b.merge(cs, others)
		n.byText[k] = b.build(cs, remaining, share(cs))
	}
	n.byWord = make(map[wordKey]*indexNode, len(words))
	for k, cs := range words {
		cs = b.merge(cs, others)
		n.byWord[k] = b.build(cs, remaining, share(cs))
	}
}

func (n *indexNode) splitByClass(b *indexBuilder, clauses []*clause, remaining []indexKey, room int) {
	byClass := make(map[int][]*clause)
	var others []*clause
	for _, c := range clauses {
		if cl := c.class(n.key); cl != nil {
			byClass[cl.ID] = append(byClass[cl.ID], c)
		} else {
			others = append(others, c)
		}
	}
	// Plans for which the same classes are tested share one subtree.
	known := make(map[string]*indexNode)
	share := shareOf(room, len(clauses)+(1+len(byClass))*len(others))
	n.byPlan = make([]*indexNode, b.reg.NumPlans())
	for id := range n.byPlan {
		b.poll(1)
		lists := [][]*clause{others}
		var key []byte
		for _, class := range b.reg.PlanByID(id).Lineage() {
			if classed := byClass[class]; classed != nil {
				lists = append(lists, classed)
				key = binary.AppendUvarint(key, uint64(class))
			}
		}
		child := known[string(key)]
		if child == nil {
			cs := b.merge(lists...)
			child = b.build(cs, remaining, share(cs))
			known[string(key)] = child
		}
		n.byPlan[id] = child
	}
}

// merge merges lists of clauses into source order.
func (b *indexBuilder) merge(lists ...[]*clause) []*clause {
	out := slices.Concat(lists...)
	slices.SortFunc(out, func(x, y *clause) int {
		b.poll(1)
		return cmp.Compare(x.order, y.order)
	})
	return out
}

// constant returns the literal that a place must be equal to, if the clause requires one.
func (c *clause) constant(key indexKey) (Value, bool) {
	if key.attr != "" {
		for _, e := range c.equals {
			if e.key == key {
				return e.value, true
			}
		}
		return Value{}, false
	}
	if key.part != wholeArg {
		return c.listConstant(key)
	}
	p := &c.params[key.arg]
	switch {
	case p.term.kind == constOperand && p.pat == nil && isKey(p.term.value):
		return p.term.value, true
	case p.pat != nil && p.pat.kind == valuePattern && p.pat.value.kind == constOperand && isKey(p.pat.value.value):
		return p.pat.value.value, true
	}
	return Value{}, false
}

// class returns the class that an argument must belong to, if the clause requires one.
func (c *clause) class(key indexKey) *host.ClassInfo {
	if p := c.params[key.arg].pat; key.attr == "" && key.part == wholeArg && p != nil && p.kind == classPattern {
		return p.class
	}
	return nil
}

// attrsOf returns the table of the attribute at a place that is a field.
func (c *clause) attrsOf(key indexKey) []*host.Attr {
	for _, e := range c.equals {
		if e.key == key {
			return e.attrs
		}
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
		return wordKey{host.ClassKind, uint64(v.ClassInfo().ID)}
	}
	return wordKey{v.Kind(), 0}
}

// find returns the leaf for a call with args, which are dereferenced.
func (n *indexNode) find(args []Value) *indexNode {
	if n.leaf { // as of most predicates; the compiler inlines this much
		return n
	}
	return n.descend(args)
}

func (n *indexNode) descend(args []Value) *indexNode {
	for !n.leaf {
		n = n.child(args[n.key.arg])
	}
	return n
}

// child returns the child for the value of the argument that the node is about.
func (n *indexNode) child(v Value) *indexNode {
	k := v.Kind()
	switch {
	case k == host.Var:
		return n.unbound
	case n.key.attr != "":
		return n.ofField(v)
	case n.key.part != wholeArg:
		return n.ofPart(v)
	case n.byPlan != nil:
		return n.ofPlan(v)
	case k == host.Partial:
		return n.unbound
	}
	return n.ofConstant(v)
}

// ofField returns the child for the value of a field of v.
func (n *indexNode) ofField(v Value) *indexNode {
	if v.Kind() != host.Instance {
		return n.unbound
	}
	a := attrOf(n.attrs, v.Plan, n.key.attr)
	if a == nil || a.Relation != nil {
		return n.unbound
	}
	field, err := a.Load(v.Ptr)
	if err != nil || !isScalar(field.Kind()) {
		return n.unbound
	}
	return n.ofConstant(field)
}

// ofConstant returns the child for a value.
func (n *indexNode) ofConstant(v Value) *indexNode {
	var child *indexNode
	if v.Kind() == host.String {
		child = n.byText[v.Str()]
	} else if isKey(v) {
		child = n.byWord[keyOf(v)]
	}
	if child == nil {
		return n.rest
	}
	return child
}

// ofPlan returns the child for a value by its type, or by the type of an unknown.
// For unregistered types and values without a type, every clause is checked.
func (n *indexNode) ofPlan(v Value) *indexNode {
	p := v.Plan
	if isPartial(v) {
		p = asSymbol(v).plan
	}
	if p == nil || p.ID < 0 || p.ID >= len(n.byPlan) || p.Kind == host.ClassKind {
		return n.unbound
	}
	return n.byPlan[p.ID]
}
