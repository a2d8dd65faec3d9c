package sqlauthz

// This file defines WhereActors: who may do something, as a condition on the table of actors.

import (
	"context"
	"fmt"

	"github.com/ursa-authz/ursa/adapters/internal/answer"
	"github.com/ursa-authz/ursa/authz"
	"github.com/ursa-authz/ursa/authz/filter"
)

// An ActorFilterer is an Authorizer that also makes filters of actors. It returns
// authz.ErrUnsupported if it cannot make one from the policy.
type ActorFilterer interface {
	FilterActors(ctx context.Context, class authz.Class, action string, resource any) (*filter.Query, error)
}

// WhereActors returns the condition for the rows of a table of actors that may do an action on
// resource, which may be a class: for those rows and no others, the decision in memory allows it.
//
//	c, err := tr.WhereActors(ctx, "users", "read", document, sqlauthz.Alias("u"))
//	...
//	rows, err := db.QueryContext(ctx, "SELECT u.name FROM users u WHERE "+c.SQL+" ORDER BY u.name", c.Args...)
//
// The context needs no actor: the condition does not depend on the caller, and its answer is
// sensitive. Authorize an action for that first. The text and the errors are those of Where.
func (t *Translator) WhereActors(ctx context.Context, name, action string, resource any, opts ...Option) (Condition, error) {
	return t.write(name, "", "", opts, func(rows *table) (*Predicate, error) {
		az, err := t.authorizer(ctx)
		if err != nil {
			return nil, err
		}
		f, ok := az.(ActorFilterer)
		if !ok {
			return nil, answer.Filter(answer.Unsupported(nil, fmt.Sprintf("the authorizer %T makes no filters of actors", az)))
		}
		query, err := f.FilterActors(ctx, authz.Class{Type: rows.Type}, action, resource)
		if err != nil {
			return nil, answer.Filter(err)
		}
		return t.schema.translateFor(rows, query, opts)
	})
}
