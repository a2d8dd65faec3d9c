package authz

// This file defines Engine and Policy, the interface between an Authorizer and the language
// of its policies. It re-exports the types of package polar that appear in that interface.

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
	// An Outcome is the answer of an engine to a decision.
	Outcome = polar.Outcome
	// A RuleInfo identifies a rule of a policy.
	RuleInfo = polar.RuleInfo
	// Bindings are the values of a solution's variables, by name.
	Bindings = polar.Bindings
	// A Var, passed as an argument of a query, is a variable of that name.
	Var = polar.Var
	// A Diagnostic is an error or a warning about a policy source.
	Diagnostic = polar.Diagnostic
	// A Position is a line and a column in a policy source.
	Position = syntax.Position
)

// ClassOf returns the class of the Go type T, for [Config].Classes. As an argument of a
// decision it is the class itself, not an instance:
//
//	az.Authorize(ctx, user, "create", authz.ClassOf[Expense]())
func ClassOf[T any]() Class { return polar.ClassOf[T]() }

// An Engine compiles Polar sources into a [Policy]. It must be safe for concurrent use.
type Engine interface {
	// Compile compiles the sources of in, which together are one policy. The diagnostics
	// contain the warnings and, with an error, all errors found.
	Compile(ctx context.Context, in Input) (Policy, []Diagnostic, error)
}

// A Policy answers queries. It is immutable and safe for concurrent use.
//
// An error means that the query could not be answered. Callers treat it as a denial, but
// never as [ErrForbidden]. If the policy does not define the rule, the error is
// [ErrUndefinedRule].
type Policy interface {
	// Decide evaluates rule(actor, action, resource) and stops at the first solution. The
	// number of arguments is fixed because a variadic call would allocate.
	Decide(ctx context.Context, rule string, actor any, action string, resource any) (Outcome, error)

	// Query yields the solutions of rule(args...), in order. An error is the last thing
	// that it yields.
	Query(ctx context.Context, rule string, args ...any) iter.Seq2[Bindings, error]
}

// An Asker is a [Policy] that decides rules with any number of arguments, and reports which
// rule held. Without Asker, allow_request and allow_field are evaluated with Query, and
// those decisions do not report a rule.
type Asker interface {
	// Ask evaluates rule(args...) and stops at the first solution. A [Var] among the
	// arguments is an ordinary value.
	Ask(ctx context.Context, rule string, args ...any) (Outcome, error)
}

// A Definer is a [Policy] that reports which rules it defines. With [Config].DenyRule, only
// the deny rules that a Definer defines are evaluated. For other policies all deny rules
// are evaluated, and the error [ErrUndefinedRule] means that there is no such rule.
type Definer interface {
	// Defines reports whether the policy has a rule with that name and number of
	// parameters.
	Defines(rule string, arity int) bool

	// Enumerates reports whether Query, called for a rule of that name with variables among
	// its arguments, yields every value for which Decide says that the rule holds. It is
	// false for a rule that may reach a cut. If it is false for deny, AuthorizedActions
	// cannot list the exceptions from a grant of all actions.
	Enumerates(rule string) bool
}
