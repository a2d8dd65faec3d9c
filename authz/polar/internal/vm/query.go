package vm

// This file defines how a machine starts queries and returns solutions.

import (
	"github.com/ursa-authz/ursa/authz/internal/host"
	"github.com/ursa-authz/ursa/authz/polar/internal/resolve"
)

// A CompiledQuery is a query compiled for one Program.
type CompiledQuery struct {
	clause *clause
	out    []int
	vars   []string
}

// CompileQuery compiles a query against the program.
func (p *Program) CompileQuery(q *resolve.Query) *CompiledQuery {
	info := &RuleInfo{Name: "query", Head: q.Text, Pos: q.Pos}
	cc := &compiler{p: p, info: info, slots: len(q.Vars)}
	c := &clause{info: info, rule: -1, shape: new(shape)}
	c.body = cc.and(q.Body, nil, &node{op: opHalt})
	c.slots = cc.slots
	cq := &CompiledQuery{clause: c, vars: q.Vars}
	for _, slot := range q.Out {
		if !cc.hidden[slot] {
			cq.out = append(cq.out, slot)
		}
	}
	return cq
}

// queryOf returns the query that calls pr with the cells of its activation. It is made for
// the first query, since most rules are only called by other rules.
func queryOf(pr *pred) *clause {
	if q := pr.query.Load(); q != nil {
		return q
	}
	call := &node{op: opCall, name: pr.name, pred: pr, next: &node{op: opHalt}}
	for i := range pr.arity {
		call.args = append(call.args, operand{kind: varOperand, slot: int32(i)})
	}
	pr.query.CompareAndSwap(nil, &clause{info: &RuleInfo{Name: "query"}, rule: -1, shape: &shape{slots: pr.arity, body: call}})
	return pr.query.Load()
}

// Start prepares the machine to solve a compiled query.
func (m *Machine) Start(q *CompiledQuery) {
	m.start(q.clause)
}

// StartRule prepares the machine to call a rule with arity arguments. The arguments
// are unbound until SetArg sets them. StartRule reports whether there is such a rule.
func (m *Machine) StartRule(name string, arity int) bool {
	pr := m.prog.preds[name][arity]
	if pr == nil {
		return false
	}
	m.start(queryOf(pr))
	return true
}

func (m *Machine) start(c *clause) {
	base := m.newCells(c.slots)
	f := frame{clause: c, base: int32(base), parent: -1, calls: -1, trace: -1}
	if m.trace != nil {
		f.trace = m.trace.add(-1, Entry{Kind: QueryEntry, Rule: c.info})
	}
	m.pushFrame(f)
}

// SetArg sets argument i of the rule being called to x.
func (m *Machine) SetArg(i int, x any) error {
	v, err := m.prog.reg.ValueOf(x)
	if err != nil {
		return m.locate(err, nil)
	}
	if v, err = m.settle(v); err != nil {
		return m.locate(err, nil)
	}
	m.cells[i] = v
	return nil
}

// ShareArg makes the arguments i and j the same variable.
func (m *Machine) ShareArg(i, j int) { m.cells[max(i, j)] = makeVar(min(i, j)) }

// Decided returns the rule whose clause led to the last solution of a rule query.
func (m *Machine) Decided() *RuleInfo { return m.decided }

// Solution calls f with the name and value of each variable that the query
// reports. The function unbound returns the value of an unbound variable by name.
func (m *Machine) Solution(q *CompiledQuery, unbound func(name string) any, f func(name string, value any)) error {
	for _, slot := range q.out {
		x, err := m.toGo(makeVar(slot), q.vars[slot], func(cell int) string {
			if cell < len(q.vars) && q.vars[cell] != "" && q.vars[cell][0] != '_' {
				return q.vars[cell]
			}
			return q.vars[slot]
		}, unbound, 0)
		if err != nil {
			return m.locate(err, nil)
		}
		f(q.vars[slot], x)
	}
	return nil
}

// Arg returns the value of argument i of the rule that was called.
func (m *Machine) Arg(i int, name string, unbound func(name string) any) (any, error) {
	x, err := m.toGo(makeVar(i), name, func(int) string { return name }, unbound, 0)
	if err != nil {
		return nil, m.locate(err, nil)
	}
	return x, nil
}

// toGo returns the Go value of a term.
func (m *Machine) toGo(v Value, own string, nameOf func(cell int) string, unbound func(string) any, depth int) (any, error) {
	v = m.deref(v)
	if err := m.charge(1); err != nil {
		return nil, err
	}
	switch {
	case depth > maxNesting:
		return nil, m.errorf(CodeBudget, "a term is nested more than %d levels deep", maxNesting)
	case isVar(v):
		return unbound(nameOf(int(v.Word))), nil
	case v.Plan == openDictPlan:
		d := asOpenDict(v)
		out := make(map[string]any, len(d.keys))
		for i, k := range d.keys {
			x, err := m.toGo(d.vals[i], own, nameOf, unbound, depth+1)
			if err != nil {
				return nil, err
			}
			out[k] = x
		}
		return out, nil
	case v.Plan == openListPlan:
		var out []any
		c := cursor{list: v}
		for {
			e, it, err := c.next(m)
			switch {
			case err != nil:
				return nil, m.hostError(err)
			case it == itemRest:
				return nil, m.errorf(CodeUnbound, "the end of the list %s is an unbound variable", own)
			case it == itemBad:
				return nil, m.errorf(CodeType, "the rest of the list %s is not a list", own)
			case it == itemEnd:
				return out, nil
			}
			x, err := m.toGo(e, own, nameOf, unbound, depth+1)
			if err != nil {
				return nil, err
			}
			out = append(out, x)
		}
	}
	if v.Kind() == host.List || v.Kind() == host.Dict {
		if err := m.acct.ChargeElems(v.Len()); err != nil {
			return nil, err
		}
	}
	return m.prog.reg.ToGo(v)
}
