package polar

// This file defines the queries of a Policy.

import (
	"context"
	"fmt"
	"iter"

	"github.com/ursa-authz/ursa/authz/polar/internal/vm"
	"github.com/ursa-authz/ursa/authz/polar/syntax"
)

// The errors of queries, for errors.Is. They are found behind an *Error.
var (
	ErrBudget        = vm.ErrBudget        // a limit was met
	ErrUnbound       = vm.ErrUnbound       // a test waits for a variable that nothing binds
	ErrUnsupported   = vm.ErrUnsupported   // an operation that cannot be done
	ErrUndefinedRule = vm.ErrUndefinedRule // no rule has the name
)

// An Error says why a query could not be answered: a stable code, the position
// of the goal that failed, and the rules that were being tried. Its text names
// rules, classes and attributes, and no value of an actor or a resource. Unwrap
// returns the error of the Go program, if there was one, whose text may.
type Error = vm.Error

// A Frame is one entry of the stack of an Error.
type Frame = vm.Frame

// Decide answers rule(actor, action, resource). An error means that the question could
// not be answered; the outcome then is that of a denial. Errors are *Error.
//
// Decide stops at the first solution. It is safe for concurrent use.
func (p *Policy) Decide(ctx context.Context, rule string, actor any, action string, resource any) (Outcome, error) {
	if allowed, by, done := p.prog.Decide(ctx, rule, actor, action, resource); done {
		if !allowed {
			return Outcome{}, nil
		}
		return Outcome{Allowed: true, Rule: p.rules[by.Index]}, nil
	}
	return p.solve(ctx, rule, actor, action, resource)
}

// solve is Decide on the solver.
func (p *Policy) solve(ctx context.Context, rule string, actor any, action string, resource any) (Outcome, error) {
	return p.Ask(ctx, rule, actor, action, resource)
}

// Ask is Decide for any number of arguments: it answers rule(args...), and stops at
// the first solution. A [Var] among the arguments is a value, and nobody's.
func (p *Policy) Ask(ctx context.Context, rule string, args ...any) (Outcome, error) {
	m := p.prog.Machine(ctx, &p.config)
	defer m.Release()
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
	return Outcome{Allowed: true, Rule: p.ruleOf(m.Decided())}, nil
}

// noRule is the answer to a query of a rule that does not exist with that
// number of parameters: an error when there is none of the name, else no solution.
func (p *Policy) noRule(ctx context.Context, rule string) error {
	if p.prog.Defines(rule) {
		return vm.Cancelled(ctx)
	}
	msg := fmt.Sprintf("no rule is named %q", rule)
	if err := syntax.CheckName(rule); err != nil {
		msg += ": " + err.Error() // what the reader of the message would not see either
	}
	return &Error{Code: vm.CodeUndefinedRule, Msg: msg}
}

// Query returns the solutions of rule(args...), one after the other as they are
// asked for. An argument that is a Var is a variable, whose values the bindings
// report. After an error there are no more. Stopping early frees everything.
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

// setArgs gives the rule being called its arguments, and returns those that are
// variables: of several of one name, the first.
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
// `has_role(user, "admin", org) and org.name = "Foo"`, without a semicolon. A
// query that cannot be parsed or resolved is one syntax.ErrorList.
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

// solutions yields the solutions of a started query. Fill adds the values of its variables.
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
