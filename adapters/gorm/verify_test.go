package gormauthz

import (
	"context"
	"errors"
	"slices"
	"strings"
	"testing"

	"gorm.io/gorm"

	sqlauthz "github.com/ursa-authz/ursa/adapters/sql"
	"github.com/ursa-authz/ursa/authz"
)

// TestVerify verifies what GORM has migrated, and what somebody has changed since then.
func TestVerify(t *testing.T) {
	onDatabases(t, func(t *testing.T, db *gorm.DB) {
		if _, err := Verify(context.Background(), db); !errors.Is(err, authz.ErrUndecided) {
			t.Errorf("without models: %v", err)
		}
		b := newBypass(t, db, Enforce())
		missing, err := Verify(b.ctx, db)
		if err != nil || !slices.Contains(missing, sqlauthz.Index{Table: "docs", Column: "author_id"}) || slices.Contains(missing, sqlauthz.Index{Table: "docs", Column: "id"}) {
			t.Errorf("%v, %v", missing, err)
		}
		for _, query := range []string{"ALTER TABLE docs RENAME COLUMN amount TO price_of", "DROP TABLE comments"} {
			if err := b.free().Exec(query).Error; err != nil {
				t.Fatal(err)
			}
		}
		_, err = Verify(b.ctx, db)
		if err == nil || !strings.Contains(err.Error(), "docs has no column amount") || !strings.Contains(err.Error(), "no table comments") {
			t.Errorf("%v", err)
		}
	})
}
