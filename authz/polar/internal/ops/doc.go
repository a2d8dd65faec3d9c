// Package ops defines what operators and built-in methods mean on known values.
//
// Each evaluator of policies adds what is its own: the solver binds variables and waits
// for them, and partial evaluation makes conditions of unknown values. Both call this
// package as soon as the operands are known, so that the answers are the same.
//
//   - arith.go, compare.go and text.go define the operators.
//   - builtin.go is the table of built-in methods; strings.go, lists.go and dicts.go
//     define them.
//   - term.go lists the forms of terms that are not values of the host.
//   - errors.go defines Error, and its codes.
//
// Functions that read an amount of data that a policy or a caller determines charge a
// [meter.Account] before they read it.
package ops
