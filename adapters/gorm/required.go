package gormauthz

// This file defines Required, which promises that the rows of belongs-to associations exist.

import (
	"errors"
	"fmt"
	"slices"

	"gorm.io/gorm/clause"
	"gorm.io/gorm/schema"

	"github.com/ursa-authz/ursa/authz"
)

// A requiredModel is a model some of whose associations always have a row.
type requiredModel struct {
	model any
	names []string
}

// Required returns a model for Classes, and promises that a foreign key constraint in the database
// keeps a row for each of the named belongs-to associations, whenever its foreign key is set.
// Where a rule reads only the key of such a row, as in expense.user.id = user.id, decisions and
// lists read the foreign key, and the row is neither fetched nor joined. See
// authz.Relation.Required.
//
//	classes, err := gormauthz.Classes(db, &User{}, gormauthz.Required(&Expense{}, "User"))
//
// Classes returns an error if the association is not one that belongs to a single row by one
// column, if its tags turn the constraint off, or if rows of the other model can be
// soft-deleted or are left out by another query clause of its type. It does not look whether
// the constraint is in the database.
func Required(model any, associations ...string) any { return requiredModel{model, associations} }

// An unwrapped is a model that was passed to Classes, without what says more about it.
type unwrapped struct {
	model    any
	kept     bool
	required []string
}

// unwrap returns what the values of KeepsColumns and Required say.
func unwrap(v any) unwrapped {
	u := unwrapped{model: v}
	for {
		switch m := u.model.(type) {
		case keptModel:
			u.model, u.kept = m.model, true
		case requiredModel:
			u.model, u.required = m.model, slices.Concat(u.required, m.names)
		default:
			return u
		}
	}
}

// require marks the required relations of a model's class.
func require(m *model, class *authz.Class, names []string) error {
	class.Relations = slices.Clone(class.Relations) // other calls of Classes have them, too
	for _, name := range names {
		if err := m.canRequire(name); err != nil {
			return fmt.Errorf("gormauthz: the association %s of %s cannot be required: %w", name, m.typ, err)
		}
		for i := range class.Relations {
			if r := &class.Relations[i]; r.Name == name {
				r.Required = true
			}
		}
	}
	return nil
}

// canRequire returns an error if the schemas say that an association may lead to no row although
// its foreign key is set.
func (m *model) canRequire(name string) error {
	rel := m.relation(name)
	switch {
	case rel == nil:
		return errors.New("the model does not have that association")
	case rel.gorm.Type != schema.BelongsTo || len(rel.gorm.References) != 1:
		return errors.New("it does not belong to one row by one column")
	case rel.gorm.Field.TagSettings["CONSTRAINT"] == "-":
		return errors.New("its tags turn the constraint off")
	case slices.ContainsFunc(rel.gorm.FieldSchema.QueryClauses, isForeign):
		return fmt.Errorf("%s has rows that queries leave out, such as soft-deleted ones", rel.gorm.FieldSchema.ModelType)
	}
	return nil
}

// isForeign reports whether a query clause of a model is not the plugin's.
func isForeign(c clause.Interface) bool {
	_, ours := c.(readClause)
	return !ours
}
