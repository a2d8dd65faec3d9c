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
	"testing/fstest"

	"github.com/ursa-authz/ursa/authz"
)

// logReloads returns a function for Config.OnReload that logs to l.
func logReloads(l *slog.Logger) func(authz.ReloadEvent) {
	return func(e authz.ReloadEvent) {
		if e.Err != nil {
			l.Error("policy rejected", "error", e.Err, "policy", e.Version)
			return
		}
		l.Info("policy loaded", "policy", e.Version, "previous", e.Previous)
		for _, d := range e.Diagnostics {
			l.Warn("policy warning", "warning", d.Error())
		}
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
			case "time", "decision", "duration": // these differ each time
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
		OnReload: logReloads(logger),
	})
	if err != nil {
		fmt.Println(err)
		return
	}
	ctx := context.Background()
	read := func() { az.IsAllowed(ctx, &User{ID: 1}, "read", &Expense{ID: 2, UserID: 1}) }
	replace := func(policy string) {
		files["expenses.polar"] = &fstest.MapFile{Data: []byte(policy)}
		az.Reload(ctx) // OnReload logs the error
	}

	read()
	replace(`allow(user: User, "read", expense: Expense) if user.id = expense.usr_id;`)
	read()
	replace(`allow(user: User, "read", _: Expense) if user.title = "Accountant";`)
	read()
	replace(good)
	read()

	probe := httptest.NewRecorder()
	ready(az)(probe, httptest.NewRequest("GET", "/readyz", nil))
	fmt.Println("ready:", probe.Code)
	// Output:
	// level=INFO msg=authz outcome=allowed actor_class=User actor_id=1 action=read resource_class=Expense resource_id=2 asked=allow rule=expenses.polar:1:1 policy=56f94224067184cb
	// level=ERROR msg="policy rejected" error="authz: reload: expenses.polar:1:66: Expense has no attribute usr_id (did you mean \"user_id\"?)" policy=56f94224067184cb
	// level=INFO msg=authz outcome=allowed actor_class=User actor_id=1 action=read resource_class=Expense resource_id=2 asked=allow rule=expenses.polar:1:1 policy=56f94224067184cb
	// level=INFO msg="policy loaded" policy=e8a40db8b7b9fe1c previous=56f94224067184cb
	// level=WARN msg=authz outcome=denied actor_class=User actor_id=1 action=read resource_class=Expense resource_id=2 asked=allow policy=e8a40db8b7b9fe1c
	// level=INFO msg="policy loaded" policy=56f94224067184cb previous=e8a40db8b7b9fe1c
	// level=INFO msg=authz outcome=allowed actor_class=User actor_id=1 action=read resource_class=Expense resource_id=2 asked=allow rule=expenses.polar:1:1 policy=56f94224067184cb
	// ready: 200
}
