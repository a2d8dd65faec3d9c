package sqlworld

// This file compares lists of actors with decisions, on random policies and rows.

import (
	"context"
	"errors"
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
	r := NewRand(t)
	n := Runs(t, 500)
	ctx := context.Background()
	var conditional, nontrivial, refused, endless int
	invalid := trials(t, db, r, n, classes, (*Author).PolicyAboutActors, func(x trial) {
		w, az, text, action := x.w, x.az, x.text, x.action
		d := One(r, w.Docs)
		q, err := az.FilterActors(ctx, authz.ClassOf[User](), action, d)
		if errors.Is(err, authz.ErrUnsupported) {
			refused++
			return
		}
		if errors.Is(err, polar.ErrBudget) { // the filter tries every path from the document
			endless++
			return
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
			return
		}
		slices.Sort(want)
		slices.Sort(match)
		if !slices.Equal(match, want) {
			t.Fatalf("%s: doc %d: Match %v, decisions %v: %s\n%s", action, d.ID, match, want, q.Reveal(), text)
		}
		selected, sql, err := sel(q, false)
		if errors.Is(err, filter.ErrUnsupported) {
			refused++
			return
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
	})
	t.Logf("%d policies: %d conditional, %.0f %% allow some users and not others, %d rejected; %d sources invalid, %d decisions beyond the limits",
		n, conditional, 100*float64(nontrivial)/float64(n), refused, invalid, endless)
	if nontrivial < n/16 || refused > n/2 || endless > n/20 {
		t.Error("too few of the random policies are varied enough")
	}
}
