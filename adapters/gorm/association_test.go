package gormauthz

// This file tests GORM's association mode, and the associations that it saves with a row, when every
// statement is authorized.

import (
	"database/sql"
	"errors"
	"slices"
	"strconv"
	"strings"
	"testing"

	"gorm.io/gorm"

	"github.com/ursa-authz/ursa/authz"
	"github.com/ursa-authz/ursa/authz/filter"
)

// state returns what associations write, one line a row.
func state(t testing.TB, b *bypass) []string {
	t.Helper()
	var lines []string
	for what, query := range map[string]string{
		"doc":     "SELECT id, title, author_id, reviewer_id, parent_id FROM docs WHERE deleted_at IS NULL",
		"comment": "SELECT id, doc_id, user_id, text FROM comments WHERE deleted_at IS NULL",
		"cover":   "SELECT id, doc_id FROM covers",
		"user":    "SELECT id, name FROM users",
		"tag":     "SELECT id, name FROM tags",
		"link":    "SELECT doc_id, tag_id FROM doc_tags WHERE deleted_at IS NULL",
		"related": "SELECT tag_id, related_id FROM tag_links",
	} {
		rows, err := b.free().Raw(query).Rows()
		if err != nil {
			t.Fatal(err)
		}
		defer rows.Close()
		names, _ := rows.Columns()
		for rows.Next() {
			values, into := make([]sql.NullString, len(names)), make([]any, len(names))
			for i := range values {
				into[i] = &values[i]
			}
			if err := rows.Scan(into...); err != nil {
				t.Fatal(err)
			}
			line := what
			for _, v := range values {
				if n, _ := strconv.Atoi(v.String); n > 12 && n != 70 { // given by the database
					v.String = "N"
				}
				line += " " + v.String
			}
			lines = append(lines, line)
		}
	}
	slices.Sort(lines)
	return lines
}

// difference returns the lines that are new, with +, and those that are gone, with -.
func difference(before, after []string) string {
	var d []string
	for _, l := range before {
		if !slices.Contains(after, l) {
			d = append(d, "-"+l)
		}
	}
	for _, l := range after {
		if !slices.Contains(before, l) {
			d = append(d, "+"+l)
		}
	}
	return strings.Join(d, ", ")
}

// TestAssociationMode tests each operation on each kind of association, of a row that the actor may
// update and of one that the actor may not. User 1 may update documents, comments and covers of user 1,
// tags 1 and 2, and no users.
func TestAssociationMode(t *testing.T) {
	const forbidden, failed = "forbidden", "failed"
	on := func(id int64, name string) func(*gorm.DB) *gorm.Association {
		return func(tx *gorm.DB) *gorm.Association {
			d := newDoc(id, (id-1)%3+1)
			d.Title, d.ReviewerID = "", new((id+1)%3+1)
			return tx.Model(d).Association(name)
		}
	}
	comment := func(id, user int64) *Comment { return &Comment{ID: id, UserID: &user, Text: new("new")} }
	cases := map[string]struct {
		of   func(*gorm.DB) *gorm.Association
		op   func(*gorm.Association) error
		want string // what changes, forbidden or failed
	}{
		"belongs to, a stored row":            {on(1, "Reviewer"), func(a *gorm.Association) error { return a.Append(&User{ID: 1}) }, "-doc 1 doc1 1 3 , +doc 1 doc1 1 1 "},
		"belongs to, replaced":                {on(1, "Reviewer"), func(a *gorm.Association) error { return a.Replace(&User{ID: 1, Name: "x"}) }, "-doc 1 doc1 1 3 , +doc 1 doc1 1 1 "},
		"belongs to, a new row":               {on(1, "Reviewer"), func(a *gorm.Association) error { return a.Append(&User{Name: "x"}) }, forbidden},
		"belongs to, cleared":                 {on(1, "Reviewer"), func(a *gorm.Association) error { return a.Clear() }, "-doc 1 doc1 1 3 , +doc 1 doc1 1  "},
		"belongs to, given away":              {on(1, "Author"), func(a *gorm.Association) error { return a.Append(&User{ID: 2}) }, forbidden},
		"belongs to, of another's":            {on(2, "Reviewer"), func(a *gorm.Association) error { return a.Append(&User{ID: 2}) }, ""},
		"belongs to, deleted":                 {on(1, "Reviewer"), func(a *gorm.Association) error { return a.Delete(&User{ID: 3}) }, "-doc 1 doc1 1 3 , +doc 1 doc1 1  "},
		"belongs to, deleted of another's":    {on(2, "Reviewer"), func(a *gorm.Association) error { return a.Delete(&User{ID: 1}) }, ""},
		"has one, new":                        {on(1, "Cover"), func(a *gorm.Association) error { return a.Append(&Cover{ID: 77}) }, failed},
		"has one, cleared":                    {on(1, "Cover"), func(a *gorm.Association) error { return a.Clear() }, forbidden},
		"has one, cleared and deleted":        {on(1, "Cover"), func(a *gorm.Association) error { return a.Unscoped().Clear() }, "-cover 1 1"},
		"has one, another's":                  {on(3, "Cover"), func(a *gorm.Association) error { return a.Unscoped().Clear() }, ""},
		"has many, a stored row":              {on(1, "Comments"), func(a *gorm.Association) error { return a.Append(comment(4, 2)) }, "-comment 4 4 1 doc4, +comment 4 1 1 doc4"},
		"has many, another's row":             {on(1, "Comments"), func(a *gorm.Association) error { return a.Append(comment(2, 1)) }, forbidden},
		"has many, own and another's":         {on(1, "Comments"), func(a *gorm.Association) error { return a.Append(comment(4, 1), comment(2, 1)) }, forbidden},
		"has many, linked already":            {on(2, "Comments"), func(a *gorm.Association) error { return a.Append(comment(2, 2)) }, ""},
		"has many, a new row":                 {on(1, "Comments"), func(a *gorm.Association) error { return a.Append(comment(0, 1)) }, "+comment N 1 1 new"},
		"has many, a new row with a key":      {on(1, "Comments"), func(a *gorm.Association) error { return a.Append(comment(70, 1)) }, "+comment 70 1 1 new"},
		"has many, another's new row":         {on(1, "Comments"), func(a *gorm.Association) error { return a.Append(comment(0, 2)) }, forbidden},
		"has many, new and stored":            {on(1, "Comments"), func(a *gorm.Association) error { return a.Append(comment(0, 1), comment(1, 1), comment(4, 1)) }, "-comment 4 4 1 doc4, +comment 4 1 1 doc4, +comment N 1 1 new"},
		"has many, new and another's":         {on(1, "Comments"), func(a *gorm.Association) error { return a.Append(comment(0, 1), comment(2, 1)) }, forbidden},
		"has many, replaced":                  {on(1, "Comments"), func(a *gorm.Association) error { return a.Replace(comment(4, 1)) }, "-comment 1 1 1 doc1, -comment 10 1 1 doc10, -comment 4 4 1 doc4, +comment 1  1 doc1, +comment 10  1 doc10, +comment 4 1 1 doc4"},
		"has many, deleted":                   {on(1, "Comments"), func(a *gorm.Association) error { return a.Delete(comment(1, 1)) }, "-comment 1 1 1 doc1, +comment 1  1 doc1"},
		"has many, deleted, another's":        {on(2, "Comments"), func(a *gorm.Association) error { return a.Delete(comment(2, 1)) }, ""},
		"has many, cleared, another's":        {on(2, "Comments"), func(a *gorm.Association) error { return a.Clear() }, ""},
		"has many, to itself":                 {on(1, "Children"), func(a *gorm.Association) error { return a.Append(newDoc(4, 1)) }, "-doc 4 doc4 1 3 , +doc 4 doc4 1 3 1"},
		"has many, to itself, another's":      {on(1, "Children"), func(a *gorm.Association) error { return a.Append(newDoc(5, 1)) }, forbidden},
		"many to many":                        {on(1, "Tags"), func(a *gorm.Association) error { return a.Append(&Tag{ID: 2, Name: "x"}) }, "+link 1 2"},
		"many to many, linked already":        {on(2, "Tags"), func(a *gorm.Association) error { return a.Append(&Tag{ID: 2}) }, ""},
		"many to many, linked and not":        {on(1, "Tags"), func(a *gorm.Association) error { return a.Append(&Tag{ID: 1}, &Tag{ID: 2}) }, "+link 1 2"},
		"many to many, hidden target":         {on(1, "Tags"), func(a *gorm.Association) error { return a.Append(&Tag{ID: 3}) }, forbidden},
		"many to many, one hidden target":     {on(1, "Tags"), func(a *gorm.Association) error { return a.Append(&Tag{ID: 2}, &Tag{ID: 3}) }, forbidden},
		"many to many, of another's":          {on(2, "Tags"), func(a *gorm.Association) error { return a.Append(&Tag{ID: 1}) }, forbidden},
		"many to many, a new target":          {on(1, "Tags"), func(a *gorm.Association) error { return a.Append(&Tag{Name: "ok"}) }, "+link 1 N, +tag N ok"},
		"many to many, a forbidden target":    {on(1, "Tags"), func(a *gorm.Association) error { return a.Append(&Tag{Name: "bad"}) }, forbidden},
		"many to many, of nothing":            {on(50, "Tags"), func(a *gorm.Association) error { return a.Append(&Tag{ID: 1}) }, forbidden},
		"many to many, replaced":              {on(1, "Tags"), func(a *gorm.Association) error { return a.Replace(&Tag{ID: 2}) }, "-link 1 1, +link 1 2"},
		"many to many, deleted":               {on(1, "Tags"), func(a *gorm.Association) error { return a.Delete(&Tag{ID: 1}, &Tag{ID: 2}) }, "-link 1 1"},
		"many to many, cleared":               {on(1, "Tags"), func(a *gorm.Association) error { return a.Clear() }, "-link 1 1"},
		"many to many, cleared, unscoped":     {on(1, "Tags"), func(a *gorm.Association) error { return a.Unscoped().Clear() }, "-link 1 1"},
		"many to many, cleared, of another's": {on(2, "Tags"), func(a *gorm.Association) error { return a.Clear() }, ""},
		"many to many, deleted, of another's": {on(2, "Tags"), func(a *gorm.Association) error { return a.Delete(&Tag{ID: 2}) }, ""},
		"many to many, deleted, hidden":       {on(7, "Tags"), func(a *gorm.Association) error { return a.Delete(&Tag{ID: 3}) }, ""},
		"many to many, omitted targets":       {func(tx *gorm.DB) *gorm.Association { return on(1, "Tags")(tx.Omit("Tags.*")) }, func(a *gorm.Association) error { return a.Append(&Tag{ID: 2}) }, "+link 1 2"},
		"many to many, to itself":             {func(tx *gorm.DB) *gorm.Association { return tx.Model(&Tag{ID: 1}).Association("Related") }, func(a *gorm.Association) error { return a.Append(&Tag{ID: 2}) }, "+related 1 2"},
		"many to many, to itself, hidden":     {func(tx *gorm.DB) *gorm.Association { return tx.Model(&Tag{ID: 1}).Association("Related") }, func(a *gorm.Association) error { return a.Append(&Tag{ID: 3}) }, forbidden},
	}
	onDatabases(t, func(t *testing.T, db *gorm.DB) {
		b := newAssociations(t, db)
		before := state(t, b)
		for name, tt := range cases {
			err := tt.op(tt.of(db.WithContext(b.ctx).Session(&gorm.Session{})))
			got := difference(before, state(t, b))
			got = strings.NewReplacer("link 1 4", "link 1 N", "tag 4", "tag N").Replace(got) // a key that the database gave
			ok := err == nil && got == tt.want
			switch tt.want {
			case forbidden:
				ok = errors.Is(err, authz.ErrForbidden) && got == ""
			case failed: // in the database
				ok = err != nil && !errors.Is(err, authz.ErrForbidden) && !errors.Is(err, authz.ErrUndecided) && got == ""
			}
			if !ok {
				t.Errorf("%s: %v, changes %q, want %q", name, err, got, tt.want)
			}
			if got != "" {
				b.refill(t)
			}
		}
	})
}

func newAssociations(t testing.TB, db *gorm.DB) *bypass {
	t.Helper()
	b := newBypass(t, db, Enforce())
	if db.Dialector.Name() == "postgres" { // gives keys that exist, otherwise
		for _, table := range []string{"comments", "tags", "users"} {
			if err := b.free().Exec("SELECT setval(pg_get_serial_sequence('" + table + "', 'id'), 100)").Error; err != nil {
				t.Fatal(err)
			}
		}
	}
	allow[Tag](b.fake, func(_ *User, action string) filter.Expr {
		if action == "read" {
			return filter.True
		}
		return filter.Or{filter.In{X: field("ID"), Set: []filter.Value{mustValue(1), mustValue(2)}}, equals("Name", "ok")}
	})
	return b
}

// refill replaces all rows by those of fillBypass.
func (b *bypass) refill(t testing.TB) {
	t.Helper()
	for _, table := range []string{"tag_links", "doc_tags", "comments", "covers", "docs", "tags", "users"} {
		if err := b.free().Exec("DELETE FROM " + table).Error; err != nil {
			t.Fatal(err)
		}
	}
	fillBypass(t, b.free())
}

// TestAssociationsOfNewRows creates rows together with others, with and without keys.
func TestAssociationsOfNewRows(t *testing.T) {
	onDatabases(t, func(t *testing.T, db *gorm.DB) {
		b := newAssociations(t, db)
		for name, tt := range map[string]struct {
			change    func(*Doc)
			forbidden bool
			want      string // what changes, but for the document
		}{
			"new rows":                {func(d *Doc) { d.Comments = []Comment{{UserID: new(int64(1)), Text: new("new")}} }, false, "+comment N 70 1 new"},
			"a new row of another's":  {func(d *Doc) { d.Comments = []Comment{{UserID: new(int64(2))}} }, true, ""},
			"a stored row":            {func(d *Doc) { d.Comments = []Comment{{ID: 4}} }, false, "-comment 4 4 1 doc4, +comment 4 70 1 doc4"},
			"another's row":           {func(d *Doc) { d.Comments = []Comment{{ID: 2, UserID: new(int64(1))}} }, true, ""},
			"a tag":                   {func(d *Doc) { d.Tags = []Tag{{ID: 2}} }, false, "+link 70 2"},
			"a hidden tag":            {func(d *Doc) { d.Tags = []Tag{{ID: 2}, {ID: 3}} }, true, ""},
			"a stored author":         {func(d *Doc) { d.Author = &User{ID: 1, Name: "x"} }, false, ""},
			"another author":          {func(d *Doc) { d.Author = &User{ID: 2} }, true, ""},
			"a new parent, with tags": {func(d *Doc) { d.Parent = newDoc(60, 1); d.Parent.Tags = []Tag{{ID: 1}} }, false, "+doc N  1  , +link N 1"},
			"a parent, with tags":     {func(d *Doc) { d.Parent = newDoc(4, 1); d.Parent.Tags = []Tag{{ID: 2}} }, false, "+link 4 2"},
			"another's, with tags":    {func(d *Doc) { d.Parent = newDoc(5, 1); d.Parent.Tags = []Tag{{ID: 1}} }, true, ""},
		} {
			before := state(t, b)
			d := newDoc(70, 1)
			d.Title = ""
			tt.change(d)
			if d.Parent != nil {
				d.Parent.Title = ""
			}
			err := db.WithContext(b.ctx).Create(d).Error
			got := difference(before, state(t, b))
			if i := strings.Index(got, "+doc 70"); i >= 0 {
				_, rest, _ := strings.Cut(got[i:], ", ")
				got = strings.TrimSuffix(got[:i]+rest, ", ")
			}
			if tt.forbidden && (!errors.Is(err, authz.ErrForbidden) || got != "") || !tt.forbidden && (err != nil || got != tt.want) {
				t.Errorf("%s: %v, changes %q, want %q", name, err, got, tt.want)
			}
			b.refill(t)
		}
	})
}

// TestGivenKeysThatExist creates an associated row without a key, for which the database makes one that
// is in use. GORM's upsert would change the stored row.
func TestGivenKeysThatExist(t *testing.T) {
	db := newPostgres(t).open(t)
	b := newBypass(t, db, Enforce())
	before := state(t, b)
	for range 3 {
		err := db.WithContext(b.ctx).Model(newDoc(1, 1)).Association("Comments").Append(&Comment{UserID: new(int64(1))})
		if got := difference(before, state(t, b)); err == nil || got != "" {
			t.Errorf("%v, changes %q", err, got)
		}
	}
}

// TestHookOfAStoredRow has a hook that changes the key of a row that was found, and would insert it.
func TestHookOfAStoredRow(t *testing.T) {
	onDatabases(t, func(t *testing.T, db *gorm.DB) {
		b := newAssociations(t, db)
		before := state(t, b)
		moved := false
		err := db.Callback().Create().After("gorm:before_create").Before("gormauthz:create").Register("move", func(tx *gorm.DB) {
			if tags, ok := tx.Statement.Dest.([]*Tag); ok && !moved {
				moved = true
				tags[0].ID = 50
			}
		})
		if err != nil {
			t.Fatal(err)
		}
		err = db.WithContext(b.ctx).Model(newDoc(1, 1)).Association("Tags").Append(&Tag{ID: 2})
		if got := difference(before, state(t, b)); !moved || !errors.Is(err, authz.ErrUndecided) || got != "" {
			t.Errorf("%v: %v, changes %q", moved, err, got)
		}
	})
}

// TestLinksByRules tests join tables that cannot be authorized by their ends, and one with a model that
// is registered.
func TestLinksByRules(t *testing.T) {
	const policy = `
		allow(_: User, action, _: Doc) if action in ["read", "update"];
		allow(_: User, action, _: Tag) if action in ["read", "update"];
	`
	links := func(db *gorm.DB) map[string]error {
		return map[string]error{
			"append": db.Model(newDoc(1, 1)).Association("Tags").Append(&Tag{ID: 2}),
			"clear":  db.Model(newDoc(2, 1)).Association("Tags").Clear(),
			"update": db.Model(&DocTag{}).Where("doc_id = 2").Update("tag_id", 1).Error,
			"delete": db.Where("doc_id = 2").Delete(&DocTag{}).Error,
		}
	}
	onDatabases(t, func(t *testing.T, db *gorm.DB) {
		for name, tt := range map[string]struct {
			policy string
			change func(*authz.Config)
		}{
			"change rule": {policy + "allow_change(_: User, _, _: Doc, _: Doc);", func(c *authz.Config) { c.ChangeRule = true }},
			"field rule":  {policy + `allow_field(_: User, _, _: Tag, "name");`, func(*authz.Config) {}},
		} {
			handle := fresh(t, db)
			migrate(t, handle)
			fillBypass(t, handle)
			az := authorizer(t, handle, tt.policy, tt.change)
			if err := handle.Use(New(az, Enforce())); err != nil {
				t.Fatal(err)
			}
			for op, err := range links(handle.WithContext(authz.NewContext(t.Context(), az, &User{ID: 1}))) {
				if !errors.Is(err, authz.ErrUndecided) || !strings.Contains(err.Error(), "SetupJoinTable") {
					t.Errorf("%s, %s: %v", name, op, err)
				}
			}
		}

		handle := fresh(t, db)
		migrate(t, handle)
		fillBypass(t, handle)
		classes, err := Classes(handle, &DocTag{})
		if err != nil {
			t.Fatal(err)
		}
		az := authorizer(t, handle, policy+`
			allow(_: User, action, link: DocTag) if action in ["create", "delete"] and link.doc_id = 1;
		`, func(c *authz.Config) { c.Classes = append(c.Classes, classes...) })
		if err := handle.Use(New(az, Enforce())); err != nil {
			t.Fatal(err)
		}
		b := &bypass{db: handle}
		before := state(t, b)
		ctx := authz.NewContext(t.Context(), az, &User{ID: 1})
		for op, err := range links(handle.WithContext(ctx)) {
			if err != nil { // what is hidden is left out
				t.Errorf("registered, %s: %v", op, err)
			}
		}
		err = handle.WithContext(ctx).Model(newDoc(2, 1)).Association("Tags").Append(&Tag{ID: 1})
		if !errors.Is(err, authz.ErrForbidden) {
			t.Errorf("registered, append to another: %v", err)
		}
		if got := difference(before, state(t, b)); got != "+link 1 2" {
			t.Errorf("registered: changes %q", got)
		}
	})
}
