package authz_test

// This file tests decisions about changes.

import (
	"context"
	"errors"
	"reflect"
	"testing"

	"github.com/ursa-authz/ursa/authz"
)

type task struct {
	ID     int `polar:",id"`
	Owner  int
	Status string
}

func withTasks(c *authz.Config) {
	c.Classes = []authz.Class{authz.ClassOf[viewer](), {Name: "Task", Type: reflect.TypeFor[task]()}, {Name: "Note", Type: reflect.TypeFor[city]()}}
}

func withChange(c *authz.Config) { c.ChangeRule = true }

const changes = `
allow(v: viewer, action, t: Task) if action in ["archive", "edit", "give"] and t.owner = v.id and t.status != "archived";
allow_change(_: viewer, "archive", _: Task, after: Task) if after.status = "archived";
allow_change(_: viewer, "edit", before: Task, after: Task) if before.owner = after.owner and after.status = before.status;
allow_change(_: viewer, "give", before: Task, after: Task) if before.status = after.status;
deny(_: viewer, _, t: Task) if t.owner = 13;
`

// TestAuthorizeChange tests the second question about an update, with and without the rule
// about changes.
func TestAuthorizeChange(t *testing.T) {
	mine := task{ID: 1, Owner: 1, Status: "open"}
	for _, tt := range []struct {
		name, action  string
		after         task
		with, without string
	}{
		{"archived", "archive", task{1, 1, "archived"}, allowed, forbidden},
		{"archive in name only", "archive", mine, forbidden, allowed},
		{"edited", "edit", mine, allowed, allowed},
		{"given away while editing", "edit", task{1, 2, "open"}, forbidden, forbidden},
		{"given away", "give", task{1, 2, "open"}, allowed, forbidden},
		{"given to somebody denied", "give", task{1, 13, "open"}, forbidden, forbidden},
		{"no rule", "paint", mine, forbidden, forbidden},
	} {
		for _, change := range []bool{true, false} {
			az := newAuthorizer(t, changes, withPolar, withTasks, withDeny, func(c *authz.Config) { c.ChangeRule = change })
			want := tt.with
			if !change {
				want = tt.without
			}
			if got := outcome(t, az.AuthorizeChange(t.Context(), visitor1, tt.action, &mine, &tt.after)); got != want {
				t.Errorf("%s, ChangeRule %v: %s, want %s", tt.name, change, got, want)
			}
		}
	}
}

// TestAuthorizeChangeUndecided tests what is not a change of one resource, and a policy that
// has no rule about changes.
func TestAuthorizeChangeUndecided(t *testing.T) {
	az := newAuthorizer(t, `allow(_, _, _); allow_change(_, _, _, _);`, withPolar, withTasks, withChange)
	var none *task
	for _, tt := range []struct {
		name          string
		before, after any
		want          string
	}{
		{"one resource", &task{ID: 1}, &task{ID: 1, Owner: 3}, allowed},
		{"by value", task{ID: 1}, &task{ID: 1, Owner: 3}, allowed},
		{"another key", &task{ID: 1}, &task{ID: 2}, undecided},
		{"another type", &task{ID: 1}, &city{ID: 1}, undecided},
		{"nil before", nil, &task{ID: 1}, undecided},
		{"nil after", &task{ID: 1}, none, undecided},
	} {
		if got := outcome(t, az.AuthorizeChange(t.Context(), visitor1, "edit", tt.before, tt.after)); got != tt.want {
			t.Errorf("%s: %s, want %s", tt.name, got, tt.want)
		}
	}
	az = newAuthorizer(t, `allow(_, _, _);`, withPolar, withTasks, withChange)
	if err := az.AuthorizeChange(t.Context(), visitor1, "edit", &task{ID: 1}, &task{ID: 1}); outcome(t, err) != undecided || !errors.Is(err, authz.ErrUndefinedRule) {
		t.Errorf("a policy without the rule: %v", err)
	}
}

// TestAuthorizeChangeHides tests that a denial is hidden from actors that may not read the
// resource as it was.
func TestAuthorizeChangeHides(t *testing.T) {
	az := newAuthorizer(t, `allow(v: viewer, "read", x: Task) if x.owner = v.id; allow_change(_, "none", _, _);`, withPolar, withTasks, withChange,
		func(c *authz.Config) { c.ReadAction = "read" })
	for owner, want := range map[int]string{1: forbidden, 2: notFound} {
		if got := outcome(t, az.AuthorizeChange(t.Context(), visitor1, "edit", &task{ID: 1, Owner: owner}, &task{ID: 1, Owner: 3 - owner})); got != want {
			t.Errorf("owner %d: %s, want %s", owner, got, want)
		}
	}
}

// TestAuthorizeChangeObserved tests what an observer receives.
func TestAuthorizeChangeObserved(t *testing.T) {
	var last authz.Event
	az := newAuthorizer(t, changes, withPolar, withTasks, withDeny, withChange, func(c *authz.Config) {
		c.Observe = func(_ context.Context, d authz.Event) { last = d }
	})
	before, after := &task{1, 1, "open"}, &task{1, 1, "archived"}
	if err := az.AuthorizeChange(t.Context(), visitor1, "archive", before, after); err != nil {
		t.Fatal(err)
	}
	if last.Rule != "allow_change" || last.Verdict != authz.Allowed || last.By == nil || last.By.Name != "allow_change" || last.Resource() != before {
		t.Errorf("%+v", last)
	}
	after.Owner = 13
	if err := az.AuthorizeChange(t.Context(), visitor1, "archive", before, after); outcome(t, err) != forbidden {
		t.Fatal(err)
	}
	if last.Rule != "allow_change" || last.Verdict != authz.Denied || last.By == nil || last.By.Name != "deny" {
		t.Errorf("%+v", last)
	}
}
