// Package polar implements the policy language: it loads policies written in
// Polar and answers queries on them.
//
// A policy is a set of rules. A rule holds if its body holds. Several rules with
// the same name are alternatives:
//
//	allow(user: User, "read", expense: Expense) if
//	    user.id = expense.user_id;
//
//	allow(user: User, "read", expense: Expense) if
//	    user.title in ["Accountant", "Senior Accountant"] and
//	    expense.organization = user.organization;
//
// Classes such as User are Go types that the program registers. Attributes are
// struct fields, by their Go name or in snake_case, and policies can call Go
// methods. A query calls a rule. It has any number of solutions, each of which
// binds the variables of the call. A decision only checks whether there is a
// solution.
//
// # From text to answers
//
// Load runs a pipeline whose stages are packages. Package syntax parses each source
// into a tree, with the position of every node. Name resolution turns variables
// into numbered slots, expands actor and resource blocks into rules, and checks
// the policy against its rule types and the registered Go types, so that a
// misspelled attribute is an error at load and not a denial later. The solver's
// compiler turns each rule into a graph of goals, and indexes the rules of each
// name. All of this happens once. The resulting Policy is immutable, and any number
// of goroutines may query it.
//
// # Answers that can be trusted
//
// A query yields a solution, no solution, or an error. An error is never treated
// as an answer. For any policy and any data, [Limits] and the context bound the
// query. A test of a variable that has no value yet waits until the variable has
// one. The engine does not guess: if a solution still depends on a waiting test,
// the query returns ErrUnbound.
//
// Errors give the position in the policy, and contain no values of actors or
// resources.
//
// Not stable before v1, except for the types for which package authz has aliases.
package polar
