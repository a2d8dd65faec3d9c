package gormauthz

// This file defines how updates are authorized by a rule about changes, which sees a row as it
// was locked and as it is stored afterwards. See authz.Config.ChangeRule.

import (
	"context"
	"fmt"
	"reflect"

	"gorm.io/gorm"

	"github.com/ursa-authz/ursa/adapters/internal/answer"
	"github.com/ursa-authz/ursa/authz/filter"
)

// A ChangeAuthorizer is an Authorizer that may have a rule about changes.
type ChangeAuthorizer interface {
	// HasChangeRule reports whether updates are authorized by AuthorizeChange.
	HasChangeRule() bool

	// AuthorizeChange authorizes that a row becomes as it is after an update. Its errors are
	// those of Authorize.
	AuthorizeChange(ctx context.Context, actor any, action string, before, after any) error
}

// changer returns the authorizer of changes, or nil if updates ask about single states.
func (q question) changer() ChangeAuthorizer {
	if c, ok := q.az.(ChangeAuthorizer); ok && c.HasChangeRule() {
		return c
	}
	return nil
}

// authorizeChange authorizes the new state of a row of model m. Before is a pointer to it as it
// was locked.
func (q question) authorizeChange(m *model, action string, before, after any) error {
	c := q.changer()
	if c == nil {
		return q.authorize(action, after)
	}
	ctx := context.WithValue(q.ctx, pastKey{}, &past{m, map[any]bool{before: true}})
	return answer.Hide(c.AuthorizeChange(ctx, q.actor, action, before, after), gorm.ErrRecordNotFound)
}

// A past is the state before an update, while it is compared with the state after it.
type past struct {
	model *model       // whose rows were updated
	rows  map[any]bool // pointers to the row before the update, and to those fetched for it
}

type pastKey struct{}

// checkFetch returns an error if a relation of a row before an update may lead to rows that the
// update has changed: the database has only their new state.
func (m *model) checkFetch(ctx context.Context, row any, r *relation) error {
	p, _ := ctx.Value(pastKey{}).(*past)
	if p == nil || !p.rows[row] || r.gorm.FieldSchema.Table != p.model.schema.Table {
		return nil
	}
	return undecided(fmt.Sprintf("%s of %s cannot be fetched as it was before the update, which may have changed it", r.name, m.typ), nil)
}

// noteFetched records the rows that were fetched for a row, if it is one before an update.
func noteFetched(ctx context.Context, row, value any) {
	p, _ := ctx.Value(pastKey{}).(*past)
	if p == nil || !p.rows[row] || value == nil {
		return
	}
	v := reflect.ValueOf(value)
	if v.Kind() == reflect.Pointer {
		p.rows[value] = true
		return
	}
	each(v, func(related reflect.Value) { p.rows[related.Interface()] = true })
}

// copyOf returns a copy of a row, for which what was left out of the row is known, too.
func copyOf[T any](row *T) *T {
	c := *row
	rows.set(reflect.ValueOf(&c), rows.of(reflect.ValueOf(row)))
	return &c
}

// authorizeChanges authorizes each row of an update in its new state.
func (c *claim) authorizeChanges(db, tx *gorm.DB) error {
	after, err := c.states(tx)
	if err != nil {
		return err
	}
	q, err := writeQuestionOf(db.Statement)
	if err != nil {
		return err
	}
	for i := range after {
		if err := q.authorizeChange(c.model, c.action, c.before[i], after[i]); err != nil {
			return err
		}
	}
	return nil
}

// states reads the rows of an update in full, in the order of their keys.
func (c *claim) states(tx *gorm.DB) ([]any, error) {
	cond, err := modelsOf(tx).hasKey(c.model, c.keys)
	if err != nil {
		return nil, err
	}
	found := reflect.New(reflect.SliceOf(reflect.PointerTo(c.model.typ)))
	if err := asStored(tx).Unscoped().Where(cond).Find(found.Interface()).Error; err != nil {
		return nil, databaseError(err)
	}
	if found.Elem().Len() != len(c.keys) {
		return nil, undecided("rows of the update were not found", nil)
	}
	index := make(map[string]any, len(c.keys))
	text := func(k filter.Value) (string, error) {
		s, ok, err := modelsOf(tx).tables.Load().KeyText(c.model.typ, k)
		if err == nil && !ok {
			err = undecided("a key that no row can have", nil)
		}
		return s, err
	}
	for i := range found.Elem().Len() {
		row := found.Elem().Index(i).Interface()
		key, err := c.model.rows.KeyOf(row)
		if err != nil {
			return nil, filterError(err)
		}
		s, err := text(key)
		if err != nil {
			return nil, filterError(err)
		}
		index[s] = row
	}
	list := make([]any, len(c.keys))
	for i, k := range c.keys {
		s, err := text(k)
		if err != nil {
			return nil, filterError(err)
		}
		if list[i] = index[s]; list[i] == nil {
			return nil, undecided("a row of the update has another key afterwards", nil)
		}
	}
	return list, nil
}
