package gormauthz

// This file defines the tests of rows that were read in part, or that were changed after
// they were read.

import (
	"context"
	"errors"
	"reflect"
	"runtime"
	"strings"
	"testing"

	"gorm.io/gorm"
	"gorm.io/gorm/clause"

	"github.com/ursa-authz/ursa/authz"
	"github.com/ursa-authz/ursa/internal/sqlworld"
)

const readsPolicy = `
	allow(_: User, "read", c: Comment) if not c.text = "blocked";
	allow(_: User, "read", _: User);
	allow(_: User, "list", _: Doc);
	allow(u: User, "edit", d: Doc) if d.public and not (c in d.comments and c.user_id = u.id);
	allow(_: User, "open", d: Doc) if not d.audit.reviewed = "locked";
	allow(_: User, "named", d: Doc) if d.author.name = "ok";
	allow(_: User, "unblamed", d: Doc) if not d.author.name = "bad";
	allow(_: User, "quiet", d: Doc) if not (c in d.comments and c.user.name = "bad");
	allow(_: User, "uncovered", d: Doc) if not d.cover.color = "black";
	allow(_: User, "new", d: Doc) if not d in d.author.docs;
	allow(_: User, "called", d: Doc) if not d.IsLocked();
	allow(_: User, "given", d: Doc) if not d.author.Locks(d);
	allow(_: User, "commented", c: Comment) if not c.user.name = "bad";
`

// reads makes a document that nobody may edit: it is locked, its author is bad, and a comment
// blocks user 1.
func reads(t *testing.T, db *gorm.DB, options ...Option) (*authz.Authorizer, context.Context, *User) {
	migrate(t, db)
	az := authorizer(t, db, readsPolicy)
	actor, locked, blocked := &User{ID: 1, Name: "actor"}, "locked", "blocked"
	create(t, db, actor)
	create(t, db, &User{ID: 2, Name: "bad"})
	create(t, db, &User{ID: 3, Name: "ok"})
	create(t, db, &Doc{Base: Base{ID: 1}, Public: true, AuthorID: 2, Audit: sqlworld.Audit{Reviewed: &locked}})
	create(t, db, &Doc{Base: Base{ID: 2}, Public: true, AuthorID: 3})
	two := int64(2)
	create(t, db, &Comment{ID: 1, DocID: 1, UserID: &actor.ID, Text: &blocked})
	create(t, db, &Comment{ID: 2, DocID: 1, UserID: &two})
	one := int64(1)
	create(t, db, &Cover{ID: 1, DocID: &one, Color: "black"})
	if err := db.Use(New(az, options...)); err != nil {
		t.Fatal(err)
	}
	return az, authz.NewContext(context.Background(), az, actor), actor
}

// TestPartOfARow reads a row in every way that leaves something out. No decision about it may
// be an allow.
func TestPartOfARow(t *testing.T) {
	type query = func(db *gorm.DB) *gorm.DB
	marked := Authorized("read")
	onDatabases(t, func(t *testing.T, db *gorm.DB) {
		az, ctx, actor := reads(t, db)
		for _, tt := range []struct {
			name   string
			action string
			read   query
			open   bool // undecided, where the others are denied
		}{
			{"whole", "edit", func(db *gorm.DB) *gorm.DB { return db }, false},
			{"preload", "edit", func(db *gorm.DB) *gorm.DB { return db.Preload("Comments") }, false},
			{"marked preload", "edit", func(db *gorm.DB) *gorm.DB {
				return db.WithContext(ctx).Session(&gorm.Session{}).Preload("Comments", marked)
			}, false},
			{"condition", "edit", func(db *gorm.DB) *gorm.DB { return db.Preload("Comments", "text IS NULL") }, false},
			{"function", "edit", func(db *gorm.DB) *gorm.DB {
				return db.Preload("Comments", func(db *gorm.DB) *gorm.DB { return db.Limit(1).Order("id DESC") })
			}, false},
			{"all associations", "edit", func(db *gorm.DB) *gorm.DB { return db.Preload(clause.Associations, "id > 1") }, false},
			{"select", "open", func(db *gorm.DB) *gorm.DB { return db.Select("id") }, true},
			{"select of several", "open", func(db *gorm.DB) *gorm.DB { return db.Select("id", "AuthorID") }, true},
			{"select of a text", "open", func(db *gorm.DB) *gorm.DB { return db.Select("docs.id, docs.author_id") }, true},
			{"select of an expression", "open", func(db *gorm.DB) *gorm.DB {
				return db.Select("id, coalesce(title, audit_reviewed, code) AS title")
			}, true},
			{"select with values", "open", func(db *gorm.DB) *gorm.DB { return db.Select("id, ? AS title", "x") }, true},
			{"raw SQL", "open", func(db *gorm.DB) *gorm.DB { return db.Raw("SELECT id, title FROM docs WHERE id = 1") }, true},
			{"raw SQL that is not understood", "open", func(db *gorm.DB) *gorm.DB {
				return db.Raw("WITH d AS (SELECT id FROM docs WHERE id = 1) SELECT * FROM d")
			}, true},
			{"distinct", "open", func(db *gorm.DB) *gorm.DB { return db.Distinct("id", "title") }, true},
			{"select with joins", "open", func(db *gorm.DB) *gorm.DB { return db.Joins("Author").Select("docs.id") }, true},
			{"omit", "open", func(db *gorm.DB) *gorm.DB { return db.Omit("audit_reviewed") }, true},
			{"omit of a field", "open", func(db *gorm.DB) *gorm.DB { return db.Omit("Reviewed") }, true},
			{"method", "called", func(db *gorm.DB) *gorm.DB { return db.Omit("audit_reviewed") }, true},
			{"argument", "given", func(db *gorm.DB) *gorm.DB { return db.Omit("audit_reviewed") }, true},
			{"foreign key", "unblamed", func(db *gorm.DB) *gorm.DB { return db.Select("id") }, true},
			{"key", "edit", func(db *gorm.DB) *gorm.DB { return db.Select("public") }, true},
			{"key of the row", "new", func(db *gorm.DB) *gorm.DB { return db.Select("author_id") }, true},
			{"columns of a join", "unblamed", func(db *gorm.DB) *gorm.DB { return db.Joins("Author", db.Select("id")) }, false},
			{"omitted of a join", "unblamed", func(db *gorm.DB) *gorm.DB { return db.Joins("Author", db.Omit("name")) }, false},
			{"columns of a preload", "unblamed", func(db *gorm.DB) *gorm.DB {
				return db.Preload("Author", func(db *gorm.DB) *gorm.DB { return db.Select("id") })
			}, false},
			{"columns of a has-one", "uncovered", func(db *gorm.DB) *gorm.DB {
				return db.Preload("Cover", func(db *gorm.DB) *gorm.DB { return db.Select("id", "doc_id") })
			}, false},
			{"nested condition", "quiet", func(db *gorm.DB) *gorm.DB { return db.Preload("Comments.User", "name = ?", "x") }, false},
			{"nested columns", "quiet", func(db *gorm.DB) *gorm.DB {
				return db.Preload("Comments.User", func(db *gorm.DB) *gorm.DB { return db.Select("id") })
			}, false},
			{"mapped", "edit", func(db *gorm.DB) *gorm.DB {
				return db.Session(&gorm.Session{QueryFields: true}).Preload("Comments", "id > 1")
			}, false},
		} {
			for kind, row := range map[string]func() (*Doc, error){
				"First": func() (*Doc, error) { var d Doc; return &d, tt.read(db).First(&d, 1).Error },
				"Find": func() (*Doc, error) {
					var d []Doc
					err := tt.read(db).Where("docs.id = 1").Find(&d).Error
					return &d[0], err
				},
				"pointers": func() (*Doc, error) {
					var d []*Doc
					err := tt.read(db).Where("docs.id = 1").Find(&d).Error
					return d[0], err
				},
			} {
				d, err := row()
				if err != nil {
					t.Errorf("%s, %s: %v", tt.name, kind, err)
					continue
				}
				ok, err := az.IsAllowed(ctx, actor, tt.action, d)
				if ok || errors.Is(err, authz.ErrUndecided) != tt.open {
					t.Errorf("%s, %s: %v, %v", tt.name, kind, ok, err)
				}
				if tt.open && err != nil && !strings.Contains(causes(err), "read the whole row") {
					t.Errorf("%s, %s: the error does not say what to do: %v", tt.name, kind, causes(err))
				}
			}
		}
	})
}

// causes returns the texts of an error and of what it wraps.
func causes(err error) string {
	var all []string
	for _, e := range chain(err) {
		all = append(all, e.Error())
	}
	return strings.Join(all, " | ")
}

// TestRestrictedPreloads reads with the plugin, which leaves out the related rows that the
// actor may not read. Decisions about the rows need all of them.
func TestRestrictedPreloads(t *testing.T) {
	onDatabases(t, func(t *testing.T, db *gorm.DB) {
		az, ctx, actor := reads(t, db, Enforce())
		list := db.WithContext(ctx).Scopes(Authorized("list"))
		for name, tx := range map[string]*gorm.DB{
			"preload":        list.Session(&gorm.Session{}).Preload("Comments"),
			"nested preload": list.Session(&gorm.Session{}).Preload("Comments.User"),
			"associations":   list.Session(&gorm.Session{}).Preload(clause.Associations),
		} {
			var d Doc
			if err := tx.First(&d, 1).Error; err != nil {
				t.Fatal(err)
			}
			if len(d.Comments) != 1 {
				t.Errorf("%s: %d comments, want the one that may be read", name, len(d.Comments))
			}
			if ok, err := az.IsAllowed(ctx, actor, "edit", &d); ok || err != nil {
				t.Errorf("%s: %v, %v", name, ok, err)
			}
		}
	})
}

// TestDeletedRelatedRows reads with Unscoped, which also loads rows that are deleted.
func TestDeletedRelatedRows(t *testing.T) {
	onDatabases(t, func(t *testing.T, db *gorm.DB) {
		migrate(t, db)
		az := authorizer(t, db, `allow(_: User, "publish", d: Doc) if c in d.comments and c.text = "approved";`)
		approved := "approved"
		create(t, db, &Doc{Base: Base{ID: 1}})
		create(t, db, &Comment{ID: 1, DocID: 1, Text: &approved})
		if err := db.Delete(&Comment{}, 1).Error; err != nil {
			t.Fatal(err)
		}
		var d Doc
		if err := db.Unscoped().Preload("Comments").First(&d, 1).Error; err != nil || len(d.Comments) != 1 {
			t.Fatalf("%d comments, %v", len(d.Comments), err)
		}
		if ok, err := az.IsAllowed(context.Background(), &User{ID: 1}, "publish", &d); ok || err != nil {
			t.Errorf("by a comment that is deleted: %v, %v", ok, err)
		}
	})
}

// TestWholeRowsAreBelieved counts statements: what was read in full is not read again.
func TestWholeRowsAreBelieved(t *testing.T) {
	onDatabases(t, func(t *testing.T, db *gorm.DB) {
		az, ctx, actor := reads(t, db)
		statements := watch(t, db)
		for _, tt := range []struct {
			name, action string
			read         func(db *gorm.DB) *gorm.DB
		}{
			{"preload", "edit", func(db *gorm.DB) *gorm.DB { return db.Preload("Comments") }},
			{"nested preload", "quiet", func(db *gorm.DB) *gorm.DB { return db.Preload("Comments.User") }},
			{"join", "named", func(db *gorm.DB) *gorm.DB { return db.Joins("Author") }},
			{"all columns", "named", func(db *gorm.DB) *gorm.DB { return db.Select("*").Preload("Author") }},
			{"all columns of the table", "open", func(db *gorm.DB) *gorm.DB { return db.Select("docs.*, 1 AS n") }},
			{"raw SQL", "open", func(db *gorm.DB) *gorm.DB { return db.Raw("SELECT d.* FROM docs d WHERE id = 2") }},
			{"the columns that are needed", "open", func(db *gorm.DB) *gorm.DB { return db.Select("id", "audit_reviewed", "audit_score") }},
			{"expressions after them", "open", func(db *gorm.DB) *gorm.DB {
				return db.Select("id, audit_reviewed, audit_score, coalesce(title, '') AS title")
			}},
		} {
			var d Doc
			if err := tt.read(db).First(&d, 2).Error; err != nil {
				t.Fatal(err)
			}
			*statements = nil
			if ok, err := az.IsAllowed(ctx, actor, tt.action, &d); !ok || err != nil {
				t.Errorf("%s: %v, %v", tt.name, ok, err)
			}
			if len(*statements) > 0 {
				t.Errorf("%s: read again by %q", tt.name, *statements)
			}
		}
		// A row that is read again is whole.
		var d Doc
		if err := db.Select("id").First(&d, 2).Error; err != nil {
			t.Fatal(err)
		}
		if ok, err := az.IsAllowed(ctx, actor, "open", &d); ok || !errors.Is(err, authz.ErrUndecided) {
			t.Errorf("a part: %v, %v", ok, err)
		}
		if err := db.First(&d, 2).Error; err != nil {
			t.Fatal(err)
		}
		if ok, err := az.IsAllowed(ctx, actor, "open", &d); !ok || err != nil {
			t.Errorf("read again: %v, %v", ok, err)
		}
	})
}

// TestRelatedByKey changes keys and rows after they were read, as a program does that moves a
// row, and a client that fills a struct.
func TestRelatedByKey(t *testing.T) {
	onDatabases(t, func(t *testing.T, db *gorm.DB) {
		az, ctx, actor := reads(t, db)
		loaded := func() *Doc {
			var d Doc
			if err := db.Preload("Author").Preload("Comments").Preload("Cover").First(&d, 2).Error; err != nil {
				t.Fatal(err)
			}
			return &d
		}
		moved := loaded()
		moved.AuthorID = 2
		nobody := loaded()
		nobody.AuthorID = 0
		copied := loaded()
		copied.ID = 1
		three := int64(3)
		filled := &Doc{Base: Base{ID: 1}, Public: true, AuthorID: 2, Author: &User{ID: 3, Name: "ok"}, Comments: []Comment{{ID: 2, DocID: 2, UserID: &three}}, Cover: &Cover{Color: "white"}}
		for name, d := range map[string]*Doc{"moved": moved, "nobody": nobody, "filled": filled} {
			if ok, err := az.IsAllowed(ctx, actor, "named", d); ok || err != nil {
				t.Errorf("the author of %s: %v, %v", name, ok, err)
			}
		}
		for name, d := range map[string]*Doc{"copied": copied, "filled": filled} {
			if d.Comments != nil && len(d.Comments) == 0 {
				d.Comments = []Comment{{ID: 3, DocID: 2}}
			}
			for _, action := range []string{"edit", "uncovered"} {
				if ok, err := az.IsAllowed(ctx, actor, action, d); ok || err != nil {
					t.Errorf("%s %s: %v, %v", action, name, ok, err)
				}
			}
		}
		if e, err := az.Explain(ctx, actor, "named", moved); err != nil || e.Verdict != authz.Denied {
			t.Errorf("the explanation: %v, %v", e, err)
		}
		if ok, err := az.IsAllowed(ctx, actor, "named", loaded()); !ok || err != nil {
			t.Errorf("as it was read: %v, %v", ok, err)
		}
	})
}

// TestRowTableForgets checks that the table holds only rows in use.
func TestRowTableForgets(t *testing.T) {
	var table rowTable
	n := &note{unread: map[string]bool{"Title": true}}
	const some = 1000
	kept := make([]Comment, some)
	for i := range kept {
		table.set(reflect.ValueOf(&kept[i]), n)
		table.set(reflect.ValueOf(&Comment{}), n)
	}
	for range 100 {
		if runtime.GC(); table.size.Load() == some {
			break
		}
		runtime.Gosched()
	}
	if got := table.size.Load(); got != some {
		t.Errorf("%d rows are remembered, want %d", got, some)
	}
	for i := range kept {
		if table.of(reflect.ValueOf(&kept[i])) != n {
			t.Fatalf("row %d is forgotten", i)
		}
		table.set(reflect.ValueOf(&kept[i]), nil)
	}
	if got := table.size.Load(); got != 0 {
		t.Errorf("%d rows are left", got)
	}
	row := reflect.ValueOf(&kept[0])
	table.set(row, n)
	if got := testing.AllocsPerRun(100, func() { table.of(row) }); got != 0 {
		t.Errorf("a look-up allocates %v times", got)
	}
}
