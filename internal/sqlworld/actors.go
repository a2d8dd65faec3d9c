package sqlworld

// This file compares lists of actors with decisions, on random policies and rows.

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"testing"

	"gorm.io/gorm"

	"github.com/ursa-authz/ursa/authz"
	"github.com/ursa-authz/ursa/authz/filter"
	"github.com/ursa-authz/ursa/authz/polar"
)

// CheckActors compares, for random policies in Polar on random rows, the users that SQL and
// filter.Match select for a document with those that single decisions allow. Sel selects users.
func CheckActors(t *testing.T, db *gorm.DB, classes []authz.Class, sel Select) {
	const perWorld, actions = 100, 10
	r := NewRand(t)
	n := Runs(t, 500)
	var w *World
	classes = slices.Clone(classes)
	g := NewGenerator(nil, classes, db.Dialector.Name())
	g.Fetch(classes, &w)
	ctx := context.Background()
	var conditional, nontrivial, refused, invalid, endless int
	for run := 0; run < n; {
		if run%perWorld == 0 {
			Populate(t, db, r, 25)
			w = Load(t, db)
		}
		deny := r.IntN(2) == 0
		text := (&Author{Rand: r}).PolicyAboutActors(actions, deny)
		az, err := authz.New(authz.Config{
			Policies: authz.String("random.polar", text), Classes: classes, DenyRule: deny,
			Constants: map[string]any{"noon": Noon, "token": UUIDs[1]},
		})
		if err != nil {
			if invalid++; invalid > n {
				t.Fatalf("too few policies are valid: %v\n%s", err, text)
			}
			continue
		}
		for i := range actions {
			run++
			action := fmt.Sprint("a", i)
			d := One(r, w.Docs)
			q, err := az.FilterActors(ctx, authz.ClassOf[User](), action, d)
			if errors.Is(err, authz.ErrUnsupported) {
				refused++
				continue
			}
			if errors.Is(err, polar.ErrBudget) { // the filter tries every path from the document
				endless++
				continue
			}
			if err != nil {
				t.Fatalf("%s: %v\n%s", action, err, text)
			}
			var want, match []int64
			visible, ends := 0, true
			for _, u := range w.Users {
				if u.DeletedAt.Valid {
					continue
				}
				visible++
				ok, err := az.IsAllowed(ctx, u, action, d)
				if errors.Is(err, polar.ErrBudget) {
					ends = false // a decision tries every path
					break
				}
				if err != nil {
					t.Fatalf("%s: user %d, doc %d: the decision is an error, but the filter is %s: %v\n%s", action, u.ID, d.ID, q.Reveal(), err, text)
				}
				if ok {
					want = append(want, u.ID)
				}
				if ok, err = q.Match(ctx, u, w); err != nil {
					t.Fatalf("%s: user %d, doc %d: %v\n%s", action, u.ID, d.ID, err, text)
				}
				if ok {
					match = append(match, u.ID)
				}
			}
			if !ends {
				endless++
				continue
			}
			slices.Sort(want)
			slices.Sort(match)
			if !slices.Equal(match, want) {
				t.Fatalf("%s: doc %d: Match %v, decisions %v: %s\n%s", action, d.ID, match, want, q.Reveal(), text)
			}
			selected, sql, err := sel(q, false)
			if errors.Is(err, filter.ErrUnsupported) {
				refused++
				continue
			}
			if err != nil || !slices.Equal(selected, want) {
				t.Fatalf("%s: doc %d: SQL %v, %v, decisions %v: %s\n%s\n%s", action, d.ID, selected, err, want, q.Reveal(), sql, text)
			}
			if q.Kind() == filter.Conditional {
				conditional++
			}
			if len(want) > 0 && len(want) < visible {
				nontrivial++
			}
		}
	}
	t.Logf("%d policies: %d conditional, %.0f %% allow some users and not others, %d rejected; %d sources invalid, %d decisions beyond the limits",
		n, conditional, 100*float64(nontrivial)/float64(n), refused, invalid, endless)
	if nontrivial < n/10 || refused > n/2 || endless > n/20 {
		t.Error("too few of the random policies are varied enough")
	}
}
