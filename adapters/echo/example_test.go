package echoauthz_test

// This file has the examples of the package documentation and of docs/echo.md.

import (
	"context"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"strings"

	"github.com/labstack/echo/v5"
	"github.com/labstack/echo/v5/middleware"

	echoauthz "github.com/ursa-authz/ursa/adapters/echo"
	"github.com/ursa-authz/ursa/authz"
)

type User struct {
	ID int `polar:",id"`
}

type Expense struct {
	ID     int `polar:",id"`
	UserID int
	Amount int
}

const policy = `
# Who may send which request.
allow(_: User, "GET", request: Request) if
    request.pattern() in ["/expenses/:id", "/healthz"];

# Who may do what with an expense.
allow(user: User, "read", expense: Expense) if
    user.id = expense.user_id;
`

// currentUser trusts a header, which only an example may do.
func currentUser(r *http.Request) (any, error) {
	if r.Header.Get("user") != "alice@foo.com" {
		return nil, authz.ErrUnauthenticated
	}
	return &User{ID: 1}, nil
}

// loadExpense loads the expense of a route.
func loadExpense(c *echo.Context) (*Expense, error) {
	switch c.Param("id") {
	case "1":
		return &Expense{ID: 1, UserID: 4, Amount: 100}, nil
	case "2":
		return &Expense{ID: 2, UserID: 1, Amount: 17743}, nil
	}
	return nil, authz.ErrNotFound
}

func showExpense(c *echo.Context) error {
	expense := echoauthz.Resource[*Expense](c)
	return c.String(http.StatusOK, fmt.Sprint("an expense of ", expense.Amount))
}

func healthz(c *echo.Context) error { return c.String(http.StatusOK, "ok") }

func newAuthorizer(change ...func(*authz.Config)) *authz.Authorizer {
	cfg := authz.Config{
		Policies: authz.String("expenses.polar", policy),
		Classes:  []authz.Class{authz.ClassOf[User](), authz.ClassOf[Expense]()},
		Actor:    currentUser,
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

// send sends requests as "METHOD /path user" and returns the answers.
func send(h http.Handler, requests ...string) (answers string) {
	for _, request := range requests {
		f := strings.Fields(request)
		r := httptest.NewRequest(f[0], f[1], nil)
		if len(f) > 2 {
			r.Header.Set("user", f[2])
		}
		w := httptest.NewRecorder()
		h.ServeHTTP(w, r)
		answers += fmt.Sprintln(request, "->", w.Code, http.StatusText(w.Code))
	}
	return answers
}

// quiet returns an Echo that logs nothing.
func quiet() *echo.Echo {
	e := echo.New()
	e.Logger = slog.New(slog.NewTextHandler(io.Discard, nil))
	return e
}

func Example() {
	az := newAuthorizer()
	e := echo.New()
	e.HTTPErrorHandler = echoauthz.ErrorHandler(e.HTTPErrorHandler)
	e.Use(middleware.Recover(), echoauthz.Middleware(az), echoauthz.RequireDecision())
	e.GET("/expenses/:id", showExpense, echoauthz.Guard(az, "read", loadExpense))
	e.GET("/healthz", healthz, echoauthz.Skip("says nothing about anybody"))

	fmt.Print(send(authz.Canonical(e),
		"GET /expenses/2 alice@foo.com",
		"GET /expenses/1 alice@foo.com",
		"GET /expenses/9999 alice@foo.com",
		"GET /expenses/2",
		"GET /public/%2e%2e/expenses/2 alice@foo.com",
		"GET /healthz alice@foo.com",
		"GET /other alice@foo.com",
	))
	// Output:
	// GET /expenses/2 alice@foo.com -> 200 OK
	// GET /expenses/1 alice@foo.com -> 403 Forbidden
	// GET /expenses/9999 alice@foo.com -> 404 Not Found
	// GET /expenses/2 -> 401 Unauthorized
	// GET /public/%2e%2e/expenses/2 alice@foo.com -> 400 Bad Request
	// GET /healthz alice@foo.com -> 200 OK
	// GET /other alice@foo.com -> 403 Forbidden
}

// A handler can ask by itself, and returns the error that it gets.
func ExampleMiddleware() {
	e := quiet()
	e.Use(echoauthz.Middleware(newAuthorizer()), echoauthz.RequireDecision())
	e.GET("/expenses/:id", func(c *echo.Context) error {
		expense, err := loadExpense(c)
		if err != nil {
			return err
		}
		expense, err = authz.Authorize(c.Request().Context(), "read", expense)
		if err != nil {
			return err
		}
		return c.JSON(http.StatusOK, map[string]int{"amount": expense.Amount})
	})
	fmt.Print(send(e, "GET /expenses/2 alice@foo.com", "GET /expenses/1 alice@foo.com", "GET /expenses/9 alice@foo.com"))
	// Output:
	// GET /expenses/2 alice@foo.com -> 200 OK
	// GET /expenses/1 alice@foo.com -> 403 Forbidden
	// GET /expenses/9 alice@foo.com -> 404 Not Found
}

// An error handler of the application answers refusals as it answers other errors.
func ExampleError() {
	e := quiet()
	e.HTTPErrorHandler = func(c *echo.Context, err error) {
		if r, _ := echo.UnwrapResponse(c.Response()); r != nil && r.Committed {
			return
		}
		fmt.Println("refused:", errors.Is(err, authz.ErrForbidden))
		c.JSON(echo.StatusCode(err), map[string]string{"error": err.Error()})
	}
	az := newAuthorizer()
	e.Use(echoauthz.Middleware(az))
	e.GET("/expenses/:id", showExpense, echoauthz.Guard(az, "read", loadExpense))
	fmt.Print(send(e, "GET /expenses/1 alice@foo.com"))
	// Output:
	// refused: true
	// GET /expenses/1 alice@foo.com -> 403 Forbidden
}

// A handler that asks nothing is answered 500, and middleware outside gets the error.
func ExampleRequireDecision() {
	e := quiet()
	e.Use(func(next echo.HandlerFunc) echo.HandlerFunc {
		return func(c *echo.Context) error {
			err := next(c)
			if errors.Is(err, echoauthz.ErrNoDecision) {
				fmt.Println("nothing was authorized in", c.Path())
			}
			return err
		}
	})
	e.Use(echoauthz.Middleware(newAuthorizer()), echoauthz.RequireDecision())
	e.GET("/expenses/:id", func(c *echo.Context) error {
		expense, err := loadExpense(c)
		if err != nil {
			return err
		}
		// Nobody has asked whether the user may read this expense.
		return c.JSON(http.StatusOK, expense)
	})
	fmt.Print(send(e, "GET /expenses/1 alice@foo.com"))
	// Output:
	// nothing was authorized in /expenses/:id
	// GET /expenses/1 alice@foo.com -> 500 Internal Server Error
}

// A test of a handler needs no Middleware: the context says who it is.
func Example_test() {
	e := quiet()
	az := newAuthorizer()
	e.GET("/expenses/:id", showExpense, echoauthz.Guard(az, "read", loadExpense))
	for _, id := range []int{1, 4} {
		ctx := authz.NewContext(context.Background(), az, &User{ID: id})
		r := httptest.NewRequestWithContext(ctx, "GET", "/expenses/1", nil)
		w := httptest.NewRecorder()
		e.ServeHTTP(w, r)
		fmt.Println(id, w.Code)
	}
	// Output:
	// 1 403
	// 4 200
}
