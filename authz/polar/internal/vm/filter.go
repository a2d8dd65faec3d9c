package vm

// This file defines how a machine answers a partial query.

import (
	"errors"
	"reflect"

	"github.com/ursa-authz/ursa/authz/filter"
)

// StartPartial prepares the machine to call a rule with arity arguments. The argument
// number unknown is a row of the given type. It reports whether there is such a rule.
func (m *Machine) StartPartial(name string, arity, unknown int, t reflect.Type) (bool, error) {
	plan := m.prog.reg.PlanOf(t)
	if m.prog.models[plan] == nil {
		return false, m.errorf(CodeUnsupported, "a filter needs a registered struct, not %s", t)
	}
	m.partial = &partialState{}
	if !m.StartRule(name, arity) {
		return false, nil
	}
	m.cells[unknown] = makeSymbol(&symbol{kind: symRow, row: m.partial.newRow(), plan: plan})
	return true, nil
}

// Filter returns the condition on the unknown row under which the query holds.
func (m *Machine) Filter(t reflect.Type) (*filter.Query, error) {
	q := &filter.Query{Model: m.prog.models[m.prog.reg.PlanOf(t)]}
	var results []filter.Expr
	for {
		ok, err := m.Next()
		if err != nil {
			return nil, err
		}
		if !ok {
			break
		}
		// A solution without conditions leaves nothing to add, but the other
		// rules are still looked at: one of them may be an error for some rows,
		// and would come first in a decision on them.
		results = append(results, m.conjunction(0))
	}
	where, err := m.rename(anyOf(results))
	if err != nil {
		return nil, err
	}
	q.Where = where
	q, err = q.Simplify()
	if err != nil {
		return nil, m.filterError(err)
	}
	if err := q.Validate(); err != nil {
		return nil, m.filterError(err)
	}
	return q, nil
}

// filterError turns an error of package filter into an Error. A filter that is too
// large exceeds a limit, and an invalid filter has a condition that could fail for
// some rows.
func (m *Machine) filterError(err error) error {
	code := CodeUnsupported
	if errors.Is(err, filter.ErrTooLarge) {
		code = CodeBudget
	}
	return &Error{Code: code, Msg: err.Error(), Cause: err}
}

// Never returns a filter that no row satisfies.
func (m *Machine) Never(t reflect.Type) *filter.Query {
	return &filter.Query{Model: m.prog.models[m.prog.reg.PlanOf(t)], Where: filter.False}
}
