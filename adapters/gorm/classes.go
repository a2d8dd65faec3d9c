package gormauthz

// This file defines Classes, which registers GORM models with an Authorizer.

import (
	"errors"
	"fmt"
	"reflect"
	"strings"

	"gorm.io/gorm"
	"gorm.io/gorm/schema"

	"github.com/ursa-authz/ursa/authz"
)

// Classes returns the classes of GORM models, for authz.Config.Classes, and
// registers the models with the handle db: with all of its sessions and
// transactions. It belongs to the start of a program, before db is used, and may
// be called more than once.
//
// Values are models or pointers to them. Models that their associations lead to
// are registered, and returned, too: an association that the policy could not
// follow would silently be nil.
//
// Everything comes from GORM's own schemas: the names of columns become further
// names of attributes; the primary key, which may be composite, is the class's
// key; associations (belongs to, has one, has many, many to many, polymorphic,
// to the model itself, in embedded structs) are relations, which are fetched for
// a decision that meets them unloaded, without rows that are softly deleted. See
// WithTx for the transaction in which that happens. The Polar names are those of
// the Go types; a class's Name may be changed before it is given to authz.New.
//
// The error tells of a database whose dialect is not known here, of models that
// GORM cannot parse, and of two models of one table.
func Classes(db *gorm.DB, values ...any) ([]authz.Class, error) {
	if d := dialect(db.Dialector.Name()); !d.known() {
		return nil, fmt.Errorf("gormauthz: the database %q is not one of SQLite, PostgreSQL and MySQL", d)
	}
	ms := modelsOf(db)
	if ms == nil {
		ms = newModels(db)
		if err := db.Use(ms); err != nil {
			return nil, err
		}
	}
	var classes []authz.Class
	var errs []error
	for _, v := range values {
		added, err := ms.add(v)
		errs = append(errs, err)
		for _, m := range added {
			classes = append(classes, ms.class(m))
		}
	}
	if err := errors.Join(errs...); err != nil {
		return nil, err
	}
	return classes, nil
}

// class describes a model to a policy.
func (ms *models) class(m *model) authz.Class {
	c := authz.Class{Type: m.typ, Key: m.key, Aliases: make(map[string]string), Fetch: ms.fetch}
	for path, col := range m.columns {
		if isName(col.field.DBName) {
			c.Aliases[col.field.DBName] = path
		}
	}
	for _, r := range m.relations {
		c.Relations = append(c.Relations, r.describe())
	}
	return c
}

// describe returns the relation as a class has it.
func (r *relation) describe() authz.Relation {
	rel := authz.Relation{Name: r.name, Many: r.many, Target: r.gorm.FieldSchema.ModelType}
	if r.gorm.Type == schema.BelongsTo {
		for _, ref := range r.gorm.References {
			if ref.ForeignKey != nil && ref.PrimaryValue == "" {
				rel.ForeignKey = append(rel.ForeignKey, goPath(r.owner.typ, ref.ForeignKey.BindNames))
			}
		}
	}
	return rel
}

// isName reports whether a column's name can be written in a policy.
func isName(s string) bool {
	for i, r := range s {
		letter := r == '_' || 'a' <= r && r <= 'z' || 'A' <= r && r <= 'Z'
		if !letter && (i == 0 || r < '0' || r > '9') {
			return false
		}
	}
	return s != "" && !reserved[strings.ToLower(s)]
}

// reserved are the words of the policy language, which are no names there.
var reserved = map[string]bool{
	"and": true, "or": true, "not": true, "if": true, "in": true, "cut": true, "debug": true, "print": true, "forall": true,
	"new": true, "matches": true, "mod": true, "rem": true, "isa": true, "type": true, "true": true, "false": true, "nil": true,
}

// structType returns the struct that a type stands for: itself, or what a
// pointer, slice or array of it holds.
func structType(t reflect.Type) reflect.Type {
	const most = 32 // type S []S has no end
	for n := 0; n < most && t != nil && (t.Kind() == reflect.Pointer || t.Kind() == reflect.Slice || t.Kind() == reflect.Array); n++ {
		t = t.Elem()
	}
	if t == nil || t.Kind() != reflect.Struct {
		return nil
	}
	return t
}
