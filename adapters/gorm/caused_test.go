package gormauthz

// This file tests the statements that a marked statement causes.

import (
	"errors"
	"testing"

	"gorm.io/gorm"
	"gorm.io/gorm/clause"

	"github.com/ursa-authz/ursa/authz"
	"github.com/ursa-authz/ursa/authz/filter"
)

// An operation changes an association, as the code that GORM generates does.
type operation clause.Association

func (o operation) Assignments() []clause.Assignment { return nil }
func (o operation) AssociationAssignments() []clause.Association {
	return []clause.Association{clause.Association(o)}
}

func TestMarkHoldsForWhatAStatementCauses(t *testing.T) {
	onDatabases(t, func(t *testing.T, db *gorm.DB) {
		b := newBypass(t, db)
		allow[Tag](b.fake, func(_ *User, action string) filter.Expr { return filter.Const(action == "read") })
		before := dump(t, b)
		marked := func(action string) *gorm.DB { return b.db.WithContext(b.ctx).Scopes(Authorized(action)) }
		tagged := func(id int64) *Doc {
			d := newDoc(id, 1)
			d.Tags = []Tag{{ID: 2}, {ID: 3}}
			return d
		}
		generic := func(association string, op clause.AssociationOpType) error {
			set := operation{Association: association, Type: op, Set: []clause.Assignment{{Column: clause.Column{Name: "text"}, Value: "x"}}}
			if op == clause.OpCreate {
				set.Set, set.Values = nil, []any{&Tag{ID: 2}}
			} else if op != clause.OpUpdate {
				set.Set = nil
			}
			_, err := gorm.G[Doc](db).Scopes(AuthorizedStmt("write")).Where("id = 1").Set(set).Update(b.ctx)
			return err
		}
		for name, f := range map[string]func() error{
			"Updates": func() error { return marked("write").Omit("Tags.*").Updates(tagged(1)).Error },
			"Create":  func() error { return marked("write").Omit("Tags.*").Create(tagged(50)).Error },
			"Save":    func() error { return marked("write").Omit("Tags.*").Save(tagged(1)).Error },
			"Append": func() error {
				return marked("write").Omit("Tags.*").Model(newDoc(1, 1)).Association("Tags").Append(&Tag{ID: 2})
			},
			"Append a new one": func() error {
				return marked("write").Model(newDoc(1, 1)).Association("Comments").Append(&Comment{ID: 70})
			},
			"Replace": func() error {
				return marked("write").Omit("Tags.*").Model(newDoc(1, 1)).Association("Tags").Replace(&Tag{ID: 2})
			},
			"generic, delete":         func() error { return generic("Comments", clause.OpDelete) },
			"generic, unlink":         func() error { return generic("Comments", clause.OpUnlink) },
			"generic, update":         func() error { return generic("Comments", clause.OpUpdate) },
			"generic, delete tags":    func() error { return generic("Tags", clause.OpDelete) },
			"generic, unlink tags":    func() error { return generic("Tags", clause.OpUnlink) },
			"generic, create tags":    func() error { return generic("Tags", clause.OpCreate) },
			"generic, delete authors": func() error { return generic("Author", clause.OpDelete) },
		} {
			if err := f(); !errors.Is(err, authz.ErrUndecided) && !errors.Is(err, authz.ErrForbidden) {
				t.Errorf("%s: %v", name, err)
			}
			if after := dump(t, b); after != before {
				t.Fatalf("%s: %s", name, changes(before, after))
			}
		}
		// The handle itself is not marked.
		if err := db.WithContext(b.ctx).Omit("Tags.*").Create(tagged(60)).Error; err != nil {
			t.Error(err)
		}
	})
}

func TestMarkHoldsForPreloads(t *testing.T) {
	onDatabases(t, func(t *testing.T, db *gorm.DB) {
		b := newBypass(t, db)
		// Of two comments on each document of user 1, some are of others.
		if err := b.free().Model(&Comment{}).Where("id > 9").Update("user_id", 2).Error; err != nil {
			t.Fatal(err)
		}
		for name, tt := range map[string]struct {
			f       func(tx *gorm.DB) *gorm.DB
			refused bool
		}{
			"its own":         {func(tx *gorm.DB) *gorm.DB { return tx.Where("1 = 0").Or("1 = 1") }, false},
			"a session":       {func(tx *gorm.DB) *gorm.DB { return tx.Session(&gorm.Session{}).Order("id") }, false},
			"a new session":   {func(tx *gorm.DB) *gorm.DB { return tx.Session(&gorm.Session{NewDB: true}) }, false},
			"an outer handle": {func(*gorm.DB) *gorm.DB { return db.WithContext(b.ctx) }, true},
			"nothing":         {func(*gorm.DB) *gorm.DB { return nil }, true},
		} {
			for _, path := range []string{"Comments", "Author.Docs.Comments"} {
				var docs []Doc
				tx := db.WithContext(b.ctx).Scopes(Authorized("read")).Preload(path, tt.f).Session(&gorm.Session{})
				for range 2 {
					docs = nil
					err := tx.Find(&docs).Error
					if tt.refused != errors.Is(err, authz.ErrUndecided) || err != nil && !tt.refused {
						t.Errorf("%s, %s: %v", name, path, err)
					}
				}
				for _, d := range docs {
					comments := d.Comments
					if d.Author != nil {
						for _, a := range d.Author.Docs {
							comments = append(comments, a.Comments...)
						}
					}
					for _, c := range comments {
						if c.UserID == nil || *c.UserID != 1 {
							t.Errorf("%s, %s: a hidden comment", name, path)
						}
					}
				}
			}
		}
	})
}
