// Command plain is a program on the standard library and GORM: one package, handlers that are
// functions and closures, errors checked one by one.
package main

import (
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"log"
	"net/http"
	"strconv"

	"gorm.io/gorm"

	gormauthz "github.com/ursa-authz/ursa/adapters/gorm"
	"github.com/ursa-authz/ursa/adapters/nethttp"
	"github.com/ursa-authz/ursa/authz"
)

type User struct{ ID int }

type Invoice struct {
	ID         int
	CustomerID int
	Customer   *User
	Paid       bool
}

const actionPay = "pay"

var db *gorm.DB

func main() {
	az, err := authz.New(authz.Config{Policies: authz.Files("policy/*.polar"), ReadAction: "raed"}) // want `no policy knows the action "raed" \(did you mean "read"\?\)`
	if err != nil {
		log.Fatal(err)
	}
	mux := http.NewServeMux()
	mux.HandleFunc("GET /invoices", listInvoices) // want `listInvoices is under RequireDecision`
	mux.HandleFunc("GET /invoices/{id}", readInvoice)
	mux.HandleFunc("GET /about", about) // want `about is under RequireDecision and never asks`
	mux.HandleFunc("GET /help", about)  //ursa:skip it answers 404 in production
	mux.HandleFunc("GET /health", func(w http.ResponseWriter, r *http.Request) {
		authz.Skip(r.Context(), "a health check")
		fmt.Fprintln(w, "ok")
	})
	mux.Handle("GET /all", http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) { // want `this handler is under RequireDecision`
		fmt.Fprintln(w, total())
	}))
	mux.Handle("POST /invoices/{id}", nethttp.Guard(az, actionPay, loadInvoice, payInvoice))
	mux.Handle("GET /static/", http.FileServer(http.Dir("static")))
	mux.HandleFunc("GET /mine", logged(mine))
	log.Fatal(http.ListenAndServe(":8080", az.Middleware(nethttp.RequireDecision(mux))))
}

func total() int { return 7 }

func about(w http.ResponseWriter, _ *http.Request) { fmt.Fprintln(w, "about") }

func logged(next http.HandlerFunc) http.HandlerFunc {
	return func(w http.ResponseWriter, r *http.Request) {
		log.Print(r.URL.Path)
		next(w, r)
	}
}

// mine asks in a function that it calls.
func mine(w http.ResponseWriter, r *http.Request) {
	invoices, err := restricted(r)
	if err != nil {
		authz.Refuse(w, r, err)
		return
	}
	_ = json.NewEncoder(w).Encode(invoices)
}

func restricted(r *http.Request) (invoices []Invoice, err error) {
	err = db.WithContext(r.Context()).Scopes(gormauthz.Authorized("read")).Find(&invoices).Error
	return invoices, err
}

func listInvoices(w http.ResponseWriter, r *http.Request) {
	var invoices []Invoice
	if err := db.WithContext(r.Context()).Find(&invoices).Error; err != nil { // want `Find uses rows of the class Invoice`
		http.Error(w, "failed", http.StatusInternalServerError)
		return
	}
	var users []*User
	db.Raw("SELECT * FROM users JOIN invoices ON true").Scan(&users)                  // want `Raw uses rows of the class`
	db.Exec("UPDATE settings SET seen = true")                                        // another table
	db.Exec("UPDATE invoices SET seen = true WHERE customer_id = ?", 1)               // want `Exec uses rows of the class Invoice`
	db.WithContext(gormauthz.Unrestricted(r.Context(), "a count")).Find(&[]Invoice{}) // marked
	_ = json.NewEncoder(w).Encode(invoices)
}

// readInvoice loads what it asks about.
func readInvoice(w http.ResponseWriter, r *http.Request) {
	var found []Invoice
	if err := db.WithContext(r.Context()).Where("id = ?", r.PathValue("id")).Find(&found).Error; err != nil || len(found) == 0 {
		http.NotFound(w, r)
		return
	}
	invoice, err := authz.Authorize(r.Context(), "read", &found[0])
	if err != nil {
		authz.Refuse(w, r, err)
		return
	}
	fmt.Fprintln(w, invoice.ID)
}

func loadInvoice(r *http.Request) (*Invoice, error) {
	id, err := strconv.Atoi(r.PathValue("id"))
	if err != nil {
		return nil, err
	}
	var invoice Invoice
	err = db.WithContext(r.Context()).First(&invoice, id).Error
	return &invoice, err
}

func payInvoice(w http.ResponseWriter, r *http.Request, invoice *Invoice) error {
	var body struct{ Amount int }
	if err := json.NewDecoder(r.Body).Decode(&body); err != nil {
		return err
	}
	var patch Invoice
	dec := json.NewDecoder(r.Body)
	if err := dec.Decode(&patch); err != nil { // want `decoded into Invoice, whose relation customer`
		return err
	}
	text, _ := io.ReadAll(http.MaxBytesReader(w, r.Body, 1<<20))
	if err := json.Unmarshal(text, &patch); err != nil { // want `decoded into Invoice, whose relation customer`
		return err
	}
	if err := json.Unmarshal([]byte(`{"ID": 1}`), &patch); err != nil { // not from a request
		return err
	}
	var user User // it has no relations
	_ = json.NewDecoder(r.Body).Decode(&user)
	invoice.Paid = body.Amount > 0
	return nil
}

// job is not a handler: it works on all rows.
func job(az *authz.Authorizer, r *http.Request) error {
	ctx := r.Context()
	az.Authorize(ctx, &User{ID: 1}, "pay", &Invoice{})    // want `the error of Authorize says whether it is allowed: the result is not used`
	go az.Authorize(ctx, &User{ID: 1}, "pay", &Invoice{}) // want `nobody gets the result of a go statement`
	_ = az.Authorize(ctx, &User{ID: 1}, "pay", nil)       // want `the error of Authorize says whether it is allowed`
	ok, _ := az.IsAllowed(ctx, &User{ID: 1}, "pay", nil)  // want `the error of IsAllowed says that it cannot be decided`
	//ursa:skip the button is hidden if this cannot be decided
	hidden, _ := az.IsAllowed(ctx, &User{ID: 1}, "pay", nil)
	//ursa:skip
	_, _ = ok, hidden                                                                                     // want -1 `this comment gives no reason`
	if err := az.Authorize(ctx, &User{ID: 1}, "refund", &Invoice{}); errors.Is(err, authz.ErrForbidden) { // want `no policy knows the action "refund"`
		return err
	}
	if err := az.Authorize(ctx, &User{ID: 1}, "GET", r); err != nil {
		return err
	}
	action := r.FormValue("action")
	return az.Authorize(ctx, &User{ID: 1}, action, &Invoice{})
}

func migrate() {
	var invoices []Invoice
	db.Find(&invoices)
	db.Exec("DELETE FROM invoices")
}
