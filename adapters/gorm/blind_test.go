package gormauthz

// This file tests the warning about joins to models, and preloads of them, of which the actor may read
// no row.

import (
	"context"
	"strings"
	"testing"

	"gorm.io/gorm"
	"gorm.io/gorm/logger"

	"github.com/ursa-authz/ursa/authz"
)

type Freight struct {
	ID       int64
	SenderID int64
	Sender   *Sender
	DepotID  int64
	Depot    *Depot
}

type Sender struct{ ID int64 }

type Depot struct{ ID int64 }

func TestReadWithoutRule(t *testing.T) {
	for reading, read := range map[string]func(*gorm.DB) *gorm.DB{
		"a join to":    func(tx *gorm.DB) *gorm.DB { return tx.Joins("Sender").Joins("Depot") },
		"a preload of": func(tx *gorm.DB) *gorm.DB { return tx.Preload("Sender").Preload("Depot") },
	} {
		t.Run(reading, func(t *testing.T) { testReadWithoutRule(t, reading, read) })
	}
}

func testReadWithoutRule(t *testing.T, reading string, read func(*gorm.DB) *gorm.DB) {
	onDatabases(t, func(t *testing.T, db *gorm.DB) {
		if err := db.AutoMigrate(&Sender{}, &Depot{}, &Freight{}, &User{}); err != nil {
			t.Fatal(err)
		}
		log := &warnings{Interface: logger.Discard}
		db.Logger = log
		classes, err := Classes(db, &Freight{}, &Sender{}, &Depot{}, &User{})
		if err != nil {
			t.Fatal(err)
		}
		az, err := authz.New(authz.Config{Classes: classes, Policies: authz.String("freights.polar", `
			allow(_: User, "read", _: Freight);
			allow(_: User, "read", d: Depot) if d.id = 2;
		`)})
		if err != nil {
			t.Fatal(err)
		}
		if err := db.Use(New(az)); err != nil {
			t.Fatal(err)
		}
		for _, row := range []any{
			&Sender{ID: 1}, &Depot{ID: 1}, &Depot{ID: 2},
			&Freight{ID: 1, SenderID: 1, DepotID: 1}, &Freight{ID: 2, SenderID: 1, DepotID: 2},
		} {
			create(t, db, row)
		}
		log.lines = nil
		for range 2 { // the second time is not logged
			var freights []Freight
			tx := db.WithContext(authz.NewContext(context.Background(), az, &User{ID: 1}))
			if err := read(tx.Scopes(Authorized("read"))).Order("freights.id").Find(&freights).Error; err != nil {
				t.Fatal(err)
			}
			if len(freights) != 2 || freights[0].Sender != nil || freights[0].Depot != nil || freights[1].Depot == nil {
				t.Errorf("%+v", freights)
			}
		}
		if len(log.lines) != 1 || !strings.Contains(log.lines[0], reading+" gormauthz.Sender finds no row") || !strings.Contains(log.lines[0], `allow(actor, "read", resource)`) {
			t.Errorf("warnings %q", log.lines)
		}
	})
}
