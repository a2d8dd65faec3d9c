package gormauthz

import (
	"errors"
	"testing"

	"gorm.io/gorm"

	"github.com/ursa-authz/ursa/authz"
	"github.com/ursa-authz/ursa/authz/authztest"
)

// A Lister implements authztest.Lister.
var _ authztest.Lister = (*Lister)(nil)

func TestListerShowsEquivalence(t *testing.T) {
	onDatabases(t, func(t *testing.T, db *gorm.DB) {
		migrate(t, db)
		az := authorizer(t, db, `
			allow(user: User, "author", doc: Doc) if doc.author = user;
			allow(user: User, "title", doc: Doc) if doc.title = user.name or doc.nick = nil;
			allow(user: User, "not", doc: Doc) if not (doc.nick = doc.code or doc.amount < user.id);
			allow(_user: User, "number", doc: Doc) if doc.ratio >= doc.small or doc.limit != doc.big;
			allow(user: User, "boss", doc: Doc) if doc.author.manager = user or doc.reviewer.age > 1.5;
			allow(_user: User, "seen", doc: Doc) if doc.seen <= doc.due;
		`)
		if err := db.Use(New(az)); err != nil {
			t.Fatal(err)
		}
		populate(t, db, newRand(t), 25)
		var users []*User
		if err := db.Find(&users).Error; err != nil {
			t.Fatal(err)
		}
		actors := []any{users[0], users[len(users)-1]}
		actions := []string{"author", "title", "not", "number", "boss", "seen"}
		authztest.Equivalent(t, az, NewLister(db), authz.ClassOf[Doc](), actors, actions)
	})
}

// TestListerUnderEnforcement: rows are read and stored without an actor, and listed
// only for the actor. A refused row leaves the transaction unchanged.
func TestListerUnderEnforcement(t *testing.T) {
	onDatabases(t, func(t *testing.T, db *gorm.DB) {
		migrate(t, db)
		az := authorizer(t, db, `allow(user: User, "read", seal: Seal) if seal.name = user.name;`)
		if err := db.Use(New(az, Enforce())); err != nil {
			t.Fatal(err)
		}
		class := authz.ClassOf[Seal]()
		ann := &User{ID: 1, Name: "ann"}
		ctx := authz.NewContext(t.Context(), az, ann)
		err := db.Transaction(func(tx *gorm.DB) error {
			l := NewLister(tx)
			for _, s := range []*Seal{{ID: uuids[0], Name: "ann"}, {ID: uuids[1], Name: "bob"}} {
				if err := l.Add(ctx, class, s); err != nil {
					return err
				}
			}
			if err := l.Add(ctx, class, &Seal{ID: uuids[0], Name: "ann"}); !errors.Is(err, authz.ErrUndecided) {
				t.Errorf("a key that exists: %v", err)
			}
			if rows, err := l.Rows(ctx, class); err != nil || len(rows) != 2 {
				t.Errorf("rows: %v, %v", rows, err)
			}
			rows, err := l.List(ctx, ann, "read", class)
			if err != nil || len(rows) != 1 || rows[0].(*Seal).Name != "ann" {
				t.Errorf("list: %v, %v", rows, err)
			}
			_, err = l.List(ctx, ann, "read", authz.ClassOf[decimal]())
			if !errors.Is(err, authz.ErrUndecided) {
				t.Errorf("a class that is not a model: %v", err)
			}
			return nil
		})
		if err != nil {
			t.Fatal(err)
		}
	})
}
