package authz_test

// This file has the examples of single functions.

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"os"
	"testing/fstest"

	"github.com/ursa-authz/ursa/authz"
)

// A Guest is an anonymous visitor.
type Guest struct{}

const expensesPolicy = `
allow(user: User, "read", expense: Expense) if
    user.id = expense.user_id;

allow(user: User, _, _: Expense) if
    user.title = "CEO";

allow(_: User, "create", Expense);
`

func newExpenses(change ...func(*authz.Config)) *authz.Authorizer {
	cfg := authz.Config{
		Policies: authz.String("expenses.polar", expensesPolicy),
		Classes:  []authz.Class{authz.ClassOf[User](), authz.ClassOf[Guest](), authz.ClassOf[Expense]()},
	}
	for _, c := range change {
		c(&cfg)
	}
	az, err := authz.New(cfg)
	if err != nil {
		panic(err)
	}
	return az
}

func ExampleNew_badPolicy() {
	_, err := authz.New(authz.Config{
		Policies: authz.String("expenses.polar", `allow(user: User, "read", expense: Expense) if user.id = expense.usr_id;`),
		Classes:  []authz.Class{authz.ClassOf[User](), authz.ClassOf[Expense]()},
	})
	fmt.Println(err)
	// Output: authz: expenses.polar:1:66: Expense has no attribute usr_id (did you mean "user_id"?)
}

func ExampleAuthorizer_Authorize() {
	az := newExpenses()
	ctx := context.Background()
	user := &User{ID: 1}

	for _, action := range []string{"read", "delete"} {
		err := az.Authorize(ctx, user, action, &Expense{ID: 2, UserID: 1})
		switch {
		case err == nil:
			fmt.Println(action, "is allowed")
		case errors.Is(err, authz.ErrForbidden):
			denied, _ := errors.AsType[*authz.DeniedError](err)
			fmt.Println(denied.Action(), "on", denied.Class(), "is denied")
		default:
			fmt.Println("a fault:", err)
		}
	}
	// A nil user is not a denial but a fault of the program.
	var nobody *User
	fmt.Println(errors.Is(az.Authorize(ctx, nobody, "read", &Expense{}), authz.ErrUndecided))
	// Output:
	// read is allowed
	// delete on Expense is denied
	// true
}

func ExampleAuthorizer_Authorize_class() {
	// There is no expense yet, so pass the class.
	err := newExpenses().Authorize(context.Background(), &User{ID: 1}, "create", authz.ClassOf[Expense]())
	fmt.Println(err)
	// Output: <nil>
}

func ExampleAuthorize() {
	az := newExpenses()
	ctx := authz.NewContext(context.Background(), az, &User{ID: 1})

	expense := &Expense{ID: 3, UserID: 4}
	expense, err := authz.Authorize(ctx, "read", expense)
	fmt.Println(expense, errors.Is(err, authz.ErrForbidden))
	// Output: <nil> true
}

func ExampleConfig_readAction() {
	az := newExpenses(func(c *authz.Config) { c.ReadAction = "read" })
	ctx := context.Background()
	user := &User{ID: 1}

	mine, other := &Expense{ID: 2, UserID: 1}, &Expense{ID: 3, UserID: 4}
	fmt.Println(errors.Is(az.Authorize(ctx, user, "delete", mine), authz.ErrForbidden))
	fmt.Println(az.Authorize(ctx, user, "delete", other))
	// Output:
	// true
	// authz: not found
}

func ExampleAuthorizer_AuthorizedActions() {
	az := newExpenses()
	ctx := context.Background()
	for _, user := range []*User{{ID: 1}, {ID: 2}, {ID: 3, Title: "CEO"}} {
		grants, err := az.AuthorizedActions(ctx, user, &Expense{ID: 2, UserID: 1})
		fmt.Println(grants.All, grants.Names, grants.Has("delete"), err)
	}
	// Output:
	// false [read] false <nil>
	// false [] false <nil>
	// true [] true <nil>
}

func ExampleAuthorizer_AuthorizeField() {
	az := newExpenses(func(c *authz.Config) {
		c.Policies = authz.String("fields.polar", `
			allow_field(user: User, "update", expense: Expense, field) if
			    user.id = expense.user_id and
			    field in ["amount", "description"];
		`)
	})
	ctx := context.Background()
	user, expense := &User{ID: 1}, &Expense{ID: 2, UserID: 1}
	fmt.Println(az.AuthorizeField(ctx, user, "update", expense, "amount"))
	fmt.Println(errors.Is(az.AuthorizeField(ctx, user, "update", expense, "user_id"), authz.ErrForbidden))
	fields, err := az.AuthorizedFields(ctx, user, "update", expense)
	fmt.Println(fields.Names, err)
	// Output:
	// <nil>
	// true
	// [amount description] <nil>
}

func ExampleAuthorizer_Query() {
	az := newExpenses(func(c *authz.Config) {
		c.Policies = authz.String("roles.polar", `
			has_role(_: User{title: "CEO"}, "admin");
			has_role(_: User, "member");
		`)
	})
	for solution, err := range az.Query(context.Background(), "has_role", &User{Title: "CEO"}, authz.Var("role")) {
		fmt.Println(solution["role"], err)
	}
	// Output:
	// admin <nil>
	// member <nil>
}

func ExampleAuthorizer_Reload() {
	files := fstest.MapFS{"policy.polar": {Data: []byte(`allow(_: User, "read", _: Expense);`)}}
	az := newExpenses(func(c *authz.Config) {
		c.Policies = authz.FS(files, "*.polar")
		c.Observe = func(_ context.Context, e authz.Event) {
			if e.Kind == authz.EventReload {
				fmt.Println("replaced:", e.Err == nil)
			}
		}
	})
	ctx := context.Background()
	may := func() bool {
		ok, _ := az.IsAllowed(ctx, &User{ID: 1}, "read", &Expense{})
		return ok
	}

	// After an error, the previous policy stays in force.
	files["policy.polar"].Data = []byte(`allow(_: User, "read",`)
	fmt.Println(az.Reload(ctx) != nil, may())

	files["policy.polar"].Data = []byte(`allow(_: User, "write", _: Expense);`)
	fmt.Println(az.Reload(ctx) != nil, may())
	// Output:
	// replaced: false
	// true true
	// replaced: true
	// false false
}

func ExampleLogDecisions() {
	logger := slog.New(slog.NewTextHandler(os.Stdout, &slog.HandlerOptions{
		ReplaceAttr: func(_ []string, a slog.Attr) slog.Attr {
			switch a.Key {
			case "time", "decision_id", "policy_version", "duration": // these differ each time
				return slog.Attr{}
			}
			return a
		},
	}))
	az := newExpenses(func(c *authz.Config) { c.Observe = authz.LogDecisions(logger) })
	ctx := context.Background()
	az.IsAllowed(ctx, &User{ID: 1}, "read", &Expense{ID: 2, UserID: 1})
	az.IsAllowed(ctx, &User{ID: 1}, "read", &Expense{ID: 3, UserID: 4})
	// Output:
	// level=INFO msg="allowed: User 1 read Expense 2" kind=decision verdict=allowed actor_class=User actor_id=1 action=read resource_class=Expense resource_id=2 rule=allow by=expenses.polar:2:1
	// level=WARN msg="denied: User 1 read Expense 3" kind=decision verdict=denied actor_class=User actor_id=1 action=read resource_class=Expense resource_id=3 rule=allow
}

func ExampleRefuse() {
	handler := func(w http.ResponseWriter, r *http.Request) {
		authz.Refuse(w, r, authz.ErrForbidden)
	}
	for _, accept := range []string{"text/html", "application/json"} {
		w := httptest.NewRecorder()
		r := httptest.NewRequest("GET", "/", nil)
		r.Header.Set("Accept", accept)
		handler(w, r)
		fmt.Println(w.Code, w.Header().Get("Content-Type"))
		fmt.Print(w.Body)
	}
	// Output:
	// 403 text/html; charset=utf-8
	// <!doctype html>
	// <html lang=en>
	// <title>403 Forbidden</title>
	// <h1>Forbidden</h1>
	// <p>Not Authorized!</p>
	// 403 application/problem+json
	// {"type":"about:blank","title":"Forbidden","status":403}
}
