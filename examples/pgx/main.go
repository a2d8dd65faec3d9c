// Command pgx is a service over PostgreSQL without an ORM: pgx, the standard mux, and SQL that the
// service writes itself.
//
//	DATABASE_URL=postgres://postgres@127.0.0.1:5432/test go run .
//	curl -H 'X-User: 1' localhost:8080/expenses
package main

import (
	"context"
	_ "embed"
	"encoding/json"
	"errors"
	"log"
	"net/http"
	"os"
	"strconv"

	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/pgxpool"

	"github.com/ursa-authz/ursa/adapters/nethttp"
	sqlauthz "github.com/ursa-authz/ursa/adapters/sql"
	"github.com/ursa-authz/ursa/authz"
)

//go:embed expenses.polar
var policy string

//go:embed schema.sql
var schema string

type User struct {
	ID        int64  `db:"id,key" json:"id"`
	Name      string `db:"name,notnull" json:"name"`
	ManagerID *int64 `db:"manager_id" json:"-"`
}

type Expense struct {
	ID      int64  `db:"id,key" json:"id"`
	OwnerID int64  `db:"owner_id,notnull" json:"owner_id"`
	Owner   *User  `db:"-" json:"-"`
	Cents   int64  `db:"cents,notnull" json:"cents"`
	Note    string `db:"note,notnull" json:"note"`
}

// tables say how the types are stored, and what connects them.
var tables = sqlauthz.Tables{
	sqlauthz.TableOf[User]("users"),
	sqlauthz.TableOf[Expense]("expenses", sqlauthz.BelongsTo("Owner", "owner_id")),
}

// An app is the service.
type app struct {
	pool *pgxpool.Pool
	sql  *sqlauthz.Translator
}

// newApp returns the service, behind the policy.
func newApp(pool *pgxpool.Pool) (http.Handler, error) {
	a := &app{pool: pool}
	classes, err := tables.Classes(sqlauthz.Postgres, sqlauthz.Query(pool.Query))
	if err != nil {
		return nil, err
	}
	az, err := authz.New(authz.Config{
		Policies:   authz.String("expenses.polar", policy),
		Classes:    classes,
		Actor:      a.user,
		ReadAction: "read",
		NotFound:   []error{pgx.ErrNoRows},
	})
	if err != nil {
		return nil, err
	}
	if a.sql, err = sqlauthz.New(az, tables, sqlauthz.Postgres); err != nil {
		return nil, err
	}
	mux := http.NewServeMux()
	mux.Handle("GET /expenses", nethttp.HandlerFunc(a.list))
	mux.Handle("GET /expenses/{id}", nethttp.Guard(az, "read", a.expense, show))
	mux.Handle("POST /expenses", nethttp.HandlerFunc(a.create))
	return az.Middleware(nethttp.RequireDecision(mux)), nil
}

// user returns the user of a request. A real service reads a session here.
func (a *app) user(r *http.Request) (any, error) {
	rows, err := a.pool.Query(r.Context(), "SELECT * FROM users WHERE id::text = $1", r.Header.Get("X-User"))
	if err != nil {
		return nil, err
	}
	user, err := pgx.CollectExactlyOneRow(rows, pgx.RowToAddrOfStructByName[User])
	if errors.Is(err, pgx.ErrNoRows) {
		return nil, authz.ErrUnauthenticated
	}
	return user, err
}

// list returns a page of the expenses that the user may read, and whether they may approve each.
func (a *app) list(w http.ResponseWriter, r *http.Request) error {
	ctx := r.Context()
	mine, err := a.sql.Where(ctx, "read", "expenses", sqlauthz.Alias("e"), sqlauthz.ArgOffset(1))
	if err != nil {
		return err
	}
	args := append([]any{r.FormValue("note")}, mine.Args...)
	approve, err := a.sql.AllowedExpr(ctx, "approve", "expenses", sqlauthz.Alias("e"), sqlauthz.ArgOffset(len(args)))
	if err != nil {
		return err
	}
	rows, err := a.pool.Query(ctx, "SELECT e.*, "+approve.SQL+" AS approvable FROM expenses e"+
		" WHERE position($1 IN e.note) > 0 AND "+mine.SQL+" ORDER BY e.id DESC LIMIT 50", append(args, approve.Args...)...)
	if err != nil {
		return err
	}
	page, err := pgx.CollectRows(rows, pgx.RowToStructByName[struct {
		Expense
		Approvable bool `json:"approvable"`
	}])
	if err != nil {
		return err
	}
	return json.NewEncoder(w).Encode(page)
}

// expense loads the expense of a route, for the guard that decides about it.
func (a *app) expense(r *http.Request) (*Expense, error) {
	rows, err := a.pool.Query(r.Context(), "SELECT * FROM expenses WHERE id::text = $1", r.PathValue("id"))
	if err != nil {
		return nil, err
	}
	return pgx.CollectExactlyOneRow(rows, pgx.RowToAddrOfStructByName[Expense])
}

func show(w http.ResponseWriter, _ *http.Request, e *Expense) error {
	return json.NewEncoder(w).Encode(e)
}

// create stores an expense, unless the decision in its transaction is no.
func (a *app) create(w http.ResponseWriter, r *http.Request) error {
	var in struct { // not an Expense: a client must not fill its other fields
		OwnerID, Cents int64
		Note           string
	}
	if err := json.NewDecoder(http.MaxBytesReader(w, r.Body, 1<<16)).Decode(&in); err != nil {
		http.Error(w, "the body is not an expense", http.StatusBadRequest)
		return nil
	}
	expense := &Expense{OwnerID: in.OwnerID, Cents: in.Cents, Note: in.Note}
	err := pgx.BeginFunc(r.Context(), a.pool, func(tx pgx.Tx) error {
		ctx := sqlauthz.WithHandle(r.Context(), sqlauthz.Query(tx.Query))
		if _, err := authz.Authorize(ctx, "create", expense); err != nil {
			return err
		}
		return tx.QueryRow(ctx, "INSERT INTO expenses (owner_id, cents, note) VALUES ($1, $2, $3) RETURNING id", in.OwnerID, in.Cents, in.Note).Scan(&expense.ID)
	})
	if err != nil {
		return err
	}
	w.Header().Set("Location", "/expenses/"+strconv.FormatInt(expense.ID, 10))
	w.WriteHeader(http.StatusCreated)
	return json.NewEncoder(w).Encode(expense)
}

func main() {
	pool, err := pgxpool.New(context.Background(), os.Getenv("DATABASE_URL"))
	if err != nil {
		log.Fatal(err)
	}
	handler, err := newApp(pool)
	if err != nil {
		log.Fatal(err)
	}
	if _, err := pool.Exec(context.Background(), schema); err != nil {
		log.Fatal(err)
	}
	log.Fatal(http.ListenAndServe("127.0.0.1:8080", handler))
}
