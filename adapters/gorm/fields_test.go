package gormauthz

// This file tests rules about the fields that an update writes.

import (
	"context"
	"errors"
	"sync"
	"testing"

	"gorm.io/gorm"
	"gorm.io/gorm/clause"
	"gorm.io/gorm/schema"

	"github.com/ursa-authz/ursa/adapters/internal/answer"
	"github.com/ursa-authz/ursa/authz"
	"github.com/ursa-authz/ursa/authz/filter"
)

const fieldPolicy = `
	allow(_: User, action, _: Doc) if action in ["read", "create", "update"];
	allow(_: User, _, _: Tag);
	allow_field(user: User, "update", doc: Doc, field) if
		field in ["title", "nick", "audit.score"] and doc.author = user;
	allow_field(user: User, "update", doc: Doc, "amount") if doc.state = "draft" and doc.author = user;
`

// TestFieldsOfUpdates updates fields that the actor may write, and others, by each way to update.
func TestFieldsOfUpdates(t *testing.T) {
	onDatabases(t, func(t *testing.T, db *gorm.DB) {
		migrate(t, db)
		az := authorizer(t, db, fieldPolicy)
		if err := db.Use(New(az)); err != nil {
			t.Fatal(err)
		}
		if db.Dialector.Name() == "postgres" { // which does not see the keys below
			if err := db.Exec("SELECT setval(pg_get_serial_sequence('docs', 'id'), 100)").Error; err != nil {
				t.Fatal(err)
			}
		}
		user := &User{ID: 1}
		create(t, db, user)
		create(t, db, &User{ID: 2})
		create(t, db, &Tag{ID: 1})
		ctx := authz.NewContext(context.Background(), az, user)
		repo := NewRepository[Doc](db)
		marked := func(tx *gorm.DB) *gorm.DB {
			return tx.WithContext(ctx).Scopes(Authorized("update")).Omit(clause.Associations)
		}
		one := func(tx *gorm.DB) *gorm.DB { return marked(tx).Model(&Doc{}).Where("id = 1") }
		stored := func() *Doc {
			var d Doc
			if err := db.First(&d, 1).Error; err != nil {
				t.Fatal(err)
			}
			return &d
		}
		with := func(change func(*Doc)) *Doc {
			d := stored()
			change(d)
			return d
		}
		title, amount := func(d *Doc) { d.Title = "b" }, func(d *Doc) { d.Amount = 2 }
		tests := map[string]struct {
			update func() error
			want   error
		}{
			"repository, allowed":           {func() error { return repo.Update(ctx, with(title), "Title") }, nil},
			"repository, by column":         {func() error { return repo.Update(ctx, with(title), "title") }, nil},
			"repository, nested":            {func() error { return repo.Update(ctx, with(title), "audit_score") }, nil},
			"repository, denied":            {func() error { return repo.Update(ctx, with(amount), "Amount") }, authz.ErrForbidden},
			"repository, denied, unchanged": {func() error { return repo.Update(ctx, stored(), "Amount") }, authz.ErrForbidden},
			"repository, one of two":        {func() error { return repo.Update(ctx, with(amount), "Title", "Amount") }, authz.ErrForbidden},
			"repository, nothing":           {func() error { return repo.Update(ctx, stored()) }, nil},
			"repository, changed, allowed":  {func() error { return repo.Update(ctx, with(title)) }, nil},
			"repository, changed, denied":   {func() error { return repo.Update(ctx, with(amount)) }, authz.ErrForbidden},
			"repository, case of a text":    {func() error { return repo.Update(ctx, with(func(d *Doc) { d.Code = "C" })) }, authz.ErrForbidden},
			"repository, on the stored row": {func() error { return repo.Update(ctx, with(func(d *Doc) { d.State, d.Amount = "draft", 2 })) }, authz.ErrForbidden},
			"Update, allowed":               {func() error { return one(db).Update("title", "b").Error }, nil},
			"Update, denied":                {func() error { return one(db).Update("amount", 2).Error }, authz.ErrForbidden},
			"Update by Go name":             {func() error { return one(db).Update("Amount", 2).Error }, authz.ErrForbidden},
			"Update in other case":          {func() error { return one(db).Update("AMOUNT", 2).Error }, authz.ErrForbidden},
			"Update of table.column":        {func() error { return one(db).Update("docs.amount", 2).Error }, authz.ErrUndecided},
			"Update by expression":          {func() error { return one(db).Update("amount", gorm.Expr("amount + 1")).Error }, authz.ErrForbidden},
			"Updates of a struct, allowed":  {func() error { return one(db).Updates(Doc{Title: "b"}).Error }, nil},
			"Updates of a struct, denied":   {func() error { return one(db).Updates(Doc{Title: "b", Amount: 2}).Error }, authz.ErrForbidden},
			"Updates of a struct, Select":   {func() error { return one(db).Select("Amount").Updates(Doc{Title: "b"}).Error }, authz.ErrForbidden},
			"Updates of a map, denied":      {func() error { return one(db).Updates(map[string]any{"amount": 2}).Error }, authz.ErrForbidden},
			"Updates of a map, Omit":        {func() error { return one(db).Omit("Amount").Updates(map[string]any{"title": "b", "amount": 2}).Error }, nil},
			"Updates of another struct":     {func() error { return one(db).Updates(struct{ Amount int }{2}).Error }, authz.ErrForbidden},
			"UpdateColumn, denied":          {func() error { return one(db).UpdateColumn("amount", 2).Error }, authz.ErrForbidden},
			"UpdateColumns, denied":         {func() error { return one(db).UpdateColumns(Doc{Amount: 2}).Error }, authz.ErrForbidden},
			"SET clause": {func() error {
				return one(db).Clauses(clause.Set{{Column: clause.Column{Name: "amount"}, Value: 2}}).Updates(Doc{}).Error
			}, authz.ErrForbidden},
			"Save, nothing":                {func() error { return marked(db).Save(stored()).Error }, nil},
			"Save, allowed":                {func() error { return marked(db).Save(with(title)).Error }, nil},
			"Save, denied":                 {func() error { return marked(db).Save(with(amount)).Error }, authz.ErrForbidden},
			"several rows, one of another": {func() error { return marked(db).Model(&Doc{}).Where("id < 3").Update("title", "b").Error }, authz.ErrForbidden},
			"generic, denied": {func() error {
				_, err := gorm.G[Doc](db).Scopes(AuthorizedStmt("update")).Where("id = 1").Update(ctx, "amount", 2)
				return err
			}, authz.ErrForbidden},
			"a create asks nothing":         {func() error { return repo.Create(ctx, &Doc{Amount: 7, AuthorID: 2, Due: noon}) }, nil},
			"a class without rules":         {func() error { return NewRepository[Tag](db).Update(ctx, &Tag{ID: 1, Name: "b"}) }, nil},
			"a class without rules, plugin": {func() error { return marked(db).Model(&Tag{}).Where("id = 1").Update("name", "c").Error }, nil},
			"another action without a rule": {func() error { return repo.WithAction("read").Update(ctx, with(title), "Title") }, authz.ErrForbidden},
			"another action, plugin": {func() error {
				return db.WithContext(ctx).Scopes(Authorized("read")).Model(&Doc{}).Where("id = 1").Update("title", "b").Error
			}, authz.ErrForbidden},
		}
		for name, tt := range tests {
			t.Run(name, func(t *testing.T) {
				if err := db.Exec("DELETE FROM docs").Error; err != nil {
					t.Fatal(err)
				}
				for i := int64(1); i <= 2; i++ {
					create(t, db, &Doc{Base: Base{ID: i}, Title: "a", Code: "c", Char: "abcd", State: "final", Amount: 1, AuthorID: i, Due: noon, Seen: &noon})
				}
				err := tt.update()
				if !errors.Is(err, tt.want) || tt.want == nil && err != nil || tt.want == authz.ErrUndecided && answer.IsDenial(err) {
					t.Errorf("%v, want %v", err, tt.want)
				}
				d := stored()
				if tt.want != nil && (d.Title != "a" || d.Amount != 1 || d.Code != "c" || d.State != "final") {
					t.Errorf("written: %q, %d, %q, %q", d.Title, d.Amount, d.Code, d.State)
				}
			})
		}
	})
}

// A version is a column that GORM changes with each update.
type version int64

func (version) UpdateClauses(*schema.Field) []clause.Interface { return nil }

// TestWrittenFields tests which columns count.
func TestWrittenFields(t *testing.T) {
	type versioned struct {
		ID        int64
		Title     string
		UpdatedAt int64 `gorm:"autoUpdateTime"`
		Version   version
		DeletedAt gorm.DeletedAt
	}
	s, err := schema.Parse(&versioned{}, new(sync.Map), schema.NamingStrategy{})
	if err != nil {
		t.Fatal(err)
	}
	m, err := newModel(s)
	if err != nil {
		t.Fatal(err)
	}
	got, err := m.writtenFields([]string{"title", "updated_at", "version", "deleted_at", "title"})
	if err != nil || len(got) != 2 || got[0] != "Title" || got[1] != "DeletedAt" {
		t.Errorf("%v, %v", got, err)
	}
	a, b := &versioned{Title: "a"}, &versioned{Title: "A"}
	if changed := answer.Changed(&filter.Model{Name: "versioned", Type: m.typ}, got, a, b); len(changed) != 1 || changed[0] != "Title" {
		t.Errorf("changed: %v", changed)
	}
}
