package polar

// This file defines Filter, which finds the rows for which a rule holds without loading them.

import (
	"context"

	"github.com/ursa-authz/ursa/authz/filter"
)

// Filter returns the condition under which rule(actor, action, row) holds for a
// row of class, which must be a struct. The condition is exact: a row satisfies
// it if and only if Decide would allow the row.
//
// If an expression cannot become a condition, Filter returns an error that is
// ErrUnsupported and names the expression and its position. It never returns a
// filter that admits too many rows.
func (p *Policy) Filter(ctx context.Context, rule string, actor any, action string, class Class) (*filter.Query, error) {
	m := p.prog.Machine(ctx, &p.config)
	defer m.Release()
	t := class.structType()
	ok, err := m.StartPartial(rule, 3, 2, t)
	if err != nil {
		return nil, err
	}
	if !ok {
		if err := p.noRule(ctx, rule); err != nil {
			return nil, err
		}
		return m.Never(t), nil
	}
	if err := m.SetArg(0, actor); err != nil {
		return nil, err
	}
	if err := m.SetArg(1, action); err != nil {
		return nil, err
	}
	return m.Filter(t)
}
