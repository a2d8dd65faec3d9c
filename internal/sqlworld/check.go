package sqlworld

// This file compares the SQL of random filters and policies with filter.Match and with decisions,
// on random rows.

import (
	"context"
	"errors"
	"fmt"
	"math/rand/v2"
	"reflect"
	"slices"
	"strings"
	"testing"

	"gorm.io/gorm"

	"github.com/ursa-authz/ursa/authz"
	"github.com/ursa-authz/ursa/authz/filter"
	"github.com/ursa-authz/ursa/authz/polar"
	"github.com/ursa-authz/ursa/internal/randtest"
)

// A Select returns the keys of the documents that a package selects for a filter, sorted, and
// the statement. The error is filter.ErrUnsupported if it cannot translate the filter. Deleted
// documents are left out, unless it is unscoped.
type Select func(q *filter.Query, unscoped bool) (ids []int64, sql string, err error)

// Runs returns the number of random cases of a test: URSA_FILTER_RUNS, or n.
func Runs(t testing.TB, n int) int { return randtest.Number(t, "URSA_FILTER_RUNS", n) }

// NewRand returns a generator whose seed is logged, or given by URSA_SEED.
func NewRand(t testing.TB) *rand.Rand { return rand.New(rand.NewPCG(randtest.Seed(t), 0)) }

// CheckFilters compares random filters on documents with filter.Match.
func CheckFilters(t *testing.T, db *gorm.DB, classes []authz.Class, sel Select) {
	const perWorld = 200
	r := NewRand(t)
	n := Runs(t, 400)
	nontrivial := 0
	var w *World
	for i := range n {
		if i%perWorld == 0 {
			Populate(t, db, r, 40)
			InsertNaN(t, db)
			w = Load(t, db)
		}
		q := NewGenerator(r, classes, db.Dialector.Name()).Query(reflect.TypeFor[Doc](), 4)
		unscoped := i%4 == 0
		want := w.Matching(t, q, unscoped)
		got, _, err := sel(q, unscoped)
		if err != nil || !slices.Equal(got, want) {
			q = shrink(t, w, q, unscoped, sel)
			got, sql, err := sel(q, unscoped)
			t.Fatalf("run %d: %s\n got %v, %v\nwant %v\n%s", i, q.Reveal(), got, err, w.Matching(t, q, unscoped), sql)
		}
		if len(want) > 0 && len(want) < len(w.Docs)*3/4 {
			nontrivial++
		}
	}
	share := float64(nontrivial) / float64(n)
	t.Logf("%d filters, %.0f %% of them select some rows and not others", n, 100*share)
	if share < 0.35 {
		t.Errorf("only %.0f %% of the filters are not trivial", 100*share)
	}
}

// shrink returns a smaller query for which database and memory still differ.
func shrink(t testing.TB, w *World, q *filter.Query, unscoped bool, sel Select) *filter.Query {
	t.Helper()
	differs := func(q *filter.Query) bool {
		if q.Validate() != nil {
			return false
		}
		got, _, err := sel(q, unscoped)
		if errors.Is(err, filter.ErrUnsupported) {
			return false
		}
		return err != nil || !slices.Equal(got, w.Matching(t, q, unscoped))
	}
	for again := true; again; {
		again = false
		for _, e := range smaller(q.Where) {
			next := &filter.Query{Model: q.Model, Where: e}
			if differs(next) {
				q, again = next, true
				break
			}
		}
	}
	return q
}

// smaller returns the expressions that are e without one part.
func smaller(e filter.Expr) []filter.Expr {
	out := []filter.Expr{filter.True, filter.False}
	each := func(parts []filter.Expr, wrap func([]filter.Expr) filter.Expr) {
		for i := range parts {
			out = append(out, parts[i])
			for _, s := range smaller(parts[i]) {
				next := slices.Clone(parts)
				next[i] = s
				out = append(out, wrap(next))
			}
		}
	}
	switch e := e.(type) {
	case filter.Const:
		return nil
	case filter.And:
		each(e, func(p []filter.Expr) filter.Expr { return filter.And(p) })
	case filter.Or:
		each(e, func(p []filter.Expr) filter.Expr { return filter.Or(p) })
	case filter.Not:
		out = append(out, e.X)
		for _, s := range smaller(e.X) {
			out = append(out, filter.Not{X: s})
		}
	case filter.Exists:
		out = append(out, e.Where)
		for _, s := range smaller(e.Where) {
			e.Where = s
			out = append(out, e)
		}
	case filter.Reach:
		out = append(out, e.Where, filter.Exists{As: e.As, From: e.From, Rel: e.Rel, Where: e.Where})
		for _, s := range smaller(e.Where) {
			r := e
			r.Where = s
			out = append(out, r)
		}
		for i, h := range e.Hops() {
			for _, s := range smaller(h.Step) {
				r := e
				if r.Via = slices.Clone(e.Via); i == 0 {
					r.Step = s
				} else {
					r.Via[i-1].Step = s
				}
				out = append(out, r)
			}
		}
	case filter.In:
		for i := range e.Set {
			out = append(out, filter.In{X: e.X, Set: slices.Delete(slices.Clone(e.Set), i, i+1)})
		}
	}
	return slices.DeleteFunc(out, func(s filter.Expr) bool { return reflect.DeepEqual(s, e) })
}

// A trial is one action of a random policy, over random rows.
type trial struct {
	w            *World
	az           *authz.Authorizer
	text, action string
	deny         bool // whether there may be deny rules
}

// trials calls f for n actions of random policies, which write writes. It returns the number of
// texts that were not valid policies.
func trials(t *testing.T, db *gorm.DB, r *rand.Rand, n int, classes []authz.Class, write func(a *Author, actions int, deny bool) string, f func(trial)) (invalid int) {
	t.Helper()
	const perWorld, actions = 100, 10
	var w *World
	classes = slices.Clone(classes)
	NewGenerator(nil, classes, db.Dialector.Name()).Fetch(classes, &w)
	for run := 0; run < n; {
		if run%perWorld == 0 {
			Populate(t, db, r, 25)
			w = Load(t, db)
		}
		deny := r.IntN(2) == 0
		text := write(&Author{Rand: r}, actions, deny)
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
			f(trial{w, az, text, fmt.Sprint("a", i), deny})
		}
	}
	return invalid
}

// CheckPolicies compares lists with single decisions: random policies in Polar on random rows, by
// SQL, by filter.Match and row by row.
func CheckPolicies(t *testing.T, db *gorm.DB, classes []authz.Class, sel Select) {
	r := NewRand(t)
	n := Runs(t, 500)
	ctx := context.Background()
	var conditional, nontrivial, endless, chained, steps, vias, overridden int
	refused := make(map[string]int)
	invalid := trials(t, db, r, n, classes, (*Author).Policy, func(x trial) {
		w, az, text, action, deny := x.w, x.az, x.text, x.action, x.deny
		u := One(r, w.Users)
		q, err := az.Filter(ctx, u, action, authz.ClassOf[Doc]())
		if errors.Is(err, authz.ErrUnsupported) {
			refused[reason(err)]++
			return
		}
		if err != nil {
			t.Fatalf("%s: %v\n%s", action, err, text)
		}
		selected, sql, selectErr := sel(q, false)
		if err := selectErr; errors.Is(err, filter.ErrUnsupported) {
			refused[reason(err)]++
			return
		}
		want := []int64(nil)
		visible, ends := 0, true
		for _, d := range w.Docs {
			if d.DeletedAt.Valid {
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
				want = append(want, d.ID)
			}
			if deny {
				// The decision must agree with the rules, queried one by one.
				allows, aErr := ruleHolds(ctx, az, "allow", u, action, d)
				denies, dErr := ruleHolds(ctx, az, "deny", u, action, d)
				if errors.Is(aErr, polar.ErrBudget) && denies { // allow is not evaluated then
					aErr = nil
				}
				if err := errors.Join(aErr, dErr); err != nil {
					t.Fatalf("%s: user %d, doc %d: %v\n%s", action, u.ID, d.ID, err, text)
				}
				if ok != (allows && !denies) {
					t.Fatalf("%s: user %d, doc %d: decided %v, allow %v, deny %v\n%s", action, u.ID, d.ID, ok, allows, denies, text)
				}
				if allows && denies {
					overridden++
				}
			}
		}
		if !ends {
			endless++
			return
		}
		slices.Sort(want)
		if got := w.Matching(t, q, false); !slices.Equal(got, want) {
			t.Fatalf("%s: user %d: Match %v, decisions %v: %s\n%s", action, u.ID, got, want, q.Reveal(), text)
		}
		if selectErr != nil || !slices.Equal(selected, want) {
			t.Fatalf("%s: user %d: SQL %v, %v, decisions %v: %s\n%s\n%s", action, u.ID, selected, selectErr, want, q.Reveal(), sql, text)
		}
		if q.Kind() == filter.Conditional {
			conditional++
		}
		chain, step, via := chainsIn(q)
		chained, steps, vias = chained+chain, steps+step, vias+via
		if len(want) > 0 && len(want) < visible {
			nontrivial++
		}
	})
	total := 0
	for why, times := range refused {
		t.Logf("%5d rejected: %s", times, why)
		total += times
	}
	t.Logf("%d policies: %d conditional, %.0f %% allow some rows and not others, %d rejected, %d allows overridden; %d sources invalid, %d decisions beyond the limits",
		n, conditional, 100*float64(nontrivial)/float64(n), total, overridden, invalid, endless)
	t.Logf("%d with chains, %d with conditions on their steps, %d with steps of two relations", chained, steps, vias)
	if nontrivial < n/4 || total > n/5 || overridden < n/4 || endless > n/50 || chained < n/8 || steps < n/30 || n >= 1000 && vias == 0 {
		t.Error("too few of the random policies are varied enough")
	}
}

// reason returns the text of an error of Filter without its position and names.
func reason(err error) string {
	words := strings.Fields(err.Error())
	for i, w := range words {
		name := i > 0 && (words[i-1] == "of" || words[i-1] == "over" || words[i-1] == "field" || words[i-1] == "(in")
		if name || strings.Contains(w, "random.polar") {
			words[i] = "_"
		}
	}
	return strings.Join(words, " ")
}

// chainsIn returns 1 or 0 for each of: whether a query has a Reach, one with conditions
// on its steps, one with steps of several relations.
func chainsIn(q *filter.Query) (chain, step, via int) {
	filter.Walk(q.Where, func(e filter.Expr) bool {
		if r, ok := e.(filter.Reach); ok {
			chain = 1
			if r.Step != nil {
				step = 1
			}
			if len(r.Via) > 0 {
				via = 1
			}
		}
		return true
	})
	return chain, step, via
}

// ruleHolds queries a single rule. A rule that the policy does not define does not
// hold.
func ruleHolds(ctx context.Context, az *authz.Authorizer, rule string, u *User, action string, d *Doc) (bool, error) {
	for _, err := range az.Query(ctx, rule, u, action, d) {
		if errors.Is(err, authz.ErrUndefinedRule) {
			return false, nil
		}
		return err == nil, err
	}
	return false, nil
}
