package authz_test

// This file has the examples of docs/operating.md.

import (
	"context"
	"fmt"
	"io"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"os"
	"sync/atomic"
	"testing/fstest"

	"github.com/ursa-authz/ursa/authz"
)

// Refusals can be counted without a log and without a page.
func countForbidden(forbidden *atomic.Int64) authz.Config {
	return authz.Config{
		Observe: func(ctx context.Context, e authz.Event) {
			if e.Kind == authz.EventRefusal && e.Status == http.StatusForbidden {
				forbidden.Add(1)
			}
		},
	}
}

// ready returns a handler for readiness probes.
func ready(az *authz.Authorizer) http.HandlerFunc {
	return func(w http.ResponseWriter, r *http.Request) {
		err := az.CheckFilter(r.Context(), authz.ClassOf[Expense](), "read", &User{ID: 1})
		if err != nil {
			http.Error(w, "not ready", http.StatusServiceUnavailable)
			return
		}
		io.WriteString(w, az.Version()+"\n")
	}
}

// A program logs decisions, and replaces and rolls back its policy.
func Example_operating() {
	logger := slog.New(slog.NewTextHandler(os.Stdout, &slog.HandlerOptions{
		ReplaceAttr: func(_ []string, a slog.Attr) slog.Attr {
			switch a.Key {
			case "time", "decision_id", "duration": // these differ each time
				return slog.Attr{}
			}
			return a
		},
	}))
	const good = `allow(user: User, "read", expense: Expense) if user.id = expense.user_id;`
	files := fstest.MapFS{"expenses.polar": {Data: []byte(good)}}
	az, err := authz.New(authz.Config{
		Policies: authz.FS(files, "*.polar"),
		Classes:  []authz.Class{authz.ClassOf[User](), authz.ClassOf[Expense]()},
		Observe:  authz.LogDecisions(logger),
	})
	if err != nil {
		fmt.Println(err)
		return
	}
	ctx := context.Background()
	read := func() { az.IsAllowed(ctx, &User{ID: 1}, "read", &Expense{ID: 2, UserID: 1}) }
	replace := func(policy string) {
		files["expenses.polar"] = &fstest.MapFile{Data: []byte(policy)}
		az.Reload(ctx) // the observer logs the error
	}

	read()
	replace(`allow(user: User, "read", expense: Expense) if user.id = expense.usr_id;`)
	read()
	replace(`allow(user: User, "read", _: Expense) if user.title = "Accountant";`)
	read()
	replace(good)
	read()

	_ = countForbidden // another observer
	probe := httptest.NewRecorder()
	ready(az)(probe, httptest.NewRequest("GET", "/readyz", nil))
	fmt.Println("ready:", probe.Code)
	// Output:
	// level=INFO msg="allowed: User 1 read Expense 2" kind=decision verdict=allowed actor_class=User actor_id=1 action=read resource_class=Expense resource_id=2 rule=allow by=expenses.polar:1:1 policy_version=56f94224067184cb
	// level=ERROR msg="policy rejected" kind=reload err="expenses.polar:1:66: Expense has no attribute usr_id (did you mean \"user_id\"?)" previous=56f94224067184cb policy_version=56f94224067184cb
	// level=INFO msg="allowed: User 1 read Expense 2" kind=decision verdict=allowed actor_class=User actor_id=1 action=read resource_class=Expense resource_id=2 rule=allow by=expenses.polar:1:1 policy_version=56f94224067184cb
	// level=INFO msg="policy loaded" kind=reload previous=56f94224067184cb policy_version=e8a40db8b7b9fe1c
	// level=WARN msg="denied: User 1 read Expense 2" kind=decision verdict=denied actor_class=User actor_id=1 action=read resource_class=Expense resource_id=2 rule=allow policy_version=e8a40db8b7b9fe1c
	// level=INFO msg="policy loaded" kind=reload previous=e8a40db8b7b9fe1c policy_version=56f94224067184cb
	// level=INFO msg="allowed: User 1 read Expense 2" kind=decision verdict=allowed actor_class=User actor_id=1 action=read resource_class=Expense resource_id=2 rule=allow by=expenses.polar:1:1 policy_version=56f94224067184cb
	// ready: 200
}
