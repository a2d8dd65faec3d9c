package gormauthz

// This file defines the tests with real policies.

import (
	"context"
	"errors"
	"slices"
	"testing"

	"gorm.io/gorm"
	"gorm.io/gorm/clause"

	"github.com/ursa-authz/ursa/authz"
)

// authorizer returns an Authorizer with a policy over the test models.
func authorizer(t testing.TB, db *gorm.DB, policy string, change ...func(*authz.Config)) *authz.Authorizer {
	t.Helper()
	classes, err := Classes(db, &Doc{}, &User{})
	if err != nil {
		t.Fatal(err)
	}
	for i := range classes {
		classes[i].ZeroKeyActor = true // the rows that tests make have all keys
	}
	cfg := authz.Config{Policies: authz.String("test.polar", policy), Classes: classes, AllowEmpty: true}
	for _, c := range change {
		c(&cfg)
	}
	az, err := authz.New(cfg)
	if err != nil {
		t.Fatal(err)
	}
	return az
}

// TestListsWithPolar compares the lists of a policy with single decisions.
func TestListsWithPolar(t *testing.T) {
	onDatabases(t, func(t *testing.T, db *gorm.DB) {
		migrate(t, db)
		r := newRand(t)
		az := authorizer(t, db, `
			allow(user: User, "read", doc: Doc) if doc.author = user;
			allow(user: User, "comment", doc: Doc) if c in doc.comments and c.user = user;
			allow(user: User, "review", doc: Doc) if doc.reviewer.manager = user or doc.audit.score > 2;
			allow(_: User, "tag", doc: Doc) if t in doc.tags and t.name = "a" and not doc.title = "a";
			allow(user: User, "chain", doc: Doc) if manages(user, doc.author);
			allow(_: User, "void", _: Doc) if false;
			allow(_: User, "all", _: Doc);
			allow(_: User, "other", doc: Doc) if doc.author_id != doc.reviewer_id and doc.title.startswith("a");
			manages(boss: User, user: User) if user.manager = boss;
			manages(boss: User, user: User) if manages(boss, user.manager);
		`)
		if err := db.Use(New(az)); err != nil {
			t.Fatal(err)
		}
		some := 0
		for range 3 { // data sets, since one of them may have few users left
			populate(t, db, r, 40)
			var docs []Doc
			var users []*User
			if err := errors.Join(db.Order("id").Find(&docs).Error, db.Find(&users).Error); err != nil {
				t.Fatal(err)
			}
			for _, u := range users {
				ctx := authz.NewContext(context.Background(), az, u)
				for _, action := range []string{"read", "comment", "review", "tag", "chain", "void", "all", "other"} {
					want := ids{}
					for i := range docs {
						ok, err := az.IsAllowed(ctx, u, action, &docs[i])
						if err != nil {
							t.Fatalf("%s: %v", action, err)
						}
						if ok {
							want = append(want, docs[i].ID)
						}
					}
					repo := NewRepository[Doc](db).WithAction(action)
					got, err := repo.List(ctx)
					if err != nil || !slices.Equal(idsOf(got), want) {
						t.Errorf("user %d, %s: %v, %v; want %v", u.ID, action, idsOf(got), err, want)
					}
					if len(want) > 0 && len(want) < len(docs) {
						some++
					}
				}
			}
		}
		if some < 10 {
			t.Errorf("only %d lists hold some rows and not others", some)
		}
	})
}

func TestRepositoryWithPolar(t *testing.T) {
	onDatabases(t, func(t *testing.T, db *gorm.DB) {
		migrate(t, db)
		az := authorizer(t, db, `
			allow(user: User, "read", doc: Doc) if doc.author = user;
			allow(user: User, "read", doc: Doc) if c in doc.comments and c.user.manager = user;
			allow(user: User, "create", doc: Doc) if doc.author_id = user.id;
			allow(user: User, "update", doc: Doc) if doc.author = user and doc.audit.score < 10;
			allow(user: User, "delete", doc: Doc) if doc.author = user and doc.amount = 0;
		`)
		boss, author, other := &User{ID: 1}, &User{ID: 2, ManagerID: new(int64(1))}, &User{ID: 3}
		for _, u := range []*User{boss, author, other} {
			if err := db.Create(u).Error; err != nil {
				t.Fatal(err)
			}
		}
		as := func(u *User) context.Context { return authz.NewContext(context.Background(), az, u) }
		repo := NewRepository[Doc](db)

		doc := &Doc{AuthorID: 2, Title: "mine", Due: noon, Amount: 3}
		if err := repo.Create(as(author), doc); err != nil || doc.ID == 0 {
			t.Fatalf("create: %+v, %v", doc, err)
		}
		stolen := &Doc{AuthorID: 2, Due: noon}
		if err := repo.Create(as(other), stolen); !errors.Is(err, authz.ErrForbidden) || stolen.ID != 0 {
			t.Errorf("create for somebody else: %+v, %v", stolen, err)
		}
		if got, err := repo.Lookup(as(author), doc.ID); err != nil || got.Title != "mine" {
			t.Errorf("lookup: %v, %v", got, err)
		}
		if got, err := repo.Lookup(as(boss), doc.ID); got != nil || !errors.Is(err, authz.ErrForbidden) {
			t.Errorf("lookup by the boss: %v, %v", got, err)
		}
		if err := db.Create(&Comment{DocID: doc.ID, UserID: &author.ID}).Error; err != nil {
			t.Fatal(err)
		}
		if got, err := repo.Lookup(as(boss), doc.ID); err != nil || got.ID != doc.ID {
			t.Errorf("lookup by the boss of a commenter: %v, %v", got, err)
		}
		if got, err := repo.Lookup(as(author), doc.ID+1); got != nil || !errors.Is(err, authz.ErrNotFound) || !errors.Is(err, gorm.ErrRecordNotFound) {
			t.Errorf("lookup of a row that is not there: %v, %v", got, err)
		}
		doc.Title = "changed"
		if err := repo.Update(as(author), doc, "Title"); err != nil {
			t.Errorf("update: %v", err)
		}
		doc.AuthorID = 3 // give it away
		if err := repo.Update(as(author), doc); !errors.Is(err, authz.ErrForbidden) {
			t.Errorf("update that gives the row away: %v", err)
		}
		if err := repo.Delete(as(author), doc.ID); !errors.Is(err, authz.ErrForbidden) {
			t.Errorf("delete: %v", err)
		}
		if got, err := repo.Lookup(as(author), doc.ID); err != nil || got.Title != "changed" || got.AuthorID != 2 {
			t.Errorf("after the updates: %+v, %v", got, err)
		}
	})
}

// TestActionsOfRepositories: each method authorizes its own action, or that of WithAction.
func TestActionsOfRepositories(t *testing.T) {
	onDatabases(t, func(t *testing.T, db *gorm.DB) {
		migrate(t, db)
		az := authorizer(t, db, `
			allow(user: User, "read", doc: Doc) if doc.author = user;
			allow(user: User, action, doc: Doc) if action in ["create", "update"] and doc.author = user;
			allow(user: User, "archive", doc: Doc) if doc.author = user and doc.title.startswith("old");
		`, func(c *authz.Config) { c.ReadAction = "read" })
		if err := db.Use(New(az, Enforce())); err != nil {
			t.Fatal(err)
		}
		ctx := Unrestricted(t.Context(), "test data")
		me, other := &User{ID: 1, Name: "me"}, &User{ID: 2, Name: "other"}
		if err := db.WithContext(ctx).Create([]*User{me, other}).Error; err != nil {
			t.Fatal(err)
		}
		if err := db.WithContext(ctx).Omit(clause.Associations).Create([]*Doc{
			{Base: Base{ID: 1}, AuthorID: 1, Code: "a", Title: "old news", Due: noon}, {Base: Base{ID: 2}, AuthorID: 1, Code: "b", Title: "news", Due: noon},
		}).Error; err != nil {
			t.Fatal(err)
		}
		ctx = authz.NewContext(t.Context(), az, me)
		repo := NewRepository[Doc](db)
		archive := repo.WithAction("archive")
		lookup := func(r *Repository[Doc], key int64) error { _, err := r.Lookup(ctx, key); return err }
		update := func(r *Repository[Doc], key int64, title string) error {
			return r.Update(ctx, &Doc{Base: Base{ID: key}, Title: title}, "Title")
		}
		list, err := archive.List(ctx)
		if err != nil || len(list) != 1 || list[0].ID != 1 {
			t.Errorf("the list for archive: %v, %v", idsOf(list), err)
		}
		for what, tt := range map[string]struct{ got, want error }{
			"read":                            {lookup(repo, 2), nil},
			"archive, read":                   {lookup(archive, 1), nil},
			"archive, denied":                 {lookup(archive, 2), authz.ErrForbidden},
			"update":                          {update(repo, 2, "fresh news"), nil},
			"archive, update":                 {update(archive, 1, "older"), nil},
			"archive, update, denied":         {update(archive, 2, "old"), authz.ErrForbidden},
			"archive, update, denied after":   {update(archive, 1, "new"), authz.ErrForbidden},
			"archive, delete, denied":         {archive.Delete(ctx, int64(2)), authz.ErrForbidden},
			"archive, create, denied":         {archive.Create(ctx, &Doc{AuthorID: 1, Code: "c", Title: "x", Due: noon}), authz.ErrForbidden},
			"create for others is not hidden": {repo.Create(ctx, &Doc{AuthorID: 2, Code: "d", Title: "x", Due: noon}), authz.ErrForbidden},
			"enforced create is not hidden": {db.WithContext(ctx).Omit(clause.Associations).Create(&Doc{Base: Base{ID: 99}, AuthorID: 2, Code: "e", Title: "x", Due: noon}).Error,
				authz.ErrForbidden},
			"archive, delete": {archive.Delete(ctx, int64(1)), nil},
		} {
			if !errors.Is(tt.got, tt.want) || tt.want == nil && tt.got != nil || tt.want == authz.ErrForbidden && errors.Is(tt.got, authz.ErrNotFound) {
				t.Errorf("%s: %v, want %v", what, tt.got, tt.want)
			}
		}
	})
}
