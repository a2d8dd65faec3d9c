package gormauthz

// This file tests updates under a rule about changes.

import (
	"errors"
	"fmt"
	"testing"

	"gorm.io/gorm"
	"gorm.io/gorm/clause"

	"github.com/ursa-authz/ursa/authz"
)

const changePolicy = `
	allow(user: User, action, doc: Doc) if action in ["read", "update", "move", "close", "lower"] and doc.author = user;
	allow(user: User, "archive", doc: Doc) if doc.author = user and doc.title != "archived";
	allow(user: User, "give", doc: Doc) if doc.author = user;
	allow(_: User, "sweep", doc: Doc) if doc.title = "open" and doc.amount > 5;
	allow(user: User, action, doc: Doc) if action in ["create", "delete"] and doc.author = user;

	# Archive what is not archived.
	allow_change(_: User, "archive", before: Doc, after: Doc) if after.title = "archived" and before.author_id = after.author_id;
	# Give away, but only to somebody with the same manager.
	allow_change(_: User, "give", before: Doc, after: Doc) if
		before.title = after.title and before.author.manager_id = after.author.manager_id and after.author.manager_id != nil;
	# Amounts only go down.
	allow_change(_: User, "lower", before: Doc, after: Doc) if after.amount < before.amount and before.title = after.title;
	# A job closes what is open.
	allow_change(_: User, "sweep", before: Doc, after: Doc) if after.title = "closed" and after.author_id = before.author_id;
	allow_change(user: User, "update", before: Doc, after: Doc) if before.author = after.author and after.author = user;
	# Reads rows of the table that the update changes.
	allow_change(_: User, "move", before: Doc, after: Doc) if before.parent.title = after.parent.title;
	allow_change(_: User, "close", before: Doc, _: Doc) if not (c in before.children and c.title = "open");
`

// TestChangeRule tests updates by repositories, by marked statements and in enforcing mode.
func TestChangeRule(t *testing.T) {
	eachDatabase(t, func(t *testing.T, d database) {
		plain, enforcing := d.open(t), d.open(t)
		migrate(t, plain)
		az := authorizer(t, plain, changePolicy, func(c *authz.Config) { c.ChangeRule = true })
		if _, err := Classes(enforcing, &Doc{}, &User{}); err != nil {
			t.Fatal(err)
		}
		if err := errors.Join(plain.Use(New(az)), enforcing.Use(New(az, Enforce()))); err != nil {
			t.Fatal(err)
		}
		boss := int64(4)
		users := []User{{ID: 1, ManagerID: &boss}, {ID: 2, ManagerID: &boss}, {ID: 3}, {ID: 4}}
		ctx := authz.NewContext(t.Context(), az, &User{ID: 1})
		doc := func(id int64, title string, amount int, author int64) *Doc {
			d := newDoc(id, author)
			d.Title, d.Amount = title, amount
			return d
		}
		fill := func() {
			t.Helper()
			docs := []*Doc{doc(1, "open", 10, 1), doc(2, "archived", 10, 1), doc(3, "open", 3, 1), doc(4, "open", 10, 2)}
			two := int64(2)
			docs[2].ParentID = &two
			err := errors.Join(plain.Exec("DELETE FROM docs").Error, plain.Exec("DELETE FROM users").Error, plain.Create(users).Error,
				plain.Omit(clause.Associations).Create(docs).Error)
			if err != nil {
				t.Fatal(err)
			}
		}
		for _, tt := range []struct {
			name, action string
			id           int64
			column       string
			value        any
			want         error
		}{
			{"archive", "archive", 1, "title", "archived", nil},
			{"archive again", "archive", 2, "title", "archived", authz.ErrForbidden},
			{"archive in name only", "archive", 1, "title", "x", authz.ErrForbidden},
			{"give to a colleague", "give", 1, "author_id", int64(2), nil},
			{"give outside", "give", 1, "author_id", int64(3), authz.ErrForbidden},
			{"lower", "lower", 1, "amount", 9, nil},
			{"raise", "lower", 1, "amount", 11, authz.ErrForbidden},
			{"the same", "lower", 1, "amount", 10, authz.ErrForbidden},
			{"update", "update", 1, "amount", 11, nil},
			{"update the author", "update", 1, "author_id", int64(2), authz.ErrForbidden},
			{"of another", "update", 4, "amount", 11, authz.ErrForbidden},
			{"before is read from the table that changed", "move", 3, "amount", 1, authz.ErrUndecided},
			{"its many rows, too", "close", 2, "title", "closed", authz.ErrUndecided},
		} {
			for how, write := range map[string]func() error{
				"repository": func() error {
					row := doc(tt.id, "", 0, 1)
					switch v := tt.value.(type) {
					case string:
						row.Title = v
					case int:
						row.Amount = v
					case int64:
						row.AuthorID = v
					}
					return NewRepository[Doc](plain).WithAction(tt.action).Update(ctx, row, tt.column)
				},
				"marked": func() error {
					return affected(plain.WithContext(ctx).Scopes(Authorized(tt.action)).Model(&Doc{}).Where("id = ?", tt.id).Update(tt.column, tt.value))
				},
				"enforced": func() error {
					return affected(enforcing.WithContext(ctx).Scopes(Authorized(tt.action)).Model(&Doc{}).Where("id = ?", tt.id).Update(tt.column, tt.value))
				},
			} {
				fill()
				before := docsIn(t, plain)
				err := write()
				if !errors.Is(err, tt.want) || (err == nil) != (tt.want == nil) {
					t.Errorf("%s, %s: %v, want %v", tt.name, how, err, tt.want)
				}
				if changed := docsIn(t, plain) != before; changed != (tt.want == nil) {
					t.Errorf("%s, %s: changed %v", tt.name, how, changed)
				}
			}
		}
	})
}

// docsIn returns the docs of a database as a text.
func docsIn(t testing.TB, db *gorm.DB) string {
	t.Helper()
	var rows []struct {
		ID, AuthorID int64
		Title        string
		Amount       int
	}
	if err := db.Model(&Doc{}).Order("id").Find(&rows).Error; err != nil {
		t.Fatal(err)
	}
	return fmt.Sprint(rows)
}

// affected returns the error of an update, and for one that affects nothing ErrForbidden.
func affected(db *gorm.DB) error {
	if db.Error == nil && db.RowsAffected == 0 {
		return authz.ErrForbidden
	}
	return db.Error
}

// TestChangeRuleInBulk tests that every row of a statement must pass.
func TestChangeRuleInBulk(t *testing.T) {
	onDatabases(t, func(t *testing.T, db *gorm.DB) {
		migrate(t, db)
		az := authorizer(t, db, changePolicy, func(c *authz.Config) { c.ChangeRule = true })
		if err := db.Use(New(az)); err != nil {
			t.Fatal(err)
		}
		var docs []*Doc
		for i := range 30 {
			d := newDoc(int64(i+1), 1)
			d.Title, d.Amount = []string{"open", "closed", "archived"}[i%3], i
			docs = append(docs, d)
		}
		if err := errors.Join(db.Create(&User{ID: 1}).Error, db.Omit(clause.Associations).Create(docs).Error); err != nil {
			t.Fatal(err)
		}
		ctx := authz.NewContext(t.Context(), az, &User{ID: 1})
		sweep := func() *gorm.DB { return db.WithContext(ctx).Scopes(Authorized("sweep")).Model(&Doc{}) }
		if tx := sweep().Where("amount > 20").Update("title", gorm.Expr("CASE WHEN id = 28 THEN 'x' ELSE 'closed' END")); !errors.Is(tx.Error, authz.ErrForbidden) {
			t.Errorf("one row of several: %v", tx.Error)
		}
		if tx := sweep().Where("amount > 10").Update("title", "closed"); tx.Error != nil || tx.RowsAffected != 6 {
			t.Errorf("%d rows, %v", tx.RowsAffected, tx.Error)
		}
		var open int64
		if err := db.Model(&Doc{}).Where("title = ?", "open").Count(&open).Error; err != nil || open != 4 {
			t.Errorf("%d docs are open, %v", open, err)
		}
		// Deletes, soft ones too, and creates do not ask the rule about changes.
		if tx := db.WithContext(ctx).Scopes(Authorized("delete")).Where("id = 1").Delete(&Doc{}); tx.Error != nil || tx.RowsAffected != 1 {
			t.Errorf("delete: %d rows, %v", tx.RowsAffected, tx.Error)
		}
		if err := NewRepository[Doc](db).Delete(ctx, int64(2)); err != nil {
			t.Errorf("delete by the repository: %v", err)
		}
		if tx := db.WithContext(ctx).Scopes(Authorized("create")).Omit(clause.Associations).Create(newDoc(99, 1)); tx.Error != nil {
			t.Errorf("create: %v", tx.Error)
		}
	})
}

// TestVersionColumn tests that an update of a row that changed in the meantime is noticed,
// with a version column, under a rule about changes.
func TestVersionColumn(t *testing.T) {
	onDatabases(t, func(t *testing.T, db *gorm.DB) {
		migrate(t, db)
		az := authorizer(t, db, `
			allow(_: User, "update", _: Doc);
			allow_change(_: User, "update", before: Doc, after: Doc) if after.count > before.count;
		`, func(c *authz.Config) { c.ChangeRule = true })
		if err := db.Use(New(az, Enforce())); err != nil {
			t.Fatal(err)
		}
		d := newDoc(1, 1)
		d.Count = 7
		if err := db.WithContext(Unrestricted(t.Context(), "test data")).Omit(clause.Associations).Create(d).Error; err != nil {
			t.Fatal(err)
		}
		ctx := authz.NewContext(t.Context(), az, &User{ID: 1})
		update := func(version uint32, title string) *gorm.DB {
			return db.WithContext(ctx).Model(&Doc{}).Where("id = ? AND count = ?", 1, version).
				Updates(map[string]any{"title": title, "count": version + 1})
		}
		if tx := update(7, "first"); tx.Error != nil || tx.RowsAffected != 1 {
			t.Errorf("the first update: %d rows, %v", tx.RowsAffected, tx.Error)
		}
		if tx := update(7, "lost"); tx.Error != nil || tx.RowsAffected != 0 {
			t.Errorf("an update of a row that has changed: %d rows, %v", tx.RowsAffected, tx.Error)
		}
	})
}
