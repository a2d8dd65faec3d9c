package gormauthz

// This file defines the tests of to-one relations that have several rows.

import (
	"context"
	"errors"
	"strings"
	"testing"

	"gorm.io/gorm"
	"gorm.io/gorm/schema"

	"github.com/ursa-authz/ursa/authz"
)

// A Shelf has one label, says its model, and belongs to a room by a code. Nothing makes either
// unique.
type Shelf struct {
	ID       int64
	RoomCode string `gorm:"size:20"`
	Room     *Room  `gorm:"foreignKey:RoomCode;references:Code"`
	Label    *Label
}

type Label struct {
	ID      int64
	ShelfID int64
	Color   string
}

type Room struct {
	ID     int64
	Code   string `gorm:"size:20"`
	Public bool
}

func TestSeveralRowsOfOne(t *testing.T) {
	onDatabases(t, func(t *testing.T, db *gorm.DB) {
		if err := db.AutoMigrate(&Shelf{}, &Label{}, &Room{}, &User{}); err != nil {
			t.Fatal(err)
		}
		classes, err := Classes(db, &Shelf{}, &User{})
		if err != nil {
			t.Fatal(err)
		}
		az, err := authz.New(authz.Config{Classes: classes, Policies: authz.String("shelves.polar", `
			allow(_: User, "label", s: Shelf) if s.label.color = "red";
			allow(_: User, "enter", s: Shelf) if s.room.public;
		`)})
		if err != nil {
			t.Fatal(err)
		}
		if err := db.Use(New(az)); err != nil {
			t.Fatal(err)
		}
		create(t, db, &Shelf{ID: 1, RoomCode: "a"})
		create(t, db, &Shelf{ID: 2, RoomCode: "b"})
		for i, x := range []*Label{{ShelfID: 1, Color: "red"}, {ShelfID: 1, Color: "blue"}, {ShelfID: 2, Color: "red"}} {
			x.ID = int64(i + 1)
			create(t, db, x)
		}
		for i, x := range []*Room{{Code: "a", Public: true}, {Code: "a"}, {Code: "b", Public: true}} {
			x.ID = int64(i + 1)
			create(t, db, x)
		}
		actor := &User{ID: 1}
		ctx := authz.NewContext(context.Background(), az, actor)
		for _, action := range []string{"label", "enter"} {
			for name, tx := range map[string]*gorm.DB{
				"fresh":     db,
				"preloaded": db.Preload("Label").Preload("Room"),
				"joined":    db.Joins("Label").Joins("Room"),
			} {
				tx = tx.Session(&gorm.Session{})
				var several, one Shelf
				if err := errors.Join(tx.First(&several, 1).Error, tx.First(&one, 2).Error); err != nil {
					t.Fatal(err)
				}
				ok, err := az.IsAllowed(ctx, actor, action, &several)
				if ok || !errors.Is(err, authz.ErrUndecided) || !strings.Contains(causes(err), "tag uniqueIndex") {
					t.Errorf("%s, %s, several rows: %v, %v", action, name, ok, causes(err))
				}
				if ok, err := az.IsAllowed(ctx, actor, action, &one); !ok || err != nil {
					t.Errorf("%s, %s, one row: %v, %v", action, name, ok, err)
				}
			}
			list, err := NewRepository[Shelf](db).WithAction(action).List(ctx)
			if len(list) > 0 || !errors.Is(err, authz.ErrUnsupported) || !strings.Contains(causes(err), "tag uniqueIndex") {
				t.Errorf("%s: the list is %v, %v", action, list, causes(err))
			}
		}
	})
}

type (
	uniqueTarget struct {
		ID        int64
		Key       int64          `gorm:"primaryKey"`
		Tag       int64          `gorm:"unique"`
		Indexed   int64          `gorm:"uniqueIndex"`
		Plain     int64          `gorm:"index"`
		A         int64          `gorm:"uniqueIndex:ab"`
		B         int64          `gorm:"uniqueIndex:ab"`
		Live      int64          `gorm:"uniqueIndex:live,where:deleted_at  IS NULL"`
		Some      int64          `gorm:"uniqueIndex:some,where:plain > 0"`
		Deleted   int64          `gorm:"uniqueIndex:deleted"`
		DeletedAt gorm.DeletedAt `gorm:"uniqueIndex:deleted"`
	}
	uniqueOwner struct {
		ID      int64
		X, Y    int64
		Primary *uniqueTarget `gorm:"foreignKey:X,Y;references:ID,Key"`
		Half    *uniqueTarget `gorm:"foreignKey:X;references:ID"`
		Tag     *uniqueTarget `gorm:"foreignKey:X;references:Tag"`
		Indexed *uniqueTarget `gorm:"foreignKey:X;references:Indexed"`
		Plain   *uniqueTarget `gorm:"foreignKey:X;references:Plain"`
		Both    *uniqueTarget `gorm:"foreignKey:X,Y;references:A,B"`
		OneOf   *uniqueTarget `gorm:"foreignKey:X;references:A"`
		Live    *uniqueTarget `gorm:"foreignKey:X;references:Live"`
		Some    *uniqueTarget `gorm:"foreignKey:X;references:Some"`
		Deleted *uniqueTarget `gorm:"foreignKey:X;references:Deleted"`
	}
)

func TestIsUnique(t *testing.T) {
	db := newSQLite(t).open(t)
	stmt := &gorm.Statement{DB: db}
	if err := stmt.Parse(&uniqueOwner{}); err != nil {
		t.Fatal(err)
	}
	want := map[string]bool{"Primary": true, "Tag": true, "Indexed": true, "Both": true, "Live": true}
	for name, r := range stmt.Schema.Relationships.Relations {
		if r.Type != schema.BelongsTo {
			t.Errorf("%s is %s", name, r.Type)
		}
		if got := isUnique(r); got != want[name] {
			t.Errorf("%s is unique: %v", name, got)
		}
	}
}
