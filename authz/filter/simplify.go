package filter

// This file defines Simplify.
//
// Simplify rebuilds the tree from its leaves up. It gives every subtree a hash of
// its structure and renumbers its bound variables by nesting: the first level of
// Exists and Reach binds 1, the second 2, and so on. So two equivalent conditions
// of the same structure are identical and are found in a map, and two adjacent
// Exists bind the same variable and can be merged without renaming. The work is
// linear in the size of the tree, except for the structural comparison of subtrees
// with equal hashes.

import (
	"hash/maphash"
	"maps"
	"slices"
	"strings"
)

// Simplify returns a query that is true for the same rows and is not larger. It
// folds constants, flattens And and Or, and removes duplicates and contradictions.
// It gathers comparisons of one operand with several values into In, and tests
// through one relation into one Exists if the meaning stays the same. Values are
// moved to the right of a comparison. Simplify does not change the receiver. The
// error is ErrTooLarge or ErrInvalid.
func (q *Query) Simplify() (*Query, error) {
	if err := measure(q.Where); err != nil {
		return nil, err
	}
	n, err := simplify(q.Where, scope{vars: map[Var]Var{Row: Row}})
	if err != nil {
		return nil, err
	}
	return &Query{Model: q.Model, Where: n.e}, nil
}

// A scope maps the variables bound around an expression to their new numbers. Depth
// is the nesting, which is the number of the innermost variable.
type scope struct {
	vars  map[Var]Var
	depth Var
}

// with returns the scope in which v is a row that already has a number.
func (s scope) with(v, number Var) scope {
	vars := maps.Clone(s.vars)
	vars[v] = number
	return scope{vars, s.depth}
}

// bind returns the scope in which v is a new row, and its number.
func (s scope) bind(v Var) (inner scope, number Var) {
	inner = s.with(v, s.depth+1)
	inner.depth++
	return inner, inner.depth
}

// A node is a simplified expression with the hash of its structure. Parts are
// the nodes of an And or Or.
type node struct {
	e     Expr
	h     uint64
	parts []node
}

// Tags that keep the hashes of different kinds of nodes distinct.
const (
	tagConst = iota + 1
	tagAnd
	tagOr
	tagNot
	tagCompare
	tagIn
	tagStrOp
	tagExists
	tagReach // and the next one for a reflexive Reach
	_
	tagField
	tagKey
)

var (
	nodeTrue  = node{e: True, h: mix(tagConst, 1)}
	nodeFalse = node{e: False, h: mix(tagConst, 0)}
)

func constNode(b bool) node {
	if b {
		return nodeTrue
	}
	return nodeFalse
}

func (n node) is(c Const) bool { return n.e == c }

func hashString(s string) uint64 { return maphash.String(seed, s) }

// simplify simplifies e, in the scope env.
func simplify(e Expr, env scope) (node, error) {
	switch e := e.(type) {
	case Const:
		return constNode(bool(e)), nil
	case And:
		parts, err := simplifyAll(e, env)
		return listNode(parts, true), err
	case Or:
		parts, err := simplifyAll(e, env)
		return listNode(parts, false), err
	case Not:
		x, err := simplify(e.X, env)
		if err != nil {
			return node{}, err
		}
		return negate(x), nil
	case Compare:
		return simplifyCompare(e, env)
	case In:
		return simplifyIn(e, env)
	case StrOp:
		x, hx, err := rename(e.X, env, e)
		if err != nil {
			return node{}, err
		}
		return strOpNode(StrOp{e.Kind, x, e.Arg}, hx), nil
	case Exists:
		from, as, inner, err := bind(e, e.From, e.As, e.Rel, env)
		if err != nil {
			return node{}, err
		}
		where, err := simplify(e.Where, inner)
		return existsNode(from, as, e.Rel, where), err
	case Reach:
		return simplifyReach(e, env)
	}
	return node{}, invalid("unknown node type", nil)
}

func simplifyAll(parts []Expr, env scope) ([]node, error) {
	nodes := make([]node, 0, len(parts))
	for _, p := range parts {
		n, err := simplify(p, env)
		if err != nil {
			return nil, err
		}
		nodes = append(nodes, n)
	}
	return nodes, nil
}

// bind gives the variable of an Exists or Reach the number of its level.
func bind(e Expr, from, as Var, rel *Relation, env scope) (f, a Var, inner scope, err error) {
	f, ok := env.vars[from]
	if !ok || rel == nil {
		return 0, 0, scope{}, invalid("the relation is missing, or its variable is not bound", e)
	}
	inner, a = env.bind(as)
	return f, a, inner, nil
}

func simplifyReach(e Reach, env scope) (node, error) {
	from, as, inner, err := bind(e, e.From, e.As, e.Rel, env)
	if err != nil {
		return node{}, err
	}
	where, err := simplify(e.Where, inner)
	if err != nil {
		return node{}, err
	}
	hops, nodes := e.Hops(), make([]node, 1+len(e.Via))
	possible, always := true, true // whether there are rows to go on from, and whether all rows are
	for i, h := range hops {
		if h.Rel == nil {
			return node{}, invalid("the relation is missing", e)
		}
		// A step refers to no variable around it, so its own variables can have the
		// same numbers everywhere.
		if nodes[i], err = simplify(h.Step, scope{map[Var]Var{h.At: firstStep}, firstStep}); err != nil {
			return node{}, err
		}
		hops[i] = Hop{Rel: h.Rel}
		if !nodes[i].is(True) {
			hops[i], always = Hop{firstStep, nodes[i].e, h.Rel}, false
		}
		possible = possible && !nodes[i].is(False)
	}
	switch {
	case where.is(True) && e.Reflexive:
		return nodeTrue, nil
	case where.is(True) && always && len(hops) == 1: // the first step decides
		return existsNode(from, as, e.Rel, where), nil
	case !possible && !e.Reflexive:
		return nodeFalse, nil
	}
	e.As, e.From, e.At, e.Step = as, from, hops[0].At, hops[0].Step
	if len(hops) > 1 {
		e.Via = hops[1:]
	}
	where, err = unchained(e, where)
	return reachNode(e, where, nodes), err
}

// mentions reports whether a simplified condition refers to a variable around it.
func mentions(e Expr, v Var) bool {
	found := false
	operand := func(o Operand) {
		if key, ok := o.(Key); ok {
			found = found || key.Var == v
		} else if f, ok := o.(Field); ok {
			found = found || f.Var == v
		}
	}
	Walk(e, func(e Expr) bool {
		switch e := e.(type) {
		case Compare:
			operand(e.L)
			operand(e.R)
		case In:
			operand(e.X)
		case StrOp:
			operand(e.X)
		case Exists:
			found = found || e.From == v
		case Reach: // its steps refer only to their own variables
			found = found || e.From == v || mentions(e.Where, v)
			return false
		case And, Or, Not, Const:
		}
		return !found
	})
	return found
}

// firstStep is the number of the row that a step leaves.
const firstStep Var = 1

// unchained returns the condition on the end of a Reach. If that condition is a
// further Reach with the same steps, it returns the condition on the end of the
// latter: any number of steps followed by any number of steps is any number of
// steps.
func unchained(e Reach, where node) (node, error) {
	parts := []node{where}
	if _, ok := where.e.(Or); ok {
		parts = slices.Clone(where.parts)
	}
	found := false
	for i, p := range parts {
		next, ok := p.e.(Reach)
		if !ok || !next.Reflexive || next.From != e.As || !sameSteps(e, next) || mentions(next.Where, e.As) {
			continue
		}
		env := scope{vars: make(map[Var]Var), depth: e.As}
		for v := range e.As + 1 {
			env.vars[v] = v
		}
		n, err := simplify(next.Where, env.with(next.As, e.As))
		if err != nil {
			return node{}, err
		}
		parts[i], found = n, true
	}
	if !found {
		return where, nil
	}
	return listNode(parts, false), nil
}

func existsNode(from, as Var, rel *Relation, where node) node {
	if where.is(False) {
		return nodeFalse
	}
	h := mix(mix(mix(tagExists, uint64(from)), hashString(rel.Name)), where.h)
	return node{e: Exists{as, from, rel, where.e}, h: h, parts: []node{where}}
}

// reachNode builds a Reach from the simplified condition on its end and the
// conditions of its hops, which are its parts in this order.
func reachNode(e Reach, where node, hops []node) node {
	if where.is(False) {
		return nodeFalse
	}
	e.Where = where.e
	h := mix(mix(mix(reachTag(e), uint64(e.From)), stepHash(e, hops)), where.h)
	return node{e: e, h: h, parts: append([]node{where}, hops...)}
}

// stepHash is the hash of one step of a Reach.
func stepHash(e Reach, hops []node) uint64 {
	h := mix(hashString(e.Rel.Name), hops[0].h)
	for i, hop := range e.Via {
		h = mix(mix(h, hashString(hop.Rel.Name)), hops[1+i].h)
	}
	return h
}

// rename gives an operand the new number of its variable, and returns its hash.
func rename(o Operand, env scope, e Expr) (Operand, uint64, error) {
	switch o := o.(type) {
	case Value:
		return o, o.hash(), nil
	case Field:
		if v, ok := env.vars[o.Var]; ok {
			return Field{v, o.Name}, mix(mix(tagField, uint64(v)), hashString(o.Name)), nil
		}
	case Key:
		if v, ok := env.vars[o.Var]; ok {
			return Key{v}, mix(tagKey, uint64(v)), nil
		}
	}
	return nil, 0, invalid("an operand is missing, or its variable is not bound", e)
}

func simplifyCompare(e Compare, env scope) (node, error) {
	l, hl, err := rename(e.L, env, e)
	if err != nil {
		return node{}, err
	}
	r, hr, err := rename(e.R, env, e)
	if err != nil {
		return node{}, err
	}
	op := e.Op
	if precedes(r, l) {
		l, r, hl, hr, op = r, l, hr, hl, op.Swap()
	}
	if c, ok := foldCompare(op, l, r); ok {
		return constNode(c), nil
	}
	return node{e: Compare{op, l, r}, h: mix(mix(mix(tagCompare, uint64(op)), hl), hr)}, nil
}

// compareNode builds a comparison with a value.
func compareNode(op Op, x Operand, hx uint64, v Value) node {
	return node{e: Compare{op, x, v}, h: mix(mix(mix(tagCompare, uint64(op)), hx), v.hash())}
}

// precedes reports whether a belongs to the left of b: operands that depend on a
// row come before values, and are sorted by variable and name.
func precedes(a, b Operand) bool {
	if _, ok := a.(Value); ok {
		return false
	}
	if _, ok := b.(Value); ok {
		return true
	}
	va, na := place(a)
	vb, nb := place(b)
	return va < vb || va == vb && na < nb
}

func place(o Operand) (Var, string) {
	switch o := o.(type) {
	case Field:
		return o.Var, o.Name
	case Key:
		return o.Var, ""
	case Value:
	}
	return 0, ""
}

// foldCompare evaluates a comparison that depends on no row. It leaves a comparison
// whose result is an error as it is.
func foldCompare(op Op, l, r Operand) (result, ok bool) {
	if kl, ok := l.(Key); ok && !op.Ordering() {
		if kr, ok := r.(Key); ok && kl == kr {
			return op == Eq, true
		}
	}
	v, ok := r.(Value)
	if !ok {
		return false, false
	}
	w, bothValues := l.(Value)
	switch {
	case op.Ordering() && v.IsNil(), v.isNaN():
		return op == Ne, true
	case !bothValues:
		return false, false
	}
	if !op.Ordering() {
		eq, err := w.Equal(v)
		return eq == (op == Eq), err == nil
	}
	c, has, err := w.Compare(v)
	if err != nil {
		return false, false
	}
	return has && op.holds(c), true
}

func (v Value) isNaN() bool {
	f, ok := v.v.(float64)
	return ok && f != f
}

func simplifyIn(e In, env scope) (node, error) {
	x, hx, err := rename(e.X, env, e)
	if err != nil {
		return node{}, err
	}
	if v, ok := x.(Value); ok {
		var parts []node
		for _, w := range e.Set {
			n, err := simplifyCompare(Compare{Eq, v, w}, env)
			if err != nil {
				return node{}, err
			}
			parts = append(parts, n)
		}
		return listNode(parts, false), nil
	}
	return inNode(x, hx, e.Set), nil
}

// inNode builds the test of x against a set of values.
func inNode(x Operand, hx uint64, set []Value) node {
	set = distinct(set)
	switch len(set) {
	case 0:
		return nodeFalse
	case 1:
		return compareNode(Eq, x, hx, set[0])
	}
	h := mix(tagIn, hx)
	for _, v := range set {
		h = mix(h, v.hash())
	}
	return node{e: In{x, set}, h: h}
}

// distinct returns the values in order, without duplicates and without values that
// equal nothing.
func distinct(set []Value) []Value {
	seen := make(map[uint64][]Value, len(set))
	var out []Value
	for _, v := range set {
		if v.isNaN() {
			continue
		}
		h := v.hash()
		if !slices.ContainsFunc(seen[h], func(w Value) bool { return identical(v, w) }) {
			seen[h] = append(seen[h], v)
			out = append(out, v)
		}
	}
	return out
}

// identical reports whether two values are the same constant: whether they are
// equal, or are keys with the same parts.
func identical(v, w Value) bool {
	if v.typ == TypeKey && w.typ == TypeKey {
		return slices.EqualFunc(v.Parts(), w.Parts(), identical)
	}
	eq, err := v.Equal(w)
	return eq && err == nil
}

func strOpNode(e StrOp, hx uint64) node {
	v, isValue := e.X.(Value)
	switch {
	case isValue && v.IsNil():
		return nodeFalse
	case isValue && v.typ == TypeString:
		s := v.v.(string)
		return constNode(e.Kind == Prefix && strings.HasPrefix(s, e.Arg) ||
			e.Kind == Suffix && strings.HasSuffix(s, e.Arg) ||
			e.Kind == Contains && strings.Contains(s, e.Arg))
	}
	if e.Arg == "" { // true for every string
		return compareNode(Ne, e.X, hx, Value{})
	}
	return node{e: e, h: mix(mix(mix(tagStrOp, uint64(e.Kind)), hx), hashString(e.Arg))}
}

// negate returns the negation of a simplified node.
func negate(n node) node {
	switch e := n.e.(type) {
	case Const:
		return constNode(!bool(e))
	case Not:
		return n.parts[0]
	case Compare:
		if op, ok := opposite(e.Op); ok {
			return node{e: Compare{op, e.L, e.R}, h: mix(mix(mix(tagCompare, uint64(op)), operandHash(e.L)), operandHash(e.R))}
		}
	}
	return node{e: Not{n.e}, h: mix(tagNot, n.h), parts: []node{n}}
}

// opposite returns the comparison that is true exactly when op is false. Orderings
// have no opposite: an ordering and its reverse are both false for nil.
func opposite(op Op) (Op, bool) {
	switch op {
	case Eq:
		return Ne, true
	case Ne:
		return Eq, true
	case Lt, Le, Gt, Ge:
	}
	return op, false
}

// operandHash is the hash of an operand whose variable already has its new number.
func operandHash(o Operand) uint64 {
	switch o := o.(type) {
	case Value:
		return o.hash()
	case Field:
		return mix(mix(tagField, uint64(o.Var)), hashString(o.Name))
	case Key:
		return mix(tagKey, uint64(o.Var))
	}
	return 0
}

// listNode builds an And, or an Or, of simplified nodes.
func listNode(nodes []node, and bool) node {
	unit, tag := constNode(and), uint64(tagOr)
	if and {
		tag = tagAnd
	}
	l := lister{and: and, seen: make(map[uint64][]int)}
	if !l.addAll(nodes) {
		return constNode(!and)
	}
	if l.merged() && !l.addAgain() {
		return constNode(!and)
	}
	switch len(l.out) {
	case 0:
		return unit
	case 1:
		return l.out[0]
	}
	h := tag
	exprs := make([]Expr, len(l.out))
	for i, n := range l.out {
		exprs[i], h = n.e, mix(h, n.h)
	}
	if and {
		return node{e: And(exprs), h: h, parts: l.out}
	}
	return node{e: Or(exprs), h: h, parts: l.out}
}

// A lister collects the parts of one And or Or.
type lister struct {
	and  bool
	out  []node
	seen map[uint64][]int // hash -> indexes in out
}

// addAll adds the nodes; it returns false if they decide the whole condition.
func (l *lister) addAll(nodes []node) bool {
	for _, n := range nodes {
		if !l.add(n) {
			return false
		}
	}
	return true
}

func (l *lister) add(n node) bool {
	switch e := n.e.(type) {
	case Const:
		return bool(e) == l.and
	case And:
		if l.and {
			return l.addAll(n.parts)
		}
	case Or:
		if !l.and {
			return l.addAll(n.parts)
		}
	}
	if l.has(n) {
		return true
	}
	if l.has(negate(n)) { // x and not x; x or not x
		return false
	}
	l.seen[n.h] = append(l.seen[n.h], len(l.out))
	l.out = append(l.out, n)
	return true
}

func (l *lister) has(n node) bool {
	return slices.ContainsFunc(l.seen[n.h], func(i int) bool { return equal(l.out[i].e, n.e) })
}

// addAgain starts over with the nodes that merging has left.
func (l *lister) addAgain() bool {
	nodes := l.out
	l.out, l.seen = nil, make(map[uint64][]int)
	return l.addAll(nodes)
}

// merged replaces equivalent groups of parts in out by one node each, and reports
// whether there were any:
//
//	or:   x = 1 or x in [2, 3]                     x in [1, 2, 3]
//	and:  x != 1 and not x in [2, 3]               not x in [1, 2, 3]
//	or:   exists a in r (p) or exists a in r (q)   exists a in r (p or q), and so for Reach
//	and:  exists a in r (p) and exists a in r (q)  exists a in r (p and q), if r leads to one row
func (l *lister) merged() bool {
	groups := make(map[group][]int)
	var order []group
	for i, n := range l.out {
		g, ok := l.group(n)
		if !ok {
			continue
		}
		if groups[g] == nil {
			order = append(order, g)
		}
		groups[g] = append(groups[g], i)
	}
	drop := make(map[int]bool)
	for _, g := range order {
		members := groups[g]
		if len(members) < 2 {
			continue
		}
		members = l.alike(members)
		l.out[members[0]] = l.join(members)
		for _, i := range members[1:] {
			drop[i] = true
		}
	}
	if len(drop) == 0 {
		return false
	}
	kept := make([]node, 0, len(l.out)-len(drop))
	for i, n := range l.out {
		if !drop[i] {
			kept = append(kept, n)
		}
	}
	l.out = kept
	return true
}

// A group identifies nodes that can be merged.
type group struct {
	tag  uint64
	from Var
	x    Operand   // a Field or Key
	rel  *Relation // of Exists and Reach
	step uint64    // of Reach
}

func (l *lister) group(n node) (group, bool) {
	e, negated := n.e, false
	if not, ok := e.(Not); ok {
		e, negated = not.X, true
	}
	switch e := e.(type) {
	case Compare:
		want := Eq
		if l.and {
			want = Ne
		}
		if _, ok := e.L.(Value); ok {
			return group{}, false // undecidable, left for Match to report
		}
		_, isValue := e.R.(Value)
		return group{tag: tagIn, x: e.L}, isValue && e.Op == want
	case In:
		return group{tag: tagIn, x: e.X}, negated == l.and
	case Exists:
		return group{tag: tagExists, from: e.From, rel: e.Rel}, !negated && !(l.and && e.Rel.Many)
	case Reach:
		if negated || l.and {
			return group{}, false
		}
		return group{tag: reachTag(e), from: e.From, rel: e.Rel, step: stepHash(e, n.parts[1:])}, true
	}
	return group{}, false
}

// alike returns the members of a group that can be merged with the first: all of
// them, except a Reach whose steps only have the same hash.
func (l *lister) alike(members []int) []int {
	first, ok := l.out[members[0]].e.(Reach)
	if !ok {
		return members
	}
	return slices.DeleteFunc(members, func(i int) bool { return !sameSteps(first, l.out[i].e.(Reach)) })
}

// join merges the members of one group.
func (l *lister) join(members []int) node {
	first := l.out[members[0]]
	switch e := first.e.(type) {
	case Exists:
		return existsNode(e.From, e.As, e.Rel, listNode(l.wheres(members), l.and))
	case Reach:
		return reachNode(e, listNode(l.wheres(members), l.and), first.parts[1:])
	}
	var x Operand
	var set []Value
	for _, i := range members {
		e := l.out[i].e
		if not, ok := e.(Not); ok {
			e = not.X
		}
		switch e := e.(type) {
		case Compare:
			x, set = e.L, append(set, e.R.(Value))
		case In:
			x, set = e.X, append(set, e.Set...)
		}
	}
	n := inNode(x, operandHash(x), set)
	if l.and {
		return negate(n)
	}
	return n
}

func (l *lister) wheres(members []int) []node {
	nodes := make([]node, len(members))
	for i, m := range members {
		nodes[i] = l.out[m].parts[0]
	}
	return nodes
}

func reachTag(e Reach) uint64 {
	if e.Reflexive {
		return tagReach + 1
	}
	return tagReach
}

// equal reports whether two simplified expressions have the same structure.
func equal(a, b Expr) bool {
	switch a := a.(type) {
	case Const:
		return a == b
	case And:
		b, ok := b.(And)
		return ok && slices.EqualFunc(a, b, equal)
	case Or:
		b, ok := b.(Or)
		return ok && slices.EqualFunc(a, b, equal)
	case Not:
		b, ok := b.(Not)
		return ok && equal(a.X, b.X)
	case Compare:
		b, ok := b.(Compare)
		return ok && a.Op == b.Op && equalOperands(a.L, b.L) && equalOperands(a.R, b.R)
	case In:
		b, ok := b.(In)
		return ok && equalOperands(a.X, b.X) && slices.EqualFunc(a.Set, b.Set, identical)
	case StrOp:
		b, ok := b.(StrOp)
		return ok && a.Kind == b.Kind && a.Arg == b.Arg && equalOperands(a.X, b.X)
	case Exists:
		b, ok := b.(Exists)
		return ok && a.As == b.As && a.From == b.From && a.Rel == b.Rel && equal(a.Where, b.Where)
	case Reach:
		b, ok := b.(Reach)
		return ok && a.As == b.As && a.From == b.From && a.Reflexive == b.Reflexive && equal(a.Where, b.Where) && sameSteps(a, b)
	}
	return false
}

// sameSteps reports whether two Reaches make the same steps.
func sameSteps(a, b Reach) bool {
	return slices.EqualFunc(a.Hops(), b.Hops(), func(g, h Hop) bool {
		return g.At == h.At && g.Rel == h.Rel && equal(g.Step, h.Step)
	})
}

func equalOperands(a, b Operand) bool {
	v, ok := a.(Value)
	if !ok {
		_, isValue := b.(Value)
		return !isValue && a == b
	}
	w, ok := b.(Value)
	return ok && identical(v, w)
}
