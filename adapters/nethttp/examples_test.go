package nethttp_test

// This file has the other examples, including those of docs/http.md.

import (
	"context"
	"errors"
	"fmt"
	"io"
	"maps"
	"net"
	"net/http"
	"net/http/httptest"
	"net/netip"
	"strconv"
	"strings"

	"github.com/ursa-authz/ursa/adapters/nethttp"
	"github.com/ursa-authz/ursa/authz"
	"github.com/ursa-authz/ursa/authz/ledger"
)

func newExpenses(change ...func(*authz.Config)) *authz.Authorizer {
	cfg := authz.Config{
		Policies: authz.String("expenses.polar", expensesPolicy),
		Classes:  []authz.Class{authz.ClassOf[User](), authz.ClassOf[Guest](), authz.ClassOf[Expense]()},
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

func ExampleHandlerFunc() {
	show := nethttp.HandlerFunc(func(w http.ResponseWriter, r *http.Request) error {
		expense, err := loadExpense(r)
		if err != nil {
			return err
		}
		if expense, err = authz.Authorize(r.Context(), "read", expense); err != nil {
			return err
		}
		return showExpense(w, r, expense)
	})
	mux := http.NewServeMux()
	mux.Handle("GET /expenses/{id}", show)
	send(newExpenses().Middleware(mux), "GET /expenses/2 alice@foo.com", "GET /expenses/1 alice@foo.com")
	// Output:
	// GET /expenses/2 alice@foo.com -> 200 OK
	// GET /expenses/1 alice@foo.com -> 403 Forbidden
}

func ExampleRequireDecision() {
	mux := http.NewServeMux()
	mux.HandleFunc("GET /expenses/{id}", func(w http.ResponseWriter, r *http.Request) {
		expense, err := loadExpense(r)
		if err != nil {
			authz.Refuse(w, r, err)
			return
		}
		// The handler forgot to check whether the user may read this expense.
		showExpense(w, r, expense)
	})
	az := newExpenses(func(c *authz.Config) {
		c.HTTP.OnRefusal = func(w http.ResponseWriter, r *http.Request, status int, err error) {
			if errors.Is(err, nethttp.ErrNoDecision) {
				fmt.Println("nothing was authorized in", r.Pattern)
			}
		}
	})
	send(az.Middleware(nethttp.RequireDecision(mux)), "GET /expenses/1 alice@foo.com")
	// Output:
	// nothing was authorized in GET /expenses/{id}
	// GET /expenses/1 alice@foo.com -> 500 Internal Server Error
}

// A Store stores expenses. Its transactions work as with database/sql and GORM: they are
// rolled back if the function returns an error.
type Store map[int]Expense

type Tx struct{ expenses Store }

func (s Store) Transaction(work func(tx *Tx) error) error {
	tx := &Tx{maps.Clone(s)}
	if err := work(tx); err != nil {
		return err
	}
	maps.Copy(s, tx.expenses)
	return nil
}

// Expense loads the expense of a route.
func (tx *Tx) Expense(r *http.Request) (*Expense, error) {
	id, _ := strconv.Atoi(r.PathValue("id"))
	e, ok := tx.expenses[id]
	if !ok {
		return nil, authz.ErrNotFound
	}
	return &e, nil
}

func (tx *Tx) Save(e *Expense) error {
	tx.expenses[e.ID] = *e
	return nil
}

// transact runs the work of a handler in a transaction. It commits if work returns nil
// and has authorized something, and rolls back otherwise.
func transact(store Store, r *http.Request, work func(ctx context.Context, tx *Tx) error) error {
	ctx, l := ledger.With(r.Context())
	return store.Transaction(func(tx *Tx) error {
		if err := work(ctx, tx); err != nil {
			return err
		}
		if !l.Settled() {
			return nethttp.ErrNoDecision
		}
		return nil
	})
}

// The writes of a handler are rolled back if it is refused, and if it authorizes nothing.
func Example_transaction() {
	az := newExpenses(func(c *authz.Config) {
		c.Policies = authz.String("edit.polar", `
			allow(_: User, "POST", _: Request);
			allow(user: User, "edit", expense: Expense) if user.id = expense.user_id;
		`)
	})
	store := Store{1: {ID: 1, UserID: 4, Amount: 100}, 2: {ID: 2, UserID: 1, Amount: 17743}}
	mux := http.NewServeMux()
	mux.Handle("POST /expenses/{id}/double", nethttp.HandlerFunc(func(w http.ResponseWriter, r *http.Request) error {
		err := transact(store, r, func(ctx context.Context, tx *Tx) error {
			expense, err := tx.Expense(r)
			if err != nil {
				return err
			}
			if expense, err = authz.Authorize(ctx, "edit", expense); err != nil {
				return err
			}
			expense.Amount *= 2
			return tx.Save(expense)
		})
		if err != nil {
			return err // nothing was written
		}
		_, err = io.WriteString(w, "doubled\n") // after the commit
		return err
	}))
	mux.Handle("POST /expenses/{id}/zero", nethttp.HandlerFunc(func(w http.ResponseWriter, r *http.Request) error {
		err := transact(store, r, func(ctx context.Context, tx *Tx) error {
			expense, err := tx.Expense(r)
			if err != nil {
				return err
			}
			expense.Amount = 0 // the handler forgot to authorize this
			return tx.Save(expense)
		})
		if err != nil {
			return err
		}
		_, err = io.WriteString(w, "zeroed\n")
		return err
	}))
	handler := az.Middleware(nethttp.RequireDecision(mux))
	send(handler,
		"POST /expenses/2/double alice@foo.com",
		"POST /expenses/1/double alice@foo.com",
		"POST /expenses/2/zero alice@foo.com",
	)
	fmt.Println(store[1].Amount, store[2].Amount)
	// Output:
	// POST /expenses/2/double alice@foo.com -> 200 OK
	// POST /expenses/1/double alice@foo.com -> 403 Forbidden
	// POST /expenses/2/zero alice@foo.com -> 500 Internal Server Error
	// 100 35486
}

// The handler that answers preflight requests goes outside of Middleware.
func Example_cors() {
	az := newExpenses()
	mux := http.NewServeMux()
	mux.Handle("GET /expenses/{id}", nethttp.Guard(az, "read", loadExpense, showExpense))

	cors := func(next http.Handler) http.Handler {
		return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
			w.Header().Set("Access-Control-Allow-Origin", "https://app.example")
			w.Header().Set("Vary", "Origin")
			if r.Method == http.MethodOptions && r.Header.Get("Access-Control-Request-Method") != "" {
				w.Header().Set("Access-Control-Allow-Methods", "GET")
				w.Header().Set("Access-Control-Allow-Headers", "user")
				w.WriteHeader(http.StatusNoContent)
				return
			}
			next.ServeHTTP(w, r)
		})
	}
	handler := cors(az.Middleware(mux))

	r := httptest.NewRequest("OPTIONS", "/expenses/2", nil)
	r.Header.Set("Access-Control-Request-Method", "GET")
	w := httptest.NewRecorder()
	handler.ServeHTTP(w, r)
	fmt.Println("preflight", w.Code)
	send(handler, "GET /expenses/2 alice@foo.com", "OPTIONS /expenses/2 alice@foo.com")
	// Output:
	// preflight 204
	// GET /expenses/2 alice@foo.com -> 200 OK
	// OPTIONS /expenses/2 alice@foo.com -> 403 Forbidden
}

// Behind a trusted proxy, policies see the client's address.
func Example_proxy() {
	proxies := netip.MustParsePrefix("10.0.0.0/8")
	az := newExpenses(func(c *authz.Config) {
		c.Policies = authz.String("office.polar", `
			allow(_, "GET", request: Request) if request.remote_addr = "192.0.2.7";
		`)
		c.HTTP.Request = func(r *http.Request, request *authz.Request) {
			peer, err := netip.ParseAddr(request.RemoteAddr)
			if err != nil || !proxies.Contains(peer) {
				return // the peer is not a trusted proxy
			}
			// The proxy appends the address that it sees. Clients can forge what is before it.
			all := r.Header.Values("X-Forwarded-For")
			if len(all) == 0 {
				return
			}
			hops := strings.Split(all[len(all)-1], ",")
			request.RemoteAddr = strings.TrimSpace(hops[len(hops)-1])
		}
	})
	handler := az.Middleware(http.HandlerFunc(healthz))
	for _, from := range []string{"10.0.0.1", "203.0.113.9"} {
		r := httptest.NewRequest("GET", "/", nil)
		r.RemoteAddr = net.JoinHostPort(from, "40000")
		r.Header.Set("X-Forwarded-For", "198.51.100.1, 192.0.2.7")
		w := httptest.NewRecorder()
		handler.ServeHTTP(w, r)
		fmt.Println(from, w.Code)
	}
	// Output:
	// 10.0.0.1 200
	// 203.0.113.9 403
}

// A job has no request, so it puts the Authorizer and the actor into its context itself.
func Example_job() {
	az := newExpenses()
	ctx := authz.NewContext(context.Background(), az, &User{ID: 1})
	_, err := authz.Authorize(ctx, "read", &Expense{ID: 1, UserID: 4})
	fmt.Println(errors.Is(err, authz.ErrForbidden))
	// Output: true
}

// A test of a route needs no Middleware: the context has the actor.
func Example_test() {
	az := newExpenses()
	mux := http.NewServeMux()
	mux.Handle("GET /expenses/{id}", nethttp.Guard(az, "read", loadExpense, showExpense))
	for _, id := range []int{1, 4} {
		ctx := authz.NewContext(context.Background(), az, &User{ID: id})
		r := httptest.NewRequestWithContext(ctx, "GET", "/expenses/2", nil)
		w := httptest.NewRecorder()
		mux.ServeHTTP(w, r)
		fmt.Println(id, w.Code)
	}
	// Output:
	// 1 200
	// 4 403
}

// Policies can use the routes of an http.ServeMux.
func Example_pattern() {
	az := newExpenses(func(c *authz.Config) {
		c.Policies = authz.String("routes.polar", `
			allow(user: User, "GET", request: Request) if
			    request.pattern() = "GET /users/{id}" and
			    request.path_value("id") = user.email;
		`)
	})
	mux := http.NewServeMux()
	mux.HandleFunc("GET /users/{id}", healthz)
	send(az.Middleware(mux), "GET /users/alice@foo.com alice@foo.com", "GET /users/bob@foo.com alice@foo.com")
	// Output:
	// GET /users/alice@foo.com alice@foo.com -> 200 OK
	// GET /users/bob@foo.com alice@foo.com -> 403 Forbidden
}
