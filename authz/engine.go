package authz

// This file defines Engine and Policy, the seam between an Authorizer and the
// language its policies are written in, and re-exports what crosses it.

import (
	"context"
	"iter"

	"github.com/ursa-authz/ursa/authz/polar"
	"github.com/ursa-authz/ursa/authz/polar/syntax"
)

// The types that applications and engines share with package polar.
type (
	// A Class registers a Go type, so that policies can name it.
	Class = polar.Class
	// A Relation is a field of a class that refers to instances of another class.
	Relation = polar.Relation
	// A Link is two fields that are equal in related instances.
	Link = polar.Link
	// A RowInfo knows which rows were read in part.
	RowInfo = polar.RowInfo
	// A Source is one policy text with the name that positions give it.
	Source = polar.Source
	// Limits bound what one query may cost.
	Limits = polar.Limits
	// Input is what an Engine compiles.
	Input = polar.Input
	// An Outcome is an engine's answer to a decision.
	Outcome = polar.Outcome
	// A RuleInfo identifies a rule of a policy.
	RuleInfo = polar.RuleInfo
	// Bindings are the values of a solution's variables, by name.
	Bindings = polar.Bindings
	// A Var, passed as an argument of a query, is a variable of that name.
	Var = polar.Var
	// A Diagnostic is an error or a warning about a policy source.
	Diagnostic = polar.Diagnostic
	// A Position is a place in a policy source.
	Position = syntax.Position
)

// ClassOf returns the class of the Go type T, for [Config].Classes. As an
// argument of a decision it is the class itself, never an instance:
//
//	az.Authorize(ctx, user, "create", authz.ClassOf[Expense]())
func ClassOf[T any]() Class { return polar.ClassOf[T]() }

// An Engine compiles Polar sources into a [Policy]. It must be safe for
// concurrent use.
type Engine interface {
	// Compile compiles the sources of in, which together are one policy. The
	// diagnostics hold the warnings, and with an error all errors found.
	Compile(ctx context.Context, in Input) (Policy, []Diagnostic, error)
}

// A Policy answers queries. It is immutable and safe for concurrent use.
//
// An error means that the question could not be answered; callers treat it as
// a denial, but never as [ErrForbidden]. A query for a rule that the policy
// does not define is such an error, and is [ErrUndefinedRule].
type Policy interface {
	// Decide asks rule(actor, action, resource) and stops at its first
	// solution. The number of arguments is fixed, since a variadic call
	// would allocate.
	Decide(ctx context.Context, rule string, actor any, action string, resource any) (Outcome, error)

	// Query yields the solutions of rule(args...), in order. An error is
	// the last thing it yields.
	Query(ctx context.Context, rule string, args ...any) iter.Seq2[Bindings, error]
}

// An Asker is a [Policy] that decides questions of any number of arguments, and says
// which rule held. Of one that is none, allow_request and allow_field are asked by
// Query, and decisions by them name no rule.
type Asker interface {
	// Ask asks rule(args...) and stops at its first solution. A [Var] among
	// the arguments is a value like any other.
	Ask(ctx context.Context, rule string, args ...any) (Outcome, error)
}

// A Definer is a [Policy] that knows which rules it defines. With [Config].DenyRule, a
// policy that is a Definer is asked for the deny rules that it defines, and for no
// others. Other policies are always asked; an error that is [ErrUndefinedRule] then means
// that there is no such rule.
type Definer interface {
	// Defines reports whether the policy has a rule of that name with that
	// number of parameters.
	Defines(rule string, arity int) bool

	// Enumerates reports whether Query, asked for a rule of that name with
	// variables among its arguments, yields every value with which Decide
	// says that the rule holds. A rule that may reach a cut does not. If it
	// is false for deny, the exceptions from a grant of all actions are not known.
	Enumerates(rule string) bool
}
