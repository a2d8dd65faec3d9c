package authz_test

// This file has the examples of docs/rollout.md.

import (
	"context"
	"fmt"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"os"
	"testing/fstest"

	"github.com/ursa-authz/ursa/authz"
)

// newRollout returns the Authorizer of the examples, with two policies.
func newRollout(logger *slog.Logger) *authz.Authorizer {
	current := fstest.MapFS{"expenses.polar": {Data: []byte(`
allow(user: User, "read", expense: Expense) if
    user.id = expense.user_id;

allow(user: User, "pay", _: Expense) if
    user.title = "Accountant";
`)}}
	next := fstest.MapFS{"expenses.polar": {Data: []byte(`
allow(user: User, "read", expense: Expense) if
    user.id = expense.user_id;

allow(user: User, "pay", expense: Expense) if
    user.title = "Accountant" and
    not user.id = expense.user_id;
`)}}
	az, err := authz.New(authz.Config{
		Policies: authz.FS(current, "*.polar"),
		Candidate: authz.Candidate{
			Policies: authz.FS(next, "*.polar"),
			Share:    1,
		},
		Classes: []authz.Class{authz.ClassOf[User](), authz.ClassOf[Expense]()},
		Observe: authz.LogDecisions(logger),
	})
	if err != nil {
		panic(err)
	}
	return az
}

// promote returns a handler that makes the candidate the current policy, for operators.
func promote(az *authz.Authorizer) http.HandlerFunc {
	return func(w http.ResponseWriter, r *http.Request) {
		if err := az.Promote(r.Context()); err != nil {
			http.Error(w, "not promoted", http.StatusConflict)
			return
		}
		fmt.Fprintln(w, az.Version())
	}
}

// A candidate tells what it would change, is promoted, and taken back.
func Example_rollout() {
	logger := slog.New(slog.NewTextHandler(os.Stdout, &slog.HandlerOptions{
		ReplaceAttr: func(_ []string, a slog.Attr) slog.Attr {
			switch a.Key {
			case "time", "decision_id", "duration", "policy_version", "candidate_version", "previous": // these differ each time
				return slog.Attr{}
			}
			return a
		},
	}))
	az := newRollout(logger)
	ctx := context.Background()
	bob := &User{ID: 2, Title: "Accountant"}
	pay := func(id, user int) {
		az.IsAllowed(ctx, bob, "pay", &Expense{ID: id, UserID: user})
	}

	pay(7, 1)
	pay(8, 2)
	stats := az.CandidateStats()
	fmt.Println("compared:", stats.Compared, "differed:", stats.Differed)
	for _, d := range stats.ByRule {
		fmt.Printf("%d times %s: %v by %s, would be %v\n", d.Count, d.Rule, d.Current, d.CurrentBy, d.Candidate)
	}
	promote(az)(httptest.NewRecorder(), httptest.NewRequest("POST", "/promote", nil))
	pay(8, 2)
	if err := az.Promote(ctx); err != nil { // back
		fmt.Println(err)
	}
	// Output:
	// level=INFO msg="candidate loaded" kind=reload candidate=loaded
	// level=INFO msg="allowed: User 2 pay Expense 7" kind=decision verdict=allowed actor_class=User actor_id=2 action=pay resource_class=Expense resource_id=7 rule=allow by=expenses.polar:5:1
	// level=INFO msg="allowed: User 2 pay Expense 8" kind=decision verdict=allowed actor_class=User actor_id=2 action=pay resource_class=Expense resource_id=8 rule=allow by=expenses.polar:5:1
	// level=WARN msg="candidate differs: User 2 pay Expense 8 is allowed, would be denied" kind=difference actor_class=User actor_id=2 action=pay resource_class=Expense resource_id=8 rule=allow current=allowed current_by=expenses.polar:5:1 candidate=denied
	// compared: 2 differed: 1
	// 1 times allow: allowed by expenses.polar:5:1, would be denied
	// level=INFO msg="candidate promoted" kind=reload candidate=promoted
	// level=WARN msg="denied: User 2 pay Expense 8" kind=decision verdict=denied actor_class=User actor_id=2 action=pay resource_class=Expense resource_id=8 rule=allow
	// level=WARN msg="candidate differs: User 2 pay Expense 8 is denied, would be allowed" kind=difference actor_class=User actor_id=2 action=pay resource_class=Expense resource_id=8 rule=allow current=denied candidate=allowed candidate_by=expenses.polar:5:1
	// level=INFO msg="candidate promoted" kind=reload candidate=promoted
}
