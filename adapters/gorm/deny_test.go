package gormauthz

// This file tests that deny rules override allow rules in lists, lookups and writes.

import (
	"context"
	"errors"
	"slices"
	"testing"

	"gorm.io/gorm"

	"github.com/ursa-authz/ursa/authz"
)

// denials is a policy in which user 1 may do anything to any document that the deny
// rules do not exclude.
const denials = `
	allow(_: User, _, _: Doc);
	allow(_: User, _, _: Comment);
	allow(_: User, _, _: User);
	deny(user: User, "read", doc: Doc) if doc.author_id = user.id + 1;
	deny(_: User, "read", doc: Doc) if doc.nick = "secret";
	deny(_: User, "update", doc: Doc) if doc.title = "frozen";
	deny(_: User, "update", doc: Doc) if c in doc.comments and c.text = "frozen";
	deny(_: User, "delete", doc: Doc) if not doc.nick = nil;
	deny(_: User, "create", doc: Doc) if doc.amount > 100;
	deny(_: User, "read", comment: Comment) if comment.text in ["frozen", "hidden"];
`

func TestDenyRules(t *testing.T) {
	onDatabases(t, func(t *testing.T, db *gorm.DB) {
		for _, mode := range []string{"marked", "enforced"} {
			handle, options := db, []Option(nil)
			if mode == "enforced" {
				handle, options = fresh(t, db), []Option{Enforce()}
			}
			t.Run(mode, func(t *testing.T) { testDenyRules(t, handle, options) })
		}
	})
}

func testDenyRules(t *testing.T, db *gorm.DB, options []Option) {
	migrate(t, db)
	secret, open := "secret", "open"
	for _, d := range []*Doc{
		{Base: Base{ID: 1}, Title: "mine", AuthorID: 1},
		{Base: Base{ID: 2}, Title: "denied by author", AuthorID: 2},
		{Base: Base{ID: 3}, Title: "denied by nick", AuthorID: 1, Nick: &secret},
		{Base: Base{ID: 4}, Title: "frozen", AuthorID: 1, Nick: &open},
		{Base: Base{ID: 5}, Title: "frozen by a comment", AuthorID: 1},
	} {
		d.Due = noon
		create(t, db, d)
	}
	for i, text := range []string{"frozen", "thawed", "hidden", "thawed"} {
		create(t, db, &Comment{ID: int64(i + 1), DocID: []int64{5, 5, 1, 1}[i], Text: new(text)})
	}
	az := authorizer(t, db, denials, func(c *authz.Config) { c.DenyRule = true })
	if err := db.Use(New(az, options...)); err != nil {
		t.Fatal(err)
	}
	ctx := authz.NewContext(context.Background(), az, &User{ID: 1})
	repo := NewRepository[Doc](db)

	docs, err := repo.List(ctx)
	if got := idsOf(docs); err != nil || !slices.Equal(got, ids{1, 4, 5}) {
		t.Errorf("list: %v, %v", got, err)
	}
	if n, err := repo.Count(ctx); err != nil || n != 3 {
		t.Errorf("count: %d, %v", n, err)
	}
	docs = nil
	err = db.WithContext(ctx).Scopes(Authorized("read")).Where("author_id = 1").Or("author_id = 2").Find(&docs).Error
	if got := idsOf(docs); err != nil || !slices.Equal(got, ids{1, 4, 5}) {
		t.Errorf("scope: %v, %v", got, err)
	}
	docs = nil
	err = db.WithContext(ctx).Scopes(Authorized("read")).Preload("Comments").Order("id").Find(&docs).Error
	comments := map[int64][]int64{}
	for _, d := range docs {
		for _, c := range d.Comments {
			comments[d.ID] = append(comments[d.ID], c.ID)
		}
	}
	if err != nil || len(comments) != 2 || !slices.Equal(comments[1], ids{4}) || !slices.Equal(comments[5], ids{2}) {
		t.Errorf("preload: %v, %v", comments, err)
	}
	for id, want := range map[int64]error{1: nil, 2: authz.ErrForbidden, 3: authz.ErrForbidden, 4: nil, 9: authz.ErrNotFound} {
		if got, err := repo.Lookup(ctx, id); !errors.Is(err, want) || (got == nil) != (want != nil) {
			t.Errorf("lookup of %d: %v, %v, want %v", id, got, err, want)
		}
	}
	if err := repo.Create(ctx, &Doc{Amount: 101, Due: noon}); !errors.Is(err, authz.ErrForbidden) {
		t.Errorf("create: %v", err)
	}
	update := func(id int64, title string) error {
		return repo.Update(ctx, &Doc{Base: Base{ID: id}, Title: title}, "Title")
	}
	for _, tt := range []struct {
		what string
		err  error
		want error
	}{
		{"update", update(1, "changed"), nil},
		{"update of what is denied before", update(4, "thawed"), authz.ErrForbidden},
		{"update of what is denied after", update(1, "frozen"), authz.ErrForbidden},
		{"update denied by a relation", update(5, "changed"), authz.ErrForbidden},
		{"delete", repo.Delete(ctx, 1), nil},
		{"delete of what is denied", repo.Delete(ctx, 4), authz.ErrForbidden},
	} {
		if !errors.Is(tt.err, tt.want) {
			t.Errorf("%s: %v, want %v", tt.what, tt.err, tt.want)
		}
	}
	res := db.WithContext(ctx).Scopes(Authorized("update")).Model(&Doc{}).Where("1 = 1").Update("amount", 7)
	if res.Error != nil || res.RowsAffected != 2 { // of 2, 3, 4 and 5
		t.Errorf("update in bulk: %d rows, %v", res.RowsAffected, res.Error)
	}
	res = db.WithContext(ctx).Scopes(Authorized("delete")).Where("1 = 1").Delete(&Doc{})
	if res.Error != nil || res.RowsAffected != 2 { // 2 and 5
		t.Errorf("delete in bulk: %d rows, %v", res.RowsAffected, res.Error)
	}
	docs = nil
	free := db.WithContext(Unrestricted(context.Background(), "test"))
	err = free.Order("id").Find(&docs).Error
	if got := idsOf(docs); err != nil || !slices.Equal(got, ids{3, 4}) || docs[0].Amount != 7 || docs[1].Title != "frozen" {
		t.Errorf("left: %v, %v", docs, err)
	}

	// Without DenyRule, none of this is denied.
	pluginOf(db).az = authorizer(t, db, denials)
	docs, err = repo.List(ctx)
	if got := idsOf(docs); err != nil || !slices.Equal(got, ids{3, 4}) {
		t.Errorf("list without DenyRule: %v, %v", got, err)
	}
}
