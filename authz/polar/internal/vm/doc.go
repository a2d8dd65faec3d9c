// Package vm solves queries: it compiles resolved policies, and walks them.
//
// Where to find what:
//
//   - compile.go, program.go: a resolved module becomes a Program, a graph of
//     goals for each rule; index.go, leading.go, listparts.go and order.go select
//     and order the rules of a call.
//   - machine.go, solve.go, call.go: the Machine, which walks the graph; trail.go for
//     variables and goals that wait, unify.go for equality, negation.go for not
//     and forall, ancestor.go for loops in data.
//   - compare.go, access.go, match.go, in.go, builtin.go: what the operators do.
//   - partial*.go, symbol.go, collect.go, filter.go, models.go: the same solver
//     with a row unknown, whose answer is a filter; equation.go, closure.go, rename.go:
//     what becomes of recursion there.
//   - fast*.go, beginning with fast.go: decisions by closures, for rules that need
//     no solver.
//   - query.go, trace.go, errors.go: what goes in and comes out.
//
// A Program is immutable. A Machine solves one query at a time and is pooled.
package vm
