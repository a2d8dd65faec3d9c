package authz_test

// This file tests that nothing is decided after the context has ended.

import (
	"context"
	"errors"
	"testing"

	"github.com/ursa-authz/ursa/authz"
)

// A leaver ends the context during the decision.
type leaver struct {
	ID    int `polar:",id"`
	leave context.CancelFunc
}

// Leave ends the context of the decision that calls it, and returns true.
func (l *leaver) Leave() bool { l.leave(); return true }

type leaverDoc struct {
	ID int `polar:",id"`
}

func TestNoAnswerAfterTheEnd(t *testing.T) {
	user, doc := authz.ClassOf[leaver](), authz.ClassOf[leaverDoc]()
	user.Name, doc.Name = "User", "Doc"
	az, err := authz.New(authz.Config{
		Classes: []authz.Class{user, doc},
		Policies: authz.String("test.polar", `
allow(u: User, "read", _: Doc) if u.leave();
allow(u: User, "write", _: Doc) if not u.leave();
allow_field(u: User, "read", _: Doc, "title") if u.leave();
allow_request(u: User, _) if u.leave();
`)})
	if err != nil {
		t.Fatal(err)
	}
	row := &leaverDoc{1}
	for name, ask := range map[string]func(ctx context.Context, u *leaver) error{
		"IsAllowed": func(ctx context.Context, u *leaver) error {
			ok, err := az.IsAllowed(ctx, u, "read", row)
			if ok {
				t.Error("IsAllowed: allowed")
			}
			return err
		},
		"a denial":         func(ctx context.Context, u *leaver) error { return az.Authorize(ctx, u, "write", row) },
		"AuthorizeField":   func(ctx context.Context, u *leaver) error { return az.AuthorizeField(ctx, u, "read", row, "title") },
		"AuthorizeRequest": func(ctx context.Context, u *leaver) error { return az.AuthorizeRequest(ctx, u, row) },
		"AuthorizedActions": func(ctx context.Context, u *leaver) error {
			_, err := az.AuthorizedActions(ctx, u, row)
			return err
		},
		"AuthorizedFields": func(ctx context.Context, u *leaver) error {
			_, err := az.AuthorizedFields(ctx, u, "read", row)
			return err
		},
		"Filter": func(ctx context.Context, u *leaver) error {
			_, err := az.Filter(ctx, u, "read", doc)
			return err
		},
		"Query": func(ctx context.Context, u *leaver) (err error) {
			for _, err = range az.Query(ctx, "allow", u, "read", row) {
			}
			return err
		},
		"Explain": func(ctx context.Context, u *leaver) error {
			x, err := az.Explain(ctx, u, "read", row)
			if err == nil {
				err = x.Err
			}
			return err
		},
	} {
		ctx, cancel := context.WithCancel(t.Context())
		if err := ask(ctx, &leaver{1, cancel}); !errors.Is(err, context.Canceled) {
			t.Errorf("%s: %v; want context.Canceled", name, err)
		}
		cancel()
	}
}
