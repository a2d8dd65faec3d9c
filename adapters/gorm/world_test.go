package gormauthz

// This file gives the tests the models and rows of package sqlworld.

import (
	"math/rand/v2"
	"reflect"
	"testing"

	"gorm.io/gorm"

	"github.com/ursa-authz/ursa/authz"
	"github.com/ursa-authz/ursa/authz/filter"
	"github.com/ursa-authz/ursa/internal/sqlworld"
)

type (
	Base     = sqlworld.Base
	Doc      = sqlworld.Doc
	User     = sqlworld.User
	Category = sqlworld.Category
	Place    = sqlworld.Place
	Seal     = sqlworld.Seal
	Cover    = sqlworld.Cover
	Comment  = sqlworld.Comment
	Tag      = sqlworld.Tag
	DocTag   = sqlworld.DocTag
	Note     = sqlworld.Note
	uuid     = sqlworld.UUID
	decimal  = sqlworld.Decimal
)

var (
	noon      = sqlworld.Noon
	uuids     = sqlworld.UUIDs
	newRand   = sqlworld.NewRand
	populate  = sqlworld.Populate
	load      = sqlworld.Load
	mustValue = sqlworld.MustValue
)

// migrate makes the tables, and registers the models.
func migrate(t testing.TB, db *gorm.DB) *models {
	t.Helper()
	sqlworld.Migrate(t, db)
	if _, err := Classes(db, &Doc{}); err != nil {
		t.Fatal(err)
	}
	return modelsOf(db)
}

// classes returns the classes of all models.
func (ms *models) classes() []authz.Class {
	var list []authz.Class
	for _, m := range ms.order {
		list = append(list, ms.class(m))
	}
	return list
}

// selects returns how the package selects rows with a key named id.
func (ms *models) selects(db *gorm.DB) sqlworld.Select {
	return func(q *filter.Query, unscoped bool) (ids []int64, sql string, err error) {
		p, err := ms.compile(q, ms.ofType(q.Model.Type))
		if err != nil {
			return nil, "", err
		}
		tx := db
		if unscoped {
			tx = db.Unscoped()
		}
		tx = tx.Model(reflect.New(q.Model.Type).Interface()).Where(p).Order("id").Session(&gorm.Session{})
		stmt := tx.Session(&gorm.Session{DryRun: true}).Find(reflect.New(reflect.SliceOf(q.Model.Type)).Interface()).Statement
		err = tx.Pluck("id", &ids).Error
		return ids, db.Dialector.Explain(stmt.SQL.String(), stmt.Vars...), err
	}
}

func TestSQLSelectsWhatMatches(t *testing.T) {
	test := func(t *testing.T, db *gorm.DB) {
		ms := migrate(t, db)
		sqlworld.CheckFilters(t, db, ms.classes(), ms.selects(db))
	}
	onDatabases(t, test)
	t.Run("sqlite in Go", func(t *testing.T) { test(t, sqliteInGo.database(t).open(t)) })
}

func TestPoliciesInSQL(t *testing.T) {
	onDatabases(t, func(t *testing.T, db *gorm.DB) {
		ms := migrate(t, db)
		sqlworld.CheckPolicies(t, db, ms.classes(), ms.selects(db))
	})
}

// TestActorsInSQL compares lists of actors with decisions.
func TestActorsInSQL(t *testing.T) {
	onDatabases(t, func(t *testing.T, db *gorm.DB) {
		ms := migrate(t, db)
		sqlworld.CheckActors(t, db, ms.classes(), ms.selects(db))
	})
}

// newGenerator returns a generator of filters over the registered models.
func newGenerator(r *rand.Rand, ms *models) *sqlworld.Generator {
	return sqlworld.NewGenerator(r, ms.classes(), ms.db.Dialector.Name())
}
