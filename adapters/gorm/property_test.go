package gormauthz

// This file compares the SQL of random filters with filter.Match, on random rows.

import (
	"context"
	"reflect"
	"slices"
	"testing"

	"gorm.io/gorm"

	"github.com/ursa-authz/ursa/authz/filter"
)

// matching returns the keys of the rows that match a query in memory: of rows that are
// not deleted or, for an unscoped statement, of all rows.
func matching(t testing.TB, db *gorm.DB, w *world, q *filter.Query) []int64 {
	t.Helper()
	var ids []int64
	for _, d := range w.docs {
		if d.DeletedAt.Valid && !db.Statement.Unscoped {
			continue
		}
		ok, err := q.Match(context.Background(), d, w)
		if err != nil {
			t.Fatalf("%s: %v", q.Reveal(), err)
		}
		if ok {
			ids = append(ids, d.ID)
		}
	}
	slices.Sort(ids)
	return ids
}

// selected returns the keys of the rows that the database selects.
func selected(db *gorm.DB, p predicate) (ids []int64, err error) {
	err = db.Model(&Doc{}).Where(p).Order("id").Pluck("id", &ids).Error
	return ids, err
}

func sqlOf(db *gorm.DB, p predicate) string {
	stmt := db.Session(&gorm.Session{DryRun: true}).Model(&Doc{}).Where(p).Find(&[]Doc{}).Statement
	return db.Dialector.Explain(stmt.SQL.String(), stmt.Vars...)
}

func TestSQLSelectsWhatMatches(t *testing.T) {
	const perWorld = 200
	test := func(t *testing.T, db *gorm.DB) {
		ms := migrate(t, db)
		r := newRand(t)
		n := runs(t, 400)
		nontrivial := 0
		var w *world
		for i := range n {
			if i%perWorld == 0 {
				populate(t, db, r, 40)
				insertNaN(t, db)
				w = load(t, db)
			}
			q := newGenerator(r, ms).query(ms.ofType(reflect.TypeFor[Doc]()), 4)
			p, err := ms.compile(q, ms.ofType(q.Model.Type))
			if err != nil {
				t.Fatalf("%s: %v", q.Reveal(), err)
			}
			tx := db
			if i%4 == 0 {
				tx = db.Unscoped().Session(&gorm.Session{})
			}
			want := matching(t, tx, w, q)
			got, err := selected(tx, p)
			if err != nil || !slices.Equal(got, want) {
				q, p = shrink(t, tx, ms, w, q)
				got, err := selected(tx, p)
				t.Fatalf("run %d: %s\n got %v, %v\nwant %v\n%s", i, q.Reveal(), got, err, matching(t, tx, w, q), sqlOf(tx, p))
			}
			if len(want) > 0 && len(want) < len(w.docs)*3/4 {
				nontrivial++
			}
		}
		share := float64(nontrivial) / float64(n)
		t.Logf("%d filters, %.0f %% of them select some rows and not others", n, 100*share)
		if share < 0.35 {
			t.Errorf("only %.0f %% of the filters are not trivial", 100*share)
		}
	}
	onDatabases(t, test)
	t.Run("sqlite in Go", func(t *testing.T) { test(t, sqliteInGo.database(t).open(t)) })
}

// shrink returns a smaller query for which database and memory still differ.
func shrink(t testing.TB, tx *gorm.DB, ms *models, w *world, q *filter.Query) (*filter.Query, predicate) {
	t.Helper()
	differs := func(q *filter.Query) (predicate, bool) {
		if q.Validate() != nil {
			return predicate{}, false
		}
		p, err := ms.compile(q, ms.ofType(q.Model.Type))
		if err != nil {
			return p, false
		}
		got, err := selected(tx, p)
		return p, err != nil || !slices.Equal(got, matching(t, tx, w, q))
	}
	best, _ := differs(q)
	for again := true; again; {
		again = false
		for _, e := range smaller(q.Where) {
			next := &filter.Query{Model: q.Model, Where: e}
			if p, ok := differs(next); ok {
				q, best, again = next, p, true
				break
			}
		}
	}
	return q, best
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
