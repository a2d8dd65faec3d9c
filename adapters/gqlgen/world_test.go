package gqlauthz_test

// This file defines the application of these tests: the resolvers, their policy, and a
// server on a real socket.

import (
	"bytes"
	"context"
	"database/sql"
	"encoding/json"
	"io"
	"net/http"
	"net/http/httptest"
	"sync/atomic"
	"testing"

	"github.com/99designs/gqlgen/graphql"
	"github.com/99designs/gqlgen/graphql/handler"
	"github.com/99designs/gqlgen/graphql/handler/extension"
	"github.com/99designs/gqlgen/graphql/handler/transport"

	gqlauthz "github.com/ursa-authz/ursa/adapters/gqlgen"
	"github.com/ursa-authz/ursa/adapters/gqlgen/internal/graph"
	"github.com/ursa-authz/ursa/authz"
)

const policy = `
# Everybody may send queries. What they get is decided below.
allow(_: User, "POST", _: Request{path: "/query"});

# By object: who may read an expense?
allow(user: User, "read", expense: Expense) if
    user.auditor or expense.user_id = user.id;
allow(user: User, "submit", expense: Expense) if
    expense.user_id = user.id and expense.amount < 1000;
allow(user: User, "annotate", _: Expense) if user.auditor;
allow(_: User, "read", _: User);

# By field: users can read all fields of an expense, except the approver.
allow_field(_: User, "read", _: Expense, field) if field in ["id", "userId", "amount", "note"];
allow_field(_: User{auditor: true}, "read", _: Expense, "approver");
allow_field(_: User, "read", _: User, "id");
`

// expenses are the rows of the service.
func expenses() []*graph.Expense {
	return []*graph.Expense{
		{ID: 1, UserID: 1, Amount: 100, Note: "taxi", Approver: &graph.User{ID: 3, Name: "Carol"}},
		{ID: 2, UserID: 2, Amount: 200, Note: "hotel"},
		{ID: 3, UserID: 1, Amount: 300},
	}
}

// loadExpense loads an expense from a database, as Load of a gormauthz.Repository does:
// for guards only.
func loadExpense(ctx context.Context, id int) (*graph.Expense, error) {
	if !authz.Loading(ctx) {
		return nil, authz.ErrUndecided
	}
	for _, e := range expenses() {
		if e.ID == id {
			return e, nil
		}
	}
	return nil, sql.ErrNoRows
}

// A Resolver is the root of the resolvers that gqlgen asks for.
type Resolver struct {
	submitted, approved atomic.Int32
	all                 []*graph.Expense // what allExpenses resolves to, if not all expenses
}

func (r *Resolver) Query() graph.QueryResolver       { return queries{r} }
func (r *Resolver) Mutation() graph.MutationResolver { return mutations{r} }

type queries struct{ *Resolver }

// Expense returns what it has loaded. The directive of the type authorizes it.
func (queries) Expense(ctx context.Context, id int) (*graph.Expense, error) {
	return loadExpense(ctx, id)
}

// Expenses returns the expenses that the actor may read.
func (queries) Expenses(ctx context.Context) ([]*graph.Expense, error) {
	az, ok := authz.FromContext(ctx)
	if !ok {
		return nil, authz.ErrUndecided
	}
	actor, _ := authz.ActorFrom(ctx)
	q, err := az.Filter(ctx, actor, "read", authz.ClassOf[graph.Expense]())
	if err != nil {
		return nil, err
	}
	var list []*graph.Expense
	for _, e := range expenses() { // in place of a database's WHERE
		if ok, err := q.Match(ctx, e, nil); err != nil {
			return nil, err
		} else if ok {
			list = append(list, e)
		}
	}
	return list, nil
}

func (r queries) AllExpenses(context.Context) ([]*graph.Expense, error) {
	if r.all != nil {
		return r.all, nil
	}
	return expenses(), nil
}

func (queries) Node(ctx context.Context, id int) (graph.Node, error) {
	e, err := loadExpense(ctx, id)
	if err != nil {
		return nil, err
	}
	return e, nil
}

// Amount returns a number, which the directive cannot authorize.
func (queries) Amount(ctx context.Context, id int) (*int, error) {
	e, err := gqlauthz.Guard(ctx, "read", func(ctx context.Context) (*graph.Expense, error) {
		return loadExpense(ctx, id)
	})
	if err != nil {
		return nil, err
	}
	return &e.Amount, nil
}

func (queries) Version(context.Context) (string, error) { return "1", nil }

func (queries) Misplaced(context.Context) (*string, error) { return new("secret"), nil }

type mutations struct{ *Resolver }

// Submit authorizes the new expense before it is stored.
func (r mutations) Submit(ctx context.Context, amount int) (*graph.Expense, error) {
	actor, _ := authz.ActorFrom(ctx)
	user, _ := actor.(*graph.User)
	e, err := authz.Authorize(ctx, "submit", &graph.Expense{ID: 4, UserID: user.ID, Amount: amount})
	if err != nil {
		return nil, err
	}
	r.submitted.Add(1)
	return e, nil
}

func (r mutations) Approve(context.Context, int) (*graph.Approval, error) {
	r.approved.Add(1)
	return &graph.Approval{OK: true}, nil
}

// currentUser trusts a header, which only a test may do.
func currentUser(r *http.Request) (any, error) {
	switch r.Header.Get("user") {
	case "alice":
		return &graph.User{ID: 1, Name: "Alice"}, nil
	case "auditor":
		return &graph.User{ID: 3, Name: "Carol", Auditor: true}, nil
	}
	return nil, authz.ErrUnauthenticated
}

func newAuthorizer(tb testing.TB, rules string, change ...func(*authz.Config)) *authz.Authorizer {
	tb.Helper()
	cfg := authz.Config{
		Policies:   authz.String("expenses.polar", rules),
		Classes:    []authz.Class{authz.ClassOf[graph.User](), authz.ClassOf[graph.Expense]()},
		Actor:      currentUser,
		ReadAction: "read",
	}
	for _, c := range change {
		c(&cfg)
	}
	az, err := authz.New(cfg)
	if err != nil {
		tb.Fatal(err)
	}
	return az
}

// newServer returns the server of a Resolver with everything that the package has.
func newServer(az *authz.Authorizer, r *Resolver) http.Handler {
	return newServerAround(az, r, gqlauthz.RequireDecision)
}

func newServerAround(az *authz.Authorizer, r *Resolver, operations graphql.OperationMiddleware) http.Handler {
	cfg := graph.Config{Resolvers: r}
	cfg.Directives.Authorize = gqlauthz.Directive
	srv := handler.New(graph.NewExecutableSchema(cfg))
	srv.AddTransport(transport.POST{})
	srv.SetErrorPresenter(gqlauthz.ErrorPresenter(graphql.DefaultErrorPresenter))
	srv.AroundOperations(operations)
	srv.AroundFields(gqlauthz.Fields(gqlauthz.FieldConfig{
		Exempt: map[string]string{"Approval": "says only that it was done"},
	}))
	srv.Use(extension.Introspection{})
	return az.Middleware(srv)
}

// post posts a query to a server and returns the body of the response.
func post(ctx context.Context, server *httptest.Server, user, query string) (string, error) {
	body, _ := json.Marshal(map[string]string{"query": query})
	r, err := http.NewRequestWithContext(ctx, "POST", server.URL+"/query", bytes.NewReader(body))
	if err != nil {
		return "", err
	}
	r.Header.Set("Content-Type", "application/json")
	r.Header.Set("user", user)
	res, err := server.Client().Do(r)
	if err != nil {
		return "", err
	}
	defer res.Body.Close()
	text, err := io.ReadAll(res.Body)
	return string(text), err
}

func ask(tb testing.TB, server *httptest.Server, user, query string) string {
	tb.Helper()
	text, err := post(tb.Context(), server, user, query)
	if err != nil {
		tb.Fatal(err)
	}
	return text
}
