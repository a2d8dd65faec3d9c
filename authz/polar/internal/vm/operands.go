package vm

// This file defines the walk over the operands of compiled goals.

// eachOperand calls visit for the operands of the goals from n on, up to the goal end, which is
// nil for all that follow.
func eachOperand(n, end *node, visit func(*operand)) {
	seen := make(map[*node]bool)
	todo := []*node{n}
	for len(todo) > 0 {
		n := todo[len(todo)-1]
		todo = todo[:len(todo)-1]
		if n == nil || n == end || seen[n] {
			continue
		}
		seen[n] = true
		n.a.each(visit)
		n.b.each(visit)
		n.c.each(visit)
		for i := range n.args {
			n.args[i].each(visit)
		}
		n.pat.each(visit)
		if n.control != nil {
			todo = append(append(todo, n.alts...), n.sub)
		}
		todo = append(todo, n.next)
	}
}

// each calls visit for an operand and those that it is made of.
func (op *operand) each(visit func(*operand)) {
	visit(op)
	if op.compound != nil {
		for i := range op.elems {
			op.elems[i].each(visit)
		}
		if op.rest != nil {
			op.rest.each(visit)
		}
	}
}

// each calls visit for the operands of a pattern, which may be nil.
func (p *pattern) each(visit func(*operand)) {
	if p == nil {
		return
	}
	p.value.each(visit)
	for i := range p.fields {
		p.fields[i].pat.each(visit)
	}
	for _, e := range p.elems {
		e.each(visit)
	}
	if p.rest != nil {
		p.rest.each(visit)
	}
}
