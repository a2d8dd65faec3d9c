package gormauthz

// This file tests what observers receive of marked writes.

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"testing"

	"gorm.io/gorm"

	"github.com/ursa-authz/ursa/authz"
)

// TestWritesAreObserved tests that each marked write is an event, and that one that is refused
// after it was made has a decision id.
func TestWritesAreObserved(t *testing.T) {
	onDatabases(t, func(t *testing.T, db *gorm.DB) {
		migrate(t, db)
		var writes []authz.Event
		az := authorizer(t, db, `allow(user: User, "write", doc: Doc) if doc.author_id = user.id;`, func(c *authz.Config) {
			c.Observe = func(_ context.Context, e authz.Event) {
				if e.Kind == authz.EventWrite {
					writes = append(writes, e)
				}
			}
		})
		if err := errors.Join(db.Use(New(az)), db.Create(&User{ID: 1}).Error, db.Create(&User{ID: 2}).Error,
			db.Create([]*Doc{newDoc(1, 1), newDoc(2, 1), newDoc(3, 2)}).Error); err != nil {
			t.Fatal(err)
		}
		marked := db.WithContext(authz.NewContext(t.Context(), az, &User{ID: 1})).Scopes(Authorized("write")).Session(&gorm.Session{})
		for _, tt := range []struct {
			name string
			do   func() error
			want string
		}{
			{"update", func() error { return marked.Model(&Doc{}).Where("1 = 1").Update("title", "x").Error }, "verdict=allowed count=2"},
			{"give away", func() error { return marked.Model(&Doc{}).Where("1 = 1").Update("author_id", 2).Error }, "verdict=denied count=2"},
			{"create", func() error { return marked.Create(newDoc(4, 1)).Error }, "verdict=allowed count=1"},
			{"delete", func() error { return marked.Where("id > 1").Delete(&Doc{}).Error }, "verdict=allowed count=2"},
		} {
			writes = nil
			err := tt.do()
			if len(writes) != 1 {
				t.Fatalf("%s: %d events, %v", tt.name, len(writes), err)
			}
			e := writes[0]
			got := fmt.Sprintf("verdict=%v count=%d", e.Verdict, e.Count)
			if got != tt.want || e.ActorID() != "1" || e.ResourceClass() != "Doc" || e.Action != "write" {
				t.Errorf("%s: %v, want %s", tt.name, e, tt.want)
			}
			if e.Verdict == authz.Denied && (!errors.Is(err, authz.ErrForbidden) || authz.DecisionID(err) != e.DecisionID() || !strings.Contains(e.Reason, "new state")) {
				t.Errorf("%s: %v: %v", tt.name, err, e)
			}
		}
	})
}
