package gqlauthz_test

// This file tests what a long list costs, and that its batches decide as single decisions do.

import (
	"context"
	"encoding/json"
	"fmt"
	"net/http/httptest"
	"reflect"
	"slices"
	"strings"
	"sync/atomic"
	"testing"

	"github.com/99designs/gqlgen/graphql"
	"github.com/99designs/gqlgen/graphql/handler"
	"github.com/99designs/gqlgen/graphql/handler/transport"

	gqlauthz "github.com/ursa-authz/ursa/adapters/gqlgen"
	"github.com/ursa-authz/ursa/adapters/gqlgen/internal/graph"
	"github.com/ursa-authz/ursa/authz"
)

// TestLongList tests that each object of a list, and each field, is decided once.
func TestLongList(t *testing.T) {
	var objects, fields atomic.Int32
	az := newAuthorizer(t, policy, func(c *authz.Config) {
		c.Observe = func(_ context.Context, d authz.Event) {
			switch d.Rule {
			case "allow_field":
				fields.Add(1)
			case "allow":
				objects.Add(1)
			}
		}
	})
	server := httptest.NewServer(newServer(az, new(Resolver)))
	defer server.Close()
	if got := ask(t, server, "auditor", `{allExpenses {amount}}`); strings.Contains(got, "errors") {
		t.Fatal(got)
	}
	if objects.Load() != 1+3 || fields.Load() != 3 { // the request is one
		t.Errorf("%d decisions by object and %d by field", objects.Load(), fields.Load())
	}
}

// batchPolicy reads a relation of expenses, the approver, in every rule.
const batchPolicy = `
allow(_: User, "POST", _: Request);
allow(_: User, "read", e: Expense) if e.approver.auditor;
allow(_: User, "annotate", e: Expense) if e.approver.auditor and (e.amount != 13 or e.approver.crash()) and not e.amount = 7;
allow_field(_: User, "read", e: Expense, field) if
    field in ["id", "amount", "note"] and e.approver.auditor and not (field = "note" and e.amount = 5);
`

// newBatchAuthorizer returns an Authorizer that fetches the approvers of expenses, and
// counts how: one by one, or for how many rows.
func newBatchAuthorizer(t *testing.T, fetched func(rows int)) *authz.Authorizer {
	approver := func(row any) any { return &graph.User{ID: row.(*graph.Expense).UserID, Auditor: true} }
	return newAuthorizer(t, batchPolicy, func(c *authz.Config) {
		c.ReadAction = ""
		c.Classes[1].Relations = []authz.Relation{{Name: "Approver", Target: reflect.TypeFor[graph.User](), ForeignKey: []string{"UserID"}}}
		c.Classes[1].Fetch = func(_ context.Context, row any, _ string) (any, error) {
			fetched(1)
			return approver(row), nil
		}
		c.Classes[1].FetchEach = func(_ context.Context, rows []any, _ string) ([]any, error) {
			fetched(len(rows))
			values := make([]any, len(rows))
			for i, row := range rows {
				values[i] = approver(row)
			}
			return values, nil
		}
	})
}

// manyExpenses returns n expenses with the amounts from 20 on, changed.
func manyExpenses(n int, amounts ...int) []*graph.Expense {
	list := make([]*graph.Expense, n)
	for i := range list {
		list[i] = &graph.Expense{ID: i + 1, UserID: i + 1, Amount: 20 + i, Note: "n"}
	}
	for i, amount := range amounts {
		list[i*3+1].Amount = amount
	}
	return list
}

// TestBatch tests that each decision about the objects of a list, and about each of their
// fields, is one batch.
func TestBatch(t *testing.T) {
	for name, tt := range map[string]struct {
		around graphql.OperationMiddleware
		calls  int // of the functions that fetch
	}{
		// The objects; the directive on note; allow_field for id, amount and note.
		"RequireDecision": {gqlauthz.RequireDecision, 1 + 1 + 3},
		"Batch":           {gqlauthz.Batch, 1 + 1 + 3},
		"neither":         {func(ctx context.Context, next graphql.OperationHandler) graphql.ResponseHandler { return next(ctx) }, 1 + 4*100},
	} {
		var calls, rows atomic.Int32
		az := newBatchAuthorizer(t, func(n int) { calls.Add(1); rows.Add(int32(n)) })
		server := httptest.NewServer(newServerAround(az, &Resolver{all: manyExpenses(100)}, tt.around))
		got := ask(t, server, "alice", `{allExpenses {id amount note}}`)
		server.Close()
		if strings.Contains(got, "errors") || strings.Count(got, `"note":"n"`) != 100 {
			t.Errorf("%s: %s", name, got)
		}
		if calls.Load() != int32(tt.calls) || rows.Load() != 500 {
			t.Errorf("%s: %d calls for %d rows, want %d for 500", name, calls.Load(), rows.Load(), tt.calls)
		}
	}
}

// TestBatchDecidesAlike tests that denials and faults of single objects are the same with
// batches and without.
func TestBatchDecidesAlike(t *testing.T) {
	// By amount, 5 denies a field, 7 an action, and 13 is a fault.
	for _, amounts := range [][]int{{}, {5}, {7}, {13}, {5, 7}, {5, 7, 13}, {13, 13}} {
		var answers []string
		for _, around := range []graphql.OperationMiddleware{gqlauthz.Batch, func(ctx context.Context, next graphql.OperationHandler) graphql.ResponseHandler { return next(ctx) }} {
			server := httptest.NewServer(newServerAround(newBatchAuthorizer(t, func(int) {}), &Resolver{all: manyExpenses(12, amounts...)}, around))
			var answer struct {
				Data   json.RawMessage
				Errors []map[string]any
			}
			if err := json.Unmarshal([]byte(ids.ReplaceAllString(ask(t, server, "alice", `{allExpenses {id amount a: note b: note}}`), `"decision_id":"ID"`)), &answer); err != nil {
				t.Fatal(err)
			}
			server.Close()
			if len(answer.Errors) != 2*len(amounts) {
				t.Errorf("%v: %d errors", amounts, len(answer.Errors))
			}
			// Fields are resolved at the same time, so that their errors have no order.
			slices.SortFunc(answer.Errors, func(a, b map[string]any) int { return strings.Compare(fmt.Sprint(a), fmt.Sprint(b)) })
			answers = append(answers, fmt.Sprintf("%s %v", answer.Data, answer.Errors))
		}
		if answers[0] != answers[1] || len(amounts) > 0 && !strings.Contains(answers[0], `"a":null,"b":null`) {
			t.Errorf("%v:\n%s\nwithout batches\n%s", amounts, answers[0], answers[1])
		}
	}
}

// BenchmarkList measures a query over three objects with a field each, with and without
// authorization of objects and fields.
func BenchmarkList(b *testing.B) {
	for _, mode := range []string{"no", "yes"} {
		b.Run("authorization="+mode, func(b *testing.B) {
			cfg := graph.Config{Resolvers: new(Resolver)}
			cfg.Directives.Authorize = gqlauthz.Directive
			if mode == "no" {
				cfg.Directives.Authorize = func(ctx context.Context, _ any, next graphql.Resolver, _ string) (any, error) { return next(ctx) }
			}
			srv := handler.New(graph.NewExecutableSchema(cfg))
			srv.AddTransport(transport.POST{})
			if mode == "yes" {
				srv.AroundOperations(gqlauthz.Batch)
				srv.AroundFields(gqlauthz.Fields(gqlauthz.FieldConfig{}))
			}
			ctx := authz.NewContext(b.Context(), newAuthorizer(b, policy), &graph.User{ID: 3, Auditor: true})
			b.ReportAllocs()
			for b.Loop() {
				r := httptest.NewRequestWithContext(ctx, "POST", "/query", strings.NewReader(`{"query":"{allExpenses {amount}}"}`))
				r.Header.Set("Content-Type", "application/json")
				w := httptest.NewRecorder()
				srv.ServeHTTP(w, r)
				if w.Code != 200 || strings.Contains(w.Body.String(), "errors") {
					b.Fatal(w.Code, w.Body)
				}
			}
		})
	}
}
