package gormauthz

// This file defines Classes, which registers GORM models with an Authorizer.

import (
	"errors"
	"fmt"
	"reflect"
	"slices"

	"gorm.io/gorm"

	"github.com/ursa-authz/ursa/authz"
)

// Classes returns the classes of GORM models, for authz.Config.Classes, and registers
// the models with the handle db, including all of its sessions and transactions. Call
// it at program start, before db is used. It may be called more than once, for another
// Authorizer, and returns all classes each time. Pass all models of one Authorizer in one
// call.
//
// Values are models or pointers to them, or what KeepsColumns or Required returns. Models that
// their associations lead to are registered and returned too: otherwise an association that the
// policy cannot follow would silently be nil.
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
	if dialectOf(db) == nil {
		return nil, fmt.Errorf("gormauthz: unsupported database %q (use SQLite, PostgreSQL or MySQL)", db.Dialector.Name())
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
	required := make(map[*model][]string)
	var all []*model
	for _, v := range values {
		u := unwrap(v)
		reached, err := ms.add(u.model, u.kept)
		errs = append(errs, err)
		if err != nil {
			continue
		}
		required[reached[0]] = append(required[reached[0]], u.required...)
		for _, m := range reached {
			if !returned[m] {
				returned[m] = true
				all = append(all, m)
				classes = append(classes, ms.class(m))
			}
		}
	}
	for i, m := range all {
		if names := required[m]; len(names) > 0 {
			errs = append(errs, require(m, &classes[i], names))
		}
	}
	if err := errors.Join(errs...); err != nil {
		return nil, err
	}
	warnOfHooks(db, all)
	return classes, nil
}

// class returns the class of a model.
func (ms *models) class(m *model) authz.Class {
	classes := ms.tables.Load().Classes()
	i := slices.IndexFunc(classes, func(c authz.Class) bool { return c.Type == m.typ })
	c := classes[i]
	c.Fetch, c.FetchEach, c.RowInfo = ms.fetch, ms.fetchEach, &rowInfo{ms, m}
	return c
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
