package gormauthz

// This file tests updates of rows that have changed since they were read.

import (
	"errors"
	"fmt"
	"reflect"
	"testing"

	"gorm.io/gorm"
	"gorm.io/gorm/clause"
	"gorm.io/gorm/schema"

	"github.com/ursa-authz/ursa/authz"
)

// A Memo has a version.
type Memo struct {
	ID       int64
	AuthorID int64
	Text     string
	Revision revision
}

// A revision is a version column as libraries for GORM define them: an update finds the row only in
// the revision that was read, and increments it.
type revision int64

func (revision) UpdateClauses(f *schema.Field) []clause.Interface {
	return []clause.Interface{revisionClause{f}}
}

type revisionClause struct{ field *schema.Field }

func (revisionClause) Name() string               { return "" }
func (revisionClause) Build(clause.Builder)       {}
func (revisionClause) MergeClause(*clause.Clause) {}

func (c revisionClause) ModifyStatement(stmt *gorm.Statement) {
	if _, done := stmt.Clauses["revision"]; done {
		return
	}
	stmt.Clauses["revision"] = clause.Clause{}
	if read, zero := c.field.ValueOf(stmt.Context, stmt.ReflectValue); !zero {
		stmt.AddClause(clause.Where{Exprs: []clause.Expression{clause.Eq{Column: c.field.DBName, Value: read}}})
	}
	given, ok := stmt.Dest.(map[string]any)
	if row := reflect.Indirect(reflect.ValueOf(stmt.Dest)); !ok {
		given = map[string]any{}
		columns, restricted := stmt.SelectAndOmitColumns(false, true)
		for _, f := range stmt.Schema.Fields {
			if ok, named := columns[f.DBName]; !f.PrimaryKey && (ok || !named && !restricted) {
				given[f.DBName], _ = f.ValueOf(stmt.Context, row)
			}
		}
	}
	given[c.field.DBName] = gorm.Expr("revision + 1")
	stmt.Dest = given
	if len(stmt.Selects) > 0 {
		stmt.Selects = append(stmt.Selects, c.field.DBName)
	}
}

// TestStale: an update of a row that has changed since it was read is an error and writes nothing,
// also under a rule about changes.
func TestStale(t *testing.T) {
	onDatabases(t, func(t *testing.T, db *gorm.DB) {
		if err := db.AutoMigrate(&Memo{}, &User{}); err != nil {
			t.Fatal(err)
		}
		classes, err := Classes(db, &Memo{}, &User{})
		if err != nil {
			t.Fatal(err)
		}
		az, err := authz.New(authz.Config{Classes: classes, ChangeRule: true, Policies: authz.String("memos.polar", `
			allow(user: User, action, memo: Memo) if action in ["read", "update"] and memo.author_id = user.id;
			allow_change(_: User, "update", before: Memo, after: Memo) if
				before.author_id = after.author_id and before.text != after.text;
		`)})
		if err != nil {
			t.Fatal(err)
		}
		if err := db.Use(New(az)); err != nil {
			t.Fatal(err)
		}
		ctx, stranger := authz.NewContext(t.Context(), az, &User{ID: 1}), authz.NewContext(t.Context(), az, &User{ID: 2})
		stored := func() string {
			t.Helper()
			var m Memo
			if err := db.First(&m, 1).Error; err != nil {
				t.Fatal(err)
			}
			return fmt.Sprintf("%s %d", m.Text, m.Revision)
		}
		memos := NewRepository[Memo](db)
		for name, update := range map[string]func(m *Memo) error{
			"all fields": func(m *Memo) error { return memos.Update(ctx, m) },
			"one field":  func(m *Memo) error { return memos.Update(ctx, m, "Text") },
		} {
			if err := errors.Join(db.Exec("DELETE FROM memos").Error, db.Create(&Memo{1, 1, "new", 1}).Error); err != nil {
				t.Fatal(err)
			}
			mine, err := memos.Lookup(ctx, 1)
			if err != nil {
				t.Fatal(err)
			}
			theirs := *mine
			mine.Text, theirs.Text = "mine", "theirs"
			if err := update(mine); err != nil || stored() != "mine 2" {
				t.Errorf("%s: the first update: %v, %s", name, err, stored())
			}
			if err := update(&theirs); !errors.Is(err, ErrStale) || stored() != "mine 2" {
				t.Errorf("%s: an update of a row that has changed: %v, %s", name, err, stored())
			}
			if err := memos.Update(stranger, &theirs); !errors.Is(err, authz.ErrForbidden) || errors.Is(err, ErrStale) {
				t.Errorf("%s: of a row that may not be updated: %v", name, err)
			}
			theirs.Revision = 2
			if err := update(&theirs); err != nil || stored() != "theirs 3" {
				t.Errorf("%s: read again: %v, %s", name, err, stored())
			}
			// Without the revision, nobody knows which state was read.
			if err := memos.Update(ctx, &Memo{ID: 1, Text: "any"}, "Text"); err != nil || stored() != "any 4" {
				t.Errorf("%s: without a revision: %v, %s", name, err, stored())
			}
		}
		// The plugin leaves the conditions of the application and of the column in place.
		for _, m := range []*Memo{{1, 1, "lost", 3}, {1, 1, "last", 4}} {
			tx := db.WithContext(ctx).Scopes(Authorized("update")).Model(m).Update("text", m.Text)
			if want := map[revision]string{3: "any 4", 4: "last 5"}[m.Revision]; stored() != want || (tx.Error == nil) == (m.Revision == 3) {
				t.Errorf("a marked update of revision %d: %d rows, %v, %s", m.Revision, tx.RowsAffected, tx.Error, stored())
			}
		}
	})
}
