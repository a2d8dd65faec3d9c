package vm

// This file replaces rows in conditions: by the rows that they turned out to be, and by
// new rows if a condition is used more than once.

import (
	"fmt"

	"github.com/ursa-authz/ursa/authz/filter"
)

// A renaming replaces rows of a condition.
type renaming struct {
	m    *Machine
	rows map[filter.Var]filter.Var // nil: every row becomes the one that it turned out to be
}

// renaming returns the renaming that makes of a condition on one row the same one on
// another. The rows that are bound in it become new ones.
func (m *Machine) renaming(row, as filter.Var) *renaming {
	return &renaming{m, map[filter.Var]filter.Var{m.rowOf(row): as}}
}

// rename returns e with every row replaced by the one that it turned out to be. It is
// done once, for the whole filter: a call of each of a thousand levels that renamed
// what the levels below it had found would take a million steps.
func (m *Machine) rename(e filter.Expr) (filter.Expr, error) {
	return (&renaming{m: m}).expr(e, 0)
}

// row returns what a row becomes.
func (r *renaming) row(v filter.Var) filter.Var {
	v = r.m.rowOf(v)
	if as, ok := r.rows[v]; ok {
		return as
	}
	return v
}

// bind returns what a row becomes where it is bound.
func (r *renaming) bind(v filter.Var) filter.Var {
	v = r.m.rowOf(v)
	if r.rows != nil {
		r.rows[v] = r.m.partial.newRow()
	}
	return r.row(v)
}

// condition renames the rows of a binder or an expression.
func (r *renaming) condition(c condition) (condition, error) {
	var err error
	if c.expr != nil {
		c.expr, err = r.expr(c.expr, 0)
		return c, err
	}
	if c.chain != nil {
		c.chain, err = r.chain(c.chain)
	}
	c.from = r.row(c.from)
	c.as = r.bind(c.as)
	return c, err
}

func (r *renaming) chain(c *closure) (*closure, error) {
	out := &closure{hops: make([]hop, len(c.hops))}
	for i, h := range c.hops {
		at := r.bind(h.at)
		e, err := r.expr(h.step, 0)
		if err != nil {
			return nil, err
		}
		out.hops[i] = hop{at, h.attr, e}
	}
	return out, nil
}

// expr renames the rows of an expression.
func (r *renaming) expr(e filter.Expr, depth int) (filter.Expr, error) {
	if depth > filter.MaxDepth {
		return nil, &Error{Code: CodeBudget, Msg: fmt.Sprintf("the filter is nested more than %d levels deep", filter.MaxDepth), Cause: filter.ErrTooLarge}
	}
	if err := r.m.charge(1); err != nil {
		return nil, err
	}
	if r.rows != nil {
		if err := r.m.keep(conditionBytes); err != nil {
			return nil, err
		}
	}
	var err error
	switch e := e.(type) {
	case filter.And:
		out, err := r.exprs(e, depth)
		return filter.And(out), err
	case filter.Or:
		out, err := r.exprs(e, depth)
		return filter.Or(out), err
	case filter.Not:
		e.X, err = r.expr(e.X, depth+1)
		return e, err
	case filter.Compare:
		e.L, e.R = r.operand(e.L), r.operand(e.R)
		return e, nil
	case filter.In:
		e.X = r.operand(e.X)
		return e, nil
	case filter.StrOp:
		e.X = r.operand(e.X)
		return e, nil
	case filter.Exists:
		e.From = r.row(e.From)
		e.As = r.bind(e.As)
		e.Where, err = r.expr(e.Where, depth+1)
		return e, err
	case filter.Reach:
		return r.reach(e, depth)
	case filter.Const:
		return e, nil
	}
	panic(fmt.Sprintf("vm: node %T of a filter", e))
}

func (r *renaming) exprs(parts []filter.Expr, depth int) ([]filter.Expr, error) {
	out := make([]filter.Expr, len(parts))
	for i, x := range parts {
		var err error
		if out[i], err = r.expr(x, depth+1); err != nil {
			return nil, err
		}
	}
	return out, nil
}

func (r *renaming) reach(e filter.Reach, depth int) (filter.Expr, error) {
	hops := e.Hops()
	for i := range hops {
		hops[i].At = r.bind(hops[i].At)
		var err error
		if hops[i].Step, err = r.expr(hops[i].Step, depth+1); err != nil {
			return nil, err
		}
	}
	e.At, e.Step, e.Via = hops[0].At, hops[0].Step, hops[1:]
	e.From = r.row(e.From)
	e.As = r.bind(e.As)
	var err error
	e.Where, err = r.expr(e.Where, depth+1)
	return e, err
}

func (r *renaming) operand(o filter.Operand) filter.Operand {
	switch o := o.(type) {
	case filter.Field:
		o.Var = r.row(o.Var)
		return o
	case filter.Key:
		o.Var = r.row(o.Var)
		return o
	case filter.Value:
		return o
	}
	panic(fmt.Sprintf("vm: operand %T of a filter", o))
}

// eachFree calls f for the rows that a condition is about and does not bind.
func (m *Machine) eachFree(e filter.Expr, f func(filter.Var)) error {
	bound := make(map[filter.Var]bool)
	var named []filter.Var
	operand := func(o filter.Operand) {
		switch o := o.(type) {
		case filter.Field:
			named = append(named, m.rowOf(o.Var))
		case filter.Key:
			named = append(named, m.rowOf(o.Var))
		case filter.Value:
		}
	}
	nodes := 0
	filter.Walk(e, func(e filter.Expr) bool {
		nodes++
		switch e := e.(type) {
		case filter.Compare:
			operand(e.L)
			operand(e.R)
		case filter.In:
			operand(e.X)
		case filter.StrOp:
			operand(e.X)
		case filter.Exists:
			named = append(named, m.rowOf(e.From))
			bound[m.rowOf(e.As)] = true
		case filter.Reach:
			named = append(named, m.rowOf(e.From))
			bound[m.rowOf(e.As)] = true
			for _, h := range e.Hops() {
				bound[m.rowOf(h.At)] = true
			}
		case filter.And, filter.Or, filter.Not, filter.Const:
		}
		return true
	})
	for _, v := range named {
		if !bound[v] {
			f(v)
		}
	}
	return m.charge(nodes)
}

// rowOf returns the row that v turned out to be.
func (m *Machine) rowOf(v filter.Var) filter.Var {
	same := m.partial.same
	root := v
	for next, ok := same[root]; ok; next, ok = same[root] {
		root = next
	}
	for v != root { // so that a chain of rows is walked once
		v, same[v] = same[v], root
	}
	return root
}
