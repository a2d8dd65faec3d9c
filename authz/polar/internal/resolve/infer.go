package resolve

// This file defines checker, which walks resolved goals, tracks the type of each
// variable, and reports goals that can never work.
//
// The walk follows the order of evaluation. In a conjunction, "matches", "=", "in" and
// use as a condition narrow the type of a variable for the goals after them. After an
// "or", the checker keeps what all alternatives agree on. What it learns inside "not"
// and "forall" ends with them. Goals that compute a temporary after the unification
// that uses it (hoist.go) are checked before it: both must hold, and the type of an
// attribute says more than a new variable.
//
// The checker does not follow calls, so a call tells it nothing about its arguments.

import (
	"fmt"
	"slices"

	"github.com/ursa-authz/ursa/authz/polar/syntax"
)

// A checker checks one rule or query at a time.
type checker struct {
	r     *resolver
	facts *facts

	// Of the policy:
	members map[memberKey]*member // attributes and methods already looked for
	keys    map[string]bool       // answers of facts.hasKey
	undecl  map[declKey]string    // see undeclared

	// Of the current rule:
	src   *source
	vars  []string
	slots []slotState
	trail []slotChange
	named namedSlot // see declared.go
	leafy Goal      // the goal being checked that is not a connective; nil in the head
	less  bool      // a goal that holds here makes the rule hold less, since it is inside a negation

	// Of the current rule, for nilequal.go:
	states  bool // it is an allow_change rule
	params  []Param
	body    *And
	origins *origins // nil until needed
	nils    []nilEqual
}

// A slotState is what is known about a variable.
type slotState struct {
	typ      *typ
	seen     bool // it occurred, so it may be bound
	param    bool // it occurs in a parameter
	producer Goal // computes the temporary, and was not checked yet
}

// A slotChange remembers the type that a slot had.
type slotChange struct {
	slot int
	typ  *typ
}

// checkTypes checks all written rules and the inline queries.
func (r *resolver) checkTypes() {
	c := newChecker(r, r.collectFacts())
	r.mod.facts = c.facts
	for i, rule := range r.mod.Rules {
		r.poll(1)
		if rule.Node != nil {
			c.rule(r.ruleFrom[i], rule)
		}
	}
	for i, q := range r.mod.Queries {
		c.query(r.queryFrom[i], q)
	}
}

// checkQueryTypes checks a query on a loaded module.
func (r *resolver) checkQueryTypes(src *source, q *Query) {
	newChecker(r, r.mod.facts).query(src, q)
}

func newChecker(r *resolver, f *facts) *checker {
	return &checker{
		r: r, facts: f,
		members: make(map[memberKey]*member),
	}
}

// begin starts on a rule or query with these variables.
func (c *checker) begin(src *source, vars []string, body *And) {
	c.r.poll(len(vars))
	c.src, c.vars, c.trail = src, vars, c.trail[:0]
	c.named.slot, c.leafy, c.nils = -1, nil, c.nils[:0]
	c.states, c.params, c.body, c.origins = false, nil, body, nil
	c.slots = slices.Grow(c.slots[:0], len(vars))[:len(vars)]
	clear(c.slots)
	c.findProducers(body)
}

// findProducers records which goal computes each temporary.
func (c *checker) findProducers(body *And) {
	c.r.poll(1)
	EachLeaf(body, func(g Goal) {
		if v, ok := resultOf(g).(*Var); ok && c.vars[v.Slot] == "_" {
			c.slots[v.Slot].producer = g
		}
	})
}

func (c *checker) query(src *source, q *Query) {
	c.begin(src, q.Vars, q.Body)
	c.goal(q.Body)
	c.checkNilEquals()
}

func (c *checker) rule(src *source, rule *Rule) {
	if neverApplies(rule) && c.r.opts.Watch == nil {
		return // the program that has the class checks it
	}
	if body := rule.Body; rule.Like == nil {
		c.begin(src, rule.Vars, body)
	} else {
		c.begin(src, rule.Vars, noBody)
	}
	c.states, c.params = ruleKey{rule.Name, len(rule.Params)} == changeRule, rule.Params
	terms := make([]Term, len(rule.Params))
	for i, p := range rule.Params {
		terms[i] = p.Term
		eachVar(p.Term, c.see)
		eachVar(p.Term, func(v *Var) { c.slots[v.Slot].param = true })
		if p.Spec != nil {
			c.matches(p.Term, p.Spec)
			EachPatternVar(p.Spec, c.see)
			EachPatternVar(p.Spec, c.watchVar)
		}
		eachVar(p.Term, c.watchVar)
	}
	c.classAsActor(rule, terms)
	c.head(rule.Name, terms)
	if rule.Like == nil {
		c.goal(rule.Body)
		c.checkNilEquals()
	}
}

// noBody stands for the body of a rule that is like another, whose body was checked.
var noBody = new(And)

// set changes what is known about a slot.
func (c *checker) set(slot int, t *typ) {
	s := &c.slots[slot]
	if s.typ != t {
		c.trail = append(c.trail, slotChange{slot, s.typ})
		s.typ = t
	}
}

// undo undoes what was learned since the trail had length mark.
func (c *checker) undo(mark int) {
	for len(c.trail) > mark {
		last := c.trail[len(c.trail)-1]
		c.trail = c.trail[:len(c.trail)-1]
		c.slots[last.slot].typ = last.typ
	}
}

// goal checks g, and learns from it for the goals after it.
func (c *checker) goal(g Goal) {
	c.r.poll(1)
	switch g := g.(type) {
	case *And:
		for _, sub := range g.Goals {
			c.goal(sub)
		}
	case *Or:
		c.or(g)
	case *Not:
		mark := len(c.trail)
		c.less = !c.less
		c.goal(g.Goal)
		c.less = !c.less
		c.undo(mark)
	case *Forall:
		mark := len(c.trail)
		c.less = !c.less
		c.goal(g.Cond)
		c.less = !c.less
		c.goal(g.Body)
		c.undo(mark)
	default:
		if c.isDone(g) {
			return
		}
		EachVar(g, c.produce)
		c.leafy = g
		c.leaf(g)
		EachVar(g, c.see)
		EachVar(g, c.watchVar)
	}
}

// see records that v occurred.
func (c *checker) see(v *Var) { c.slots[v.Slot].seen = true }

// produce checks the goal that computes the temporary v, if that was not done yet.
func (c *checker) produce(v *Var) {
	if g := c.slots[v.Slot].producer; g != nil {
		c.goal(g)
	}
}

// isDone reports whether g computes a temporary and was already checked. It marks g as checked.
func (c *checker) isDone(g Goal) bool {
	v, ok := resultOf(g).(*Var)
	if !ok || c.vars[v.Slot] != "_" {
		return false
	}
	done := c.slots[v.Slot].producer != g
	c.slots[v.Slot].producer = nil
	return done
}

// or checks alternatives. After them, the checker knows what all of them agree on.
func (c *checker) or(g *Or) {
	type learned struct {
		typ   *typ
		count int
	}
	after := make(map[int]*learned)
	for _, sub := range g.Goals {
		mark := len(c.trail)
		c.goal(sub)
		seen := make(map[int]bool)
		for _, change := range c.trail[mark:] {
			if seen[change.slot] {
				continue
			}
			seen[change.slot] = true
			t := c.slots[change.slot].typ
			if l := after[change.slot]; l == nil {
				after[change.slot] = &learned{t, 1}
			} else {
				l.typ = join(l.typ, t)
				l.count++
			}
		}
		c.undo(mark)
	}
	for slot, l := range after {
		if l.count == len(g.Goals) && l.typ != nil {
			c.set(slot, l.typ)
		}
	}
}

// term returns the type of a term.
func (c *checker) term(t Term) *typ {
	switch t := t.(type) {
	case *Const:
		return valueType(t.Value)
	case *Var:
		return c.slots[t.Slot].typ
	case *List:
		if t.Rest != nil {
			return listType(nil)
		}
		elem := neverType
		for _, e := range t.Elems {
			c.r.poll(1)
			elem = join(elem, c.term(e))
		}
		return listType(elem.orUnknown())
	case *Dict:
		return dictType
	case nil:
		return nil
	}
	panic(fmt.Sprintf("resolve: term %T", t))
}

// learn records that the value of t is equal to something of type u.
func (c *checker) learn(t Term, u *typ) {
	v, ok := t.(*Var)
	if !ok {
		return
	}
	s := c.slots[v.Slot]
	switch {
	case s.seen || s.typ != nil:
		c.set(v.Slot, meet(s.typ, u))
	default:
		c.set(v.Slot, u) // the variable is new, so it is the same value
	}
}

// span returns the text of a goal.
func span(g Goal) syntax.Span {
	at := g.Where()
	if at.Node == nil {
		return syntax.Span{Start: at.Pos, End: at.Pos}
	}
	return at.Node.Range()
}

func (c *checker) error(code syntax.Code, at syntax.Span, msg, hint string) {
	c.r.error(c.src, code, at, msg, hint)
}

func (c *checker) warn(code syntax.Code, at syntax.Span, msg, hint string) {
	c.r.warn(c.src, code, at, msg, hint)
}

// leaf checks a goal that is not a connective.
func (c *checker) leaf(g Goal) {
	switch g := g.(type) {
	case *Unify:
		c.unify(g.L, g.R, span(g))
		c.compared(g.L, g.R)
	case *Assign:
		if c.slots[g.L.Slot].param {
			c.error(CodeAssignment, span(g), "the parameter "+c.vars[g.L.Slot]+" cannot be assigned to", "use =, or a new variable")
			return
		}
		c.unify(g.L, g.R, span(g))
	case *Compare:
		c.compare(g)
		c.compared(g.L, g.R)
	case *Arith:
		c.result(g.Result, c.arith(g), span(g))
	case *Lookup:
		c.result(g.Result, c.watchResult(g, c.lookup(g)), span(g))
	case *Method:
		c.result(g.Result, c.watchResult(g, c.method(g)), span(g))
	case *New:
		c.result(g.Result, c.create(g), span(g))
	case *In:
		c.in(g)
		c.listed(g)
	case *Matches:
		c.matches(g.Term, g.Pattern)
	case *Call:
		c.call(g)
	case *Truth:
		c.truth(g)
	case *Cut, *Print, *Debug:
	default:
		panic(fmt.Sprintf("resolve: goal %T", g))
	}
}

// result checks that the value of an operation, of type u, can be equal to its result.
func (c *checker) result(result Term, u *typ, at syntax.Span) {
	c.equal(c.term(result), u, at)
	c.learn(result, u)
}

// matches checks that the type of t can match p.
func (c *checker) matches(t Term, p Pattern) {
	u := c.pattern(p, c.term(t))
	if v, ok := t.(*Var); ok {
		c.set(v.Slot, u)
	}
}
