// Package polar is the policy language: it loads policies written in Polar and
// answers queries on them.
//
// A policy is a set of rules. A rule holds when its body does, and several rules
// of one name are alternatives:
//
//	allow(user: User, "read", expense: Expense) if
//	    user.id = expense.user_id;
//
//	allow(user: User, "read", expense: Expense) if
//	    user.title in ["Accountant", "Senior Accountant"] and
//	    expense.organization = user.organization;
//
// Classes such as User are Go types that the program registers. Attributes are
// struct fields, by their Go name or in snake_case, and Go methods can be
// called. A query binds the variables of a rule call, and has any number of
// solutions; a decision asks only whether there is one.
//
// # From text to answers
//
// Load runs a pipeline whose stages are packages. Package syntax makes a tree of
// each source, with the position of every node. Name resolution turns variables
// into numbered slots, expands actor and resource blocks into rules, and checks
// the policy: against its rule types, and against the registered Go types, so
// that a misspelt attribute is an error at load and not a denial later. The
// solver's compiler makes a graph of goals of each rule, and an index over the
// rules of each name. All of this happens once; the resulting Policy is
// immutable, and any number of goroutines may query it.
//
// # Answers that can be trusted
//
// A query ends in a solution, in no solution, or in an error; an error is never
// taken for an answer. Whatever a policy says and whatever data it meets, a
// query is bounded by Limits and by its context. What a policy tests on a
// variable that has no value yet waits until it has one; a solution that still
// depends on such a test is an error, ErrUnbound, and no guess.
//
// Errors say where in the policy they arose, and contain no value of an actor
// or a resource.
//
// Not stable before v1, except for the types for which package authz has aliases.
package polar
