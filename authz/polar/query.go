package polar

// This file defines the queries of a Policy.

import (
	"context"
	"fmt"
	"iter"

	"github.com/ursa-authz/ursa/authz/polar/internal/ops"
	"github.com/ursa-authz/ursa/authz/polar/internal/vm"
	"github.com/ursa-authz/ursa/authz/polar/syntax"
)

// Sentinel errors of queries, for errors.Is. An [*Error] matches one of them, depending on its code.
var (
	ErrBudget        = ops.ErrBudget        // a limit was exceeded
	ErrUnbound       = ops.ErrUnbound       // a test needs a variable that nothing binds
	ErrUnsupported   = ops.ErrUnsupported   // the operation is not supported, or cannot become a filter
	ErrUndefinedRule = ops.ErrUndefinedRule // no rule has this name
)

// An Error says why a query could not be answered: a stable code, the position
// of the goal that failed, and the rules that were being tried. Its text contains
// names of rules, classes and attributes, but no values of actors or resources.
// Unwrap returns the error of the Go program, if any. The text of that error may
// contain values.
type Error = vm.Error

// A Frame is one entry of the stack of an Error.
type Frame = vm.Frame

// Decide reports whether rule(actor, action, resource) holds. If the question cannot
// be answered, Decide returns an [*Error], and the outcome is a denial.
//
// Decide stops at the first solution. It is safe for concurrent use.
func (p *Policy) Decide(ctx context.Context, rule string, actor any, action string, resource any) (Outcome, error) {
	return p.decide(ctx, rule, &vm.Question{Form: vm.FormAction, Actor: actor, Action: action, Resource: resource})
}

// DecideField is Decide for rule(actor, action, resource, field). Unlike Ask, it does not
// allocate.
func (p *Policy) DecideField(ctx context.Context, rule string, actor any, action string, resource any, field string) (Outcome, error) {
	return p.decide(ctx, rule, &vm.Question{Form: vm.FormField, Actor: actor, Action: action, Resource: resource, Field: field})
}

// DecideRequest is Decide for rule(actor, request). Unlike Ask, it does not allocate.
func (p *Policy) DecideRequest(ctx context.Context, rule string, actor, request any) (Outcome, error) {
	return p.decide(ctx, rule, &vm.Question{Form: vm.FormRequest, Actor: actor, Resource: request})
}

// decide implements Decide for all forms of questions.
func (p *Policy) decide(ctx context.Context, rule string, q *vm.Question) (Outcome, error) {
	if p.solverOnly {
		return p.solve(ctx, rule, q.Args()...)
	}
	allowed, by, calls, done := p.prog.DecideTyped(ctx, &p.config.Limits, rule, q)
	if !done && len(calls) == 0 && q.Form == vm.FormAction {
		allowed, by, calls, done = p.prog.Decide(ctx, rule, q.Actor, q.Action, q.Resource)
	}
	switch {
	case !done:
		return p.solveAfter(ctx, calls, rule, q.Args()...)
	case !allowed:
		return Outcome{}, nil
	}
	return Outcome{Allowed: true, Rule: by}, nil
}

// DecideEach decides for resources, in order, whether rule allow(actor, action, resource) holds
// and rule deny does not, as far as it can without calling methods and fetching relations. Deny
// may be "". It sets as many elements of allowed as it returns, and the next resource must be
// decided with Decide. Allowed must not be shorter than resources.
func (p *Policy) DecideEach(ctx context.Context, deny, allow string, actor any, action string, resources []any, allowed []bool) int {
	return p.decideEach(ctx, deny, allow, &vm.Question{Form: vm.FormAction, Actor: actor, Action: action}, resources, allowed)
}

// DecideFieldEach is DecideEach for rules with the parameters of DecideField.
func (p *Policy) DecideFieldEach(ctx context.Context, deny, allow string, actor any, action, field string, resources []any, allowed []bool) int {
	return p.decideEach(ctx, deny, allow, &vm.Question{Form: vm.FormField, Actor: actor, Action: action, Field: field}, resources, allowed)
}

func (p *Policy) decideEach(ctx context.Context, deny, allow string, q *vm.Question, resources []any, allowed []bool) int {
	if p.solverOnly {
		return 0
	}
	return p.prog.DecideEach(ctx, &p.config.Limits, deny, allow, q, resources, allowed)
}

// Actions returns the actions for which rule(actor, action, resource) holds, sorted and without
// duplicates, and whether it also holds for every other action. If known is false, only Query
// can tell.
func (p *Policy) Actions(ctx context.Context, rule string, actor, resource any) (actions []string, all, known bool) {
	return p.names(ctx, rule, &vm.Question{Form: vm.FormAction, Actor: actor, Resource: resource})
}

// Fields is Actions for the fields for which rule(actor, action, resource, field) holds.
func (p *Policy) Fields(ctx context.Context, rule string, actor any, action string, resource any) (fields []string, all, known bool) {
	return p.names(ctx, rule, &vm.Question{Form: vm.FormField, Actor: actor, Action: action, Resource: resource})
}

func (p *Policy) names(ctx context.Context, rule string, q *vm.Question) (names []string, all, known bool) {
	if p.solverOnly {
		return nil, false, false
	}
	return p.prog.NamesTyped(ctx, &p.config.Limits, rule, q)
}

// Ask is like Decide for any number of arguments: it reports whether rule(args...)
// holds, and stops at the first solution. A [Var] among the arguments is a value like
// any other, and not a variable.
func (p *Policy) Ask(ctx context.Context, rule string, args ...any) (Outcome, error) {
	if q, ok := vm.QuestionOf(args); ok {
		return p.decide(ctx, rule, &q)
	}
	return p.solve(ctx, rule, args...)
}

// solve implements Ask with the solver.
func (p *Policy) solve(ctx context.Context, rule string, args ...any) (Outcome, error) {
	return p.solveAfter(ctx, nil, rule, args...)
}

// solveAfter implements Ask after some methods were called already.
func (p *Policy) solveAfter(ctx context.Context, calls []vm.HostCall, rule string, args ...any) (Outcome, error) {
	m := p.prog.Machine(ctx, &p.config)
	defer m.Release()
	m.Replay(calls)
	if !m.StartRule(rule, len(args)) {
		return Outcome{}, p.noRule(ctx, rule)
	}
	for i, x := range args {
		if err := m.SetArg(i, x); err != nil {
			return Outcome{}, err
		}
	}
	ok, err := m.Next()
	if err != nil || !ok {
		return Outcome{}, err
	}
	return Outcome{Allowed: true, Rule: m.Decided()}, nil
}

// noRule returns the answer to a query for a rule that does not exist with that
// number of parameters: an error if no rule has the name, else no solution.
func (p *Policy) noRule(ctx context.Context, rule string) error {
	if p.prog.Defines(rule) {
		return vm.Cancelled(ctx)
	}
	msg := fmt.Sprintf("no rule is named %q", rule)
	if err := syntax.CheckName(rule); err != nil {
		msg += ": " + err.Error() // the name has characters that a reader would not see
	}
	return &Error{Code: vm.CodeUndefinedRule, Msg: msg}
}

// Query returns the solutions of rule(args...), computed one by one during the
// iteration. An argument that is a [Var] is a variable, and the bindings report its
// values. An error ends the sequence. The caller may stop early; that frees all
// resources of the query.
func (p *Policy) Query(ctx context.Context, rule string, args ...any) iter.Seq2[Bindings, error] {
	return func(yield func(Bindings, error) bool) {
		m := p.prog.Machine(ctx, &p.config)
		defer m.Release()
		if !m.StartRule(rule, len(args)) {
			if err := p.noRule(ctx, rule); err != nil {
				yield(nil, err)
			}
			return
		}
		outputs, err := setArgs(m, args)
		if err != nil {
			yield(nil, err)
			return
		}
		p.solutions(m, yield, func(b Bindings) error {
			for _, o := range outputs {
				x, err := m.Arg(o.arg, o.name, makeVar)
				if err != nil {
					return err
				}
				b[o.name] = x
			}
			return nil
		})
	}
}

// An output is an argument of a query that is a variable.
type output struct {
	name string
	arg  int
}

// setArgs sets the arguments of the call, and returns those that are variables, the
// first of each name.
func setArgs(m *vm.Machine, args []any) (outputs []output, err error) {
args:
	for i, x := range args {
		name, ok := x.(Var)
		if !ok {
			if err := m.SetArg(i, x); err != nil {
				return nil, err
			}
			continue
		}
		for _, o := range outputs {
			if o.name == string(name) {
				m.ShareArg(o.arg, i)
				continue args
			}
		}
		outputs = append(outputs, output{string(name), i})
	}
	return outputs, nil
}

// QueryString returns the solutions of a query in the policy language, such as
// `has_role(user, "admin", org) and org.name = "Foo"`, without a semicolon. If the
// query cannot be parsed or resolved, the error is a syntax.ErrorList.
func (p *Policy) QueryString(ctx context.Context, query string) iter.Seq2[Bindings, error] {
	return func(yield func(Bindings, error) bool) {
		q, err := p.compileQuery(query)
		if err != nil {
			yield(nil, err)
			return
		}
		m := p.prog.Machine(ctx, &p.config)
		defer m.Release()
		m.Start(q)
		p.solutions(m, yield, func(b Bindings) error {
			return m.Solution(q, makeVar, func(name string, x any) { b[name] = x })
		})
	}
}

func (p *Policy) compileQuery(query string) (*vm.CompiledQuery, error) {
	const name = "query"
	expr, diags := syntax.ParseQuery(name, query)
	if err := syntax.Errors(diags); err != nil {
		return nil, err
	}
	q, diags := p.module.Query(expr, query)
	if err := syntax.Errors(diags); err != nil {
		return nil, err
	}
	return p.prog.CompileQuery(q), nil
}

func makeVar(name string) any { return Var(name) }

// solutions yields the solutions of a started query; fill adds the values of its variables.
func (p *Policy) solutions(m *vm.Machine, yield func(Bindings, error) bool, fill func(Bindings) error) {
	for n := 0; ; n++ {
		ok, err := m.Next()
		if err != nil {
			yield(nil, err)
			return
		}
		if !ok {
			return
		}
		if n == p.config.Limits.Results {
			yield(nil, &Error{Code: vm.CodeBudget, Msg: fmt.Sprintf("the query has more than %d solutions", n)})
			return
		}
		b := make(Bindings)
		if err := fill(b); err != nil {
			yield(nil, err)
			return
		}
		if !yield(b, nil) {
			return
		}
	}
}
