package polar

// This file defines Filter and FilterActors, which find the resources, or the actors, for
// which a rule holds without loading them.

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
	return p.filter(ctx, rule, 2, class, [3]any{actor, action, nil})
}

// FilterActors returns the condition under which rule(row, action, resource) holds for an
// actor, a row of class, which must be a struct. The condition is exact: a row satisfies it
// if and only if Decide would allow that actor. The errors are those of Filter.
func (p *Policy) FilterActors(ctx context.Context, rule string, class Class, action string, resource any) (*filter.Query, error) {
	return p.filter(ctx, rule, 0, class, [3]any{nil, action, resource})
}

// filter returns the condition on argument number unknown of rule, a row of class.
func (p *Policy) filter(ctx context.Context, rule string, unknown int, class Class, args [3]any) (*filter.Query, error) {
	m := p.prog.Machine(ctx, &p.config)
	defer m.Release()
	t := class.structType()
	ok, err := m.StartPartial(rule, len(args), unknown, t)
	if err != nil {
		return nil, err
	}
	if !ok {
		if err := p.noRule(ctx, rule); err != nil {
			return nil, err
		}
		return m.Never(t), nil
	}
	for i, x := range args {
		if i == unknown {
			continue
		}
		if err := m.SetArg(i, x); err != nil {
			return nil, err
		}
	}
	return m.Filter(t)
}
