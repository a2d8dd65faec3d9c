package vm

// This file defines Compile, which turns a resolved module into a Program.
//
// A body becomes a graph of nodes. Every node refers to the next node, so the
// alternatives of an "or" share the nodes after it, and the machine needs a
// continuation only for rule calls. A goal that may wait for a variable has a second
// node, solo, that returns after the goal. It runs when the variable is bound.

import (
	"crypto/sha256"
	"fmt"
	"slices"
	"strconv"
	"strings"

	"github.com/ursa-authz/ursa/authz/internal/host"
	"github.com/ursa-authz/ursa/authz/polar/internal/resolve"
)

// Compile compiles a module. The value now is the placeholder of the constant "now",
// identified by its address, or the zero Value if there is none. Compile calls poll
// for every few units of work; poll may panic to end the compilation, and must not be
// nil.
func Compile(m *resolve.Module, reg *host.Registry, now Value, poll func(work int)) *Program {
	p := &Program{
		reg:      reg,
		module:   m,
		preds:    make(map[string]map[int]*pred, len(m.Preds)),
		rules:    make([]RuleInfo, len(m.Rules)),
		actor:    m.Actor,
		resource: m.Resource,
		now:      now,
		poll:     poll,
		shapes:   make(map[string]*shape),
	}
	for _, r := range m.Rules {
		poll(1)
		pr := p.predOf(r.Name, len(r.Params))
		info := &p.rules[r.Index]
		*info = RuleInfo{Name: pr.name, Head: r.Text, Pos: r.Pos}
		pr.clauses = append(pr.clauses, &clause{info: info, rule: r.Index, order: len(pr.clauses)})
	}
	p.classTables = tablesOf(reg, poll)
	p.actors, p.resources = p.instancesOfUnion(p.actor), p.instancesOfUnion(p.resource)
	components(m, p)
	done := make(map[*pred]int, len(m.Preds))
	for _, r := range m.Rules {
		pr := p.preds[r.Name][len(r.Params)]
		c := pr.clauses[done[pr]]
		done[pr]++
		p.compileRule(c, pr, r)
	}
	for _, byArity := range p.preds {
		for _, pr := range byArity {
			pr.index = buildIndex(p.reg, pr.clauses, pr.arity, poll)
		}
	}
	p.decisions = make(map[string]*fastPred)
	for name, byArity := range p.preds {
		poll(1)
		if pr := byArity[3]; pr != nil {
			p.decisions[name] = p.fastPredOf(pr, allGround(3))
		}
	}
	p.allow, p.deny = p.decisions["allow"], p.decisions["deny"]
	p.makeTyped()
	p.poll, p.shapes, p.key = func(int) {}, nil, nil
	p.runs.New = func() any { return newRun(p) }
	p.machines.New = func() any { return newMachine(p) }
	return p
}

func (p *Program) predOf(name string, arity int) *pred {
	byArity := p.preds[name]
	if byArity == nil {
		byArity = make(map[int]*pred, 1)
		p.preds[name] = byArity
	}
	pr := byArity[arity]
	if pr == nil {
		pr = &pred{name: name, arity: arity}
		byArity[arity] = pr
	}
	return pr
}

// A compiler compiles one rule or query.
type compiler struct {
	p     *Program
	pred  *pred // nil for a query
	info  *RuleInfo
	slots int
	goals int32             // how many goals were compiled
	note  func(*resolve.At) // called with each of them; may be nil

	hidden map[int]bool // slots that occur only inside a negation, which no solution binds
}

// compileRule compiles a rule, or takes what an earlier one has in common with it.
func (p *Program) compileRule(c *clause, pr *pred, r *resolve.Rule) {
	key, ok := p.key[:0], false
	if len(pr.clauses) > 1 {
		key, ok = p.module.Likeness(key, r)
		p.key = key[:0]
	}
	if known := p.shapes[string(key)]; ok && known != nil {
		c.shape, c.params = known, known.params
		for i, rp := range r.Params {
			if lit, isConst := rp.Term.(*resolve.Const); isConst && c.params[i].term.kind == constOperand {
				if i == 0 || &c.params[0] == &known.params[0] {
					c.params = slices.Clone(known.params)
				}
				c.params[i].term.value = lit.Value
			}
		}
		return
	}
	r = p.module.Own(r)
	c.shape = (&compiler{p: p, pred: pr, info: c.info}).shape(r)
	c.params = c.shape.params
	c.equals = p.leadingEquals(c, r)
	if ok {
		p.shapes[string(key)] = c.shape
	}
}

// shape compiles a rule.
func (cc *compiler) shape(r *resolve.Rule) *shape {
	cc.slots = len(r.Vars)
	c := &shape{params: make([]param, 0, len(r.Params))}
	seen := make(map[int]bool, len(r.Vars))
	for _, rp := range r.Params {
		pa := param{term: cc.operand(rp.Term)}
		if v, ok := rp.Term.(*resolve.Var); ok && !seen[v.Slot] {
			pa.fresh = true
			seen[v.Slot] = true
		} else {
			markFirst(&pa.term, seen)
		}
		if rp.Spec != nil {
			pa.pat = cc.pattern(rp.Spec)
			pa.match = &node{op: opMatches, a: pa.term, pat: pa.pat, next: endNode, pos: pa.pat.pos}
			pa.match.solo = pa.match
			resolve.EachPatternVar(rp.Spec, func(v *resolve.Var) { seen[v.Slot] = true })
		}
		c.params = append(c.params, pa)
	}
	c.body = cc.and(r.Body, nil, endNode)
	c.slots = cc.slots
	c.signature = signatureOf(c.params)
	return c
}

// markFirst marks the variables of a parameter that occur for the first time,
// in the order in which they are unified, and adds them to seen. Nothing can
// refer to such a variable, so it needs no occurs check. A recursion over a list
// would otherwise search each tail for the variable of the tail.
func markFirst(op *operand, seen map[int]bool) {
	switch op.kind {
	case varOperand:
		op.first = !seen[int(op.slot)]
		seen[int(op.slot)] = true
	case listOperand:
		for i := range op.elems {
			markFirst(&op.elems[i], seen)
		}
		if op.rest != nil {
			markFirst(op.rest, seen)
		}
	case dictOperand:
		for i := range op.elems {
			markFirst(&op.elems[i], seen)
		}
	case constOperand, nowOperand, termOperand:
	}
}

// A connective is an and, or, or negation around the goal being compiled. A cut
// drops the choices made since the parent of the connective around it began.
type connective struct {
	parent *connective // nil for a rule's body
	not    bool        // a negated goal: no cut reaches beyond it
	mark   int         // slot that remembers which choices came before it; -1 when no cut asked for it
}

// begin wraps entry so that it remembers the choices made before it, if a cut asked for it.
func (k *connective) begin(entry *node) *node {
	if k.mark < 0 {
		return entry
	}
	return &node{op: opMark, a: operand{kind: varOperand, slot: int32(k.mark)}, next: entry, pos: entry.pos}
}

func (cc *compiler) and(g *resolve.And, parent *connective, next *node) *node {
	k := &connective{parent: parent, mark: -1}
	for _, goal := range slices.Backward(g.Goals) {
		next = cc.goal(goal, k, next)
	}
	return k.begin(next)
}

func (cc *compiler) goal(g resolve.Goal, k *connective, next *node) *node {
	cc.p.poll(1)
	at := g.Where()
	cc.goals++
	if cc.note != nil {
		cc.note(at)
	}
	n := &node{next: next, pos: relativeTo(cc.info, at.Pos), goal: cc.goals}
	switch g := g.(type) {
	case *resolve.And:
		return cc.and(g, k, next)
	case *resolve.Or:
		inner := &connective{parent: k, mark: -1}
		n.op, n.control = opOr, new(control)
		for _, alt := range g.Goals {
			n.alts = append(n.alts, cc.goal(alt, inner, next))
		}
		return inner.begin(n)
	case *resolve.Not:
		cc.not(n, g.Goal, g.Locals)
	case *resolve.Forall:
		body := &resolve.Not{At: resolve.At{Pos: g.Body.Where().Pos, Node: g.Body.Where().Node}, Goal: g.Body, Locals: g.BodyLocals}
		cond := &resolve.And{At: g.At, Goals: []resolve.Goal{g.Cond, body}}
		cc.not(n, cond, g.Locals)
	case *resolve.Unify:
		n.op, n.a, n.b = opUnify, cc.operand(g.L), cc.operand(g.R)
		return n // it never waits
	case *resolve.Assign:
		n.op, n.a, n.b = opAssign, cc.operand(g.L), cc.operand(g.R)
		return n
	case *resolve.Compare:
		n.op, n.cmp, n.a, n.b = opCompare, g.Op, cc.operand(g.L), cc.operand(g.R)
	case *resolve.Arith:
		n.op, n.cmp, n.a, n.b, n.c = opArith, g.Op, cc.operand(g.L), cc.operand(g.R), cc.operand(g.Result)
	case *resolve.Lookup:
		n.op, n.name, n.a, n.c = opLookup, g.Name, cc.operand(g.Obj), cc.operand(g.Result)
		if g.Key != nil {
			n.b = cc.operand(g.Key)
		} else {
			n.attrs = cc.p.attrTable(g.Name)
		}
	case *resolve.Method:
		n.op, n.name, n.a, n.c = opMethod, g.Name, cc.operand(g.Obj), cc.operand(g.Result)
		n.args, n.kwargs = cc.operands(g.Args), len(g.Kwargs) > 0
	case *resolve.New:
		n.op, n.class, n.c = opNew, g.Class, cc.operand(g.Result)
		n.args, n.kwargs = cc.operands(g.Args), len(g.Kwargs) > 0
	case *resolve.In:
		n.op, n.a, n.b = opIn, cc.operand(g.Item), cc.operand(g.Seq)
	case *resolve.Matches:
		n.op, n.a, n.pat = opMatches, cc.operand(g.Term), cc.pattern(g.Pattern)
	case *resolve.Call:
		n.op, n.name, n.args = opCall, g.Pred.Name, cc.operands(g.Args)
		n.pred = cc.p.preds[g.Pred.Name][len(g.Args)]
		side := *n
		side.next, side.solo = &node{op: opCollected, pos: n.pos}, nil
		n.solo = &side
		n.tail = next.op == opReturn && cc.pred != nil && n.pred != nil && n.pred.component == cc.pred.component
		return n
	case *resolve.Truth:
		n.op, n.a = opTruth, cc.operand(g.Term)
		return n
	case *resolve.Cut:
		n.op = opCut
		switch p := k.parent; {
		case k.not || p == nil || p.not:
			n.a.slot = -1
		default:
			if p.mark < 0 {
				p.mark = cc.slots
				cc.slots++
			}
			n.a.slot = int32(p.mark)
		}
		return n
	case *resolve.Print:
		n.op, n.args = opPrint, cc.operands(g.Args)
		return n
	case *resolve.Debug:
		return next
	default:
		panic(fmt.Sprintf("vm: goal %T", g))
	}
	solo := *n
	solo.next = endNode
	solo.solo = &solo
	n.solo = &solo
	return n
}

func (cc *compiler) not(n *node, goal resolve.Goal, locals []int) {
	n.op, n.control = opNot, new(control)
	before := cc.slots
	n.sub = cc.goal(goal, &connective{not: true, mark: -1}, &node{op: opNotEnd, pos: n.pos})
	isLocal := make(map[int]bool, len(locals))
	if cc.hidden == nil {
		cc.hidden = make(map[int]bool)
	}
	cc.p.poll(len(locals))
	for _, s := range locals {
		isLocal[s] = true
		cc.hidden[s] = true
		n.locals = append(n.locals, int32(s))
	}
	used := make(map[int]bool)
	markGoal(goal, used, cc.p.poll)
	for s := range used {
		if !isLocal[s] {
			n.shared = append(n.shared, int32(s))
		}
	}
	slices.Sort(n.shared)
	for s := before; s < cc.slots; s++ { // marks of cuts inside
		n.locals = append(n.locals, int32(s))
	}
}

func (cc *compiler) operands(ts []resolve.Term) []operand {
	ops := make([]operand, len(ts))
	for i, t := range ts {
		ops[i] = cc.operand(t)
	}
	return ops
}

func (cc *compiler) operand(t resolve.Term) operand {
	cc.p.poll(1)
	switch t := t.(type) {
	case *resolve.Const:
		if cc.p.isNow(t.Value) {
			return operand{kind: nowOperand}
		}
		return operand{kind: constOperand, value: t.Value}
	case *resolve.Var:
		return operand{kind: varOperand, slot: int32(t.Slot)}
	case *resolve.List:
		op := operand{kind: listOperand, compound: &compound{elems: cc.operands(t.Elems)}}
		if t.Rest != nil {
			rest := cc.operand(t.Rest)
			op.rest = &rest
		}
		return op
	case *resolve.Dict:
		return operand{kind: dictOperand, compound: &compound{keys: t.Keys, elems: cc.operands(t.Vals)}}
	}
	panic(fmt.Sprintf("vm: term %T", t))
}

func (cc *compiler) pattern(rp resolve.Pattern) *pattern {
	cc.p.poll(1)
	switch rp := rp.(type) {
	case *resolve.ClassPattern:
		p := &pattern{kind: classPattern, class: rp.Class, union: rp.Union, name: rp.Name, pos: relativeTo(cc.info, rp.Pos)}
		p.fields = cc.fields(rp.Fields)
		p.key = fieldsKey("C"+rp.Name, p.fields)
		return p
	case *resolve.DictPattern:
		p := &pattern{kind: dictPattern, fields: cc.fields(rp.Fields), pos: relativeTo(cc.info, rp.Pos)}
		p.key = fieldsKey("D", p.fields)
		return p
	case *resolve.ListPattern:
		p := &pattern{kind: listPattern, pos: relativeTo(cc.info, rp.Pos)}
		keys := []string{"L"}
		for _, e := range rp.Elems {
			ep := cc.pattern(e)
			p.elems = append(p.elems, ep)
			keys = append(keys, ep.key)
		}
		if rp.Rest != nil {
			rest := cc.operand(rp.Rest)
			p.rest = &rest
			keys = append(keys, "")
		}
		p.key = joinKeys(keys)
		return p
	case *resolve.ValuePattern:
		p := &pattern{kind: valuePattern, value: cc.operand(rp.Term), pos: relativeTo(cc.info, rp.Pos)}
		if p.value.kind == constOperand {
			p.key = constKey(p.value.value)
		}
		return p
	}
	panic(fmt.Sprintf("vm: pattern %T", rp))
}

func (cc *compiler) fields(fs []resolve.FieldPattern) []patternField {
	out := make([]patternField, len(fs))
	for i, f := range fs {
		out[i] = patternField{name: f.Name, attrs: cc.p.attrTable(f.Name), pat: cc.pattern(f.Pattern)}
	}
	return out
}

func fieldsKey(head string, fs []patternField) string {
	keys := []string{head}
	for _, f := range fs {
		if f.pat.key == "" {
			return ""
		}
		keys = append(keys, f.name+":"+f.pat.key)
	}
	return joinKeys(keys)
}

// joinKeys joins the keys of a pattern's parts; a part without a key makes the whole have none.
// A long key is replaced by its hash: patterns nest, and each holds the keys of its parts.
func joinKeys(keys []string) string {
	if slices.Contains(keys, "") {
		return ""
	}
	const most = 128
	key := "(" + strings.Join(keys, ",") + ")"
	if len(key) > most {
		sum := sha256.Sum256([]byte(key))
		key = "#" + string(sum[:])
	}
	return key
}

// constKey returns a text that is the same only for structurally equal constants, or "".
func constKey(v Value) string {
	switch v.Kind() {
	case host.Nil:
		return "n"
	case host.Bool:
		return fmt.Sprintf("b%v", v.Bool())
	case host.Int:
		return fmt.Sprintf("i%d", v.Int())
	case host.Float:
		return fmt.Sprintf("f%v", v.Float())
	case host.String:
		return fmt.Sprintf("s%q", v.Str())
	}
	address := v.Address()
	if address == "" {
		return ""
	}
	return "p" + address + ":" + strconv.FormatUint(v.Word, 10)
}

// attrTable returns the attribute of that name by plan ID, shared by all
// nodes that look it up.
func (p *Program) attrTable(name string) []*host.Attr {
	return p.classTables.attrTable(p.reg, name, p.poll)
}

// attrOf returns the attribute of a plan, or nil.
func attrOf(table []*host.Attr, plan *host.Plan, name string) *host.Attr {
	if plan.ID >= 0 && plan.ID < len(table) {
		return table[plan.ID]
	}
	return plan.Attr(name)
}

// markGoal adds the slots that g uses to set.
func markGoal(g resolve.Goal, set map[int]bool, poll func(int)) {
	resolve.EachLeaf(g, func(leaf resolve.Goal) {
		poll(1)
		resolve.EachVar(leaf, func(v *resolve.Var) { set[v.Slot] = true })
	})
}
