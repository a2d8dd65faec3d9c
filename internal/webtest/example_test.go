package webtest

// This file has the programs of docs/routers.md.

import (
	"context"
	"fmt"
	"net/http"
	"net/http/httptest"
	"strconv"
	"strings"
	"testing"

	"github.com/danielgtaylor/huma/v2"
	"github.com/danielgtaylor/huma/v2/adapters/humago"
	"github.com/go-chi/chi/v5"
	"github.com/gorilla/mux"

	"github.com/ursa-authz/ursa/adapters/nethttp"
	"github.com/ursa-authz/ursa/authz"
	"github.com/ursa-authz/ursa/internal/pagecode"
)

// findExpense is the database of the examples.
func findExpense(id string) (*Expense, error) {
	n, err := strconv.Atoi(id)
	if err != nil || n > 100 {
		return nil, authz.ErrNotFound
	}
	return &Expense{ID: n, UserID: n % 2}, nil
}

func showExpense(w http.ResponseWriter, r *http.Request, expense *Expense) error {
	_, err := fmt.Fprintln(w, "expense", expense.ID)
	return err
}

func newExample(pattern string, route func(*http.Request) (authz.Route, error)) *authz.Authorizer {
	cfg := config(Framework{Route: route})
	cfg.Policies = authz.String("example.polar", `
allow(_: User, "GET", request: Request) if request.pattern() = "`+pattern+`";
allow(user: User, "read", expense: Expense) if user.id = expense.user_id;
`)
	az, err := authz.New(cfg)
	if err != nil {
		panic(err)
	}
	return az
}

func withChi() http.Handler {
	az := newExample("/expenses/{id}", chiRoute)
	load := func(r *http.Request) (*Expense, error) { return findExpense(chi.URLParam(r, "id")) }

	router := chi.NewRouter()
	router.Group(func(r chi.Router) {
		r.Use(az.Middleware, nethttp.RequireDecision)
		r.Method("GET", "/expenses/{id}", nethttp.Guard(az, "read", load, showExpense))
	})
	return authz.Canonical(router)
}

func withGorilla() http.Handler {
	az := newExample("/expenses/{id}", gorillaRoute)
	load := func(r *http.Request) (*Expense, error) { return findExpense(mux.Vars(r)["id"]) }

	router := mux.NewRouter()
	router.Use(az.Middleware, nethttp.RequireDecision)
	router.Handle("/expenses/{id}", nethttp.Guard(az, "read", load, showExpense)).Methods("GET")
	return authz.Canonical(router)
}

type expenseInput struct {
	ID string `path:"id"`
}

type expenseOutput struct{ Body Expense }

func withHuma() http.Handler {
	az := newExample("GET /expenses/{id}", nil)

	mux := http.NewServeMux()
	api := humago.New(mux, huma.DefaultConfig("Expenses", "1.0.0"))
	huma.Get(api, "/expenses/{id}", func(ctx context.Context, in *expenseInput) (*expenseOutput, error) {
		expense, err := findExpense(in.ID)
		if err == nil {
			expense, err = authz.Authorize(ctx, "read", expense)
		}
		if err != nil {
			return nil, humaError(err)
		}
		return &expenseOutput{*expense}, nil
	})
	return az.Middleware(nethttp.RequireDecision(mux))
}

// humaError returns the error for huma, which would send the text of err.
func humaError(err error) error {
	status := authz.StatusOf(err)
	return huma.NewError(status, http.StatusText(status))
}

// TestRouters runs the programs of the page.
func TestRouters(t *testing.T) {
	for name, h := range map[string]http.Handler{"chi": withChi(), "gorilla": withGorilla(), "huma": withHuma(), "ogen": withOgen()} {
		for path, want := range map[string]int{
			"/expenses/1": 200, "/expenses/2": 403, "/expenses/999": 404, "/expenses/%31": 200, "/a/../expenses/1": 400,
		} {
			r := httptest.NewRequest("GET", path, nil)
			r.Header.Set("user", "user1@foo.com")
			w := httptest.NewRecorder()
			h.ServeHTTP(w, r)
			if w.Code != want && !(want == 400 && w.Code/100 != 2) {
				t.Errorf("%s, %s: %d %s, want %d", name, path, w.Code, w.Body, want)
			}
			if strings.Contains(w.Body.String(), "authz:") {
				t.Errorf("%s, %s: %s", name, path, w.Body)
			}
		}
		// Of huma's own pages too.
		r := httptest.NewRequest("GET", "/openapi.json", nil)
		r.Header.Set("user", "user1@foo.com")
		w := httptest.NewRecorder()
		if h.ServeHTTP(w, r); w.Code != 403 && w.Code != 404 {
			t.Errorf("%s, /openapi.json: %d", name, w.Code)
		}
	}
}

// TestDocs: the code of docs/routers.md is that of this file.
func TestDocs(t *testing.T) {
	pagecode.Code(t, "../../docs/routers.md", []string{"go"}, 10, "example_test.go", "http_test.go", "ogen_test.go")
}
