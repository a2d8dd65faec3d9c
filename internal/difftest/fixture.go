package difftest

// This file defines the Go types and constants for both engines.
//
// The types use only what the original can represent: predeclared scalars, slices,
// maps and pointers, no floats in fields, exact Go names. Every instance that the
// constants refer to has a unique ID in its class, so that equality by key, by
// pointer and by deep comparison agree.

import (
	"errors"
	"slices"
	"time"
)

// A User is the actor of generated policies.
type User struct {
	ID    int `polar:",id"`
	Name  string
	Age   int
	Admin bool
	Tags  []string
	Meta  map[string]any // a: int, b: string, c: list of int; keys may be missing
	Boss  *User          // nil for the top user
	Org   *Org
	Roles []*Role
}

// Hello returns a greeting.
func (u User) Hello() string { return "hello " + u.Name }

// Plus returns the age in n years.
func (u User) Plus(n int) int { return u.Age + n }

// Lookup returns a value, or an error.
func (u User) Lookup(found bool) (string, error) {
	if !found {
		return "", errors.New("not found")
	}
	return u.Name, nil
}

// HasTag reports whether tag is among the user's tags. It has a pointer receiver,
// which both engines must find on a value.
func (u *User) HasTag(tag string) bool { return slices.Contains(u.Tags, tag) }

// An Org owns repositories and employs users.
type Org struct {
	ID     int `polar:",id"`
	Name   string
	Public bool
}

// NewOrg is the constructor for `new Org(id, name)`.
func NewOrg(id int, name string) Org { return Org{ID: id, Name: name} }

// A Repo is the resource of generated policies.
type Repo struct {
	ID     int `polar:",id"`
	Name   string
	Stars  int
	Public bool
	Org    *Org
	Owner  *User
}

// A Role is a role of a user in an organization.
type Role struct {
	ID   int `polar:",id"`
	Name string
	Org  *Org
}

// A Status is a named type of a scalar kind.
type Status string

// Constants returns the registered constants: the same graph of objects at each call,
// in new memory. Generated programs do not use the last four, which the original
// cannot represent.
func Constants() map[string]any {
	acme := &Org{ID: 1, Name: "acme", Public: true}
	beta := &Org{ID: 2, Name: "beta"}
	carol := &User{ID: 3, Name: "carol", Age: 50, Admin: true, Tags: []string{"a", "b"},
		Meta: map[string]any{"a": 3, "b": "c", "c": []int{1, 2, 3}}, Org: acme,
		Roles: []*Role{{ID: 1, Name: "owner", Org: acme}, {ID: 2, Name: "member", Org: beta}}}
	bob := &User{ID: 2, Name: "bob", Age: 30, Tags: []string{"b"},
		Meta: map[string]any{"a": 1}, Boss: carol, Org: acme,
		Roles: []*Role{{ID: 3, Name: "member", Org: acme}}}
	alice := &User{ID: 1, Name: "alice", Age: 20, Tags: nil,
		Meta: map[string]any{}, Boss: bob, Org: beta,
		Roles: []*Role{{ID: 4, Name: "member", Org: beta}, {ID: 5, Name: "reader", Org: beta}}}
	return map[string]any{
		"OWNER": carol.Roles[0], "MEMBER": bob.Roles[0], "READER": alice.Roles[1],
		"ALICE": alice, "BOB": bob, "CAROL": carol,
		"ACME": acme, "BETA": beta,
		"R1":   &Repo{ID: 1, Name: "a", Stars: 1, Public: true, Org: acme, Owner: bob},
		"R2":   &Repo{ID: 2, Name: "b", Stars: 0, Org: acme, Owner: carol},
		"R3":   &Repo{ID: 3, Name: "c", Stars: 3, Org: beta, Owner: alice},
		"TEN":  10,
		"WORD": "b",
		"NUMS": []int{1, 2, 3},
		"DICT": map[string]any{"a": 1, "b": "b", "c": []int{2, 1}},

		"HALF":   0.5,
		"OPEN":   Status("open"),
		"MONDAY": time.Date(2024, 1, 1, 0, 0, 0, 0, time.UTC),
		"FRIDAY": time.Date(2024, 1, 5, 0, 0, 0, 0, time.UTC),
	}
}
