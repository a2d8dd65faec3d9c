package nethttp_test

// This file has the examples of docs/security.md.

import (
	"context"
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"strings"
	"time"

	"github.com/ursa-authz/ursa/adapters/nethttp"
	"github.com/ursa-authz/ursa/authz"
)

// A change is what a client may say about an expense. It has no id, no owner and
// no relations: those come from the stored row.
type change struct {
	Amount int `json:"amount"`
}

// readChange reads a change from the body of a request.
func readChange(w http.ResponseWriter, r *http.Request) (change, error) {
	d := json.NewDecoder(http.MaxBytesReader(w, r.Body, 1<<16))
	d.DisallowUnknownFields()
	var c change
	if err := d.Decode(&c); err != nil {
		return change{}, authz.ErrBadRequest
	}
	return c, nil
}

// deadline bounds the time of everything that a request does.
func deadline(next http.Handler) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		ctx, cancel := context.WithTimeout(r.Context(), 5*time.Second)
		defer cancel()
		next.ServeHTTP(w, r.WithContext(ctx))
	})
}

func Example_security() {
	const policy = `
		allow(_: User, "POST", request: Request) if request.segments = ["expenses", _];
		allow(user: User, "read", expense: Expense) if user.id = expense.user_id;
		allow(user: User, "edit", expense: Expense) if user.id = expense.user_id;
		deny(_: User, "edit", expense: Expense) if expense.amount > 10000;
	`
	az, err := authz.New(authz.Config{
		Policies:   authz.String("expenses.polar", policy),
		Classes:    []authz.Class{authz.ClassOf[User](), authz.ClassOf[Guest](), authz.ClassOf[Expense]()},
		Actor:      currentUser,
		ReadAction: "read",
		DenyRule:   true,
		Limits:     authz.Limits{Steps: 100_000, Bytes: 1 << 20, Depth: 10_000, Fetches: 100},
		Observe:    authz.LogDecisions(nil),
	})
	if err != nil {
		panic(err)
	}
	store := Store{1: {ID: 1, UserID: 4, Amount: 100}, 2: {ID: 2, UserID: 1, Amount: 9000}}
	edit := func(w http.ResponseWriter, r *http.Request) error {
		c, err := readChange(w, r)
		if err != nil {
			return err
		}
		err = transact(store, r, func(ctx context.Context, tx *Tx) error {
			expense, err := tx.Expense(r)
			if err != nil {
				return err
			}
			if expense, err = authz.Authorize(ctx, "edit", expense); err != nil {
				return err
			}
			expense.Amount = c.Amount
			if _, err := authz.Authorize(ctx, "edit", expense); err != nil { // as it will be
				return err
			}
			return tx.Save(expense)
		})
		if err != nil {
			return err
		}
		_, err = io.WriteString(w, "changed\n")
		return err
	}
	mux := http.NewServeMux()
	mux.Handle("POST /expenses/{id}", nethttp.HandlerFunc(edit))
	handler := deadline(az.Middleware(nethttp.RequireDecision(mux)))

	for _, try := range [][2]string{
		{"/expenses/2", `{"amount": 9500}`},
		{"/expenses/2", `{"amount": 20000}`},           // denied as it will be
		{"/expenses/1", `{"amount": 1}`},               // hidden
		{"/expenses/9", `{"amount": 1}`},               // missing
		{"/expenses/1", `{"amount": 1, "user_id": 1}`}, // what a client may not say
	} {
		r := httptest.NewRequest("POST", try[0], strings.NewReader(try[1]))
		r.Header.Set("user", "alice@foo.com")
		w := httptest.NewRecorder()
		handler.ServeHTTP(w, r)
		fmt.Println(w.Code)
	}
	fmt.Println(store[1].Amount, store[2].Amount)
	// Output:
	// 200
	// 403
	// 404
	// 404
	// 400
	// 100 9500
}
