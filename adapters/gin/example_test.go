package ginauthz_test

// This file has the examples of the package documentation and of docs/gin.md.

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"net/http/httptest"
	"strings"

	"github.com/gin-gonic/gin"

	ginauthz "github.com/ursa-authz/ursa/adapters/gin"
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
func loadExpense(c *gin.Context) (*Expense, error) {
	switch c.Param("id") {
	case "1":
		return &Expense{ID: 1, UserID: 4, Amount: 100}, nil
	case "2":
		return &Expense{ID: 2, UserID: 1, Amount: 17743}, nil
	}
	return nil, authz.ErrNotFound
}

func showExpense(c *gin.Context) {
	expense := ginauthz.Resource[*Expense](c)
	c.String(http.StatusOK, "an expense of %d", expense.Amount)
}

func healthz(c *gin.Context) { c.String(http.StatusOK, "ok") }

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

func Example() {
	gin.SetMode(gin.ReleaseMode)
	az := newAuthorizer()
	router := gin.New()
	router.Use(gin.Recovery(), ginauthz.Middleware(az), ginauthz.RequireDecision())
	router.GET("/expenses/:id", ginauthz.Guard(az, "read", loadExpense), showExpense)
	router.GET("/healthz", ginauthz.Skip("says nothing about anybody"), healthz)

	fmt.Print(send(authz.Canonical(router),
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

// A handler can ask by itself, and answers what it gets with Refuse.
func ExampleRefuse() {
	gin.SetMode(gin.ReleaseMode)
	router := gin.New()
	router.Use(ginauthz.Middleware(newAuthorizer()), ginauthz.RequireDecision())
	router.GET("/expenses/:id", func(c *gin.Context) {
		expense, err := loadExpense(c)
		if err == nil {
			expense, err = authz.Authorize(c.Request.Context(), "read", expense)
		}
		if err != nil {
			ginauthz.Refuse(c, err)
			return
		}
		c.JSON(http.StatusOK, gin.H{"amount": expense.Amount})
	})
	fmt.Print(send(router, "GET /expenses/2 alice@foo.com", "GET /expenses/1 alice@foo.com"))
	// Output:
	// GET /expenses/2 alice@foo.com -> 200 OK
	// GET /expenses/1 alice@foo.com -> 403 Forbidden
}

// A handler that asks nothing is answered 500, and the error is in c.Errors.
func ExampleRequireDecision() {
	gin.SetMode(gin.ReleaseMode)
	router := gin.New()
	router.Use(func(c *gin.Context) {
		c.Next()
		if err := c.Errors.Last(); errors.Is(err, ginauthz.ErrNoDecision) {
			fmt.Println("nothing was authorized in", c.FullPath())
		}
	})
	router.Use(ginauthz.Middleware(newAuthorizer()), ginauthz.RequireDecision())
	router.GET("/expenses/:id", func(c *gin.Context) {
		expense, err := loadExpense(c)
		if err != nil {
			ginauthz.Refuse(c, err)
			return
		}
		// Nobody has asked whether the user may read this expense.
		c.JSON(http.StatusOK, expense)
	})
	fmt.Print(send(router, "GET /expenses/1 alice@foo.com"))
	// Output:
	// nothing was authorized in /expenses/:id
	// GET /expenses/1 alice@foo.com -> 500 Internal Server Error
}

// A test of a handler needs no Middleware: the context says who it is.
func Example_test() {
	gin.SetMode(gin.ReleaseMode)
	router := gin.New()
	az := newAuthorizer()
	router.GET("/expenses/:id", ginauthz.Guard(az, "read", loadExpense), showExpense)
	for _, id := range []int{1, 4} {
		ctx := authz.NewContext(context.Background(), az, &User{ID: id})
		r := httptest.NewRequestWithContext(ctx, "GET", "/expenses/1", nil)
		w := httptest.NewRecorder()
		router.ServeHTTP(w, r)
		fmt.Println(id, w.Code)
	}
	// Output:
	// 1 403
	// 4 200
}
