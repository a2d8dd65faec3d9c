package benchmarks

// This file measures questions beside the single decision: fields, requests, all rows of a
// slice, and all actions on a resource.

import (
	"context"
	"fmt"
	"testing"

	"github.com/ursa-authz/ursa/authz"
)

// A kindOfQuestion is one kind, with what it is compared with: the answer as a programmer would
// write it without a library, or decisions in a loop. Both give the same answer.
type kindOfQuestion struct {
	name    string
	against string // what by does: "plain" or "decisions"
	policy  string
	classes []authz.Class
	each    int // answers in a call
	make    func(az *authz.Authorizer) (ours, other func() (allowed int, err error))
}

const fieldPolicy = `
allow_field(user: User, "read", expense: Expense, field) if
    field in ["ID", "Category", "State"] and user.ID = expense.UserID;
allow_field(user: User, "update", expense: Expense, "Amount") if
    user.ID = expense.UserID and expense.State = "draft";
`

const requestPolicy = `
allow_request(_: User, request: Request) if request.Method = "GET" and request.Path = "/whoami";
allow_request(_: User, request: Request) if
    request.Method in ["GET", "HEAD"] and ["expenses", _] = request.Segments;
`

// bit returns 1 for true.
func bit(ok bool) int {
	if ok {
		return 1
	}
	return 0
}

// denied turns the error of a denial into an answer.
func denied(err error) (int, error) {
	if authz.StatusOf(err) == 403 {
		return 0, nil
	}
	return bit(err == nil), err
}

func kindsOfQuestions() []kindOfQuestion {
	ctx := context.Background()
	owner, rbac := Owner("", 1), RBAC()
	user := &User{ID: 7, Name: "alice"}
	expense := &Expense{ID: 3, UserID: 7, State: "draft", Amount: 100}
	request := &Request{Method: "GET", Path: "/expenses/3", Segments: []string{"expenses", "3"}}
	rows := make([]*Expense, 10_000)
	for i := range rows {
		rows[i] = &Expense{ID: i + 1, UserID: i % 10}
	}
	admin, repository := rbac.Questions[0].Actor.(*User), rbac.Questions[0].Resource.(*Repository)
	return []kindOfQuestion{
		{
			"field", "plain", fieldPolicy, []authz.Class{authz.ClassOf[User](), authz.ClassOf[Expense]()}, 1,
			func(az *authz.Authorizer) (ours, other func() (int, error)) {
				ours = func() (int, error) { return denied(az.AuthorizeField(ctx, user, "update", expense, "Amount")) }
				return ours, func() (int, error) { return bit(plainField(user, "update", expense, "Amount")), nil }
			},
		},
		{
			"request", "plain", requestPolicy, []authz.Class{authz.ClassOf[User](), authz.ClassOf[Request]()}, 1,
			func(az *authz.Authorizer) (ours, other func() (int, error)) {
				ours = func() (int, error) { return denied(az.AuthorizeRequest(ctx, user, request)) }
				return ours, func() (int, error) { return bit(plainRequest(user, request)), nil }
			},
		},
		{
			"10,000 rows", "plain", owner.Polar, owner.Classes, len(rows),
			func(az *authz.Authorizer) (ours, other func() (int, error)) {
				ours = func() (int, error) {
					list, err := az.IsAllowedEach(ctx, user, "read", rows)
					return trues(list), err
				}
				return ours, func() (int, error) {
					list := make([]bool, len(rows))
					for i, row := range rows {
						list[i] = row.UserID == user.ID
					}
					return trues(list), nil
				}
			},
		},
		{
			"all actions", "decisions", rbac.Polar, rbac.Classes, 2,
			func(az *authz.Authorizer) (ours, other func() (int, error)) {
				ours = func() (int, error) {
					grants, err := az.AuthorizedActions(ctx, admin, repository)
					return len(grants.Names), err
				}
				return ours, func() (n int, err error) {
					for _, action := range []string{"read", "write"} {
						ok, err := az.IsAllowed(ctx, admin, action, repository)
						if err != nil {
							return 0, err
						}
						n += bit(ok)
					}
					return n, nil
				}
			},
		},
	}
}

// plainField decides as fieldPolicy does.
func plainField(actor any, action string, resource any, field string) bool {
	user, ok := actor.(*User)
	if !ok {
		return false
	}
	expense, ok := resource.(*Expense)
	if !ok || expense.UserID != user.ID {
		return false
	}
	switch action {
	case "read":
		return field == "ID" || field == "Category" || field == "State"
	case "update":
		return field == "Amount" && expense.State == "draft"
	}
	return false
}

// plainRequest decides as requestPolicy does.
func plainRequest(actor, request any) bool {
	if _, ok := actor.(*User); !ok {
		return false
	}
	r, ok := request.(*Request)
	if !ok {
		return false
	}
	if r.Method == "GET" && r.Path == "/whoami" {
		return true
	}
	return (r.Method == "GET" || r.Method == "HEAD") && len(r.Segments) == 2 && r.Segments[0] == "expenses"
}

func trues(list []bool) (n int) {
	for _, ok := range list {
		n += bit(ok)
	}
	return n
}

// load returns both ways to answer the questions.
func (k *kindOfQuestion) load() (ours, other func() (int, error), err error) {
	az, err := authz.New(authz.Config{Policies: authz.String("questions.polar", k.policy), Classes: k.classes})
	if err != nil {
		return nil, nil, err
	}
	ours, other = k.make(az)
	return ours, other, nil
}

func TestKindsOfQuestions(t *testing.T) {
	for _, k := range kindsOfQuestions() {
		ours, other, err := k.load()
		if err != nil {
			t.Fatalf("%s: %v", k.name, err)
		}
		got, err := ours()
		want, errOther := other()
		if got != want || want == 0 || err != nil || errOther != nil {
			t.Errorf("%s: %d, %v, and by the other way %d, %v", k.name, got, err, want, errOther)
		}
	}
}

// BenchmarkQuestions measures each kind of question.
func BenchmarkQuestions(b *testing.B) {
	for _, k := range kindsOfQuestions() {
		ours, other, err := k.load()
		if err != nil {
			b.Fatal(err)
		}
		for _, way := range []struct {
			by  string
			ask func() (int, error)
		}{{"ursa", ours}, {k.against, other}} {
			b.Run(fmt.Sprintf("of=%s/answers=%d/by=%s", k.name, k.each, way.by), func(b *testing.B) {
				b.ReportAllocs()
				for b.Loop() {
					if n, err := way.ask(); n == 0 || err != nil {
						b.Fatal(n, err)
					}
				}
			})
		}
	}
}
