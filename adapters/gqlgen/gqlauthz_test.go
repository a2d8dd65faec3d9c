package gqlauthz_test

// This file tests the directive, the decisions by field, and what clients learn from
// refusals.

import (
	"context"
	"errors"
	"fmt"
	"net/http/httptest"
	"regexp"
	"strings"
	"sync"
	"testing"

	"github.com/99designs/gqlgen/graphql"
	"github.com/vektah/gqlparser/v2/ast"
	"github.com/vektah/gqlparser/v2/gqlerror"

	gqlauthz "github.com/ursa-authz/ursa/adapters/gqlgen"
	"github.com/ursa-authz/ursa/adapters/gqlgen/internal/graph"
	"github.com/ursa-authz/ursa/authz"
)

// ids are the ids of decisions, which differ from run to run.
var ids = regexp.MustCompile(`"decision_id":"[A-Z0-9]{26}"`)

func TestQueries(t *testing.T) {
	forbidden := func(path string) string {
		return `{"message":"not authorized","path":[` + path + `],"extensions":{"code":"FORBIDDEN","decision_id":"ID"}}`
	}
	undecided := `{"message":"the request could not be decided","path":[%s],"extensions":{"code":"INTERNAL_SERVER_ERROR"%s}}`
	tests := []struct{ name, user, query, want string }{
		{"own", "alice", `{expense(id: 1) {id amount}}`, `{"data":{"expense":{"id":"1","amount":100}}}`},
		{"hidden", "alice", `{expense(id: 2) {id}}`, `{"data":{"expense":null}}`},
		{"missing", "alice", `{expense(id: 9) {id}}`, `{"data":{"expense":null}}`},
		{"by an auditor", "auditor", `{expense(id: 2) {id}}`, `{"data":{"expense":{"id":"2"}}}`},
		{"by an interface", "alice", `{node(id: 2) {id}}`, `{"data":{"node":null}}`},
		{"by an interface, own", "alice", `{node(id: 1) {id ... on Expense {amount}}}`, `{"data":{"node":{"id":"1","amount":100}}}`},
		{"filtered list", "alice", `{expenses {id}}`, `{"data":{"expenses":[{"id":"1"},{"id":"3"}]}}`},
		{"unfiltered list", "alice", `{allExpenses {id}}`, `{"errors":[{"message":"not found","path":["allExpenses"],"extensions":{"code":"NOT_FOUND"}}],"data":null}`},
		{"unfiltered list of an auditor", "auditor", `{allExpenses {id}}`, `{"data":{"allExpenses":[{"id":"1"},{"id":"2"},{"id":"3"}]}}`},
		{"aliases", "alice", `{a: expense(id: 2) {id} b: expense(id: 1) {x: amount}}`, `{"data":{"a":null,"b":{"x":100}}}`},

		{"denied field", "alice", `{expense(id: 1) {id approver {id}}}`, `{"errors":[` + forbidden(`"expense","approver"`) + `],"data":{"expense":{"id":"1","approver":null}}}`},
		{"denied field by an alias", "alice", `{expense(id: 1) {amount: approver {id}}}`, `{"errors":[` + forbidden(`"expense","amount"`) + `],"data":{"expense":{"amount":null}}}`},
		{"denied field in a fragment", "alice", `{node(id: 1) {... on Expense {approver {id}}}}`, `{"errors":[` + forbidden(`"node","approver"`) + `],"data":{"node":{"approver":null}}}`},
		{"allowed field", "auditor", `{expense(id: 1) {approver {id}}}`, `{"data":{"expense":{"approver":{"id":"3"}}}}`},
		{"denied field that is not null", "auditor", `{expense(id: 1) {id approver {name}}}`, `{"errors":[` + forbidden(`"expense","approver","name"`) + `],"data":{"expense":{"id":"1","approver":null}}}`},
		{"denied field in a list", "alice", `{expenses {id approver {id}}}`, `{"errors":[` + forbidden(`"expenses",0,"approver"`) + `,` + forbidden(`"expenses",1,"approver"`) + `],"data":{"expenses":[{"id":"1","approver":null},{"id":"3","approver":null}]}}`},
		{"directive on a field", "alice", `{expense(id: 1) {note}}`, `{"errors":[` + forbidden(`"expense","note"`) + `],"data":{"expense":{"note":null}}}`},
		{"directive on a field, allowed", "auditor", `{expense(id: 1) {note}}`, `{"data":{"expense":{"note":"taxi"}}}`},
		{"typename", "alice", `{expense(id: 1) {__typename}}`, `{"data":{"expense":{"__typename":"Expense"}}}`},

		{"a number of an expense", "alice", `{amount(id: 1)}`, `{"data":{"amount":100}}`},
		{"a number of a hidden expense", "alice", `{amount(id: 2)}`, `{"errors":[{"message":"not found","path":["amount"],"extensions":{"code":"NOT_FOUND"}}],"data":{"amount":null}}`},
		{"a number of a missing expense", "alice", `{amount(id: 9)}`, `{"errors":[{"message":"not found","path":["amount"],"extensions":{"code":"NOT_FOUND"}}],"data":{"amount":null}}`},

		{"forgotten", "alice", `{version}`, `{"errors":[{"message":"the request could not be decided","extensions":{"code":"INTERNAL_SERVER_ERROR"}}],"data":null}`},
		{"forgotten beside a decision", "alice", `{version expense(id: 1) {id}}`, `{"data":{"version":"1","expense":{"id":"1"}}}`},
		{"introspection", "alice", `{__type(name: "Approval") {name}}`, `{"data":{"__type":{"name":"Approval"}}}`},
		{"misplaced", "alice", `{misplaced}`, `{"errors":[` + fmt.Sprintf(undecided, `"misplaced"`, ``) + `],"data":{"misplaced":null}}`},
		{"mutation", "alice", `mutation {submit(amount: 5) {id}}`, `{"data":{"submit":{"id":"4"}}}`},
		{"denied mutation", "alice", `mutation {submit(amount: 5000) {id}}`, `{"errors":[` + forbidden(`"submit"`) + `],"data":{"submit":null}}`},
		{"misplaced mutation", "alice", `mutation {approve(id: 1) {ok}}`, `{"errors":[` + fmt.Sprintf(undecided, `"approve"`, ``) + `],"data":{"approve":null}}`},
	}
	r := new(Resolver)
	server := httptest.NewServer(newServer(newAuthorizer(t, policy), r))
	defer server.Close()
	for _, tt := range tests {
		got := ids.ReplaceAllString(ask(t, server, tt.user, tt.query), `"decision_id":"ID"`)
		got = regexp.MustCompile(`"locations":\[[^\]]*\],`).ReplaceAllString(got, "")
		// Fields are resolved at the same time, so that their errors have no order.
		if swapped := strings.NewReplacer(`"expenses",0`, `"expenses",1`, `"expenses",1`, `"expenses",0`).Replace(got); got != tt.want && swapped != tt.want {
			t.Errorf("%s:\n%s\nwant\n%s", tt.name, got, tt.want)
		}
	}
	if r.submitted.Load() != 1 || r.approved.Load() != 0 {
		t.Errorf("%d expenses were submitted, and %d approved", r.submitted.Load(), r.approved.Load())
	}
}

// TestLoading tests that a resolver knows whether the directive will authorize what it
// loads: not that of a list, or of a mutation, which acts on what it loads.
func TestLoading(t *testing.T) {
	ctx := authz.NewContext(t.Context(), newAuthorizer(t, policy), &graph.User{ID: 1})
	object, list := ast.NamedType("Expense", nil), ast.NonNullListType(ast.NonNullNamedType("Expense", nil), nil)
	for _, tt := range []struct {
		name      string
		operation ast.Operation
		obj       any
		of        *ast.Type
		want      bool
	}{
		{"query", ast.Query, nil, object, true},
		{"field of an object", ast.Query, &graph.User{}, object, true},
		{"field of what a mutation returns", ast.Mutation, &graph.User{}, object, true},
		{"list", ast.Query, nil, list, false},
		{"mutation", ast.Mutation, nil, object, false},
		{"subscription", ast.Subscription, nil, object, false},
	} {
		ctx := graphql.WithOperationContext(ctx, &graphql.OperationContext{Operation: &ast.OperationDefinition{Operation: tt.operation}})
		ctx = graphql.WithFieldContext(ctx, &graphql.FieldContext{Field: graphql.CollectedField{Field: &ast.Field{
			SelectionSet: ast.SelectionSet{&ast.Field{Name: "id"}}, Definition: &ast.FieldDefinition{Type: tt.of},
		}}})
		called := false
		result, err := gqlauthz.Directive(ctx, tt.obj, func(ctx context.Context) (any, error) {
			called = true
			if got := authz.Loading(ctx); got != tt.want {
				t.Errorf("%s: Loading is %v", tt.name, got)
			}
			return &graph.Expense{ID: 1, UserID: 1}, nil
		}, "read")
		if !called || result == nil || err != nil {
			t.Errorf("%s: %v, %v", tt.name, result, err)
		}
	}
}

// TestFaults tests that rules that fail are answered without their text.
func TestFaults(t *testing.T) {
	request := `allow(_: User, "POST", _: Request);`
	tests := []struct{ name, rules string }{
		{"no rule for fields", request + `allow(_: User, "read", _: Expense);`},
		{"a fault in a rule of objects", request + `allow(u: User, "read", _: Expense) if u.crash(); allow_field(_, _, _, _);`},
		{"a fault in a rule of fields", request + `allow(_: User, "read", _: Expense); allow_field(u: User, _, _, _) if u.crash();`},
	}
	for _, tt := range tests {
		az := newAuthorizer(t, tt.rules)
		server := httptest.NewServer(newServer(az, new(Resolver)))
		got := ask(t, server, "alice", `{expense(id: 1) {id}}`)
		server.Close()
		if !strings.Contains(got, `"data":{"expense":null}`) && !strings.Contains(got, `"data":null`) || !strings.Contains(got, "INTERNAL_SERVER_ERROR") ||
			strings.Contains(got, "polar") || strings.Contains(got, "secret") || strings.Contains(got, "allow_field") {
			t.Errorf("%s: %s", tt.name, got)
		}
	}
}

// TestNoMiddleware tests a server without an Authorizer in the context.
func TestNoMiddleware(t *testing.T) {
	ctx := graphql.WithFieldContext(t.Context(), &graphql.FieldContext{Object: "Expense", Field: graphql.CollectedField{}})
	if _, err := gqlauthz.Guard(ctx, "read", func(context.Context) (*graph.Expense, error) { return &graph.Expense{}, nil }); err == nil {
		t.Error("Guard without an Authorizer")
	}
	called := false
	next := func(context.Context) (any, error) { called = true; return nil, nil }
	if _, err := gqlauthz.Directive(ctx, &graph.Expense{}, next, "read"); err == nil || called {
		t.Error("Directive without an Authorizer")
	}
	if _, err := gqlauthz.Fields(gqlauthz.FieldConfig{})(t.Context(), next); err == nil || called {
		t.Error("Fields without a field")
	}
}

func TestErrorPresenter(t *testing.T) {
	present := gqlauthz.ErrorPresenter(graphql.DefaultErrorPresenter)
	tests := []struct {
		err           error
		code, message string
	}{
		{authz.ErrUnauthenticated, "UNAUTHENTICATED", "unauthenticated"},
		{fmt.Errorf("secret: %w", authz.ErrForbidden), "FORBIDDEN", "not authorized"},
		{fmt.Errorf("secret: %w", authz.ErrNotFound), "NOT_FOUND", "not found"},
		{fmt.Errorf("secret: %w", authz.ErrBadRequest), "BAD_REQUEST", "the request could be read in more than one way"},
		{errors.Join(gqlerror.Errorf("secret"), authz.ErrUndecided), "INTERNAL_SERVER_ERROR", "the request could not be decided"},
	}
	for _, tt := range tests {
		for _, got := range []error{present(t.Context(), tt.err), gqlauthz.Refuse(t.Context(), tt.err)} {
			if e, ok := got.(*gqlerror.Error); !ok || e.Message != tt.message || e.Extensions["code"] != tt.code || strings.Contains(fmt.Sprint(got), "secret") {
				t.Errorf("%v: %v", tt.err, got)
			}
		}
	}
	if e := present(t.Context(), errors.New("own")); e.Message != "own" {
		t.Errorf("an error of the application: %v", e)
	}
}

func TestExemptNeedsReason(t *testing.T) {
	defer func() {
		if recover() == nil {
			t.Error("no panic")
		}
	}()
	gqlauthz.Fields(gqlauthz.FieldConfig{Exempt: map[string]string{"PageInfo": ""}})
}

// TestConcurrency tests that users at the same time each get their own answers.
func TestConcurrency(t *testing.T) {
	server := httptest.NewServer(newServer(newAuthorizer(t, policy), new(Resolver)))
	defer server.Close()
	var wg sync.WaitGroup
	for i := range 64 {
		wg.Go(func() {
			user, want := "alice", `{"data":{"expenses":[{"id":"1"},{"id":"3"}]}}`
			if i%2 == 1 {
				user, want = "auditor", `{"data":{"expenses":[{"id":"1"},{"id":"2"},{"id":"3"}]}}`
			}
			for range 5 {
				if got := ask(t, server, user, `{expenses {id}}`); got != want {
					t.Errorf("%s: %s", user, got)
				}
			}
		})
	}
	wg.Wait()
}
