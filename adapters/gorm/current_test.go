package gormauthz

// This file tests that writes are authorized by what is stored now, in transactions that began
// earlier.

import (
	"context"
	"database/sql"
	"errors"
	"testing"
	"time"

	"gorm.io/gorm"

	"github.com/ursa-authz/ursa/adapters/internal/answer"
	"github.com/ursa-authz/ursa/authz"
	"github.com/ursa-authz/ursa/authz/filter"
)

// dependencies are policies by which the rights on document 1 depend on other rows, each in a
// form that the databases evaluate in a way of its own, and the statement that takes them away.
func dependencies(f *fake) map[string]struct {
	where  filter.Expr
	revoke string
} {
	author, tags, manager := f.relation(&Doc{}, "Author"), f.relation(&Doc{}, "Tags"), f.relation(&User{}, "Manager")
	named := func(rel *filter.Relation, name string) filter.Expr {
		return filter.Exists{As: 1, From: filter.Row, Rel: rel, Where: filter.Compare{Op: filter.Eq, L: filter.Field{Var: 1, Name: "Name"}, R: mustValue(name)}}
	}
	return map[string]struct {
		where  filter.Expr
		revoke string
	}{
		"relation":      {named(author, "user1"), "UPDATE users SET name = 'x' WHERE id = 1"},
		"one of two":    {filter.Or{equals("Title", "other"), named(author, "user1")}, "UPDATE users SET name = 'x' WHERE id = 1"},
		"one of a set":  {filter.Or{equals("Amount", 77), named(tags, "tag1")}, "UPDATE doc_tags SET deleted_at = '2024-01-01' WHERE doc_id = 1"},
		"negated":       {filter.Not{X: named(author, "x")}, "UPDATE users SET name = 'x' WHERE id = 1"},
		"negated in or": {filter.Or{equals("Amount", 77), filter.Not{X: named(author, "x")}}, "UPDATE users SET name = 'x' WHERE id = 1"},
		"many":          {named(tags, "tag1"), "UPDATE tags SET name = 'x' WHERE id = 1"},
		"chain": {filter.Exists{As: 1, From: filter.Row, Rel: author, Where: filter.Reach{As: 2, From: 1, Rel: manager, Reflexive: true,
			Where: filter.Compare{Op: filter.Eq, L: filter.Field{Var: 2, Name: "Name"}, R: mustValue("user2")}}}, "UPDATE users SET manager_id = NULL WHERE id = 1"},
		"of the row": {equals("AuthorID", int64(1)), "UPDATE docs SET author_id = 2 WHERE id = 1"},
	}
}

// TestRevokedBeforeTheWrite takes a right away after a transaction has begun and before it
// writes.
func TestRevokedBeforeTheWrite(t *testing.T) {
	eachDatabase(t, func(t *testing.T, d database) {
		if d.name == "sqlite" {
			t.Skip("SQLite rejects such writes itself")
		}
		db, second := d.open(t), d.open(t)
		b := newBypass(t, db, Enforce())
		writes := map[string]func(ctx context.Context, tx *gorm.DB) error{
			"Update": func(ctx context.Context, tx *gorm.DB) error {
				return none(tx.WithContext(ctx).Model(&Doc{Base: Base{ID: 1}}).Update("title", "written"))
			},
			"Delete": func(ctx context.Context, tx *gorm.DB) error { return none(tx.WithContext(ctx).Delete(&Doc{}, 1)) },
			"Create": func(ctx context.Context, tx *gorm.DB) error {
				doc := newDoc(0, 1)
				doc.Title = "written"
				return tx.WithContext(ctx).Create(doc).Error
			},
			"repository, update": func(ctx context.Context, tx *gorm.DB) error {
				doc := newDoc(1, 1)
				doc.Title = "written"
				return NewRepository[Doc](tx).With(tx).Update(ctx, doc, "Title")
			},
			"repository, delete": func(ctx context.Context, tx *gorm.DB) error {
				return NewRepository[Doc](tx).With(tx).Delete(ctx, int64(1))
			},
		}
		levels := map[string]sql.IsolationLevel{"default": sql.LevelDefault, "repeatable read": sql.LevelRepeatableRead}
		for name, dep := range dependencies(b.fake) {
			allow[Doc](b.fake, func(*User, string) filter.Expr { return dep.where })
			for how, write := range writes {
				if how == "Create" && (name == "of the row" || name == "many" || name == "one of a set") {
					continue // nothing else decides about a new row, or it has no tags
				}
				for level, isolation := range levels {
					t.Run(name+"/"+how+"/"+level, func(t *testing.T) {
						for _, query := range []string{
							"UPDATE docs SET title = 'doc1', author_id = 1, deleted_at = NULL WHERE id = 1",
							"DELETE FROM docs WHERE title = 'written'",
							"UPDATE users SET name = 'user1', manager_id = 2 WHERE id = 1",
							"UPDATE users SET manager_id = NULL WHERE id = 2",
							"UPDATE tags SET name = 'tag1' WHERE id = 1",
							"UPDATE doc_tags SET deleted_at = NULL WHERE doc_id = 1",
						} {
							if err := second.Exec(query).Error; err != nil {
								t.Fatal(err)
							}
						}
						for _, revoked := range []bool{false, true} {
							ctx, cancel := context.WithTimeout(b.ctx, 20*time.Second)
							defer cancel()
							tx := db.WithContext(ctx).Begin(&sql.TxOptions{Isolation: isolation})
							// The snapshot of the transaction begins here.
							if err := tx.WithContext(Unrestricted(ctx, "test")).Find(&[]Doc{}).Error; err != nil {
								t.Fatal(err)
							}
							if revoked {
								if err := second.WithContext(ctx).Exec(dep.revoke).Error; err != nil {
									t.Fatal(err)
								}
							}
							err := write(ctx, tx)
							tx.Rollback()
							refused := d.name == "postgres" && level == "repeatable read"
							switch {
							case refused && (!errors.Is(err, authz.ErrUndecided) || answer.IsDenial(err)):
								t.Errorf("in a transaction that reads older rows: %v", err)
							case !refused && !revoked && err != nil:
								t.Errorf("with the right: %v", err)
							case !refused && revoked && !answer.IsDenial(err):
								t.Errorf("without the right: %v", err)
							}
						}
					})
				}
			}
		}
	})
}
