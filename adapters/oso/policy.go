//go:build cgo && !musl && (((linux || darwin) && (amd64 || arm64)) || (windows && amd64))

package osoengine

// This file defines policy, which asks go-oso.
//
// A query of go-oso lives in memory that Go does not manage, and freeing it
// twice destroys the process. go-oso frees it at its end and when a host
// operation fails; not when its core reports an error, not when a result
// cannot be converted, not when Go code panics, and not when nobody asks for
// more. solutions does that, for each way a query can end.

import (
	"context"
	"encoding/json"
	"errors"
	"iter"
	"reflect"
	"strconv"

	oso "github.com/osohq/go-oso"
	osoerrors "github.com/osohq/go-oso/errors"
	osotypes "github.com/osohq/go-oso/types"
	"github.com/ursa-authz/ursa/authz"
)

// A policy is a policy loaded into an instance of go-oso. Nothing of it changes
// after Compile, which is what makes it safe for concurrent use.
type policy struct {
	*universe
	*text
	read map[string]bool // the attributes that the policy reads
	oso  oso.Oso
	none reflect.Type // of nil in results
}

func (p *policy) guard() *guard {
	return &guard{policy: p, seen: make(map[visit]bool), left: maxValues}
}

// Decide asks rule(actor, action, resource) and stops at its first solution.
// go-oso does not tell which rule that came from.
func (p *policy) Decide(ctx context.Context, rule string, actor any, action string, resource any) (authz.Outcome, error) {
	for _, err := range p.Query(ctx, rule, actor, action, resource) {
		return authz.Outcome{Allowed: err == nil}, err
	}
	return authz.Outcome{}, nil
}

// Defines reports whether the sources have a rule of that name with that number of parameters.
func (p *policy) Defines(rule string, arity int) bool { return p.defined[ruleKey{rule, arity}] }

// Enumerates reports whether no cut may be reached from rules of that name.
func (p *policy) Enumerates(rule string) bool { return !p.cuts[rule] }

// Query yields the solutions of rule(args...).
func (p *policy) Query(ctx context.Context, rule string, args ...any) iter.Seq2[authz.Bindings, error] {
	return func(yield func(authz.Bindings, error) bool) {
		query, vars, err := p.newQuery(ctx, rule, args)
		if err != nil {
			yield(nil, err)
			return
		}
		for solution, err := range p.solutions(ctx, query) {
			if err != nil {
				yield(nil, err)
				return
			}
			bindings := make(authz.Bindings, len(vars))
			for name, value := range solution {
				if bindings[string(vars[name])], err = p.result(value, vars); err != nil {
					yield(nil, err)
					return
				}
			}
			if !yield(bindings, nil) {
				return
			}
		}
	}
}

// newQuery makes a query, which has not begun. The variables get names that
// are those of no constant.
func (p *policy) newQuery(ctx context.Context, rule string, args []any) (q *oso.Query, vars map[string]authz.Var, err error) {
	defer func() {
		if recover() != nil { // a value that cannot be converted
			q, err = nil, errPanic
		}
	}()
	if err := ctx.Err(); err != nil {
		return nil, nil, err
	}
	if p.hidden[rule] {
		return nil, nil, errUndefined
	}
	guard := p.guard()
	vars = make(map[string]authz.Var)
	names := make(map[authz.Var]string)
	converted := make([]any, len(args))
	for i, arg := range args {
		if name, ok := arg.(authz.Var); ok {
			if names[name] == "" {
				names[name] = "ursa::" + strconv.Itoa(i)
				vars[names[name]] = name
			}
			converted[i] = osotypes.Variable(names[name])
		} else if converted[i], err = guard.argument(arg); err != nil {
			return nil, nil, err
		}
	}
	q, err = p.oso.NewQueryFromRule(rule, converted...)
	if err != nil {
		return nil, nil, p.queryError(err)
	}
	return q, vars, nil
}

// solutions yields what go-oso answers, and frees the query.
func (p *policy) solutions(ctx context.Context, q *oso.Query) iter.Seq2[map[string]any, error] {
	// go-oso's own error for a value that is an expression does not tell
	// whether the query was freed; accepted, they become errors in result.
	q.SetAcceptExpression(true)
	return func(yield func(map[string]any, error) bool) {
		alive := true
		defer func() {
			if alive {
				q.Cleanup()
			}
		}()
		for {
			if err := ctx.Err(); err != nil {
				yield(nil, err)
				return
			}
			solution, err := next(q)
			if err != nil {
				alive = survives(err)
				yield(nil, p.queryError(err))
				return
			}
			alive = solution != nil
			if err := ctx.Err(); err != nil {
				yield(nil, err) // what was found out since is no answer
				return
			}
			if solution == nil {
				return
			}
			if !yield(*solution, nil) {
				return
			}
		}
	}
}

// next asks for the next solution. Whatever panics on the way, be it a method of
// the application or go-oso itself, is an error.
func next(q *oso.Query) (solution *map[string]any, err error) {
	defer func() {
		if recover() != nil {
			solution, err = nil, errPanic
		}
	}()
	return q.Next()
}

// survives reports whether a query that ended with err has still to be freed.
// Where that cannot be known, it leaks a few kilobytes rather than risk to free
// twice: for an error that says that a Go value could not be passed on, and
// for a list with an open end, which may be a result or an operand.
func survives(err error) bool {
	if errors.Is(err, errPanic) {
		return true // between two calls into the original
	}
	var core *osoerrors.FormattedPolarError
	if errors.As(err, &core) {
		if kind, ok := core.Kind.ErrorKindVariant.(osotypes.ErrorKindOperational); ok {
			_, passing := kind.OperationalErrorVariant.(osotypes.OperationalErrorSerialization)
			return !passing
		}
		return true
	}
	var undecodable *json.UnmarshalTypeError // an infinite result
	return errors.As(err, &undecodable)
}
