package authztest_test

import (
	"context"
	"errors"
	"flag"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/ursa-authz/ursa/authz"
	"github.com/ursa-authz/ursa/authz/authztest"
)

const listPolicy = `
allow(user: User, "read", expense: Expense) if
    user.id = expense.user_id;
allow(user: User, "read", expense: Expense) if
    user.title = "Accountant" and (expense.note = "Approved" or expense.note = nil and expense.amount > 100);
allow(_: User, "audit", expense: Expense) if
    expense.paid and not expense.note = "";
`

// A faulty lister is a lister in memory with a fault.
type faulty struct {
	authztest.Lister
	list func(rows []any) []any // changes a list
	err  error                  // of lists
	add  error
}

func (f faulty) List(ctx context.Context, actor any, action string, class authz.Class) ([]any, error) {
	rows, err := f.Lister.List(ctx, actor, action, class)
	if f.list != nil {
		rows = f.list(rows)
	}
	return rows, errors.Join(err, f.err)
}

func (f faulty) Add(ctx context.Context, class authz.Class, row any) error {
	if f.add != nil {
		return f.add
	}
	return f.Lister.Add(ctx, class, row)
}

// without returns a list without the expenses for which drop is true.
func without(drop func(e *Expense) bool) func([]any) []any {
	return func(rows []any) []any {
		return slices.DeleteFunc(rows, func(row any) bool { return drop(row.(*Expense)) })
	}
}

func TestEquivalent(t *testing.T) {
	az := newAuthorizer(t, listPolicy)
	approved := "Approved"
	rows := func() authztest.Lister {
		return authztest.InMemory(az, lunch, trip, flowers, &Expense{ID: 10, UserID: 2, Note: &approved}, alice)
	}
	actors, actions := []any{alice, bob, Guest{}}, []string{"read", "audit"}
	tests := []struct {
		name   string
		lister authztest.Lister
		class  authz.Class
		actors []any
		want   string // part of the error, or empty
	}{
		{name: "right", lister: rows()},
		{name: "a list without NULLs", lister: faulty{Lister: rows(), list: without(func(e *Expense) bool { return e.Note == nil })}, want: "is allowed, but not on the list"},
		{name: "a list of texts in lower case", want: "is on the list, but not allowed",
			lister: faulty{Lister: rows(), list: func(list []any) []any {
				all, err := rows().Rows(t.Context(), authz.ClassOf[Expense]())
				if err != nil {
					t.Error(err)
				}
				return append(list, all[1])
			}}},
		{name: "a list that takes a blank at the end for none", lister: faulty{Lister: rows(), list: without(func(e *Expense) bool { return e.Note != nil && strings.HasSuffix(*e.Note, " ") })}, want: "is allowed, but not on the list"},
		{name: "a list with the ends of a range cut off", lister: faulty{Lister: rows(), list: without(func(e *Expense) bool { return e.Amount == 1<<63-1 })}, want: "is allowed, but not on the list"},
		{name: "a list without duplicates", want: "is allowed, but not on the list",
			lister: faulty{Lister: rows(), list: func(rows []any) []any {
				seen := make(map[Expense]bool)
				return slices.DeleteFunc(rows, func(row any) bool {
					e := *row.(*Expense)
					e.ID = 0
					e.Note = nil
					dup := seen[e]
					seen[e] = true
					return dup
				})
			}}},
		{name: "rows twice", lister: faulty{Lister: rows(), list: func(rows []any) []any { return append(rows, rows...) }}, want: "is on the list twice"},
		{name: "rows from elsewhere", lister: faulty{Lister: rows(), list: func([]any) []any { return []any{&Expense{ID: 1e6}} }}, want: "but not among all rows"},
		{name: "other things", lister: faulty{Lister: rows(), list: func([]any) []any { return []any{*lunch} }}, want: "returned a authztest_test.Expense, want a *authztest_test.Expense"},
		{name: "no list", lister: faulty{Lister: rows(), err: errors.New("no such table")}, want: `the list of authztest_test.Expense on which actors[1], a *authztest_test.User, may do "read": no such table`},
		{name: "no actors", lister: rows(), actors: []any{}, want: "no actors or no actions"},
		{name: "no lister", want: "the Authorizer or the Lister is nil"},
		{name: "no rows are taken", lister: faulty{Lister: rows(), add: errors.New("read only")}, want: "hostile rows were rejected"},
		{name: "nobody sees anything", lister: rows(), actors: []any{Guest{}}, want: "all lists are empty"},
		{name: "no rows", lister: authztest.InMemory(az), want: "there are no rows of"},
		{name: "no key", lister: rows(), class: authz.ClassOf[Guest](), want: "has no key"},
		{name: "a key that is not unique", lister: rows(), class: authz.Class{Type: authz.ClassOf[Expense]().Type, Key: []string{"UserID"}}, want: "have the key 3"},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			if tt.class.Type == nil {
				tt.class = authz.ClassOf[Expense]()
			}
			if tt.actors == nil {
				tt.actors = actors
			}
			r := record(t, func(t testing.TB) {
				authztest.Equivalent(t, az, tt.lister, tt.class, tt.actors, actions)
			})
			if (len(r.errors) > 0) != (tt.want != "") || !strings.Contains(r.errorText(), tt.want) {
				t.Errorf("%d errors, want %q\n%s", len(r.errors), tt.want, r.errorText())
			}
			if tt.want == "" {
				t.Log(r.logs)
			}
		})
	}
}

// TestEquivalentUndecided tests that a list is an error if a row cannot be decided.
func TestEquivalentUndecided(t *testing.T) {
	az := newAuthorizer(t, `allow(_: User, "audit", expense: Expense) if expense.audit();`)
	everything := faulty{Lister: authztest.InMemory(az, lunch)}
	r := record(t, func(t testing.TB) {
		authztest.Equivalent(t, az, listAll{everything}, authz.ClassOf[Expense](), []any{alice}, []string{"audit"})
	})
	if !strings.Contains(r.errorText(), "is undecided, but the list has no error") || !strings.Contains(r.errorText(), "more rows of") {
		t.Error(r.errorText())
	}
}

// listAll lists all rows.
type listAll struct{ authztest.Lister }

func (l listAll) List(ctx context.Context, _ any, _ string, class authz.Class) ([]any, error) {
	return l.Rows(ctx, class)
}

// TestEquivalentOfManyRows tests that only some of the rows of a big table are decided about,
// those that were added among them, and that the flag decides about all.
func TestEquivalentOfManyRows(t *testing.T) {
	const many = 5000
	rows := make([]any, many)
	for i := range rows {
		rows[i] = &Expense{ID: i + 1, UserID: i % 3}
	}
	decisions := 0
	az := newAuthorizer(t, listPolicy, func(c *authz.Config) {
		c.Observe = func(_ context.Context, e authz.Event) {
			if e.Kind == authz.EventDecision {
				decisions++
			}
		}
	})
	compare := func(lister authztest.Lister) *recorder {
		decisions = 0
		return record(t, func(t testing.TB) {
			authztest.Equivalent(t, az, lister, authz.ClassOf[Expense](), []any{alice}, []string{"read"})
		})
	}
	r := compare(authztest.InMemory(az, rows...))
	if len(r.errors) > 0 || decisions != 2000 || !strings.Contains(strings.Join(r.logs, "\n"), "and 2000 were compared with decisions; ") {
		t.Errorf("%d decisions, %q, %q", decisions, r.errors, r.logs)
	}
	// A fault in the rows that were added is found.
	if r := compare(faulty{Lister: authztest.InMemory(az, rows...), list: without(func(e *Expense) bool { return e.ID > many })}); !strings.Contains(r.errorText(), "is allowed, but not on the list") {
		t.Errorf("%q", r.errors)
	}
	if err := flag.Set("authztest.rows", "0"); err != nil {
		t.Fatal(err)
	}
	defer flag.Set("authztest.rows", "2000")
	if r := compare(authztest.InMemory(az, rows...)); len(r.errors) > 0 || decisions < many {
		t.Errorf("%d decisions, %q", decisions, r.errors)
	}
}

// A hurried test ends soon.
type hurried struct{ *recorder }

func (hurried) Deadline() (time.Time, bool) { return time.Now().Add(time.Second), true }

// TestEquivalentStops tests that it stops with an error before the deadline of the test.
func TestEquivalentStops(t *testing.T) {
	az := newAuthorizer(t, listPolicy)
	r := record(t, func(t testing.TB) {
		authztest.Equivalent(hurried{t.(*recorder)}, az, authztest.InMemory(az, lunch), authz.ClassOf[Expense](), []any{alice}, []string{"read", "audit"})
	})
	if !strings.Contains(r.errorText(), "stopped before the deadline of the test, after 0 of 2 lists") {
		t.Errorf("%q", r.errors)
	}
}
