package sqlauthz

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"testing"

	"github.com/ursa-authz/ursa/authz"
)

func TestGetMany(t *testing.T) {
	onShops(t, nil, func(t *testing.T, s *shop) {
		get := func(r *Repository[task], keys ...any) string {
			t.Helper()
			list, err := r.GetMany(s.ctx, keys...)
			if err != nil {
				t.Fatal(err)
			}
			ids := []int64{}
			for _, x := range list {
				ids = append(ids, x.ID)
			}
			return fmt.Sprint(ids)
		}
		for want, keys := range map[string][]any{
			"[]":        {},
			"[4 1 3]":   {int64(4), int64(1), int64(3)},
			"[5 1]":     {int64(5), int64(1), int64(5), int64(2), int64(99), int64(6)}, // twice, hidden, missing, deleted
			"[1 3 4 5]": {int64(1), int64(2), int64(3), int64(4), int64(5), int64(6)},
		} {
			if got := get(s.tasks, keys...); got != want {
				t.Errorf("%v: %s, want %s", keys, got, want)
			}
		}
		var many []any
		for i := range 2500 {
			many = append(many, int64(2500-i))
		}
		if got := get(s.tasks, many...); got != "[5 4 3 1]" {
			t.Errorf("of many keys: %s", got)
		}
		if got := get(s.tasks.WithAction("delete"), many...); got != "[5 4 1]" {
			t.Errorf("for another action: %s", got)
		}
		if _, err := s.tasks.GetMany(s.ctx, "one"); !errors.Is(err, authz.ErrUndecided) {
			t.Errorf("a key of another type: %v", err)
		}
		// A text key is compared by its bytes, and a denied row is like a missing one.
		teams := NewRepository[team](s.tr, s.pool)
		list, err := teams.GetMany(s.ctx, "shut", "OPEN", "open", "shut ")
		if err != nil || len(list) != 2 || list[0].Code != "shut" || list[1].Code != "open" {
			t.Errorf("%v, %v", list, err)
		}
		canceled, cancel := context.WithCancel(s.ctx)
		cancel()
		if _, err := s.tasks.GetMany(canceled, int64(1)); !errors.Is(err, authz.ErrUndecided) {
			t.Errorf("canceled: %v", err)
		}
	})
}

// TestGetManyInMemory reads rows by a policy that has no list.
func TestGetManyInMemory(t *testing.T) {
	change := func(c *authz.Config) {
		c.Policies = authz.String("tasks.polar", `allow(name: String, "read", t: task) if t.title = name and t.points * 2 < 10;`)
	}
	onShops(t, change, func(t *testing.T, s *shop) {
		if _, err := s.tasks.List(s.ctx); !errors.Is(err, authz.ErrUnsupported) {
			t.Fatal(err)
		}
		list, err := s.tasks.GetMany(s.ctx, int64(5), int64(3), int64(4), int64(1))
		if err != nil || len(list) != 2 || list[0].ID != 5 || list[1].ID != 1 {
			t.Errorf("%v, %v", list, err)
		}
	})
}

func TestTx(t *testing.T) {
	onShops(t, nil, func(t *testing.T, s *shop) {
		teams := NewRepository[team](s.tr, s.pool)
		stop := errors.New("stop")
		begin := func(f func(ctx context.Context, teams *Repository[team], tasks *Repository[task]) error) (changed bool, err error) {
			t.Helper()
			before := s.dump(t)
			func() {
				defer func() {
					if r := recover(); r != nil {
						err = r.(error)
					}
				}()
				err = Tx(s.ctx, s.pool, nil, func(ctx context.Context, tx *sql.Tx) error {
					return f(ctx, teams.With(tx), s.tasks.With(tx))
				})
			}()
			changed = s.dump(t) != before
			s.fill(t)
			return changed, err
		}
		both := func(ctx context.Context, teams *Repository[team], tasks *Repository[task], title string) error {
			if err := teams.Insert(ctx, &team{Code: "new", Open: true}); err != nil {
				return err
			}
			return tasks.Insert(ctx, &task{Title: title, TeamCode: "new"})
		}
		changed, err := begin(func(ctx context.Context, teams *Repository[team], tasks *Repository[task]) error {
			if err := both(ctx, teams, tasks, "ann"); err != nil {
				return err
			}
			// The decision about the row of another reads the team in the transaction.
			ok, err := s.az.IsAllowed(ctx, "bob", "read", &task{ID: 1000, Title: "ann", TeamCode: "new"})
			if err == nil && !ok {
				err = errors.New("the decision does not see the new team")
			}
			return err
		})
		if err != nil || !changed {
			t.Errorf("two writes: %v, changed %v", err, changed)
		}
		for name, tt := range map[string]struct {
			f    func(ctx context.Context, teams *Repository[team], tasks *Repository[task]) error
			want error
		}{
			"a denied write": {func(ctx context.Context, teams *Repository[team], tasks *Repository[task]) error {
				return both(ctx, teams, tasks, "bob")
			}, authz.ErrForbidden},
			"a denied write that is ignored": {func(ctx context.Context, teams *Repository[team], tasks *Repository[task]) error {
				both(ctx, teams, tasks, "bob")
				return nil
			}, authz.ErrUndecided},
			"an error": {func(ctx context.Context, teams *Repository[team], tasks *Repository[task]) error {
				return errors.Join(both(ctx, teams, tasks, "ann"), stop)
			}, stop},
			"a panic": {func(ctx context.Context, teams *Repository[team], tasks *Repository[task]) error {
				both(ctx, teams, tasks, "ann")
				panic(stop)
			}, stop},
		} {
			if changed, err := begin(tt.f); !errors.Is(err, tt.want) || changed {
				t.Errorf("%s: %v, changed %v", name, err, changed)
			}
		}
		canceled, cancel := context.WithCancel(s.ctx)
		cancel()
		err = Tx(canceled, s.pool, nil, func(context.Context, *sql.Tx) error { t.Error("called"); return nil })
		if !errors.Is(err, authz.ErrUndecided) {
			t.Errorf("canceled: %v", err)
		}
	})
}
