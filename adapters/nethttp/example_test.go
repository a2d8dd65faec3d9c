package nethttp_test

// This file is the example of the package. The documentation shows all of it, and
// docs/http.md parts of it.

import (
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"strings"

	"github.com/ursa-authz/ursa/adapters/nethttp"
	"github.com/ursa-authz/ursa/authz"
)

// The application of the examples.

type User struct {
	ID    int `polar:",id"`
	Email string
}

type Guest struct{}

type Expense struct {
	ID     int `polar:",id"`
	UserID int
	Amount int
}

const expensesPolicy = `
# Who may send which request.
allow(_: User, "GET", request: Request) if
    request.segments = ["expenses", _];
allow(_, "GET", _: Request{path: "/healthz"});

# Who may do what with an expense.
allow(user: User, "read", expense: Expense) if
    user.id = expense.user_id;
`

// currentUser trusts a header, which only an example may do.
func currentUser(r *http.Request) (any, error) {
	switch r.Header.Get("user") {
	case "":
		return Guest{}, nil
	case "alice@foo.com":
		return &User{ID: 1, Email: "alice@foo.com"}, nil
	}
	return nil, authz.ErrUnauthenticated
}

// loadExpense loads the expense of a route.
func loadExpense(r *http.Request) (*Expense, error) {
	switch r.PathValue("id") {
	case "1":
		return &Expense{ID: 1, UserID: 4, Amount: 100}, nil
	case "2":
		return &Expense{ID: 2, UserID: 1, Amount: 17743}, nil
	}
	return nil, authz.ErrNotFound
}

func showExpense(w http.ResponseWriter, r *http.Request, expense *Expense) error {
	_, err := fmt.Fprintln(w, "an expense of", expense.Amount)
	return err
}

// send sends requests as "METHOD /path user" and prints the answers.
func send(h http.Handler, requests ...string) {
	for _, request := range requests {
		f := strings.Fields(request)
		r := httptest.NewRequest(f[0], f[1], nil)
		if len(f) > 2 {
			r.Header.Set("user", f[2])
		}
		w := httptest.NewRecorder()
		h.ServeHTTP(w, r)
		fmt.Println(request, "->", w.Code, http.StatusText(w.Code))
	}
}

func Example() {
	az, err := authz.New(authz.Config{
		Policies: authz.String("expenses.polar", expensesPolicy),
		Classes:  []authz.Class{authz.ClassOf[User](), authz.ClassOf[Guest](), authz.ClassOf[Expense]()},
		Actor:    currentUser,
	})
	if err != nil {
		fmt.Println(err)
		return
	}
	mux := http.NewServeMux()
	mux.Handle("GET /expenses/{id}", nethttp.Guard(az, "read", loadExpense, showExpense))
	mux.Handle("GET /healthz", nethttp.Skip("says nothing about anybody", http.HandlerFunc(healthz)))
	handler := az.Middleware(nethttp.RequireDecision(mux))

	send(handler,
		"GET /expenses/2 alice@foo.com",
		"GET /expenses/1 alice@foo.com",
		"GET /expenses/9999 alice@foo.com",
		"GET /expenses/2",
		"GET /expenses/2 nobody@foo.com",
		"GET /public/%2e%2e/expenses/2 alice@foo.com",
		"GET /healthz",
	)
	// Output:
	// GET /expenses/2 alice@foo.com -> 200 OK
	// GET /expenses/1 alice@foo.com -> 403 Forbidden
	// GET /expenses/9999 alice@foo.com -> 404 Not Found
	// GET /expenses/2 -> 403 Forbidden
	// GET /expenses/2 nobody@foo.com -> 401 Unauthorized
	// GET /public/%2e%2e/expenses/2 alice@foo.com -> 400 Bad Request
	// GET /healthz -> 200 OK
}

func healthz(w http.ResponseWriter, r *http.Request) { io.WriteString(w, "ok\n") }
