package benchmarks

// This file measures questions other than IsAllowed: about fields and requests, about many
// objects in one call, and which actions or fields are allowed.

import (
	"context"
	"slices"
	"strings"
	"testing"

	"github.com/ursa-authz/ursa/authz"
)

// An asking is a kind of question. Both functions answer it and return the answer.
type asking struct {
	of     string
	policy string
	plain  func() any
	ursa   func(az *authz.Authorizer) (any, error)
}

// batchRows is the number of objects of a batch.
const batchRows = 10_000

// askings returns the kinds of questions.
func askings() []asking {
	ctx := context.Background()
	alice := &User{ID: 1, Name: "alice"}
	expense := &Expense{ID: 2, UserID: 1}
	request := &Request{"GET", "/organizations/1", []string{"organizations", "1"}}
	rows := make([]*Expense, batchRows)
	for i := range rows {
		rows[i] = &Expense{ID: i, UserID: i % 3}
	}
	rbac, plainOwner := RBAC(), Owner("", 1).Plain
	admin, repository := rbac.Questions[0].Actor, rbac.Questions[0].Resource
	const (
		owner  = `allow(user: User, "read", expense: Expense) if user.ID = expense.UserID;`
		fields = `
allow_field(user: User, "read", expense: Expense, "amount") if user.ID = expense.UserID;
allow_field(user: User, "read", expense: Expense, "state") if user.ID = expense.UserID;
allow_field(_: User, "read", _: Expense, "category");
`
		requests = `
allow_request(_, request: Request) if request.method = "GET" and request.path = "/";
allow_request(_: User, request: Request) if request.method = "GET" and request.path.starts_with("/expenses/");
allow_request(_: User, request: Request) if request.method = "GET" and request.path.starts_with("/organizations/");
`
	)
	one := func(err error) (any, error) { return err == nil, err }
	return []asking{
		{"field", fields,
			func() any { return plainField(alice, "read", expense, "amount") },
			func(az *authz.Authorizer) (any, error) {
				return one(az.AuthorizeField(ctx, alice, "read", expense, "amount"))
			}},
		{"request", requests,
			func() any { return plainRequest(alice, request) },
			func(az *authz.Authorizer) (any, error) { return one(az.AuthorizeRequest(ctx, alice, request)) }},
		{"batch", owner,
			func() any {
				allowed := make([]bool, len(rows))
				for i, r := range rows {
					allowed[i] = plainOwner(alice, "read", r)
				}
				return allowed
			},
			func(az *authz.Authorizer) (any, error) { return az.IsAllowedEach(ctx, alice, "read", rows) }},
		{"field-batch", fields,
			func() any {
				allowed := make([]bool, len(rows))
				for i, r := range rows {
					allowed[i] = plainField(alice, "read", r, "amount")
				}
				return allowed
			},
			func(az *authz.Authorizer) (any, error) {
				return az.IsFieldAllowedEach(ctx, alice, "read", rows, "amount")
			}},
		{"actions-owner", owner + strings.ReplaceAll(owner, "read", "update"),
			func() any {
				var names []string
				for _, action := range []string{"read", "update"} {
					if plainOwner(alice, "read", expense) {
						names = append(names, action)
					}
				}
				return names
			},
			func(az *authz.Authorizer) (any, error) {
				g, err := az.AuthorizedActions(ctx, alice, expense)
				return g.Names, err
			}},
		{"actions-rbac", rbac.Polar,
			func() any {
				var names []string
				for _, action := range []string{"delete", "read", "write"} {
					if rbac.Plain(admin, action, repository) {
						names = append(names, action)
					}
				}
				return names
			},
			func(az *authz.Authorizer) (any, error) {
				g, err := az.AuthorizedActions(ctx, admin, repository)
				return g.Names, err
			}},
		{"fields", fields,
			func() any {
				var names []string
				for _, field := range []string{"amount", "category", "state"} {
					if plainField(alice, "read", expense, field) {
						names = append(names, field)
					}
				}
				return names
			},
			func(az *authz.Authorizer) (any, error) {
				g, err := az.AuthorizedFields(ctx, alice, "read", expense)
				return g.Names, err
			}},
	}
}

// plainField, like plainRequest and Scenario.Plain, is a function that callers cannot inline.
//
//go:noinline
func plainField(actor any, action string, resource any, field string) bool {
	user, ok := actor.(*User)
	if !ok || action != "read" {
		return false
	}
	expense, ok := resource.(*Expense)
	if !ok {
		return false
	}
	switch field {
	case "category":
		return true
	case "amount", "state":
		return user.ID == expense.UserID
	}
	return false
}

//go:noinline
func plainRequest(actor, request any) bool {
	r, ok := request.(*Request)
	if !ok || r.Method != "GET" {
		return false
	}
	_, user := actor.(*User)
	return r.Path == "/" || user && (strings.HasPrefix(r.Path, "/expenses/") || strings.HasPrefix(r.Path, "/organizations/"))
}

// authorizer returns an Authorizer for the policy.
func (a *asking) authorizer(tb testing.TB) *authz.Authorizer {
	az, err := authz.New(authz.Config{
		Policies: authz.String("ask.polar", a.policy),
		Classes: []authz.Class{
			authz.ClassOf[User](), authz.ClassOf[Role](), authz.ClassOf[Expense](), authz.ClassOf[Request](),
			authz.ClassOf[Repository](), authz.ClassOf[Organization](),
		},
	})
	if err != nil {
		tb.Fatal(err)
	}
	return az
}

func TestAskings(t *testing.T) {
	for _, a := range askings() {
		got, err := a.ursa(a.authorizer(t))
		if err != nil {
			t.Errorf("%s: %v", a.of, err)
			continue
		}
		same := false
		switch want := a.plain().(type) {
		case bool:
			same = got == want && want
		case []bool:
			same = slices.Equal(got.([]bool), want) && slices.Contains(want, true) && slices.Contains(want, false)
		case []string:
			same = slices.Equal(got.([]string), want) && len(want) > 0
		}
		if !same {
			t.Errorf("%s: the answer is %v", a.of, got)
		}
	}
}

// BenchmarkAsk measures one question, which for a batch is about all its objects.
func BenchmarkAsk(b *testing.B) {
	for _, a := range askings() {
		b.Run("of="+a.of+"/engine=plain", func(b *testing.B) {
			b.ReportAllocs()
			for b.Loop() {
				a.plain()
			}
		})
		b.Run("of="+a.of+"/engine=ursa", func(b *testing.B) {
			az := a.authorizer(b)
			b.ReportAllocs()
			for b.Loop() {
				if _, err := a.ursa(az); err != nil {
					b.Fatal(err)
				}
			}
		})
	}
}
