package filter

// This file defines Walk and measures the size of a filter.

import "fmt"

// Walk calls f for e. As long as f returns true for a node, Walk visits the parts
// of that node, from left to right. It keeps its own stack.
func Walk(e Expr, f func(Expr) bool) {
	stack := []Expr{e}
	for len(stack) > 0 {
		e := stack[len(stack)-1]
		stack = stack[:len(stack)-1]
		if e == nil || !f(e) {
			continue
		}
		switch e := e.(type) {
		case And:
			stack = pushReversed(stack, e)
		case Or:
			stack = pushReversed(stack, e)
		case Not:
			stack = append(stack, e.X)
		case Exists:
			stack = append(stack, e.Where)
		case Reach:
			stack = append(stack, e.Where)
			for i := len(e.Via) - 1; i >= 0; i-- {
				stack = append(stack, e.Via[i].Step)
			}
			stack = append(stack, e.Step)
		case Compare, In, StrOp, Const:
		default:
			panic(fmt.Sprintf("filter: node %T", e))
		}
	}
}

func pushReversed(stack, parts []Expr) []Expr {
	for i := len(parts) - 1; i >= 0; i-- {
		stack = append(stack, parts[i])
	}
	return stack
}

// measure checks the limits without recursion, and that no part is missing, so that
// later code may recurse into the tree. A part that occurs twice counts twice.
func measure(root Expr) error {
	type item struct {
		e     Expr
		depth int
	}
	nodes, values := 0, 0
	stack := []item{{root, 1}}
	push := func(depth int, parts ...Expr) bool {
		if nodes+len(stack)+len(parts) > MaxNodes {
			return false
		}
		for _, p := range parts {
			stack = append(stack, item{p, depth})
		}
		return true
	}
	for len(stack) > 0 {
		it := stack[len(stack)-1]
		stack = stack[:len(stack)-1]
		nodes++
		if it.depth > MaxDepth {
			return &Error{Err: ErrTooLarge, Reason: "nested more than 1,000 deep"}
		}
		ok := true
		switch e := it.e.(type) {
		case nil:
			return &Error{Err: ErrInvalid, Reason: "a part is missing"}
		case And:
			ok = push(it.depth+1, e...)
		case Or:
			ok = push(it.depth+1, e...)
		case Not:
			ok = push(it.depth+1, e.X)
		case Exists:
			ok = push(it.depth+1, e.Where)
		case Reach:
			ok = push(it.depth+1, e.Where)
			for _, h := range e.Hops() {
				ok = ok && (h.Step == True || push(it.depth+1, h.Step))
			}
		case Compare:
			values += operandValues(e.L) + operandValues(e.R)
		case In:
			values += operandValues(e.X)
			for _, v := range e.Set {
				values += operandValues(v)
			}
		case StrOp:
			values += operandValues(e.X) + 1
		case Const:
		default:
			return &Error{Err: ErrInvalid, Reason: fmt.Sprintf("a node of type %T", e)}
		}
		if !ok {
			return &Error{Err: ErrTooLarge, Reason: "more than 10,000 nodes"}
		}
		if values > MaxValues {
			return &Error{Err: ErrTooLarge, Reason: "more than 30,000 values"}
		}
	}
	return nil
}

// operandValues returns how many values an operand holds.
func operandValues(o Operand) int {
	v, ok := o.(Value)
	if !ok {
		return 0
	}
	return max(1, len(v.Parts()))
}
