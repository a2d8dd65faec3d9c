package webtest

// This file tests the load of a guard: the policy is asked once, and what is not found is
// answered like what is hidden.

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"strings"
	"sync/atomic"
	"testing"

	"github.com/ursa-authz/ursa/authz"
)

// testLoads: a repository can tell that the guard will ask about what it loads, so that it
// need not ask itself.
func testLoads(t *testing.T, f Framework) {
	errNoRecord := errors.New("secret of a data layer")
	var asked, loading, shown atomic.Int32
	w := serve(t, f, &App{Routes: []Route{{Method: "GET", Path: "/expenses/{id}", Action: "edit",
		Load: func(c Call) (*Expense, error) {
			if authz.Loading(c.Request().Context()) {
				loading.Add(1)
			}
			switch c.Param("id") {
			case "none":
				return nil, fmt.Errorf("secret: %w", sql.ErrNoRows)
			case "nothing":
				return nil, fmt.Errorf("secret: %w", errNoRecord)
			case "undecided":
				return nil, fmt.Errorf("secret: %w: %w", authz.ErrUndecided, sql.ErrNoRows)
			case "other":
				return nil, fmt.Errorf("secret: %w", sql.ErrConnDone)
			}
			return load(c)
		},
		Show: func(c Call, e *Expense) error {
			if authz.Loading(c.Request().Context()) {
				return errors.New("the handler would get rows that nobody authorizes")
			}
			shown.Add(1)
			return show(c, e)
		},
	}}}, func(c *authz.Config) {
		c.ReadAction = "read"
		c.NotFound = []error{errNoRecord}
		c.Observe = func(_ context.Context, d authz.Event) {
			if d.ResourceClass() == "Expense" {
				asked.Add(1)
			}
		}
	})
	hidden := w.send("GET /expenses/101", as(1))
	for _, tt := range []struct {
		id, user     string
		status       int
		asked, shown int32
	}{
		{"1", as(1), 200, 1, 1},
		{"101", as(1), 404, 1, 0},
		{"1001", as(2), 403, 1, 0},
		{"900", as(1), 404, 0, 0},
		{"none", as(1), 404, 0, 0},
		{"nothing", as(1), 404, 0, 0},
		{"undecided", as(1), 500, 0, 0},
		{"other", as(1), 500, 0, 0},
	} {
		asked.Store(0)
		loading.Store(0)
		shown.Store(0)
		got := w.send("GET /expenses/"+tt.id, tt.user)
		if got.status != tt.status || strings.Contains(got.raw, "secret") {
			t.Errorf("%s: %d %q, want %d", tt.id, got.status, got.raw, tt.status)
		}
		if tt.status == 404 && got.raw != hidden.raw {
			t.Errorf("%s: %q, what is hidden %q", tt.id, got.raw, hidden.raw)
		}
		if asked.Load() != tt.asked || loading.Load() != 1 || shown.Load() != tt.shown {
			t.Errorf("%s: asked %d times, %d times in the load of a guard, shown %d times", tt.id, asked.Load(), loading.Load(), shown.Load())
		}
	}
}
