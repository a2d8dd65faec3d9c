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

// Classes returns the classes of GORM models, for authz.Config.Classes, and registers
// the models with the handle db, including all of its sessions and transactions. Call
// it at program start, before db is used. It may be called more than once, for another
// Authorizer, and returns all classes each time. Pass all models of one Authorizer in one
// call.
//
// Values are models or pointers to them, or what KeepsColumns returns. Models that their associations lead to are
// registered and returned too: otherwise an association that the policy cannot follow
// would silently be nil.
//
// One Authorizer may serve several handles with the same models, such as one database for
// each tenant. Call Classes with each of them, pass the classes of any to authz.New, and give
// all of them the plugin. See WithTx for which one a decision reads.
//
// Everything comes from GORM's own schemas:
//
//   - The names of columns are additional names of attributes.
//   - The primary key, which may be composite, is the class's key.
//   - Associations (belongs to, has one, has many, many to many, polymorphic, to the model
//     itself, in embedded structs) are relations. A decision that needs an unloaded relation
//     fetches it, without soft-deleted rows. See WithTx for the transaction that it uses.
//   - The Polar names are those of the Go types. A class's Name may be changed before it is
//     passed to authz.New.
//
// Classes returns an error if it does not support the database's dialect, if GORM cannot parse
// a model, or if two models use one table.
func Classes(db *gorm.DB, values ...any) ([]authz.Class, error) {
	if d := dialect(db.Dialector.Name()); !d.known() {
		return nil, fmt.Errorf("gormauthz: unsupported database %q (use SQLite, PostgreSQL or MySQL)", d)
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
	returned := make(map[*model]bool)
	var all []*model
	for _, v := range values {
		k, kept := v.(keptModel)
		if kept {
			v = k.model
		}
		reached, err := ms.add(v)
		errs = append(errs, err)
		if kept && err == nil {
			reached[0].kept.Store(true)
		}
		for _, m := range reached {
			if !returned[m] {
				returned[m] = true
				all = append(all, m)
				classes = append(classes, ms.class(m))
			}
		}
	}
	if err := errors.Join(errs...); err != nil {
		return nil, err
	}
	warnOfHooks(db, all)
	return classes, nil
}

// class describes a model to a policy.
func (ms *models) class(m *model) authz.Class {
	c := authz.Class{Type: m.typ, Key: m.key, Aliases: make(map[string]string), Fetch: ms.fetch, RowInfo: &rowInfo{ms, m}}
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

// describe returns the relation in the form that a class has.
func (r *relation) describe() authz.Relation {
	target := r.gorm.FieldSchema.ModelType
	rel := authz.Relation{Name: r.name, Many: r.many, Target: target}
	if r.gorm.JoinTable != nil {
		return rel // the rows themselves do not say what they are related to
	}
	for _, p := range pairs(r.gorm) {
		if p.owner == nil {
			continue
		}
		owner := goPath(r.owner.typ, p.owner.BindNames)
		if r.gorm.Type == schema.BelongsTo {
			rel.ForeignKey = append(rel.ForeignKey, owner)
		}
		rel.Links = append(rel.Links, authz.Link{Owner: owner, Target: goPath(target, p.link.BindNames)})
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

// reserved are the words of the policy language that cannot be names.
var reserved = map[string]bool{
	"and": true, "or": true, "not": true, "if": true, "in": true, "cut": true, "debug": true, "print": true, "forall": true,
	"new": true, "matches": true, "mod": true, "rem": true, "isa": true, "type": true, "true": true, "false": true, "nil": true,
}

// structType returns the struct that a type stands for: the type itself, or the
// element of a pointer, slice or array type.
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
