package gormauthz

// This file tests Required.

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"
	"testing"

	"gorm.io/gorm"
	"gorm.io/gorm/logger"

	"github.com/ursa-authz/ursa/authz"
)

type Writer struct {
	ID       uint
	Name     string
	Chapters []Chapter
}

type Chapter struct {
	ID         uint
	WriterID   uint
	Writer     *Writer
	ReviewerID *uint
	Reviewer   *Writer
	BookID     uint
	Book       *Book
}

type Book struct {
	ID      uint
	OwnerID uint
	Owner   Writer
}

// TestRequired: the keys of required rows are read from foreign keys in decisions and in lists,
// on every database, and both give the right rows.
func TestRequired(t *testing.T) {
	rules := []struct {
		body       string
		may        func(w *Writer, c *Chapter, b *Book) bool
		statements int  // of a decision about a chapter
		tables     bool // the list reads other tables
	}{
		{`c.writer.id = w.id`, func(w *Writer, c *Chapter, _ *Book) bool { return c.WriterID == w.ID }, 0, false},
		{`not c.writer.id = w.id`, func(w *Writer, c *Chapter, _ *Book) bool { return c.WriterID != w.ID }, 0, false},
		{`c.reviewer.id = w.id`, func(w *Writer, c *Chapter, _ *Book) bool { return c.ReviewerID != nil && *c.ReviewerID == w.ID }, 0, false},
		{`not c.reviewer.id = w.id`, func(w *Writer, c *Chapter, _ *Book) bool { return c.ReviewerID == nil || *c.ReviewerID != w.ID }, 0, false},
		{`c.reviewer.id != w.id`, func(w *Writer, c *Chapter, _ *Book) bool { return c.ReviewerID != nil && *c.ReviewerID != w.ID }, 0, false},
		{`c.writer.id = c.reviewer.id and w.id < 9`, func(_ *Writer, c *Chapter, _ *Book) bool { return c.ReviewerID != nil && *c.ReviewerID == c.WriterID }, 0, false},
		{`c.book.owner.id = w.id`, func(w *Writer, _ *Chapter, b *Book) bool { return b.OwnerID == w.ID }, 1, true},
		{`c.writer.name = w.name`, func(w *Writer, c *Chapter, _ *Book) bool { return c.WriterID == w.ID }, 1, true},
	}
	onDatabases(t, func(t *testing.T, db *gorm.DB) {
		if err := db.AutoMigrate(&Writer{}, &Book{}, &Chapter{}); err != nil {
			t.Fatal(err)
		}
		classes, err := Classes(db, &Writer{}, Required(&Chapter{}, "Writer", "Reviewer"), Required(KeepsColumns(&Book{}), "Owner"))
		if err != nil {
			t.Fatal(err)
		}
		var policy strings.Builder
		for i, r := range rules {
			fmt.Fprintf(&policy, "allow(w: Writer, \"%d\", c: Chapter) if %s;\n", i, r.body)
		}
		az, err := authz.New(authz.Config{Classes: classes, Policies: authz.String("chapters.polar", policy.String())})
		if err != nil {
			t.Fatal(err)
		}
		if err := db.Use(New(az)); err != nil {
			t.Fatal(err)
		}
		var writers []*Writer
		var books []*Book
		for i := range uint(3) {
			writers = append(writers, &Writer{ID: i + 1, Name: fmt.Sprint("writer ", i+1)})
			create(t, db, writers[i])
		}
		for i := range uint(3) {
			books = append(books, &Book{ID: i + 1, OwnerID: 3 - i})
			if err := db.Omit("Owner").Create(books[i]).Error; err != nil {
				t.Fatal(err)
			}
		}
		var chapters []*Chapter
		for i := range uint(18) {
			c := &Chapter{ID: i + 1, WriterID: i%3 + 1, BookID: i/2%3 + 1}
			if i/3%3 > 0 {
				reviewer := i / 3 % 3
				c.ReviewerID = &reviewer
			}
			chapters = append(chapters, c)
			create(t, db, c)
		}
		log := &statements{Interface: logger.Discard}
		db.Logger = log
		for i, r := range rules {
			action, allowed := fmt.Sprint(i), 0
			for _, w := range writers {
				ctx := authz.NewContext(context.Background(), az, w)
				var want []uint
				for _, c := range chapters {
					if r.may(w, c, books[c.BookID-1]) {
						want = append(want, c.ID)
					}
					log.sql = nil
					ok, err := az.IsAllowed(ctx, w, action, c)
					if err != nil || ok != slices.Contains(want, c.ID) {
						t.Errorf("%s: writer %d, chapter %d: %v, %v", r.body, w.ID, c.ID, ok, err)
					}
					if len(log.sql) != r.statements {
						t.Errorf("%s: %d statements:\n%s", r.body, len(log.sql), strings.Join(log.sql, "\n"))
					}
				}
				log.sql = nil
				var list []Chapter
				if err := db.WithContext(ctx).Scopes(Authorized(action)).Order("id").Find(&list).Error; err != nil {
					t.Fatal(err)
				}
				var got []uint
				for _, c := range list {
					got = append(got, c.ID)
				}
				if !slices.Equal(got, want) {
					t.Errorf("%s: writer %d has %v, want %v", r.body, w.ID, got, want)
				}
				if sql := strings.Join(log.sql, " "); r.tables != (strings.Contains(sql, "writers") || strings.Contains(sql, "books")) {
					t.Errorf("%s: %s", r.body, sql)
				}
				allowed += len(want)
			}
			if all := len(writers) * len(chapters); allowed == 0 || allowed == all {
				t.Errorf("%s: %d of %d are allowed", r.body, allowed, all)
			}
		}
	})
}

type Retired struct {
	ID        uint
	DeletedAt gorm.DeletedAt
}

type Claim struct {
	ID        uint
	RetiredID uint
	Retired   *Retired
	LooseID   uint
	Loose     *Writer `gorm:"constraint:-"`
	Parts     []ClaimPart
}

type ClaimPart struct{ ID, ClaimID uint }

// TestRequiredErrors tests associations that cannot be required.
func TestRequiredErrors(t *testing.T) {
	for name, want := range map[string]string{
		"Retired": "gormauthz.Retired has rows that queries leave out, such as soft-deleted ones",
		"Loose":   "its tags turn the constraint off",
		"Parts":   "it does not belong to one row by one column",
		"Nobody":  "the model does not have that association",
	} {
		db := newSQLite(t).open(t)
		_, err := Classes(db, Required(&Claim{}, name))
		if err == nil || !strings.Contains(err.Error(), "the association "+name+" of gormauthz.Claim cannot be required: "+want) {
			t.Errorf("%s: %v", name, err)
		}
		if _, err := Classes(db, &Claim{}); err != nil {
			t.Error(err)
		}
	}
}

type Folder struct {
	ID       uint
	ParentID *uint
	Parent   *Folder
	OwnerID  uint
	Owner    *Writer
}

// TestRequiredChanges: rules about changes read the keys of required rows from the foreign keys of each
// state. Rows of the table that the update changes are not read for them, so that what is
// otherwise undecided is decided.
func TestRequiredChanges(t *testing.T) {
	const policy = `
		allow(w: Writer, action, f: Folder) if action in ["give", "move", "lift"] and f.owner.id = w.id;
		allow_change(_: Writer, "give", before: Folder, after: Folder) if
			before.owner.id != after.owner.id and before.parent_id = after.parent_id;
		allow_change(w: Writer, "move", before: Folder, after: Folder) if
			before.parent.id != after.parent.id and after.owner.id = w.id;
		allow_change(_: Writer, "lift", before: Folder, after: Folder) if
			not before.parent.id = 1 and after.parent.id = 1;
	`
	one, two, three := uint(1), uint(2), uint(3)
	testChanges := func(t *testing.T, required bool) {
		onDatabases(t, func(t *testing.T, db *gorm.DB) {
			if err := db.AutoMigrate(&Writer{}, &Folder{}); err != nil {
				t.Fatal(err)
			}
			models := []any{&Writer{}, &Folder{}}
			if required {
				models[1] = Required(&Folder{}, "Parent", "Owner")
			}
			classes, err := Classes(db, models...)
			if err != nil {
				t.Fatal(err)
			}
			az, err := authz.New(authz.Config{Classes: classes, ChangeRule: true, Policies: authz.String("folders.polar", policy)})
			if err != nil {
				t.Fatal(err)
			}
			if err := db.Use(New(az)); err != nil {
				t.Fatal(err)
			}
			for i := range uint(3) {
				create(t, db, &Writer{ID: i + 1})
			}
			for _, f := range []*Folder{{ID: 1, OwnerID: 1}, {ID: 2, OwnerID: 1, ParentID: &one}, {ID: 3, OwnerID: 1, ParentID: &two}, {ID: 4, OwnerID: 1}} {
				create(t, db, f)
			}
			log := &statements{Interface: logger.Discard}
			db.Logger = log
			ctx := authz.NewContext(t.Context(), az, &Writer{ID: 1})
			for _, tt := range []struct {
				name, action  string
				row           Folder
				column        string
				want, fetched error // with Required, and without
			}{
				{"to another", "give", Folder{ID: 2, OwnerID: 2}, "owner_id", nil, nil},
				{"to the same", "give", Folder{ID: 2, OwnerID: 1}, "owner_id", authz.ErrForbidden, authz.ErrForbidden},
				{"to another folder", "move", Folder{ID: 3, ParentID: &one}, "parent_id", nil, authz.ErrUndecided},
				{"to the same folder", "move", Folder{ID: 3, ParentID: &two}, "parent_id", authz.ErrForbidden, authz.ErrUndecided},
				{"from no folder", "move", Folder{ID: 4, ParentID: &three}, "parent_id", authz.ErrForbidden, authz.ErrForbidden}, // nil has no id
				{"to the top", "lift", Folder{ID: 4, ParentID: &one}, "parent_id", nil, nil},
				{"twice to the top", "lift", Folder{ID: 2, ParentID: &one}, "parent_id", authz.ErrForbidden, authz.ErrUndecided},
			} {
				want := tt.fetched
				if required {
					want = tt.want
				}
				var value any = tt.row.OwnerID
				if tt.column == "parent_id" {
					value = tt.row.ParentID
				}
				for how, write := range map[string]func(tx *gorm.DB) error{
					"repository": func(tx *gorm.DB) error {
						return NewRepository[Folder](tx).With(tx).WithAction(tt.action).Update(ctx, &tt.row, tt.column)
					},
					"marked": func(tx *gorm.DB) error {
						return affected(tx.WithContext(ctx).Scopes(Authorized(tt.action)).Model(&Folder{}).Where("id = ?", tt.row.ID).Update(tt.column, value))
					},
				} {
					tx := db.Begin()
					log.sql = nil
					if err := write(tx); !errors.Is(err, want) || (err == nil) != (want == nil) {
						t.Errorf("required %v: %s, %s: %v, want %v", required, tt.name, how, err, want)
					}
					if sql := strings.Join(log.sql, "\n"); required && strings.Contains(sql, "writers") {
						t.Errorf("%s, %s:\n%s", tt.name, how, sql)
					}
					tx.Rollback()
				}
			}
		})
	}
	for _, required := range []bool{true, false} {
		t.Run(fmt.Sprint("required ", required), func(t *testing.T) { testChanges(t, required) })
	}
}
