package fromcedar_test

// This file defines the Go code of docs/from-cedar.md.

import (
	"context"
	"errors"
	"fmt"
	"log"
	"net/netip"

	"github.com/ursa-authz/ursa/authz"
)

type User struct {
	Name       string `polar:",id"`
	Department string
	Skills     []string
	Limit      *int // what the user may approve, in cents; nil if nothing
	Groups     []*Group
}

type Group struct {
	Name   string `polar:",id"`
	Parent *Group
}

type Photo struct {
	Name    string `polar:",id"`
	Owner   *User
	Private bool
	Album   *Album
}

type Album struct {
	Name   string `polar:",id"`
	Parent *Album
}

type Invoice struct {
	ID         int `polar:",id"`
	Department string
	Amount     int // in cents
	Author     *User
}

// A Session is the actor where a policy needs more than the user.
type Session struct {
	User *User
	MFA  bool
	Addr netip.Addr
}

type Repository struct {
	Name   string `polar:",id"`
	Grants []Grant
}

type Grant struct {
	Role string
	User *User
}

var ctx = context.Background()

const policy = `
allow(session: Session, action, invoice: Invoice) if
    action in ["read", "export"] and
    session.user.department = invoice.department;

deny(session: Session, "export", _: Invoice) if
    not (session.mfa and office.contains(session.addr));
`

func Example() {
	alice := &User{Name: "alice", Department: "sales"}
	session := &Session{User: alice, Addr: netip.MustParseAddr("10.1.2.3")}
	invoice := &Invoice{ID: 1, Department: "sales"}

	az, err := authz.New(authz.Config{
		Policies:  authz.String("invoices.polar", policy),
		Classes:   classes(),
		Constants: map[string]any{"office": netip.MustParsePrefix("10.0.0.0/8")},
		DenyRule:  true,
	})
	if err != nil {
		log.Fatal(err)
	}

	// decision, diagnostic := cedar.Authorize(policies, entities, request)
	err = az.Authorize(ctx, session, "export", invoice)

	fmt.Println(errors.Is(err, authz.ErrForbidden)) // no second factor
	// Output: true
}
