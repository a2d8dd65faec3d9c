package gormauthz

// This file defines the tests of one Authorizer that serves several handles.

import (
	"context"
	"errors"
	"runtime"
	"strings"
	"testing"

	"gorm.io/gorm"

	"github.com/ursa-authz/ursa/adapters/internal/answer"
	"github.com/ursa-authz/ursa/authz"
)

// newDatabases make a database of the kind of that name.
var newDatabases = map[string]func(testing.TB) database{"sqlite": newSQLite, "postgres": newPostgres, "mysql": newMySQL}

const handlesPolicy = `
	allow(_: User, action, doc: Doc) if action in ["read", "create", "update", "delete"] and doc.author.name = "ann";
	allow(_: User, "talk", doc: Doc) if c in doc.comments and c.user.name = "ann";
`

// tenants returns two databases with the same keys, in the second of which nothing is Ann's,
// and an Authorizer whose classes come from the first.
func tenants(t *testing.T, d database) (a, b *gorm.DB, az *authz.Authorizer) {
	a, b = d.open(t), newDatabases[d.name](t).open(t)
	one := int64(1)
	for db, name := range map[*gorm.DB]string{a: "ann", b: "bob"} {
		migrate(t, db)
		create(t, db, &User{ID: 1, Name: name})
		create(t, db, &Doc{Base: Base{ID: 50}, AuthorID: 1})
		create(t, db, &Comment{ID: 1, DocID: 50, UserID: &one})
	}
	return a, b, authorizer(t, a, handlesPolicy)
}

func TestSeveralHandles(t *testing.T) {
	eachDatabase(t, func(t *testing.T, d database) {
		a, b, az := tenants(t, d)
		for _, db := range []*gorm.DB{a, b} {
			if err := db.Use(New(az)); err != nil {
				t.Fatal(err)
			}
		}
		actor := &User{ID: 9}
		ctx := authz.NewContext(context.Background(), az, actor)
		for db, want := range map[*gorm.DB]bool{a: true, b: false} {
			name := map[bool]string{true: "the first", false: "the second"}[want]
			var row Doc
			if err := db.First(&row).Error; err != nil {
				t.Fatal(err)
			}
			fresh := func() *Doc { return &Doc{Base: Base{ID: 50}, AuthorID: 1} }
			for _, action := range []string{"read", "talk"} {
				if got, err := az.IsAllowed(ctx, actor, action, &row); got != want || err != nil {
					t.Errorf("%s a row of %s: %v, %v", action, name, got, err)
				}
				if got, err := az.IsAllowed(WithTx(ctx, db), actor, action, fresh()); got != want || err != nil {
					t.Errorf("%s with %s in the context: %v, %v", action, name, got, err)
				}
				err := db.Transaction(func(tx *gorm.DB) error {
					got, err := az.IsAllowed(WithTx(ctx, tx), actor, action, fresh())
					if got != want || err != nil {
						t.Errorf("%s in a transaction of %s: %v, %v", action, name, got, err)
					}
					return nil
				})
				if err != nil {
					t.Error(err)
				}
				// The context wins over the row: a program may move rows.
				if got, err := az.IsAllowed(WithTx(ctx, a), actor, action, &row); !got || err != nil {
					t.Errorf("%s a row of %s with the first in the context: %v, %v", action, name, got, err)
				}
			}
			repo := NewRepository[Doc](db)
			for _, ctx := range []context.Context{ctx, WithTx(ctx, a), WithTx(ctx, b)} {
				for what, err := range map[string]error{
					"Lookup": second(repo.Lookup(ctx, int64(50))),
					"Create": repo.Create(ctx, &Doc{AuthorID: 1}),
					"Update": repo.Update(ctx, fresh(), "Title"),
				} {
					if want && err != nil || !want && !errors.Is(err, authz.ErrForbidden) {
						t.Errorf("%s in %s: %v", what, name, err)
					}
				}
			}
			if err := repo.Delete(ctx, int64(50)); want && err != nil || !want && !errors.Is(err, authz.ErrForbidden) {
				t.Errorf("Delete in %s: %v", name, err)
			}
			if list, err := repo.List(ctx); err != nil || (len(list) > 0) != want {
				t.Errorf("the list of %s: %d, %v", name, len(list), err)
			}
			copied := row
			ok, err := az.IsAllowed(ctx, actor, "read", &copied)
			if ok || !errors.Is(err, authz.ErrUndecided) {
				t.Errorf("a copy of a row of %s: %v, %v", name, ok, err)
			} else if u := (*answer.UndecidedError)(nil); !errors.As(err, &u) || !strings.Contains(u.Error(), "gormauthz.WithTx(ctx, db)") {
				t.Errorf("the error does not say what to do: %v", err)
			}
		}
		var list []*Doc
		if err := b.Preload("Comments").Find(&list).Error; err != nil {
			t.Fatal(err)
		}
		if ok, err := az.IsAllowed(ctx, actor, "talk", list[0]); ok || err != nil {
			t.Errorf("a row of the second with its comments: %v, %v", ok, err)
		}
		other := newDatabases[d.name](t).open(t)
		if ok, err := az.IsAllowed(WithTx(ctx, other), actor, "read", list[0]); ok || !errors.Is(err, authz.ErrUndecided) {
			t.Errorf("with a handle that has no models: %v, %v", ok, err)
		}
		runtime.KeepAlive(a)
	})
}

// TestPluginOnAnotherHandle takes the classes from a handle that has no plugin.
func TestPluginOnAnotherHandle(t *testing.T) {
	eachDatabase(t, func(t *testing.T, d database) {
		a, b, az := tenants(t, d)
		if err := b.Use(New(az)); err != nil {
			t.Fatal(err)
		}
		actor := &User{ID: 9}
		ctx := authz.NewContext(context.Background(), az, actor)
		if ok, err := az.IsAllowed(ctx, actor, "read", &Doc{AuthorID: 1}); ok || !errors.Is(err, authz.ErrUndecided) {
			t.Errorf("a row of which nothing is known: %v, %v", ok, err)
		}
		if _, err := NewRepository[Doc](b).Lookup(ctx, int64(50)); !errors.Is(err, authz.ErrForbidden) {
			t.Errorf("Lookup: %v", err)
		}
		runtime.KeepAlive(a)
	})
}
