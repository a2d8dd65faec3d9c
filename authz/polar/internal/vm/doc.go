// Package vm compiles resolved policies and solves queries on them.
//
// The files are:
//
//   - compile.go, callgraph.go and program.go compile a resolved module to a Program, which has a
//     graph of goals for each rule. index.go, leading.go, listparts.go and order.go
//     select and order the rules of a call.
//   - machine.go, solve.go and call.go define the Machine, which walks the graph.
//     trail.go handles variables and waiting goals, unify.go equality, negation.go
//     not and forall, and ancestor.go loops in data.
//   - compare.go, access.go, match.go, in.go, terms.go and print.go implement the operators;
//     package ops says what they mean on known values.
//   - partial*.go, symbol.go, collect.go, filter.go and models.go run the same solver
//     with an unknown row. The result is a filter. equation.go, closure.go and
//     rename.go handle recursion there.
//   - typed*.go, starting with typed.go, decide with code that is compiled for the Go
//     types of actor and resource.
//   - fast*.go, starting with fast.go, decide with closures, for rules that do not
//     need the solver. They are asked for what typed*.go leaves.
//   - query.go, trace.go and errors.go define queries, traces and the positions of errors.
//
// A Program is immutable. A Machine solves one query at a time and is pooled.
package vm
