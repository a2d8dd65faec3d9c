package gormauthz

// This file defines the tests of models with an AfterFind hook.

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"testing"

	"gorm.io/gorm"
	"gorm.io/gorm/logger"

	"github.com/ursa-authz/ursa/authz"
)

// A Letter is locked when it is read, whatever is stored.
type Letter struct {
	ID      int64
	Locked  bool
	Replies []Reply
}

func (l *Letter) AfterFind(*gorm.DB) error { l.Locked = true; return nil }

type Reply struct {
	ID       int64
	LetterID int64
	Letter   *Letter
}

// warnings is a logger that keeps what is logged at level Warn.
type warnings struct {
	logger.Interface
	lines []string
}

func (w *warnings) LogMode(logger.LogLevel) logger.Interface { return w }
func (w *warnings) Warn(_ context.Context, format string, args ...any) {
	w.lines = append(w.lines, fmt.Sprintf(format, args...))
}

func TestAfterFind(t *testing.T) {
	onDatabases(t, func(t *testing.T, db *gorm.DB) {
		if err := db.AutoMigrate(&Letter{}, &Reply{}, &User{}); err != nil {
			t.Fatal(err)
		}
		log := &warnings{Interface: logger.Discard}
		db.Logger = log
		classes, err := Classes(db, &Reply{}, &User{})
		if err != nil || len(log.lines) != 1 || !strings.Contains(log.lines[0], "gormauthz.Letter has an AfterFind hook") {
			t.Fatalf("%v, %q", err, log.lines)
		}
		az, err := authz.New(authz.Config{Classes: classes, Policies: authz.String("letters.polar", `
			allow(_: User, "open", l: Letter) if not l.locked;
			allow(_: User, "open", r: Reply) if not r.letter.locked;
			allow(_: User, "list", _: Letter);
			allow(_: User, "list", r: Reply) if r.letter_id = 1;
		`)})
		if err != nil {
			t.Fatal(err)
		}
		if err := db.Use(New(az)); err != nil {
			t.Fatal(err)
		}
		create(t, db, &Letter{ID: 1})
		create(t, db, &Reply{ID: 1, LetterID: 1})
		ctx := authz.NewContext(context.Background(), az, &User{ID: 1})
		var letters []Letter
		var replies []Reply
		list := func(action string) (l, r error) {
			tx := db.WithContext(ctx).Scopes(Authorized(action))
			return tx.Session(&gorm.Session{}).Find(&letters).Error, tx.Session(&gorm.Session{}).Find(&replies).Error
		}
		l, r := list("open")
		for what, err := range map[string]error{"letters": l, "replies": r} {
			if !errors.Is(err, authz.ErrUnsupported) || !strings.Contains(causes(err), "gormauthz.KeepsColumns(&Letter{})") {
				t.Errorf("%s: %v", what, err)
			}
		}
		if l, r := list("list"); l != nil || r != nil || len(letters) != 1 || len(replies) != 1 {
			t.Errorf("conditions without columns of letters: %v, %v, %d letters and %d replies", l, r, len(letters), len(replies))
		}
		log.lines = nil
		if _, err := Classes(db, KeepsColumns(&Letter{}), &Reply{}); err != nil || len(log.lines) > 0 {
			t.Errorf("%v, %q", err, log.lines)
		}
		if l, r := list("open"); l != nil || r != nil {
			t.Errorf("with KeepsColumns: %v, %v", l, r)
		}
	})
}
