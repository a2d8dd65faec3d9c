//go:build cgo && !musl && (((linux || darwin) && (amd64 || arm64)) || (windows && amd64))

package osoengine

// This file defines policy, which runs queries on go-oso.
//
// A query of go-oso lives in memory that Go does not manage, and freeing it twice crashes
// the process. go-oso frees a query at its end and when a host operation fails. It does
// not free it when its core reports an error, when a result cannot be converted, when Go
// code panics, or when the caller stops early. solutions frees it in all of these cases.

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

// A policy is a policy loaded into an instance of go-oso. It does not change after
// Compile, so it is safe for concurrent use.
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

// Decide runs rule(actor, action, resource) and stops at its first solution. go-oso does
// not report which rule that came from.
func (p *policy) Decide(ctx context.Context, rule string, actor any, action string, resource any) (authz.Outcome, error) {
	for _, err := range p.Query(ctx, rule, actor, action, resource) {
		return authz.Outcome{Allowed: err == nil}, err
	}
	return authz.Outcome{}, nil
}

// Defines reports whether the sources have a rule of that name with that number of parameters.
func (p *policy) Defines(rule string, arity int) bool { return p.defined[ruleKey{rule, arity}] }

// Enumerates reports whether rules of that name can never reach a cut.
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

// newQuery makes a query that has not begun. Its variables get names that no constant
// has.
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

// solutions yields go-oso's answers, and frees the query.
func (p *policy) solutions(ctx context.Context, q *oso.Query) iter.Seq2[map[string]any, error] {
	// go-oso's own error for a value that is an expression does not show whether the
	// query was freed. If accepted, such values become errors in result.
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
				yield(nil, err) // a result found after the context ended is not an answer
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

// next gets the next solution. A panic, whether in a method of the application or in
// go-oso itself, becomes an error.
func next(q *oso.Query) (solution *map[string]any, err error) {
	defer func() {
		if recover() != nil {
			solution, err = nil, errPanic
		}
	}()
	return q.Next()
}

// survives reports whether a query that ended with err must still be freed. If that is
// unknown, it leaks a few kilobytes rather than risk freeing twice: for an error about a
// Go value that could not be passed on, and for a list with an open end, which may be a
// result or an operand.
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
