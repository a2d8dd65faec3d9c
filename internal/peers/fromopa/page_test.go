package fromopa_test

// This file runs the policies of docs/from-opa.md on both engines.

import (
	"context"
	"encoding/json"
	"fmt"
	"slices"
	"strings"
	"testing"

	"github.com/open-policy-agent/opa/v1/rego"
	"github.com/open-policy-agent/opa/v1/storage/inmem"

	"github.com/ursa-authz/ursa/authz"
	"github.com/ursa-authz/ursa/internal/peers/page"
)

// newOPA returns the prepared query of a policy, with data as JSON.
func newOPA(t testing.TB, query, policy, data string) rego.PreparedEvalQuery {
	t.Helper()
	var documents map[string]any
	if err := json.Unmarshal([]byte(data), &documents); err != nil {
		t.Fatal(err)
	}
	prepared, err := rego.New(
		rego.Query(query), rego.Module("policy.rego", policy), rego.Store(inmem.NewFromObject(documents)), rego.Strict(true),
	).PrepareForEval(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	return prepared
}

// eval asks OPA.
func eval(query rego.PreparedEvalQuery, input map[string]any) (bool, error) {
	results, err := query.Eval(context.Background(), rego.EvalInput(input))
	return results.Allowed(), err
}

func TestPage(t *testing.T) {
	p := page.Open(t, "from-opa.md", "example_test.go")
	p.Version("github.com/open-policy-agent/opa")

	const roles = "Roles from data"
	rbac := newOPA(t, "data.app.rbac.allow", p.Block(roles, "rego"), p.Block(roles, "json"))
	documents := page.World[*User, *Document]{
		Actors: []*User{
			{Name: "alice", Roles: []string{"viewer"}},
			{Name: "bob", Roles: []string{"viewer", "editor"}},
			{Name: "carol", Roles: []string{"admin"}},
			{Name: "dave"},
		},
		Actions:   []string{"read", "write", "delete", "share"},
		Resources: []*Document{{Name: "plan", Owner: "alice"}, {Name: "memo", Owner: "dave"}, {Name: "orphan"}},
	}
	documents.Compare(t, p, roles, config(p.Policy(roles)), func(u *User, action string, d *Document) (bool, error) {
		return eval(rbac, map[string]any{"user": u.Name, "action": action, "document": map[string]any{"name": d.Name, "owner": d.Owner}})
	})

	const api = "An HTTP API"
	httpapi := newOPA(t, "data.httpapi.authz.allow", p.Block(api, "rego"), p.Block(api, "json"))
	dave := &User{Name: "dave"}
	bob, carol := &User{Name: "bob", Reports: []*User{dave}}, &User{Name: "carol"}
	requests := page.World[*User, string]{
		Actors:  []*User{{Name: "alice", Reports: []*User{bob, carol}}, bob, carol, dave, {Name: "erin", Roles: []string{"hr"}}},
		Actions: []string{"GET", "PUT", "POST"},
		Resources: []string{
			"/", "/finance", "/finance/salary", "/finance/salary/alice", "/finance/salary/bob", "/finance/salary/carol",
			"/finance/salary/dave", "/finance/salary/erin", "/finance/salary/nobody", "/finance/salary/dave/2026", "/Finance/salary/dave",
		},
		Ask: page.Send[*User],
	}
	cfg := config(p.Policy(api))
	cfg.Actor = page.Actor
	requests.Compare(t, p, api, cfg, func(u *User, method, path string) (bool, error) {
		segments := strings.FieldsFunc(path, func(r rune) bool { return r == '/' })
		return eval(httpapi, map[string]any{"user": u.Name, "method": method, "path": segments})
	})

	const violations = "Violations"
	text := p.Block(violations, "rego")
	allow := newOPA(t, "data.orders.allow", text, "{}")
	messages := newOPA(t, "data.orders.violations", text, "{}")
	orders := page.World[*User, *Order]{
		Actors: []*User{
			{Name: "alice", Region: "EU", Level: 1}, {Name: "bob", Region: "US", Level: 2},
			{Name: "carol", Region: "EU", Level: 3, Suspended: true}, {Name: "dave", Region: "", Level: 9},
		},
		Actions: []string{"read", "cancel", "refund", "delete"},
		Resources: []*Order{
			{ID: 1, Region: "EU", Amount: 1000, Status: "open"}, {ID: 2, Region: "EU", Amount: 1001, Status: "closed"},
			{ID: 3, Region: "US", Amount: 10, Status: "closed"}, {ID: 4, Region: "US", Amount: 2000, Status: "open"},
			{ID: 5, Region: "", Amount: 0, Status: ""},
		},
	}
	input := func(u *User, action string, o *Order) map[string]any {
		return map[string]any{
			"action": action,
			"user":   map[string]any{"name": u.Name, "region": u.Region, "level": u.Level, "suspended": u.Suspended},
			"order":  map[string]any{"id": o.ID, "region": o.Region, "amount": o.Amount, "status": o.Status},
		}
	}
	cfg = config(p.Policy(violations))
	orders.Compare(t, p, violations, cfg, func(u *User, action string, o *Order) (bool, error) {
		return eval(allow, input(u, action, o))
	})

	// The partial set, and the solutions of the query.
	az := page.New(t, cfg)
	for _, u := range orders.Actors {
		for _, action := range orders.Actions {
			for _, o := range orders.Resources {
				results, err := messages.Eval(t.Context(), rego.EvalInput(input(u, action, o)))
				if err != nil {
					t.Fatal(err)
				}
				want := results[0].Expressions[0].Value.([]any)
				var got []any
				for bindings, err := range az.Query(t.Context(), "violation", u, action, o, authz.Var("message")) {
					if err != nil {
						t.Fatal(err)
					}
					got = append(got, bindings["message"])
				}
				byText := func(a, b any) int { return strings.Compare(fmt.Sprint(a), fmt.Sprint(b)) }
				slices.SortFunc(got, byText)
				slices.SortFunc(want, byText)
				if !slices.Equal(got, want) {
					t.Errorf("%s %s %d: %v, OPA says %v", u.Name, action, o.ID, got, want)
				}
			}
		}
	}
}
